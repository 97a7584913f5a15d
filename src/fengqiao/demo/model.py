"""The synthetic township as plain values. Points and outlines are WGS-84 degrees, longitude first.

Every person, firm and place here is invented. Codes begin with 9901, which no division of China uses; phone
numbers have the form 1380000xxxx.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from shapely import MultiPolygon, Polygon

from fengqiao.demo.scales import Scale

Point = tuple[float, float]
Line = tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Area:
    """A node of the area tree: ``rank`` county, street, community, village or grid. Counts of a parent are
    the sums of its grids."""

    code: str
    name: str
    rank: str
    parent: str | None
    outline: Polygon | MultiPolygon
    households: int
    residents: int
    tenants: int
    urban: bool


@dataclass(frozen=True, slots=True)
class Beat:
    """A police beat over ``grids``; it also covers the ``shared`` grids, which are another beat's and where
    that one leads."""

    code: str
    name: str
    station: str
    grids: tuple[str, ...]
    shared: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Feature:
    """Something drawn: ``kind`` is river, creek, lake, park, pond, wood, building, road or lane;
    ``outline`` for surfaces, ``line`` for roads; ``width`` in metres."""

    kind: str
    name: str
    outline: Polygon | None = None
    line: Line = ()
    width: float = 0.0


@dataclass(frozen=True, slots=True)
class Building:
    """A numbered house of a compound."""

    number: int
    units: int
    floors: int
    doors: int
    point: Point

    @property
    def flats(self) -> int:
        """Dwellings in all units."""
        return self.units * self.floors * self.doors


@dataclass(frozen=True, slots=True)
class Place:
    """A named place. ``kind``: compound, shop, restaurant, school, market ... (see data/places.csv);
    ``trade`` for premises; ``tier``: ordinary, watched or key."""

    code: str
    name: str
    kind: str
    grid: str
    point: Point
    address: str
    aliases: tuple[str, ...] = ()
    trade: str = ""
    tier: str = "ordinary"
    premises: bool = False
    buildings: tuple[Building, ...] = ()


@dataclass(frozen=True, slots=True)
class Station:
    """A police station: its place and the streets it serves."""

    code: str
    name: str
    place: str
    streets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works here. ``role`` is a role key; the post covers ``area``, or ``beats``; ``unit`` names
    the office for department staff (a handler code such as FS)."""

    code: str
    name: str
    role: str
    phone: str
    area: str
    beats: tuple[str, ...] = ()
    station: str = ""
    title: str = ""
    unit: str = ""

    @property
    def beat(self) -> str:
        """The first of the beats, or nothing."""
        return self.beats[0] if self.beats else ""


@dataclass(frozen=True, slots=True)
class Team:
    """A team with its leaders and members (person codes)."""

    code: str
    kind: str
    name: str
    area: str
    leaders: tuple[str, ...]
    members: tuple[str, ...]
    formed_on: date


@dataclass(frozen=True, slots=True)
class Resource:
    """Something a partner shares."""

    name: str
    kind: str
    hours: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Partner:
    """An organisation that works along, with its shared resources and contact (a person's code, if any)."""

    code: str
    name: str
    kind: str
    area: str
    duty_line: str
    resources: tuple[Resource, ...]


@dataclass(frozen=True, slots=True)
class Room:
    """A room to mediate in, of a kind of the place; it serves ``level`` on ``grids`` (all of its area when none)."""

    kind: str
    name: str
    level: str
    area: str
    hours: str
    grids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Zone:
    """A circle with a focus of its own: ``kind`` lake_park, shopping or industry."""

    code: str
    name: str
    kind: str
    focus: str
    hours: str
    grids: tuple[str, ...]
    posts: tuple[tuple[str, Point], ...]
    partners: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Crew:
    """One shift's people at a station: who leads, who sits at the desk, who goes out, who stands by."""

    lead: str
    desk: tuple[str, ...]
    patrol: tuple[str, ...]
    standby: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rota:
    """A station's duty pattern: crews follow one another day by day from ``start``; a shift runs from 08:30
    to 08:30 of the next day, Shanghai time."""

    station: str
    start: date
    crews: tuple[Crew, ...]


@dataclass(frozen=True, eq=False)
class Township:
    """Everything there is, made from ``seed`` and ``scale`` alone. Two townships are the same object or
    differ."""

    seed: int
    scale: Scale
    areas: tuple[Area, ...]
    beats: tuple[Beat, ...]
    features: tuple[Feature, ...]
    places: tuple[Place, ...]
    stations: tuple[Station, ...]
    people: tuple[Person, ...]
    teams: tuple[Team, ...]
    partners: tuple[Partner, ...]
    zones: tuple[Zone, ...]
    rotas: tuple[Rota, ...]
    rooms: tuple[Room, ...] = ()

    @cached_property
    def area_by_code(self) -> dict[str, Area]:
        """Areas by code."""
        return {area.code: area for area in self.areas}

    @cached_property
    def place_by_code(self) -> dict[str, Place]:
        """Places by code."""
        return {place.code: place for place in self.places}

    @cached_property
    def beat_by_code(self) -> dict[str, Beat]:
        """Beats by code."""
        return {beat.code: beat for beat in self.beats}

    @cached_property
    def person_by_code(self) -> dict[str, Person]:
        """People by code."""
        return {person.code: person for person in self.people}

    def ranked(self, rank: str) -> tuple[Area, ...]:
        """The areas of one rank, by code."""
        return tuple(area for area in self.areas if area.rank == rank)

    def chain(self, code: str) -> tuple[Area, ...]:
        """The area and everything above it, lowest first. Raises ``KeyError`` for an unknown code."""
        found = [self.area_by_code[code]]
        while found[-1].parent is not None:
            found.append(self.area_by_code[found[-1].parent])
        return tuple(found)
