"""fengqiao import roads: the file is made and said, or refused in words."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from fengqiao.algorithms.roadfile import read_road_file
from fengqiao.cli import run
from fengqiao.territory.roads import road_graph
from tests.streets import osm

NODES = {1: (116.0, 30.0), 2: (116.001, 30.0), 3: (116.002, 30.0)}


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.ROADS_FILE = tmp_path / "roads.graph"
    return tmp_path


def made(path: Path, bends: list[int]) -> str:
    path.write_bytes(osm(NODES, [(bends, {"highway": "residential", "oneway": "yes"})]))
    return str(path)


def test_into_the_data_folder(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert road_graph() is None
    assert run(["import", "roads", made(folder / "a.osm", [1, 2, 3])]) == 0
    told = capsys.readouterr()
    assert "1 条路，0.2 公里，3 个点，2 段" in told.out
    assert "步行 0.2 公里，最大的连通部分占 100.0%（共 1 部分）" in told.out
    assert "开车 0.2 公里，最大的连通部分占 0.0%（共 3 部分）" in told.out
    assert told.err == ""
    graph = road_graph()
    assert graph is not None
    assert len(graph) == 3
    assert road_graph() is graph


def test_anywhere_else(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = folder / "elsewhere"
    assert run(["import", "roads", made(folder / "a.osm", [1, 2, 9, 3]), "--out", str(out)]) == 0
    assert "1 个路上的点不在文件里" in capsys.readouterr().err
    assert len(read_road_file(out)) == 2
    assert road_graph() is None


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "没有这个文件"), (b"", "文件是空的"), (b"a,b\n1,2", "不是完好的 .osm 文件"),
        (b"<kml/>", "不是 OpenStreetMap"),
        (b"<osm/>", "没有可以走的路"), (b"<!DOCTYPE osm []><osm/>", "外部实体声明"),
    ],
)  # fmt: skip
def test_refused(folder: Path, capsys: pytest.CaptureFixture[str], content: bytes | None, words: str) -> None:
    if content is not None:
        (folder / "a.osm").write_bytes(content)
    assert run(["import", "roads", str(folder / "a.osm")]) == 1
    assert words in capsys.readouterr().err
    assert not (folder / "roads.graph").exists()


def test_a_spoilt_file_counts_as_none(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    (folder / "roads.graph").write_bytes(b"FQROADS")
    assert road_graph() is None
    assert "不是路网文件" in caplog.text
