"""A plausible stream of reports for a township: what people would have said, when, where and to whom.

``write_reports`` draws events by the rhythm of the year, gives each a scene and lets one or several people
report it in their own words. Everything is invented and follows from the seed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from random import Random

import numpy as np

from fengqiao.algorithms.workcalendar import WorkCalendar
from fengqiao.demo.kinds import Kind, kinds
from fengqiao.demo.model import Point, Township
from fengqiao.demo.names import word_lists
from fengqiao.demo.rhythm import Floats, Hours, Ints, draw_instants, intensities, kind_of
from fengqiao.demo.scene import Scene, Scenery
from fengqiao.demo.telling import Channel, draw_channel, tell

__all__ = ["Channel", "DemoReport", "Storyteller", "write_reports"]

_AGAIN_WITHIN = timedelta(days=150)
_REMEMBERED = 40
_CALLERS = 9_000
_CONTACT_KEPT = {
    Channel.PORTAL: 0.7, Channel.PHONE: 0.85, Channel.CHAT: 0.15, Channel.FIELD: 0.5, Channel.WALK_IN: 0.97,
    Channel.HOTLINE: 0.9, Channel.CALL_110: 0.95,
}  # fmt: skip
# How long after the first one others report the same event, on average, by severity.
_ECHO_MINUTES = {1: 7.0, 2: 50.0, 3: 400.0, 4: 1400.0}
_RAISING = ("刀", "砍", "汽油", "点火", "跳楼", "不想活", "同归于尽", "流血", "冒烟", "屏幕共享", "拼命")
_MONEY_GONE = ("已转", "转了", "付了", "投了", "还要往里转", "再转")


@dataclass(frozen=True, slots=True)
class DemoReport:
    """One report. ``at`` is aware UTC, ``point`` WGS-84; ``taken_by`` is the staff member's code for
    channels that staff type in; ``outside_no`` and ``outside_due`` belong to sheets from 110 and the
    hotline. ``event`` is shared by reports of one event; ``duplicate_of`` and ``recurrence_of`` are report
    numbers."""

    number: int
    at: datetime
    code: str
    severity: int
    channel: Channel
    text: str
    place: str
    grid: str
    point: Point
    where: str
    event: int
    duplicate_of: int | None = None
    recurrence_of: int | None = None
    reporter: str = ""
    phone: str = ""
    taken_by: str = ""
    outside_no: str = ""
    outside_due: datetime | None = None
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Event:
    """What happened, while its reports are being written."""

    number: int
    kind: Kind
    scene: Scene
    left: int
    first_report: int = 0
    recurrence_of: int | None = None


def write_reports(
    township: Township,
    seed: int,
    n: int,
    start: datetime,
    end: datetime,
    *,
    mix: Mapping[str, float] | None = None,
    seasonal: bool = True,
    codes: frozenset[str] | None = None,
) -> Iterator[DemoReport]:
    """``n`` reports between two instants, in order of time, numbered from 1.

    ``mix`` changes the shares of the groups in data/mix.csv; ``seasonal=False`` leaves out festivals and
    weather; ``codes`` asks for some categories only; without it those that need ground the township lacks
    (lifts in a hamlet, fields in a city) are left out. Raises ``ValueError`` for an empty span, a negative
    count and codes that do not exist.
    """
    if n < 0:
        raise ValueError("the number of reports cannot be negative")
    hours = Hours(start, end)
    names, table = intensities(hours, seed, mix=mix, seasonal=seasonal)
    wanted = codes if codes is not None else Scenery(township).possible()
    if unknown := wanted - set(names):
        raise ValueError(f"unknown codes: {', '.join(sorted(unknown))}")
    table = table * np.array([name in wanted for name in names])[:, None]
    return Storyteller(township, seed, hours, names, table).tell(n)


class Storyteller:
    """Turns a table of intensities into reports; see ``write_reports``."""

    def __init__(
        self, township: Township, seed: int, hours: Hours, names: tuple[str, ...], table: Floats
    ) -> None:
        self._town = township
        self._hours, self._names, self._table = hours, names, table
        self._dice = np.random.default_rng((seed, 7))
        self._rng = Random(seed)
        self._scenery = Scenery(township)
        self._calendar = WorkCalendar()
        self._callers = _callers(township.seed)
        self._takers = _takers(township)
        self._known: dict[str, deque[tuple[datetime, _Event]]] = {}

    def tell(self, count: int) -> Iterator[DemoReport]:
        """``count`` reports in order of time."""
        if count == 0:
            return
        owners, at, kinds_of_events = self._plan(count)
        left = np.bincount(owners, minlength=len(kinds_of_events))
        running: dict[int, _Event] = {}
        for number, (owner, offset) in enumerate(zip(owners.tolist(), at.tolist(), strict=True), start=1):
            instant = self._hours.start + timedelta(seconds=int(offset * 3600))
            event = running.get(owner)
            if event is None:
                kind = kind_of(self._names, int(kinds_of_events[owner]))
                event = running[owner] = self._happen(owner, kind, instant, int(left[owner]), number)
            event.left -= 1
            if event.left == 0:
                del running[owner]
            yield self._report(number, instant, event)

    def _plan(self, count: int) -> tuple[Ints, Floats, Ints]:
        """For every report its event and its hour; for every event its code number."""
        echo = np.array([kinds()[name].echo for name in self._names])
        share = self._table.sum(axis=1) / self._table.sum()
        events = max(1, round(count / (1 + float((share * echo / (1 - echo)).sum()))))
        codes, begun = draw_instants(self._table, events, self._dice)
        extra = self._dice.geometric(1 - echo[codes]) - 1
        owners = np.repeat(np.arange(events), extra)
        surplus = events + owners.size - count
        if surplus > 0:
            owners = np.delete(
                owners, self._dice.choice(owners.size, min(surplus, owners.size), replace=False)
            )
        if events + owners.size < count:
            chances = echo[codes] + 1e-9
            more = self._dice.choice(events, count - events - owners.size, p=chances / chances.sum())
            owners = np.concatenate((owners, more))
        severity = np.array([_ECHO_MINUTES[kinds()[name].severity] for name in self._names]) / 60
        later = begun[owners] + self._dice.exponential(severity[codes[owners]])
        span = self._table.shape[1] - 1e-3
        all_owners = np.concatenate((np.arange(events), owners))[:count]
        at = np.minimum(np.concatenate((begun, later)), span)[:count]
        order = np.argsort(at, kind="stable")
        return all_owners[order], at[order], codes

    def _happen(self, number: int, kind: Kind, at: datetime, reports: int, first: int) -> _Event:
        rng = self._rng
        before = self._known.setdefault(kind.code, deque(maxlen=_REMEMBERED))
        earlier = None
        if before and rng.random() < kind.again:
            when, candidate = before[int(rng.random() * len(before))]
            earlier = candidate if timedelta(days=2) < at - when < _AGAIN_WITHIN else None
        scene = earlier.scene if earlier else self._scenery.scene(kind, rng)
        event = _Event(number, kind, scene, reports, first, earlier.first_report if earlier else None)
        before.append((at, event))
        return event

    def _report(self, number: int, at: datetime, event: _Event) -> DemoReport:
        rng, kind, scene = self._rng, event.kind, event.scene
        channel = draw_channel(kind.voice, rng)
        first = number == event.first_report
        opening = "" if first and event.recurrence_of is None else "again" if first else "echo"
        text = tell(kind, scene, channel, at, rng, opening=opening)
        name, phone = ("", "")
        if rng.random() < _CONTACT_KEPT[channel]:
            name, phone = self._callers[int(rng.random() * len(self._callers))]
        outside_no, outside_due = self._sheet(channel, number, at, kind)
        return DemoReport(
            number, at, kind.code, _severity(kind, text), channel, text, scene.place.code, scene.place.grid,
            scene.point, scene.at or scene.place.name, event.number, None if first else event.first_report,
            event.recurrence_of, name, phone, self._taker(channel, scene.place.grid), outside_no, outside_due,
            scene.words,
        )  # fmt: skip

    def _sheet(self, channel: Channel, number: int, at: datetime, kind: Kind) -> tuple[str, datetime | None]:
        """Number and reply deadline of a sheet from outside."""
        day = (at + timedelta(hours=8)).strftime("%Y%m%d")
        if channel is Channel.CALL_110:
            return f"J{day}{number % 100_000:05}", None
        if channel is Channel.HOTLINE:
            return f"RX{day}{number % 100_000:05}", self._calendar.add(at, 5, "w", severity=kind.severity)
        return "", None

    def _taker(self, channel: Channel, grid: str) -> str:
        if channel is Channel.PORTAL:
            return ""
        if channel in (Channel.FIELD, Channel.CHAT):
            return self._takers.get(grid, "")
        desk = self._takers["desk"].split()
        return desk[int(self._rng.random() * len(desk))]


def _severity(kind: Kind, text: str) -> int:
    """The category's severity, raised (never lowered) by words of danger and by money that is going."""
    if kind.kind == "fraud_attempt" and any(word in text for word in _MONEY_GONE):
        return 1
    return 1 if any(word in text for word in _RAISING) else kind.severity


@lru_cache(maxsize=4)
def _callers(seed: int) -> list[tuple[str, str]]:
    """Invented residents who leave a name and a number of the form 138000xxxxx."""
    rng = Random(seed + 1_000)
    words = word_lists()
    found = []
    for n in range(_CALLERS):
        parts = (
            ("surnames", "given_first", "given_second")
            if rng.random() < 0.7
            else ("surnames", "given_single")
        )
        name = "".join(words[part][int(rng.random() * len(words[part]))] for part in parts)
        found.append((name, f"138000{10_000 + n:05}"))
    return found


def _takers(township: Township) -> dict[str, str]:
    """Grid workers by grid, and under ``desk`` everybody who answers telephones and doors."""
    found = {person.area: person.code for person in township.people if person.role == "grid_worker"}
    desk = [person.code for person in township.people if person.role in ("duty_officer", "auxiliary")]
    found["desk"] = " ".join(desk or [township.people[0].code])
    return found
