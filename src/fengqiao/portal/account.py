"""The honest account on the first page: what came in, what became of it, no figure small enough to point at somebody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.core.cache import cache

from fengqiao.intake.public_reads import Account, account_since
from fengqiao.lib import clock
from fengqiao.lib.present import span

DAYS = 30
FEW = 5
"""Counts from one to four are not published: who knows the place would know the people."""
KEPT_SECONDS = 60
_KEY = "portal:account"


@dataclass(frozen=True)
class Shown:
    """What may be printed. A None is left out; ``rest`` is in hand and elsewhere together where one of them is small."""

    received: int | None
    settled: int | None = None
    in_hand: int | None = None
    elsewhere: int | None = None
    rest: int | None = None
    half_within: str = ""
    none_yet: bool = False


def few(count: int) -> bool:
    """Whether a count must not be printed."""
    return 0 < count < FEW


def shown(account: Account) -> Shown:
    """The printable part of an account: no cell from one to four, and none that a subtraction would give away."""
    if account.received < FEW:
        return Shown(None, none_yet=account.received == 0)
    rest = account.in_hand + account.elsewhere
    if few(account.settled) or few(rest):
        return Shown(account.received)
    half = span(account.half_within or timedelta(0), units=1) if account.settled >= FEW else ""
    if few(account.in_hand) or few(account.elsewhere):
        return Shown(account.received, account.settled, rest=rest, half_within=half)
    return Shown(account.received, account.settled, account.in_hand, account.elsewhere, half_within=half)


def current() -> Shown:
    """The account of the last 30 days, counted at most once a minute."""
    found = cache.get(_KEY)
    if found is None:
        found = account_since(clock.now() - timedelta(days=DAYS))
        cache.set(_KEY, found, KEPT_SECONDS)
    return shown(found)
