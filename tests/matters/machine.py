"""A machine that walks reports and matters through random lives and watches rules 1 to 3 of the house.

The oracle is a second, hand-written copy of the transition table (EXPECTED): what the program does is compared
with what is written here, so a fault in the program's own table shows. Every run works on its own township
and is rolled back.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from django.db import transaction

from fengqiao.accounts.models import Person
from fengqiao.accounts.scope import RESIDENT, Actor
from fengqiao.lib import clock
from fengqiao.lib.errors import Refusal
from fengqiao.matters import actions, tick
from fengqiao.matters.models import (
    Category,
    Consultation,
    Event,
    FollowUp,
    JointMember,
    Link,
    Matter,
    Promise,
    Task,
)
from fengqiao.teams.models import Partner
from fengqiao.teams.scopes import actor_for
from tests.cast import Cast

WORK = ("assigned", "active", "paused")
OPEN = (*WORK, "resolved")
LIVE = (*OPEN, "closed")

EXPECTED: dict[str, tuple[tuple[str, ...], str | None]] = {
    "assign": (WORK, "assigned"),
    "accept": (("assigned",), "active"),
    "decline": (("assigned",), "assigned"),
    "transfer": (("assigned", "active"), "assigned"),
    "urge": (WORK, None),
    "progress": (("active", "resolved"), None),
    "next_step": (("assigned", "active"), None),
    "reply": (LIVE, None),
    "promise": (("assigned", "active", "resolved"), None),
    "settle_promise": (OPEN, None),
    "withdraw_promise": (OPEN, None),
    "join": (WORK, None),
    "leave": (WORK, None),
    "consult": (("assigned", "active"), None),
    "decide": (("assigned", "active"), None),
    "finish_task": (OPEN, None),
    "escalate": (WORK, "assigned"),
    "pause": (("active",), "paused"),
    "resume": (("paused",), "active"),
    "reclassify": (WORK, None),
    "raise": (WORK, None),
    "place": (WORK, None),
    "mediate": (WORK, None),
    "resolve": (("active",), "resolved"),
    "plan_follow_up": (OPEN, None),
    "follow_up": (("resolved",), None),
    "close": (("resolved",), "closed"),
    "reopen": (("resolved", "closed"), "assigned"),
    "rate": (("resolved", "closed"), None),
    "refer": (("assigned", "active"), "referred"),
    "merge": (("assigned", "active"), "merged"),
    "unmerge": (("merged",), None),
    "link": ((*LIVE, "referred"), None),
    "unlink": ((*LIVE, "referred"), None),
    "report_linked": (LIVE, None),
    "report_unlinked": (LIVE, None),
    "withdraw": (("assigned",), "withdrawn"),
}
"""verb -> (states it starts from, state it leads to; None where it stays or is computed)."""

COMPUTED = {"follow_up", "unmerge", "mediate"}
"""Verbs whose end state depends on more than the table: checked by the invariants instead."""


class Broken(AssertionError):
    """The program did something the oracle forbids."""


@dataclass
class Life:
    """One run: the township, what was tried, what happened."""

    cast: Cast
    rng: random.Random
    taken: Counter[tuple[str, str]] = field(default_factory=Counter)
    executed: int = 0
    refused: int = 0
    digests: dict[int, tuple[Any, ...]] = field(default_factory=dict)
    moment: datetime = datetime(2026, 3, 11, 2, 0, tzinfo=UTC)
    seen: set[int] = field(default_factory=set)

    # -- the people -----------------------------------------------------------
    @cached_property
    def categories(self) -> list[Category]:
        """Categories in force."""
        return list(Category.objects.filter(valid_to__isnull=True))

    def person(self) -> Person:
        """Somebody who works in the township."""
        return self.rng.choice(
            [p for k, p in self.cast.people.items() if k not in {"nobody", "admin", "auditor"}]
        )

    def owner(self, matter: Matter) -> Actor:
        """The owner's actor, else the duty officer's."""
        return actor_for(matter.owner) if matter.owner else self.cast.actor("duty")

    def lead(self) -> Actor:
        """Somebody with rights over the whole county."""
        return self.cast.actor("head")

    def later(self, low: float = 0.1, high: float = 9.0) -> datetime:
        """A time to come, within days."""
        return self.moment + timedelta(days=self.rng.uniform(low, high))

    # -- one step -------------------------------------------------------------
    def step(self) -> None:
        """Do one thing, mostly an allowed one; then look at everything."""
        roll = self.rng.random()
        with clock.at(self.moment):
            if roll < 0.10 or not self.seen:
                self.open()
            elif roll < 0.16:
                self.forbidden()
            elif roll < 0.22:
                self.time_passes()
            else:
                self.allowed()
            self.look()

    def open(self) -> None:
        """Somebody opens a matter."""
        area = self.cast.areas[self.rng.choice(["grid1", "grid2", "grid3", "street", "other_grid"])]
        matter = actions.open_matter(
            by=self.lead(),
            category=self.rng.choice(self.categories),
            title=f"事项 {len(self.seen)}",
            area=area,
            origin="resident",
            threatening=self.rng.random() < 0.2,
        )
        self.seen.add(matter.pk)
        self.executed += 1
        self.expect(matter, "assigned", "open")

    def time_passes(self) -> None:
        """Hours or weeks go by and the clocks run, twice: the second time must change nothing."""
        self.moment += timedelta(hours=self.rng.choice([1, 5, 30, 100, 400, 1000]))
        with clock.at(self.moment):
            tick.tick(at=self.moment)
            before = Event.objects.count()
            while any(tick.tick(at=self.moment).values()):
                pass
            again = Event.objects.count()
            tick.tick(at=self.moment)
            if Event.objects.count() != again:
                raise Broken(f"tick is not idempotent: {before} {again} {Event.objects.count()}")
        self.executed += 1

    def pick(self) -> Matter:
        """Some matter, the seldom states more often than their share."""
        rows = list(Matter.objects.filter(pk__in=self.seen).order_by("pk"))
        state = self.rng.choice(sorted({m.state for m in rows}))
        return self.rng.choice([m for m in rows if m.state == state])

    def allowed(self) -> None:
        """A verb the oracle allows here; it must work, unless a stated precondition is missing."""
        matter = self.pick()
        verbs = [v for v, (sources, _) in EXPECTED.items() if matter.state in sources]
        if not verbs:
            return
        verb = min(self.rng.sample(verbs, min(4, len(verbs))), key=lambda v: self.taken[v, matter.state])
        was = matter.state
        try:
            with transaction.atomic():
                done = DO[verb](self, matter)
        except Refusal as refusal:
            if refusal.code in {"wrong_state", "not_allowed", "not_found", "incomplete"}:
                raise Broken(f"{verb} from {was} was refused: {refusal.code} {refusal.message}") from refusal
            self.refused += 1
            return
        if done is False:
            return  # nothing there to do it with (no promise to settle, say)
        self.executed += 1
        self.taken[verb, was] += 1
        target = EXPECTED[verb][1]
        matter.refresh_from_db()
        if verb not in COMPUTED:
            self.expect(matter, was if target is None else target, verb)

    def forbidden(self) -> None:
        """Every verb the oracle forbids here must be refused and change nothing."""
        matter = self.pick()
        before = (matter.state, matter.version, Event.objects.filter(matter=matter).count())
        for verb in [v for v, (sources, _) in EXPECTED.items() if matter.state not in sources]:
            try:
                with transaction.atomic():
                    done = DO[verb](self, matter)
                    if done is not False:
                        raise Broken(f"{verb} from {before[0]} was let through")
            except Refusal:
                continue
        matter.refresh_from_db()
        if before != (matter.state, matter.version, Event.objects.filter(matter=matter).count()):
            raise Broken("a refused verb changed the matter")

    def expect(self, matter: Matter, state: str, verb: str) -> None:
        """The state after a verb is the oracle's."""
        if matter.state != state:
            raise Broken(f"{verb} led to {matter.state}, not {state}")

    # -- the rules ------------------------------------------------------------
    def look(self) -> None:
        """Rules 1 to 3: complete while open, nothing lost, history only grows."""
        rows = list(Matter.objects.filter(pk__in=self.seen))
        if len(rows) != len(self.seen):
            raise Broken("a matter was lost")
        for m in rows:
            if m.state in OPEN and not (m.owner_id and m.next_step and m.due_at):
                raise Broken(f"{m.number} is {m.state} without owner, next step or due time")
            if m.owner_id and m.owner_id == m.about_id:
                raise Broken(f"{m.number} is owned by whom it is about")
        if self.executed % 8:
            return
        found: dict[int, tuple[Any, ...]] = {
            pk: (matter, kind, at, text)
            for pk, matter, kind, at, text in Event.objects.values_list(
                "pk", "matter_id", "kind", "at", "text"
            )
        }
        if any(found.get(pk) != old for pk, old in self.digests.items()):
            raise Broken("history was edited")
        self.digests = found


