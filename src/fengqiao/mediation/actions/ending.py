"""More time, an end, or the next level: whoever ends a mediation tells the parties their other routes."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from fengqiao.accounts.models import Person
from fengqiao.accounts.scope import Actor
from fengqiao.lib import clock
from fengqiao.lib.errors import Refusal
from fengqiao.lib.place_config import current_place
from fengqiao.lib.text import one_line
from fengqiao.matters import actions as matters
from fengqiao.matters.models import JointMember, Matter
from fengqiao.mediation import rules
from fengqiao.mediation.actions._base import (
    able_mediator,
    check_mediator,
    close_case,
    save_case,
    story,
    take_case,
    tell,
    workdays,
)
from fengqiao.mediation.actions.opening import create_case
from fengqiao.mediation.choices import CaseOutcome, CaseState, Start
from fengqiao.mediation.inputs import end_of_day, local_day, said
from fengqiao.mediation.models import MediationCase, Party
from fengqiao.mediation.numbering import ladder_level
from fengqiao.teams.queries import who_answers
from fengqiao.territory.models import Area

ENDINGS = (CaseOutcome.FAILED, CaseOutcome.TO_OTHER_ROUTE)
HANDED_UP = (CaseOutcome.FAILED, CaseOutcome.PARTY_REFUSED)
"""Outcomes after which the next level may still try."""


@transaction.atomic
def extend(
    case: MediationCase,
    *,
    by: Actor,
    until: datetime,
    asked_by_both: bool,
    why: str,
    version: int | None = None,
) -> MediationCase:
    """More time, once, when both sides ask for it; one month beyond the present limit at most."""
    found = take_case(case, "extend", by, version)
    if found.extended:
        raise Refusal(_("期限只能延长一次。调不成就结束，或交上一级调解"), code="already")
    if not asked_by_both:
        raise Refusal(_("要双方都提出才能延长"), code="not_both", field="asked_by_both")
    if until.tzinfo is None:
        raise Refusal(_("延长到什么时候缺少时区"), code="bad_time", field="until")
    latest = end_of_day(rules.month_after(local_day(found.due_at)))
    if not max(found.due_at, clock.now()) < until <= latest:
        day = local_day(latest)
        raise Refusal(
            _("要晚于现在的期限，最多延到 %(year)s 年 %(month)s 月 %(day)s 日")
            % {"year": day.year, "month": day.month, "day": day.day},
            code="bad",
            field="until",
        )
    found.extended, found.due_at = True, until
    found.extended_why = said(one_line(why, limit=300), what=_("为什么要延长"), field="why", limit=300)
    found.warned_at = found.overdue_marked_at = None
    save_case(found)
    day = local_day(until)
    story(found, by, f"双方要求延长调解，到 {day.month} 月 {day.day} 日：{found.extended_why}")
    return found


@transaction.atomic
def end_case(
    case: MediationCase,
    *,
    by: Actor,
    outcome: str,
    why: str,
    routes_told: str,
    next_step: str = "",
    due_at: datetime | None = None,
    version: int | None = None,
) -> MediationCase:
    """End without agreement: it failed, or the matter goes another way. The parties were told their other routes.

    The committee ends a mediation that does not succeed and tells the parties they may turn to arbitration, the
    administration or the court (art. 26). The next level stays on offer (``hand_up``).
    """
    found = take_case(case, "end_case", by, version)
    if outcome not in ENDINGS:
        raise Refusal(_("请选调解不成，或转其他途径"), code="missing", field="outcome")
    if outcome == CaseOutcome.FAILED and found.state != CaseState.OPEN:
        raise Refusal(
            _("还没有开始调解，不能记为调解不成；一方不愿意请记在征求意愿里"),
            code="wrong_state",
            field="outcome",
        )
    _end(found, by, outcome, why, routes_told, next_step, due_at)
    return found


def _end(
    case: MediationCase,
    by: Actor,
    outcome: str,
    why: str,
    routes_told: str,
    next_step: str = "",
    due_at: datetime | None = None,
) -> None:
    case.routes_told = said(routes_told, what=_("告诉了各方哪些其他途径"), field="routes_told", limit=1000)
    close_case(case, outcome, said(why, what=_("为什么结束"), field="why", limit=2000))
    above = current_place().next_level(ladder_level(case.level).key)
    offer = f"交{above.zh}调解，或按其他途径办理" if above else "按其他途径办理，防止激化"
    story(
        case,
        by,
        f"{CaseOutcome(outcome).label}：{case.ended_why}。已告知：{case.routes_told}",
        step=next_step or offer,
        due_at=due_at or workdays(2, case.matter),
        outcome=str(outcome),
        next_level=above.key if above else "",
    )


@transaction.atomic
def withdraw_case(
    case: MediationCase, *, by: Actor, why: str, settled_between: bool = False, version: int | None = None
) -> MediationCase:
    """Whoever applied takes it back, or stops it (art. 23); ``settled_between``: they made peace by themselves."""
    found = take_case(case, "withdraw_case", by, version)
    words = said(why, what=_("为什么撤回"), field="why", limit=500)
    text = f"{words}（双方已自行和好）" if settled_between else words
    close_case(found, CaseOutcome.WITHDRAWN, text)
    story(
        found,
        by,
        f"撤回调解申请：{text}",
        step="核实是否和好，写明结果" if settled_between else "定下怎么办",
        due_at=workdays(2, found.matter),
        outcome="withdrawn",
    )
    return found


@transaction.atomic
def hand_up(
    case: MediationCase,
    *,
    by: Actor,
    tried: str,
    blocked_by: str,
    routes_told: str = "",
    mediator: Person | None = None,
    committee: str = "",
) -> MediationCase:
    """Hand a mediation that did not succeed to the next level, with its record; returns the next level's case.

    A case still running ends as failed first, so ``routes_told`` is needed then. The parties are asked anew for
    their consent; the lower level's mediator stays in as a joint member. Without ``mediator`` whoever answers at
    the next level mediates. Raises Refusal ``top`` at the highest level, ``not_failed`` after another outcome,
    ``already`` when it went up before, ``no_mediator`` when nobody there is appointed to mediate.
    """
    found = take_case(case, "hand_up", by)
    if found.state == CaseState.ENDED and found.outcome not in HANDED_UP:
        raise Refusal(_("这个调解不是调解不成，不用交上一级"), code="not_failed")
    if MediationCase.objects.filter(earlier=found).exists():
        raise Refusal(_("已经交过上一级了"), code="already")
    before = found.mediator
    if found.state == CaseState.OPEN:
        _end(found, by, str(CaseOutcome.FAILED), blocked_by, routes_told)
    matter = _climb(found, by, tried, blocked_by, mediator)
    chosen = _next_mediator(matter, mediator)
    _both_stay(matter, chosen, before)
    after = create_case(
        matter,
        by=by,
        mediator=chosen,
        start=Start(found.start),
        committee=committee,
        facts=_carried(found, tried, blocked_by),
        request=found.request,
        earlier=found,
        suitable=found.suitable,
        suitability=found.suitability,
        danger_signs=found.danger_signs,
    )
    for party in found.parties.all():
        _copy(party, after).save()
    story(
        after,
        by,
        f"{ladder_level(after.level).zh}接着调解：{after.number}，{after.committee}，调解员 {chosen.name}；"
        f"{before.name} 继续参与",
        step="再征求各方意愿，告知权利义务",
        due_at=workdays(2, matter),
        earlier=found.number,
        state=str(after.state),
    )
    tell(chosen, by, after, "上一级交来的调解")
    tell(before, by, after, "已交上一级，请一起参与")
    return after


def _climb(case: MediationCase, by: Actor, tried: str, blocked_by: str, to: Person | None) -> Matter:
    """The matter one level up; where its own clock has taken it there already, it stays where it is."""
    said(tried, what=_("试过什么"), field="tried")
    said(blocked_by, what=_("卡在哪里"), field="blocked_by")
    above = current_place().next_level(ladder_level(case.level).key)
    while above is not None:
        if above.key == case.matter.level:
            return case.matter
        above = current_place().next_level(above.key)
    return matters.escalate(case.matter, by=by, tried=tried, blocked_by=blocked_by, to=to)


def _next_mediator(matter: Matter, named: Person | None) -> Person:
    if named is not None:
        return check_mediator(named, matter)
    if matter.owner is not None and able_mediator(matter.owner, matter.area):
        return matter.owner
    found = _appointed(matter.area, matter.level, matter.about_id)
    if found is None:
        raise Refusal(_("上一级还没有聘任调解员，请先指定一位"), code="no_mediator", field="mediator")
    return found


def _appointed(area: Area, level: str, about_id: int | None) -> Person | None:
    """Somebody appointed to mediate at the level, asked role by role."""
    exclude = frozenset(pk for pk in (about_id,) if pk)
    roles = [r for r in current_place().roles if r.may("mediation.handle")]
    wanted = ladder_level(level).roles
    for role in sorted(roles, key=lambda r: wanted.index(r.key) if r.key in wanted else len(wanted)):
        answer = who_answers(area, role=role.key, exclude=exclude)
        if not answer.fallback and able_mediator(answer.person, area):
            return answer.person
    return None


def _both_stay(matter: Matter, chosen: Person, before: Person) -> None:
    """The new mediator and the lower level's handle the matter along."""
    for person, task in ((chosen, "主持调解"), (before, "原来调解")):
        if person.pk == matter.owner_id or not person.is_active:
            continue
        JointMember.objects.get_or_create(
            matter=matter, person=person, left_at=None, defaults={"task": task, "joined_at": clock.now()}
        )


def _carried(case: MediationCase, tried: str, blocked_by: str) -> str:
    """The facts with what the lower level did, for the next level's case."""
    lines = [case.facts, f"【{case.number} 调解经过】"]
    held = case.sessions.filter(held_at__isnull=False)
    for row in held:
        day = local_day(row.held_at) if row.held_at else None
        lines.append(f"第 {row.number} 次（{day}）：{row.result}")
    lines += [f"试过：{tried.strip()}", f"卡在：{blocked_by.strip()}"]
    return "\n".join(lines)


def _copy(row: Party, case: MediationCase) -> Party:
    """The party in the next level's case, sealed under a key of its own, with its consent to be asked anew."""
    fresh = Party(
        case=case,
        side=row.side,
        position=row.position,
        masked_name=row.masked_name,
        is_unit=row.is_unit,
        phone_index=row.phone_index,
        is_minor=row.is_minor,
        guardian_present=row.guardian_present,
    )
    for column in ("name_sealed", "phone_sealed", "address_sealed", "identity_sealed", "details_sealed"):
        fresh.seal(column, row.unseal(column))
    return fresh


__all__ = ["end_case", "extend", "hand_up", "withdraw_case"]
