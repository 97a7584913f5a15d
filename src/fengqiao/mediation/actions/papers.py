"""Papers of the file: made from templates, received and kept, opened again; and the station's own templates."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from fengqiao.accounts.scope import Actor
from fengqiao.audit.actions import Fact, append
from fengqiao.lib import clock, images
from fengqiao.lib.errors import NotAllowed, OutOfReach, Refusal
from fengqiao.lib.present import named
from fengqiao.lib.text import one_line
from fengqiao.mediation import documents, fields, rendering, store
from fengqiao.mediation.actions._base import log, save_case, take_case, takes_part
from fengqiao.mediation.actions.parties import log_read
from fengqiao.mediation.filing import facts_of, paper_rows, template_bytes
from fengqiao.mediation.inputs import said
from fengqiao.mediation.models import Document, DocumentTemplate, MediationCase
from fengqiao.mediation.papers import Paper, applies, load_papers
from fengqiao.mediation.policy import ACTIONS
from fengqiao.teams import queries as teams
from fengqiao.teams.models import Station

MAX_RECEIVED = 10 * 2**20
TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
}


@dataclass(frozen=True)
class DocumentFile:
    """A paper as a download: name, content type, content."""

    name: str
    content_type: str
    content: bytes


def paper_of(kind: str) -> Paper:
    """The kind of paper. Raises Refusal for an unknown one."""
    found = load_papers().get(kind)
    if found is None:
        raise Refusal(_("没有这种文书"), code="unknown_paper", field="kind")
    return found


@transaction.atomic
def make_document(case: MediationCase, *, by: Actor, kind: str) -> Document:
    """Print a paper from its template into the file. Each party whose data stands in it is logged as read.

    Raises Refusal ``too_early`` when the case has not come to it, ``bad_template`` when the station's own template
    does not fit.
    """
    found = take_case(case, "make_document", by)
    paper = paper_of(kind)
    if not paper.made:
        raise Refusal(
            _("“%(paper)s”是收进来的材料，不能制作") % {"paper": named(paper)}, code="not_made", field="kind"
        )
    if not applies(paper, facts_of(found)):
        raise Refusal(
            _("还没到做“%(paper)s”的时候") % {"paper": named(paper)}, code="too_early", field="kind"
        )
    _handlers_only(found, by)
    rows = paper_rows(found, making=kind)
    station = Station.objects.values_list("name", flat=True).first() or ""
    content = rendering.render(template_bytes(kind), documents.context_of(found, rows, station=station))
    for party in found.parties.all():
        log_read(party, by, f"制作文书：{paper.zh}")
    return _keep(found, by, paper, content, extension="docx", made=True)


@transaction.atomic
def receive_paper(
    case: MediationCase,
    *,
    by: Actor,
    kind: str,
    title: str = "",
    content: bytes | None = None,
    filename: str = "",
    pages: int | None = None,
    note: str = "",
) -> Document:
    """Keep a paper that was handed in: a PDF or a photo, or only the note that the original lies in the file.

    Photos are written anew, so that nothing but the picture is kept.
    """
    found = take_case(case, "receive_paper", by)
    paper = paper_of(kind)
    if pages is not None and not 1 <= pages <= 999:
        raise Refusal(_("页数请写 1 到 999"), code="bad", field="pages")
    body, extension = _received(content, filename)
    name = one_line(title, limit=80, field="title") or paper.zh
    return _keep(
        found, by, paper, body, extension=extension, made=False, title=name, pages=pages, note=one_line(note)
    )


def _received(content: bytes | None, filename: str) -> tuple[bytes, str]:
    if content is None:
        return b"", ""
    if not content or len(content) > MAX_RECEIVED:
        raise Refusal(
            _("文件最大 %(max_received)s MB，也不能是空的") % {"max_received": MAX_RECEIVED // 2**20},
            code="too_large",
            field="file",
        )
    if content.startswith(b"%PDF-"):
        return content, "pdf"
    return images.reencode(content, name=filename).jpeg, "jpg"


def _keep(
    case: MediationCase,
    by: Actor,
    paper: Paper,
    content: bytes,
    *,
    extension: str,
    made: bool,
    title: str = "",
    pages: int | None = None,
    note: str = "",
) -> Document:
    row = Document(
        case=case,
        kind=paper.key,
        title=title or paper.zh,
        made=made,
        extension=extension,
        pages=pages,
        note=note,
        made_at=clock.now(),
        made_by_id=by.person_id,
    )
    if content:
        row.sha256, row.size = hashlib.sha256(content).hexdigest(), len(content)
        row.path = store.write(f"mediation/{case.uid.hex}", f"{row.uid.hex}.sealed", row.seal_bytes(content))
    try:
        row.save()
        save_case(case)
        verb = "mediation.document" if made else "mediation.paper"
        log(verb, case, by, kind=paper.key, document=row.pk, sha256=row.sha256)
    except BaseException:
        if row.path:
            store.remove(row.path)
        raise
    return row


@transaction.atomic
def read_document(document: Document, *, by: Actor, purpose: str) -> DocumentFile:
    """Open a paper for a stated purpose; the reading is logged, the content checked against its fingerprint."""
    found = take_case(document.case, "read_document", by)
    row = Document.objects.filter(pk=document.pk, case=found).first()
    if row is None:
        raise OutOfReach
    _handlers_only(found, by)
    why = said(purpose, what=_("为什么要看"), field="purpose", limit=120)
    if not row.path:
        raise Refusal(_("这份材料只有纸质原件，在卷宗里"), code="paper_only")
    content = row.open_bytes(store.read(row.path))
    if hashlib.sha256(content).hexdigest() != row.sha256:
        raise Refusal(_("这份文书的文件被改动过。请重新制作，并告诉系统管理员"), code="tampered")
    fact = Fact(
        "contact.read",
        "document",
        str(row.pk),
        by.person_id,
        by.kind,
        {"purpose": why, "mediation": found.pk},
    )
    append(fact)
    return DocumentFile(f"{found.number}{row.title}.{row.extension}", TYPES[row.extension], content)


def _handlers_only(case: MediationCase, by: Actor) -> None:
    if case.matter.restricted and not takes_part(case.matter, by, case.mediator_id):
        raise NotAllowed(_("这件事限制查看，只有经办的人可以打开文书"))


@transaction.atomic
def save_template(kind: str, *, by: Actor, name: str, content: bytes) -> DocumentTemplate:
    """Use a station's own .docx for a kind of paper from now on, after it was opened and filled with sample data."""
    _keeper(by, "save_template")
    paper = paper_of(kind)
    if not paper.made:
        raise Refusal(
            _("“%(paper)s”是收进来的材料，没有模板") % {"paper": named(paper)}, code="not_made", field="kind"
        )
    rendering.check_package(content, name)
    rendering.render(content, fields.sample())
    digest = hashlib.sha256(content).hexdigest()
    path = store.write("templates/mediation", f"{kind}-{digest[:16]}.docx", content)
    row = DocumentTemplate.objects.create(
        kind=kind,
        path=path,
        name=one_line(name, limit=80, field="file"),
        sha256=digest,
        uploaded_at=clock.now(),
        uploaded_by_id=by.person_id,
    )
    _log_template("mediation.template_saved", kind, by, digest)
    return row


@transaction.atomic
def drop_template(kind: str, *, by: Actor) -> int:
    """Go back to the built-in template of a kind; returns how many of one's own were set aside."""
    _keeper(by, "drop_template")
    rows = DocumentTemplate.objects.filter(kind=paper_of(kind).key, removed_at__isnull=True)
    count = rows.update(removed_at=clock.now(), removed_by_id=by.person_id)
    if not count:
        raise Refusal(_("现在用的就是自带的模板"), code="already")
    _log_template("mediation.template_dropped", kind, by, "")
    return count


def _keeper(by: Actor, verb: str) -> None:
    """The templates are the whole station's: who keeps a part of its ground does not change them."""
    if by.kind != "person" or not by.scope.can(ACTIONS[verb], teams.station().area.path):
        raise NotAllowed(_("换文书模板是系统管理员的职责"))


def _log_template(verb: str, kind: str, by: Actor, digest: str) -> None:
    append(Fact(verb, "template", kind, by.person_id, by.kind, {"sha256": digest}))


__all__ = [
    "DocumentFile",
    "drop_template",
    "make_document",
    "read_document",
    "receive_paper",
    "save_template",
]
