"""Coordinate systems at the edge of the house; inside, every point is WGS-84 degrees.

* ``WGS84``: what satellites and phones give.
* ``GCJ02``: the shifted system of Amap, Tencent Maps and WeChat (50 to 700 m from WGS-84 inside China).
* ``BD09``: Baidu's second shift on top of GCJ-02.
* ``CGCS2000``: the national system; equal to WGS-84 within centimetres, so taken as the same degrees.
* ``GaussKrueger(epsg)``: projected CGCS2000 in metres (EPSG 4491-4554, zones of 3 and of 6 degrees).

The shift formulas are the publicly known ones (Krassovsky ellipsoid, published since 2010); the inverse is
found by fixed-point iteration and comes back within a millimetre. Every function takes one number or a numpy
array and answers in kind. Unusable input (NaN, out of range, unknown code) raises ``ValueError``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, overload

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from pyproj import Transformer

from fengqiao.algorithms.sentences import sentence

Floats = NDArray[np.float64]


class System(StrEnum):
    """A coordinate system in degrees, longitude first."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"
    CGCS2000 = "cgcs2000"


_LAST_6, _FIRST_3, _LAST_3 = 4512, 4513, 4554


@dataclass(frozen=True, slots=True)
class GaussKrueger:
    """Projected CGCS2000 by its EPSG code: eastings and northings in metres.

    4491-4512 are zones of 6 degrees, 4513-4554 zones of 3 degrees; 4513-4533 write the zone number before the
    easting (25 to 45), 4534-4554 do not. Raises ``ValueError`` for any other code.
    """

    epsg: int

    def __post_init__(self) -> None:
        if not 4491 <= self.epsg <= _LAST_3:
            raise ValueError(
                sentence("EPSG:%(epsg)s 不是 2000 国家大地坐标系的高斯投影（4491 至 4554）", epsg=self.epsg)
            )

    @classmethod
    def three_degree(cls, longitude: float, *, with_zone: bool = False) -> GaussKrueger:
        """The zone of 3 degrees for a longitude; ``with_zone`` picks the code with the zone number in it."""
        zone = math.floor((longitude + 1.5) / 3)
        if not 25 <= zone <= 45:
            raise ValueError(
                sentence("经度 %(longitude)s 不在 3 度带的范围（73.5 至 136.5）内", longitude=longitude)
            )
        return cls((_FIRST_3 if with_zone else _FIRST_3 + 21) + zone - 25)


Source = System | GaussKrueger

_NAMES = {
    "wgs84": System.WGS84, "epsg4326": System.WGS84, "crs84": System.WGS84, "gps": System.WGS84,
    "gcj02": System.GCJ02, "amap": System.GCJ02, "gaode": System.GCJ02, "tencent": System.GCJ02,
    "bd09": System.BD09, "bd09ll": System.BD09, "baidu": System.BD09,
    "cgcs2000": System.CGCS2000, "epsg4490": System.CGCS2000,
}  # fmt: skip


def parse_source(text: str) -> Source:
    """The system meant by a name such as ``GCJ-02``, ``EPSG:4547`` or ``urn:ogc:def:crs:OGC:1.3:CRS84``."""
    plain = text.strip().lower().replace("-", "").replace("_", "").replace(" ", "")
    plain = plain.rpartition(":")[2] if plain.startswith("urn:") else plain.replace(":", "")
    if plain in _NAMES:
        return _NAMES[plain]
    digits = plain.removeprefix("epsg")
    if digits in ("4326", "4490"):
        return _NAMES[f"epsg{digits}"]
    if digits.isdecimal():
        return GaussKrueger(int(digits))
    raise ValueError(
        sentence(
            "不认识的坐标系“%(text)s”。可以写 WGS84、GCJ02、BD09、CGCS2000 或 EPSG:4547 这样的代码", text=text
        )
    )


@overload
def convert(lon: float, lat: float, source: Source, target: Source = System.WGS84) -> tuple[float, float]: ...
@overload
def convert(
    lon: ArrayLike, lat: ArrayLike, source: Source, target: Source = System.WGS84
) -> tuple[Floats, Floats]: ...
def convert(lon: Any, lat: Any, source: Source, target: Source = System.WGS84) -> tuple[Any, Any]:
    """Move points from one system to another.

    ``lon`` and ``lat`` are degrees (easting and northing in metres for a ``GaussKrueger`` source), one number
    each or arrays of one shape. Round trips between any two systems come back within 0.1 m. Raises
    ``ValueError`` naming the first unusable point.
    """
    x, y = _numbers(lon, lat)
    if source != target:
        x, y = _from_wgs(*_to_wgs(x, y, source), target)
    elif isinstance(source, System):
        _check_degrees(x, y)
    return (float(x), float(y)) if x.ndim == 0 else (x, y)


