"""Writing to the log, inside the transaction of the thing it speaks of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from fengqiao.audit.models import GENESIS, Entry
from fengqiao.lib import clock
from fengqiao.lib.db.prepared import insert

FEW = 20  # rows written by one prepared statement
_CHAIN_LOCK = 0x66656E67


@dataclass(frozen=True)
class Fact:
    """What an entry says; ``data`` must be plain JSON and hold no personal data."""

    verb: str
    object_type: str
    object_id: str
    actor_id: int | None = None
    actor_kind: str = "system"
    data: dict[str, Any] = field(default_factory=dict)


@transaction.atomic(savepoint=False)
def append(fact: Fact) -> Entry:
    """Append one entry to the chain; it commits or vanishes with the transaction around it."""
    return append_many([fact])[0]


@transaction.atomic(savepoint=False)
def append_many(facts: Iterable[Fact]) -> list[Entry]:
    """Append several entries in order. One writer at a time holds the end of the chain.

    SQLite has one writer anyway; PostgreSQL takes an advisory lock until the transaction ends.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CHAIN_LOCK])
    prev = Entry.objects.order_by("-id").values_list("hash", flat=True).first() or GENESIS
    entries = []
    moment = clock.now()
    for fact in facts:
        entry = Entry(
            at=moment,
            actor_id=fact.actor_id,
            actor_kind=fact.actor_kind,
            verb=fact.verb,
            object_type=fact.object_type,
            object_id=fact.object_id,
            data=fact.data,
            prev_hash=prev,
        )
        prev = entry.hash = entry.content_hash()
        entries.append(entry)
    if len(entries) > FEW:
        return list(Entry.objects.bulk_create(entries, batch_size=500))
    insert(entries)
    return entries
