"""Writing a synthetic township into an empty database: ground, people, teams, duty. Bulk, in one
transaction."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from shapely.geometry import mapping

from fengqiao.accounts.models import Person
from fengqiao.demo import model
from fengqiao.demo.rota import shifts
from fengqiao.lib import clock
from fengqiao.lib.place_config import current_place
from fengqiao.teams.models import (
    Appointment,
    Duty,
    Membership,
    Partner,
    Post,
    Resource,
    Station,
    Team,
)
from fengqiao.territory.models import Area, Beat, BeatGrid, Boundary, MapFeature, Place

DEMO_PASSWORD = "fengqiao-demo"  # noqa: S105 - printed on the sign-in page of a demonstration
PLACE_WORDS = {
    "compound": "小区",
    "group": "村民小组",
    "bus_stop": "公交站",
    "bus_station": "车站",
    "park": "公园",
    "square": "广场",
    "police_room": "警务室",
    "station": "派出所",
    "school": "学校",
    "kindergarten": "幼儿园",
    "village_hall": "村委会",
    "committee": "居委会",
    "hall": "活动室",
    "clinic": "卫生室",
    "hospital": "医院",
    "pond": "水塘",
    "bridge": "桥",
    "market": "市场",
    "night_market": "夜市",
    "office": "机关",
    "justice": "司法所",
    "centre": "综治中心",
}
DUTY_DAYS_BACK, DUTY_DAYS_AHEAD = 2, 14
BATCH = 2000


@dataclass
class Ground:
    """The rows of a township by the generator's codes."""

    areas: dict[str, Area] = field(default_factory=dict)
    beats: dict[str, Beat] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    partners: dict[str, Partner] = field(default_factory=dict)
    rooms: dict[str, Resource] = field(default_factory=dict)


@transaction.atomic
def load_ground(town: model.Township) -> Ground:
    """Write everything but matters; returns the rows by code. The database must hold no areas yet."""
    ground = Ground()
    began = town.rotas[0].start if town.rotas else clock.local(clock.now()).date() - timedelta(days=365)
    _areas(town, ground)
    _scenery(town)
    _beats(town, ground)
    _places(town, ground)
    _people(town, ground)
    _partners(town, ground)
    _rooms(town, ground)
    _teams(town, ground)
    _stations(town, ground)
    _appointments(town, ground, began)
    _duty(town, ground)
    return ground


def _areas(town: model.Township, ground: Ground) -> None:
    for rank in ("county", "street", "community", "village", "grid"):
        rows = [a for a in town.areas if a.rank == rank]
        made = Area.objects.bulk_create(
            [
                Area(
                    parent=ground.areas[a.parent] if a.parent else None,
                    rank=a.rank,
                    code=a.code,
                    name=a.name,
                    households=a.households,
                    residents=a.residents + a.tenants,
                )
                for a in rows
            ],
            batch_size=BATCH,
        )
        for area in made:
            area.path = f"{area.parent.path if area.parent else '/'}{area.pk}/"
            ground.areas[area.code] = area
        Area.objects.bulk_update(made, ["path"], batch_size=BATCH)
    Boundary.objects.bulk_create([_boundary(a, ground) for a in town.areas], batch_size=500)


def _boundary(area: model.Area, ground: Ground) -> Boundary:
    west, south, east, north = area.outline.bounds
    return Boundary(
        area=ground.areas[area.code],
        geometry=_geometry(area.outline),
        min_lon=west,
        min_lat=south,
        max_lon=east,
        max_lat=north,
        valid_from=date(2000, 1, 1),
        source="演示",
    )


def _geometry(shape: Any) -> dict[str, Any]:
    found = mapping(shape)
    return {"type": found["type"], "coordinates": found["coordinates"]}


def _scenery(town: model.Township) -> None:
    rows = []
    for f in town.features:
        line = {"type": "LineString", "coordinates": [list(p) for p in f.line]}
        rows.append(
            MapFeature(
                kind=f.kind, name=f.name, geometry=_geometry(f.outline) if f.outline is not None else line
            )
        )
    MapFeature.objects.bulk_create(rows, batch_size=BATCH)


def _beats(town: model.Township, ground: Ground) -> None:
    covers: list[BeatGrid] = []
    taken: set[str] = set()
    for b in town.beats:
        street = ground.areas[b.grids[0]].ancestor_ids[1]
        beat = Beat.objects.create(code=b.code, name=b.name, area_id=street)
        ground.beats[b.code] = beat
        for grid in (*b.grids, *b.shared):
            main = grid not in taken and grid not in b.shared
            covers.append(BeatGrid(beat=beat, grid=ground.areas[grid], main=main))
            if main:
                taken.add(grid)
    BeatGrid.objects.bulk_create(covers)


def _places(town: model.Township, ground: Ground) -> None:
    rows = Place.objects.bulk_create(
        [
            Place(
                name=p.name,
                aliases=list(p.aliases),
                address=p.address,
                kind=p.trade or PLACE_WORDS.get(p.kind, "其他"),
                tier=p.tier,
                area=ground.areas[p.grid],
                lon=round(p.point[0], 7),
                lat=round(p.point[1], 7),
            )
            for p in town.places
        ],
        batch_size=BATCH,
    )
    ground.places = {p.code: row for p, row in zip(town.places, rows, strict=True)}


def _people(town: model.Township, ground: Ground) -> None:
    password = make_password(DEMO_PASSWORD)  # one slow hash for all: this is a demonstration
    now = clock.now()
    firsts: set[str] = set()
    rows = []
    for p in town.people:
        username = p.code if p.role in firsts else p.role
        firsts.add(p.role)
        person = Person(username=username, name=p.name, title=p.title, password=password, created_at=now)
        person.set_phone(p.phone)
        rows.append(person)
    made = Person.objects.bulk_create(rows, batch_size=BATCH)
    ground.people = {p.code: row for p, row in zip(town.people, made, strict=True)}


