"""The one clock of the house: aware UTC, and fixable for tests, imports and the demo."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Shanghai")

_shift = timedelta(0)
_fixed: ContextVar[datetime | None] = ContextVar("fengqiao_fixed_clock", default=None)


def now() -> datetime:
    """The present moment as an aware UTC datetime."""
    fixed = _fixed.get()
    return fixed if fixed is not None else datetime.now(UTC) + _shift


def shift(by: timedelta) -> None:
    """Move the whole process's clock ``by`` from real time; for walking a story through its days in tests."""
    global _shift
    _shift = by


@contextmanager
def at(moment: datetime) -> Iterator[datetime]:
    """Hold the clock at ``moment`` (aware) inside the block.

    Raises ValueError for a naive datetime: a time without a zone is a promise nobody can keep.
    """
    if moment.tzinfo is None:
        raise ValueError("clock.at needs an aware datetime")
    token = _fixed.set(moment.astimezone(UTC))
    try:
        yield moment
    finally:
        _fixed.reset(token)


def local(moment: datetime) -> datetime:
    """``moment`` in the station's wall-clock time (Asia/Shanghai)."""
    return moment.astimezone(LOCAL)
