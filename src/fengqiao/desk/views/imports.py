"""Tables of reports on the desk: looked into, mapped, taken in step by step; replies to outside offices."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from fengqiao.accounts.scope import Actor
from fengqiao.desk.forms.imports import MappingForm, RepliesForm, TableForm
from fengqiao.desk.page import actor_of, go, is_htmx, page, part, refuse
from fengqiao.desk.room import Room, Waiting, drop, hand_out, keep, sent, tabs, waiting
from fengqiao.intake import imports, outside
from fengqiao.intake.models import ImportJob, Report
from fengqiao.lib.errors import OutOfReach, Refusal
from fengqiao.lib.policy import needs

RUN, BUNDLE = "import.run", "bundle.run"
ROOM = Room("imports", gettext_lazy("导入导出"), "desk:imports")
_TABS: list[tuple[str, Any, str, str]] = [
    ("table", gettext_lazy("反映表格"), "desk:imports", RUN),
    ("outside", gettext_lazy("110、12345"), "desk:outside", RUN),
    ("bundles", gettext_lazy("内外网交换"), "desk:bundles", BUNDLE),
]
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
STATES = {
    imports.READY: gettext_lazy("等着开始"),
    imports.RUNNING: gettext_lazy("正在收"),
    imports.DONE: gettext_lazy("收完了"),
    imports.CANCELLED: gettext_lazy("取消了"),
}
STEP_SECONDS = 1.5
_SHOWN = 12
_REPLIES = 15


def tabs_for(actor: Actor, on: str) -> list[Any]:
    """Tabs of the room that are the actor's."""
    return tabs([(k, label, route) for k, label, route, right in _TABS if actor.scope.can(right)], on)


def _jobs(actor: Actor) -> Any:
    """One's own imports: what a file holds is seen by who brought it."""
    return ImportJob.objects.filter(by_id=actor.person_id)


def _job(request: HttpRequest, uid: UUID) -> ImportJob:
    found: ImportJob | None = _jobs(actor_of(request)).filter(uid=uid).first()
    if found is None:
        raise OutOfReach
    return found


@needs(RUN, BUNDLE)
def home(request: HttpRequest) -> HttpResponse:
    """Bring a table; one's earlier imports."""
    actor = actor_of(request)
    if not actor.scope.can(RUN):
        return go(request, reverse("desk:bundles"))
    form = TableForm(*sent(request))
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        held = keep(request, form.cleaned_data["file"], "table")
        return go(
            request, reverse("desk:import_look", args=[held.token]) + f"?kind={form.cleaned_data['kind']}"
        )
    rows = [(job, STATES.get(job.state, job.state)) for job in _jobs(actor).order_by("-pk")[:20]]
    context = {"tabs": tabs_for(actor, "table"), "form": form, "jobs": rows}
    return page(request, "desk/imports/home.html", context, on="imports", status=status)


def _kind(request: HttpRequest) -> str:
    wanted = request.POST.get("kind") or request.GET.get("kind") or ""
    return wanted if wanted in {"110", "12345", "historic"} else "table"


def _start(held: Waiting, kind: str, mapping: dict[str, str], by: Actor) -> ImportJob:
    if kind in outside.OFFICES:
        return outside.start_sheet(held.path, of=kind, by=by, mapping=mapping, name=held.name)
    return imports.start_job(held.path, by=by, mapping=mapping, name=held.name, historic=kind == "historic")


@needs(RUN)
def look(request: HttpRequest, token: str) -> HttpResponse:
    """The first rows with the likely mapping; a person corrects it, looks again, and starts."""
    held, kind = waiting(request, token, "table"), _kind(request)
    context: dict[str, Any] = {"held": held, "kind": kind}
    try:
        preview = imports.read_preview(held.path, rows=_SHOWN)
    except Refusal as refusal:
        return page(request, "desk/imports/unread.html", {"refusal": refusal}, on="imports", status=422)
    form = MappingForm(preview, request.POST or None)
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        if "look" in request.POST:
            preview = imports.read_preview(held.path, mapping=form.mapping, rows=_SHOWN)
        else:
            try:
                job = _start(held, kind, form.mapping, actor_of(request))
            except Refusal as refusal:
                status = refuse(form, refusal)
            else:
                drop(request, token)
                return go(request, reverse("desk:import_job", args=[job.uid]))
    rows = [
        (r.number, [r.cells.get(c, "")[:300] for c, _field in form.columns], r.fault) for r in preview.rows
    ]
    context |= {"form": form, "preview": preview, "rows": rows}
    return page(request, "desk/imports/look.html", context, on="imports", status=status)


def _shown(job: ImportJob, trouble: str = "") -> dict[str, Any]:
    return {
        "job": job,
        "state": STATES.get(job.state, job.state),
        "running": job.state in (imports.READY, imports.RUNNING) and not trouble,
        "waits": job.state in (imports.READY, imports.RUNNING),
        "percent": round(100 * job.done / job.total) if job.total else 100,
        "trouble": trouble,
        "historic": bool(job.options.get("historic")),
    }


@needs(RUN)
@require_safe
def job(request: HttpRequest, uid: UUID) -> HttpResponse:
    """How far an import is, and what was not taken."""
    return page(request, "desk/imports/job.html", _shown(_job(request, uid)), on="imports")


@needs(RUN)
@require_POST
def step(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Take in rows for a moment; the page asks again until it is done."""
    found, trouble = _job(request, uid), ""
    try:
        found = imports.step(found, seconds=STEP_SECONDS)
    except Refusal as refusal:
        trouble = refusal.message
    if is_htmx(request):
        return part(request, "desk/imports/_job.html", _shown(found, trouble))
    if trouble:
        messages.error(request, trouble)
    return go(request, reverse("desk:import_job", args=[uid]))


@needs(RUN)
@require_POST
def cancel(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Stop an import; what was taken in stays."""
    imports.cancel(_job(request, uid), by=actor_of(request))
    messages.success(request, _("停下了，已经收进来的还在"))
    return go(request, reverse("desk:import_job", args=[uid]))


@needs(RUN)
@require_safe
def errors(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The errors that were kept, as a table file."""
    found = _job(request, uid)
    return hand_out(_("没收的行.csv"), TYPES["csv"], imports.errors_csv(found).encode("utf-8"))


@needs(RUN)
@require_safe
def outside_offices(request: HttpRequest) -> HttpResponse:
    """Replies that wait for 110 and 12345."""
    actor = actor_of(request)
    offices = []
    for key, found in outside.OFFICES.items():
        rows = outside.waiting_replies(key)
        wanted = [row.report.pk for row in rows]
        seen = set(Report.objects.visible_to(actor.scope).filter(pk__in=wanted).values_list("pk", flat=True))
        mine = [row for row in rows if row.report.pk in seen]
        offices.append(
            {
                "key": key,
                "name": found.zh,
                "head": found.header,
                "rows": [r.cells() for r in mine[:_REPLIES]],
                "total": len(mine),
            }
        )
    context = {"tabs": tabs_for(actor, "outside"), "offices": offices}
    return page(request, "desk/imports/outside.html", context, on="imports")


@needs(RUN)
@require_POST
def replies(request: HttpRequest, office: str) -> HttpResponse:
    """The replies that wait, in the office's form; they are marked as sent with it."""
    form = RepliesForm(request.POST)
    ending = form.cleaned_data["form"] if form.is_valid() else "xlsx"
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"replies-{outside.office(office).key}.{ending}"
        outside.export_replies(office, path, by=actor_of(request))
        return hand_out(path.name, TYPES[ending], path.read_bytes())
