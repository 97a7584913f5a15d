"""Where a file waits while it is imported: the wanted cells of each row as a line of JSON, with byte offsets.

The table is read once, whatever its form and encoding; after that an import can stop and go on anywhere by
seeking. The spool holds personal data: owner-only rights, removed when the job ends.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO

from django.conf import settings
from django.utils.translation import gettext as _

from fengqiao.algorithms.filefaults import FileFault, FileSource
from fengqiao.algorithms.tablefiles import Table, open_table
from fengqiao.lib.errors import Refusal
from fengqiao.lib.wording import told, translated

MAX_CELL = 20_000
"""Characters of one cell that are kept: more than any report may have, so that "too long" can be told."""


@dataclass(frozen=True, slots=True)
class Spooled:
    """What the spool holds: rows and the SHA-256 (hex) of its content."""

    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table: its number there, its cells by field, its fault in words or "", where the next begins."""

    number: int
    cells: dict[str, str]
    fault: str
    end: int


def folder() -> Path:
    """The folder of waiting files, owner-only."""
    path = Path(settings.DATA_DIR) / "imports"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def columns_of(source: FileSource) -> tuple[tuple[str, ...], str]:
    """Column names and encoding of a table. Raises Refusal in words when it cannot be read."""
    try:
        with open_table(source) as table:
            return _plain(table.columns), table.encoding
    except FileFault as fault:
        raise Refusal(told(fault), code=fault.code, field="file") from fault


def _plain(columns: tuple[str, ...]) -> tuple[str, ...]:
    """The names as they are; a head with control characters is no table (and no database keeps them)."""
    if any(ord(c) < 0x20 and c not in "\t\n\r" for name in columns for c in name):
        raise Refusal(
            _("表头里有看不见的控制字符，这不像表格文件。请用表格软件另存为 CSV 或 XLSX 再交来"),
            code="not_a_table",
            field="file",
        )
    return columns


def sample(
    source: FileSource, rows: int
) -> tuple[tuple[str, ...], str, list[tuple[int, dict[str, str], str]]]:
    """Columns, encoding and the first rows as (number, cells by column, fault). Raises Refusal."""
    try:
        with open_table(source) as table:
            found = [(row.number, row.cells, translated(row.fault or "")) for row in islice(table, rows)]
            return _plain(table.columns), table.encoding, found
    except FileFault as fault:
        raise Refusal(told(fault), code=fault.code, field="file") from fault


def write(source: FileSource, target: Path, mapping: Mapping[str, str]) -> Spooled:
    """Read the whole table into the spool ``target``; memory does not grow with it. Raises Refusal, leaving nothing."""
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as out, open_table(source) as table:
            done = _copy(table, out, mapping)
            out.flush()
            os.fsync(out.fileno())
    except FileFault as fault:
        target.unlink(missing_ok=True)
        raise Refusal(told(fault), code=fault.code, field="file") from fault
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return done


def _copy(table: Table, out: IO[bytes], mapping: Mapping[str, str]) -> Spooled:
    seal = hashlib.sha256()
    rows = 0
    wanted = list(mapping.items())
    for row in table:
        cells = {field: row.cells.get(column, "")[:MAX_CELL] for field, column in wanted}
        line = json.dumps(
            [row.number, cells, translated(row.fault or "")], ensure_ascii=False, separators=(",", ":")
        )
        body = line.encode("utf-8", "replace") + b"\n"
        seal.update(body)
        out.write(body)
        rows += 1
    return Spooled(rows, seal.hexdigest())


def lines(path: Path, offset: int) -> Iterator[Line]:
    """Rows from byte ``offset`` on. Raises Refusal when the spool is gone."""
    try:
        with path.open("rb") as spool:
            spool.seek(offset)
            while raw := spool.readline():
                offset += len(raw)
                number, cells, fault = json.loads(raw)
                yield Line(int(number), cells, fault, offset)
    except FileNotFoundError as error:
        raise Refusal(_("上传的文件已经清掉了，请重新上传一次；已经收进来的不会重复"), code="gone") from error
