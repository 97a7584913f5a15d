"""Pure rules of teams: who may give which role, gaps in a roster, when an item is due again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

APPOINT = "people.appoint"


@dataclass(frozen=True)
class Gap:
    """A stretch of time with fewer people on duty than wanted (aware UTC)."""

    starts_at: datetime
    ends_at: datetime
    have: int
    want: int


def may_give(rights: Collection[str], held: Collection[str], *, heads_station: bool) -> bool:
    """Whether somebody who appoints may give a role with ``rights`` over ground where they hold ``held``.

    The rule: whoever appoints over the station's whole area (the station head) may give every role of the
    place, the keepers of the system among them, though holding not every right themselves. Whoever appoints
    over less may give only what they hold there.
    """
    return APPOINT in held and (heads_station or set(rights) <= set(held))


def has_both_sides(roles: Iterable[Collection[str]], control: Collection[str], case: Collection[str]) -> bool:
    """Whether these roles together keep the system and handle what residents said: never one person."""
    rights = {right for role in roles for right in role}
    return bool(rights & set(control)) and bool(rights & set(case))


def overlap(a: tuple[date, date | None], b: tuple[date, date | None]) -> bool:
    """Whether two terms (from, until; the last day not included; None open) share a day."""
    return (a[1] is None or b[0] < a[1]) and (b[1] is None or a[0] < b[1])


def add_months(day: date, months: int) -> date:
    """The same day of the month ``months`` later, or the month's last day where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise ValueError(f"no such month: {year}-{month + 1}")


def gaps(spans: Sequence[tuple[datetime, datetime]], start: datetime, end: datetime, want: int) -> list[Gap]:
    """Where fewer than ``want`` of ``spans`` run between ``start`` and ``end``; neighbours with one count join."""
    cuts = sorted({start, end, *(t for span in spans for t in span if start < t < end)})
    found: list[Gap] = []
    for a, b in pairwise(cuts):
        have = sum(s <= a and e >= b for s, e in spans)
        if have >= want:
            continue
        if found and found[-1].ends_at == a and found[-1].have == have:
            found[-1] = Gap(found[-1].starts_at, b, have, want)
        else:
            found.append(Gap(a, b, have, want))
    return found


def next_due(last: date | None, start: date, every_days: int | None) -> date | None:
    """The day by which an item is to be done again: ``every_days`` after it was last done, else after the list
    began; None for what is done as needed."""
    if every_days is None:
        return None
    return (last or start) + timedelta(days=every_days)


def certificate_number(station: str, year: int, n: int) -> str:
    """A number as offices write it: the station's first character, 公聘, year, running number."""
    return f"{station[:1]}公聘〔{year}〕{n}号"