def _to_wgs(x: Floats, y: Floats, source: Source) -> tuple[Floats, Floats]:
    if isinstance(source, GaussKrueger):
        return _unproject(x, y, source.epsg)
    _check_degrees(x, y)
    if source is System.BD09:
        x, y = _unshifted(x, y, _bd_offset)
    if source in (System.BD09, System.GCJ02):
        x, y = _unshifted(x, y, _gcj_offset)
    return x, y


def _from_wgs(x: Floats, y: Floats, target: Source) -> tuple[Floats, Floats]:
    if isinstance(target, GaussKrueger):
        return _project(x, y, target.epsg)
    if target in (System.BD09, System.GCJ02):
        x, y = _shifted(x, y, _gcj_offset)
    return _shifted(x, y, _bd_offset) if target is System.BD09 else (x, y)


def _numbers(lon: Any, lat: Any) -> tuple[Floats, Floats]:
    try:
        x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(sentence("坐标必须是数字")) from error
    if x.shape != y.shape:
        raise ValueError(sentence("经度有 %(x)s 个，纬度有 %(y)s 个，个数要一样", x=x.size, y=y.size))
    bad = ~(np.isfinite(x) & np.isfinite(y))
    if bad.any():
        raise ValueError(sentence("%(which)s坐标是空的或不是数字", which=_which(bad)))
    return x, y


def _which(bad: NDArray[np.bool_]) -> str:
    return "" if bad.ndim == 0 else sentence("第 %(number)s 个点的", number=int(np.argmax(bad.ravel())) + 1)


def _check_degrees(x: Floats, y: Floats) -> None:
    bad = (np.abs(x) > 180) | (np.abs(y) > 90)
    if not bad.any():
        return
    first = int(np.argmax(bad.ravel()))
    here = f"({x.ravel()[first]:g}, {y.ravel()[first]:g})"
    if abs(x.ravel()[first]) <= 90 and abs(y.ravel()[first]) <= 180:
        hint = sentence("看上去经度和纬度写反了")
    elif abs(x.ravel()[first]) > 1000:
        hint = sentence("看上去是以米为单位的投影坐标，请选对坐标系")
    else:
        hint = sentence("经度应在 -180 至 180，纬度应在 -90 至 90")
    raise ValueError(sentence("%(which)s坐标%(here)s不对：%(hint)s", which=_which(bad), here=here, hint=hint))


_AXIS = 6378245.0
_E2 = 0.00669342162296594323
_STEPS = 12  # each step shrinks the error at least 25-fold; inside China a thousandfold
_SETTLED = 1e-11  # degrees: a thousandth of a millimetre

# Where the map providers shift points: a coarse envelope drawn wider than the land and the sea around the
# islands. It is no border and says nothing about one.
_ENVELOPE = shapely.Polygon([
    (73.2, 39.8), (73.4, 38.2), (74.6, 37.0), (77.5, 35.2), (78.3, 34.2), (78.0, 32.3), (78.6, 30.9),
    (80.8, 29.9), (82.6, 29.6), (84.6, 28.5), (86.0, 27.9), (88.0, 27.6), (88.9, 27.1), (89.2, 27.7),
    (90.2, 28.0), (91.5, 27.8), (91.6, 26.6), (94.5, 26.6), (97.6, 27.4), (98.3, 26.0), (97.3, 23.7),
    (98.6, 23.3), (99.0, 21.6), (101.0, 20.9), (101.8, 20.9), (102.4, 21.8), (104.2, 22.3), (106.0, 22.3),
    (107.2, 21.3), (107.9, 20.4), (108.8, 17.5), (109.6, 14.0), (110.2, 6.0), (111.5, 2.8), (113.6, 3.2),
    (114.6, 6.0), (117.6, 9.4), (119.4, 15.5), (120.6, 20.2), (123.2, 22.0), (124.8, 25.6), (123.7, 31.0),
    (123.3, 36.0), (123.8, 39.4), (125.2, 40.3), (127.0, 41.2), (129.0, 41.7), (130.8, 42.1), (131.6, 44.4),
    (133.6, 45.0), (135.6, 48.6), (132.0, 48.2), (128.2, 50.2), (126.3, 53.2), (123.4, 54.0), (119.6, 53.4),
    (115.8, 50.2), (115.2, 47.2), (111.3, 45.6), (110.9, 43.9), (105.0, 42.2), (97.0, 43.2), (92.0, 45.8),
    (90.2, 48.2), (87.6, 49.6), (84.9, 48.0), (82.0, 46.0), (79.7, 44.9), (79.8, 42.3), (76.0, 41.0),
])  # fmt: skip
shapely.prepare(_ENVELOPE)


_RIM = 0.3  # degrees over which the shift fades out past the envelope


def _weight(x: Floats, y: Floats) -> Floats:
    """1 inside the envelope, 0 abroad, falling evenly across the rim.

    A sudden edge would let two points land on one spot and make the way back ambiguous; with the rim the
    shift has exactly one inverse everywhere.
    """
    inside = np.asarray(shapely.intersects_xy(_ENVELOPE, x, y))
    weight = inside.astype(np.float64)
    rim = ~inside & (np.abs(x - 104.4) < 31.6) & (np.abs(y - 28.5) < 26.5)
    if rim.any():
        away = shapely.distance(_ENVELOPE, shapely.points(x[rim], y[rim]))
        weight[rim] = np.clip(1 - away / _RIM, 0, 1)
    return weight


