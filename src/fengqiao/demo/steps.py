"""The pieces a course is made of: steps, terms, and the line on which they are written down."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random

from fengqiao.demo.grammar import sections
from fengqiao.demo.kinds import Kind
from fengqiao.demo.story import DemoReport


class StepKind(StrEnum):
    """What a step is; values are those of matters' events where one stands behind it."""

    LOOKED = "looked"
    MERGED = "merged"
    REFERRED = "referred"
    OPENED = "opened"
    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    TRANSFERRED = "transferred"
    PROGRESS = "progress"
    JOINED = "joined"
    CONSULTED = "consulted"
    DECIDED = "decided"
    TASK_DONE = "task_done"
    CONSENT = "consent"
    SESSION = "session"
    AGREED = "agreed"
    ESCALATED = "escalated"
    PAUSED = "paused"
    RESUMED = "resumed"
    URGED = "urged"
    OVERDUE = "overdue"
    RESOLVED = "resolved"
    FOLLOW_UP_PLANNED = "follow_up_planned"
    FOLLOWED_UP = "followed_up"
    PROMISE_KEPT = "promise_kept"
    PROMISE_BROKEN = "promise_broken"
    RATED = "rated"
    REOPENED = "reopened"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Term:
    """One dated term of an agreement. ``amount`` in yuan where money is promised; ``who`` is the party bound.
    ``kept`` is None while it is open; ``settled_at`` is when that was found out."""

    number: int
    who: str
    text: str
    due: datetime
    amount: int | None = None
    kept: bool | None = None
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was done. ``by`` is a person's code ("" for a clock, ``resident`` for the reporter).

    ``owner`` and ``due`` come with opening, assignment and transfer; ``level`` with opening and escalation;
    ``outcome`` and ``cause`` with resolution; ``result`` (held, not_held, unreached) and ``rule`` with
    follow-ups; ``form`` (written, oral, at_once) and ``terms`` with agreements; ``term`` numbers a promise
    kept or broken; ``stars`` 1-5 with a rating; ``others`` are people joined.
    """

    at: datetime
    kind: StepKind
    by: str
    text: str
    owner: str = ""
    due: datetime | None = None
    level: str = ""
    outcome: str = ""
    cause: str = ""
    result: str = ""
    rule: str = ""
    form: str = ""
    terms: tuple[Term, ...] = ()
    term: int = 0
    stars: int = 0
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Course:
    """All steps after one report, in order. ``parties`` are invented names of the two sides of a dispute."""

    report: int
    steps: tuple[Step, ...]
    parties: tuple[str, ...] = ()

    def last(self, kind: StepKind) -> Step | None:
        """The last step of a kind, if there is one."""
        return next((step for step in reversed(self.steps) if step.kind is kind), None)


@dataclass(slots=True)
class Line:
    """A course while it is written: a clock that only goes forward, and the words at hand."""

    report: DemoReport
    kind: Kind
    rng: Random
    now: datetime
    words: dict[str, str]
    steps: list[Step] = field(default_factory=list)
    owner: str = ""
    level: str = ""
    due: datetime | None = None
    nth: int = 0
    span: float = 1440.0  # minutes from the report to the promised result

    @property
    def quick(self) -> bool:
        """Whether the promised result is due within hours: then nobody waits for the next morning."""
        return self.report.severity == 1 or self.span < 480

    def wait(self, minutes: float, *, office: bool | None = None) -> datetime:
        """Let about ``minutes`` pass; people who are not called out work from eight to nine in the
        evening."""
        self.now += timedelta(seconds=int(60 * minutes * (0.4 + 1.2 * self.rng.random())) + 20)
        if office if office is not None else not self.quick:
            self.now = at_work(self.now, self.rng)
        return self.now

    def say(self, section: str, **words: str) -> str:
        """A sentence of data/course.txt; ``words`` join those at hand."""
        templates = sections("course.txt")[section]
        template = templates[int(self.rng.random() * len(templates))]
        known = self.words
        known.update(words)
        if "day" in template.slots and "day" not in words:
            day = self.now + timedelta(hours=8, days=1 + int(self.rng.random() * 5))
            known["day"] = f"{day.month}月{day.day}日"
        if "nth" in template.slots:
            known["nth"] = "一二三四五六"[min(max(self.nth, 1), 6) - 1]
        return template.write(known, self.rng.random)

    def step(self, kind: StepKind, by: str, text: str, **facts: object) -> None:
        """Add a step at the line's present instant."""
        self.steps.append(Step(self.now, kind, by, text, **facts))  # type: ignore[arg-type]


def at_work(at: datetime, rng: Random) -> datetime:
    """The instant itself, or the next morning where it falls between nine in the evening and eight
    (Shanghai)."""
    hour = (at.hour + 8) % 24
    if 8 <= hour < 21:
        return at
    morning = (at + timedelta(hours=8)).replace(hour=8, minute=30, second=0, microsecond=0) - timedelta(
        hours=8
    )
    if hour >= 21:
        morning += timedelta(days=1)
    return morning + timedelta(minutes=int(rng.random() * 150))
