"""How matters hang together: one thing told twice, a thing that came back, a cause. Every link can be undone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from fengqiao.accounts.scope import Actor
from fengqiao.lib import clock
from fengqiao.lib.errors import OutOfReach, Refusal
from fengqiao.matters import clockwork
from fengqiao.matters.actions._base import move, record, save, take
from fengqiao.matters.choices import OPEN_STATES, EventKind, LinkKind, PromiseState
from fengqiao.matters.models import Link, Matter, Promise


def _other(matter: Matter, by: Actor) -> Matter:
    rows = Matter.objects.filter(pk=matter.pk)
    if by.kind == "person":
        rows = rows.visible_to(by.scope)
    found = rows.first()
    if found is None:
        raise OutOfReach
    return found


@transaction.atomic
def merge(matter: Matter, *, by: Actor, into: Matter) -> Link:
    """Two matters are one: this one ends as part of ``into``; every reporter reads the other's progress.

    Both rows are held from the start, always in the same order: of two matters merged into each other at the same
    moment one stays open.
    """
    both = Matter.objects.select_for_update().filter(pk__in=[matter.pk, into.pk])
    list(both.order_by("pk").values_list("pk", flat=True))
    found = take(matter, "merge", by)
    other = _other(into, by)
    if other.pk == found.pk or other.state not in OPEN_STATES:
        raise Refusal(_("只能并入另一件在办的事"), code="bad_target", field="into")
    if other.merged_into_id:
        raise Refusal(_("那一件已经并走了，请并入最后的那一件"), code="bad_target", field="into")
    promises = list(found.promises.filter(state=PromiseState.OPEN).values_list("pk", flat=True))
    before: dict[str, Any] = {
        "state": found.state,
        "owner": found.owner_id,
        "next_step": found.next_step,
        "due_at": found.due_at.isoformat() if found.due_at else None,
        "promises": promises,
    }
    now = clock.now()
    row = Link.objects.create(
        matter=found, other=other, kind=LinkKind.DUPLICATE, by_id=by.person_id, at=now, before=before
    )
    Promise.objects.filter(pk__in=promises).update(
        state=PromiseState.WITHDRAWN, settled_at=now, note=f"并入 {other.number}"
    )
    move(found, "merge")
    found.merged_into = other
    found.closed_at = now
    save(found)
    save(other)
    record(found, EventKind.MERGED, by, other.number, data={"into": other.pk, "link": row.pk}, public=True)
    record(other, EventKind.LINKED, by, found.number, data={"kind": LinkKind.DUPLICATE, "from": found.pk})
    return row


@transaction.atomic
def unmerge(row: Link, *, by: Actor) -> Matter:
    """Undo a merge exactly: state, owner, next step, time and promises come back as they were."""
    found = take(row.matter, "unmerge", by)
    live = Link.objects.select_for_update(of=("self",)).filter(pk=row.pk, ended_at__isnull=True).first()
    if live is None or live.kind != LinkKind.DUPLICATE:
        raise Refusal(_("这次合并已经撤销了"), code="already")
    before = live.before
    now = clock.now()
    found.state = before["state"]
    found.owner_id = before["owner"]
    found.next_step = before["next_step"]
    due = datetime.fromisoformat(before["due_at"]) if before["due_at"] else None
    found.due_at = due or clockwork.days_later(now, 1)
    found.merged_into = None
    found.closed_at = None
    Promise.objects.filter(pk__in=before["promises"], state=PromiseState.WITHDRAWN).update(
        state=PromiseState.OPEN, settled_at=None, note=""
    )
    live.ended_at = now
    live.save()
    save(found)
    record(found, EventKind.UNMERGED, by, live.other.number, data={"link": live.pk}, public=True)
    return found


@transaction.atomic
def link(matter: Matter, *, by: Actor, other: Matter, kind: str) -> Link:
    """Note that two matters hang together: came back, cause, similar. Neither changes state."""
    found = take(matter, "link", by)
    second = _other(other, by)
    if kind not in {LinkKind.RECURRENCE, LinkKind.CAUSE, LinkKind.SIMILAR}:
        raise Refusal(_("请选关联的种类"), code="missing", field="kind")
    if second.pk == found.pk:
        raise Refusal(_("不能和自己关联"), code="bad_target", field="other")
    pair = Q(matter=found, other=second) | Q(matter=second, other=found)
    if Link.objects.filter(pair, kind=kind, ended_at__isnull=True).exists():
        raise Refusal(_("已经这样关联了"), code="already", field="other")
    row = Link.objects.create(matter=found, other=second, kind=kind, by_id=by.person_id, at=clock.now())
    save(found)
    record(found, EventKind.LINKED, by, second.number, data={"kind": kind, "other": second.pk})
    return row


@transaction.atomic
def unlink(row: Link, *, by: Actor) -> Link:
    """Take a link back; a merge is undone by ``unmerge``."""
    found = take(row.matter, "unlink", by)
    live = Link.objects.select_for_update(of=("self",)).filter(pk=row.pk, ended_at__isnull=True).first()
    if live is None:
        raise Refusal(_("这个关联已经取消了"), code="already")
    if live.kind == LinkKind.DUPLICATE:
        raise Refusal(_("合并要用“拆回”撤销"), code="bad_target")
    live.ended_at = clock.now()
    live.save()
    save(found)
    record(found, EventKind.UNLINKED, by, live.other.number, data={"kind": live.kind})
    return live
