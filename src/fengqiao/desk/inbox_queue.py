"""The queue of the inbox: its lines and neighbours, what was just decided, and what can still be taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _

from fengqiao.accounts.scope import Actor
from fengqiao.intake import queries, rules
from fengqiao.intake.models import Report
from fengqiao.intake.queries import InboxCounts, InboxPage, InboxRow
from fengqiao.lib import clock
from fengqiao.lib.present import span

SHOWN = 50
"""Lines of the queue on the page."""
JUST = 5
"""Fresh decisions that can still be taken back, listed under the queue."""
TOAST = 10
"""Seconds the undo stands on the screen; the server allows ten minutes."""
UNDO_KEY = "desk_undo"


@dataclass(frozen=True)
class Queue:
    """The lines shown, the figures over all, and the neighbours of the report in hand."""

    rows: list[InboxRow]
    counts: InboxCounts
    more: int
    previous: int | None
    next: int | None

    @property
    def hides_previous(self) -> bool:
        """Whether the one before is not among the lines shown."""
        return self.previous is not None and self.previous not in {r.id for r in self.rows}

    @property
    def hides_next(self) -> bool:
        """Whether the one after is not among the lines shown."""
        return self.next is not None and self.next not in {r.id for r in self.rows}

    @property
    def words(self) -> str:
        """How much waits and how long the oldest has, in a sentence."""
        if not self.counts.waiting:
            return _("都看过了")
        waited = span(clock.now() - self.counts.oldest, units=1) if self.counts.oldest else ""
        return _("还有 %(n)d 件没看，最早的等了 %(waited)s") % {"n": self.counts.waiting, "waited": waited}


def head(actor: Actor) -> InboxPage:
    """The lines at the head of the queue: urgent first, then oldest."""
    return queries.inbox(actor, limit=SHOWN)


def queue(actor: Actor, report: Report | None, page: InboxPage | None = None) -> Queue:
    """The queue around the report in hand; a report far down has the lines around it shown.

    ``page`` is the head of the queue where it was read already.
    """
    page = page or head(actor)
    rows = list(page.rows)
    before, after = None, None
    if report is not None:
        before, after = neighbours(actor, report, [r.id for r in rows], whole=not page.more)
        if report.pk not in {r.id for r in rows}:
            rows = _around(actor, report)
    return Queue(rows, page.counts, max(0, page.counts.waiting - len(rows)), before, after)


def neighbours(
    actor: Actor, report: Report, ids: list[int], *, whole: bool = False
) -> tuple[int | None, int | None]:
    """The reports before and after one in the order of the queue; from ``ids``, its head, where that knows them.

    ``whole``: these are the whole queue, so that nothing stands behind the last.
    """
    if report.pk in (ids if whole else ids[:-1]):
        at = ids.index(report.pk)
        return (ids[at - 1] if at else None), (ids[at + 1] if at + 1 < len(ids) else None)
    waiting = queries.waiting(actor.scope).exclude(pk=report.pk)
    after = waiting.filter(_behind(report)).inbox_order().values_list("pk", flat=True).first()
    ahead = waiting.exclude(_behind(report)).order_by("-severity", "-received_at", "-id")
    return ahead.values_list("pk", flat=True).first(), after


def _behind(report: Report) -> Q:
    later = Q(received_at__gt=report.received_at) | Q(received_at=report.received_at, id__gt=report.pk)
    return Q(severity__gt=report.severity) | (Q(severity=report.severity) & later)


def _around(actor: Actor, report: Report) -> list[InboxRow]:
    """The lines around a report that is not among the first."""
    ahead = queries.waiting(actor.scope).exclude(_behind(report)).exclude(pk=report.pk).count()
    return list(queries.inbox(actor, offset=max(0, ahead - 3), limit=SHOWN).rows)


def just_decided(actor: Actor) -> list[Report]:
    """What the actor decided within the last ten minutes, the latest first."""
    since = clock.now() - timedelta(seconds=rules.UNDO_SECONDS)
    rows = Report.objects.filter(decided_by_id=actor.person_id, decided_at__gte=since)
    return list(rows.select_related("matter__owner").order_by("-decided_at", "-id")[:JUST])


def remember_undo(request: HttpRequest, report: Report, text: str) -> None:
    """Keep what was just done, so that the next page can offer to take it back."""
    request.session[UNDO_KEY] = {"report": report.pk, "text": text, "at": clock.now().isoformat()}


def undo_offer(request: HttpRequest) -> dict[str, Any] | None:
    """What the page offers to take back, with the seconds left; None once they are over."""
    kept = request.session.get(UNDO_KEY)
    if not isinstance(kept, dict):
        return None
    gone = (clock.now() - datetime.fromisoformat(kept["at"])).total_seconds()
    left = TOAST - int(gone)
    return {**kept, "left": left} if 0 < left <= TOAST else None


def forget_undo(request: HttpRequest) -> None:
    """The offer was taken or has no meaning any more."""
    request.session.pop(UNDO_KEY, None)
