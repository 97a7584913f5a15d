"""Areas: the tree, its outlines on the map, changing and importing them; where a point lies."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from ninja import Form, Query
from ninja.files import UploadedFile

from fengqiao.api import find, show
from fengqiao.api.access import Door
from fengqiao.api.auth import ApiRequest
from fengqiao.api.schemas import territory as bodies
from fengqiao.api.schemas.base import Code
from fengqiao.lib.errors import Refusal
from fengqiao.lib.policy import needs, signed_in
from fengqiao.territory import actions, maps, queries
from fengqiao.territory.choices import Rank
from fengqiao.territory.coordinates import coordinates_in
from fengqiao.territory.importing import ADDED, CHANGED, REFUSED_ROW, SKIPPED, UNCHANGED, ImportReport
from fengqiao.territory.models import Area

router = Door(tags=["territory"])
sees = needs("territory.see")
edits = needs("territory.edit")

GEOJSON = {
    "responses": {
        200: {
            "description": "A GeoJSON FeatureCollection, WGS-84",
            "content": {"application/geo+json": {"schema": {"type": "object"}}},
        }
    }
}


def geojson(found: dict[str, Any]) -> JsonResponse:
    """A FeatureCollection as an answer."""
    return JsonResponse(found, content_type="application/geo+json")


def area_out(row: Area) -> bodies.AreaOut:
    """An area; needs its parent at hand."""
    return bodies.AreaOut(
        id=row.pk,
        code=row.code,
        name=row.name,
        rank=row.rank,
        rank_words=str(Rank(row.rank).label),
        parent=row.parent.code if row.parent else "",
        households=row.households,
        residents=row.residents,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )


@router.get("/areas", response=list[bodies.AreaOut])
@sees
def list_areas(request: ApiRequest, filters: Query[bodies.AreaFilters]) -> list[bodies.AreaOut]:
    """Areas in sight today, as a tree walked from the top."""
    rows = queries.area_choices(request.auth.scope, ranks=[str(r) for r in filters.rank])
    if filters.under:
        path = find.area(filters.under).path
        rows = [a for a in rows if a.path.startswith(path)]
    parents = {a.pk: a for a in Area.objects.filter(pk__in={a.parent_id for a in rows})}
    for row in rows:
        row.parent = parents.get(row.parent_id or 0)
    return [area_out(a) for a in rows]


@router.get("/areas.geojson", response=None, openapi_extra=GEOJSON)
@sees
def areas_map(request: ApiRequest, filters: Query[bodies.MapFilters]) -> HttpResponse:
    """Outlines of the areas in sight."""
    ranks = [str(r) for r in filters.rank]
    return geojson(maps.areas_geojson(request.auth.scope, ranks, tolerance_m=filters.tolerance))


@router.get("/features.geojson", response=None, openapi_extra=GEOJSON)
@signed_in
def features_map(request: ApiRequest) -> HttpResponse:
    """Scenery: rivers, roads, blocks."""
    return geojson(maps.features_geojson())


@router.get("/areas/{code}", response=bodies.AreaOut)
@sees
def read_area(request: ApiRequest, code: Code) -> bodies.AreaOut:
    """One area."""
    return area_out(find.area_in_sight(code, request.auth.scope))


@router.get("/locate", response=bodies.LocatedOut)
@signed_in
def locate(request: ApiRequest, point: Query[bodies.PointFilters]) -> bodies.LocatedOut:
    """The areas, the grid and the main beat of a point."""
    lat, lon = coordinates_in(point.lat, point.lon, point.system or "wgs84")
    found = queries.locate(lat, lon)
    return bodies.LocatedOut(
        lat=lat,
        lon=lon,
        area=show.area_name(found.area),
        grid=show.area_name(found.grid) if found.grid else None,
        beat=found.beat.code if found.beat else None,
        beat_name=found.beat.name if found.beat else "",
        line=[show.area_name(a) for a in queries.ancestors(found.area)],
        unplaced=found.unplaced,
    )


@router.post("/areas", response={201: bodies.AreaOut})
@edits
def add_area(request: ApiRequest, body: bodies.AddArea) -> bodies.AreaOut:
    """Add an area under another one."""
    parent = find.area(body.parent) if body.parent else None
    return area_out(
        actions.add_area(by=request.auth, code=body.code, name=body.name, rank=str(body.rank), parent=parent)
    )


@router.post("/area-imports", response=bodies.ImportOut)
@edits
def import_areas(request: ApiRequest, how: Form[bodies.ImportForm], file: UploadedFile) -> bodies.ImportOut:
    """Bring in areas from GeoJSON or a division table: all or none, a word for each row. Tries only, by default."""
    report = actions.import_areas(
        stream(file),
        by=request.auth,
        system=how.system,
        under=how.under,
        parent=find.area(how.parent) if how.parent else None,
        repair=how.repair,
        source_name=file.name or "",
        dry_run=how.dry_run,
    )
    return report_out(report)


def stream(file: UploadedFile) -> Any:
    """The uploaded file as a binary stream. Raises Refusal for none."""
    if file.file is None:
        raise Refusal(_("没有收到文件"), code="missing", field="file")
    return file.file


def report_out(report: ImportReport) -> bodies.ImportOut:
    """An import's report; of long ones the first thousand rows that are not plain additions."""
    told = [r for r in report.rows if r.what != ADDED or r.message][:1000]
    counts = {
        word: report.count(what)
        for word, what in (
            ("added", ADDED),
            ("changed", CHANGED),
            ("unchanged", UNCHANGED),
            ("skipped", SKIPPED),
            ("refused", REFUSED_ROW),
        )
    }
    rows = [bodies.RowOut(code=r.code, name=r.name, what=r.what, message=r.message) for r in told]
    return bodies.ImportOut(done=report.done, rows=rows, notes=list(report.notes), **counts)


@router.post("/areas/{code}/rename-area", response=bodies.AreaOut)
@edits
def rename_area(request: ApiRequest, code: Code, body: bodies.Rename) -> bodies.AreaOut:
    """Give the area another name; its code stays."""
    row = find.area_in_sight(code, request.auth.scope)
    return area_out(actions.rename_area(row, by=request.auth, name=body.name))


@router.post("/areas/{code}/move-area", response=bodies.AreaOut)
@edits
def move_area(request: ApiRequest, code: Code, body: bodies.MoveArea) -> bodies.AreaOut:
    """Hang the area, with everything below it, under another one."""
    row = find.area_in_sight(code, request.auth.scope)
    return area_out(actions.move_area(row, by=request.auth, parent=find.area(body.parent)))


@router.post("/areas/{code}/end-area", response=bodies.AreaOut)
@edits
def end_area(request: ApiRequest, code: Code, body: bodies.EndArea) -> bodies.AreaOut:
    """The area stops existing on a day; its outlines and beats end with it."""
    row = find.area_in_sight(code, request.auth.scope)
    return area_out(actions.end_area(row, by=request.auth, on=body.on, reason=body.reason))


@router.post("/areas/{code}/set-boundary", response=bodies.AreaOut)
@edits
def set_boundary(request: ApiRequest, code: Code, body: bodies.SetBoundary) -> bodies.AreaOut:
    """Draw the area anew from today on."""
    row = find.area_in_sight(code, request.auth.scope)
    actions.set_boundary(
        row,
        body.geometry,
        by=request.auth,
        source=body.source,
        system=body.system,
        repair=body.repair,
    )
    return area_out(row)
