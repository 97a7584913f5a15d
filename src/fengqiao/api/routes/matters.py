"""Matters: listed, read, opened."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext as _
from ninja import Query

from fengqiao.api import find, points, show, show_matter
from fengqiao.api.access import Door
from fengqiao.api.auth import ApiRequest
from fengqiao.api.paging import Order, cut
from fengqiao.api.schemas.base import Line, Named, Number
from fengqiao.api.schemas.matter_filters import MatterFilters
from fengqiao.api.schemas.matter_verbs import OpenMatter
from fengqiao.api.schemas.matters import Candidate, MatterOut, MatterPage, Standing
from fengqiao.lib import clock
from fengqiao.lib.place_config import current_place
from fengqiao.lib.policy import needs, signed_in
from fengqiao.lib.present import chinese
from fengqiao.matters import actions
from fengqiao.matters.models import Matter, MatterQuerySet
from fengqiao.territory.models import BeatGrid

router = Door(tags=["matters"])

ORDERS = {
    "opened": Order("opened_at", down=True),
    "due": Order("due_at"),
    "severity": Order("severity"),
}


@router.get("/matters", response=MatterPage)
@signed_in
def list_matters(request: ApiRequest, filters: Query[MatterFilters]) -> MatterPage:
    """Matters in reach. Ordered by due time only those are listed that have one."""
    rows = _chosen(Matter.objects.visible_to(request.auth.scope), filters, request.auth.person_id)
    found, following = cut(rows.with_faces(), ORDERS[filters.order], after=filters.after, limit=filters.limit)
    return MatterPage.model_construct(rows=[show.matter_row(m) for m in found], next=following)


def _chosen(rows: MatterQuerySet, asked: MatterFilters, me: int | None) -> MatterQuerySet:
    wanted = {
        "state__in": [str(s) for s in asked.state],
        "kind": asked.kind,
        "category__code": asked.category,
        "severity": asked.severity,
        "unplaced": asked.unplaced,
        "due_at__lt": asked.due_before,
        "opened_at__gte": asked.opened_from,
        "opened_at__lt": asked.opened_to,
    }
    rows = rows.filter(**{key: value for key, value in wanted.items() if value not in (None, [])})
    if asked.owner:
        rows = rows.filter(owner_id=me if asked.owner == "me" else int(asked.owner))
    if asked.open or asked.order == "due":
        rows = rows.open()
    if asked.late:
        rows = rows.overdue(clock.now())
    return _over(rows, asked)


def _over(rows: MatterQuerySet, asked: MatterFilters) -> MatterQuerySet:
    if asked.area:
        rows = rows.filter(area__path__startswith=find.area(asked.area).path)
    if asked.beat:
        covers = BeatGrid.objects.filter(beat=find.beat(asked.beat), valid_to__isnull=True)
        inside = Q(pk__in=[])
        for path in covers.values_list("grid__path", flat=True):
            inside |= Q(area__path__startswith=path)
        rows = rows.filter(inside)
    return rows


@router.post("/matters", response={201: Standing})
@needs("matter.handle", "report.triage")
def open_matter(request: ApiRequest, body: OpenMatter) -> Standing:
    """Open a matter straight away: with an owner, a next step and a promised first result."""
    by = request.auth
    spot = points.certain_spot(body, by.scope)
    made = actions.open_matter(
        by=by,
        category=find.category(body.category),
        title=body.title,
        area=spot.area,
        origin=str(body.origin),
        severity=body.severity,
        place=spot.place,
        place_text=spot.place_text,
        lat=spot.lat,
        lon=spot.lon,
        summary=body.summary,
        about=find.maybe_person(body.about, by, field="about"),
        owner=find.maybe_person(body.owner, by, field="owner", near=spot.area),
        owner_because=_("由登记人指定") if body.owner else "",
        next_step=body.next_step,
        due_at=body.due_at,
        outside_due_at=body.outside_due_at,
        threatening=body.threatening,
    )
    return show.standing(made.pk, by)


@router.get("/matters/{number}", response=MatterOut)
@signed_in
def read_matter(request: ApiRequest, number: Number) -> MatterOut:
    """One matter with its whole story, its promises and follow-ups, and what the caller may do now."""
    return show_matter.matter(find.matter(number, request.auth.scope), request.auth)


@router.get("/matters/{number}/candidates", response=list[Candidate])
@signed_in
def candidates(request: ApiRequest, number: Number, name: Line = "") -> list[Candidate]:
    """Who could take this matter, the nearest ground first, never the one it is about."""
    row = find.matter(number, request.auth.scope)
    words = {r.key: r.zh if chinese() else r.en for r in current_place().roles}
    return [
        Candidate(
            person=Named(id=a.person_id, name=a.person.name),
            role=a.role,
            role_words=words.get(a.role, a.role),
            where=str(a.beat or a.area),
            on_duty=on_duty,
        )
        for a, on_duty in find.candidates(row.area, exclude=row.about_id, name=name.strip())
    ]
