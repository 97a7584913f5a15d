"""Rules 1 to 3 for reports: random lives under Hypothesis, against a table written here by hand."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import hypothesis.strategies as st
import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from fengqiao.accounts.scope import RESIDENT
from fengqiao.intake import actions, rules, tick
from fengqiao.intake.models import Report, ReportEvent
from fengqiao.lib import clock
from fengqiao.lib.errors import Refusal
from fengqiao.matters.models import Matter
from tests.cast import NOW, Cast

STEPS, RUNS_QUICK, RUNS_FULL = 45, 40, 2000
MIN_EXECUTED, MIN_TAKEN = 30, 50
OPEN = ("new", "asking")
DECIDED = ("accepted", "merged", "refused")
EXPECTED: dict[str, tuple[tuple[str, ...], str | None]] = {
    "accept": (OPEN, "accepted"),
    "link": (OPEN, "merged"),
    "refuse": (OPEN, "refused"),
    "ask": (OPEN, "asking"),
    "place": (OPEN, None),
    "raise": (OPEN, None),
    "hand_over": (OPEN, None),
    "unlink": (("merged",), "new"),
    "undo": (DECIDED, "new"),
    "answer": ((*OPEN, *DECIDED), None),
}
"""verb -> (states it starts from, state it leads to). An answer brings an asked report back to
new; undoing puts back what was open before."""

SAID = ("楼道堆了纸箱", "楼上漏水到我家", "路灯不亮", "有人吵架", "井盖翘起来了", "狗不拴绳")


class Broken(AssertionError):
    """The program did something the table here forbids."""


class Desk:
    """One run."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.rng = cast, random.Random(0)
        self.moment: datetime = NOW
        self.executed = 0
        self.taken: Counter[tuple[str, str]] = Counter()
        self.codes: dict[str, str] = {}
        self.events: list[tuple[Any, ...]] = []

    def step(self) -> None:
        """One thing happens; then everything is looked at."""
        roll = self.rng.random()
        with clock.at(self.moment):
            if roll < 0.25 or not self.codes:
                self.receive()
            elif roll < 0.32:
                self.time_passes()
            elif roll < 0.37:
                self.forbidden()
            else:
                self.allowed()
            self.look()
        self.moment += timedelta(seconds=self.rng.choice([5, 40, 400]))

    def receive(self) -> None:
        """Somebody sends a report, often the same one again."""
        key = f"k{self.rng.randrange(12)}"
        text = SAID[int(key[1:]) % len(SAID)]
        area = self.cast.areas["grid1"]
        receipt = actions.receive_report(by=RESIDENT, channel="portal", text=text, key=key, area=area)
        if key in self.codes and (receipt.created or receipt.code != self.codes[key]):
            raise Broken("a report was doubled")
        if key not in self.codes and not receipt.created:
            raise Broken("a new report was taken for an old one")
        self.codes[key] = receipt.code
        self.executed += 1

    def time_passes(self) -> None:
        """Hours go by; the clocks run."""
        self.moment += timedelta(hours=self.rng.choice([1, 6, 48]))
        with clock.at(self.moment):
            tick.tick(at=self.moment)
        self.executed += 1

    def pick(self) -> Report:
        """Some report, the seldom states more often than their share."""
        rows = list(Report.objects.order_by("pk"))
        state = self.rng.choice(sorted({r.state for r in rows}))
        return self.rng.choice([r for r in rows if r.state == state])

    def allowed(self) -> None:
        """A verb the table allows; it works or says which condition is missing."""
        report = self.pick()
        was = report.state
        verbs = [v for v, (sources, _t) in EXPECTED.items() if was in sources]
        verb = min(self.rng.sample(verbs, min(3, len(verbs))), key=lambda v: self.taken[v, was])
        try:
            with transaction.atomic():
                if DO[verb](self, report) is False:
                    return
        except Refusal as refusal:
            if refusal.code in {"wrong_state", "not_allowed", "not_found", "incomplete"}:
                raise Broken(f"{verb} from {was}: {refusal.code} {refusal.message}") from refusal
            return
        self.executed += 1
        self.taken[verb, was] += 1
        report.refresh_from_db()
        target = EXPECTED[verb][1] or ("new" if (verb, was) == ("answer", "asking") else was)
        fits = report.state in OPEN if verb == "undo" else report.state == target
        if not fits:
            raise Broken(f"{verb} led from {was} to {report.state}, not {target}")

    def forbidden(self) -> None:
        """Every verb the table forbids here is refused and changes nothing."""
        report = self.pick()
        before = (report.state, report.version, ReportEvent.objects.filter(report=report).count())
        for verb in [v for v, (sources, _t) in EXPECTED.items() if report.state not in sources]:
            try:
                with transaction.atomic():
                    if DO[verb](self, report) is not False:
                        raise Broken(f"{verb} from {before[0]} was let through")
            except Refusal:
                continue
        report.refresh_from_db()
        if before != (report.state, report.version, ReportEvent.objects.filter(report=report).count()):
            raise Broken("a refused verb changed the report")

    def look(self) -> None:
        """Nothing unfinished is incomplete, nothing acknowledged is lost, history only grows."""
        rows = {r.code: r for r in Report.objects.all()}
        if set(self.codes.values()) != set(rows):
            raise Broken("an acknowledged report was lost")
        for row in rows.values():
            if row.state in OPEN and not (row.owner_id and row.next_step and row.due_at):
                raise Broken(f"{row.state} without owner, next step or due time")
            if row.state in {"accepted", "merged"} and not row.matter_id:
                raise Broken("accepted without a matter")
        for matter in Matter.objects.filter(state__in=["assigned", "active", "paused", "resolved"]):
            if not (matter.owner_id and matter.next_step and matter.due_at):
                raise Broken("an open matter is incomplete")
        events = list(ReportEvent.objects.order_by("pk").values_list("pk", "report_id", "kind", "at", "text"))
        if events[: len(self.events)] != self.events:
            raise Broken("history was edited")
        self.events = events


