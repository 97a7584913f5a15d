"""`fengqiao topics` and `fengqiao eval same-event`: without a database, and with wrong files."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from fengqiao.cli import _messages, _same_event, run

HEAD = ["id", "user", "title", "time", "body"]
KILN = (
    "云栖花园砖窑冒黑烟",
    "云栖花园后面砖窑黑烟呛人",
    "砖窑黑烟飘进云栖花园",
    "云栖花园砖窑天天黑烟",
    "砖窑黑烟，云栖花园没法开窗",
)
OTHER = ("公交末班车太早", "社保卡补办麻烦", "河边步道缺路灯", "快递柜乱收费", "自来水发黄", "医院挂号太久")


def rows() -> list[list[str]]:
    found = [
        [f"o{n}", f"v{n}", f"{text}{n}", f"2026-01-{n + 1:02} 10:00:00", text] for n, text in enumerate(OTHER)
    ]
    return found + [[f"k{n}", f"u{n}", text, f"2026/2/{n + 1} 8:30", text] for n, text in enumerate(KILN)]


def written(
    path: Path, content: list[list[str]], head: list[str] | None = None, encoding: str = "utf-8"
) -> Path:
    out = io.StringIO()
    csv.writer(out).writerows([head or HEAD, *content])
    path.write_bytes(out.getvalue().encode(encoding))
    return path


def same(path: Path) -> Path:
    return written(path, [[f"k{n}", "砖窑"] for n in range(5)] + [["o1", "社保"]], ["id", "issue"])


def json_of(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def test_topics_as_json_tell_everything_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["topics", str(written(tmp_path / "m.csv", rows())), "--json"]) == 0
    told = json_of(capsys)
    assert (told["messages"], told["undated"], told["left_out"]) == (11, 0, 0)
    first = told["topics"][0]
    assert set(first["member_ids"]) == {f"k{n}" for n in range(5)}
    assert (first["rank"], first["members"], first["people"]) == (1, 5, 5)
    assert first["shown_on"] == "2026-02-04"
    assert first["first_at"] == "2026-02-01T08:30:00+08:00"
    assert "云栖花园" in first["place"]
    assert first["growth"]["people"] == 5
    assert first["reasons"]


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf-8-sig", "utf-16"])
def test_any_encoding_of_a_station_gives_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], encoding: str
) -> None:
    run(["topics", str(written(tmp_path / "u.csv", rows())), "--json"])
    plain = json_of(capsys)
    assert run(["topics", str(written(tmp_path / "e.csv", rows(), encoding=encoding)), "--json"]) == 0
    assert json_of(capsys) == plain


def test_columns_by_other_names_are_guessed_or_mapped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    guessed = written(tmp_path / "g.csv", rows(), ["工单编号", "留言用户", "标题", "受理时间", "诉求内容"])
    assert run(["topics", str(guessed), "--json"]) == 0
    assert json_of(capsys)["topics"][0]["people"] == 5
    odd = written(tmp_path / "o.csv", rows(), ["甲", "乙", "丙", "丁", "戊"])
    mapping = "external_id=甲,author=乙,title=丙,reported_at=丁,body=戊"
    assert run(["topics", str(odd), "--map", mapping, "--json"]) == 0
    assert json_of(capsys)["topics"][0]["people"] == 5
    assert run(["topics", str(odd), "--map", "title=没有这列,reported_at=丁"]) == 1
    assert "没有这列" in capsys.readouterr().err
    assert run(["topics", str(odd), "--map", "谁=乙"]) == 1
    assert "看不懂" in capsys.readouterr().err


def test_the_table_is_for_reading(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["topics", str(written(tmp_path / "m.csv", rows()))]) == 0
    told = capsys.readouterr().out
    assert "云栖花园" in told
    assert "5 人 5 条" in told
    assert "2026-02-04 起提示" in told


def test_rows_that_cannot_be_read_are_told_and_the_rest_is_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = [
        ["x1", "u", "标题", "昨天下午", "内容"],
        ["k0", "u", "标题", "2026-02-01", "内容"],
        ["x2", "u", "", "2026-02-01", " "],
    ]
    undated = [["x3", "u", "云栖花园砖窑", "", "黑烟"]]
    assert run(["topics", str(written(tmp_path / "m.csv", rows() + bad + undated)), "--json"]) == 0
    caught = capsys.readouterr()
    told = json.loads(caught.out)
    assert (told["left_out"], told["undated"], told["messages"]) == (3, 1, 11)
    assert [one["row"] for one in told["faults"]] == [13, 14, 15]
    assert "昨天下午" in caught.err
    assert "k0 前面已有一条" in caught.err


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "文件是空的"),
        (b"id,user,title,time,body\n", "没有一条能用的反映"),
        (b"a,b\n1,2\n", "哪一列是内容"),
        ("标题,内容\n一,二\n".encode(), "找不到时间一列"),
        (b"\x00\x01\x02\xff\xfe" * 50, ""),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "XLS"),
        (b"PK\x03\x04 not a workbook", ""),
        ("标题,时间\n甲,胡说\n乙,也胡说\n".encode(), "胡说"),
    ],
    ids=["empty", "head-only", "no-columns", "no-time", "binary", "old-xls", "broken-xlsx", "bad-times"],
)
@pytest.mark.parametrize("command", ["topics", "eval"])
def test_garbage_is_refused_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, words: str, command: str
) -> None:
    path = tmp_path / "g.csv"
    path.write_bytes(content)
    line = (
        ["topics", str(path)]
        if command == "topics"
        else ["eval", "same-event", str(path), str(same(tmp_path / "s.csv"))]
    )
    assert run(line) == 1
    said = capsys.readouterr().err
    assert said.startswith("没有做成：")
    assert words in said
    assert "Traceback" not in said


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        assert run(["topics", str(path)]) == 1
        assert "找不到文件" in capsys.readouterr().err


def test_too_many_rows_are_refused_with_the_limit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _messages.MOST_ROWS <= 1_000_000
    monkeypatch.setattr(_messages, "MOST_ROWS", 10)
    assert run(["topics", str(written(tmp_path / "m.csv", rows()))]) == 1
    assert "10 行" in capsys.readouterr().err


def test_without_authors_it_says_how_people_are_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path / "m.csv", [[r[0], r[2], r[3]] for r in rows()], ["id", "title", "time"])
    assert run(["topics", str(path), "--json"]) == 0
    caught = capsys.readouterr()
    assert "没有反映人一列" in caught.err
    assert json.loads(caught.out)["topics"][0]["people"] == 5


def test_same_event_as_json_and_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = ["eval", "same-event", str(written(tmp_path / "m.csv", rows())), str(same(tmp_path / "s.csv"))]
    assert run([*line, "--json"]) == 0
    told = json_of(capsys)
    assert (told["listed"], told["pairs"], told["missing"], told["messages"]) == (6, 10, 0, 11)
    assert told["precision"] == told["recall"] == told["f1"] == told["mean_issue_f1"] == 1.0
    assert set(told["issues"]) == {"砖窑", "社保"}
    assert 0 <= told["chains"]["f1"] <= 1
    assert run(line) == 0
    assert "F1 1.000" in capsys.readouterr().out


def test_same_event_counts_distractors_and_missing_ids(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = written(
        tmp_path / "s.csv", [["k0", "砖窑"], ["k1", "砖窑"], ["去哪了", "砖窑"]], ["id", "issue"]
    )
    assert run(["eval", "same-event", str(written(tmp_path / "m.csv", rows())), str(listed), "--json"]) == 0
    told = json_of(capsys)
    assert (told["missing"], told["listed"], told["f1"]) == (1, 2, 1.0)
    assert told["mean_issue_f1"] == pytest.approx(2 * 2 / (2 + 5))
    assert told["mean_issue_f1_listed"] == 1.0


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "文件是空的"), ("id,issue\n", "没有一行内容"), ("id,topic\nk0,砖窑\n", "issue"),
        ("id,issue\nk0,\n", "第 2 行"), ("id,issue\n没有,砖窑\n", "一个也没有"),
    ],
)  # fmt: skip
def test_a_wrong_list_of_issues_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, words: str
) -> None:
    path = tmp_path / "s.csv"
    path.write_text(content, encoding="utf-8")
    assert run(["eval", "same-event", str(written(tmp_path / "m.csv", rows())), str(path)]) == 1
    assert words in capsys.readouterr().err


def test_same_event_says_when_there_are_too_many_to_compare(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_same_event, "MOST_MESSAGES", 5)
    line = ["eval", "same-event", str(written(tmp_path / "m.csv", rows())), str(same(tmp_path / "s.csv"))]
    assert run(line) == 1
    assert "最多 5 条" in capsys.readouterr().err
