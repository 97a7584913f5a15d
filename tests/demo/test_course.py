"""What comes after a report: plausible, in order, kept to what is known at the moment the story ends."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from fengqiao.algorithms.workcalendar import WorkCalendar
from fengqiao.demo.course import Course, CourseWriter, StepKind, Term, write_course
from fengqiao.demo.kinds import kinds
from fengqiao.demo.model import Township
from fengqiao.demo.settling import yuan
from fengqiao.demo.staffing import Staffing, follow_up_rules, handler_roles
from fengqiao.demo.story import DemoReport, write_reports

START, END = datetime(2025, 3, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)
FAR = END + timedelta(days=400)
OUTCOMES = {
    "settled", "agreement", "fixed", "helped", "stopped", "found", "not_found", "to_case", "not_settled",
}  # fmt: skip
PROTECTED = {"FA7", "FA8", "MI1", "MI2", "MI3", "MI5"}

Told = list[tuple[DemoReport, Course]]


@pytest.fixture(scope="module")
def told(demo_town: Township) -> Told:
    """Reports of a year with all that came of them, looked at long afterwards."""
    writer = CourseWriter(demo_town, 4)
    return [(report, writer.write(report, FAR)) for report in write_reports(demo_town, 4, 6_000, START, END)]


def own(told: Told) -> Told:
    """Those that became matters of their own."""
    return [(report, course) for report, course in told if course.last(StepKind.OPENED) is not None]


def terms_of(course: Course) -> tuple[Term, ...]:
    agreed = course.last(StepKind.AGREED)
    return agreed.terms if agreed else ()


def test_steps_are_in_order_and_after_the_report(told: Told) -> None:
    for report, course in told:
        assert course.steps
        assert course.steps[0].at >= report.at
        assert all(a.at <= b.at for a, b in zip(course.steps, course.steps[1:], strict=False))
        assert all(step.at.tzinfo is UTC for step in course.steps)


def test_sentences_are_finished(told: Told) -> None:
    for _, course in told:
        for step in course.steps:
            assert not set("[]{}|") & set(step.text)
            assert step.text or step.kind is StepKind.FOLLOW_UP_PLANNED


def test_the_same_seed_gives_the_same_course(told: Told, demo_town: Township) -> None:
    report, course = told[100]
    assert CourseWriter(demo_town, 4).write(report, FAR) == course
    assert write_course(report, demo_town, seed=4, until=FAR) == course
    assert write_course(report, demo_town, seed=5, until=FAR) != course


def test_everybody_who_acts_exists(told: Told, demo_town: Township) -> None:
    people = set(demo_town.person_by_code) | {"", "resident"}
    for _, course in told:
        for step in course.steps:
            assert step.by in people
            assert step.owner in people
            assert set(step.others) <= people


def test_duplicates_are_merged_and_others_are_not(told: Told) -> None:
    for report, course in told:
        merged = course.last(StepKind.MERGED) is not None
        assert merged is (report.duplicate_of is not None)
        assert not merged or len(course.steps) == 1


def test_every_matter_has_an_owner_and_the_promised_time(told: Told) -> None:
    calendar = WorkCalendar()
    for report, course in own(told):
        opened = course.last(StepKind.OPENED)
        assert opened is not None
        assert opened.owner
        assert opened.due is not None
        assert opened.due > report.at
        kind = kinds()[report.code]
        if report.severity == kind.severity:
            expected = calendar.add(report.at, kind.due_amount, kind.due_unit, severity=report.severity)
            expected = min(expected, report.outside_due) if report.outside_due else expected
            assert opened.due == expected


def test_old_stories_are_over(told: Told) -> None:
    for report, course in told:
        ends = {step.kind for step in course.steps} & {StepKind.CLOSED, StepKind.MERGED, StepKind.REFERRED}
        assert len(ends) == 1, report.number
        closed = course.last(StepKind.CLOSED)
        assert closed is None or closed is course.steps[-1]


def test_outcomes_fit_the_kind(told: Told) -> None:
    for report, course in own(told):
        for step in course.steps:
            if step.kind is StepKind.RESOLVED:
                assert step.outcome in OUTCOMES
                assert step.cause or step.outcome == "not_found"
                if kinds()[report.code].kind == "hazard":
                    assert step.outcome in {"fixed", "not_found"}


def test_restricted_and_unfit_matters_are_never_mediated(told: Told) -> None:
    for report, course in own(told):
        kind = kinds()[report.code]
        mediated = course.last(StepKind.SESSION) is not None
        if mediated:
            assert kind.kind == "dispute"
            assert kind.mediation in {"Y", "C"}
            assert report.code not in PROTECTED
            assert len(course.parties) == 2
            consent = course.last(StepKind.CONSENT)
            session = next(step for step in course.steps if step.kind is StepKind.SESSION)
            assert consent is not None
            assert consent.at <= session.at


def test_disputes_are_mostly_settled_and_some_climb(told: Told) -> None:
    disputes = [course for report, course in own(told) if kinds()[report.code].kind == "dispute"]
    last = [course.last(StepKind.RESOLVED) for course in disputes]
    settled = sum(step is not None and step.outcome in {"settled", "agreement"} for step in last)
    assert settled / len(disputes) > 0.95
    assert any(course.last(StepKind.ESCALATED) for course in disputes)
    assert any(course.last(StepKind.JOINED) for course in disputes)
    assert any(course.last(StepKind.CONSULTED) for course in disputes)


def test_nine_terms_of_ten_are_kept(told: Told) -> None:
    terms = [term for _, course in told for term in terms_of(course)]
    assert len(terms) > 300
    kept = sum(term.kept is True for term in terms) / len(terms)
    assert 0.86 < kept < 0.94
    for _, course in told:
        steps = [
            step for step in course.steps if step.kind in (StepKind.PROMISE_KEPT, StepKind.PROMISE_BROKEN)
        ]
        assert sorted(step.term for step in steps) == [term.number for term in terms_of(course)]
        for step in steps:
            term = terms_of(course)[step.term - 1]
            assert term.kept is (step.kind is StepKind.PROMISE_KEPT)
            assert term.settled_at == step.at


def test_terms_have_dates_amounts_and_a_party(told: Told) -> None:
    for _, course in told:
        for term in terms_of(course):
            agreed = course.last(StepKind.AGREED)
            assert agreed is not None
            assert term.due > agreed.at
            assert term.who in course.parties
            local = term.due + timedelta(hours=8)
            assert f"{local.month}月{local.day}日" in term.text
            assert term.amount is None or f"{term.amount:,} 元" in term.text


def test_follow_ups_are_those_of_the_rules(told: Told) -> None:
    spans = {rule["key"]: rule for rule in follow_up_rules()}
    for report, course in own(told):
        resolved = next(step for step in course.steps if step.kind is StepKind.RESOLVED)
        planned = [step for step in course.steps if step.kind is StepKind.FOLLOW_UP_PLANNED]
        keys = {step.rule for step in planned}
        assert "after_closing" in keys
        assert ("after_danger" in keys) is (report.severity == 1)
        assert ("after_fraud" in keys) is (kinds()[report.code].kind == "fraud_attempt")
        assert ("holds_30" in keys) is (kinds()[report.code].kind in ("dispute", "hazard"))
        assert report.code != "FA8" or "threats_90" in keys
        for step in planned:
            rule = spans[step.rule]
            span = timedelta(hours=rule["amount"]) if rule["unit"] == "h" else timedelta(days=rule["amount"])
            assert step.due is not None
            assert step.due - step.at == span
        done = [step for step in course.steps if step.kind is StepKind.FOLLOWED_UP]
        assert {step.rule for step in done} == keys
        assert all(step.at >= resolved.at for step in done)


def test_some_come_back_and_are_handled_again(told: Told) -> None:
    matters = own(told)
    reopened = [course for _, course in matters if course.last(StepKind.REOPENED)]
    assert 0.01 < len(reopened) / len(matters) < 0.12
    for course in reopened:
        again, resolved = course.last(StepKind.REOPENED), course.last(StepKind.RESOLVED)
        assert again is not None
        assert resolved is not None
        assert again.at < resolved.at
        assert any(step.result == "not_held" for step in course.steps)


def test_ratings_come_from_people_who_left_a_number(told: Told) -> None:
    stars = Counter(
        step.stars for report, course in told for step in course.steps if step.stars and report.phone
    )
    assert set(stars) == {1, 2, 3, 4, 5}
    assert stars[5] > stars[3] > stars[1]
    assert not [1 for report, course in told if not report.phone and course.last(StepKind.RATED)]


def test_most_results_come_in_time(told: Told) -> None:
    matters = own(told)
    late = sum(course.last(StepKind.OVERDUE) is not None for _, course in matters)
    assert 0.01 < late / len(matters) < 0.15


def test_a_story_that_ends_today_leaves_matters_in_every_stage(demo_town: Township) -> None:
    writer = CourseWriter(demo_town, 4)
    last: Counter[StepKind] = Counter()
    for report in write_reports(demo_town, 4, 3_000, START, END):
        now, later = writer.write(report, END), writer.write(report, FAR)
        assert all(step.at <= END for step in now.steps)
        assert [(s.at, s.kind, s.text) for s in now.steps] == [
            (s.at, s.kind, s.text) for s in later.steps if s.at <= END
        ]
        for term in terms_of(now):
            assert term.settled_at is None or term.settled_at <= END
            assert (term.kept is None) is (term.settled_at is None)
        if now.steps:
            last[now.steps[-1].kind] += 1
    assert {StepKind.CLOSED, StepKind.MERGED, StepKind.FOLLOWED_UP, StepKind.PROGRESS} <= set(last)


def test_amounts_in_words() -> None:
    said = {
        "三百": 300,
        "一千二": 1_200,
        "两千": 2_000,
        "四万六": 46_000,
        "十二万": 120_000,
        "九千六": 9_600,
        "一万五": 15_000,
    }
    assert {word: yuan(word) for word in said} == said
    with pytest.raises(KeyError):
        yuan("很多")


def test_handlers_are_found_near_the_place(demo_town: Township) -> None:
    staffing, rng = Staffing(demo_town), Random(1)
    for grid in demo_town.ranked("grid"):
        assert staffing.handler("GO", grid.code, rng).area == grid.code
        beat = next(beat for beat in demo_town.beats if grid.code in beat.grids)
        assert beat.code in staffing.beat_officer(grid.code, rng).beats
        assert staffing.handler("FS", grid.code, rng).unit == "FS"
        for code in handler_roles():
            assert staffing.handler(code, grid.code, rng).code in demo_town.person_by_code


@pytest.mark.full
def test_two_hundred_thousand_reports_have_their_courses(demo_town: Township) -> None:
    writer = CourseWriter(demo_town, 1)
    count = sum(
        bool(writer.write(report, END).steps) for report in write_reports(demo_town, 1, 200_000, START, END)
    )
    assert count > 199_000
