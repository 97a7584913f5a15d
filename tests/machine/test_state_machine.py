"""Rules 1 to 3 hold whatever people do: random lives of reports and matters, all their actions in one machine."""

from __future__ import annotations

import inspect
import pkgutil
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from types import ModuleType
from typing import Any, ClassVar

import pytest
from django.db import transaction

from fengqiao.intake import actions as intake_actions
from fengqiao.intake import rules as report_rules
from fengqiao.lib import clock
from fengqiao.lib.errors import Refusal
from fengqiao.matters import actions as matter_actions
from fengqiao.matters import rules as matter_rules
from tests.cast import NOW, Cast, lay_out
from tests.machine import oracle
from tests.machine.doings import BIRTH, DOINGS, Broken, Doing, Key, Pair, allowed_pairs, forbidden_pairs
from tests.machine.life import Life
from tests.machine.machine import run
from tests.machine.oracle import REPORT
from tests.machine.tally import Tally
from tests.machine.world import World

RUNS_QUICK, RUNS_FULL = 100, 2000
MIN_EXECUTED, MIN_TAKEN = 30, 50
MIN_TAKEN_QUICK, MIN_TRIED_QUICK = 3, 2
SEEDS = 20


def test_rules_hold_over_random_lives(cast: Cast) -> None:
    """100 random lives: nothing unfinished is ever incomplete, nothing said is lost or doubled, nothing rewritten.

    Every doing is done from every state it may start from, every forbidden one tried from every other state.
    """
    tally = run(World(cast), RUNS_QUICK)
    assert tally.runs >= RUNS_QUICK
    assert tally.executed / tally.runs >= MIN_EXECUTED
    assert not [p for p in allowed_pairs() if tally.taken[p] < MIN_TAKEN_QUICK]
    assert not [p for p in forbidden_pairs() if tally.tried[p] < MIN_TRIED_QUICK]


