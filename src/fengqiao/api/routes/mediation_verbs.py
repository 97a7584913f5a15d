"""Verbs on a mediation as a whole."""

from __future__ import annotations

from uuid import UUID

from fengqiao.api import find, show_mediation
from fengqiao.api.access import Door
from fengqiao.api.acting import guarded
from fengqiao.api.auth import ApiRequest
from fengqiao.api.mediating import agreement_of, case_of, do, drafts
from fengqiao.api.schemas import mediation_verbs as bodies
from fengqiao.api.schemas.mediation import CaseOut
from fengqiao.lib.policy import needs
from fengqiao.mediation import actions
from fengqiao.mediation.models import Party

router = Door(tags=["mediation"])
handles = needs("mediation.handle")


@router.post("/mediations/{uid}/change-mediator", response=CaseOut)
@handles
def change_mediator(request: ApiRequest, uid: UUID, body: bodies.ChangeMediator) -> CaseOut:
    """Another mediator takes over."""
    return do(
        request,
        uid,
        body.version,
        lambda c, by: actions.change_mediator(
            c,
            by=by,
            to=find.person(body.to, by, field="to", near=c.matter.area),
            reason=body.reason,
        ),
    )


@router.post("/mediations/{uid}/tell-rights", response=CaseOut)
@handles
def tell_rights(request: ApiRequest, uid: UUID, body: bodies.TellRights) -> CaseOut:
    """Record that the parties were told their rights and duties."""
    return do(
        request,
        uid,
        body.version,
        lambda c, by: actions.tell_rights(
            c, by=by, parties=list(Party.objects.filter(case=c, pk__in=body.parties)), at=body.at
        ),
    )


@router.post("/mediations/{uid}/start-mediation", response=CaseOut)
@handles
def start_mediation(request: ApiRequest, uid: UUID, body: bodies.CaseSeen) -> CaseOut:
    """Begin: everybody willing and told their rights."""
    return do(request, uid, body.version, lambda c, by: actions.start_mediation(c, by=by))


@router.post("/mediations/{uid}/plan-session", response=CaseOut)
@handles
def plan_session(request: ApiRequest, uid: UUID, body: bodies.PlanSession) -> CaseOut:
    """Agree on a sitting."""
    return do(
        request,
        uid,
        body.version,
        lambda c, by: actions.plan_session(
            c,
            by=by,
            planned_at=body.planned_at,
            minutes=body.minutes,
            room=find.resource(body.room) if body.room else None,
            place=body.place,
            invited=body.invited,
            invited_agreed=body.invited_agreed,
            open_session=body.open_session,
        ),
    )


@router.post("/mediations/{uid}/extend", response=CaseOut)
@handles
def extend(request: ApiRequest, uid: UUID, body: bodies.Extend) -> CaseOut:
    """More time, once, when both sides ask for it."""
    return do(
        request,
        uid,
        body.version,
        lambda c, by: actions.extend(
            c, by=by, until=body.until, asked_by_both=body.asked_by_both, why=body.why
        ),
    )


@router.post("/mediations/{uid}/end-case", response=CaseOut)
@handles
def end_case(request: ApiRequest, uid: UUID, body: bodies.EndCase) -> CaseOut:
    """End without agreement; the parties were told their other routes."""
    return do(
        request,
        uid,
        body.version,
        lambda c, by: actions.end_case(
            c,
            by=by,
            outcome=str(body.outcome),
            why=body.why,
            routes_told=body.routes_told,
            next_step=body.next_step,
            due_at=body.due_at,
        ),
    )


@router.post("/mediations/{uid}/withdraw-case", response=CaseOut)
@handles
def withdraw_case(request: ApiRequest, uid: UUID, body: bodies.WithdrawCase) -> CaseOut:
    """Whoever applied takes it back."""
    return do(
        request,
        uid,
        body.version,
        lambda c, by: actions.withdraw_case(c, by=by, why=body.why, settled_between=body.settled_between),
    )


@router.post("/mediations/{uid}/hand-up", response={201: CaseOut})
@handles
def hand_up(request: ApiRequest, uid: UUID, body: bodies.HandUp) -> CaseOut:
    """Hand a mediation that did not succeed to the next level; answers with the next level's case."""
    case, by = case_of(request, uid), request.auth
    above = guarded(
        case,
        body.version,
        lambda: actions.hand_up(
            case,
            by=by,
            tried=body.tried,
            blocked_by=body.blocked_by,
            routes_told=body.routes_told,
            mediator=find.maybe_person(body.mediator, by, field="mediator", near=case.matter.area),
            committee=body.committee,
        ),
    )
    return show_mediation.case(case_of(request, above.uid), by)


@router.post("/mediations/{uid}/draft-agreement", response=CaseOut)
@handles
def draft_agreement(request: ApiRequest, uid: UUID, body: bodies.DraftAgreement) -> CaseOut:
    """Write down what was agreed, to be printed and signed; a draft binds nobody."""
    return do(
        request,
        uid,
        body.version,
        lambda c, by: actions.draft_agreement(
            c,
            by=by,
            form=str(body.form),
            facts=body.facts,
            terms=drafts(c, body.terms),
            accept_vague_reason=body.accept_vague_reason,
            about_status=body.about_status,
        ),
    )


@router.post("/mediations/{uid}/sign-agreement", response=CaseOut)
@handles
def sign_agreement(request: ApiRequest, uid: UUID, body: bodies.Signatures) -> CaseOut:
    """The draft becomes valid: its terms are promises from now on."""
    return do(
        request,
        uid,
        body.version,
        lambda c, by: actions.sign_agreement(
            agreement_of(c),
            by=by,
            signed_by_all=body.signed_by_all,
            mediator_signed=body.mediator_signed,
            committee_sealed=body.committee_sealed,
            valid_from=body.valid_from,
        ),
    )


@router.post("/mediations/{uid}/record-agreement", response=CaseOut)
@handles
def record_agreement(request: ApiRequest, uid: UUID, body: bodies.RecordAgreement) -> CaseOut:
    """Draft and sign in one step, for an agreement that lies signed on the table."""
    return do(
        request,
        uid,
        body.version,
        lambda c, by: actions.record_agreement(
            c,
            by=by,
            form=str(body.form),
            facts=body.facts,
            terms=drafts(c, body.terms),
            signed_by_all=body.signed_by_all,
            mediator_signed=body.mediator_signed,
            committee_sealed=body.committee_sealed,
            valid_from=body.valid_from,
            accept_vague_reason=body.accept_vague_reason,
            about_status=body.about_status,
        ),
    )


@router.post("/mediations/{uid}/report-danger", response=CaseOut)
@needs("mediation.see", "mediation.handle")
def report_danger(request: ApiRequest, uid: UUID, body: bodies.Danger) -> CaseOut:
    """Tell the police at once of a weapon, a threat, a gathering, or talk of self-harm."""
    return do(
        request,
        uid,
        body.version,
        lambda c, by: actions.report_danger(
            c, by=by, text=body.text, kinds=[str(k) for k in body.kinds], people=body.people
        ),
    )
