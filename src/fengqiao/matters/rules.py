"""The transition table of a matter, as data; and the pure rules around it. No tables, no web.

Rule 1 of the house lives here: the states in OPEN always have an owner, a next step and a due time; the
actions see to it and the database refuses anything else.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext_noop

from fengqiao.matters.choices import OPEN_STATES, WORKING_STATES, State

OWNER, JOINT, RESIDENT, SYSTEM = "owner", "joint", "resident", "system"
"""Parts one may have in a matter, beside rights held over its area."""

_WORK = tuple(str(s) for s in WORKING_STATES)
_OPEN = tuple(str(s) for s in OPEN_STATES)
_ALL_LIVE = (*_OPEN, str(State.CLOSED))


@dataclass(frozen=True)
class Transition:
    """A verb, the states it starts from, the state it leads to (None: stays), and who may do it.

    ``who`` names parts (owner, joint, resident, system) and rights over the matter's area; one suffices.
    """

    verb: str
    zh: str
    sources: tuple[str, ...]
    target: str | None
    who: tuple[str, ...]


_HANDLERS = (OWNER, JOINT, "matter.assign")
_LEADS = (OWNER, "matter.assign")

TRANSITIONS: tuple[Transition, ...] = (
    Transition("assign", gettext_noop("交办"), _WORK, State.ASSIGNED, ("matter.assign",)),
    Transition("accept", gettext_noop("接手"), (State.ASSIGNED,), State.ACTIVE, (OWNER,)),
    Transition("decline", gettext_noop("退回"), (State.ASSIGNED,), State.ASSIGNED, (OWNER,)),
    Transition("transfer", gettext_noop("转交"), (State.ASSIGNED, State.ACTIVE), State.ASSIGNED, _LEADS),
    Transition("urge", gettext_noop("催办"), _WORK, None, ("matter.see_area", JOINT, RESIDENT)),
    Transition("progress", gettext_noop("记进展"), (State.ACTIVE, State.RESOLVED), None, _HANDLERS),
    Transition("next_step", gettext_noop("改下一步"), (State.ASSIGNED, State.ACTIVE), None, _LEADS),
    Transition("reply", gettext_noop("答复居民"), _ALL_LIVE, None, _LEADS),
    Transition(
        "promise", gettext_noop("记承诺"), (State.ASSIGNED, State.ACTIVE, State.RESOLVED), None, _HANDLERS
    ),
    Transition(
        "settle_promise", gettext_noop("承诺兑现"), _OPEN, None, (*_HANDLERS, "followup.record", SYSTEM)
    ),
    Transition("withdraw_promise", gettext_noop("撤销承诺"), _OPEN, None, _LEADS),
    Transition("join", gettext_noop("请人一起办"), _WORK, None, _LEADS),
    Transition("leave", gettext_noop("退出一起办"), _WORK, None, (*_LEADS, JOINT)),
    Transition(
        "consult", gettext_noop("发起会商"), (State.ASSIGNED, State.ACTIVE), None, (OWNER, "matter.consult")
    ),
    Transition(
        "decide", gettext_noop("会商决定"), (State.ASSIGNED, State.ACTIVE), None, (OWNER, "matter.consult")
    ),
    Transition("finish_task", gettext_noop("任务完成"), _OPEN, None, _HANDLERS),
    Transition("escalate", gettext_noop("上报"), _WORK, State.ASSIGNED, (OWNER, "matter.escalate", SYSTEM)),
    Transition("pause", gettext_noop("暂停"), (State.ACTIVE,), State.PAUSED, _LEADS),
    Transition("resume", gettext_noop("恢复"), (State.PAUSED,), State.ACTIVE, (*_LEADS, SYSTEM)),
    Transition("reclassify", gettext_noop("改类别"), _WORK, None, (*_LEADS, "report.triage")),
    Transition("raise", gettext_noop("提级"), _WORK, None, (*_HANDLERS, "report.triage")),
    Transition("place", gettext_noop("改地点"), _WORK, None, (*_HANDLERS, "report.triage")),
    Transition(
        "mediate",
        gettext_noop("调解"),
        _OPEN,
        None,
        (*_HANDLERS, "mediation.handle", "followup.record", SYSTEM),
    ),
    Transition("resolve", gettext_noop("办结"), (State.ACTIVE,), State.RESOLVED, (OWNER,)),
    Transition("plan_follow_up", gettext_noop("排回访"), _OPEN, None, (*_HANDLERS, "mediation.handle")),
    Transition("follow_up", gettext_noop("记回访"), (State.RESOLVED,), None, (*_HANDLERS, "followup.record")),
    Transition(
        "close",
        gettext_noop("归档"),
        (State.RESOLVED,),
        State.CLOSED,
        (OWNER, "matter.assign", "followup.record", SYSTEM),
    ),
    Transition(
        "reopen",
        "重新办理",
        (State.RESOLVED, State.CLOSED),
        State.ASSIGNED,
        (*_LEADS, "followup.record", RESIDENT),
    ),
    Transition("rate", gettext_noop("评价"), (State.RESOLVED, State.CLOSED), None, (RESIDENT,)),
    Transition("refer", gettext_noop("转有关单位"), (State.ASSIGNED, State.ACTIVE), State.REFERRED, _LEADS),
    Transition(
        "merge",
        gettext_noop("并入"),
        (State.ASSIGNED, State.ACTIVE),
        State.MERGED,
        (*_LEADS, "report.triage"),
    ),
    Transition("unmerge", gettext_noop("拆回"), (State.MERGED,), None, ("matter.assign", "report.triage")),
    Transition(
        "link", gettext_noop("关联"), (*_ALL_LIVE, State.REFERRED), None, (*_HANDLERS, "report.triage")
    ),
    Transition(
        "unlink", gettext_noop("取消关联"), (*_ALL_LIVE, State.REFERRED), None, (*_HANDLERS, "report.triage")
    ),
    Transition("report_linked", gettext_noop("并入一份反映"), _ALL_LIVE, None, (*_LEADS, "report.triage")),
    Transition("report_unlinked", gettext_noop("拆出一份反映"), _ALL_LIVE, None, (*_LEADS, "report.triage")),
    Transition("withdraw", gettext_noop("撤回"), (State.ASSIGNED,), State.WITHDRAWN, ("report.triage",)),
)

BY_VERB: dict[str, Transition] = {t.verb: t for t in TRANSITIONS}

MAX_PAUSE_DAYS = 10
UNDO_SECONDS = 600


def may_start(verb: str, state: str) -> bool:
    """Whether the table lets ``verb`` start from ``state``."""
    return state in BY_VERB[verb].sources


def may_do(verb: str, parts: Collection[str], rights: Collection[str]) -> bool:
    """Whether somebody with these parts in the matter and these rights over its area may do ``verb``."""
    who = BY_VERB[verb].who
    return any(p in who for p in parts) or any(r in who for r in rights)


def target(verb: str, state: str) -> str:
    """The state after ``verb`` from ``state``."""
    found = BY_VERB[verb].target
    return state if found is None else str(found)


def pair_list() -> list[tuple[str, str, str]]:
    """Every (verb, from, to) of the table, for the printed states page and for coverage counts."""
    return [(t.verb, str(s), target(t.verb, str(s))) for t in TRANSITIONS for s in t.sources]


def checks(table: tuple[Transition, ...] = TRANSITIONS) -> list[str]:
    """Faults of a transition table: dead ends among open states, verbs nobody may do, states never reached."""
    faults = [f"{t.verb}: nobody may do it" for t in table if not t.who]
    faults += [f"{t.verb}: starts nowhere" for t in table if not t.sources]
    faults += [
        f"{t.verb}: unknown state"
        for t in table
        for s in (*t.sources, t.target or State.CLOSED)
        if s not in set(State)
    ]
    for state in _OPEN:
        if not any(state in t.sources and t.target not in (None, state) for t in table):
            faults.append(f"{state}: no way out")
    return faults
