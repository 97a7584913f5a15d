"""A history of counts from a table: one row a period, at least one column of counts.

Columns by name: the count (次数, 件数, 起数, 数量, count, n ...), the period (期间, 月份, 日期, period, month ...) and
what tells series apart (片区, 类别, series ...). For a comparison year on year, where periods name a month or week of two
years and more, the same month of different years makes one series. For any other the rows of a series do, in order: then
the season counts among the usual swings, as it must where nothing takes it out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from fengqiao.algorithms.comparisonfaults import MOST, ComparisonError
from fengqiao.algorithms.sentences import sentence
from fengqiao.algorithms.tablefiles import Row, open_table

COUNTS = ("次数", "件数", "起数", "数量", "数", "案件数", "警情数", "count", "counts", "n", "number", "value")
PERIODS = ("期间", "月份", "日期", "时间", "周", "月", "period", "month", "date", "week")
SERIES = ("系列", "片区", "类别", "series", "area", "kind")
_ENOUGH = 10  # repeats of a month or week from which they are compared with themselves alone
_NUMBER = re.compile(r"\d{1,10}(?:\.0*)?")
_PERIOD = re.compile(r"(\d{4})\s*[-年/.]?\s*(第?[Ww]?\d{1,2})")


def read_history(path: Path, *, same_season: bool = True) -> list[list[float]]:
    """Series of like periods; ``same_season`` for a comparison year on year.

    Raises ComparisonError, naming the row, and FileFault for a file as a whole.
    """
    with open_table(path) as table:
        count = _column(table.columns, COUNTS)
        if count is None:
            if len(table.columns) != 1:
                raise ComparisonError(
                    sentence("历史文件里找不到计数的列，请把列名写成“次数”；现有列：%(columns)s", columns=table.columns),
                    "no_count_column",
                )  # fmt: skip
            count = table.columns[0]
        period, name = _column(table.columns, PERIODS), _column(table.columns, SERIES)
        rows = [
            (
                row.cells.get(name or "", "").strip(),
                row.cells.get(period or "", "").strip(),
                _count(row, count),
            )
            for row in table
        ]
    return _grouped(rows, same_season)


def _column(columns: Sequence[str], names: Sequence[str]) -> str | None:
    known = {column.strip().lower(): column for column in reversed(columns)}
    return next((known[name] for name in names if name in known), None)


def _count(row: Row, column: str) -> float:
    said = row.cells.get(column, "").strip().replace(",", "")
    if row.fault or not _NUMBER.fullmatch(said) or float(said) > MOST:
        raise ComparisonError(
            sentence(
                "历史文件第 %(row)s 行“%(said)s”不是件数，请填 0 到十亿的整数",
                row=row.number, said=said[:20],
            ),
            "bad_count",
        )  # fmt: skip
    return float(said)


def _grouped(rows: Sequence[tuple[str, str, float]], same_season: bool) -> list[list[float]]:
    """By series and place in the year where every row has one and some place comes twice; else by series alone."""
    parsed = [_PERIOD.match(period) for _, period, _ in rows]
    if same_season and rows and all(parsed):
        by_season: dict[tuple[str, str], list[float]] = {}
        for (name, _, count), at in zip(rows, parsed, strict=True):
            by_season.setdefault((name, at.group(2).lstrip("0") if at else ""), []).append(count)
        if sum(len(one) - 1 for one in by_season.values()) >= _ENOUGH:
            return list(by_season.values())
    by_name: dict[str, list[float]] = {}
    for name, _, count in rows:
        by_name.setdefault(name, []).append(count)
    return list(by_name.values())
