"""How much more counts of like periods swing than chance alone, learnt from the station's own history.

Question: with the same underlying level, how far apart do two periods lie? Chance alone (Poisson) gives a variance equal
to the mean; weather, holidays and campaigns give more. The model is the negative binomial: variance = mean + a mean²,
so the level of a period swings by a share of about the square root of a.
Method: each series of like periods has a level of its own; for each value of a on a grid the likelihood of the history,
levels profiled out with the adjustment of Cox and Reid (1987, as used for few counts by Robinson and Smyth, 2008). What
comes out is not one value but a belief over values: few periods leave much room, and every interval made with it is
wider for it. The belief begins flat in the logarithm of variance over mean, with some weight on "chance alone".
Sources: D. R. Cox and N. Reid, JRSS B 49 (1987), 1-39; M. D. Robinson and G. K. Smyth, Biostatistics 9 (2008), 321-332.
Limits: the past is taken to swing as the present does. A trend within a series counts as swing, which is cautious.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from math import isfinite, log1p, sqrt

import numpy as np
import numpy.typing as npt

from fengqiao.algorithms.comparisonfaults import ComparisonError, Doubles, counts, denominators
from fengqiao.algorithms.sentences import sentence

LEAST_FREEDOM = 4
"""Periods beyond the first of each series below which nothing is said of swings."""
_MOST = 3.0  # the largest a considered: a level that swings by 170 %
_NODES, _FINE = 40, 24
_CHANCE_ALONE = (
    8.0  # weight of "no swing" in steps of the coarse grid; set by simulation, see the page in docs
)
_USUAL = 1.0  # beyond this a is believed less and less
_FAR = 18.0  # log-likelihood below the best at which a value is no longer looked at


@dataclass(frozen=True, slots=True)
class Dispersion:
    """A belief over a in variance = mean + a mean²: ``values`` with ``weights`` that sum to 1.

    ``periods`` is how many counts it was learnt from, ``level`` their mean; both 0 where it was given, not learnt.
    """

    values: tuple[float, ...]
    weights: tuple[float, ...]
    periods: int = 0
    level: float = 0.0

    @classmethod
    def known(cls, value: float) -> Dispersion:
        """One value of a, taken as certain. Raises ComparisonError for a negative one and for none at all."""
        if not (isfinite(value) and value >= 0):
            raise ComparisonError(sentence("起落的大小要是 0 或正数"), "bad_dispersion")
        return cls((float(value),), (1.0,))

    def widened(self, by: float) -> Dispersion:
        """The same with a variance of ``by`` (of the level's logarithm) more, for what else is unsure."""
        return replace(self, values=tuple(value + by for value in self.values))

    def scaled(self, by: float) -> Dispersion:
        """The same with swings of ``by`` times the variance, for what was fitted beside them."""
        return replace(self, values=tuple(value * by for value in self.values))

    @property
    def typical(self) -> float:
        """The mean of the belief."""
        return float(np.dot(self.values, self.weights))

    @property
    def swing(self) -> float:
        """By what share the level of a period usually lies above or below: 0.2 is 20 %."""
        return sqrt(self.typical)


@dataclass(frozen=True, slots=True)
class _History:
    """All series in one row: counts, relative sizes of their periods, and which series each belongs to."""

    counts: Doubles
    sizes: Doubles
    starts: npt.NDArray[np.int64]
    expected: Doubles


def dispersion_of(
    series: Iterable[Sequence[float]], *, sizes: Iterable[Sequence[float]] | None = None
) -> Dispersion:
    """The swings of a history. Each series holds counts of like periods (the Januaries of five years; a place's months).

    ``sizes``: for each count how large it would be expected beside the others of its series (days, households, a common
    trend); equal where not given. Series of one count or of nothing but noughts say nothing and are passed over.
    Raises ComparisonError for wrong numbers and where the history is too short.
    """
    history = _gathered(series, sizes)
    middle = max(float(history.counts.mean()), 0.5)
    top = log1p(_MOST * middle)
    coarse = np.linspace(0.0, top, _NODES)
    step = float(coarse[1])
    likely = _likelihood(history)

    def belief(places: Doubles) -> Doubles:
        values = np.expm1(places) / middle
        found: Doubles = likely(values) - np.log1p((values / _USUAL) ** 2)
        return found

    seen = belief(coarse)
    near = np.flatnonzero(seen > seen.max() - _FAR)
    low, high = coarse[max(near[0] - 1, 0)], coarse[min(near[-1] + 1, _NODES - 1)]
    fine = np.linspace(low, high, _FINE)
    said = belief(fine)
    weights = np.exp(said - said.max())
    if low == 0.0:
        weights[0] *= _CHANCE_ALONE * step / float(fine[1] - fine[0])
    kept = weights > weights.max() * 1e-8
    weights = weights[kept] / weights[kept].sum()
    values = np.expm1(fine[kept]) / middle
    return Dispersion(
        tuple(values.tolist()), tuple(weights.tolist()), len(history.counts), float(history.counts.mean())
    )


def _gathered(series: Iterable[Sequence[float]], sizes: Iterable[Sequence[float]] | None) -> _History:
    rows = [counts(one, sentence("历史数据")) for one in series]
    shares = [np.ones(len(row)) for row in rows] if sizes is None else [denominators(one) for one in sizes]
    if len(shares) != len(rows) or any(len(a) != len(b) for a, b in zip(rows, shares, strict=True)):
        raise ComparisonError(sentence("历史数据和分母的行数不一样，请一期一行对齐"), "unequal_length")
    used = [(row, size) for row, size in zip(rows, shares, strict=True) if len(row) > 1 and row.sum() > 0]
    lengths = np.array([len(row) for row, _ in used], dtype=np.int64)
    freedom = int(lengths.sum() - len(used))
    if freedom < LEAST_FREEDOM:
        raise ComparisonError(
            sentence(
                "历史太短，看不出平常的起落：至少要 %(n)s 期同样长短、不全是 0 的数，请补齐或不用历史",
                n=LEAST_FREEDOM + 1,
            ),
            "short_history",
        )
    flat, size = np.concatenate([row for row, _ in used]), np.concatenate([one for _, one in used])
    starts = np.cumsum(lengths) - lengths
    levels = np.add.reduceat(flat, starts) / np.add.reduceat(size, starts)
    return _History(flat, size, starts, np.repeat(levels, lengths) * size)


def _likelihood(history: _History) -> Callable[[Doubles], Doubles]:
    """The adjusted log-likelihood of the history for values of a, but for a constant."""
    from scipy.special import betaln, gammaln

    seen, often = np.unique(history.counts[history.counts > 0], return_counts=True)
    mean, starts = history.expected, history.starts

    def one(value: float) -> float:
        spread = 1 + value * mean
        known = np.add.reduceat(mean / spread, starts)
        if value == 0.0:
            return float(-mean.sum() - np.log(known).sum() / 2)
        size = 1 / value
        rising = gammaln(seen) - betaln(seen, size) + seen * np.log(value)
        told = np.dot(rising, often) - np.dot(history.counts + size, np.log1p(value * mean))
        return float(told - np.log(known).sum() / 2)

    return lambda values: np.array([one(float(value)) for value in values])
