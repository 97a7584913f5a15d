"""How much like periods swing beyond chance, learnt from a history."""

from __future__ import annotations

from math import inf, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fengqiao.algorithms.comparison import compare
from fengqiao.algorithms.comparisonfaults import ComparisonError
from fengqiao.algorithms.dispersion import Dispersion, dispersion_of


def swinging(mean: float, swing: float, shape: tuple[int, ...], seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.poisson(mean * (rng.gamma(1 / swing, swing, shape) if swing else np.ones(shape)))


@pytest.mark.parametrize("swing", [0.02, 0.1, 0.3])
@pytest.mark.parametrize("mean", [5, 40, 600])
def test_a_long_history_finds_the_swings_it_was_made_with(mean: float, swing: float) -> None:
    found = dispersion_of([swinging(mean, swing, (20_000,)).tolist()])
    assert found.typical == pytest.approx(swing, rel=0.1, abs=0.006)
    assert found.periods == 20_000
    assert found.level == pytest.approx(mean, rel=0.1)


def test_series_with_levels_of_their_own_are_learnt_from_together() -> None:
    """Pairs of years: each pair costs one of its two counts, and still the swings come out."""
    rng = np.random.default_rng(2)
    levels = rng.lognormal(4, 1, (600, 1))
    pairs = rng.poisson(levels * rng.gamma(10, 0.1, (600, 2)))
    assert dispersion_of(pairs.tolist()).typical == pytest.approx(0.1, rel=0.2)


def test_what_sizes_explain_is_no_swing() -> None:
    rng = np.random.default_rng(3)
    sizes = rng.uniform(1, 20, 400)
    seen = rng.poisson(10 * sizes)
    assert dispersion_of([seen.tolist()], sizes=[sizes.tolist()]).typical < 0.003
    assert dispersion_of([seen.tolist()]).typical > 0.2


def test_chance_alone_is_believed_where_the_history_is_chance_alone() -> None:
    assert dispersion_of([swinging(100, 0, (60,)).tolist()]).typical < 0.01
    assert dispersion_of([[50] * 20]).typical < 0.005


@pytest.mark.parametrize("swing", [0.0, 0.1])
def test_a_short_history_leaves_more_room(swing: float) -> None:
    def wide(periods: int) -> float:
        spans = []
        for seed in range(40):
            found = compare(
                100, 100, dispersion=dispersion_of([swinging(100, swing, (periods,), seed).tolist()])
            )
            spans.append(np.log(found.high / found.low))
        return float(np.mean(spans))

    assert wide(6) > wide(400)


@given(st.lists(st.lists(st.integers(0, 500), min_size=2, max_size=6), min_size=6, max_size=12))
@settings(max_examples=40, deadline=None)
def test_a_belief_is_a_belief_and_order_changes_nothing(series: list[list[int]]) -> None:
    if sum(len(one) - 1 for one in series if any(one)) < 4:
        with pytest.raises(ComparisonError):
            dispersion_of(series)
        return
    found = dispersion_of(series)
    assert sum(found.weights) == pytest.approx(1)
    assert min(found.values) >= 0
    assert 0 <= found.typical <= 10
    turned = dispersion_of([one[::-1] for one in series[::-1]])
    assert turned.typical == pytest.approx(found.typical, rel=1e-6)


def test_a_million_counts() -> None:
    found = dispersion_of([swinging(20, 0.1, (10**6,)).tolist()])
    assert found.typical == pytest.approx(0.1, rel=0.02)


def test_counts_of_hundreds_of_millions() -> None:
    found = dispersion_of([(swinging(1e8, 0.05, (80,))).tolist()])
    assert found.typical == pytest.approx(0.05, rel=0.5)


@pytest.mark.parametrize(
    "series", [[], [[]], [[5]], [[5, 6, 7, 4]], [[0] * 50], [[3], [4], [5], [6], [7], [8]]]
)
def test_too_little_history_says_how_much_is_needed(series: list[list[float]]) -> None:
    with pytest.raises(ComparisonError, match="历史太短，看不出平常的起落：至少要 5 期"):
        dispersion_of(series)


@pytest.mark.parametrize("wrong", [nan, inf, -1, 2.5])
def test_what_is_no_count(wrong: float) -> None:
    with pytest.raises(ComparisonError, match="历史数据要是 0 到十亿的整数"):
        dispersion_of([[5, 6, 7, 8, 9, wrong]])


def test_sizes_that_do_not_fit_or_are_none() -> None:
    with pytest.raises(ComparisonError, match="行数不一样"):
        dispersion_of([[1, 2, 3, 4, 5, 6]], sizes=[[1, 1]])
    with pytest.raises(ComparisonError, match="分母要大于 0"):
        dispersion_of([[1, 2, 3, 4, 5, 6]], sizes=[[1, 1, 1, 0, 1, 1]])


def test_known_and_widened() -> None:
    found = Dispersion.known(0.04)
    assert (found.typical, found.swing, found.periods) == (0.04, pytest.approx(0.2), 0)
    assert found.widened(0.05).typical == pytest.approx(0.09)
    assert found.scaled(1.5).typical == pytest.approx(0.06)
    for wrong in (-0.1, nan, inf):
        with pytest.raises(ComparisonError, match="起落"):
            Dispersion.known(wrong)
