"""Opening a mediation: suitability, mediator, number, level, time limit."""

from __future__ import annotations

import pytest
from django.utils import translation

from fengqiao.audit.models import Entry
from fengqiao.lib import clock
from fengqiao.lib.errors import NotAllowed, OutOfReach, Refusal
from fengqiao.matters.models import Event, JointMember, Matter
from fengqiao.mediation import actions
from fengqiao.mediation.models import MediationCase
from fengqiao.mediation.rules import Answers, suitability
from fengqiao.notices.models import Notice
from fengqiao.teams.models import Team
from tests.cast import NOW, Cast
from tests.mediation.conftest import Room


def test_open_case_gives_number_committee_level_and_time_limit(room: Room, cast: Cast) -> None:
    matter = room.matter()
    case = room.case(matter)
    assert case.number == "〔2026〕锦澜人调字第1号"
    assert case.committee == "锦澜社区人民调解委员会"
    assert case.level == matter.level == "village"
    assert case.state == "checking"
    assert case.suitable is True
    assert case.suitability["verdict"] == "yes"
    assert clock.local(case.due_at).date().isoformat() == "2026-03-18"  # seven days at the village
    assert JointMember.objects.filter(matter=matter, person=cast.people["mediator"], left_at=None).exists()
    fresh = Matter.objects.get(pk=matter.pk)
    assert fresh.next_step == "征求各方意愿，告知权利义务"
    assert fresh.due_at is not None
    assert fresh.due_at > NOW
    event = Event.objects.filter(matter=matter, kind="mediation").latest("id")
    assert case.number in event.text
    assert Entry.objects.filter(verb="matter.mediation", object_id=str(matter.pk)).exists()
    assert Notice.objects.filter(to=cast.people["mediator"], text__contains=case.number).exists()


def test_numbers_run_on_and_never_repeat(room: Room) -> None:
    numbers = [room.case(room.matter()).number for _ in range(3)]
    assert numbers == [f"〔2026〕锦澜人调字第{n}号" for n in (1, 2, 3)]


def test_the_committee_on_the_team_list_gives_its_name(room: Room, cast: Cast) -> None:
    Team.objects.create(
        kind="mediation_committee",
        code="M1",
        name="锦澜“老娘舅”调解委员会",
        area=cast.areas["community"],
        formed_on=NOW.date(),
    )
    assert room.case().committee == "锦澜“老娘舅”调解委员会"
    assert room.case(room.matter(), committee="望河街道个人调解室").committee == "望河街道个人调解室"


def test_street_level_takes_the_street_and_fifteen_days(room: Room) -> None:
    case = room.case(room.matter(code="EC2"))
    assert case.level == "street"
    assert case.number == "〔2026〕望河人调字第1号"
    assert clock.local(case.due_at).date().isoformat() == "2026-03-26"


def test_police_level_sits_with_the_street_committee(room: Room) -> None:
    case = room.case(room.matter(code="EC7"))
    assert case.level == "station"
    assert case.committee == "望河街道人民调解委员会"


@pytest.mark.parametrize("code", ["FA7", "FR1", "PC1", "FI2", "LV7"])
def test_categories_that_are_never_mediated(room: Room, code: str) -> None:
    """Crime, violence at home as such and what only an authority can settle are not mediated (list ours)."""
    matter = room.matter(code=code)
    with pytest.raises(Refusal) as refusal:
        room.case(matter)
    assert refusal.value.code == "not_suitable"
    assert "可以：" in refusal.value.message
    assert not MediationCase.objects.exists()


@pytest.mark.parametrize(
    "answer",
    [
        "crime",
        "domestic_violence",
        "harm_to_minor",
        "no_guardian",
        "status_question",
        "party_in_fear",
        "reserved_by_law",
    ],
)
def test_answers_that_close_the_door(room: Room, answer: str) -> None:
    """What the check finds out closes a mediation of any category: freedom of will is missing (art. 3)."""
    with pytest.raises(Refusal) as refusal:
        room.case(answers=Answers(**{answer: True}))
    assert refusal.value.code == "not_suitable"


def test_why_it_may_not_be_mediated_is_said_in_the_language_of_the_page_and_kept_in_chinese(
    room: Room,
) -> None:
    answers = Answers(crime=True, party_in_fear=True)
    with pytest.raises(Refusal) as refusal, translation.override("en"):
        room.case(answers=answers)
    assert refusal.value.message.startswith(
        "It may not be mediated: A suspected crime is not mediated; the police handle it; A side is afraid"
    )
    assert "Open ways: " in refusal.value.message
    with translation.override("en"):
        kept = suitability(code="NB4", kind="dispute", mediation="Y", answers=answers).as_json(answers)
    assert kept["reasons"][0] == {"key": "crime", "text": "涉嫌犯罪的不调解，由公安机关办理"}


def test_civil_side_only_is_said(room: Room) -> None:
    case = room.case(room.matter(code="IN4"))
    assert case.suitability["verdict"] == "civil"
    event = Event.objects.filter(matter=case.matter, kind="mediation").latest("id")
    assert "只调赔偿" in event.text


