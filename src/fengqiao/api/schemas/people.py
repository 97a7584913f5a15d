"""People and appointments, as sent and answered."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from fengqiao.api.schemas.base import (
    AreaName,
    Asked,
    Body,
    Code,
    Cursor,
    Day,
    Id,
    Limit,
    Line,
    Named,
    Out,
    Text,
)


class PeopleFilters(Asked):
    """Who: by role, by part of a name."""

    role: Line | None = None
    name: Line = ""
    offset: Annotated[int, Field(ge=0, le=100_000)] = 0
    limit: Limit = 50


class AppointmentOut(Out):
    """A role over an area or a beat, for a term: the only source of rights."""

    id: int
    person: Named
    role: str
    role_words: str
    area: AreaName | None
    beat: str
    valid_from: date
    valid_to: date | None
    duties: str
    certificate_no: str
    revoked_at: datetime | None
    revoke_reason: str


class PersonOut(Out):
    """Somebody who works here: as what, in which teams, on duty this hour or not."""

    id: int
    username: str
    name: str
    title: str
    employer: str
    appointments: list[AppointmentOut]
    teams: list[Named]
    on_duty: bool


class PeoplePage(Out):
    """A page of people and how many there are."""

    total: int
    rows: list[PersonOut]


class NewPerson(Body):
    """A new person, without any rights yet."""

    username: Line
    name: Line
    password: Line = ""
    phone: Line = ""
    title: Line = ""
    employer: Line = ""


class ChangePerson(Body):
    """Name, title and employer as they should be."""

    name: Line
    title: Line = ""
    employer: Line = ""


class PhoneIn(Body):
    """A phone number; an empty one takes it off."""

    phone: Line


class PhoneOut(Out):
    """A phone number, opened for a purpose."""

    phone: str


class ReasonIn(Body):
    """Why."""

    reason: Line


class PurposeIn(Body):
    """What it is needed for; kept in the log."""

    purpose: Line


class AppointmentFilters(Asked):
    """Which appointments; those of today unless ``all``."""

    person: Id | None = None
    role: Line | None = None
    area: Code | None = None
    all: bool = False
    ending_within_days: Annotated[int, Field(ge=0, le=400)] | None = None
    after: Cursor = ""
    limit: Limit = 50


class AppointmentPage(Out):
    """A page of appointments."""

    rows: list[AppointmentOut]
    next: str


class Appoint(Body):
    """Which role over an area or a beat, from a day to a day."""

    person: Id
    role: Line
    area: Code | None = None
    beat: Code | None = None
    valid_from: Day | None = None
    valid_to: Day | None = None
    duties: Text = ""


class Renewal(Body):
    """To which day."""

    valid_to: Day | None = None
