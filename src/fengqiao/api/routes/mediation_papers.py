"""Papers of a mediation's file: made, handed in, opened; and the station's own templates."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from ninja import File, Form
from ninja.files import UploadedFile

from fengqiao.api import show_mediation
from fengqiao.api.access import Door
from fengqiao.api.acting import guarded
from fengqiao.api.auth import ApiRequest
from fengqiao.api.downloads import DOCX, binary, download
from fengqiao.api.mediating import case_of, part
from fengqiao.api.schemas import mediation_verbs as bodies
from fengqiao.api.schemas.base import Done, Id, Line
from fengqiao.api.schemas.mediation import DocumentOut
from fengqiao.api.schemas.mediation_figures import TemplateOut
from fengqiao.lib.policy import needs
from fengqiao.mediation import actions, queries
from fengqiao.mediation.actions.papers import MAX_RECEIVED
from fengqiao.mediation.models import Document
from fengqiao.mediation.rendering import MAX_TEMPLATE

router = Door(tags=["mediation papers"])
keeps = needs("place.configure")


@router.post("/mediations/{uid}/make-document", response={201: DocumentOut})
@needs("mediation.handle")
def make_document(request: ApiRequest, uid: UUID, body: bodies.MakeDocument) -> DocumentOut:
    """Print a paper from its template into the file; each party in it is logged as read."""
    case = case_of(request, uid)
    made = guarded(case, body.version, lambda: actions.make_document(case, by=request.auth, kind=body.kind))
    return show_mediation.document(made)


@router.post("/mediations/{uid}/receive-paper", response={201: DocumentOut})
@needs("mediation.handle")
def receive_paper(
    request: ApiRequest, uid: UUID, paper: Form[bodies.PaperForm], file: File[UploadedFile | None] = None
) -> DocumentOut:
    """Keep a paper that was handed in: a PDF, a photo, or without a file the note that the original lies there."""
    made = actions.receive_paper(
        case_of(request, uid),
        by=request.auth,
        kind=paper.kind,
        title=paper.title,
        content=file.read(MAX_RECEIVED + 1) if file else None,
        filename=(file.name or "") if file else "",
        pages=paper.pages,
        note=paper.note,
    )
    return show_mediation.document(made)


@router.post(
    "/mediations/{uid}/documents/{id}/read-document",
    response=None,
    openapi_extra=binary(DOCX, "application/pdf", "image/jpeg"),
)
@needs("contact.read")
def read_document(request: ApiRequest, uid: UUID, id: Id, body: bodies.OpenPurpose) -> HttpResponse:
    """Open a paper for a purpose; the reading is logged, the content checked against its fingerprint."""
    row = part(Document.objects.select_related("case"), id, case_of(request, uid))
    found = actions.read_document(row, by=request.auth, purpose=body.purpose)
    return download(found.name, found.content_type, found.content)


@router.get("/mediation-templates", response=list[TemplateOut])
@needs("place.configure", "mediation.handle")
def templates(request: ApiRequest) -> list[TemplateOut]:
    """Every kind of paper that is made, with the template in use."""
    return [
        TemplateOut(kind=t.kind, title=t.title, own_name=t.own_name, uploaded_at=t.uploaded_at)
        for t in queries.templates()
    ]


@router.get("/mediation-templates/{kind}/builtin", response=None, openapi_extra=binary(DOCX))
@needs("place.configure", "mediation.handle")
def builtin_template(request: ApiRequest, kind: Line) -> HttpResponse:
    """The template that comes with the program, to be changed and sent back."""
    return download(f"{kind}.docx", DOCX, queries.builtin_template(kind))


@router.post("/mediation-templates/{kind}", response={201: Done})
@keeps
def save_template(request: ApiRequest, kind: Line, file: UploadedFile) -> Done:
    """Use a station's own template from now on, after it was filled with sample data."""
    content = file.read(MAX_TEMPLATE + 1)
    actions.save_template(kind, by=request.auth, name=file.name or "", content=content)
    return Done()


@router.delete("/mediation-templates/{kind}", response=Done)
@keeps
def drop_template(request: ApiRequest, kind: Line) -> Done:
    """Go back to the built-in template."""
    actions.drop_template(kind, by=request.auth)
    return Done()
