"""Weekly early warning: quiet weeks stay quiet, jumps and creeps are told, wrong series are refused."""

from __future__ import annotations

from itertools import pairwise
from math import inf, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import nbinom

from fengqiao.algorithms.comparisonfaults import ComparisonError
from fengqiao.algorithms.weekly import JUMP, LEAST_CASES, LEAST_WEEKS, RECENT, weekly_alarms
from fengqiao.algorithms.weeklybaseline import baseline


def made(series: int, level: float, weeks: int = 260, swing: float = 0.05, seed: int = 1) -> np.ndarray:
    """Weeks with a season and swings."""
    rng = np.random.default_rng(seed)
    wave = np.exp(0.5 * np.cos(2 * np.pi * (np.arange(weeks) - rng.uniform(0, 52, (series, 1))) / 52.18))
    return rng.poisson(level * wave * rng.gamma(1 / swing, swing, (series, weeks))).astype(float)


@pytest.mark.parametrize("level", [0.2, 2, 15, 120])
def test_quiet_weeks_seldom_alarm(level: float) -> None:
    found = weekly_alarms(made(1_500, level))
    assert np.mean([one.alarm for one in found]) < 0.01


@pytest.mark.parametrize("level", [1, 10, 80])
def test_a_week_far_above_is_a_jump_and_is_told(level: float) -> None:
    table = made(60, level)
    table[:, -1] = np.ceil(table[:, -1] + 10 * level + 12)
    found = weekly_alarms(table)
    assert np.mean([one.jump for one in found]) > 0.95
    first = next(one for one in found if one.jump)
    assert f"本周 {first.count} 起" in str(first.words)
    assert first.count >= first.bound > first.usual
    assert first.chance <= JUMP


def test_a_slow_rise_is_a_creep_before_any_week_is_a_jump() -> None:
    rng = np.random.default_rng(2)
    table = made(300, 20)
    table[:, -8:] += rng.poisson(13, (300, 8))
    found = weekly_alarms(table)
    creeps = [one for one in found if one.creep and not one.jump]
    assert len(creeps) > 100
    assert "慢慢多起来" in str(creeps[0].words)
    assert not any(one.words for one in found if not one.alarm)


def test_the_season_is_expected_and_no_alarm() -> None:
    """Every summer doubles: the first week of summer is no news where years are known."""
    at = np.arange(260)
    mean = 40 * np.exp(0.7 * np.cos(2 * np.pi * (at - 259) / 52.18))
    found = weekly_alarms(np.random.default_rng(3).poisson(mean, (200, 260)).astype(float))
    assert np.mean([one.usual for one in found]) == pytest.approx(mean[-1], rel=0.08)
    assert np.mean([one.alarm for one in found]) < 0.02


def test_an_outbreak_of_last_year_does_not_hide_this_years() -> None:
    table = made(200, 8, swing=0.02)
    struck = table.copy()
    struck[:, 150:156] += 60
    table[:, -1] += 25
    struck[:, -1] += 25
    clean, after = ([one.jump for one in weekly_alarms(rows)] for rows in (table, struck))
    assert np.mean(clean) > 0.9
    assert np.mean(after) > 0.6


def test_the_bound_is_the_first_count_rare_enough() -> None:
    table = made(80, 6)
    usual = baseline(table[:, :-RECENT], np.arange(1, RECENT + 1))
    for n, one in enumerate(weekly_alarms(table)):
        mean, excess = usual.mean[n, -1], max(usual.excess[n, -1], 1.0001)
        spread = nbinom(mean / (excess - 1), 1 / excess)
        assert spread.sf(one.bound - 1) <= JUMP < spread.sf(one.bound - 2)
        assert one.chance == pytest.approx(spread.sf(one.count - 1), rel=1e-6)


def test_few_cases_never_alarm() -> None:
    table = np.zeros((1, 200))
    for count in range(LEAST_CASES):
        table[0, -1] = count
        assert not weekly_alarms(table)[0].alarm
    table[0, -1] = LEAST_CASES + 3
    assert weekly_alarms(table)[0].jump


def test_less_than_two_years_know_no_season_and_tell_no_creep() -> None:
    table = made(300, 30, weeks=80)
    table[:, -8:] += 12
    assert not any(one.creep for one in weekly_alarms(table))
    table[:, -1] += 400
    assert all(one.jump for one in weekly_alarms(table))


@given(st.integers(LEAST_WEEKS, 300), st.integers(0, 400), st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_any_series_gets_finite_figures(weeks: int, level: int, last: int) -> None:
    table = np.random.default_rng(weeks).poisson(level / 10, (2, weeks)).astype(float)
    table[:, -1] = last
    for one in weekly_alarms(table):
        assert np.isfinite([one.usual, one.chance, one.rise]).all()
        assert 0 <= one.chance <= 1
        assert one.usual > 0
        assert one.count == last


def test_each_series_is_judged_for_itself() -> None:
    table = made(30, 7)
    order = np.random.default_rng(1).permutation(30)
    there, alone = weekly_alarms(table), weekly_alarms(table[3:4])[0]
    assert [one.bound for one in weekly_alarms(table[order])] == [there[n].bound for n in order]
    assert (alone.bound, alone.alarm) == (there[3].bound, there[3].alarm)
    assert alone.usual == pytest.approx(there[3].usual)


def test_more_this_week_is_never_less_rare() -> None:
    table = np.repeat(made(1, 5), 40, axis=0)
    table[:, -1] = np.arange(40)
    found = weekly_alarms(table)
    assert all(a.chance >= b.chance for a, b in pairwise(found))
    assert len({one.bound for one in found}) == 1


def test_no_series_and_wrong_series() -> None:
    assert weekly_alarms([]) == []
    with pytest.raises(ComparisonError, match="只有 1 周，至少要 30 周"):
        weekly_alarms([[5]])
    with pytest.raises(ComparisonError, match="至少要 30 周"):
        weekly_alarms([[], []])
    with pytest.raises(ComparisonError, match="周数不一样"):
        weekly_alarms([[1] * 40, [1] * 41])
    for wrong in (nan, inf, -1, 0.5):
        with pytest.raises(ComparisonError, match="每周的数要是"):
            weekly_alarms([[1.0] * 40 + [wrong]])


def test_ten_thousand_series() -> None:
    assert len(weekly_alarms(made(10_000, 3, weeks=110))) == 10_000
