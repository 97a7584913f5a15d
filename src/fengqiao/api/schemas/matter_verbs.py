"""What each verb on a matter takes. ``version``: the matter as the caller saw it; another one since is 409."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from fengqiao.api.schemas.base import (
    Body,
    Code,
    Degrees,
    Id,
    Line,
    Moment,
    Number,
    Text,
    Version,
)
from fengqiao.api.schemas.base import Severity as SeverityNumber
from fengqiao.matters.choices import FollowUpResult, Origin, Outcome, PromiseKind

Amount = Annotated[Decimal, Field(max_digits=12, decimal_places=2)]


class Plain(Body):
    """Nothing but the version."""

    version: Version | None = None


class OpenMatter(Body):
    """A matter opened straight away, without a report."""

    category: Code
    title: Line
    summary: Text = ""
    origin: Origin = Origin.STAFF
    severity: SeverityNumber | None = None
    area: Code | None = None
    place: Id | None = None
    place_text: Line = ""
    lat: Degrees | None = None
    lon: Degrees | None = None
    system: Line = ""
    about: Id | None = None
    owner: Id | None = None
    next_step: Line = ""
    due_at: Moment | None = None
    outside_due_at: Moment | None = None
    threatening: bool = False


class Assign(Plain):
    """To whom, why them, and perhaps what comes next."""

    to: Id
    because: Line = ""
    next_step: Line = ""
    due_at: Moment | None = None


class Reason(Plain):
    """Why."""

    reason: Text


class Why(Plain):
    """Why, or on what it rests."""

    why: Text


class Words(Plain):
    """What is said."""

    text: Text


class Transfer(Plain):
    """To whom, why, and the area it goes to when that changes."""

    to: Id
    reason: Text
    area: Code | None = None


class Progress(Plain):
    """What was done; ``public``: the reporters read it too."""

    text: Text
    public: bool = False
    next_step: Line = ""
    due_at: Moment | None = None


class ProgressForm(Progress):
    """What was done, sent along with photos."""


class NextStep(Plain):
    """What comes next and by when."""

    next_step: Line
    due_at: Moment
    why: Text = ""


class MakePromise(Plain):
    """Who says they will do what, by when."""

    what: Line
    who: Line
    due_at: Moment
    person: Id | None = None
    kind: Literal[PromiseKind.STEP, PromiseKind.RESULT, PromiseKind.REPLY, PromiseKind.OUTSIDE] = (
        PromiseKind.STEP
    )
    amount: Amount | None = None
    public: bool = False


class Settle(Plain):
    """Whether a promise was kept."""

    kept: bool
    note: Text = ""


class Note(Plain):
    """A note that says why or how it was found out."""

    note: Text


class Join(Plain):
    """A person or a partner to handle along."""

    person: Id | None = None
    partner: Id | None = None
    task: Line = ""
    leads: bool = False


class Leave(Plain):
    """Why somebody stops handling along."""

    why: Line = ""


class Consult(Plain):
    """The question put to departments, and when they meet."""

    question: Text
    partners: list[Id] = Field(min_length=1, max_length=30)
    held_at: Moment


class TaskIn(Body):
    """A decided piece of work, for a person or a partner."""

    what: Line
    due_at: Moment
    person: Id | None = None
    partner: Id | None = None


class Decide(Plain):
    """What a consultation decided."""

    conclusion: Text
    tasks: list[TaskIn] = Field(default=[], max_length=50)


class Finish(Plain):
    """What came of a task."""

    result: Text


class Escalate(Plain):
    """What was tried, what blocks it, and perhaps to whom."""

    tried: Text
    blocked_by: Text
    to: Id | None = None


class Pause(Plain):
    """Why it waits, until when."""

    reason: Text
    until: Moment


class Reclassify(Plain):
    """What it is about after all."""

    category: Code
    severity: SeverityNumber | None = None
    why: Text = ""


class Raise(Plain):
    """How urgent it is after all, and why."""

    severity: SeverityNumber
    why: Text


class PlaceIt(Plain):
    """Where it is: a point, a place, or an area."""

    area: Code | None = None
    place: Id | None = None
    place_text: Line = ""
    lat: Degrees | None = None
    lon: Degrees | None = None
    system: Line = ""


class Mediated(Plain):
    """A step of talking it over."""

    text: Text
    next_step: Line = ""
    due_at: Moment | None = None


class Resolve(Plain):
    """The result and its cause."""

    outcome: Outcome
    text: Text
    cause: Line
    kept_from_violence: bool = False
    kept_why: Text = ""


class PlanFollowUp(Plain):
    """What somebody goes back to look at, and when."""

    purpose: Line
    due_at: Moment
    owner: Id | None = None
    promise: Id | None = None


class FoundOut(Plain):
    """What was found on going back."""

    result: FollowUpResult
    note: Text


class Refer(Plain):
    """To which named body, and why."""

    to: Line
    reason: Text


class Merge(Plain):
    """Into which matter."""

    into: Number


class LinkTo(Plain):
    """With which matter, and how they hang together."""

    other: Number
    kind: Literal["recurrence", "cause", "similar"]
