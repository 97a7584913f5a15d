"""Geometry and wording of a heat grid: places or weekdays by hour, drawn as SVG with a table twin.

Plain counting, no drawing library: the template prints the rectangles this module lays out.
Lengths are SVG user units.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

LEVELS = 5
PRINT_FROM = 2
"""The count is printed in a cell from this figure up; a single case needs no figure."""


@dataclass(frozen=True)
class Cell:
    """One rectangle: corner, middle, level of colour 0 to 5, and the count printed in it (or nothing)."""

    x: float
    y: float
    mx: float
    my: float
    level: int
    count: int
    text: str
    framed: bool


@dataclass(frozen=True)
class Label:
    """A piece of text at a position."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class HeatGrid:
    """Counts by row and column. `frames` are (row, column) pairs to be framed because the text speaks of them.

    Raises ValueError when the counts do not have one row per row label and one figure per column label.
    """

    rows: Sequence[str]
    columns: Sequence[str]
    counts: Sequence[Sequence[int]]
    label: str
    frames: frozenset[tuple[int, int]] = frozenset()
    every: int = 3
    """Every how many columns the axis is labelled."""
    cell: int = 22
    gap: int = 3
    left: int = 84

    def __post_init__(self) -> None:
        if len(self.counts) != len(self.rows) or any(len(row) != len(self.columns) for row in self.counts):
            raise ValueError("a heat grid needs one count for each row and column")

    @cached_property
    def top(self) -> int:
        """The largest count of all cells."""
        return max((max(row, default=0) for row in self.counts), default=0)

    @cached_property
    def steps(self) -> list[int]:
        """The smallest count of each level 1 to 5; one apart while counts are small."""
        if self.top <= LEVELS:
            return list(range(1, LEVELS + 1))
        return [1, *(max(level, -(-self.top * (level - 1) // LEVELS) + 1) for level in range(2, LEVELS + 1))]

    def level(self, count: int) -> int:
        """The colour level 0 to 5 of a count."""
        return sum(1 for step in self.steps if count >= step)

    @property
    def pitch(self) -> int:
        """Distance from one cell to the next."""
        return self.cell + self.gap

    @property
    def width(self) -> int:
        """Width of the drawing, with room for the totals at the right."""
        return self.left + len(self.columns) * self.pitch + 48

    @property
    def height(self) -> int:
        """Height of the drawing, with room for the axis below."""
        return len(self.rows) * self.pitch + 22

    @property
    def totals_x(self) -> int:
        """Right edge of the sums."""
        return self.left + len(self.columns) * self.pitch + 40

    @property
    def axis_y(self) -> int:
        """Baseline of the words below the grid."""
        return len(self.rows) * self.pitch + 14

    @property
    def cells(self) -> Iterable[Cell]:
        """All cells, row by row."""
        for r, row in enumerate(self.counts):
            for c, count in enumerate(row):
                text = str(count) if count >= PRINT_FROM else ""
                x, y = self.left + c * self.pitch, r * self.pitch
                half = self.cell / 2
                yield Cell(x, y, x + half, y + half, self.level(count), count, text, (r, c) in self.frames)

    @property
    def row_labels(self) -> Iterable[Label]:
        """Names at the left, at the middle of their row."""
        return (Label(self.left - 8, self._middle(r), name) for r, name in enumerate(self.rows))

    @property
    def row_totals(self) -> Iterable[Label]:
        """Sums at the right edge."""
        return (Label(self.totals_x, self._middle(r), str(sum(row))) for r, row in enumerate(self.counts))

    @property
    def column_labels(self) -> Iterable[Label]:
        """Names below, every `every`-th column."""
        for c in range(0, len(self.columns), self.every):
            yield Label(self.left + c * self.pitch + self.cell / 2, self.axis_y, self.columns[c])

    @property
    def legend(self) -> Iterable[tuple[int, str]]:
        """(level, words) pairs for the key: 0, 1, 2 to 3 ... and up."""
        yield 0, "0"
        for level, step in enumerate(self.steps, start=1):
            last = self.steps[level] - 1 if level < LEVELS else None
            if last is None:
                yield level, f"≥ {step}"
            else:
                yield level, str(step) if last <= step else f"{step}-{last}"

    @property
    def table(self) -> Iterable[tuple[str, Sequence[int], int]]:
        """(row name, counts, sum) for the table twin."""
        return ((name, row, sum(row)) for name, row in zip(self.rows, self.counts, strict=True))

    @property
    def total(self) -> int:
        """The sum of all cells."""
        return sum(sum(row) for row in self.counts)

    def _middle(self, row: int) -> float:
        return row * self.pitch + self.cell / 2
