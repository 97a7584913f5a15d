"""Lists: filters, pages that neither skip nor repeat, and a number of queries that does not grow."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fengqiao.lib import clock
from fengqiao.matters import actions
from tests.api.world import Call, Caller, World, soon, told
from tests.cast import NOW, Cast


@pytest.fixture
def world(cast: Cast) -> World:
    """The township."""
    return World(cast)


def rows(world: World, path: str = "/matters", who: str = "head", **query: Any) -> list[dict[str, Any]]:
    answer = Caller(world, who).send("GET", path, Call(query=query))
    assert answer.status_code == 200, answer.content
    found = told(answer)["rows"]
    assert isinstance(found, list)
    return found


def numbers(world: World, **query: Any) -> list[str]:
    return [r["number"][-1] for r in rows(world, **query)]


def test_matters_are_filtered(world: World) -> None:
    """By state, owner, area, beat, kind, severity, time; several together."""
    first = world.matter()
    second = world.active(code="NB6", title="噪音")
    with clock.at(NOW - timedelta(days=3)):
        third = world.matter(area="village", owner="head", code="FA1")
    actions.raise_severity(second, by=world.cast.actor("officer"), severity=1, why="动手了")
    assert len({first.pk, second.pk, third.pk}) == 3
    assert numbers(world) == ["2", "1", "3"]
    assert numbers(world, state=["active"]) == ["2"]
    assert numbers(world, state=["active", "assigned"]) == ["2", "1", "3"]
    assert numbers(world, owner="me") == ["3"]
    assert numbers(world, owner=str(world.id("officer"))) == ["2", "1"]
    assert numbers(world, area=world.area("community")) == ["2", "1"]
    assert numbers(world, beat="BEAT1") == ["2", "1"]
    assert numbers(world, beat="BEAT2") == []
    assert numbers(world, category="NB6") == ["2"]
    assert numbers(world, severity=1) == ["2"]
    assert numbers(world, kind="hazard") == []
    assert numbers(world, opened_to=(NOW - timedelta(days=1)).isoformat()) == ["3"]
    assert numbers(world, due_before=soon(-0.1), order="due") == []
    assert numbers(world, order="severity")[0] == "2"
    with clock.at(NOW + timedelta(days=30)):
        assert sorted(numbers(world, late=True)) == ["1", "2", "3"]


def test_pages_neither_skip_nor_repeat(world: World) -> None:
    """Seven matters opened in the same minute, in pages of three, in each order."""
    for n in range(7):
        world.matter(title=f"第 {n} 件")
    for order in ("opened", "due", "severity"):
        seen: list[str] = []
        cursor = ""
        for _page in range(5):
            answer = told(
                Caller(world, "head").send(
                    "GET", "/matters", Call(query={"limit": 3, "order": order, "after": cursor})
                )
            )
            seen += [r["number"] for r in answer["rows"]]
            cursor = answer["next"]
            if not cursor:
                break
        assert len(seen) == len(set(seen)) == 7, order


@pytest.mark.parametrize("cursor", ["x", "W10", "bnVsbA", "WyJkdWVfYXQiLDEsMV0", "a" * 300, "😀"])
def test_a_cursor_from_elsewhere_is_refused(world: World, cursor: str) -> None:
    """In words, never a fault."""
    for path in ("/matters", "/reports", "/places", "/promises", "/consultations"):
        answer = Caller(world, "head").send("GET", path, Call(query={"after": cursor}))
        assert (answer.status_code, told(answer)["code"]) == (422, "bad_cursor")


def queries(world: World, path: str, **values: Any) -> int:
    caller = Caller(world, "head")
    caller.send("GET", path, Call(values))
    with CaptureQueriesContext(connection) as found:
        assert caller.send("GET", path, Call(values)).status_code == 200
    return len(found)


def test_queries_do_not_grow(world: World) -> None:
    """One row or eight: the same number; a matter's whole story in 25 at most."""
    lists = ("/matters", "/reports", "/inbox", "/promises", "/follow-ups", "/people", "/mediations", "/beats")
    first = world.active()
    world.report()
    few = {path: queries(world, path) for path in lists}
    whole = queries(world, "/matters/{number}", number=first.number)
    for n in range(7):
        world.active(title=f"第 {n} 件")
        world.report(f"第 {n} 条漏水")
        actions.promise(
            first, by=world.cast.actor("officer"), what=f"修 {n}", who="物业", due_at=NOW + timedelta(days=2)
        )
        actions.consult(
            first,
            by=world.cast.actor("officer"),
            question="归谁",
            partners=[world.cast.partners["water"]],
            held_at=NOW + timedelta(days=1),
        )
    assert {path: queries(world, path) for path in lists} == few
    assert max(few.values()) <= 14
    grown = queries(world, "/matters/{number}", number=first.number)
    assert grown <= whole + 2 <= 27, (whole, grown)


def test_restricted_matters_stay_with_who_may_see_them(world: World) -> None:
    """A street clerk without that right finds neither the matter nor its promises."""
    found = world.matter(code="FA7", owner="officer")
    assert found.restricted
    for who, status in (("head", 200), ("street_staff", 404)):
        answer = Caller(world, who).send("GET", "/matters/{number}", Call({"number": found.number}))
        assert answer.status_code == status
    assert rows(world, "/promises", who="street_staff") == []


def test_what_is_about_somebody_is_not_there_for_them(world: World) -> None:
    """A complaint about the officer is out of the officer's reach in every list."""
    found = world.matter(code="OT2", owner="head", about=world.cast.people["officer"])
    assert [r["number"] for r in rows(world)] == [found.number]
    assert rows(world, who="officer") == []
    answer = Caller(world, "officer").send("GET", "/matters/{number}", Call({"number": found.number}))
    assert answer.status_code == 404
    names = told(
        Caller(world, "head").send("GET", "/matters/{number}/candidates", Call({"number": found.number}))
    )
    assert world.id("officer") not in [c["person"]["id"] for c in names]


def test_a_matter_moved_out_of_reach_says_so(world: World) -> None:
    """The answer to one's own verb still tells how it stands."""
    matter = world.active()
    body = {"to": world.id("outsider"), "reason": "在那边", "area": world.area("other_grid")}
    call = Call({"number": matter.number}, body)
    out = told(Caller(world, "duty").send("POST", "/matters/{number}/transfer", call))
    assert (out["in_reach"], out["owner"]["id"]) == (False, world.id("outsider"))
