"""train and eval from the command line: what is printed, what is written, and what is refused in words."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from fengqiao.cli import run
from tests.algorithms.test_training import table


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    """A table of 144 lines with three labels."""
    path = tmp_path / "rows.csv"
    with path.open("w", encoding="gb18030", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["内容", "类别"])
        writer.writerows(zip(*table(), strict=True))
        writer.writerow(["没有类别的一行", ""])
    return path


def columns(*more: str) -> list[str]:
    return ["--text", "内容", "--label", "类别", *more]


@pytest.mark.parametrize("kind", ["triage", "scams"])
def test_a_model_is_trained_and_judged(
    kind: str, rows: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model, page = tmp_path / "m.npz", tmp_path / "r.html"
    assert (
        run(["train", kind, str(rows), *columns("--out", str(model), "--report", str(page), "--json")]) == 0
    )
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told["rows"] == 144
    assert told["metrics"]["tested"] > 10
    assert "学习曲线" in page.read_text(encoding="utf-8")
    assert run(["eval", kind, str(rows), *columns("--model", str(model), "--json")]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told["accuracy"] > 0.9
    assert set(told) >= {"macro_f1", "top2", "ece", "cover_at", "docs_per_second", "interval"}
    assert set(told["cover_at"]) == {"0.95", "0.98"}
    assert told["left_out"] == 1
    assert told["trained_on"] is True
    assert run(["eval", kind, str(rows), *columns("--model", str(model), "--report", str(page))]) == 0
    said = capsys.readouterr().out
    assert "数字偏高" in said
    assert "漏水：48 条" in said
    assert "混淆" in page.read_text(encoding="utf-8")


def test_fraud_is_told_by_the_beginning_of_the_label(
    rows: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "m.npz"
    run(["train", "scams", str(rows), *columns("--out", str(model))])
    capsys.readouterr()
    evaluated = ["eval", "scams", str(rows), *columns("--model", str(model), "--json")]
    assert run([*evaluated, "--fraud-prefix", "漏"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["fraud_f1"] > 0.9
    assert run([*evaluated, "--fraud-prefix", "FR"]) == 1
    assert "没有一个类别以“FR”开头" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["train", "triage", "{none}", *columns("--out", "{out}")], "没有这个文件"),
        (["train", "triage", "{rows}", "--text", "x", "--label", "类别", "--out", "{out}"], "没有“x”这一列"),
        (["train", "triage", "{rows}", *columns("--out", "{none}/m.npz")], "写不进"),
        (
            ["train", "triage", "{rows}", *columns("--out", "{out}", "--report", "{none}/r.html")],
            "报告写不进",
        ),
        (["train", "triage", "{image}", *columns("--out", "{out}")], "编码"),
        (["eval", "triage", "{rows}", *columns("--model", "{none}")], "找不到模型文件"),
        (["eval", "triage", "{rows}", *columns("--model", "{rows}")], "不是模型文件"),
        (["eval", "triage", "{none}", *columns("--model", "{model}")], "没有这个文件"),
        (["eval", "triage", "{empty}", *columns("--model", "{model}")], "没有可以用来衡量的行"),
    ],
)
def test_what_cannot_be_done_is_said(
    words: list[str], said: str, rows: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {name: tmp_path / name for name in ("none", "out", "image", "model", "empty")} | {"rows": rows}
    files["image"].write_bytes(b"\xff\xff\xff\x80\x80,\xff\n" * 9)
    files["empty"].write_text("内容,类别\n", encoding="utf-8")
    run(["train", "triage", str(rows), *columns("--out", str(files["model"]))])
    capsys.readouterr()
    assert run([word.format(**files) for word in words]) == 1
    assert said in capsys.readouterr().err
