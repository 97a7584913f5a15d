"""Partners and what they share; duty lists and their evidence."""

from __future__ import annotations

from datetime import date, datetime

from fengqiao.api.schemas.base import (
    AreaName,
    Asked,
    Body,
    Code,
    Cursor,
    Id,
    Limit,
    Line,
    Named,
    Out,
    Text,
)


class PartnerOut(Out):
    """An organisation that works along."""

    id: int
    kind: str
    name: str
    area: AreaName
    duty_line: str
    note: str
    active: bool


class KindFilters(Asked):
    """Of which kind, around which area."""

    kind: Line | None = None
    area: Code | None = None


class AddPartner(Body):
    """An organisation; ``duty_line`` is an office's line, not a person's."""

    kind: Line
    name: Line
    area: Code
    duty_line: Line = ""
    note: Text = ""


class ChangePartner(Body):
    """What is to change; ``active`` false takes it off the list."""

    name: Line | None = None
    duty_line: Line | None = None
    note: Text | None = None
    active: bool | None = None


class ResourceOut(Out):
    """Something partners share."""

    id: int
    kind: str
    name: str
    area: AreaName
    partner: Named | None
    hours: str
    contact: str
    note: str
    active: bool


class AddResource(Body):
    """A room, a boat, a lawyer's hours."""

    kind: Line
    name: Line
    area: Code
    partner: Id | None = None
    place: Id | None = None
    hours: Line = ""
    contact: Line = ""
    note: Text = ""


class ChangeResource(Body):
    """What is to change; ``active`` false takes it off the list."""

    name: Line | None = None
    hours: Line | None = None
    contact: Line | None = None
    note: Text | None = None
    active: bool | None = None


class ItemOut(Out):
    """One item of a duty list: who owns it, when it was done last, when it is due again."""

    id: int
    key: str
    title: str
    group: str
    owner_role: str
    owner: Named | None
    every_days: int | None
    evidence: str
    last_done_at: datetime | None
    due_on: date | None
    days_late: int


class DutyListOut(Out):
    """A named mechanism or duty list."""

    key: str
    name: str
    group: str
    area: AreaName
    note: str
    items: list[ItemOut]


class EvidenceOut(Out):
    """What was done for an item."""

    id: int
    item: int
    at: datetime
    by: Named
    text: str
    reference: str


class EvidencePage(Out):
    """A page of evidence."""

    rows: list[EvidenceOut]
    next: str


class EvidenceIn(Body):
    """What was done; ``reference`` names a matter, a paper, a photo."""

    text: Text
    reference: Line = ""


class NameOwner(Body):
    """Who answers for an item; null: whoever holds the role."""

    person: Id | None


class PageFilters(Asked):
    """Only which page."""

    after: Cursor = ""
    limit: Limit = 50
