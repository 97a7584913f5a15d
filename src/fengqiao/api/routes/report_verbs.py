"""What a person decides about a report, and putting it right before that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from fengqiao.accounts.scope import Actor
from fengqiao.api import find, points, show_report
from fengqiao.api.access import Door
from fengqiao.api.acting import guarded
from fengqiao.api.auth import ApiRequest
from fengqiao.api.schemas import report_verbs as bodies
from fengqiao.api.schemas.base import Id
from fengqiao.api.schemas.reports import ReportOut
from fengqiao.intake import actions, queries
from fengqiao.intake.models import Report
from fengqiao.lib.errors import OutOfReach
from fengqiao.lib.policy import needs
from fengqiao.matters.models import Matter

router = Door(tags=["reports"])
triage = needs("report.triage")


def _do(
    request: ApiRequest, pk: int, version: int | None, verb: Callable[[Report, Actor], Any]
) -> tuple[Report, Any]:
    row = queries.find(pk, request.auth.scope)
    return row, guarded(row, version, lambda: verb(row, request.auth))


def _whole(
    request: ApiRequest, pk: int, version: int | None, verb: Callable[[Report, Actor], Any]
) -> ReportOut:
    """The report after the verb, while the caller still sees it; otherwise it is gone for them."""
    _do(request, pk, version, verb)
    return show_report.whole(queries.find(pk, request.auth.scope), request.auth)


def _accepted(pk: int, matter: Matter) -> bodies.AcceptedOut:
    return bodies.AcceptedOut(report=pk, matter=matter.number)


@router.post("/inbox/accept", response=list[bodies.BulkRow])
@triage
def accept_many(request: ApiRequest, body: bodies.AcceptMany) -> list[bodies.BulkRow]:
    """Accept a run of plain reports as proposed. Urgent and doubtful ones are left, with the reason in words."""
    wanted = list(dict.fromkeys(body.reports))
    rows = Report.objects.visible_to(request.auth.scope).select_related("area", "place").in_bulk(wanted)
    done = {d.report_id: d for d in actions.accept_many(list(rows.values()), by=request.auth)}
    missing = _("没有找到，或者不在您的职责范围内")
    found = []
    for pk in wanted:
        row = done.get(pk)
        number = row.matter.number if row and row.matter else ""
        found.append(bodies.BulkRow(report=pk, matter=number, words=row.words if row else missing))
    return found


@router.post("/reports/{id}/accept", response=bodies.AcceptedOut)
@triage
def accept(request: ApiRequest, id: Id, body: bodies.Accept) -> bodies.AcceptedOut:
    """Make the report a matter with an owner, a next step and a promised first result."""

    def take_up(r: Report, by: Actor) -> Matter:
        chosen = points.spot(body, by.scope) if _says_where(body) else None
        near = chosen.area if chosen else r.area
        return actions.accept_report(
            r,
            by=by,
            category=body.category,
            severity=body.severity,
            lower_reason=body.lower_reason,
            area=chosen.area if chosen and not chosen.unplaced else None,
            place=chosen.place if chosen else None,
            place_text=body.place_text,
            lat=chosen.lat if chosen else None,
            lon=chosen.lon if chosen else None,
            about=find.maybe_person(body.about, by, field="about"),
            nobody_named=body.nobody_named,
            owner=find.maybe_person(body.owner, by, field="owner", near=near),
            next_step=body.next_step,
            due_at=body.due_at,
            title=body.title,
            threatening=body.threatening,
        )

    return _accepted(id, _do(request, id, body.version, take_up)[1])


def _says_where(body: bodies.Accept) -> bool:
    return any(value is not None for value in (body.area, body.place, body.lat, body.lon))


@router.post("/reports/{id}/accept-as-proposed", response=bodies.AcceptedOut)
@triage
def accept_as_proposed(request: ApiRequest, id: Id, body: bodies.ReportSeen) -> bodies.AcceptedOut:
    """Accept with the first proposals as they are."""
    _row, matter = _do(request, id, body.version, lambda r, by: actions.accept_as_proposed(r, by=by))
    return _accepted(id, matter)


@router.post("/reports/{id}/link", response=bodies.AcceptedOut)
@triage
def link(request: ApiRequest, id: Id, body: bodies.LinkReport) -> bodies.AcceptedOut:
    """The report is about a matter already in hand: its reporter follows it there."""
    _row, joined = _do(
        request,
        id,
        body.version,
        lambda r, by: actions.link_report(
            r, by=by, matter=find.other_matter(body.matter, by.scope, field="matter")
        ),
    )
    return _accepted(id, joined)


@router.post("/reports/{id}/unlink", response=ReportOut)
@triage
def unlink(request: ApiRequest, id: Id, body: bodies.Unlink) -> ReportOut:
    """It was joined to the wrong matter: it comes back to the inbox with a fresh time."""
    return _whole(
        request, id, body.version, lambda r, by: actions.unlink_report(r, by=by, reason=body.reason)
    )


@router.post("/reports/{id}/refuse", response=ReportOut)
@triage
def refuse(request: ApiRequest, id: Id, body: bodies.Refuse) -> ReportOut:
    """Not for us: the reporter reads why, and the named place where to go instead."""
    return _whole(
        request, id, body.version, lambda r, by: actions.refuse_report(r, by=by, to=body.to, why=body.why)
    )


@router.post("/reports/{id}/ask", response=ReportOut)
@triage
def ask(request: ApiRequest, id: Id, body: bodies.Ask) -> ReportOut:
    """Ask the reporter something; the report waits for the answer."""
    return _whole(request, id, body.version, lambda r, by: actions.ask(r, by=by, text=body.text))


@router.post("/reports/{id}/undo", response=ReportOut)
@triage
def undo(request: ApiRequest, id: Id, body: bodies.ReportSeen) -> ReportOut:
    """Take the last decision back, within ten minutes and while nothing has come of it."""
    return _whole(request, id, body.version, lambda r, by: actions.undo_decision(r, by=by))


@router.post("/reports/{id}/correct-place", response=ReportOut)
@triage
def correct_place(request: ApiRequest, id: Id, body: bodies.CorrectPlace) -> ReportOut:
    """Say where it is; whoever answers there looks at it from now on."""

    def put(r: Report, by: Actor) -> Report:
        lat, lon = points.point(body.lat, body.lon, body.system)
        return actions.correct_place(
            r,
            by=by,
            area=find.area(body.area) if body.area else None,
            place=find.place(body.place, by.scope) if body.place else None,
            place_text=body.place_text,
            lat=lat,
            lon=lon,
        )

    _do(request, id, body.version, put)
    return _moved(request, id)


def _moved(request: ApiRequest, pk: int) -> ReportOut:
    """The report after it went to somebody else: still answered to the caller who sent it there, with nothing to do."""
    try:
        return show_report.whole(queries.find(pk, request.auth.scope), request.auth)
    except OutOfReach:
        rows = Report.objects.select_related("owner", "area", "place")
        return show_report.whole(rows.get(pk=pk), request.auth)


@router.post("/reports/{id}/correct-about", response=ReportOut)
@triage
def correct_about(request: ApiRequest, id: Id, body: bodies.CorrectAbout) -> ReportOut:
    """Say whom of the staff a complaint is about; that person neither has it nor sees it."""
    _do(
        request,
        id,
        body.version,
        lambda r, by: actions.correct_about(
            r,
            by=by,
            about=find.maybe_person(body.about, by, field="about", near=r.area),
            why=body.why,
        ),
    )
    return _moved(request, id)


@router.post("/reports/{id}/raise-severity", response=ReportOut)
@triage
def raise_severity(request: ApiRequest, id: Id, body: bodies.RaiseReport) -> ReportOut:
    """Say that it is more urgent than it looked."""
    return _whole(
        request,
        id,
        body.version,
        lambda r, by: actions.raise_severity(r, by=by, severity=body.severity, why=body.why),
    )


@router.post("/reports/{id}/hand-over", response=ReportOut)
@triage
def hand_over(request: ApiRequest, id: Id, body: bodies.HandOver) -> ReportOut:
    """Let somebody else decide on it; the time stays."""
    _do(
        request,
        id,
        body.version,
        lambda r, by: actions.hand_over(
            r, by=by, to=find.person(body.to, by, field="to", near=r.area), why=body.why
        ),
    )
    return _moved(request, id)


@router.post("/reports/{id}/contact", response=bodies.ContactOut)
@needs("contact.read")
def contact(request: ApiRequest, id: Id, body: bodies.Purpose) -> bodies.ContactOut:
    """Open the contact of the reporter for a purpose. The reading is logged and the reporter can see it."""
    row = queries.find(id, request.auth.scope)
    card = actions.open_contact(row, by=request.auth, purpose=body.purpose)
    return bodies.ContactOut(
        name=card.name, phone=card.phone, wants_news=card.wants_news, safe_time=card.safe_time
    )
