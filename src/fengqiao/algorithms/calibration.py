"""Honest confidence: from scores of texts a model has not seen to chances that come true as often as they say.

Method: a softmax over scaled and shifted scores by least negative log-likelihood (after Platt 1999 and Guo et al. 2017).
Where there are texts enough for a number per pair of labels, each label's score also takes a little of every other's
(matrix scaling, Guo et al. 2017), pulled towards none: so two labels that speak together are told apart by what both
say. Mixing is linear, as the model is; it is worked into the weights and costs nothing at use.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fengqiao.algorithms.linear import Floats

SHY = 0.02  # pull of the shifts towards nought
APART = 0.1  # pull of the mixing towards none; chosen by likelihood on folds of training rows, .03 to .3 are as good
STEPS = 2_000

Doubles = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Honest:
    """What makes scores honest: `scale * (scores @ mixing) + shift`."""

    scale: float
    shift: Floats
    mixing: Doubles


def honest(scores: Doubles, truth: Ints) -> Honest:
    """Fitted on scores (one row a text, one column a label) of texts the scoring model had not seen."""
    labels = scores.shape[1]
    own = np.eye(labels)[truth]
    scale, shift = _scaled(scores, own)
    mixing = np.eye(labels)
    if labels * labels <= len(truth):
        shift, mixing = _mixed(scores * scale, own, shift)
    return Honest(scale, shift.astype(np.float32), mixing)


def _scaled(scores: Doubles, own: Doubles) -> tuple[float, Doubles]:
    def loss(free: Doubles) -> tuple[float, Doubles]:
        scale, shift = np.exp(free[0]), free[1:]
        cost, gap = _cost(scores * scale + shift, own, shift)
        return cost, np.concatenate([[(gap * scores).sum() * scale], _slope(gap, shift)])

    best = _least(loss, np.r_[1.0, np.zeros(scores.shape[1])])
    return float(np.exp(best[0])), best[1:]


def _mixed(scores: Doubles, own: Doubles, begun: Doubles) -> tuple[Doubles, Doubles]:
    labels = scores.shape[1]

    def loss(free: Doubles) -> tuple[float, Doubles]:
        shift, taken = free[:labels], free[labels:].reshape(labels, labels)
        cost, gap = _cost(scores + scores @ taken + shift, own, shift)
        pull = APART / (2 * labels)
        slope = scores.T @ gap + 2 * pull * taken
        return cost + pull * float((taken**2).sum()), np.concatenate([_slope(gap, shift), slope.ravel()])

    best = _least(loss, np.r_[begun, np.zeros(labels * labels)])
    return best[:labels], np.eye(labels) + best[labels:].reshape(labels, labels)


def _cost(lifted: Doubles, own: Doubles, shift: Doubles) -> tuple[float, Doubles]:
    """Negative log-likelihood with the pull of the shifts, and its slope for each score."""
    chances = np.exp(lifted - lifted.max(axis=1, keepdims=True))
    chances /= chances.sum(axis=1, keepdims=True)
    likely = np.log(np.maximum((chances * own).sum(axis=1), 1e-300)).mean()
    return float(SHY * (shift**2).sum() / (2 * len(shift)) - likely), (chances - own) / len(own)


def _slope(gap: Doubles, shift: Doubles) -> Doubles:
    slope: Doubles = gap.sum(axis=0) + SHY * shift / len(shift)
    return slope


def _least(loss: Callable[[Doubles], tuple[float, Doubles]], begun: Doubles) -> Doubles:
    from scipy.optimize import minimize

    most = {"maxiter": STEPS, "maxfun": 2 * STEPS}
    best: Doubles = minimize(loss, begun, jac=True, method="L-BFGS-B", options=most).x
    return best
