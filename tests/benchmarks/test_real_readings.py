"""The blind readings of real messages: whole, numbers and labels only, unchanged, and weighed as they were drawn."""

from __future__ import annotations

import csv
import hashlib
import random
from collections import Counter

import numpy as np
import pytest

from benchmarks.realmessages import STRATA, Heard, estimate, weighted
from benchmarks.reference import messages
from fengqiao.matters.reference_categories import load_categories
from tests.paths import ROOT

LINES = ROOT / "benchmarks" / "lines"
FROZEN = {
    "real_triage.csv": "2f8eeb88e817d4472aeea70df9ce3438cd4aed807680d8a1026a5c3453d11535",
    "real_danger.csv": "f462267932ccd91262d63cbd49392672741f78bd381cdacefe0aee82904ea574",
}


def rows(name: str) -> list[dict[str, str]]:
    with (LINES / name).open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source, strict=True))


@pytest.mark.parametrize("name", FROZEN)
def test_the_labels_are_those_written_down_before_the_comparison(name: str) -> None:
    assert hashlib.sha256((LINES / name).read_bytes()).hexdigest() == FROZEN[name]


@pytest.mark.parametrize("name", FROZEN)
def test_each_message_stands_once_and_by_its_number_alone(name: str) -> None:
    numbers = [row["id"] for row in rows(name)]
    assert all(number.isdigit() for number in numbers)
    assert len(set(numbers)) == len(numbers)


def test_every_code_is_known_and_a_second_one_stands_beside_a_first() -> None:
    read = rows("real_triage.csv")
    assert {code for row in read for code in (row["code"], row["also"])} - {""} <= set(load_categories())
    assert [row for row in read if row["also"] and (not row["code"] or row["also"] == row["code"])] == []


def test_dangers_are_of_three_kinds_and_half_of_each_draw() -> None:
    read = rows("real_danger.csv")
    assert {row["danger"] for row in read} <= {"0", "1", "2"}
    assert Counter(row["drawn"] for row in read) == dict.fromkeys(STRATA, 200)


def test_the_messages_for_categories_are_the_drawn_ones() -> None:
    numbers = sorted(messages(), key=int)
    if not numbers:
        pytest.skip("no reference data")
    assert len(numbers) == sum(STRATA.values())
    drawn = random.Random("blind 200").sample(numbers, 200)
    assert sorted(drawn, key=int) == [row["id"] for row in rows("real_triage.csv")]


def test_a_message_weighs_as_many_as_it_stands_for() -> None:
    weight = np.array([2.0, 2.0, 10.0, 10.0])
    danger, floor = np.array([True, False, True, False]), np.array([True, True, False, False])
    found = weighted(weight, danger, floor)
    assert (found.recall, found.precision) == pytest.approx((2 / 12, 2 / 4))


def test_the_estimate_weighs_both_draws_and_gives_an_interval_around_it() -> None:
    told = [
        *[Heard(2, "floor", 2)] * 30,
        *[Heard(0, "floor", 2)] * 170,
        *[Heard(1, "none", None)] * 8,
        *[Heard(0, "none", None)] * 192,
    ]
    middle, low, high = estimate(told)
    flagged, missed = 30 / 200 * STRATA["floor"], 8 / 200 * STRATA["none"]
    assert middle == pytest.approx((flagged / (flagged + missed), 30 / 200))
    assert low.recall < middle.recall < high.recall
    assert low.precision < middle.precision < high.precision
