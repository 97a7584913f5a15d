"""Measures beside comparable places, seasons, reporting effort: what they find, and wrong figures."""

from __future__ import annotations

from math import nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fengqiao.algorithms.comparableplaces import LEAST_PLACES, PlaceCounts, measure_effect
from fengqiao.algorithms.comparison import compare
from fengqiao.algorithms.comparisonfaults import ComparisonError
from fengqiao.algorithms.dispersion import Dispersion
from fengqiao.algorithms.reportingeffort import reporting_effort, silent_places
from fengqiao.algorithms.season import month_on_month, season


def fallen(places: int, mean: float = 60, to: float = 0.8, seed: int = 1) -> list[PlaceCounts]:
    rng = np.random.default_rng(seed)
    return [
        PlaceCounts(f"p{n}", int(a), int(b))
        for n, (a, b) in enumerate(
            zip(rng.poisson(mean, places), rng.poisson(mean * to, places), strict=True)
        )
    ]


class TestMeasures:
    def test_what_fell_everywhere_is_no_merit_of_the_measure(self) -> None:
        """By itself the place fell clearly; beside the others it did not."""
        place, others = PlaceCounts("here", 200, 130), fallen(12, mean=200, to=0.65)
        found = measure_effect(place, others)
        assert found.own.clear
        assert not found.clear
        assert found.ratio == pytest.approx(1, abs=0.12)
        assert "可能只是偶然" in str(found.words)

    def test_what_fell_here_alone_is_seen(self) -> None:
        found = measure_effect(PlaceCounts("here", 120, 40), fallen(12, to=1.0))
        assert found.clear
        assert found.high < 0.75
        assert found.expected == pytest.approx(120 * found.others)
        assert found.as_far == 0
        assert "不像是偶然" in str(found.words)

    def test_comparable_places_that_swing_wildly_prove_nothing(self) -> None:
        rng = np.random.default_rng(4)
        wild = [
            PlaceCounts(f"{n}", int(a), int(b))
            for n, (a, b) in enumerate(rng.poisson(60 * rng.gamma(2, 0.5, (15, 2))))
        ]
        found = measure_effect(PlaceCounts("here", 120, 60), wild)
        assert not found.clear
        assert found.as_far > 0

    def test_one_comparable_place_and_a_given_swing(self) -> None:
        """With chance alone the four counts' logarithms add up their variances."""
        found = measure_effect(
            PlaceCounts("here", 400, 300), [PlaceCounts("there", 500, 500)], Dispersion.known(0)
        )
        far = 1.96 * np.sqrt(1 / 300 + 1 / 400 + 1 / 500 + 1 / 500)
        assert np.log(found.high / found.ratio) == pytest.approx(far, rel=0.01)
        assert np.log(found.ratio / found.low) == pytest.approx(far, rel=0.01)

    @given(st.permutations(range(8)), st.floats(0.1, 50))
    @settings(max_examples=20, deadline=None)
    def test_order_and_unit_of_denominators_change_nothing(self, order: list[int], unit: float) -> None:
        others = fallen(8)
        plain = measure_effect(PlaceCounts("here", 50, 30), others)
        turned = [
            PlaceCounts(f"q{n}", others[n].before, others[n].now, before_per=unit, now_per=unit)
            for n in order
        ]
        again = measure_effect(PlaceCounts("here", 50, 30, before_per=unit, now_per=unit), turned)
        assert (again.low, again.high, again.as_far) == (
            pytest.approx(plain.low), pytest.approx(plain.high), plain.as_far,
        )  # fmt: skip

    def test_denominators_that_grew_are_reckoned_with(self) -> None:
        """Twice the households and twice the cases everywhere else: as before."""
        others = [
            PlaceCounts(one.name, one.before, 2 * one.before, before_per=100, now_per=200)
            for one in fallen(8)
        ]
        found = measure_effect(PlaceCounts("here", 50, 50, before_per=80, now_per=80), others)
        assert found.others == pytest.approx(1)
        assert found.ratio == pytest.approx(1)

    def test_wrong_figures(self) -> None:
        here = PlaceCounts("here", 50, 30)
        with pytest.raises(ComparisonError, match=f"只有 4 处，至少要 {LEAST_PLACES} 处"):
            measure_effect(here, fallen(4))
        with pytest.raises(ComparisonError, match="一起也没有"):
            measure_effect(here, [PlaceCounts("there", 0, 5)] * 6)
        with pytest.raises(ComparisonError, match="一起也没有"):
            measure_effect(here, [])
        with pytest.raises(ComparisonError, match="可比的地方的数要是"):
            measure_effect(here, [PlaceCounts("there", -3, 5)] * 6)
        with pytest.raises(ComparisonError, match="分母"):
            measure_effect(here, [PlaceCounts("there", 3, 5, now_per=0)] * 6)
        with pytest.raises(ComparisonError, match="对比期的数要是"):
            measure_effect(PlaceCounts("here", nan, 30), fallen(8))  # type: ignore[arg-type]


