"""Coordinates at the edge: known points, round trips everywhere, refusals."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fengqiao.algorithms.coords import GaussKrueger, Source, System, convert, parse_source

SHIFTED = [System.GCJ02, System.BD09]
IN_CHINA = {
    "北京": (116.397, 39.909), "漠河": (122.3, 53.48), "抚远": (134.3, 48.36), "塔什库尔干": (75.23, 37.77),
    "三沙": (112.34, 16.83), "台北": (121.56, 25.04), "香港": (114.17, 22.28), "瑞丽": (97.85, 24.01),
    "喀什": (75.99, 39.47), "上海": (121.47, 31.23), "拉萨": (91.1, 29.65), "丹东": (124.39, 40.12),
}  # fmt: skip
ABROAD = {
    "Seoul": (126.98, 37.57), "Tokyo": (139.69, 35.69), "Hanoi": (105.85, 21.03), "Ulaanbaatar": (106.9, 47.92),
    "Delhi": (77.2, 28.6), "Kathmandu": (85.32, 27.7), "Bangkok": (100.5, 13.75), "Manila": (121.0, 14.6),
    "Almaty": (76.9, 43.25), "Vladivostok": (131.9, 43.1), "London": (0.0, 51.5), "Quito": (-78.5, 0.0),
}  # fmt: skip

longitudes = st.floats(72.0, 137.0)
latitudes = st.floats(1.0, 56.0)


def metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Plain distance in metres between two near points in degrees."""
    east = (a[0] - b[0]) * 111_320 * math.cos(math.radians(a[1]))
    return math.hypot(east, (a[1] - b[1]) * 110_574)


def test_gcj02_of_a_published_point() -> None:
    # The Forbidden City pair that public descriptions of the shift give.
    assert metres(convert(116.397428, 39.90923, System.WGS84, System.GCJ02), (116.403672, 39.910634)) < 0.5


def test_bd09_of_a_published_point() -> None:
    assert metres(convert(116.404, 39.915, System.GCJ02, System.BD09), (116.410369, 39.921336)) < 0.5


@pytest.mark.parametrize("place", IN_CHINA)
def test_the_shift_in_china_is_50_to_1000_metres(place: str) -> None:
    point = IN_CHINA[place]
    assert 50 < metres(point, convert(*point, System.WGS84, System.GCJ02)) < 1000
    assert 500 < metres(point, convert(*point, System.WGS84, System.BD09)) < 2500


@pytest.mark.parametrize("place", ABROAD)
@pytest.mark.parametrize("system", SHIFTED)
def test_no_shift_abroad(place: str, system: System) -> None:
    point = ABROAD[place]
    assert convert(*point, System.WGS84, system) == point
    assert convert(*point, system, System.WGS84) == point


@given(longitudes, latitudes, st.sampled_from(SHIFTED))
def test_round_trip(lon: float, lat: float, system: System) -> None:
    there = convert(lon, lat, System.WGS84, system)
    assert metres(convert(*there, system, System.WGS84), (lon, lat)) < 0.1


def test_round_trip_of_many_points_rim_included() -> None:
    rng = np.random.default_rng(3)
    lon, lat = rng.uniform(70, 140, 20_000), rng.uniform(0, 56, 20_000)
    for system in SHIFTED:
        back = convert(*convert(lon, lat, System.WGS84, system), system, System.WGS84)
        assert np.max(np.abs(back[0] - lon)) * 111_320 < 0.01
        assert np.max(np.abs(back[1] - lat)) * 111_320 < 0.01


def test_scalar_and_array_agree() -> None:
    lon, lat = np.array([116.3, 120.1, 87.6]), np.array([39.9, 31.2, 43.8])
    many = convert(lon, lat, System.BD09)
    assert many[0].shape == (3,)
    for n in range(3):
        assert convert(float(lon[n]), float(lat[n]), System.BD09) == pytest.approx(
            (many[0][n], many[1][n]), abs=1e-10
        )


def test_arrays_are_not_changed_in_place() -> None:
    lon, lat = np.array([116.3]), np.array([39.9])
    convert(lon, lat, System.GCJ02)
    assert (lon[0], lat[0]) == (116.3, 39.9)


def test_cgcs2000_is_wgs84() -> None:
    assert convert(118.5, 32.1, System.CGCS2000) == (118.5, 32.1)


@given(st.floats(74.0, 136.0), st.floats(3.0, 54.0), st.booleans())
def test_gauss_krueger_round_trip(lon: float, lat: float, with_zone: bool) -> None:
    zone = GaussKrueger.three_degree(lon, with_zone=with_zone)
    east, north = convert(lon, lat, System.WGS84, zone)
    assert 300_000 < east % 1_000_000 < 700_000
    assert metres(convert(east, north, zone), (lon, lat)) < 0.01


def test_gauss_krueger_zone_numbers() -> None:
    assert GaussKrueger.three_degree(117.0) == GaussKrueger(4548)
    assert GaussKrueger.three_degree(117.0, with_zone=True) == GaussKrueger(4527)
    east, _ = convert(117.0, 32.0, System.WGS84, GaussKrueger(4527))
    assert east == pytest.approx(39_500_000, abs=1)  # zone 39, false easting 500 km


@pytest.mark.parametrize(
    ("name", "system"),
    [
        ("GCJ-02", System.GCJ02), ("bd09ll", System.BD09), ("WGS 84", System.WGS84), ("EPSG:4490", System.CGCS2000),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", System.WGS84), ("urn:ogc:def:crs:EPSG::4547", GaussKrueger(4547)),
        ("EPSG:4526", GaussKrueger(4526)), ("4326", System.WGS84),
    ],
)  # fmt: skip
def test_names_of_systems(name: str, system: Source) -> None:
    assert parse_source(name) == system


@pytest.mark.parametrize("name", ["", "xian80", "EPSG:3857", "epsg:abc"])
def test_unknown_systems_are_refused_in_words(name: str) -> None:
    with pytest.raises(ValueError, match=r"坐标系|高斯"):
        parse_source(name)


@pytest.mark.parametrize(
    ("lon", "lat", "words"),
    [
        (float("nan"), 30.0, "空的"), (120.0, float("inf"), "空的"), (31.2, 120.1, "写反"), (200.0, 30.0, "-180"),
        (505_000.0, 3_450_000.0, "投影"), ("东经", 30.0, "数字"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("target", [System.WGS84, System.GCJ02])
def test_unusable_points_are_refused_in_words(lon: float, lat: float, words: str, target: System) -> None:
    with pytest.raises(ValueError, match=words):
        convert(lon, lat, System.WGS84, target)


def test_the_refusal_names_the_first_bad_point() -> None:
    with pytest.raises(ValueError, match="第 2 个点"):
        convert([120.0, 500.0, 700.0], [30.0, 30.0, 30.0], System.GCJ02)
    with pytest.raises(ValueError, match="个数要一样"):
        convert([120.0, 121.0], [30.0], System.GCJ02)


def test_a_projected_point_of_another_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="带号"):
        convert(39_500_000.0, 3_540_000.0, GaussKrueger(4548))  # the zone number belongs to 4527


@pytest.mark.parametrize("epsg", [4490, 4555, 3857])
def test_codes_that_are_no_gauss_krueger(epsg: int) -> None:
    with pytest.raises(ValueError, match="高斯"):
        GaussKrueger(epsg)
