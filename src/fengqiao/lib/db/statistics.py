"""What the embedded database knows of its own tables.

SQLite plans by counts it takes only when told to; without them it walks every matter of an area to find the three
that are late. PostgreSQL counts by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction

GROWN = 1.5
"""Count again when a table is this many times as large as it was when it was counted."""
SMALL = 500
"""Tables this small are quick however they are read."""
SAMPLE = 1000
"""Rows looked at for each index: enough for an order of magnitude, 0.2 s for a database of one gigabyte."""


def refresh_statistics(tables: Iterable[str]) -> bool:
    """Have SQLite count again when one of ``tables`` (with a growing integer id) has grown; whether it did."""
    if connection.vendor != "sqlite":
        return False
    with connection.cursor() as cursor:
        if not any(_grown(cursor, table) for table in tables):
            return False
        with transaction.atomic():  # writes its counts: takes its turn like any other writer
            cursor.execute(f"PRAGMA analysis_limit={SAMPLE}")
            cursor.execute("ANALYZE")
    return True


def _grown(cursor: Any, table: str) -> bool:
    name = connection.ops.quote_name(table)
    # The first and the last id, each by itself: counting would walk the whole table every minute.
    ends = f"(SELECT max(rowid) FROM {name}) - (SELECT min(rowid) FROM {name})"  # noqa: S608 - one of our own tables
    cursor.execute(f"SELECT {ends} + 1")
    size = cursor.fetchone()[0] or 0
    if size < SMALL:
        return False
    cursor.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'")
    if cursor.fetchone() is None:
        return True
    cursor.execute("SELECT max(CAST(stat AS INTEGER)) FROM sqlite_stat1 WHERE tbl = %s", [table])
    counted = cursor.fetchone()[0] or 0
    return bool(size > GROWN * counted)
