"""Keeping a dispute from turning violent: police hear at once, the outcome is marked with its reason."""

from __future__ import annotations

from typing import Any

import pytest

from fengqiao.lib.errors import Refusal
from fengqiao.matters.models import Event, Matter
from fengqiao.mediation import actions
from fengqiao.mediation.models import MediationCase
from fengqiao.notices.models import Notice
from tests.cast import Cast
from tests.mediation.conftest import Room


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({"text": "302 门口放着铁棍"}, "weapon"),
        ({"text": "放话要他全家好看"}, "threat"),
        ({"text": "老人说不想活了"}, "self_harm"),
        ({"text": "两家亲戚都到了", "people": 9}, "crowd"),
        ({"text": "情绪很激动", "kinds": ["threat"]}, "threat"),
    ],
)
def test_police_are_told_at_once(room: Room, cast: Cast, more: dict[str, Any], kind: str) -> None:
    """A dispute that may turn into an offence is reported to the police at once (art. 25)."""
    case = room.started()
    actions.report_danger(case, by=room.by(), **more)
    fresh = MediationCase.objects.get(pk=case.pk)
    assert kind in {s["kind"] for s in fresh.danger_signs}
    for name in ("officer", "duty"):
        notice = Notice.objects.filter(to=cast.people[name], kind="mediation", text__contains="苗头").latest(
            "id"
        )
        assert "张" not in notice.text
    matter = Matter.objects.get(pk=case.matter_id)
    assert matter.severity == 2
    assert Event.objects.filter(matter=matter, kind="mediation", text__contains="已提醒民警").exists()


def test_who_tells_is_not_told_again(room: Room, cast: Cast) -> None:
    case = room.started()
    before = Notice.objects.filter(to=cast.people["officer"]).count()
    actions.report_danger(case, by=room.by("officer"), text="带了刀", kinds=["weapon"])
    assert Notice.objects.filter(to=cast.people["officer"]).count() == before


def test_reporting_again_tells_again(room: Room, cast: Cast) -> None:
    case = room.started()
    for _ in range(2):
        actions.report_danger(case, by=room.by(), text="又来了，带了刀", kinds=["weapon"])
    told = Notice.objects.filter(to=cast.people["duty"], text__contains="苗头")
    assert told.count() == 2


def test_severity_is_never_lowered(room: Room) -> None:
    case = room.started(room.case(room.matter(code="EC7", severity=1)))
    actions.report_danger(case, by=room.by(), text="带了刀")
    assert Matter.objects.get(pk=case.matter_id).severity == 1


@pytest.mark.parametrize("more", [{"text": ""}, {"text": "大家都平静"}, {"text": "x", "kinds": ["aliens"]}])
def test_a_sign_must_be_named(room: Room, more: dict[str, Any]) -> None:
    case = room.started()
    with pytest.raises(Refusal):
        actions.report_danger(case, by=room.by(), **more)
    assert MediationCase.objects.get(pk=case.pk).danger_signs == []


def test_marked_with_a_reason_and_a_sign(room: Room) -> None:
    case = room.started()
    reason = "302 扬言砸门，民警和调解员当场劝住，双方各自回家"
    with pytest.raises(Refusal) as refusal:
        actions.mark_kept_from_violence(case.matter, by=room.by(), reason=reason)
    assert refusal.value.code == "no_sign"
    actions.report_danger(case, by=room.by(), text="302 扬言要砸门")
    for short in ("", "劝住了"):
        with pytest.raises(Refusal):
            actions.mark_kept_from_violence(case.matter, by=room.by(), reason=short)
    actions.mark_kept_from_violence(case.matter, by=room.by(), reason=reason)
    matter = Matter.objects.get(pk=case.matter_id)
    assert matter.kept_from_violence is True
    assert matter.kept_from_violence_why == reason


def test_a_pressing_matter_needs_no_further_sign(room: Room) -> None:
    matter = room.matter(code="EC7")
    actions.mark_kept_from_violence(matter, by=room.by("officer"), reason="两个店主推搡，拉开后冷静下来")
    assert Matter.objects.get(pk=matter.pk).kept_from_violence is True
