"""Hot spots: forecasts beside counts of a year, a tuned and a decaying kernel estimate; hours, speed, Gi*, intervals.

Run: ``python -m benchmarks.hotspots [--size full] [--goal off]``. Data: ``incidents/*.parquet``; pyarrow is needed. The
last three months (Toronto: the last year) are forecast week by week on squares of 200 m, 1 % of those that hold any event
picked. Peers' bandwidth and half-life are the best on the 26 weeks before; ours are learnt on the same weeks. What is
equal is ordered alike for all. Intervals resample weeks, ours and the peer's together. esda is compared with if it is
installed, else only a plain reference. One thread, process time. Exits 1 below a goal.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import importlib.util
import sys
import time
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from benchmarks.reference import Goals, bootstrap, data_file, goals_wanted
from fengqiao.algorithms.hotspoteval import best, counts_between, evaluate_hotspots, fair_order, turns
from fengqiao.algorithms.hotspotgrid import Floats, Grid, Ints, add_spread, grid_over
from fengqiao.algorithms.hotspotmodel import DAY
from fengqiao.algorithms.hotspotrows import Events, in_order, read_events
from fengqiao.algorithms.hotspotstar import gi_star
from fengqiao.algorithms.hotspotweek import by_shift, hours_of_week, week_of, week_surface

WEEK = 7 * DAY
SHARE = 0.01
HALF_LIVES = (30.0, 90.0, 180.0, 365.0, 1e9)
BANDWIDTHS = (0.0, 100.0, 200.0, 400.0)
SETS = (
    ("NYC burglary", "nyc_2014_2015.parquet", "BURGLARY", "2015-07-01", "2015-10-01"),
    ("Toronto break and enter", "toronto_mci_2014_2021.parquet", "Break and Enter", "2018-01-01", "2019-01-01"),
    ("Chicago, all", "chicago_2016_2017.parquet", None, "2017-07-01", "2017-10-01"),
)  # fmt: skip
MORE = (
    ("Chicago theft", "chicago_2016_2017.parquet", "THEFT", "2017-07-01", "2017-10-01"),
    ("NYC robbery", "nyc_2014_2015.parquet", "ROBBERY", "2015-07-01", "2015-10-01"),
    ("Portland burglary", "portland_nij_bur_veh_2012_2017.parquet", "burglary", "2016-03-01", "2017-03-01"),
)


@dataclass(frozen=True, slots=True)
class Town:
    """Events of one set, its grid, the cells that hold any event, and the days that are forecast."""

    name: str
    events: Events
    grid: Grid
    cells: Ints
    begin: int
    end: int


def town(name: str, file: str, category: str | None, begin: str, end: str) -> Town:
    """A set as the command reads it."""
    read = read_events(
        data_file("incidents", file),
        zone=ZoneInfo("UTC"),
        now=datetime.now(ZoneInfo("UTC")),
        category=category,
    ).events
    grid = grid_over(read.lat, read.lon, 200.0)
    mine = read.wanted
    days = [(date.fromisoformat(one) - date(1970, 1, 1)).days * DAY for one in (begin, end)]
    return Town(
        name, in_order(read.at[mine], read.lat[mine], read.lon[mine]), grid,
        np.unique(grid.cells(read.lat, read.lon)), days[0], days[1],
    )  # fmt: skip


def kernels(one: Town) -> tuple[Floats, int]:
    """Hits of every half-life and bandwidth in each week, shape (half-lives, bandwidths, weeks), the 26 weeks before the
    test first."""
    picked, tied = max(1, round(SHARE * len(one.cells))), fair_order(len(one.cells))
    sums = np.zeros((len(HALF_LIVES), len(BANDWIDTHS), one.grid.size))
    hits: list[list[list[float]]] = []
    starts = range(one.begin - 26 * WEEK, one.end - WEEK + 1, WEEK)
    done = 0
    for start in starts:
        end = int(np.searchsorted(one.events.at, start))
        age = (start - one.events.at[done:end]) / DAY
        for i, half in enumerate(HALF_LIVES):
            sums[i] *= 0.5 ** (7 / half)
            for j, metres in enumerate(BANDWIDTHS):
                lat, lon = one.events.lat[done:end], one.events.lon[done:end]
                add_spread(sums[i, j], one.grid, lat, lon, np.exp2(-age / half), metres)
        done = end
        came = counts_between(one.events, one.grid, one.cells, start, start + WEEK)
        hits.append([[float(came[best(s[one.cells], picked, tied)].sum()) for s in row] for row in sums])
    return np.moveaxis(np.array(hits), 0, -1), 26


def ratio(goals: Goals, name: str, ours: Floats, peer: Floats, goal: float) -> None:
    """Ours over the peer's, with its interval."""
    low, high = bootstrap(lambda d: float(ours[d].sum() / max(peer[d].sum(), 1)), len(ours))
    print(f"    ours over the best peer's {low:.3f} to {high:.3f}")
    goals.check(name, float(ours.sum() / peer.sum()), goal)


