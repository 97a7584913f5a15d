"""Parties, sittings, terms and the court: what belongs to one mediation."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

from fengqiao.api import find
from fengqiao.api.access import Door
from fengqiao.api.auth import ApiRequest
from fengqiao.api.mediating import agreement_of, case_of, do, part, party_of
from fengqiao.api.schemas import mediation_verbs as bodies
from fengqiao.api.schemas.base import Id
from fengqiao.api.schemas.mediation import CaseOut, PartyCardOut
from fengqiao.lib.policy import needs
from fengqiao.mediation import actions
from fengqiao.mediation.models import Party, Session, Term

router = Door(tags=["mediation"])
handles = needs("mediation.handle")
looks = needs("followup.record")

PARTIES = Party.objects.select_related("case")
SESSIONS = Session.objects.select_related("case")
TERMS = Term.objects.select_related("agreement__case")


@router.post("/mediations/{uid}/parties", response={201: CaseOut})
@handles
def add_party(request: ApiRequest, uid: UUID, body: bodies.PartyIn) -> CaseOut:
    """Add a party, sealed."""
    draft = actions.PartyDraft(**{**body.model_dump(), "side": str(body.side)})
    return do(request, uid, None, lambda c, by: actions.add_party(c, by=by, party=draft))


@router.post("/mediations/{uid}/parties/{id}/correct-party", response=CaseOut)
@handles
def correct_party(request: ApiRequest, uid: UUID, id: Id, body: bodies.PartyIn) -> CaseOut:
    """Put right what was written of a party; the side stays."""
    draft = actions.PartyDraft(**{**body.model_dump(), "side": str(body.side)})
    return do(
        request,
        uid,
        None,
        lambda c, by: actions.correct_party(part(PARTIES.all(), id, c), by=by, party=draft),
    )


@router.post("/mediations/{uid}/parties/{id}/remove-party", response=CaseOut)
@handles
def remove_party(request: ApiRequest, uid: UUID, id: Id, body: bodies.Removal) -> CaseOut:
    """Take out a party added by mistake, before the mediation begins."""
    return do(
        request,
        uid,
        body.version,
        lambda c, by: actions.remove_party(part(PARTIES.all(), id, c), by=by, reason=body.reason),
    )


@router.post("/mediations/{uid}/parties/{id}/record-consent", response=CaseOut)
@handles
def record_consent(request: ApiRequest, uid: UUID, id: Id, body: bodies.ConsentIn) -> CaseOut:
    """What a party says to being mediated. A clear refusal ends the case."""
    return do(
        request,
        uid,
        body.version,
        lambda c, by: actions.record_consent(
            part(PARTIES.all(), id, c),
            by=by,
            given=body.given,
            how=body.how,
            at=body.at,
            rights_told=body.rights_told,
            routes_told=body.routes_told,
        ),
    )


@router.post("/mediations/{uid}/parties/{id}/open-party", response=PartyCardOut)
@needs("contact.read")
def open_party(request: ApiRequest, uid: UUID, id: Id, body: bodies.OpenPurpose) -> PartyCardOut:
    """Open what is sealed of a party for a purpose; the reading is logged."""
    row = part(PARTIES.all(), id, case_of(request, uid))
    card = actions.open_party(row, by=request.auth, purpose=body.purpose)
    return PartyCardOut.model_validate(asdict(card))


@router.post("/mediations/{uid}/sessions/{id}/record-session", response=CaseOut)
@handles
def record_session(request: ApiRequest, uid: UUID, id: Id, body: bodies.RecordSession) -> CaseOut:
    """Write down how a sitting went. Signs of danger in the words reach the police at once."""
    words = body.model_dump(exclude={"version"})
    return do(
        request,
        uid,
        body.version,
        lambda c, by: actions.record_session(part(SESSIONS.all(), id, c), by=by, **words),
    )


@router.post("/mediations/{uid}/sessions/{id}/cancel-session", response=CaseOut)
@handles
def cancel_session(request: ApiRequest, uid: UUID, id: Id, body: bodies.CallOff) -> CaseOut:
    """Call off a sitting that was not held; the room is free again."""
    return do(
        request,
        uid,
        body.version,
        lambda c, by: actions.cancel_session(part(SESSIONS.all(), id, c), by=by, why=body.why),
    )


@router.post("/mediations/{uid}/terms/{id}/record-performance", response=CaseOut)
@looks
def record_performance(request: ApiRequest, uid: UUID, id: Id, body: bodies.Performed) -> CaseOut:
    """Whether a term was kept, as somebody saw or heard on going back."""
    return do(
        request,
        uid,
        body.version,
        lambda c, by: actions.record_performance(
            part(TERMS.all(), id, c),
            by=by,
            kept=body.kept,
            note=body.note,
            how=str(body.how),
            party=party_of(c, body.party),
            satisfaction=body.satisfaction,
            worries=body.worries,
        ),
    )


@router.post("/mediations/{uid}/terms/{id}/renew-term", response=CaseOut)
@handles
def renew_term(request: ApiRequest, uid: UUID, id: Id, body: bodies.Renew) -> CaseOut:
    """A new day for a term that was not kept; the broken promise stays in the story."""
    return do(
        request,
        uid,
        body.version,
        lambda c, by: actions.renew_term(part(TERMS.all(), id, c), by=by, due_at=body.due_at, why=body.why),
    )


@router.post("/mediations/{uid}/record-visit", response=CaseOut)
@looks
def record_visit(request: ApiRequest, uid: UUID, body: bodies.VisitIn) -> CaseOut:
    """A visit about the agreement as a whole."""
    return do(
        request,
        uid,
        body.version,
        lambda c, by: actions.record_visit(
            agreement_of(c),
            by=by,
            note=body.note,
            how=str(body.how),
            party=party_of(c, body.party),
            satisfaction=body.satisfaction,
            worries=body.worries,
        ),
    )


@router.post("/mediations/{uid}/record-confirmation", response=CaseOut)
@handles
def record_confirmation(request: ApiRequest, uid: UUID, body: bodies.Confirm) -> CaseOut:
    """What happened with the court on a day: applied together, confirmed, refused, enforced."""
    return do(
        request,
        uid,
        body.version,
        lambda c, by: actions.record_confirmation(
            agreement_of(c),
            by=by,
            step=str(body.step),
            on=body.on,
            together=body.together,
            court=find.partner(body.court, field="court") if body.court else None,
            note=body.note,
        ),
    )
