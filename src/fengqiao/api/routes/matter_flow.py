"""Verbs that pass a matter on and move it: who has it, what was done, what comes next, how urgent, where."""

from __future__ import annotations

from ninja import Form
from ninja.files import UploadedFile

from fengqiao.accounts.scope import Actor
from fengqiao.api import find, points
from fengqiao.api.access import Door
from fengqiao.api.acting import stand
from fengqiao.api.auth import ApiRequest
from fengqiao.api.routes.reports import read_photo
from fengqiao.api.schemas import matter_verbs as bodies
from fengqiao.api.schemas.base import Number
from fengqiao.api.schemas.matters import Standing
from fengqiao.intake.actions.matter_photos import record_progress_with_photos as with_photos
from fengqiao.intake.files import store_photos
from fengqiao.intake.rules import MAX_PHOTOS
from fengqiao.lib.policy import signed_in
from fengqiao.matters import actions
from fengqiao.matters.models import Matter

router = Door(tags=["matters"])


@router.post("/matters/{number}/assign", response=Standing)
@signed_in
def assign(request: ApiRequest, number: Number, body: bodies.Assign) -> Standing:
    """Give the matter to somebody, who owns it until they accept or decline."""
    return stand(
        request,
        number,
        body.version,
        lambda m, by: actions.assign(
            m,
            by=by,
            to=find.person(body.to, by, field="to", near=m.area),
            because=body.because,
            next_step=body.next_step,
            due_at=body.due_at,
        ),
    )


@router.post("/matters/{number}/accept", response=Standing)
@signed_in
def accept(request: ApiRequest, number: Number, body: bodies.Plain) -> Standing:
    """The owner takes the matter up."""
    return stand(request, number, body.version, lambda m, by: actions.accept(m, by=by))


@router.post("/matters/{number}/decline", response=Standing)
@signed_in
def decline(request: ApiRequest, number: Number, body: bodies.Reason) -> Standing:
    """The owner hands the matter back with a reason."""
    return stand(request, number, body.version, lambda m, by: actions.decline(m, by=by, reason=body.reason))


@router.post("/matters/{number}/transfer", response=Standing)
@signed_in
def transfer(request: ApiRequest, number: Number, body: bodies.Transfer) -> Standing:
    """Hand the matter on, if need be into another area; its history goes along."""

    def hand_on(m: Matter, by: Actor) -> Matter:
        area = find.area(body.area) if body.area else None
        to = find.person(body.to, by, field="to", near=area or m.area)
        return actions.transfer(m, by=by, to=to, reason=body.reason, area=area)

    return stand(request, number, body.version, hand_on)


@router.post("/matters/{number}/urge", response=Standing)
@signed_in
def urge(request: ApiRequest, number: Number, body: bodies.Words) -> Standing:
    """Press for progress; the due time stays."""
    return stand(request, number, body.version, lambda m, by: actions.urge(m, by=by, text=body.text))


@router.post("/matters/{number}/record-progress", response=Standing)
@signed_in
def record_progress(request: ApiRequest, number: Number, body: bodies.Progress) -> Standing:
    """Note what was done, and perhaps what comes next."""
    return stand(
        request,
        number,
        body.version,
        lambda m, by: actions.record_progress(
            m, by=by, text=body.text, public=body.public, next_step=body.next_step, due_at=body.due_at
        ),
    )


@router.post("/matters/{number}/record-progress-with-photos", response=Standing)
@signed_in
def record_progress_with_photos(
    request: ApiRequest, number: Number, note: Form[bodies.ProgressForm], photos: list[UploadedFile]
) -> Standing:
    """Note what was done, with photos; each is written anew and stays at the matter."""
    find.matter(number, request.auth.scope)
    stored = store_photos([read_photo(p) for p in photos[: MAX_PHOTOS + 1]])
    return stand(
        request,
        number,
        note.version,
        lambda m, by: with_photos(
            m,
            by=by,
            text=note.text,
            photos=stored,
            public=note.public,
            next_step=note.next_step,
            due_at=note.due_at,
        ),
    )


@router.post("/matters/{number}/set-next-step", response=Standing)
@signed_in
def set_next_step(request: ApiRequest, number: Number, body: bodies.NextStep) -> Standing:
    """Change what comes next or by when."""
    return stand(
        request,
        number,
        body.version,
        lambda m, by: actions.set_next_step(
            m, by=by, next_step=body.next_step, due_at=body.due_at, why=body.why
        ),
    )


@router.post("/matters/{number}/reply", response=Standing)
@signed_in
def reply(request: ApiRequest, number: Number, body: bodies.Words) -> Standing:
    """Answer the people who reported, in words they read on their receipt."""
    return stand(request, number, body.version, lambda m, by: actions.reply(m, by=by, text=body.text))


@router.post("/matters/{number}/escalate", response=Standing)
@signed_in
def escalate(request: ApiRequest, number: Number, body: bodies.Escalate) -> Standing:
    """Hand the matter up one step of the ladder; the lower level stays in."""
    return stand(
        request,
        number,
        body.version,
        lambda m, by: actions.escalate(
            m,
            by=by,
            tried=body.tried,
            blocked_by=body.blocked_by,
            to=find.maybe_person(body.to, by, field="to", near=m.area),
        ),
    )


@router.post("/matters/{number}/pause", response=Standing)
@signed_in
def pause(request: ApiRequest, number: Number, body: bodies.Pause) -> Standing:
    """Let the matter wait, with a reason and an end."""
    return stand(
        request,
        number,
        body.version,
        lambda m, by: actions.pause(m, by=by, reason=body.reason, until=body.until),
    )


@router.post("/matters/{number}/resume", response=Standing)
@signed_in
def resume(request: ApiRequest, number: Number, body: bodies.Plain) -> Standing:
    """Take a paused matter up again."""
    return stand(request, number, body.version, lambda m, by: actions.resume(m, by=by))


@router.post("/matters/{number}/reclassify", response=Standing)
@signed_in
def reclassify(request: ApiRequest, number: Number, body: bodies.Reclassify) -> Standing:
    """Correct what the matter is about."""
    return stand(
        request,
        number,
        body.version,
        lambda m, by: actions.reclassify(
            m, by=by, category=find.category(body.category), severity=body.severity, why=body.why
        ),
    )


@router.post("/matters/{number}/raise-severity", response=Standing)
@signed_in
def raise_severity(request: ApiRequest, number: Number, body: bodies.Raise) -> Standing:
    """Make the matter more urgent; never less."""
    return stand(
        request,
        number,
        body.version,
        lambda m, by: actions.raise_severity(m, by=by, severity=body.severity, why=body.why),
    )


@router.post("/matters/{number}/place-matter", response=Standing)
@signed_in
def place_matter(request: ApiRequest, number: Number, body: bodies.PlaceIt) -> Standing:
    """Say where the matter is."""

    def put(m: Matter, by: Actor) -> Matter:
        spot = points.certain_spot(body, by.scope)
        return actions.place_matter(
            m,
            by=by,
            area=spot.area,
            place=spot.place,
            place_text=spot.place_text,
            lat=spot.lat,
            lon=spot.lon,
        )

    return stand(request, number, body.version, put)
