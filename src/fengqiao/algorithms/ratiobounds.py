"""The ratio of two levels that are each known only as well as their counts and usual swings allow.

A count of k, with ``ADDED`` to it, stands for a gamma about it; a swing of a makes it worth k / (1 + a k) cases. The
ratio of two such gammas is mixed over the belief in a. Exact where chance alone is at work (a beta) and where swings
alone are (an F), close between; benchmarks/comparison.py measures how close.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from fengqiao.algorithms.comparisonfaults import Doubles
from fengqiao.algorithms.dispersion import Dispersion

TAIL = 0.025
"""What an interval leaves on either side."""
ADDED = 0.5
"""Cases added to each count, after Jeffreys."""
_REACH = 40.0  # in logarithms of the ratio
_STEPS = 31  # halvings of it: below 1e-7


def worth(count: Doubles, dispersion: Dispersion, concentration: Doubles | float = 1.0) -> Doubles:
    """How many cases each count is worth: a row a count, a column a value of the belief.

    ``concentration``: how much of the swing remains in a sum over places that swing each for itself, from 1 (one place)
    down to 1 / places.
    """
    swing = np.array(dispersion.values) * np.atleast_1d(concentration)[:, None]
    found: Doubles = count[:, None] / (1 + swing * count[:, None])
    return found


def mixed_bounds(
    middle: Doubles, above: Doubles, under: Doubles, dispersion: Dispersion
) -> tuple[Doubles, Doubles, Doubles]:
    """95 % bounds of ratios about exp(``middle``), whose two sides are worth ``above`` and ``under`` cases, and the
    two-sided chance of a ratio so far from 1."""
    from scipy.special import betainc

    weights, stretch = np.array(dispersion.weights), above / under

    def below(place: Doubles) -> Doubles:
        """The belief that the logarithm of the ratio lies below the middle plus ``place``."""
        odds = np.exp(place)[:, None] * stretch
        found: Doubles = betainc(above, under, odds / (1 + odds)) @ weights
        return found

    low, high = (np.exp(middle + _bisected(below, tail, len(middle))) for tail in (TAIL, 1 - TAIL))
    same = below(np.clip(-middle, -_REACH, _REACH))
    return low, high, np.clip(2 * np.minimum(same, 1 - same), 0.0, 1.0)


def _bisected(below: Callable[[Doubles], Doubles], wanted: float, many: int) -> Doubles:
    """Where a rising function reaches ``wanted``, each place for itself."""
    left, right = np.full(many, -_REACH), np.full(many, _REACH)
    for _ in range(_STEPS):
        middle = (left + right) / 2
        under = below(middle) < wanted
        left, right = np.where(under, middle, left), np.where(under, right, middle)
    found: Doubles = (left + right) / 2
    return found
