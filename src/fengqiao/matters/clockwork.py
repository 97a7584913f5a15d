"""Promised times of matters: one calendar, the units of the reference data, outside deadlines win when earlier."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache

from fengqiao.algorithms.workcalendar import WorkCalendar
from fengqiao.matters import reference


@lru_cache(maxsize=1)
def service_clock() -> WorkCalendar:
    """The station's working time (Asia/Shanghai, Chinese holidays and swapped days)."""
    return WorkCalendar()


def span_due(start: datetime, amount: int, unit: str, *, severity: int = 3) -> datetime:
    """``start`` plus a promised span, aware UTC."""
    return service_clock().add(start, amount, unit, severity=severity)  # type: ignore[arg-type]


def first_result_due(
    amount: int, unit: str, *, severity: int, start: datetime, outside: datetime | None = None
) -> datetime:
    """When the first result is due; an outside deadline wins when it is earlier."""
    due = span_due(start, amount, unit, severity=severity)
    return min(due, outside) if outside else due


def look_due(severity: int, start: datetime, outside: datetime | None = None) -> datetime:
    """By when a person looks at a report of this severity."""
    within = reference.load_ladder().looks[severity].within
    due = span_due(start, within.amount, within.unit, severity=severity)
    return min(due, outside) if outside and outside > start else due


def days_later(start: datetime, days: int) -> datetime:
    """``days`` calendar days on, moved to the end of the next working day."""
    return span_due(start, days, "d", severity=3)


def level_due(start: datetime, days: int) -> datetime:
    """When a matter has stayed long enough at its level and climbs."""
    return days_later(start, days)


def warn_at(start: datetime, due: datetime) -> datetime:
    """Two thirds of the way from ``start`` to ``due``."""
    return start + timedelta(seconds=(due - start).total_seconds() * 2 / 3)
