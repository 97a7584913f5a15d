"""Named people and places that tests share; small enough to know by heart.

County 柳溪区 > street 望河街道 > community 锦澜社区 > grids 01, 02, and village 上柳村 > grid 03;
street 临溪镇 > village 杨湾村 > grid 11 is the other area, where the outsider works.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import Model

from fengqiao.accounts.models import Person
from fengqiao.accounts.scope import Actor
from fengqiao.audit.models import Entry
from fengqiao.lib import clock
from fengqiao.lib.place_config import current_place
from fengqiao.matters.actions import load_reference
from fengqiao.matters.models import Category
from fengqiao.teams.models import Appointment, Partner, Station, Team
from fengqiao.teams.scopes import actor_for
from fengqiao.territory.models import Area, Beat, BeatGrid, Boundary, Place

NOW = datetime(2026, 3, 11, 2, 0, tzinfo=UTC)
"""Wednesday 10:00 in Shanghai, an ordinary working day."""


@dataclass
class Cast:
    """The township and its people; ``actor(name)`` gives somebody's actor with the scope of this moment."""

    areas: dict[str, Area] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    beats: dict[str, Beat] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    partners: dict[str, Partner] = field(default_factory=dict)

    def actor(self, name: str) -> Actor:
        """The actor of one of the cast."""
        return actor_for(self.people[name])


AREAS = [
    ("county", None, "county", "990100", "柳溪区", (120.0, 30.0, 120.2, 30.1)),
    ("street", "county", "street", "990100001", "望河街道", (120.0, 30.0, 120.1, 30.1)),
    ("community", "street", "community", "990100001001", "锦澜社区", (120.0, 30.0, 120.05, 30.1)),
    ("grid1", "community", "grid", "99010000100101", "锦澜 01 网格", (120.0, 30.0, 120.05, 30.05)),
    ("grid2", "community", "grid", "99010000100102", "锦澜 02 网格", (120.0, 30.05, 120.05, 30.1)),
    ("village", "street", "village", "990100001201", "上柳村", (120.05, 30.0, 120.1, 30.1)),
    ("grid3", "village", "grid", "99010000120103", "上柳 03 网格", (120.05, 30.0, 120.1, 30.1)),
    ("other_street", "county", "street", "990100002", "临溪镇", (120.1, 30.0, 120.2, 30.1)),
    ("other_village", "other_street", "village", "990100002201", "杨湾村", (120.1, 30.0, 120.2, 30.1)),
    ("other_grid", "other_village", "grid", "99010000220111", "杨湾 11 网格", (120.1, 30.0, 120.2, 30.1)),
]

PEOPLE = [
    # key, name, role, area or beat key
    ("head", "沈国强", "station_head", "county"),
    ("duty", "周敏", "duty_officer", "street"),
    ("officer", "王建国", "beat_officer", "beat1"),
    ("auxiliary", "赵磊", "auxiliary", "beat1"),
    ("assistant", "何秀英", "police_assistant", "village"),
    ("grid_worker", "李芳", "grid_worker", "grid1"),
    ("grid_worker2", "孙浩", "grid_worker", "grid2"),
    ("committee", "郑德明", "committee_member", "community"),
    ("mediator", "李敏", "mediator", "street"),
    ("street_staff", "吴丽", "street_staff", "street"),
    ("justice", "陈立", "justice_staff", "street"),
    ("county_staff", "许静", "justice_staff", "county"),
    ("volunteer", "钱小伟", "volunteer", "community"),
    ("auditor", "冯洁", "auditor", "county"),
    ("admin", "韩松", "administrator", "county"),
    ("outsider", "杨帆", "beat_officer", "other_street"),
    ("nobody", "无职", "", ""),
]


