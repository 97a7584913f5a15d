"""`fengqiao compare`: words, JSON, histories, and figures that cannot be compared."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fengqiao.cli import run


def history(path: Path, counts: list[int]) -> Path:
    rows = [f"{2020 + n // 12}-{n % 12 + 1:02},{count}" for n, count in enumerate(counts)]
    path.write_text("\n".join(["月份,次数", *rows]), encoding="utf-8")
    return path


def test_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["compare", "--now", "80", "--before", "100"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "80，去年同期 100：-20 %（-41 % 到 +8 %）：可能只是偶然"


@pytest.mark.parametrize(
    ("against", "words"), [("year", "去年同期"), ("month", "上一期"), ("before", "之前")]
)
def test_against_what(capsys: pytest.CaptureFixture[str], against: str, words: str) -> None:
    assert run(["compare", "--now", "1,080", "--before", "1,000", "--against", against]) == 0
    assert capsys.readouterr().out.startswith(f"1080，{words} 1000：+8 %")


def test_json_says_everything(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        run(
            ["compare", "--now", "80", "--before", "100", "--per-now", "500", "--per-before", "400", "--json"]
        )
        == 0
    )
    told = json.loads(capsys.readouterr().out)
    assert (told["now"], told["before"], told["per_now"], told["per_before"]) == (80, 100, 500, 400)
    assert told["change"] == pytest.approx(-0.36)
    assert told["low"] < told["ratio"] < told["high"] < 1
    assert told["clear"] is True
    assert told["swings"] is None
    assert told["chance"] < 0.05
    assert len(told["words"]) == len(told["words_en"]) == 2
    assert told["needed_before"] < 100


def test_json_has_no_number_it_cannot_say(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["compare", "--now", "3", "--before", "0", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["ratio"], told["high"], told["needed_before"]) == (None, None, None)


def test_a_history_that_swings_widens(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    calm = history(tmp_path / "calm.csv", [100 + n % 7 for n in range(36)])
    wild = history(tmp_path / "wild.csv", [60 + 31 * n % 83 for n in range(36)])
    told = []
    for path in (calm, wild):
        assert run(["compare", "--now", "140", "--before", "100", "--history", str(path), "--json"]) == 0
        told.append(json.loads(capsys.readouterr().out))
    assert [one["clear"] for one in told] == [True, False]
    assert [one["swings"]["periods"] for one in told] == [36, 36]


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        ([], "请给出 --now，例如 --now 80 --before 100"),
        (["--now", "80"], "请给出 --before"),
        (["--now", "x", "--before", "3"], "“x”不是整数，请改成 80 这样的整数"),
        (["--now", "nan", "--before", "3"], "不是整数"),
        (["--now", "inf", "--before", "3"], "不是整数"),
        (["--now", "1.5", "--before", "3"], "不是整数"),
        (["--now", "-3", "--before", "3"], "本期的数要是 0 到十亿的整数"),
        (["--now", "3", "--before", "1e12"], "对比期的数要是 0 到十亿的整数"),
        (["--now", "3", "--before", "3", "--per-before", "0"], "分母要大于 0，请填户数"),
        (["--now", "3", "--before", "3", "--per-now", "-2"], "分母要大于 0"),
        (["--now", "3", "--before", "3", "--per-now", "nan"], "--per-now 写的“nan”不是数字"),
        (["--now", "3", "--before", "3", "--history", "没有.csv"], "找不到文件"),
    ],
)
def test_garbage_ends_with_2_and_what_to_do(
    capsys: pytest.CaptureFixture[str], argv: list[str], words: str
) -> None:
    assert run(["compare", *argv]) == 2
    caught = capsys.readouterr()
    assert caught.out == ""
    assert words in caught.err
    assert "Traceback" not in caught.err


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "文件是空的"),
        ("月份,次数\n".encode(), "历史太短"),
        ("月份,次数\n2025-01,5\n2025-02,7\n".encode(), "至少要 5 期"),
        ("月份,次数\n2025-01,五\n".encode(), "第 2 行“五”不是件数"),
        (b"a,b\n1,2\n", "找不到计数的列"),
        (b"PK\x03\x04 not a workbook", ""),
        (b"\x00\x01\x02\xff\xfe" * 50, ""),
    ],
    ids=["empty", "head-only", "two-months", "no-number", "no-column", "broken-xlsx", "binary"],
)
def test_histories_that_cannot_be_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, words: str
) -> None:
    path = tmp_path / "h.csv"
    path.write_bytes(content)
    assert run(["compare", "--now", "80", "--before", "100", "--history", str(path)]) == 2
    caught = capsys.readouterr()
    assert caught.err.startswith("没有比成：")
    assert words in caught.err


def test_the_season_is_no_swing_year_on_year_and_one_month_on_month(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every summer has twice the cases of the other months; the same months hardly differ."""
    path = history(tmp_path / "h.csv", [60 + 60 * (4 <= n % 12 < 8) + n % 5 for n in range(48)])
    told = {}
    for against in ("year", "month"):
        options = ["--history", str(path), "--against", against, "--json"]
        assert run(["compare", "--now", "140", "--before", "70", *options]) == 0
        told[against] = json.loads(capsys.readouterr().out)["clear"]
    assert told == {"year": True, "month": False}
