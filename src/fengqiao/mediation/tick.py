"""The clocks of the mediation room: driven by ``fengqiao tick``, idempotent, safe to run twice or late.

Run after the matters' own clock, which breaks the promises of terms that nobody said were kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import transaction
from django.db.models import Count, F, Model, Q

from fengqiao.accounts.scope import SYSTEM
from fengqiao.lib import clock
from fengqiao.lib.errors import Refusal
from fengqiao.matters.choices import OPEN_STATES, PromiseState
from fengqiao.matters.clockwork import warn_at
from fengqiao.mediation.actions._base import story, tell, workdays
from fengqiao.mediation.actions.performance import refresh
from fengqiao.mediation.choices import CaseState, Confirmation, Performance
from fengqiao.mediation.inputs import local_day
from fengqiao.mediation.models import Agreement, MediationCase
from fengqiao.teams.queries import who_answers

BATCH = 500
REMIND_DAYS = 7
"""Days before the last day for confirmation on which the mediator is reminded."""

Row = TypeVar("Row", bound=Model)


def tick(*, at: datetime) -> dict[str, int]:
    """Bring mediations up to ``at``: warn at two thirds of the time, mark what is late, see which terms broke,
    remind of the last day for confirmation. Each case is its own transaction.
    """
    with clock.at(at):
        return {
            "mediation_warned": _each(_to_warn(at), _warn),
            "mediation_overdue": _each(_to_mark(at), _mark),
            "agreements_broken": _each(_broken(), _follow_broken),
            "confirmations_reminded": _each(_to_remind(at), _remind),
        }


def _each(rows: Iterable[Row], do: Callable[[Row], bool]) -> int:
    done = 0
    for row in rows:
        try:
            with transaction.atomic():
                done += do(row)
        except Refusal:
            continue  # somebody moved it in the meantime: the next tick sees how it stands
    return done


def _to_warn(at: datetime) -> list[MediationCase]:
    rows = (
        MediationCase.objects.running().filter(warned_at__isnull=True, due_at__gt=at).order_by("due_at", "id")
    )
    return [c for c in rows.only("pk", "opened_at", "due_at") if warn_at(c.opened_at, c.due_at) <= at][:BATCH]


def _to_mark(at: datetime) -> list[MediationCase]:
    rows = MediationCase.objects.overdue(at).filter(overdue_marked_at__isnull=True)
    return list(rows.order_by("due_at", "id")[:BATCH])


def _locked(row: MediationCase) -> MediationCase:
    rows = MediationCase.objects.select_for_update(of=("self",)).with_faces().select_related("matter__owner")
    return rows.get(pk=row.pk)


def _warn(row: MediationCase) -> bool:
    case = _locked(row)
    if case.warned_at or case.state not in {CaseState.CHECKING, CaseState.OPEN}:
        return False
    case.warned_at = clock.now()
    case.save(update_fields=["warned_at"])
    day = local_day(case.due_at)
    tell(case.mediator, SYSTEM, case, f"调解期限过了三分之二，{day.month} 月 {day.day} 日到期")
    return True


def _mark(row: MediationCase) -> bool:
    case = _locked(row)
    if case.overdue_marked_at or case.state not in {CaseState.CHECKING, CaseState.OPEN}:
        return False
    case.overdue_marked_at = clock.now()
    case.warned_at = case.warned_at or clock.now()
    case.save(update_fields=["overdue_marked_at", "warned_at"])
    if case.matter.state in OPEN_STATES:
        story(
            case,
            SYSTEM,
            "调解过了期限：双方都要求可以延长一次，否则结束并告知其他途径，或交上一级",
            step="定下调解是延长、结束还是交上一级",
            due_at=workdays(1, case.matter),
            overdue=True,
        )
    people = [case.mediator, case.matter.owner, who_answers(case.matter.area, role="station_head").person]
    for person in dict.fromkeys(p for p in people if p is not None):
        tell(person, SYSTEM, case, "调解过了期限")
    return True


def _broken() -> list[Agreement]:
    rows = Agreement.objects.filter(valid_from__isnull=False, case__state=CaseState.AGREED)
    broken = Count("terms", filter=Q(terms__promise__state=PromiseState.BROKEN))
    return list(rows.annotate(broken=broken).filter(broken__gt=F("broken_seen")).order_by("id")[:BATCH])


def _follow_broken(row: Agreement) -> bool:
    case = _locked(row.case)
    agreement = Agreement.objects.select_for_update(of=("self",)).get(pk=row.pk)
    seen = agreement.broken_seen
    if refresh(agreement).broken_seen <= seen:
        return False
    late = agreement.terms.filter(promise__state="broken").values_list("position", flat=True)
    numbers = "、".join(f"第 {n} 项" for n in late)
    if case.matter.state in OPEN_STATES:
        story(
            case,
            SYSTEM,
            f"协议{numbers}到期没有记下守住",
            step=f"核实协议{numbers}是否履行，督促",
            due_at=workdays(1, case.matter),
            performance=agreement.performance,
        )
    tell(case.mediator, SYSTEM, case, f"协议{numbers}到期，请核实是否履行")
    return True


def _to_remind(at: datetime) -> list[Agreement]:
    today = local_day(at)
    rows = Agreement.objects.filter(
        confirmation=Confirmation.NONE,
        about_status=False,
        confirm_reminded_at__isnull=True,
        confirm_by__gte=today,
        confirm_by__lte=today + timedelta(days=REMIND_DAYS),
    ).exclude(performance=Performance.DONE)
    return list(rows.order_by("confirm_by", "id")[:BATCH])


def _remind(row: Agreement) -> bool:
    case = _locked(row.case)
    agreement = Agreement.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if agreement.confirm_reminded_at or agreement.confirm_by is None:
        return False
    agreement.confirm_reminded_at = clock.now()
    agreement.save(update_fields=["confirm_reminded_at"])
    day = agreement.confirm_by
    tell(case.mediator, SYSTEM, case, f"司法确认最后一天是 {day.month} 月 {day.day} 日，要双方一起申请")
    return True
