"""Deny by default: every route says who may come in; what says nothing is shut. Who finds what: ``tests/access``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.http import Http404, HttpResponse
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver

from fengqiao.accounts.scope import NOBODY, Actor
from fengqiao.lib.policy import access_of, needs
from fengqiao.lib.web import OPEN_ROUTES, DenyByDefault

SAMPLES = {
    "int": "1",
    "uuid": "00000000-0000-4000-8000-000000000009",
    "slug": "x",
    "str": "x",
    "path": "x",
}


def walk(patterns: list[Any], prefix: str = "", space: str = "") -> Iterator[tuple[str, str, Any, str]]:
    """Every (path, name, view, namespace) of the URL conf, with sample values for parameters."""
    for entry in patterns:
        route = str(entry.pattern)
        for name, converter in entry.pattern.converters.items():
            kind = type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")
            for shown in (f"<{kind}:{name}>", f"<{name}>"):
                route = route.replace(shown, SAMPLES.get(kind, "x"))
        if isinstance(entry, URLResolver):
            yield from walk(entry.url_patterns, prefix + route, entry.namespace or space)
        elif isinstance(entry, URLPattern):
            yield "/" + prefix + route, entry.name or "", entry.callback, space


ROUTES = [r for r in walk(get_resolver().url_patterns) if not r[3].startswith("api")]


@pytest.mark.parametrize(("path", "name", "view", "space"), [pytest.param(*r, id=r[0]) for r in ROUTES])
def test_every_route_says_who_may_come_in(path: str, name: str, view: Any, space: str) -> None:
    """A view without a mark turns this red."""
    assert name in OPEN_ROUTES or access_of(view) is not None, f"{path} says nothing of who may enter"


def test_a_rogue_route_is_closed() -> None:
    """A view that somebody forgot to mark is not there, even for people with rights."""
    gate = DenyByDefault(lambda request: HttpResponse("in"))
    request = RequestFactory().get("/rogue/")
    request.resolver_match = None
    request.actor = Actor("resident", NOBODY)  # type: ignore[attr-defined]
    with pytest.raises(Http404):
        gate.process_view(request, lambda request: HttpResponse("in"), (), {})


def test_a_mark_opens_only_to_its_right() -> None:
    """The same gate lets nobody in whose scope lacks the right."""

    @needs("board.see")
    def view(request: Any) -> HttpResponse:
        return HttpResponse("in")

    gate = DenyByDefault(lambda request: HttpResponse("in"))
    request = RequestFactory().get("/board/")
    request.resolver_match = None
    request.actor = Actor("resident", NOBODY)  # type: ignore[attr-defined]
    answer = gate.process_view(request, view, (), {})
    assert answer is not None
    assert answer.status_code == 302
