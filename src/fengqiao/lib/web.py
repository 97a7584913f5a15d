"""What every door shares: security headers, the closed-by-default check, refusals in plain words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import quote

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from fengqiao.lib import policy
from fengqiao.lib.errors import NotAllowed, OutOfReach, Refusal, TooMany
from fengqiao.lib.text import MAX_TEXT

Handler = Callable[[HttpRequest], HttpResponse]

TOO_BIG = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
WORTH_KEEPING = 8
"""Characters from which a text is worth handing back."""
SECRET = re.compile(r"pass|^old$|^new$|^again$|token|secret", re.IGNORECASE)
HIDDEN = {"key", "version", "seen", "next", "query"}

# Routes of Django and its packages that are open by their nature; each is named, nothing by pattern.
OPEN_ROUTES = {"set_language"}


def content_policy() -> str:
    """The Content-Security-Policy: everything from here, nothing inline; map tiles where a station set them."""
    tiles = ""
    if settings.TILE_URL:
        scheme, _sep, rest = settings.TILE_URL.partition("://")
        host = rest.split("/")[0].replace("{s}", "*")
        tiles = f" {scheme}://{host}"
    return (
        "default-src 'self'; script-src 'self'; style-src 'self'; "
        f"img-src 'self' data: blob:{tiles}; font-src 'self'; connect-src 'self'; object-src 'none'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; manifest-src 'self'; worker-src 'self'"
    )


class SecurityHeaders:
    """Adds the policy headers to every answer; pages about matters are never cached by shared caches."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        self.policy = content_policy()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", self.policy)
        response.headers.setdefault("Permissions-Policy", "geolocation=(self), camera=(self), microphone=()")
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if not request.path.startswith(f"/{settings.STATIC_URL.strip('/')}/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class DenyByDefault:
    """Opens a route only to those it names. A route without a rule is closed to everybody."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Let in, send to sign-in, or answer 404 as if nothing were there."""
        match = request.resolver_match
        if match is not None and (match.url_name in OPEN_ROUTES or match.namespace.startswith("api")):
            return None  # the API checks each operation itself, by the same marks
        access = policy.access_of(view)
        if access is None:
            raise Http404
        scope = request.actor.scope  # type: ignore[attr-defined]
        if access.admits(scope):
            return None
        if scope.person_id is None:
            return sign_in(request)
        raise Http404


def sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page, and from there back to where they were.

    A form that was sent leads back to the page it stood on, with a word that it was not taken: its own address may
    be no page, and nothing is sent again by itself.
    """
    if request.method in {"GET", "HEAD"} and not getattr(request, "htmx", False):
        return HttpResponseRedirect(f"{settings.LOGIN_URL}?next={quote(request.get_full_path())}")
    there = f"{settings.LOGIN_URL}?next={quote(came_from(request) or request.get_full_path())}"
    there += "" if request.method in {"GET", "HEAD"} else "&unsent=1"
    if getattr(request, "htmx", False):
        return cast(HttpResponse, HttpResponseClientRedirect(there))
    return HttpResponseRedirect(there)


def came_from(request: HttpRequest) -> str:
    """The path of the page of ours that a request came from, empty when it is not known or not ours."""
    page = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    here = f"{request.scheme}://{request.get_host()}/"
    return page[len(here) - 1 :] if page.startswith(here) else ""


class PlainRefusals:
    """Turns refusals of actions into clear answers, and a lost database into 503 with Retry-After."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer for errors that a view did not handle itself."""
        if isinstance(error, OutOfReach):
            return _not_found(request)
        if isinstance(error, TooMany):
            return too_many(request, error)
        if isinstance(error, Refusal):
            return _refused(request, error)
        if isinstance(error, (OperationalError, InterfaceError)):
            return _unavailable(request, error)
        return None


def wants_json(request: HttpRequest) -> bool:
    """Whether the caller is a program."""
    return request.path.startswith("/api/") or "application/json" in request.headers.get("Accept", "")


def _not_found(request: HttpRequest) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"code": "not_found", "message": _("没有找到")}, status=404)
    return render(request, "404.html", status=404)


def too_many(request: HttpRequest, error: TooMany) -> HttpResponse:
    """429 in words: how long to wait, and whom to call meanwhile."""
    if wants_json(request):
        problem = {"code": error.code, "message": error.message, "field": ""}
        response: HttpResponse = JsonResponse(problem, status=429)
    else:
        response = render(request, "429.html", {"error": error}, status=429)
    response.headers["Retry-After"] = str(error.seconds)
    return response


def _refused(request: HttpRequest, error: Refusal) -> HttpResponse:
    status = 403 if isinstance(error, NotAllowed) else 409 if error.code in {"stale", "wrong_state"} else 400
    if wants_json(request):
        return JsonResponse(
            {"code": error.code, "message": error.message, "field": error.field}, status=status
        )
    back = request.headers.get("Referer", "")
    if request.method == "POST" and back.startswith(f"{request.scheme}://{request.get_host()}/"):
        messages.error(request, error.message)
        if getattr(request, "htmx", False):
            return render(request, "fq/refusal.html", {"error": error}, status=status)
        return HttpResponseRedirect(back)
    return render(request, "400.html", {"error": error}, status=status)


def _unavailable(request: HttpRequest, error: Exception) -> HttpResponse:
    text = str(error).lower()
    full = "full" in text or "no space" in text
    status = 507 if full else 503
    if wants_json(request):
        response: HttpResponse = JsonResponse(
            {"code": "storage_full" if full else "unavailable"}, status=status
        )
    else:
        response = render(request, "503.html", {"full": full}, status=status)
    response.headers["Retry-After"] = "10"
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page for an expired or foreign form: what happened, what is safe, what to do, and what they had written."""
    return render(request, "403_csrf.html", {"reason": reason, "written": _written(request)}, status=403)


def _written(request: HttpRequest) -> list[str]:
    """The longer texts of a form of ours, to be copied; nothing of a form that another site made.

    Never a password: those fields are left out by name.
    """
    if request.headers.get("Origin") != f"{request.scheme}://{request.get_host()}":
        return []
    try:
        sent = request.POST.items()
    except TOO_BIG:
        return []
    words = [str(value).strip() for name, value in sent if not SECRET.search(name) and name not in HIDDEN]
    return [text[:MAX_TEXT] for text in words if len(text) >= WORTH_KEEPING][:10]


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What cannot be read: 413 in words for too much of it, else the page for a request that makes no sense."""
    big = isinstance(exception, TOO_BIG)
    if wants_json(request):
        code = "too_large" if big else "unreadable"
        return JsonResponse({"code": code, "message": "", "field": ""}, status=413 if big else 400)
    return render(request, "413.html" if big else "400.html", status=413 if big else 400)


def site_context(request: HttpRequest) -> dict[str, Any]:
    """What every template may use."""
    return {
        "actor": getattr(request, "actor", None),
        "tile_url": settings.TILE_URL,
        "demo": settings.DEMO,
        "debug": settings.DEBUG,
    }
