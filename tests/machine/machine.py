"""The state machine itself: Hypothesis draws, a life lives, the rules are looked at after every step."""

from __future__ import annotations

from collections.abc import Callable

import hypothesis
import hypothesis.strategies as st
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from tests.machine import births, matter_ends, matter_flow, report_code, report_desk
from tests.machine.life import Life
from tests.machine.tally import Tally
from tests.machine.world import World

STEPS = 32
ROOMS = (births, report_desk, report_code, matter_flow, matter_ends)
"""Where the doings are; importing a room enters them."""

seeds = st.integers(min_value=0, max_value=2**32 - 1)


class Runs:
    """The lives of one test: what they counted together, and what the first that went wrong found."""

    def __init__(self, world: World, seed: int | None, life: type[Life], tally: Tally | None = None) -> None:
        self.world, self.life = world, life
        self.tally = Tally(seed or 0) if tally is None else tally
        self.found: Exception | None = None

    def watched(self, do: Callable[[], None]) -> None:
        """Do it unless something was found already; keep what it finds."""
        if self.found is not None:
            raise self.found
        try:
            do()
        except Exception as error:
            self.found = error
            raise


def machine_over(runs: Runs) -> type[RuleBasedStateMachine]:
    """A state machine whose every run starts from the same township and is put back."""

    class Machine(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.frame = transaction.atomic()
            self.frame.__enter__()
            self.life = runs.life(runs.world, runs.tally)

        @rule(seed=seeds)
        def step(self, seed: int) -> None:
            runs.watched(lambda: self.life.step(seed))

        @invariant()
        def the_rules_hold(self) -> None:
            runs.watched(self.life.look)

        def teardown(self) -> None:
            try:
                if runs.found is None:
                    runs.watched(self.life.end)
                    runs.tally.runs += 1
            finally:
                transaction.set_rollback(True)
                self.frame.__exit__(None, None, None)

    return Machine


def run(
    world: World,
    runs: int,
    seed: int | None = None,
    life: type[Life] = Life,
    tally: Tally | None = None,
) -> Tally:
    """Run the machine ``runs`` times, the same way each time unless a seed is given; stop at the first fault.

    ``tally``: what lives before these did, to be steered by and added to.

    What earlier lives did steers the later ones, so the same draws may lead elsewhere the second time. Hypothesis
    would call a fault found that way flaky: the fault is raised as it was found, with the story that led to it.
    """
    lives = Runs(world, seed, life, tally)
    machine = machine_over(lives)
    if seed is not None:
        machine = hypothesis.seed(seed)(machine)
    try:
        run_state_machine_as_test(machine, settings=_settings(runs, derandomize=seed is None))
    except Exception:
        if lives.found is not None:
            raise lives.found from None
        raise
    return lives.tally


def _settings(runs: int, *, derandomize: bool) -> settings:
    return settings(
        max_examples=runs,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        derandomize=derandomize,
        report_multiple_bugs=False,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
