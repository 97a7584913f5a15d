"""Hot spots: what is ranked, what never is, what is said of it, and what changes nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fengqiao.algorithms.hotspoteval import best, evaluate_hotspots, turns
from fengqiao.algorithms.hotspotgrid import Grid, HotSpotError, add_spread, grid_over
from fengqiao.algorithms.hotspotmodel import DAY, Forecaster
from fengqiao.algorithms.hotspotrows import Events, in_order
from fengqiao.algorithms.hotspots import HotSpots, Report, events_of, find_hotspots, rate_interval
from fengqiao.algorithms.hotspotstar import gi_star
from fengqiao.algorithms.hotspotweek import hours_of_week, week_of, week_surface

NOW = 400 * DAY
GRID = Grid(30.0, 120.0, 200.0, 12, 12)


def town(seed: int = 1, many: int = 600) -> Events:
    """Events of 400 days, thicker at the middle."""
    draw = np.random.default_rng(seed)
    lat = 30.01 + draw.normal(0, 0.003, many)
    lon = 120.011 + draw.normal(0, 0.003, many)
    return in_order(draw.integers(0, NOW, many), lat, lon)


def ranked(found: HotSpots) -> list[tuple[int, float]]:
    return [(one.cell, round(one.expected, 9)) for one in found.spots]


@settings(max_examples=8, deadline=None)
@given(st.randoms(use_true_random=False))
def test_order_and_moving_east_change_nothing(chance) -> None:  # type: ignore[no-untyped-def]
    events = town()
    order = np.array(chance.sample(range(len(events)), len(events)))
    again = in_order(events.at[order], events.lat[order], events.lon[order])
    whole = find_hotspots(events, NOW)
    assert ranked(find_hotspots(again, NOW)) == ranked(whole)
    there = chance.choice([-64.0, 16.0])  # powers of two, so that no digit of a longitude is lost on the way
    grid, moved = Grid(30.0, 120.0, 200.0, 12, 12), Grid(30.0, 120.0 + there, 200.0, 12, 12)
    here = find_hotspots(events, NOW, grid=grid)
    gone = find_hotspots(in_order(events.at, events.lat, events.lon + there), NOW, grid=moved)
    assert [one[0] for one in ranked(gone)] == [one[0] for one in ranked(here)]


def test_masked_cells_and_cells_of_few_homes_are_never_ranked_nor_listed() -> None:
    events = town()
    first = find_hotspots(events, NOW, grid=GRID).spots
    masked = np.zeros(GRID.size, dtype=np.bool_)
    masked[first[0].cell] = True
    homes = np.full(GRID.size, -1)
    homes[first[1].cell], homes[first[2].cell] = 4, 5
    found = find_hotspots(events, NOW, grid=GRID, masked=masked, households=homes, top=1000)
    told = {one.cell for one in found.spots} | {one.cell for one in found.not_enough}
    assert not told & {first[0].cell, first[1].cell}
    assert first[2].cell in told
    assert (found.masked, found.households) == (1, 1)


def test_below_five_events_nothing_is_said() -> None:
    at = np.arange(9) * 10 * DAY
    lat = np.array([30.001] * 5 + [30.005] * 4)
    found = find_hotspots(in_order(at, lat, np.full(9, 120.001)), NOW, grid=GRID)
    (spot,) = found.spots
    (few,) = found.not_enough
    assert (spot.ever, few.events) == (5, 4)
    assert "数据不足" in few.why


def test_counts_behind_a_cell_are_those_of_the_events() -> None:
    events = town()
    spot = find_hotspots(events, NOW, grid=GRID).spots[0]
    mine = GRID.cells(events.lat, events.lon) == spot.cell
    assert spot.ever == mine.sum()
    assert spot.last_30 == (mine & (events.at >= NOW - 30 * DAY)).sum()
    assert str(spot.last_365) in spot.reasons[0]
    assert spot.low < spot.expected < spot.high
    assert spot.count_low <= spot.expected <= spot.count_high


def test_an_expectation_is_the_sum_of_its_parts() -> None:
    events = town()
    forecaster = Forecaster(events, GRID, np.arange(GRID.size), 7 * DAY)
    for week in range(20):
        forecaster.move((200 + 7 * week) * DAY)
        forecaster.learn(np.full(GRID.size, 0.1))
    found = forecaster.forecast()
    assert found.learnt == 20
    assert np.allclose(found.parts.sum(axis=0), found.expected)
    assert (found.parts >= 0).all()


@given(st.floats(0.01, 100), st.floats(0.5, 500), st.floats(1.01, 20))
def test_more_data_never_widen_the_interval(expected: float, shape: float, more: float) -> None:
    mean = np.array([expected])
    low, high = rate_interval(mean, np.array([shape]))
    low_more, high_more = rate_interval(mean, np.array([shape * more]))
    assert high_more[0] - low_more[0] <= (high[0] - low[0]) * (1 + 1e-9)


def test_the_same_pattern_seen_twice_as_often_is_surer() -> None:
    events = town()
    twice = in_order(np.tile(events.at, 2), np.tile(events.lat, 2), np.tile(events.lon, 2))
    cells = np.unique(GRID.cells(events.lat, events.lon))
    found = []
    for some in (events, twice):
        forecaster = Forecaster(some, GRID, cells[cells >= 0], 7 * DAY)
        forecaster.move(NOW)
        found.append(forecaster.forecast())
    assert np.allclose(found[1].expected, 2 * found[0].expected)
    assert (found[1].behind >= found[0].behind).all()


def test_no_event_one_event_and_all_in_one_cell() -> None:
    none = in_order(np.zeros(0, np.int64), np.zeros(0), np.zeros(0))
    assert find_hotspots(none, NOW).spots == ()
    one = in_order(np.array([DAY]), np.array([30.0]), np.array([120.0]))
    assert find_hotspots(one, NOW).not_enough[0].events == 1
    same = in_order(np.arange(50) * DAY, np.full(50, 30.0), np.full(50, 120.0))
    (spot,) = find_hotspots(same, NOW).spots
    assert spot.ever == 50


def test_what_cannot_be_is_refused_in_words() -> None:
    with pytest.raises(HotSpotError, match="100"):
        find_hotspots(town(), NOW, cell_m=99)
    with pytest.raises(HotSpotError, match="将来"):
        find_hotspots(town(), NOW - 100 * DAY)
    with pytest.raises(HotSpotError, match="一样多"):
        find_hotspots(town(), NOW, grid=GRID, masked=np.zeros(3, dtype=np.bool_))
    with pytest.raises(HotSpotError, match="公里"):
        grid_over(np.array([30.0, 120.0]), np.array([120.0, 30.0]), 200.0)
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    with pytest.raises(HotSpotError, match="经纬度"):
        events_of([Report(moment, float("nan"), 120.0)], UTC, moment)
    with pytest.raises(HotSpotError, match="将来"):
        events_of([Report(moment + timedelta(1), 30.0, 120.0)], UTC, moment)


def test_a_spread_point_loses_nothing() -> None:
    surface = np.zeros(GRID.size)
    add_spread(surface, GRID, np.array([30.0111]), np.array([120.0113]), np.array([2.0]), 250.0)
    assert surface.sum() == pytest.approx(2.0)
    assert int(surface.argmax()) == GRID.cells(np.array([30.0111]), np.array([120.0113]))[0]


def test_hours_count_from_monday_and_a_week_sums_to_one() -> None:
    assert hours_of_week(np.array([4 * DAY, 4 * DAY + 3600, 3 * DAY + 23 * 3600])).tolist() == [0, 1, 167]
    events = town()
    bare = week_surface(events.lat, events.lon, events.at, GRID, place_m=0, hour_width=0)
    inside = GRID.cells(events.lat, events.lon)
    wanted = np.zeros((168, GRID.size))
    np.add.at(wanted, (hours_of_week(events.at)[inside >= 0], inside[inside >= 0]), 1)
    assert (bare.reshape(168, -1) == wanted).all()
    assert week_surface(events.lat, events.lon, events.at, GRID).sum() == pytest.approx(
        wanted.sum(), rel=1e-4
    )
    week = week_of(events, GRID, np.arange(GRID.size))
    assert np.allclose(week.share.sum(axis=0), 1, atol=1e-4)


def test_gi_star_is_that_of_its_formula() -> None:
    counts = np.random.default_rng(4).poisson(2.0, (9, 7)).astype(float)
    inside = np.ones(counts.shape, dtype=np.bool_)
    inside[0, :3] = False
    found = gi_star(counts, 200.0, 300.0, inside)
    values = counts[inside]
    for row, column in np.argwhere(inside):
        near = [
            counts[r, c]
            for r, c in np.argwhere(inside)
            if ((r - row) ** 2 + (c - column) ** 2) * 200**2 <= 300**2
        ]
        n, w = len(values), len(near)
        z = (sum(near) - values.mean() * w) / (values.std() * np.sqrt((n * w - w * w) / (n - 1)))
        assert abs(found.z[row, column] - z) < 1e-9
    assert np.isnan(found.z[0, 0])
    assert not gi_star(np.ones((5, 5)), 200.0, 200.0).hot.any()


def test_a_forecast_knows_nothing_of_what_comes_after() -> None:
    events = town()
    cells = np.arange(GRID.size)
    cut = 300 * DAY
    later = np.where(events.at >= cut, 30.02, events.lat)
    changed = in_order(events.at, later, events.lon)
    first, other = (
        next(turns(some, GRID, cells, cut, NOW, 7 * DAY)).forecast.expected for some in (events, changed)
    )
    assert (first == other).all()


def test_figures_of_an_evaluation_fit_each_other() -> None:
    events = town(many=1500)
    cells = np.unique(GRID.cells(events.lat, events.lon))
    found = evaluate_hotspots(
        events, GRID, cells[cells >= 0], begin=300 * DAY, end=NOW, share=0.1, horizon=7 * DAY
    )
    assert found.ours.pai == pytest.approx(found.ours.hit_rate / (found.picked / found.cells))
    assert 0 < found.ours.pei <= 1
    assert 0 < found.ours.hindsight <= 1
    for name, (low, high) in found.ours.intervals.items():
        assert low <= getattr(found.ours, name) <= high
    assert found.ratio == pytest.approx(found.ours.hits / found.baseline.hits)
    assert found.cover is not None
    assert 0.86 <= found.cover <= 0.94


def test_equals_are_picked_in_the_given_order() -> None:
    assert best(np.array([1.0, 2.0, 2.0, 0.0]), 2, np.array([0, 3, 1, 2])).tolist() == [2, 1]
