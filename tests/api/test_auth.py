"""Tokens and sessions: who is let in, as whom, in which language."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from django.http import HttpResponse
from django.test import Client

from fengqiao.accounts.actions import choose_language, deactivate, revoke_token
from fengqiao.accounts.models import ApiToken
from fengqiao.accounts.scope import SYSTEM
from fengqiao.lib import clock
from fengqiao.teams.models import Appointment
from tests.api.world import BACKEND, Call, Caller, World, soon, token_for, told
from tests.cast import NOW, Cast


@pytest.fixture
def world(cast: Cast) -> World:
    """The township."""
    return World(cast)


def me(caller: Caller, **headers: str) -> HttpResponse:
    return caller.send("GET", "/me", Call(headers=headers))


def test_a_token_acts_as_its_person(world: World) -> None:
    """With the rights of the moment, not of the moment it was issued."""
    caller = Caller(world, token=token_for(world, "head"))
    assert told(me(caller))["username"] == "head"
    Appointment.objects.filter(person=world.cast.people["head"]).update(revoked_at=NOW)
    assert me(caller).status_code == 403


def test_a_token_ends_by_itself_when_revoked_and_with_its_person(world: World) -> None:
    """Expired, revoked, switched off: 401 each, told alike."""
    token = token_for(world, "head", days=1)
    with clock.at(NOW + timedelta(days=2)):
        assert me(Caller(world, token=token)).status_code == 401
    other = token_for(world, "street_staff")
    revoke_token(ApiToken.objects.get(person=world.cast.people["street_staff"]), by=SYSTEM)
    third = token_for(world, "justice")
    deactivate(world.cast.people["justice"], by=SYSTEM, reason="调走")
    for dead in (other, third, token + "x", "", "坏的", "fq_" + "x" * 500):
        answer = Caller(world, token="x").client.get(
            "/api/v1/me", headers={"Authorization": f"Bearer {dead}".encode().decode("latin-1")}
        )
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_dead_token_does_not_fall_back_to_the_cookie(world: World) -> None:
    """Who sends a token means it."""
    caller = Caller(world, "officer")
    assert me(caller).status_code == 200
    assert me(caller, Authorization="Bearer fq_dead").status_code == 401


def test_a_role_without_the_right_does_not_use_tokens(world: World) -> None:
    """A beat officer works on the pages; a second appointment opens the API for a program of theirs."""
    token = token_for(world, "officer")
    answer = me(Caller(world, token=token))
    assert (answer.status_code, told(answer)["code"]) == (403, "not_allowed")
    Appointment.objects.create(
        person=world.cast.people["officer"],
        role="outside_system",
        area=world.cast.areas["grid1"],
        valid_from=date(2026, 1, 1),
        created_at=NOW,
    )
    assert told(me(Caller(world, token=token)))["roles"] == ["beat_officer", "outside_system"]


def test_a_session_that_changes_something_needs_the_csrf_token(world: World) -> None:
    """A page elsewhere cannot make a signed-in browser act."""
    matter = world.active()
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.cast.people["officer"], backend=BACKEND)
    url = f"/api/v1/matters/{matter.number}/record-progress"
    send = {"data": json.dumps({"text": "看过"}), "content_type": "application/json"}
    answer = client.post(url, **send)
    assert (answer.status_code, told(answer)["code"]) == (403, "not_allowed")
    assert client.get("/api/v1/me").status_code == 200
    client.cookies["csrftoken"] = "a" * 32
    assert client.post(url, **send, headers={"X-CSRFToken": "b" * 32}).status_code == 403
    assert client.post(url, **send, headers={"X-CSRFToken": "a" * 32}).status_code == 200


def test_a_token_needs_no_csrf_token(world: World) -> None:
    """Programs have no forms."""
    client = Client(enforce_csrf_checks=True)
    head = {"Authorization": f"Bearer {token_for(world, 'head')}", "Idempotency-Key": "k"}
    body = json.dumps({"text": "楼上漏水"})
    answer = client.post("/api/v1/reports", body, content_type="application/json", headers=head)
    assert answer.status_code == 201


def test_problems_speak_the_language_of_the_caller(world: World) -> None:
    """Accept-Language first; without one a token speaks its person's language."""
    person = world.cast.people["head"]
    choose_language(person, by=world.cast.actor("head"), language="en")
    caller = Caller(world, token=token_for(world, "head"))
    states = told(caller.send("GET", "/place", Call()))
    assert states["roles"]["beat_officer"] == "beat officer"
    chinese = told(caller.send("GET", "/place", Call(headers={"Accept-Language": "zh-hans"})))
    assert chinese["roles"]["beat_officer"] == "社区民警"


def test_tokens_are_made_in_a_browser_only(world: World) -> None:
    """A token that leaked does not make others; it can end itself."""
    caller = Caller(world, token=token_for(world, "head"))
    answer = caller.send("POST", "/me/tokens", Call({}, {"label": "又一个"}))
    assert (answer.status_code, told(answer)["code"]) == (403, "not_allowed")
    (own,) = told(caller.send("GET", "/me/tokens", Call()))
    assert caller.send("DELETE", "/me/tokens/{id}", Call({"id": own["id"]})).status_code == 200
    assert me(caller).status_code == 401


def test_an_outside_system_brings_reports_and_sees_only_its_own(world: World) -> None:
    """The role for programs: it brings, and follows what it brought."""
    Appointment.objects.create(
        person=world.cast.people["nobody"],
        role="outside_system",
        area=world.cast.areas["county"],
        valid_from=date(2026, 1, 1),
        created_at=NOW,
    )
    world.report()
    caller = Caller(world, token=token_for(world, "nobody"))
    made = caller.send(
        "POST",
        "/reports",
        Call({}, {"text": "路灯不亮", "outside_due_at": soon(3)}, headers={"Idempotency-Key": "1"}),
    )
    assert made.status_code == 201
    rows = told(caller.send("GET", "/reports", Call()))["rows"]
    assert [r["text"] for r in rows] == ["路灯不亮"]
    whole = told(caller.send("GET", "/reports/{id}", Call({"id": rows[0]["id"]})))
    assert whole["code"] == told(made)["code"]
    for path in ("/inbox", "/people", "/search?q=漏水"):
        assert caller.send("GET", path, Call()).status_code == 404
    assert told(caller.send("GET", "/matters", Call()))["rows"] == []
