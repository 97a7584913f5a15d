"""More time, ends without agreement, taking an application back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from fengqiao.lib import clock
from fengqiao.lib.errors import Refusal
from fengqiao.matters.models import Event, Matter
from fengqiao.mediation import actions
from fengqiao.mediation.models import MediationCase
from tests.cast import NOW
from tests.mediation.conftest import Room, at


def test_more_time_once_when_both_ask(room: Room) -> None:
    """Longer only when both sides ask for it (local rule), once."""
    case = room.started()
    fresh = actions.extend(case, by=room.by(), until=at(10, 18, 4), asked_by_both=True, why="等房屋鉴定")
    assert fresh.extended is True
    assert fresh.due_at == at(10, 18, 4)
    with pytest.raises(Refusal) as refusal:
        actions.extend(case, by=room.by(), until=at(11, 18, 4), asked_by_both=True, why="再等")
    assert refusal.value.code == "already"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"asked_by_both": False}, "asked_by_both"),
        ({"until": at(12)}, "until"),  # before the present limit
        ({"until": at(20, month=4)}, "until"),  # more than a month after it
        ({"until": NOW.replace(tzinfo=None)}, "until"),
        ({"why": " "}, "why"),
    ],
)
def test_what_an_extension_needs(room: Room, more: dict[str, Any], field: str) -> None:
    case = room.started()
    given = {"until": at(30), "asked_by_both": True, "why": "等鉴定"}
    with pytest.raises(Refusal) as refusal:
        actions.extend(case, by=room.by(), **{**given, **more})
    assert refusal.value.field == field
    assert MediationCase.objects.get(pk=case.pk).extended is False


def test_an_extension_warns_anew(room: Room) -> None:
    case = room.started()
    MediationCase.objects.filter(pk=case.pk).update(warned_at=NOW, overdue_marked_at=NOW)
    fresh = actions.extend(case, by=room.by(), until=at(30), asked_by_both=True, why="等鉴定")
    assert fresh.warned_at is None
    assert fresh.overdue_marked_at is None


def test_failing_tells_the_other_routes(room: Room) -> None:
    """A mediation that does not succeed is ended and the parties are told their other routes (art. 26)."""
    case = room.started()
    session = room.session(case)
    with pytest.raises(Refusal) as refusal:
        actions.end_case(case, by=room.by(), outcome="failed", why="金额谈不拢", routes_told="  ")
    assert refusal.value.field == "routes_told"
    ended = actions.end_case(
        case, by=room.by(), outcome="failed", why="金额谈不拢", routes_told="可请社区、街道再调，或向法院起诉"
    )
    assert (ended.state, ended.outcome) == ("ended", "failed")
    session.refresh_from_db()
    assert session.cancelled_at == NOW
    matter = Matter.objects.get(pk=case.matter_id)
    assert matter.next_step == "交社区调解，或按其他途径办理"
    event = Event.objects.filter(matter=matter, kind="mediation").latest("id")
    assert "已告知：可请社区" in event.text
    assert event.data["next_level"] == "community"


def test_only_what_ends_without_agreement(room: Room) -> None:
    case = room.started()
    for outcome in ("written", "party_refused", "withdrawn", ""):
        with pytest.raises(Refusal) as refusal:
            actions.end_case(case, by=room.by(), outcome=outcome, why="x", routes_told="法院")
        assert refusal.value.field == "outcome"


def test_what_never_began_did_not_fail(room: Room) -> None:
    case = room.case()
    with pytest.raises(Refusal) as refusal:
        actions.end_case(case, by=room.by(), outcome="failed", why="没人来", routes_told="法院")
    assert refusal.value.code == "wrong_state"
    ended = actions.end_case(
        case,
        by=room.by(),
        outcome="to_other_route",
        why="已向法院起诉",
        routes_told="法院",
        next_step="等法院判决",
        due_at=NOW + timedelta(days=20),
    )
    assert ended.outcome == "to_other_route"
    assert Matter.objects.get(pk=case.matter_id).next_step == "等法院判决"


def test_an_ended_case_takes_no_more_steps(room: Room) -> None:
    case = room.started()
    session = room.session(case)
    actions.end_case(case, by=room.by(), outcome="failed", why="谈不拢", routes_told="法院")
    for step in (
        lambda: room.party(case),
        lambda: room.session(case),
        lambda: room.agreed(case),
        lambda: actions.end_case(case, by=room.by(), outcome="failed", why="又", routes_told="法院"),
        lambda: actions.record_session(
            session, by=room.by(), rights_told=True, statements="说", result="谈", agreed=False
        ),
    ):
        with pytest.raises(Refusal) as refusal:
            step()
        assert refusal.value.code == "wrong_state"


def test_withdrawn_by_who_applied(room: Room) -> None:
    case = room.started()
    ended = actions.withdraw_case(case, by=room.by(), why="两家说好了", settled_between=True)
    assert ended.outcome == "withdrawn"
    assert "自行和好" in ended.ended_why
    assert Matter.objects.get(pk=case.matter_id).next_step == "核实是否和好，写明结果"
    with clock.at(NOW + timedelta(days=1)):
        assert room.case(case.matter).state == "checking"  # it may be taken up again


def test_withdrawal_says_why(room: Room) -> None:
    with pytest.raises(Refusal) as refusal:
        actions.withdraw_case(room.started(), by=room.by(), why="")
    assert refusal.value.field == "why"
