"""From appointments to a scope: what a person may do, where, at this moment."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import BigIntegerField, DateField, QuerySet

from fengqiao.accounts.models import Person
from fengqiao.accounts.scope import NOBODY, Actor, Grant, Scope
from fengqiao.lib import clock
from fengqiao.lib.db.prepared import Prepared, Slot
from fengqiao.lib.place_config import current_place
from fengqiao.teams.models import Appointment
from fengqiao.territory.models import BeatGrid


def _held() -> QuerySet[Appointment, tuple[Any, ...]]:
    rows = Appointment.objects.on(Slot("day", DateField())).filter(
        person_id=Slot("person", BigIntegerField())
    )
    return rows.values_list("role", "beat_id", "area__path")


_HELD = Prepared(_held)
"""Role, beat and path of the area of each appointment of a person: asked with every request."""


def scope_of(person: Person, on: date | None = None) -> Scope:
    """The scope of ``person`` on a day (station's wall clock), from appointments that hold then.

    Two queries at most: the appointments with their areas, and the grids of beats named in them.
    """
    if not person.is_active:
        return NOBODY
    day = on or clock.local(clock.now()).date()
    rows = list(_HELD.rows(day=day, person=person.pk))
    beats = [beat for _role, beat, _path in rows if beat]
    grids: dict[int, list[str]] = {}
    if beats:
        cover = BeatGrid.objects.filter(beat_id__in=beats, valid_to__isnull=True)
        for beat_id, path in cover.values_list("beat_id", "grid__path"):
            grids.setdefault(beat_id, []).append(path)
    roles = {role.key: role for role in current_place().roles}
    grants = []
    for key, beat, path in rows:
        role = roles.get(key)
        if role is None:
            continue  # a role the place no longer has gives nothing
        paths = (path,) if path is not None else tuple(grids.get(beat or 0, ()))
        if paths:
            grants.append(Grant(key, frozenset(role.rights), paths))
    return Scope(person.pk, tuple(grants))


def actor_for(person: Person) -> Actor:
    """``person`` as an actor with the scope of this moment."""
    return Actor("person", scope_of(person), person.name)
