"""Make, check and put back a backup of one installation. Standard library only; the service may keep running.

    .venv/bin/python tools/backup.py make --to DIR [--keep 30]    # a new dated folder in DIR
    .venv/bin/python tools/backup.py check FOLDER                 # every file as it was written, database readable
    .venv/bin/python tools/backup.py restore FOLDER               # into an empty FENGQIAO_DATA_DIR, service stopped

What is saved: the database (SQLite by its own online copy, PostgreSQL by pg_dump), the files, the trained models.
What is not: the key file and the signing secret. Keep a copy of the key file elsewhere; a backup without it does not
give away a single phone number. A new secret is made at the next start: people sign in again.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

MANIFEST = "manifest.json"
DATABASE = "fengqiao.db"
DUMP = "fengqiao.pgdump"
FOLDERS = ("files", "models")
EXTRA = ("triage.model",)


class BackupError(RuntimeError):
    """The backup cannot be made, is not whole, or cannot be put back; the message says what to do."""


def data_dir() -> Path:
    """FENGQIAO_DATA_DIR, else ``var`` below the current folder."""
    return Path(os.environ.get("FENGQIAO_DATA_DIR", "").strip() or Path.cwd() / "var").resolve()


def postgres_url() -> str:
    """DATABASE_URL when it names PostgreSQL, else an empty text."""
    url = os.environ.get("DATABASE_URL", "").strip()
    return url if url.startswith(("postgres://", "postgresql://")) else ""


def sqlite_file(data: Path) -> Path:
    """The embedded database: from DATABASE_URL when it names SQLite, else in the data folder."""
    url = os.environ.get("DATABASE_URL", "").strip()
    if url.startswith("sqlite:///"):
        return Path(unquote(url.removeprefix("sqlite://").replace("//", "/", 1)))
    return data / DATABASE


def make(data: Path, to: Path, keep: int) -> Path:
    """A new backup in ``to``, written under another name first so that a broken one is never taken for whole."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    part, done = to / f"{stamp}.part", to / stamp
    if done.exists() or part.exists():
        raise BackupError(f"{done} is already there: wait a second and try again")
    part.mkdir(parents=True, mode=0o700)
    try:
        _save_database(data, part)
        _copy_files(data, part)
        (part / MANIFEST).write_text(json.dumps(_sums(part), indent=1, sort_keys=True), encoding="utf-8")
        check(part)
        _to_disk(part)
        part.rename(done)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    for old in sorted(p for p in to.iterdir() if (p / MANIFEST).is_file())[:-keep]:
        shutil.rmtree(old)
    return done


def _save_database(data: Path, part: Path) -> None:
    if url := postgres_url():
        _postgres(["pg_dump", "--format=custom", "--no-owner", f"--file={part / DUMP}"], url)
        return
    source = sqlite_file(data)
    if not source.is_file():
        raise BackupError(f"there is no database at {source}: check FENGQIAO_DATA_DIR and DATABASE_URL")
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as live,
        closing(sqlite3.connect(part / DATABASE)) as copy,
    ):
        live.backup(copy)


def check(folder: Path) -> int:
    """Compare every file with the manifest and look into the database; how many files there are."""
    try:
        wanted = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BackupError(f"{folder} has no readable {MANIFEST}: it is not a whole backup") from error
    found = _sums(folder)
    if found != wanted:
        odd = sorted(set(found.items()) ^ set(wanted.items()))[0][0]
        raise BackupError(f"{folder / odd} is not as it was written: take another backup")
    if (folder / DATABASE).is_file():
        with closing(sqlite3.connect(f"file:{folder / DATABASE}?mode=ro&immutable=1", uri=True)) as db:
            if db.execute("PRAGMA quick_check").fetchone() != ("ok",):
                raise BackupError(f"{folder / DATABASE} is damaged: take another backup")
    elif (folder / DUMP).is_file():
        _run(["pg_restore", "--list", str(folder / DUMP)])
    else:
        raise BackupError(f"{folder} holds no database: take another backup")
    return len(found)


def _copy_files(source: Path, target: Path) -> None:
    """What lies beside the database."""
    for name in FOLDERS:
        if (source / name).is_dir():
            shutil.copytree(source / name, target / name)
    for name in EXTRA:
        if (source / name).is_file():
            shutil.copy2(source / name, target / name)


def restore(folder: Path, data: Path) -> None:
    """Put the backup into ``data``, which must hold no database and no files yet."""
    check(folder)
    target = sqlite_file(data)
    if any((data / name).exists() for name in FOLDERS) or (not postgres_url() and target.exists()):
        raise BackupError(f"{data} is not empty: stop the service and move the old data away first")
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    if (folder / DUMP).is_file():
        url = postgres_url()
        if not url:
            raise BackupError("this backup is of PostgreSQL: set DATABASE_URL to an empty database")
        _postgres(["pg_restore", "--exit-on-error", "--no-owner", str(folder / DUMP)], url)
    elif postgres_url():
        raise BackupError("this backup is of the embedded database: leave DATABASE_URL out")
    else:
        shutil.copy2(folder / DATABASE, target)
        target.chmod(0o600)
    _copy_files(folder, data)
    _to_disk(data)


def _sums(folder: Path) -> dict[str, str]:
    files = (p for p in sorted(folder.rglob("*")) if p.is_file() and p.name != MANIFEST)
    sums = {}
    for path in files:
        with path.open("rb") as handle:
            sums[str(path.relative_to(folder))] = hashlib.file_digest(handle, "sha256").hexdigest()
    return sums


def _to_disk(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _postgres(command: list[str], url: str) -> None:
    """Run a PostgreSQL client; the password goes by the environment, where other users cannot read it."""
    parts = urlsplit(url)
    bare = urlunsplit(parts._replace(netloc=parts.netloc.replace(f":{parts.password}@", "@")))
    _run([*command, f"--dbname={bare}"], {"PGPASSWORD": unquote(parts.password)} if parts.password else {})


def _run(command: list[str], extra: dict[str, str] | None = None) -> None:
    environment = os.environ | (extra or {})
    try:
        subprocess.run(
            command, check=True, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
    except FileNotFoundError as error:
        raise BackupError(f"{command[0]} is not installed: install the PostgreSQL client") from error
    except subprocess.CalledProcessError as error:
        raise BackupError(f"{command[0]} failed: {error.stderr.strip()}") from error


def parser() -> argparse.ArgumentParser:
    """The command line."""
    found = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = found.add_subparsers(dest="verb", required=True)
    make_verb = verbs.add_parser("make", help="write a new backup")
    make_verb.add_argument("--to", type=Path, required=True)
    make_verb.add_argument("--keep", type=int, default=30, help="how many whole backups stay (at least 1)")
    for verb, text in (("check", "check a backup"), ("restore", "put a backup back")):
        verbs.add_parser(verb, help=text).add_argument("folder", type=Path)
    return found


def main(arguments: list[str]) -> int:
    """Run one verb; errors are said in words and end with 1."""
    chosen = parser().parse_args(arguments)
    try:
        if chosen.verb == "make":
            print(f"backup written: {make(data_dir(), chosen.to, max(1, chosen.keep))}")
        elif chosen.verb == "check":
            print(f"backup is whole: {check(chosen.folder)} files")
        else:
            restore(chosen.folder, data_dir())
            print("restored: put the key file back where FENGQIAO_KEY_FILE says, then run fengqiao migrate")
    except (BackupError, OSError, sqlite3.Error) as error:
        print(f"not done: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
