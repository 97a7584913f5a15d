"""The pasts that the places tell, at their full scale, without a database: the figures the stations report."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest

from fengqiao.algorithms.intervals import share_interval
from fengqiao.demo.build import tell_past
from fengqiao.demo.course import Course, CourseWriter, StepKind
from fengqiao.demo.kinds import kinds
from tests.places.conftest import town_of

NOW = datetime(2026, 6, 3, 2, tzinfo=UTC)


def disputes(key: str) -> list[Course]:
    """The courses of all disputes of a place that may be mediated and became matters of their own."""
    town = town_of(key)
    writer = CourseWriter(town, seed=1)
    told = tell_past(town, 1, town.scale.matters_per_year, NOW)
    able = {code for code, kind in kinds().items() if kind.kind == "dispute" and kind.mediation != "N"}
    found = [writer.write(report, NOW) for report in told if report.code in able]
    return [course for course in found if course.last(StepKind.OPENED)]


def outcomes(courses: list[Course]) -> Counter[str]:
    ends = (course.last(StepKind.RESOLVED) for course in courses)
    return Counter(end.outcome for end in ends if end is not None)


@pytest.mark.parametrize(
    ("key", "least", "most", "share"),
    [("s1", 1_800, 2_200, 0.97), ("s2", 280, 400, 0.97), ("s5", 45, 75, 0.88)],
)
def test_as_many_disputes_are_found_and_settled_as_the_station_reports(
    key: str, least: int, most: int, share: float
) -> None:
    """S1.1, S2.6, S5.7: settled by talking, out of all that have a result."""
    ends = outcomes(disputes(key))
    settled = ends["agreement"] + ends["settled"]
    assert least <= settled <= most
    assert settled / ends.total() >= share
    low, high = share_interval(settled, ends.total())
    assert low < settled / ends.total() < high or settled == ends.total()


def test_three_levels_settle_what_the_village_could_not() -> None:
    """S5.7: a dispute that stays open goes from the village to the community and to the township."""
    ladder = town_of("s5").scale.ladder
    assert [ladder.start("V"), ladder.above("village"), ladder.above("community"), ladder.above("street")] == [
        "village", "community", "street", "",
    ]  # fmt: skip
    climbs = [step.level for c in disputes("s5") for step in c.steps if step.kind is StepKind.ESCALATED]
    assert {"community", "street"} >= set(climbs)
    assert "community" in climbs


def test_joint_handling_brings_police_grid_committee_and_volunteers_together() -> None:
    """S1.1: over the disputes of a year everybody of the ground helps, and a lawyer where one is needed."""
    town = town_of("s1")
    roles: Counter[str] = Counter()
    together = 0
    for course in disputes("s1")[:500]:
        joined = course.last(StepKind.JOINED)
        together += joined is not None
        roles.update({town.person_by_code[code].role for code in joined.others} if joined else ())
    assert together > 200
    assert {"grid_worker", "committee_member", "auxiliary", "volunteer", "lawyer"} <= set(roles)


def test_consultations_follow_hard_disputes() -> None:
    """S1.3: a consultation is followed by its decision and by the task that came of it, in this order."""
    hard = [c for c in disputes("s1") if c.last(StepKind.TASK_DONE)]
    assert len(hard) > 60
    for course in hard:
        order = [
            s.kind
            for s in course.steps
            if s.kind in (StepKind.CONSULTED, StepKind.DECIDED, StepKind.TASK_DONE)
        ]
        assert order == [StepKind.CONSULTED, StepKind.DECIDED, StepKind.TASK_DONE]