Offset = Callable[[Floats, Floats], tuple[Floats, Floats]]


def _shifted(x: Floats, y: Floats, offset: Offset) -> tuple[Floats, Floats]:
    east, north = _weighted(x, y, offset)
    return x + east, y + north


def _unshifted(x: Floats, y: Floats, offset: Offset) -> tuple[Floats, Floats]:
    """The point whose shift lands here: fixed-point iteration, a contraction by at least 25 a step."""
    px, py = x, y
    for _ in range(_STEPS):
        east, north = _weighted(px, py, offset)
        moved = max(np.max(np.abs(x - east - px), initial=0), np.max(np.abs(y - north - py), initial=0))
        px, py = x - east, y - north
        if moved < _SETTLED:
            break
    return px, py


def _weighted(x: Floats, y: Floats, offset: Offset) -> tuple[Floats, Floats]:
    weight = _weight(x, y)
    east, north = offset(np.where(weight > 0, x, 105.0), np.where(weight > 0, y, 35.0))
    return weight * east, weight * north


def _waves(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """The shift's two wave sums in metres, from degrees counted from (105, 35)."""
    root = np.sqrt(np.abs(x))
    common = (20 * np.sin(6 * np.pi * x) + 20 * np.sin(2 * np.pi * x)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + common
    north = north + (20 * np.sin(np.pi * y) + 40 * np.sin(np.pi / 3 * y)) * 2 / 3
    north = north + (160 * np.sin(np.pi / 12 * y) + 320 * np.sin(np.pi / 30 * y)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + common
    east = east + (20 * np.sin(np.pi * x) + 40 * np.sin(np.pi / 3 * x)) * 2 / 3
    east = east + (150 * np.sin(np.pi / 12 * x) + 300 * np.sin(np.pi / 30 * x)) * 2 / 3
    return east, north


def _gcj_offset(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """GCJ-02 minus WGS-84 in degrees at a WGS-84 point in China."""
    east, north = _waves(x - 105.0, y - 35.0)
    phi = np.radians(y)
    magic = 1 - _E2 * np.sin(phi) ** 2
    meridian = _AXIS * (1 - _E2) / (magic * np.sqrt(magic))
    parallel = _AXIS / np.sqrt(magic) * np.cos(phi)
    return np.degrees(east / parallel), np.degrees(north / meridian)


_BD = math.pi * 3000 / 180


def _bd_offset(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """BD-09 minus GCJ-02 in degrees at a GCJ-02 point in China."""
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * _BD)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * _BD)
    return radius * np.cos(angle) + 0.0065 - x, radius * np.sin(angle) + 0.006 - y


@cache
def _transformer(epsg: int, forward: bool) -> Transformer:
    """Thread-safe once built: pyproj keeps one context per thread behind it."""
    pair = ("EPSG:4490", f"EPSG:{epsg}") if forward else (f"EPSG:{epsg}", "EPSG:4490")
    return Transformer.from_crs(*pair, always_xy=True)


def _project(x: Floats, y: Floats, epsg: int) -> tuple[Floats, Floats]:
    east, north = _transformer(epsg, True).transform(x, y)
    return _finite(np.asarray(east), np.asarray(north), epsg)


def _unproject(x: Floats, y: Floats, epsg: int) -> tuple[Floats, Floats]:
    lon, lat = (np.asarray(v) for v in _transformer(epsg, False).transform(x, y))
    lon, lat = _finite(lon, lat, epsg)
    # A zone is 3 or 6 degrees wide; a point ten degrees off was written for another zone or system.
    centre = _centre(epsg)
    bad = np.abs(lon - centre) > 10
    if bad.any():
        where = sentence("EPSG:%(epsg)s 这一带（中央经线 %(centre)s 度）", epsg=epsg, centre=f"{centre:g}")
        raise ValueError(
            sentence("%(which)s坐标不在 %(where)s，请核对坐标系和带号", which=_which(bad), where=where)
        )
    return lon, lat


def _centre(epsg: int) -> float:
    if epsg > _LAST_6:
        return 75.0 + 3 * ((epsg - _FIRST_3) % 21)
    return 75.0 + 6 * ((epsg - 4491) % 11)


def _finite(x: Floats, y: Floats, epsg: int) -> tuple[Floats, Floats]:
    bad = ~(np.isfinite(x) & np.isfinite(y))
    if bad.any():
        raise ValueError(
            sentence(
                "%(which)s坐标无法用 EPSG:%(epsg)s 换算，请核对坐标系和带号", which=_which(bad), epsg=epsg
            )
        )
    return x.astype(np.float64, copy=False), y.astype(np.float64, copy=False)
