"""Files of reports: previewed, imported in short steps; sheets of 110 and 12345, and the replies to them."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from ninja import Form
from ninja.files import UploadedFile

from fengqiao.accounts.scope import Actor
from fengqiao.api.access import Door
from fengqiao.api.auth import ApiRequest
from fengqiao.api.downloads import CSV, XLSX, binary, download
from fengqiao.api.routes.areas import stream
from fengqiao.api.schemas import imports as bodies
from fengqiao.api.schemas.base import Line
from fengqiao.intake import imports, outside
from fengqiao.intake.models import ImportJob, Report
from fengqiao.lib.errors import OutOfReach
from fengqiao.lib.policy import needs

router = Door(tags=["imports"])
runs = needs("import.run")
SHOWN_ERRORS = 50


def _mapping(text: str) -> dict[str, str] | None:
    return imports.parse_mapping(text) if text.strip() else None


def _jobs(by: Actor) -> QuerySet[ImportJob]:
    """One's own imports: what a file holds is seen by who brought it."""
    return ImportJob.objects.filter(by_id=by.person_id)


def _job(uid: UUID, by: Actor) -> ImportJob:
    found = _jobs(by).filter(uid=uid).first()
    if found is None:
        raise OutOfReach
    return found


def _shown(job: ImportJob) -> bodies.JobOut:
    return bodies.JobOut(
        uid=str(job.uid),
        name=job.name,
        state=job.state,
        total=job.total,
        **imports.summary(job),
        mapping={str(k): str(v) for k, v in job.mapping.items()},
        errors=[
            bodies.FaultOut(row=e["row"], words=e["words"], note=bool(e.get("note")))
            for e in job.errors[:SHOWN_ERRORS]
        ],
        created_at=job.created_at,
        finished_at=job.finished_at,
    )


@router.post("/import-previews", response=bodies.PreviewOut)
@runs
def preview(request: ApiRequest, how: Form[bodies.PreviewForm], file: UploadedFile) -> bodies.PreviewOut:
    """Look into a file: columns, encoding, the likely mapping, the first rows tried out. Nothing is kept."""
    found = imports.read_preview(stream(file), mapping=_mapping(how.map))
    return bodies.PreviewOut(
        columns=list(found.columns),
        encoding=found.encoding,
        mapping=found.mapping,
        remembered=found.remembered,
        missing=found.missing,
        rows=[bodies.PreviewRowOut(number=r.number, cells=r.cells, fault=r.fault) for r in found.rows],
    )


@router.get("/imports", response=list[bodies.JobOut])
@runs
def list_jobs(request: ApiRequest) -> list[bodies.JobOut]:
    """One's own imports, the newest first."""
    return [_shown(job) for job in _jobs(request.auth).order_by("-id")[:100]]


@router.post("/imports", response={201: bodies.JobOut})
@runs
def start(request: ApiRequest, how: Form[bodies.StartForm], file: UploadedFile) -> bodies.JobOut:
    """Stage a table; then call its step until it is done. A second run of the same file adds nothing."""
    job = imports.start_job(
        stream(file),
        by=request.auth,
        mapping=_mapping(how.map),
        name=how.name or file.name or "",
        origin_name=how.source,
        historic=how.historic,
    )
    return _shown(job)


@router.get("/imports/{uid}", response=bodies.JobOut)
@runs
def read_job(request: ApiRequest, uid: UUID) -> bodies.JobOut:
    """How far an import is."""
    return _shown(_job(uid, request.auth))


@router.post("/imports/{uid}/step", response=bodies.JobOut)
@runs
def step(request: ApiRequest, uid: UUID, body: bodies.StepIn) -> bodies.JobOut:
    """Take in rows for about so many seconds. Safe to call twice, and to stop at any moment."""
    return _shown(imports.step(_job(uid, request.auth), seconds=body.seconds))


@router.post("/imports/{uid}/cancel", response=bodies.JobOut)
@runs
def cancel(request: ApiRequest, uid: UUID) -> bodies.JobOut:
    """Stop an import. What was taken in stays; the rest of the file is deleted."""
    return _shown(imports.cancel(_job(uid, request.auth), by=request.auth))


@router.get("/imports/{uid}/errors.csv", response=None, openapi_extra=binary(CSV))
@runs
def errors_csv(request: ApiRequest, uid: UUID) -> HttpResponse:
    """Every error that was kept, by row."""
    job = _job(uid, request.auth)
    return download("errors.csv", CSV, imports.errors_csv(job).encode("utf-8"))


@router.post("/outside/{office}/sheets", response={201: bodies.JobOut})
@runs
def start_sheet(
    request: ApiRequest, office: Line, how: Form[bodies.SheetForm], file: UploadedFile
) -> bodies.JobOut:
    """Stage a sheet of ``110`` or ``12345``; its numbers and reply deadlines are kept. Then step it like an import."""
    job = outside.start_sheet(
        stream(file), of=office, by=request.auth, mapping=_mapping(how.map), name=how.name
    )
    return _shown(job)


@router.get("/outside/{office}/replies", response=list[bodies.ReplyOut])
@runs
def waiting_replies(request: ApiRequest, office: Line) -> list[bodies.ReplyOut]:
    """Replies in reach that wait for an outside office, the earliest deadline first."""
    rows = outside.waiting_replies(office)
    wanted = [row.report.pk for row in rows]
    seen = set(
        Report.objects.visible_to(request.auth.scope).filter(pk__in=wanted).values_list("pk", flat=True)
    )
    return [
        bodies.ReplyOut(
            report=row.report.pk,
            external_id=row.report.external_id,
            result=row.result,
            text=row.text,
            unit=row.unit,
            at=row.at,
        )
        for row in rows
        if row.report.pk in seen
    ]


@router.post("/outside/{office}/replies/export", response=None, openapi_extra=binary(XLSX, CSV))
@runs
def export_replies(request: ApiRequest, office: Line, body: bodies.ExportIn) -> HttpResponse:
    """The replies that wait, in the office's form; they are marked as sent with it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"replies-{outside.office(office).key}.{body.format}"
        counts = outside.export_replies(office, path, by=request.auth)
        response = download(path.name, XLSX if body.format == "xlsx" else CSV, path.read_bytes())
    response.headers["X-Replies-Written"] = str(counts["written"])
    response.headers["X-Replies-Left"] = str(counts["left"])
    return response
