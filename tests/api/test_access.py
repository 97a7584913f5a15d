"""The door is shut by default: at start for a slip of the pen, at run time whatever slipped through."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import Http404
from django.test import RequestFactory
from django.urls import get_resolver
from ninja import NinjaAPI, Router

from fengqiao.accounts.scope import RESIDENT
from fengqiao.api.access import Door, Shut, guards, operations, verify
from fengqiao.api.server import new_api
from fengqiao.api.v1 import api
from fengqiao.lib.errors import OutOfReach
from fengqiao.lib.policy import Access, needs, public, signed_in
from tests.api.world import BACKEND, Caller, World, told
from tests.cast import Cast


def test_an_operation_without_a_mark_does_not_start() -> None:
    """Neither by decorator nor by method."""
    router = Door()

    def rogue(request: Any) -> str:
        return "in"

    with pytest.raises(ImproperlyConfigured, match="rogue does not say who may come in"):
        router.get("/rogue")(rogue)
    with pytest.raises(ImproperlyConfigured):
        router.api_operation(["PUT"], "/rogue")(rogue)


def test_a_guard_of_its_own_is_refused() -> None:
    """Nobody opens a marked operation by giving it another guard."""

    @needs("matter.assign")
    def marked(request: Any) -> str:
        return "in"

    with pytest.raises(ImproperlyConfigured, match="guards follow from the mark"):
        Door().get("/x", auth=None)(marked)


def rogue_api(router: Router) -> NinjaAPI:
    made = new_api("rogue")
    made.add_router("", router)
    return made


def test_another_router_is_found_out_at_start() -> None:
    """The walk over the bound operations sees what did not come through the door."""
    for auth in ({}, {"auth": None}):
        plain = Router()

        @plain.get("/rogue", **auth)
        @public
        def rogue(request: Any) -> str:
            return "in"

        with pytest.raises(ImproperlyConfigured, match="GET /rogue is not guarded"):
            verify(rogue_api(plain))
    verify(api)


def test_what_slipped_through_is_shut_at_run_time(cast: Cast, rf: RequestFactory) -> None:
    """An operation of a plain router answers 404 to everybody, the station head too."""
    plain = Router()
    came_in = []

    @plain.get("/rogue")
    def rogue(request: Any) -> str:
        came_in.append(request)
        return "in"

    (_path, operation), *_ = [o for o in operations(rogue_api(plain)) if o[0] == "/rogue"]
    request = rf.get("/rogue")
    request.user = cast.people["head"]
    answer = operation.run(request)
    assert answer.status_code == 404
    assert came_in == []
    with pytest.raises(OutOfReach):
        Shut()(request)


def test_marks_become_guards() -> None:
    """Public needs nobody; the rest a token or a session."""
    assert [type(g).__name__ for g in guards(Access(public=True))] == ["Visitor"]
    assert [type(g).__name__ for g in guards(Access())] == ["BearerToken", "SessionCookie"]
    assert guards(Access(public=True))[0](RequestFactory().get("/")) is RESIDENT


@pytest.fixture
def world(cast: Cast) -> World:
    """The township."""
    return World(cast)


def test_addresses_that_lead_nowhere_answer_in_json(world: World) -> None:
    """Below /api/ nothing is a page."""
    for path in ("/api/v1/", "/api/v1/nothing", "/api/v2/matters", "/api/v1/docs"):
        answer = Caller(world, "head").client.get(path)
        assert answer.status_code == 404
        assert told(answer) == {"code": "not_found", "message": "没有找到", "field": ""}


def test_the_document_is_public_and_no_page_fetches_from_elsewhere(world: World) -> None:
    """The OpenAPI document needs no sign-in; there is no page that would load scripts from a CDN."""
    answer = Caller(world).client.get("/api/v1/openapi.json")
    assert answer.status_code == 200
    assert told(answer)["openapi"].startswith("3.")
    assert api.docs_url is None


def test_the_page_for_people_lists_every_operation(world: World) -> None:
    """Public, in the language asked for, and it loads nothing from elsewhere."""
    answer = Caller(world).client.get("/api/")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "<h1>接口</h1>" in page
    for path, operation in operations(api):
        assert f"/api/v1{path}</code>" in page
        assert html.escape((operation.description or "").replace("``", "").split(".")[0][:30]) in page
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", page)
    assert "<script" not in page


def routes(patterns: list[Any], prefix: str = "") -> set[str]:
    """Every route below a list of patterns, as the OpenAPI document writes paths."""
    found = set()
    for entry in patterns:
        route = prefix + str(entry.pattern).replace("<", "{").replace(">", "}")
        found |= routes(entry.url_patterns, route) if hasattr(entry, "url_patterns") else {f"/{route}"}
    return found


def test_the_document_tells_every_route_and_no_other() -> None:
    """OpenAPI paths are the route table."""
    resolver = next(p for p in get_resolver().url_patterns if str(p.pattern) == "api/")
    version = next(p for p in resolver.url_patterns if str(p.pattern) == "v1/" and hasattr(p, "url_patterns"))
    table = routes(version.url_patterns, "api/v1/")
    assert "/api/v1/openapi.json" in table
    table -= {"/api/v1/openapi.json", "/api/v1/"}
    assert table == set(api.get_openapi_schema()["paths"])


def test_names_in_the_document_are_unique() -> None:
    """Two schemas of one name would hide each other."""
    names = [o["operationId"] for path in api.get_openapi_schema()["paths"].values() for o in path.values()]
    assert len(names) == len(set(names))
    seen: dict[str, str] = {}
    for _path, operation in operations(api):
        for model in [*operation.response_models.values(), *operation.models]:
            for name, where in inner_models(model):
                assert seen.setdefault(name, where) == where, name


def inner_models(model: Any) -> set[tuple[str, str]]:
    """(name, module) of every named model inside one."""
    found: set[tuple[str, str]] = set()
    waiting = [model]
    while waiting:
        one = waiting.pop()
        for inner in getattr(one, "__args__", ()):
            waiting.append(inner)
        if hasattr(one, "model_fields") and (one.__name__, one.__module__) not in found:
            if one.__module__.startswith("fengqiao.api"):
                found.add((one.__name__, one.__module__))
            waiting += [f.annotation for f in one.model_fields.values()]
    return found


@signed_in
def _marked(request: Any) -> str:
    return "in"


def test_the_door_of_pages_lets_the_api_check_itself(world: World) -> None:
    """The middleware that shuts unmarked pages does not stand before the API, whose operations are marked."""
    caller = Caller(world)
    caller.client.force_login(world.cast.people["officer"], backend=BACKEND)
    assert caller.client.get("/api/v1/me").status_code == 200
    router = Door()
    router.get("/ok")(_marked)
    verify(rogue_api(router))
    with pytest.raises(Http404):
        raise Http404
