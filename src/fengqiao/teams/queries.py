"""Reads over teams: the station, who answers, who is on duty, who works where, what is overdue."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Max, Q

from fengqiao.accounts.models import Person
from fengqiao.accounts.scope import Actor
from fengqiao.lib import clock
from fengqiao.lib.place_config import current_place
from fengqiao.teams.actions.station import ensure_station
from fengqiao.teams.answers import Answer, search
from fengqiao.teams.choices import DutyKind
from fengqiao.teams.models import (
    Appointment,
    Duty,
    DutyItem,
    DutyList,
    DutySwap,
    Membership,
    Partner,
    Resource,
    Station,
    Team,
)
from fengqiao.teams.rules import Gap, gaps, next_due
from fengqiao.territory.models import Area, Beat, within

__all__ = [
    "Answer",
    "ItemState",
    "OnDuty",
    "PersonCard",
    "cover_gaps",
    "duty_lists",
    "ending_appointments",
    "item_states",
    "on_duty",
    "open_swaps",
    "overdue_items",
    "partners_for",
    "people",
    "resources_for",
    "roster",
    "station",
    "who_answers",
]


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


def on_duty(at: datetime | None = None, *, paths: Collection[str] | None = None) -> list[OnDuty]:
    """Everybody on duty at ``at`` (aware UTC; now when None): leaders first, then by kind, place and name.

    ``paths``: only duty on this ground, in it or around it; everywhere when None.
    """
    rows = Duty.objects.at(at or clock.now()).select_related("person", "team", "area", "beat")
    if paths is not None:
        rows = rows.filter(_touches(paths))
    order = {kind: n for n, kind in enumerate(DutyKind.values)}
    found = [
        OnDuty(
            d.person, d.kind, str(DutyKind(d.kind).label), str(d.beat or d.area or d.team or ""), d.ends_at, d
        )
        for d in rows
    ]
    return sorted(found, key=lambda d: (order[d.kind], d.where, d.person.name, d.duty.pk))


def _touches(paths: Collection[str]) -> Q:
    above = {int(pk) for path in paths for pk in path.strip("/").split("/") if pk}
    found = Q(pk__in=[])
    for column in ("area", "beat__area", "team__area"):
        found |= within(tuple(paths), f"{column}__path") | Q(**{f"{column}_id__in": above})
    return found


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


def _stand_in(exclude: frozenset[int]) -> Person:
    """Somebody else of the station when even the default owner must stay out of it."""
    day = clock.local(clock.now()).date()
    others = Appointment.objects.on(day).filter(person__is_active=True, role__in=current_place().answer_chain)
    first = (
        others.exclude(person_id__in=exclude).select_related("person").order_by("valid_from", "pk").first()
    )
    if first is not None:
        return first.person
    seats = Person.objects.filter(username__startswith="stand-in-").order_by("pk")
    free, n = seats.exclude(pk__in=exclude).first(), seats.count() + 1
    return free or Person.objects.create_person(f"stand-in-{n}", "回避候补席（待指定）")


@dataclass(frozen=True)
class PersonCard:
    """Somebody who works here: appointments of today, teams, whether on duty now."""

    person: Person
    appointments: tuple[Appointment, ...]
    teams: tuple[Membership, ...]
    on_duty: bool


def people(actor: Actor, *, role: str = "", at: datetime | None = None) -> list[PersonCard]:
    """People whose appointments the actor may see, by name, in four queries whatever their number."""
    moment = at or clock.now()
    day = clock.local(moment).date()
    rows = Appointment.objects.on(day).visible_to(actor.scope).select_related("person", "area", "beat")
    held: dict[int, list[Appointment]] = {}
    faces: dict[int, Person] = {}
    for row in rows.filter(person__is_active=True):
        held.setdefault(row.person_id, []).append(row)
        faces[row.person_id] = row.person
    wanted = [pk for pk, own in held.items() if not role or any(a.role == role for a in own)]
    teams: dict[int, list[Membership]] = {}
    for member in Membership.objects.on(day).filter(person_id__in=wanted).select_related("team"):
        teams.setdefault(member.person_id, []).append(member)
    present = set(Duty.objects.at(moment).filter(person_id__in=wanted).values_list("person_id", flat=True))
    cards = [PersonCard(faces[pk], tuple(held[pk]), tuple(teams.get(pk, ())), pk in present) for pk in wanted]
    return sorted(cards, key=lambda c: (c.person.name, c.person.pk))


def ending_appointments(actor: Actor, *, days: int = 30) -> list[Appointment]:
    """Appointments in sight that end within ``days``, the first to end first."""
    today = clock.local(clock.now()).date()
    rows = (
        Appointment.objects.on(today)
        .visible_to(actor.scope)
        .filter(valid_to__lte=today + timedelta(days=days))
    )
    return list(rows.select_related("person", "area", "beat").order_by("valid_to", "pk"))


def roster(start: datetime, end: datetime, *, area: Area | None = None) -> list[Duty]:
    """Duty that touches the time from ``start`` to ``end`` (aware), below ``area`` where one is given."""
    rows = Duty.objects.filter(starts_at__lt=end, ends_at__gt=start)
    if area is not None:
        own, beats = Q(area__path__startswith=area.path), Q(beat__area__path__startswith=area.path)
        rows = rows.filter(own | beats | Q(team__area__path__startswith=area.path))
    return list(rows.select_related("person", "area", "beat", "team").order_by("starts_at", "pk"))


def cover_gaps(
    start: datetime,
    end: datetime,
    *,
    want: int = 1,
    kinds: Collection[str] = (),
    area: Area | None = None,
    beat: Beat | None = None,
    team: Team | None = None,
) -> list[Gap]:
    """Where fewer than ``want`` people are on duty between two hours (aware), of these kinds, for this ground."""
    rows = Duty.objects.filter(starts_at__lt=end, ends_at__gt=start, person__is_active=True)
    if kinds:
        rows = rows.filter(kind__in=list(kinds))
    for column, value in (("area", area), ("beat", beat), ("team", team)):
        if value is not None:
            rows = rows.filter(**{column: value})
    return gaps(list(rows.values_list("starts_at", "ends_at")), start, end, want)


def open_swaps(person: Person) -> list[DutySwap]:
    """Swaps waiting for this person's answer, and their own that wait for another's."""
    rows = DutySwap.objects.filter(Q(to=person) | Q(asked_by=person), answered_at__isnull=True)
    return list(rows.select_related("mine__person", "theirs", "to", "asked_by"))


@dataclass(frozen=True)
class ItemState:
    """How an item of a duty list stands: last done, due again on which day, days late (0 in time)."""

    item: DutyItem
    last: datetime | None
    due_on: date | None
    days_late: int


def duty_lists() -> list[DutyList]:
    """Mechanisms and duty lists in use."""
    return list(DutyList.objects.filter(active=True).select_related("area"))


def item_states(at: datetime | None = None, *, of: DutyList | None = None) -> list[ItemState]:
    """Every item in use and how it stands at ``at`` (aware), list by list, in two queries.

    Never done, it counts from the day this station began; what is done as needed is never late.
    """
    day = clock.local(at or clock.now()).date()
    began = clock.local(station().created_at).date()
    rows = DutyItem.objects.filter(active=True, list__active=True).select_related("list__area", "owner")
    if of is not None:
        rows = rows.filter(list=of)
    states = []
    done = Max("evidence_rows__at", filter=Q(evidence_rows__at__lte=at)) if at else Max("evidence_rows__at")
    for item in rows.annotate(last_done=done).order_by("list__key", "position", "pk"):
        last: datetime | None = item.last_done
        due = next_due(clock.local(last).date() if last else None, began, item.every_days)
        states.append(ItemState(item, last, due, max(0, (day - due).days) if due else 0))
    return states


def overdue_items(at: datetime | None = None) -> list[ItemState]:
    """Items that are late at ``at``, the latest first."""
    return sorted((s for s in item_states(at) if s.days_late), key=lambda s: (-s.days_late, s.item.pk))


def partners_for(area: Area, *, kind: str = "") -> list[Partner]:
    """Active partners whose ground holds ``area`` or lies in it."""
    rows = Partner.objects.filter(_around(area), active=True).select_related("area")
    return list(rows.filter(kind=kind) if kind else rows)


def resources_for(area: Area, *, kind: str = "") -> list[Resource]:
    """What is shared around ``area``: the nearest ground first."""
    rows = Resource.objects.filter(_around(area), active=True).select_related("area", "partner", "place")
    found = list(rows.filter(kind=kind) if kind else rows)
    return sorted(found, key=lambda r: (-len(r.area.path), r.kind, r.name))


def _around(area: Area) -> Q:
    return Q(area__in=area.ancestor_ids) | Q(area__path__startswith=area.path)
