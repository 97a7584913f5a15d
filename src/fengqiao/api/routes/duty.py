"""Duty by the hour, and the one answer to "who answers for this ground now"."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from ninja import Query

from fengqiao.accounts.models import Person
from fengqiao.accounts.scope import Actor
from fengqiao.api import find, points, show, show_teams
from fengqiao.api.access import Door
from fengqiao.api.auth import ApiRequest, me
from fengqiao.api.schemas import duty as bodies
from fengqiao.api.schemas.base import Done, Id, Named
from fengqiao.api.schemas.people import ReasonIn
from fengqiao.lib import clock
from fengqiao.lib.errors import Refusal
from fengqiao.lib.policy import needs, signed_in
from fengqiao.teams import actions, queries
from fengqiao.teams.models import Duty, DutySwap, Team
from fengqiao.territory.models import within
from fengqiao.territory.queries import locate

router = Door(tags=["duty"])
sees = needs("people.see")
manages = needs("duty.manage")
LONGEST = timedelta(days=62)


def _duties(by: Actor) -> QuerySet[Duty]:
    """Duty on ground where the caller may see people, and one's own."""
    paths = by.scope.paths("people.see")
    seen = Q(person_id=by.person_id)
    for column in ("area__path", "beat__area__path", "team__area__path"):
        seen |= within(paths, column)
    return Duty.objects.filter(seen).select_related("person", "area", "beat__area", "team__area")


@router.get("/duty", response=list[bodies.DutyOut])
@sees
def duty(request: ApiRequest, filters: Query[bodies.DutyFilters]) -> list[bodies.DutyOut]:
    """Who is on duty now, at another time, or over a span of up to two months."""
    start = filters.at or clock.now()
    until = filters.until or start
    if not start <= until <= start + LONGEST:
        raise Refusal(_("请给一段不超过两个月的时间"), code="bad_span", field="until")
    rows = _duties(request.auth).filter(starts_at__lte=until, ends_at__gt=start)
    if filters.area:
        path = find.area(filters.area).path
        columns = ("area__path", "beat__area__path", "team__area__path")
        inside = Q(pk__in=[])
        for column in columns:
            inside |= Q(**{f"{column}__startswith": path})
        rows = rows.filter(inside)
    return [show_teams.duty(d) for d in rows.order_by("starts_at", "id")[:2000]]


@router.post("/duty", response={201: bodies.DutyOut})
@manages
def plan_duty(request: ApiRequest, body: bodies.PlanDuty) -> bodies.DutyOut:
    """Put somebody on duty from an hour to an hour."""
    by = request.auth
    area = find.area(body.area) if body.area else None
    beat = find.beat(body.beat) if body.beat else None
    team = _team(body.team, by) if body.team else None
    ground = area or (beat.area if beat else None) or (team.area if team else queries.station().area)
    made = actions.plan_duty(
        find.colleague(body.person, by, field="person", near=ground),
        by=by,
        kind=body.kind,
        starts_at=body.starts_at,
        ends_at=body.ends_at,
        area=area,
        beat=beat,
        team=team,
        note=body.note,
    )
    return show_teams.duty(made)


def _team(pk: int, by: Actor) -> Team:
    found = Team.objects.visible_to(by.scope).select_related("area").filter(pk=pk).first()
    if found is None:
        raise find.unknown("team", _("没有找到这支队伍"))
    return found


@router.post("/duty/{id}/cancel-duty", response=Done)
@manages
def cancel_duty(request: ApiRequest, id: Id, body: ReasonIn) -> Done:
    """Take a duty off the roster; one that has begun ends now."""
    actions.cancel_duty(find.one(_duties(request.auth), id), by=request.auth, reason=body.reason)
    return Done()


@router.get("/duty-swaps", response=list[bodies.SwapOut])
@signed_in
def list_swaps(request: ApiRequest) -> list[bodies.SwapOut]:
    """Swaps that wait for one's answer, and one's own."""
    myself = Person.objects.get(pk=me(request))
    return [show_teams.swap(s) for s in queries.open_swaps(myself)]


@router.post("/duty/{id}/ask-swap", response={201: bodies.SwapOut})
@signed_in
def ask_swap(request: ApiRequest, id: Id, body: bodies.AskSwap) -> bodies.SwapOut:
    """Ask a colleague to swap duty, or to take one over; nothing changes yet."""
    by = request.auth
    theirs = None
    if body.theirs is not None:
        theirs = _duties(by).filter(pk=body.theirs).first()
        if theirs is None:
            raise find.unknown("theirs", _("没有找到对方的这一班"))
    row = find.one(_duties(by), id)
    ground = row.area or (row.beat.area if row.beat else None) or (row.team.area if row.team else None)
    to = find.colleague(body.to, by, field="to", near=ground or queries.station().area)
    made = actions.ask_swap(row, by=by, to=to, theirs=theirs, why=body.why)
    return show_teams.swap(made)


@router.post("/duty-swaps/{id}/answer-swap", response=bodies.SwapOut)
@signed_in
def answer_swap(request: ApiRequest, id: Id, body: bodies.AnswerSwap) -> bodies.SwapOut:
    """The colleague agrees, and the duties change hands at once; or says no."""
    own = me(request)
    rows = DutySwap.objects.filter(Q(to_id=own) | Q(asked_by_id=own)).select_related("to", "asked_by")
    done = actions.answer_swap(find.one(rows, id), by=request.auth, agree=body.agree)
    return show_teams.swap(done)


@router.get("/who-answers", response=bodies.AnswersOut)
@needs("people.see", "report.receive")
def who_answers(request: ApiRequest, asked: Query[bodies.AnswersFilters]) -> bodies.AnswersOut:
    """The one person who answers for an area or a point at an hour, and why."""
    lat, lon = points.point(asked.lat, asked.lon, asked.system)
    unplaced = False
    if lat is not None and lon is not None:
        found = locate(lat, lon)
        area, unplaced = found.area, found.unplaced
    elif asked.area:
        area = find.area(asked.area)
    else:
        raise Refusal(_("请给区域编码，或一个位置（lat 和 lon）"), code="missing", field="area")
    answer = queries.who_answers(area, asked.at, role=asked.role, level=asked.level)
    return bodies.AnswersOut(
        person=Named(id=answer.person.pk, name=answer.person.name),
        because=answer.because,
        fallback=answer.fallback,
        area=show.area_name(area),
        unplaced=unplaced,
    )
