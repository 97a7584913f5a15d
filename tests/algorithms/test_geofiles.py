"""Area files: boundaries and division tables, with clear words for what cannot be used."""

from __future__ import annotations

import json
from typing import Any

import pytest
from shapely import MultiPolygon, Polygon

from fengqiao.algorithms.coords import GaussKrueger, System, convert
from fengqiao.algorithms.filefaults import FileFault
from fengqiao.algorithms.geofiles import (
    AreaCaps,
    AreaFields,
    AreaFile,
    read_areas_geojson,
    read_divisions_csv,
)
from tests.paths import DATA

SQUARE = [[118.0, 32.0], [118.01, 32.0], [118.01, 32.01], [118.0, 32.01], [118.0, 32.0]]


def feature(code: Any = "990101", geometry: Any = "square", **properties: Any) -> dict[str, Any]:
    if geometry == "square":
        geometry = {"type": "Polygon", "coordinates": [SQUARE]}
    named = {"code": code, "name": "望河街道", "rank": "street", "parent": "9901", **properties}
    return {"type": "Feature", "properties": named, "geometry": geometry}


def document(*features: Any, **more: Any) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": list(features), **more}).encode()


def fault(found: AreaFile) -> tuple[int, str, str]:
    assert len(found.faults) == 1
    return found.faults[0].number, found.faults[0].code, found.faults[0].message


def test_a_plain_collection() -> None:
    two = {"type": "MultiPolygon", "coordinates": [[SQUARE], [[[x + 1, y] for x, y in SQUARE]]]}
    found = read_areas_geojson(document(feature(), feature("990102", two), feature("990103", None)))
    assert found.faults == ()
    first, second, third = found.rows
    assert (first.code, first.name, first.rank, first.parent_code) == ("990101", "望河街道", "street", "9901")
    assert isinstance(first.geometry, Polygon)
    assert isinstance(second.geometry, MultiPolygon)
    assert third.geometry is None


def test_fields_can_be_mapped_and_words_for_ranks_are_understood() -> None:
    fields = AreaFields(code="DM", name="MC", rank="JB", parent="")
    item = {
        "type": "Feature",
        "properties": {"DM": 990101.0, "MC": " 临溪镇 ", "JB": "乡镇"},
        "geometry": None,
    }
    (row,) = read_areas_geojson(document(item), fields=fields).rows
    assert (row.code, row.name, row.rank, row.parent_code) == ("990101", "临溪镇", "street", None)


@pytest.mark.parametrize("system", [System.GCJ02, System.BD09, System.CGCS2000, GaussKrueger(4548)])
def test_other_systems_come_out_as_wgs84(system: System | GaussKrueger) -> None:
    moved = [list(convert(x, y, System.WGS84, system)) for x, y in SQUARE]
    item = feature(geometry={"type": "Polygon", "coordinates": [moved]})
    (row,) = read_areas_geojson(document(item), system=system).rows
    assert row.geometry is not None
    assert row.geometry.bounds == pytest.approx((118.0, 32.0, 118.01, 32.01), abs=1e-7)


def test_the_files_own_system_is_honoured_and_may_not_contradict() -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4548"}}
    moved = [list(convert(x, y, System.WGS84, GaussKrueger(4548))) for x, y in SQUARE]
    content = document(feature(geometry={"type": "Polygon", "coordinates": [moved]}), crs=crs)
    (row,) = read_areas_geojson(content).rows
    assert row.geometry is not None
    assert row.geometry.bounds[0] == pytest.approx(118.0, abs=1e-7)
    with pytest.raises(FileFault, match="不一样"):
        read_areas_geojson(content, system=System.GCJ02)
    with pytest.raises(FileFault, match="不认识"):
        read_areas_geojson(document(feature(), crs={"properties": {"name": "EPSG:3857"}}))


@pytest.mark.parametrize("codec", ["utf-8-sig", "gbk", "utf-16"])
def test_encodings(codec: str) -> None:
    text = document(feature()).decode().encode().decode("unicode_escape")
    assert read_areas_geojson(text.encode(codec)).rows[0].name == "望河街道"


