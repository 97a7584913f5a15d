"""The receipt page: what happens next and by when, in plain words, honest about lateness and refusals."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fengqiao.intake.actions import (
    ContactDraft,
    accept_report,
    answer,
    ask,
    open_contact,
    rate_report,
    refuse_report,
)
from fengqiao.intake.choices import ReportState
from fengqiao.intake.models import Report
from fengqiao.intake.public import HIDDEN, receipt_view
from fengqiao.lib import clock
from fengqiao.lib.errors import OutOfReach
from fengqiao.matters import actions as matters
from tests.cast import NOW, Cast
from tests.intake.helpers import engine_with, report, says


@pytest.fixture
def leak(cast: Cast) -> Report:
    with engine_with(says(("NB2", 0.8))):
        return report(
            area=cast.areas["grid1"],
            place_text="锦澜苑 3 栋",
            contact=ContactDraft("张三", "13800138000", True),
        )


def test_a_fresh_receipt_says_what_comes_and_by_when(cast: Cast, leak: Report) -> None:
    view = receipt_view(leak.code)
    assert view.next_by == NOW + timedelta(hours=2)
    assert view.next_step
    assert view.who == "周敏"
    assert "锦澜苑 3 栋" in view.place
    assert (view.can_answer, view.can_rate, view.can_ask_again, view.can_add_photo) == (
        True,
        False,
        False,
        True,
    )
    assert (view.has_contact, view.wants_news, view.late) == (True, True, False)
    assert [s.done for s in view.steps] == [True, False, False]
    assert not any(state in str(view) for state in ("NEW", "'new'", "severity"))


def test_codes_are_read_kindly_and_wrong_ones_open_nothing(leak: Report) -> None:
    assert receipt_view(leak.code.lower().replace("-", "－")).code == leak.code
    for code in ("", "AAAA-BBBB-CCCC", "x" * 999, "' OR ''='"):
        with pytest.raises(OutOfReach):
            receipt_view(code)


def test_lateness_is_admitted(leak: Report) -> None:
    with clock.at(NOW + timedelta(days=1)):
        assert receipt_view(leak.code).late


def test_every_opening_of_the_number_is_listed(cast: Cast, leak: Report) -> None:
    open_contact(leak, by=cast.actor("duty"), purpose="核实楼栋号")
    assert [(r.role, r.purpose) for r in receipt_view(leak.code).reads] == [("值班民警", "核实楼栋号")]


def test_question_and_answer(cast: Cast, leak: Report) -> None:
    ask(leak, by=cast.actor("duty"), text="是哪一户？")
    assert receipt_view(leak.code).question == "是哪一户？"
    answer(leak.code, text="502")
    view = receipt_view(leak.code)
    assert view.question == ""
    assert [(m.mine, m.text) for m in view.messages] == [(False, "是哪一户？"), (True, "502")]


def test_a_refusal_says_who_else(cast: Cast, leak: Report) -> None:
    refuse_report(leak, by=cast.actor("duty"), to="住建局 0570-555-0101", why="维修资金由住建局管")
    view = receipt_view(leak.code)
    assert (view.refused_to, view.refused_why) == ("住建局 0570-555-0101", "维修资金由住建局管")
    assert view.can_ask_again
    assert view.next_by is None
    assert any("住建局" in s.text for s in view.steps)


def test_the_whole_way_to_satisfaction(cast: Cast, leak: Report) -> None:
    matter = accept_report(leak, by=cast.actor("duty"), owner=cast.people["officer"])
    view = receipt_view(leak.code)
    assert view.number == matter.number
    assert view.who == "王建国"
    assert view.deadline_at is not None
    assert view.promises
    matters.accept(matter, by=cast.actor("officer"))
    matters.resolve(matter, by=cast.actor("officer"), outcome="fixed", text="换了水管", cause="老化")
    view = receipt_view(leak.code)
    assert view.outcome == "换了水管"
    assert view.can_rate
    assert view.can_ask_again
    assert any(not s.done for s in view.steps), "the follow-ups to come are shown"
    rate_report(leak.code, score=3)
    assert receipt_view(leak.code).rated == 3
    times = [s.at for s in view.steps if s.done]
    assert times == sorted(t for t in times if t)


def test_a_restricted_receipt_shows_neither_words_nor_place(cast: Cast) -> None:
    with engine_with(says(("FA7", 0.9))):
        row = report("我老公打我", area=cast.areas["grid1"], place_text="锦澜苑 3 栋 501")
    matter = accept_report(row, by=cast.actor("duty"))
    matters.reply(matter, by=cast.actor(matter.owner.username), text="已经给他发了告诫书")  # type: ignore[union-attr]
    text = str(receipt_view(row.code))
    assert str(HIDDEN) in text
    for word in ("打我", "锦澜", "告诫书"):
        assert word not in text


def test_historic_reports_have_no_receipt(cast: Cast, leak: Report) -> None:
    Report.objects.filter(pk=leak.pk).update(state=ReportState.HISTORIC)
    with pytest.raises(OutOfReach):
        receipt_view(leak.code)


def test_the_reporter_stays_out_of_it(cast: Cast, leak: Report) -> None:
    text = str(receipt_view(leak.code))
    assert "张三" not in text
    assert "13800138000" not in text


def test_queries_stay_few(cast: Cast, leak: Report) -> None:
    accept_report(leak, by=cast.actor("duty"))
    with CaptureQueriesContext(connection) as context:
        receipt_view(leak.code)
    assert len(context) <= 20
