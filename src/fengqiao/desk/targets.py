"""The row a verb is about, where that is not the matter itself: always one that belongs to the matter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet

from fengqiao.lib.errors import OutOfReach
from fengqiao.matters.choices import LinkKind
from fengqiao.matters.models import Consultation, FollowUp, JointMember, Link, Matter, Promise, Task


def _links(matter: Matter) -> QuerySet[Any]:
    ends = Q(matter=matter) | Q(other=matter)
    return Link.objects.filter(ends, ended_at__isnull=True).select_related("matter", "other")


ROWS: dict[str, Callable[[Matter], QuerySet[Any]]] = {
    "settle_promise": lambda m: Promise.objects.filter(matter=m).select_related("matter"),
    "withdraw_promise": lambda m: Promise.objects.filter(matter=m).select_related("matter"),
    "leave": lambda m: JointMember.objects.filter(matter=m, left_at__isnull=True).select_related(
        "matter", "person", "partner"
    ),
    "decide": lambda m: Consultation.objects.filter(matter=m).select_related("matter"),
    "finish_task": lambda m: Task.objects.filter(matter=m).select_related("matter"),
    "follow_up": lambda m: FollowUp.objects.filter(matter=m).select_related("matter"),
    "unlink": _links,
    "unmerge": lambda m: _links(m).filter(matter=m, kind=LinkKind.DUPLICATE),
}
"""Rows each verb may be about, of this matter alone."""


def target_of(matter: Matter, verb: str, pk: int | None) -> Any:
    """The row with this id; without an id the only live merge of a merged matter.

    Raises OutOfReach when the verb needs a row and this one is not the matter's, or the other way round.
    """
    rows = ROWS.get(verb)
    if rows is None:
        if pk is not None:
            raise OutOfReach
        return None
    found = rows(matter).filter(pk=pk).first() if pk is not None else _only(verb, matter)
    if found is None:
        raise OutOfReach
    return found


def _only(verb: str, matter: Matter) -> Any:
    return ROWS[verb](matter).order_by("-pk").first() if verb == "unmerge" else None
