"""What is wrong with a set of boundaries, said in words an administrator can act on.

Checked: self-crossing, siblings that overlap, gaps between siblings, latitude and longitude swapped,
coordinates that are not degrees, parts outside the parent, missing boundaries. Nothing is changed here unless
asked: ``repaired`` and ``repair_polygon`` do that. Areas are geodesic square metres on WGS-84 (pyproj).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import shapely
from pyproj import Geod
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from fengqiao.algorithms.sentences import sentence

_GEOD = Geod(ellps="WGS84")
SMALLEST_M2 = 1.0  # below this an overlap or gap is rounding in the drawing, not a boundary somebody disputes


class Fault(StrEnum):
    """Kinds of fault in boundaries."""

    MISSING = "missing"
    NOT_DEGREES = "not_degrees"
    SWAPPED = "swapped"
    CROSSED = "crossed"
    OVERLAP = "overlap"
    GAP = "gap"
    OUTSIDE_PARENT = "outside_parent"


@dataclass(frozen=True, slots=True)
class Shape:
    """One area to be checked; ``parent`` is the code of the area it lies in, ``None`` at the top."""

    code: str
    name: str
    polygon: Polygon | MultiPolygon | None
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: the codes concerned, the area in square metres (0 where none applies), a place to look at
    (WGS-84) and a Chinese sentence."""

    fault: Fault
    codes: tuple[str, ...]
    message: str
    area_m2: float = 0.0
    at: tuple[float, float] | None = None


def area_m2(geometry: BaseGeometry) -> float:
    """Geodesic area of a WGS-84 geometry in square metres."""
    return abs(_GEOD.geometry_area_perimeter(geometry)[0]) if not geometry.is_empty else 0.0


def check_polygons(shapes: Sequence[Shape], *, smallest_m2: float = SMALLEST_M2) -> list[Finding]:
    """All faults of a set of areas, worst kinds first within each area.

    Overlaps and gaps are looked for among areas of one parent. A gap is ground of the parent (or, without the
    parent's boundary, a hole enclosed by the siblings) that no sibling covers. Findings under ``smallest_m2``
    are left out. Shapes with a fault of their own take no further part: one broken area yields one finding.
    """
    findings: list[Finding] = []
    sound: list[Shape] = []
    for shape in shapes:
        own = _own_fault(shape)
        findings.extend([own] if own else [])
        if own is None:
            sound.append(shape)
    parents = {shape.code: shape for shape in sound}
    broken = {code for finding in findings for code in finding.codes}
    for parent, children in _families(sound).items():
        findings.extend(_overlaps(children, smallest_m2))
        if parent in broken:
            continue
        outline = parents.get(parent) if parent else None
        findings.extend(_outside(children, outline, smallest_m2))
        if not any(s.parent == parent and s.code in broken for s in shapes):
            findings.extend(_gaps(children, outline, smallest_m2))
    return findings


def repair_polygon(polygon: Polygon | MultiPolygon) -> Polygon | MultiPolygon:
    """The same ground as a valid polygon (GEOS make_valid); lines and points that fall off are dropped.

    Raises ``ValueError`` where nothing with an area is left.
    """
    fixed = shapely.make_valid(polygon, method="structure", keep_collapsed=False)
    parts = [part for part in shapely.get_parts(fixed) if isinstance(part, Polygon) and part.area > 0]
    if not parts:
        raise ValueError(sentence("修复之后没有剩下面积，请重新画这个边界"))
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)


def repaired(shapes: Iterable[Shape]) -> list[Shape]:
    """The shapes with self-crossing boundaries made valid; all others are returned as they are."""
    return [
        replace(shape, polygon=repair_polygon(shape.polygon))
        if shape.polygon is not None and not shape.polygon.is_valid
        else shape
        for shape in shapes
    ]


def _label(shape: Shape) -> str:
    return sentence("“%(name)s”（%(code)s）", name=shape.name, code=shape.code)


def _size(square_metres: float) -> str:
    if square_metres >= 100_000:
        return sentence("%(size)s 平方千米", size=f"{square_metres / 1e6:.2f}")
    return sentence("%(size)s 平方米", size=f"{square_metres:,.0f}")


def _spot(geometry: BaseGeometry) -> tuple[float, float]:
    point = geometry.representative_point()
    return float(point.x), float(point.y)


