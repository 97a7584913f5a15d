"""Many calls at once: the least total, the most urgent served first, never worse than call by call."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

from fengqiao.algorithms.jointcalls import (
    MOST_CALLS,
    WEIGHT,
    Plan,
    assign,
    best_pairs,
    greedy_pairs,
    left_out_costs,
)
from fengqiao.algorithms.nearest import NearestUnits
from fengqiao.algorithms.roadtags import Means
from fengqiao.algorithms.unitstates import PRIORITIES, By, Call, UnitState
from tests.streets import NOW, grid_roads

TOWN = grid_roads(15)
SKILLS = ("急救", "开锁")


def drawn(rng: np.random.Generator, count: int) -> list[tuple[float, float]]:
    return [(116 + rng.uniform(0, 0.0145), 30 + rng.uniform(0, 0.0126)) for _ in range(count)]


def some_calls(rng: np.random.Generator, count: int) -> list[Call]:
    return [
        Call(
            f"c{n}",
            *where,
            frozenset(rng.choice(SKILLS, int(rng.random() < 0.3))),
            priority=int(rng.integers(1, 5)),
        )
        for n, where in enumerate(drawn(rng, count))
    ]


def some_units(rng: np.random.Generator, count: int) -> list[UnitState]:
    return [
        UnitState(
            f"u{n}",
            *where,
            Means(rng.choice(list(Means))),
            bool(rng.random() < 0.8),
            frozenset(SKILLS[: n % 3]),
        )
        for n, where in enumerate(drawn(rng, count))
    ]


def served(plan: Plan) -> list[int]:
    """How many calls of each priority have a unit, the most urgent first."""
    return [sum(one.priority == p and one.unit is not None for one in plan.sent) for p in PRIORITIES]


@pytest.mark.parametrize("seed", range(60))
def test_never_worse_than_call_by_call(seed: int) -> None:
    rng = np.random.default_rng(seed)
    engine = NearestUnits(TOWN)
    engine.set_units(some_units(rng, int(rng.integers(1, 40))))
    calls = some_calls(rng, int(rng.integers(1, MOST_CALLS + 1)))
    plan = assign(engine, calls, now=NOW)
    assert [one.call for one in plan.sent] == [call.id for call in calls]
    sent = [one.unit for one in plan.sent if one.unit]
    assert len({one.unit for one in sent}) == len(sent) == plan.served == sum(served(plan))
    for call, one in zip(calls, plan.sent, strict=True):
        if one.unit:
            unit = engine.unit(one.unit.unit)
            assert unit.available
            assert call.skills <= unit.skills
    assert plan.served >= plan.greedy_served
    if plan.served == plan.greedy_served == len(calls):
        assert plan.weighted_s <= plan.greedy_weighted_s + 1e-6
    by_road = all(one.unit is None or one.unit.by is By.ROAD for one in plan.sent)
    if by_road:
        total = sum(WEIGHT[one.priority] * one.unit.seconds for one in plan.sent if one.unit)
        assert plan.weighted_s == pytest.approx(total, abs=1e-3)


@pytest.mark.parametrize("seed", range(200))
def test_the_pairs_are_the_best_of_all(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows, columns = int(rng.integers(1, 5)), int(rng.integers(0, 5))
    cost, may = rng.integers(0, 100_000, (rows, columns)).astype(float), rng.random((rows, columns)) < 0.7
    priorities = rng.integers(1, 5, rows).tolist()
    out = left_out_costs(priorities)

    def worth(pairs: np.ndarray) -> tuple[float, ...]:
        counts = [
            -sum(p == level and one >= 0 for p, one in zip(priorities, pairs, strict=True))
            for level in PRIORITIES
        ]
        return (*counts, sum(cost[n, one] for n, one in enumerate(pairs) if one >= 0))

    ways = set(permutations([*range(columns), *[-1] * rows], rows))
    allowed = [np.array(way) for way in ways if all(one < 0 or may[n, one] for n, one in enumerate(way))]
    best = best_pairs(cost, may, out)
    assert worth(best) == min(worth(way) for way in allowed)
    assert worth(best) <= worth(greedy_pairs(cost, may, priorities))


def test_a_known_case_greed_gets_wrong() -> None:
    cost, may = np.array([[1.0, 2.0], [1.0, 100.0]]), np.ones((2, 2), dtype=bool)
    assert best_pairs(cost, may, left_out_costs([2, 2])).tolist() == [1, 0]
    assert greedy_pairs(cost, may, [2, 2]).tolist() == [0, 1]


def test_the_urgent_call_gets_the_only_unit() -> None:
    engine = NearestUnits(TOWN)
    engine.set_units([UnitState("a", 116.0, 30.0)])
    calls = [Call("here", 116.0, 30.0, priority=4), Call("far", 116.014, 30.012, priority=1)]
    plan = assign(engine, calls, now=NOW)
    assert [one.unit.unit if one.unit else None for one in plan.sent] == [None, "a"]
    assert (plan.served, plan.greedy_served) == (1, 1)


def test_one_more_unit_never_serves_fewer() -> None:
    rng = np.random.default_rng(8)
    engine, calls = NearestUnits(TOWN), some_calls(rng, 20)
    before = [0] * len(PRIORITIES)
    for unit in some_units(rng, 25):
        engine.set_units([replace(unit, means=Means.CAR)])
        now_served = served(assign(engine, calls, now=NOW))
        assert now_served >= before
        before = now_served


def test_nobody_and_nothing() -> None:
    engine = NearestUnits()
    assert assign(engine, [], now=NOW) == Plan((), 0, 0.0, 0, 0.0)
    plan = assign(engine, [Call("c", 116, 30)], now=NOW)
    assert plan.sent[0].unit is None
    engine.set_units([UnitState("a", 116.0, 30.0, available=False)])
    assert assign(engine, [Call("c", 116, 30)], now=NOW).served == 0
    assert assign(engine, [], now=NOW).served == 0


def test_refused_in_words() -> None:
    engine = NearestUnits()
    with pytest.raises(ValueError, match="一次最多一起安排 40 个"):
        assign(engine, [Call(str(n), 116, 30) for n in range(41)], now=NOW)
    with pytest.raises(ValueError, match="编号相同"):
        assign(engine, [Call("c", 116, 30)] * 2, now=NOW)
    engine.set_units([UnitState("a", 116.0, 30.0)])
    with pytest.raises(ValueError, match="写反"):
        assign(engine, [Call("c", 30, 116)], now=NOW)
