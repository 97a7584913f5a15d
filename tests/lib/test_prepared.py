"""Queries compiled once: same rows as the queryset, values bound anew each time."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import BigIntegerField, CharField
from django.test.utils import CaptureQueriesContext

from fengqiao.accounts.models import Person
from fengqiao.audit.models import Entry
from fengqiao.lib import clock
from fengqiao.lib.db.prepared import Prepared, Slot, columns, insert, instance
from fengqiao.teams.models import Appointment
from fengqiao.teams.scopes import scope_of
from fengqiao.territory.models import Area
from tests.cast import Cast

BY_NAME = Prepared(
    lambda: Person.objects.filter(username=Slot("username", CharField())).values_list(*columns(Person))
)
HELD = Prepared(
    lambda: (
        Appointment.objects.filter(person_id=Slot("person", BigIntegerField()), revoked_at__isnull=True)
        .order_by("pk")
        .values_list("pk", "created_at", "valid_from", "area__path")
    )
)


def test_rows_are_those_of_the_queryset(cast: Cast) -> None:
    """Times, days and joined columns come back as Django gives them."""
    for person in (cast.people["head"], cast.people["duty"], cast.people["nobody"]):
        wanted = Appointment.objects.filter(person=person, revoked_at__isnull=True).order_by("pk")
        assert list(HELD.rows(person=person.pk)) == list(
            wanted.values_list("pk", "created_at", "valid_from", "area__path")
        )


def test_an_instance_is_the_row_itself(cast: Cast) -> None:
    """A person read this way is equal in every column, the unreadable ones too, and can be saved."""
    wanted = cast.people["head"]
    row = BY_NAME.first(username=wanted.username)
    assert row is not None
    found = instance(Person, row)
    fresh = Person.objects.get(pk=wanted.pk)
    assert all(getattr(found, f.attname) == getattr(fresh, f.attname) for f in Person._meta.concrete_fields)
    found.save()


@pytest.mark.parametrize("username", ["x' OR '1'='1", "%s", "\u202e", "没有这个人" * 200])
def test_values_are_bound_never_pasted(cast: Cast, username: str) -> None:
    """Whatever is in a value stays a value."""
    assert BY_NAME.first(username=username) is None


def test_a_slot_without_a_value_is_an_error(cast: Cast) -> None:
    """Nothing is looked for with a hole in it."""
    with pytest.raises(KeyError):
        BY_NAME.first()


def test_it_is_compiled_once(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second run builds nothing."""
    built = []

    def build() -> object:
        built.append(1)
        return Person.objects.values_list("pk")

    query = Prepared(build)  # type: ignore[arg-type]
    with CaptureQueriesContext(connection) as ran:
        assert len(list(query.rows())) == len(list(query.rows())) > 0
    assert len(built) == 1
    assert len(ran) == 2


def test_scopes_follow_the_day(cast: Cast) -> None:
    """The compiled read of appointments is bound to the day that is asked for."""
    person = cast.people["head"]
    Appointment.objects.filter(person=person).update(valid_to=date(2030, 1, 1))
    assert scope_of(person, date(2030, 1, 1) - timedelta(days=1)).grants
    assert not scope_of(person, date(2030, 1, 1)).grants


def entry(n: int, **more: object) -> Entry:
    """A row of the log, of no chain."""
    told = {"verb": "v", "object_type": "t", "object_id": str(n), "data": {"字": [n, None]}, "hash": f"h{n}"}
    return Entry(at=clock.now(), actor_kind="system", prev_hash="p", **{**told, **more})


def test_rows_put_in_are_those_django_would_write(cast: Cast) -> None:
    """Every column comes back as it was given, keys are set in the order of the rows."""
    rows = [entry(n, actor_id=n or None) for n in range(5)]
    insert(rows)
    assert [row.pk for row in rows] == sorted(row.pk for row in rows)
    for row in rows:
        assert not row._state.adding
        found = Entry.objects.get(pk=row.pk)
        assert all(getattr(found, f.attname) == getattr(row, f.attname) for f in Entry._meta.concrete_fields)


def test_no_rows_are_no_statement(cast: Cast) -> None:
    """Nothing to write asks the database nothing."""
    with CaptureQueriesContext(connection) as ran:
        insert([])
    assert not ran.captured_queries


def test_what_the_database_refuses_is_refused(cast: Cast) -> None:
    """A second row of the same hash: neither of the two is there afterwards."""
    with pytest.raises(IntegrityError), transaction.atomic():
        insert([entry(1), entry(1)])
    assert not Entry.objects.filter(hash="h1").exists()


def test_rows_of_two_models_are_refused(cast: Cast) -> None:
    """The statement is one model's."""
    with pytest.raises(TypeError, match="Area"):
        insert([entry(1), Area()])
    assert not Entry.objects.filter(hash="h1").exists()


@pytest.mark.parametrize("text", ["'); DROP TABLE audit_entry; --", "%s %%", "\u202e\U0001f600"])
def test_what_is_put_in_is_bound_never_pasted(cast: Cast, text: str) -> None:
    """Whatever is in a value stays a value."""
    insert([row := entry(1, object_id=text)])
    assert Entry.objects.get(pk=row.pk).object_id == text
