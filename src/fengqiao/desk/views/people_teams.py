"""Teams, partners and what they share, and mechanisms with what they ask to be kept up."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from fengqiao.accounts.checks import overlaps
from fengqiao.desk.forms.people_teams import TeamForm
from fengqiao.desk.page import actor_of, page
from fengqiao.desk.pickers import role_names
from fengqiao.desk.room import tabs
from fengqiao.desk.views.people import TABS
from fengqiao.lib import clock
from fengqiao.lib.errors import OutOfReach
from fengqiao.lib.place_config import current_place
from fengqiao.lib.policy import needs
from fengqiao.lib.present import named
from fengqiao.lib.wording import listed
from fengqiao.teams import queries
from fengqiao.teams.choices import EvidenceKind
from fengqiao.teams.models import DutyList, Evidence, Membership, Partner, Resource, Team
from fengqiao.teams.policy import DUTY, PARTNER, RECORD, SEE, TEAM
from fengqiao.territory.models import Area, within

_PEOPLE = "people.see"
_LAST = 15


@needs(_PEOPLE)
@require_safe
def teams(request: HttpRequest) -> HttpResponse:
    """Teams by kind, each with who leads it and how many belong to it."""
    actor = actor_of(request)
    today = clock.local(clock.now()).date()
    rows = list(
        Team.objects.visible_to(actor.scope).filter(ended_on__isnull=True).select_related("area", "parent")
    )
    leaders: dict[int, list[str]] = {}
    sizes: dict[int, int] = {}
    members = Membership.objects.on(today).filter(team__in=rows).select_related("person")
    for member in members.order_by("pk"):
        sizes[member.team_id] = sizes.get(member.team_id, 0) + 1
        if member.leads:
            leaders.setdefault(member.team_id, []).append(member.person.name)
    kinds = {kind.key: named(kind) for kind in current_place().team_kinds}
    groups = [
        (
            kinds.get(kind, found[0].name),
            [(t, listed(leaders.get(t.pk, [])), sizes.get(t.pk, 0)) for t in found],
        )
        for kind, found in ((k, list(g)) for k, g in groupby(rows, key=lambda t: t.kind))
    ]
    context = {
        "tabs": tabs(TABS, "teams"),
        "groups": groups,
        "total": len(rows),
        "can_make": actor.scope.can(TEAM),
    }
    return page(request, "desk/people/teams.html", context, on="people")


@needs(_PEOPLE)
@require_safe
def team(request: HttpRequest, pk: int) -> HttpResponse:
    """One team: leaders, members, what for, what hangs below it."""
    actor = actor_of(request)
    found = TeamForm.find(pk, actor)
    today = clock.local(clock.now()).date()
    members = list(Membership.objects.filter(team=found).select_related("person").order_by("-leads", "pk"))
    running = [m for m in members if m.valid_to is None or m.valid_to > today]
    kinds = {kind.key: kind for kind in current_place().team_kinds}
    kind = kinds.get(found.kind)
    manages = actor.scope.can(TEAM, found.area.path) and found.ended_on is None
    context = {
        "team": found,
        "kind": named(kind) if kind else "",
        "leaders": [m for m in running if m.leads],
        "members": [m for m in running if not m.leads],
        "past": [m for m in members if m not in running][:20],
        "parts": list(Team.objects.visible_to(actor.scope).filter(parent=found, ended_on__isnull=True)),
        "manages": manages,
        "can_end": manages and kind is not None,
    }
    return page(request, "desk/people/team.html", context, on="people")


@needs(_PEOPLE)
@require_safe
def partners(request: HttpRequest) -> HttpResponse:
    """Who works along, and what is shared."""
    actor, place = actor_of(request), current_place()
    seen = within(actor.scope.paths(_PEOPLE), "area__path")
    over = [int(pk) for path in actor.scope.paths(_PEOPLE) for pk in path.strip("/").split("/") if pk]
    kinds = {k.key: named(k) for k in place.partner_kinds}
    shared = {k.key: named(k) for k in place.resource_kinds}
    shared |= {k.key: named(k) for k in place.mediation_room_kinds}
    rows = Partner.objects.filter(active=True).filter(seen | within_ids(over)).select_related("area")
    things = Resource.objects.filter(active=True).filter(seen | within_ids(over))
    things = things.select_related("area", "partner", "place")

    def may(area: Area) -> bool:
        return actor.scope.can(PARTNER, area.path)

    context = {
        "tabs": tabs(TABS, "partners"),
        "partners": [(p, kinds.get(p.kind, ""), may(p.area)) for p in rows[:500]],
        "resources": [(r, shared.get(r.kind, ""), may(r.area)) for r in things[:500]],
        "manages": actor.scope.can(PARTNER),
    }
    return page(request, "desk/people/partners.html", context, on="people")


def within_ids(ids: list[int]) -> Q:
    """Rows of the areas above somebody's ground: a court of the county works for every grid."""
    return Q(area_id__in=ids)


@needs(_PEOPLE, RECORD)
@require_safe
def mechanisms(request: HttpRequest) -> HttpResponse:
    """Named mechanisms and duty lists, each with how many items are late."""
    actor = actor_of(request)
    states = [s for s in queries.item_states() if overlaps(actor, SEE, s.item.list.area.path)]
    lists: dict[int, dict[str, Any]] = {}
    for state in states:
        found = lists.setdefault(
            state.item.list_id, {"list": state.item.list, "items": 0, "late": 0, "last": None}
        )
        found["items"] += 1
        found["late"] += bool(state.days_late)
        found["last"] = max(filter(None, (found["last"], state.last)), default=None)
    late = sorted((s for s in states if s.days_late), key=lambda s: -s.days_late)
    context = {
        "tabs": tabs(TABS, "mechanisms"),
        "lists": list(lists.values()),
        "late": late[:10],
        "late_total": len(late),
        "roles": role_names(),
    }
    return page(request, "desk/people/mechanisms.html", context, on="people")


@needs(_PEOPLE, RECORD)
@require_safe
def mechanism(request: HttpRequest, pk: int) -> HttpResponse:
    """One mechanism: its items with owner, rhythm, when last done, and the latest evidence."""
    actor, roles = actor_of(request), role_names()
    found = DutyList.objects.filter(pk=pk, active=True).select_related("area").first()
    if found is None or not overlaps(actor, SEE, found.area.path):
        raise OutOfReach
    plans = actor.scope.can(DUTY, found.area.path)
    records = overlaps(actor, RECORD, found.area.path)
    lines = []
    for state in queries.item_states(of=found):
        item = state.item
        theirs = item.owner_id == actor.person_id or item.owner_role in actor.scope.roles
        lines.append(
            {
                "state": state,
                "role": roles.get(item.owner_role, item.owner_role),
                "evidence": str(EvidenceKind(item.evidence).label),
                "records": records and (theirs or plans),
            }
        )
    latest = (
        Evidence.objects.filter(item__list=found).select_related("item", "by").order_by("-at", "-pk")[:_LAST]
    )
    context = {"list": found, "lines": lines, "latest": latest, "plans": plans}
    return page(request, "desk/people/mechanism.html", context, on="people")
