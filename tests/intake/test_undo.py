"""Taking back: within ten minutes, and only while nothing has come of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fengqiao.intake.actions import (
    accept_report,
    answer,
    link_report,
    refuse_report,
    undo_decision,
    unlink_report,
    withdraw_matter,
)
from fengqiao.intake.choices import ReportState
from fengqiao.intake.models import Correction, Report
from fengqiao.lib import clock
from fengqiao.lib.errors import NotAllowed, OutOfReach, Refusal
from fengqiao.matters import actions as matters
from fengqiao.matters.choices import State
from fengqiao.matters.models import Matter
from tests.cast import NOW, Cast
from tests.intake.helpers import FIRE, engine_with, report, says


@pytest.fixture
def leak(cast: Cast) -> Report:
    with engine_with(says(("NB2", 0.8))):
        return report(area=cast.areas["grid1"])


def test_undo_puts_everything_back(cast: Cast, leak: Report) -> None:
    before = Report.objects.filter(pk=leak.pk).values().get()
    matter = accept_report(leak, by=cast.actor("duty"), category="FA7", severity=1, area=cast.areas["grid2"])
    undone = undo_decision(leak, by=cast.actor("duty"))
    after = Report.objects.filter(pk=leak.pk).values().get()
    assert {k: v for k, v in after.items() if k != "version"} == {
        k: v for k, v in before.items() if k != "version"
    }
    assert undone.state == ReportState.NEW
    assert Matter.objects.get(pk=matter.pk).state == State.WITHDRAWN
    assert not Correction.objects.exists()
    assert not leak.suggestions.filter(accepted__isnull=False).exists()
    assert accept_report(leak, by=cast.actor("duty")).pk != matter.pk


def test_undo_a_refusal_and_a_link(cast: Cast, leak: Report) -> None:
    refuse_report(leak, by=cast.actor("duty"), to="城管 12319", why="不归这里")
    row = undo_decision(leak, by=cast.actor("duty"))
    assert (row.state, row.refused_to, row.due_at) == ("new", "", leak.due_at)
    matter = accept_report(leak, by=cast.actor("duty"))
    other = report(area=cast.areas["grid1"])
    link_report(other, by=cast.actor("duty"), matter=matter)
    assert undo_decision(other, by=cast.actor("duty")).matter is None
    assert Matter.objects.get(pk=matter.pk).state == State.ASSIGNED


@pytest.mark.parametrize("way", ["undo", "unlink"])
def test_linking_and_parting_again_leaves_no_trace(cast: Cast, leak: Report, way: str) -> None:
    """But the story, which only grows: what was said, where, how grave and the matter itself are as before."""
    matter = accept_report(leak, by=cast.actor("duty"))
    other = report(FIRE, area=cast.areas["grid1"])
    told = Report.objects.filter(pk=other.pk).values().get()
    held = Matter.objects.filter(pk=matter.pk).values().get()
    proposed = list(other.suggestions.order_by("pk").values())
    link_report(other, by=cast.actor("duty"), matter=matter)
    if way == "undo":
        undo_decision(other, by=cast.actor("duty"))
    else:
        unlink_report(other, by=cast.actor("duty"), reason="不是同一栋楼")
    clockwork = {"version"} if way == "undo" else {"version", "due_at", "next_step", "owner_id"}
    after = Report.objects.filter(pk=other.pk).values().get()
    assert {k: v for k, v in after.items() if told[k] != v and k not in clockwork} == {}
    now = Matter.objects.filter(pk=matter.pk).values().get()
    assert {k: v for k, v in now.items() if held[k] != v and k != "version"} == {}
    assert list(other.suggestions.order_by("pk").values()) == proposed
    assert not Correction.objects.filter(report=other).exists()


def test_ten_minutes_and_not_a_second_more(cast: Cast, leak: Report) -> None:
    accept_report(leak, by=cast.actor("duty"))
    with clock.at(NOW + timedelta(seconds=601)), pytest.raises(Refusal) as caught:
        undo_decision(leak, by=cast.actor("duty"))
    assert caught.value.code == "too_late"
    with clock.at(NOW + timedelta(seconds=599)):
        assert undo_decision(leak, by=cast.actor("duty")).state == "new"


def test_not_when_somebody_has_begun(cast: Cast, leak: Report) -> None:
    matter = accept_report(leak, by=cast.actor("duty"))
    matters.accept(matter, by=cast.actor("grid_worker"))
    with pytest.raises(Refusal) as caught:
        undo_decision(leak, by=cast.actor("duty"))
    assert caught.value.code == "too_late"
    assert Report.objects.get(pk=leak.pk).state == "accepted"


def test_not_when_another_report_hangs_on_it_or_the_reporter_spoke(cast: Cast, leak: Report) -> None:
    matter = accept_report(leak, by=cast.actor("duty"))
    other = report("又漏了", area=cast.areas["grid1"])
    link_report(other, by=cast.actor("duty"), matter=matter)
    with pytest.raises(Refusal):
        undo_decision(leak, by=cast.actor("duty"))
    refused = report("不归这里的事", area=cast.areas["grid1"])
    refuse_report(refused, by=cast.actor("duty"), to="城管", why="不归这里")
    answer(refused.code, text="可是城管让我找你们")
    with pytest.raises(Refusal):
        undo_decision(refused, by=cast.actor("duty"))


def test_not_twice_and_not_by_others(cast: Cast, leak: Report) -> None:
    accept_report(leak, by=cast.actor("duty"))
    with pytest.raises(OutOfReach):
        undo_decision(leak, by=cast.actor("outsider"))
    with pytest.raises(NotAllowed):
        undo_decision(leak, by=cast.actor("grid_worker"))
    undo_decision(leak, by=cast.actor("duty"))
    with pytest.raises(Refusal) as caught:
        undo_decision(leak, by=cast.actor("duty"))
    assert caught.value.code == "wrong_state"


def test_unlinking_later_gives_a_fresh_clock(cast: Cast, leak: Report) -> None:
    matter = accept_report(leak, by=cast.actor("duty"))
    other = report(FIRE, area=cast.areas["grid1"])
    link_report(other, by=cast.actor("duty"), matter=matter)
    later = NOW + timedelta(days=1)
    with clock.at(later):
        with pytest.raises(Refusal):
            unlink_report(other, by=cast.actor("duty"), reason="")
        row = unlink_report(other, by=cast.actor("duty"), reason="不是同一栋楼")
    assert (row.state, row.matter, row.due_at) == ("new", None, later + timedelta(minutes=5))
    assert row.owner is not None
    with pytest.raises(Refusal):
        unlink_report(leak, by=cast.actor("duty"), reason="它是受理的")


def test_a_matter_taken_back_returns_its_reports(cast: Cast, leak: Report) -> None:
    """Nobody's words go down with a matter opened by mistake."""
    matter = accept_report(
        leak, by=cast.actor("duty"), about=cast.people["duty"], owner=cast.people["officer"]
    )
    other = report(FIRE, area=cast.areas["grid1"])
    link_report(other, by=cast.actor("head"), matter=matter)
    with clock.at(NOW + timedelta(minutes=2)):
        assert withdraw_matter(matter, by=cast.actor("head"), reason="立重了").state == State.WITHDRAWN
    for row in Report.objects.filter(pk__in=[leak.pk, other.pk]):
        assert (row.state, row.matter, row.decided_at) == ("new", None, None)
        assert row.owner_id
        assert row.owner_id != row.about_id
        assert row.due_at is not None
        assert row.due_at > NOW + timedelta(minutes=2)
        assert row.events.order_by("-id")[0].kind == "undone"
    assert not Correction.objects.exists()
    assert accept_report(leak, by=cast.actor("head")).state == State.ASSIGNED


