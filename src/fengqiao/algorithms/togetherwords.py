"""Which words are said of one event, learned from the reports themselves: no list, no labels.

Reports made within 120 m and a day of each other are mostly of one event; reports of the same cell of the map weeks
apart are of the same place and of anything. A pair of features that meets more often in the first than in the second
belongs together: 电梯 and 升降机, but not the name of the estate, which meets as often in both. The logarithm of that
ratio, where above nought, is a matrix whose leading singular vectors give every feature a place in a small space, and
every text the weighted mean of its features.
Source of the method: O. Levy and Y. Goldberg, Advances in Neural Information Processing Systems 27 (2014), 2177-2185;
the comparison with the same place at other times is the project's own.
Limits: it needs thousands of reports told more than once; with fewer it says nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.linalg import svds

SIZE = 48
FEATURES = 5_000
LEAST_USED = 5
LEAST_MET = 3
MOST_PAIRS = 60_000
LEAST_PAIRS = 500
BESIDE = 3  # pairs of other times for each pair
SMOOTH = 3.0
COMMON = 0.2

Array = npt.NDArray[Any]
Rows = Any


def places_of(rows: Rows, near: tuple[Array, Array], beside: tuple[Array, Array]) -> Array | None:
    """Unit vectors of texts (`rows`: texts by features). `near`, `beside`: pairs told together, and at other times.

    None when there are too few pairs to learn from.
    """
    if min(len(near[0]), len(beside[0])) < LEAST_PAIRS:
        return None
    used = np.asarray(rows.sum(axis=0)).ravel()
    chosen = np.flatnonzero((used >= LEAST_USED) & (used <= COMMON * rows.shape[0]))
    chosen = np.sort(chosen[np.lexsort((chosen, -used[chosen]))][:FEATURES])
    if len(chosen) <= SIZE:
        return None
    part = rows[:, chosen].tocsr()
    matrix = _together(part, near, beside)
    begin = np.full(len(chosen), len(chosen) ** -0.5)
    left, strength, _ = svds(matrix, k=SIZE, v0=begin)
    vectors = (left * np.sqrt(strength)).astype(np.float32)
    weights = np.log(1 + rows.shape[0] / used[chosen]).astype(np.float32)
    found = part @ (weights[:, None] * vectors)
    length = np.linalg.norm(found, axis=1, keepdims=True)
    unit: Array = found / np.maximum(length, 1e-6)
    return unit


def _together(part: Rows, near: tuple[Array, Array], beside: tuple[Array, Array]) -> Rows:
    met, other = _met(part, near).tocoo(), _met(part, beside).tocsr()
    met.data *= 1.0
    keep = met.data >= LEAST_MET
    row, column, count = met.row[keep], met.col[keep], met.data[keep]
    usual = np.asarray(other[row, column]).ravel() * (len(near[0]) / len(beside[0]))
    ratio = np.log((count + SMOOTH) / (usual + SMOOTH))
    above = ratio > 0
    size = part.shape[1]
    return sparse.csr_matrix((ratio[above], (row[above], column[above])), shape=(size, size))


def _met(part: Rows, pairs: tuple[Array, Array]) -> Rows:
    counts = part[pairs[0]].T @ part[pairs[1]]
    return counts + counts.T
