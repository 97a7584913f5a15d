"""What every page of the desk shares: who asks, the shell around the page, refusals beside their form."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django_htmx.http import HttpResponseClientRedirect

from fengqiao.accounts.scope import Actor
from fengqiao.desk.nav import shell
from fengqiao.desk.veil import veil, veiled
from fengqiao.lib.errors import NotAllowed, OutOfReach, Refusal

CONFLICTS = {"stale", "wrong_state", "already"}


def actor_of(request: HttpRequest) -> Actor:
    """The actor behind the request, put there by the middleware."""
    return cast(Actor, request.actor)  # type: ignore[attr-defined]


def is_htmx(request: HttpRequest) -> bool:
    """Whether the page asks for a part of itself."""
    return bool(getattr(request, "htmx", False))


def page(
    request: HttpRequest, template: str, context: dict[str, Any], *, on: str = "", status: int = 200
) -> HttpResponse:
    """A whole page of the desk inside its shell; ``on`` is the key of the lit navigation item."""
    return _shown(request, render(request, template, {**shell(request, on), **context}, status=status))


def _shown(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """With personal numbers hidden, where the reader asked for that."""
    if veiled(request):
        answer.content = veil(answer.content.decode()).encode()
    return answer


def part(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """A part of a page for htmx. It swaps only what is answered with 200, so refusals come with 200 too."""
    return _shown(request, render(request, template, context, status=200 if is_htmx(request) else status))


def go(request: HttpRequest, address: str) -> HttpResponse:
    """Send the browser on, from a plain form as from htmx."""
    if is_htmx(request):
        return cast(HttpResponse, HttpResponseClientRedirect(address))
    answer = HttpResponse(status=303)
    answer.headers["Location"] = address
    return answer


def refuse(form: forms.BaseForm, refusal: Refusal) -> int:
    """Put a refusal beside the input at fault, or above the form; the HTTP status that says the same.

    OutOfReach is not for a form: it is raised again and becomes the page that nothing is there.
    """
    if isinstance(refusal, OutOfReach):
        raise refusal
    form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
    if isinstance(refusal, NotAllowed):
        return 403
    return 409 if refusal.code in CONFLICTS else 422