Doing = Callable[[Life, Matter], Any]


def _promise_of(life: Life, m: Matter) -> Promise | None:
    return life.rng.choice(list(m.promises.filter(state="open")) or [None])


def _settle(life: Life, m: Matter) -> Any:
    row = _promise_of(life, m) or _new_promise(life, m)
    return row and actions.settle_promise(row, by=life.lead(), kept=life.rng.random() < 0.8, note="记")


def _withdraw_promise(life: Life, m: Matter) -> Any:
    row = _promise_of(life, m) or _new_promise(life, m)
    return row and actions.withdraw_promise(row, by=life.lead(), note="改了")


def _new_promise(life: Life, m: Matter) -> Any:
    if m.state not in EXPECTED["promise"][0]:
        return Promise.objects.create(  # a stray row, so that a forbidden verb has something to be tried on
            matter=m, kind="step", what="看看", who="某人", due_at=life.later(), made_at=life.moment
        )
    return actions.promise(m, by=life.lead(), what="看看", who="某人", due_at=life.later())


def _join(life: Life, m: Matter) -> Any:
    if life.rng.random() < 0.3:
        return actions.join(m, by=life.lead(), partner=life.rng.choice(list(Partner.objects.all())))
    return actions.join(m, by=life.lead(), person=life.person(), leads=life.rng.random() < 0.3)


