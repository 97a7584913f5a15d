"""Reading a course: where a matter stands at the end of it, and what lies around it. Pure; no tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from fengqiao.demo.steps import Course, Step, StepKind
from fengqiao.demo.story import DemoReport
from fengqiao.lib.present import mask_name
from fengqiao.matters.reference import load_follow_ups

_SAME = {
    "opened", "assigned", "accepted", "declined", "transferred", "progress", "joined", "consulted", "decided",
    "task_done", "escalated",
    "paused", "resumed", "urged", "overdue", "resolved", "follow_up_planned", "followed_up", "promise_kept",
    "promise_broken", "rated", "reopened", "closed", "referred",
}  # fmt: skip
_MEDIATION = {"consent", "session", "agreed"}
_PUBLIC = {
    "opened", "assigned", "accepted", "transferred", "escalated", "paused", "resumed", "resolved",
    "follow_up_planned", "followed_up", "rated", "reopened", "closed", "referred",
}  # fmt: skip
_STATES = {
    "opened": "assigned",
    "assigned": "assigned",
    "declined": "assigned",
    "transferred": "assigned",
    "escalated": "assigned",
    "reopened": "assigned",
    "accepted": "active",
    "resumed": "active",
    "paused": "paused",
    "resolved": "resolved",
    "closed": "closed",
    "referred": "referred",
}
_OPEN = {"assigned", "active", "paused", "resolved"}
_NEXT = {"assigned": "联系反映人，看现场", "active": "接着办，给出结果", "paused": "等到时间接着办"}


@dataclass(frozen=True)
class Told:
    """One event of a matter's story."""

    at: datetime
    kind: str
    by: str
    text: str
    public: bool
    step: Step

    def data(self, people: dict[str, Any]) -> dict[str, Any]:
        """What the event keeps beside its words."""
        found: dict[str, Any] = {}
        if self.step.owner in people:
            found |= {"to": people[self.step.owner].pk, "name": people[self.step.owner].name}
        if self.step.due:
            found["due"] = self.step.due.isoformat()
        if self.step.outcome:
            found |= {"outcome": self.step.outcome, "cause": self.step.cause}
        if self.step.result:
            found["result"] = self.step.result
        return found


@dataclass
class Plan:
    """A follow-up: planned, and done when somebody went."""

    rule: str
    purpose: str
    due_at: datetime
    state: str = "planned"
    result: str = ""
    note: str = ""
    done_at: datetime | None = None
    by: str = ""


@dataclass(frozen=True)
class Climb:
    """One step up the ladder."""

    at: datetime
    by: str
    was: str
    to: str
    text: str

    def columns(self) -> dict[str, Any]:
        """The columns of an escalation."""
        return {
            "from_level": self.was,
            "to_level": self.to,
            "at": self.at,
            "tried": self.text,
            "blocked_by": "谈不拢",
        }


@dataclass
class Life:
    """A matter at the end of its course."""

    now: datetime
    opened: Step | None = None
    state: str = "assigned"
    owner: str = ""
    level: str = "village"
    due_at: datetime | None = None
    next_step: str = ""
    accepted_at: datetime | None = None
    paused_at: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    outcome: str = ""
    outcome_text: str = ""
    cause: str = ""
    referred_to: str = ""
    reopened: int = 0
    joined: list[str] = field(default_factory=list)
    joined_at: datetime | None = None
    events: list[Told] = field(default_factory=list)
    follow_ups: list[Plan] = field(default_factory=list)
    climbs: list[Climb] = field(default_factory=list)
    ratings: list[tuple[int, str, datetime]] = field(default_factory=list)

    @property
    def working(self) -> bool:
        """No result yet."""
        return self.state in {"assigned", "active", "paused"}


def masked(text: str, course: Course) -> str:
    """``text`` with the parties' names as a story may show them."""
    for name in course.parties:
        text = text.replace(name, mask_name(name))
    return text


@lru_cache(maxsize=1)
def _purposes() -> dict[str, str]:
    return {rule.key: rule.zh for rule in load_follow_ups()}


