"""Mediation as answered."""

from __future__ import annotations

from typing import Any

from fengqiao.accounts.scope import Actor
from fengqiao.api import show
from fengqiao.api.schemas.base import Named
from fengqiao.api.schemas.mediation import (
    AgreementOut,
    CaseOut,
    CaseRowOut,
    DocumentOut,
    FileOut,
    PaperOut,
    PartyOut,
    SessionOut,
    TermOut,
    VisitOut,
)
from fengqiao.lib import clock
from fengqiao.mediation import queries
from fengqiao.mediation.case_page import case_row
from fengqiao.mediation.models import Agreement, Document, MediationCase, Session, Visit

ROW = (
    "number", "title", "state", "state_words", "level_words", "due_at", "overdue", "soon",
    "outcome_words", "danger", "restricted",
)  # fmt: skip


def row(found: queries.CaseRow) -> CaseRowOut:
    """One line of a list."""
    return CaseRowOut.model_construct(**_row_values(found))


def _row_values(found: queries.CaseRow) -> dict[str, Any]:
    values = {name: getattr(found, name) for name in ROW}
    mediator = found.case.mediator
    return {
        **values,
        "uid": str(found.case.uid),
        "matter": found.matter_number,
        "mediator": Named(id=mediator.pk, name=mediator.name),
        "parties_words": found.parties,
    }


def case(found: MediationCase, by: Actor) -> CaseOut:
    """One mediation, for a caller who found it in reach."""
    view = queries.case_view(found, by)
    line = case_row(found, clock.now())
    return CaseOut.model_construct(
        **_row_values(line),
        level=found.level,
        start=found.start,
        start_words=view.start_words,
        committee=found.committee,
        facts=found.facts,
        request=found.request,
        opened_at=found.opened_at,
        extended=found.extended,
        extended_why=found.extended_why,
        ended_at=found.ended_at,
        outcome=found.outcome,
        ended_why=found.ended_why,
        routes_told=found.routes_told,
        suitable=found.suitable,
        reasons=list(view.reasons),
        routes=list(view.routes),
        waiting_for=list(view.waiting_for),
        danger_signs=[{k: v for k, v in sign.items() if k != "told"} for sign in view.danger_signs],
        parties=[party(p) for p in view.parties],
        sessions=[session(s) for s in view.sessions],
        agreement=agreement(view.agreement, view) if view.agreement else None,
        chain=[c.number for c in view.chain],
        missing_papers=list(view.file.missing),
        version=found.version,
        actions=sorted(verb.replace("_", "-") for verb in view.verbs),
    )


def party(found: queries.PartyRow) -> PartyOut:
    """A party, masked."""
    return PartyOut(
        id=found.party.pk,
        side=found.party.side,
        side_words=found.side,
        masked_name=found.masked_name,
        is_unit=found.party.is_unit,
        is_minor=found.is_minor,
        guardian_present=found.guardian_present,
        consent=found.consent,
        consent_words=found.consent_words,
        consent_how=found.consent_how,
        rights_told=found.rights_told,
    )


def session(found: Session) -> SessionOut:
    """One sitting; needs its room at hand."""
    return SessionOut(
        id=found.pk,
        number=found.number,
        planned_at=found.planned_at,
        planned_minutes=found.planned_minutes,
        room=Named(id=found.room.pk, name=found.room.name) if found.room else None,
        place=found.place,
        invited=found.invited,
        open_session=found.open_session,
        held_at=found.held_at,
        minutes=found.minutes,
        recorder=found.recorder,
        statements=found.statements,
        proposals=found.proposals,
        result=found.result,
        agreed=found.agreed,
        cancelled_at=found.cancelled_at,
        cancelled_why=found.cancelled_why,
    )


def agreement(found: Agreement, view: queries.CaseView) -> AgreementOut:
    """An agreement with its terms and visits."""
    return AgreementOut(
        form=found.form,
        facts=found.facts,
        drafted_at=found.drafted_at,
        valid_from=found.valid_from,
        signed_by_all=found.signed_by_all,
        mediator_signed=found.mediator_signed,
        committee_sealed=found.committee_sealed,
        about_status=found.about_status,
        findings=[dict(f) for f in view.findings],
        vague_reason=found.vague_reason,
        confirm_by=view.confirm_by,
        confirmation=found.confirmation,
        confirmation_at=found.confirmation_at,
        court=show.named(found.court),
        performance=found.performance,
        total=view.total,
        terms=[term(t) for t in view.terms],
        visits=[visit(v) for v in view.visits],
    )


def term(found: queries.TermRow) -> TermOut:
    """One term and how it stands."""
    return TermOut(
        id=found.term.pk,
        position=found.position,
        text=found.text,
        who=found.who,
        party=found.term.party_id,
        amount=found.amount,
        how=found.how,
        due_at=found.due_at,
        at_once=found.term.at_once,
        promise=found.term.promise_id,
        state=found.state,
        state_words=found.state_words,
        overdue=found.overdue,
    )


def visit(found: Visit) -> VisitOut:
    """One visit; needs who went at hand."""
    return VisitOut(
        id=found.pk,
        at=found.at,
        how=found.how,
        by=found.by.name,
        term=found.term_id,
        party=found.party_id,
        kept=found.kept,
        note=found.note,
        satisfaction=found.satisfaction,
        worries=found.worries,
    )


def document(found: Document) -> DocumentOut:
    """A paper that is there."""
    return DocumentOut(
        id=found.pk,
        title=found.title,
        made=found.made,
        extension=found.extension,
        size=found.size,
        pages=found.pages,
        note=found.note,
        made_at=found.made_at,
    )


def file(found: queries.FileContents) -> FileOut:
    """The file in binding order."""
    papers = [
        PaperOut(
            position=p.position,
            kind=p.kind,
            title=p.title,
            need=p.need,
            made=p.made,
            state=p.state,
            state_words=p.state_words,
            can_make=p.can_make,
            documents=[document(d) for d in p.documents],
        )
        for p in found.rows
    ]
    return FileOut(complete=found.complete, missing=list(found.missing), papers=papers)
