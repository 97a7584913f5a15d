"""The backup script of the guide: made while in use, checked, put back; and what it refuses."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tools import backup

ROWS = 500


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with a database in WAL mode, a photo, keys and a secret."""
    folder = tmp_path / "data"
    (folder / "files" / "2026").mkdir(parents=True)
    (folder / "files" / "2026" / "a.jpg").write_bytes(b"photo")
    (folder / "models").mkdir()
    (folder / "models" / "old.model").write_bytes(b"an earlier one")
    (folder / "keys.json").write_text("{}", encoding="utf-8")
    (folder / "secret").write_text("s", encoding="utf-8")
    with closing(sqlite3.connect(folder / "fengqiao.db")) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("CREATE TABLE matter (id INTEGER PRIMARY KEY, title TEXT)")
        db.executemany("INSERT INTO matter (title) VALUES (?)", [(f"事项 {n}",) for n in range(ROWS)])
        db.commit()
    monkeypatch.setenv("FENGQIAO_DATA_DIR", str(folder))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return folder


def made(to: Path) -> list[Path]:
    """Whole backups in ``to``."""
    return sorted(p for p in to.iterdir() if (p / "manifest.json").is_file())


def count(path: Path) -> int:
    """Rows in the database at ``path``."""
    with closing(sqlite3.connect(path)) as db:
        return int(db.execute("SELECT count(*) FROM matter").fetchone()[0])


def test_a_backup_made_while_somebody_writes_comes_back_whole(data: Path, tmp_path: Path) -> None:
    to = tmp_path / "backups"
    with closing(sqlite3.connect(data / "fengqiao.db")) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("INSERT INTO matter (title) VALUES ('not yet committed')")
        assert backup.main(["make", "--to", str(to)]) == 0
        writer.rollback()
    (folder,) = made(to)
    data.rename(tmp_path / "old")
    assert backup.main(["restore", str(folder)]) == 0
    assert count(data / "fengqiao.db") == ROWS
    assert (data / "files" / "2026" / "a.jpg").read_bytes() == b"photo"
    assert (data / "models" / "old.model").read_bytes() == b"an earlier one"
    assert oct((data / "fengqiao.db").stat().st_mode & 0o777) == "0o600"


def test_keys_and_secret_never_lie_in_a_backup(data: Path, tmp_path: Path) -> None:
    backup.main(["make", "--to", str(tmp_path / "b")])
    names = {p.name for p in (tmp_path / "b").rglob("*")}
    assert not names & {"keys.json", "secret"}
    assert oct(made(tmp_path / "b")[0].stat().st_mode & 0o777) == "0o700"


def test_only_the_newest_stay(data: Path, tmp_path: Path) -> None:
    to = tmp_path / "b"
    for day in ("20260101T000000Z", "20260102T000000Z"):
        (to / day).mkdir(parents=True)
        (to / day / "manifest.json").write_text("{}", encoding="utf-8")
    (to / "notes").mkdir()
    assert backup.main(["make", "--to", str(to), "--keep", "2"]) == 0
    oldest, _newest = made(to)
    assert oldest.name == "20260102T000000Z"
    assert (to / "notes").is_dir()


@pytest.mark.parametrize("harm", ["edit", "delete", "add", "manifest"])
def test_a_harmed_backup_is_refused(
    data: Path, tmp_path: Path, harm: str, capsys: pytest.CaptureFixture[str]
) -> None:
    backup.main(["make", "--to", str(tmp_path / "b")])
    (folder,) = made(tmp_path / "b")
    photo = folder / "files" / "2026" / "a.jpg"
    if harm == "edit":
        photo.write_bytes(b"other")
    elif harm == "delete":
        photo.unlink()
    elif harm == "add":
        (folder / "files" / "b.jpg").write_bytes(b"x")
    else:
        (folder / "manifest.json").write_text("?", encoding="utf-8")
    assert backup.main(["check", str(folder)]) == 1
    assert backup.main(["restore", str(folder)]) == 1
    assert "another backup" in capsys.readouterr().err or harm == "manifest"
    assert count(data / "fengqiao.db") == ROWS


def test_a_folder_in_use_is_never_written_over(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backup.main(["make", "--to", str(tmp_path / "b")])
    (folder,) = made(tmp_path / "b")
    assert backup.main(["restore", str(folder)]) == 1
    assert "is not empty" in capsys.readouterr().err


def test_no_database_no_backup_and_nothing_half_done(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (data / "fengqiao.db").unlink()
    assert backup.main(["make", "--to", str(tmp_path / "b")]) == 1
    assert "there is no database" in capsys.readouterr().err
    assert list((tmp_path / "b").iterdir()) == []


def test_the_database_of_the_address_is_taken(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other.db"
    (data / "fengqiao.db").rename(other)
    for mark in ("-wal", "-shm"):
        (data / f"fengqiao.db{mark}").unlink(missing_ok=True)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{other}")
    assert backup.main(["make", "--to", str(tmp_path / "b")]) == 0
    assert count(made(tmp_path / "b")[0] / "fengqiao.db") == ROWS


def test_a_postgres_password_is_not_on_the_command_line(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[list[str], dict[str, str]]] = []

    def run(command: list[str], extra: dict[str, str] | None = None) -> None:
        seen.append((command, extra or {}))
        for part in command:
            if part.startswith("--file="):
                Path(part.removeprefix("--file=")).write_bytes(b"dump")

    monkeypatch.setattr(backup, "_run", run)
    monkeypatch.setenv("DATABASE_URL", "postgresql://fengqiao:ge%40heim@127.0.0.1:5432/fengqiao")
    assert backup.main(["make", "--to", str(tmp_path / "b")]) == 0
    (command, extra), *_ = seen
    assert "--dbname=postgresql://fengqiao@127.0.0.1:5432/fengqiao" in command
    assert extra == {"PGPASSWORD": "ge@heim"}
    assert not any("heim" in part for command, _ in seen for part in command)
