"""The clocks of matters: driven by ``fengqiao tick``, idempotent, safe to run twice or late."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from fengqiao.accounts.scope import SYSTEM
from fengqiao.lib import clock
from fengqiao.lib.errors import Refusal
from fengqiao.matters import actions
from fengqiao.matters.actions._base import record
from fengqiao.matters.choices import WORKING_STATES, EventKind, PromiseState, State
from fengqiao.matters.models import Matter, Promise
from fengqiao.notices.actions import notify

BATCH = 500


def tick(*, at: datetime) -> dict[str, int]:
    """Bring matters up to ``at``: resume what waited, break overdue promises, mark and climb what is late.

    Each matter is its own transaction; a matter that cannot move is left as it is and counted.
    """
    with clock.at(at):
        return {
            "resumed": _each(_waiting(at), lambda m: actions.resume(m, by=SYSTEM)),
            "promises_broken": _break_promises(at),
            "climbed": _climb(at),
            "overdue": _each(_late(at), _mark_overdue),
        }


def _waiting(at: datetime) -> list[Matter]:
    return list(Matter.objects.filter(state=State.PAUSED, resume_at__lte=at).order_by("id")[:BATCH])


def _late(at: datetime) -> list[Matter]:
    return list(
        Matter.objects.overdue(at).filter(overdue_marked_at__isnull=True).order_by("due_at", "id")[:BATCH]
    )


def _each(rows: list[Matter], do: object) -> int:
    done = 0
    for row in rows:
        try:
            do(row)  # type: ignore[operator]
        except Refusal:
            continue  # somebody moved it in the meantime: the next tick sees how it stands
        done += 1
    return done


def _break_promises(at: datetime) -> int:
    rows = Promise.objects.filter(state=PromiseState.OPEN, settled_at__isnull=True, due_at__lt=at).filter(
        ~Q(kind="result") | Q(matter__state__in=WORKING_STATES)
    )
    done = 0
    for row in rows.select_related("matter").order_by("due_at", "id")[:BATCH]:
        try:
            actions.settle_promise(row, by=SYSTEM, kept=False, note="到时间没有记下做到")
        except Refusal:
            continue
        done += 1
    return done


def _climb(at: datetime) -> int:
    """Climb what stayed too long at its level. At the top it stays, marked overdue like any other."""
    rows = Matter.objects.working().filter(level_due_at__lte=at).exclude(state=State.PAUSED)
    done = 0
    for matter in rows.order_by("level_due_at", "id")[:BATCH]:
        try:
            actions.escalate(matter, by=SYSTEM, tried="在这一级到了规定天数", blocked_by="到期还没有结果")
        except Refusal as refusal:
            if refusal.code == "top":
                Matter.objects.filter(pk=matter.pk).update(level_due_at=None)
            continue
        done += 1
    return done


@transaction.atomic
def _mark_overdue(matter: Matter) -> None:
    found = Matter.objects.select_for_update(of=("self",)).select_related("owner").get(pk=matter.pk)
    if not found.is_open or found.overdue_marked_at or found.due_at is None or found.due_at >= clock.now():
        return
    found.overdue_marked_at = clock.now()
    found.save(update_fields=["overdue_marked_at"])
    record(found, EventKind.OVERDUE, SYSTEM, found.next_step, data={"due": found.due_at.isoformat()})
    if found.owner:
        notify(found.owner, "overdue", f"超期：{found.number}", f"/desk/matters/{found.number}/")
