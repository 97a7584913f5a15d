"""Questions, answers, satisfaction, "please look again": the reporter acts by receipt code alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fengqiao.accounts.scope import SYSTEM
from fengqiao.intake.actions import (
    ContactDraft,
    accept_report,
    answer,
    ask,
    ask_again,
    link_report,
    rate_report,
    refuse_report,
)
from fengqiao.intake.choices import ReportEventKind, ReportState
from fengqiao.intake.models import Report, ReportMessage
from fengqiao.lib import clock
from fengqiao.lib.errors import NotAllowed, OutOfReach, Refusal
from fengqiao.matters import actions as matters
from fengqiao.matters.choices import State
from fengqiao.matters.models import Matter, Rating
from fengqiao.notices.models import Notice
from tests.cast import NOW, Cast
from tests.intake.helpers import engine_with, report, says


@pytest.fixture
def leak(cast: Cast) -> Report:
    with engine_with(says(("NB2", 0.8))):
        return report(area=cast.areas["grid1"], contact=ContactDraft("张三", "13800138000"))


def settled(cast: Cast, row: Report) -> Matter:
    matter = accept_report(row, by=cast.actor("duty"), category="NB2", owner=cast.people["officer"])
    matters.accept(matter, by=cast.actor("officer"))
    return matters.resolve(
        matter, by=cast.actor("officer"), outcome="fixed", text="换了水管，两家都看过", cause="水管老化"
    )


def test_a_question_keeps_owner_and_time(cast: Cast, leak: Report) -> None:
    row = ask(leak, by=cast.actor("duty"), text="是 501 还是 502？")
    assert (row.state, row.owner) == (ReportState.ASKING, leak.owner)
    assert row.due_at is not None
    assert row.due_at > NOW + timedelta(days=1)
    assert row.next_step
    assert row.messages.get().text == "是 501 还是 502？"


def test_an_answer_brings_it_back_with_a_fresh_clock(cast: Cast, leak: Report) -> None:
    ask(leak, by=cast.actor("duty"), text="哪一户？")
    later = NOW + timedelta(hours=1)
    with clock.at(later):
        row = answer(leak.code.lower().replace("-", " "), text="502 的卫生间")
    assert row.state == ReportState.NEW
    assert row.due_at is not None
    assert row.due_at > later
    assert row.text == leak.text, "what was said first is never edited"
    assert [e.kind for e in row.events.all()] == ["received", "asked", "answered", "proposed"]


def test_an_answer_sent_twice_is_one(cast: Cast, leak: Report) -> None:
    answer(leak.code, text="502 的卫生间")
    answer(leak.code, text="502 的卫生间")
    assert ReportMessage.objects.count() == 1


def test_the_same_words_to_another_question_are_another_answer(cast: Cast, leak: Report) -> None:
    """两次都答“是的”: the second one is not taken for the first sent again."""
    for question in ("是 501 吗？", "还在漏吗？"):
        ask(leak, by=cast.actor("duty"), text=question)
        row = answer(leak.code, text="是的")
        assert row.state == ReportState.NEW
    assert ReportMessage.objects.filter(from_reporter=True, text="是的").count() == 2


def test_words_of_danger_in_an_answer_raise_it(cast: Cast, leak: Report) -> None:
    row = answer(leak.code, text="现在屋里着火了，有浓烟")
    assert row.severity == 1
    assert row.due_at == NOW + timedelta(minutes=5)
    assert Notice.objects.filter(to=row.owner, kind="answered").exists()


def test_an_answer_on_a_matter_reaches_its_owner(cast: Cast, leak: Report) -> None:
    matter = accept_report(leak, by=cast.actor("duty"))
    row = answer(leak.code, text="今天又滴了一盆")
    assert row.state == ReportState.ACCEPTED
    assert Notice.objects.filter(to=matter.owner, kind="answered").count() == 1


@pytest.mark.parametrize("text", ["", "  \x00 ", "长" * 100_000])
def test_empty_and_endless_words_are_refused(cast: Cast, leak: Report, text: str) -> None:
    with pytest.raises(Refusal):
        answer(leak.code, text=text)
    with pytest.raises(Refusal):
        ask(leak, by=cast.actor("duty"), text=text)
    with pytest.raises(Refusal):
        ask_again(leak.code, text=text)
    assert not ReportMessage.objects.exists()


@pytest.mark.parametrize("code", ["", "0000-0000-0000", "' OR 1=1", "😀" * 12, "x" * 10_000])
def test_wrong_codes_open_nothing(cast: Cast, leak: Report, code: str) -> None:
    for act in (
        lambda: answer(code, text="话"),
        lambda: rate_report(code, score=3),
        lambda: ask_again(code, text="再办一次"),
    ):
        with pytest.raises(OutOfReach):
            act()


def test_a_flood_of_answers_has_an_end(cast: Cast, leak: Report) -> None:
    for n in range(40):
        answer(leak.code, text=f"补充 {n}")
    with pytest.raises(Refusal) as caught:
        answer(leak.code, text="补充 41")
    assert caught.value.code == "too_many"


def test_only_those_who_triage_ask(cast: Cast, leak: Report) -> None:
    with pytest.raises(OutOfReach):
        ask(leak, by=cast.actor("outsider"), text="哪一户？")
    with pytest.raises(NotAllowed):
        ask(leak, by=SYSTEM, text="哪一户？")


def test_rating_comes_after_the_result(cast: Cast, leak: Report) -> None:
    with pytest.raises(Refusal):
        rate_report(leak.code, score=3)
    settled(cast, leak)
    rate_report(leak.code, score=3, comment="修好了")
    assert Rating.objects.get().report_uid == leak.uid
    for score in (0, 4, -1):
        with pytest.raises(Refusal):
            rate_report(leak.code, score=score)
    assert Rating.objects.count() == 1


def test_a_joined_report_rates_and_reopens_too(cast: Cast, leak: Report) -> None:
    matter = settled(cast, leak)
    other = report("又漏", area=cast.areas["grid1"])
    link_report(other, by=cast.actor("officer"), matter=matter)
    rate_report(other.code, score=1, comment="又漏了")
    again = ask_again(other.code, text="又漏了，没修好")
    assert again.reopened
    assert Matter.objects.get(pk=matter.pk).state == State.ASSIGNED


def test_asking_again_reopens_with_an_owner_and_a_time(cast: Cast, leak: Report) -> None:
    matter = settled(cast, leak)
    again = ask_again(leak.code, text="昨天又漏了")
    fresh = Matter.objects.get(pk=matter.pk)
    assert again.reopened
    assert again.report.pk == leak.pk
    assert (fresh.state, fresh.reopened) == (State.ASSIGNED, 1)
    assert fresh.owner_id
    assert fresh.due_at
    assert leak.events.filter(kind=ReportEventKind.REOPENED).exists()


def test_asking_again_while_in_hand_is_an_addition(cast: Cast, leak: Report) -> None:
    accept_report(leak, by=cast.actor("duty"))
    again = ask_again(leak.code, text="怎么还没人来")
    assert not again.reopened
    assert Report.objects.count() == 1
    assert ReportMessage.objects.get().from_reporter


def test_a_refused_one_becomes_a_fresh_report_with_the_same_contact(cast: Cast, leak: Report) -> None:
    refuse_report(leak, by=cast.actor("duty"), to="城管", why="不归这里")
    again = ask_again(leak.code, text="城管说归派出所")
    twice = ask_again(leak.code, text="城管说归派出所")
    assert again.report.pk == twice.report.pk
    fresh = again.report
    assert fresh.pk != leak.pk
    assert (fresh.state, fresh.area) == ("new", leak.area)
    assert fresh.contact.unseal("phone_sealed") == "13800138000"
    assert leak.text in fresh.text
    assert Report.objects.count() == 2
