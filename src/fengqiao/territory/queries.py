"""Questions to the ground: which area, which beat, what is above, what may be chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from fengqiao.accounts.scope import Scope
from fengqiao.lib import clock
from fengqiao.lib.errors import Refusal
from fengqiao.territory.choices import Rank
from fengqiao.territory.index import codes_at
from fengqiao.territory.models import Area, Beat, BeatGrid
from fengqiao.territory.names import gazetteer, place_finder
from fengqiao.territory.roots import ensure_root

__all__ = [
    "Located",
    "ancestors",
    "area_at_rank",
    "area_choices",
    "beat_of",
    "beats_over",
    "check_point",
    "gazetteer",
    "locate",
    "locate_many",
    "main_beats",
    "place_finder",
]


@dataclass(frozen=True)
class Located:
    """Where a point lies. ``area``: the smallest area that holds it; outside all the root, and ``unplaced``."""

    area: Area
    grid: Area | None
    beat: Beat | None
    unplaced: bool


def check_point(lat: float, lon: float) -> None:
    """Raise Refusal for numbers that are no place on earth (WGS-84 degrees)."""
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        swapped = -180 <= lat <= 180 and -90 <= lon <= 90
        hint = _("看上去经度和纬度写反了") if swapped else _("纬度应在 -90 至 90，经度应在 -180 至 180")
        raise Refusal(
            _("这个位置不对：%(hint)s。请在地图上重新点一下，或填写地址") % {"hint": hint},
            code="bad_point",
            field="lat",
        )


def locate(lat: float, lon: float) -> Located:
    """The area, grid and main beat of a point (WGS-84 degrees).

    A point on an edge belongs to the grid whose code sorts first. A point outside every outline is
    ``unplaced`` and filed under the root, never dropped. Raises Refusal for numbers that are no place.
    """
    return locate_many([(lat, lon)])[0]


def locate_many(points: Sequence[tuple[float, float]]) -> list[Located]:
    """``locate`` for many (lat, lon) points with the same number of queries as for one."""
    for lat, lon in points:
        check_point(lat, lon)
    codes = codes_at([lon for _, lon in points], [lat for lat, _ in points])
    wanted = {code for code in codes if code}
    areas = {a.code: a for a in Area.objects.filter(code__in=wanted)}
    beats = main_beats([a.pk for a in areas.values() if a.rank == Rank.GRID])
    root = ensure_root() if None in codes else None
    return [_located(areas.get(code) if code else None, beats, root) for code in codes]


def _located(area: Area | None, beats: dict[int, Beat], root: Area | None) -> Located:
    if area is None:
        return Located(root or ensure_root(), None, None, True)
    grid = area if area.rank == Rank.GRID else None
    return Located(area, grid, beats.get(area.pk), False)


def main_beats(grid_ids: Sequence[int]) -> dict[int, Beat]:
    """The main beat of each grid today: the one marked main, else the first by code."""
    covers = BeatGrid.objects.filter(grid_id__in=list(grid_ids), valid_to__isnull=True).select_related("beat")
    found: dict[int, Beat] = {}
    for cover in covers.order_by("grid_id", "-main", "beat__code"):
        found.setdefault(cover.grid_id, cover.beat)
    return found


def beat_of(grid: Area) -> Beat | None:
    """The main beat over ``grid`` today, None when no beat covers it."""
    return main_beats([grid.pk]).get(grid.pk)


def beats_over(area: Area) -> list[Beat]:
    """Beats that cover ``area`` or grids in it today: main covers first, then by number of grids."""
    covers = BeatGrid.objects.filter(grid__path__startswith=area.path, valid_to__isnull=True)
    weight: dict[int, tuple[int, int]] = {}
    beats: dict[int, Beat] = {}
    for cover in covers.select_related("beat"):
        mains, grids = weight.get(cover.beat_id, (0, 0))
        weight[cover.beat_id] = (mains + cover.main, grids + 1)
        beats[cover.beat_id] = cover.beat
    return sorted(beats.values(), key=lambda b: (-weight[b.pk][0], -weight[b.pk][1], b.code))


def ancestors(area: Area) -> list[Area]:
    """From the root down to ``area`` itself, in one query; none when this very object was asked before."""
    kept: list[Area] | None = area.__dict__.get("_line")
    if kept is None:
        rows = {a.pk: a for a in Area.objects.filter(pk__in=area.ancestor_ids)}
        kept = area.__dict__["_line"] = [rows[pk] for pk in area.ancestor_ids if pk in rows]
    return list(kept)


def area_at_rank(area: Area, rank: str) -> Area | None:
    """The ancestor of ``area`` (or itself) with ``rank``; None when its line has none."""
    return next((a for a in reversed(ancestors(area)) if a.rank == rank), None)


def area_choices(scope: Scope, *, right: str = "territory.see", ranks: Sequence[str] = ()) -> list[Area]:
    """Areas somebody may choose today, as a tree walked from the top: parents before children, by code."""
    rows = Area.objects.current(clock.local(clock.now()).date()).visible_to(scope, right)
    if ranks:
        rows = rows.filter(rank__in=list(ranks))
    found = {a.pk: a for a in rows}
    codes = {pk: a.code for pk, a in found.items()}
    return sorted(found.values(), key=lambda a: [codes.get(pk, "") for pk in a.ancestor_ids])