def _link(desk: Desk, report: Report) -> Any:
    matter = Matter.objects.filter(state="assigned", restricted=False).order_by("?").first()
    return actions.link_report(report, by=desk.cast.actor("head"), matter=matter) if matter else False


DO: dict[str, Callable[[Desk, Report], Any]] = {
    "accept": lambda d, r: actions.accept_report(r, by=d.cast.actor("head"), category="NB4", severity=3),
    "link": _link,
    "refuse": lambda d, r: actions.refuse_report(r, by=d.cast.actor("head"), to="水务公司", why="管网归它"),
    "ask": lambda d, r: actions.ask(r, by=d.cast.actor("head"), text="哪一栋"),
    "place": lambda d, r: actions.correct_place(r, by=d.cast.actor("head"), area=d.cast.areas["grid2"]),
    "raise": lambda d, r: actions.raise_severity(
        r, by=d.cast.actor("head"), severity=max(1, r.severity - 1), why="听着急"
    ),
    "hand_over": lambda d, r: actions.hand_over(
        r, by=d.cast.actor("head"), to=d.cast.people[d.rng.choice(["duty", "head"])], why="他在班"
    ),
    "unlink": lambda d, r: actions.unlink_report(r, by=d.cast.actor("head"), reason="不是一件"),
    "undo": lambda d, r: actions.undo_decision(r, by=d.cast.actor("head")),
    "answer": lambda d, r: actions.answer(r.code, text=f"是 {d.executed} 栋，{d.rng.randrange(10**6)}"),
}


def run(cast: Cast, runs: int) -> tuple[int, int, Counter[tuple[str, str]]]:
    """Run the machine; runs, executed steps, verbs by source."""
    tally: dict[str, Any] = {"runs": 0, "executed": 0, "taken": Counter()}

    class Machine(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.frame = transaction.atomic()
            self.frame.__enter__()
            self.desk = Desk(cast)

        @rule(seed=st.integers(min_value=0, max_value=2**32 - 1))
        def step(self, seed: int) -> None:
            self.desk.rng = random.Random(seed)
            self.desk.step()

        def teardown(self) -> None:
            tally["runs"] += 1
            tally["executed"] += self.desk.executed
            tally["taken"].update(self.desk.taken)
            transaction.set_rollback(True)
            self.frame.__exit__(None, None, None)

    found = settings(
        max_examples=runs,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Machine, settings=found)
    return tally["runs"], tally["executed"], tally["taken"]


def test_rules_hold_for_reports(cast: Cast) -> None:
    """Random lives: nothing unfinished is incomplete, nothing acknowledged lost or doubled."""
    runs, executed, _taken = run(cast, RUNS_QUICK)
    assert executed / runs >= MIN_EXECUTED


@pytest.mark.full
def test_rules_hold_for_reports_at_length(cast: Cast) -> None:
    """2,000 lives, every verb from every state at least fifty times."""
    runs, executed, taken = run(cast, RUNS_FULL)
    assert executed / runs >= MIN_EXECUTED
    seldom = {(v, s) for v, (sources, _t) in EXPECTED.items() for s in sources if taken[v, s] < MIN_TAKEN}
    assert not seldom


def test_a_fault_in_the_table_is_caught(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asking that leaves the report where it was is found."""
    monkeypatch.setitem(rules.BY_VERB, "undo", replace(rules.BY_VERB["undo"], sources=(*DECIDED, "new")))
    monkeypatch.setitem(
        rules.BY_VERB, "refuse", replace(rules.BY_VERB["refuse"], sources=(*OPEN, "accepted"))
    )
    with pytest.raises(Broken):
        run(cast, RUNS_QUICK)
