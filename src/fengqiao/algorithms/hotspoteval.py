"""How good the forecast of hot spots would have been, week after week, beside a year of counts.

Question: of what happened in each horizon, how much fell into the cells picked before it began?
Method: rolling. The forecaster is moved to the beginning of a horizon, knows only what was before, ranks the cells; the
first `share` of them are picked. `hit_rate` is hits over events, `pai` hit rate over the share of cells picked, `pei`
hits over those of each horizon's own best cells, `hindsight` hits over those of the one fixed map that would have been
best. Intervals resample whole horizons (percentile bootstrap). The 26 horizons before the first are lessons only.
Sources: Chainey, Tompson and Uhlig 2008 (PAI); Hunt 2016 (PEI).
Limits: what is reported is not all that happens; PAI of different towns or cell sizes cannot be compared.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.stats import nbinom

from fengqiao.algorithms.hotspotgrid import Floats, Grid, HotSpotError, Ints
from fengqiao.algorithms.hotspotmodel import DAY, Forecast, Forecaster
from fengqiao.algorithms.hotspotrows import Events
from fengqiao.algorithms.sentences import sentence

WARM_UP = 26
YEAR = 365 * DAY
LEAST_EVENTS = 5
"""Events of a cell below which nothing is said of it."""
MOST_HORIZONS = 1_000
DRAWS = 1_000
LEVEL = 0.9
"""Nominal cover of the interval of a cell."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How good a ranking was; each figure has its 95 % interval in `intervals` by the same name."""

    hits: int
    hit_rate: float
    pai: float
    pei: float
    hindsight: float
    intervals: Mapping[str, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """`cells` candidates of which `picked` were picked each time; `cover` is the share of cells with at least five
    events whose number to come lay within its 90 % interval, split between neighbours where counts are coarse."""

    cells: int
    picked: int
    horizons: int
    events: int
    ours: Figures
    baseline: Figures
    ratio: float
    ratio_interval: tuple[float, float]
    """PAI of ours over that of the baseline."""
    cover: float | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Turn:
    """One horizon: its beginning, what was forecast from before, what came in each cell (cells,)."""

    begins: int
    forecast: Forecast
    came: Floats


def counts_between(events: Events, grid: Grid, cells: Ints, begin: int, end: int) -> Floats:
    """Events in each of `cells` from `begin` up to `end`, shape (cells,)."""
    low, high = np.searchsorted(events.at, (begin, end))
    found = grid.cells(events.lat[low:high], events.lon[low:high])
    return np.bincount(found[found >= 0], minlength=grid.size)[cells].astype(np.float64)


def turns(events: Events, grid: Grid, cells: Ints, begin: int, end: int, horizon: int) -> Iterator[Turn]:
    """The horizons that lie whole between `begin` and `end`, after lessons on those before."""
    forecaster = Forecaster(events, grid, cells, horizon)
    first = begin - WARM_UP * horizon
    for start in range(first, end - horizon + 1, horizon):
        forecaster.move(start)
        came = counts_between(events, grid, cells, start, start + horizon)
        if start >= begin:
            yield Turn(start, forecaster.forecast(), came)
        if len(events) and start > events.at[0] + 4 * horizon:
            forecaster.learn(came)


def best(values: Floats, picked: int, tied: Ints) -> Ints:
    """Places of the `picked` highest values; among equals the order of `tied` decides, which knows nothing of events."""
    return np.lexsort((tied, -values))[:picked]


def fair_order(cells: int) -> Ints:
    """An order among equals that favours no side of the map."""
    return np.random.default_rng(20_261_123).permutation(cells)


def evaluate_hotspots(
    events: Events,
    grid: Grid,
    cells: Ints,
    *,
    begin: int,
    end: int,
    share: float,
    horizon: int,
    progress: Callable[[float], None] | None = None,
) -> Evaluation:
    """Roll through the horizons between `begin` and `end` (seconds as in `Events.at`; `horizon` in seconds) and measure.

    Raises HotSpotError where there is nothing to forecast or nothing to learn from.
    """
    checked(events, begin, end, share, horizon)
    started = time.perf_counter()
    picked = max(1, round(share * len(cells)))
    tied = fair_order(len(cells))
    came, ours, plain, inside = [], [], [], []
    for turn in turns(events, grid, cells, begin, end, horizon):
        year = counts_between(events, grid, cells, turn.begins - YEAR, turn.begins)
        ever = counts_between(events, grid, cells, int(events.at[0]), turn.begins)
        came.append(turn.came)
        ours.append(turn.came[best(turn.forecast.expected, picked, tied)].sum())
        plain.append(turn.came[best(year, picked, tied)].sum())
        inside.append(covered(turn.forecast, turn.came)[ever >= LEAST_EVENTS])
        if progress is not None:
            progress((turn.begins + horizon - begin) / (end - begin))
    known = np.concatenate(inside)
    return _measured(
        np.array(came), np.array(ours), np.array(plain), picked,
        float(known.mean()) if len(known) else None, time.perf_counter() - started,
    )  # fmt: skip


def checked(events: Events, begin: int, end: int, share: float, horizon: int) -> None:
    """Raises HotSpotError, in words, for a question that has no answer."""
    if not 0 < share <= 0.5:
        raise HotSpotError(sentence("--share 要大于 0、不超过 0.5"))
    if horizon < DAY:
        raise HotSpotError(sentence("--horizon 至少 1 天，如 7d"))
    if end - begin < horizon:
        raise HotSpotError(
            sentence("检验的时段不到一个预报期（%(days)s 天）：请把 --test-from 提前", days=horizon // DAY)
        )
    if (end - begin) // horizon > MOST_HORIZONS:
        raise HotSpotError(sentence("检验的时段太长，最多 %(most)s 个预报期", most=MOST_HORIZONS))
    before, within = np.searchsorted(events.at, (begin, end)) if len(events) else (0, 0)
    if not before:
        raise HotSpotError(sentence("--test-from 之前一条记录也没有，无从预报：请推后 --test-from"))
    if within == before:
        raise HotSpotError(sentence("检验的时段里一条记录也没有：请看 --test-from 和 --test-to"))


def covered(forecast: Forecast, came: Floats) -> Floats:
    """How far the number that came lies within each cell's interval, 0 to 1, shape (cells,): 1 well inside, and the
    part that belongs inside where the interval ends amid the chances of one number."""
    mean, shape = forecast.expected, forecast.shape
    chance = shape / (shape + mean)
    high = nbinom.cdf(came, shape, chance)
    low = np.where(came > 0, nbinom.cdf(came - 1, shape, chance), 0.0)
    tail = (1 - LEVEL) / 2
    within = np.minimum(high, 1 - tail) - np.maximum(low, tail)
    parts: Floats = np.clip(within, 0, None) / np.maximum(high - low, 1e-12)
    return np.clip(parts, 0.0, 1.0)


def _measured(
    came: Floats, ours: Floats, plain: Floats, picked: int, cover: float | None, seconds: float
) -> Evaluation:
    own_best = np.sort(came, axis=1)[:, -picked:].sum(axis=1)
    part = picked / came.shape[1]
    draws = np.random.default_rng(1).integers(0, len(came), (DRAWS, len(came)))
    weights = np.stack([np.bincount(one, minlength=len(came)) for one in draws]).astype(np.float64)
    fixed = came[:, np.argsort(-came.sum(axis=0), kind="stable")[:picked]].sum(axis=1)
    ratio = np.divide(weights @ ours, weights @ plain, out=np.full(DRAWS, np.nan), where=weights @ plain > 0)
    return Evaluation(
        came.shape[1],
        picked,
        len(came),
        int(came.sum()),
        _figures(ours, came.sum(axis=1), own_best, fixed, part, weights),
        _figures(plain, came.sum(axis=1), own_best, fixed, part, weights),
        float(ours.sum() / plain.sum()) if plain.sum() else float("nan"),
        _interval(ratio),
        cover,
        seconds,
    )


def _figures(
    hits: Floats, total: Floats, own_best: Floats, fixed: Floats, part: float, weights: Floats
) -> Figures:
    """Figures of hits by horizon; the fixed map stays the one of all horizons when these are resampled."""
    drawn = weights @ hits
    rate = float(hits.sum() / total.sum())
    rates = drawn / np.maximum(weights @ total, 1)
    return Figures(
        int(hits.sum()),
        rate,
        rate / part,
        float(hits.sum() / own_best.sum()),
        float(hits.sum() / fixed.sum()),
        {
            "hit_rate": _interval(rates),
            "pai": _interval(rates / part),
            "pei": _interval(drawn / np.maximum(weights @ own_best, 1)),
            "hindsight": _interval(drawn / np.maximum(weights @ fixed, 1)),
        },
    )


def _interval(values: Floats) -> tuple[float, float]:
    if not np.isfinite(values).any():
        return float("nan"), float("nan")
    low, high = np.nanpercentile(values, [2.5, 97.5])
    return float(low), float(high)
