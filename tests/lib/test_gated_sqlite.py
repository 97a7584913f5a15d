"""The embedded database as it is opened: write-ahead log, full synchronisation, immediate transactions, one gate."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.db import connection, transaction


def pragma(name: str) -> object:
    """The value of a pragma on this connection."""
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {name}")
        return cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
def test_how_it_is_opened() -> None:
    """WAL, and the synchronisation that the environment asks for (FULL unless a test says otherwise)."""
    if connection.vendor != "sqlite":
        return
    wanted = {"OFF": 0, "NORMAL": 1, "FULL": 2}[os.environ.get("FENGQIAO_SQLITE_SYNCHRONOUS", "FULL")]
    assert pragma("journal_mode") == "wal"
    assert pragma("synchronous") == wanted
    assert connection.transaction_mode == "IMMEDIATE"


@pytest.mark.django_db(transaction=True)
def test_a_writing_transaction_holds_the_gate() -> None:
    """The gate file is locked inside, free outside."""
    if connection.vendor != "sqlite":
        return
    with transaction.atomic():
        assert connection._gate_held
        assert Path(f"{connection.settings_dict['NAME']}.gate").exists()
    assert not connection._gate_held
