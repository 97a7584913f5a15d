"""The plausible course of a matter after its report: who did what when, until it held or came back.

``CourseWriter`` writes dated steps with Chinese sentences; the kinds of steps, outcomes and results carry
the same words as the matters' own events, so a loader can turn each step into the verb it stands for.
Instants are aware UTC and never go backwards; steps after ``until`` are left out, so a story that ends
today leaves matters in every stage.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from weakref import WeakKeyDictionary

from fengqiao.algorithms.workcalendar import WorkCalendar
from fengqiao.demo.grammar import pick, sentences
from fengqiao.demo.handling import Handling
from fengqiao.demo.kinds import kinds
from fengqiao.demo.model import Person, Township
from fengqiao.demo.staffing import Staffing
from fengqiao.demo.steps import Course, Line, Step, StepKind, Term
from fengqiao.demo.story import DemoReport

__all__ = ["Course", "CourseWriter", "Step", "StepKind", "Term", "write_course"]

_FIRST_MINUTES = {1: 1.5, 2: 25.0, 3: 150.0, 4: 420.0}


class CourseWriter:
    """Writes courses for a township; the same report and seed always give the same course."""

    def __init__(self, township: Township, seed: int, *, calendar: WorkCalendar | None = None) -> None:
        self._seed = seed
        self._calendar = calendar or WorkCalendar()
        self._staff = Staffing(township)
        self._scale = township.scale
        self._ladder = township.scale.ladder

    def write(self, report: DemoReport, until: datetime) -> Course:
        """The course of one report as it stands at ``until``."""
        kind = kinds()[report.code]
        rng = Random(self._seed * 1_000_003 + report.number)
        spoken = {
            "at": report.where,
            "me": "反映人",
            "my": "其",
            "mine": "反映人家",
            "level": "街道",
            "who": "",
        }
        words = {**report.words, **spoken}
        line = Line(report, kind, rng, report.at, words)
        words["fix"] = pick(sentences()[kind.code]["fix"], words, rng)
        words["cause"] = pick(sentences()[kind.code]["cause"], words, rng)
        handling = Handling(line, self._staff, self._calendar, self._scale)
        if self._begin(line):
            handling.run()
        return _cut(report, line, handling.parties, until)

    def _begin(self, line: Line) -> bool:
        """The first human look; False where the matter ends with it (merged, referred)."""
        report, kind, rng = line.report, line.kind, line.rng
        desk = self._staff.duty(rng)
        self._look(line)
        if report.duplicate_of is not None:
            line.step(StepKind.MERGED, desk.code, line.say("merged"))
            return False
        line.step(StepKind.LOOKED, desk.code, line.say("look"))
        if kind.code == "OT4" or (kind.severity > 2 and rng.random() < 0.012):
            line.step(StepKind.REFERRED, desk.code, line.say("refer", who="所属单位"))
            return False
        self._assign(line, desk)
        return True

    def _look(self, line: Line) -> None:
        severity = line.report.severity
        if severity <= 2:
            line.wait(2 if severity == 1 else 14, office=False)
        else:
            line.now = self._calendar.add(line.report.at, 5 + int(line.rng.random() * 70), "m", severity=3)

    def _assign(self, line: Line, desk: Person) -> None:
        report, kind, rng = line.report, line.kind, line.rng
        # Danger is handled by whoever is on duty; the category's own handler comes along.
        urgent = report.severity == 1 and kind.role not in ("DU", "GO")
        owner = self._staff.handler("DU" if urgent else kind.role, report.grid, rng)
        due = report.at + timedelta(minutes=30) if report.severity < kind.severity else self._due(line)
        due = min(due, report.outside_due) if report.outside_due else due
        line.owner, line.due, line.level = owner.code, due, self._ladder.start(kind.level)
        line.span = max(15.0, (due - line.now).total_seconds() / 60)
        title = f"{kind.name}：{report.where}"
        line.step(StepKind.OPENED, desk.code, title, owner=owner.code, due=due, level=line.level)
        handed = f"交{owner.title}{owner.name}办理"
        line.step(StepKind.ASSIGNED, desk.code, handed, owner=owner.code, due=due)
        if report.severity > 2 and rng.random() < 0.04:
            self._hand_over(line, owner)
        line.wait(min(_FIRST_MINUTES[report.severity], 0.06 * line.span))
        line.step(StepKind.ACCEPTED, line.owner, line.say("take.1" if report.severity == 1 else "take"))

    def _due(self, line: Line) -> datetime:
        kind = line.kind
        return self._calendar.add(
            line.report.at, kind.due_amount, kind.due_unit, severity=line.report.severity
        )

    def _hand_over(self, line: Line, owner: Person) -> None:
        line.wait(180)
        other = self._staff.beat_officer(line.report.grid, line.rng)
        if other.code == owner.code:
            return
        line.step(StepKind.DECLINED, owner.code, line.say("decline", who=f"{other.title}{other.name}"))
        line.wait(30)
        line.owner = other.code
        line.step(
            StepKind.TRANSFERRED,
            owner.code,
            line.say("transfer", who=other.name),
            owner=other.code,
            due=line.due,
        )


def _cut(report: DemoReport, line: Line, parties: tuple[str, ...], until: datetime) -> Course:
    steps = sorted((step for step in line.steps if step.at <= until), key=lambda step: step.at)
    return Course(report.number, tuple(_as_known(step, until) for step in steps), parties)


def _as_known(step: Step, until: datetime) -> Step:
    """An agreement's terms as they stood at ``until``: what came later is still open."""
    if not step.terms:
        return step
    terms = tuple(
        term
        if term.settled_at is None or term.settled_at <= until
        else Term(term.number, term.who, term.text, term.due, term.amount)
        for term in step.terms
    )
    return Step(step.at, step.kind, step.by, step.text, form=step.form, terms=terms)


_WRITERS: WeakKeyDictionary[Township, dict[int, CourseWriter]] = WeakKeyDictionary()


def write_course(report: DemoReport, township: Township, *, seed: int, until: datetime) -> Course:
    """The course of one report; see ``CourseWriter`` (kept per township and seed between calls)."""
    writers = _WRITERS.setdefault(township, {})
    if seed not in writers:
        writers[seed] = CourseWriter(township, seed)
    return writers[seed].write(report, until)
