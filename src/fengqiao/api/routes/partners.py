"""Partners and what they share; named mechanisms and duty lists with their evidence."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db.models import Q, QuerySet
from ninja import Query

from fengqiao.accounts.scope import Actor, Scope
from fengqiao.api import find, show, show_teams
from fengqiao.api.access import Door
from fengqiao.api.auth import ApiRequest
from fengqiao.api.paging import Order, cut
from fengqiao.api.schemas import partners as bodies
from fengqiao.api.schemas.base import Id, Named
from fengqiao.lib.policy import needs
from fengqiao.teams import actions, queries
from fengqiao.teams.models import DutyItem, Evidence, Partner, Resource
from fengqiao.territory.models import within

router = Door(tags=["partners and duty lists"])
sees = needs("people.see", "territory.see")
manages = needs("partner.manage")
LISTS = ("people.see", "dutylist.record", "duty.manage")


def around(scope: Scope, rights: tuple[str, ...], column: str = "area") -> Q:
    """Rows on ground where one of the rights is held, or on ground around that."""
    found = Q(pk__in=[])
    for right in rights:
        paths = scope.paths(right)
        above = {int(part) for path in paths for part in path.strip("/").split("/") if part}
        found |= within(paths, f"{column}__path") | Q(**{f"{column}_id__in": above})
    return found


def _partners(scope: Scope) -> QuerySet[Partner]:
    return Partner.objects.filter(around(scope, ("people.see", "territory.see"))).select_related("area")


def _resources(scope: Scope) -> QuerySet[Resource]:
    rows = Resource.objects.filter(around(scope, ("people.see", "territory.see")))
    return rows.select_related("area", "partner")


def _kind(rows: QuerySet[Any], asked: bodies.KindFilters) -> QuerySet[Any]:
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    if asked.area:
        area = find.area(asked.area)
        rows = rows.filter(Q(area_id__in=area.ancestor_ids) | Q(area__path__startswith=area.path))
    return rows.filter(active=True).order_by("kind", "name", "id")[:1000]


@router.get("/partners", response=list[bodies.PartnerOut])
@sees
def list_partners(request: ApiRequest, asked: Query[bodies.KindFilters]) -> list[bodies.PartnerOut]:
    """Organisations that work along, on one's ground and around it."""
    return [show_teams.partner(p) for p in _kind(_partners(request.auth.scope), asked)]


@router.post("/partners", response={201: bodies.PartnerOut})
@manages
def add_partner(request: ApiRequest, body: bodies.AddPartner) -> bodies.PartnerOut:
    """An organisation that works along from now."""
    made = actions.add_partner(
        by=request.auth,
        kind=body.kind,
        name=body.name,
        area=find.area(body.area),
        duty_line=body.duty_line,
        note=body.note,
    )
    return show_teams.partner(made)


@router.post("/partners/{id}/change-partner", response=bodies.PartnerOut)
@manages
def change_partner(request: ApiRequest, id: Id, body: bodies.ChangePartner) -> bodies.PartnerOut:
    """Change what is given."""
    row = find.one(_partners(request.auth.scope), id)
    return show_teams.partner(actions.change_partner(row, by=request.auth, **body.model_dump()))


@router.get("/resources", response=list[bodies.ResourceOut])
@sees
def list_resources(request: ApiRequest, asked: Query[bodies.KindFilters]) -> list[bodies.ResourceOut]:
    """What partners share, on one's ground and around it."""
    return [show_teams.resource(r) for r in _kind(_resources(request.auth.scope), asked)]


@router.post("/resources", response={201: bodies.ResourceOut})
@manages
def add_resource(request: ApiRequest, body: bodies.AddResource) -> bodies.ResourceOut:
    """Something to share: a room, a boat, a lawyer's hours."""
    made = actions.add_resource(
        by=request.auth,
        kind=body.kind,
        name=body.name,
        area=find.area(body.area),
        partner=find.partner(body.partner) if body.partner else None,
        place=find.place(body.place, request.auth.scope) if body.place else None,
        hours=body.hours,
        contact=body.contact,
        note=body.note,
    )
    return show_teams.resource(made)


@router.post("/resources/{id}/change-resource", response=bodies.ResourceOut)
@manages
def change_resource(request: ApiRequest, id: Id, body: bodies.ChangeResource) -> bodies.ResourceOut:
    """Change what is given."""
    row = find.one(_resources(request.auth.scope), id)
    return show_teams.resource(actions.change_resource(row, by=request.auth, **body.model_dump()))


def _items(by: Actor) -> QuerySet[DutyItem]:
    rows = DutyItem.objects.filter(around(by.scope, LISTS, "list__area"))
    return rows.select_related("list__area", "owner")


@router.get("/duty-lists", response=list[bodies.DutyListOut])
@needs(*LISTS)
def duty_lists(request: ApiRequest) -> list[bodies.DutyListOut]:
    """Named mechanisms and duty lists, each item with its owner, when it was done last and when it is due."""
    seen = set(_items(request.auth).values_list("pk", flat=True))
    items: dict[int, list[bodies.ItemOut]] = defaultdict(list)
    for state in queries.item_states():
        if state.item.pk in seen:
            items[state.item.list_id].append(show_teams.item(state))
    return [
        bodies.DutyListOut(
            key=row.key,
            name=row.name,
            group=row.group,
            area=show.area_name(row.area),
            note=row.note,
            items=items[row.pk],
        )
        for row in queries.duty_lists()
        if row.pk in items
    ]


@router.get("/duty-items/{id}/evidence", response=bodies.EvidencePage)
@needs(*LISTS)
def list_evidence(request: ApiRequest, id: Id, asked: Query[bodies.PageFilters]) -> bodies.EvidencePage:
    """What was done for an item, the latest first."""
    item = find.one(_items(request.auth), id)
    rows = Evidence.objects.filter(item=item).select_related("by")
    found, following = cut(rows, Order("at", down=True), after=asked.after, limit=asked.limit)
    return bodies.EvidencePage(rows=[_evidence(e) for e in found], next=following)


def _evidence(row: Evidence) -> bodies.EvidenceOut:
    return bodies.EvidenceOut(
        id=row.pk,
        item=row.item_id,
        at=row.at,
        by=Named(id=row.by_id, name=row.by.name),
        text=row.text,
        reference=row.reference,
    )


@router.post("/duty-items/{id}/evidence", response={201: bodies.EvidenceOut})
@needs("dutylist.record")
def record_evidence(request: ApiRequest, id: Id, body: bodies.EvidenceIn) -> bodies.EvidenceOut:
    """Say what was done for an item, now."""
    item = find.one(_items(request.auth), id)
    return _evidence(actions.record_evidence(item, by=request.auth, text=body.text, reference=body.reference))


@router.post("/duty-items/{id}/name-owner", response=Named)
@needs("duty.manage")
def name_owner(request: ApiRequest, id: Id, body: bodies.NameOwner) -> Named:
    """Name the person who answers for an item; without one it is whoever holds the role."""
    item, by = find.one(_items(request.auth), id), request.auth
    person = find.maybe_person(body.person, by, field="person", near=item.list.area)
    row = actions.name_owner(item, by=by, person=person)
    return Named(id=row.pk, name=row.title)
