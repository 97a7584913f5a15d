"""Named invariants of live data; each is a rule of the house that can be looked up in the tables."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import F, Q

from fengqiao.audit.queries import verify_chain
from fengqiao.intake.choices import UNFINISHED, ReportState
from fengqiao.intake.models import Report
from fengqiao.matters.choices import OPEN_STATES, State
from fengqiao.matters.models import Matter, Promise
from fengqiao.mediation.models import MediationCase


def _open_without_owner() -> int:
    lacking = Q(owner__isnull=True) | Q(due_at__isnull=True) | Q(next_step="")
    return Matter.objects.filter(lacking, state__in=OPEN_STATES).count()


def _unfinished_without_owner() -> int:
    lacking = Q(owner__isnull=True) | Q(due_at__isnull=True) | Q(next_step="")
    return Report.objects.filter(lacking, state__in=UNFINISHED).count()


def _accepted_without_matter() -> int:
    return Report.objects.filter(
        state__in=[ReportState.ACCEPTED, ReportState.MERGED], matter__isnull=True
    ).count()


def _refused_without_place() -> int:
    return Report.objects.filter(state=ReportState.REFUSED, refused_to="").count()


def _resolved_without_follow_up() -> int:
    return Matter.objects.filter(state=State.RESOLVED, follow_ups__isnull=True).count()


def _owned_by_subject() -> int:
    return Matter.objects.filter(owner=F("about"), state__in=OPEN_STATES).count()


def _settled_without_time() -> int:
    return Promise.objects.filter(~Q(state="open"), settled_at__isnull=True).count()


def _failed_without_routes() -> int:
    return MediationCase.objects.filter(outcome__in=["failed", "party_refused"], routes_told="").count()


INVARIANTS: dict[str, Callable[[], int]] = {
    "在办的事都有负责人、下一步、时间": _open_without_owner,
    "没看完的反映都有负责人、下一步、时间": _unfinished_without_owner,
    "受理的反映都有事项": _accepted_without_matter,
    "不受理都写明了去处": _refused_without_place,
    "办结的事都排了回访": _resolved_without_follow_up,
    "没有人在办涉及自己的事": _owned_by_subject,
    "了结的承诺都有时间": _settled_without_time,
    "调解不成都告知了其他途径": _failed_without_routes,
}


def broken() -> list[str]:
    """Each invariant that does not hold, with how many rows break it; then the audit chain."""
    faults = [f"{name}：{n} 处不符" for name, check in INVARIANTS.items() if (n := check())]
    chain = verify_chain()
    if not chain.whole:
        faults.append(f"审计链在第 {chain.broken_at} 条断开")
    return faults
