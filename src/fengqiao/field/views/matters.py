"""我的事项 in the pocket: the list, one matter, and the verbs used on foot."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fengqiao.field.forms import FollowUpForm, ProgressForm
from fengqiao.field.shell import actor_of, page
from fengqiao.lib import clock
from fengqiao.lib.errors import OutOfReach, Refusal
from fengqiao.lib.policy import needs
from fengqiao.matters import actions, queries
from fengqiao.matters.choices import FollowUpState
from fengqiao.matters.models import Matter

USE = "field.use"


def _find(request: HttpRequest, number: str) -> Matter:
    found = queries.find(number, actor_of(request).scope)
    if found is None:
        raise OutOfReach
    return found


@needs(USE)
@require_safe
def matters(request: HttpRequest) -> HttpResponse:
    """Everything open that I own or handle along, by due time."""
    rows = queries.mine(actor_of(request)).with_faces().order_by("due_at", "id")[:100]
    return page(request, "field/matters.html", {"rows": rows, "now": clock.now()}, tab="matters")


def _show(request: HttpRequest, found: Matter, status: int = 200, **forms: Any) -> HttpResponse:
    verbs = queries.allowed_verbs(found, actor_of(request))
    planned = found.follow_ups.filter(state=FollowUpState.PLANNED).order_by("due_at").first()
    context = {
        "matter": found,
        "verbs": verbs,
        "story": queries.timeline(found)[:30],
        "planned": planned if "follow_up" in verbs else None,
        "progress": forms.get("progress") or ProgressForm(),
        "follow": forms.get("follow") or FollowUpForm(),
    }
    return page(request, "field/matter.html", context, tab="matters", status=status)


@needs(USE)
@require_safe
def matter(request: HttpRequest, number: str) -> HttpResponse:
    """One matter: what is next, what happened, what I can do now."""
    return _show(request, _find(request, number))


@needs(USE)
@require_POST
def accept(request: HttpRequest, number: str) -> HttpResponse:
    """Take it up."""
    found = _find(request, number)
    try:
        actions.accept(found, by=actor_of(request))
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("接手了"))
    return HttpResponseRedirect(reverse("field:matter", args=[number]))


@needs(USE)
@require_http_methods(["POST"])
def progress(request: HttpRequest, number: str) -> HttpResponse:
    """Note what was done."""
    found = _find(request, number)
    form = ProgressForm(request.POST)
    if form.is_valid():
        try:
            actions.record_progress(found, by=actor_of(request), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("记下了"))
            return HttpResponseRedirect(reverse("field:matter", args=[number]))
    return _show(request, found, 422, progress=form)


@needs(USE)
@require_POST
def follow_up(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Note what was found on going back."""
    found = _find(request, number)
    row = found.follow_ups.filter(pk=pk).first()
    if row is None:
        raise OutOfReach
    form = FollowUpForm(request.POST)
    if form.is_valid():
        try:
            actions.record_follow_up(row, by=actor_of(request), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("回访记下了"))
            return HttpResponseRedirect(reverse("field:matter", args=[number]))
    return _show(request, found, 422, follow=form)
