"""Outlines of areas between the file, shapely and the table: reading, judging, repairing, comparing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import shapely
from django.db.models import Q
from django.utils.translation import gettext as _
from shapely import MultiPolygon, Polygon
from shapely.errors import ShapelyError

from fengqiao.algorithms.coords import Source, System, convert
from fengqiao.algorithms.pointindex import Fault, Finding, Shape, check_polygons, repair_polygon, repaired
from fengqiao.lib.errors import Refusal
from fengqiao.lib.wording import told
from fengqiao.territory.models import Boundary

Outline = Polygon | MultiPolygon
REFUSED = frozenset({Fault.MISSING, Fault.NOT_DEGREES, Fault.SWAPPED, Fault.CROSSED, Fault.OVERLAP})
"""Faults that leave it open to whom ground belongs; gaps and parts outside the parent are only told."""

_SAME = 1e-9  # degrees, a tenth of a millimetre: two drawings closer than that are one


def read_outline(geometry: Mapping[str, Any]) -> Outline:
    """A GeoJSON Polygon or MultiPolygon (WGS-84). Raises Refusal for anything else."""
    try:
        shape = shapely.geometry.shape(dict(geometry))
    except (ShapelyError, ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        raise Refusal(_("边界画不成面，请重新画或重新导出"), code="bad_geometry", field="geometry") from error
    if not isinstance(shape, (Polygon, MultiPolygon)) or shape.is_empty:
        raise Refusal(_("边界应是一个面（Polygon 或 MultiPolygon）"), code="bad_geometry", field="geometry")
    return shape


def written(outline: Outline) -> dict[str, Any]:
    """The outline as GeoJSON for the table."""
    found: dict[str, Any] = shapely.geometry.mapping(outline)
    return found


def same(a: Outline, b: Outline) -> bool:
    """Whether two outlines are the same drawing, whatever point they start from."""
    return bool(shapely.equals_exact(a.normalize(), b.normalize(), tolerance=_SAME))


def around(parents: Iterable[str | None]) -> list[Shape]:
    """Current outlines of ``parents`` and of all their children; None stands for the parent of the roots."""
    codes = sorted({p for p in parents if p})
    wanted = Q(area__code__in=codes) | Q(area__parent__code__in=codes)
    if None in set(parents):
        wanted |= Q(area__parent__isnull=True)
    found = Boundary.objects.filter(wanted, valid_to__isnull=True, area__valid_to__isnull=True)
    columns = ("area__code", "area__name", "geometry", "area__parent__code")
    return [
        Shape(code, name, read_outline(geo), parent)
        for code, name, geo, parent in found.values_list(*columns)
    ]


def judge(new: Sequence[Shape], *, repair: bool) -> tuple[list[Shape], list[Finding]]:
    """The shapes as they would be taken in, and what is to be said about them.

    They are judged together with their parents' and siblings' outlines of today. With ``repair``, crossings
    are made valid and ground that two claim stays with the one that has it today, else with the code that
    sorts first; what was repaired is no longer a finding.
    """
    codes = {s.code for s in new}
    fixed = [s for s in around({s.parent for s in new}) if s.code not in codes] if new else []
    shapes = list(new)
    if repair:
        shapes = _without_overlaps(_made_valid(shapes), fixed)
    findings = check_polygons([*shapes, *fixed])
    return shapes, [f for f in findings if codes & set(f.codes)]


def _made_valid(shapes: Sequence[Shape]) -> list[Shape]:
    try:
        return repaired(shapes)
    except ValueError as error:
        raise Refusal(told(error), code="bad_geometry", field="geometry") from error


def _without_overlaps(shapes: Sequence[Shape], fixed: Sequence[Shape]) -> list[Shape]:
    found, there = {s.code: s for s in shapes}, {s.code: s for s in fixed}
    for finding in check_polygons([*shapes, *fixed]):
        if finding.fault is not Fault.OVERLAP:
            continue
        keeps, gives = sorted(finding.codes, key=lambda c: (c not in there, c))
        if gives in found:  # else both are drawn already: not a matter of this import
            found[gives] = _cut(found[gives], there.get(keeps) or found[keeps])
    return list(found.values())


def _cut(shape: Shape, other: Shape) -> Shape:
    if shape.polygon is None or other.polygon is None:
        return shape
    left = shape.polygon.difference(other.polygon)
    try:
        return replace(shape, polygon=repair_polygon(left))  # type: ignore[arg-type]
    except ValueError as error:
        words = _("“%(shape)s”整个落在“%(other)s”里，去掉重叠后什么也不剩，请重新画") % {
            "shape": shape.name,
            "other": other.name,
        }
        raise Refusal(words, code="bad_geometry", field="geometry") from error


def moved(outline: Outline, system: Source | None) -> Outline:
    """The outline as WGS-84 when it was drawn in ``system``. Raises Refusal for points that cannot be."""
    if system is None or system is System.WGS84:
        return outline
    try:
        found: Outline = shapely.transform(
            outline, lambda xy: np.column_stack(convert(xy[:, 0], xy[:, 1], system))
        )
    except ValueError as error:
        raise Refusal(told(error), code="bad_point", field="geometry") from error
    return found
