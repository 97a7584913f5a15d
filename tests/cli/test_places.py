"""fengqiao import villages and fengqiao places: the file is made, asked, and refused in words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pytest_django import Settings

from fengqiao.cli import run
from tests.cast import Cast
from tests.country import DIVISIONS, VILLAGES, write_country


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.VILLAGES_FILE = tmp_path / "villages.index"
    return tmp_path


def table(path: Path, rows: dict[str, str]) -> str:
    lines = [f"{code},{name}" for code, name in rows.items()]
    path.write_text("\n".join(["code,name", *lines]), encoding="utf-8")
    return str(path)


def test_import_then_ask(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [table(folder / "v.csv", VILLAGES), table(folder / "d.csv", DIVISIONS)]
    assert run(["import", "villages", *files]) == 0
    assert "16 个村、社区，上级 12 个" in capsys.readouterr().out
    assert run(["places", "和平村三组", "--villages", "--near", "990122", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["text"] == "和平村三组"
    first = found["candidates"][0]
    assert (first["id"], first["same_named"], first["detail"], first["how"]) == (
        "990122100200",
        5,
        "3组",
        "exact",
    )
    assert len(found["candidates"]) == 5
    assert run(["places", "和平村", "--villages", "--top", "2"]) == 0
    out = capsys.readouterr().out
    assert out.count("\n") == 2
    assert "叫这个名字的村、社区有 5 个" in out
    assert run(["places", "没有说哪里", "--villages"]) == 0
    assert "没有听出" in capsys.readouterr().out


def test_without_names_above_that_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["import", "villages", table(folder / "v.csv", VILLAGES)]) == 0
    assert "只能说出代码" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["import", "villages", "nowhere.csv"], "没有这个文件"),
        (["places", "和平村", "--villages"], "请先运行 fengqiao import villages"),
    ],
)
def test_refusals(given: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(given) == 1
    assert words in capsys.readouterr().err


def test_bad_tables_and_regions_are_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for content in ("", "code,name\n1,a\n", "a,b\n1,2\n", "code,name\n99,云川省\n"):
        (folder / "v.csv").write_text(content, encoding="utf-8")
        assert run(["import", "villages", str(folder / "v.csv")]) == 1
        assert "没有做成" in capsys.readouterr().err
        assert not (folder / "villages.index").exists()
    write_country(folder)
    for near in ("x", "1", "9" * 13, "二二"):
        assert run(["places", "和平村", "--villages", "--near", near]) == 1
        assert "区划代码" in capsys.readouterr().err


def test_the_places_of_the_station(cast: Cast, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["places", "上柳村二组", "--near", "99010000120103", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["candidates"]
    assert (f"area:{cast.areas['village'].pk}", "2组") in [(one["id"], one["detail"]) for one in found]
    assert run(["places", "上柳村", "--near", "123"]) == 1
    assert "没有编码为 123 的片区" in capsys.readouterr().err
    write_country(folder)
    assert run(["places", "白石县青坪镇石门坎村"]) == 0
    assert "outside:990122100201" in capsys.readouterr().out
