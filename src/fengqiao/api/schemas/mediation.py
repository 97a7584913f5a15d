"""Mediation as answered: parties masked, terms with how they stand."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from fengqiao.api.schemas.base import (
    Asked,
    Code,
    Limit,
    Named,
    Out,
)
from fengqiao.mediation.choices import CaseState


class CaseFilters(Asked):
    """Which mediations: running ones by due time, the rest newest first."""

    state: CaseState | None = None
    level: Code | None = None
    mine: bool = False
    overdue: bool = False
    offset: Annotated[int, Field(ge=0, le=100_000)] = 0
    limit: Limit = 50


class CaseRowOut(Out):
    """One line of a list of mediations."""

    uid: str
    number: str
    matter: str
    title: str
    state: str
    state_words: str
    level_words: str
    mediator: Named
    parties_words: str
    due_at: datetime
    overdue: bool
    soon: bool
    outcome_words: str
    danger: bool
    restricted: bool


class CasePage(Out):
    """A page of mediations and how many there are."""

    total: int
    rows: list[CaseRowOut]


class PartyOut(Out):
    """A party, masked; ``open`` shows more for a purpose."""

    id: int
    side: str
    side_words: str
    masked_name: str
    is_unit: bool
    is_minor: bool
    guardian_present: bool
    consent: str
    consent_words: str
    consent_how: str
    rights_told: bool


class SessionOut(Out):
    """One sitting."""

    id: int
    number: int
    planned_at: datetime
    planned_minutes: int
    room: Named | None
    place: str
    invited: str
    open_session: bool
    held_at: datetime | None
    minutes: int | None
    recorder: str
    statements: str
    proposals: str
    result: str
    agreed: bool | None
    cancelled_at: datetime | None
    cancelled_why: str


class TermOut(Out):
    """One term and how it stands."""

    id: int
    position: int
    text: str
    who: str
    party: int | None
    amount: Decimal | None
    how: str
    due_at: datetime | None
    at_once: bool
    promise: int | None
    state: str
    state_words: str
    overdue: bool


class VisitOut(Out):
    """Somebody went back to see whether an agreement is kept."""

    id: int
    at: datetime
    how: str
    by: str
    term: int | None
    party: int | None
    kept: bool | None
    note: str
    satisfaction: int | None
    worries: str


class AgreementOut(Out):
    """What was agreed; binding from ``valid_from``. ``confirm_by``: the last day for the court, both together."""

    form: str
    facts: str
    drafted_at: datetime
    valid_from: datetime | None
    signed_by_all: bool
    mediator_signed: bool
    committee_sealed: bool
    about_status: bool
    findings: list[dict[str, Any]]
    vague_reason: str
    confirm_by: date | None
    confirmation: str
    confirmation_at: date | None
    court: Named | None
    performance: str
    total: Decimal
    terms: list[TermOut]
    visits: list[VisitOut]


class DocumentOut(Out):
    """A paper that is there; ``read`` opens it for a purpose."""

    id: int
    title: str
    made: bool
    extension: str
    size: int
    pages: int | None
    note: str
    made_at: datetime


class PaperOut(Out):
    """One line of the file: a kind of paper, whether it must be there, where it stands."""

    position: int
    kind: str
    title: str
    need: str
    made: bool
    state: str
    state_words: str
    can_make: bool
    documents: list[DocumentOut]


class FileOut(Out):
    """The whole file in binding order; ``missing`` names what must still come."""

    complete: bool
    missing: list[str]
    papers: list[PaperOut]


class CaseOut(CaseRowOut):
    """One mediation with all that belongs to it. ``actions``: what the caller may do now, as named in paths."""

    level: str
    start: str
    start_words: str
    committee: str
    facts: str
    request: str
    opened_at: datetime
    extended: bool
    extended_why: str
    ended_at: datetime | None
    outcome: str
    ended_why: str
    routes_told: str
    suitable: bool | None
    reasons: list[str]
    routes: list[str]
    waiting_for: list[str]
    danger_signs: list[dict[str, Any]]
    parties: list[PartyOut]
    sessions: list[SessionOut]
    agreement: AgreementOut | None
    chain: list[str]
    missing_papers: list[str]
    version: int
    actions: list[str]


class PartyCardOut(Out):
    """An opened party: show it once, keep it nowhere. The identity number is shown only in part."""

    party_id: int
    side: str
    name: str
    phone: str
    address: str
    identity_masked: str
    sex: str
    age: int | None
    occupation: str
    unit: str
    representative: str
    guardian: str
    guardian_phone: str
    is_minor: bool
