"""What every page of the field door shares: the four tabs and who is on duty until when."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from fengqiao.accounts.scope import Actor
from fengqiao.lib import clock
from fengqiao.lib.present import NavItem
from fengqiao.matters.queries import counts
from fengqiao.teams.models import Duty


def actor_of(request: HttpRequest) -> Actor:
    """The actor behind the request, put there by the middleware."""
    return cast(Actor, request.actor)  # type: ignore[attr-defined]


def duty_now(actor: Actor) -> Duty | None:
    """The actor's duty running now, the one that ends last."""
    rows = Duty.objects.at(clock.now()).filter(person_id=actor.person_id or 0)
    return rows.select_related("beat", "area", "team").order_by("-ends_at").first()


def page(
    request: HttpRequest, template: str, context: dict[str, Any], *, tab: str = "", status: int = 200
) -> HttpResponse:
    """A page inside the shell; ``tab`` is the key of the lit tab."""
    found = counts(actor_of(request))
    tabs = [
        NavItem("today", _("今天"), "clipboard-check", reverse("field:today")),
        NavItem("note", _("记一笔"), "pencil", reverse("field:note")),
        NavItem(
            "matters",
            _("我的事项"),
            "list-check",
            reverse("field:matters"),
            found.mine or None,
            bool(found.late),
        ),
        NavItem("me", _("我的"), "user-check", reverse("field:me")),
    ]
    return render(request, template, {"tabs": tabs, "tab": tab, "own": found, **context}, status=status)
