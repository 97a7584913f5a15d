"""The mediations of invented years: parties sealed, sittings in their rooms, agreements whose terms are promises.

A dispute that went up the ladder has one case a level, each naming the one before it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from django.db import transaction

from fengqiao.demo.history import History
from fengqiao.demo.lives import masked
from fengqiao.demo.model import Room
from fengqiao.demo.steps import Course, Step, StepKind
from fengqiao.lib import clock
from fengqiao.lib.present import mask_name
from fengqiao.matters.choices import PromiseKind, PromiseState
from fengqiao.matters.models import Counter as NumberCounter
from fengqiao.matters.models import Matter, Promise
from fengqiao.mediation.choices import CaseOutcome, CaseState, Consent, Form, Performance, Side, Start
from fengqiao.mediation.models import Agreement, MediationCase, Party, Session, Term
from fengqiao.mediation.numbering import committee_of, counter_key, mark_of, number_words, seat
from fengqiao.teams.models import Resource
from fengqiao.territory.models import Area

BATCH = 1000
_ROUTES = "可以申请仲裁、找行政机关处理或者起诉"
_FORMS = {"oral": CaseOutcome.ORAL, "at_once": CaseOutcome.AT_ONCE}


@dataclass
class _Part:
    """What was done of a mediation at one level."""

    level: str
    began: datetime
    sittings: list[Step] = field(default_factory=list)
    agreed: Step | None = None
    up: Step | None = None


@dataclass
class _Told:
    """One dispute with its course and the cases made of it, the lowest level first."""

    matter: Matter
    course: Course
    parts: list[_Part]
    cases: list[MediationCase] = field(default_factory=list)


def write_mediations(history: History) -> int:
    """Write every mediated dispute as cases; returns how many cases."""
    filing = _Filing(history)
    written = 0
    for first in range(0, len(history.disputes), BATCH):
        with transaction.atomic():
            written += _write(filing, history.disputes[first : first + BATCH])
    filing.keep_numbers()
    return written


def _write(filing: _Filing, disputes: list[tuple[int, Any, Course]]) -> int:
    wanted = Matter.objects.select_related("area", "owner", "category").in_bulk(
        [pk for pk, *_rest in disputes]
    )
    told = [_Told(wanted[pk], course, _parts(course, wanted[pk])) for pk, _report, course in disputes]
    for one in told:
        one.cases = [filing.case(one, n) for n in range(len(one.parts))]
    cases = sorted((case for one in told for case in one.cases), key=lambda case: case.opened_at)
    MediationCase.objects.bulk_create(cases)
    for one in told:
        for lower, case in pairwise(one.cases):
            case.earlier = lower
    MediationCase.objects.bulk_update([c for c in cases if c.earlier_id], ["earlier"], batch_size=BATCH)
    parties = {case.pk: _parties(case, one.course) for one in told for case in one.cases}
    Party.objects.bulk_create([party for found in parties.values() for party in found], batch_size=BATCH)
    pairs = [(one, case, part) for one in told for case, part in zip(one.cases, one.parts, strict=True)]
    Session.objects.bulk_create(
        [row for one, case, part in pairs for row in filing.sittings(one, case, part)], batch_size=BATCH
    )
    _agreements([(one, case, part.agreed) for one, case, part in pairs if part.agreed is not None], parties)
    return len(pairs)


def _parts(course: Course, matter: Matter) -> list[_Part]:
    """The course's sittings, parted where the matter went up; the first one begins with the consent."""
    opened = course.last(StepKind.OPENED)
    level = opened.level if opened is not None else str(matter.level)
    parts = [_Part(level, matter.opened_at)]
    for step in course.steps:
        here = parts[-1]
        if step.kind is StepKind.CONSENT:
            here.began = step.at
        elif step.kind is StepKind.SESSION:
            here.sittings.append(step)
        elif step.kind is StepKind.AGREED:
            here.agreed = step
        elif step.kind is StepKind.ESCALATED:
            here.up = step
            parts.append(_Part(step.level, step.at))
    return parts


