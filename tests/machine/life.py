"""One life: what is done next, how it is done, and what is tried that must not work.

What was done least often so far, over all lives, is done next; so that seldom states (paused, filed, merged,
referred, taken back; refused, joined) are reached as often as the common ones, and every forbidden verb is tried
from every state.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from heapq import nsmallest
from typing import Any, TypeVar

from django.db import transaction

from fengqiao.accounts.models import Person
from fengqiao.accounts.scope import Actor
from fengqiao.intake.models import Report
from fengqiao.lib import clock
from fengqiao.lib.errors import Refusal
from fengqiao.matters.models import Matter
from tests.machine import oracle
from tests.machine.doings import BIRTH, DOINGS, Act, Broken, Doing, Key, Pair, allowed_pairs, forbidden_pairs
from tests.machine.ledger import Ledger
from tests.machine.oracle import MATTER, REPORT
from tests.machine.tally import Tally
from tests.machine.world import World

T = TypeVar("T")

TIME, LEAST, PLACES, PROBE = 0.045, 0.45, 0.15, 0.4
"""Shares of steps: time passes; towards what was done least; towards the state in which least was tried of what
is forbidden there; and besides, a forbidden verb is tried."""
NEVER_TRIED = 4
"""Forbidden verbs that were never tried before are tried at once, so many a step."""
PACE = 0.03
"""Tries of each forbidden verb a life: a state that is seldom reached is used when it is."""
LOOK_CLOSELY = 8
AGAIN = timedelta(minutes=10)
TOLD = 30
ROUTES = {kind: oracle.routes(kind) for kind in (REPORT, MATTER)}


class Life:
    """One run over a township that is put back afterwards."""

    def __init__(self, world: World, tally: Tally) -> None:
        self.world, self.tally = world, tally
        self.ledger = Ledger()
        self.allowed, self.forbidden = allowed_pairs(), forbidden_pairs()
        self.rng = random.Random(0)
        self.moment: datetime = world.start
        self.steps = 0
        self.trying = False
        self.story: list[str] = []
        self.sent: list[tuple[dict[str, Any], int]] = []  # what was sent, and the report it became
        self.again: dict[tuple[int, str], int] = {}  # report and words -> the fresh report asked for
        self.talk: dict[int, tuple[str, str, datetime]] = {}  # report -> who spoke last, words, when
        self.own_words: dict[int, str] = {}  # report -> what the reporter said last
        self.ledger.look()

    # -- who and what ---------------------------------------------------------
    @property
    def lead(self) -> Actor:
        """Somebody with rights over the whole county, never the one a complaint is about."""
        return self.world.lead

    def hand(self, matter: Matter) -> Actor:
        """The owner or the lead."""
        return self.owner(matter) if self.rng.random() < 0.5 else self.lead

    def owner(self, matter: Matter) -> Actor:
        """The owner; the lead where there is none."""
        return self.world.actor_of(matter.owner_id) if matter.owner_id else self.lead

    def somebody(self, row: Matter | Report) -> Person:
        """Somebody who works here and whom it is not about."""
        return self.one([p for p in self.world.workers if p.pk != row.about_id])

    def one(self, things: Sequence[T]) -> T:
        """One of several."""
        return things[self.rng.randrange(len(things))]

    def later(self, low: float = 0.1, high: float = 9.0) -> datetime:
        """A time to come, within days."""
        return self.moment + timedelta(days=self.rng.uniform(low, high))

    # -- what was said --------------------------------------------------------
    def heard(self, report: int, who: str, words: str, *, always: bool = False) -> bool:
        """Words are kept, unless the reporter's last ones came twice within ten minutes (a form sent again)."""
        last = self.talk.get(report)
        if last and not always and last[:2] == ("reporter", words) and self.moment - last[2] < AGAIN:
            return False
        self.talk[report] = (who, words, self.moment)
        if who == "reporter":
            self.own_words[report] = words
            self.ledger.answers[report] += 1
        return True

    # -- one step -------------------------------------------------------------
    def step(self, seed: int) -> None:
        """Try something forbidden, do something allowed."""
        self.steps += 1
        self.rng = random.Random((self.tally.seed << 48) + (seed << 12) + self.steps)
        self.moment += timedelta(seconds=self.rng.randrange(5, 120))
        with clock.at(self.moment):
            self.try_forbidden()
            done = self.do_something()
            self.tally.executed += bool(done or self.perform(self.birth("receive_report")))

    def do_something(self) -> bool:
        """Whether something fitted and was done."""
        roll = self.rng.random()
        if roll < TIME:
            return self.perform(self.birth("time_passes"))
        if roll < TIME + LEAST:
            return self.towards_the_least()
        if roll < TIME + LEAST + PLACES:
            return self.towards_a_state()
        return self.anything()

    def look(self) -> None:
        """The rules, after every step; all of history every few steps."""
        self.checked(lambda: self.ledger.look(closely=self.steps % LOOK_CLOSELY == 0))

    def end(self) -> None:
        """Everything once more."""
        self.checked(lambda: self.ledger.look(closely=True))

    def checked(self, check: Any) -> None:
        """Run a check; what it finds is told with what led to it."""
        try:
            check()
        except Broken as broken:
            told = "\n".join(self.story[-TOLD:])
            raise Broken(f"{broken}\n{told}") from broken

    def note(self, words: str) -> None:
        """A line of the story a fault is told with."""
        self.story.append(f"{self.steps:3} {self.moment:%m-%d %H:%M} {words}")

    # -- choosing -------------------------------------------------------------
    def towards_the_least(self) -> bool:
        """What was done least so far, or one verb on the way to it."""
        taken, over = self.tally.taken, self.tally.passed_over
        least = nsmallest(6, self.allowed, key=lambda p: (taken[p] + over[p] / 20, self.rng.random()))
        for kind, name, state in least:
            act = self.aim(DOINGS[kind, name], state)
            if act is not None and self.perform(act):
                return True
            over[kind, name, state] += 1
        return False

    def towards_a_state(self) -> bool:
        """Where least was tried of what is forbidden; anything else where somebody is there already."""
        tried = self.tally.tried
        kind, _name, state = min(self.forbidden, key=lambda p: (tried[p], self.rng.random()))
        if self.ledger.of(kind, (state,)):
            return self.anything()
        act = self.towards(kind, state)
        return act is not None and self.perform(act)

    def aim(self, doing: Doing, state: str) -> Act | None:
        """The doing from this state on the newest it fits; else a verb that brings something there."""
        if doing.kind == BIRTH:
            return self.ready(doing, None)
        there = self.ledger.of(doing.kind, (state,))
        for pk in there[:-4:-1]:
            act = self.ready(doing, (doing.kind, pk))
            if act is not None:
                return act
        return self.towards(doing.kind, state)

    def towards(self, kind: str, state: str, pk: int | None = None) -> Act | None:
        """A verb that brings this one (or the nearest) one step nearer to ``state``; a new one where none can."""
        if pk is None and state == oracle.STATES[kind][0]:
            return self.birth("open_matter" if kind == MATTER else "receive_report")
        if state == "historic":
            return self.birth("historic_row")
        ways = ROUTES[kind]
        known = [pk] if pk is not None else self.ledger.of(kind)
        near = [
            (ways[self.ledger.state[kind, k]][state][0], self.rng.random(), k)
            for k in known
            if state in ways[self.ledger.state[kind, k]]
        ]
        for _away, _tie, k in sorted(near)[:3]:
            verbs = ways[self.ledger.state[kind, k]][state][1]
            options = [d for d in DOINGS.values() if d.kind == kind and d.verb in verbs]
            for option in self.rng.sample(options, min(2, len(options))):
                act = self.ready(option, (kind, k))
                if act is not None:
                    return act
        return None if pk is not None else self.birth("open_matter" if kind == MATTER else "receive_report")

    def anything(self) -> bool:
        """Some allowed verb on something, the seldom states more often than their share."""
        for _try in range(3):
            kind = REPORT if self.rng.random() < 0.4 else MATTER
            states = sorted({s for (k, _pk), s in self.ledger.state.items() if k == kind})
            if not states:
                continue
            state = self.one(states)
            pk = self.one(self.ledger.of(kind, (state,)))
            fits = [d for d in DOINGS.values() if d.kind == kind and state in d.sources]
            some = self.rng.sample(fits, min(5, len(fits)))
            for doing in nsmallest(2, some, key=lambda d: self.tally.taken[d.kind, d.name, state]):
                act = self.ready(doing, (kind, pk))
                if act is not None and self.perform(act):
                    return True
        return False

    # -- doing ----------------------------------------------------------------
    def birth(self, name: str) -> Act:
        """Something that begins or passes by itself; always possible."""
        act = self.ready(DOINGS[BIRTH, name], None)
        if act is None:
            raise LookupError(name)
        return act

    def ready(self, doing: Doing, key: Key | None) -> Act | None:
        """The doing made ready for this one, or None."""
        row, state = None, ""
        if key is not None:
            row, state = self.row(key), self.ledger.state[key]
        act = doing.prepare(self, row)
        if act is not None and act.of is None:
            act.of = (doing, key, state)
        return act

    def row(self, key: Key) -> Any:
        """The report or matter as it stands."""
        return (Matter if key[0] == MATTER else Report).objects.get(pk=key[1])

    def perform(self, act: Act) -> bool:
        """Do it: it must lead where the oracle says, or be refused with the stated code. Whether it went through."""
        assert act.of is not None
        doing, key, state = act.of
        self.note(f"{doing.name} {key[1] if key else ''} {state}")
        result = self._call(act)
        if act.refused:
            self.checked(lambda: self.ledger.look(changed=False))
        elif key is not None and doing.verb is not None:
            self.ledger.state[key] = oracle.TABLES[doing.kind][doing.verb][1] or state
        then = act.then
        if then is not None:
            self.checked(lambda: then(result))
        if key is None or not act.refused:
            self.tally.taken[doing.kind, doing.name, state] += 1
        return not act.refused

    def _call(self, act: Act) -> Any:
        code, cause, result = "", None, None
        try:
            result = act.call()
        except Refusal as refusal:
            code, cause = refusal.code, refusal
        except Exception as error:
            self.fail(f"{type(error).__name__}: {error}", error)
        if code != act.refused:
            self.fail(f"refused with {code!r}, not {act.refused!r}: {cause}", cause)
        return result

    def fail(self, words: str, cause: Exception | None = None) -> None:
        """Stop with the story."""
        told = "\n".join(self.story[-TOLD:])
        raise Broken(f"{words}\n{told}") from cause

    # -- trying what is forbidden ---------------------------------------------
    def try_forbidden(self) -> None:
        """What was tried least so far of what is forbidden to those there are; surely what lags behind the others."""
        there: dict[tuple[str, str], list[int]] = {}
        for (kind, pk), state in self.ledger.state.items():
            there.setdefault((kind, state), []).append(pk)
        tried, over = self.tally.tried, self.tally.passed_over
        pairs = [p for p in self.forbidden if (p[0], p[2]) in there]
        least = nsmallest(NEVER_TRIED, pairs, key=lambda p: (tried[p] + over[p] / 4, self.rng.random()))
        often = bool(least) and (tried[least[0]] < PACE * self.tally.runs or self.rng.random() < PROBE)
        for n, pair in enumerate(least):
            if tried[pair] + over[pair] == 0 or (n == 0 and often):
                kind, name, state = pair
                self.probe(DOINGS[kind, name], (kind, self.one(there[kind, state])), pair)

    def probe(self, doing: Doing, key: Key, pair: Pair) -> None:
        """Try it, count it, take it back."""
        with self.on_trial():
            went = self.attempt(doing, key)
        (self.tally.tried if went else self.tally.passed_over)[pair] += 1

    @contextmanager
    def on_trial(self) -> Iterator[None]:
        """What happens inside is taken back."""
        self.trying = True
        try:
            with transaction.atomic():
                yield
                transaction.set_rollback(True)
        finally:
            self.trying = False

    def attempt(self, doing: Doing, key: Key) -> bool:
        """The forbidden verb with everything else in order: it must be refused and leave no trace."""
        act = self.in_order(doing, key)
        if act is None:
            return False
        before = self.trace(key)
        words = f"{doing.name} from {self.ledger.state[key]}"
        try:
            act.call()
        except Refusal:
            pass
        except Exception as error:
            self.fail(f"{words} failed with {type(error).__name__}: {error}", error)
        else:
            self.fail(f"{words} was let through")
        if self.trace(key) != before:
            self.fail(f"{words} was refused and left a trace")
        return True

    def in_order(self, doing: Doing, key: Key) -> Act | None:
        """The doing made ready; a matter that is over gets the next step it no longer has."""
        if key[0] == MATTER and self.ledger.state[key] not in oracle.OPEN:
            Matter.objects.filter(pk=key[1]).update(next_step="看", due_at=self.later())
        return doing.prepare(self, self.row(key))

    def trace(self, key: Key) -> tuple[Any, ...]:
        """What a refused verb must leave as it was."""
        return (*self.ledger.as_stored(key), *self.ledger.counts())
