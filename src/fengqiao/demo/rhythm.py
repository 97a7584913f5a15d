"""When reports come: the base mix, the months and hours of each kind, the seasons and the weather.

A report's instant is drawn from an intensity per category and hour:
base share x month x three-hour block x seasons. All multipliers are data (mix.csv, rhythm.csv, seasons.csv,
spring_festivals.csv); weather (heat spells, heavy rain) is invented from the seed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from fengqiao.demo.kinds import Kind, demo_table, kinds

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
SHANGHAI = ZoneInfo("Asia/Shanghai")

_HEAT = (("NB1", 1.4), ("PR6", 1.4), ("EB1", 1.4), ("IN1", 1.4))
_RAIN = (("ND1", 4.0), ("BU7", 4.0), ("PR2", 4.0))
_MARKET_DAYS = (("EC7", 1.3), ("TR1", 1.3))
_WEEKEND_HEADS, _WEEKEND_CODES, _WEEKEND = ("IN",), ("OR2",), 1.5


@dataclass(frozen=True, slots=True)
class Season:
    """Days from an anchor (a month-day or the Spring Festival) on which some heads or codes come more
    often."""

    key: str
    codes: tuple[str, ...]
    anchor: str
    first: int
    last: int
    factor: float


@cache
def seasons() -> tuple[Season, ...]:
    """The seasons of data/seasons.csv."""
    return tuple(
        Season(
            row["key"],
            tuple(row["codes"].split()),
            row["anchor"],
            int(row["from"]),
            int(row["to"]),
            float(row["factor"]),
        )
        for row in demo_table("seasons.csv")
    )


@cache
def curves() -> dict[str, tuple[Floats, Floats]]:
    """Month (12) and three-hour (8) multipliers by row."""
    return {
        row["row"]: (np.array(row["months"].split(), float), np.array(row["hours"].split(), float))
        for row in demo_table("rhythm.csv")
    }


def base_shares(mix: Mapping[str, float] | None = None) -> dict[str, float]:
    """The share of every code in a year without rhythm, summing to 1. ``mix`` replaces the shares of the
    groups of data/mix.csv, for a place with more disputes or less traffic. Raises ``KeyError`` for an
    unknown group."""
    shares = {row["group"]: float(row["share"]) for row in demo_table("mix.csv")}
    for group, share in (mix or {}).items():
        if group not in shares:
            raise KeyError(group)
        shares[group] = share
    weights: dict[str, float] = {}
    for kind in kinds().values():
        weights[kind.group] = weights.get(kind.group, 0.0) + kind.weight
    total = sum(shares.values())
    return {code: shares[k.group] / total * k.weight / weights[k.group] for code, k in kinds().items()}


def mix_with(disputes: float) -> dict[str, float]:
    """The mix of data/mix.csv with this share of disputes (0 to 1), the others as they stand to each other."""
    shares = {row["group"]: float(row["share"]) for row in demo_table("mix.csv")}
    rest = sum(share for group, share in shares.items() if group != "disputes")
    mixed = {group: share / rest * (1 - disputes) for group, share in shares.items()}
    return mixed | {"disputes": disputes}


class Hours:
    """The hours from ``start`` to ``end`` (aware; the last one may be cut) with their local dates and
    clocks."""

    def __init__(self, start: datetime, end: datetime) -> None:
        if start.tzinfo is None or end.tzinfo is None or end <= start:
            raise ValueError("start and end must be aware, and start before end")
        self.start, self.end = start.astimezone(UTC), end.astimezone(UTC)
        count = -(-int((self.end - self.start).total_seconds()) // 3600)
        local = np.datetime64(self.start.astimezone(SHANGHAI).replace(tzinfo=None), "s")
        # Shanghai has kept one offset since 1992, so local hours are evenly spaced.
        stamps = local + np.arange(count) * np.timedelta64(3600, "s")
        self.days = stamps.astype("datetime64[D]")
        self.months = stamps.astype("datetime64[M]").astype(np.int64) % 12
        self.clock = (stamps - self.days).astype("timedelta64[h]").astype(np.int64)
        self.weekday = (self.days.astype(np.int64) + 3) % 7
        seconds = (self.end - self.start).total_seconds()
        self.length = np.minimum(1.0, seconds / 3600 - np.arange(count))

    def on(self, first: date, last: date) -> NDArray[np.bool_]:
        """Which hours lie on the dates from ``first`` to ``last``."""
        return (self.days >= np.datetime64(first)) & (self.days <= np.datetime64(last))

    def years(self) -> range:
        """The local years touched, with one to either side."""
        return range(self.start.year - 1, self.end.year + 2)


def row_curve(row: str, hours: Hours) -> Floats:
    """The rhythm of a row hour by hour, around 1."""
    months, blocks = curves()[row]
    return np.asarray(months[hours.months] * blocks[hours.clock // 3] * hours.length)


def intensities(
    hours: Hours, seed: int, *, mix: Mapping[str, float] | None = None, seasonal: bool = True
) -> tuple[tuple[str, ...], Floats]:
    """Codes, and for each its expected relative number of events per hour: (codes, hours)."""
    shares = base_shares(mix)
    codes = tuple(shares)
    base = {row: row_curve(row, hours) for row in curves()}
    table = np.array([shares[code] * base[kinds()[code].rhythm] for code in codes])
    if seasonal:
        index = {code: n for n, code in enumerate(codes)}
        for names, when, factor in _extras(hours, seed):
            rows = np.array([index[code] for code in _meant(names)])
            table[np.ix_(rows, np.flatnonzero(when))] *= factor
    return codes, table


def _meant(names: Iterable[str]) -> list[str]:
    """Codes for names that are codes or heads."""
    wanted = set(names)
    return [kind.code for kind in kinds().values() if kind.code in wanted or kind.head in wanted]


def _extras(hours: Hours, seed: int) -> Iterable[tuple[tuple[str, ...], NDArray[np.bool_], float]]:
    for season in seasons():
        for anchor in _anchors(season.anchor, hours.years()):
            when = hours.on(anchor + timedelta(days=season.first), anchor + timedelta(days=season.last))
            if when.any():
                yield season.codes, when, season.factor
    late = (hours.clock >= 20) | (hours.clock < 3)
    night = (hours.clock + 24 * hours.weekday - 6) // 24  # small hours belong to the evening before
    yield (*_WEEKEND_HEADS, *_WEEKEND_CODES), late & np.isin(night, (4, 5)), _WEEKEND
    month_days = (hours.days - hours.days.astype("datetime64[M]")).astype(np.int64) + 1
    for code, factor in _MARKET_DAYS:
        yield (code,), month_days % 5 == 0, factor
    heat, rain = weather(hours, seed)
    for code, factor in _HEAT:
        yield (code,), heat, factor
    for code, factor in _RAIN:
        yield (code,), rain, factor


def _anchors(anchor: str, years: range) -> list[date]:
    if anchor == "spring_festival":
        known = {
            int(row["year"]): date.fromisoformat(row["date"]) for row in demo_table("spring_festivals.csv")
        }
        return [known[year] for year in years if year in known]
    month, day = map(int, anchor.split("-"))
    return [date(year, month, day) for year in years]


def weather(hours: Hours, seed: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Hours of heat spells (July, August) and of heavy rain (May to September); the same for a seed and a
    year."""
    heat = np.zeros(len(hours.clock), dtype=bool)
    rain = heat.copy()
    for year in hours.years():
        rng = np.random.default_rng((seed, year))
        for first in rng.integers(0, 56, 3):
            begin = date(year, 7, 1) + timedelta(days=int(first))
            heat |= hours.on(begin, begin + timedelta(days=int(rng.integers(3, 6))))
        for first in rng.integers(0, 150, 9):
            begin = date(year, 5, 1) + timedelta(days=int(first))
            rain |= hours.on(begin, begin + timedelta(days=int(rng.integers(0, 2))))
    return heat, rain


def draw_instants(table: Floats, count: int, rng: np.random.Generator) -> tuple[Ints, Floats]:
    """``count`` events as (code number, hours since the start), in order of time."""
    heap = np.cumsum(table.ravel())
    if heap[-1] <= 0:
        raise ValueError("nothing can happen in this span")
    cells = np.searchsorted(heap, np.sort(rng.random(count)) * heap[-1], side="right")
    cells = np.minimum(cells, heap.size - 1)
    codes, slots = np.divmod(cells, table.shape[1])
    at = slots + rng.random(count)
    order = np.argsort(at, kind="stable")
    return codes[order], at[order]


def kind_of(codes: tuple[str, ...], number: int) -> Kind:
    """The kind behind a code number."""
    return kinds()[codes[number]]
