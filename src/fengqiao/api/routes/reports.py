"""Reports: brought, listed, read; the inbox."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from django.http import FileResponse
from django.utils.translation import gettext as _
from ninja import Header, Query, Status
from ninja.files import UploadedFile
from pydantic import Field

from fengqiao.api import find, points, show_proposals, show_report
from fengqiao.api.access import Door
from fengqiao.api.auth import ApiRequest
from fengqiao.api.downloads import binary
from fengqiao.api.paging import Order, cut
from fengqiao.api.schemas.base import Id
from fengqiao.api.schemas.matters import PhotoOut
from fengqiao.api.schemas.proposals import ProposalsOut
from fengqiao.api.schemas.reports import (
    InboxCountsOut,
    InboxFilters,
    InboxOut,
    InboxRowOut,
    ReceiptOut,
    ReportFilters,
    ReportIn,
    ReportOut,
    ReportPage,
)
from fengqiao.intake import actions, files, queries
from fengqiao.intake.drafts import ContactDraft, Receipt, UploadedPhoto
from fengqiao.intake.models import Report
from fengqiao.intake.rules import MAX_PHOTOS
from fengqiao.lib.errors import Refusal
from fengqiao.lib.images import MAX_BYTES
from fengqiao.lib.policy import needs, signed_in

router = Door(tags=["reports"])

Key = Annotated[str, Field(min_length=1, max_length=200)]
NEWEST = Order("received_at", down=True)


@router.post("/reports", response={201: ReceiptOut, 200: ReceiptOut})
@needs("report.receive")
def receive(
    request: ApiRequest, body: ReportIn, idempotency_key: Annotated[Key, Header(alias="Idempotency-Key")]
) -> Status[ReceiptOut]:
    """Bring a report. When this answers, it is on disk, with an owner, a next step and a time.

    The same ``Idempotency-Key`` (of the same caller) brings the same receipt again, with 200 instead of 201; with
    other words it is refused (409).
    """
    by = request.auth
    lat, lon = points.point(body.lat, body.lon, body.system)
    contact = ContactDraft(**body.contact.model_dump()) if body.contact else None
    made = actions.receive_report(
        by=by,
        channel=body.channel,
        text=body.text,
        key=f"{by.person_id}:{idempotency_key}",
        title=body.title,
        said_at=body.said_at,
        area=find.area(body.area) if body.area else None,
        place=find.place(body.place, by.scope) if body.place else None,
        place_text=body.place_text,
        lat=lat,
        lon=lon,
        contact=contact,
        anonymous=body.anonymous,
        source=body.source,
        external_id=body.external_id,
        outside_due_at=body.outside_due_at,
        author_ref=body.author_ref,
        origin=str(body.origin) if body.origin else None,
        about=find.maybe_person(body.about, by, field="about"),
        severity_at_most=body.severity_at_most,
    )
    return Status(201 if made.created else 200, show_report.receipt(_own(made, request)))


def _own(made: Receipt, request: ApiRequest) -> Receipt:
    """A receipt made before goes only to who may see the report: an outside number can be guessed."""
    if made.created or made.report.entered_by_id == request.auth.person_id:
        return made
    if not Report.objects.visible_to(request.auth.scope).filter(pk=made.report.pk).exists():
        raise Refusal(_("这个编号的反映已经收到过"), code="already", field="external_id")
    return made


@router.get("/reports", response=ReportPage)
@signed_in
def list_reports(request: ApiRequest, filters: Query[ReportFilters]) -> ReportPage:
    """Reports in reach, the newest first: those one triages, those one brought, those behind one's matters."""
    rows = Report.objects.visible_to(request.auth.scope).select_related("owner", "area", "place")
    wanted = {
        "state__in": [str(s) for s in filters.state],
        "channel": filters.channel,
        "source": filters.source,
        "external_id": filters.external_id,
        "received_at__gte": filters.received_from,
        "received_at__lt": filters.received_to,
    }
    rows = rows.filter(**{key: value for key, value in wanted.items() if value not in (None, [])})
    if filters.area:
        rows = rows.filter(area__path__startswith=find.area(filters.area).path)
    if filters.mine:
        rows = rows.filter(owner_id=request.auth.person_id)
    found, following = cut(rows, NEWEST, after=filters.after, limit=filters.limit)
    return ReportPage.model_construct(rows=show_report.rows(found, request.auth), next=following)


@router.get("/inbox", response=InboxOut)
@needs("report.triage")
def inbox(request: ApiRequest, filters: Query[InboxFilters]) -> InboxOut:
    """What waits for a person, urgent first, then oldest first, with figures over all of it."""
    page = queries.inbox(request.auth, queue=filters.queue, offset=filters.offset, limit=filters.limit)
    return InboxOut(
        rows=[InboxRowOut(**asdict(row)) for row in page.rows],
        counts=InboxCountsOut(**asdict(page.counts)),
        offset=page.offset,
        more=page.more,
    )


@router.get("/reports/{id}", response=ReportOut)
@signed_in
def read_report(request: ApiRequest, id: Id) -> ReportOut:
    """One report with its story. Who said it stays sealed."""
    return show_report.whole(queries.find(id, request.auth.scope), request.auth)


@router.get("/reports/{id}/proposals", response=ProposalsOut)
@needs("report.triage")
def proposals(request: ApiRequest, id: Id) -> ProposalsOut:
    """What the engine proposes for a report, with its reasons. It changes nothing: a person decides."""
    row = queries.find(id, request.auth.scope)
    return show_proposals.proposals(queries.proposals(row, request.auth))


@router.post("/reports/{id}/photos", response={201: list[PhotoOut]})
@needs("report.receive")
def add_photos(request: ApiRequest, id: Id, photos: list[UploadedFile]) -> list[PhotoOut]:
    """Add photos; each is written anew, so that nothing but the picture is kept. One there already is not doubled."""
    row = queries.find(id, request.auth.scope)
    made = actions.add_photo(row, by=request.auth, photos=[read_photo(p) for p in photos[: MAX_PHOTOS + 1]])
    return [PhotoOut(uid=str(a.uid), width=a.width, height=a.height) for a in made]


def read_photo(upload: UploadedFile) -> UploadedPhoto:
    """One uploaded file; no more of it is read than a photo may have, so that a larger one is refused cheaply."""
    return UploadedPhoto(upload.name or "", upload.read(MAX_BYTES + 1))


@router.get("/photos/{uid}", response=None, openapi_extra=binary("image/jpeg"))
@signed_in
def photo(request: ApiRequest, uid: UUID, thumbnail: bool = False) -> FileResponse:
    """A photo of a report or matter in reach."""
    found = files.photo_for(request.auth.scope, str(uid))
    path = files.file_of(found, thumbnail=thumbnail)
    return FileResponse(path.open("rb"), content_type=files.MEDIA_TYPE)
