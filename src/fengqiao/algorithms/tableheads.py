"""Finding the row of column names in a table made by people: titles above it, merged and two-storey heads."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from fengqiao.algorithms.filefaults import FileFault
from fengqiao.algorithms.sentences import sentence

SEARCHED_ROWS = 12
_LABELLED = re.compile(r"[::]\s*\S")  # "单位:望河派出所" above the table names no column


@dataclass(frozen=True, slots=True)
class Head:
    """Column names by position, and how many rows from the top belong to title and head."""

    names: tuple[str, ...]
    rows: int


def find_head(rows: Sequence[Sequence[str]], required: Sequence[str] = ()) -> Head:
    """The head among a table's first rows.

    The row that holds most of the ``required`` names wins; without any, the first row with as many
    different filled cells as a table row has (a merged title fills one). A second storey under merged group
    names is joined. Unnamed columns are called "第 3 列"; a repeated name gets its number. Raises
    ``FileFault`` when there is no row of names, or when required names are missing: it then says which
    names there are.
    """
    index = _best_row(rows, required)
    if index is None:
        raise FileFault(sentence("表里没有找到列名：第一行应写各列的名字"), code="no_head")
    top = [_clean(cell) for cell in rows[index]]
    below = [_clean(cell) for cell in rows[index + 1]] if index + 1 < len(rows) else []
    two = _second_storey(top, below)
    names = _joined(top, below) if two else top
    while names and not names[-1]:
        names.pop()
    head = Head(_unique(names), index + (2 if two else 1))
    missing = [name for name in required if name not in head.names]
    if missing:
        raise FileFault(
            sentence(
                "缺少%(missing)s列。文件里有：%(names)s",
                missing=tuple(f"“{name}”" for name in missing),
                names=tuple(head.names),
            ),
            code="missing_columns",
        )
    return head


def _clean(cell: str) -> str:
    return " ".join(cell.replace("\ufeff", "").split())


def _best_row(rows: Sequence[Sequence[str]], required: Sequence[str]) -> int | None:
    searched = [[_clean(cell) for cell in row] for row in rows[:SEARCHED_ROWS]]
    wanted = set(required)
    hits = [len(wanted.intersection(row)) for row in searched]
    if wanted and max(hits, default=0) > 0:
        return _upper_storey(searched, hits.index(max(hits)))
    filled = [0 if any(map(_LABELLED.search, row)) else len({*row} - {""}) for row in searched]
    widest = max(filled, default=0)
    enough = min(widest, max(2, math.ceil(widest / 2)))
    return next((n for n, count in enumerate(filled) if count >= enough > 0), None)


def _upper_storey(rows: Sequence[list[str]], index: int) -> int:
    """The required names may all stand in the lower of two storeys."""
    if index > 0 and _second_storey(rows[index - 1], rows[index]):
        return index - 1
    return index


def _second_storey(top: Sequence[str], below: Sequence[str]) -> bool:
    """Whether ``below`` completes merged cells of ``top``.

    Across a group (a name, then blanks) the lower row has names in every column; under a name merged
    downwards it is blank. Both signs are wanted, and no digits: a row of data must never be eaten.
    """
    width = max((n + 1 for row in (top, below) for n, cell in enumerate(row) if cell), default=0)
    upper = [*top, *[""] * width][:width]
    lower = [*below, *[""] * width][:width]
    groups = [n for n in range(width) if upper[n] and n + 1 < width and not upper[n + 1]]
    open_columns = [n for n in range(width) if not upper[n]]
    if not groups or not open_columns or any(not lower[n] for n in [*groups, *open_columns]):
        return False
    closed = [n for n in range(width) if upper[n] and n not in groups]
    if not closed or any(lower[n] for n in closed):
        return False
    return not any(character.isdigit() for cell in lower for character in cell)


def _joined(top: Sequence[str], below: Sequence[str]) -> list[str]:
    names: list[str] = []
    group = ""
    subs = [cell for cell in below if cell]
    for n in range(max(len(top), len(below))):
        upper = top[n] if n < len(top) else ""
        lower = below[n] if n < len(below) else ""
        group = upper or group
        alone = subs.count(lower) == 1 and lower not in top
        names.append(lower if lower and alone else f"{group}{lower}")
    return names


def _unique(names: Sequence[str]) -> tuple[str, ...]:
    seen: dict[str, int] = {}
    unique: list[str] = []
    for number, name in enumerate(names, start=1):
        name = name or f"第 {number} 列"
        seen[name] = seen.get(name, 0) + 1
        unique.append(name if seen[name] == 1 else f"{name}({seen[name]})")
    return tuple(unique)
