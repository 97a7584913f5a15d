"""The territory on the desk: the tree beside its map, an area, the two networks, places."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from fengqiao.accounts.scope import Actor
from fengqiao.desk import ground
from fengqiao.desk.forms.places import REGISTRY
from fengqiao.desk.forms.territory import EDIT, SEE, area_in_sight
from fengqiao.desk.page import actor_of, page
from fengqiao.desk.pickers import role_names
from fengqiao.desk.room import Room, run, tabs
from fengqiao.lib import clock
from fengqiao.lib.place_config import current_place
from fengqiao.lib.policy import needs, signed_in
from fengqiao.teams import queries as teams
from fengqiao.teams.models import Appointment
from fengqiao.territory import queries
from fengqiao.territory.choices import Rank, Tier
from fengqiao.territory.models import Area, Boundary, Place

ROOM = Room("territory", _("辖区"), "desk:territory")
TABS: list[tuple[str, Any, str]] = [
    ("areas", _("片区"), "desk:territory"),
    ("beats", _("警务区"), "desk:beats"),
    ("places", _("场所"), "desk:places"),
]
_ROWS = 50
_ON_GROUND = (Rank.GRID, Rank.COMMUNITY, Rank.VILLAGE)
_MOST_DOTS = 300


@needs(SEE)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The tree with its figures, beside the map."""
    scope = actor_of(request).scope
    rows = ground.tree(scope)
    context = {
        "tabs": tabs(TABS, "areas"),
        "rows": rows,
        "map_url": ground.map_url(),
        "can_edit": scope.can(EDIT),
        "grids_shown": any(r.area.rank == Rank.GRID for r in rows),
    }
    return page(request, "desk/territory/home.html", context, on="territory")


@needs(SEE)
@gzip_page
@require_safe
def map_json(request: HttpRequest) -> HttpResponse:
    """Outlines in reach as GeoJSON; the address carries the state of the ground, so the browser keeps it a day."""
    actor = actor_of(request)
    named = request.GET.get("area", "")
    chosen = (
        area_in_sight(int(named), actor) if named.isascii() and named.isdigit() and len(named) < 12 else None
    )
    answer = JsonResponse(ground.layers(actor.scope, chosen))
    answer.headers["Cache-Control"] = "private, max-age=86400"
    return answer


def _who(area: Area, actor: Actor) -> list[tuple[str, Appointment]]:
    """Who answers for the area, level by level: the last of the place's chain above it, those of its beats, and
    whoever is appointed over the area itself."""
    roles, chain = role_names(), current_place().answer_chain
    top_down = [*reversed(chain), *roles]
    over = Q(area=area)
    if area.rank in _ON_GROUND:
        over |= Q(beat__in=queries.beats_over(area)) | Q(area__in=area.ancestor_ids, role=chain[-1])
    rows = (
        Appointment.objects.on(clock.local(clock.now()).date())
        .filter(over, person__is_active=True)
        .select_related("person", "beat", "area")
    )
    found = [(roles[a.role], a) for a in rows[:200] if a.role in roles]
    return sorted(found, key=lambda pair: (top_down.index(pair[1].role), pair[1].pk))[:40]


@needs(SEE)
@require_safe
def area(request: HttpRequest, pk: int) -> HttpResponse:
    """One area: its boundary, what lies below, beats over it, who answers, places."""
    actor = actor_of(request)
    found = area_in_sight(pk, actor)
    seen = {a.pk for a in Area.objects.visible_to(actor.scope).filter(pk__in=found.ancestor_ids)}
    spots = Place.objects.filter(area__path__startswith=found.path).select_related("area")
    dots = list(spots.exclude(lat__isnull=True).order_by("-tier", "name")[:_MOST_DOTS])
    context = {
        "area": found,
        "above": [a for a in queries.ancestors(found)[:-1] if a.pk in seen],
        "rank": Rank(found.rank).label,
        "boundaries": list(Boundary.objects.filter(area=found).order_by("-valid_from", "-pk")[:8]),
        "below": list(Area.objects.filter(parent=found, valid_to__isnull=True).order_by("code")),
        "beats": queries.beats_over(found),
        "answer": teams.who_answers(found),
        "who": _who(found, actor),
        "sees_people": actor.scope.can("people.see"),
        "places": list(spots.order_by("name")[:15]),
        "places_total": spots.count(),
        "map_url": ground.map_url(found),
        "map_data": ground.points_of(dots)
        if found.rank in (Rank.GRID, Rank.COMMUNITY, Rank.VILLAGE)
        else None,
        "can_edit": actor.scope.can(EDIT, found.path) and found.valid_to is None,
    }
    return page(request, "desk/territory/area.html", context, on="territory")


@needs(SEE)
@require_safe
def beats(request: HttpRequest) -> HttpResponse:
    """The two networks: who stands on each beat, its grids with their workers, the list they share; bare grids."""
    actor = actor_of(request)
    grids = Area.objects.visible_to(actor.scope).filter(rank=Rank.GRID, valid_to__isnull=True)
    lines, covered = ground.beat_lines(actor.scope, grids)
    context = {
        "tabs": tabs(TABS, "beats"),
        "lines": lines,
        "bare": [g for g in grids.order_by("code") if g.pk not in covered],
        "can_edit": actor.scope.can(EDIT),
        "sees_people": actor.scope.can("people.see"),
        "sees_matters": actor.scope.can("matter.see_area") or actor.scope.can("matter.handle"),
    }
    return page(request, "desk/territory/beats.html", context, on="territory")


@needs(SEE)
@require_safe
def places(request: HttpRequest) -> HttpResponse:
    """Places in reach by name."""
    actor = actor_of(request)
    words = request.GET.get("q", "").replace("\x00", "").strip()[:40]
    tier = request.GET.get("tier", "")
    rows = Place.objects.filter(area__in=Area.objects.visible_to(actor.scope)).select_related("area")
    if words:
        rows = rows.filter(
            Q(name__icontains=words) | Q(address__icontains=words) | Q(area__name__icontains=words)
        )
    if tier in Tier.values:
        rows = rows.filter(tier=tier)
    context = {
        "tabs": tabs(TABS, "places"),
        "rows": Paginator(rows.order_by("name", "pk"), _ROWS).get_page(request.GET.get("page")),
        "words": words,
        "tier": tier,
        "tiers": Tier.choices,
        "can_edit": actor.scope.can(EDIT),
    }
    return page(request, "desk/territory/places.html", context, on="territory")


@signed_in
def verb(request: HttpRequest, verb: str, target: int | None = None) -> HttpResponse:
    """One verb of the room as a form."""
    return run(request, ROOM, REGISTRY, verb, target)
