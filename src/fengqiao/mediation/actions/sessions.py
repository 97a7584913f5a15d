"""Sittings: nothing begins without everybody's consent; a room holds one sitting at a time."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from fengqiao.accounts.scope import Actor
from fengqiao.lib import clock
from fengqiao.lib.errors import OutOfReach, Refusal
from fengqiao.lib.place_config import current_place
from fengqiao.lib.text import clean, one_line
from fengqiao.lib.wording import listed
from fengqiao.mediation import rules
from fengqiao.mediation.actions._base import save_case, story, take_case, tell, workdays
from fengqiao.mediation.actions.violence import heads_up
from fengqiao.mediation.choices import CaseState, Consent
from fengqiao.mediation.inputs import past, said
from fengqiao.mediation.models import MediationCase, Session
from fengqiao.teams.models import Resource

LONGEST_MINUTES = 480
FURTHEST_DAYS = 90
ROOM_KIND = "mediation_room"


@transaction.atomic
def start_mediation(case: MediationCase, *, by: Actor, version: int | None = None) -> MediationCase:
    """Begin: at least two sides, everybody willing (art. 3, 17) and told their rights, guardians at hand."""
    found = take_case(case, "start_mediation", by, version)
    check_parties(found)
    found.state = CaseState.OPEN
    save_case(found)
    story(
        found, by, "各方都愿意，开始调解", step="约时间调解", due_at=workdays(3, found.matter), state="open"
    )
    return found


def check_parties(case: MediationCase) -> None:
    """Raises Refusal unless every party consented, knows its rights, and there are two sides to talk."""
    parties = list(case.parties.all())
    if len({p.side for p in parties}) < 2:
        raise Refusal(_("至少要有两方当事人（申请人和被申请人）"), code="one_side")
    unasked = [p.masked_name for p in parties if p.consent != Consent.GIVEN]
    if unasked:
        raise Refusal(_("还没有都同意调解：%(unasked)s") % {"unasked": listed(unasked)}, code="no_consent")
    untold = [p.masked_name for p in parties if p.rights_told_at is None]
    if untold:
        raise Refusal(
            _("还没有告知权利义务：%(untold)s") % {"untold": listed(untold)}, code="rights_not_told"
        )


@transaction.atomic
def plan_session(
    case: MediationCase,
    *,
    by: Actor,
    planned_at: datetime,
    minutes: int = 60,
    room: Resource | None = None,
    place: str = "",
    invited: str = "",
    invited_agreed: bool = False,
    open_session: bool = False,
) -> Session:
    """Agree on a sitting: when (aware UTC), how long (minutes), in which room or other place, who is invited.

    Relatives, neighbours and experts join only with the parties' consent (art. 20); the sitting is closed unless
    the parties ask for an open one (art. 23). One held on the spot may be entered up to seven days later. Raises
    Refusal ``room_taken`` or ``mediator_busy`` when times overlap.
    """
    found = take_case(case, "plan_session", by)
    check_parties(found)
    start = _start(planned_at)
    if not 10 <= minutes <= LONGEST_MINUTES:
        raise Refusal(
            _("时长请写 10 到 %(longest_minutes)s 分钟") % {"longest_minutes": LONGEST_MINUTES},
            code="bad",
            field="minutes",
        )
    guests = clean(invited, limit=300, field="invited")
    if guests and not invited_agreed:
        raise Refusal(_("请别人参加要先征得各方同意"), code="invited_no_consent", field="invited_agreed")
    where = one_line(place, limit=120, field="place")
    if room is not None:
        room = _room(room, start, minutes)
        where = where or room.name
    if not where:
        raise Refusal(_("请选调解室或写上地点"), code="missing", field="place")
    _mediator_free(found, start, minutes)
    number = (found.sessions.aggregate(n=Max("number"))["n"] or 0) + 1
    row = Session.objects.create(
        case=found,
        number=number,
        planned_at=start,
        planned_minutes=minutes,
        room=room,
        place=where,
        invited=guests,
        invited_agreed=invited_agreed and bool(guests),
        open_session=open_session,
    )
    save_case(found)
    local = clock.local(start)
    when = f"{local.month} 月 {local.day} 日 {local:%H:%M}"
    story(
        found,
        by,
        f"约定第 {number} 次调解：{when}，{where}",
        step=f"第 {number} 次调解：{when}，{where}",
        due_at=start + timedelta(minutes=minutes),
        session=row.pk,
    )
    tell(found.mediator, by, found, f"第 {number} 次调解 {when}")
    return row


def _start(planned_at: datetime) -> datetime:
    if planned_at.tzinfo is None:
        raise Refusal(_("调解时间缺少时区"), code="bad_time", field="planned_at")
    now = clock.now()
    if planned_at < now - timedelta(days=rules.RETRO_DAYS):
        raise Refusal(
            _("补记的调解不能早于 %(retro_days)s 天前") % {"retro_days": rules.RETRO_DAYS},
            code="too_early",
            field="planned_at",
        )
    if planned_at > now + timedelta(days=FURTHEST_DAYS):
        raise Refusal(
            _("调解时间太远了，最多 %(furthest_days)s 天") % {"furthest_days": FURTHEST_DAYS},
            code="too_far",
            field="planned_at",
        )
    return planned_at


def room_kinds() -> set[str]:
    """Kinds of resources that are mediation rooms here."""
    return {ROOM_KIND, *(kind.key for kind in current_place().mediation_room_kinds)}


def _room(room: Resource, start: datetime, minutes: int) -> Resource:
    """The room, locked so that two sittings cannot take it at the same time."""
    found = Resource.objects.select_for_update(of=("self",)).filter(pk=room.pk, active=True).first()
    if found is None or found.kind not in room_kinds():
        raise Refusal(_("请选一间在用的调解室"), code="not_a_room", field="room")
    rows = Session.objects.filter(room=found, cancelled_at__isnull=True)
    if clash := _clash(list(rows.filter(**_near(start))), start, minutes):
        local = clock.local(clash.planned_at)
        raise Refusal(
            _("%(found)s %(month)s 月 %(day)s 日 %(local)s 起已有安排，请换时间或换一间")
            % {"found": found.name, "month": local.month, "day": local.day, "local": f"{local:%H:%M}"},
            code="room_taken",
            field="room",
        )
    return found


def _mediator_free(case: MediationCase, start: datetime, minutes: int) -> None:
    rows = Session.objects.filter(case__mediator_id=case.mediator_id, cancelled_at__isnull=True)
    if clash := _clash(list(rows.filter(**_near(start))), start, minutes):
        local = clock.local(clash.planned_at)
        raise Refusal(
            _("调解员 %(mediator)s %(month)s 月 %(day)s 日 %(local)s 起已有另一场调解")
            % {
                "mediator": case.mediator.name,
                "month": local.month,
                "day": local.day,
                "local": f"{local:%H:%M}",
            },
            code="mediator_busy",
            field="planned_at",
        )


def _near(start: datetime) -> dict[str, datetime]:
    longest = timedelta(minutes=LONGEST_MINUTES)
    return {"planned_at__gt": start - longest, "planned_at__lt": start + longest}


def _clash(rows: list[Session], start: datetime, minutes: int) -> Session | None:
    return next((r for r in rows if rules.overlap(start, minutes, r.planned_at, r.planned_minutes)), None)


@transaction.atomic
def record_session(
    session: Session,
    *,
    by: Actor,
    held_at: datetime | None = None,
    minutes: int = 60,
    recorder: str = "",
    rights_told: bool,
    statements: str,
    proposals: str = "",
    result: str,
    agreed: bool,
    guardians_present: bool = True,
    next_step: str = "",
    due_at: datetime | None = None,
) -> Session:
    """Write down how a sitting went: rights told, what each side said, what was proposed, what came of it.

    Signs of danger in the words reach the police at once. Minors are heard with their guardian only.
    """
    found, row = _take(session, "record_session", by)
    if row.held_at is not None:
        raise Refusal(_("这次调解已经记过了"), code="already")
    if not rights_told:
        raise Refusal(_("开场要告知各方权利义务，请确认已告知"), code="rights_not_told", field="rights_told")
    if not guardians_present and found.parties.filter(guardian_present=True).exists():
        raise Refusal(
            _("有当事人需要监护人在场，监护人不在不能调解"), code="no_guardian", field="guardians_present"
        )
    if not 1 <= minutes <= 24 * 60:
        raise Refusal(_("时长请写分钟数"), code="bad", field="minutes")
    earliest = clock.now() - timedelta(days=rules.RETRO_DAYS)
    row.held_at = past(held_at, what=_("调解时间"), field="held_at", not_before=min(row.planned_at, earliest))
    row.minutes = minutes
    row.recorder = one_line(recorder, limit=40, field="recorder") or by.name[:40]
    row.rights_told = True
    row.statements = said(statements, what=_("各方怎么说"), field="statements", limit=8000)
    row.proposals = clean(proposals, limit=4000, field="proposals")
    row.result = said(result, what=_("这次的结果"), field="result", limit=2000)
    row.agreed = agreed
    row.save()
    save_case(found)
    step = next_step or ("写好协议，请各方签字" if agreed else "约下一次调解，或结束调解并告知其他途径")
    story(
        found,
        by,
        f"第 {row.number} 次调解：{row.result}",
        step=step,
        due_at=due_at or workdays(1 if agreed else 3, found.matter),
        session=row.pk,
        agreed=agreed,
    )
    heads_up(found, by, row.statements, row.proposals, row.result)
    return row


@transaction.atomic
def cancel_session(session: Session, *, by: Actor, why: str) -> Session:
    """Call off a sitting that was not held; the room is free again."""
    found, row = _take(session, "cancel_session", by)
    if row.held_at is not None:
        raise Refusal(_("这次调解已经开过，不能取消"), code="already")
    row.cancelled_why = said(one_line(why, limit=200), what=_("取消的原因"), field="why", limit=200)
    row.cancelled_at = clock.now()
    row.save()
    save_case(found)
    running = found.state == CaseState.OPEN
    story(
        found,
        by,
        f"取消第 {row.number} 次调解：{row.cancelled_why}",
        step="重新约时间调解" if running else "",
        due_at=workdays(2, found.matter) if running else None,
        session=row.pk,
    )
    return row


def _take(session: Session, verb: str, by: Actor) -> tuple[MediationCase, Session]:
    found = take_case(session.case, verb, by)
    row = Session.objects.select_for_update(of=("self",)).filter(pk=session.pk, case=found).first()
    if row is None:
        raise OutOfReach
    if row.cancelled_at is not None:
        raise Refusal(_("这次调解已经取消"), code="cancelled")
    return found, row
