"""One mediation as its page shows it, and as a line of a list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from fengqiao.accounts.scope import Actor
from fengqiao.lib import clock
from fengqiao.lib.place_config import current_place
from fengqiao.lib.present import named
from fengqiao.lib.wording import listed
from fengqiao.matters.choices import PromiseState
from fengqiao.matters.clockwork import warn_at
from fengqiao.mediation import rules
from fengqiao.mediation.actions._base import held_verbs, in_reach
from fengqiao.mediation.actions.ending import HANDED_UP
from fengqiao.mediation.choices import (
    CaseOutcome,
    CaseState,
    Confirmation,
    Consent,
    Form,
    Performance,
    Side,
    Start,
)
from fengqiao.mediation.filing import FileContents, file_contents
from fengqiao.mediation.models import Agreement, MediationCase, Party, Session, Term, Visit
from fengqiao.mediation.numbering import ladder_level


@dataclass(frozen=True)
class PartyRow:
    """A party as a list may show it: masked."""

    party: Party
    side: str
    masked_name: str
    is_minor: bool
    guardian_present: bool
    consent: str
    consent_words: str
    consent_how: str
    rights_told: bool


@dataclass(frozen=True)
class TermRow:
    """A term with how it stands: promise state, overdue or not."""

    term: Term
    position: int
    text: str
    who: str
    amount: Decimal | None
    how: str
    due_at: datetime | None
    state: str
    state_words: str
    overdue: bool


@dataclass(frozen=True)
class CaseRow:
    """One line of the mediation list. ``soon``: two thirds of the time are gone."""

    case: MediationCase
    number: str
    matter_number: str
    title: str
    state: str
    state_words: str
    level_words: str
    mediator: str
    parties: str
    due_at: datetime
    overdue: bool
    soon: bool
    outcome_words: str
    danger: bool
    restricted: bool


@dataclass(frozen=True)
class CaseView:
    """Everything the page of one case shows.

    ``verbs``: what this actor may do now; ``waiting_for``: what a start still needs.
    """

    case: MediationCase
    state_words: str
    start_words: str
    outcome_words: str
    level_words: str
    next_level_words: str
    due_at: datetime
    overdue: bool
    soon: bool
    parties: tuple[PartyRow, ...]
    sessions: tuple[Session, ...]
    next_session: Session | None
    agreement: Agreement | None
    form_words: str
    terms: tuple[TermRow, ...]
    total: Decimal
    findings: tuple[dict[str, object], ...]
    confirm_by: date | None
    confirm_days_left: int | None
    confirmation_words: str
    performance_words: str
    visits: tuple[Visit, ...]
    file: FileContents
    chain: tuple[MediationCase, ...]
    danger_signs: tuple[dict[str, object], ...]
    reasons: tuple[str, ...]
    routes: tuple[str, ...]
    waiting_for: tuple[str, ...]
    verbs: frozenset[str]


def chain(case: MediationCase) -> tuple[MediationCase, ...]:
    """The case and its levels, lowest first."""
    rows = {
        c.pk: c for c in MediationCase.objects.filter(matter_id=case.matter_id).select_related("mediator")
    }
    first = rows[case.pk]
    while first.earlier_id in rows:
        first = rows[first.earlier_id]
    found = [first]
    while nxt := next((c for c in rows.values() if c.earlier_id == found[-1].pk), None):
        found.append(nxt)
    return tuple(found)


def case_row(case: MediationCase, now: datetime) -> CaseRow:
    """One line; parties masked, a restricted matter without its title."""
    running = case.state in rules.RUNNING_STATES
    matter = case.matter
    return CaseRow(
        case=case,
        number=case.number,
        matter_number=matter.number,
        title=named(matter.category) if matter.restricted else matter.title,
        state=case.state,
        state_words=str(CaseState(case.state).label),
        level_words=named(ladder_level(case.level)),
        mediator=case.mediator.name,
        parties=listed(p.masked_name for p in sorted(case.parties.all(), key=_by_side)),
        due_at=case.due_at,
        overdue=running and case.due_at < now,
        soon=running and warn_at(case.opened_at, case.due_at) <= now <= case.due_at,
        outcome_words=str(CaseOutcome(case.outcome).label) if case.outcome else "",
        danger=bool(case.danger_signs),
        restricted=matter.restricted,
    )


def _by_side(row: Party) -> tuple[int, int]:
    return Side.values.index(row.side), row.position


def case_view(case: MediationCase, actor: Actor) -> CaseView:
    """All of one case. The caller has found it through ``find``."""
    now = clock.now()
    row = case_row(case, now)
    parties = tuple(_party_row(p) for p in sorted(case.parties.all(), key=_by_side))
    sessions = tuple(case.sessions.select_related("room").order_by("number"))
    ahead = [s for s in sessions if s.held_at is None and s.cancelled_at is None]
    agreement = Agreement.objects.select_related("court").filter(case=case).first()
    terms = _terms(agreement, now)
    above = current_place().next_level(ladder_level(case.level).key)
    fit = case.suitability or {}
    confirm_by = agreement.confirm_by if agreement and not agreement.about_status else None
    return CaseView(
        case=case,
        state_words=row.state_words,
        start_words=str(Start(case.start).label),
        outcome_words=row.outcome_words,
        level_words=row.level_words,
        next_level_words=named(above) if above else "",
        due_at=case.due_at,
        overdue=row.overdue,
        soon=row.soon,
        parties=parties,
        sessions=sessions,
        next_session=min(ahead, key=lambda s: s.planned_at, default=None),
        agreement=agreement,
        form_words=str(Form(agreement.form).label) if agreement else "",
        terms=terms,
        total=sum((t.amount for t in terms if t.amount), Decimal(0)),
        findings=tuple(agreement.findings) if agreement else (),
        confirm_by=confirm_by,
        confirm_days_left=(confirm_by - clock.local(now).date()).days if confirm_by else None,
        confirmation_words=str(Confirmation(agreement.confirmation).label) if agreement else "",
        performance_words=str(Performance(agreement.performance).label)
        if agreement and agreement.is_valid
        else "",
        visits=tuple(agreement.visits.select_related("by", "party", "term")) if agreement else (),
        file=file_contents(case),
        chain=chain(case),
        danger_signs=tuple(case.danger_signs),
        reasons=tuple(_(r["text"]) for r in fit.get("reasons", ())),
        routes=tuple(_(rules.ROUTES[key]) for key in fit.get("routes", ()) if key in rules.ROUTES),
        waiting_for=_waiting_for(case, parties),
        verbs=allowed_verbs(case, actor),
    )


def _party_row(row: Party) -> PartyRow:
    return PartyRow(
        party=row,
        side=str(Side(row.side).label),
        masked_name=row.masked_name,
        is_minor=row.is_minor,
        guardian_present=row.guardian_present,
        consent=row.consent,
        consent_words=str(Consent(row.consent).label),
        consent_how=row.consent_how,
        rights_told=row.rights_told_at is not None,
    )


def _terms(agreement: Agreement | None, now: datetime) -> tuple[TermRow, ...]:
    if agreement is None:
        return ()
    return tuple(_term_row(t, now) for t in agreement.terms.select_related("party", "promise"))


def _term_row(row: Term, now: datetime) -> TermRow:
    state = row.promise.state if row.promise else ""
    return TermRow(
        term=row,
        position=row.position,
        text=row.text,
        who=row.party.masked_name if row.party else "各方",
        amount=row.amount,
        how=row.how,
        due_at=row.due_at,
        state=state,
        state_words=str(PromiseState(state).label) if state else "",
        overdue=state == PromiseState.OPEN and row.due_at is not None and row.due_at < now,
    )


def _waiting_for(case: MediationCase, parties: tuple[PartyRow, ...]) -> tuple[str, ...]:
    """What is still to be done before the mediation may begin."""
    if case.state != CaseState.CHECKING:
        return ()
    found = []
    if len({p.side for p in parties}) < 2:
        found.append(_("加上双方当事人"))
    asked, told = _("征求 %(name)s 是否愿意调解"), _("向 %(name)s 告知权利义务")
    found += [asked % {"name": p.masked_name} for p in parties if p.consent != Consent.GIVEN]
    found += [told % {"name": p.masked_name} for p in parties if not p.rights_told]
    return tuple(found)


def allowed_verbs(case: MediationCase, actor: Actor) -> frozenset[str]:
    """Verbs the actor may do on the case now (keys of rules.VERBS)."""
    if not in_reach(case, actor):
        return frozenset()
    held = held_verbs(case.matter, actor, case.mediator_id)
    found = {v.key for v in rules.VERBS if v.key in held and rules.may_start(v.key, case.state)}
    return frozenset(found - _not_now(case))


def _not_now(case: MediationCase) -> set[str]:
    off = set()
    over = case.state == CaseState.ENDED
    at_top = current_place().next_level(ladder_level(case.level).key) is None
    if at_top or (over and case.outcome not in HANDED_UP) or case.next_level.exists():
        off.add("hand_up")
    if case.extended:
        off.add("extend")
    agreement = Agreement.objects.filter(case=case).first()
    if agreement is None:
        off |= {"sign_agreement", "record_confirmation", "record_performance", "renew_term", "record_visit"}
    elif agreement.about_status or not rules.next_confirmations(agreement.confirmation):
        off.add("record_confirmation")
    return off
