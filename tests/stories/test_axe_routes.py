"""No route is forgotten: each is a page that the walks open, or it is said and shown what else it is."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from tests.cast import Cast
from tests.stories.furnish import House, furnish
from tests.stories.pages import DESK, FIELD, MOMENTARY, OTHERS, PORTAL, ROOMS, VERBS, Verbs, forms


def routes(patterns: list[Any], space: str = "", prefix: str = "") -> dict[str, str]:
    """Name -> route of the URL conf, without the API, which has tests of its own."""
    found: dict[str, str] = {}
    for entry in patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver) and not (entry.namespace or space).startswith("api"):
            found |= routes(entry.url_patterns, entry.namespace or space, route)
        elif isinstance(entry, URLPattern):
            found[f"{space}:{entry.name}" if space else str(entry.name)] = route
    return found


def named(path: str) -> str:
    """The name of the route an address belongs to."""
    return resolve(path.partition("?")[0]).view_name


@pytest.fixture
def house(cast: Cast) -> House:
    """One of everything."""
    return furnish(cast)


def test_every_route_is_a_page_or_is_said_not_to_be_one(house: House) -> None:
    """A new route turns this red until it is opened by a walk or named among the others."""
    there = routes(get_resolver().url_patterns)
    rows = [row.at(house.known) for row in (*PORTAL, *FIELD, *DESK, *ROOMS)]
    rows += [row for room in VERBS for row in forms(room, house.known)]
    opened = {named(row.path) for row in rows} | set(MOMENTARY)
    assert not opened & set(OTHERS), "both a page and none"
    forgotten = {name: route for name, route in there.items() if name not in opened | set(OTHERS)}
    assert not forgotten, f"say what this route is, in tests/stories/pages.py: {forgotten}"
    assert opened | set(OTHERS) <= set(there), "named here, but no route any more"


@pytest.mark.parametrize("room", VERBS, ids=lambda room: room.path.split("/")[2])
def test_every_verb_of_a_room_is_opened(room: Verbs) -> None:
    """A new verb turns this red until somebody opens it."""
    assert set(room.rows) == set(room.registry), f"{room.path}: a form is not opened, or is gone"


KINDS = {
    "post": lambda answer: answer.status_code == 405,
    "redirect": lambda answer: answer.status_code in {301, 302, 303} and bool(answer.headers["Location"]),
    "data": lambda answer: _is(answer, "application/json"),
    "file": lambda answer: answer.status_code == 200 and not _is(answer, "text/html"),
    "part": lambda answer: _is(answer, "text/html") and b"<html" not in answer.content,
}


def _is(answer: HttpResponse, kind: str) -> bool:
    return answer.status_code == 200 and answer.headers["Content-Type"].startswith(kind)


def test_what_is_no_page_is_what_it_is_said_to_be(house: House) -> None:
    """Opened by somebody who may: not allowed, led on, data, a file, or a part of a page."""
    for name, other in OTHERS.items():
        client = Client()
        if other.who:
            client.force_login(
                house.cast.people[other.who], backend="django.contrib.auth.backends.ModelBackend"
            )
        path = other.path.format(**house.known)
        assert named(path) == name, f"{path} is {named(path)}"
        answer = client.get(path)
        assert other.why
        assert KINDS[other.what](answer), (
            f"{name} {path} is no {other.what}: {answer.status_code} {answer.headers}"
        )