def quality(goals: Goals, one: Town, counted: bool) -> None:
    """PAI and share of the best fixed map, ours beside three peers."""
    picked, tied = max(1, round(SHARE * len(one.cells))), fair_order(len(one.cells))
    begun = time.process_time()
    rolled = list(turns(one.events, one.grid, one.cells, one.begin, one.end, WEEK))
    spent = time.process_time() - begun
    came = np.array([turn.came for turn in rolled])
    ours = np.array([turn.came[best(turn.forecast.expected, picked, tied)].sum() for turn in rolled])
    year = [counts_between(one.events, one.grid, one.cells, t.begins - 365 * DAY, t.begins) for t in rolled]
    found, warm = kernels(one)
    before = found[..., :warm].sum(axis=-1)
    wide = int(before[-1].argmax())
    half, width = np.unravel_index(int(before.argmax()), before.shape)
    peers = {
        "counts of 365 days": np.array([c[best(y, picked, tied)].sum() for c, y in zip(came, year, strict=True)]),
        f"kernel, {BANDWIDTHS[wide]:g} m": found[-1, wide, warm:],
        f"decaying kernel, {HALF_LIVES[int(half)]:g} days, {BANDWIDTHS[int(width)]:g} m": found[half, width, warm:],
    }  # fmt: skip
    fixed = np.sort(came.sum(axis=0))[-picked:].sum()
    part = picked / len(one.cells)
    print(
        f"{one.name}: {int(came.sum())} events in {len(rolled)} weeks, {picked} of {len(one.cells)} cells, {spent:.1f} s"
    )
    for name, hits in {"ours": ours, **peers}.items():
        print(
            f"    {name:<40} PAI {hits.sum() / came.sum() / part:6.2f}   of the best fixed map {hits.sum() / fixed:.3f}"
        )
    strongest = max(peers.values(), key=lambda hits: float(hits.sum()))
    goal = 1.0 if counted else 0.0
    ratio(goals, f"{one.name}: PAI (and share of hindsight) over best peer", ours, strongest, goal)