def _partners(town: model.Township, ground: Ground) -> None:
    for p in town.partners:
        partner = Partner.objects.create(
            name=p.name, kind=p.kind, area=ground.areas[p.area], duty_line=p.duty_line
        )
        ground.partners[p.code] = partner
        Resource.objects.bulk_create(
            Resource(
                partner=partner,
                kind=r.kind,
                name=r.name,
                hours=r.hours,
                place=ground.places.get(r.place),
                area=ground.places[r.place].area if r.place in ground.places else partner.area,
            )
            for r in p.resources
        )


def _rooms(town: model.Township, ground: Ground) -> None:
    rows = [
        Resource(kind=r.kind, name=r.name, hours=r.hours, area=ground.areas[r.area], contact="向调解员预约")
        for r in town.rooms
    ]
    for row in Resource.objects.bulk_create(rows, batch_size=BATCH):
        ground.rooms[row.name] = row


def _teams(town: model.Township, ground: Ground) -> None:
    members: list[Membership] = []
    for t in town.teams:
        team = Team.objects.create(
            kind=t.kind, code=t.code, name=t.name, area=ground.areas[t.area], formed_on=t.formed_on
        )
        ground.teams[t.code] = team
        for code in dict.fromkeys((*t.leaders, *t.members)):
            members.append(
                Membership(
                    team=team, person=ground.people[code], leads=code in t.leaders, valid_from=t.formed_on
                )
            )
    Membership.objects.bulk_create(members, batch_size=BATCH)
    for zone in town.zones:
        for name, _point in zone.posts:
            area = ground.areas[zone.grids[0]]
            Post.objects.create(kind=zone.kind, name=name, area=area, hours=zone.hours)


def _stations(town: model.Township, ground: Ground) -> None:
    county = ground.areas[town.ranked("county")[0].code]
    first: Team | None = None
    for s in town.stations:
        area = ground.areas[s.streets[0]] if len(s.streets) == 1 else county
        team = Team.objects.create(
            kind="station", code=s.code, name=s.name, area=area, formed_on=date(2010, 1, 1)
        )
        first = first or team
        people = [p for p in town.people if p.station == s.code]
        Membership.objects.bulk_create(
            Membership(
                team=team,
                person=ground.people[p.code],
                leads=p.role == "station_head",
                valid_from=date(2024, 1, 1),
            )
            for p in people
        )
    owner = next(p for p in town.people if p.role == "duty_officer")
    if first is None:
        raise ValueError("a township needs a station")
    Station.objects.create(
        team=first,
        area=first.area if len(town.stations) == 1 else county,
        default_owner=ground.people[owner.code],
        name=first.name if len(town.stations) == 1 else f"{county.name.removesuffix('县')}分局",
        uid=uuid.uuid4(),
        created_at=clock.now(),
    )


def _appointments(town: model.Township, ground: Ground, began: date) -> None:
    roles = {role.key: role for role in current_place().roles}
    heads = [ground.people[p.code] for p in town.people if p.role == "station_head"]
    now = clock.now()
    today = clock.local(now).date()
    rows: list[Appointment] = []
    for p in (p for p in town.people if p.role in roles):
        role = roles[p.role]
        posts: list[Beat | None] = [*(ground.beats[code] for code in p.beats)]
        for beat in posts or [None]:
            number = len(rows) + 1
            since, until = _term(began, today, role.term_months, number)
            rows.append(
                Appointment(
                    person=ground.people[p.code],
                    role=p.role,
                    area=None if beat else ground.areas[p.area],
                    beat=beat,
                    valid_from=since,
                    valid_to=until,
                    by=heads[0] if heads else None,
                    duties="；".join(role.duties),
                    certificate_no=f"演公聘〔{since.year}〕{number}号" if role.certificate else "",
                    created_at=now,
                )
            )
    Appointment.objects.bulk_create(rows, batch_size=BATCH)


def _term(began: date, today: date, months: int | None, number: int) -> tuple[date, date | None]:
    """From when to when: open where the role has no term, else the running term, renewed as often as need be;
    terms begin month by month, so that they do not all end on one day."""
    if not months:
        return began, None
    first = (number + number * 5 // 12) % 12
    passed = (today.year - began.year) * 12 + today.month - began.month - 1 - first
    since = _later(began, first + max(0, passed) // months * months)
    return since, _later(since, months)


def _later(day: date, months: int) -> date:
    """The first of the month ``months`` after the day's month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, 1)


def _duty(town: model.Township, ground: Ground) -> None:
    today = clock.local(clock.now()).date()
    teams = {team.code: team for team in Team.objects.filter(code__in=[rota.station for rota in town.rotas])}
    areas = {station.code: teams[station.code].area for station in town.stations}
    rows: list[Duty] = []
    for n in range(-DUTY_DAYS_BACK, DUTY_DAYS_AHEAD + 1):
        for shift in shifts(town, today + timedelta(days=n)):
            beat = ground.beats[shift.beat] if shift.beat else None
            rows.append(
                Duty(
                    person=ground.people[shift.person],
                    kind=shift.kind,
                    team=None if beat else teams[shift.station],
                    area=None if beat else areas[shift.station],
                    beat=beat,
                    starts_at=shift.begins,
                    ends_at=shift.ends,
                )
            )
    Duty.objects.bulk_create(rows, batch_size=BATCH)
