"""How many events each cell may expect: a mixture of what happened lately and long ago, near and around.

Question: of the events to come within `horizon`, how many fall into each cell, and how sure is that?
Method: nine surfaces, each the past weighted by a half-life (30, 180, 1,500 days) and spread by a Gaussian (0, 100,
250 m), and a level one. How much each counts is found by expectation maximisation on events that were still to come
when the surfaces were made, at the last 52 horizons: bandwidth and memory are chosen by validation, not by taste. Only
the busiest tenth of the cells decides, since only these are ever picked. Each cell's expected number is a Gamma
variable whose shape is the effective number of events behind it times a factor fitted on the same horizons, so counts to
come follow a negative binomial.
Sources: Dempster, Laird and Rubin 1977 (mixture weights); Mohler et al., JASA 106 (2011) for long-run and decaying parts
of one rate; Fay and Feuer 1997 (Gamma intervals of weighted counts).
Limits: no seasons and no other data; what nobody reports is nowhere. Weights need some 12 horizons of past; with less
all surfaces count alike, and `learnt` says so.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

from fengqiao.algorithms.hotspotgrid import Floats, Grid, Ints, add_spread, reach_of
from fengqiao.algorithms.hotspotrows import Events

DAY = 86_400
HALF_LIVES = (30.0, 180.0, 1_500.0)
"""Days after which an event counts half."""
BANDWIDTHS = (0.0, 100.0, 250.0)
"""Metres."""
MIXED = tuple((days, metres) for metres in BANDWIDTHS for days in HALF_LIVES)
"""Half-life and bandwidth of each surface."""
BUSIEST = 0.1
LEAST_LESSONS = 12
MOST_LESSONS = 52
AFRESH = 4
"""Horizons after which the weights are found anew."""
BATCH = 500_000
ROUNDS = 200
FACTORS = np.geomspace(0.05, 20, 40)
"""Factors tried for the shape."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is expected within one horizon. `expected`, `behind` (effective events behind it) and `shape` of the Gamma:
    shape (cells,); `parts`: what each surface of `MIXED` gives of it and the level one last, (10, cells)."""

    expected: Floats
    behind: Floats
    shape: Floats
    parts: Floats
    learnt: int
    """Past horizons the weights were found on; 0 when there were too few."""


@dataclass(frozen=True, slots=True)
class _Lesson:
    """One past horizon over the busiest cells: surfaces made before it (10, n), and what then came (n,)."""

    surfaces: Floats
    came: Floats
    spread: Floats


class Forecaster:
    """Moves through time, never back: `move` takes in what happened until a moment, `forecast` looks ahead from there,
    `learn` compares with what came. Knows only the events before its moment."""

    def __init__(self, events: Events, grid: Grid, cells: Ints, horizon: int) -> None:
        self.events = events
        self.grid = grid
        self.cells = cells
        self.horizon = horizon
        self._sums = np.zeros((len(MIXED), grid.size))
        self._squares = np.zeros(len(MIXED))
        self._done = 0
        self._now: int | None = None
        self._lessons: deque[_Lesson] = deque(maxlen=MOST_LESSONS)
        self._weights: Floats | None = None
        self._factor = 1.0
        self._unused = 0

    def move(self, now: int) -> None:
        """Take in the events before `now` (seconds as in `Events.at`)."""
        if self._now is not None:
            fades = np.array([0.5 ** ((now - self._now) / DAY / days) for days, _ in MIXED])
            self._sums *= fades[:, None]
            self._squares *= fades**2
        end = int(np.searchsorted(self.events.at, now))
        for begin in range(self._done, end, BATCH):
            self._take_in(slice(begin, min(begin + BATCH, end)), now)
        self._done, self._now = max(self._done, end), now

    def _take_in(self, part: slice, now: int) -> None:
        at, lat, lon = self.events.at[part], self.events.lat[part], self.events.lon[part]
        for number, (days, metres) in enumerate(MIXED):
            weights = np.exp2(-(now - at) / DAY / days)
            add_spread(self._sums[number], self.grid, lat, lon, weights, metres)
            self._squares[number] += float((weights**2).sum()) / _cells_touched(metres, self.grid.cell_m)

    def _surfaces(self) -> Floats:
        """Surfaces of sum 1 over the cells that count, the level one last: shape (10, cells)."""
        made = np.empty((len(MIXED) + 1, len(self.cells)))
        made[:-1] = self._sums[:, self.cells]
        made[:-1] /= np.maximum(made[:-1].sum(axis=1, keepdims=True), 1e-300)
        made[-1] = 1 / len(self.cells)
        return made

    def learn(self, came: Floats) -> None:
        """Take in what came in each cell within the horizon that began at the moment moved to; shape (cells,)."""
        surfaces = self._surfaces()
        busy = max(1, round(BUSIEST * len(self.cells)))
        top = np.argsort(-surfaces[:-1].sum(axis=0), kind="stable")[:busy]
        self._lessons.append(_Lesson(surfaces[:, top], came[top], self._spread()))
        self._unused += 1
        if self._unused >= AFRESH:
            self._weights = None

    def _spread(self) -> Floats:
        """How much one event weighs in each surface, on average, as a share of the surface; shape (10,)."""
        sums = self._sums[:, self.cells].sum(axis=1)
        each = np.divide(self._squares, sums**2, out=np.ones(len(sums)), where=sums > 0)
        return np.append(each, 1 / len(self.cells))

    @property
    def learnt(self) -> int:
        """Horizons the weights rest on."""
        return len(self._lessons) if len(self._lessons) >= LEAST_LESSONS else 0

    def forecast(self) -> Forecast:
        """Expected numbers from the moment moved to, for one horizon."""
        if self._weights is None:
            self._fit()
        assert self._weights is not None  # noqa: S101 - set just above
        surfaces = self._surfaces()
        expected, behind = _behind(surfaces, self._weights, self._spread())
        parts = surfaces * self._weights[:, None]
        return Forecast(expected, behind, behind * self._factor, parts, self.learnt)

    def _fit(self) -> None:
        lessons = list(self._lessons)
        self._unused = 0
        if not self.learnt:
            self._weights = self._plain()
            self._factor = 1.0
            return
        weights = mixture_weights(lessons)
        came = sum(float(one.came.sum()) for one in lessons[-LEAST_LESSONS:])
        said = sum(float(weights @ one.surfaces.sum(axis=1)) for one in lessons[-LEAST_LESSONS:])
        weights *= came / said if came and said else 1.0
        weights[-1] = max(weights[-1], 1e-3 * weights.sum())  # nowhere is nothing possible
        self._weights = weights
        self._factor = _best_factor(lessons, weights)

    def _plain(self) -> Floats:
        """All surfaces alike, at the pace of the last half-lives of 180 days."""
        span = 180 * DAY / np.log(2)
        pace = float(self._sums[1, self.cells].sum()) * self.horizon / span
        weights = np.full(len(MIXED) + 1, 0.99 * pace / len(MIXED))
        weights[-1] = 0.01 * pace
        return weights


def mixture_weights(lessons: list[_Lesson]) -> Floats:
    """Weights of the surfaces, shape (10,), under which what came was most likely; only where it fell counts."""
    rows, came = [], []
    masses = np.zeros(len(lessons[0].surfaces))
    for one in lessons:
        mass = np.maximum(one.surfaces.sum(axis=1), 1e-300)
        some = one.came > 0
        rows.append((one.surfaces[:, some] / mass[:, None]).T)
        came.append(one.came[some])
        masses += mass / len(lessons)
    shares, counts = np.vstack(rows), np.concatenate(came)
    weights = np.full(len(masses), 1 / len(masses))
    if counts.sum() == 0:
        return weights
    for _ in range(ROUNDS):
        each = shares * weights
        each /= np.maximum(each.sum(axis=1, keepdims=True), 1e-300)
        weights = counts @ each / counts.sum()
    return np.asarray(weights / masses)


def _behind(surfaces: Floats, weights: Floats, spread: Floats) -> tuple[Floats, Floats]:
    """Expected numbers and effective events behind them: mean squared over variance. The surfaces see the same events,
    so their deviations are added as if they always erred together."""
    parts = surfaces * weights[:, None]
    expected = parts.sum(axis=0)
    deviation = np.sqrt(parts * (weights * spread)[:, None]).sum(axis=0)
    return expected, expected**2 / np.maximum(deviation**2, 1e-300)


def _cells_touched(metres: float, cell_m: float) -> float:
    """Over how many cells an event counts as spread: one over the sum of its squared shares, at the middle of a cell."""
    reach = reach_of(metres, cell_m)
    if not reach:
        return 1.0
    steps = np.arange(-reach, reach + 1)
    shares = np.exp(-0.5 * (steps * cell_m / metres) ** 2)
    shares /= shares.sum()
    return float(1 / (shares**2).sum() ** 2)


def _best_factor(lessons: list[_Lesson], weights: Floats) -> float:
    """Factor of the shape under which what came was most likely (negative binomial)."""
    said, behind, came = [], [], []
    for one in lessons:
        expected, events = _behind(one.surfaces, weights, one.spread)
        said.append(expected)
        behind.append(events)
        came.append(one.came)
    mean, events, counts = np.concatenate(said), np.concatenate(behind), np.concatenate(came)
    return float(max(FACTORS, key=lambda factor: _likelihood(counts, mean, events * factor)))


def _likelihood(counts: Floats, mean: Floats, shape: Floats) -> float:
    likely: npt.NDArray[np.float64] = (
        gammaln(counts + shape)
        - gammaln(shape)
        + shape * np.log(shape / (shape + mean))
        + counts * np.log(mean / (shape + mean))
    )
    return float(likely.sum())
