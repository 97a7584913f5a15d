"""The clock of intake: what nobody looked at in time climbs. Driven by ``fengqiao tick``; safe twice or late."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from fengqiao.accounts.models import Person
from fengqiao.accounts.scope import SYSTEM
from fengqiao.audit.actions import append_many
from fengqiao.intake import import_spool as spool
from fengqiao.intake import rules, topics
from fengqiao.intake.actions._base import fact_of
from fengqiao.intake.choices import ReportEventKind
from fengqiao.intake.compose import look_by
from fengqiao.intake.models import ImportJob, Report, ReportEvent
from fengqiao.lib import clock
from fengqiao.matters import clockwork
from fengqiao.notices.actions import notify
from fengqiao.teams.queries import who_answers
from fengqiao.territory.models import Area

log = logging.getLogger(__name__)

BATCH = 200
HEAD = "station_head"
GIVEN_UP = timedelta(days=7)
"""An import nobody went on with for this long is cancelled; what came in stays."""
STAGING_S = 3600.0
"""Seconds a file may lie without a job: it is being staged."""


def tick(*, at: datetime) -> dict[str, int]:
    """Bring reports up to ``at`` (aware): overdue triage climbs from the duty officer to the station head.

    A report that climbed gets a fresh time: the same look once more, after that a working day at a time, so the
    second run at the same moment finds nothing. People are told once per run, not once per report.
    """
    with clock.at(at):
        told: Counter[int] = Counter()
        heads: dict[tuple[int, int | None], Person] = {}
        done, after = 0, 0
        while ids := _late(at, after):
            done += _climb(ids, at, heads, told)
            after = ids[-1]
        _tell(told)
        return {
            "reports_climbed": done,
            "import_files_removed": _sweep(at),
            "topics_refreshed": _topics(at),
        }


def _topics(at: datetime) -> int:
    """Topics are a convenience: whatever goes wrong with them, the clocks go on."""
    try:
        return topics.refresh_oldest(at)
    except Exception as error:
        log.error("topics could not be worked out (%s)", type(error).__name__)
        return 0


def _late(at: datetime, after: int) -> list[int]:
    rows = Report.objects.overdue(at).filter(pk__gt=after).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:BATCH])


@transaction.atomic
def _climb(
    ids: Iterable[int], at: datetime, heads: dict[tuple[int, int | None], Person], told: Counter[int]
) -> int:
    rows = (
        Report.objects.select_for_update(of=("self",)).select_related("area").overdue(at).filter(pk__in=ids)
    )
    events = []
    reports = list(rows.order_by("pk"))
    for report in reports:
        head = _head(report.area, report.about_id, heads)
        before, due = report.owner_id, report.due_at
        report.owner = head
        report.climbed += 1
        report.next_step = rules.CLIMBED_STEP
        report.due_at = _next_look(report, at)
        report.version += 1
        told[head.pk] += 1
        data: dict[str, Any] = {
            "from": before,
            "to": head.pk,
            "was_due": due.isoformat() if due else None,
            "step": report.climbed,
        }
        events.append(_event(report, data))
    fields = ["owner", "climbed", "next_step", "due_at", "version"]
    Report.objects.bulk_update(reports, fields, batch_size=100)
    ReportEvent.objects.bulk_create(events)
    append_many(fact_of(e, r) for e, r in zip(events, reports, strict=True))
    return len(reports)


def _sweep(at: datetime) -> int:
    """Remove waiting import files nobody will read any more: they hold personal data."""
    waiting = ImportJob.objects.filter(finished_at__isnull=True)
    waiting.filter(created_at__lt=at - GIVEN_UP).update(state="cancelled", finished_at=at)
    kept = set(waiting.values_list("path", flat=True))
    done = 0
    for path in spool.folder().glob("*.jsonl"):
        if path.name not in kept and path.stat().st_mtime < time.time() - STAGING_S:
            path.unlink(missing_ok=True)
            done += 1
    return done


def _event(report: Report, data: dict[str, Any]) -> ReportEvent:
    return ReportEvent(
        report=report, kind=ReportEventKind.CLIMBED, at=clock.now(), by_kind=SYSTEM.kind, data=data
    )


def _head(area: Area, about: int | None, known: dict[tuple[int, int | None], Person]) -> Person:
    key = (area.pk, about)
    if key not in known:
        avoid = frozenset({about}) if about else frozenset()
        known[key] = who_answers(area, role=HEAD, exclude=avoid).person
    return known[key]


def _next_look(report: Report, at: datetime) -> datetime:
    if report.climbed <= 1:
        return look_by(report.severity, at, None)
    if report.severity <= rules.TELL_AT_ONCE:
        return clockwork.span_due(at, 1, "h", severity=report.severity)
    return clockwork.span_due(at, 1, "w", severity=report.severity)


def _tell(told: Counter[int]) -> None:
    people = Person.objects.in_bulk(list(told))
    for pk, count in told.items():
        notify(people[pk], "report_overdue", f"{count} 份反映超时没人看，已交到您这里，请看收件", "/desk/")
