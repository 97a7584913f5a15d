"""Rows of an XLSX sheet as text, one after the other, through openpyxl's read-only mode."""

from __future__ import annotations

import re
import warnings
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice, zip_longest
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook import Workbook

from fengqiao.algorithms.filefaults import FileFault
from fengqiao.algorithms.sentences import sentence
from fengqiao.algorithms.sheetpackage import PackageCaps, check_package

_FORMULA = re.compile(rb"<(?:\w+:)?f[ >/]")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_PIECE = 1 << 20
_UNREADABLE = (
    BadZipFile, InvalidFileException, ParseError, KeyError, ValueError, TypeError, AttributeError, IndexError,
    EOFError, SyntaxError, zlib.error,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell whose formula has no stored result."""


Cell = str | Formula


def sheet_rows(
    stream: BinaryIO, *, sheet: str | None = None, caps: PackageCaps | None = None
) -> Iterator[list[Cell]]:
    """Every row of a sheet from row 1 on (empty rows are empty lists), each cell as text.

    Dates read ``2026-03-01 09:30``, whole numbers carry no decimals, yes and no read TRUE and FALSE. A
    formula gives the result the table program stored, or ``Formula()`` where it stored none. ``sheet`` is a
    sheet's name; without it the first visible sheet with anything in it. Raises ``FileFault`` before the
    first row for files that are unsafe, locked or broken, and for an unknown sheet.
    """
    check_package(stream, caps)
    try:
        yield from _rows(stream, sheet)
    except FileFault:
        raise
    except _UNREADABLE as error:
        raise FileFault(
            sentence("表格内容读不出来，请用表格软件重新另存一份 XLSX 或 CSV"), code="broken"
        ) from error


def _rows(stream: BinaryIO, sheet: str | None) -> Iterator[list[Cell]]:
    book = _open(stream, values=True)
    name = _choose(book, sheet)
    values = _iterate(book, name)
    if not _has_formulas(stream):
        for row in values:
            yield [_text(value) for value in row]
        return
    formulas = _iterate(_open(stream, values=False), name)
    for value_row, formula_row in zip(values, formulas, strict=False):
        pairs = zip_longest(value_row, formula_row)
        yield [Formula() if value is None and _is_formula(f) else _text(value) for value, f in pairs]


def _open(stream: BinaryIO, *, values: bool) -> Workbook:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # styles and extensions openpyxl does not keep: not wanted here
        return openpyxl.load_workbook(stream, read_only=True, data_only=values, keep_links=False)


def _choose(book: Workbook, sheet: str | None) -> str:
    if sheet is not None:
        if sheet not in book.sheetnames:
            raise FileFault(
                sentence(
                    "没有叫“%(sheet)s”的工作表。有：%(sheets)s",
                    sheet=sheet,
                    sheets=tuple(book.sheetnames),
                ),
                code="no_sheet",
            )
        return sheet
    visible = [ws.title for ws in book.worksheets if ws.sheet_state == "visible"]
    for name in visible:
        if any(value is not None for row in islice(_iterate(book, name), 20) for value in row):
            return name
    if not visible:
        raise FileFault(sentence("文件里没有可见的工作表"), code="no_sheet")
    return visible[0]


def _iterate(book: Workbook, name: str) -> Iterator[tuple[Any, ...]]:
    page = book[name]
    page.reset_dimensions()  # the size a file claims can be a lie of 16,384 columns
    rows: Iterator[tuple[Any, ...]] = page.iter_rows(values_only=True)
    return rows


def _has_formulas(stream: BinaryIO) -> bool:
    """Whether any sheet holds a formula: only then are the sheets read twice."""
    with ZipFile(stream) as package:
        for name in package.namelist():
            if not name.startswith("xl/worksheets/"):
                continue
            with package.open(name) as part:
                carry = b""
                while piece := part.read(_PIECE):
                    if _FORMULA.search(carry + piece):
                        return True
                    carry = piece[-40:]
    return False


def _is_formula(value: object) -> bool:
    return (isinstance(value, str) and value.startswith("=")) or type(value).__name__.endswith("Formula")


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return _ESCAPE.sub(_unescape, value) if "_x" in value else value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    return _moment(value) if isinstance(value, date | time | timedelta) else str(value)


def _moment(value: date | time | timedelta) -> str:
    if isinstance(value, datetime):
        # Workbooks store a fraction of a day; half a second up undoes its rounding.
        value = (value + timedelta(microseconds=500_000)).replace(microsecond=0)
        if value.time() == time():
            return value.strftime("%Y-%m-%d")
        return value.strftime("%Y-%m-%d %H:%M:%S" if value.second else "%Y-%m-%d %H:%M")
    if isinstance(value, timedelta):
        return str(value)
    return value.isoformat()


def _unescape(match: re.Match[str]) -> str:
    return chr(int(match.group(1), 16))
