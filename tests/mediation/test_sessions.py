"""Planning, recording and calling off a sitting."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from fengqiao.lib import clock
from fengqiao.lib.errors import Refusal
from fengqiao.matters.models import Event, Matter
from fengqiao.mediation import actions
from fengqiao.mediation.models import MediationCase, Session
from fengqiao.notices.models import Notice
from fengqiao.teams.models import Resource
from tests.cast import NOW, Cast
from tests.mediation.conftest import CHILD_ID, Room, at


def test_a_planned_sitting_is_the_next_step(room: Room, hall: Resource) -> None:
    case = room.started()
    session = actions.plan_session(case, by=room.by("officer"), planned_at=at(13, 14), room=hall, minutes=90)
    assert (session.number, session.place, session.planned_minutes) == (1, hall.name, 90)
    matter = Matter.objects.get(pk=case.matter_id)
    assert matter.next_step == "第 1 次调解：3 月 13 日 14:00，望河街道调解中心 1 室"
    assert matter.due_at == at(13, 15) + timedelta(minutes=30)
    assert Notice.objects.filter(to=case.mediator, text__contains="3 月 13 日 14:00").exists()


def test_a_room_holds_one_sitting_at_a_time(room: Room, cast: Cast, hall: Resource) -> None:
    first = room.started()
    second = Room(cast, "officer").started()
    planned = room.session(first, planned_at=at(13, 14), room=hall, minutes=60)
    for start in (at(13, 14), at(13, 14) + timedelta(minutes=59), at(13, 13) + timedelta(minutes=1)):
        with pytest.raises(Refusal) as refusal:
            actions.plan_session(second, by=room.by("officer"), planned_at=start, room=hall)
        assert refusal.value.code == "room_taken"
    actions.plan_session(second, by=room.by("officer"), planned_at=at(13, 15), room=hall)
    actions.cancel_session(planned, by=room.by(), why="一方出差")
    later = Room(cast, "justice").started()
    actions.plan_session(later, by=room.by("officer"), planned_at=at(13, 14), room=hall)


def test_the_mediator_sits_in_one_sitting_at_a_time(room: Room) -> None:
    first, second = room.started(), room.started(room.case(room.matter()))
    room.session(first, planned_at=at(13, 14))
    with pytest.raises(Refusal) as refusal:
        room.session(second, planned_at=at(13, 14))
    assert refusal.value.code == "mediator_busy"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"planned_at": NOW - timedelta(days=8)}, "too_early"),
        ({"planned_at": NOW + timedelta(days=91)}, "too_far"),
        ({"planned_at": NOW.replace(tzinfo=None)}, "bad_time"),
        ({"minutes": 5}, "bad"),
        ({"minutes": 10_000}, "bad"),
        ({"place": " "}, "missing"),
        ({"invited": "刘芳的姐姐"}, "invited_no_consent"),
    ],
)
def test_what_is_refused_when_planning(room: Room, more: dict[str, Any], code: str) -> None:
    """Relatives and others join only when the parties agree (art. 20)."""
    case = room.started()
    with pytest.raises(Refusal) as refusal:
        room.session(case, **more)
    assert refusal.value.code == code
    assert not Session.objects.exists()


def test_guests_come_when_the_parties_agree(room: Room) -> None:
    session = room.session(room.started(), invited="物业张经理、刘芳的姐姐", invited_agreed=True)
    assert session.invited_agreed is True
    with pytest.raises(IntegrityError), transaction.atomic():
        Session.objects.filter(pk=session.pk).update(invited_agreed=False)


def test_only_a_mediation_room_in_use(room: Room, cast: Cast) -> None:
    case = room.started()
    hall = Resource.objects.create(kind="room", name="大礼堂", area=cast.areas["street"])
    closed = Resource.objects.create(
        kind="village_room", name="旧调解室", area=cast.areas["street"], active=False
    )
    for wrong in (hall, closed):
        with pytest.raises(Refusal) as refusal:
            room.session(case, room=wrong)
        assert refusal.value.code == "not_a_room"


def test_nothing_is_planned_before_the_start(room: Room) -> None:
    case = room.case()
    room.both(case)
    with pytest.raises(Refusal) as refusal:
        room.session(case)
    assert refusal.value.code == "wrong_state"


def test_a_party_added_later_must_agree_first(room: Room) -> None:
    case = room.started()
    late = room.party(case, "other", "王五")
    with pytest.raises(Refusal) as refusal:
        room.session(case)
    assert refusal.value.code == "no_consent"
    actions.record_consent(late, by=room.by(), given=True, how="当面", rights_told=True)
    assert room.session(case).number == 1


def test_record_a_sitting(room: Room) -> None:
    case = room.started()
    session = room.held(case, agreed=False, result="金额没谈拢", recorder="何秀英")
    assert (session.held_at, session.minutes, session.recorder) == (NOW, 50, "何秀英")
    matter = Matter.objects.get(pk=case.matter_id)
    assert matter.next_step.startswith("约下一次调解")
    assert "金额没谈拢" in Event.objects.filter(matter=matter, kind="mediation").latest("id").text
    with pytest.raises(Refusal) as refusal:
        actions.record_session(
            session, by=room.by(), rights_told=True, statements="又", result="又", agreed=True
        )
    assert refusal.value.code == "already"


def test_an_agreed_sitting_leads_to_the_paper(room: Room) -> None:
    case = room.started()
    room.held(case)
    assert Matter.objects.get(pk=case.matter_id).next_step == "写好协议，请各方签字"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"rights_told": False}, "rights_told"),
        ({"statements": ""}, "statements"),
        ({"result": "  "}, "result"),
        ({"minutes": 0}, "minutes"),
        ({"held_at": NOW + timedelta(hours=1)}, "held_at"),
        ({"held_at": NOW - timedelta(days=9)}, "held_at"),
    ],
)
def test_what_a_record_needs(room: Room, more: dict[str, Any], field: str) -> None:
    """The record says that rights were told, what each side said and what came of it (art. 29 rests on it)."""
    session = room.session(room.started())
    given = {"rights_told": True, "statements": "都说了", "result": "再谈", "agreed": False}
    with pytest.raises(Refusal) as refusal:
        actions.record_session(session, by=room.by(), **{**given, **more})
    assert refusal.value.field == field
    assert Session.objects.get(pk=session.pk).held_at is None


def test_a_minor_is_heard_with_the_guardian(room: Room) -> None:
    """Where a party is a minor the guardian is present."""
    case = room.case()
    child = room.party(case, "applicant", "小明", identity=CHILD_ID, guardian="他母亲")
    other = room.party(case, "respondent", "刘芳")
    for party in (child, other):
        actions.record_consent(party, by=room.by(), given=True, how="当面", rights_told=True)
    actions.start_mediation(case, by=room.by())
    session = room.session(case)
    with pytest.raises(Refusal) as refusal:
        actions.record_session(
            session,
            by=room.by(),
            rights_told=True,
            statements="说了",
            result="谈了",
            agreed=False,
            guardians_present=False,
        )
    assert refusal.value.code == "no_guardian"


def test_danger_in_a_sitting_reaches_the_police_once(room: Room, cast: Cast) -> None:
    case = room.started()
    room.held(case, statements="302 说再闹就拿刀砍人", agreed=False)
    signs = MediationCase.objects.get(pk=case.pk).danger_signs
    assert {s["kind"] for s in signs} >= {"weapon"}
    assert Matter.objects.get(pk=case.matter_id).severity == 2
    assert Matter.objects.get(pk=case.matter_id).threatening is True
    told = Notice.objects.filter(to=cast.people["officer"], text__contains="苗头").count()
    assert told == 1
    with clock.at(NOW + timedelta(hours=3)):
        room.held(case, statements="又说要拿刀砍人", agreed=False)
    assert Notice.objects.filter(to=cast.people["officer"], text__contains="苗头").count() == told


def test_cancel(room: Room) -> None:
    case = room.started()
    session = room.session(case)
    with pytest.raises(Refusal):
        actions.cancel_session(session, by=room.by(), why="")
    actions.cancel_session(session, by=room.by(), why="一方住院")
    with pytest.raises(Refusal) as refusal:
        actions.cancel_session(session, by=room.by(), why="再取消")
    assert refusal.value.code == "cancelled"
    assert Matter.objects.get(pk=case.matter_id).next_step == "重新约时间调解"
    held = room.held(case)
    with pytest.raises(Refusal) as refusal:
        actions.cancel_session(held, by=room.by(), why="取消")
    assert refusal.value.code == "already"
