"""Duty by the hour: planned, cancelled, swapped when both agree."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from fengqiao.accounts.checks import demand
from fengqiao.accounts.models import Person
from fengqiao.accounts.scope import Actor
from fengqiao.accounts.trail import trail
from fengqiao.lib import clock
from fengqiao.lib.errors import NotAllowed, OutOfReach, Refusal
from fengqiao.lib.text import one_line
from fengqiao.teams.choices import DutyKind
from fengqiao.teams.models import Appointment, Duty, DutySwap, Membership, Team
from fengqiao.teams.policy import DUTY, PEOPLE
from fengqiao.territory.models import Area, Beat

LONGEST = timedelta(hours=36)
FURTHEST = timedelta(days=400)


def path_of(duty: Duty) -> str:
    """Path of the area a duty belongs to: its own, that of its beat, that of its team."""
    for place in (duty.area, duty.beat and duty.beat.area, duty.team and duty.team.area):
        if place:
            return place.path
    return ""


@transaction.atomic
def plan_duty(
    person: Person,
    *,
    by: Actor,
    kind: str,
    starts_at: datetime,
    ends_at: datetime,
    area: Area | None = None,
    beat: Beat | None = None,
    team: Team | None = None,
    note: str = "",
) -> Duty:
    """Put somebody on duty from an hour to an hour (aware) for an area, a beat or a team.

    Raises Refusal for hours that cannot be (longer than 36 hours, over a year ahead, already over), for
    somebody without an appointment on that day or a place in the team, and for duty that overlaps another.
    """
    draft = Duty(
        person=person, kind=kind, starts_at=starts_at, ends_at=ends_at, area=area, beat=beat, team=team,
        note=one_line(note, limit=120),
    )  # fmt: skip
    if not path_of(draft):
        raise Refusal(_("请选定在哪里值班：区域、警务区或队伍"), code="missing", field="area")
    demand(by, DUTY, path_of(draft), see=PEOPLE)
    if kind not in DutyKind.values:
        raise Refusal(_("没有这种值班"), code="bad_kind", field="kind")
    _check_hours(starts_at, ends_at, by)
    person = Person.objects.select_for_update().get(pk=person.pk)
    _check_person(person, starts_at, team)
    _refuse_overlap(person, starts_at, ends_at)
    draft.save()
    trail(
        by, "duty.planned", draft, person=person.pk, kind=kind,
        starts_at=starts_at.isoformat(), ends_at=ends_at.isoformat(),
    )  # fmt: skip
    return draft


def _check_hours(starts_at: datetime, ends_at: datetime, by: Actor) -> None:
    if starts_at.tzinfo is None or ends_at.tzinfo is None:
        raise ValueError("duty needs aware datetimes")
    if ends_at <= starts_at:
        raise Refusal(_("下班时间应在上班时间之后"), code="bad_hours", field="ends_at")
    if ends_at - starts_at > LONGEST:
        raise Refusal(_("一班最长 36 小时，请分成几班"), code="bad_hours", field="ends_at")
    if starts_at > clock.now() + FURTHEST:
        raise Refusal(_("最多提前 400 天排班，请核对年份"), code="bad_hours", field="starts_at")
    if ends_at <= clock.now() and not by.is_system:
        raise Refusal(_("这一班已经过去了，请核对日期"), code="bad_hours", field="starts_at")


def _check_person(person: Person, starts_at: datetime, team: Team | None) -> None:
    if not person.is_active:
        raise Refusal(
            _("%(person)s 的账号已停用，不能排班") % {"person": person.name}, code="inactive", field="person"
        )
    day = clock.local(starts_at).date()
    member = team is not None and Membership.objects.on(day).filter(team=team, person=person).exists()
    if not member and not Appointment.objects.on(day).filter(person=person).exists():
        raise Refusal(
            _("%(person)s 那天没有职务，请先任命") % {"person": person.name},
            code="no_appointment",
            field="person",
        )


def _refuse_overlap(
    person: Person, starts_at: datetime, ends_at: datetime, *, but: tuple[int, ...] = ()
) -> None:
    rows = Duty.objects.filter(person=person, starts_at__lt=ends_at, ends_at__gt=starts_at)
    other = rows.exclude(pk__in=but).order_by("starts_at").first()
    if other is not None:
        start, end = clock.local(other.starts_at), clock.local(other.ends_at)
        words = _("%(person)s 在 %(start)s 至 %(end)s 已经排了班") % {
            "person": person.name,
            "start": f"{start:%m-%d %H:%M}",
            "end": f"{end:%m-%d %H:%M}",
        }
        raise Refusal(words, code="overlap", field="starts_at")


def _fresh(duty: Duty) -> Duty:
    rows = Duty.objects.select_for_update(of=("self",)).select_related(
        "person", "area", "beat__area", "team__area"
    )
    found = rows.filter(pk=duty.pk).first()
    if found is None:
        raise OutOfReach
    return found


@transaction.atomic
def cancel_duty(duty: Duty, *, by: Actor, reason: str) -> Duty | None:
    """Take a duty off the roster; one that has begun ends now, one that is over stays as it was.

    Returns what is left of it. The log keeps what was planned.
    """
    row = _fresh(duty)
    demand(by, DUTY, path_of(row), see=PEOPLE)
    reason, now = one_line(reason, limit=200, field="reason"), clock.now()
    if not reason:
        raise Refusal(_("请写明原因"), code="missing", field="reason")
    if row.ends_at <= now:
        raise Refusal(_("这一班已经结束，不能取消"), code="over")
    trail(
        by, "duty.cancelled", row, person=row.person_id, kind=row.kind, reason=reason,
        starts_at=row.starts_at.isoformat(), ends_at=row.ends_at.isoformat(),
    )  # fmt: skip
    if row.starts_at >= now:
        row.delete()
        return None
    row.ends_at = now
    row.save(update_fields=["ends_at"])
    return row


@transaction.atomic
def ask_swap(duty: Duty, *, by: Actor, to: Person, theirs: Duty | None = None, why: str = "") -> DutySwap:
    """Ask a colleague to swap duty, or to take this one over (``theirs`` empty). Nothing changes yet.

    Raises Refusal for duty that has begun, for one already offered, and when it would not fit either of them.
    """
    mine = _fresh(duty)
    other = _fresh(theirs) if theirs is not None else None
    if by.person_id is None or mine.person_id != by.person_id:
        raise OutOfReach
    if other is not None and other.person_id != to.pk:
        raise Refusal(_("这一班不是 %(to)s 的") % {"to": to.name}, code="not_theirs", field="theirs")
    if to.pk == mine.person_id:
        raise Refusal(_("请选另一位同事"), code="self", field="to")
    _check_fits(mine, other, to)
    try:
        with transaction.atomic():
            swap = DutySwap.objects.create(
                mine=mine, theirs=other, to=to, asked_by_id=by.person_id, asked_at=clock.now(),
                why=one_line(why, limit=120),
            )  # fmt: skip
    except IntegrityError as error:
        raise Refusal(_("这一班已经问过别人了，等答复或先撤回"), code="already") from error
    trail(by, "swap.asked", swap, duty=mine.pk, theirs=other.pk if other else None, to=to.pk)
    return swap


def _check_fits(mine: Duty, theirs: Duty | None, to: Person) -> None:
    now = clock.now()
    if mine.starts_at <= now or (theirs is not None and theirs.starts_at <= now):
        raise Refusal(_("已经开始的班不能换"), code="over")
    moving = (mine.pk, theirs.pk) if theirs is not None else (mine.pk,)
    _check_person(to, mine.starts_at, mine.team)
    _refuse_overlap(to, mine.starts_at, mine.ends_at, but=moving)
    if theirs is not None:
        _check_person(mine.person, theirs.starts_at, theirs.team)
        _refuse_overlap(mine.person, theirs.starts_at, theirs.ends_at, but=moving)


@transaction.atomic
def answer_swap(swap: DutySwap, *, by: Actor, agree: bool) -> DutySwap:
    """The colleague agrees, and the duties change hands at once; or says no. Who asked may take it back (no).

    Raises Refusal when it was answered already or no longer fits.
    """
    row = DutySwap.objects.select_for_update(of=("self",)).select_related("to").filter(pk=swap.pk).first()
    if row is None or by.person_id is None or by.person_id not in (row.to_id, row.asked_by_id):
        raise OutOfReach
    if agree and by.person_id != row.to_id:
        raise NotAllowed(_("要由对方同意"))
    if row.answered_at is not None:
        raise Refusal(_("已经答复过了"), code="already")
    if agree:
        _swap(row)
    row.answered_at, row.agreed = clock.now(), agree
    row.save(update_fields=["answered_at", "agreed"])
    trail(by, "swap.agreed" if agree else "swap.declined", row, duty=row.mine_id, theirs=row.theirs_id)
    return row


def _swap(row: DutySwap) -> None:
    list(Person.objects.select_for_update().filter(pk__in=(row.to_id, row.asked_by_id)).order_by("pk"))
    mine = _fresh(row.mine)
    theirs = _fresh(row.theirs) if row.theirs is not None else None
    if mine.person_id != row.asked_by_id or (theirs is not None and theirs.person_id != row.to_id):
        raise Refusal(_("排班已经变了，请重新商量"), code="stale")
    _check_fits(mine, theirs, row.to)
    mine.person, former = row.to, mine.person
    mine.save(update_fields=["person"])
    if theirs is not None:
        theirs.person = former
        theirs.save(update_fields=["person"])
