"""fengqiao train places and fengqiao eval places: without a database, and with files that are not what they should be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fengqiao.algorithms import addresstraining
from fengqiao.cli import run

ROADS = ("解放路", "枫桥路", "建设大道", "学院街")


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    """Forty addresses of invented roads."""
    lines = []
    for number in range(40):
        road = ROADS[number % 4]
        tokens = [*road, str(number + 1), "号"]
        tags = ["B-road", *["I-road"] * (len(road) - 1), "B-roadno", "I-roadno"]
        lines.append(
            json.dumps({"text": "".join(tokens), "tokens": tokens, "tags": tags}, ensure_ascii=False)
        )
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Narrow nets: the commands are tested here, not the quality."""
    small = addresstraining.Recipe(nets=1, width=12, epochs=20, together=8)
    monkeypatch.setattr(addresstraining, "Recipe", lambda: small)


def test_train_then_measure(rows: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = tmp_path / "m.npz"
    assert run(["train", "places", str(rows), "--out", str(model), "--json"]) == 0
    trained = json.loads(capsys.readouterr().out)
    assert trained["rows"] == 40
    assert trained["metrics"]["addresses"] > 0
    assert run(["eval", "places", str(rows), "--model", str(model), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["model"] == trained["version"]
    assert (found["addresses"], found["spans"]) == (40, 80)
    assert found["span_f1"] > 0.9
    assert {"precision", "recall", "addresses_per_second"} <= set(found)
    assert run(["eval", "places", str(rows), "--model", str(model)]) == 0
    assert "40 个地址、80 段" in capsys.readouterr().out


def test_train_says_what_it_made(rows: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = tmp_path / "names.csv"
    names.write_text("name,level\n解放镇,4\n", encoding="utf-8")
    given = ["train", "places", str(rows), "--out", str(tmp_path / "m.npz"), "--gazetteer", str(names)]
    assert run(given) == 0
    assert "40 个地址" in capsys.readouterr().out


@pytest.mark.parametrize(
    "content", [b"", b"garbage\n", b"\xff\xfe\x81", b'{"tokens": ["a"], "tags": ["B-a"]}\n']
)
def test_bad_rows_are_refused_in_words(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(content)
    assert run(["train", "places", str(path), "--out", str(tmp_path / "m.npz")]) == 1
    assert "没有做成" in capsys.readouterr().err
    assert not (tmp_path / "m.npz").exists()


def test_bad_models_and_missing_files_are_refused_in_words(
    rows: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "m.npz"
    bad.write_bytes(b"garbage")
    for given in (
        ["eval", "places", str(rows), "--model", str(bad), "--json"],
        ["eval", "places", str(rows), "--model", str(tmp_path / "nowhere.npz")],
        ["train", "places", str(tmp_path / "nowhere.jsonl"), "--out", str(bad)],
        ["train", "places", str(rows), "--out", str(tmp_path / "nowhere" / "m.npz")],
        ["train", "places", str(rows), "--out", str(bad), "--gazetteer", str(rows)],
    ):
        assert run(given) == 1
        said = capsys.readouterr()
        assert "没有做成" in said.err
        assert said.out == ""
