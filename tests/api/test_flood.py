"""Too many at once from programs: dead tokens, guessed receipt codes."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.api.world import World, token_for, told
from tests.cast import Cast
from tests.flood import held

HERE, THERE = "203.0.113.7", "198.51.100.9"
WRONG = "7K3M-29QX-4HTB"


@pytest.fixture
def world(cast: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch) -> World:
    """The township, with the usual limits and the guard's clock held."""
    held(monkeypatch, settings)
    return World(cast)


def program(token: str, address: str = HERE) -> Client:
    """A program at an address."""
    return Client(REMOTE_ADDR=address, headers={"Authorization": f"Bearer {token}"})


def test_trying_tokens_ends_after_twenty(world: World) -> None:
    good = token_for(world, "head")
    tries = [program(f"fq_{n}").get("/api/v1/me").status_code for n in range(22)]
    assert tries == [401] * 20 + [429] * 2
    shut = program(good).get("/api/v1/me")
    assert (shut.status_code, told(shut)["code"]) == (429, "too_many_requests")
    assert int(shut.headers["Retry-After"]) <= 3
    assert set(told(shut)) == {"code", "message", "field"}
    assert program(good, THERE).get("/api/v1/me").status_code == 200


def test_a_good_token_is_never_counted(world: World) -> None:
    client = program(token_for(world, "head"))
    assert {client.get("/api/v1/me").status_code for _n in range(60)} == {200}


def test_asking_about_scams_ends_after_forty_with_those_of_the_page(world: World) -> None:
    client = Client(REMOTE_ADDR=HERE)
    ask = {"text": "刷单返佣，先垫付"}
    asked = [
        client.post("/api/v1/scam-check", ask, content_type="application/json").status_code
        for _n in range(41)
    ]
    assert asked == [200] * 40 + [429]
    assert client.post("/scam/", ask).status_code == 429
    assert Client(REMOTE_ADDR=THERE).post("/scam/", ask).status_code == 200


def test_guessing_receipt_codes_ends_after_twenty(world: World) -> None:
    row, client = world.report(), Client(REMOTE_ADDR=HERE)
    tries = [client.get(f"/api/v1/receipts/{WRONG}").status_code for _n in range(21)]
    assert tries == [404] * 20 + [429]
    assert client.get(f"/api/v1/receipts/{row.code}").status_code == 429
    answer = client.post(
        f"/api/v1/receipts/{row.code}/answer", {"text": "x"}, content_type="application/json"
    )
    assert answer.status_code == 429
    assert Client(REMOTE_ADDR=THERE).get(f"/api/v1/receipts/{row.code}").status_code == 200
    assert client.get(f"/r/{row.code}/").status_code == 429  # the same memory as the portal's