def polygon(*rings: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


@pytest.mark.parametrize(
    ("bad", "code", "words"),
    [
        (feature(code=None), "no_code", "没有“code”"),
        (feature(name=""), "no_name", "编号 990101 没有“name”"),
        (feature(rank="宇宙"), "unknown_rank", "宇宙"),
        (feature(parent="990101"), "own_parent", "它自己"),
        ({"type": "Feature", "geometry": None}, "no_properties", "没有属性"),
        ("text", "no_properties", "没有属性"),
        (feature(geometry={"type": "Point", "coordinates": [1, 2]}), "not_polygon", "Point"),
        (feature(geometry=polygon(SQUARE[:3])), "bad_ring", "4 个点"),
        (feature(geometry=polygon(SQUARE[:4])), "open_ring", "没有闭合"),
        (feature(geometry=polygon([["a", "b"]] * 4)), "bad_ring", "不是坐标"),
        (feature(geometry=polygon([[None, 1]] * 4)), "bad_ring", "不是坐标"),
        (feature(geometry=polygon([[118]] * 4)), "bad_ring", "不是坐标"),
        (feature(geometry=polygon([])), "bad_ring", "4 个点"),
        (feature(geometry={"type": "Polygon", "coordinates": []}), "not_polygon", "Polygon"),
        (feature(geometry={"type": "MultiPolygon", "coordinates": [[]]}), "bad_ring", "空的面"),
        (feature(geometry=polygon([[y, x] for x, y in SQUARE])), "bad_coordinates", "写反"),
        (feature(geometry=polygon([[x * 1000, y * 1e5] for x, y in SQUARE])), "bad_coordinates", "投影"),
    ],
)
def test_a_feature_that_cannot_be_used_is_named_and_the_rest_read(bad: Any, code: str, words: str) -> None:
    found = read_areas_geojson(document(feature("990109"), bad))
    assert [row.code for row in found.rows] == ["990109"]
    number, got, message = fault(found)
    assert (number, got) == (2, code)
    assert words in message


def test_a_repeated_code() -> None:
    found = read_areas_geojson(document(feature(), feature()))
    assert fault(found)[:2] == (2, "repeated")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"{", "not_json"),
        (b"[]", "not_geojson"),
        (b'{"type": "Feature"}', "not_geojson"),
        (b'{"type": "FeatureCollection", "features": {}}', "not_geojson"),
        (b"[" * 100_000, "too_deep"),
        (b'{"type": "FeatureCollection", "features": [NaN]}', "not_json"),
        (b"\xff\x80\xfe\x81", "encoding"),
    ],
)
def test_files_that_are_no_geojson(content: bytes, code: str) -> None:
    with pytest.raises(FileFault) as caught:
        read_areas_geojson(content)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("caps", "code"),
    [
        (AreaCaps(bytes=100), "too_large"),
        (AreaCaps(features=1), "too_many"),
        (AreaCaps(vertices=9), "too_many_vertices"),
    ],
)
def test_caps(caps: AreaCaps, code: str) -> None:
    with pytest.raises(FileFault) as caught:
        read_areas_geojson(document(feature(), feature("990102")), caps=caps)
    assert caught.value.code == code


# division tables


def test_a_table_with_levels() -> None:
    content = "code,name,level\n99,某省,1\n9901,某市,2\n990101,望河县,3\n990101001,望河街道,4\n".encode()
    found = read_divisions_csv(content)
    assert [(row.rank, row.parent_code) for row in found.rows] == [
        ("province", None), ("city", "99"), ("county", "9901"), ("street", "990101"),
    ]  # fmt: skip


def test_villages_and_communities_are_told_apart_by_code() -> None:
    content = "编码,名称\n990101001001,甲\n990101001201,乙\n990101001501,丙\n".encode("gb18030")
    found = read_divisions_csv(content)
    assert [row.rank for row in found.rows] == ["community", "village", "community"]
    assert {row.parent_code for row in found.rows} == {"990101001"}


def test_rows_that_cannot_be_used_are_named() -> None:
    found = read_divisions_csv(
        "code,name\n990101,望河县\n,无码\n99 01,坏码\n990102\n990101,又一个\n".encode()
    )
    assert [row.code for row in found.rows] == ["990101"]
    assert [(item.number, item.code) for item in found.faults] == [
        (3, "no_code"), (4, "bad_code"), (5, "no_name"), (6, "repeated"),
    ]  # fmt: skip


def test_missing_columns() -> None:
    with pytest.raises(FileFault, match="文件里有：a、b"):
        read_divisions_csv(b"a,b\n1,2\n")


def test_the_cap_on_rows() -> None:
    with pytest.raises(FileFault, match="拆成"):
        read_divisions_csv(b"code,name\n1,a\n2,b\n", caps=AreaCaps(features=1))


needs_data = pytest.mark.skipif(
    DATA is None, reason="reference data not beside the project (FENGQIAO_TEST_DATA)"
)


@needs_data
def test_the_national_table() -> None:
    assert DATA is not None
    found = read_divisions_csv(DATA / "divisions" / "divisions_l1_l4.csv")
    assert len(found.rows) == 44_703
    assert found.faults == ()
    codes = {row.code for row in found.rows}
    assert all(row.parent_code in codes for row in found.rows if row.rank != "province")


@needs_data
def test_villages_of_five_counties() -> None:
    assert DATA is not None
    found = read_divisions_csv(DATA / "divisions" / "seed_villages.csv")
    assert len(found.rows) == 297
    assert {row.rank for row in found.rows} == {"village", "community"}
    assert all(row.parent_code == row.code[:9] for row in found.rows)


@needs_data
def test_county_boundaries() -> None:
    assert DATA is not None
    fields = AreaFields(code="gb", rank="", parent="", fixed_rank="county")
    found = read_areas_geojson(DATA / "divisions" / "seed_counties.geojson", fields=fields)
    assert [row.name for row in found.rows] == ["灞桥区", "滨城区", "永昌县", "蕉城区", "贺兰县"]
    assert all(row.geometry is not None and row.geometry.is_valid for row in found.rows)
