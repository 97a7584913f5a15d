"""The clock of the room: warns once, marks once, notices broken terms, reminds of the last day."""

from __future__ import annotations

from datetime import date, datetime

from fengqiao.matters import tick as matters_tick
from fengqiao.matters.models import Event, Matter
from fengqiao.mediation import actions, tick
from fengqiao.mediation.models import Agreement, MediationCase
from fengqiao.notices.models import Notice
from tests.cast import Cast
from tests.mediation.conftest import Room, at

NOTHING = {"mediation_warned": 0, "mediation_overdue": 0, "agreements_broken": 0, "confirmations_reminded": 0}


def run(moment: datetime) -> dict[str, int]:
    return tick.tick(at=moment)


def test_nothing_to_do(room: Room) -> None:
    room.case()
    assert run(at(12)) == NOTHING


def test_two_thirds_gone_warns_the_mediator_once(room: Room, cast: Cast) -> None:
    room.case()  # seven days from the 11th, to the evening of the 18th
    assert run(at(15, 20)) == NOTHING
    assert run(at(16, 12))["mediation_warned"] == 1
    assert run(at(16, 13)) == NOTHING
    notices = Notice.objects.filter(to=cast.people["mediator"], text__contains="过了三分之二")
    assert notices.count() == 1
    assert "3 月 18 日到期" in notices.get().text


def test_overdue_is_an_event_and_told_once(room: Room, cast: Cast) -> None:
    case = room.case()
    assert run(at(19))["mediation_overdue"] == 1
    assert run(at(20)) == NOTHING
    matter = Matter.objects.get(pk=case.matter_id)
    event = Event.objects.filter(matter=matter, kind="mediation").latest("id")
    assert event.by_kind == "system"
    assert event.data["overdue"] is True
    assert matter.next_step.startswith("定下调解是延长")
    for name in ("mediator", "officer", "head"):
        assert Notice.objects.filter(to=cast.people[name], text__contains="过了期限").count() == 1


def test_an_extension_starts_the_clock_anew(room: Room) -> None:
    case = room.started()
    run(at(17))
    actions.extend(case, by=room.by(), until=at(10, month=4), asked_by_both=True, why="等鉴定")
    assert run(at(20)) == NOTHING
    assert run(at(3, month=4))["mediation_warned"] == 1


def test_ended_cases_are_left_alone(room: Room) -> None:
    actions.withdraw_case(room.started(), by=room.by(), why="和好了")
    assert run(at(30, month=4)) == NOTHING


def test_a_broken_term_is_seen_once_and_the_next_one_too(room: Room, cast: Cast) -> None:
    agreement = room.agreed()
    matters_tick.tick(at=at(21))
    assert run(at(21))["agreements_broken"] == 1
    assert run(at(22))["agreements_broken"] == 0
    assert Agreement.objects.get(pk=agreement.pk).performance == "broken"
    matter = Matter.objects.get(pk=agreement.case.matter_id)
    assert matter.next_step == "核实协议第 1 项是否履行，督促"
    matters_tick.tick(at=at(1, 10, 4))
    assert run(at(1, 10, 4))["agreements_broken"] == 1
    told = Notice.objects.filter(to=cast.people["mediator"], text__contains="到期，请核实")
    assert told.count() == 2
    assert "第 1 项、第 2 项" in told.order_by("-id")[0].text


def test_what_a_person_recorded_is_not_told_again(room: Room) -> None:
    agreement = room.agreed()
    actions.record_performance(agreement.terms.get(position=2), by=room.by(), kept=False, note="没付")
    assert run(at(12))["agreements_broken"] == 0


def test_the_last_day_is_called_to_mind_once(room: Room, cast: Cast) -> None:
    agreement = room.agreed()
    assert agreement.confirm_by == date(2026, 4, 10)
    assert run(at(2, month=4))["confirmations_reminded"] == 0
    assert run(at(3, month=4))["confirmations_reminded"] == 1
    assert run(at(4, month=4))["confirmations_reminded"] == 0
    assert (
        Notice.objects.filter(to=cast.people["mediator"], text__contains="最后一天是 4 月 10 日").count() == 1
    )


def test_no_reminder_where_the_court_would_not_confirm(room: Room) -> None:
    room.agreed(about_status=True)
    assert run(at(5, month=4))["confirmations_reminded"] == 0


def test_a_late_clock_catches_up(room: Room) -> None:
    case = room.case()
    found = run(at(1, month=9))
    assert (found["mediation_warned"], found["mediation_overdue"]) == (0, 1)
    assert MediationCase.objects.get(pk=case.pk).warned_at is not None
