"""Reads over people and tokens."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db.models import CharField, DateTimeField, QuerySet

from fengqiao.accounts import reach
from fengqiao.accounts.models import ApiToken, Person
from fengqiao.accounts.scope import Actor
from fengqiao.audit.models import Entry
from fengqiao.audit.queries import reads_of
from fengqiao.lib import clock
from fengqiao.lib.crypto import blind_index
from fengqiao.lib.db.prepared import Prepared, Slot, columns, instance
from fengqiao.lib.errors import OutOfReach


def _live_token() -> QuerySet[ApiToken, tuple[Any, ...]]:
    rows = ApiToken.objects.filter(
        digest=Slot("digest", CharField()),
        revoked_at__isnull=True,
        expires_at__gt=Slot("now", DateTimeField()),
        person__is_active=True,
    )
    return rows.values_list(*columns(Person, "person"))


_LIVE_TOKEN = Prepared(_live_token)
"""Asked with every call of a program."""


def token_digest(secret: str) -> str:
    """What is kept of a token. It has 256 random bits, so a plain SHA-256 is enough."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def person_of_token(secret: str) -> Person | None:
    """Whose live token this is; None for unknown, revoked, expired ones and switched-off people."""
    row = _LIVE_TOKEN.first(digest=token_digest(secret), now=clock.now())
    return instance(Person, row) if row is not None else None


def tokens_of(person: Person, *, by: Actor) -> list[ApiToken]:
    """The tokens of a person, newest first, for themselves and who manages them."""
    reach.demand_self_or_manages(by, person)
    return list(ApiToken.objects.filter(person=person).order_by("-created_at", "-pk"))


def people_by_phone(phone: str, *, by: Actor) -> list[Person]:
    """People in the actor's sight with exactly this phone number, found by its blind index."""
    index = blind_index(phone)
    if not index:
        return []
    return [p for p in Person.objects.filter(phone_index=index).order_by("pk") if reach.sees(by, p)]


def phone_reads(person: Person, *, by: Actor) -> list[Entry]:
    """Who looked at one's own phone number, when and why, newest first; an auditor reads it of those in sight."""
    if not reach.is_self(by, person) and not (by.scope.can("audit.read") and reach.sees(by, person)):
        raise OutOfReach
    return reads_of("person", str(person.pk))
