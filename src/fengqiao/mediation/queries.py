"""Reads of the mediation room for its pages: lists, one case with all a page shows, rooms, last days, figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from fengqiao.accounts.models import Person
from fengqiao.accounts.scope import Actor, Scope
from fengqiao.lib import clock
from fengqiao.lib.place_config import current_place
from fengqiao.matters.choices import WORKING_STATES
from fengqiao.matters.models import Matter
from fengqiao.mediation import rules
from fengqiao.mediation.actions._base import able_mediator, holds
from fengqiao.mediation.actions.sessions import room_kinds
from fengqiao.mediation.case_page import (
    CaseRow,
    CaseView,
    PartyRow,
    TermRow,
    allowed_verbs,
    case_row,
    case_view,
    chain,
)
from fengqiao.mediation.choices import RUNNING, CaseState, Confirmation, Performance
from fengqiao.mediation.fields import FIELDS, ROW_FIELDS
from fengqiao.mediation.filing import FileContents, PaperRow, builtin_template, file_contents, own_template
from fengqiao.mediation.models import Agreement, MediationCase, Session
from fengqiao.mediation.papers import load_papers
from fengqiao.mediation.statistics import Counts, Line, Statistics, statistics
from fengqiao.teams.models import Appointment, Resource
from fengqiao.territory.models import Area

__all__ = [
    "FIELDS",
    "ROW_FIELDS",
    "CaseRow",
    "CaseView",
    "Counts",
    "FileContents",
    "Line",
    "PaperRow",
    "PartyRow",
    "Statistics",
    "TemplateRow",
    "TermRow",
    "allowed_verbs",
    "builtin_template",
    "can_open",
    "case_list",
    "case_view",
    "cases_of",
    "chain",
    "confirmations_due",
    "file_contents",
    "find",
    "free_rooms",
    "mediators_for",
    "sessions_between",
    "statistics",
    "templates",
]


@dataclass(frozen=True)
class TemplateRow:
    """A kind of paper with the template in use: the station's own name for it, or empty for the built-in one."""

    kind: str
    title: str
    own_name: str
    uploaded_at: datetime | None


def find(uid: str, scope: Scope) -> MediationCase | None:
    """A case by its uid, when the scope may see it; None for anything that is no uid."""
    try:
        key = UUID(str(uid))
    except ValueError:
        return None
    return MediationCase.objects.visible_to(scope).with_faces().filter(uid=key).first()


def cases_of(matter: Matter, scope: Scope) -> list[MediationCase]:
    """The mediations of a matter that the scope may see, the first one first."""
    return list(MediationCase.objects.visible_to(scope).filter(matter=matter).with_faces().order_by("id"))


def can_open(matter: Matter, actor: Actor) -> bool:
    """Whether the actor could open a mediation of the matter (suitability is checked when they do)."""
    if matter.state not in WORKING_STATES or not holds("open_case", matter, actor):
        return False
    if matter.mediations.filter(state__in=(*RUNNING, CaseState.AGREED)).exists():
        return False
    return Matter.objects.visible_to(actor.scope).filter(pk=matter.pk).exists()


def case_list(
    scope: Scope,
    *,
    mine: bool = False,
    state: str = "",
    level: str = "",
    overdue: bool = False,
    offset: int = 0,
    limit: int = 50,
) -> tuple[int, list[CaseRow]]:
    """(how many, one page of rows): running cases by due time first, the rest newest first. Four queries."""
    now = clock.now()
    rows = MediationCase.objects.visible_to(scope)
    if mine:
        rows = rows.filter(mediator_id=scope.person_id)
    if state:
        rows = rows.filter(state=state)
    if level:
        rows = rows.filter(level=level)
    if overdue:
        rows = rows.overdue(now)
    order = ("due_at", "id") if state in rules.RUNNING_STATES or overdue else ("-id",)
    page = rows.with_faces().prefetch_related("parties").order_by(*order)[offset : offset + limit]
    return rows.count(), [case_row(case, now) for case in page]


def mediators_for(area: Area) -> list[Person]:
    """People appointed to mediate over ``area``, nearest ground first."""
    roles = [r.key for r in current_place().roles if r.may("mediation.handle")]
    day = clock.local(clock.now()).date()
    rows = Appointment.objects.on(day).filter(role__in=roles, person__is_active=True)
    over = Q(area__in=area.ancestor_ids) | Q(beat__grids__path__startswith=area.path) | Q(beat__grids=area)
    people = {
        a.person_id: a.person
        for a in rows.filter(over).select_related("person", "area").order_by("-area__path")
    }
    return [p for p in people.values() if able_mediator(p, area)]


def free_rooms(scope: Scope, *, start: datetime, minutes: int) -> list[tuple[Resource, bool]]:
    """Mediation rooms in the scope's reach and whether each is free from ``start`` for ``minutes``. Two queries."""
    reach = Q(pk__in=[])
    for path in scope.paths("mediation.handle"):
        reach |= Q(area__path__startswith=path)
        reach |= Q(area_id__in=[int(part) for part in path.strip("/").split("/") if part])
    rooms = list(Resource.objects.filter(reach, kind__in=room_kinds(), active=True).select_related("area"))
    near = Session.objects.filter(
        room__in=rooms,
        cancelled_at__isnull=True,
        planned_at__gt=start - timedelta(hours=8),
        planned_at__lt=start + timedelta(minutes=minutes),
    )
    taken = {s.room_id for s in near if rules.overlap(start, minutes, s.planned_at, s.planned_minutes)}
    return [(room, room.pk not in taken) for room in rooms]


def _seen(scope: Scope) -> Exists:
    """Rows of a case in sight: looked up one by one, the few that a date leaves."""
    return Exists(MediationCase.objects.visible_to(scope).filter(pk=OuterRef("case_id")))


def sessions_between(scope: Scope, start: datetime, end: datetime) -> list[Session]:
    """Sittings planned in [start, end) among the cases in sight, by time."""
    rows = Session.objects.filter(
        _seen(scope), cancelled_at__isnull=True, planned_at__gte=start, planned_at__lt=end
    )
    return list(rows.select_related("case__matter", "case__mediator", "room").order_by("planned_at"))


def confirmations_due(scope: Scope, *, within_days: int = 14) -> list[Agreement]:
    """Valid agreements whose last day for confirmation comes within so many days and nobody has applied."""
    today = clock.local(clock.now()).date()
    rows = Agreement.objects.filter(
        _seen(scope),
        confirmation=Confirmation.NONE,
        about_status=False,
        confirm_by__gte=today,
        confirm_by__lte=today + timedelta(days=within_days),
    ).exclude(performance=Performance.DONE)
    return list(rows.select_related("case__matter", "case__mediator").order_by("confirm_by", "id"))


def templates() -> list[TemplateRow]:
    """Every kind of paper that is made, with the template in use."""
    found = []
    for paper in load_papers().values():
        if paper.made:
            own = own_template(paper.key)
            found.append(
                TemplateRow(paper.key, paper.zh, own.name if own else "", own.uploaded_at if own else None)
            )
    return found
