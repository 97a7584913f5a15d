"""Duty by the hour, swaps, and who answers."""

from __future__ import annotations

from datetime import datetime

from fengqiao.api.schemas.base import (
    AreaName,
    Asked,
    Body,
    Code,
    Degrees,
    Id,
    Line,
    Moment,
    Named,
    Out,
)


class DutyFilters(Asked):
    """Duty that touches a time; now when none is given, the whole span with ``until``."""

    at: Moment | None = None
    until: Moment | None = None
    area: Code | None = None


class DutyOut(Out):
    """Somebody on duty from an hour to an hour."""

    id: int
    person: Named
    kind: str
    kind_words: str
    where: str
    starts_at: datetime
    ends_at: datetime
    note: str


class PlanDuty(Body):
    """Who, as what, from when to when, for an area, a beat or a team."""

    person: Id
    kind: Line
    starts_at: Moment
    ends_at: Moment
    area: Code | None = None
    beat: Code | None = None
    team: Id | None = None
    note: Line = ""


class AskSwap(Body):
    """Who takes it over, for which of theirs."""

    to: Id
    theirs: Id | None = None
    why: Line = ""


class AnswerSwap(Body):
    """Yes or no."""

    agree: bool


class SwapOut(Out):
    """A wish to swap duty."""

    id: int
    duty: int
    theirs: int | None
    to: Named
    asked_by: Named
    why: str
    asked_at: datetime
    agreed: bool | None


class AnswersFilters(Asked):
    """For which ground (an area, or a point), at which hour, with which role."""

    area: Code | None = None
    lat: Degrees | None = None
    lon: Degrees | None = None
    system: Line = ""
    at: Moment | None = None
    role: Line = ""
    level: Line = ""


class AnswersOut(Out):
    """The one person who answers, and why; ``fallback`` says that it is not the one that was wanted."""

    person: Named
    because: str
    fallback: bool
    area: AreaName
    unplaced: bool
