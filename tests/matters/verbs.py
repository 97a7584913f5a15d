"""One way to do each verb, with the person it belongs to; shared by the reach tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fengqiao.accounts.scope import Actor
from fengqiao.lib import clock
from fengqiao.matters import actions
from fengqiao.matters.models import Category, Consultation, JointMember, Link, Matter, Task
from tests.cast import Cast

Do = Callable[[Cast, Matter, Actor], Any]


@dataclass(frozen=True)
class Case:
    """A verb: from which state it is tried, by whom it works, how it is done."""

    state: str
    by: str
    do: Do


def _soon(days: float = 2) -> Any:
    return clock.now() + timedelta(days=days)


def _promise(cast: Cast, m: Matter) -> Any:
    return m.promises.filter(state="open").first() or actions.promise(
        m, by=cast.actor("grid_worker"), what="修", who="物业", due_at=_soon()
    )


def _task(cast: Cast, m: Matter) -> Task:
    return Task.objects.create(matter=m, what="修", person=cast.people["officer"], due_at=_soon())


def _consultation(cast: Cast, m: Matter) -> Consultation:
    return Consultation.objects.create(matter=m, question="怎么办", held_at=_soon())


def _member(cast: Cast, m: Matter) -> JointMember:
    return JointMember.objects.create(matter=m, person=cast.people["officer"], joined_at=clock.now())


def _other(cast: Cast) -> Matter:
    return actions.open_matter(
        by=cast.actor("duty"),
        category=Category.objects.get(code="NB2", valid_to__isnull=True),
        title="另一件",
        area=cast.areas["grid1"],
        origin="resident",
        owner=cast.people["grid_worker"],
    )


def _link(cast: Cast, m: Matter, kind: str = "similar") -> Link:
    return Link.objects.create(matter=m, other=_other(cast), kind=kind, at=clock.now())


def _merged(cast: Cast, m: Matter) -> Link:
    return actions.merge(m, by=cast.actor("duty"), into=_other(cast))


def _category() -> Category:
    return Category.objects.get(code="NB6", valid_to__isnull=True)


def _draft(cast: Cast) -> actions.TaskDraft:
    return actions.TaskDraft("修", _soon(), person=cast.people["officer"])


CASES: dict[str, Case] = {
    "assign": Case("assigned", "duty", lambda c, m, by: actions.assign(m, by=by, to=c.people["officer"])),
    "accept": Case("assigned", "grid_worker", lambda c, m, by: actions.accept(m, by=by)),
    "decline": Case("assigned", "grid_worker", lambda c, m, by: actions.decline(m, by=by, reason="不归我")),
    "transfer": Case(
        "active",
        "grid_worker",
        lambda c, m, by: actions.transfer(m, by=by, to=c.people["officer"], reason="他熟"),
    ),
    "urge": Case("active", "duty", lambda c, m, by: actions.urge(m, by=by, text="快一点")),
    "record_progress": Case(
        "active", "grid_worker", lambda c, m, by: actions.record_progress(m, by=by, text="看过")
    ),
    "set_next_step": Case(
        "active",
        "grid_worker",
        lambda c, m, by: actions.set_next_step(m, by=by, next_step="再去", due_at=_soon()),
    ),
    "reply": Case("active", "grid_worker", lambda c, m, by: actions.reply(m, by=by, text="在办")),
    "promise": Case(
        "active",
        "grid_worker",
        lambda c, m, by: actions.promise(m, by=by, what="修", who="物业", due_at=_soon()),
    ),
    "settle_promise": Case(
        "active", "grid_worker", lambda c, m, by: actions.settle_promise(_promise(c, m), by=by, kept=True)
    ),
    "withdraw_promise": Case(
        "active", "grid_worker", lambda c, m, by: actions.withdraw_promise(_promise(c, m), by=by, note="改了")
    ),
    "correct_promise": Case("active", "grid_worker", lambda c, m, by: _correct(c, m, by)),
    "join": Case(
        "active", "grid_worker", lambda c, m, by: actions.join(m, by=by, person=c.people["mediator"])
    ),
    "leave": Case("active", "grid_worker", lambda c, m, by: actions.leave(_member(c, m), by=by)),
    "consult": Case(
        "active",
        "grid_worker",
        lambda c, m, by: actions.consult(
            m, by=by, question="怎么办", partners=[c.partners["water"]], held_at=_soon()
        ),
    ),
    "decide": Case(
        "active",
        "grid_worker",
        lambda c, m, by: actions.decide(_consultation(c, m), by=by, conclusion="这样办", tasks=[_draft(c)]),
    ),
    "finish_task": Case(
        "active", "grid_worker", lambda c, m, by: actions.finish_task(_task(c, m), by=by, result="好")
    ),
    "escalate": Case(
        "active",
        "grid_worker",
        lambda c, m, by: actions.escalate(m, by=by, tried="谈过", blocked_by="谈不拢"),
    ),
    "pause": Case(
        "active", "grid_worker", lambda c, m, by: actions.pause(m, by=by, reason="等", until=_soon())
    ),
    "resume": Case("paused", "grid_worker", lambda c, m, by: actions.resume(m, by=by)),
    "reclassify": Case(
        "active",
        "grid_worker",
        lambda c, m, by: actions.reclassify(m, by=by, category=_category(), why="看错"),
    ),
    "raise_severity": Case(
        "active", "grid_worker", lambda c, m, by: actions.raise_severity(m, by=by, severity=2, why="急")
    ),
    "place_matter": Case(
        "active",
        "duty",
        lambda c, m, by: actions.place_matter(m, by=by, area=c.areas["grid2"], place_text="门口"),
    ),
    "record_mediation": Case(
        "active", "grid_worker", lambda c, m, by: actions.record_mediation(m, by=by, text="谈了", data={})
    ),
    "mark_kept_from_violence": Case(
        "active", "grid_worker", lambda c, m, by: actions.mark_kept_from_violence(m, by=by, why="夺下了棍子")
    ),
    "mark_threatening": Case(
        "active", "grid_worker", lambda c, m, by: actions.mark_threatening(m, by=by, why="扬言")
    ),
    "resolve": Case(
        "active",
        "grid_worker",
        lambda c, m, by: actions.resolve(m, by=by, outcome="fixed", text="修好", cause="老化"),
    ),
    "schedule_follow_up": Case(
        "resolved",
        "grid_worker",
        lambda c, m, by: actions.schedule_follow_up(m, by=by, purpose="看", due_at=_soon()),
    ),
    "record_follow_up": Case(
        "resolved",
        "grid_worker",
        lambda c, m, by: actions.record_follow_up(m.follow_ups.all()[0], by=by, result="held", note="好"),
    ),
    "close": Case("resolved", "grid_worker", lambda c, m, by: _close(c, m, by)),
    "reopen": Case("resolved", "grid_worker", lambda c, m, by: actions.reopen(m, by=by, reason="又漏")),
    "refer": Case(
        "active", "grid_worker", lambda c, m, by: actions.refer(m, by=by, to="水务公司", reason="归它")
    ),
    "merge": Case("active", "grid_worker", lambda c, m, by: actions.merge(m, by=by, into=_other(c))),
    "unmerge": Case("active", "duty", lambda c, m, by: actions.unmerge(_merged(c, m), by=by)),
    "link": Case(
        "active", "grid_worker", lambda c, m, by: actions.link(m, by=by, other=_other(c), kind="similar")
    ),
    "unlink": Case("active", "grid_worker", lambda c, m, by: actions.unlink(_link(c, m), by=by)),
    "report_linked": Case(
        "active", "duty", lambda c, m, by: actions.report_linked(m, by=by, text="又有人说")
    ),
    "report_unlinked": Case(
        "active", "duty", lambda c, m, by: actions.report_unlinked(m, by=by, text="不是")
    ),
    "withdraw": Case("assigned", "duty", lambda c, m, by: actions.withdraw(m, by=by, reason="登记错了")),
}
"""Every action on a matter but ``open_matter``, ``rate`` (residents only) and ``load_reference``."""


def _close(cast: Cast, m: Matter, by: Actor) -> Any:
    if m.state == "resolved" and not m.follow_ups.filter(state="done").exists():
        row = m.follow_ups.filter(state="planned").order_by("due_at")[0]
        actions.record_follow_up(row, by=cast.actor("grid_worker"), result="unreached", note="没人")
    return actions.close(m, by=by, why="搬走了")


def _correct(cast: Cast, m: Matter, by: Actor) -> Any:
    from fengqiao.accounts.scope import SYSTEM

    row = actions.settle_promise(_promise(cast, m), by=SYSTEM, kept=False)
    return actions.correct_promise(row, by=by, note="电话核实过")
