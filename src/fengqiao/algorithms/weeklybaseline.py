"""What a week usually brings: level, trend and season of many series of weekly counts at once.

Method: for each series a log-linear mean with level, trend and a yearly wave, fitted by iterated weighted least squares;
variance is a multiple of the mean, at least the mean. Weeks that were far above are believed less in a second fit (after
Farrington et al. 1996 and Noufaily et al. 2013), so that an outbreak of last year does not hide this year's. The latest
weeks are left out: what is only beginning shall not count as usual.
With less than two years only the level is fitted: a season seen once cannot be told from a trend.
Sources: C. P. Farrington et al., JRSS A 159 (1996), 547-563; A. Noufaily et al., Statistics in Medicine 32 (2013),
1206-1222.
Limits: one wave a year fits no feast that moves through the calendar; weeks around the Spring Festival may alarm.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fengqiao.algorithms.comparisonfaults import Doubles

YEAR = 365.2425 / 7
"""Weeks in a year."""
TWO_YEARS = 104
_ROUNDS, _ROUNDS_AGAIN = 3, 2
_FAR = 2.58  # standardised residual from which a week is believed less
_LEAST_RATE = 0.5  # cases added over the whole history, so that a series of noughts has a level too
_HIGHEST = 25.0  # the logarithm of a mean beyond which nothing is reckoned


@dataclass(frozen=True, slots=True)
class Baseline:
    """For each series (row) and each week asked for (column): the ``mean`` expected, ``excess`` the variance over the
    mean that a new count has about it, what is unsure about the mean included."""

    mean: Doubles
    excess: Doubles


def baseline(history: Doubles, ahead: npt.NDArray[np.int64]) -> Baseline:
    """Fit ``history`` (a row a series, a column a week, oldest first) and reckon the weeks ``ahead`` of its end."""
    weeks = history.shape[1]
    past, future = _design(np.arange(weeks), weeks), _design(weeks - 1 + ahead, weeks)
    pairs = _pairs(past)
    raised = history + _LEAST_RATE / weeks
    found = np.ones((len(history), weeks))
    level = raised.mean(axis=1, keepdims=True)
    mean = (raised + level) / 2
    for step in range(_ROUNDS + _ROUNDS_AGAIN):
        if step == _ROUNDS:
            found = _believed(raised, mean, pairs)
        inner = _inner(found * mean, pairs)
        answer = found * (mean * np.log(mean) + raised - mean) @ past
        rates = np.linalg.solve(inner, answer[:, :, None])[:, :, 0]
        mean = np.exp(np.clip(rates @ past.T, -_HIGHEST, _HIGHEST))
    spread = _spread(raised, mean, found, past.shape[1])
    inner = _inner(found * mean, pairs)
    most = np.maximum(history.max(axis=1, keepdims=True), level)
    coming = np.minimum(np.exp(np.clip(rates @ future.T, -_HIGHEST, _HIGHEST)), most)
    unsure = spread * _leverage(inner, _pairs(future))
    return Baseline(coming, spread + unsure * coming)


def _design(at: npt.NDArray[np.int64], weeks: int) -> Doubles:
    """Columns of the mean's logarithm: level, and where two years are known trend and a yearly wave."""
    ones = np.ones(len(at))
    if weeks < TWO_YEARS:
        return ones[:, None]
    turn = 2 * np.pi * at / YEAR
    return np.column_stack([ones, 2 * at / weeks - 1, np.cos(turn), np.sin(turn)])


def _pairs(design: Doubles) -> Doubles:
    """Products of each two columns, a row a week."""
    found: Doubles = (design[:, :, None] * design[:, None, :]).reshape(len(design), -1)
    return found


def _inner(weights: Doubles, pairs: Doubles) -> Doubles:
    """The weighted inner products of the columns, a matrix a series; a hair of ridge keeps them solvable."""
    columns = round(pairs.shape[1] ** 0.5)
    found = (weights @ pairs).reshape(-1, columns, columns)
    ridge: Doubles = found + np.eye(columns) * 1e-9
    return ridge


def _leverage(inner: Doubles, pairs: Doubles) -> Doubles:
    """Variance of the mean's logarithm in each week, for a spread of 1."""
    found: Doubles = np.linalg.inv(inner).reshape(len(inner), -1) @ pairs.T
    return found


def _spread(raised: Doubles, mean: Doubles, found: Doubles, columns: int) -> Doubles:
    """Variance over mean of each series, at least 1."""
    chi = (found * (raised - mean) ** 2 / mean).sum(axis=1, keepdims=True)
    spread: Doubles = np.maximum(chi / max(raised.shape[1] - columns, 1), 1.0)
    return spread


def _believed(raised: Doubles, mean: Doubles, pairs: Doubles) -> Doubles:
    """Weights of the weeks: 1, but less the further a week lies above; with a mean of 1 for each series."""
    spread = _spread(raised, mean, np.ones_like(mean), round(pairs.shape[1] ** 0.5))
    held = np.minimum(mean * _leverage(_inner(mean, pairs), pairs), 0.9)
    root = np.cbrt(mean)
    far = 1.5 * (np.cbrt(raised) ** 2 - root**2) / np.sqrt(root * spread * (1 - held))
    weights = np.where(far > _FAR, 1 / np.maximum(far, 1.0) ** 2, 1.0)
    scaled: Doubles = weights * (weights.shape[1] / weights.sum(axis=1, keepdims=True))
    return scaled
