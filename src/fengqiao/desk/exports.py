"""A list of matters as a file: capped, without what is need-to-know, safe for table programs, and on record."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from fengqiao.accounts.scope import Actor
from fengqiao.algorithms.tablefiles import safe_cell
from fengqiao.audit.actions import Fact, append
from fengqiao.desk.pickers import category_name
from fengqiao.lib import clock
from fengqiao.lib.errors import NotAllowed
from fengqiao.matters.models import Matter, MatterQuerySet
from fengqiao.territory.models import on_ground

CAP = 5000
RIGHT = "export.request"
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def reachable(rows: MatterQuerySet, actor: Actor) -> MatterQuerySet:
    """Of ``rows`` those the actor may take out: where they hold the right, and nothing need-to-know."""
    return rows.filter(on_ground(actor.scope.paths(RIGHT))).filter(restricted=False)


@transaction.atomic
def export(rows: MatterQuerySet, *, by: Actor, reason: str, query: str, form: str) -> tuple[bytes, int]:
    """The file and how many rows it holds; who took it, what for and by which filter is on record first.

    At most CAP rows. Raises NotAllowed without the right.
    """
    if not by.scope.can(RIGHT):
        raise NotAllowed(_("导出不在您的职责里，请找所长"))
    found = list(reachable(rows, by).with_faces()[:CAP])
    data = {"rows": len(found), "reason": reason, "filter": query[:600], "format": form}
    append(Fact("matters.exported", "matter", "*", by.person_id, by.kind, data))
    write = as_csv if form == "csv" else as_xlsx
    return write(header(), (line_of(m) for m in found)), len(found)


def header() -> list[str]:
    """Names of the columns."""
    return [
        _("编号"), _("标题"), _("种类"), _("类别"), _("轻重"), _("状态"), _("级别"), _("片区"), _("地点"),
        _("负责人"), _("下一步"), _("最晚"), _("开办"), _("办结"), _("结果"), _("起因"),
    ]  # fmt: skip


def line_of(matter: Matter) -> list[str]:
    """One row: words, never codes; no name but the owner's."""
    return [
        matter.number,
        matter.title,
        str(matter.get_kind_display()),
        category_name(matter.category),
        str(matter.get_severity_display()),
        str(matter.get_state_display()),
        str(matter.get_level_display()),
        matter.area.name,
        matter.place_text or (matter.place.name if matter.place else ""),
        matter.owner.name if matter.owner else "",
        matter.next_step,
        _moment(matter.due_at),
        _moment(matter.opened_at),
        _moment(matter.resolved_at),
        str(matter.get_outcome_display()) if matter.outcome else "",
        matter.cause,
    ]


def _moment(moment: datetime | None) -> str:
    return f"{clock.local(moment):%Y-%m-%d %H:%M}" if moment else ""


def as_csv(head: list[str], lines: Iterable[list[str]]) -> bytes:
    """UTF-8 with a byte order mark, so that table programs read Chinese; every cell made safe."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(head)
    writer.writerows(_safe(lines))
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(head: list[str], lines: Iterable[list[str]]) -> bytes:
    """A workbook with one sheet, the head in bold and fixed."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("事项"))
    sheet.freeze_panes = "A2"
    cells = []
    for name in head:
        cell = WriteOnlyCell(sheet, value=name)
        cell.font = Font(bold=True)
        cells.append(cell)
    sheet.append(cells)
    for row in _safe(lines):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _safe(lines: Iterable[list[str]]) -> Iterator[list[str]]:
    return ([safe_cell(cell) for cell in row] for row in lines)
