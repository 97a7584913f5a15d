"""What people put right or add after the clock or the first look: late news of a kept promise, threats heard later."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from fengqiao.accounts.scope import Actor
from fengqiao.lib import clock
from fengqiao.lib.errors import OutOfReach, Refusal
from fengqiao.lib.text import one_line
from fengqiao.matters.actions._base import record, said, save, take
from fengqiao.matters.choices import EventKind, PromiseState
from fengqiao.matters.models import Event, Matter, Promise


@transaction.atomic
def correct_promise(row: Promise, *, by: Actor, note: str) -> Promise:
    """A promise the clock took for broken was kept in time, as somebody found out afterwards.

    Only what the clock settled can be put right: what a person wrote down stands. The earlier event stays.
    """
    matter = take(row.matter, "settle_promise", by)
    fresh = Promise.objects.select_for_update().filter(pk=row.pk).first()
    if fresh is None:
        raise OutOfReach
    if fresh.state != PromiseState.BROKEN or not _settled_by_clock(fresh):
        raise Refusal(_("这个承诺是人工记下的结果，不能改；有新情况请记进展"), code="wrong_state")
    fresh.state = PromiseState.KEPT
    fresh.settled_at = clock.now()
    fresh.note = said(one_line(note, limit=300), what=_("怎么核实的"), field="note", limit=300)
    fresh.save()
    save(matter)
    text = f"更正：{fresh.who}按期做到了：{fresh.what}（{fresh.note}）"
    record(matter, EventKind.PROMISE_KEPT, by, text, data={"promise": fresh.pk, "corrected": True})
    return fresh


def _settled_by_clock(row: Promise) -> bool:
    events = Event.objects.filter(
        matter_id=row.matter_id, kind=EventKind.PROMISE_BROKEN, data__promise=row.pk
    )
    last = events.order_by("-id").values_list("by_kind", flat=True).first()
    return last == "system"


@transaction.atomic
def mark_threatening(matter: Matter, *, by: Actor, why: str) -> Matter:
    """Note that somebody threatened harm: follow-ups are planned for threats. Never taken back by this verb."""
    found = take(matter, "mediate", by)
    if found.threatening:
        return found
    words = said(one_line(why, limit=300), what=_("听到、看到了什么"), field="why", limit=300)
    found.threatening = True
    save(found)
    text = f"有扬言伤害等苗头：{words}"
    record(found, EventKind.MEDIATION, by, text, data={"threatening": True})
    return found
