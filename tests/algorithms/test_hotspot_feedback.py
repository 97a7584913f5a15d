"""Why only residents' reports may feed the ranking: a toy of twenty places with known rates (Ensign et al. 2018).

Patrols go where the forecast sends them. Learning from what patrols find locks them onto few places, though no place is
worse than another by more than a quarter; learning from residents' reports alone leaves them where things happen.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt

from fengqiao.algorithms.hotspotgrid import Grid
from fengqiao.algorithms.hotspotmodel import DAY, Forecaster
from fengqiao.algorithms.hotspots import Report, events_of

PLACES = 20
WEEKS = 100
PATROLS = 20  # a week
START = datetime(2020, 1, 6, tzinfo=UTC)
GRID = Grid(30.0, 120.0, 500.0, 1, PLACES * 5)
CELLS = np.arange(PLACES) * 5 + 2  # two and a half kilometres apart
RATES = np.linspace(0.9, 1.1, PLACES)


def sent(learn_from_patrols: bool, seed: int = 3) -> npt.NDArray[np.float64]:
    """Share of the patrols of the last year that went to each place, shape (20,)."""
    draw = np.random.default_rng(seed)
    reports: list[Report] = []
    went = np.zeros((WEEKS, PLACES))
    for week in range(WEEKS):
        now = START + timedelta(weeks=week)
        shares = forecast(reports, now, learn_from_patrols)
        went[week] = draw.multinomial(PATROLS, shares)
        reports += happened(draw.poisson(3 * RATES), now, "resident", draw)
        reports += happened(draw.poisson(RATES * went[week]), now, "patrol", draw)
    last = went[-52:].sum(axis=0)
    return np.asarray(last / last.sum())


def forecast(reports: list[Report], now: datetime, learn_from_patrols: bool) -> npt.NDArray[np.float64]:
    """Where patrols are sent: in proportion to what is expected, evenly before anything is known."""
    if learn_from_patrols:  # what the engine never does: passing off the patrols' finds as residents' reports
        reports = [Report(one.at, one.lat, one.lon) for one in reports if one.origin == "patrol"]
    events, _ = events_of(reports, UTC, now)
    if not len(events):
        return np.full(PLACES, 1 / PLACES)
    forecaster = Forecaster(events, GRID, CELLS, 7 * DAY)
    forecaster.move(int(now.timestamp()))
    expected = forecaster.forecast().expected
    return np.asarray(expected / expected.sum())


def happened(
    counts: npt.NDArray[np.int64], week: datetime, origin: str, draw: np.random.Generator
) -> list[Report]:
    """Reports of a week, each in the middle of its place."""
    return [
        Report(week + timedelta(hours=float(hour)), *GRID.middle(int(cell)), origin)
        for cell, count in zip(CELLS, counts.tolist(), strict=True)
        for hour in draw.uniform(0, 167, count)
    ]


def distance(shares: npt.NDArray[np.float64]) -> float:
    """Total variation distance between where patrols went and where things happen: 0 alike, 1 nowhere alike."""
    return float(np.abs(shares - RATES / RATES.sum()).sum() / 2)


def test_residents_reports_keep_patrols_where_things_happen() -> None:
    shares = sent(learn_from_patrols=False)
    assert distance(shares) <= 0.08
    assert (shares / (RATES / RATES.sum())).max() < 1.5


def test_what_patrols_find_would_lock_them_onto_few_places() -> None:
    shares = sent(learn_from_patrols=True)
    assert distance(shares) > 0.3
    assert (shares / (RATES / RATES.sum())).max() > 3


def test_what_patrols_find_changes_nothing_in_the_ranking() -> None:
    draw = np.random.default_rng(1)
    reports = happened(draw.poisson(5 * RATES), START, "resident", draw)
    found = happened(np.full(PLACES, 50), START, "patrol", draw)
    now = START + timedelta(weeks=1)
    assert (forecast(reports, now, False) == forecast(reports + found, now, False)).all()
