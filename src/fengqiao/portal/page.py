"""What every page of the portal shares: the shell around it, bodies that are too large, pages behind a code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.gzip import gzip_page

from fengqiao.lib import guard
from fengqiao.lib.errors import OutOfReach, TooMany
from fengqiao.lib.ids import read_code
from fengqiao.lib.policy import public
from fengqiao.lib.web import too_many
from fengqiao.portal.forms import CodeForm
from fengqiao.teams.queries import station

View = Callable[..., HttpResponse]

BIG_TEXT = "fq_big"
"""The cookie that keeps the large type; beside language and form token the only one residents ever get."""
MOST_BYTES = 72 * 2**20
"""Bytes of one request: six photos of ten megabytes and the words. More is refused before it is read."""


def page(
    request: HttpRequest, template: str, context: Mapping[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """A page of the portal inside its shell."""
    shell = {"station": station().name, "big_text": request.COOKIES.get(BIG_TEXT) == "1"}
    return render(request, template, {**shell, **(context or {})}, status=status)


def go(address: str) -> HttpResponse:
    """Send the browser on after a form; a reload does not send the form again."""
    answer = HttpResponse(status=303)
    answer.headers["Location"] = address
    return answer


def open_to_all(view: View) -> View:
    """Mark a page open to everybody and send it compressed: residents come over slow lines."""
    return public(gzip_page(view))


def within_size(view: View) -> View:
    """For forms that take photos: a body beyond every limit is answered in words instead of an empty error.

    The form token is checked here, after the size, because reading the token reads the body.
    """
    guarded = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def measured(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST" and not _readable(request):
            return page(request, "portal/too_big.html", status=413)
        return guarded(request, *args, **kwargs)

    return measured


def _readable(request: HttpRequest) -> bool:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > MOST_BYTES:
        return False
    try:
        request.POST  # noqa: B018 - reading it is what raises
    except (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent):
        return False
    return True


def by_code(view: View) -> View:
    """Mark a page that a receipt code opens: nobody else is told of it, a wrong code gets plain words.

    The code is read kindly and an address with a carelessly typed one leads on to the true one. The code is a
    key, so the answer is kept by nobody, found by no search engine and named to no other site.
    """

    @wraps(view)
    def opened(request: HttpRequest, code: str, **kwargs: Any) -> HttpResponse:
        try:
            answer = _guarded(view, request, code, kwargs)
        except TooMany as error:
            answer = too_many(request, error)
        except OutOfReach:
            guard.charge(request, "guesses")
            answer = unknown(request, code)
        answer.headers.setdefault("Referrer-Policy", "no-referrer")
        answer.headers.setdefault("X-Robots-Tag", "noindex, nofollow")
        answer.headers.setdefault("Cache-Control", "no-store")
        return answer

    return open_to_all(opened)


def _guarded(view: View, request: HttpRequest, code: str, kwargs: dict[str, Any]) -> HttpResponse:
    """Open, unless too many codes that open nothing came from there, or too much was added. Raises TooMany."""
    if seconds := guard.wait(request, "guesses"):
        raise TooMany(seconds)
    if request.method == "POST":
        guard.admit(request, "additions")
    return _open(view, request, code, kwargs)


def _open(view: View, request: HttpRequest, code: str, kwargs: dict[str, Any]) -> HttpResponse:
    bare = read_code(code)
    if bare is None:
        raise OutOfReach
    match = request.resolver_match
    if bare != code and match is not None and request.method in {"GET", "HEAD"}:
        return HttpResponseRedirect(reverse(match.view_name, kwargs={**kwargs, "code": bare}))
    return view(request, bare, **kwargs)


def unknown(request: HttpRequest, typed: str) -> HttpResponse:
    """The page for a code that opens nothing: what to check, and a field to try again."""
    form = CodeForm(initial={"code": typed[:40]})
    return page(request, "portal/unknown.html", {"form": form, "referrer": "strict-origin"}, status=404)
