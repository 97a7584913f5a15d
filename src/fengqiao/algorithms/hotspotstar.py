"""Getis and Ord's Gi*: where high counts lie together more than chance would have it. For maps of significance only.

Question: is the sum over a cell and its neighbours higher than in a map where the same counts are shuffled?
Method: z = (sum w x - mean W) / (s sqrt((n S - W^2) / (n - 1))) with weights 1 within `reach_m` and for the cell, s the
deviation of all n counts over n, W the sum and S the sum of squares of the weights; a hot spot is significant where the
upper tail survives Benjamini and Hochberg at 5 % over all cells. It never ranks: it says "together", not "how many".
Sources: Ord and Getis, Geographical Analysis 27 (1995), 286-306; Benjamini and Hochberg 1995.
Limits: counts are taken as exchangeable; where few people live, low counts are no finding.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from fengqiao.algorithms.hotspotgrid import Floats

FALSE_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class Significance:
    """`z` and one-sided `p` of each cell, shape (rows, columns), not a number outside the map; `hot`: significant."""

    z: Floats
    p: Floats
    hot: npt.NDArray[np.bool_]


def gi_star(
    counts: Floats, cell_m: float, reach_m: float, inside: npt.NDArray[np.bool_] | None = None
) -> Significance:
    """Gi* of counts on a grid, shape (rows, columns); `inside` marks the cells that belong to the map, default all.

    Neighbours are cells whose middles lie within `reach_m` metres. Where all counts are equal, or a cell's
    neighbours are the whole map, z is 0: nothing stands out.
    """
    belongs = np.ones(counts.shape, dtype=np.bool_) if inside is None else inside
    values = np.where(belongs, counts, 0.0)
    number = int(belongs.sum())
    sums, weights = _over_neighbours(values, belongs, reach_m / cell_m)
    mean = values.sum() / max(number, 1)
    deviation = np.sqrt(max(float((np.where(belongs, counts - mean, 0.0) ** 2).sum()) / max(number, 1), 0.0))
    spread = np.sqrt(np.maximum((number * weights - weights**2) / max(number - 1, 1), 0.0)) * deviation
    z = np.divide(sums - mean * weights, spread, out=np.zeros(counts.shape), where=spread > 0)
    z = np.where(belongs, z, np.nan)
    p = ndtr(-z)
    return Significance(z, p, _survivors(p, belongs))


def _over_neighbours(values: Floats, belongs: npt.NDArray[np.bool_], reach: float) -> tuple[Floats, Floats]:
    """Sums of values and of ones over each cell and its neighbours; added cell by cell, so whole counts stay whole."""
    steps = floor(reach + 1e-9)
    rows, columns = values.shape
    wide = np.zeros((2, rows + 2 * steps, columns + 2 * steps))
    middle = (slice(steps, steps + rows), slice(steps, steps + columns))
    wide[0][middle], wide[1][middle] = values, belongs
    total = np.zeros((2, rows, columns))
    for dy in range(-steps, steps + 1):
        for dx in range(-steps, steps + 1):
            if dy * dy + dx * dx <= reach * reach + 1e-9:
                total += wide[:, steps + dy : steps + dy + rows, steps + dx : steps + dx + columns]
    return total[0], total[1]


def _survivors(p: Floats, belongs: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    known = np.sort(p[belongs])
    limits = FALSE_SHARE * np.arange(1, len(known) + 1) / max(len(known), 1)
    passed = np.flatnonzero(known <= limits)
    if not len(passed):
        return np.zeros(p.shape, dtype=np.bool_)
    return np.asarray(belongs & (p <= known[passed[-1]]))
