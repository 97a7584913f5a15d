"""Duty: no overlaps, swaps when both agree, gaps in the cover, what a cancelled duty leaves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fengqiao.accounts.models import Person
from fengqiao.accounts.scope import RESIDENT, SYSTEM, Actor
from fengqiao.audit.models import Entry
from fengqiao.lib import clock
from fengqiao.lib.errors import NotAllowed, OutOfReach, Refusal
from fengqiao.teams.actions import answer_swap, ask_swap, cancel_duty, plan_duty
from fengqiao.teams.models import Appointment, Duty, DutySwap
from fengqiao.teams.queries import cover_gaps, on_duty, open_swaps, roster, who_answers
from fengqiao.teams.rules import Gap, gaps
from tests.cast import NOW, Cast


def hours(n: float) -> datetime:
    return NOW + timedelta(hours=n)


def plan(cast: Cast, who: str = "officer", start: float = 1, end: float = 9, **changes: object) -> Duty:
    values: dict[str, object] = {
        "by": cast.actor("head"),
        "kind": "desk",
        "area": cast.areas["street"],
        **changes,
    }
    return plan_duty(cast.people[who], starts_at=hours(start), ends_at=hours(end), **values)  # type: ignore[arg-type]


def test_planned_duty_answers_at_its_hour(cast: Cast) -> None:
    plan(cast, "auxiliary", kind="beat", area=None, beat=cast.beats["beat1"])
    assert on_duty() == []
    assert [d.person.name for d in on_duty(hours(2))] == ["赵磊"]
    assert who_answers(cast.areas["grid1"], hours(2)).person == cast.people["auxiliary"]
    assert Entry.objects.order_by("-id")[0].verb == "duty.planned"


@pytest.mark.parametrize(("start", "end"), [(1, 9), (0.5, 2), (8, 10), (2, 3), (0, 30)])
def test_overlapping_duty_is_refused(cast: Cast, start: float, end: float) -> None:
    plan(cast)
    with pytest.raises(Refusal) as found:
        plan(cast, start=start, end=end, area=cast.areas["county"])
    assert found.value.code == "overlap"
    assert "王建国 在 03-11 11:00 至 03-11 19:00 已经排了班" in found.value.message
    assert Duty.objects.count() == 1


def test_duty_that_meets_and_duty_of_others_is_fine(cast: Cast) -> None:
    plan(cast)
    plan(cast, start=9, end=17)
    plan(cast, start=0.5, end=1)
    plan(cast, "auxiliary")
    assert Duty.objects.count() == 4


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"start": 9, "end": 1}, "bad_hours"),
        ({"start": 1, "end": 1}, "bad_hours"),
        ({"start": 1, "end": 38}, "bad_hours"),
        ({"start": -20, "end": -10}, "bad_hours"),
        ({"start": 24 * 500, "end": 24 * 500 + 8}, "bad_hours"),
        ({"kind": "sleep"}, "bad_kind"),
        ({"area": None}, "missing"),
        ({"who": "nobody"}, "no_appointment"),
    ],
)
def test_what_cannot_be_is_refused(cast: Cast, changes: dict[str, object], code: str) -> None:
    with pytest.raises(Refusal) as found:
        plan(cast, **changes)  # type: ignore[arg-type]
    assert found.value.code == code
    assert not Duty.objects.exists()


def test_the_switched_off_are_not_planned(cast: Cast) -> None:
    Person.objects.filter(pk=cast.people["officer"].pk).update(is_active=False)
    with pytest.raises(Refusal):
        plan(cast)


def test_an_appointment_must_hold_on_the_day(cast: Cast) -> None:
    Appointment.objects.filter(person=cast.people["officer"]).update(valid_to=date(2026, 3, 12))
    plan(cast)
    with pytest.raises(Refusal):
        plan(cast, start=30, end=38)


def test_a_naive_hour_is_a_fault_of_the_program(cast: Cast) -> None:
    with pytest.raises(ValueError, match="aware"):
        plan_duty(
            cast.people["officer"], by=cast.actor("head"), kind="desk", area=cast.areas["street"],
            starts_at=datetime(2026, 3, 12, 8), ends_at=datetime(2026, 3, 12, 16),  # noqa: DTZ001
        )  # fmt: skip


def test_a_cancelled_duty_goes_a_begun_one_ends_and_one_over_stays(cast: Cast) -> None:
    later, begun = plan(cast), plan(cast, "auxiliary", start=-1, end=5)
    assert cancel_duty(later, by=cast.actor("head"), reason="调休") is None
    assert not Duty.objects.filter(pk=later.pk).exists()
    assert Entry.objects.order_by("-id")[0].data["person"] == cast.people["officer"].pk
    cut = cancel_duty(begun, by=cast.actor("head"), reason="身体不适")
    assert cut is not None
    assert cut.ends_at == NOW
    with clock.at(hours(1)), pytest.raises(Refusal) as found:
        cancel_duty(cut, by=cast.actor("head"), reason="再来")
    assert found.value.code == "over"
    with pytest.raises(Refusal):
        cancel_duty(plan(cast), by=cast.actor("head"), reason=" ")


# swaps


def test_a_swap_happens_when_the_other_agrees(cast: Cast) -> None:
    mine, theirs = plan(cast), plan(cast, "auxiliary", start=25, end=33)
    swap = ask_swap(
        mine, by=cast.actor("officer"), to=cast.people["auxiliary"], theirs=theirs, why="孩子家长会"
    )
    assert open_swaps(cast.people["auxiliary"]) == [swap]
    mine.refresh_from_db()
    assert mine.person == cast.people["officer"]
    answer_swap(swap, by=cast.actor("auxiliary"), agree=True)
    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert (mine.person, theirs.person) == (cast.people["auxiliary"], cast.people["officer"])
    assert open_swaps(cast.people["officer"]) == []
    with pytest.raises(Refusal) as found:
        answer_swap(swap, by=cast.actor("auxiliary"), agree=False)
    assert found.value.code == "already"


def test_a_duty_may_be_handed_over_without_another_in_return(cast: Cast) -> None:
    mine = plan(cast)
    answer_swap(
        ask_swap(mine, by=cast.actor("officer"), to=cast.people["duty"]), by=cast.actor("duty"), agree=True
    )
    mine.refresh_from_db()
    assert mine.person == cast.people["duty"]


def test_a_no_and_a_withdrawal_change_nothing(cast: Cast) -> None:
    mine = plan(cast)
    swap = ask_swap(mine, by=cast.actor("officer"), to=cast.people["duty"])
    with pytest.raises(Refusal) as found:
        ask_swap(mine, by=cast.actor("officer"), to=cast.people["auxiliary"])
    assert found.value.code == "already"
    with pytest.raises(NotAllowed):
        answer_swap(swap, by=cast.actor("officer"), agree=True)
    answer_swap(swap, by=cast.actor("officer"), agree=False)
    answer_swap(
        ask_swap(mine, by=cast.actor("officer"), to=cast.people["duty"]), by=cast.actor("duty"), agree=False
    )
    mine.refresh_from_db()
    assert mine.person == cast.people["officer"]


def test_a_swap_that_does_not_fit_is_refused_when_asked_and_when_answered(cast: Cast) -> None:
    mine = plan(cast)
    busy = plan(cast, "duty", start=5, end=13)
    with pytest.raises(Refusal) as found:
        ask_swap(mine, by=cast.actor("officer"), to=cast.people["duty"])
    assert found.value.code == "overlap"
    assert ask_swap(
        mine, by=cast.actor("officer"), to=cast.people["duty"], theirs=busy
    ).pk  # those two may change hands
    other = plan(cast, start=40, end=48)
    swap = ask_swap(other, by=cast.actor("officer"), to=cast.people["auxiliary"])
    plan(cast, "auxiliary", start=41, end=42)
    with pytest.raises(Refusal) as found:
        answer_swap(swap, by=cast.actor("auxiliary"), agree=True)
    assert found.value.code == "overlap"
    assert DutySwap.objects.get(pk=swap.pk).answered_at is None


def test_a_roster_that_changed_meanwhile_is_told(cast: Cast) -> None:
    mine = plan(cast)
    swap = ask_swap(mine, by=cast.actor("officer"), to=cast.people["duty"])
    Duty.objects.filter(pk=mine.pk).update(person=cast.people["auxiliary"])
    with pytest.raises(Refusal) as found:
        answer_swap(swap, by=cast.actor("duty"), agree=True)
    assert found.value.code == "stale"


def test_begun_duty_strangers_duty_and_oneself_cannot_be_asked(cast: Cast) -> None:
    begun, mine = plan(cast, start=-1, end=0.5), plan(cast)
    theirs = plan(cast, "auxiliary", start=25, end=33)
    with pytest.raises(Refusal):
        ask_swap(begun, by=cast.actor("officer"), to=cast.people["duty"])
    with pytest.raises(Refusal):
        ask_swap(mine, by=cast.actor("officer"), to=cast.people["officer"])
    with pytest.raises(Refusal):
        ask_swap(mine, by=cast.actor("officer"), to=cast.people["duty"], theirs=theirs)
    for actor in (cast.actor("head"), cast.actor("outsider"), cast.actor("nobody"), RESIDENT, SYSTEM):
        with pytest.raises(OutOfReach):
            ask_swap(mine, by=actor, to=cast.people["duty"])
    swap = ask_swap(mine, by=cast.actor("officer"), to=cast.people["duty"])
    for actor in (cast.actor("head"), cast.actor("outsider"), RESIDENT, SYSTEM):
        with pytest.raises(OutOfReach):
            answer_swap(swap, by=actor, agree=True)


VERBS: dict[str, Callable[[Cast, Actor], object]] = {
    "plan_duty": lambda c, by: plan(c, "duty", by=by),
    "cancel_duty": lambda c, by: cancel_duty(Duty.objects.get(), by=by, reason="试"),
}


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_is_the_roster_keepers_alone(cast: Cast, verb: str) -> None:
    plan(cast)
    before = Entry.objects.count()
    for actor in (cast.actor("outsider"), cast.actor("nobody"), RESIDENT):
        with pytest.raises(OutOfReach):
            VERBS[verb](cast, actor)
    with pytest.raises(NotAllowed):
        VERBS[verb](cast, cast.actor("duty"))
    assert Entry.objects.count() == before
    VERBS[verb](cast, cast.actor("head"))
    assert Entry.objects.count() == before + 1


# the roster and its gaps


def test_the_roster_shows_what_touches_the_hours_below_an_area(cast: Cast) -> None:
    a = plan(cast)
    b = plan(cast, "auxiliary", kind="beat", area=None, beat=cast.beats["beat1"])
    c = plan(cast, "outsider", area=cast.areas["other_street"])
    assert roster(hours(0), hours(24)) == [a, b, c]
    assert roster(hours(0), hours(24), area=cast.areas["street"]) == [a, b]
    assert roster(hours(9), hours(24)) == []


def test_gaps_in_the_minimum_cover(cast: Cast) -> None:
    plan(cast, start=1, end=4)
    plan(cast, "duty", start=3, end=6)
    found = cover_gaps(hours(0), hours(8), want=2, kinds=["desk"], area=cast.areas["street"])
    assert [(g.starts_at, g.ends_at, g.have) for g in found] == [
        (hours(0), hours(1), 0), (hours(1), hours(3), 1), (hours(4), hours(6), 1), (hours(6), hours(8), 0),
    ]  # fmt: skip
    assert cover_gaps(hours(2), hours(5), area=cast.areas["street"]) == []
    assert cover_gaps(hours(2), hours(5), kinds=["patrol"]) == [Gap(hours(2), hours(5), 0, 1)]


spans = st.lists(
    st.tuples(st.integers(0, 48), st.integers(1, 12)).map(lambda t: (hours(t[0]), hours(t[0] + t[1]))),
    max_size=8,
)


@given(spans=spans, want=st.integers(1, 3))
def test_a_gap_is_exactly_where_too_few_are_on_duty(
    spans: list[tuple[datetime, datetime]], want: int
) -> None:
    found = gaps(spans, hours(0), hours(48), want)
    for half in range(96):
        moment = hours(half / 2)
        have = sum(s <= moment < e for s, e in spans)
        inside = [g for g in found if g.starts_at <= moment < g.ends_at]
        assert len(inside) == (have < want)
        assert all(g.have == have for g in inside)
