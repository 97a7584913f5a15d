"""The map from our own data: GeoJSON of areas, beats, places and scenery, drawn no finer than a screen shows."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any

import shapely
from shapely import MultiPolygon, Polygon

from fengqiao.accounts.scope import Scope
from fengqiao.territory.choices import Rank
from fengqiao.territory.index import DEEPEST_FIRST, version
from fengqiao.territory.models import Area, Beat, BeatGrid, Boundary, MapFeature, Place

METRES_PER_DEGREE = 111_320.0
SEE = "territory.see"
LAYERS = {
    "river": "river",
    "lake": "river",
    "creek": "river",
    "pond": "river",
    "park": "green",
    "road": "roads",
    "bridge": "roads",
    "lane": "lanes",
    "building": "buildings",
}
"""Which layer of a map each kind of scenery is drawn in."""
Feature = dict[str, Any]

_lock = threading.Lock()
_drawn: dict[tuple[Any, ...], dict[int, Mapping[str, Any]]] = {}
_MOST_KEPT = 16


def areas_geojson(
    scope: Scope, ranks: Sequence[str] = (), *, tolerance_m: float = 5.0, right: str = SEE
) -> Feature:
    """Outlines of today of the areas the scope may see, as a FeatureCollection (WGS-84).

    Corners whose triangle is smaller than a square of ``tolerance_m`` metres are left out (Visvalingam), by
    neighbours together, so that they keep their common line. Properties:
    ``id``, ``code``, ``name``, ``rank``, ``rank_words``, ``households``, ``residents``.
    """
    features = []
    for rank in [Rank(r) for r in ranks] or list(reversed(DEEPEST_FIRST)):
        shapes = _shapes(rank, tolerance_m)
        rows = Area.objects.visible_to(scope, right).filter(rank=rank, valid_to__isnull=True)
        features += [_feature(shapes[a.pk], _area_words(a)) for a in rows if a.pk in shapes]
    return _collection(features)


def beats_geojson(scope: Scope, *, tolerance_m: float = 5.0, right: str = SEE) -> Feature:
    """Each beat as the ground of the grids it covers today, for those grids the scope may see."""
    shapes = _shapes(Rank.GRID, tolerance_m)
    covers = BeatGrid.objects.filter(
        valid_to__isnull=True, grid__in=Area.objects.visible_to(scope, right)
    ).select_related("beat")
    grids: dict[int, list[Any]] = {}
    beats: dict[int, Beat] = {}
    for cover in covers.order_by("beat__code"):
        beats[cover.beat_id] = cover.beat
        if cover.grid_id in shapes:
            grids.setdefault(cover.beat_id, []).append(shapely.geometry.shape(dict(shapes[cover.grid_id])))
    return _collection(
        _feature(
            shapely.geometry.mapping(shapely.union_all(parts)),
            {"id": pk, "code": beats[pk].code, "name": beats[pk].name, "kind": "beat"},
        )
        for pk, parts in grids.items()
    )


def places_geojson(scope: Scope, *, right: str = SEE, limit: int = 5000) -> Feature:
    """Places with a point in areas the scope may see, key sites first."""
    rows = Place.objects.filter(lat__isnull=False, area__in=Area.objects.visible_to(scope, right))
    order = {"key": 0, "watched": 1}
    found = sorted(rows, key=lambda p: (order.get(p.tier, 2), p.name))[:limit]
    return _collection(
        _feature(
            {"type": "Point", "coordinates": [p.lon, p.lat]},
            {"id": p.pk, "name": p.name, "kind": p.kind, "tier": p.tier, "address": p.address},
        )
        for p in found
    )


def features_geojson(kinds: Sequence[str] = ()) -> Feature:
    """Scenery: rivers, roads, blocks. It says nothing about anybody, so everybody may see it."""
    rows = MapFeature.objects.all().order_by("pk")
    if kinds:
        rows = rows.filter(kind__in=list(kinds))
    return _collection(_feature(f.geometry, {"id": f.pk, "kind": f.kind, "name": f.name}) for f in rows)


def _collection(features: Any) -> Feature:
    return {"type": "FeatureCollection", "features": list(features)}


def _feature(geometry: Mapping[str, Any], properties: dict[str, Any]) -> Feature:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _area_words(area: Area) -> dict[str, Any]:
    return {
        "id": area.pk,
        "code": area.code,
        "name": area.name,
        "rank": area.rank,
        "rank_words": str(Rank(area.rank).label),
        "households": area.households,
        "residents": area.residents,
    }


def _shapes(rank: Rank, tolerance_m: float) -> dict[int, Mapping[str, Any]]:
    """Simplified outlines of one rank by area id, kept until an outline changes."""
    key = (version(), rank, tolerance_m)
    found = _drawn.get(key)
    if found is not None:
        return found
    found = _simplify(rank, tolerance_m)
    with _lock:
        for old in [k for k in _drawn if k[0] != key[0]] or list(_drawn)[: max(0, len(_drawn) - _MOST_KEPT)]:
            del _drawn[old]
        _drawn[key] = found
    return found


def _simplify(rank: Rank, tolerance_m: float) -> dict[int, Mapping[str, Any]]:
    rows = Boundary.objects.filter(area__rank=rank, valid_to__isnull=True, area__valid_to__isnull=True)
    pairs = list(rows.values_list("area_id", "geometry"))
    shapes = [shapely.geometry.shape(geometry) for _, geometry in pairs]
    if tolerance_m > 0 and shapes:
        # As one coverage, so that two neighbours move their common line together.
        shapes = list(shapely.coverage_simplify(shapes, tolerance_m / METRES_PER_DEGREE))
    return {
        pk: shapely.geometry.mapping(shapely.set_precision(shape, 1e-6, mode="pointwise"))
        for (pk, _), shape in zip(pairs, shapes, strict=True)
        if isinstance(shape, (Polygon, MultiPolygon)) and not shape.is_empty
    }
