"""Queries compiled once: same rows as the queryset, values bound anew each time."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.db.models import BigIntegerField, CharField
from django.test.utils import CaptureQueriesContext

from fengqiao.accounts.models import Person
from fengqiao.lib.db.prepared import Prepared, Slot, columns, instance
from fengqiao.teams.models import Appointment
from fengqiao.teams.scopes import scope_of
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
