"""Verbs of handling together and of giving one's word: promises, joint handling, consultations, links."""

from __future__ import annotations

from fengqiao.api import find, show
from fengqiao.api.access import Door
from fengqiao.api.acting import do
from fengqiao.api.auth import ApiRequest
from fengqiao.api.schemas import matter_verbs as bodies
from fengqiao.api.schemas.base import Number
from fengqiao.api.schemas.matters import ConsultationOut, FollowUpOut, JointOut, LinkOut, PromiseOut
from fengqiao.lib.policy import signed_in
from fengqiao.matters import actions
from fengqiao.matters.models import Promise
from fengqiao.teams.models import Partner

router = Door(tags=["matters"])


@router.post("/matters/{number}/promise", response={201: PromiseOut})
@signed_in
def promise(request: ApiRequest, number: Number, body: bodies.MakePromise) -> PromiseOut:
    """Write down what somebody said they would do, by when."""
    _matter, row = do(
        request,
        number,
        body.version,
        lambda m, by: actions.promise(
            m,
            by=by,
            what=body.what,
            who=body.who,
            due_at=body.due_at,
            person=find.maybe_person(body.person, by, field="person", near=m.area),
            kind=str(body.kind),
            amount=body.amount,
            public=body.public,
        ),
    )
    return show.promise(row)


@router.post("/matters/{number}/join", response={201: JointOut})
@signed_in
def join(request: ApiRequest, number: Number, body: bodies.Join) -> JointOut:
    """Ask a person or a partner to handle along; the lead is always named."""
    _matter, row = do(
        request,
        number,
        body.version,
        lambda m, by: actions.join(
            m,
            by=by,
            person=find.maybe_person(body.person, by, field="person", near=m.area),
            partner=find.partner(body.partner) if body.partner else None,
            task=body.task,
            leads=body.leads,
        ),
    )
    return show.joint(row)


@router.post("/matters/{number}/consult", response={201: ConsultationOut})
@signed_in
def consult(request: ApiRequest, number: Number, body: bodies.Consult) -> ConsultationOut:
    """Put a hard question to departments at a time; it becomes the next step."""
    _matter, row = do(
        request,
        number,
        body.version,
        lambda m, by: actions.consult(
            m, by=by, question=body.question, partners=_partners(body), held_at=body.held_at
        ),
    )
    return show.consultation(row)


def _partners(body: bodies.Consult) -> list[Partner]:
    return [find.partner(pk, field="partners") for pk in dict.fromkeys(body.partners)]


@router.post("/matters/{number}/schedule-follow-up", response={201: FollowUpOut})
@signed_in
def schedule_follow_up(request: ApiRequest, number: Number, body: bodies.PlanFollowUp) -> FollowUpOut:
    """Plan to go back, for a stated purpose."""
    _matter, row = do(
        request,
        number,
        body.version,
        lambda m, by: actions.schedule_follow_up(
            m,
            by=by,
            purpose=body.purpose,
            due_at=body.due_at,
            owner=find.maybe_person(body.owner, by, field="owner", near=m.area),
            promise=find.one(Promise.objects.filter(matter=m), body.promise) if body.promise else None,
        ),
    )
    return show.follow_up(row)


@router.post("/matters/{number}/merge", response={201: LinkOut})
@signed_in
def merge(request: ApiRequest, number: Number, body: bodies.Merge) -> LinkOut:
    """Two matters are one: this one ends as part of the other. It can be undone at the link."""
    _matter, row = do(
        request,
        number,
        body.version,
        lambda m, by: actions.merge(m, by=by, into=find.other_matter(body.into, by.scope, field="into")),
    )
    return show.link(row)


@router.post("/matters/{number}/link", response={201: LinkOut})
@signed_in
def link(request: ApiRequest, number: Number, body: bodies.LinkTo) -> LinkOut:
    """Note that two matters hang together: it came back, a cause, similar."""
    _matter, row = do(
        request,
        number,
        body.version,
        lambda m, by: actions.link(
            m, by=by, other=find.other_matter(body.other, by.scope, field="other"), kind=body.kind
        ),
    )
    return show.link(row)
