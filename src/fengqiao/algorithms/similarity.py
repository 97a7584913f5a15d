"""Finding reports of the same event among many, one new report at a time.

`DuplicateIndex` holds reports in memory as plain arrays. Up to 20,000 of them a query looks at every report within the
window of time. Beyond, it looks at those near: in the cells of 600 m around the point, at the same known place, in the
same area where a point is missing; and, for reports without a point, at those that share rare words. The likeliest of
these by words, place and time are weighed in full as `sameevent` says.

All weights follow from what is held now, so an index that grew and lost reports answers like one built afresh from the
same rows. Suggestions only: a person links reports, and can undo it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from math import cos, floor, radians
from typing import Any

import numpy as np
import numpy.typing as npt

from fengqiao.algorithms.eventblocks import Blocks
from fengqiao.algorithms.eventstore import BITS, EventStore, name_number, named_numbers, number_of
from fengqiao.algorithms.sameevent import (
    CHANCE,
    LONG,
    STEEP,
    Doc,
    Match,
    judge,
    pair_score,
    traits,
    with_words,
)

__all__ = ["Doc", "Duplicate", "DuplicateIndex", "Match", "pair_score"]

WINDOW = timedelta(days=90)
FLOOR = 0.5
SWEEP_ALL = 20_000  # reports up to which every one is looked at
CELL = 600.0  # metres
RARE_ROWS = 10_000  # entries of rare words read for one query
MOST_NEAR = 1_000  # reports looked at in full cells and areas: those nearest in time
MOST_WORDED = 500  # reports looked at because of their words: those with most in common
WEIGHED = 16  # candidates whose words are compared with exact weights
PRIOR = 50  # reports thought of before the first one came, so that early weights are not wild
DEGREE = 111_195.0  # metres
_TOP = 1 << 31  # keys that are no words

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A report that may speak of the same event, and why."""

    id: str
    match: Match


