"""Invented reports: every code, the rhythm of the year, variety, and events that several people report."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from random import Random

import numpy as np
import pytest

from fengqiao.demo.grammar import PARTS, Template, sentences
from fengqiao.demo.kinds import demo_table, kinds
from fengqiao.demo.model import Township
from fengqiao.demo.rhythm import SHANGHAI, Hours, base_shares, curves, draw_instants, intensities, weather
from fengqiao.demo.scene import Scenery
from fengqiao.demo.story import DemoReport, write_reports
from fengqiao.demo.telling import Channel, tell

START, END = datetime(2025, 3, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)
MAY = datetime(2025, 5, 6, tzinfo=UTC)


@pytest.fixture(scope="module")
def year(demo_town: Township) -> list[DemoReport]:
    return list(write_reports(demo_town, 4, 6_000, START, END))


# the grammar


def test_alternatives_and_words() -> None:
    template = Template("[甲|乙{name}]和[丙|[丁|戊]]")
    said = {template.write({"name": "周"}, Random(n).random) for n in range(200)}
    assert said == {f"{first}和{second}" for first in ("甲", "乙周") for second in ("丙", "丁", "戊")}
    assert template.slots == {"name"}


@pytest.mark.parametrize("text", ["[甲|乙", "甲]", "甲}", "[甲|[乙]"])
def test_brackets_that_do_not_match_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="brackets"):
        Template(text)


def test_a_missing_word_is_an_error() -> None:
    with pytest.raises(KeyError):
        Template("{nobody}").write({}, Random(1).random)


# every code


def test_the_data_covers_every_code_of_the_reference_table() -> None:
    assert len(kinds()) == 160
    assert set(sentences()) == set(kinds())
    for code, parts in sentences().items():
        assert set(parts) == set(PARTS.values())
        assert all(parts.values()), code
        assert len(parts["say"]) >= 2, code
        assert len(parts["fix"]) >= 2, code


@pytest.mark.parametrize("code", sorted(kinds()))
def test_every_code_can_be_told_by_every_channel(
    code: str, demo_town: Township, demo_hamlet: Township
) -> None:
    rng, kind = Random(code), kinds()[code]
    for town in (demo_town, demo_hamlet):
        scenery = Scenery(town)
        for channel in Channel:
            for opening in ("", "again", "echo"):
                text = tell(kind, scenery.scene(kind, rng), channel, START, rng, opening=opening)
                assert 6 < len(text) < 200, text
                assert not re.search(r"[\[\]{}|]|，，|。。|，。", text), text


def test_each_code_can_be_asked_for(demo_hamlet: Township) -> None:
    for code in kinds():
        found = list(write_reports(demo_hamlet, 1, 3, MAY, MAY + timedelta(days=10), codes=frozenset([code])))
        assert [report.code for report in found] == [code] * 3


def test_what_needs_other_ground_is_left_out_unless_asked_for(
    demo_town: Township, demo_hamlet: Township
) -> None:
    assert Scenery(demo_town).possible() == frozenset(kinds())
    possible = Scenery(demo_hamlet).possible()
    assert {"PR2", "PB3", "NB2"}.isdisjoint(possible)
    assert {"LV5", "FA3", "FI9", "HE1"} <= possible
    assert {report.code for report in write_reports(demo_hamlet, 1, 500, START, END)} <= possible


# the stream


def test_the_same_seed_tells_the_same_story(demo_hamlet: Township) -> None:
    first = list(write_reports(demo_hamlet, 9, 300, START, END))
    assert first == list(write_reports(demo_hamlet, 9, 300, START, END))
    assert first != list(write_reports(demo_hamlet, 10, 300, START, END))


def test_number_order_and_span(year: list[DemoReport]) -> None:
    assert [report.number for report in year] == list(range(1, 6_001))
    assert all(START <= report.at < END for report in year)
    assert all(a.at <= b.at for a, b in pairwise(year))
    assert all(report.at.tzinfo is UTC for report in year)


@pytest.mark.parametrize("count", [0, 1, 2, 37])
def test_exactly_as_many_as_asked(count: int, demo_hamlet: Township) -> None:
    assert len(list(write_reports(demo_hamlet, 1, count, START, END))) == count


def test_places_and_people_are_the_townships_own(year: list[DemoReport], demo_town: Township) -> None:
    for report in year:
        place = demo_town.place_by_code[report.place]
        assert report.grid == place.grid
        assert abs(report.point[0] - place.point[0]) < 0.01
        assert not report.taken_by or report.taken_by in demo_town.person_by_code
        assert bool(report.taken_by) is (report.channel is not Channel.PORTAL)
        assert not report.phone or re.fullmatch(r"138000\d{5}", report.phone)
    staff = {person.phone for person in demo_town.people}
    assert not staff & {report.phone for report in year}


def test_a_thousand_reports_do_not_look_copied(year: list[DemoReport]) -> None:
    texts = [report.text for report in year[:1000]]
    assert len(set(texts)) >= 985
    assert max(Counter(texts).values()) <= 3
    # Hotline sheets begin with a formula on purpose.
    openings = Counter(report.text[:6] for report in year[:1000] if report.channel is not Channel.HOTLINE)
    assert max(openings.values()) < 60


def test_all_channels_speak(year: list[DemoReport]) -> None:
    seen = Counter(report.channel for report in year)
    assert set(seen) == set(Channel)
    assert min(seen.values()) > 200


def test_one_event_is_reported_by_several(year: list[DemoReport]) -> None:
    by_number = {report.number: report for report in year}
    echoes = [report for report in year if report.duplicate_of is not None]
    assert 0.04 < len(echoes) / len(year) < 0.2
    for echo in echoes:
        first = by_number[echo.duplicate_of or 0]
        assert first.duplicate_of is None
        assert (first.event, first.code, first.place) == (echo.event, echo.code, echo.place)
        assert first.at <= echo.at
    same = sum(echo.text == by_number[echo.duplicate_of or 0].text for echo in echoes)
    assert same < 0.03 * len(echoes)


def test_some_things_come_back_at_the_same_place(year: list[DemoReport]) -> None:
    by_number = {report.number: report for report in year}
    returns = [r for r in year if r.recurrence_of is not None and r.duplicate_of is None]
    assert 0.01 < len(returns) / len(year) < 0.15
    for report in returns:
        earlier = by_number[report.recurrence_of or 0]
        assert (earlier.code, earlier.place) == (report.code, report.place)
        assert timedelta(days=2) < report.at - earlier.at < timedelta(days=160)


def test_severity_is_raised_and_never_lowered(year: list[DemoReport]) -> None:
    assert all(report.severity <= kinds()[report.code].severity for report in year)
    gone = [
        report for report in year if kinds()[report.code].kind == "fraud_attempt" and "已转" in report.text
    ]
    assert gone
    assert {report.severity for report in gone} == {1}


def test_sheets_from_outside_carry_number_and_deadline(year: list[DemoReport]) -> None:
    for report in year:
        assert bool(report.outside_no) is (report.channel in (Channel.HOTLINE, Channel.CALL_110))
        assert (report.outside_due is not None) is (report.channel is Channel.HOTLINE)
        assert report.outside_due is None or report.outside_due > report.at
    numbers = [report.outside_no for report in year if report.outside_no]
    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"n": -1}, "negative"),
        ({"end": START}, "before end"),
        ({"start": START.replace(tzinfo=None)}, "aware"),
        ({"codes": frozenset(["ZZ9"])}, "ZZ9"),
    ],
)
def test_impossible_stories_are_refused(
    options: dict[str, object], words: str, demo_hamlet: Township
) -> None:
    asked = {"n": 5, "start": START, "end": END, **options}
    with pytest.raises(ValueError, match=words):
        list(write_reports(demo_hamlet, 1, **asked))  # type: ignore[arg-type]


def test_an_unknown_group_of_the_mix_is_refused(demo_hamlet: Township) -> None:
    with pytest.raises(KeyError):
        write_reports(demo_hamlet, 1, 5, START, END, mix={"weather": 1.0})


# the rhythm


def test_the_multipliers_average_to_one() -> None:
    for row, (months, blocks) in curves().items():
        assert months.shape == (12,)
        assert blocks.shape == (8,)
        assert months.mean() == pytest.approx(1, abs=0.01), row
        assert blocks.mean() == pytest.approx(1, abs=0.01), row


def test_the_base_mix_is_that_of_the_table(demo_town: Township) -> None:
    shares = base_shares()
    assert sum(shares.values()) == pytest.approx(1)
    assert min(shares.values()) > 0
    table = {row["group"]: float(row["share"]) for row in demo_table("mix.csv")}
    for group, share in table.items():
        got = sum(shares[code] for code, kind in kinds().items() if kind.group == group)
        assert got == pytest.approx(share / sum(table.values()))
    found = list(write_reports(demo_town, 2, 9_000, START, END, seasonal=False))
    events = [report for report in found if report.duplicate_of is None]
    for group, share in table.items():
        got = sum(kinds()[report.code].group == group for report in events) / len(events)
        assert got == pytest.approx(share / sum(table.values()), abs=0.02), group


def test_a_place_with_more_disputes() -> None:
    shares = base_shares({"disputes": 1_000.0})
    disputes = sum(shares[code] for code, kind in kinds().items() if kind.group == "disputes")
    assert disputes == pytest.approx(1_000 / (3_173 - 334 + 1_000))


@pytest.mark.parametrize("row", sorted(curves()))
def test_months_and_hours_follow_the_multipliers(row: str) -> None:
    hours = Hours(datetime(2023, 12, 31, 16, tzinfo=UTC), datetime(2025, 12, 31, 16, tzinfo=UTC))
    codes, table = intensities(hours, 1, seasonal=False)
    mine = np.array([kinds()[code].rhythm == row for code in codes])
    assert mine.any()
    drawn, at = draw_instants(table * mine[:, None], 60_000, np.random.default_rng(5))
    slots = at.astype(int)
    months, blocks = curves()[row]
    days = np.bincount(hours.months, minlength=12) / 24
    seen = np.bincount(hours.months[slots], minlength=12) / days
    assert seen / seen.mean() == pytest.approx(months / months.mean(), abs=0.08)
    seen = np.bincount(hours.clock[slots] // 3, minlength=8).astype(float)
    assert seen / seen.mean() == pytest.approx(blocks / blocks.mean(), abs=0.05)
    assert set(np.asarray(codes)[drawn]) <= {code for code in codes if kinds()[code].rhythm == row}


def ratio(code: str, first: date, last: date) -> float:
    """How much more often a code comes in one span of days than its months' rhythm alone says."""
    hours = Hours(datetime(2025, 12, 1, tzinfo=UTC), datetime(2026, 12, 31, tzinfo=UTC))
    codes, plain = intensities(hours, 1, seasonal=False)
    _, seasonal = intensities(hours, 1)
    row, chosen = codes.index(code), hours.on(first, last)
    return float(seasonal[row][chosen].sum() / plain[row][chosen].sum())


