"""Verbs that end a matter, open it again, or mark what was near."""

from __future__ import annotations

from fengqiao.api.access import Door
from fengqiao.api.acting import stand
from fengqiao.api.auth import ApiRequest
from fengqiao.api.schemas import matter_verbs as bodies
from fengqiao.api.schemas.base import Number
from fengqiao.api.schemas.matters import Standing
from fengqiao.intake.actions import withdraw_matter
from fengqiao.lib.policy import signed_in
from fengqiao.matters import actions
from fengqiao.mediation.actions import mark_kept_from_violence as mark_kept

router = Door(tags=["matters"])


@router.post("/matters/{number}/resolve", response=Standing)
@signed_in
def resolve(request: ApiRequest, number: Number, body: bodies.Resolve) -> Standing:
    """Record the result and its cause; the follow-ups are planned with it."""
    return stand(
        request,
        number,
        body.version,
        lambda m, by: actions.resolve(
            m,
            by=by,
            outcome=str(body.outcome),
            text=body.text,
            cause=body.cause,
            kept_from_violence=body.kept_from_violence,
            kept_why=body.kept_why,
        ),
    )


@router.post("/matters/{number}/close", response=Standing)
@signed_in
def close(request: ApiRequest, number: Number, body: bodies.Why) -> Standing:
    """File the matter by hand, after somebody has gone back to look."""
    return stand(request, number, body.version, lambda m, by: actions.close(m, by=by, why=body.why))


@router.post("/matters/{number}/reopen", response=Standing)
@signed_in
def reopen(request: ApiRequest, number: Number, body: bodies.Reason) -> Standing:
    """Take the matter up again: it came back."""
    return stand(request, number, body.version, lambda m, by: actions.reopen(m, by=by, reason=body.reason))


@router.post("/matters/{number}/refer", response=Standing)
@signed_in
def refer(request: ApiRequest, number: Number, body: bodies.Refer) -> Standing:
    """Not ours: hand it to a named other body, with the reason."""
    return stand(
        request,
        number,
        body.version,
        lambda m, by: actions.refer(m, by=by, to=body.to, reason=body.reason),
    )


@router.post("/matters/{number}/withdraw", response=Standing)
@signed_in
def withdraw(request: ApiRequest, number: Number, body: bodies.Reason) -> Standing:
    """Take back a matter opened by mistake, within ten minutes and before anybody worked on it."""
    return stand(request, number, body.version, lambda m, by: withdraw_matter(m, by=by, reason=body.reason))


@router.post("/matters/{number}/record-mediation", response=Standing)
@signed_in
def record_mediation(request: ApiRequest, number: Number, body: bodies.Mediated) -> Standing:
    """A step of talking it over, without a case of its own in the mediation room."""
    return stand(
        request,
        number,
        body.version,
        lambda m, by: actions.record_mediation(
            m, by=by, text=body.text, data={}, next_step=body.next_step, due_at=body.due_at
        ),
    )


@router.post("/matters/{number}/mark-threatening", response=Standing)
@signed_in
def mark_threatening(request: ApiRequest, number: Number, body: bodies.Why) -> Standing:
    """Note that somebody threatened harm: follow-ups are planned for it."""
    return stand(
        request, number, body.version, lambda m, by: actions.mark_threatening(m, by=by, why=body.why)
    )


@router.post("/matters/{number}/mark-kept-from-violence", response=Standing)
@signed_in
def mark_kept_from_violence(request: ApiRequest, number: Number, body: bodies.Why) -> Standing:
    """Mark that a dispute was kept from turning violent; only where the record shows a sign of danger."""
    return stand(request, number, body.version, lambda m, by: mark_kept(m, by=by, reason=body.why))