def monthly(years: int, wave: float, seed: int = 1, level: float = 50) -> list[int]:
    at = np.arange(12 * years)
    mean = level * np.exp(wave * np.cos(2 * np.pi * at / 12)) * 1.05 ** (at // 12)
    return [int(one) for one in np.random.default_rng(seed).poisson(mean)]


class TestSeason:
    def test_the_pattern_is_found(self) -> None:
        found = season(monthly(5, 0.4))
        true = np.exp(0.4 * np.cos(2 * np.pi * np.arange(12) / 12))
        assert found.clear
        assert np.mean(found.factors) == pytest.approx(1)
        assert found.factors == pytest.approx(true / true.mean(), abs=0.15)
        held = [
            low <= one <= high
            for one, (low, high) in zip(true / true.mean(), map(found.interval, range(12)), strict=True)
        ]
        assert sum(held) >= 10

    def test_no_pattern_is_seldom_found(self) -> None:
        clear = [season(monthly(4, 0, seed)).clear for seed in range(200)]
        assert np.mean(clear) < 0.09

    def test_a_rise_of_the_season_is_no_rise(self) -> None:
        """From November to December the level rises by the season alone."""
        history = monthly(6, 0.8, level=400)[:-1]
        usual = 400 * np.exp(0.8 * np.cos(2 * np.pi * 11 / 12)) * 1.05**5
        by_itself = compare(round(usual), history[-1])
        found, pattern = month_on_month(history, round(usual), history[-1])
        assert pattern.clear
        assert by_itself.clear
        assert not found.clear
        assert found.low < 1 < found.high
        assert month_on_month(history, round(2 * usual), history[-1])[0].clear

    def test_wrong_histories(self) -> None:
        with pytest.raises(ComparisonError, match="只有 13 期，至少要两整年（24 期）"):
            season([5] * 13)
        with pytest.raises(ComparisonError, match="全是 0"):
            season([0] * 36)
        with pytest.raises(ComparisonError, match="错开一行"):
            month_on_month([5] * 36, 6, 7)
        with pytest.raises(ComparisonError, match="历史数据要是"):
            season([5.0] * 35 + [nan])

    def test_months_without_any_case_have_a_factor_too(self) -> None:
        found = season([0, 4, 5, 6, 5, 4, 5, 6, 4, 5, 6, 5] * 3)
        assert 0 < found.factors[0] < 0.2


class TestEffort:
    def test_more_reporting_is_warned_of_both_ways(self) -> None:
        more = reporting_effort(600, 400, households_now=2_000, households_before=2_000)
        assert (more.now, more.before) == (30, 20)
        assert "报得多了，不等于事多了" in str(more.warning)
        less = reporting_effort(400, 600, households_now=2_000, households_before=2_000)
        assert "报得少了，不等于事少了" in str(less.warning)

    def test_more_households_are_not_more_reporting(self) -> None:
        assert reporting_effort(600, 400, households_now=3_000, households_before=2_000).warning is None

    def test_what_could_be_chance_or_is_small_is_not_warned_of(self) -> None:
        assert reporting_effort(44, 40, households_now=100, households_before=100).warning is None
        assert reporting_effort(104_000, 100_000, households_now=1, households_before=1).warning is None

    def test_a_silent_place_is_told_and_others_are_not(self) -> None:
        rng = np.random.default_rng(6)
        reports = [int(one) for one in rng.poisson(40 * rng.gamma(20, 0.05, 30))]
        names = [f"p{n}" for n in range(30)]
        assert silent_places(names, reports, [100.0] * 30) == []
        reports[7] = 1
        found = silent_places(names, reports, [100.0] * 30)
        assert [one.name for one in found] == ["p7"]
        assert found[0].rate == 1
        assert "没有报不等于没有事" in str(found[0].words)

    def test_a_small_place_with_few_reports_is_not_silent(self) -> None:
        reports, homes = [40] * 20 + [1], [100.0] * 20 + [3.0]
        assert silent_places([f"p{n}" for n in range(21)], reports, homes) == []

    def test_wrong_figures(self) -> None:
        with pytest.raises(ComparisonError, match="分母"):
            reporting_effort(5, 5, households_now=0, households_before=10)
        with pytest.raises(ComparisonError, match="历史太短"):
            silent_places(["a", "b"], [3, 4], [10.0, 10.0])
        with pytest.raises(ComparisonError, match="一行对一行"):
            silent_places(["a"], [3, 4], [10.0, 10.0])
