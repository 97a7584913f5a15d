"""Three levels: a mediation that does not succeed climbs with its record; the lower level stays in."""

from __future__ import annotations

import pytest

from fengqiao.lib import clock
from fengqiao.lib.errors import Refusal
from fengqiao.matters import tick as matters_tick
from fengqiao.matters.models import Escalation, Event, JointMember, Matter
from fengqiao.mediation import actions, queries
from fengqiao.mediation.models import MediationCase, Party
from tests.cast import Cast
from tests.mediation.conftest import Room, at


def up(room: Room, case: MediationCase, by: str = "", **more: object) -> MediationCase:
    given = {"tried": "两次面谈，请村里老人劝", "blocked_by": "对界址各执一词", "routes_told": "可起诉"}
    return actions.hand_up(case, by=room.by(by), **{**given, **more})


def test_from_the_village_to_the_street_and_the_county(room: Room, cast: Cast) -> None:
    case = room.started(room.case(room.matter(code="LV5")))
    room.held(case, agreed=False, result="界址说不清")
    second = up(room, case)
    case.refresh_from_db()
    assert (case.state, case.outcome) == ("ended", "failed")
    assert second.level == "community"
    assert second.earlier == case
    assert second.state == "checking"
    assert "界址说不清" in second.facts
    assert "试过：两次面谈" in second.facts
    third = up(room, room.started(_own(room, second)), mediator=cast.people["justice"])
    assert third.level == "street"
    assert third.mediator == cast.people["justice"]
    assert third.committee == "望河街道人民调解委员会"
    justice = Room(cast, "justice")
    fourth = up(justice, _start(justice, third), mediator=cast.people["county_staff"])
    assert fourth.level == "county"
    assert [c.level for c in queries.chain(fourth)] == ["village", "community", "street", "county"]
    assert Escalation.objects.filter(matter=case.matter).count() == 3
    county = Room(cast, "county_staff")
    with pytest.raises(Refusal) as refusal:
        up(county, _start(county, fourth))
    assert refusal.value.code == "top"
    assert MediationCase.objects.get(pk=fourth.pk).state == "open"  # nothing half done


def _own(room: Room, case: MediationCase) -> MediationCase:
    Party.objects.filter(case=case).delete()
    return case


def _start(room: Room, case: MediationCase) -> MediationCase:
    for party in case.parties.all():
        actions.record_consent(party, by=room.by(), given=True, how="当面", rights_told=True)
    return actions.start_mediation(case, by=room.by())


def test_parties_go_along_sealed_and_are_asked_anew(room: Room) -> None:
    case = room.started()
    after = up(room, case)
    assert [p.masked_name for p in after.parties.order_by("side")] == ["张*华", "刘*"]
    party = after.parties.get(side="applicant")
    assert party.unseal("name_sealed") == "张建华"
    assert party.uid != case.parties.get(side="applicant").uid
    assert bytes(party.wrapped_key or b"") != bytes(case.parties.get(side="applicant").wrapped_key or b"")
    assert party.consent == "asked"
    assert party.rights_told_at is None


def test_the_lower_level_stays_in(room: Room, cast: Cast) -> None:
    case = room.started()
    after = up(room, case, mediator=cast.people["justice"])
    matter = Matter.objects.get(pk=case.matter_id)
    assert matter.owner == cast.people["justice"]
    members = set(
        JointMember.objects.filter(matter=matter, left_at=None).values_list("person__username", flat=True)
    )
    assert {"mediator", "officer"} <= members
    for name in ("mediator", "officer", "justice"):
        assert MediationCase.objects.visible_to(room.by(name).scope).filter(pk=after.pk).exists()
    assert "李敏 继续参与" in Event.objects.filter(matter=matter, kind="mediation").latest("id").text


def test_time_starts_anew_at_the_next_level(room: Room) -> None:
    case = room.started()
    with clock.at(at(16)):
        after = up(room, case)
    assert clock.local(after.due_at).date().isoformat() == "2026-03-31"


def test_a_running_case_tells_the_routes_first(room: Room) -> None:
    """Handing up ends the lower mediation: the parties hear their other routes then too (art. 26)."""
    case = room.started()
    with pytest.raises(Refusal) as refusal:
        up(room, case, routes_told="")
    assert refusal.value.field == "routes_told"
    assert MediationCase.objects.get(pk=case.pk).state == "open"
    assert Matter.objects.get(pk=case.matter_id).level == "village"


def test_what_was_tried_and_what_blocks(room: Room) -> None:
    case = room.started()
    for field in ("tried", "blocked_by"):
        with pytest.raises(Refusal):
            up(room, case, **{field: " "})
    assert MediationCase.objects.count() == 1


def test_after_a_failed_end_the_next_level_may_try(room: Room) -> None:
    case = room.started()
    actions.end_case(case, by=room.by(), outcome="failed", why="谈不拢", routes_told="法院")
    after = up(room, case, routes_told="")
    assert after.earlier_id == case.pk
    with pytest.raises(Refusal) as refusal:
        up(room, case)
    assert refusal.value.code == "already"


def test_what_ended_otherwise_does_not_climb(room: Room) -> None:
    case = room.started()
    actions.withdraw_case(case, by=room.by(), why="和好了")
    with pytest.raises(Refusal) as refusal:
        up(room, case)
    assert refusal.value.code == "not_failed"


def test_the_next_mediator_must_be_appointed(room: Room, cast: Cast) -> None:
    case = room.started()
    with pytest.raises(Refusal) as refusal:
        up(room, case, mediator=cast.people["street_staff"])
    assert refusal.value.code == "not_mediator"
    assert Matter.objects.get(pk=case.matter_id).level == "village"


def test_a_checked_case_is_not_handed_up(room: Room) -> None:
    with pytest.raises(Refusal) as refusal:
        up(room, room.case())
    assert refusal.value.code == "wrong_state"


def test_where_the_clock_was_faster_the_matter_does_not_climb_twice(room: Room) -> None:
    case = room.started(room.case(room.matter(code="LV5")))
    matters_tick.tick(at=at(19))
    assert Matter.objects.get(pk=case.matter_id).level == "community"
    with clock.at(at(19)):
        after = up(room, case, by="officer")
    assert after.level == "community"
    assert after.earlier_id == case.pk
    assert Escalation.objects.filter(matter=case.matter).count() == 1
