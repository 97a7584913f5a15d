"""The wall screen: one page, parts that renew themselves, the map from our own data."""

from __future__ import annotations

import hashlib
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from fengqiao.accounts.scope import Scope
from fengqiao.board import queries
from fengqiao.lib import clock
from fengqiao.lib.policy import needs
from fengqiao.teams.queries import station
from fengqiao.territory.maps import areas_geojson, features_geojson

SEE = "board.see"


def _scope(request: HttpRequest) -> Scope:
    scope: Scope = request.actor.scope  # type: ignore[attr-defined]
    return scope


def _context(request: HttpRequest) -> dict[str, Any]:
    scope, now = _scope(request), clock.now()
    return {
        "now": now,
        "figures": queries.figures(scope, now),
        "arrivals": queries.arrivals(scope, now),
        "due": queries.due_soon(scope, now),
        "duty": queries.duty_lines(scope, now),
        "returns": queries.returns_today(scope, now),
        "grid": queries.heat(scope, now),
    }


@needs(SEE)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The whole screen."""
    return render(request, "board/home.html", {**_context(request), "room": station().name})


@needs(SEE)
@require_safe
def parts(request: HttpRequest) -> HttpResponse:
    """The parts that change; nothing is sent when nothing changed."""
    response = render(request, "board/parts.html", {**_context(request), "oob": True})
    tag = '"' + hashlib.sha256(response.content).hexdigest()[:24] + '"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified()
    response.headers["ETag"] = tag
    return response


@needs(SEE)
@require_safe
def map_data(request: HttpRequest) -> HttpResponse:
    """Areas, river, roads and houses, fetched once."""
    scope = _scope(request)
    layers = {
        "areas": _labelled(areas_geojson(scope, ("community", "village"), right=SEE)),
        "grids": areas_geojson(scope, ("grid",), right=SEE),
        "river": features_geojson(("river", "lake", "creek", "pond")),
        "green": features_geojson(("park",)),
        "roads": features_geojson(("road", "bridge")),
        "lanes": features_geojson(("lane",)),
        "buildings": features_geojson(("building",)),
    }
    response = JsonResponse({"layers": layers})
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


def _labelled(collection: dict[str, Any]) -> dict[str, Any]:
    for feature in collection["features"]:
        feature["properties"]["label"] = feature["properties"].get("name", "")
    return collection


@needs(SEE)
@require_safe
def point_data(request: HttpRequest) -> HttpResponse:
    """The points of what came in, asked for again and again."""
    return JsonResponse(queries.points(_scope(request), clock.now()))