def _leave(life: Life, m: Matter) -> Any:
    rows = list(JointMember.objects.filter(matter=m, left_at__isnull=True).order_by("leads"))
    if not rows:
        rows = [JointMember.objects.create(matter=m, person=life.person(), joined_at=life.moment)]
    return actions.leave(rows[0], by=life.lead())


def _consult(life: Life, m: Matter) -> Any:
    return actions.consult(
        m, by=life.lead(), question="怎么办", partners=list(Partner.objects.all())[:1], held_at=life.later()
    )


def _decide(life: Life, m: Matter) -> Any:
    row = Consultation.objects.filter(matter=m, decided_at__isnull=True).first()
    if row is None:
        row = Consultation.objects.create(matter=m, question="怎么办", held_at=life.later())
    draft = actions.TaskDraft("修", life.later(), person=life.person())
    return actions.decide(row, by=life.lead(), conclusion="这样办", tasks=[draft])


def _finish_task(life: Life, m: Matter) -> Any:
    row = Task.objects.filter(matter=m, done_at__isnull=True).first()
    if row is None:
        row = Task.objects.create(matter=m, what="修", person=life.person(), due_at=life.later())
    return actions.finish_task(row, by=life.lead(), result="修好了")


def _reclassify(life: Life, m: Matter) -> Any:
    category = life.rng.choice(life.categories)
    return actions.reclassify(m, by=life.lead(), category=category, why="看错了")


def _place(life: Life, m: Matter) -> Any:
    area = life.cast.areas[life.rng.choice(["grid1", "grid2", "grid3"])]
    return actions.place_matter(m, by=life.lead(), area=area, place_text="门口")


def _follow_up(life: Life, m: Matter) -> Any:
    row = FollowUp.objects.filter(matter=m, state="planned").order_by("due_at").first()
    if row is None:
        if m.state == "resolved":
            row = actions.schedule_follow_up(m, by=life.lead(), purpose="再看看", due_at=life.later())
        else:
            row = FollowUp.objects.create(
                matter=m, rule="by_hand", purpose="看", due_at=life.later(), owner=life.person()
            )
    result = life.rng.choice(["held", "held", "not_held", "unreached"])
    return actions.record_follow_up(row, by=life.lead(), result=result, note="看过")


def _close(life: Life, m: Matter) -> Any:
    for row in m.promises.filter(state="open"):
        if m.state in OPEN:
            actions.settle_promise(row, by=life.lead(), kept=True)
    if m.state == "resolved" and not m.follow_ups.filter(state="done").exists():
        row = FollowUp.objects.filter(matter=m, state="planned").first()
        if row is None:
            return False
        actions.record_follow_up(row, by=life.lead(), result="unreached", note="没人")
        m.refresh_from_db()
        if m.state != "resolved":
            return False
    return actions.close(m, by=life.lead(), why="搬走了")


def _merge(life: Life, m: Matter) -> Any:
    others = list(Matter.objects.filter(pk__in=life.seen, state__in=OPEN).exclude(pk=m.pk))
    return actions.merge(m, by=life.lead(), into=life.rng.choice(others)) if others else False


