"""Outlines in memory: one exact index per rank, built once and rebuilt when an outline changes."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import shapely
from django.db import connection
from django.db.models import Count, Max, Sum
from shapely import MultiPolygon, Polygon

from fengqiao.algorithms.pointindex import PolygonIndex
from fengqiao.territory.choices import RANK_ORDER, Rank
from fengqiao.territory.models import Boundary

Version = tuple[object, ...]
DEEPEST_FIRST: tuple[Rank, ...] = tuple(sorted(RANK_ORDER, key=lambda r: -RANK_ORDER[r]))


@dataclass(frozen=True)
class Outlines:
    """Current outlines as exact indexes by rank; ids are area codes, so on an edge the first code wins."""

    version: Version
    by_rank: dict[Rank, PolygonIndex[str]]


_lock = threading.Lock()
_cached: Outlines | None = None


def version() -> Version:
    """A cheap stamp of the current outlines: it changes whenever one is added, ended or replaced."""
    rows = Boundary.objects.filter(valid_to__isnull=True).aggregate(
        count=Count("id"),
        last=Max("id"),
        area=Max("area_id"),
        west=Sum("min_lon"),
        south=Sum("min_lat"),
        east=Sum("max_lon"),
        north=Sum("max_lat"),
    )
    return (str(connection.settings_dict["NAME"]), *rows.values())


def outlines() -> Outlines:
    """The indexes for the outlines as they are now."""
    global _cached
    wanted = version()
    found = _cached
    if found is not None and found.version == wanted:
        return found
    with _lock:
        if _cached is None or _cached.version != wanted:
            _cached = _build(wanted)
        return _cached


def _build(stamp: Version) -> Outlines:
    rows = Boundary.objects.filter(valid_to__isnull=True, area__valid_to__isnull=True)
    codes: dict[Rank, list[str]] = defaultdict(list)
    shapes: dict[Rank, list[Polygon | MultiPolygon]] = defaultdict(list)
    for code, rank, geometry in rows.values_list("area__code", "area__rank", "geometry"):
        polygon = shapely.geometry.shape(geometry)
        if isinstance(polygon, (Polygon, MultiPolygon)):
            codes[Rank(rank)].append(code)
            shapes[Rank(rank)].append(polygon)
    return Outlines(stamp, {rank: PolygonIndex(codes[rank], shapes[rank]) for rank in codes})


def codes_at(lons: Sequence[float], lats: Sequence[float]) -> list[str | None]:
    """For each point (WGS-84 degrees) the code of the smallest area that holds it, None outside all.

    A point on an edge belongs to the area whose code sorts first, at its own rank. Raises ValueError for
    coordinates that are not finite numbers.
    """
    found: list[str | None] = [None] * len(lons)
    current = outlines()
    for rank in DEEPEST_FIRST:
        open_ones = [n for n, code in enumerate(found) if code is None]
        index = current.by_rank.get(rank)
        if index is None or not open_ones:
            continue
        codes = index.locate_many([lons[n] for n in open_ones], [lats[n] for n in open_ones])
        for n, code in zip(open_ones, codes, strict=True):
            found[n] = code
    return found
