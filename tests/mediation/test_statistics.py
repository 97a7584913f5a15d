"""Figures: counts with what they count, within dates and within reach."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fengqiao.lib import clock
from fengqiao.matters.models import Matter
from fengqiao.mediation import actions, queries
from fengqiao.mediation.rules import Answers
from tests.cast import Cast
from tests.mediation.conftest import Room, at

MARCH = {"start": date(2026, 3, 1), "end": date(2026, 4, 1)}


@pytest.fixture
def year(room: Room, cast: Cast) -> Room:
    """One of everything in March, and one case in April."""
    room.agreed(room.started(room.case(room.matter())))  # written, 3,000 yuan
    spot = room.started(room.case(room.matter(code="EC7")))
    payer = spot.parties.get(side="respondent")
    done = [actions.TermDraft("赔打碎的玻璃", payer, Decimal(200), "微信当场转账", at_once=True)]
    room.agreed(spot, done, form="oral")
    actions.mark_kept_from_violence(spot.matter, by=room.by("officer"), reason="推搡起来，当场拉开劝住")
    failed = room.started(room.case(room.matter(code="LV5")))
    actions.hand_up(failed, by=room.by(), tried="两次", blocked_by="界址", routes_told="法院")
    refused = room.case(room.matter())
    party, _other = room.both(refused)
    actions.record_consent(party, by=room.by(), given=False, how="电话", routes_told="法院")
    actions.withdraw_case(room.started(room.case(room.matter())), by=room.by(), why="和好了")
    actions.refuse_case(
        room.matter(),
        by=room.by("officer"),
        mediator=cast.people["mediator"],
        start="party",
        facts="打伤了人",
        answers=Answers(crime=True),
        routes_told="报警",
    )
    with clock.at(at(5, month=4)):
        room.case(room.matter(code="EC1"))
    return room


def test_the_month(year: Room) -> None:
    with clock.at(at(10, month=4)):
        found = queries.statistics(year.by("officer").scope, **MARCH)
    counts = found.counts
    assert (counts.opened, counts.ended, counts.running) == (7, 6, 2)
    assert (counts.agreed, counts.written, counts.oral, counts.at_once) == (2, 1, 0, 1)
    assert counts.tried == 3  # agreed twice, failed once; refused, withdrawn, not taken were not tried
    assert found.success == pytest.approx(2 / 3)
    assert counts.handed_up == 1
    assert found.total == Decimal("3200.00")
    assert found.kept_from_violence == 1
    assert found.people == 12
    assert found.performance == {"due": 1, "done": 1, "part": 0, "broken": 0}
    assert found.confirmations["none"] == 2
    assert "÷" in found.definition


def test_by_class_level_and_outcome(year: Room) -> None:
    found = queries.statistics(year.by("officer").scope, **MARCH)
    classes = {line.key: (line.name, line.opened, line.agreed) for line in found.by_class}
    assert classes["neighbours"] == ("邻里", 4, 1)
    assert classes["contract"] == ("合同", 1, 1)
    assert classes["forest_land"] == ("山林土地", 2, 0)
    levels = {line.key: line.opened for line in found.by_level}
    assert levels == {"village": 5, "station": 1, "community": 1}
    outcomes = {line.key: line.ended for line in found.by_outcome}
    assert outcomes == {
        "written": 1,
        "at_once": 1,
        "failed": 1,
        "party_refused": 1,
        "withdrawn": 1,
        "not_taken": 1,
    }
    assert sum(line.opened for line in found.by_class) == found.counts.opened
    assert sum(line.ended for line in found.by_outcome) == found.counts.ended


def test_filters(year: Room) -> None:
    scope = year.by("officer").scope
    assert queries.statistics(scope, **MARCH, level="station").counts.opened == 1
    assert queries.statistics(scope, **MARCH, report_class="neighbours").counts.opened == 4
    assert queries.statistics(scope, start=date(2026, 4, 1), end=date(2026, 5, 1)).counts.opened == 1
    nothing = queries.statistics(scope, start=date(2025, 1, 1), end=date(2026, 1, 1))
    assert nothing.counts.opened == 0
    assert nothing.success is None
    assert nothing.total == 0


def test_only_what_is_in_sight_is_counted(year: Room) -> None:
    assert queries.statistics(year.by("outsider").scope, **MARCH).counts.opened == 0
    assert queries.statistics(year.by("nobody").scope, **MARCH).counts.opened == 0
    assert queries.statistics(year.by("mediator").scope, **MARCH).counts.opened == 7


def test_days_are_local_days(room: Room) -> None:
    with clock.at(at(1, 0, 4)):  # midnight in Shanghai is still March in UTC
        room.case()
    april = queries.statistics(room.by("officer").scope, start=date(2026, 4, 1), end=date(2026, 5, 1))
    assert april.counts.opened == 1
    assert queries.statistics(room.by("officer").scope, **MARCH).counts.opened == 0


def test_the_number_of_queries_does_not_grow(year: Room) -> None:
    scope = year.by("officer").scope
    with CaptureQueriesContext(
        connection,
    ) as few:
        queries.statistics(scope, **MARCH)
    for _ in range(5):
        year.case(year.matter())
    with CaptureQueriesContext(connection) as many:
        queries.statistics(scope, **MARCH)
    assert len(many) == len(few) <= 10


def test_disputes_are_counted_with_their_interval_and_without_what_must_not_be_mediated(room: Room) -> None:
    """Found, with a result, settled; domestic violence is no dispute to be talked over."""
    scope = room.by("officer").scope
    none = queries.statistics(scope, **MARCH).disputes
    assert (none.found, none.ended, none.settled, none.share) == (0, 0, 0, None)
    rows = [room.matter() for _n in range(3)]
    Matter.objects.filter(pk__in=[row.pk for row in rows[:2]]).update(outcome="agreement")
    Matter.objects.filter(pk=rows[2].pk).update(outcome="not_settled")
    room.matter(code="FA7")
    room.matter()
    found = queries.statistics(scope, **MARCH).disputes
    assert (found.found, found.ended, found.settled) == (4, 3, 2)
    assert found.share == pytest.approx(2 / 3)
    assert found.interval == pytest.approx((0.2077, 0.9385), abs=2e-3)
    assert queries.statistics(scope, **MARCH, report_class="labour").disputes.found == 0
