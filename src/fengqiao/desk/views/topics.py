"""Topics of many people on the desk: the list, one with all its reports, and making it one governance matter."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from fengqiao.desk.forms.topics import GatherForm
from fengqiao.desk.page import actor_of, go, page, refuse
from fengqiao.desk.room import Room
from fengqiao.desk.topics_page import card, since
from fengqiao.intake.actions import refresh_topics
from fengqiao.intake.topic_reads import Held, in_hand, listed, members_of, sheet_of, topic_of
from fengqiao.intake.topics import FRESH, RIGHT, WEEKS
from fengqiao.lib import clock
from fengqiao.lib.errors import Refusal
from fengqiao.lib.policy import needs
from fengqiao.lib.present import Option

ROOM = Room("topics", gettext_lazy("热点"), "desk:topics")
RECENT = 6
"""Weeks within which somebody must have spoken of a topic that the page lists first."""
SHOWN = 20
PER_PAGE = 50


@needs(RIGHT)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What many different people speak of, hottest first; the figures are those of the moment named on the page."""
    actor, now = actor_of(request), clock.now()
    every = request.GET.get("span") == "all"
    sheet = sheet_of(actor.scope)
    context: dict[str, Any] = {"sheet": sheet, "every": every, "weeks": WEEKS, "recent": RECENT}
    if sheet is not None:
        found = listed(sheet, actor.scope, last_since=None if every else since(now, RECENT))
        cards = [card(held) for held in found.rows]
        hot = [one for one in cards if one.shown]
        context |= {
            "hot": hot[:SHOWN],
            "mild": [c for c in cards if not c.shown][:SHOWN],
            "changed": found.changed,
        }
        context |= {"old": sheet.computed_at < now - FRESH, "rest": max(0, len(hot) - SHOWN)}
    url = reverse("desk:topics")
    context["spans"] = [
        Option(_("近 %(n)d 周还有人说的") % {"n": RECENT}, url, not every),
        Option(_("近 %(n)d 周全部") % {"n": WEEKS}, f"{url}?span=all", every),
    ]
    return page(request, "desk/topics/topics.html", context, on="topics")


@needs(RIGHT)
@require_POST
def refresh(request: HttpRequest) -> HttpResponse:
    """Work the list out again, now."""
    try:
        refresh_topics(by=actor_of(request))
    except Refusal as refusal:
        messages.error(request, refusal.message)
    return go(request, reverse("desk:topics"))


@needs(RIGHT)
@require_safe
def topic(request: HttpRequest, first: int) -> HttpResponse:
    """One topic with all its reports."""
    actor = actor_of(request)
    found = topic_of(first, actor.scope)
    rows = Paginator(members_of(found, actor.scope), PER_PAGE).get_page(request.GET.get("page"))
    taken = in_hand(found, actor.scope)
    held = Held(found, (), taken.matter if taken is not None else None)
    context = {"card": card(held), "rows": rows, "sheet": found.sheet}
    return page(request, "desk/topics/topic.html", context, on="topics")


@needs(RIGHT)
def gather(request: HttpRequest, first: int) -> HttpResponse:
    """Make it one governance matter; where it is one already, on to that."""
    actor = actor_of(request)
    found = topic_of(first, actor.scope)
    taken = in_hand(found, actor.scope)
    if taken is not None:
        messages.info(request, _("已经立成一件了，就是这一件"))
        return go(request, reverse("desk:matter", args=[taken.matter.number]))
    form = GatherForm(request.POST or None, by=actor, target=found)
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        try:
            matter = form.act()
        except Refusal as refusal:
            status = refuse(form, refusal)
        else:
            messages.success(request, form.done)
            return go(request, reverse("desk:matter", args=[matter.number]))
    context = {"form": form, "room": ROOM, "back": form.back()}
    return page(request, "desk/rooms/verb.html", context, on="topics", status=status)
