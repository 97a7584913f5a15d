"""Putting an unfinished report right: place, urgency, whom it is about, who looks at it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fengqiao.accounts.scope import RESIDENT
from fengqiao.intake.actions import accept_report, correct_about, correct_place, hand_over, raise_severity
from fengqiao.intake.models import Report
from fengqiao.lib.errors import NotAllowed, OutOfReach, Refusal
from tests.cast import NOW, Cast
from tests.intake.helpers import report


def test_a_place_is_set_and_the_unplaced_queue_left(cast: Cast) -> None:
    row = report()
    assert row.unplaced
    fixed = correct_place(row, by=cast.actor("head"), place=cast.places["chunxiao"])
    assert (fixed.area, fixed.unplaced, fixed.place) == (cast.areas["grid2"], False, cast.places["chunxiao"])
    assert fixed.owner_id
    assert fixed.due_at == row.due_at, "placing does not buy time"


def test_a_report_that_moves_goes_to_whoever_answers_there(cast: Cast) -> None:
    row = report(area=cast.areas["grid1"])
    moved = correct_place(row, by=cast.actor("head"), lat=30.05, lon=120.15)
    assert moved.area == cast.areas["other_grid"]
    assert moved.owner in (cast.people["outsider"], cast.people["head"])
    assert moved.owner != row.owner


def test_outside_the_map_is_refused_with_words(cast: Cast) -> None:
    row = report(area=cast.areas["grid1"])
    with pytest.raises(Refusal, match="辖区"):
        correct_place(row, by=cast.actor("duty"), lat=45.0, lon=90.0)
    with pytest.raises(Refusal):
        correct_place(row, by=cast.actor("duty"), lat=float("nan"), lon=1.0)
    assert Report.objects.get(pk=row.pk).area == cast.areas["grid1"]


def test_raising_shortens_the_clock_and_lowering_is_refused(cast: Cast) -> None:
    row = report(area=cast.areas["grid1"])
    raised = raise_severity(row, by=cast.actor("duty"), severity=1, why="电话里听到有人喊救命")
    assert (raised.severity, raised.due_at) == (1, NOW + timedelta(minutes=5))
    for severity in (1, 2, 4, 0, 99):
        with pytest.raises(Refusal):
            raise_severity(row, by=cast.actor("duty"), severity=severity, why="没那么急")
    with pytest.raises(Refusal):
        raise_severity(report(area=cast.areas["grid1"]), by=cast.actor("duty"), severity=2, why="")


def test_a_named_officer_never_sees_the_complaint(cast: Cast) -> None:
    row = report("投诉周敏，三次打电话都不管", area=cast.areas["grid1"])
    assert row.about == cast.people["duty"]
    assert row.owner != cast.people["duty"]
    assert not Report.objects.visible_to(cast.actor("duty").scope).filter(pk=row.pk).exists()
    for act in (accept_report, correct_about):
        with pytest.raises(OutOfReach):
            act(
                row,
                by=cast.actor("duty"),
                **({"about": None, "why": "不是我"} if act is correct_about else {}),
            )


def test_a_name_in_another_story_changes_nothing(cast: Cast) -> None:
    assert report("周敏帮我们修好了，谢谢", area=cast.areas["grid1"]).about is None


def test_setting_whom_it_is_about_takes_it_off_them(cast: Cast) -> None:
    row = report("窗口那位同志骂人", area=cast.areas["grid1"])
    assert row.owner == cast.people["duty"]
    fixed = correct_about(row, by=cast.actor("head"), about=cast.people["duty"], why="来电人说出了名字")
    assert fixed.about == cast.people["duty"]
    assert fixed.owner != cast.people["duty"]
    back = correct_about(row, by=cast.actor("head"), about=None, why="同名的另一个人")
    assert back.about is None
    with pytest.raises(Refusal) as caught:
        correct_about(row, by=cast.actor("head"), about=cast.people["head"], why="说的是我")
    assert caught.value.code == "conflict"


def test_handing_over(cast: Cast) -> None:
    row = report(area=cast.areas["grid1"])
    given = hand_over(row, by=cast.actor("duty"), to=cast.people["officer"], why="在他的片区")
    assert given.owner == cast.people["officer"]
    assert given.due_at == row.due_at
    with pytest.raises(Refusal) as caught:
        hand_over(row, by=cast.actor("head"), to=cast.people["volunteer"], why="让他看")
    assert caught.value.code == "not_theirs"


def test_outsiders_residents_and_late_comers(cast: Cast) -> None:
    row = report(area=cast.areas["grid1"])
    with pytest.raises(OutOfReach):
        correct_place(row, by=cast.actor("outsider"), place=cast.places["yangwan"])
    with pytest.raises(NotAllowed):
        correct_place(row, by=RESIDENT, place=cast.places["yangwan"])
    accept_report(row, by=cast.actor("duty"), category="NB2")
    with pytest.raises(Refusal) as caught:
        correct_place(row, by=cast.actor("duty"), place=cast.places["yangwan"])
    assert caught.value.code == "wrong_state"
