"""The made reports of the same-event benchmark: unchanged, seeded, and with the near-misses they promise."""

from __future__ import annotations

import hashlib

import pytest

from benchmarks.samereports import FIGURES, TUNING, Maker, Told, make

FROZEN = "c1da338fdfce639252cf2093aa9385593207fc64cf2366e371e8c8f330797c4e"


@pytest.fixture(scope="module")
def told() -> list[Told]:
    return make(3_000, TUNING)


def test_the_reports_are_those_that_were_frozen(told: list[Told]) -> None:
    lines = [f"{one.doc} {one.event}" for one in told]
    assert hashlib.sha256("\n".join(lines).encode()).hexdigest() == FROZEN


def test_a_seed_gives_the_same_reports_and_another_seed_others(told: list[Told]) -> None:
    assert make(3_000, TUNING) == told
    other = {one.doc.text for one in make(3_000, FIGURES)}
    assert sum(one.doc.text in other for one in told) < 0.1 * len(told)


def test_reports_come_in_the_order_of_their_times_with_ids_of_their_own(told: list[Told]) -> None:
    assert [one.doc.at for one in told] == sorted(one.doc.at for one in told)
    assert len({one.doc.id for one in told}) == len(told)


def test_some_events_are_told_often_most_once_and_some_without_a_point(told: list[Told]) -> None:
    events = [one.event for one in told]
    once = sum(events.count(event) == 1 for event in set(events))
    assert 0.4 < once / len(set(events)) < 0.7
    assert 0.1 < sum(one.doc.lat is None for one in told) / len(told) < 0.2


def test_near_misses_are_beside_their_event() -> None:
    maker = Maker(3_000, TUNING)
    beside = [(base, miss) for base in (maker.event() for _ in range(400)) for miss in maker.misses(base)]
    assert any(one.flat != two.flat and one.estate == two.estate for one, two in beside)
    assert any(one.flat == two.flat and abs(one.at - two.at) >= 20 for one, two in beside)
    assert any(one.estate != two.estate for one, two in beside)
    assert any(one.kind != two.kind for one, two in beside)
    assert any(two.far for _, two in beside)
