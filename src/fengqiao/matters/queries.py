"""Reads over matters for the doors, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q

from fengqiao.accounts.scope import Actor, Scope
from fengqiao.lib import clock
from fengqiao.matters import rules
from fengqiao.matters.actions._base import parts_of, rights_over
from fengqiao.matters.choices import OPEN_STATES, EventKind, PromiseState, State
from fengqiao.matters.models import (
    Category,
    Event,
    FollowUp,
    Link,
    Matter,
    MatterQuerySet,
    Promise,
    joined_matters,
)
from fengqiao.matters.search import INDEX


@dataclass(frozen=True)
class Counts:
    """Figures for the side bar of one person; ``late`` are open matters of theirs past due."""

    mine: int
    late: int
    due_today: int
    waiting: int


@dataclass(frozen=True)
class Moment:
    """One line of a matter's story."""

    at: datetime
    kind: str
    label: str
    by: str
    text: str
    tone: str
    data: dict[str, Any] = field(default_factory=dict)


_TONES = {
    EventKind.PROMISE_KEPT: "ok",
    EventKind.PROMISE_BROKEN: "bad",
    EventKind.OVERDUE: "bad",
    EventKind.DECLINED: "bad",
    EventKind.RESOLVED: "ok",
    EventKind.CLOSED: "ok",
    EventKind.PROGRESS: "acc",
    EventKind.MEDIATION: "acc",
}
_KIND_NAMES = {"system": "系统", "resident": "居民", "partner": "外单位"}


def current_categories() -> dict[str, Category]:
    """Categories in force, by code, in printed order."""
    return {row.code: row for row in Category.objects.filter(valid_to__isnull=True)}


def find(number: str, scope: Scope) -> Matter | None:
    """A matter by its number, when the scope may see it."""
    rows = Matter.objects.visible_to(scope).with_faces().select_related("opened_by", "merged_into", "about")
    return rows.filter(number=number).first()


def allowed_verbs(matter: Matter, actor: Actor) -> set[str]:
    """Verbs the table allows this actor on this matter now."""
    if not Matter.objects.visible_to(actor.scope).filter(pk=matter.pk).exists():
        return set()
    parts, rights = parts_of(matter, actor), rights_over(matter, actor)
    return {
        t.verb for t in rules.TRANSITIONS if matter.state in t.sources and rules.may_do(t.verb, parts, rights)
    }


def timeline(matter: Matter) -> list[Moment]:
    """The story, newest first. Who reported is never in it."""
    rows = Event.objects.filter(matter=matter).select_related("by").order_by("-id")
    return [
        Moment(
            at=e.at,
            kind=e.kind,
            label=str(EventKind(e.kind).label),
            by=e.by.name if e.by else _KIND_NAMES.get(e.by_kind, ""),
            text=e.text,
            tone=_TONES.get(EventKind(e.kind), ""),
            data=e.data,
        )
        for e in rows
    ]


def promises_of(matter: Matter) -> list[Promise]:
    """Promises of a matter, by due time."""
    return list(matter.promises.all())


def promise_counts(matter: Matter) -> dict[str, int]:
    """How many promises stand how."""
    rows = matter.promises.values_list("state").annotate(n=Count("id"))
    found = dict(rows.values_list("state", "n"))
    return {str(s): found.get(str(s), 0) for s in PromiseState}


def mine(actor: Actor) -> MatterQuerySet:
    """Open matters the actor owns or handles along."""
    return (
        Matter.objects.visible_to(actor.scope)
        .open()
        .filter(Q(owner_id=actor.person_id) | Q(pk__in=joined_matters(actor.person_id)))
    )


def due_list(actor: Actor) -> MatterQuerySet:
    """Open matters in reach by due time, the latest first in the queue."""
    return Matter.objects.visible_to(actor.scope).open().with_faces().order_by("due_at", "id")


def follow_ups_due(actor: Actor, until: datetime) -> list[FollowUp]:
    """The actor's own planned follow-ups up to ``until``."""
    rows = FollowUp.objects.filter(
        owner_id=actor.person_id, state="planned", due_at__lte=until, matter__state=State.RESOLVED
    )
    return list(rows.select_related("matter", "matter__place", "matter__area").order_by("due_at", "id")[:200])


def counts(actor: Actor) -> Counts:
    """Side-bar figures in one query."""
    now = clock.now()
    tomorrow = clock.local(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    rows = Matter.objects.open().filter(owner_id=actor.person_id)
    found = rows.aggregate(
        mine=Count("id"),
        late=Count("id", filter=Q(due_at__lt=now)),
        due_today=Count("id", filter=Q(due_at__gte=now, due_at__lt=tomorrow)),
        waiting=Count("id", filter=Q(state=State.ASSIGNED)),
    )
    return Counts(**found)


def links_of(matter: Matter, scope: Scope) -> list[tuple[Link, Matter]]:
    """Live links with the matter on the other end, only where the scope may see it."""
    rows = Link.objects.filter(Q(matter=matter) | Q(other=matter), ended_at__isnull=True).select_related(
        "matter", "other"
    )
    pairs = [(row, row.other if row.matter_id == matter.pk else row.matter) for row in rows]
    seen = set(
        Matter.objects.visible_to(scope).filter(pk__in=[m.pk for _, m in pairs]).values_list("pk", flat=True)
    )
    return [(row, other) for row, other in pairs if other.pk in seen]


def search(text: str, scope: Scope, limit: int = 50) -> list[Matter]:
    """Matters in reach whose words hold all of ``text``: in hand, then over, the newest first.

    A number typed in full is the only answer.
    """
    typed = text.strip()
    rows = Matter.objects.visible_to(scope).with_faces()
    exact = list(rows.filter(number=typed)[:1]) if typed[:4].isdigit() and "-" in typed else []
    expression = INDEX.expression(typed)
    if not expression or exact:
        return exact
    seen = Matter.objects.visible_to(scope)
    in_hand = seen.open().filter(pk__in=INDEX.subquery(expression)).order_by("-pk")
    ids = list(in_hand.values_list("pk", flat=True)[:limit])
    if len(ids) < limit:
        ids += INDEX.newest(expression, seen.exclude(state__in=OPEN_STATES), limit - len(ids))
    found = rows.in_bulk(ids)
    return [found[pk] for pk in ids if pk in found]
