"""What the verbs of the mediation room take."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from fengqiao.api.schemas.base import Body, Day, Id, Line, Moment, Text, Version
from fengqiao.mediation.choices import (
    CaseOutcome,
    Confirmation,
    DangerKind,
    Form,
    Side,
    Start,
    VisitHow,
)

Yuan = Annotated[Decimal, Field(max_digits=14, decimal_places=2)]
Minutes = Annotated[int, Field(ge=0, le=100_000)]


class CaseSeen(Body):
    """Nothing but the version of the case as it was seen."""

    version: Version | None = None


class AnswersIn(Body):
    """What the person who checks suitability found out, each a plain yes or no."""

    crime: bool = False
    domestic_violence: bool = False
    victim_agrees: bool = False
    harm_to_minor: bool = False
    no_guardian: bool = False
    status_question: bool = False
    party_in_fear: bool = False
    reserved_by_law: bool = False


class OpenCase(Body):
    """A mediation to open; ``answers`` once suitability was checked."""

    mediator: Id
    start: Start
    facts: Text
    request: Text = ""
    answers: AnswersIn | None = None
    committee: Line = ""


class RefuseCase(Body):
    """A request that is not taken, and which other routes were told."""

    mediator: Id
    start: Start
    facts: Text
    answers: AnswersIn
    routes_told: Text
    request: Text = ""
    committee: Line = ""


class ChangeMediator(CaseSeen):
    """Who takes over, and why."""

    to: Id
    reason: Line


class PartyIn(Body):
    """What is written down of a party. There is no field for ethnicity or religion."""

    side: Side
    name: Line
    phone: Line = ""
    address: Line = ""
    identity: Line = ""
    identity_kind: Annotated[str, Field(pattern="^(resident_id|uscc|other)$")] = "resident_id"
    sex: Line = ""
    age: Annotated[int, Field(ge=0, le=200)] | None = None
    occupation: Line = ""
    unit: Line = ""
    representative: Line = ""
    is_unit: bool = False
    is_minor: bool = False
    lacks_capacity: bool = False
    guardian: Line = ""
    guardian_phone: Line = ""


class Removal(CaseSeen):
    """Why a party was added by mistake."""

    reason: Line


class TellRights(CaseSeen):
    """Who was told their rights (everybody when none is named), and when."""

    parties: list[Id] = Field(default=[], max_length=60)
    at: Moment | None = None


class ConsentIn(CaseSeen):
    """What a party says to being mediated; a refusal ends it, with the routes they were told."""

    given: bool
    how: Line
    at: Moment | None = None
    rights_told: bool = False
    routes_told: Text = ""


class OpenPurpose(Body):
    """Why it must be seen; kept in the log."""

    purpose: Line


class PlanSession(CaseSeen):
    """When, how long, where, with whom."""

    planned_at: Moment
    minutes: Minutes = 60
    room: Id | None = None
    place: Line = ""
    invited: Line = ""
    invited_agreed: bool = False
    open_session: bool = False


class RecordSession(CaseSeen):
    """How a sitting went."""

    held_at: Moment | None = None
    minutes: Minutes = 60
    recorder: Line = ""
    rights_told: bool
    statements: Text
    proposals: Text = ""
    result: Text
    agreed: bool
    guardians_present: bool = True
    next_step: Line = ""
    due_at: Moment | None = None


class CallOff(CaseSeen):
    """Why."""

    why: Line


class Extend(CaseSeen):
    """Until when, asked by both sides, why."""

    until: Moment
    asked_by_both: bool
    why: Line


class EndCase(CaseSeen):
    """How it ended, why, and which routes were told."""

    outcome: CaseOutcome
    why: Text
    routes_told: Text
    next_step: Line = ""
    due_at: Moment | None = None


class WithdrawCase(CaseSeen):
    """Why it is taken back; ``settled_between``: they made peace by themselves."""

    why: Text
    settled_between: bool = False


class HandUp(CaseSeen):
    """What was tried and what blocks it, for the next level."""

    tried: Text
    blocked_by: Text
    routes_told: Text = ""
    mediator: Id | None = None
    committee: Line = ""


class PartIn(Body):
    """One part of a sum."""

    due_on: Day
    amount: Yuan


class TermIn(Body):
    """One term. A day counts to its last minute; with ``instalments`` each part is a promise of its own."""

    text: Text
    party: Id | None = None
    amount: Yuan | None = None
    how: Line = ""
    due_on: Day | None = None
    instalments: list[PartIn] = Field(default=[], max_length=60)
    at_once: bool = False


class CheckTerms(Body):
    """Terms as typed, to be read for what is vague."""

    terms: list[TermIn] = Field(max_length=60)


class DraftAgreement(CaseSeen):
    """What was agreed. Vague terms are refused unless ``accept_vague_reason`` says why they stay."""

    form: Form
    facts: Text
    terms: list[TermIn] = Field(max_length=60)
    accept_vague_reason: Line = ""
    about_status: bool = False


class Signatures(CaseSeen):
    """What lies signed on the table."""

    signed_by_all: bool = False
    mediator_signed: bool = False
    committee_sealed: bool = False
    valid_from: Moment | None = None


class RecordAgreement(DraftAgreement):
    """Draft and signatures in one."""

    signed_by_all: bool = False
    mediator_signed: bool = False
    committee_sealed: bool = False
    valid_from: Moment | None = None


class Confirm(CaseSeen):
    """What happened with the court, on which day."""

    step: Confirmation
    on: Day
    together: bool = False
    court: Id | None = None
    note: Line = ""


class Performed(CaseSeen):
    """Whether a term was kept, as somebody saw or heard."""

    kept: bool
    note: Text
    how: VisitHow = VisitHow.CALL
    party: Id | None = None
    satisfaction: Annotated[int, Field(ge=1, le=3)] | None = None
    worries: Text = ""


class VisitIn(CaseSeen):
    """A visit about the agreement as a whole."""

    note: Text
    how: VisitHow = VisitHow.VISIT
    party: Id | None = None
    satisfaction: Annotated[int, Field(ge=1, le=3)] | None = None
    worries: Text = ""


class Renew(CaseSeen):
    """A new day for a term that was not kept."""

    due_at: Moment
    why: Line


class Danger(CaseSeen):
    """What was seen or heard; the police hear of it at once."""

    text: Text
    kinds: list[DangerKind] = Field(default=[], max_length=4)
    people: Annotated[int, Field(ge=0, le=100_000)] = 0


class MakeDocument(CaseSeen):
    """Which paper."""

    kind: Line


class PaperForm(Body):
    """A paper that was handed in."""

    kind: Line
    title: Line = ""
    pages: Annotated[int, Field(ge=1, le=999)] | None = None
    note: Line = ""