class DuplicateIndex:
    """Reports held ready for comparison. Not for use from several threads at once."""

    def __init__(self, *, window: timedelta = WINDOW) -> None:
        """`window`: reports further apart in time are never proposed."""
        self._window = window.total_seconds()
        self._weights = np.zeros(1 << BITS, dtype=np.float32)
        self._clear()

    def _clear(self) -> None:
        self._rows = EventStore()
        self._blocks = Blocks()
        self._used = np.zeros(1 << BITS, dtype=np.int32)

    def __len__(self) -> int:
        return len(self._rows.ids)

    def __contains__(self, doc_id: object) -> bool:
        return isinstance(doc_id, str) and self._rows.ids.find(doc_id) is not None

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays of the index."""
        return self._rows.nbytes + self._blocks.nbytes + self._used.nbytes + self._weights.nbytes

    def add(self, doc: Doc) -> None:
        """Take a report in; one with the same id is replaced. Raises ValueError for a time without a zone."""
        if doc.at.tzinfo is None:
            raise ValueError("the time of a report needs a zone")
        self.remove(doc.id)
        self._enter(self._rows.append(doc, traits(doc)))

    def _enter(self, row: int) -> None:
        """Put a row of the store under its keys."""
        rows = self._rows
        features = rows.features_of(row)
        self._used[features] += 1
        keys = [_TOP | int(part.view[row]) for part in (rows.places, rows.areas) if part.view[row]]
        lat, lon = float(rows.lats.view[row]), float(rows.lons.view[row])
        if lat == lat:
            keys.append(_cell(*_grid(lat, lon)))
        self._blocks.add(row, np.concatenate([features, np.array(keys, dtype=np.uint32)]))

    def remove(self, doc_id: str) -> bool:
        """Take a report out again; False when it was not there."""
        row = self._rows.ids.remove(doc_id)
        if row is None:
            return False
        self._used[self._rows.features_of(row)] -= 1
        self._rows.gone.view[row] = True
        if len(self._rows) > 2 * len(self) + PRIOR:
            self._rebuild()
        return True

    def query(self, doc: Doc, *, k: int = 2, floor: float = FLOOR) -> list[Duplicate]:
        """At most `k` reports that may be of the same event with a score of at least `floor`, the likeliest first."""
        if not len(self):
            return []
        marks = traits(doc)
        names = named_numbers(marks)
        known = np.array(sorted(names), dtype=np.uint32)
        rows = self._near(doc, known) if len(self) > SWEEP_ALL else np.arange(len(self._rows))
        rows = self._likeliest(doc, known, self._open(doc, rows))
        found = []
        compared = zip(rows.tolist(), self._rows.docs(rows, doc), self._cosines(rows, known), strict=True)
        for row, (held, other), cosine in compared:
            if held.id != doc.id and cosine > 0:
                found.append((judge(doc, held, marks.marks, other, cosine=cosine), held.id, row))
        kept = sorted(
            (one for one in found if one[0].score >= floor), key=lambda one: (-one[0].score, one[1])
        )
        return [Duplicate(name, self._explained(match, doc, row, names)) for match, name, row in kept[:k]]

    def _open(self, doc: Doc, rows: Array) -> Array:
        """Of rows those still held and within the window."""
        gaps = np.abs(self._rows.times.view[rows] - doc.at.timestamp())
        kept: Array = rows[(gaps <= self._window) & ~self._rows.gone.view[rows]]
        return kept

    def _near(self, doc: Doc, known: Array) -> Array:
        """Rows near in place, or with rare words in common where a point is missing on either side."""
        keys = [_TOP | name_number(doc.place)] if doc.place is not None else []
        if doc.lat is not None and doc.lon is not None:
            keys += _around(doc.lat, doc.lon)
        near = self._blocks.find(keys)
        loose = self._blocks.find([_TOP | name_number(doc.area)] if doc.area is not None else [])
        worded = self._worded(known)
        if doc.lat is not None:
            loose, worded = (rows[np.isnan(self._rows.lats.view[rows])] for rows in (loose, worded))
        near = self._open(doc, np.unique(np.concatenate([near, loose])))
        gaps = np.abs(self._rows.times.view[near] - doc.at.timestamp())
        worded, times = np.unique(self._open(doc, worded), return_counts=True)
        return np.union1d(_least(near, gaps, MOST_NEAR), _least(worded, -times, MOST_WORDED))

    def _worded(self, known: Array) -> Array:
        """Rows with any of the rarest words, as many words as the sweep may cost."""
        used = self._used[known]
        order = np.lexsort((known, used))
        order = order[(used[order] > 0) & (np.cumsum(used[order]) <= RARE_ROWS)]
        return self._blocks.find(known[order].tolist())

    def _likeliest(self, doc: Doc, known: Array, rows: Array) -> Array:
        """The rows worth comparing with exact weights, by words (roughly weighed), place and time together."""
        if not len(rows):
            return rows
        shared = self._shared(known, rows)
        sizes = np.maximum(1, self._rows.sizes(rows) * max(1, len(known)))
        length = np.minimum(1, np.sqrt(sizes) / LONG) ** 0.6
        rough = shared / np.sqrt(sizes) / max(float(self._squares(known).mean()) if len(known) else 1.0, 1e-9)
        evidence = STEEP * np.log(np.maximum(rough * length / CHANCE, 1e-6)) + self._of_where(doc, rows)
        evidence -= 0.45 * np.log1p(np.abs(self._rows.times.view[rows] - doc.at.timestamp()) / 172_800)
        return _least(rows[shared > 0], -np.round(evidence[shared > 0], 6), WEIGHED)

    def _shared(self, known: Array, rows: Array) -> Array:
        """Sums of the squared weights of features that rows share with the report asked about."""
        if len(self) <= SWEEP_ALL:
            whole: Array = self._blocks.sums(known, self._squares(known), len(self._rows))[rows]
            return whole
        self._weights[known] = self._squares(known)
        features, begins = self._rows.spread(rows)
        shared = _sums(self._weights[features], begins, len(rows))
        self._weights[known] = 0
        return shared

    def _of_where(self, doc: Doc, rows: Array) -> Array:
        """Evidence of place as in `sameevent`, on a flat map."""
        same = (self._rows.places.view[rows] == name_number(doc.place)) & (doc.place is not None)
        if doc.lat is None or doc.lon is None:
            return np.where(same, 1.6, 0.0)
        north = (self._rows.lats.view[rows] - doc.lat) * DEGREE
        east = (self._rows.lons.view[rows] - doc.lon) * DEGREE * cos(radians(doc.lat))
        metres = np.hypot(north, east)
        near = np.where(np.isnan(metres), 0.0, 1.6 - 0.45 * np.log1p(metres / 60) ** 2)
        return np.where(same, 1.6, near)

    def _cosines(self, rows: Array, known: Array) -> list[float]:
        """Cosines of rows with the report asked about, by the weights of now."""
        if not len(rows):
            return []
        features, begins = self._rows.spread(rows)
        squares = self._squares(features)
        lengths = np.sqrt(_sums(squares, begins, len(rows)))
        weights = self._squares(known)
        self._weights[known] = weights
        shared = _sums(self._weights[features], begins, len(rows))
        self._weights[known] = 0
        own = float(weights.sum()) ** 0.5
        found: list[float] = np.minimum(1.0, shared / np.maximum(own * lengths, 1e-9)).tolist()
        return found

    def _explained(self, match: Match, doc: Doc, row: int, names: dict[int, str]) -> Match:
        shared = [one for one in self._rows.features_of(row).tolist() if one in names]
        weights = np.sqrt(self._squares(np.array(shared, dtype=np.uint32))).tolist()
        return with_words(
            match, doc, {names[one]: weight for one, weight in zip(shared, weights, strict=True)}
        )

    def _squares(self, features: Array) -> Array:
        """Squared weights of features: the rarer among the reports, the larger."""
        squares: Array = np.log(1 + (len(self) + PRIOR) / (self._used[features] + 1.0)) ** 2
        return squares

    def _rebuild(self) -> None:
        """Write the arrays anew without what was taken out."""
        before = self._rows
        self._clear()
        for row in np.flatnonzero(~before.gone.view).tolist():
            self._enter(self._rows.copy_row(before, row))


def _least(rows: Array, values: Array, most: int) -> Array:
    """The `most` rows with the least values, and all that equal the last of them: so their order never matters."""
    if len(rows) <= most:
        return rows
    kept: Array = rows[values <= np.partition(values, most)[most]]
    return kept


def _sums(values: Array, begins: Array, count: int) -> Array:
    """Sums over stretches of values; a stretch may be empty."""
    sums = np.zeros(count)
    some = np.flatnonzero(np.diff(begins, append=len(values)))
    if len(some):
        sums[some] = np.add.reduceat(values, begins[some])
    return sums


def _grid(lat: float, lon: float) -> tuple[int, int]:
    """The cell of a point: its row, and its column in that row."""
    row = floor(lat * DEGREE / CELL)
    wide = DEGREE * max(0.01, cos(radians((row + 0.5) * CELL / DEGREE)))
    return row, floor(lon * wide / CELL)


def _cell(row: int, column: int) -> int:
    return _TOP | number_of(f"{row},{column}", 31)


def _around(lat: float, lon: float) -> list[int]:
    """Keys of the cells that reach within one cell's width of a point."""
    found = []
    for step in (-1, 0, 1):
        row, column = _grid(lat + step * CELL / DEGREE, lon)
        found += [_cell(row, column + aside) for aside in (-1, 0, 1)]
    return found