class _Filing:
    """Numbers, committees and rooms, each looked up once."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._numbers: Counter[tuple[int, str]] = Counter()
        self._seats: dict[tuple[int, str], tuple[Area, str, str]] = {}
        self._plans: dict[tuple[int, str], Room | None] = {}

    def case(self, one: _Told, position: int) -> MediationCase:
        """The case of one level, as it stands now."""
        matter, part = one.matter, one.parts[position]
        mediator = (
            self._history.ground.people.get(part.sittings[0].by if part.sittings else "") or matter.owner
        )
        state, outcome, ended, why = _ending(part, matter, self._history.now)
        due = part.began + timedelta(days=30)
        return MediationCase(
            number=self._number(matter.area, part),
            matter=matter,
            level=part.level,
            state=state,
            start=Start.PARTY,
            mediator=mediator,
            committee=self._seat(matter.area, part.level)[1],
            facts=matter.summary,
            suitable=True,
            opened_at=part.began,
            due_at=due if ended else max(due, self._history.now + timedelta(days=3)),
            ended_at=ended,
            outcome=outcome,
            ended_why=why,
            routes_told=_ROUTES if outcome == CaseOutcome.FAILED else "",
            opened_by=mediator,
        )

    def sittings(self, one: _Told, case: MediationCase, part: _Part) -> list[Session]:
        """Those that were held; for a case that runs also the one that is agreed on next."""
        room = self._room(one.matter.area, part.level)
        where = {"room": room, "place": room.name if room else "社区调解室"}
        rows = []
        for number, step in enumerate(part.sittings, start=1):
            done = part.agreed is not None and number == len(part.sittings)
            rows.append(
                Session(
                    case=case, number=number, planned_at=step.at, held_at=step.at, minutes=50 + 10 * (number % 3),
                    rights_told=True, statements=masked(step.text, one.course),
                    result="谈成了" if done else "再谈", agreed=done, **where,
                )
            )  # fmt: skip
        if case.ended_at is None:
            day = clock.local(self._history.now) + timedelta(days=1 + case.matter_id % 3)
            at = day.replace(hour=9 + case.matter_id % 8, minute=30, second=0, microsecond=0)
            rows.append(Session(case=case, number=len(rows) + 1, planned_at=at, **where))
        return rows

    def keep_numbers(self) -> None:
        """Real cases go on counting from here."""
        for (year, mark), last in self._numbers.items():
            NumberCounter.objects.update_or_create(key=counter_key(year, mark), defaults={"value": last})

    def _seat(self, area: Area, level: str) -> tuple[Area, str, str]:
        key = (area.pk, level)
        if key not in self._seats:
            where = seat(area, level)
            self._seats[key] = where, committee_of(area, level), mark_of(where)
        return self._seats[key]

    def _number(self, area: Area, part: _Part) -> str:
        year, mark = clock.local(part.began).year, self._seat(area, part.level)[2]
        self._numbers[year, mark] += 1
        return number_words(year, mark, self._numbers[year, mark])

    def _room(self, area: Area, level: str) -> Resource | None:
        key = (area.pk, level)
        if key not in self._plans:
            self._plans[key] = self._plan(area, level)
        plan = self._plans[key]
        return self._history.ground.rooms[plan.name] if plan else None

    def _plan(self, area: Area, level: str) -> Room | None:
        """The room of the quarter's own kind, else of the level where the committee sits, else at the station."""
        rooms = self._history.town.rooms
        seat_code = self._seat(area, level)[0].code
        line = {seat_code, *(a.code for a in self._history.town.chain(area.code))}
        own = [
            r
            for r in rooms
            if r.level == level and (area.code in r.grids or (not r.grids and r.area in line))
        ]
        own.sort(key=lambda r: (not r.grids, r.area != seat_code))
        police = [r for r in rooms if r.kind == "police_room" and r.area in line]
        found = police if level == "station" else [r for r in own if r.kind != "police_room"]
        return next(iter(found or police or own), None)


def _ending(part: _Part, matter: Matter, now: datetime) -> tuple[CaseState, str, datetime | None, str]:
    """State, outcome, when it ended, and why without an agreement."""
    if part.agreed is not None:
        return CaseState.AGREED, str(_FORMS.get(part.agreed.form, CaseOutcome.WRITTEN)), part.agreed.at, ""
    if part.up is not None:
        return CaseState.ENDED, str(CaseOutcome.FAILED), part.up.at, part.up.text
    over = matter.resolved_at or matter.closed_at
    if over:
        return CaseState.ENDED, str(CaseOutcome.FAILED), over, "双方差距大，谈不拢"
    return CaseState.OPEN, "", None, ""


def _parties(case: MediationCase, course: Course) -> list[Party]:
    found = []
    for n, name in enumerate(course.parties or ("王某", "李某")):
        party = Party(
            case=case,
            side=Side.APPLICANT if n == 0 else Side.RESPONDENT,
            position=1,
            masked_name=mask_name(name),
            consent=Consent.GIVEN,
            consent_at=case.opened_at,
            consent_how="当面签字",
            rights_told_at=case.opened_at,
        )
        party.seal("name_sealed", name)
        found.append(party)
    return found


def _agreements(agreed: list[tuple[_Told, MediationCase, Step]], parties: dict[int, list[Party]]) -> None:
    rows = Agreement.objects.bulk_create([_agreement(case, step) for _one, case, step in agreed])
    promises: list[Promise] = []
    terms: list[Term] = []
    for row, (one, case, step) in zip(rows, agreed, strict=True):
        for term in step.terms:
            text = masked(term.text, one.course)
            promises.append(_promise(case, step, term, text))
            bound = next((p for p in parties[case.pk] if p.masked_name == mask_name(term.who)), None)
            terms.append(
                Term(
                    agreement=row, position=term.number, text=text, party=bound, amount=term.amount, due_at=term.due
                )
            )  # fmt: skip
    Promise.objects.bulk_create(promises, batch_size=BATCH)
    for line, promise in zip(terms, promises, strict=True):
        line.promise = promise
    Term.objects.bulk_create(terms, batch_size=BATCH)


def _agreement(case: MediationCase, step: Step) -> Agreement:
    written = step.form == "written"
    return Agreement(
        case=case,
        number=case.number.replace("号", "-1 号"),
        form=Form.WRITTEN if written else Form.ORAL,
        facts=step.text,
        drafted_at=step.at,
        valid_from=step.at,
        signed_by_all=written,
        mediator_signed=True,
        committee_sealed=written,
        confirm_by=clock.local(step.at).date() + timedelta(days=30),
        performance=_performance(step.terms),
    )


def _promise(case: MediationCase, step: Step, term: Any, text: str) -> Promise:
    kept = {None: PromiseState.OPEN, True: PromiseState.KEPT, False: PromiseState.BROKEN}[term.kept]
    return Promise(
        matter=case.matter,
        kind=PromiseKind.TERM,
        what=text[:200],
        who=mask_name(term.who),
        due_at=term.due,
        amount=term.amount,
        state=kept,
        made_at=step.at,
        settled_at=None if term.kept is None else term.settled_at or term.due,
    )


def _performance(terms: Any) -> str:
    kept = {t.kept for t in terms}
    if False in kept:
        return str(Performance.BROKEN)
    return str(Performance.DUE if None in kept else Performance.DONE)
