"""Talking a dispute over: consent, sessions, an agreement whose terms have dates, the next level where it
fails."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from fengqiao.algorithms.workcalendar import WorkCalendar
from fengqiao.demo.model import Person
from fengqiao.demo.names import word_lists
from fengqiao.demo.scales import Scale
from fengqiao.demo.staffing import Staffing
from fengqiao.demo.steps import Line, StepKind, Term, at_work

_KEPT, _LATE_AFTER_ALL = 0.9, 0.7
_AT_FIRST, _SITTINGS, _BEFORE_COUNTY = 0.62, 4, 2
_ROOMS = {"community": "社区调解室", "street": "街道调解中心", "county": "区县调解中心"}
_DIGITS = {c: n for n, c in enumerate("〇一二三四五六七八九")} | {"两": 2}
_UNITS = {"百": 100, "千": 1_000, "万": 10_000}


def yuan(words: str) -> int:
    """An amount as people say it, in yuan: 一千二 is 1200, 四万六 is 46000. Raises ``KeyError`` for other
    words."""
    total, digit, unit = 0, 0, 1
    for character in words:
        if character == "十":
            digit = (digit or 1) * 10
        elif character in _UNITS:
            unit = _UNITS[character]
            total, digit = total + digit * unit, 0
        else:
            digit += _DIGITS[character]
    return total + digit * unit // 10


class Settling:
    """One mediation on a line; ``parties`` are the invented names of the two sides once it has begun."""

    def __init__(self, line: Line, staff: Staffing, calendar: WorkCalendar, scale: Scale) -> None:
        self._line = line
        self._scale = scale
        self._staff = staff
        self._calendar = calendar
        self.parties: tuple[str, ...] = ()
        self._terms: tuple[Term, ...] = ()

    def run(self) -> str:
        """Sessions at this level, if need be at the next; an agreement, or the other ways told."""
        line, rng = self._line, self._line.rng
        self.parties = (_party(line), _party(line))
        line.words["name"], line.words["name2"] = self.parties
        mediator = self._staff.mediator(line.report.grid, line.level, rng)
        line.wait(min(900.0, 0.2 * line.span))
        line.step(StepKind.CONSENT, mediator.code, line.say("consent"))
        # What the first sitting leaves open is settled so often later that the scale's share comes out.
        later = 1 - ((100 - self._scale.settled_percent) / 100 / (1 - _AT_FIRST)) ** (1 / (_SITTINGS - 1))
        for attempt in range(_SITTINGS):
            self._session(mediator.code)
            if rng.random() < (later if attempt else _AT_FIRST):
                return self._agree(mediator.code)
            above = self._scale.ladder.above(line.level)
            tries = _BEFORE_COUNTY if above == "county" else 1
            if tries <= attempt < _SITTINGS - 1 and above in _ROOMS:
                mediator = self._escalate(above)
        return "not_settled"

    def _session(self, mediator: str) -> None:
        line = self._line
        line.nth += 1
        days = 1 + 3 * line.rng.random() if line.nth > 1 else 0.3 + line.rng.random()
        line.wait(1440 * days)
        line.step(StepKind.SESSION, mediator, line.say("session"))

    def _escalate(self, above: str) -> Person:
        line = self._line
        line.wait(500)
        line.level = above
        section = "escalate" if line.rng.random() < 0.8 else "escalate.early"
        line.step(StepKind.ESCALATED, line.owner, line.say(section, level=_ROOMS[above]), level=above)
        return self._staff.mediator(line.report.grid, above, line.rng)

    def _agree(self, mediator: str) -> str:
        line, rng = self._line, self._line.rng
        draw = rng.random()
        form = "written" if draw < 0.5 else "oral" if draw < 0.8 else "at_once"
        if form == "at_once":
            line.step(StepKind.AGREED, mediator, line.say("at_once"), form=form)
            return "settled"
        self._terms = tuple(self._make_terms())
        line.step(StepKind.AGREED, mediator, line.say(f"agree.{form}"), form=form, terms=self._terms)
        for term in self._terms:
            self._perform(term)
        return "agreement"

    def _make_terms(self) -> Iterator[Term]:
        """One thing to be done, and the sum the settlement names, at once or in two instalments."""
        line, rng = self._line, self._line.rng
        number = 1
        fix = line.words["fix"]
        said = next((line.words[word] for word in ("money", "sum") if f"{line.words[word]}元" in fix), "")
        if not said or rng.random() < 0.5:
            yield self._term(number, None)
            number += 1
        if said:
            amount = yuan(said)
            parts = [amount] if amount < 2_000 or rng.random() < 0.6 else [amount // 2, amount - amount // 2]
            for part in parts:
                yield self._term(number, part)
                number += 1

    def _term(self, number: int, amount: int | None) -> Term:
        """A term with its date, and already what will come of it."""
        line, rng = self._line, self._line.rng
        due = self._calendar.add(line.now, 3 + int(rng.random() * 14 + 21 * (number - 1)), "d", severity=4)
        local = due + timedelta(hours=8)
        section = "term.act" if amount is None else "term.money"
        text = line.say(section, day=f"{local.month}月{local.day}日", amount=f"{amount or 0:,}")
        kept = rng.random() < _KEPT
        after = timedelta(hours=20) if not kept else -timedelta(hours=int(rng.random() * 40))
        settled = at_work(max(line.now + timedelta(hours=1), due + after), rng)
        return Term(number, self.parties[1], text, due, amount, kept, settled)

    def _perform(self, term: Term) -> None:
        """The step that tells whether a term was kept; broken ones are urged and mostly done late."""
        line = self._line
        if term.settled_at is None:
            return
        here = line.now
        line.now = term.settled_at
        kind = StepKind.PROMISE_KEPT if term.kept else StepKind.PROMISE_BROKEN
        section = f"{'kept' if term.kept else 'broken'}.{'act' if term.amount is None else 'money'}"
        line.step(kind, line.owner, line.say(section), term=term.number)
        if not term.kept and line.rng.random() < _LATE_AFTER_ALL:
            line.wait(1440 * (2 + 6 * line.rng.random()))
            line.step(StepKind.PROGRESS, line.owner, line.say("late"), term=term.number)
        line.now = here


def _party(line: Line) -> str:
    words, rng = word_lists(), line.rng
    parts = (
        ("surnames", "given_first", "given_second") if rng.random() < 0.7 else ("surnames", "given_single")
    )
    return "".join(words[part][int(rng.random() * len(words[part]))] for part in parts)
