"""Going back to look whether terms are kept."""

from __future__ import annotations

from datetime import date

import pytest

from fengqiao.lib import clock
from fengqiao.lib.errors import Refusal
from fengqiao.matters import actions as matters
from fengqiao.matters import tick as matters_tick
from fengqiao.matters.models import Event, FollowUp, Matter, Promise
from fengqiao.mediation import actions, tick
from fengqiao.mediation.actions import TermDraft
from fengqiao.mediation.models import Agreement, MediationCase, Term, Visit
from fengqiao.notices.models import Notice
from tests.cast import Cast
from tests.mediation.conftest import Room, at


def look(room: Room, term: Term, kept: bool, **more: object) -> Term:
    return actions.record_performance(term, by=room.by(), kept=kept, note="当面看过", **more)


def test_all_kept_ends_the_mediation(room: Room) -> None:
    agreement = room.agreed()
    first, second = agreement.terms.all()
    with clock.at(at(20)):
        look(room, first, True, how="visit", satisfaction=3, worries="担心雨季")
        assert Agreement.objects.get(pk=agreement.pk).performance == "due"
    with clock.at(at(31)):
        look(room, second, True)
    agreement.refresh_from_db()
    assert agreement.performance == "done"
    assert MediationCase.objects.get(pk=agreement.case_id).state == "ended"
    assert set(Promise.objects.filter(kind="term").values_list("state", flat=True)) == {"kept"}
    assert set(FollowUp.objects.filter(promise__isnull=False).values_list("state", "result")) == {
        ("done", "held")
    }
    visit = Visit.objects.get(term=first)
    assert (visit.kept, visit.satisfaction, visit.worries, visit.how) == (True, 3, "担心雨季", "visit")


def test_broken_means_urging_and_the_court_on_offer(room: Room, cast: Cast) -> None:
    """The committee watches performance and urges (art. 31); a dispute about the agreement goes to court (art. 32)."""
    agreement = room.agreed()
    term = agreement.terms.get(position=2)
    with clock.at(at(31, 20)):
        actions.record_performance(term, by=room.by("officer"), kept=False, note="说手头紧，没有付")
    agreement.refresh_from_db()
    assert agreement.performance == "broken"
    matter = Matter.objects.get(pk=agreement.case.matter_id)
    assert matter.next_step == "督促履行协议第 2 项，另约时间；可以就协议向法院起诉"
    assert Notice.objects.filter(to=cast.people["mediator"], text__contains="第 2 项没守住").exists()
    assert Event.objects.filter(matter=matter, kind="promise_broken").exists()


def test_a_confirmed_agreement_can_be_enforced(room: Room) -> None:
    agreement = room.agreed()
    actions.record_confirmation(agreement, by=room.by(), step="applied", on=date(2026, 3, 11), together=True)
    actions.record_confirmation(agreement, by=room.by(), step="confirmed", on=date(2026, 3, 11))
    look(room, agreement.terms.get(position=1), False)
    assert "强制执行" in Matter.objects.get(pk=agreement.case.matter_id).next_step


def test_kept_in_part(room: Room) -> None:
    agreement = room.agreed()
    first, second = agreement.terms.all()
    look(room, first, True)
    look(room, second, False)
    assert Agreement.objects.get(pk=agreement.pk).performance == "part"
    assert MediationCase.objects.get(pk=agreement.case_id).state == "agreed"


def test_a_new_date_for_a_broken_term(room: Room) -> None:
    agreement = room.agreed()
    first, second = agreement.terms.all()
    with pytest.raises(Refusal) as refusal:
        actions.renew_term(second, by=room.by(), due_at=at(15, 18, 4), why="下月付")
    assert refusal.value.code == "wrong_state"
    look(room, first, True)
    look(room, second, False)
    fresh = actions.renew_term(second, by=room.by(), due_at=at(15, 18, 4), why="发工资后付")
    assert fresh.promise is not None
    assert fresh.promise.state == "open"
    assert Promise.objects.filter(kind="term", state="broken").count() == 1  # history stays
    assert Agreement.objects.get(pk=agreement.pk).performance == "due"
    assert FollowUp.objects.filter(promise=fresh.promise, state="planned").exists()
    look(room, fresh, True)
    assert Agreement.objects.get(pk=agreement.pk).performance == "done"


