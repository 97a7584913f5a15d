"""Taking in reports at the desk: one on behalf of somebody, or a whole chat pasted as text."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from fengqiao.desk.forms.chat import ChatForm, Piece, pieces, to_receive
from fengqiao.desk.forms.receive import NewReportForm
from fengqiao.desk.mapdata import map_url, middle
from fengqiao.desk.page import actor_of, go, page, refuse
from fengqiao.intake import queries
from fengqiao.intake.chat import ChatOutcome, receive_chat
from fengqiao.lib.errors import OutOfReach, Refusal
from fengqiao.lib.policy import needs


@needs("report.receive")
def new(request: HttpRequest) -> HttpResponse:
    """Write down what somebody says, for them."""
    actor = actor_of(request)
    form = NewReportForm(request.POST or None, request.FILES or None, by=actor)
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        try:
            receipt = form.act()
        except Refusal as refusal:
            status = refuse(form, refusal)
        else:
            return go(request, reverse("desk:received", args=[receipt.report.pk]))
    centre = middle(actor.scope) or (None, None)
    context = {"form": form, "map_url": map_url(*centre, pin=False)}
    return page(request, "desk/inbox/new.html", context, on="new", status=status)


@needs("report.receive")
def received(request: HttpRequest, pk: int) -> HttpResponse:
    """What to tell the person who brought it: the code, what comes next. Only for who entered it."""
    actor = actor_of(request)
    found = queries.find(pk, actor.scope)
    if found.entered_by_id != actor.person_id:
        raise OutOfReach
    context = {"report": found, "triages": actor.scope.can("report.triage")}
    return page(request, "desk/inbox/received.html", context, on="new")


@needs("report.receive")
def chat(request: HttpRequest) -> HttpResponse:
    """Paste a chat, look at what it was split into, then receive what was kept of it."""
    form = ChatForm(request.POST or None, by=actor_of(request))
    context: dict[str, Any] = {"form": form, "preview": None}
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        try:
            context["preview"] = preview = form.preview()
            context["pieces"] = found = pieces(preview, request.POST)
            if request.POST.get("step") == "receive":
                context["outcomes"] = _receive(request, form, found)
        except Refusal as refusal:
            status = refuse(form, refusal)
    return page(request, "desk/inbox/chat.html", context, on="new", status=status)


def _receive(request: HttpRequest, form: ChatForm, found: list[Piece]) -> list[ChatOutcome]:
    """Receive what was kept. Raises Refusal when nothing was."""
    kept = to_receive(found)
    if not kept:
        raise Refusal(_("一条都没有选。勾上要收的，再按收下"), code="missing")
    return receive_chat(kept, by=actor_of(request), area=form.cleaned_data["area"])