def shifts(goals: Goals, one: Town, counted: bool) -> None:
    """Place by 4-hour shift over place only: first as many cells in every shift, then as many cell-shifts in all."""
    picked, tied = max(1, round(SHARE * len(one.cells))), fair_order(len(one.cells))
    number = np.full(one.grid.size, -1)
    number[one.cells] = np.arange(len(one.cells))
    plain, alike, free = [], [], []
    for turn in turns(one.events, one.grid, one.cells, one.begin, one.end, WEEK):
        low, now, high = np.searchsorted(one.events.at, (0, turn.begins, turn.begins + WEEK))
        e = one.events
        past = Events(e.at[low:now], e.lat[low:now], e.lon[low:now], e.wanted[low:now])
        said = by_shift(week_of(past, one.grid, one.cells).share) * turn.forecast.expected
        cells = number[one.grid.cells(e.lat[now:high], e.lon[now:high])]
        came = np.zeros(said.shape)
        np.add.at(came, (hours_of_week(e.at[now:high]) // 4, cells), 1)
        plain.append(turn.came[best(turn.forecast.expected, picked, tied)].sum())
        alike.append(sum(c[best(s, picked, tied)].sum() for c, s in zip(came, said, strict=True)))
        free.append(came.ravel()[best(said.ravel(), picked * len(said), np.arange(said.size))].sum())
    for name, goal, hits in (
        ("as many cells each shift", 0.0, alike),
        ("as many cell-shifts a week", 1.08, free),
    ):
        ratio(
            goals,
            f"{one.name}: place x shift, {name}",
            np.array(hits),
            np.array(plain),
            goal if counted else 0.0,
        )


def speed(goals: Goals) -> None:
    """Ten million events to a surface of 168 hours by 10,000 cells."""
    draw = np.random.default_rng(1)
    many = 10_000_000
    lat, lon = 30 + draw.random(many) * 0.179, 120 + draw.random(many) * 0.207
    at = draw.integers(1_600_000_000, 1_700_000_000, many)
    grid = Grid(30.0, 120.0, 200.0, 100, 100)
    spans = []
    for _ in range(3):
        begun = time.process_time()
        week_surface(lat, lon, at, grid)
        spans.append(time.process_time() - begun)
    goals.check("seconds for 10^7 events to 168 x 10,000", min(spans), 0.5, at_most=True)


def plain_star(counts: Floats, reach: int) -> Floats:
    """Gi* written out cell by cell."""
    rows, columns = counts.shape
    n, mean = counts.size, counts.mean()
    z = np.zeros(counts.shape)
    for r in range(rows):
        for c in range(columns):
            near = [
                counts[i, j]
                for i in range(max(0, r - reach), min(rows, r + reach + 1))
                for j in range(max(0, c - reach), min(columns, c + reach + 1))
                if (i - r) ** 2 + (j - c) ** 2 <= reach**2
            ]
            w = len(near)
            z[r, c] = (sum(near) - mean * w) / (counts.std() * np.sqrt((n * w - w * w) / (n - 1)))
    return z


def significance(goals: Goals) -> None:
    """Gi* beside a plain reference, and esda where it is installed."""
    counts = np.random.default_rng(2).poisson(2.0, (100, 100)).astype(np.float64)
    spans = []
    for _ in range(5):
        begun = time.process_time()
        found = gi_star(counts, 200.0, 200.0)
        spans.append(time.process_time() - begun)
    apart = float(np.abs(found.z - plain_star(counts, 1)).max())
    goals.check("Gi*: greatest difference to a plain reference", apart, 1e-9, at_most=True, digits=15)
    print(f"    10,000 cells in {min(spans) * 1_000:.2f} ms")
    if importlib.util.find_spec("esda") is None:
        print("    esda is not installed: not compared")
        return
    peer, seconds = esda_star(counts)
    goals.check(
        "Gi*: greatest difference to esda", float(np.abs(found.z - peer).max()), 1e-9, at_most=True, digits=15
    )
    goals.check("Gi*: times as fast as esda", seconds / min(spans), 100, digits=0)


def esda_star(counts: Floats) -> tuple[Floats, float]:
    """esda's z with the same neighbours, and its process time without simulated maps."""
    from esda.getisord import G_Local  # type: ignore[import-not-found]
    from libpysal.weights import lat2W  # type: ignore[import-not-found]
    from libpysal.weights.util import fill_diagonal  # type: ignore[import-not-found]

    weights: Any = fill_diagonal(lat2W(*counts.shape), 1.0)
    begun = time.process_time()
    peer = G_Local(counts.ravel(), weights, transform="B", permutations=0, star=None)
    return np.asarray(peer.Zs).reshape(counts.shape), time.process_time() - begun


def intervals(goals: Goals, one: Town, days: int) -> None:
    """Cover of the 90 % interval of each cell's number to come."""
    found = evaluate_hotspots(
        one.events, one.grid, one.cells, begin=one.begin, end=one.end, share=SHARE, horizon=days * DAY
    )
    cover = found.cover or 0.0
    name = f"{one.name}: cover of 90 % intervals, {days} days"
    goals.check(name, cover, 0.88)
    goals.check(name, cover, 0.92, at_most=True)


def main() -> int:
    options = goals_wanted(argparse.ArgumentParser(description=__doc__), sized=True)
    goals = Goals()
    speed(goals)
    significance(goals)
    towns = [town(*one) for one in SETS]
    for one in towns:
        quality(goals, one, counted=True)
        intervals(goals, one, 7)
        intervals(goals, one, 28)
    for one in towns:
        shifts(goals, one, counted=True)
    if options.size == "full":
        for given in MORE:
            quality(goals, town(*given), counted=False)
    return goals.verdict(options.goal)


if __name__ == "__main__":
    sys.exit(main())