def _own_fault(shape: Shape) -> Finding | None:
    polygon = shape.polygon
    if polygon is None or polygon.is_empty:
        return Finding(Fault.MISSING, (shape.code,), sentence("%(shape)s没有边界", shape=_label(shape)))
    west, south, east, north = polygon.bounds
    if not np.isfinite((west, south, east, north)).all():
        return Finding(
            Fault.NOT_DEGREES, (shape.code,), sentence("%(shape)s的坐标里有空值", shape=_label(shape))
        )
    if _looks_swapped(west, south, east, north):
        words = sentence(
            "%(shape)s的经度和纬度写反了：第一个数应是经度（中国在 73 至 135 之间）", shape=_label(shape)
        )
        return Finding(Fault.SWAPPED, (shape.code,), words)
    if max(abs(west), abs(east)) > 180 or max(abs(south), abs(north)) > 90:
        words = sentence(
            "%(shape)s的坐标不是经纬度（例如 %(west)s, %(south)s），请选对坐标系",
            shape=_label(shape),
            west=f"{west:.1f}",
            south=f"{south:.1f}",
        )
        return Finding(Fault.NOT_DEGREES, (shape.code,), words)
    if not polygon.is_valid:
        words = sentence(
            "%(shape)s的边界自己交叉或重叠，分不清里外，可以让系统修复，也可以重新画", shape=_label(shape)
        )
        return Finding(Fault.CROSSED, (shape.code,), words, at=_crossing(polygon))
    return None


def _looks_swapped(west: float, south: float, east: float, north: float) -> bool:
    """True where the numbers fit China only when read the other way round."""
    return west >= 3 and east <= 54 and south >= 73 and north <= 136


def _crossing(polygon: Polygon | MultiPolygon) -> tuple[float, float] | None:
    reason = str(shapely.is_valid_reason(polygon))
    numbers = reason.partition("[")[2].rstrip("]").split()
    return (float(numbers[0]), float(numbers[1])) if len(numbers) >= 2 else None


def _families(shapes: Sequence[Shape]) -> dict[str | None, list[Shape]]:
    families: dict[str | None, list[Shape]] = defaultdict(list)
    for shape in shapes:
        families[shape.parent].append(shape)
    return families


def _geometry(shape: Shape) -> Polygon | MultiPolygon:
    if shape.polygon is None:
        raise ValueError(sentence("%(shape)s没有边界", shape=_label(shape)))
    return shape.polygon


def _overlaps(children: Sequence[Shape], smallest_m2: float) -> Iterator[Finding]:
    polygons = [_geometry(child) for child in children]
    left, right = shapely.STRtree(polygons).query(polygons, predicate="intersects")
    for a, b in sorted((int(i), int(j)) for i, j in zip(left, right, strict=True) if i < j):
        common = _faces(polygons[a].intersection(polygons[b]))
        size = area_m2(common)
        if size < smallest_m2:
            continue
        words = sentence(
            "%(first)s和%(second)s重叠 %(size)s，同一块地只能归一个",
            first=_label(children[a]),
            second=_label(children[b]),
            size=_size(size),
        )
        yield Finding(Fault.OVERLAP, (children[a].code, children[b].code), words, size, _spot(common))


def _outside(children: Sequence[Shape], outline: Shape | None, smallest_m2: float) -> Iterator[Finding]:
    if outline is None:
        return
    ground = _geometry(outline)
    shapely.prepare(ground)
    for child in children:
        polygon = _geometry(child)
        if ground.covers(polygon):
            continue
        beyond = _faces(polygon.difference(ground))
        size = area_m2(beyond)
        if size >= smallest_m2:
            words = sentence(
                "%(child)s有 %(size)s伸到上级%(outline)s之外",
                child=_label(child),
                size=_size(size),
                outline=_label(outline),
            )
            yield Finding(Fault.OUTSIDE_PARENT, (child.code, outline.code), words, size, _spot(beyond))


def _gaps(children: Sequence[Shape], outline: Shape | None, smallest_m2: float) -> Iterator[Finding]:
    covered = shapely.union_all([_geometry(child) for child in children])
    codes: tuple[str, ...] = ()
    where: str = ""
    if outline is not None:
        open_ground: BaseGeometry = _geometry(outline).difference(covered)
        where, codes = sentence("%(outline)s里", outline=_label(outline)), (outline.code,)
    else:
        rings = [Polygon(ring) for part in shapely.get_parts(covered) for ring in part.interiors]
        open_ground = MultiPolygon(rings)
    for hole in shapely.get_parts(open_ground):
        size = area_m2(hole)
        if not isinstance(hole, Polygon) or size < smallest_m2:
            continue
        near = tuple(child.code for child in children if _geometry(child).intersects(hole))
        names = tuple(child.name for child in children if child.code in near) or sentence("各下级")
        words = sentence(
            "%(where)s有 %(size)s不归任何一个下级（靠着%(names)s）",
            where=where,
            size=_size(size),
            names=names,
        )
        yield Finding(Fault.GAP, codes + near, words, size, _spot(hole))


def _faces(geometry: BaseGeometry) -> BaseGeometry:
    """Only the parts with an area: a shared edge is no overlap."""
    parts = [p for p in shapely.get_parts(geometry, return_index=False) if p.geom_type == "Polygon"]
    return shapely.union_all(parts) if parts else Polygon()