@pytest.mark.full
@pytest.mark.django_db(transaction=True)
def test_rules_hold_over_many_random_lives() -> None:
    """2,000 random lives, every transition of both tables taken at least fifty times.

    A hundred to a transaction: PostgreSQL keeps what undone lives wrote until theirs ends, and gets ever slower.
    """
    tally = Tally()
    for seed in range(RUNS_FULL // RUNS_QUICK):
        with clock.at(NOW), transaction.atomic():
            run(World(lay_out()), RUNS_QUICK, seed, tally=tally)
            transaction.set_rollback(True)
    assert tally.runs >= RUNS_FULL
    assert tally.executed / tally.runs >= MIN_EXECUTED
    taken = tally.transitions()
    seldom = {
        (kind, verb, source): taken[kind, verb, source]
        for kind, table in oracle.TABLES.items()
        for verb, (sources, _target) in table.items()
        for source in sources
        if taken[kind, verb, source] < MIN_TAKEN
    }
    assert not seldom
    assert not [p for p in forbidden_pairs() if tally.tried[p] < MIN_TAKEN]


# -- faults planted in the program's tables -------------------------------------
Fault = tuple[ModuleType, str, dict[str, Any]]

FAULTS: dict[str, Fault] = {
    "a paused matter can be accepted": (matter_rules, "accept", {"sources": ("assigned", "paused")}),
    "a resolved matter can be paused": (matter_rules, "pause", {"sources": ("active", "resolved")}),
    "a filed matter can be paused": (matter_rules, "pause", {"sources": ("active", "closed")}),
    "a result files the matter at once": (matter_rules, "resolve", {"target": "closed"}),
    "an accepted report can be refused": (
        report_rules,
        "refuse",
        {"sources": ("new", "asking", "accepted")},
    ),
}


@pytest.fixture
def planted(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A table of the program with one fault in it."""
    rules, verb, change = FAULTS[request.param]
    monkeypatch.setitem(rules.BY_VERB, verb, replace(rules.BY_VERB[verb], **change))
    return str(request.param)


@pytest.mark.parametrize("planted", FAULTS, indirect=True)
def test_a_planted_fault_is_caught(cast: Cast, planted: str) -> None:
    """Each of five faults in the program's tables is found within the quick runs."""
    with pytest.raises(Broken):
        run(World(cast), RUNS_QUICK)


@pytest.mark.full
@pytest.mark.parametrize("planted", FAULTS, indirect=True)
def test_a_planted_fault_is_caught_whatever_the_seed(cast: Cast, planted: str) -> None:
    """And so it is from twenty other beginnings: that it was found was no luck."""
    world = World(cast)
    for seed in range(SEEDS):
        with pytest.raises(Broken):
            run(world, RUNS_QUICK, seed)


class Unlocked(Life):
    """A life in which the program's tables stop nothing: which forbidden verbs does anything else stop?"""

    through: ClassVar[Counter[Pair]] = Counter()

    def attempt(self, doing: Doing, key: Key) -> bool:
        """Count what goes through instead of failing."""
        act = self.in_order(doing, key)
        if act is None:
            return False
        with suppress(Refusal):
            act.call()
            self.through[doing.kind, doing.name, self.ledger.state[key]] += 1
        return True


GUARDED = {"withdraw", "withdraw_matter", "accept_many"}
"""Stopped by more than the table: a matter somebody worked on is never taken back, and a run of reports leaves
out those that are decided."""


@pytest.mark.full
def test_the_table_alone_stops_what_is_tried(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """With tables that let everything through, every forbidden verb the machine tries would go through."""
    for rules, states in ((matter_rules, oracle.MATTER_STATES), (report_rules, oracle.REPORT_STATES)):
        for verb, row in list(rules.BY_VERB.items()):
            monkeypatch.setitem(rules.BY_VERB, verb, replace(row, sources=states))
    Unlocked.through.clear()
    run(World(cast), RUNS_QUICK, life=Unlocked)
    stopped = [p for p in forbidden_pairs() if not Unlocked.through[p]]
    assert {name for _kind, name, _state in stopped} == GUARDED


# -- what the machine covers -----------------------------------------------------
NO_VERB = {
    "load_reference": "brings in the reference data; touches no matter",
    "take_in": "the inside of receive_report, which the machine calls; imports call it with their own checks",
    "keep_photos": "rows for photos, inside receive_report and add_photo",
    "role_words": "words for a role; writes nothing",
    "rights_here": "what somebody may do, for doors; writes nothing",
    "take": "the checks every verb begins with",
    "take_by_code": "the same for whoever holds a code",
    "may_triage": "a question; writes nothing",
    "person_id": "a question; writes nothing",
    "parts_of": "a question; writes nothing",
    "rights_over": "a question; writes nothing",
    "record": "the event every verb ends with",
    "gather_topic": "open_matter, link_report and link, which the machine does, for the reports of a topic",
    "refresh_topics": "counts anew what reports speak of; touches no report",
    "common_area": "a question; writes nothing",
    "keeps_models": "a question; writes nothing",
    **dict.fromkeys(
        ("start_training", "cancel_training", "keep_model", "use_model", "use_starter", "roll_back"),
        "about the models that propose; touches no report and no matter",
    ),
}
"""Public functions of the actions that are no verb by themselves, and why."""


def _done_by(package: ModuleType) -> set[str]:
    """Functions of an actions package: those it offers, and all public ones that take ``by`` or a receipt code."""
    found = {name for name in package.__all__ if inspect.isfunction(getattr(package, name))}
    for info in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        for name, value in vars(import_module(info.name)).items():
            own = inspect.isfunction(value) and value.__module__ == info.name and name[0] != "_"
            if own and {"by", "code"} & set(inspect.signature(value).parameters):
                found.add(name)
    return found


def test_every_action_is_in_the_machine() -> None:
    """Nothing can be done to a report or a matter that the machine does not do, but for the named exceptions."""
    known = {name for _kind, name in DOINGS}
    there = _done_by(matter_actions) | _done_by(intake_actions)
    assert there - known == set(NO_VERB) & there
    assert set(NO_VERB) <= there, "an exception for something that is gone"
    extra = {name for kind, name in DOINGS if kind != BIRTH} - there
    assert not extra, "the machine does what is no action"


def test_the_oracle_covers_both_tables() -> None:
    """Every verb of the program is in the oracle and done by somebody, and none besides."""
    assert set(oracle.MATTERS) == set(matter_rules.BY_VERB)
    assert set(oracle.REPORTS) == set(report_rules.BY_VERB)
    done = {(d.kind, d.verb) for d in DOINGS.values() if d.verb}
    wanted = {(kind, verb) for kind, table in oracle.TABLES.items() for verb in table}
    assert wanted - done == {(REPORT, "climb")}, "only the clock lets a report climb"
