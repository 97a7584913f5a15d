"""Reads over teams: the station, who answers, who is on duty."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fengqiao.accounts.models import Person
from fengqiao.lib import clock
from fengqiao.teams.actions.station import ensure_station
from fengqiao.teams.answers import Answer, search
from fengqiao.teams.choices import DutyKind
from fengqiao.teams.models import Appointment, Duty, Station
from fengqiao.territory.models import Area

__all__ = ["Answer", "OnDuty", "on_duty", "station", "who_answers"]


@dataclass(frozen=True)
class OnDuty:
    """Somebody on duty now: for what, where, until when (aware UTC)."""

    person: Person
    kind: str
    kind_words: str
    where: str
    until: datetime
    duty: Duty


def station() -> Station:
    """The station of this installation, made at first use."""
    return ensure_station()


def on_duty(at: datetime | None = None) -> list[OnDuty]:
    """Everybody on duty at ``at`` (aware UTC; now when None): leaders first, then by kind, place and name."""
    rows = Duty.objects.at(at or clock.now()).select_related("person", "team", "area", "beat")
    order = {kind: n for n, kind in enumerate(DutyKind.values)}
    found = [
        OnDuty(
            d.person, d.kind, str(DutyKind(d.kind).label), str(d.beat or d.area or d.team or ""), d.ends_at, d
        )
        for d in rows
    ]
    return sorted(found, key=lambda d: (order[d.kind], d.where, d.person.name, d.duty.pk))


def who_answers(
    area: Area,
    at: datetime | None = None,
    *,
    role: str = "",
    level: str = "",
    exclude: frozenset[int] = frozenset(),
) -> Answer:
    """The one person who answers for ``area`` at ``at`` (aware UTC; now when None), and why.

    Asked in this order: who is on duty now on the beat or the ground itself (with ``role`` where one is
    wanted); who holds ``role`` on the ground, its beats, then upward; then the place's answer chain: the beat
    officer, the duty officer on duty, the station head; last the station's default owner. Only people who may
    handle matters are asked, never those in ``exclude``. ``level`` (a level of the ladder) starts the search
    at that rank and, without ``role``, asks for the roles of that level. There is always an answer;
    ``fallback`` says that it is not the one that was wanted.
    """
    found = search(area, at or clock.now(), role=role, level=level, exclude=exclude)
    if found is not None:
        return found
    home = station()
    if home.default_owner_id not in exclude:
        because = f"{area} 没有在岗的人，由{home.name}默认负责人接手，请尽快指定"
        return Answer(home.default_owner, because, True)
    return Answer(_stand_in(exclude), f"{area} 没有在岗的人，默认负责人须回避，请尽快另行指定", True)


SEATS = ("station_head", "duty_officer")


def _stand_in(exclude: frozenset[int]) -> Person:
    """Somebody else of the station when even the default owner must stay out of it."""
    day = clock.local(clock.now()).date()
    others = Appointment.objects.on(day).filter(person__is_active=True, role__in=SEATS)
    first = others.exclude(person_id__in=exclude).select_related("person").order_by("-role", "pk").first()
    if first is not None:
        return first.person
    seats = Person.objects.filter(username__startswith="stand-in-").order_by("pk")
    free, n = seats.exclude(pk__in=exclude).first(), seats.count() + 1
    return free or Person.objects.create_person(f"stand-in-{n}", "回避候补席（待指定）")
