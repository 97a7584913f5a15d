"""The mediations of an invented year: parties sealed, sittings, agreements whose terms are promises."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from fengqiao.demo.history import History
from fengqiao.demo.lives import masked
from fengqiao.demo.steps import Course, StepKind
from fengqiao.lib import clock
from fengqiao.lib.present import mask_name
from fengqiao.matters.choices import PromiseKind, PromiseState
from fengqiao.matters.models import Matter, Promise
from fengqiao.mediation.choices import CaseOutcome, CaseState, Consent, Form, Performance, Side, Start
from fengqiao.mediation.models import Agreement, MediationCase, Party, Session, Term
from fengqiao.mediation.numbering import case_number, committee_of

MOST = 80
"""The latest ones; older ones are told in the matter's story only."""


@transaction.atomic
def write_mediations(history: History) -> int:
    """Write the latest mediated disputes as cases; returns how many."""
    rows = history.disputes[-MOST:]
    for pk, _report, course in rows:
        matter = Matter.objects.select_related("area", "owner").get(pk=pk)
        _case(history, matter, course)
    return len(rows)


def _case(history: History, matter: Matter, course: Course) -> None:
    sittings = [s for s in course.steps if s.kind is StepKind.SESSION]
    agreed = course.last(StepKind.AGREED)
    began = (course.last(StepKind.CONSENT) or sittings[0]).at if sittings else matter.opened_at
    mediator = history.ground.people.get(sittings[0].by if sittings else "") or matter.owner
    if mediator is None:
        return
    level = "village" if matter.level == "station" else matter.level
    ended, state, outcome = None, CaseState.OPEN, ""
    if agreed is not None:
        ended, state = agreed.at, CaseState.AGREED
        outcome = {"oral": CaseOutcome.ORAL, "at_once": CaseOutcome.AT_ONCE}.get(
            agreed.form, CaseOutcome.WRITTEN
        )
    elif matter.resolved_at or matter.closed_at:
        ended, state, outcome = matter.resolved_at or matter.closed_at, CaseState.ENDED, CaseOutcome.FAILED
    case = MediationCase.objects.create(
        number=case_number(matter.area, level, began),
        matter=matter,
        level=level,
        state=state,
        start=Start.PARTY,
        mediator=mediator,
        committee=committee_of(matter.area, level),
        facts=matter.summary,
        suitable=True,
        opened_at=began,
        due_at=max(began + timedelta(days=30), history.now + timedelta(days=3))
        if not ended
        else began + timedelta(days=30),
        ended_at=ended,
        outcome=outcome,
        ended_why="" if agreed else "双方差距大，谈不拢" if ended else "",
        routes_told="可以申请仲裁、找行政机关处理或者起诉" if outcome == CaseOutcome.FAILED else "",
        opened_by=mediator,
    )
    parties = _parties(case, course, began)
    _sittings(case, course, sittings, agreed is not None)
    if agreed is not None:
        _agreement(case, agreed, parties, course)


def _sittings(case: MediationCase, course: Course, sittings: list[Any], agreed: bool) -> None:
    for number, step in enumerate(sittings, start=1):
        Session.objects.create(
            case=case,
            number=number,
            planned_at=step.at,
            place="社区调解室",
            held_at=step.at,
            minutes=50 + 10 * (number % 3),
            rights_told=True,
            statements=masked(step.text, course),
            result="谈成了" if agreed and number == len(sittings) else "再谈",
            agreed=bool(agreed and number == len(sittings)),
        )


def _parties(case: MediationCase, course: Course, at: datetime) -> list[Party]:
    found = []
    for n, name in enumerate(course.parties or ("王某", "李某")):
        party = Party(
            case=case,
            side=Side.APPLICANT if n == 0 else Side.RESPONDENT,
            position=1,
            masked_name=mask_name(name),
            consent=Consent.GIVEN,
            consent_at=at,
            consent_how="当面签字",
            rights_told_at=at,
        )
        party.seal("name_sealed", name)
        party.save()
        found.append(party)
    return found


def _agreement(case: MediationCase, step: Any, parties: list[Party], course: Course) -> None:
    written = step.form == "written"
    row = Agreement.objects.create(
        case=case,
        number=case.number.replace("号", "-1 号") if "号" in case.number else f"{case.number}-1",
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
    for term in step.terms:
        state = (
            PromiseState.OPEN
            if term.kept is None
            else PromiseState.KEPT
            if term.kept
            else PromiseState.BROKEN
        )
        promise = Promise.objects.create(
            matter=case.matter,
            kind=PromiseKind.TERM,
            what=masked(term.text, course)[:200],
            who=mask_name(term.who),
            due_at=term.due,
            amount=term.amount,
            state=state,
            made_at=step.at,
            settled_at=None if term.kept is None else term.settled_at or term.due,
        )
        Term.objects.create(
            agreement=row,
            position=term.number,
            text=masked(term.text, course),
            party=next((p for p in parties if p.masked_name == mask_name(term.who)), None),
            amount=term.amount,
            due_at=term.due,
            promise=promise,
        )


def _performance(terms: Any) -> str:
    kept = {t.kept for t in terms}
    if False in kept:
        return str(Performance.BROKEN)
    return str(Performance.DUE if None in kept else Performance.DONE)
