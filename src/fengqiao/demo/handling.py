"""What happens between taking up a matter and the last look back; see ``course``."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from fengqiao.algorithms.workcalendar import WorkCalendar
from fengqiao.demo.scales import Scale
from fengqiao.demo.settling import Settling
from fengqiao.demo.staffing import Staffing, follow_up_rules
from fengqiao.demo.steps import Line, Step, StepKind, at_work

_HELD, _UNREACHED = 0.93, 0.04
_ASK_LAWYER, _HARD = 0.15, 0.2
_TOGETHER, _TOGETHER_ELSE = 0.6, 0.12
_STARS = ((0.52, 5), (0.8, 4), (0.92, 3), (0.97, 2), (1.01, 1))
_PROTECTED = frozenset({"FA7", "FA8", "MI1", "MI2", "MI3", "MI5"})
_THREATS = ("拼命", "不让", "同归于尽", "大家都别活")
_NOT_FOUND = {"hazard": 0.06, "order": 0.07, "petty_case": 0.2}
_MAYBE_LOST = {"LP5": 0.35, "LP7": 0.3}
_TO_CASE = ("立案", "报案", "移交办案", "依法处理", "案")
_PLAIN = {
    "dispute": "settled", "hazard": "fixed", "order": "stopped", "petty_case": "found", "fraud_attempt": "stopped",
    "lost": "found", "help": "helped", "other": "helped",
}  # fmt: skip
_VISIT_MINUTES = {1: 25.0, 2: 90.0, 3: 700.0, 4: 1500.0}


class Handling:
    """Continues a line from acceptance to closing."""

    def __init__(self, line: Line, staff: Staffing, calendar: WorkCalendar, scale: Scale) -> None:
        self._line = line
        self._staff = staff
        self._calendar = calendar
        self._scale = scale
        self.parties: tuple[str, ...] = ()

    def run(self) -> None:
        """Handle, resolve, look back, close."""
        line = self._line
        self._visit()
        if line.report.severity > 1:
            self._on_the_way()
        mediable = (
            line.kind.kind == "dispute" and line.kind.mediation != "N" and line.kind.code not in _PROTECTED
        )
        if mediable and 100 * line.rng.random() < self._scale.mediated_percent:
            settling = Settling(line, self._staff, self._calendar, self._scale)
            outcome = settling.run()
            self.parties = settling.parties
        else:
            outcome = self._plain_outcome()
        self._resolve(outcome)
        self._rate()
        self._look_back()

    # handling

    def _section(self) -> str:
        kind = self._line.kind
        return "visit.protect" if kind.code in _PROTECTED or kind.head == "MI" else f"visit.{kind.kind}"

    def _visit(self) -> None:
        line = self._line
        if line.report.severity == 1:
            line.wait(9)
            line.step(StepKind.PROGRESS, line.owner, line.say(self._arrival()))
        line.wait(min(_VISIT_MINUTES[line.report.severity], 0.22 * line.span))
        line.step(StepKind.PROGRESS, line.owner, line.say(self._section()))

    def _arrival(self) -> str:
        return "arrive.1.hazard" if self._line.kind.kind == "hazard" else "arrive.1"

    def _on_the_way(self) -> None:
        """Help called in, questions, pauses, further notes: some matters have them."""
        line, rng = self._line, self._line.rng
        if rng.random() < (_TOGETHER if line.kind.kind == "dispute" else _TOGETHER_ELSE):
            self._join()
        if line.quick:
            return
        if rng.random() < 0.045:
            line.wait(min(600.0, 0.2 * line.span))
            line.step(StepKind.URGED, "resident", line.say("urge"))
        if rng.random() < 0.05 and line.report.severity > 2:
            self._pause()
        if rng.random() < 0.3:
            line.wait(min(900.0, 0.15 * line.span))
            line.step(StepKind.PROGRESS, line.owner, line.say(self._section()))

    def _join(self) -> None:
        line, rng = self._line, self._line.rng
        around = [p for p in self._staff.company(line.report.grid, rng) if p.code != line.owner]
        names = around[: 1 + int(3 * rng.random())]
        lawyer = self._staff.lawyer()
        if lawyer is not None and line.kind.kind == "dispute" and rng.random() < _ASK_LAWYER:
            names.append(lawyer)
        if not names:
            return
        line.wait(min(200.0, 0.06 * line.span))
        who = "、".join(f"{person.title}{person.name}" for person in names)
        codes = tuple(person.code for person in names)
        line.step(StepKind.JOINED, line.owner, line.say("join", who=who), others=codes)
        if not line.quick and rng.random() < _HARD:
            self._consult(codes)

    def _consult(self, others: tuple[str, ...]) -> None:
        """A hard matter is put to departments; what they decide is somebody's task."""
        line = self._line
        line.wait(1_500)
        line.step(StepKind.CONSULTED, line.owner, line.say("consult"), others=others)
        line.wait(400)
        line.step(StepKind.DECIDED, line.owner, line.say("decided"), others=others)
        line.wait(2_200)
        line.step(StepKind.TASK_DONE, others[0], line.say("task_done"), others=others)

    def _pause(self) -> None:
        line = self._line
        line.wait(200)
        line.step(StepKind.PAUSED, line.owner, line.say("pause"))
        line.wait(1440 * (2 + 5 * line.rng.random()))
        line.step(StepKind.RESUMED, line.owner, line.say("resume"))

    def _plain_outcome(self) -> str:
        """What comes of a matter that is not settled by talking: as the sentence about its end says."""
        line, kind = self._line, self._line.kind
        draw = line.rng.random()
        self._wait_for_result()
        if draw < _MAYBE_LOST.get(kind.code, 0.0) or (
            line.report.severity > 1 and draw < _NOT_FOUND.get(kind.kind, 0.0)
        ):
            return "not_found"
        cases = kind.code in _PROTECTED or kind.kind in ("petty_case", "fraud_attempt")
        if cases and any(word in line.words["fix"] for word in _TO_CASE):
            return "to_case"
        return "stopped" if kind.code in _PROTECTED else _PLAIN[kind.kind]

    def _wait_for_result(self) -> None:
        """Results come before the promised time in most cases; a few are late, and that is noted."""
        line, rng = self._line, self._line.rng
        due = line.due or line.now
        left = due - line.now
        if line.report.severity == 1:
            line.wait(40 + 160 * rng.random())
        elif left > timedelta(0) and rng.random() < 0.95:
            line.now = max(line.now, at_work(line.now + left * (0.1 + 0.7 * rng.random()), rng))
        else:
            self._overrun(due)

    def _overrun(self, due: datetime) -> None:
        line = self._line
        if line.now < due:
            line.now = due + timedelta(minutes=1)
        line.step(StepKind.OVERDUE, "", line.say("overdue"))
        line.wait(1440 * (0.3 + 2 * line.rng.random()))

    # the end

    def _resolve(self, outcome: str) -> None:
        line = self._line
        line.wait(30 if outcome in ("agreement", "settled") else 5)
        section = outcome if outcome in ("not_settled", "not_found") else "resolve"
        section = "not_found.lost" if outcome == "not_found" and line.kind.kind == "lost" else section
        cause = "" if outcome == "not_found" else line.words["cause"]
        line.step(StepKind.RESOLVED, line.owner, line.say(section), outcome=outcome, cause=cause)

    def _rate(self) -> None:
        line, rng = self._line, self._line.rng
        if not line.report.phone or rng.random() > 0.45:
            return
        draw = rng.random()
        stars = next(value for upto, value in _STARS if draw < upto)
        here = line.now
        line.wait(600, office=True)
        line.step(StepKind.RATED, "resident", line.say(f"rated.{stars}"), stars=stars)
        line.now = here

    def _look_back(self) -> None:
        """Every follow-up the rules ask for; one that did not hold reopens the matter once."""
        line, rng = self._line, self._line.rng
        resolved, reopened = line.now, False
        for rule in self._rules():
            line.now = resolved
            line.now = at_work(resolved + _span(rule) + timedelta(hours=rng.random() * 20), rng)
            line.step(StepKind.FOLLOW_UP_PLANNED, "", "", rule=rule["key"], due=resolved + _span(rule))
            line.steps[-1] = _moved(line.steps[-1], resolved)
            draw = rng.random()
            if draw < _UNREACHED:
                self._followed(rule, "unreached")
                line.wait(1440 * 2)
            if draw > _UNREACHED + _HELD and not reopened:
                reopened = True
                self._followed(rule, "not_held")
                resolved = self._again()
                continue
            self._followed(rule, "held")
        line.wait(20, office=True)
        latest = max((step.at for step in line.steps), default=line.now)
        line.now = max(line.now, latest + timedelta(minutes=1))
        line.step(StepKind.CLOSED, line.owner, line.say("close"))

    def _again(self) -> datetime:
        line = self._line
        line.wait(60)
        line.step(StepKind.REOPENED, line.owner, line.say("reopen"))
        line.wait(1_200)
        line.step(StepKind.PROGRESS, line.owner, line.say(self._section()))
        line.wait(1440 * (1 + 3 * line.rng.random()))
        self._resolve("stopped" if line.kind.code in _PROTECTED else _PLAIN[line.kind.kind])
        return line.now

    def _rules(self) -> list[dict[str, Any]]:
        report, kind = self._line.report, self._line.kind
        threats = kind.code == "FA8" or any(word in report.text for word in _THREATS[:1] + _THREATS[2:])
        found = [
            rule
            for rule in follow_up_rules()
            if rule["anchor"] == "closing"
            and (not rule["severities"] or report.severity in rule["severities"])
            and (not rule["kinds"] or kind.kind in rule["kinds"])
            and ("threats" not in rule["features"] or threats)
        ]
        return sorted(found, key=_span)

    def _followed(self, rule: dict[str, Any], result: str) -> None:
        line = self._line
        kind = line.kind.kind if line.kind.kind in ("dispute", "hazard") else "other"
        kind = "protect" if line.kind.code in _PROTECTED or line.kind.head == "MI" else kind
        section = f"held.{kind}" if result == "held" else result
        line.step(StepKind.FOLLOWED_UP, line.owner, line.say(section), result=result, rule=rule["key"])


def _span(rule: dict[str, Any]) -> timedelta:
    return timedelta(hours=rule["amount"]) if rule["unit"] == "h" else timedelta(days=rule["amount"])


def _moved(step: Step, at: datetime) -> Step:
    """A step dated back: follow-ups are planned when a matter is resolved."""
    return Step(at, step.kind, step.by, step.text, rule=step.rule, due=step.due)
