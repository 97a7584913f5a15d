"""What the desk sees beside a report: proposals with reasons, duplicates only among what one may see."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

from django.db import connection
from django.test.utils import CaptureQueriesContext

from fengqiao.intake.actions import accept_report, link_report
from fengqiao.intake.models import Suggestion
from fengqiao.intake.proposals import proposals
from fengqiao.lib import clock
from fengqiao.matters import actions as matters
from fengqiao.matters.models import Category
from tests.cast import NOW, Cast
from tests.intake.helpers import FIRE, LEAK, StubPlaces, engine_with, report, says

SAME = "锦澜苑 3 栋 401 的天花板又掉皮了，楼上 501 漏水没人管，两家说不拢"


def test_everything_with_reasons(cast: Cast) -> None:
    place = cast.places["jinlan"]
    hint = SimpleNamespace(
        entry_id=f"place:{place.pk}", kind="place", name=place.name, confidence=0.9, start=0, end=3,
        reasons=("说到“锦澜苑”",), remainder="", detail="3栋501",
    )  # fmt: skip
    with engine_with(says(("NB2", 0.8), ("NB6", 0.1)), StubPlaces([hint])):
        row = report(FIRE)
    found = proposals(row, cast.actor("head"))
    assert [(c.code, c.zh, c.confidence) for c in found.categories] == [
        ("NB2", "漏水", 0.8),
        ("NB6", "装修", 0.1),
    ]
    assert found.severity is not None
    assert (found.severity.severity, found.severity.floor) == (1, 1)
    assert found.severity.words
    assert found.severity.tell_110
    assert [(p.kind, p.id, p.area_name, p.detail) for p in found.places] == [
        ("place", place.pk, "锦澜 01 网格", "3栋501")
    ]


def test_a_duplicate_says_what_agrees_and_differs(cast: Cast) -> None:
    first = report(LEAK, lat=30.0200, lon=120.0200)
    matter = accept_report(first, by=cast.actor("duty"), category="NB2")
    with clock.at(NOW + timedelta(days=2)):
        second = report(SAME, lat=30.0202, lon=120.0201)
        found = proposals(second, cast.actor("duty")).duplicates
    assert [(d.report_id, d.matter_id, d.matter_number) for d in found] == [
        (first.pk, matter.pk, matter.number)
    ]
    one = found[0]
    assert one.can_link
    assert one.open
    assert one.distance_m is not None
    assert one.distance_m < 50
    assert any("相距" in words for words in one.same)
    assert one.hours == 48
    kept = Suggestion.objects.get(report=second, field="duplicate")
    assert kept.value["report"] == first.pk
    assert kept.reasons
    link_report(second, by=cast.actor("duty"), matter=matter)


def test_far_old_and_other_things_are_no_duplicates(cast: Cast) -> None:
    report(LEAK, lat=30.09, lon=120.02)
    with clock.at(NOW - timedelta(days=40)):
        report(LEAK, lat=30.02, lon=120.02)
    report("夜里有人唱歌扰民", lat=30.02, lon=120.02)
    row = report(SAME, lat=30.02, lon=120.02)
    assert proposals(row, cast.actor("head")).duplicates == ()


def test_a_dense_neighbourhood_hides_nothing(cast: Cast) -> None:
    first = report(LEAK, lat=30.0200, lon=120.0200)
    for n in range(40):
        with clock.at(NOW + timedelta(minutes=n + 1)):
            report(f"第 {n} 条别的事：电动车被偷了一辆", lat=30.0201, lon=120.0201)
    with clock.at(NOW + timedelta(days=2)):
        second = report(SAME, lat=30.0202, lon=120.0201)
    assert [d.report_id for d in proposals(second, cast.actor("head")).duplicates] == [first.pk]


def test_without_a_place_the_words_find_it(cast: Cast) -> None:
    first = report("丽发新城小区旁边的搅拌站噪音和灰尘太大，晚上没法睡")
    for n in range(5):
        report(f"第 {n} 条别的事：电动车被偷了一辆")
    second = report("丽发新城附近搅拌站灰尘严重，噪音扰民，希望管管")
    assert proposals(second, cast.actor("head")).duplicates[0].report_id == first.pk


def test_one_sees_only_what_one_may_see(cast: Cast) -> None:
    with engine_with(says(("FA7", 0.9))):
        closed = report(LEAK, lat=30.02, lon=120.02)
    about = report(f"投诉周敏：{LEAK}", lat=30.02, lon=120.02)
    row = report(SAME, lat=30.02, lon=120.02)
    duty = {d.report_id for d in proposals(row, cast.actor("duty")).duplicates}
    assert closed.pk in duty
    assert about.pk not in duty
    street = {d.report_id for d in proposals(row, cast.actor("street_staff")).duplicates}
    assert street == {about.pk}
    assert closed.pk not in {d.report_id for d in proposals(row).duplicates}
    assert proposals(row, cast.actor("outsider")).duplicates == ()


def test_a_matter_without_a_report_is_found_too(cast: Cast) -> None:
    matter = matters.open_matter(
        by=cast.actor("officer"), category=Category.objects.get(code="NB2"), title="3 栋漏水", area=cast.areas["grid1"],
        origin="patrol", lat=30.02, lon=120.02, summary=LEAK,
    )  # fmt: skip
    row = report(SAME, lat=30.02, lon=120.02)
    assert [d.matter_id for d in proposals(row, cast.actor("duty")).duplicates] == [matter.pk]


def test_queries_stay_few(cast: Cast) -> None:
    for _ in range(8):
        row = report(LEAK, lat=30.02, lon=120.02)
    with CaptureQueriesContext(connection) as context:
        proposals(row, cast.actor("duty"))
    assert len(context) <= 14, "\n".join(q["sql"][:120] for q in context.captured_queries)
