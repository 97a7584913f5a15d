"""Which matters and which of their promises, follow-ups and tasks."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from fengqiao.api.schemas.base import (
    Asked,
    Code,
    Cursor,
    Limit,
    Moment,
)
from fengqiao.api.schemas.base import Severity as SeverityNumber
from fengqiao.matters.choices import Kind, State


class MatterFilters(Asked):
    """Which matters, in which order. ``owner`` may be ``me``; ``area`` takes in everything below it."""

    state: list[State] = Field(default=[], max_length=8)
    kind: Kind | None = None
    category: Code | None = None
    severity: SeverityNumber | None = None
    area: Code | None = None
    beat: Code | None = None
    owner: Annotated[str, Field(pattern=r"^(me|[0-9]{1,18})$")] | None = None
    late: bool = False
    open: bool = False
    unplaced: bool | None = None
    due_before: Moment | None = None
    opened_from: Moment | None = None
    opened_to: Moment | None = None
    order: Literal["opened", "due", "severity"] = "opened"
    after: Cursor = ""
    limit: Limit = 50


class DueFilters(Asked):
    """Which promises, follow-ups or tasks. ``open``: only those still to come."""

    open: bool = True
    mine: bool = False
    due_before: Moment | None = None
    after: Cursor = ""
    limit: Limit = 50


class PageOnly(Asked):
    """Only which page."""

    after: Cursor = ""
    limit: Limit = 50
