"""Telling somebody something; reading it; sending what is due through outside channels."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction

from fengqiao.accounts.models import Person
from fengqiao.accounts.scope import SYSTEM, Actor
from fengqiao.accounts.trail import trail
from fengqiao.lib import clock
from fengqiao.lib.errors import OutOfReach
from fengqiao.lib.text import shorten
from fengqiao.notices import channels
from fengqiao.notices.models import Delivery, Notice
from fengqiao.notices.rules import retry_at, send_at
from fengqiao.teams.models import Duty

log = logging.getLogger("fengqiao.notices")
BATCH = 200
LEASE = timedelta(minutes=10)


@transaction.atomic
def notify(person: Person, kind: str, text: str, link: str = "", *, urgent: bool = False) -> Notice:
    """Tell ``person`` something; ``link`` is a path inside the application, never an outside address.

    It stands in their list at once. Outside channels carry it when the person's duty hours allow, urgent ones
    at once after this transaction; a channel that fails never undoes what the notice tells of.
    """
    if link and (not link.startswith("/") or link.startswith("//")):
        raise ValueError(f"a notice links inside the application, not to {link!r}")
    now = clock.now()
    notice = Notice.objects.create(to=person, kind=kind, text=shorten(text, 300), link=link, at=now)
    trail(SYSTEM, "notice.sent", notice, to=person.pk, kind=kind)
    ways = [c for c in channels.configured() if c.reaches(notice)] if person.is_active else []
    if ways:
        due = send_at(now, _duties(person, now), urgent=urgent)
        Delivery.objects.bulk_create(Delivery(notice=notice, channel=c.key, due_at=due) for c in ways)
        if due <= now:
            transaction.on_commit(lambda: _deliver_notice(notice.pk), robust=True)
    return notice


def _duties(person: Person, now: datetime) -> list[tuple[datetime, datetime]]:
    """The person's duties around now: a week back shows whether they are on a roster at all."""
    rows = Duty.objects.filter(person=person, ends_at__gt=now - timedelta(days=7))
    rows = rows.filter(starts_at__lte=now + timedelta(days=7))
    return list(rows.values_list("starts_at", "ends_at"))


def _own(notice: Notice, by: Actor) -> Notice:
    found = Notice.objects.select_for_update().filter(pk=notice.pk, to_id=by.person_id).first()
    if found is None or by.person_id is None:
        raise OutOfReach
    return found


@transaction.atomic
def mark_read(notice: Notice, *, by: Actor) -> Notice:
    """One's own notice is read. What one reads when is one's own affair: nothing is logged."""
    found = _own(notice, by)
    if found.read_at is None:
        found.read_at = clock.now()
        found.save(update_fields=["read_at"])
    return found


@transaction.atomic
def mark_all_read(*, by: Actor) -> int:
    """All of one's own notices are read; returns how many were not."""
    if by.person_id is None:
        raise OutOfReach
    return Notice.objects.filter(to_id=by.person_id, read_at__isnull=True).update(read_at=clock.now())


def deliver_due(*, at: datetime) -> dict[str, int]:
    """Send what is due at ``at`` (aware UTC) and try again what failed. Returns counts: sent, failed, given_up.

    Each message is leased for ten minutes before it is sent, so two clocks that run at once send it once, and
    one that a crash interrupted is tried again.
    """
    counts = {"sent": 0, "failed": 0, "given_up": 0}
    rows = Delivery.objects.filter(sent_at__isnull=True, given_up=False, due_at__lte=at)
    for pk in list(rows.order_by("due_at", "pk").values_list("pk", flat=True)[:BATCH]):
        outcome = _deliver(pk, at)
        if outcome:
            counts[outcome] += 1
    return counts


def _deliver_notice(notice_id: int) -> None:
    for pk in list(Delivery.objects.filter(notice_id=notice_id).values_list("pk", flat=True)):
        _deliver(pk, clock.now())


def _deliver(pk: int, at: datetime) -> str:
    """Send one message; '' when somebody else has it."""
    open_ones = Delivery.objects.filter(pk=pk, sent_at__isnull=True, given_up=False, due_at__lte=at)
    if not open_ones.update(due_at=at + LEASE):
        return ""
    row = Delivery.objects.select_related("notice__to").get(pk=pk)
    error = _send(row)
    row.tries += 1
    row.error = error[:200]
    if not error:
        row.sent_at = at
    else:
        again = retry_at(at, row.tries)
        row.given_up, row.due_at = again is None, again or at
    row.save(update_fields=["tries", "error", "sent_at", "given_up", "due_at"])
    return "sent" if not error else "given_up" if row.given_up else "failed"


def _send(row: Delivery) -> str:
    channel = channels.by_key(row.channel)
    if channel is None:
        return "the channel is no longer in use"
    try:
        return channel.send(row.notice)
    except Exception as error:
        # An adapter to an outside system: whatever it throws is a failed try, named by its kind alone because
        # its words may quote the message.
        log.error("notice channel %s failed: %s", row.channel, type(error).__name__)
        return f"failed: {type(error).__name__}"