def _unmerge(life: Life, m: Matter) -> Any:
    row = Link.objects.filter(matter=m, kind="duplicate", ended_at__isnull=True).first()
    if row is None:
        other = Matter.objects.filter(pk__in=life.seen).exclude(pk=m.pk).first()
        if other is None:
            return False
        row = Link.objects.create(matter=m, other=other, kind="duplicate", at=life.moment)
    return actions.unmerge(row, by=life.lead())


def _link(life: Life, m: Matter) -> Any:
    others = list(Matter.objects.filter(pk__in=life.seen).exclude(pk=m.pk))
    if not others:
        return False
    kind = life.rng.choice(["recurrence", "cause", "similar"])
    return actions.link(m, by=life.lead(), other=life.rng.choice(others), kind=kind)


def _unlink(life: Life, m: Matter) -> Any:
    rows = Link.objects.filter(matter=m, ended_at__isnull=True).exclude(kind="duplicate")
    row = rows.first()
    if row is None:
        other = Matter.objects.filter(pk__in=life.seen).exclude(pk=m.pk).first()
        if other is None:
            return False
        row = Link.objects.create(matter=m, other=other, kind="similar", at=life.moment)
    return actions.unlink(row, by=life.lead())


def _reopen(life: Life, m: Matter) -> Any:
    by = RESIDENT if life.rng.random() < 0.5 else life.lead()
    return actions.reopen(m, by=by, reason="又漏了")


def _resolve(life: Life, m: Matter) -> Any:
    return actions.resolve(m, by=life.owner(m), outcome="fixed", text="修好了", cause="老化")


DO: dict[str, Doing] = {
    "assign": lambda life, m: actions.assign(m, by=life.lead(), to=life.person()),
    "accept": lambda life, m: actions.accept(m, by=life.owner(m)),
    "decline": lambda life, m: actions.decline(m, by=life.owner(m), reason="不是我这里的"),
    "transfer": lambda life, m: actions.transfer(m, by=life.owner(m), to=life.person(), reason="他熟"),
    "urge": lambda life, m: actions.urge(m, by=life.rng.choice([life.lead(), RESIDENT]), text="快一点"),
    "progress": lambda life, m: actions.record_progress(m, by=life.owner(m), text="去看过", public=True),
    "next_step": lambda life, m: actions.set_next_step(
        m, by=life.lead(), next_step="再去", due_at=life.later()
    ),
    "reply": lambda life, m: actions.reply(m, by=life.lead(), text="在办"),
    "promise": lambda life, m: actions.promise(m, by=life.lead(), what="修", who="物业", due_at=life.later()),
    "settle_promise": _settle,
    "withdraw_promise": _withdraw_promise,
    "join": _join,
    "leave": _leave,
    "consult": _consult,
    "decide": _decide,
    "finish_task": _finish_task,
    "escalate": lambda life, m: actions.escalate(m, by=life.lead(), tried="谈过", blocked_by="谈不拢"),
    "pause": lambda life, m: actions.pause(m, by=life.owner(m), reason="等配件", until=life.later(1, 8)),
    "resume": lambda life, m: actions.resume(m, by=life.owner(m)),
    "reclassify": _reclassify,
    "raise": lambda life, m: actions.raise_severity(
        m, by=life.lead(), severity=max(m.severity - 1, 1), why="急"
    ),
    "place": _place,
    "mediate": lambda life, m: actions.record_mediation(m, by=life.lead(), text="谈了一次", data={}),
    "resolve": _resolve,
    "plan_follow_up": lambda life, m: actions.schedule_follow_up(
        m, by=life.lead(), purpose="看看", due_at=life.later()
    ),
    "follow_up": _follow_up,
    "close": _close,
    "reopen": _reopen,
    "rate": lambda life, m: actions.rate(m, score=life.rng.choice([1, 2, 3])),
    "refer": lambda life, m: actions.refer(m, by=life.lead(), to="水务公司", reason="管网归它"),
    "merge": _merge,
    "unmerge": _unmerge,
    "link": _link,
    "unlink": _unlink,
    "report_linked": lambda life, m: actions.report_linked(m, by=life.lead(), text="又有人说"),
    "report_unlinked": lambda life, m: actions.report_unlinked(m, by=life.lead(), text="不是一件"),
    "withdraw": lambda life, m: actions.withdraw(m, by=life.lead(), reason="登记错了"),
}
