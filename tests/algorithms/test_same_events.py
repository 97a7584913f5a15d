"""Pairs of one event in a batch, and the index over many: symmetric, in any order, undone exactly, robust."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from benchmarks.samereports import TUNING, make
from fengqiao.algorithms import similarity
from fengqiao.algorithms.eventblocks import Blocks
from fengqiao.algorithms.eventids import IdTable
from fengqiao.algorithms.eventtexts import agreement, named_in
from fengqiao.algorithms.sameevents import SamePair, same_events
from fengqiao.algorithms.similarity import Doc, Duplicate, DuplicateIndex

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
ODD = ["", "好", "啊" * 100_000, "😀🔥😀", "<p>路灯<b>坏了</b></p>&nbsp;", "\ud800", " \n\t", "a" * 500]


@pytest.fixture(scope="module")
def reports() -> list[Doc]:
    return [one.doc for one in make(2_000, TUNING)]


@pytest.fixture(scope="module")
def events() -> dict[str, int]:
    return {one.doc.id: one.event for one in make(2_000, TUNING)}


def answers(index: DuplicateIndex, asked: list[Doc]) -> list[list[Duplicate]]:
    return [index.query(one, k=5, floor=0.2) for one in asked]


def filled(reports: list[Doc]) -> DuplicateIndex:
    index = DuplicateIndex()
    for one in reports:
        index.add(one)
    return index


@pytest.fixture(params=["every report", "near ones"])
def size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways an index searches: through all it holds, and through what is near."""
    if request.param == "near ones":
        monkeypatch.setattr(similarity, "SWEEP_ALL", 10)
    return str(request.param)


def test_pairs_are_the_same_in_any_order(reports: list[Doc]) -> None:
    straight = same_events(reports)
    mixed = list(reports)
    random.Random(5).shuffle(mixed)
    assert len(straight) > 100
    assert [(one.first, one.second) for one in same_events(mixed)] == [
        (one.first, one.second) for one in straight
    ]
    assert all(one.first < one.second for one in straight)


def test_most_pairs_proposed_are_of_one_event(reports: list[Doc], events: dict[str, int]) -> None:
    """With so few reports hardly anything can be learned of which words go together, so little is found."""
    found = same_events(reports)
    right = sum(events[one.first] == events[one.second] for one in found)
    assert right / len(found) > 0.8


def test_an_index_finds_what_is_told_again(reports: list[Doc], events: dict[str, int], size: str) -> None:
    index = filled(reports)
    times = Counter(events.values())
    again = [one for one in reports if times[events[one.id]] > 2]
    found = [index.query(one, k=1) for one in again]
    right = sum(
        bool(two) and events[two[0].id] == events[one.id] for one, two in zip(again, found, strict=True)
    )
    assert right > 0.7 * len(again)


def test_scores_of_an_index_are_the_same_both_ways(reports: list[Doc], size: str) -> None:
    index = filled(reports)
    by_id = {one.id: one for one in reports}
    seen = 0
    for one in reports[:300]:
        for two in index.query(one, k=2, floor=0.7):
            back = {three.id: three.match.score for three in index.query(by_id[two.id], k=50, floor=0.0)}
            if one.id in back:
                seen += 1
                assert back[one.id] == pytest.approx(two.match.score, abs=2e-4)
    assert seen > 50


def test_the_order_of_reports_does_not_matter(reports: list[Doc], size: str) -> None:
    mixed = list(reports)
    random.Random(6).shuffle(mixed)
    assert answers(filled(reports), reports[::20]) == answers(filled(mixed), reports[::20])


def test_taking_reports_out_again_restores_every_answer(reports: list[Doc], size: str) -> None:
    kept, more = reports[:1_500], reports[1_500:]
    index = filled(kept)
    before = answers(index, reports[::20])
    for one in more:
        index.add(one)
    assert answers(index, reports[::20]) != before
    for one in more:
        assert index.remove(one.id)
    assert answers(index, reports[::20]) == before


def test_an_index_rebuilt_from_its_rows_answers_like_the_one_that_grew(reports: list[Doc], size: str) -> None:
    draw = random.Random(7)
    grown = DuplicateIndex()
    held: dict[str, Doc] = {}
    for _ in range(4_000):
        one = draw.choice(reports)
        if draw.random() < 0.55:
            grown.add(one)
            held[one.id] = one
        else:
            assert grown.remove(one.id) == (held.pop(one.id, None) is not None)
    assert len(grown) == len(held) > 300
    assert answers(grown, reports[::20]) == answers(filled(list(held.values())), reports[::20])


