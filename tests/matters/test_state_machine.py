"""Rules 1 to 3 hold whatever people do: random lives of matters and reports under Hypothesis."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import hypothesis.strategies as st
import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from fengqiao.matters import rules
from tests.cast import Cast
from tests.matters.machine import EXPECTED, Broken, Life

STEPS = 45
RUNS_QUICK, RUNS_FULL = 100, 2000
MIN_EXECUTED, MIN_TAKEN = 30, 50

seeds = st.integers(min_value=0, max_value=2**32 - 1)


class Tally:
    """What all runs together did."""

    def __init__(self) -> None:
        self.runs = 0
        self.executed = 0
        self.taken: Counter[tuple[str, str]] = Counter()


def machine_over(cast: Cast, tally: Tally) -> type[RuleBasedStateMachine]:
    """A state machine whose every run starts from the same township and is rolled back."""

    class Machine(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.frame = transaction.atomic()
            self.frame.__enter__()
            self.life = Life(cast, random.Random(0))

        @rule(seed=seeds)
        def step(self, seed: int) -> None:
            self.life.rng = random.Random(seed)
            self.life.step()

        def teardown(self) -> None:
            tally.runs += 1
            tally.executed += self.life.executed
            tally.taken.update(self.life.taken)
            transaction.set_rollback(True)
            self.frame.__exit__(None, None, None)

    return Machine


def run(cast: Cast, runs: int) -> Tally:
    """Run the machine ``runs`` times."""
    tally = Tally()
    run_state_machine_as_test(
        machine_over(cast, tally),
        settings=settings(
            max_examples=runs,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            derandomize=False,
            report_multiple_bugs=False,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    return tally


def test_rules_hold_over_random_lives(cast: Cast) -> None:
    """100 random lives: nothing open is ever incomplete, lost or rewritten."""
    tally = run(cast, RUNS_QUICK)
    assert tally.runs >= RUNS_QUICK
    assert tally.executed / tally.runs >= MIN_EXECUTED


@pytest.mark.full
def test_rules_hold_over_many_random_lives(cast: Cast) -> None:
    """2,000 random lives, every transition of the table taken at least fifty times."""
    tally = run(cast, RUNS_FULL)
    assert tally.runs >= RUNS_FULL
    assert tally.executed / tally.runs >= MIN_EXECUTED
    seldom = {
        (verb, source): tally.taken[verb, source]
        for verb, (sources, _target) in EXPECTED.items()
        for source in sources
        if tally.taken[verb, source] < MIN_TAKEN
    }
    assert not seldom


def test_the_oracle_covers_the_whole_table() -> None:
    """Every verb of the program is in the oracle, and none besides."""
    assert set(EXPECTED) == set(rules.BY_VERB)


FAULTS = {
    "resolving closes at once": ("resolve", {"target": "closed"}),
    "a paused matter can be accepted": ("accept", {"sources": ("assigned", "paused")}),
    "a merged matter ends as closed": ("merge", {"target": "closed"}),
    "a resolved matter can be paused": ("pause", {"sources": ("active", "resolved")}),
    "escalating leaves the matter paused": ("escalate", {"target": "paused"}),
}


@pytest.fixture
def planted(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The table with one fault in it."""
    verb, change = FAULTS[request.param]
    monkeypatch.setitem(rules.BY_VERB, verb, replace(rules.BY_VERB[verb], **change))
    return str(request.param)


@pytest.mark.parametrize("planted", FAULTS, indirect=True)
def test_a_planted_fault_is_caught(cast: Cast, planted: str) -> None:
    """Each of five faults in the program's table is found by the machine."""
    with pytest.raises(Broken):
        run(cast, RUNS_QUICK)