def test_said_once(room: Room) -> None:
    term = room.agreed().terms.get(position=1)
    look(room, term, True)
    with pytest.raises(Refusal) as refusal:
        look(room, term, False)
    assert refusal.value.code == "wrong_state"
    assert Visit.objects.count() == 1


def test_news_that_it_was_kept_after_the_clock_said_broken(room: Room) -> None:
    agreement = room.agreed()
    with clock.at(at(21)):
        matters_tick.tick(at=at(21))
        tick.tick(at=at(21))
        assert Agreement.objects.get(pk=agreement.pk).performance == "broken"
        look(room, agreement.terms.get(position=1), True)
    term = agreement.terms.get(position=1)
    assert term.promise is not None
    assert term.promise.state == "kept"
    assert Agreement.objects.get(pk=agreement.pk).performance == "due"
    kinds = list(Event.objects.filter(data__promise=term.promise_id).values_list("kind", flat=True))
    assert kinds == ["promised", "promise_broken", "promise_kept"]  # nothing is rewritten


def test_what_a_person_called_broken_stays(room: Room) -> None:
    term = room.agreed().terms.get(position=1)
    look(room, term, False)
    with pytest.raises(Refusal) as refusal:
        look(room, term, True)
    assert refusal.value.code == "wrong_state"


def test_a_resolved_matter_goes_on_to_its_next_look(room: Room) -> None:
    agreement = room.agreed()
    matter = Matter.objects.get(pk=agreement.case.matter_id)
    matters.resolve(matter, by=room.by("officer"), outcome="agreement", text="达成协议", cause="防水老化")
    first, second = agreement.terms.all()
    with clock.at(at(20)):
        look(room, first, True)
    with clock.at(at(31, 20)):
        look(room, second, False)
    fresh = Matter.objects.get(pk=matter.pk)
    assert fresh.state == "resolved"
    assert fresh.next_step.startswith("督促履行协议第 2 项")
    results = (
        FollowUp.objects.filter(promise__isnull=False).order_by("due_at").values_list("result", flat=True)
    )
    assert list(results) == ["held", "not_held"]


def test_the_last_look_closes_the_matter(room: Room) -> None:
    agreement = room.agreed(terms=[TermDraft("修好卫生间防水，两家共同查看", due_at=date(2026, 6, 1))])
    matter = Matter.objects.get(pk=agreement.case.matter_id)
    matters.resolve(matter, by=room.by("officer"), outcome="agreement", text="达成协议", cause="防水老化")
    with clock.at(at(20, month=4)):
        for row in FollowUp.objects.filter(matter=matter, promise=None):
            matters.record_follow_up(row, by=room.by("officer"), result="held", note="稳住了")
    with clock.at(at(1, 10, 6)):
        look(room, agreement.terms.get(), True)
    assert Matter.objects.get(pk=matter.pk).state == "closed"
    assert MediationCase.objects.get(pk=agreement.case_id).state == "ended"


def test_visits_about_the_whole(room: Room) -> None:
    agreement = room.agreed()
    party = agreement.case.parties.first()
    visit = actions.record_visit(
        agreement, by=room.by("grid_worker"), note="两家见面打招呼了", party=party, satisfaction=3
    )
    assert visit.kept is None
    for more, field in (
        ({"note": " "}, "note"),
        ({"satisfaction": 9}, "satisfaction"),
        ({"how": "drone"}, "how"),
    ):
        with pytest.raises(Refusal) as refusal:
            actions.record_visit(agreement, by=room.by(), **{"note": "看过", **more})
        assert refusal.value.field == field


def test_a_draft_has_nothing_to_keep(room: Room) -> None:
    case = room.started()
    draft = actions.draft_agreement(case, by=room.by(), form="written", facts="事实", terms=room.terms(case))
    with pytest.raises(Refusal) as refusal:
        look(room, draft.terms.get(position=1), True)
    assert refusal.value.code == "wrong_state"


def test_a_note_is_needed(room: Room) -> None:
    term = room.agreed().terms.get(position=1)
    with pytest.raises(Refusal) as refusal:
        actions.record_performance(term, by=room.by(), kept=True, note="")
    assert refusal.value.field == "note"
