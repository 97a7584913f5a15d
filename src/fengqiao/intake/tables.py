"""Tables that leave the house: CSV and XLSX whose cells a table program shows and never runs."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from fengqiao.algorithms.tablefiles import safe_cell
from fengqiao.lib.errors import Refusal


def csv_text(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """CSV with a byte order mark, so that a table program reads it as UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([safe_cell(str(c)) for c in header])
    writer.writerows([safe_cell(str(c)) for c in row] for row in rows)
    return "\ufeff" + out.getvalue()


def xlsx_bytes(header: Sequence[str], rows: Iterable[Sequence[str]], *, title: str) -> bytes:
    """A workbook with one sheet; every cell is text, none is a formula."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    for row in (header, *rows):
        cells = []
        for value in row:
            cell = WriteOnlyCell(sheet, value=safe_cell(str(value)))
            cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def write_table(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]], *, title: str) -> None:
    """Write ``path`` (.csv or .xlsx) whole or not at all, on disk when this returns. Raises Refusal."""
    kind = path.suffix.lower()
    if kind == ".csv":
        body = csv_text(header, rows).encode("utf-8")
    elif kind == ".xlsx":
        body = xlsx_bytes(header, rows, title=title)
    else:
        raise Refusal(_("文件名请以 .csv 或 .xlsx 结尾"), code="bad_name", field="path")
    write_whole(path, body)


def write_whole(path: Path, body: bytes) -> None:
    """Put ``body`` at ``path`` in one step, owner-only, synced. Raises Refusal when the folder cannot be written."""
    try:
        with NamedTemporaryFile("wb", dir=path.parent, delete=False) as temp:
            temp.write(body)
            temp.flush()
            os.fsync(temp.fileno())
        os.replace(temp.name, path)
    except OSError as error:
        raise Refusal(
            _("写不进 %(path)s：%(strerror)s。请换一个文件夹")
            % {"path": path.parent, "strerror": error.strerror},
            code="unwritable",
        ) from error