def live(report: DemoReport, course: Course, now: datetime) -> Life:
    """Walk the course once."""
    life = Life(now)
    for step in course.steps:
        kind = str(step.kind)
        if step.kind is StepKind.OPENED:
            life.opened = step
        if life.opened is None:
            continue
        if kind in _SAME or kind in _MEDIATION:
            name = "mediation" if kind in _MEDIATION else kind
            text = masked(step.text, course) or _purposes().get(step.rule, "")
            life.events.append(Told(step.at, name, step.by, text, kind in _PUBLIC, step))
        _apply(life, step, kind)
    if life.opened is not None:
        _settle(life)
    return life


def _apply(life: Life, step: Step, kind: str) -> None:
    if kind == "escalated":
        life.climbs.append(Climb(step.at, step.by, life.level, step.level or life.level, step.text))
    life.state = _STATES.get(kind, life.state)
    life.owner = step.owner or life.owner
    life.level = step.level or life.level
    if kind in {"opened", "assigned", "transferred", "escalated", "reopened", "paused"}:
        life.due_at = step.due or life.due_at
    handler = _HANDLERS.get(kind)
    if handler is not None:
        handler(life, step)


def _accepted(life: Life, step: Step) -> None:
    life.accepted_at = step.at


def _paused(life: Life, step: Step) -> None:
    life.paused_at = step.at


def _joined(life: Life, step: Step) -> None:
    life.joined += step.others
    life.joined_at = life.joined_at or step.at


def _resolved(life: Life, step: Step) -> None:
    life.resolved_at, life.outcome, life.outcome_text = step.at, step.outcome, step.text
    life.cause = step.cause


def _planned(life: Life, step: Step) -> None:
    due = step.due or step.at + timedelta(days=7)
    life.follow_ups.append(Plan(step.rule or "after_closing", _purposes().get(step.rule, "回访"), due))


def _followed(life: Life, step: Step) -> None:
    for plan in life.follow_ups:
        if plan.state == "planned" and plan.rule == step.rule:
            plan.state, plan.result, plan.note = "done", step.result or "held", step.text
            plan.done_at, plan.by = step.at, step.by
            return


def _rated(life: Life, step: Step) -> None:
    life.ratings.append((step.stars or 4, step.text, step.at))


def _reopened(life: Life, step: Step) -> None:
    life.reopened += 1
    life.closed_at = None
    for plan in life.follow_ups:
        if plan.state == "planned":
            plan.state = "cancelled"


def _closed(life: Life, step: Step) -> None:
    life.closed_at = step.at
    for plan in life.follow_ups:
        if plan.state == "planned":
            plan.state = "cancelled"


def _referred(life: Life, step: Step) -> None:
    life.closed_at = step.at
    life.referred_to = (step.text.partition("转")[2].partition("，")[0] or "所属单位")[:120]


_HANDLERS = {
    "accepted": _accepted,
    "paused": _paused,
    "joined": _joined,
    "resolved": _resolved,
    "follow_up_planned": _planned,
    "followed_up": _followed,
    "rated": _rated,
    "reopened": _reopened,
    "closed": _closed,
    "referred": _referred,
}


def _settle(life: Life) -> None:
    """What comes next and by when, for an open matter; nothing for a finished one."""
    if life.state not in _OPEN:
        life.next_step, life.due_at = "", None
        return
    if life.state == "resolved":
        ahead = [p for p in life.follow_ups if p.state == "planned"]
        if not ahead:
            ahead = [Plan("after_closing", "办结回访", (life.resolved_at or life.now) + timedelta(days=7))]
            life.follow_ups += ahead
        first = min(ahead, key=lambda p: p.due_at)
        life.next_step, life.due_at = f"回访：{first.purpose}", first.due_at
        return
    life.next_step = _NEXT[life.state]
    if life.due_at is None or life.due_at < life.now - timedelta(days=2):
        # Somebody keeps a list: what is long past was put off to the coming days in its own time.
        life.due_at = life.now + timedelta(hours=6 + (len(life.events) * 7) % 90)
