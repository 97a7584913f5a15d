"""Duty on the desk: this week's roster, who answers now, gaps of minimum cover, swaps."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fengqiao.accounts.models import Person
from fengqiao.accounts.scope import Actor
from fengqiao.desk.forms.people_duty import DutyForm, duties_in_sight
from fengqiao.desk.page import actor_of, page
from fengqiao.desk.pickers import area_options
from fengqiao.desk.room import tabs
from fengqiao.desk.views.people import TABS
from fengqiao.lib import clock
from fengqiao.lib.policy import needs
from fengqiao.teams import queries
from fengqiao.teams.choices import DutyKind
from fengqiao.teams.models import Duty
from fengqiao.teams.policy import DUTY

_MOST = 3000
_MOST_WANTED = 20


@dataclass
class Line:
    """One line of the roster: what for and where, and who on each of the seven days."""

    kind: str
    where: str
    days: list[list[Duty]] = field(default_factory=lambda: [[] for _day in range(7)])


def monday_of(text: str) -> date:
    """The Monday of the week of the day ``text`` (2026-03-11); of this week for anything else."""
    try:
        wanted = date.fromisoformat(text)
    except ValueError:
        wanted = clock.local(clock.now()).date()
    wanted = max(date(2000, 1, 10), min(wanted, date(2100, 1, 1)))
    return wanted - timedelta(days=wanted.weekday())


def at_midnight(on: date) -> datetime:
    """The start of a day on the station's wall clock, aware."""
    return datetime.combine(on, time(), tzinfo=clock.local(clock.now()).tzinfo)


def lines_of(monday: date, by: Actor) -> list[Line]:
    """The week's roster in sight: leaders first, then by kind and ground; a duty stands on the day it begins."""
    start, end = at_midnight(monday), at_midnight(monday + timedelta(days=7))
    rows = duties_in_sight(by).filter(starts_at__gte=start, starts_at__lt=end).order_by("starts_at", "pk")
    lines: dict[tuple[int, str], Line] = {}
    order = list(DutyKind.values)
    for row in rows[:_MOST]:
        where = str(row.beat or row.area or row.team or "")
        line = lines.setdefault((order.index(row.kind), where), Line(str(DutyKind(row.kind).label), where))
        line.days[(clock.local(row.starts_at).date() - monday).days].append(row)
    return [lines[key] for key in sorted(lines)]


def _answer(request: HttpRequest, areas: dict[str, Any]) -> tuple[Any, Any]:
    area = areas.get(request.GET.get("area", ""))
    return area, queries.who_answers(area) if area is not None else None


def _gaps(request: HttpRequest, monday: date) -> dict[str, Any]:
    kind = request.GET.get("kind", DutyKind.DESK)
    kind = kind if kind in DutyKind.values else str(DutyKind.DESK)
    said = request.GET.get("want", "1")
    want = min(_MOST_WANTED, max(1, int(said))) if said.isascii() and said.isdigit() and len(said) < 4 else 1
    start = max(clock.now(), at_midnight(monday))
    end = at_midnight(monday + timedelta(days=7))
    found = queries.cover_gaps(start, end, want=want, kinds=[kind]) if start < end else []
    return {"gaps": found[:20], "over": start >= end, "kind": kind, "want": want, "kinds": DutyKind.choices}


@needs("people.see")
@require_safe
def duty(request: HttpRequest) -> HttpResponse:
    """The roster of a week, who answers now, gaps, swaps that wait."""
    actor = actor_of(request)
    monday = monday_of(request.GET.get("week", ""))
    areas, options = area_options(actor.scope)
    area, answer = _answer(request, areas)
    here, today = reverse("desk:duty"), clock.local(clock.now()).date()
    me = Person.objects.filter(pk=actor.person_id or 0).first()
    near = queries.on_duty(paths=actor.scope.paths("people.see"))
    context = {
        "tabs": tabs(TABS, "duty"),
        "days": [(monday + timedelta(days=n), monday + timedelta(days=n) == today) for n in range(7)],
        "lines": lines_of(monday, actor),
        "week": monday,
        "previous": f"{here}?week={monday - timedelta(days=7)}",
        "next": f"{here}?week={monday + timedelta(days=7)}",
        "now_on_duty": [d for d in near if d.kind in (DutyKind.LEAD, DutyKind.DESK)][:6],
        "areas": options,
        "area": area,
        "answer": answer,
        "swaps": queries.open_swaps(me) if me else [],
        "me": actor.person_id,
        "plans": actor.scope.can(DUTY),
        **_gaps(request, monday),
    }
    return page(request, "desk/people/duty.html", context, on="people")


@needs("people.see")
@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One duty: who, when, where; cancel or swap it."""
    actor = actor_of(request)
    row = DutyForm.find(pk, actor)
    now = clock.now()
    context = {
        "duty": row,
        "where": row.beat or row.area or row.team,
        "swaps": row.person_id == actor.person_id and row.starts_at > now,
        "cancels": actor.scope.can(DUTY) and row.ends_at > now,
        "state": _("在岗") if row.starts_at <= now < row.ends_at else "",
    }
    return page(request, "desk/people/one_duty.html", context, on="people")
