"""Sending the same twice under one Idempotency-Key: done once, answered alike; what was refused may be sent again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.http import HttpResponse

from fengqiao.accounts import answers
from fengqiao.accounts.models import KeptAnswer
from fengqiao.audit.models import Entry
from fengqiao.intake import engine
from fengqiao.lib import clock
from fengqiao.matters.models import Matter
from tests.api.test_every_operation import ROWS
from tests.api.world import Call, Caller, World, told
from tests.cast import Cast

KEYED = (
    "POST /matters",
    "POST /me/tokens",
    "POST /reports/{id}/accept",
    "POST /reports/{id}/photos",
    "POST /duty-items/{id}/evidence",
    "POST /mediations/{uid}/receive-paper",
    "POST /imports",
)
"""What would be doubled, what would be refused the second time, what is sent as a form with a file."""


@pytest.fixture
def world(cast: Cast) -> World:
    """The township."""
    return World(cast)


def send(caller: Caller, name: str, call: Call, key: str) -> HttpResponse:
    method, path = name.split(" ", 1)
    return caller.send(method, path, replace(call, headers={**call.headers, "Idempotency-Key": key}))


def sizes() -> dict[str, int]:
    """Rows of every table but the answers kept."""
    return {m._meta.label: m._default_manager.count() for m in apps.get_models() if m is not KeptAnswer}


@pytest.mark.parametrize("name", KEYED)
def test_the_second_time_changes_nothing_and_is_answered_alike(world: World, name: str) -> None:
    """Not a row more than the first time left."""
    row = ROWS[name]
    caller, call = Caller(world, row.who), row.call(world)
    first = send(caller, name, call, "once")
    assert first.status_code == row.status, first.content.decode()[:300]
    before = sizes()
    second = send(caller, name, call, "once")
    assert second.headers["Idempotent-Replay"] == "true"
    assert (second.status_code, told(second)) == (first.status_code, told(first))
    assert sizes() == before


OPENING = "POST /matters"


def opening(world: World, **more: Any) -> Call:
    call = ROWS[OPENING].call(world)
    return replace(call, body={**(call.body or {}), **more})


def test_without_a_key_everything_is_done_each_time(world: World) -> None:
    """Two calls are two matters, as they were asked for."""
    caller, call = Caller(world, ROWS[OPENING].who), opening(world)
    before = Matter.objects.count()
    for _ in range(2):
        assert caller.send("POST", "/matters", call).status_code == 201
    assert Matter.objects.count() == before + 2


def test_a_key_with_other_words_is_refused(world: World) -> None:
    """Nothing is opened, and the caller is told why."""
    caller = Caller(world, ROWS[OPENING].who)
    send(caller, OPENING, opening(world), "a")
    before = sizes()
    answer = send(caller, OPENING, opening(world, title="另一件事"), "a")
    assert (answer.status_code, told(answer)["code"]) == (409, "key_reused")
    assert sizes() == before


def test_a_key_for_another_operation_is_refused(world: World) -> None:
    """The address is part of what was asked."""
    caller = Caller(world, "duty")
    send(caller, OPENING, opening(world), "a")
    answer = send(caller, "POST /chat/split", ROWS["POST /chat/split"].call(world), "a")
    assert told(answer)["code"] == "key_reused"


def test_keys_are_the_callers_own(world: World) -> None:
    """Two systems that both count from one do not meet."""
    one, other = (send(Caller(world, who), OPENING, opening(world), "1") for who in ("duty", "head"))
    assert {one.status_code, other.status_code} == {201}
    assert told(one)["number"] != told(other)["number"]


def test_what_was_refused_can_be_put_right_and_sent_again(world: World) -> None:
    """A refusal is not kept under its key."""
    caller = Caller(world, "duty")
    assert send(caller, OPENING, opening(world, category="没有"), "a").status_code in {404, 422}
    assert not KeptAnswer.objects.exists()
    assert send(caller, OPENING, opening(world), "a").status_code == 201


def test_who_may_not_learns_nothing_from_a_key(world: World) -> None:
    """The guard comes before the key: an answer is never repeated to somebody who lost the right."""
    caller = Caller(world, "duty")
    send(caller, OPENING, opening(world), "a")
    world.cast.people["duty"].appointments.update(revoked_at=clock.now())
    assert send(caller, OPENING, opening(world), "a").status_code in {403, 404}


@pytest.mark.parametrize("key", ["", " " * 81, "x" * 81, "钥匙"])
def test_what_cannot_be_a_key_is_refused(world: World, key: str) -> None:
    """And nothing is done."""
    caller = Caller(world, "duty")
    before = sizes()
    answer = send(caller, OPENING, opening(world), key)
    assert (answer.status_code, told(answer)["field"]) == (422, "Idempotency-Key")
    assert sizes() == before


def test_answers_are_sealed_and_go_after_a_day(world: World) -> None:
    """Nothing readable lies in the table, and the clock clears it."""
    first = send(Caller(world, "duty"), OPENING, opening(world), "a")
    row = KeptAnswer.objects.get()
    assert told(first)["number"].encode() not in bytes(row.answer)
    assert answers.forget_old(row.at + timedelta(hours=23)) == 0
    assert answers.forget_old(row.at + timedelta(hours=25)) == 1
    assert Entry.objects.filter(verb="matter.opened").exists()


def test_a_report_is_read_before_its_transaction_begins(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own key needs no transaction around the whole call: reading must not hold up other writers."""
    depths: list[int] = []
    read = engine.read

    def watched(*args: Any, **kwargs: Any) -> Any:
        depths.append(len(connection.savepoint_ids))
        return read(*args, **kwargs)

    monkeypatch.setattr(engine, "read", watched)
    caller = Caller(world, ROWS["POST /reports"].who)
    outside = len(connection.savepoint_ids)
    assert caller.send("POST", "/reports", ROWS["POST /reports"].call(world)).status_code == 201
    assert depths == [outside]
