"""What ought to happen, written by hand a second time: the machine compares the program with these tables.

Nothing here is read from the program's own tables, so that a fault in them shows.
"""

from __future__ import annotations

from collections import deque

REPORT, MATTER = "report", "matter"

WORK = ("assigned", "active", "paused")
OPEN = (*WORK, "resolved")
LIVE = (*OPEN, "closed")
MATTER_STATES = (*LIVE, "referred", "merged", "withdrawn")

UNFINISHED = ("new", "asking")
IN_MATTER = ("accepted", "merged")
DECIDED = (*IN_MATTER, "refused")
REPORT_STATES = (*UNFINISHED, *DECIDED, "historic")

Row = tuple[tuple[str, ...], str | None]

MATTERS: dict[str, Row] = {
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
    "mediate": (OPEN, None),
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
"""Verb on a matter -> states it starts from, state it leads to (None: stays, or the doing says where)."""

REPORTS: dict[str, Row] = {
    "accept": (UNFINISHED, "accepted"),
    "link": (UNFINISHED, "merged"),
    "refuse": (UNFINISHED, "refused"),
    "ask": (UNFINISHED, "asking"),
    "place": (UNFINISHED, None),
    "about": (UNFINISHED, None),
    "raise": (UNFINISHED, None),
    "hand_over": (UNFINISHED, None),
    "climb": (UNFINISHED, None),
    "answer": ((*UNFINISHED, *DECIDED), None),
    "unlink": (("merged",), "new"),
    "undo": (DECIDED, None),
    "rate": (IN_MATTER, None),
    "ask_again": (DECIDED, None),
    "photo": ((*UNFINISHED, *DECIDED), None),
}
"""Verb on a report -> states it starts from, state it leads to. An answer brings an asked report back to
new; undoing puts back what was before the decision."""

TABLES = {REPORT: REPORTS, MATTER: MATTERS}
STATES = {REPORT: REPORT_STATES, MATTER: MATTER_STATES}
BY_THE_CLOCK = {"paused": {"active", "assigned"}, "active": {"assigned"}, "assigned": {"assigned"}}
"""Where the clocks alone may move a matter; nothing else moves without somebody doing it."""


def sources(kind: str, verb: str | None) -> tuple[str, ...]:
    """States a verb starts from; every state for what is no verb of the table."""
    return STATES[kind] if verb is None else TABLES[kind][verb][0]


def routes(kind: str) -> dict[str, dict[str, tuple[int, tuple[str, ...]]]]:
    """From state to state by the table: how many verbs away, and those that begin a shortest way there."""
    edges: dict[str, list[tuple[str, str]]] = {state: [] for state in STATES[kind]}
    for verb, (starts, target) in TABLES[kind].items():
        for state in starts:
            if target is not None and target != state:
                edges[state].append((verb, target))
    return {start: _ways(edges, start) for start in edges}


def _ways(edges: dict[str, list[tuple[str, str]]], start: str) -> dict[str, tuple[int, tuple[str, ...]]]:
    away = {start: 0}
    first: dict[str, list[str]] = {start: []}
    waiting = deque([start])
    while waiting:
        here = waiting.popleft()
        for verb, there in edges[here]:
            if there not in away:
                away[there], first[there] = away[here] + 1, []
                waiting.append(there)
            if away[there] == away[here] + 1:
                begin = [verb] if here == start else first[here]
                first[there] += [v for v in begin if v not in first[there]]
    return {there: (n, tuple(first[there])) for there, n in away.items() if n}
