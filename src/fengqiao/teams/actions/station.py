"""First use of an installation: a station that owns things before anybody has configured anything."""

from __future__ import annotations

import uuid

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from fengqiao.accounts.checks import demand
from fengqiao.accounts.models import Person
from fengqiao.accounts.scope import SYSTEM, Actor
from fengqiao.accounts.trail import trail
from fengqiao.lib import clock
from fengqiao.lib.crypto import keyring
from fengqiao.lib.errors import Refusal
from fengqiao.lib.place_config import current_place
from fengqiao.lib.text import one_line
from fengqiao.teams.models import Appointment, Station, Team
from fengqiao.teams.policy import APPOINT, PEOPLE
from fengqiao.territory.models import Area
from fengqiao.territory.roots import ensure_root

HANDLES = "matter.handle"
STATION = "station"
"""Kind and code of the station's own team; not one of a place's kinds of teams."""

DEFAULT_OWNER = "duty"
DEFAULT_OWNER_NAME = "值班台（待指定）"


def ensure_station() -> Station:
    """The station of this installation, made at first use: root area, team, default owner, keys.

    Safe to call at any time and from several processes at once: unique codes let one of them win and the
    others read what it made.
    """
    found = _current()
    if found is not None:
        return found
    keyring()
    try:
        with transaction.atomic():
            return _current() or _make()
    except IntegrityError:
        made = _current()
        if made is None:
            raise
        return made


def _current() -> Station | None:
    return Station.objects.select_related("team", "area", "default_owner").order_by("pk").first()


def _make() -> Station:
    place = current_place()
    area = ensure_root(f"{place.name_zh}辖区")
    today = clock.local(clock.now()).date()
    # The unique code is where two first users meet: the second waits here, then fails and reads.
    team = Team.objects.filter(kind=STATION).order_by("pk").first() or Team.objects.create(
        kind=STATION, code=STATION, name=place.name_zh, area=area, formed_on=today
    )
    owner = _default_owner(area)
    station = Station.objects.create(
        team=team, area=area, default_owner=owner, name=team.name, uid=uuid.uuid4(), created_at=clock.now()
    )
    trail(SYSTEM, "station.made", station, area=area.pk, owner=owner.pk)
    return station


def _default_owner(area: Area) -> Person:
    """A seat nobody can sign in to; things wait there in sight until the head names a real person."""
    username, n = DEFAULT_OWNER, 1
    while Person.objects.filter(username=username).exists():
        n += 1
        username = f"{DEFAULT_OWNER}-{n}"
    owner = Person.objects.create_person(username, DEFAULT_OWNER_NAME)
    Appointment.objects.create(
        person=owner,
        role="duty_officer",
        area=area,
        valid_from=clock.local(clock.now()).date(),
        created_at=clock.now(),
    )
    return owner


@transaction.atomic
def change_station(
    *, by: Actor, name: str = "", default_owner: Person | None = None, area: Area | None = None
) -> Station:
    """Give the station its name, the person who answers when nobody else does, or its area.

    Needs the right to appoint over its area (and over the new one). Raises Refusal for a default owner who is
    switched off or may not handle matters over the station's area.
    """
    ensure_station()
    rows = Station.objects.select_for_update(of=("self",)).select_related("team", "area", "default_owner")
    found = rows.order_by("pk")[0]
    demand(by, APPOINT, found.area.path, see=PEOPLE)
    if area is not None:
        demand(by, APPOINT, area.path, see=PEOPLE)
        found.area = found.team.area = area
    if name:
        found.name = found.team.name = one_line(name, limit=60, field="name")
    if default_owner is not None:
        _check_owner(default_owner, found.area)
        found.default_owner = default_owner
    found.save()
    found.team.save()
    trail(by, "station.changed", found, name=found.name, owner=found.default_owner_id, area=found.area_id)
    return found


def _check_owner(person: Person, area: Area) -> None:
    able = [r.key for r in current_place().roles if r.may(HANDLES)]
    day = clock.local(clock.now()).date()
    held = Appointment.objects.on(day).filter(person=person, role__in=able, area__in=area.ancestor_ids)
    if not person.is_active or not held.exists():
        words = _("默认负责人要能办理 %(area)s 的事项，%(person)s 现在不能，请先任命") % {
            "area": area,
            "person": person.name,
        }
        raise Refusal(words, code="bad_owner", field="default_owner")
