"""One reader for the tables that stations bring: CSV, TSV and XLSX, row by row in bounded memory.

Encoding (UTF-8, UTF-16, GBK, GB18030, byte order marks) and delimiter are found out; titles above the head
and merged head rows are tolerated; unsafe packages are refused before they unpack. A row that cannot be
read becomes a row with its fault in words, never a lost row. ``safe_cell`` is the other way: it makes a
value safe for a table program that would run it as a formula.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import TextIOWrapper
from itertools import chain, islice
from typing import BinaryIO

from fengqiao.algorithms.decoding import detect_encoding, text_of
from fengqiao.algorithms.filefaults import FileFault, FileSource, opened
from fengqiao.algorithms.sentences import sentence
from fengqiao.algorithms.sheetpackage import OLE_MARK, ZIP_MARK, PackageCaps
from fengqiao.algorithms.sheetrows import Cell, Formula, sheet_rows
from fengqiao.algorithms.tableheads import SEARCHED_ROWS, Head, find_head

_DELIMITERS = ",\t;|"
_LINE = 1 << 22  # characters in one physical line


@dataclass(frozen=True, slots=True)
class TableCaps:
    """Most a table may hold: bytes of the file, columns, characters of one cell, rows, and the XLSX package's
    own limits."""

    bytes: int = 256 << 20
    columns: int = 300
    cell: int = 100_000
    rows: int = 2_000_000
    package: PackageCaps = field(default_factory=PackageCaps)


@dataclass(frozen=True, slots=True)
class Row:
    """A row under the head: its number as a table program shows it, its cells by column name (as written),
    and a Chinese sentence in ``fault`` where it could not be read in full."""

    number: int
    cells: dict[str, str]
    fault: str | None = None


@dataclass(slots=True)
class Table:
    """An opened table: iterate it once for its rows. ``encoding`` is ``xlsx`` for workbooks."""

    columns: tuple[str, ...]
    encoding: str
    delimiter: str
    _rows: Iterator[Row]

    def __iter__(self) -> Iterator[Row]:
        return self._rows


@contextmanager
def open_table(
    source: FileSource,
    *,
    required: Sequence[str] = (),
    sheet: str | None = None,
    caps: TableCaps | None = None,
) -> Iterator[Table]:
    """Open a CSV, TSV or XLSX file (told apart by content, not by name).

    ``required`` names columns that must be there. Raises ``FileFault`` (unreadable, unsafe, too large,
    missing columns: the message names those that exist); faults of single rows come with the rows.
    """
    caps = caps or TableCaps()
    with opened(source, most_bytes=caps.bytes) as stream:
        mark = stream.read(4)
        stream.seek(0)
        if mark == OLE_MARK:
            words = sentence("这是旧的 XLS 格式或带密码的文件，请去掉密码、另存为 XLSX 或 CSV")
            raise FileFault(words, code="old_format")
        if mark == ZIP_MARK:
            lines = enumerate(sheet_rows(stream, sheet=sheet, caps=caps.package), start=1)
            yield _table(((n, row, None) for n, row in lines), "xlsx", "", required, caps)
            return
        encoding = detect_encoding(stream)
        text = text_of(stream, encoding)
        try:
            delimiter = _delimiter(text)
            text = _rewound(text, stream, encoding)
            yield _table(_csv_lines(text, delimiter), encoding, delimiter, required, caps)
        finally:
            text.detach()  # the stream stays its owner's to close


Line = tuple[int, Sequence[Cell], str | None]


def _table(
    lines: Iterator[Line], encoding: str, delimiter: str, required: Sequence[str], caps: TableCaps
) -> Table:
    first = list(islice(lines, SEARCHED_ROWS + 1))
    sample = [["" if isinstance(cell, Formula) else cell for cell in row] for _, row, _ in first]
    head = find_head(sample, required)
    if len(head.names) > caps.columns:
        raise FileFault(
            sentence("表有 %(n)s 列，最多 %(most)s 列", n=len(head.names), most=caps.columns),
            code="too_many_columns",
        )
    rows = _named(chain(first[head.rows :], lines), head, caps)
    return Table(head.names, encoding, delimiter, rows)


def _named(lines: Iterable[Line], head: Head, caps: TableCaps) -> Iterator[Row]:
    for count, (number, cells, fault) in enumerate(lines):
        if count >= caps.rows:
            raise FileFault(
                sentence("表超过 %(most)s 行，请拆成几个文件", most=f"{caps.rows:,}"), code="too_many_rows"
            )
        if fault is None and not any(cells):
            continue
        named = {
            name: "" if isinstance(cell, Formula) else cell[: caps.cell]
            for name, cell in zip(head.names, [*cells, *[""] * (len(head.names) - len(cells))], strict=False)
        }
        yield Row(number, named, fault or _fault(cells, head, caps))


def _fault(cells: Sequence[Cell], head: Head, caps: TableCaps) -> str | None:
    if any(cells[len(head.names) :]):
        return sentence(
            "这一行有 %(cells)s 格，列名只有 %(names)s 个，请检查多出来的分隔符",
            cells=len(cells),
            names=len(head.names),
        )
    for name, cell in zip(head.names, cells, strict=False):
        if isinstance(cell, Formula):
            return sentence(
                "“%(name)s”是公式，文件里没有算好的结果：请在表格软件里打开保存一次，或粘贴为数值", name=name
            )
        if len(cell) > caps.cell:
            return sentence(
                "“%(name)s”有 %(n)s 个字，最多 %(most)s 个",
                name=name,
                n=f"{len(cell):,}",
                most=f"{caps.cell:,}",
            )
    return None


def _rewound(text: TextIOWrapper, stream: BinaryIO, encoding: str) -> TextIOWrapper:
    text.detach()
    return text_of(stream, encoding)


def _lines(text: TextIOWrapper) -> Iterator[str]:
    first = True
    while line := text.readline(_LINE):
        if len(line) >= _LINE:
            raise FileFault(sentence("文件有一行长得不正常，不像表格"), code="long_line")
        yield line.removeprefix("\ufeff") if first else line
        first = False


def _csv_lines(text: TextIOWrapper, delimiter: str) -> Iterator[Line]:
    """Records with their numbers. Strict parsing, so that a stray quote is told and not guessed at."""
    reader = csv.reader(_lines(text), delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        begun = reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            # The reader starts afresh on the next line; what an open quote swallowed is counted and told.
            yield number, [], _unread(str(error), begun, reader.line_num - begun)
            continue
        yield number, record, None


def _unread(reason: str, line: int, swallowed: int) -> str:
    more = sentence("，后面 %(n)s 行没能读出", n=swallowed) if swallowed > 0 else ""
    if "field limit" in reason:
        return sentence(
            "有一格长得不正常（文件第 %(line)s 行）%(more)s，可能是引号不成对，请改好后重新导入",
            line=line,
            more=more,
        )
    return sentence("引号不成对（文件第 %(line)s 行）%(more)s，请改好后重新导入", line=line, more=more)


def _delimiter(text: TextIOWrapper) -> str:
    """The delimiter that cuts the first lines into the same number (above one) of cells most often."""
    sample = list(islice(_lines(text), 40))
    best, best_score = ",", (0.0, 0)
    for candidate in _DELIMITERS:
        try:
            widths = Counter(len(row) for row in csv.reader(sample, delimiter=candidate) if row)
        except csv.Error:  # a cell beyond csv's limit: this candidate cuts too little
            continue
        width, times = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
        score = (times / max(1, widths.total()), width)
        if width > 1 and score > best_score:
            best, best_score = candidate, score
    return best


_RUNS = re.compile(r"^[\s\u0000-\u001f\u200b\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]")
_NUMBER = re.compile(r"^[+-]?\d{1,15}(\.\d+)?%?$")
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def safe_cell(value: str) -> str:
    """A text that a table program shows and never runs.

    Texts that would begin a formula (``= + - @``, their full-width forms, also after blanks or a tab) get
    an apostrophe before them; plain numbers such as ``-3.5`` stay numbers. Control characters that no XLSX
    may hold are dropped.
    """
    value = _UNWRITABLE.sub("", value)
    if _NUMBER.match(value):
        return value
    return f"'{value}" if _RUNS.match(value) or value.startswith(("\t", "\r", "\n")) else value
