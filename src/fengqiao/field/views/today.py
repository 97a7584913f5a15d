"""今天 and 我的: what to do now, where I am on duty, how to reach the rest."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from fengqiao.field.shell import actor_of, duty_now, page
from fengqiao.lib import clock
from fengqiao.lib.place_config import current_place
from fengqiao.lib.policy import needs
from fengqiao.lib.present import named
from fengqiao.matters.queries import follow_ups_due, mine
from fengqiao.notices.models import Notice
from fengqiao.teams.models import Duty

USE = "field.use"


@needs(USE)
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """The most pressing thing as one card, then the rest of the day in order."""
    actor, now = actor_of(request), clock.now()
    midnight = clock.local(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    rows = list(mine(actor).with_faces().filter(due_at__lt=midnight).order_by("due_at", "id")[:50])
    later = list(mine(actor).with_faces().filter(due_at__gte=midnight).order_by("due_at", "id")[:5])
    listed = {m.pk for m in rows}
    visits = [f for f in follow_ups_due(actor, midnight) if f.matter_id not in listed]
    context = {
        "now": now,
        "first": rows[0] if rows else None,
        "rest": rows[1:],
        "visits": visits,
        "later": later,
        "duty": duty_now(actor),
    }
    return page(request, "field/today.html", context, tab="today")


@needs(USE)
@require_safe
def me(request: HttpRequest) -> HttpResponse:
    """Who I am here, when I am on duty, what I was told."""
    actor, now = actor_of(request), clock.now()
    roles = {role.key: named(role) for role in current_place().roles}
    week = Duty.objects.filter(
        person_id=actor.person_id or 0, ends_at__gt=now, starts_at__lt=now + timedelta(days=7)
    )
    context = {
        "name": actor.name,
        "roles": sorted({roles.get(g.role, g.role) for g in actor.scope.grants}),
        "duty": duty_now(actor),
        "week": week.select_related("beat", "area", "team").order_by("starts_at")[:14],
        "notices": Notice.objects.filter(to_id=actor.person_id or 0)[:10],
    }
    return page(request, "field/me.html", context, tab="me")