def test_a_matter_with_reports_is_not_taken_back_without_them(cast: Cast, leak: Report) -> None:
    matter = accept_report(leak, by=cast.actor("duty"))
    with pytest.raises(Refusal) as caught:
        matters.withdraw(matter, by=cast.actor("duty"), reason="立错了")
    assert caught.value.code == "has_reports"
    assert Matter.objects.get(pk=matter.pk).state == State.ASSIGNED


def test_a_matter_taken_back_too_late_keeps_its_reports(cast: Cast, leak: Report) -> None:
    matter = accept_report(leak, by=cast.actor("duty"))
    for who in ("outsider", "nobody"):
        with pytest.raises(OutOfReach):
            withdraw_matter(matter, by=cast.actor(who), reason="立错了")
    with pytest.raises(NotAllowed):
        withdraw_matter(matter, by=cast.actor("grid_worker"), reason="立错了")
    with pytest.raises(Refusal):
        withdraw_matter(matter, by=cast.actor("duty"), reason=" ")
    with clock.at(NOW + timedelta(seconds=601)), pytest.raises(Refusal) as caught:
        withdraw_matter(matter, by=cast.actor("duty"), reason="立错了")
    assert caught.value.code == "too_late"
    row = Report.objects.get(pk=leak.pk)
    assert (row.state, row.matter_id) == ("accepted", matter.pk)
