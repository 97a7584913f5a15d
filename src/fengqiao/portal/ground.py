"""The ground as residents see it: villages to choose from, a map of outlines, roads and water, what lies where.

Nothing here is about anybody: names of areas and places, lines and surfaces.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, radians
from typing import Any

import shapely
from django.db.models import Count, Max

from fengqiao.accounts.scope import Grant, Scope
from fengqiao.algorithms.distance import distance_m
from fengqiao.lib import clock
from fengqiao.territory.choices import Rank, Tier
from fengqiao.territory.index import version
from fengqiao.territory.maps import METRES_PER_DEGREE, SEE, areas_geojson, features_geojson
from fengqiao.territory.models import Area, MapFeature, Place
from fengqiao.territory.queries import ancestors, locate

EVERYBODY = Scope(None, (Grant("public", frozenset({SEE}), ("/",)),))
"""Outlines of areas are public knowledge; this reach opens them and nothing else."""
SMALL_RANKS: tuple[tuple[Rank, ...], ...] = ((Rank.COMMUNITY, Rank.VILLAGE), (Rank.STREET,), (Rank.COUNTY,))
"""What residents choose from: villages and communities, or the smallest that a young installation has."""
LAYERS = {
    "river": ("river", "creek", "lake", "pond", "water"),
    "roads": ("road", "roads"),
    "green": ("park", "wood", "green"),
    "lanes": ("lane", "lanes"),
}
"""Layers of the map in the order of what helps most -> kinds of scenery; houses are left out, a phone loads this."""
TOLERANCE_M = 4.0
MOST_CORNERS = 20_000
SCREEN = (340, 220)
"""Pixels of the map on a phone, its edge left out."""
LETTER = 13
"""Pixels of a character on the map."""
NEAR_M = 150
"""Metres within which a named place says where a pin is."""

Choice = tuple[str, str]
Group = tuple[str, list[Choice]]


def _small_areas() -> list[Area]:
    today = clock.local(clock.now()).date()
    for ranks in SMALL_RANKS:
        found = list(Area.objects.current(today).filter(rank__in=ranks).order_by("code"))
        if found:
            return found
    return []


def area_choices() -> list[Choice | Group]:
    """Villages and communities by code and name, under their street where there are several streets."""
    streets = dict(Area.objects.filter(rank=Rank.STREET).values_list("pk", "name"))
    groups: dict[str, list[Choice]] = {}
    for area in _small_areas():
        street = next((streets[pk] for pk in area.ancestor_ids if pk in streets), "")
        groups.setdefault(street, []).append((area.code, area.name))
    if len(groups) == 1:
        return list(next(iter(groups.values())))
    return list(groups.items())


def area_by_code(code: str) -> Area | None:
    """The area a resident chose, None when nothing was chosen."""
    return Area.objects.filter(code=code).first() if code else None


def count_areas() -> int:
    """How many villages and communities there are."""
    return Area.objects.filter(valid_to__isnull=True, rank__in=SMALL_RANKS[0]).count()


def words_at(lat: float, lon: float) -> str:
    """Where a point is in words: village or community, and the named place nearest to it within 150 m.

    WGS-84 degrees. Empty outside every outline. Places that need guarding are never named.
    """
    found = locate(lat, lon)
    if found.unplaced:
        return ""
    line = [a for a in ancestors(found.area) if a.rank != Rank.GRID] or [found.area]
    place = _nearest(lat, lon)
    return " · ".join(filter(None, [line[-1].name, place]))


def _nearest(lat: float, lon: float) -> str:
    dlat = NEAR_M / METRES_PER_DEGREE
    dlon = dlat / max(0.2, cos(radians(lat)))
    box = {"lat__range": (lat - dlat, lat + dlat), "lon__range": (lon - dlon, lon + dlon)}
    rows = Place.objects.filter(tier=Tier.ORDINARY, **box).values_list("name", "lat", "lon")[:500]
    near = sorted(
        (distance_m(lat, lon, y, x), name) for name, y, x in rows if y is not None and x is not None
    )
    return near[0][1] if near and near[0][0] <= NEAR_M else ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """The map as JSON and the fingerprint browsers ask with."""

    body: bytes
    etag: str


_lock = threading.Lock()
_drawn: tuple[object, Drawn] | None = None


def drawn() -> Drawn:
    """The map of the whole ground (WGS-84), drawn anew when an outline or a piece of scenery changes."""
    global _drawn
    stamp = _stamp()
    found = _drawn
    if found is not None and found[0] == stamp:
        return found[1]
    with _lock:
        body = json.dumps({"layers": _layers()}, ensure_ascii=False, separators=(",", ":")).encode()
        made = Drawn(body, f'"{hashlib.sha256(body).hexdigest()[:20]}"')
        _drawn = (stamp, made)
        return made


def _stamp() -> object:
    scenery = MapFeature.objects.aggregate(n=Count("id"), last=Max("id"), name=Max("name"))
    areas = Area.objects.aggregate(n=Count("id"), last=Max("id"), ended=Max("valid_to"))
    return (version(), *scenery.values(), *areas.values())


def _layers() -> dict[str, Any]:
    layers = {"areas": _collection(_area_features())}
    left = MOST_CORNERS
    for layer, kinds in LAYERS.items():
        shapes = [shapely.geometry.shape(f["geometry"]) for f in features_geojson(kinds)["features"]]
        thin = [shapely.simplify(s, TOLERANCE_M / METRES_PER_DEGREE) for s in shapes]
        corners = int(shapely.get_num_coordinates(thin).sum()) if thin else 0
        if not corners or corners > left:
            continue
        left -= corners
        layers[layer] = _collection(_feature(shape, {}) for shape in thin if not shape.is_empty)
    return layers


def _area_features() -> list[dict[str, Any]]:
    for ranks in SMALL_RANKS:
        rows = areas_geojson(EVERYBODY, ranks, tolerance_m=TOLERANCE_M)["features"]
        if rows:
            shapes = [shapely.geometry.shape(r["geometry"]) for r in rows]
            names = [r["properties"]["name"] for r in rows]
            legible = _legible(shapes, names)
            return [
                _feature(shape, {"label": names[n]} if n in legible else {}) for n, shape in enumerate(shapes)
            ]
    return []


def _legible(shapes: Sequence[Any], names: Sequence[str]) -> set[int]:
    """Which names can stand side by side when a phone shows the whole ground; larger areas have the first word."""
    west, south, east, north = shapely.total_bounds(shapes)
    narrow = cos(radians(south))
    pixels = min(SCREEN[0] / max((east - west) * narrow, 1e-9), SCREEN[1] / max(north - south, 1e-9))
    placed: list[tuple[int, Any]] = []
    for n in sorted(range(len(shapes)), key=lambda n: -shapes[n].area):
        x, y = shapes[n].centroid.x * narrow * pixels, shapes[n].centroid.y * pixels
        wide, high = LETTER * (len(names[n]) + 1) / 2, LETTER
        label = shapely.box(x - wide, y - high, x + wide, y + high)
        if not any(label.intersects(other) for _n, other in placed):
            placed.append((n, label))
    return {n for n, _label in placed}


def _feature(shape: Any, properties: dict[str, Any]) -> dict[str, Any]:
    rounded = shapely.transform(shape, lambda corners: corners.round(5))  # about a metre
    return {"type": "Feature", "properties": properties, "geometry": shapely.geometry.mapping(rounded)}


def _collection(features: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}
