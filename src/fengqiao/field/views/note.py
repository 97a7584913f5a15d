"""记一笔: three taps from seeing something to a report with an owner."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from fengqiao.field.forms import KINDS, NoteForm
from fengqiao.field.shell import actor_of, page
from fengqiao.intake.actions import receive_report
from fengqiao.intake.choices import Channel
from fengqiao.intake.drafts import UploadedPhoto
from fengqiao.intake.models import Report
from fengqiao.lib.errors import OutOfReach, Refusal
from fengqiao.lib.policy import needs
from fengqiao.teams.queries import station
from fengqiao.territory.models import Boundary

USE = "field.use"
MAX_PHOTOS = 6


@needs(USE)
@require_http_methods(["GET", "HEAD", "POST"])
def note(request: HttpRequest) -> HttpResponse:
    """Show the form or take the note in."""
    actor = actor_of(request)
    form = NoteForm(request.POST if request.method == "POST" else None, scope=actor.scope)
    if request.method == "POST" and form.is_valid():
        try:
            return _keep(request, form)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
    context = {"form": form, "kinds": KINDS, "chosen": request.POST.get("kind", ""), "map": _start(form)}
    return page(request, "field/note.html", context, tab="note", status=422 if form.errors else 200)


def _keep(request: HttpRequest, form: NoteForm) -> HttpResponse:
    found = form.cleaned_data
    photos = [
        UploadedPhoto(f.name or "", f.read()) for f in request.FILES.getlist("photos")[: MAX_PHOTOS + 1]
    ]
    receipt = receive_report(
        by=actor_of(request),
        channel=Channel.FIELD,
        text=found["text"],
        key=found["key"],
        area=form.areas.get(found["area"]),
        place_text=found["place_text"],
        lat=found["lat"] if found["lon"] is not None else None,
        lon=found["lon"] if found["lat"] is not None else None,
        photos=photos,
    )
    return HttpResponseRedirect(reverse("field:noted", args=[receipt.code]))


def _start(form: NoteForm) -> dict[str, Any]:
    """Where the map opens: on one of the person's own areas, else on the station's."""
    pks = list(form.areas)[:200] or [str(station().area_id)]
    box = (
        Boundary.objects.filter(area_id__in=pks, valid_to__isnull=True).order_by("-area__rank", "pk").first()
    )
    if box is None:
        return {}
    return {"bounds": [[box.min_lat, box.min_lon], [box.max_lat, box.max_lon]]}


@needs(USE)
@require_safe
def noted(request: HttpRequest, code: str) -> HttpResponse:
    """It is kept: who looks at it, by when."""
    report = (
        Report.objects.visible_to(actor_of(request).scope).select_related("owner", "area").filter(code=code)
    )
    found = report.first()
    if found is None:
        raise OutOfReach
    return page(request, "field/noted.html", {"report": found}, tab="note")
