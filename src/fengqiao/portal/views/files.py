"""What is not a page: the map, the words for a point, and what machines ask for."""

from __future__ import annotations

from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, JsonResponse
from django.templatetags.static import static
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import condition, require_safe

from fengqiao.lib.errors import Refusal
from fengqiao.lib.policy import public
from fengqiao.portal import ground

CLOSED = ("/r/", "/progress/", "/signin/", "/desk/", "/field/", "/board/")
ROBOTS = "\n".join(["User-agent: *", *(f"Disallow: {path}" for path in CLOSED), ""])


def _fingerprint(request: HttpRequest) -> str:
    return ground.drawn().etag


@public
@require_safe
@gzip_page
@condition(etag_func=_fingerprint)
def areas(request: HttpRequest) -> HttpResponse:
    """Outlines, roads, water and green as GeoJSON layers: public knowledge, kept by browsers, asked again by ETag."""
    answer = HttpResponse(ground.drawn().body, content_type="application/json")
    answer.headers["Cache-Control"] = "public, max-age=600"
    return answer


@public
@require_safe
def where(request: HttpRequest) -> HttpResponse:
    """The words for ?at=latitude,longitude (WGS-84 degrees), empty when nothing is known there."""
    try:
        lat, lon = (float(x) for x in request.GET.get("at", "").split(","))
        words = ground.words_at(lat, lon)
    except (ValueError, Refusal):
        return JsonResponse({"code": "bad_point"}, status=400)
    return JsonResponse({"words": words})


@public
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What search engines stay out of."""
    return HttpResponse(ROBOTS, content_type="text/plain; charset=utf-8")


@public
@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """For browsers that ask for the old name."""
    return HttpResponsePermanentRedirect(static("fq/icon.svg"))


@public
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Whether the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except (OperationalError, InterfaceError):
        return HttpResponse("database does not answer", status=503, content_type="text/plain")
    return HttpResponse("ok", content_type="text/plain")