def test_violence_at_home_leaves_property_when_the_victim_wants_it(room: Room) -> None:
    """Violence itself is never mediated; property is, when the one who suffered it wants to talk."""
    case = room.case(room.matter(code="FA2"), answers=Answers(domestic_violence=True, victim_agrees=True))
    assert case.suitability["verdict"] == "civil"
    assert "只谈财产" in case.suitability["reasons"][0]["text"]


def test_words_that_raise_a_question_must_be_answered_first(room: Room) -> None:
    matter = room.matter(code="FA1", summary="老公喝了酒打她")
    with pytest.raises(Refusal) as refusal:
        room.case(matter, facts="夫妻为钱争吵")
    assert refusal.value.code == "check_suitability"
    assert "是否涉及家庭暴力" in refusal.value.message
    assert room.case(matter, facts="夫妻为钱争吵", answers=Answers()).suitable is True


def test_one_running_mediation_at_a_time(room: Room) -> None:
    matter = room.matter()
    room.case(matter)
    with pytest.raises(Refusal) as refusal:
        room.case(matter)
    assert refusal.value.code == "running"
    assert MediationCase.objects.count() == 1


def test_no_second_mediation_while_an_agreement_runs(room: Room) -> None:
    case = room.started()
    room.agreed(case)
    with pytest.raises(Refusal) as refusal:
        room.case(case.matter)
    assert refusal.value.code == "agreed"


def test_facts_and_start_are_asked(room: Room) -> None:
    with pytest.raises(Refusal) as refusal:
        room.case(facts="  ")
    assert refusal.value.field == "facts"
    with pytest.raises(Refusal) as refusal:
        room.case(room.matter(), start="rumour")
    assert refusal.value.field == "start"


def test_the_mediator_must_be_appointed_for_the_area(room: Room, cast: Cast) -> None:
    """Mediators are committee members or hired by it (art. 13, 14): an appointment shows it."""
    for name in ("grid_worker", "volunteer", "outsider"):
        with pytest.raises(Refusal) as refusal:
            room.case(room.matter(), mediator=cast.people[name])
        assert refusal.value.code == "not_mediator"


def test_nobody_mediates_a_matter_about_themselves(room: Room, cast: Cast) -> None:
    matter = room.matter(code="NB9", about=cast.people["mediator"])
    with pytest.raises(Refusal) as refusal:
        room.case(matter)
    assert refusal.value.code == "conflict"


def test_an_inactive_mediator_is_refused(room: Room, cast: Cast) -> None:
    person = cast.people["mediator"]
    person.is_active = False
    person.save()
    with pytest.raises(Refusal) as refusal:
        room.case()
    assert refusal.value.code == "inactive"


def test_outsiders_find_no_such_matter(room: Room) -> None:
    matter = room.matter()
    for name in ("outsider", "nobody", "volunteer", "auditor", "admin", "justice"):
        with pytest.raises(OutOfReach):
            room.case(matter, by=room.by(name))
    assert not MediationCase.objects.exists()


def test_who_sees_but_does_not_mediate_is_told_so(room: Room) -> None:
    matter = room.matter()
    for name in ("grid_worker", "street_staff", "auxiliary", "duty"):
        with pytest.raises(NotAllowed):
            room.case(matter, by=room.by(name))


def test_a_finished_matter_must_be_taken_up_first(room: Room) -> None:
    from fengqiao.matters import actions as matters

    matter = room.matter()
    matters.resolve(matter, by=room.by("officer"), outcome="settled", text="双方和好", cause="防水老化")
    with pytest.raises(Refusal) as refusal:
        room.case(matter)
    assert refusal.value.code == "wrong_state"


def test_danger_words_in_the_facts_reach_the_police(room: Room, cast: Cast) -> None:
    case = room.case(facts="两家为漏水争吵，302 放话要拿刀砍人，叫来了七八个人")
    kinds = {row["kind"] for row in MediationCase.objects.get(pk=case.pk).danger_signs}
    assert kinds == {"weapon", "threat", "crowd"}
    assert Notice.objects.filter(to=cast.people["duty"], text__contains="苗头").exists()


def test_change_mediator(room: Room, cast: Cast) -> None:
    """The parties may choose another mediator (art. 19)."""
    case = room.case()
    after = actions.change_mediator(case, by=room.by("officer"), to=cast.people["justice"], reason="双方另选")
    assert after.mediator == cast.people["justice"]
    assert MediationCase.objects.visible_to(room.by("justice").scope).filter(pk=case.pk).exists()
    with pytest.raises(Refusal) as refusal:
        actions.change_mediator(case, by=room.by("officer"), to=cast.people["justice"], reason="再换")
    assert refusal.value.code == "already"
    with pytest.raises(OutOfReach):
        actions.change_mediator(case, by=room.by("outsider"), to=cast.people["officer"], reason="抢")
