"""Files of reports: imports, sheets of outside offices and the replies to them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from fengqiao.api.schemas.base import Body, Line, Out


class StartForm(Body):
    """How a table is read: ``map`` as ``title=标题,body=内容``, the remembered or guessed one when empty."""

    map: Line = ""
    name: Line = ""
    source: Line = ""
    historic: bool = False


class PreviewForm(Body):
    """The mapping to be tried."""

    map: Line = ""


class SheetForm(Body):
    """How a sheet of an outside office is read."""

    map: Line = ""
    name: Line = ""


class StepIn(Body):
    """For about how many seconds rows are taken in."""

    seconds: Annotated[float, Field(ge=0, le=10, allow_inf_nan=False)] = 2.0


class PreviewRowOut(Out):
    """A row tried out, and what is wrong with it."""

    number: int
    cells: dict[str, str]
    fault: str


class PreviewOut(Out):
    """What a file would bring; nothing is kept."""

    columns: list[str]
    encoding: str
    mapping: dict[str, str]
    remembered: bool
    missing: str
    rows: list[PreviewRowOut]


class FaultOut(Out):
    """What is wrong with one row; ``note``: it was taken in all the same."""

    row: int
    words: str
    note: bool


class JobOut(Out):
    """An import: call step until ``state`` is done. ``errors`` are the first ones."""

    uid: str
    name: str
    state: str
    total: int
    read: int
    added: int
    existing: int
    refused: int
    mapping: dict[str, str]
    errors: list[FaultOut]
    created_at: datetime
    finished_at: datetime | None


class ReplyOut(Out):
    """A reply that waits for an outside office."""

    report: int
    external_id: str
    result: str
    text: str
    unit: str
    at: datetime


class ExportIn(Body):
    """As which kind of file."""

    format: Literal["csv", "xlsx"] = "xlsx"
