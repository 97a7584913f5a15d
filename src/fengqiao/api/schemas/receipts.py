"""What the holder of a receipt code reads and says."""

from __future__ import annotations

from datetime import datetime

from fengqiao.api.schemas.base import Body, Out, Text


class StepOut(Out):
    """One step in plain words; ``done`` false for what is still to come."""

    at: datetime | None
    text: str
    detail: str
    done: bool
    tone: str


class ToldPromise(Out):
    """A promise made to residents."""

    what: str
    due_at: datetime
    state: str
    label: str


class ReadOut(Out):
    """Who looked at the contact: which role, what for, when."""

    role: str
    purpose: str
    at: datetime


class ToldMessage(Out):
    """A question of the station or an answer of the reporter."""

    mine: bool
    text: str
    at: datetime


class ProgressOut(Out):
    """How a report stands, for its reporter. Empty text means there is nothing to say."""

    code: str
    headline: str
    words: str
    place: str
    received_at: datetime
    next_step: str
    next_by: datetime | None
    late: bool
    who: str
    who_role: str
    deadline_at: datetime | None
    steps: list[StepOut]
    promises: list[ToldPromise]
    messages: list[ToldMessage]
    question: str
    has_contact: bool
    wants_news: bool
    reads: list[ReadOut]
    outcome: str
    refused_to: str
    refused_why: str
    rated: int | None
    can_answer: bool
    can_rate: bool
    can_ask_again: bool
    number: str


class Answer(Body):
    """What the reporter adds."""

    text: Text


class Rate(Body):
    """1 not satisfied, 2 middling, 3 satisfied."""

    score: int
    comment: Text = ""


class AgainOut(Out):
    """What became of "please look again": the receipt to follow, and whether the matter was taken up anew."""

    code: str
    reopened: bool
