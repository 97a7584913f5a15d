"""Done wrong by programs: other content types, five megabytes, the same thing twice. Garbage: ``test_garbage``."""

from __future__ import annotations

import json
import resource

import pytest
from django.test import Client

from fengqiao.intake.models import Report
from fengqiao.matters.models import Event
from tests.api.world import BACKEND, Call, Caller, World, told
from tests.cast import Cast

GOOD = json.dumps({"text": "路灯不亮"})


@pytest.fixture
def world(cast: Cast) -> World:
    """The township."""
    return World(cast)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("text=路灯不亮", "application/x-www-form-urlencoded"),
        ("--x\r\n\r\n--x--", "multipart/form-data; boundary=x"),
        ("<report/>", "application/xml"),
        ("", "application/json"),
        ("text: 路灯", "application/yaml"),
        (GOOD.encode("utf-16")[:-1], "application/json; charset=utf-16"),
        (GOOD[:-1], "application/json"),
    ],
)
def test_bodies_of_another_kind_are_told_not_taken(world: World, body: str | bytes, kind: str) -> None:
    client = Client()
    client.force_login(world.cast.people["duty"], backend=BACKEND)
    answer = client.generic("POST", "/api/v1/reports", body, kind, headers={"Idempotency-Key": "k"})
    assert answer.status_code in {400, 422}
    assert told(answer)["message"]
    assert not Report.objects.exists()


def test_five_megabytes_of_text_are_refused_in_words(world: World) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    caller = Caller(world, "duty")
    for name in ("text", "title", "place_text"):
        body = {"text": "路灯不亮", name: "长" * 1_000_000}
        answer = caller.send("POST", "/reports", Call({}, body, headers={"Idempotency-Key": name}))
        assert answer.status_code == 422
        assert told(answer)["field"] == name
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300 * 1024
    assert not Report.objects.exists()


def test_a_verb_with_the_version_it_saw_is_done_once(world: World) -> None:
    matter, caller = world.active(), Caller(world, "officer")
    call = Call({"number": matter.number}, {"text": "明天有人上门", "version": matter.version})
    first = caller.send("POST", "/matters/{number}/reply", call)
    again = caller.send("POST", "/matters/{number}/reply", call)
    assert (first.status_code, again.status_code, told(again)["code"]) == (200, 409, "stale")
    assert Event.objects.filter(matter=matter, kind="replied").count() == 1
