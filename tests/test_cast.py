"""The cast written again from memory is the cast as it is built."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from fengqiao.lib import clock
from tests.cast import NOW, Cast, build_cast, lay_out

CHANCE = {"id", "uid", "path", "password", "hash", "prev_hash", "object_id", "data"}
"""Columns that hold a number of the row or something drawn by lot."""


class Undo(Exception):
    """Take everything back."""


def everything() -> dict[str, list[dict[str, Any]]]:
    """All rows of all tables, without what is drawn by lot or counts the rows."""
    found = {}
    for model in apps.get_models():
        names = [f.attname for f in model._meta.concrete_fields if not f.is_relation and f.name not in CHANCE]
        found[model._meta.label] = list(model._base_manager.order_by("pk").values(*names))
    return found


def written(build: Any) -> tuple[dict[str, list[dict[str, Any]]], Cast, int]:
    """What ``build`` writes into an empty database, whom it gives, in how many queries."""
    result: tuple[dict[str, list[dict[str, Any]]], Cast, int] | None = None
    try:
        with transaction.atomic(), clock.at(NOW):
            with CaptureQueriesContext(connection) as queries:
                cast = build()
            assert {name: row.pk for name, row in cast.people.items()} == {
                row.username: row.pk for row in type(cast.people["duty"]).objects.all()
            }
            assert cast.actor("officer").scope.grants
            result = everything(), cast, len(queries)
            raise Undo
    except Undo:
        assert result is not None
    return result


@pytest.mark.django_db
def test_written_again_it_is_the_same_people_and_places() -> None:
    built, _cast, at_first = written(build_cast)
    written(lay_out)
    again, cast, queries = written(lay_out)
    assert again == built
    assert queries < at_first / 2
    other = written(lay_out)[1]
    assert other.people["duty"] == cast.people["duty"]
    assert other.people["duty"] is not cast.people["duty"], "what one test changes is not the next one's"


@pytest.mark.django_db
def test_numbers_are_free_where_a_table_was_made_anew(on_postgres: bool) -> None:
    with clock.at(NOW):
        written(lay_out)
        if on_postgres:
            with connection.cursor() as cursor:
                cursor.execute("SELECT setval(pg_get_serial_sequence('accounts_person', 'id'), 1, false)")
        cast = lay_out()
        person = type(cast.people["duty"]).objects.create_person("another", "另一人")
    assert person.pk > max(row.pk for row in cast.people.values())


@pytest.mark.django_db
def test_numbers_given_after_it_are_free(cast: Cast) -> None:
    person = type(cast.people["duty"]).objects.create_person("another", "另一人")
    assert person.pk not in {row.pk for row in cast.people.values()}