def _box(west: float, south: float, east: float, north: float) -> dict[str, object]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def build_cast() -> Cast:
    """Write the township and its people into the test database."""
    cast = Cast()
    for key, parent, rank, code, name, box in AREAS:
        area = Area.objects.create(
            parent=cast.areas[parent] if parent else None, rank=rank, code=code, name=name
        )
        Boundary.objects.create(
            area=area,
            geometry=_box(*box),
            min_lon=box[0],
            min_lat=box[1],
            max_lon=box[2],
            max_lat=box[3],
            valid_from=date(2000, 1, 1),
        )
        cast.areas[key] = area
    for key, name, grids in (
        ("beat1", "第 1 警务区", ("grid1", "grid2")),
        ("beat2", "第 2 警务区", ("grid3",)),
    ):
        beat = Beat.objects.create(code=key.upper(), name=name, area=cast.areas["street"])
        for grid in grids:
            BeatGrid.objects.create(beat=beat, grid=cast.areas[grid])
        cast.beats[key] = beat
    for key, name, role, scope in PEOPLE:
        person = Person(username=key, name=name)
        person.set_unusable_password()
        person.save()
        cast.people[key] = person
        if role:
            Appointment.objects.create(
                person=person,
                role=role,
                area=cast.areas.get(scope),
                beat=cast.beats.get(scope),
                valid_from=date(2025, 1, 1),
                created_at=NOW,
            )
    team = Team.objects.create(
        kind="station", code="S", name="柳溪派出所", area=cast.areas["county"], formed_on=date(2020, 1, 1)
    )
    Station.objects.create(
        team=team,
        area=cast.areas["county"],
        default_owner=cast.people["duty"],
        name="柳溪派出所",
        uid="00000000-0000-4000-8000-000000000001",
        created_at=NOW,
    )
    for key, name, grid, lat, lon in (
        ("jinlan", "锦澜苑", "grid1", 30.02, 120.02),
        ("chunxiao", "春晓里", "grid2", 30.07, 120.02),
        ("shangliu", "上柳村村委会", "grid3", 30.05, 120.07),
        ("yangwan", "杨湾小卖部", "other_grid", 30.05, 120.15),
    ):
        cast.places[key] = Place.objects.create(name=name, area=cast.areas[grid], lat=lat, lon=lon)
    for key, name, kind in (("court", "柳溪区人民法院", "court"), ("water", "柳溪水务公司", "water")):
        cast.partners[key] = Partner.objects.create(name=name, kind=kind, area=cast.areas["county"])
    load_reference()
    return cast


WRITTEN: tuple[type[Model], ...] = (
    *(Area, Boundary, Beat, BeatGrid, Person, Appointment, Team, Station),
    *(Place, Partner, Category, Entry),
)
"""The tables that ``build_cast`` writes to, those pointed at before those that point."""


@dataclass
class Remembered:
    """What one place's cast is made of: the statements that write it, and its people and places."""

    statements: list[tuple[str, Any]]
    cast: bytes


_remembered: dict[str, Remembered] = {}


def lay_out() -> Cast:
    """The cast as ``build_cast`` leaves it; after the first time its rows are written as they were, in few queries.

    A database that holds any of it gets a cast of its own, and so does each place, whose categories differ. The
    clock is held at NOW, so that the same moment stands in the rows.
    """
    place = current_place().key
    if any(model._base_manager.exists() for model in WRITTEN):
        return build_cast()
    if place not in _remembered:
        _remembered[place] = _built()
    with connection.cursor() as cursor:
        for sql, values in _remembered[place].statements:
            cursor.execute(sql, values)
        if found := connection.ops.sequence_reset_sql(no_style(), WRITTEN):
            cursor.execute(
                "".join(found)
            )  # PostgreSQL counts apart from the rows, anew where a test made a table anew
    cast: Cast = pickle.loads(_remembered[place].cast)  # noqa: S301 - written above
    return cast


def _built() -> Remembered:
    """Build the cast, take it back, and keep how its rows are written with the numbers they have."""
    statements: list[tuple[str, Any]] = []

    def keep(execute: Any, sql: str, values: Any, many: bool, context: Any) -> Any:
        if sql.startswith("INSERT"):
            statements.append((sql, values))
        return execute(sql, values, many, context)

    before = transaction.savepoint()
    cast = build_cast()
    rows = [list(model._base_manager.order_by("pk")) for model in WRITTEN]
    transaction.savepoint_rollback(before)
    before = transaction.savepoint()
    with connection.execute_wrapper(keep):
        for model, of_model in zip(WRITTEN, rows, strict=True):
            model._base_manager.bulk_create(of_model)
    transaction.savepoint_rollback(before)
    return Remembered(statements, pickle.dumps(cast))


@pytest.fixture
def cast(db: None) -> Iterator[Cast]:
    """The cast in a fresh database, with the clock held at NOW."""
    with clock.at(NOW):
        yield lay_out()


@pytest.fixture
def on_postgres() -> bool:
    """Whether the tests run on PostgreSQL."""
    return connection.vendor == "postgresql"
