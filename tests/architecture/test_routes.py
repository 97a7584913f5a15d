"""Deny by default: every route says who may come in, and who may not finds nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.http import Http404, HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver

from fengqiao.accounts.scope import NOBODY, Actor
from fengqiao.lib.policy import access_of, needs
from fengqiao.lib.web import OPEN_ROUTES, DenyByDefault
from tests.cast import Cast

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
CLOSED = [
    pytest.param(path, view, id=path)
    for path, name, view, _space in ROUTES
    if name not in OPEN_ROUTES and not (access_of(view) and access_of(view).public)  # type: ignore[union-attr]
]


@pytest.mark.parametrize(("path", "name", "view", "space"), [pytest.param(*r, id=r[0]) for r in ROUTES])
def test_every_route_says_who_may_come_in(path: str, name: str, view: Any, space: str) -> None:
    """A view without a mark turns this red."""
    assert name in OPEN_ROUTES or access_of(view) is not None, f"{path} says nothing of who may enter"


@pytest.mark.parametrize(("path", "view"), CLOSED)
def test_visitors_do_not_get_in(cast: Cast, path: str, view: Any) -> None:
    """Anonymous: to the sign-in page by GET and POST alike, never an answer."""
    for method in ("get", "post"):
        answer = getattr(Client(), method)(path)
        assert answer.status_code in {302, 404}, f"{method} {path} answered {answer.status_code}"
        if answer.status_code == 302:
            assert answer.headers["Location"].startswith("/signin/")


@pytest.mark.parametrize(("path", "view"), CLOSED)
def test_people_without_the_right_find_nothing(cast: Cast, path: str, view: Any) -> None:
    """Somebody without any appointment: 404 wherever a right is asked for."""
    access = access_of(view)
    if access is None or not access.rights:
        return
    client = Client()
    client.force_login(cast.people["nobody"], backend="django.contrib.auth.backends.ModelBackend")
    for method in ("get", "post"):
        assert getattr(client, method)(path).status_code == 404


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