@pytest.mark.parametrize("text", ODD)
def test_garbage_is_taken_and_proposed_to_nobody(reports: list[Doc], text: str, size: str) -> None:
    index = filled(reports[:200])
    odd = replace(reports[0], id="odd", text=text)
    index.add(odd)
    assert all(0 <= one.match.score <= 1 for one in index.query(odd, k=50, floor=0))
    assert index.query(replace(odd, text="", id="q")) == []


def test_a_batch_takes_garbage() -> None:
    docs = [Doc(str(number), text, 30.0, 120.0, AT) for number, text in enumerate(ODD)]
    assert all(0 <= one.score <= 1 for one in same_events(docs, floor=0))
    assert same_events([]) == same_events(docs[:1]) == []


def test_two_reports_with_one_id_are_refused() -> None:
    with pytest.raises(ValueError, match="same id"):
        same_events([Doc("a", "x", None, None, AT)] * 2)


def test_another_flat_and_another_day_are_not_proposed() -> None:
    index = DuplicateIndex()
    index.add(Doc("a", "春晓里4栋2单元501刚才夫妻打起来了", 30.0, 120.0, AT))
    same = Doc("b", "春晓里4栋501现在夫妻打起来了", 30.0001, 120.0, AT + timedelta(hours=1))
    other_flat = Doc("c", "春晓里4栋3单元302刚才夫妻打起来了", 30.0, 120.0, AT)
    again = index.query(same)
    assert [one.id for one in again] == ["a"]
    assert "都在 501室" in again[0].match.same
    assert index.query(other_flat) == []
    flat = index.query(other_flat, floor=0)[0]
    assert any("302室" in one for one in flat.match.differs)
    late = index.query(
        replace(same, text="春晓里4栋501刚才夫妻打起来了", at=AT + timedelta(days=15)), floor=0
    )
    assert late[0].match.score < again[0].match.score


def test_what_a_text_names_is_read_in_every_way_it_is_written() -> None:
    assert (
        named_in("4栋2单元501室")
        == named_in("四号楼二单元501")
        == named_in("4-2-501")
        == [5, 100_003, 200_502]
    )
    assert named_in("八组12号") == [300_009, 400_013]
    assert named_in("好") == []
    named = np.array([[5, 0, 0, 0, 0, 0], [5, 200_502, 0, 0, 0, 0], [7, 200_302, 0, 0, 0, 0]])
    apart, common = agreement(named, np.array([0, 1]), np.array([1, 2]))
    assert common[0].tolist() == [True, False, False, False, False]
    assert apart[1].tolist() == [True, False, True, False, False]


def test_blocks_give_the_same_whatever_pieces_they_are_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fengqiao.algorithms.eventblocks.OPEN", 50)
    blocks, plain = Blocks(), dict[int, list[int]]()
    draw = random.Random(8)
    for row in range(600):
        keys = draw.sample(range(90), draw.randrange(4))
        blocks.add(row, np.array(keys, dtype=np.uint32))
        for key in keys:
            plain.setdefault(key, []).append(row)
    for key in range(91):
        assert sorted(blocks.find([key]).tolist()) == plain.get(key, [])
    sums = blocks.sums(np.array([3, 5], dtype=np.uint32), np.array([1.0, 10.0]), 600)
    assert sums.tolist() == [(row in plain[3]) + 10 * (row in plain[5]) for row in range(600)]


def test_ids_are_found_and_forgotten() -> None:
    table = IdTable()
    names = [f"报告{number}" for number in range(500)]
    assert [table.append(one) for one in names] == list(range(500))
    assert all(table.find(one) == row for row, one in enumerate(names))
    assert table.remove("报告7") == 7
    assert table.find("报告7") is table.remove("报告7") is None
    assert table.append("报告7") == 500
    assert table.name(500) == "报告7"
    assert len(table) == 500


def test_a_pair_says_how_far_and_how_long_apart() -> None:
    docs = [one.doc for one in make(2_000, TUNING)]
    one: SamePair = next(pair for pair in same_events(docs) if pair.distance_m is not None)
    assert one.distance_m is not None
    assert 0 <= one.distance_m <= 350
    assert 0 <= one.hours <= 24 * 30
