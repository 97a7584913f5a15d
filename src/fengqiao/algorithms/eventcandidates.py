"""Which of many reports are worth comparing: near in place and time, or with rare words where a point is missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from fengqiao.algorithms.sameevent import Doc

CELL = 350.0  # metres; reports with points further apart are not compared
DAYS = 30.0
WORD_DAYS = 15.0  # where words alone bring two reports together
RARE = 0.002  # a rare word: in at most this share of the reports ...
RARE_AT_LEAST = 30  # ... or in so many
CROWDED = 150  # in a full cell and stretch of time a report is compared with so many after it
DEGREE = 111_195.0
_ROW, _COLUMN = 1 << 42, 1 << 20

Array = npt.NDArray[Any]
Pairs = tuple[Array, Array]


class Where:
    """Places and times of reports as arrays: degrees (NaN for none), hours, numbers of places and areas (-1 for none)."""

    def __init__(self, docs: Sequence[Doc]) -> None:
        size = len(docs)
        pointed = [one.lat is not None and one.lon is not None for one in docs]
        self.lats = np.array(
            [one.lat if has else np.nan for one, has in zip(docs, pointed, strict=True)], float
        )
        self.lons = np.array(
            [one.lon if has else np.nan for one, has in zip(docs, pointed, strict=True)], float
        )
        self.hours = np.fromiter((one.at.timestamp() / 3600 for one in docs), dtype=np.float64, count=size)
        self.places = _numbered([one.place for one in docs])
        self.areas = _numbered([one.area for one in docs])
        self.pointed = np.array(pointed, dtype=np.bool_)

    def metres(self, first: Array, second: Array) -> Array:
        """Metres between reports, on a flat map; NaN where a point is missing."""
        north = (self.lats[first] - self.lats[second]) * DEGREE
        east = (self.lons[first] - self.lons[second]) * DEGREE * np.cos(np.radians(self.lats[first]))
        metres: Array = np.hypot(north, east)
        return metres

    def gap(self, first: Array, second: Array) -> Array:
        """Hours between reports."""
        gap: Array = np.abs(self.hours[first] - self.hours[second])
        return gap


def candidates(where: Where, rows: Any) -> Pairs:
    """Pairs of rows, the lesser first, none twice. `rows`: texts by features."""
    found = [_near(where), _in_area(where), _worded(where, rows)]
    first = np.concatenate([np.minimum(*one) for one in found]).astype(np.int64)
    second = np.concatenate([np.maximum(*one) for one in found]).astype(np.int64)
    keys = np.unique(first * len(where.hours) + second)
    return keys // max(1, len(where.hours)), keys % max(1, len(where.hours))


def cells(where: Where, rows: Array, size: float) -> tuple[Array, Array]:
    """Row and column on a flat grid; the width of a column follows the middle of all points."""
    wide = DEGREE * max(0.01, float(np.cos(np.radians(np.median(where.lats[rows]))))) if len(rows) else DEGREE
    north = np.floor(where.lats[rows] * DEGREE / size).astype(np.int64)
    return north, np.floor(where.lons[rows] * wide / size).astype(np.int64)


def _near(where: Where) -> Pairs:
    rows = np.flatnonzero(where.pointed)
    north, east = cells(where, rows, CELL * 1.15)
    stretch = np.floor(where.hours[rows] / (24 * DAYS)).astype(np.int64)
    if len(stretch):
        stretch -= stretch.min()
    keys = (north * _COLUMN + east) * 4096 + stretch * 2
    steps = [0, *(4096 * one for one in (1, _COLUMN - 1, _COLUMN, _COLUMN + 1))]
    steps += [4096 * (a * _COLUMN + b) + 2 for a in (-1, 0, 1) for b in (-1, 0, 1)]
    first, second = _joined(keys, where.hours[rows], steps)
    first, second = rows[first], rows[second]
    kept = (where.gap(first, second) <= 24 * DAYS) & (where.metres(first, second) <= CELL)
    return first[kept], second[kept]


def _in_area(where: Where) -> Pairs:
    rows = np.flatnonzero(where.areas >= 0)
    stretch = np.floor(where.hours[rows] / (24 * WORD_DAYS)).astype(np.int64)
    if len(stretch):
        stretch -= stretch.min()
    first, second = _joined(where.areas[rows].astype(np.int64) * 8192 + stretch, where.hours[rows], [0, 1])
    first, second = rows[first], rows[second]
    kept = ~(where.pointed[first] & where.pointed[second]) & (where.gap(first, second) <= 24 * WORD_DAYS)
    return first[kept], second[kept]


def _worded(where: Where, rows: Any) -> Pairs:
    loose = np.flatnonzero(~where.pointed)
    if not len(loose):
        return loose, loose
    used = np.asarray(rows.sum(axis=0)).ravel()
    rare = sparse.diags((used <= max(RARE_AT_LEAST, RARE * rows.shape[0])).astype(np.float32))
    kept = rows @ rare
    kept.eliminate_zeros()
    shared = (kept[loose] @ kept.T).tocoo()
    first, second = loose[shared.row], shared.col
    good = (first != second) & (where.gap(first, second) <= 24 * WORD_DAYS)
    return first[good], second[good]


def _joined(keys: Array, hours: Array, steps: Sequence[int]) -> Pairs:
    """Pairs whose keys differ by one of the steps; of a crowd those after it in time, and no more than 150 a step."""
    order = np.lexsort((hours, keys))
    ordered = keys[order]
    firsts, seconds = [], []
    for step in steps:
        low = np.arange(1, len(keys) + 1) if step == 0 else np.searchsorted(ordered, ordered + step, "left")
        high = np.searchsorted(ordered, ordered + step, "right")
        count = np.minimum(np.maximum(high - low, 0), CROWDED)
        begins = np.cumsum(count) - count
        firsts.append(order[np.repeat(np.arange(len(keys)), count)])
        seconds.append(order[np.repeat(low - begins, count) + np.arange(int(count.sum()))])
    return np.concatenate(firsts), np.concatenate(seconds)


def _numbered(names: Sequence[str | None]) -> Array:
    known: dict[str, int] = {}
    return np.array(
        [-1 if one is None else known.setdefault(one, len(known)) for one in names], dtype=np.int64
    )
