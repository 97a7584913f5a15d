"""The inbox and its neighbours: what one may see, in the right order, with few queries."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fengqiao.accounts.scope import RESIDENT, SYSTEM
from fengqiao.intake import queries
from fengqiao.intake.actions import accept_report, ask, receive_report
from fengqiao.lib import clock
from fengqiao.lib.errors import OutOfReach
from tests.cast import NOW, Cast
from tests.intake.helpers import FIRE, LEAK, engine_with, report, says


def test_urgent_first_then_oldest(cast: Cast) -> None:
    area = cast.areas["grid1"]
    first = report(area=area)
    with clock.at(NOW + timedelta(minutes=5)):
        second = report("路灯不亮", area=area)
        fire = report(FIRE, area=area)
    page = queries.inbox(cast.actor("duty"))
    assert [r.id for r in page.rows] == [fire.pk, first.pk, second.pk]
    assert (page.counts.waiting, page.counts.urgent, page.counts.oldest) == (3, 1, NOW)
    assert page.rows[0].severity_words == "紧急"


def test_queues(cast: Cast) -> None:
    area = cast.areas["grid1"]
    row, asked = report(area=area), report("哪里漏", area=area)
    nowhere = report()
    ask(asked, by=cast.actor("duty"), text="哪一户？")
    head = cast.actor("head")
    assert {r.id for r in queries.inbox(head).rows} == {row.pk, asked.pk, nowhere.pk}
    assert {r.id for r in queries.inbox(head, queue="unplaced").rows} == {nowhere.pk}
    assert {r.id for r in queries.inbox(head, queue="asking").rows} == {asked.pk}
    assert {r.id for r in queries.inbox(head, queue="mine").rows} == {nowhere.pk}
    with clock.at(NOW + timedelta(hours=3)):
        assert {r.id for r in queries.inbox(head, queue="late").rows} == {row.pk, nowhere.pk}


def test_what_is_not_yours_is_not_there(cast: Cast) -> None:
    row = report(area=cast.areas["grid1"])
    with engine_with(says(("FA7", 0.9))):
        closed = report("夫妻动手", area=cast.areas["grid1"])
    assert queries.inbox(cast.actor("outsider")).counts.waiting == 0
    assert {r.id for r in queries.inbox(cast.actor("street_staff")).rows} == {row.pk}
    assert {r.id for r in queries.inbox(cast.actor("duty")).rows} == {row.pk, closed.pk}
    with pytest.raises(OutOfReach):
        queries.find(closed.pk, cast.actor("street_staff").scope)
    with pytest.raises(OutOfReach):
        queries.find(row.pk, RESIDENT.scope)
    assert queries.find(row.pk, cast.actor("duty").scope) == row


def test_what_one_only_wrote_down_for_another_s_ground_does_not_wait_for_one(cast: Cast) -> None:
    duty = cast.actor("duty")
    over = receive_report(
        by=duty, channel="file", text="三楼堆满纸箱怕着火", key="county", area=cast.areas["county"]
    ).report
    mine = report(area=cast.areas["grid1"])
    assert queries.find(over.pk, duty.scope) == over
    assert [r.id for r in queries.inbox(duty).rows] == [mine.pk]
    assert queries.inbox(duty).counts.waiting == 1
    assert over.pk in {r.id for r in queries.inbox(cast.actor("head")).rows}


def test_pages(cast: Cast) -> None:
    for _ in range(5):
        report(area=cast.areas["grid1"])
    by = cast.actor("duty")
    page = queries.inbox(by, limit=2)
    assert (len(page.rows), page.more) == (2, True)
    assert not queries.inbox(by, offset=4, limit=2).more
    assert queries.inbox(by, offset=-5, limit=0).rows


def test_four_queries_whatever_the_size(cast: Cast) -> None:
    by = cast.actor("duty")
    for count in (1, 12):
        for _ in range(count):
            report(area=cast.areas["grid1"])
        with CaptureQueriesContext(connection) as context:
            queries.inbox(by)
        assert len(context) <= 4


def test_verbs(cast: Cast) -> None:
    row = report(area=cast.areas["grid1"])
    assert {"accept", "link", "refuse", "ask", "place"} <= queries.allowed_verbs(row, cast.actor("duty"))
    assert queries.allowed_verbs(row, cast.actor("outsider")) == set()
    assert queries.allowed_verbs(row, SYSTEM) == set()
    accept_report(row, by=cast.actor("duty"), category="NB2")
    row.refresh_from_db()
    assert queries.allowed_verbs(row, cast.actor("duty")) == {"undo"}


def test_story(cast: Cast) -> None:
    row = report(area=cast.areas["grid1"])
    ask(row, by=cast.actor("duty"), text="哪一户？")
    assert [(t.kind, t.by) for t in queries.story(row)] == [("asked", "周敏"), ("received", "反映人")]


def test_search(cast: Cast) -> None:
    row = report(
        LEAK, area=cast.areas["grid1"], by=SYSTEM, channel="hotline", source="12345", external_id="GD-77"
    )
    report("夜里有人唱歌", area=cast.areas["other_grid"])
    scope = cast.actor("duty").scope
    for typed in ("漏水", "漏", "天花板掉皮", "GD-77", row.code.lower()):
        assert [r.pk for r in queries.search(typed, scope)] == [row.pk], typed
    for typed in ("唱歌", "", "😀", "%", "' OR 1=1"):
        assert queries.search(typed, scope) == []
    assert queries.search("漏水", cast.actor("outsider").scope) == []


def test_reports_behind_a_matter(cast: Cast) -> None:
    row = report(area=cast.areas["grid1"])
    matter = accept_report(row, by=cast.actor("duty"), category="NB2")
    assert queries.of_matter(matter, cast.actor("duty").scope) == [row]
    assert queries.of_matter(matter, cast.actor("outsider").scope) == []
