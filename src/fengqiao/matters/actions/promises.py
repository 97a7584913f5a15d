"""Promises: what somebody said they would do by a time, and whether they did."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from fengqiao.accounts.models import Person
from fengqiao.accounts.scope import Actor
from fengqiao.lib import clock
from fengqiao.lib.errors import OutOfReach, Refusal
from fengqiao.lib.text import clean, one_line
from fengqiao.matters.actions._base import future, record, said, save, take
from fengqiao.matters.choices import EventKind, PromiseKind, PromiseState
from fengqiao.matters.models import Matter, Promise


@transaction.atomic
def promise(
    matter: Matter,
    *,
    by: Actor,
    what: str,
    who: str,
    due_at: datetime,
    person: Person | None = None,
    kind: str = PromiseKind.STEP,
    amount: Decimal | None = None,
    public: bool = False,
) -> Promise:
    """Write down what ``who`` said they would do by ``due_at``."""
    found = take(matter, "promise", by)
    row = Promise.objects.create(
        matter=found,
        kind=kind,
        what=said(one_line(what, limit=200), what=_("答应做什么"), field="what", limit=200),
        who=said(one_line(who, limit=60), what=_("谁答应的"), field="who", limit=60),
        person=person,
        due_at=future(due_at, what=_("答应的时间")),
        amount=amount,
        public=public,
        made_at=clock.now(),
    )
    save(found)
    record(
        found,
        EventKind.PROMISED,
        by,
        f"{row.who}：{row.what}",
        data={"promise": row.pk, "due": due_at.isoformat()},
    )
    return row


def _open_promise(row: Promise) -> Promise:
    fresh = Promise.objects.select_for_update().filter(pk=row.pk).first()
    if fresh is None:
        raise OutOfReach
    if fresh.state != PromiseState.OPEN:
        raise Refusal(
            _("这个承诺已经记为“%(state)s”") % {"state": PromiseState(fresh.state).label}, code="wrong_state"
        )
    return fresh


@transaction.atomic
def settle_promise(row: Promise, *, by: Actor, kept: bool, note: str = "") -> Promise:
    """Say whether a promise was kept. A broken one makes its matter's next step: find out and agree anew."""
    matter = take(row.matter, "settle_promise", by)
    fresh = _open_promise(row)
    fresh.state = PromiseState.KEPT if kept else PromiseState.BROKEN
    fresh.settled_at = clock.now()
    fresh.note = clean(note, limit=300)
    fresh.save()
    save(matter)
    kind = EventKind.PROMISE_KEPT if kept else EventKind.PROMISE_BROKEN
    text = f"{fresh.who}：{fresh.what}" + (f"（{fresh.note}）" if fresh.note else "")
    record(matter, kind, by, text, data={"promise": fresh.pk, "due": fresh.due_at.isoformat()})
    return fresh


@transaction.atomic
def withdraw_promise(row: Promise, *, by: Actor, note: str) -> Promise:
    """Take a promise back with a reason, for instance because the agreement was changed."""
    matter = take(row.matter, "withdraw_promise", by)
    fresh = _open_promise(row)
    fresh.note = said(note, what=_("撤销的原因"), field="note", limit=300)
    fresh.state = PromiseState.WITHDRAWN
    fresh.settled_at = clock.now()
    fresh.save()
    save(matter)
    record(
        matter, EventKind.PROMISE_WITHDRAWN, by, f"{fresh.what}（{fresh.note}）", data={"promise": fresh.pk}
    )
    return fresh
