"""Groups made by following same-event proposals from report to report: the plain way, to compare others with.

Every report asks the index for its proposals, all reports known; two reports are in one group when a chain of proposals
leads from one to the other. One wrong proposal joins two groups for good.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from fengqiao.algorithms.similarity import Doc, DuplicateIndex
from fengqiao.algorithms.topics import Message

_ALWAYS = timedelta(days=36_500)
_UNDATED = datetime(2000, 1, 1, tzinfo=UTC)
_MOST = 50  # proposals followed from one report


def linked_groups(messages: Sequence[Message]) -> list[list[str]]:
    """Ids in groups of one or more. Reports without a time are compared as if they were of one far day."""
    docs = [
        Doc(one.id, f"{one.title}\n{one.body}", None, None, one.at or _UNDATED)
        for one in sorted(messages, key=lambda one: one.id)
    ]
    index = DuplicateIndex(window=_ALWAYS)
    for doc in docs:
        index.add(doc)
    head = {doc.id: doc.id for doc in docs}

    def top(one: str) -> str:
        while head[one] != one:
            head[one] = head[head[one]]
            one = head[one]
        return one

    for doc in docs:
        for found in index.query(doc, k=_MOST):
            one, other = sorted((top(doc.id), top(found.id)))
            head[other] = one
    groups: dict[str, list[str]] = defaultdict(list)
    for doc in docs:
        groups[top(doc.id)].append(doc.id)
    return list(groups.values())
