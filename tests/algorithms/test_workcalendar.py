"""Promised times: the holidays of 2026 exactly, and properties that hold for every start and span."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fengqiao.algorithms.workcalendar import Unit, WorkCalendar, WorkDays

SHANGHAI = ZoneInfo("Asia/Shanghai")
CALENDAR = WorkCalendar()


def local(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def due(start: str, amount: int, unit: Unit, severity: int = 3) -> str:
    return f"{CALENDAR.add(local(start), amount, unit, severity=severity).astimezone(SHANGHAI):%m-%d %H:%M}"


OFF_2026 = [
    *[date(2026, 1, d) for d in (1, 2, 3)], *[date(2026, 2, d) for d in range(15, 24)],
    *[date(2026, 4, d) for d in (4, 5, 6)], *[date(2026, 5, d) for d in range(1, 6)],
    *[date(2026, 6, d) for d in (19, 20, 21)], *[date(2026, 9, d) for d in (25, 26, 27)],
    *[date(2026, 10, d) for d in range(1, 8)],
]  # fmt: skip
SWAPPED_2026 = [date(2026, 1, 4), date(2026, 2, 14), date(2026, 2, 28), date(2026, 5, 9), date(2026, 9, 20),
                date(2026, 10, 10)]  # fmt: skip


def test_every_day_of_2026() -> None:
    days = WorkDays()
    day = date(2026, 1, 1)
    while day.year == 2026:
        expected = day in SWAPPED_2026 or (day.weekday() < 5 and day not in OFF_2026)
        assert days.is_workday(day) is expected, day
        day += timedelta(days=1)


@pytest.mark.parametrize(
    ("start", "amount", "unit", "severity", "expected"),
    [
        # minutes and hours never pause for severity 1 and 2
        ("2026-02-17 03:00", 15, "m", 1, "02-17 03:15"),
        ("2026-02-16 20:00", 24, "h", 2, "02-17 20:00"),
        # in service hours for 3 and 4: over lunch, over the evening, over the long holiday, onto the
        # swapped Saturday
        ("2026-03-03 11:30", 2, "h", 3, "03-03 15:30"),
        ("2026-03-03 10:00", 2, "h", 3, "03-03 12:00"),
        ("2026-03-03 17:00", 2, "h", 3, "03-04 10:00"),
        ("2026-03-03 02:00", 30, "m", 4, "03-03 09:30"),
        ("2026-02-13 17:00", 2, "h", 3, "02-14 10:00"),
        ("2026-02-14 17:00", 2, "h", 3, "02-24 10:00"),
        ("2026-03-03 12:30", 60, "m", 3, "03-03 15:00"),
        # calendar days, moved to the end of the next working day
        ("2026-03-03 10:00", 3, "d", 3, "03-06 18:00"),
        ("2026-03-04 10:00", 3, "d", 3, "03-09 18:00"),
        ("2026-02-12 10:00", 3, "d", 3, "02-24 18:00"),
        ("2026-09-17 10:00", 3, "d", 3, "09-20 18:00"),
        ("2026-03-03 20:00", 0, "d", 3, "03-04 18:00"),
        # working days
        ("2026-02-13 10:00", 1, "w", 4, "02-14 18:00"),
        ("2026-02-13 10:00", 2, "w", 4, "02-24 18:00"),
        ("2026-09-30 17:00", 1, "w", 4, "10-08 18:00"),
        ("2026-09-30 17:00", 3, "w", 4, "10-10 18:00"),
        ("2026-03-07 10:00", 1, "w", 4, "03-09 18:00"),
        ("2026-03-03 10:00", 0, "w", 4, "03-03 18:00"),
    ],
)
def test_exact_cases(start: str, amount: int, unit: Unit, severity: int, expected: str) -> None:
    assert due(start, amount, unit, severity) == expected


def test_past_the_horizon_monday_to_friday_and_it_says_so() -> None:
    days = WorkDays()
    assert days.horizon.month == 12
    beyond = datetime(days.horizon.year + 1, 10, 1, 2, tzinfo=UTC)
    answer = CALENDAR.due(beyond, 1, "w", severity=3)
    assert not answer.certain
    assert answer.at.astimezone(SHANGHAI).weekday() < 5
    assert CALENDAR.due(local("2026-03-03 10:00"), 3, "w", severity=3).certain
    assert CALENDAR.due(beyond, 5, "m", severity=1).certain  # a clock that never pauses needs no holidays


def test_a_span_across_the_horizon_is_uncertain() -> None:
    last = datetime(WorkDays().horizon.year, 12, 30, 2, tzinfo=UTC)
    assert not CALENDAR.due(last, 30, "d", severity=3).certain


def test_a_station_adds_next_years_notice() -> None:
    after = WorkDays().horizon.year + 1
    monday = next(date(after, 10, d) for d in range(1, 8) if date(after, 10, d).weekday() == 0)
    days = WorkDays([(monday, False)], announced_until=date(after, 12, 31))
    assert not days.is_workday(monday)
    assert days.certain(monday)
    assert WorkDays().is_workday(monday)


def test_the_horizon_warns_in_time() -> None:
    days = WorkDays()
    assert days.warning(days.horizon - timedelta(days=60)) is None
    assert "还有 59 天" in str(days.warning(days.horizon - timedelta(days=59)))
    assert "已经过期" in str(days.warning(days.horizon + timedelta(days=1)))


def test_places_without_swapped_days() -> None:
    days = WorkDays(swaps=False)
    assert days.is_workday(date(2026, 10, 1))
    assert days.certain(date(2090, 1, 1))


def test_service_hours_can_be_set() -> None:
    shop = WorkCalendar(hours=[(time(8), time(0))])
    assert shop.add(local("2026-03-03 23:30"), 1, "h", severity=3) == local("2026-03-04 08:30")
    assert shop.add(local("2026-03-03 10:00"), 0, "d", severity=3) == local("2026-03-04 00:00")


def test_summer_time_in_other_zones() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    calendar = WorkCalendar(zone="Europe/Berlin", hours=[(time(1), time(5))], days=WorkDays(swaps=False))
    # Monday 30 March 2026 is an ordinary day after the clock went forward on Sunday.
    assert calendar.add(local("2026-03-27 04:00", berlin), 2, "h", severity=3) == local(
        "2026-03-30 02:00", berlin
    )
    every_day = WorkDays([(date(2026, 3, 29), True), (date(2026, 10, 25), True)], swaps=False)
    calendar = WorkCalendar(zone="Europe/Berlin", hours=[(time(1), time(5))], days=every_day)
    # 29 March has three service hours, 25 October five.
    assert calendar.add(local("2026-03-29 01:00", berlin), 3, "h", severity=3) == local(
        "2026-03-29 05:00", berlin
    )
    assert calendar.add(local("2026-10-25 01:00", berlin), 5, "h", severity=3) == local(
        "2026-10-25 05:00", berlin
    )


def test_in_service() -> None:
    assert CALENDAR.in_service(local("2026-02-14 09:00"))
    assert not CALENDAR.in_service(local("2026-02-14 12:00"))
    assert not CALENDAR.in_service(local("2026-02-16 10:00"))


_FIRST = datetime(2024, 1, 1, tzinfo=UTC)
starts = st.integers(0, 1_800_000).map(lambda minutes: _FIRST + timedelta(minutes=minutes))
units = st.sampled_from(["m", "h", "d", "w"])
severities = st.integers(1, 4)
zones = st.sampled_from(["Asia/Shanghai", "Asia/Urumqi", "America/New_York", "Australia/Lord_Howe"])


@given(starts, st.integers(0, 60), units, severities, zones)
def test_never_before_the_start(start: datetime, amount: int, unit: Unit, severity: int, zone: str) -> None:
    at = WorkCalendar(zone=zone).add(start, amount, unit, severity=severity)
    assert at >= start
    assert at.tzinfo is UTC
    if amount:
        assert at > start


@given(starts, st.integers(0, 59), units, severities, zones)
def test_more_is_never_earlier(start: datetime, amount: int, unit: Unit, severity: int, zone: str) -> None:
    calendar = WorkCalendar(zone=zone)
    assert calendar.add(start, amount, unit, severity=severity) <= calendar.add(
        start, amount + 1, unit, severity=severity
    )


@given(starts, st.timedeltas(timedelta(), timedelta(days=20)), st.integers(0, 40), units, severities, zones)
def test_later_is_never_earlier(
    start: datetime, later: timedelta, amount: int, unit: Unit, severity: int, zone: str
) -> None:
    calendar = WorkCalendar(zone=zone)
    assert calendar.add(start, amount, unit, severity=severity) <= calendar.add(
        start + later, amount, unit, severity=severity
    )


@given(starts, st.integers(1, 40), severities)
def test_days_end_when_service_ends(start: datetime, amount: int, severity: int) -> None:
    for unit in ("d", "w"):
        at = CALENDAR.add(start, amount, unit, severity=severity).astimezone(SHANGHAI)
        assert at.time() == time(18)
        assert CALENDAR.days.is_workday(at.date())


@given(starts, st.integers(1, 600))
def test_service_time_spent_is_the_time_promised(start: datetime, minutes: int) -> None:
    at = CALENDAR.add(start, minutes, "m", severity=3)
    spent, day = timedelta(), start.astimezone(SHANGHAI).date()
    while day <= at.astimezone(SHANGHAI).date():
        for begin, end in CALENDAR.windows(day):
            spent += max(timedelta(), min(end, at) - max(begin, start))
        day += timedelta(days=1)
    assert spent == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("start", "amount", "unit", "severity", "words"),
    [
        (datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None), 1, "d", 3, "时区"),
        (datetime(2026, 1, 1, tzinfo=UTC), -1, "d", 3, "不对"),
        (datetime(2026, 1, 1, tzinfo=UTC), 99_999, "d", 3, "十年"),
        (datetime(2026, 1, 1, tzinfo=UTC), 1, "y", 3, "单位"),
        (datetime(2026, 1, 1, tzinfo=UTC), 1, "d", 5, "缓急"),
        (datetime(1, 1, 1, tzinfo=UTC), 1, "d", 3, "不合理"),
        (datetime(2026, 1, 1, tzinfo=UTC), 87_000, "h", 3, "太长"),
    ],
)
def test_refusals(start: datetime, amount: int, unit: Unit, severity: int, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        CALENDAR.add(start, amount, unit, severity=severity)


@pytest.mark.parametrize(
    "hours",
    [[], [(time(9), time(9))], [(time(12), time(9))], [(time(9), time(12)), (time(11), time(13))],
     [(time(9), time(0)), (time(10), time(12))]],
)  # fmt: skip
def test_impossible_service_hours(hours: list[tuple[time, time]]) -> None:
    with pytest.raises(ValueError, match="服务时间"):
        WorkCalendar(hours=hours)


def test_unknown_zone() -> None:
    with pytest.raises(ValueError, match="时区"):
        WorkCalendar(zone="Mars/Base")
