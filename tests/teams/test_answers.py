"""Who answers: one person, always, with a reason."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fengqiao.accounts.models import Person
from fengqiao.lib import clock
from fengqiao.lib.place_config import list_places, using
from fengqiao.teams.models import Appointment, Duty, Station, Team
from fengqiao.teams.queries import on_duty, who_answers
from fengqiao.territory.models import Area
from tests.cast import NOW, Cast


def on_duty_for(cast: Cast, person: str, *, kind: str = "beat", hours: int = 8, **where: object) -> Duty:
    return Duty.objects.create(
        person=cast.people[person],
        kind=kind,
        starts_at=NOW - timedelta(hours=1),
        ends_at=NOW + timedelta(hours=hours),
        **where,
    )


def test_the_beat_officer_answers_for_a_grid(cast: Cast) -> None:
    answer = who_answers(cast.areas["grid1"])
    assert answer.person == cast.people["officer"]
    assert answer.because == "第 1 警务区的社区民警"
    assert not answer.fallback


def test_who_is_on_duty_on_the_beat_goes_before_the_officer(cast: Cast) -> None:
    on_duty_for(cast, "auxiliary", beat=cast.beats["beat1"])
    answer = who_answers(cast.areas["grid2"])
    assert (answer.person, answer.fallback) == (cast.people["auxiliary"], False)
    assert answer.because == "第 1 警务区 此刻在班，到 18:00"


def test_duty_of_a_team_counts_for_the_teams_ground(cast: Cast) -> None:
    team = Team.objects.create(
        kind="community_team",
        code="C1",
        name="锦澜社区队伍",
        area=cast.areas["community"],
        formed_on=date(2025, 1, 1),
    )
    on_duty_for(cast, "committee", team=team)
    answer = who_answers(cast.areas["grid1"])
    assert (answer.person, answer.because) == (cast.people["committee"], "锦澜社区队伍 此刻在班，到 18:00")
    assert who_answers(cast.areas["grid3"]).person == cast.people["head"]


def test_duty_counts_only_at_its_hour(cast: Cast) -> None:
    on_duty_for(cast, "auxiliary", beat=cast.beats["beat1"])
    later = who_answers(cast.areas["grid1"], NOW + timedelta(hours=9))
    assert later.person == cast.people["officer"]


def test_a_wanted_role_is_looked_for_upward(cast: Cast) -> None:
    answer = who_answers(cast.areas["grid1"], role="mediator")
    assert (answer.person, answer.because, answer.fallback) == (
        cast.people["mediator"],
        "望河街道的调解员",
        False,
    )
    assert who_answers(cast.areas["grid2"], role="grid_worker").person == cast.people["grid_worker2"]


def test_somebody_on_duty_without_the_wanted_role_does_not_take_it(cast: Cast) -> None:
    on_duty_for(cast, "auxiliary", beat=cast.beats["beat1"])
    assert who_answers(cast.areas["grid1"], role="mediator").person == cast.people["mediator"]


def test_a_missing_role_falls_back_in_words(cast: Cast) -> None:
    answer = who_answers(cast.areas["grid1"], role="property_manager")
    assert (answer.person, answer.fallback) == (cast.people["officer"], True)
    assert answer.because == "没有在岗的物业，由第 1 警务区的社区民警接手"


def test_without_a_beat_officer_the_duty_officer_on_duty_answers_then_the_head(cast: Cast) -> None:
    grid = cast.areas["grid3"]
    assert who_answers(grid).person == cast.people["head"]
    assert who_answers(grid).because == "上柳 03 网格 没有在岗的人，由柳溪区的所长接手"
    on_duty_for(cast, "duty", kind="desk", area=cast.areas["street"])
    answer = who_answers(grid)
    assert (answer.person, answer.fallback) == (cast.people["duty"], True)


def test_levels_of_the_ladder_ask_their_own_roles(cast: Cast) -> None:
    assert who_answers(cast.areas["grid1"], level="street").person == cast.people["mediator"]
    assert who_answers(cast.areas["grid1"], level="county").person == cast.people["county_staff"]
    assert who_answers(cast.areas["grid3"], level="village").person == cast.people["assistant"]
    assert who_answers(cast.areas["grid1"], level="station").person == cast.people["officer"]


def test_who_is_named_in_it_never_answers_for_it(cast: Cast) -> None:
    officer = cast.people["officer"]
    answer = who_answers(cast.areas["grid1"], exclude=frozenset({officer.pk}))
    assert answer.person == cast.people["head"]


def test_inactive_and_withdrawn_people_do_not_answer(cast: Cast) -> None:
    Person.objects.filter(pk=cast.people["officer"].pk).update(is_active=False)
    Appointment.objects.filter(person=cast.people["head"]).update(revoked_at=NOW)
    answer = who_answers(cast.areas["grid1"])
    assert answer.person == cast.people["duty"]  # the duty officer off duty, before the default seat


def test_an_expired_appointment_does_not_answer(cast: Cast) -> None:
    Appointment.objects.filter(person=cast.people["officer"]).update(valid_to=date(2026, 3, 11))
    assert who_answers(cast.areas["grid1"]).person == cast.people["head"]
    assert who_answers(cast.areas["grid1"], NOW - timedelta(days=1)).person == cast.people["officer"]


def test_the_default_owner_answers_when_nobody_else_does(cast: Cast) -> None:
    Appointment.objects.all().update(revoked_at=NOW)
    answer = who_answers(cast.areas["other_grid"])
    assert (answer.person, answer.fallback) == (cast.people["duty"], True)
    assert "请尽快指定" in answer.because


def test_even_the_default_owner_can_be_kept_out(cast: Cast) -> None:
    Appointment.objects.all().update(revoked_at=NOW)
    out = frozenset({cast.people["duty"].pk})
    first = who_answers(cast.areas["grid1"], exclude=out)
    assert first.person.pk not in out
    assert not first.person.has_usable_password()
    again = who_answers(cast.areas["grid1"], exclude=out)
    assert again.person == first.person


def test_an_answer_costs_few_queries(cast: Cast, django_assert_max_num_queries: object) -> None:
    with django_assert_max_num_queries(6):  # type: ignore[operator]
        who_answers(cast.areas["grid1"], role="property_manager")


def test_on_duty_lists_leaders_first_and_only_the_present(cast: Cast) -> None:
    on_duty_for(cast, "officer", beat=cast.beats["beat1"])
    on_duty_for(cast, "head", kind="lead", area=cast.areas["county"])
    Duty.objects.create(
        person=cast.people["duty"],
        kind="desk",
        starts_at=NOW + timedelta(hours=1),
        ends_at=NOW + timedelta(hours=9),
    )
    assert [d.person.name for d in on_duty()] == ["沈国强", "王建国"]
    assert on_duty()[1].where == "第 1 警务区"


ROLES = ["", "beat_officer", "grid_worker", "mediator", "duty_officer", "lawyer", "volunteer", "no_such_role"]
LEVELS = ["", "village", "community", "street", "county", "station", "moon"]


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_there_is_always_one_answer(cast: Cast, data: st.DataObject) -> None:
    """Random rosters, withdrawals, exclusions and hours: never nobody, never an excluded person."""
    Duty.objects.all().delete()
    Appointment.objects.all().update(revoked_at=None)
    people, areas = list(cast.people.values()), list(Area.objects.all())
    for person in data.draw(st.lists(st.sampled_from(people), max_size=12, unique_by=lambda p: p.pk)):
        Appointment.objects.filter(person=person).update(revoked_at=NOW)
    for person in data.draw(st.lists(st.sampled_from(people), max_size=5)):
        start = NOW + timedelta(hours=data.draw(st.integers(-30, 30)))
        where = data.draw(
            st.sampled_from([{"area": a} for a in areas] + [{"beat": b} for b in cast.beats.values()])
        )
        kind = data.draw(st.sampled_from(["lead", "desk", "beat", "patrol", "standby"]))
        Duty.objects.create(
            person=person, kind=kind, starts_at=start, ends_at=start + timedelta(hours=8), **where
        )
    out = frozenset(p.pk for p in data.draw(st.lists(st.sampled_from(people), max_size=17)))
    with using(data.draw(st.sampled_from(["base", *list_places()]))):
        answer = who_answers(
            data.draw(st.sampled_from(areas)),
            NOW + timedelta(hours=data.draw(st.integers(-24, 24))),
            role=data.draw(st.sampled_from(ROLES)),
            level=data.draw(st.sampled_from(LEVELS)),
            exclude=out,
        )
    assert answer.person.pk not in out
    assert answer.person.is_active
    assert 0 < len(answer.because) <= 120


@pytest.mark.django_db
def test_a_database_that_was_only_migrated_answers_too() -> None:
    from fengqiao.territory.queries import locate

    with clock.at(datetime(2026, 3, 11, tzinfo=UTC)):
        spot = locate(30.0, 120.0)
        answer = who_answers(spot.area)
    assert spot.unplaced
    assert answer.person == Station.objects.get().default_owner
    assert answer.fallback
