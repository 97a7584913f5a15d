"""eval hotspots: from a file to figures, and every file it cannot use is refused in words with 2."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from fengqiao.__main__ import main

DAYS = np.datetime64("2024-01-01")


def lines(many: int = 400) -> list[str]:
    draw = np.random.default_rng(2)
    days = np.sort(draw.integers(0, 360, many))
    return [
        f"{DAYS + int(day)} {draw.integers(24):02d}:05,{30 + abs(draw.normal(0, 0.004)):.6f},"
        f"{120 + draw.random() / 100:.6f},盗窃,居民"
        for day in days
    ]


def run(tmp_path: Path, rows: list[str], *more: str, head: str = "time,lat,lon,cat,origin") -> int:
    path = tmp_path / "events.csv"
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return main(["eval", "hotspots", str(path), "--test-from", "2024-10-01", *more])


def test_figures_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, lines(), "--share", "0.1", "--category", "盗窃", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["pai"] == pytest.approx(found["hit_rate"] * found["cells"] / found["picked"], rel=1e-3)
    assert set(found["baseline"]["intervals"]) == {"hit_rate", "pai", "pei", "hindsight"}
    assert found["seconds"] >= 0
    assert found["rows"] == 400


def test_what_patrols_found_is_left_out_and_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    patrol = [one.replace("居民", "patrol") for one in lines(100)]
    assert run(tmp_path, lines() + patrol, "--json") == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["left_out"] == {"origin": 100}
    assert "100 行" in said.err


def test_the_same_figures_whatever_the_order_and_way_of_writing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = []
    for rows in (lines(), [one.replace("-", "/", 2) for one in reversed(lines())]):
        assert run(tmp_path, rows, "--json") == 0
        found.append(json.loads(capsys.readouterr().out)["intervals"])
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("rows", "more", "head", "words"),
    [
        ([], [], "time,lat,lon", "没有一行"),
        (["2024-01-01 08:00,30,120"], [], "time,lat,lon", "--test-from 提前"),
        (["2024-01-01 08:00,30"], [], "time,lat", "缺列"),
        (["2024-01-01 08:00,120.1,30.1"] * 5, [], "time,lat,lon", "写反"),
        (["2024-01-01 08:00,nan,30.1"] * 5, [], "time,lat,lon", "不是数"),
        (["2999-01-01 08:00,30,120.1"] * 5, [], "time,lat,lon", "将来"),
        (["01/02/24,30,120.1"] * 5, [], "time,lat,lon", "看不懂"),
        (["2024-01-01 08:00,30,120", "2024-01-01T08:00+08:00,30,120"], [], "time,lat,lon", "时区"),
        (lines(), ["--cell", "50"], "time,lat,lon,cat,origin", "100"),
        (lines(), ["--category", "诈骗"], "time,lat,lon,cat,origin", "盗窃"),
        (lines(), ["--share", "2"], "time,lat,lon,cat,origin", "share"),
    ],
)
def test_what_cannot_be_used_is_refused(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    rows: list[str],
    more: list[str],
    head: str,
    words: str,
) -> None:
    assert run(tmp_path, rows, *more, head=head) == 2
    assert words in capsys.readouterr().err


def test_a_boundary_decides_which_cells_count(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ring = [[120.0, 30.0], [120.02, 30.0], [120.02, 30.02], [120.0, 30.02], [120.0, 30.0]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    area = {"type": "Feature", "properties": {"code": "1", "name": "甲村"}, "geometry": shape}
    path = tmp_path / "area.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [area]}), encoding="utf-8")
    assert run(tmp_path, lines(), "--boundary", str(path), "--json") == 0
    assert json.loads(capsys.readouterr().out)["cells"] > 90


def test_a_far_row_is_left_out_and_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, [*lines(), "2024-05-01 08:00,45.1,110.0,盗窃,居民"]) == 0
    assert "200 公里" in capsys.readouterr().err


def test_parquet_says_the_same_as_csv(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    assert run(tmp_path, lines(), "--json") == 0
    wanted = json.loads(capsys.readouterr().out)["intervals"]
    cells = [one.split(",") for one in lines()]
    columns = {
        "time": arrow.array([np.datetime64(one[0], "us") for one in cells], arrow.timestamp("us")),
        "lat": [float(one[1]) for one in cells],
        "lon": [float(one[2]) for one in cells],
    }
    path = tmp_path / "events.parquet"
    parquet.write_table(arrow.table(columns), path)
    assert main(["eval", "hotspots", str(path), "--test-from", "2024-10-01", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["intervals"] == wanted
    columns["time"] = columns["time"].cast(arrow.timestamp("us", tz="UTC"))
    zoned = tmp_path / "zoned.parquet"
    parquet.write_table(arrow.table(columns), zoned)
    assert main(["eval", "hotspots", str(zoned), "--test-from", "2024-10-01", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"] == 400


def test_parquet_without_its_reader_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert main(["eval", "hotspots", str(tmp_path / "a.parquet"), "--test-from", "2024-10-01"]) == 2
    assert "CSV" in capsys.readouterr().err