SPRING = date(2026, 2, 17)


@pytest.mark.parametrize(
    ("code", "first", "last", "factor"),
    [
        ("LB1", SPRING - timedelta(days=20), SPRING - timedelta(days=1), 2.5),
        ("FA1", SPRING, SPRING + timedelta(days=10), 1.4),
        ("OR8", SPRING - timedelta(days=1), SPRING, 3.0),
        ("FI6", SPRING + timedelta(days=14), SPRING + timedelta(days=14), 3.0),
        ("ND8", date(2026, 4, 4), date(2026, 4, 6), 4.0),
        ("MI7", date(2026, 7, 10), date(2026, 8, 20), 5.0),
        ("PC5", date(2026, 11, 5), date(2026, 11, 14), 2.0),
        ("ND4", date(2026, 11, 16), date(2026, 11, 25), 3.0),
        ("FI9", date(2026, 10, 3), date(2026, 10, 8), 2.5),
        ("LB1", date(2026, 6, 1), date(2026, 6, 20), 1.0),
    ],
)
def test_seasons(code: str, first: date, last: date, factor: float) -> None:
    assert ratio(code, first, last) == pytest.approx(factor, rel=0.01)


def test_weekend_nights() -> None:
    hours = Hours(datetime(2026, 5, 4, tzinfo=UTC), datetime(2026, 5, 18, tzinfo=UTC))
    codes, plain = intensities(hours, 1, seasonal=False)
    _, seasonal = intensities(hours, 1)
    row = codes.index("OR2")
    more = seasonal[row] / np.where(plain[row] > 0, plain[row], 1)
    stamps = [
        datetime(2026, 5, 4, tzinfo=UTC).astimezone(SHANGHAI) + timedelta(hours=n) for n in range(len(more))
    ]
    for stamp, factor in zip(stamps, more, strict=True):
        evening = stamp - timedelta(hours=6)
        night = evening.weekday() in (4, 5) and (stamp.hour >= 20 or stamp.hour < 3)
        assert factor == pytest.approx(1.5 if night else 1.0), stamp


def test_weather_is_the_same_for_a_seed_and_in_its_months() -> None:
    hours = Hours(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 12, 31, tzinfo=UTC))
    heat, rain = weather(hours, 3)
    again = weather(hours, 3)
    assert np.array_equal(heat, again[0])
    assert np.array_equal(rain, again[1])
    assert set(hours.months[heat]) <= {6, 7}
    assert set(hours.months[rain]) <= {4, 5, 6, 7, 8, 9}
    assert heat.any()
    assert rain.any()


def test_wet_days_bring_floods() -> None:
    hours = Hours(datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC))
    codes, plain = intensities(hours, 3, seasonal=False)
    _, seasonal = intensities(hours, 3)
    rain, row = weather(hours, 3)[1], codes.index("ND1")
    assert seasonal[row][rain] == pytest.approx(4 * plain[row][rain])
    assert seasonal[row][~rain] == pytest.approx(plain[row][~rain])
