"""Area files: boundaries as GeoJSON, names and codes as division tables, both into ``AreaRow``.

GeoJSON may be in any system of ``coords`` (its own ``crs`` member is honoured, else the one named by the
caller, else WGS-84); what comes out is WGS-84. Features and rows that cannot be used are listed with their
number and the reason; the rest is still read, so a preview can show both. Whether boundaries overlap or
cross themselves is for ``pointindex.check_polygons`` to say.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon
from shapely.errors import GEOSException

from fengqiao.algorithms.arearows import (
    AreaCaps,
    AreaFields,
    AreaFile,
    AreaRow,
    Outline,
    Unusable,
    described,
    gather,
)
from fengqiao.algorithms.coords import Source, System, convert, parse_source
from fengqiao.algorithms.decoding import read_text
from fengqiao.algorithms.filefaults import FileFault, FileSource, opened
from fengqiao.algorithms.sentences import sentence
from fengqiao.algorithms.tablefiles import Row, open_table

__all__ = ["AreaCaps", "AreaFields", "AreaFile", "AreaRow", "read_areas_geojson", "read_divisions_csv"]


def read_areas_geojson(
    source: FileSource,
    *,
    fields: AreaFields | None = None,
    system: Source | None = None,
    caps: AreaCaps | None = None,
) -> AreaFile:
    """Read a FeatureCollection of polygons.

    Raises ``FileFault`` when the file as a whole is no such thing or beyond the caps, and when its own
    ``crs`` contradicts ``system``.
    """
    fields, caps = fields or AreaFields(), caps or AreaCaps()
    document = _parse(source, caps)
    features = document.get("features")
    if document.get("type") != "FeatureCollection" or not isinstance(features, list):
        raise FileFault(
            sentence("不是 GeoJSON 的 FeatureCollection，请导出成“要素集合”再导入"), code="not_geojson"
        )
    if len(features) > caps.features:
        words = sentence(
            "有 %(n)s 个要素，最多 %(features)s 个，请拆成几个文件",
            n=f"{len(features):,}",
            features=f"{caps.features:,}",
        )
        raise FileFault(words, code="too_many")
    reader = _FeatureReader(fields, _system(document, system), caps.vertices)
    return gather(enumerate(features, start=1), reader.area)


def read_divisions_csv(
    source: FileSource, *, fields: AreaFields | None = None, caps: AreaCaps | None = None
) -> AreaFile:
    """Read a table of division codes (CSV, TSV or XLSX) without boundaries.

    Known columns: a code and a name, and where present the parent's code and a rank or level. Without a
    parent column the parent follows from the code (2+2+2+3+3 digits); without a rank it follows from the
    code's length and, for 12 digits, from the last three (0 and 1 hundreds communities, 2 and 3 hundreds
    villages; others communities). Raises ``FileFault`` for unreadable files and missing columns.
    """
    caps = caps or AreaCaps()
    with open_table(source) as table:
        chosen = fields or _guess_fields(table.columns)
        missing = [name for name in (chosen.code, chosen.name) if name not in table.columns]
        if missing:
            words = sentence(
                "缺少“%(missing)s”列。文件里有：%(columns)s",
                missing="”“".join(missing),
                columns=tuple(table.columns),
            )
            raise FileFault(words, code="missing_columns")
        rows = ((row.number, row) for row in _at_most(table, caps.features))
        return gather(rows, lambda row: _division(row, chosen))


def _at_most(rows: Iterable[Row], most: int) -> Iterator[Row]:
    for count, row in enumerate(rows):
        if count >= most:
            raise FileFault(sentence("表超过 %(most)s 行，请拆成几个文件", most=f"{most:,}"), code="too_many")
        yield row


# GeoJSON


def _parse(source: FileSource, caps: AreaCaps) -> dict[str, Any]:
    with opened(source, most_bytes=caps.bytes) as stream:
        text = read_text(stream)
    try:
        document = json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise FileFault(
            sentence("不是完好的 JSON（第 %(lineno)s 行），请重新导出", lineno=error.lineno), code="not_json"
        ) from error
    except RecursionError as error:
        raise FileFault(sentence("文件的层次多得不正常，没有打开"), code="too_deep") from error
    if not isinstance(document, dict):
        raise FileFault(
            sentence("不是 GeoJSON 的 FeatureCollection，请导出成“要素集合”再导入"), code="not_geojson"
        )
    return document


def _no_constant(name: str) -> float:
    raise FileFault(sentence("坐标里有 %(name)s，请修好后重新导出", name=name), code="not_json")


def _system(document: dict[str, Any], wanted: Source | None) -> Source:
    crs = document.get("crs")
    properties = crs.get("properties") if isinstance(crs, dict) else None
    named = properties.get("name") if isinstance(properties, dict) else None
    if not isinstance(named, str):
        return wanted or System.WGS84
    try:
        own = parse_source(named)
    except ValueError as error:
        if wanted is not None:
            return wanted
        raise FileFault(
            sentence("文件写着坐标系“%(named)s”，不认识；请在导入时选定坐标系", named=named), code="crs"
        ) from error
    same = {System.WGS84, System.CGCS2000}
    if wanted is not None and wanted != own and not {wanted, own} <= same:
        raise FileFault(sentence("文件写着坐标系“%(named)s”，和选的不一样，请核对", named=named), code="crs")
    return own


_NUMBERS = {int, float}


def _is_position(value: object) -> bool:
    return isinstance(value, list) and len(value) >= 2 and {type(value[0]), type(value[1])} <= _NUMBERS


class _FeatureReader:
    """Reads features one by one and keeps count of their vertices."""

    def __init__(self, fields: AreaFields, system: Source, most_vertices: int) -> None:
        self._fields = fields
        self._system = system
        self._left = most_vertices

    def area(self, feature: object) -> AreaRow:
        """One feature as an area. Raises ``Unusable`` with the reason in words."""
        if not isinstance(feature, dict) or not isinstance(feature.get("properties"), dict):
            raise Unusable(sentence("这个要素没有属性"), "no_properties")
        properties: dict[str, Any] = feature["properties"]
        row = described({key: _word(value) for key, value in properties.items()}, self._fields)
        return AreaRow(row.code, row.name, row.rank, row.parent_code, self._outline(feature.get("geometry")))

    def _outline(self, geometry: object) -> Outline | None:
        if geometry is None:
            return None
        kind = geometry.get("type") if isinstance(geometry, dict) else None
        coordinates = geometry.get("coordinates") if isinstance(geometry, dict) else None
        if kind not in ("Polygon", "MultiPolygon") or not isinstance(coordinates, list) or not coordinates:
            raise Unusable(
                sentence("边界的类型是“%(kind)s”，应是 Polygon 或 MultiPolygon", kind=kind), "not_polygon"
            )
        parts = [coordinates] if kind == "Polygon" else coordinates
        polygons = [self._polygon(part) for part in parts]
        return polygons[0] if len(polygons) == 1 else MultiPolygon(polygons)

    def _polygon(self, rings: object) -> Polygon:
        if not isinstance(rings, list) or not rings:
            raise Unusable(sentence("边界里有空的面"), "bad_ring")
        shell, *holes = [self._ring(ring) for ring in rings]
        try:
            return Polygon(shell, holes)
        except (GEOSException, ValueError) as error:
            raise Unusable(sentence("边界画不成面"), "bad_ring") from error

    def _ring(self, ring: object) -> NDArray[np.float64]:
        if not isinstance(ring, list) or len(ring) < 4:
            raise Unusable(sentence("边界的一圈至少要有 4 个点"), "bad_ring")
        self._left -= len(ring)
        if self._left < 0:
            raise FileFault(sentence("边界的点太多，请先在地图软件里简化"), code="too_many_vertices")
        if not all(map(_is_position, ring)):
            raise Unusable(sentence("边界里有不是坐标的内容"), "bad_ring")
        points = np.asarray([position[:2] for position in ring], dtype=np.float64)
        try:
            x, y = convert(points[:, 0], points[:, 1], self._system)
        except ValueError as error:
            raise Unusable(sentence("边界不能用：%(why)s", why=error.args[0]), "bad_coordinates") from error
        if points[0].tolist() != points[-1].tolist():
            raise Unusable(sentence("边界的一圈没有闭合：最后一点应和第一点相同"), "open_ring")
        return np.column_stack((x, y))


def _word(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


# division tables

_LENGTHS = {2: "province", 4: "city", 6: "county", 9: "street"}
_PARENT_LENGTH = {4: 2, 6: 4, 9: 6, 12: 9}
_PARENT_COLUMNS = ("parent", "parent_code", "parentCode", "streetCode", "上级编码", "上级代码")


def _guess_fields(columns: Sequence[str]) -> AreaFields:
    def first(*names: str) -> str:
        return next((name for name in names if name in columns), "")

    return AreaFields(
        code=first("code", "编码", "代码", "区划代码", "统计用区划代码") or "code",
        name=first("name", "名称", "单位名称") or "name",
        rank=first("rank", "level", "级别", "层级"),
        parent=first(*_PARENT_COLUMNS),
    )


def _division(row: Row, fields: AreaFields) -> AreaRow:
    if row.fault:
        raise Unusable(row.fault, "unreadable")
    area = described(row.cells, fields)
    if not area.code.isascii() or not area.code.isalnum():
        raise Unusable(sentence("编号“%(code)s”里有字母和数字以外的字", code=area.code), "bad_code")
    rank = area.rank or _rank_by_code(area.code)
    parent = area.parent_code
    if parent is None and not fields.parent and area.code.isdigit():
        length = _PARENT_LENGTH.get(len(area.code))
        parent = area.code[:length] if length else None
    return AreaRow(area.code, area.name, rank, parent)


def _rank_by_code(code: str) -> str:
    if len(code) == 12 and code.isdigit():
        return "village" if code[9] in "23" else "community"
    return _LENGTHS.get(len(code), "")
