"""Beats over grids, and named places."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from ninja import Form, Query
from ninja.files import UploadedFile

from fengqiao.accounts.scope import Scope
from fengqiao.api import find, show
from fengqiao.api.access import Door
from fengqiao.api.auth import ApiRequest
from fengqiao.api.paging import Order, cut
from fengqiao.api.routes.areas import GEOJSON, edits, geojson, report_out, sees, stream
from fengqiao.api.schemas import territory as bodies
from fengqiao.api.schemas.base import Code, Done, Id
from fengqiao.territory import actions, maps
from fengqiao.territory.actions.places import PlaceDraft
from fengqiao.territory.models import Area, Beat, BeatGrid, Place

router = Door(tags=["territory"])

BY_ID = Order("id")


def beats_out(rows: list[Beat], scope: Scope) -> list[bodies.BeatOut]:
    """Beats with the grids in sight that they cover today, in two queries."""
    covers = BeatGrid.objects.filter(
        beat__in=rows, valid_to__isnull=True, grid__in=Area.objects.visible_to(scope)
    )
    grids: dict[int, list[Area]] = defaultdict(list)
    for cover in covers.select_related("grid").order_by("grid__code"):
        grids[cover.beat_id].append(cover.grid)
    return [
        bodies.BeatOut(
            code=b.code,
            name=b.name,
            area=show.area_name(b.area),
            grids=[show.area_name(g) for g in grids[b.pk]],
        )
        for b in rows
    ]


def _beat(beat: Beat, scope: Scope) -> bodies.BeatOut:
    return beats_out([Beat.objects.select_related("area").get(pk=beat.pk)], scope)[0]


@router.get("/beats", response=list[bodies.BeatOut])
@sees
def list_beats(request: ApiRequest) -> list[bodies.BeatOut]:
    """Beats in sight with the grids they cover: the two networks in one."""
    seen = Area.objects.visible_to(request.auth.scope)
    covers = BeatGrid.objects.filter(valid_to__isnull=True, grid__in=seen)
    rows = Beat.objects.filter(Q(area__in=seen) | Q(pk__in=covers.values("beat_id")))
    return beats_out(list(rows.select_related("area").order_by("code")), request.auth.scope)


@router.get("/beats.geojson", response=None, openapi_extra=GEOJSON)
@sees
def beats_map(request: ApiRequest) -> HttpResponse:
    """Each beat as the ground of the grids it covers."""
    return geojson(maps.beats_geojson(request.auth.scope))


@router.get("/beats/{code}", response=bodies.BeatOut)
@sees
def read_beat(request: ApiRequest, code: Code) -> bodies.BeatOut:
    """One beat."""
    return _beat(find.beat_in_sight(code, request.auth.scope), request.auth.scope)


@router.post("/beats", response={201: bodies.BeatOut})
@edits
def make_beat(request: ApiRequest, body: bodies.MakeBeat) -> bodies.BeatOut:
    """A new beat over grids; it is the main one of those that have none yet."""
    made = actions.make_beat(
        by=request.auth,
        code=body.code,
        name=body.name,
        area=find.area(body.area),
        grids=[find.area(g) for g in dict.fromkeys(body.grids)],
    )
    return _beat(made, request.auth.scope)


@router.post("/beats/{code}/rename-beat", response=bodies.BeatOut)
@edits
def rename_beat(request: ApiRequest, code: Code, body: bodies.Rename) -> bodies.BeatOut:
    """Give the beat another name."""
    row = find.beat_in_sight(code, request.auth.scope)
    return _beat(actions.rename_beat(row, by=request.auth, name=body.name), request.auth.scope)


@router.post("/beats/{code}/cover-grid", response=bodies.BeatOut)
@edits
def cover_grid(request: ApiRequest, code: Code, body: bodies.CoverGrid) -> bodies.BeatOut:
    """The beat covers a grid from today."""
    row = find.beat_in_sight(code, request.auth.scope)
    actions.cover_grid(row, find.area(body.grid), by=request.auth, main=body.main)
    return _beat(row, request.auth.scope)


@router.post("/beats/{code}/uncover-grid", response=bodies.BeatOut)
@edits
def uncover_grid(request: ApiRequest, code: Code, body: bodies.UncoverGrid) -> bodies.BeatOut:
    """The beat no longer covers a grid from today."""
    row = find.beat_in_sight(code, request.auth.scope)
    actions.uncover_grid(row, find.area(body.grid), by=request.auth)
    return _beat(row, request.auth.scope)


def place_out(row: Place) -> bodies.PlaceOut:
    """A place; needs its area at hand."""
    return bodies.PlaceOut(
        id=row.pk,
        name=row.name,
        aliases=[str(a) for a in row.aliases],
        address=row.address,
        kind=row.kind,
        tier=row.tier,
        area=show.area_name(row.area),
        lat=row.lat,
        lon=row.lon,
    )


def _places(scope: Scope) -> QuerySet[Place]:
    return Place.objects.filter(area__in=Area.objects.visible_to(scope)).select_related("area")


@router.get("/places", response=bodies.PlacePage)
@sees
def list_places(request: ApiRequest, filters: Query[bodies.PlaceFilters]) -> bodies.PlacePage:
    """Places in sight; ``q`` looks into name, address and other names."""
    rows = _places(request.auth.scope)
    if filters.q.strip():
        words = filters.q.strip()
        rows = rows.filter(
            Q(name__icontains=words) | Q(address__icontains=words) | Q(aliases__icontains=words)
        )
    wanted = {"kind": filters.kind, "tier": filters.tier}
    rows = rows.filter(**{key: value for key, value in wanted.items() if value is not None})
    if filters.area:
        rows = rows.filter(area__path__startswith=find.area(filters.area).path)
    found, following = cut(rows, BY_ID, after=filters.after, limit=filters.limit)
    return bodies.PlacePage(rows=[place_out(p) for p in found], next=following)


@router.get("/places.geojson", response=None, openapi_extra=GEOJSON)
@sees
def places_map(request: ApiRequest) -> HttpResponse:
    """Places with a point, key sites first."""
    return geojson(maps.places_geojson(request.auth.scope))


@router.get("/places/{id}", response=bodies.PlaceOut)
@sees
def read_place(request: ApiRequest, id: Id) -> bodies.PlaceOut:
    """One place."""
    return place_out(find.one(_places(request.auth.scope), id))


@router.post("/places", response={201: bodies.PlaceOut})
@edits
def add_place(request: ApiRequest, body: bodies.PlaceIn) -> bodies.PlaceOut:
    """Add a place; without an area its point decides."""
    return place_out(actions.add_place(_draft(body), by=request.auth))


def _draft(body: bodies.PlaceIn) -> PlaceDraft:
    return PlaceDraft(
        name=body.name,
        address=body.address,
        kind=body.kind,
        tier=str(body.tier),
        aliases=tuple(body.aliases),
        area=find.area(body.area) if body.area else None,
        lat=body.lat,
        lon=body.lon,
        system=body.system,
    )


@router.post("/place-imports", response=bodies.ImportOut)
@edits
def import_places(
    request: ApiRequest, how: Form[bodies.PlaceImportForm], file: UploadedFile
) -> bodies.ImportOut:
    """Bring in places from a table: all or none, a word for each row. Tries only, by default."""
    report = actions.import_places(stream(file), by=request.auth, system=how.system, dry_run=how.dry_run)
    return report_out(report)


@router.post("/places/{id}/change-place", response=bodies.PlaceOut)
@edits
def change_place(request: ApiRequest, id: Id, body: bodies.PlaceIn) -> bodies.PlaceOut:
    """Replace what is known of a place."""
    row = find.one(_places(request.auth.scope), id)
    return place_out(actions.change_place(row, _draft(body), by=request.auth))


@router.post("/features", response={201: Done})
@edits
def add_features(request: ApiRequest, body: bodies.Features) -> Done:
    """Draw rivers, roads, blocks: scenery for every map; for who may edit the whole ground."""
    rows = [(f.kind, f.name, f.geometry) for f in body.features]
    actions.add_features(rows, by=request.auth)
    return Done()
