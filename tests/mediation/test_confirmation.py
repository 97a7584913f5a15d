"""司法确认: together, in time, in order."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from fengqiao.lib import clock
from fengqiao.lib.errors import Refusal
from fengqiao.matters.models import Matter
from fengqiao.mediation import actions
from fengqiao.mediation.models import Agreement
from tests.cast import Cast
from tests.mediation.conftest import Room, at


def step(room: Room, agreement: Agreement, name: str, on: date, **more: Any) -> Agreement:
    return actions.record_confirmation(agreement, by=room.by(), step=name, on=on, **more)


def test_applied_confirmed_enforced(room: Room, cast: Cast) -> None:
    agreement = room.agreed()
    with clock.at(at(20, month=5)):
        row = step(room, agreement, "applied", date(2026, 3, 12), together=True, court=cast.partners["court"])
        assert row.confirmation == "applied"
        assert Matter.objects.get(pk=agreement.case.matter_id).next_step == "等法院答复是否确认"
        row = step(room, agreement, "confirmed", date(2026, 3, 25))
        assert row.court == cast.partners["court"]
        row = step(room, agreement, "enforced", date(2026, 5, 20))
    assert (row.confirmation, row.confirmation_at) == ("enforced", date(2026, 5, 20))


def test_the_last_day_counts_and_the_next_does_not(room: Room) -> None:
    """Within thirty days from validity (art. 33). 10 April 2026 is a Friday."""
    agreement = room.agreed()
    with clock.at(at(20, month=4)):
        with pytest.raises(Refusal) as refusal:
            step(room, agreement, "applied", date(2026, 4, 11), together=True)
        assert refusal.value.code == "late"
        assert "2026 年 4 月 10 日" in refusal.value.message
        assert step(room, agreement, "applied", date(2026, 4, 10), together=True).confirmation == "applied"


def test_a_last_day_off_runs_to_the_next_working_day(room: Room) -> None:
    """Day 30 after 5 March 2026 is Saturday, 4 April, in the Qingming days off; 7 April is the next working day."""
    with clock.at(at(5)):
        agreement = room.agreed()
    assert agreement.confirm_by == date(2026, 4, 4)
    with clock.at(at(20, month=4)):
        with pytest.raises(Refusal) as refusal:
            step(room, agreement, "applied", date(2026, 4, 8), together=True)
        assert refusal.value.code == "late"
        assert step(room, agreement, "applied", date(2026, 4, 7), together=True).confirmation == "applied"


def test_only_together(room: Room) -> None:
    """Both parties apply jointly (art. 33)."""
    with pytest.raises(Refusal) as refusal:
        step(room, room.agreed(), "applied", date(2026, 3, 11))
    assert refusal.value.code == "not_together"


def test_not_for_kinship_adoption_marriage(room: Room) -> None:
    """No court confirms identity, adoption or marriage (the court's rules of 2011)."""
    agreement = room.agreed(about_status=True)
    with pytest.raises(Refusal) as refusal:
        step(room, agreement, "applied", date(2026, 3, 11), together=True)
    assert refusal.value.code == "about_status"
    with pytest.raises(IntegrityError), transaction.atomic():
        Agreement.objects.filter(pk=agreement.pk).update(confirmation="applied")


def test_in_order_and_not_before_its_time(room: Room) -> None:
    agreement = room.agreed()
    for name in ("confirmed", "refused", "enforced", "none", "burnt"):
        with pytest.raises(Refusal) as refusal:
            step(room, agreement, name, date(2026, 3, 11))
        assert refusal.value.code == "order"
    for on, code in ((date(2026, 3, 12), "future"), (date(2026, 3, 10), "too_early")):
        with pytest.raises(Refusal) as refusal:
            step(room, agreement, "applied", on, together=True)
        assert refusal.value.code == code


def test_a_refusal_says_why(room: Room) -> None:
    agreement = room.agreed()
    step(room, agreement, "applied", date(2026, 3, 11), together=True)
    with pytest.raises(Refusal) as refusal:
        step(room, agreement, "refused", date(2026, 3, 11))
    assert refusal.value.field == "note"
    step(room, agreement, "refused", date(2026, 3, 11), note="内容不明确")
    assert "向法院起诉" in Matter.objects.get(pk=agreement.case.matter_id).next_step


def test_a_draft_is_not_confirmed(room: Room, cast: Cast) -> None:
    case = room.started()
    draft = actions.draft_agreement(case, by=room.by(), form="written", facts="事实", terms=room.terms(case))
    with pytest.raises(Refusal):
        step(room, draft, "applied", date(2026, 3, 11), together=True)
    agreement = room.agreed(room.started(room.case(room.matter())))
    with pytest.raises(Refusal) as refusal:
        step(room, agreement, "applied", date(2026, 3, 11), together=True, court=cast.partners["water"])
    assert refusal.value.code == "not_court"
