"""What the pages of the territory are made of: the tree with its figures, and the map of areas, beats and grids."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Max, Min, QuerySet
from django.urls import reverse

from fengqiao.accounts.models import Person
from fengqiao.accounts.scope import Scope
from fengqiao.desk.pickers import role_names
from fengqiao.lib import clock
from fengqiao.lib.place_config import current_place
from fengqiao.matters.models import Matter
from fengqiao.teams.answers import HANDLES
from fengqiao.teams.models import Appointment
from fengqiao.territory import maps
from fengqiao.territory.choices import Rank
from fengqiao.territory.index import version
from fengqiao.territory.models import Area, Beat, BeatGrid, Boundary, MapFeature, Place, within
from fengqiao.territory.queries import area_choices

SHOW_GRIDS = 150
"""Areas up to which the tree shows grids too; above it they stand on the page of their community."""
SCENERY = ("field", "blocks", "green", "river", "roads")
"""What is drawn below the outlines; houses would only darken a map of the whole ground."""
MOST_SCENERY = 3000
COLOURS = 7
MOST_GRIDS = 12
"""Grids of a beat that are named one by one."""


@dataclass(frozen=True)
class Row:
    """One line of the tree: the area, how deep, and how much is in it, all below included."""

    area: Area
    depth: int
    grids: int
    places: int
    matters: int


def tree(scope: Scope) -> list[Row]:
    """The tree walked from the top with figures rolled up, in three queries."""
    areas = area_choices(scope)
    shown = [a for a in areas if a.rank != Rank.GRID or len(areas) <= SHOW_GRIDS]
    top = min((len(a.ancestor_ids) for a in areas), default=0)
    grids = _rolled(areas, {a.pk: 1 for a in areas if a.rank == Rank.GRID})
    places = _rolled(areas, _counted(Place.objects.filter(area__in=[a.pk for a in areas])))
    matters = _rolled(areas, _counted(Matter.objects.visible_to(scope).open()))
    return [
        Row(a, min(4, len(a.ancestor_ids) - top), grids[a.pk], places[a.pk], matters[a.pk]) for a in shown
    ]


def _counted(rows: Any) -> dict[int, int]:
    found = rows.order_by().values_list("area_id").annotate(n=Count("pk"))
    return {int(pk): int(n) for pk, n in found}


def _rolled(areas: list[Area], own: dict[int, int]) -> Counter[int]:
    """Counts of each area with all below it added."""
    found: Counter[int] = Counter()
    for area in areas:
        for pk in area.ancestor_ids:
            found[pk] += own.get(area.pk, 0)
    return found


@dataclass
class BeatLine:
    """A beat: who is appointed to it and as what, its grids with their workers, and how much is open there."""

    beat: Beat
    main: list[tuple[Area, list[Person]]] = field(default_factory=list)
    also: list[tuple[Area, list[Person]]] = field(default_factory=list)
    officers: list[tuple[Person, str]] = field(default_factory=list)
    open: int = 0
    villages: int = 0

    def by_village(self) -> None:
        """Many grids read as a wall: name their villages and communities instead."""
        units = {grid.parent_id: grid.parent for grid, _who in self.main if grid.parent is not None}
        self.villages = len(units)
        if len(self.main) > MOST_GRIDS:
            self.main = [(unit, []) for unit in units.values()]


def beat_lines(scope: Scope, grids: QuerySet[Area]) -> tuple[list[BeatLine], set[int]]:
    """Beats over ``grids`` by code, and the grids that one covers, in four queries."""
    covers = BeatGrid.objects.filter(valid_to__isnull=True, grid__in=grids).select_related(
        "beat__area", "grid__parent"
    )
    open_in = _counted(Matter.objects.visible_to(scope).open())
    today = clock.local(clock.now()).date()
    held = (
        Appointment.objects.on(today).filter(person__is_active=True).select_related("person").order_by("pk")
    )
    workers: dict[int, list[Person]] = {}
    for row in held.filter(area__in=grids, role__in=[r.key for r in current_place().roles if r.may(HANDLES)]):
        workers.setdefault(row.area_id or 0, []).append(row.person)
    lines: dict[int, BeatLine] = {}
    for cover in covers.order_by("beat__code", "-main", "grid__code"):
        line = lines.setdefault(cover.beat_id, BeatLine(cover.beat))
        (line.main if cover.main else line.also).append((cover.grid, workers.get(cover.grid_id, [])))
        line.open += open_in.get(cover.grid_id, 0)
    roles = role_names()
    chain = {role: n for n, role in enumerate(current_place().answer_chain)}
    on_beats = sorted(
        held.filter(beat_id__in=lines), key=lambda row: (chain.get(row.role, len(chain)), row.pk)
    )
    for row in on_beats:
        lines[row.beat_id or 0].officers.append((row.person, roles.get(row.role, row.role)))
    covered = {grid.pk for line in lines.values() for grid, _who in (*line.main, *line.also)}
    for line in lines.values():
        line.by_village()
    return list(lines.values()), covered


def map_url(area: Area | None = None) -> str:
    """Where the map comes from; the address changes with what is drawn, so that the browser may keep it."""
    covers = BeatGrid.objects.order_by("-pk").values_list("pk", flat=True).first()
    drawn = MapFeature.objects.order_by("-pk").values_list("pk", flat=True).first()
    named = Area.objects.order_by("pk").values_list("pk", "name")
    seen = hashlib.sha256(repr((version(), drawn, covers, list(named))).encode()).hexdigest()[:12]
    query = f"?area={area.pk}&v={seen}" if area is not None else f"?v={seen}"
    return reverse("desk:territory_map") + query


def layers(scope: Scope, area: Area | None = None) -> dict[str, Any]:
    """Areas, beats and grids in reach, as the map draws them (WGS-84); ``area`` outlined and shown whole."""
    wanted = _rank_named(area)
    areas = maps.areas_geojson(scope, wanted, tolerance_m=8)
    grids = maps.areas_geojson(scope, [Rank.GRID], tolerance_m=8)
    beats = maps.beats_geojson(scope, tolerance_m=8)
    for feature in areas["features"]:
        feature["properties"] = {"label": feature["properties"]["name"]}
    for number, feature in enumerate(beats["features"]):
        feature["properties"] = {"beat": number % COLOURS + 1}
    for feature in grids["features"]:
        feature["properties"] = {}
    found = {"areas": areas, "beats": beats, "grids": grids, **_scenery()}
    data: dict[str, Any] = {"layers": found}
    outline = Boundary.objects.filter(area=area, valid_to__isnull=True).first() if area is not None else None
    if outline is None:
        data["bounds"] = _whole(scope)
    else:
        shape = {"type": "Feature", "properties": {"on": True}, "geometry": outline.geometry}
        found["chosen"] = {"type": "FeatureCollection", "features": [shape]}
        data["bounds"] = [[outline.min_lat, outline.min_lon], [outline.max_lat, outline.max_lon]]
    return data


def _whole(scope: Scope) -> list[list[float]] | None:
    """South-west and north-east corner of all that is in reach; None where no outline is known."""
    inside = within(scope.paths("territory.see"), "area__path")
    found = Boundary.objects.filter(inside, valid_to__isnull=True).aggregate(
        south=Min("min_lat"), west=Min("min_lon"), north=Max("max_lat"), east=Max("max_lon")
    )
    if found["south"] is None:
        return None
    return [[found["south"], found["west"]], [found["north"], found["east"]]]


def _rank_named(area: Area | None) -> list[str]:
    """Which ranks carry their name on the map: communities and villages, or the parts of the chosen area."""
    if area is not None and area.rank in (Rank.COMMUNITY, Rank.VILLAGE, Rank.GRID):
        return [Rank.GRID]
    if (
        area is not None
        and area.rank == Rank.COUNTY
        and Area.objects.filter(rank=Rank.COMMUNITY).count() > 60
    ):
        return [Rank.STREET]
    return [Rank.COMMUNITY, Rank.VILLAGE]


def _scenery() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for feature in maps.features_geojson(SCENERY)["features"][:MOST_SCENERY]:
        layer = found.setdefault(feature["properties"]["kind"], {"type": "FeatureCollection", "features": []})
        feature["properties"] = {}
        layer["features"].append(feature)
    return found


def points_of(places: list[Place]) -> dict[str, Any]:
    """Places as dots of the map."""
    features = [
        {
            "type": "Feature",
            "properties": {"kind": "dot", "label": p.name, "text": p.address or p.kind or p.name},
            "geometry": {"type": "Point", "coordinates": [p.lon, p.lat]},
        }
        for p in places
        if p.lat is not None and p.lon is not None
    ]
    return {"points": {"type": "FeatureCollection", "features": features}}
