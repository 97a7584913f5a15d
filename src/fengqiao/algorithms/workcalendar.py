"""Promised times on Chinese workdays: when is "3 working days" or "2 hours of service time" over?

Units: ``m`` minutes and ``h`` hours (the clock never stops for severity 1 and 2; for 3 and 4 it runs only
in service hours), ``d`` calendar days, moved to the end of the next working day, ``w`` working days.
Holidays and swapped workdays come from the package chinesecalendar, which knows them up to the end of the
last year the State Council has announced; a station can add announced days itself. Beyond that horizon
Monday to Friday are taken for working days and the answer says so (``Due.certain``).

Instants are aware datetimes; answers are UTC. Days and service hours are those of the zone given (summer time
included).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Literal, get_args
from zoneinfo import ZoneInfo

import chinese_calendar
from chinese_calendar.constants import holidays, workdays

Unit = Literal["m", "h", "d", "w"]
Window = tuple[time, time]

_FIRST_YEAR = date(2004, 1, 1)  # the package's first day
_LONGEST_DAYS = 3660
_MINUTES: dict[str, int] = {"m": 1, "h": 60}
_URGENT = 2  # severity 1 and 2: minutes and hours never pause


@dataclass(frozen=True, slots=True)
class Due:
    """When a promise falls due (UTC), and whether the holidays up to then are already announced."""

    at: datetime
    certain: bool


class WorkDays:
    """Which dates are working days.

    ``announced`` takes dates the station knows itself (``True``: work, ``False``: off), which win over the
    package; ``announced_until`` moves the horizon when a whole further year has been entered.
    ``swaps=False`` is plain Monday to Friday, for places that follow no Chinese holidays; it is always
    certain.
    """

    def __init__(
        self,
        announced: Iterable[tuple[date, bool]] = (),
        *,
        announced_until: date | None = None,
        swaps: bool = True,
    ) -> None:
        self._announced = dict(announced)
        self._swaps = swaps
        self._package_until = _package_horizon()
        known = [self._package_until, *([announced_until] if announced_until else [])]
        self.horizon: date = max(known) if swaps else date.max
        self._known: dict[date, bool] = {}

    def is_workday(self, day: date) -> bool:
        """Whether people work on this date, as far as is known (past the horizon: Monday to Friday)."""
        found = self._known.get(day)
        if found is None:
            found = self._known[day] = self._look_up(day)
        return found

    def certain(self, day: date) -> bool:
        """Whether the date lies within the announced years."""
        return day <= self.horizon and (day >= _FIRST_YEAR or not self._swaps)

    def next_workday(self, day: date) -> date:
        """This date if people work on it, else the first working day after it."""
        while not self.is_workday(day):
            day += timedelta(days=1)
        return day

    def warning(self, today: date, *, days: int = 60) -> str | None:
        """A sentence for administrators when the announced holidays end within ``days``, else ``None``."""
        left = (self.horizon - today).days
        if left >= days:
            return None
        when = "已经过期" if left < 0 else f"还有 {left} 天"
        return f"节假日安排只录到 {self.horizon}（{when}），之后只按周一至周五算工作日，请录入新的放假通知"

    def _look_up(self, day: date) -> bool:
        if day in self._announced:
            return self._announced[day]
        if self._swaps and _FIRST_YEAR <= day <= self._package_until:
            return bool(chinese_calendar.is_workday(day))
        return day.weekday() < 5


@cache
def _package_horizon() -> date:
    """The last date the package has holidays for: announced by whole calendar years."""
    return date(max(max(holidays), max(workdays)).year, 12, 31)


def _default_windows() -> tuple[Window, ...]:
    return (time(9), time(12)), (time(14), time(18))


class WorkCalendar:
    """Adds promised spans to instants.

    ``hours``: the service windows of a working day, in order, not overlapping; an end of 00:00 means
    midnight at the end of the day. Raises ``ValueError`` for windows that overlap or end before they begin
    and for an unknown zone.
    """

    def __init__(
        self,
        *,
        zone: str = "Asia/Shanghai",
        hours: Iterable[Window] | None = None,
        days: WorkDays | None = None,
    ) -> None:
        try:
            self._zone = ZoneInfo(zone)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"不认识的时区“{zone}”") from error
        self._windows = tuple(hours) if hours is not None else _default_windows()
        _check_windows(self._windows)
        self.days = days or WorkDays()
        self._spans: dict[date, tuple[tuple[datetime, datetime], ...]] = {}

    def add(self, start: datetime, amount: int, unit: Unit, *, severity: int) -> datetime:
        """The instant (UTC) at which ``amount`` units after ``start`` are over. See ``due`` for the rules."""
        return self.due(start, amount, unit, severity=severity).at

    def due(self, start: datetime, amount: int, unit: Unit, *, severity: int) -> Due:
        """As ``add``, with the answer to "are the holidays up to then announced?".

        * ``m``, ``h``: severity 1 and 2 run through; 3 and 4 count service time only, so a span that ends
          with a window is due at that window's end.
        * ``d``: the local date plus ``amount``, or the next working day after it; due at the end of service.
        * ``w``: the ``amount``-th working day after the local date; due at the end of service. ``0`` is today
          when service is still on, else the next working day.

        Never before ``start``; never falls when ``start`` or ``amount`` rises. Raises ``ValueError`` for a
        naive start, a negative or endless amount (more than ten years), an unknown unit or severity.
        """
        _check_span(start, amount, unit, severity)
        start = start.astimezone(UTC)
        if unit in _MINUTES:
            span = timedelta(minutes=amount * _MINUTES[unit])
            at = start + span if severity <= _URGENT else self._serve(start, span)
        else:
            at = self._end_of_service(start, amount, unit)
        running = unit in _MINUTES and severity <= _URGENT
        return Due(at, running or self.days.certain(self._local_date(at)))

    def in_service(self, instant: datetime) -> bool:
        """Whether the office is open at this instant (a window includes its start, not its end)."""
        instant = instant.astimezone(UTC)
        return any(begin <= instant < end for begin, end in self.windows(self._local_date(instant)))

    def windows(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        """The service windows of a date as UTC instants; none on a day off."""
        found = self._spans.get(day)
        if found is None:
            found = self._spans[day] = tuple(self._open(day)) if self.days.is_workday(day) else ()
        return found

    def _open(self, day: date) -> Iterable[tuple[datetime, datetime]]:
        for begin, end in self._windows:
            last = day + timedelta(days=1) if end == time(0) else day
            pair = self._instant(day, begin), self._instant(last, end)
            if pair[0] < pair[1]:  # a window can vanish in the hour that summer time skips
                yield pair

    def _instant(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, tzinfo=self._zone).astimezone(UTC)

    def _local_date(self, instant: datetime) -> date:
        return instant.astimezone(self._zone).date()

    def _serve(self, start: datetime, span: timedelta) -> datetime:
        """Spend ``span`` of service time from ``start`` on."""
        if not span:
            return start
        day = self._local_date(start)
        for _ in range(_LONGEST_DAYS * 3):
            for begin, end in self.windows(day):
                begin = max(begin, start)
                if begin >= end:
                    continue
                if span <= end - begin:
                    return begin + span
                span -= end - begin
            day += timedelta(days=1)
        raise ValueError("时限太长，服务时间里算不完")

    def _end_of_service(self, start: datetime, amount: int, unit: Unit) -> datetime:
        first = self._local_date(start)
        day = self._workdays_after(first, amount) if unit == "w" else first + timedelta(days=amount)
        day = self.days.next_workday(day)
        while not (spans := self.windows(day)) or spans[-1][1] < start:
            day = self.days.next_workday(day + timedelta(days=1))
        return spans[-1][1]

    def _workdays_after(self, day: date, amount: int) -> date:
        for _ in range(amount):
            day = self.days.next_workday(day + timedelta(days=1))
        return day


def _check_windows(windows: tuple[Window, ...]) -> None:
    if not windows:
        raise ValueError("服务时间至少要有一段")
    minutes = [(_minute(begin), _minute(end) or 24 * 60) for begin, end in windows]
    flat = [minute for pair in minutes for minute in pair]
    if flat != sorted(flat) or any(begin == end for begin, end in minutes):
        raise ValueError("服务时间要按先后写，每段先开始后结束，互不重叠")


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


def _check_span(start: datetime, amount: int, unit: str, severity: int) -> None:
    if start.tzinfo is None or start.utcoffset() is None:
        raise ValueError("起算时间要带时区")
    if not 1900 <= start.year <= 2200:
        raise ValueError(f"起算时间 {start:%Y-%m-%d} 不合理")
    if unit not in get_args(Unit):
        raise ValueError(f"不认识的时限单位“{unit}”，可以用 m 分、h 小时、d 天、w 工作日")
    if severity not in (1, 2, 3, 4):
        raise ValueError(f"缓急应为 1 至 4，不是 {severity}")
    longest = {"m": 24 * 60, "h": 24}.get(unit, 1) * _LONGEST_DAYS
    if not 0 <= amount <= longest:
        raise ValueError(f"时限 {amount}{unit} 不对：应在 0 到十年之间")
