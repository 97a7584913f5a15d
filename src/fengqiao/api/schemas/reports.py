"""Reports: what comes in and what is answered."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from fengqiao.api.schemas.base import (
    AreaName,
    Asked,
    Body,
    Code,
    Cursor,
    Degrees,
    Id,
    Limit,
    Line,
    Moment,
    Named,
    Out,
    Severity,
    Text,
)
from fengqiao.api.schemas.matters import PhotoOut
from fengqiao.intake.choices import Channel, ReportState
from fengqiao.matters.choices import Origin

OpenChannel = Literal["api", "phone", "walk_in", "round", "chat", "field", "call_110", "hotline"]
"""Channels one may bring a report by here; files and bundles have their own ways."""


class ContactIn(Body):
    """How the reporter can be reached; sealed at once."""

    name: Line = ""
    phone: Line = ""
    wants_news: bool = False
    safe_time: Line = ""


class ReportIn(Body):
    """A report, in the reporter's own words. Where it is: a point, a place, an area, or only words."""

    text: Text = ""
    title: Line = ""
    channel: OpenChannel = "api"
    origin: Origin | None = None
    said_at: Moment | None = None
    area: Code | None = None
    place: Id | None = None
    place_text: Line = ""
    lat: Degrees | None = None
    lon: Degrees | None = None
    system: Line = ""
    contact: ContactIn | None = None
    anonymous: bool | None = None
    source: Line = ""
    external_id: Line = ""
    author_ref: Line = ""
    outside_due_at: Moment | None = None
    about: Id | None = None
    severity_at_most: Severity | None = None


class ReceiptOut(Out):
    """What the sender gets: the receipt code is the reporter's key, the id is for the desk."""

    id: int
    code: str
    created: bool
    received_at: datetime
    state: str
    severity: int
    severity_words: str
    owner: Named | None
    next_step: str
    due_at: datetime | None
    area: AreaName
    unplaced: bool
    restricted: bool


class ReportFilters(Asked):
    """Which reports. ``area`` takes in everything below it."""

    state: list[ReportState] = Field(default=[], max_length=6)
    channel: Channel | None = None
    area: Code | None = None
    source: Line | None = None
    external_id: Line | None = None
    received_from: Moment | None = None
    received_to: Moment | None = None
    mine: bool = False
    after: Cursor = ""
    limit: Limit = 50


class InboxFilters(Asked):
    """Which part of what waits."""

    queue: Literal["all", "mine", "urgent", "late", "unplaced", "asking"] = "all"
    offset: Annotated[int, Field(ge=0, le=100_000)] = 0
    limit: Limit = 50


class ReportRow(Out):
    """One line of a list of reports."""

    id: int
    channel: str
    state: str
    state_words: str
    severity: int
    title: str
    text: str
    said_at: datetime
    received_at: datetime
    owner: Named | None
    next_step: str
    due_at: datetime | None
    area: AreaName
    place: str
    lat: float | None
    lon: float | None
    unplaced: bool
    restricted: bool
    source: str
    external_id: str
    outside_due_at: datetime | None
    matter: str
    version: int


class ReportPage(Out):
    """A page of reports."""

    rows: list[ReportRow]
    next: str


class InboxRowOut(Out):
    """One line of the inbox."""

    id: int
    channel: str
    channel_words: str
    severity: int
    severity_words: str
    excerpt: str
    place: str
    said_at: datetime
    received_at: datetime
    due_at: datetime | None
    late: bool
    owner: str
    mine: bool
    asking: bool
    unplaced: bool
    restricted: bool
    photos: int
    outside: str


class InboxCountsOut(Out):
    """Figures over everything that waits in reach."""

    waiting: int
    urgent: int
    late: int
    unplaced: int
    asking: int
    mine: int
    oldest: datetime | None


class InboxOut(Out):
    """A page of the inbox, urgent first, then oldest first."""

    rows: list[InboxRowOut]
    counts: InboxCountsOut
    offset: int
    more: bool


class ToldOut(Out):
    """One line of a report's own story."""

    at: datetime
    kind: str
    label: str
    by: str
    text: str


class MessageOut(Out):
    """A question of ours or an answer of the reporter."""

    from_reporter: bool
    text: str
    at: datetime


class ReportOut(ReportRow):
    """A report with its story. ``code`` only for who entered it; ``actions``: what the caller may do now."""

    code: str
    origin: str
    anonymous: bool
    has_contact: bool
    author_ref: str
    refused_to: str
    refused_why: str
    decided_at: datetime | None
    photos: list[PhotoOut]
    messages: list[MessageOut]
    story: list[ToldOut]
    actions: list[str]
