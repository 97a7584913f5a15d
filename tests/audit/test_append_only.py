"""The database itself refuses to change history."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from fengqiao.audit import triggers
from fengqiao.audit.actions import Fact, append, append_many
from fengqiao.audit.models import Entry

pytestmark = pytest.mark.django_db


def run(sql: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_entry SET verb = 'other'",
        "DELETE FROM audit_entry",
        "DELETE FROM audit_entry WHERE id > 0",
    ],
)
def test_rows_can_be_neither_changed_nor_deleted(sql: str) -> None:
    append(Fact("test.done", "thing", "1"))
    with pytest.raises(DatabaseError, match="never edited or deleted"):
        run(sql)
    assert Entry.objects.get().verb == "test.done"


def test_a_saved_entry_cannot_be_saved_again() -> None:
    entry = append(Fact("test.done", "thing", "1"))
    entry.verb = "other"
    with pytest.raises(DatabaseError), transaction.atomic():
        entry.save()


@pytest.mark.parametrize("method", [Entry.objects.all().update, Entry.objects.all().delete])
def test_the_manager_refuses_before_the_database_has_to(method: Callable[[], object]) -> None:
    with pytest.raises(TypeError):
        method()


def test_every_append_only_table_has_its_triggers() -> None:
    assert triggers.missing() == []


@pytest.mark.parametrize("table", triggers.APPEND_ONLY)
def test_taken_away_they_are_missed_and_can_be_put_back(table: str) -> None:
    triggers.remove(table)
    assert triggers.missing() == [table]
    triggers.install(table)
    triggers.install(table)
    assert triggers.missing() == []


def test_a_name_that_is_no_table_is_refused() -> None:
    with pytest.raises(ValueError, match="table name"):
        triggers.install("audit_entry; DROP TABLE x")


@pytest.mark.django_db(transaction=True)
def test_the_migrations_go_back_and_forth() -> None:
    call_command("migrate", "intake", "0001", verbosity=0)
    assert triggers.missing() == [table for table in triggers.APPEND_ONLY if table.startswith("intake_")]
    call_command("migrate", "intake", verbosity=0)
    assert triggers.missing() == []


@pytest.mark.django_db(transaction=True)
def test_the_flush_between_tests_leaves_the_triggers_in_place() -> None:
    append_many([Fact("test.done", "thing", str(n)) for n in range(3)])
    call_command("flush", interactive=False, verbosity=0)
    assert Entry.objects.count() == 0
    assert triggers.missing() == []
