"""Matters and what belongs to them, as answered."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from fengqiao.api.schemas.base import AreaName, Named, Out


class CategoryName(Out):
    """A category by its code and name."""

    code: str
    name: str


class MatterRow(Out):
    """One line of a list of matters."""

    number: str
    kind: str
    category: CategoryName
    title: str
    severity: int
    severity_words: str
    level: str
    state: str
    state_words: str
    owner: Named | None
    next_step: str
    due_at: datetime | None
    late: bool
    deadline_at: datetime | None
    area: AreaName
    place: str
    lat: float | None
    lon: float | None
    unplaced: bool
    restricted: bool
    opened_at: datetime
    resolved_at: datetime | None
    closed_at: datetime | None
    reopened: int
    version: int


class MatterPage(Out):
    """A page of matters; ``next`` is the cursor of the next one, empty on the last."""

    rows: list[MatterRow]
    next: str


class Standing(Out):
    """How a matter stands after a verb. ``in_reach``: whether the caller still sees it."""

    number: str
    state: str
    state_words: str
    owner: Named | None
    next_step: str
    due_at: datetime | None
    level: str
    version: int
    in_reach: bool


class PromiseOut(Out):
    """Something somebody said they would do by a time."""

    id: int
    matter: str
    kind: str
    what: str
    who: str
    person: Named | None
    due_at: datetime
    amount: Decimal | None
    state: str
    state_words: str
    public: bool
    made_at: datetime
    settled_at: datetime | None
    note: str


class FollowUpOut(Out):
    """Somebody goes back to look."""

    id: int
    matter: str
    purpose: str
    due_at: datetime
    owner: Named
    promise: int | None
    state: str
    state_words: str
    result: str
    note: str
    done_at: datetime | None
    done_by: Named | None


class TaskOut(Out):
    """A piece of work that a consultation handed out."""

    id: int
    matter: str
    consultation: int | None
    what: str
    person: Named | None
    partner: Named | None
    due_at: datetime
    done_at: datetime | None
    result: str


class ConsultationOut(Out):
    """A consultation with departments and what it decided."""

    id: int
    matter: str
    question: str
    held_at: datetime
    partners: list[Named]
    decided_at: datetime | None
    conclusion: str
    tasks: list[TaskOut]


class JointOut(Out):
    """Somebody who handles a matter along with its owner."""

    id: int
    person: Named | None
    partner: Named | None
    task: str
    leads: bool
    joined_at: datetime


class EscalationOut(Out):
    """A climb of the ladder: what was tried, what blocks it."""

    from_level: str
    to_level: str
    at: datetime
    by: Named | None
    automatic: bool
    tried: str
    blocked_by: str


class LinkOut(Out):
    """Two matters that hang together; ``ended_at`` once that was undone."""

    id: int
    kind: str
    kind_words: str
    matter: str
    other: str
    at: datetime
    ended_at: datetime | None


class MomentOut(Out):
    """One line of a story."""

    at: datetime
    kind: str
    label: str
    by: str
    text: str


class PhotoOut(Out):
    """A photo, fetched at /photos/{uid}."""

    uid: str
    width: int | None
    height: int | None


class LinkedReport(Out):
    """A report behind a matter; who said it stays sealed."""

    id: int
    channel: str
    said_at: datetime
    title: str
    text: str


class LinkedCase(Out):
    """A mediation of a matter."""

    uid: str
    number: str
    state: str
    level: str


class MatterOut(MatterRow):
    """A matter with its whole story. ``actions``: what the caller may do now, as named in paths."""

    summary: str
    owner_because: str
    origin: str
    outcome: str
    outcome_text: str
    cause: str
    threatening: bool
    kept_from_violence: bool
    kept_from_violence_why: str
    referred_to: str
    merged_into: str
    joint: list[JointOut]
    promises: list[PromiseOut]
    follow_ups: list[FollowUpOut]
    tasks: list[TaskOut]
    consultations: list[ConsultationOut]
    escalations: list[EscalationOut]
    links: list[LinkOut]
    reports: list[LinkedReport]
    mediations: list[LinkedCase]
    photos: list[PhotoOut]
    timeline: list[MomentOut]
    actions: list[str]


class Candidate(Out):
    """Somebody who could take a matter: as what, over which ground, on duty this hour or not."""

    person: Named
    role: str
    role_words: str
    where: str
    on_duty: bool


class PromisePage(Out):
    """A page of promises."""

    rows: list[PromiseOut]
    next: str


class FollowUpPage(Out):
    """A page of follow-ups."""

    rows: list[FollowUpOut]
    next: str


class TaskPage(Out):
    """A page of tasks."""

    rows: list[TaskOut]
    next: str


class ConsultationPage(Out):
    """A page of consultations."""

    rows: list[ConsultationOut]
    next: str
