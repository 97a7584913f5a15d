"""What is drawn around a point: streets, water, houses and the outlines of grids, small enough for a small map."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from math import cos, radians
from typing import Any

from django.db.models import Count, Max, Min
from django.urls import reverse

from fengqiao.accounts.scope import Scope
from fengqiao.territory.choices import Rank
from fengqiao.territory.maps import LAYERS
from fengqiao.territory.models import Boundary, MapFeature, within

REACH = 450
"""Metres shown to each side of a pinned point."""
MOST = 1500
"""Shapes at most; a small map needs no more."""
_METRES_PER_DEGREE = 111_320

Box = tuple[float, float, float, float]
"""West, south, east, north in WGS-84 degrees."""


WIDE = 2_500
"""Metres to each side for a map on which somebody looks for a place."""


def map_url(lat: float | None, lon: float | None, *, pin: bool = True) -> str:
    """Where the map around a point (WGS-84 degrees) comes from; empty without a point.

    Everything comes by address: a part of a page swapped in by htmx keeps no data of its own. Without ``pin`` it is
    the wider map on which somebody looks for a place.
    """
    if lat is None or lon is None:
        return ""
    return f"{reverse('desk:map_near')}?at={lat:.5f},{lon:.5f}&{'pin' if pin else 'wide'}=1"


def pinned(lat: float, lon: float) -> dict[str, Any]:
    """The map of one place: its surroundings, a pin, a circle of some metres."""
    return {**around(lat, lon, REACH), "pin": [lat, lon], "near": 35, "center": [lat, lon], "zoom": 17}


def wide(lat: float, lon: float) -> dict[str, Any]:
    """The map to look for a place on, from the middle outwards."""
    return {**around(lat, lon, WIDE), "center": [lat, lon], "zoom": 16}


def around(lat: float, lon: float, reach: float) -> dict[str, Any]:
    """Layers of GeoJSON within ``reach`` metres of a point (WGS-84 degrees), by kind."""
    dlat = reach / _METRES_PER_DEGREE
    dlon = dlat / max(0.2, cos(radians(lat)))
    box = (lon - dlon, lat - dlat, lon + dlon, lat + dlat)
    layers: dict[str, dict[str, Any]] = {}
    for kind, geometry in _near(box):
        layer = layers.setdefault(LAYERS.get(kind, kind), {"type": "FeatureCollection", "features": []})
        layer["features"].append({"type": "Feature", "properties": {}, "geometry": geometry})
    return {"layers": layers}


def _near(box: Box) -> Iterator[tuple[str, Any]]:
    shown = 0
    for kind, bounds, geometry in _drawn(_stamp()):
        if _meets(bounds, box) and shown < MOST:
            shown += 1
            yield kind, geometry
    west, south, east, north = box
    rows = Boundary.objects.filter(
        valid_to__isnull=True,
        area__rank=Rank.GRID,
        min_lon__lte=east,
        max_lon__gte=west,
        min_lat__lte=north,
        max_lat__gte=south,
    )
    for geometry in rows.values_list("geometry", flat=True)[:60]:
        yield "grids", geometry


def _stamp() -> tuple[int, int]:
    """Changes when something drawn is added or removed."""
    found = MapFeature.objects.aggregate(n=Count("id"), last=Max("id"))
    return int(found["n"]), int(found["last"] or 0)


@lru_cache(maxsize=1)
def _drawn(_changed: tuple[int, int]) -> tuple[tuple[str, Box, Any], ...]:
    """Everything drawn, with its box; read once until it changes."""
    rows = MapFeature.objects.order_by("id").values_list("kind", "geometry")
    return tuple((kind, _bounds(geometry), geometry) for kind, geometry in rows.iterator(chunk_size=2000))


def _bounds(geometry: Any) -> Box:
    points = list(_points(geometry.get("coordinates", []))) or [(0.0, 0.0)]
    lons, lats = [p[0] for p in points], [p[1] for p in points]
    return min(lons), min(lats), max(lons), max(lats)


def _points(coordinates: Any) -> Iterator[tuple[float, float]]:
    if coordinates and isinstance(coordinates[0], (int, float)):
        yield float(coordinates[0]), float(coordinates[1])
        return
    for part in coordinates:
        yield from _points(part)


def _meets(a: Box, b: Box) -> bool:
    return a[0] <= b[2] and a[2] >= b[0] and a[1] <= b[3] and a[3] >= b[1]


def middle(scope: Scope) -> tuple[float, float] | None:
    """The middle (latitude, longitude) of the ground somebody works on; None where no outline is known."""
    inside = within(scope.paths("territory.see"), "area__path")
    found = Boundary.objects.filter(inside, valid_to__isnull=True).aggregate(
        west=Min("min_lon"), south=Min("min_lat"), east=Max("max_lon"), north=Max("max_lat")
    )
    if found["west"] is None:
        return None
    return (found["south"] + found["north"]) / 2, (found["west"] + found["east"]) / 2
