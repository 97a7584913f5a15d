"""What every door shares: security headers, the closed-by-default check, refusals in plain words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.contrib import messages
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render

from fengqiao.lib import policy
from fengqiao.lib.errors import NotAllowed, OutOfReach, Refusal

Handler = Callable[[HttpRequest], HttpResponse]

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
            return HttpResponseRedirect(f"{settings.LOGIN_URL}?next={quote(request.get_full_path())}")
        raise Http404


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
        return JsonResponse({"code": "not_found", "message": "没有找到"}, status=404)
    return render(request, "404.html", status=404)


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
    """The page for an expired or foreign form: what happened, what is safe, what to do."""
    return render(request, "403_csrf.html", {"reason": reason}, status=403)


def site_context(request: HttpRequest) -> dict[str, Any]:
    """What every template may use."""
    return {
        "actor": getattr(request, "actor", None),
        "tile_url": settings.TILE_URL,
        "demo": settings.DEMO,
        "debug": settings.DEBUG,
    }
