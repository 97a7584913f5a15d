"""The first page: 110 first, two doors, honest figures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fengqiao.intake.actions import accept_report, refuse_report
from fengqiao.intake.choices import ReportState
from fengqiao.intake.models import Report
from fengqiao.intake.public_reads import Account, account_since
from fengqiao.lib import clock
from fengqiao.matters import actions as matters
from fengqiao.portal.account import Shown, shown
from tests.cast import NOW, Cast
from tests.portal.helpers import words_of


def test_110_stands_above_the_two_doors(resident: Client) -> None:
    page = resident.get("/").content.decode()
    places = [
        page.index(x)
        for x in ("tel:110", "我要反映", "查进度", "是诈骗吗", "我附近的提醒", "交上来以后", "办得怎样")
    ]
    assert places == sorted(places)
    assert "柳溪派出所" in page
    assert "3 个村、社区" in page
    assert "现在没有要提醒您的" in page


def test_every_link_of_the_page_leads_somewhere(resident: Client) -> None:
    page = resident.get("/").content.decode()
    for address in (
        "/report/",
        "/progress/",
        "/scam/",
        "/how/",
        "/privacy/",
        "/accessibility/",
        "/report/?about=staff",
    ):
        assert f'href="{address}' in page
        assert resident.get(address).status_code == 200


@pytest.mark.parametrize(
    ("account", "wanted"),
    [
        (Account(0, 0, 0, None), Shown(None, none_yet=True)),
        (Account(4, 4, 0, None), Shown(None)),
        (Account(126, 109, 2, timedelta(hours=60)), Shown(126, 109, rest=17, half_within="2 天")),
        (Account(130, 109, 6, timedelta(hours=60)), Shown(130, 109, 15, 6, half_within="2 天")),
        (Account(12, 8, 4, None), Shown(12)),
        (Account(12, 3, 4, None), Shown(12)),
        (Account(12, 12, 0, timedelta(hours=5)), Shown(12, 12, 0, 0, half_within="5 小时")),
        (Account(9, 0, 0, None), Shown(9, 0, 9, 0)),
    ],
)
def test_no_figure_from_one_to_four_can_be_read_or_subtracted(account: Account, wanted: Shown) -> None:
    found = shown(account)
    assert found == wanted
    printed = [
        n
        for n in (found.received, found.settled, found.in_hand, found.elsewhere, found.rest)
        if n is not None
    ]
    assert not any(0 < n < 5 for n in printed)
    if found.rest is not None and found.received is not None and found.settled is not None:
        assert not 0 < found.received - found.settled - found.rest < 5


def test_the_account_counts_each_report_once(cast: Cast, bring: Callable[..., Report]) -> None:
    duty = cast.actor("duty")
    done, open_one, refused, referred, old, historic = (bring(area="990100001201") for _ in range(6))
    matter = accept_report(done, by=duty, category="NB2", owner=cast.people["officer"])
    matters.accept(matter, by=cast.actor("officer"))
    with clock.at(NOW + timedelta(hours=6)):
        matters.resolve(matter, by=cast.actor("officer"), outcome="fixed", text="换了水管", cause="老化")
    refuse_report(refused, by=duty, to="住建局", why="不归我们")
    other = accept_report(referred, by=duty, category="NB2", owner=cast.people["officer"])
    matters.accept(other, by=cast.actor("officer"))
    matters.refer(other, by=cast.actor("officer"), to="水务公司", reason="管网归他们")
    Report.objects.filter(pk=old.pk).update(received_at=NOW - timedelta(days=31))
    Report.objects.filter(pk=historic.pk).update(state=ReportState.HISTORIC)
    found = account_since(NOW - timedelta(days=30))
    assert found == Account(4, 1, 2, timedelta(hours=6))
    assert found.in_hand == 1
    assert open_one.state == "new"


def test_figures_are_counted_once_a_minute_with_few_queries(
    resident: Client, bring: Callable[..., Report]
) -> None:
    resident.get("/")
    with CaptureQueriesContext(connection) as first:
        resident.get("/")
    assert len(first) <= 4
    for _ in range(6):
        bring()
    assert "还没有收到" in words_of(resident.get("/")), "the minute is not over"
    cache.clear()
    with CaptureQueriesContext(connection) as many:
        page = words_of(resident.get("/"))
    assert "收到 6 件" in page
    assert len(many) <= 6


def test_what_is_small_is_not_told(resident: Client, bring: Callable[..., Report]) -> None:
    for _ in range(3):
        bring()
    page = words_of(resident.get("/"))
    assert "不到 5 件" in page
    assert " 3 件" not in page


def test_only_reading_is_allowed(resident: Client) -> None:
    assert resident.post("/").status_code == 405
