"""Cutting the ground into streets, communities, villages and grids.

Rectangles of cells are halved again and again along their longer side where the load balances, so every
part is connected; afterwards cells on the borders of the countryside change sides here and there, so that
boundaries do not look ruled. A cell changes only where both parts stay in one piece.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Rect:
    """Cells of rows ``top`` to ``bottom`` and columns ``left`` to ``right`` (ends excluded)."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def cells(self) -> int:
        """How many cells it has."""
        return (self.bottom - self.top) * (self.right - self.left)

    def of(self, array: Floats) -> Floats:
        """The part of a per-cell array."""
        return array[self.top : self.bottom, self.left : self.right]


def split(rect: Rect, parts: int, load: Floats, rng: np.random.Generator) -> list[Rect]:
    """``parts`` connected rectangles of about equal load. Raises ``ValueError`` with fewer cells than
    parts."""
    if rect.cells < parts:
        raise ValueError(f"{parts} 个网格放不进 {rect.cells} 个小格，请减少网格或加大面积")
    if parts == 1:
        return [rect]
    first, second, count = _halve(rect, parts, load, rng)
    return split(first, count, load, rng) + split(second, parts - count, load, rng)


def _halve(rect: Rect, parts: int, load: Floats, rng: np.random.Generator) -> tuple[Rect, Rect, int]:
    high, wide = rect.bottom - rect.top, rect.right - rect.left
    along_columns = wide >= high if wide != high else bool(rng.random() < 0.5)
    lines, across = (wide, high) if along_columns else (high, wide)
    count = parts // 2
    loads = rect.of(load).sum(axis=0 if along_columns else 1) + 1e-9
    target = loads.sum() * count / parts
    least, most = -(-count // across), lines - -(-(parts - count) // across)
    cut = int(np.argmin(np.abs(np.cumsum(loads) - target))) + 1
    cut = max(least, min(most, cut))
    if along_columns:
        middle = rect.left + cut
        first, second = (
            Rect(rect.top, rect.bottom, rect.left, middle),
            Rect(rect.top, rect.bottom, middle, rect.right),
        )
    else:
        middle = rect.top + cut
        first, second = (
            Rect(rect.top, middle, rect.left, rect.right),
            Rect(middle, rect.bottom, rect.left, rect.right),
        )
    return first, second, count


def label(rects: list[Rect], shape: tuple[int, int]) -> Ints:
    """Each cell's rectangle number."""
    labels = np.full(shape, -1, dtype=np.int64)
    for number, rect in enumerate(rects):
        labels[rect.top : rect.bottom, rect.left : rect.right] = number
    return labels


_SMOOTHINGS = 3
_RING = ((-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1))


def roughen(
    labels: Ints,
    coarser: list[Ints],
    loose: NDArray[np.bool_],
    rng: np.random.Generator,
    *,
    share: float = 0.35,
) -> Ints:
    """Labels with some ``loose`` cells on borders given to a neighbour part.

    ``coarser[k][part]`` is the number of the larger area a part belongs to (parents, their parents); all of
    them stay connected too. Parts never shrink below three cells.
    """
    work = _Roughening(labels.copy(), [np.arange(int(labels.max()) + 1), *coarser])
    rows, columns = labels.shape
    candidates = [(r, c) for r in range(1, rows - 1) for c in range(1, columns - 1) if loose[r, c]]
    for index in rng.permutation(len(candidates)):
        if rng.random() < share:
            work.give(*candidates[index], least=1, rng=rng)
    for _ in range(_SMOOTHINGS):  # single teeth go, wider steps stay
        for index in rng.permutation(len(candidates)):
            work.give(*candidates[index], least=3 if rng.random() < 0.5 else 2, rng=rng)
    return work.labels


class _Roughening:
    """Labels while cells change sides, with the sizes of the parts."""

    def __init__(self, labels: Ints, levels: list[Ints]) -> None:
        self.labels = labels
        self._levels = levels
        self._sizes = np.bincount(labels.ravel())

    def give(self, row: int, column: int, *, least: int, rng: np.random.Generator) -> None:
        """Give a cell to a part that at least ``least`` of its four neighbours belong to, if all stays
        whole."""
        old = int(self.labels[row, column])
        near = [int(self.labels[row + dr, column + dc]) for dr, dc in ((-1, 0), (0, 1), (1, 0), (0, -1))]
        others = [part for part in near if part != old and near.count(part) >= least]
        if not others or self._sizes[old] <= 3:
            return
        new = others[int(rng.integers(len(others)))]
        ring = [int(self.labels[row + dr, column + dc]) for dr, dc in _RING]
        if all(_stays_whole(ring, level, old, new) for level in self._levels):
            self.labels[row, column] = new
            self._sizes[old] -= 1
            self._sizes[new] += 1


def _stays_whole(ring: list[int], level: Ints, old: int, new: int) -> bool:
    """Whether both areas of this level stay connected and without holes when the middle cell changes."""
    before, after = int(level[old]), int(level[new])
    if before == after:
        return True
    return _one_arc([int(level[part]) == before for part in ring]) and _one_arc(
        [int(level[part]) == after for part in ring]
    )


def _one_arc(member: list[bool]) -> bool:
    """Whether the edge neighbours among the ring's members hang together within the ring (and there is
    one)."""
    sides = [n for n in (1, 3, 5, 7) if member[n]]
    if not sides:
        return False
    arcs = 0
    for n in sides:
        following = (n + 2) % 8
        if not (member[(n + 1) % 8] and member[following]):
            arcs += 1
    return arcs <= 1
