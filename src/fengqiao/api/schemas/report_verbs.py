"""What a person decides about a report, and putting it right before."""

from __future__ import annotations

from pydantic import Field

from fengqiao.api.schemas.base import (
    Body,
    Code,
    Degrees,
    Id,
    Line,
    Moment,
    Number,
    Out,
    Severity,
    Text,
    Version,
)


class ReportSeen(Body):
    """Nothing but the version of the report as it was seen."""

    version: Version | None = None


class Accept(ReportSeen):
    """What a person chose; what is left out is taken from the first proposal."""

    category: Code | None = None
    severity: Severity | None = None
    lower_reason: Text = ""
    area: Code | None = None
    place: Id | None = None
    place_text: Line = ""
    lat: Degrees | None = None
    lon: Degrees | None = None
    system: Line = ""
    about: Id | None = None
    nobody_named: bool = False
    owner: Id | None = None
    next_step: Line = ""
    due_at: Moment | None = None
    title: Line = ""
    threatening: bool = False


class LinkReport(ReportSeen):
    """The matter already in hand that it belongs to."""

    matter: Number


class Refuse(ReportSeen):
    """Where to go instead, and why."""

    to: Line
    why: Line


class Ask(ReportSeen):
    """The question to the reporter."""

    text: Text


class Unlink(ReportSeen):
    """Why it does not belong there."""

    reason: Line


class CorrectPlace(ReportSeen):
    """Where it is."""

    area: Code | None = None
    place: Id | None = None
    place_text: Line = ""
    lat: Degrees | None = None
    lon: Degrees | None = None
    system: Line = ""


class CorrectAbout(ReportSeen):
    """Whom of the staff it is about (null: nobody), and what that rests on."""

    about: Id | None
    why: Text


class RaiseReport(ReportSeen):
    """How urgent it is after all."""

    severity: Severity
    why: Text


class HandOver(ReportSeen):
    """Who looks at it instead."""

    to: Id
    why: Text


class Purpose(Body):
    """What the contact is needed for; the reporter can read it."""

    purpose: Line


class ContactOut(Out):
    """An opened contact: show it once, keep it nowhere."""

    name: str
    phone: str
    wants_news: bool
    safe_time: str


class AcceptedOut(Out):
    """The matter a report became or joined."""

    report: int
    matter: str


class AcceptMany(Body):
    """A run of reports, accepted as proposed."""

    reports: list[Id] = Field(min_length=1, max_length=200)


class BulkRow(Out):
    """One report of a run: the matter it became, or in words why not."""

    report: int
    matter: str
    words: str
