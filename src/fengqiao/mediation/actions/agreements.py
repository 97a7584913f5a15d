"""Agreements: drafted, signed, valid; their terms become promises with dates. Confirmation by the court."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from fengqiao.accounts.scope import Actor
from fengqiao.lib import clock
from fengqiao.lib.errors import OutOfReach, Refusal
from fengqiao.lib.text import clean, one_line, shorten
from fengqiao.lib.wording import listed
from fengqiao.matters import actions as matters
from fengqiao.matters import clockwork
from fengqiao.matters.choices import PromiseKind
from fengqiao.mediation import rules
from fengqiao.mediation.actions._base import close_case, save_case, story, take_case, workdays
from fengqiao.mediation.actions.sessions import check_parties
from fengqiao.mediation.actions.terms import TermDraft, check_terms, checked_terms, moment_of, refuse_vague
from fengqiao.mediation.choices import CaseOutcome, CaseState, Form, Performance
from fengqiao.mediation.inputs import local_day, past, said, start_of_day
from fengqiao.mediation.models import Agreement, MediationCase, Term
from fengqiao.mediation.money import figures

LOOK_DAYS = 30
"""When somebody looks after a term that has no date of its own (calendar days from validity)."""


@transaction.atomic
def draft_agreement(
    case: MediationCase,
    *,
    by: Actor,
    form: str,
    facts: str,
    terms: Sequence[TermDraft],
    accept_vague_reason: str = "",
    about_status: bool = False,
) -> Agreement:
    """Write down what was agreed, to be printed and signed; a draft binds nobody and replaces the draft before.

    It may state the parties, the main facts and points at issue, each side's responsibility, and what is to be
    done how and by when (art. 29). ``about_status``: it also speaks of kinship, adoption or marriage, which no
    court confirms. Raises Refusal ``vague_terms`` (with the findings in words) unless ``accept_vague_reason``
    says why they stay.
    """
    found = take_case(case, "draft_agreement", by)
    row = _write_draft(found, form, facts, terms, accept_vague_reason, about_status)
    save_case(found)
    shown = "口头协议" if row.form == Form.ORAL else "协议书"
    story(
        found,
        by,
        f"写好{shown}草稿，共 {row.terms.count()} 项",
        step="核对后请各方签名，调解员签名，盖章",
        due_at=workdays(2, found.matter),
        agreement=row.pk,
    )
    return row


@transaction.atomic
def sign_agreement(
    agreement: Agreement,
    *,
    by: Actor,
    signed_by_all: bool,
    mediator_signed: bool,
    committee_sealed: bool,
    valid_from: datetime | None = None,
) -> Agreement:
    """The agreement becomes valid: its terms are promises from now on, and somebody goes back at each due date.

    Written: valid from the signatures (or seals, fingerprints) of all parties with the mediator's signature and
    the committee's seal (art. 29). Oral: valid when agreed, kept in the mediator's signed record (art. 28, 30).
    Raises Refusal ``not_signed`` naming what is missing.
    """
    found = take_case(agreement.case, "sign_agreement", by)
    row = Agreement.objects.select_for_update(of=("self",)).filter(pk=agreement.pk, case=found).first()
    if row is None:
        raise OutOfReach
    if row.is_valid:
        raise Refusal(_("这份协议已经生效"), code="already")
    _make_valid(found, row, by, (signed_by_all, mediator_signed, committee_sealed), valid_from)
    return row


@transaction.atomic
def record_agreement(
    case: MediationCase,
    *,
    by: Actor,
    form: str,
    facts: str,
    terms: Sequence[TermDraft],
    signed_by_all: bool = False,
    mediator_signed: bool = False,
    committee_sealed: bool = False,
    valid_from: datetime | None = None,
    accept_vague_reason: str = "",
    about_status: bool = False,
) -> Agreement:
    """Draft and sign in one step, for an agreement that lies signed on the table. Refuses as those two do."""
    found = take_case(case, "record_agreement", by)
    row = _write_draft(found, form, facts, terms, accept_vague_reason, about_status)
    _make_valid(found, row, by, (signed_by_all, mediator_signed, committee_sealed), valid_from)
    return row


def _write_draft(
    case: MediationCase,
    form: str,
    facts: str,
    terms: Sequence[TermDraft],
    accept_vague_reason: str,
    about_status: bool,
) -> Agreement:
    if not rules.may_start("draft_agreement", case.state):
        raise Refusal(
            _("这个调解现在是“%(state)s”，不能写协议") % {"state": CaseState(case.state).label},
            code="wrong_state",
        )
    if form not in Form.values:
        raise Refusal(_("请选书面协议或口头协议"), code="missing", field="form")
    check_parties(case)
    drafts = checked_terms(case, terms)
    findings = check_terms(terms)
    reason = one_line(accept_vague_reason, limit=300, field="accept_vague_reason")
    refuse_vague(findings, reason)
    row, _made = Agreement.objects.update_or_create(
        case=case,
        defaults={
            "number": case.number,
            "form": form,
            "facts": said(facts, what=_("事实、争议和责任"), field="facts"),
            "drafted_at": clock.now(),
            "findings": [{"position": f.position, "kind": f.kind, "message": f.message} for f in findings],
            "vague_reason": reason if findings else "",
            "about_status": about_status,
        },
    )
    row.terms.all().delete()
    Term.objects.bulk_create([_term(row, n, draft) for n, draft in enumerate(drafts, start=1)])
    return row


def _term(row: Agreement, position: int, draft: TermDraft) -> Term:
    return Term(
        agreement=row,
        position=position,
        text=draft.text,
        party=draft.party,
        amount=draft.amount,
        how=draft.how,
        due_at=moment_of(draft.due_at),
        at_once=draft.at_once,
    )


def _make_valid(
    case: MediationCase,
    row: Agreement,
    by: Actor,
    signed: tuple[bool, bool, bool],
    valid_from: datetime | None,
) -> None:
    missing = rules.missing_signatures(
        row.form, signed_by_all=signed[0], mediator_signed=signed[1], sealed=signed[2]
    )
    if missing:
        raise Refusal(
            _("协议还没有生效，还缺：%(missing)s") % {"missing": listed(_(what) for what in missing)},
            code="not_signed",
            field="signed_by_all",
        )
    row.valid_from = past(
        valid_from, what=_("生效时间"), field="valid_from", not_before=start_of_day(case.opened_at)
    )
    row.signed_by_all, row.mediator_signed, row.committee_sealed = signed
    row.confirm_by = rules.confirm_by(local_day(row.valid_from))
    terms = list(row.terms.select_related("party"))
    outcome = rules.outcome_of(row.form, [t.at_once for t in terms])
    at_once = outcome == CaseOutcome.AT_ONCE
    row.performance = Performance.DONE if at_once else Performance.DUE
    row.save()
    close_case(case, outcome, "", state=CaseState.ENDED if at_once else CaseState.AGREED)
    for term in terms:
        _promise(case, term, by, row.valid_from)
    _tell_story(case, row, by, terms)


def _promise(case: MediationCase, term: Term, by: Actor, valid_from: datetime) -> None:
    """The term's promise; a look at its due date, or its settlement when it was done on the spot."""
    if term.at_once:
        due = clock.now()
    else:
        due = term.due_at or clockwork.days_later(valid_from + timedelta(days=LOOK_DAYS), 0)
    who = term.party.masked_name if term.party else "各方"
    what = f"协议第 {term.position} 项：{term.text}"
    row = matters.promise(
        case.matter,
        by=by,
        what=shorten(what, 200),
        who=who,
        due_at=due,
        kind=PromiseKind.TERM,
        amount=term.amount,
    )
    term.promise, term.due_at = row, due
    term.save()
    if term.at_once:
        matters.settle_promise(row, by=by, kept=True, note="当场履行")
        return
    matters.schedule_follow_up(
        case.matter,
        by=by,
        purpose=shorten(f"看协议第 {term.position} 项是否守住：{clean(term.text)}", 120),
        due_at=due,
        owner=case.mediator if case.mediator.is_active else None,
        promise=row,
    )


def _tell_story(case: MediationCase, row: Agreement, by: Actor, terms: list[Term]) -> None:
    total = sum((t.amount for t in terms if t.amount), Decimal(0))
    money = f"，共 {figures(total)} 元" if total else ""
    day = row.confirm_by
    last = f"；双方可一起申请司法确认，最后一天是 {day.year} 年 {day.month} 月 {day.day} 日" if day else ""
    last = "" if row.about_status else last
    due = min((t.due_at for t in terms if t.due_at and not t.at_once), default=None)
    soon = workdays(3, case.matter)
    story(
        case,
        by,
        f"{CaseOutcome(case.outcome).label}：{len(terms)} 项{money}{last}",
        step="写明结果办结，到期看协议是否守住",
        due_at=min(due, soon) if due else soon,
        agreement=row.pk,
        outcome=str(case.outcome),
        confirm_by=day.isoformat() if day else "",
    )
