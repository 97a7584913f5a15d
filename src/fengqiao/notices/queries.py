"""Reads over notices."""

from __future__ import annotations

from fengqiao.accounts.scope import Actor
from fengqiao.notices.models import Delivery, Notice


def unread(actor: Actor, *, limit: int = 50) -> list[Notice]:
    """One's own notices not yet read, newest first."""
    if actor.person_id is None:
        return []
    return list(Notice.objects.filter(to_id=actor.person_id, read_at__isnull=True).order_by("-pk")[:limit])


def unread_count(actor: Actor) -> int:
    """How many of one's own notices are not read."""
    if actor.person_id is None:
        return 0
    return Notice.objects.filter(to_id=actor.person_id, read_at__isnull=True).count()


def latest(actor: Actor, *, limit: int = 100) -> list[Notice]:
    """One's own notices, read or not, newest first."""
    if actor.person_id is None:
        return []
    return list(Notice.objects.filter(to_id=actor.person_id).order_by("-pk")[:limit])


def stuck() -> list[Delivery]:
    """Messages that were given up, newest first: for who looks after the channels."""
    return list(Delivery.objects.filter(given_up=True).select_related("notice").order_by("-pk")[:200])
