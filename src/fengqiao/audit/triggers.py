"""The database itself keeps history: triggers that refuse to change or delete rows of append-only tables.

Install and remove them from migrations (``RunPython(installer(TABLE), remover(TABLE))``). On SQLite a later
migration that rebuilds the table drops them without a word, so ``missing()`` is part of every check of the log.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

APPEND_ONLY = (
    "audit_entry",
    "matters_event",
    "intake_reportevent",
    "intake_governance",
    "intake_governancereport",
    "intake_modeluse",
)
"""Tables whose rows are only ever added."""

_MESSAGE = "history is appended, never edited or deleted"
_FUNCTION = "fengqiao_append_only"
_NAME = re.compile(r"[a-z_]+")


def install(table: str, db: BaseDatabaseWrapper | None = None) -> None:
    """Make the database refuse UPDATE, DELETE (and TRUNCATE) on ``table``. Raises ValueError for other databases."""
    for statement in _install_statements(table, (db or connection).vendor):
        _run(statement, db)


def remove(table: str, db: BaseDatabaseWrapper | None = None) -> None:
    """Take the triggers of ``table`` away again (migrating backwards)."""
    for statement in _remove_statements(table, (db or connection).vendor):
        _run(statement, db)


def installer(table: str) -> Callable[[Any, BaseDatabaseSchemaEditor], None]:
    """``install`` as a forward step of a migration."""
    return lambda _apps, editor: install(table, editor.connection)


def remover(table: str) -> Callable[[Any, BaseDatabaseSchemaEditor], None]:
    """``remove`` as the backward step of a migration."""
    return lambda _apps, editor: remove(table, editor.connection)


def missing(tables: Iterable[str] = APPEND_ONLY) -> list[str]:
    """Tables that lack one of their triggers: somebody, or a rebuild of the table, took it away."""
    if connection.vendor == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    else:
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    with connection.cursor() as cursor:
        cursor.execute(query)
        present = {row[0] for row in cursor.fetchall()}
    return [t for t in tables if not set(_names(t, connection.vendor)) <= present]


def _run(statement: str, db: BaseDatabaseWrapper | None) -> None:
    with (db or connection).cursor() as cursor:
        cursor.execute(statement)


def _names(table: str, vendor: str) -> tuple[str, ...]:
    if not _NAME.fullmatch(table):
        raise ValueError(f"not a table name: {table!r}")
    if vendor not in {"sqlite", "postgresql"}:
        raise ValueError(f"no append-only triggers for {vendor}")
    verbs = ("update", "delete", "truncate") if vendor == "postgresql" else ("update", "delete")
    return tuple(f"{table}_no_{verb}" for verb in verbs)


def _install_statements(table: str, vendor: str) -> list[str]:
    found = []
    if vendor == "postgresql":
        found.append(
            f"CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{_MESSAGE}: %', TG_TABLE_NAME; END $$"
        )
    for name in _names(table, vendor):
        verb = name.rpartition("_")[2].upper()
        if vendor == "sqlite":
            found.append(
                f"CREATE TRIGGER IF NOT EXISTS {name} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{_MESSAGE}: {table}'); END"
            )
        else:
            each = "STATEMENT" if verb == "TRUNCATE" else "ROW"
            found.append(f"DROP TRIGGER IF EXISTS {name} ON {table}")
            found.append(
                f"CREATE TRIGGER {name} BEFORE {verb} ON {table} "
                f"FOR EACH {each} EXECUTE FUNCTION {_FUNCTION}()"
            )
    return found


def _remove_statements(table: str, vendor: str) -> list[str]:
    on = f" ON {table}" if vendor == "postgresql" else ""
    return [f"DROP TRIGGER IF EXISTS {name}{on}" for name in _names(table, vendor)]
