"""Bringing reports: durable, once, and nobody else's receipt."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse

from fengqiao.accounts.scope import SYSTEM
from fengqiao.audit.models import Entry
from fengqiao.intake.actions import receive_report
from fengqiao.intake.models import Contact, Report
from tests.api.world import LEAK, Call, Caller, World, soon, told
from tests.cast import Cast


@pytest.fixture
def world(cast: Cast) -> World:
    """The township."""
    return World(cast)


def bring(caller: Caller, key: str, **body: Any) -> HttpResponse:
    body.setdefault("text", LEAK)
    return caller.send("POST", "/reports", Call({}, body, headers={"Idempotency-Key": key}))


def test_the_same_key_brings_the_same_receipt(world: World) -> None:
    """201 the first time, 200 after that; one report, one event, one entry."""
    caller = Caller(world, "head")
    first, second = bring(caller, "a"), bring(caller, "a")
    assert (first.status_code, second.status_code) == (201, 200)
    assert (told(first)["created"], told(second)["created"]) == (True, False)
    assert told(first)["code"] == told(second)["code"]
    assert Report.objects.count() == 1
    assert Entry.objects.filter(verb="report.received").count() == 1


def test_the_key_is_the_callers_own(world: World) -> None:
    """Two systems that both count from one do not meet."""
    assert bring(Caller(world, "head"), "1").status_code == 201
    assert bring(Caller(world, "duty"), "1").status_code == 201
    assert Report.objects.count() == 2


def test_a_key_that_stands_for_other_words_is_refused(world: World) -> None:
    """A client that reuses a key would lose the second report: it is told."""
    caller = Caller(world, "head")
    bring(caller, "a")
    answer = bring(caller, "a", text="另一件事")
    assert (answer.status_code, told(answer)["code"]) == (409, "key_reused")


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": ""}, {"Idempotency-Key": "x" * 300}])
def test_without_a_key_nothing_is_taken_in(world: World, headers: dict[str, str]) -> None:
    """A repeated sending could not be told from a second report."""
    answer = Caller(world, "head").send("POST", "/reports", Call({}, {"text": LEAK}, headers=headers))
    assert (answer.status_code, told(answer)["field"]) == (422, "Idempotency-Key")
    assert not Report.objects.exists()


def test_an_outside_number_does_not_open_somebody_elses_receipt(world: World) -> None:
    """The receipt code is the reporter's key: guessing the hotline's numbers brings none."""
    receive_report(
        by=SYSTEM,
        channel="hotline",
        text=LEAK,
        key="x",
        source="12345",
        external_id="W1",
        lat=30.02,
        lon=120.02,
    )
    answer = bring(Caller(world, "outsider"), "y", text="猜的", source="12345", external_id="W1")
    assert (answer.status_code, told(answer)["code"]) == (409, "already")
    assert "-" not in told(answer)["message"]
    seen = bring(Caller(world, "duty"), "z", text="猜的", source="12345", external_id="W1")
    assert (seen.status_code, told(seen)["created"]) == (200, False)


def test_everything_that_was_sent_is_kept(world: World) -> None:
    """Place, time, contact sealed, outside number and deadline."""
    answer = bring(
        Caller(world, "duty"),
        "a",
        title="漏水",
        channel="phone",
        lat=30.02,
        lon=120.02,
        contact={"name": "刘芳", "phone": "13912345678", "wants_news": True},
        source="110",
        external_id="J1",
        outside_due_at=soon(0.1),
        severity_at_most=2,
    )
    row = Report.objects.get(pk=told(answer)["id"])
    assert (row.channel, row.area.code, row.severity) == ("phone", world.area("grid1"), 2)
    assert Contact.objects.get(report=row).unseal("name_sealed") == "刘芳"
    assert row.due_at is not None
    assert row.outside_due_at is not None
    assert row.due_at <= row.outside_due_at
    assert "13912345678" not in answer.content.decode()


def test_a_point_may_come_in_the_systems_of_maps(world: World) -> None:
    """GCJ-02 in, WGS-84 kept: some hundred metres lie between."""
    row = Report.objects.get(
        pk=told(bring(Caller(world, "duty"), "a", lat=30.02, lon=120.02, system="gcj02"))["id"]
    )
    assert row.lat is not None
    assert 0.001 < abs(row.lat - 30.02) < 0.01
    answer = bring(Caller(world, "duty"), "b", lat=30.02, lon=120.02, system="mars")
    assert (answer.status_code, told(answer)["field"]) == (422, "system")


def test_a_point_outside_every_area_waits_in_the_unplaced_queue(world: World) -> None:
    """Never dropped: it has an owner like any other."""
    out = told(bring(Caller(world, "duty"), "a", lat=10, lon=10))
    assert out["unplaced"] is True
    assert out["owner"] is not None
    inbox = told(Caller(world, "head").send("GET", "/inbox", Call(query={"queue": "unplaced"})))
    assert [r["id"] for r in inbox["rows"]] == [out["id"]]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": ""}, "text"),
        ({"lat": 30.0}, "lat"),
        ({"lat": 120.0, "lon": 30.0}, "lat"),
        ({"area": "none"}, "area"),
        ({"place": 99999}, "place"),
        ({"about": 99999}, "about"),
        ({"said_at": "2031-01-01T00:00:00Z"}, "said_at"),
        ({"said_at": "1970-01-01T00:00:00Z"}, "said_at"),
        ({"said_at": "2026-03-11T10:00:00"}, "said_at"),
        ({"contact": {"phone": "12"}}, "phone"),
        ({"channel": "file"}, "channel"),
        ({"text": "长" * 10_001}, "text"),
        ({"severity_at_most": 9}, "severity_at_most"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_wrong_input_names_its_field(world: World, body: dict[str, Any], field: str) -> None:
    """Clear words, nothing half-done."""
    answer = bring(Caller(world, "duty"), "a", **body)
    assert answer.status_code == 422, answer.content
    assert told(answer)["field"] == field
    assert told(answer)["message"]
    assert not Report.objects.exists()


def test_odd_words_are_kept_as_said(world: World) -> None:
    """Emoji stay; NUL and direction marks go; line ends are made plain."""
    answer = bring(Caller(world, "duty"), "a", text="漏水\x00了\u202e😀\r\n第二行")
    assert answer.status_code == 201
    assert Report.objects.get().text == "漏水了😀\n第二行"


def test_photos_are_checked_and_written_anew(world: World) -> None:
    """What is no photo is refused in words."""
    from tests.api.world import upload

    row = world.report()
    call = Call({"id": row.pk}, form={"photos": upload("x.svg", b"<svg onload='x'/>")})
    answer = Caller(world, "duty").send("POST", "/reports/{id}/photos", call)
    assert 400 <= answer.status_code < 500
    assert told(answer)["message"]
    assert row.attachments.count() == 0


def test_opening_a_contact_is_logged_and_the_reporter_sees_it(world: World) -> None:
    """Purpose, role and time stand on the receipt."""
    row = world.report()
    caller = Caller(world, "duty")
    short = caller.send("POST", "/reports/{id}/contact", Call({"id": row.pk}, {"purpose": "看"}))
    assert (short.status_code, told(short)["field"]) == (422, "purpose")
    caller.send("POST", "/reports/{id}/contact", Call({"id": row.pk}, {"purpose": "电话问几单元"}))
    reads = told(Caller(world).send("GET", "/receipts/{code}", Call({"code": row.code})))["reads"]
    assert [(r["role"], r["purpose"]) for r in reads] == [("值班民警", "电话问几单元")]


def test_a_receipt_code_that_opens_nothing_is_not_found(world: World) -> None:
    """Look-alikes are forgiven, guesses are not."""
    row = world.report()
    typed = row.code.lower().replace("-", " ")
    assert Caller(world).send("GET", "/receipts/{code}", Call({"code": typed})).status_code == 200
    for code in ("0000-0000-0000", "x", "%00", "😀"):
        answer = Caller(world).send("GET", "/receipts/{code}", Call({"code": code}))
        assert answer.status_code == 404
