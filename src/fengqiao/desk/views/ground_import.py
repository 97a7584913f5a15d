"""Bringing in areas and places: a file is tried first, row by row, and taken in after a yes."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from fengqiao.accounts.scope import Actor
from fengqiao.desk.forms.places import GroundImportForm
from fengqiao.desk.forms.territory import EDIT
from fengqiao.desk.page import actor_of, go, page
from fengqiao.desk.room import drop, keep, sent, waiting
from fengqiao.lib.errors import OutOfReach, Refusal
from fengqiao.lib.policy import needs
from fengqiao.teams.queries import station
from fengqiao.territory.actions import import_areas, import_places
from fengqiao.territory.importing import ADDED, CHANGED, REFUSED_ROW, SKIPPED, UNCHANGED, ImportReport

PURPOSES = ("areas", "places")
SHOWN = 200
_OPTIONS = ("system", "under", "repair")


@needs(EDIT)
def upload(request: HttpRequest) -> HttpResponse:
    """Take the file in hand; nothing is read into the tables yet."""
    form = GroundImportForm(*sent(request))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        held = keep(request, given["file"], given["what"])
        request.session[f"ground:{held.token}"] = {key: given[key] or "" for key in _OPTIONS}
        return go(request, reverse("desk:ground_look", args=[held.token]))
    status = 422 if form.errors else 200
    return page(request, "desk/territory/import.html", {"form": form}, on="territory", status=status)


@needs(EDIT)
def look(request: HttpRequest, token: str) -> HttpResponse:
    """What each row would do; a yes takes everything in, or nothing when a row is refused."""
    actor, context = actor_of(request), {"token": token}
    try:
        name, what, report = _run(request, token, actor, dry=request.method != "POST")
    except OutOfReach:
        raise
    except Refusal as refusal:
        return page(
            request, "desk/territory/look.html", {**context, "refusal": refusal}, on="territory", status=422
        )
    if report.done:
        drop(request, token)
        messages.success(request, _("导入好了：%(counts)s") % {"counts": _counts(report)})
        return go(request, reverse("desk:territory" if what == "areas" else "desk:places"))
    labels = {
        ADDED: _("新增"),
        CHANGED: _("改动"),
        UNCHANGED: _("没变"),
        SKIPPED: _("略过"),
        REFUSED_ROW: _("不收"),
    }
    order = {REFUSED_ROW: 0, CHANGED: 1, ADDED: 2}
    rows = sorted(report.rows, key=lambda r: order.get(r.what, 3))
    shown = {
        "name": name,
        "rows": [(r, labels[r.what]) for r in rows[:SHOWN]],
        "more": max(0, len(rows) - SHOWN),
        "notes": report.notes[:20],
        "counts": _counts(report),
        "refused": len(report.refused),
    }
    status = 422 if report.refused else 200
    return page(request, "desk/territory/look.html", {**context, **shown}, on="territory", status=status)


def _counts(report: ImportReport) -> str:
    words = _("新增 %(added)s，改动 %(changed)s，没变 %(unchanged)s")
    said = words % {what: report.count(what) for what in (ADDED, CHANGED, UNCHANGED)}
    refused = report.count(REFUSED_ROW)
    return f"{said}，{_('不收 %(n)s') % {'n': refused}}" if refused else said


def _run(request: HttpRequest, token: str, by: Actor, *, dry: bool) -> tuple[str, str, ImportReport]:
    what = request.session.get("waiting_files", {}).get(token, {}).get("purpose", "")
    if what not in PURPOSES:
        raise OutOfReach
    held = waiting(request, token, what)
    chosen = request.session.get(f"ground:{token}", {})
    station()
    if what == "places":
        return held.name, what, import_places(held.path, by=by, system=chosen.get("system", ""), dry_run=dry)
    report = import_areas(
        held.path,
        by=by,
        system=chosen.get("system", ""),
        under=chosen.get("under", ""),
        repair=bool(chosen.get("repair")),
        source_name=held.name,
        dry_run=dry,
    )
    return held.name, what, report
