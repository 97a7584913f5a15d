"""Which rows share a key: a cell of the map, a known place, an area, a word. Kept sorted in pieces that grow.

A piece holds its rows by key: sorted keys, where each begins, and the rows. New rows wait in a small open list; when that
is full it becomes a piece, and a piece as large as the one before it is joined with it. So a look-up reads few pieces,
and adding a row costs its share of a few sorts. What a look-up gives does not depend on how the pieces came about.
Method: the logarithmic method for growing sorted sets (J. L. Bentley and J. B. Saxe, J. Algorithms 1 (1980), 301-358).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from fengqiao.algorithms.growing import Growing

OPEN = 4_000  # entries that wait unsorted

Array = npt.NDArray[Any]


@dataclass(slots=True)
class _Piece:
    keys: Array
    begins: Array
    rows: Array


class Blocks:
    """Rows (int32) by key (uint32); a key may have any number of rows."""

    def __init__(self) -> None:
        self._pieces: list[_Piece] = []
        self._clear()

    def _clear(self) -> None:
        self._keys, self._rows = Growing(np.uint32), Growing(np.int32)

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays."""
        held = sum(one.keys.nbytes + one.begins.nbytes + one.rows.nbytes for one in self._pieces)
        return held + self._keys.nbytes + self._rows.nbytes

    def add(self, row: int, keys: Array) -> None:
        """Put a row under keys."""
        self._keys.extend(keys)
        self._rows.extend(np.full(len(keys), row, dtype=np.int32))
        if len(self._keys.view) >= OPEN:
            self._settle()

    def find(self, keys: Sequence[int]) -> Array:
        """All rows under any of the keys; one under several comes several times."""
        found = [rows for _, rows in self._stretches(np.array(sorted(set(keys)), dtype=np.uint32))]
        return np.concatenate(found) if found else np.empty(0, dtype=np.int32)

    def sums(self, keys: Array, weights: Array, size: int) -> Array:
        """For each of `size` rows the sum of the weights of its keys; `keys` sorted, none twice."""
        found = list(self._stretches(keys))
        if not found:
            return np.zeros(size)
        of = np.concatenate([at for at, _ in found])
        rows = np.concatenate([rows for _, rows in found])
        sums: Array = np.bincount(rows, weights=weights[of], minlength=size)
        return sums

    def _stretches(self, wanted: Array) -> Iterator[tuple[Array, Array]]:
        """Places in `wanted` and the rows found there."""
        if not len(wanted):
            return
        waiting = self._keys.view
        at = np.minimum(np.searchsorted(wanted, waiting), len(wanted) - 1)
        hit = wanted[at] == waiting
        yield at[hit], self._rows.view[hit]
        for piece in self._pieces:
            at = np.minimum(np.searchsorted(piece.keys, wanted), len(piece.keys) - 1)
            order = np.flatnonzero(piece.keys[at] == wanted)
            low = piece.begins[at[order]]
            count = piece.begins[at[order] + 1] - low
            place = np.repeat(low - (np.cumsum(count) - count), count)
            place += np.arange(len(place))
            yield np.repeat(order, count), piece.rows[place]

    def _settle(self) -> None:
        keys, rows = self._keys.view.copy(), self._rows.view.copy()
        self._clear()
        while self._pieces and len(self._pieces[-1].rows) <= 2 * len(rows):
            last = self._pieces.pop()
            keys = np.concatenate([np.repeat(last.keys, np.diff(last.begins)), keys])
            rows = np.concatenate([last.rows, rows])
        order = np.argsort(keys, kind="stable")
        keys, rows = keys[order], rows[order]
        begins = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
        self._pieces.append(_Piece(keys[begins], np.append(begins, len(keys)), rows))
