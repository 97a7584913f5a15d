"""Going back to look: the committee watches that agreements are kept and urges who is late (art. 31)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from fengqiao.accounts.scope import Actor
from fengqiao.lib import clock
from fengqiao.lib.errors import OutOfReach, Refusal
from fengqiao.lib.text import clean, one_line, shorten
from fengqiao.matters import actions as matters
from fengqiao.matters.choices import FollowUpResult, FollowUpState, PromiseKind, PromiseState, State
from fengqiao.matters.models import FollowUp, Promise
from fengqiao.mediation import rules
from fengqiao.mediation.actions._base import actor_id, save_case, story, take_case, tell, workdays
from fengqiao.mediation.choices import CaseState, Confirmation, Performance, VisitHow
from fengqiao.mediation.inputs import said
from fengqiao.mediation.models import Agreement, MediationCase, Party, Term, Visit


@transaction.atomic
def record_performance(
    term: Term,
    *,
    by: Actor,
    kept: bool,
    note: str,
    how: str = VisitHow.CALL,
    party: Party | None = None,
    satisfaction: int | None = None,
    worries: str = "",
) -> Term:
    """Whether a term was kept, as somebody saw or heard on going back.

    All kept: the agreement is done and the mediation over. Broken: the mediator is told to urge, the next step
    offers the court. What the clock took for broken may be put right with news that it was kept in time.
    """
    found, row, agreement = _take(term, "record_performance", by)
    words = said(note, what=_("看到、听到了什么"), field="note", limit=1000)
    promise = _promise_of(row)
    if kept and promise.state == PromiseState.BROKEN:
        matters.correct_promise(promise, by=by, note=words)
    else:
        matters.settle_promise(promise, by=by, kept=kept, note=shorten(words, 300))
    _visit(agreement, row, by, kept, words, how, party, satisfaction, worries)
    refresh(agreement)
    if agreement.performance == Performance.DONE:
        found.state = CaseState.ENDED
    save_case(found)
    if agreement.performance == Performance.DONE:
        story(found, by, "协议全部履行", performance="done")
    _close_follow_ups(promise, by, kept, words)
    if not kept:
        _urge(found, agreement, row, by)
    return row


def _take(term: Term, verb: str, by: Actor) -> tuple[MediationCase, Term, Agreement]:
    found = take_case(term.agreement.case, verb, by)
    row = Term.objects.select_for_update(of=("self",)).filter(pk=term.pk, agreement__case=found).first()
    if row is None:
        raise OutOfReach
    agreement = Agreement.objects.select_for_update(of=("self",)).get(pk=row.agreement_id)
    return found, row, agreement


def _promise_of(row: Term) -> Promise:
    if row.promise_id is None:
        raise Refusal(_("协议还没有生效，没有可以核对的承诺"), code="not_valid")
    return Promise.objects.get(pk=row.promise_id)


def refresh(agreement: Agreement) -> Agreement:
    """Read off the promises how the agreement is kept, and save it."""
    states = list(agreement.terms.values_list("promise__state", flat=True))
    agreement.performance = rules.performance([s for s in states if s])
    agreement.broken_seen = states.count(PromiseState.BROKEN)
    agreement.save(update_fields=["performance", "broken_seen"])
    return agreement


def _close_follow_ups(promise: Promise, by: Actor, kept: bool, note: str) -> None:
    """The looks planned for this term are done with it. A resolved matter goes on to its next look or closes.

    While the matter is still worked on, the table has no follow-up step: the rows alone are settled.
    """
    result = FollowUpResult.HELD if kept else FollowUpResult.NOT_HELD
    for row in FollowUp.objects.filter(promise=promise, state=FollowUpState.PLANNED).select_related("matter"):
        if row.matter.state == State.RESOLVED:
            matters.record_follow_up(row, by=by, result=result, note=note)
            continue
        row.state, row.result, row.note = FollowUpState.DONE, result, note
        row.done_at, row.done_by_id = clock.now(), by.person_id
        row.save()


def _urge(case: MediationCase, agreement: Agreement, term: Term, by: Actor) -> None:
    """Say that the term was not kept; the next step is to urge, and the court stays open."""
    if agreement.confirmation == Confirmation.CONFIRMED:
        court = "可以向法院申请强制执行"
    else:
        court = "可以就协议向法院起诉"
    story(
        case,
        by,
        f"协议第 {term.position} 项没守住，督促履行；{court}",
        step=f"督促履行协议第 {term.position} 项，另约时间；{court}",
        due_at=workdays(2, case.matter),
        performance=str(agreement.performance),
        term=term.pk,
    )
    tell(case.mediator, by, case, f"协议第 {term.position} 项没守住，请督促")


def _visit(
    agreement: Agreement,
    term: Term | None,
    by: Actor,
    kept: bool | None,
    note: str,
    how: str,
    party: Party | None,
    satisfaction: int | None,
    worries: str,
) -> Visit:
    if how not in VisitHow.values:
        raise Refusal(_("请选上门、电话或来所"), code="missing", field="how")
    if satisfaction not in (None, 1, 2, 3):
        raise Refusal(_("请选满意、一般或不满意"), code="missing", field="satisfaction")
    if party is not None and party.case_id != agreement.case_id:
        raise OutOfReach
    return Visit.objects.create(
        agreement=agreement,
        term=term,
        party=party,
        at=clock.now(),
        how=how,
        kept=kept,
        note=note,
        satisfaction=satisfaction,
        worries=clean(worries, limit=1000, field="worries"),
        by_id=actor_id(by),
    )


@transaction.atomic
def record_visit(
    agreement: Agreement,
    *,
    by: Actor,
    note: str,
    how: str = VisitHow.VISIT,
    party: Party | None = None,
    satisfaction: int | None = None,
    worries: str = "",
) -> Visit:
    """A visit about the agreement as a whole, without settling a term."""
    found = take_case(agreement.case, "record_visit", by)
    row = Agreement.objects.filter(pk=agreement.pk, case=found).first()
    if row is None:
        raise OutOfReach
    words = said(note, what=_("看到、听到了什么"), field="note", limit=1000)
    visit = _visit(row, None, by, None, words, how, party, satisfaction, worries)
    save_case(found)
    story(found, by, f"回访：{words}", visit=visit.pk)
    return visit


@transaction.atomic
def renew_term(term: Term, *, by: Actor, due_at: datetime, why: str) -> Term:
    """A new date for a term that was not kept: a new promise; the broken one stays in the matter's history."""
    found, row, agreement = _take(term, "renew_term", by)
    old = _promise_of(row)
    if old.state != PromiseState.BROKEN:
        raise Refusal(_("只有没守住的条款可以另约时间"), code="wrong_state")
    reason = said(one_line(why, limit=200), what=_("怎么另约的"), field="why", limit=200)
    fresh = matters.promise(
        found.matter,
        by=by,
        what=shorten(f"协议第 {row.position} 项（另约）：{row.text}", 200),
        who=old.who,
        due_at=due_at,
        kind=PromiseKind.TERM,
        amount=row.amount,
    )
    row.promise, row.due_at = fresh, due_at
    row.save()
    refresh(agreement)
    save_case(found)
    matters.schedule_follow_up(
        found.matter,
        by=by,
        purpose=shorten(f"看另约的协议第 {row.position} 项是否守住：{row.text}", 120),
        due_at=due_at,
        owner=found.mediator if found.mediator.is_active else None,
        promise=fresh,
    )
    story(
        found,
        by,
        f"协议第 {row.position} 项另约时间：{reason}",
        step=f"看协议第 {row.position} 项是否守住",
        due_at=due_at,
        term=row.pk,
    )
    return row
