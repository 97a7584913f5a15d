"""Topics of many people: counted over people, seen by ground, taken in hand once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fengqiao.audit.models import Entry
from fengqiao.intake import actions, topics
from fengqiao.intake.choices import ReportState
from fengqiao.intake.models import Governance, Report, Topic, TopicSheet
from fengqiao.intake.tick import tick
from fengqiao.intake.topic_reads import in_hand, listed, members_of, sheet_of, topic_of
from fengqiao.lib import clock
from fengqiao.lib.errors import NotAllowed, OutOfReach, Refusal
from fengqiao.matters.choices import LinkKind, State
from fengqiao.matters.models import Link, Matter
from tests.cast import NOW, Cast
from tests.intake.topics import BINS, raise_topic, tell

pytestmark = pytest.mark.django_db


def found(cast: Cast, who: str = "duty") -> list[Topic]:
    """The topics somebody reads, worked out now."""
    actor = cast.actor(who)
    sheet = actions.refresh_topics(by=actor)
    return [held.topic for held in listed(sheet, actor.scope).rows]


def test_people_are_counted_not_messages(cast: Cast) -> None:
    said = raise_topic(cast)
    for more in range(5):
        tell(cast, f"锦澜苑垃圾房还是臭，第 {more} 次说了", 0, days=3 + more / 10)
    (one,) = (t for t in found(cast) if t.shown_on)
    assert (one.people, one.count, one.most_by_one) == (len(BINS), len(BINS) + 5, 6)
    assert one.first_id == said[0].pk
    assert "垃圾" in one.name
    assert one.growth["people"] == len(BINS)
    assert sum(people for _week, people in one.weeks) >= len(BINS)
    assert "1380000" not in str(one.__dict__)


def test_it_would_have_been_shown_on_the_day_of_the_fourth(cast: Cast) -> None:
    said = raise_topic(cast)
    (one,) = (t for t in found(cast) if t.shown_on)
    assert one.shown_on == clock.local(said[3].said_at).date()


def test_every_ground_has_its_own(cast: Cast) -> None:
    raise_topic(cast)
    raise_topic(cast, where="yangwan")
    ours, theirs = found(cast, "duty"), found(cast, "outsider")
    assert {r.area for t in ours for r in t.reports.all()} == {cast.areas["grid1"]}
    assert {r.area for t in theirs for r in t.reports.all()} == {cast.areas["other_grid"]}
    everywhere = found(cast, "head")
    assert sum(t.count for t in everywhere) >= sum(t.count for t in ours)
    assert TopicSheet.objects.count() == 3
    with pytest.raises(OutOfReach):
        topic_of(theirs[0].first_id, cast.actor("duty").scope)
    with pytest.raises(OutOfReach):
        actions.gather_topic(theirs[0], by=cast.actor("duty"))


@pytest.mark.parametrize("who", ["admin", "nobody", "volunteer", "auditor"])
def test_who_decides_on_no_reports_reads_no_topics(cast: Cast, who: str) -> None:
    raise_topic(cast)
    with pytest.raises(NotAllowed):
        actions.refresh_topics(by=cast.actor(who))
    with pytest.raises(OutOfReach):
        sheet_of(cast.actor(who).scope)


def test_what_is_need_to_know_is_not_in_it(cast: Cast) -> None:
    said = raise_topic(cast)
    Report.objects.filter(pk=said[2].pk).update(restricted=True)
    Report.objects.filter(pk=said[4].pk).update(about=cast.people["officer"])
    (one,) = (t for t in found(cast, "head") if t.shown_on)
    assert set(one.reports.values_list("pk", flat=True)) == {r.pk for r in said} - {said[2].pk, said[4].pk}


def test_a_report_closed_later_takes_its_topic_off_the_page(cast: Cast) -> None:
    """The figures kept would speak of it."""
    said = raise_topic(cast)
    actor = cast.actor("duty")
    (one,) = (t for t in found(cast) if t.shown_on)
    Report.objects.filter(pk=said[0].pk).update(restricted=True)
    sheet = sheet_of(actor.scope)
    assert sheet is not None
    page = listed(sheet, actor.scope)
    assert page.changed
    assert one.pk not in {held.topic.pk for held in page.rows}
    with pytest.raises(OutOfReach):
        topic_of(one.first_id, actor.scope)


def test_pressed_twice_it_is_worked_out_once(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    raise_topic(cast)
    times: list[object] = []
    real = topics.work_out
    monkeypatch.setattr(topics, "work_out", lambda *args: times.append(args) or real(*args))
    for _again in range(2):
        actions.refresh_topics(by=cast.actor("duty"))
    assert len(times) == 1


def test_the_clock_keeps_sheets_fresh_one_a_round_and_drops_forgotten_ones(cast: Cast) -> None:
    raise_topic(cast)
    for who in ("duty", "head"):
        found(cast, who)
    later = NOW + timedelta(hours=13)
    assert [tick(at=later)["topics_refreshed"] for _round in range(3)] == [1, 1, 0]
    assert set(TopicSheet.objects.values_list("computed_at", flat=True)) == {later}
    assert set(TopicSheet.objects.values_list("asked_at", flat=True)) == {NOW}
    assert tick(at=NOW + timedelta(days=31))["topics_refreshed"] == 0
    assert not TopicSheet.objects.exists()


def test_topics_that_fail_do_not_stop_the_clocks(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    raise_topic(cast)
    found(cast)

    def broken(*_args: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(topics, "work_out", broken)
    done = tick(at=NOW + timedelta(hours=13))
    assert done["topics_refreshed"] == 0
    assert done["reports_climbed"] > 0


class TestGather:
    def test_it_becomes_one_matter_with_owner_next_step_and_time(self, cast: Cast) -> None:
        said = raise_topic(cast)
        duty = cast.actor("duty")
        held = actions.accept_report(said[0], by=duty, category="NB2", owner=cast.people["officer"])
        (one,) = (t for t in found(cast) if t.shown_on)
        matter = actions.gather_topic(one, by=duty, category="NB2", owner=cast.people["officer"])
        assert (matter.owner, matter.area) == (cast.people["officer"], cast.areas["grid1"])
        assert matter.next_step
        assert matter.due_at is not None
        assert str(one.people) in matter.summary
        joined = Report.objects.filter(matter=matter)
        assert {r.pk for r in joined} == {r.pk for r in said[1:]}
        assert {r.state for r in joined} == {ReportState.MERGED}
        link = Link.objects.get(matter=matter)
        assert (link.other, link.kind) == (held, LinkKind.SIMILAR)
        held.refresh_from_db()
        assert held.state in {State.ASSIGNED, State.ACTIVE}
        row = Governance.objects.get()
        assert (row.matter, row.people, row.members.count()) == (matter, one.people, one.count)
        assert Entry.objects.filter(verb="topic.gathered", object_id=matter.number).count() == 1
        assert matter.events.filter(kind="opened").count() == 1

    def test_pressed_twice_it_is_one(self, cast: Cast) -> None:
        raise_topic(cast)
        (one,) = (t for t in found(cast) if t.shown_on)
        first = actions.gather_topic(one, by=cast.actor("duty"))
        before = Entry.objects.count()
        assert actions.gather_topic(one, by=cast.actor("duty")) == first
        assert (Governance.objects.count(), Entry.objects.count()) == (1, before)

    def test_worked_out_anew_and_by_who_sees_less_it_is_still_in_hand(self, cast: Cast) -> None:
        raise_topic(cast)
        (one,) = (t for t in found(cast) if t.shown_on)
        matter = actions.gather_topic(one, by=cast.actor("duty"))
        with clock.at(NOW + timedelta(hours=1)):
            for who in ("duty", "officer"):
                (again,) = (t for t in found(cast, who) if t.shown_on)
                taken = in_hand(again, cast.actor(who).scope)
                assert taken is not None
                assert taken.matter == matter

    def test_only_the_reports_a_person_ticked_join(self, cast: Cast) -> None:
        said = raise_topic(cast)
        (one,) = (t for t in found(cast) if t.shown_on)
        matter = actions.gather_topic(one, by=cast.actor("duty"), reports=[said[1].pk, said[2].pk])
        assert set(Report.objects.filter(matter=matter)) == {said[1], said[2]}
        said[3].refresh_from_db()
        assert said[3].state == ReportState.NEW

    def test_withdrawn_it_can_be_made_again(self, cast: Cast) -> None:
        raise_topic(cast)
        (one,) = (t for t in found(cast) if t.shown_on)
        duty = cast.actor("duty")
        first = actions.gather_topic(one, by=duty)
        actions.withdraw_matter(first, by=duty, reason="不是一件事")
        assert in_hand(one, duty.scope) is None
        second = actions.gather_topic(one, by=duty)
        assert second != first
        assert Matter.objects.get(pk=second.pk).is_open

    def test_what_is_restricted_is_no_category_for_it(self, cast: Cast) -> None:
        raise_topic(cast)
        (one,) = (t for t in found(cast) if t.shown_on)
        for code in ("FA7", "XX9"):
            with pytest.raises(Refusal) as refused:
                actions.gather_topic(one, by=cast.actor("duty"), category=code)
            assert refused.value.field == "category"
        assert not Governance.objects.exists()

    def test_the_outsider_finds_nothing(self, cast: Cast) -> None:
        raise_topic(cast)
        (one,) = (t for t in found(cast) if t.shown_on)
        for who in ("outsider", "head"):  # the head reads the same reports on a sheet of their own
            with pytest.raises(OutOfReach):
                actions.gather_topic(one, by=cast.actor(who))
        assert members_of(one, cast.actor("outsider").scope).count() == 0
