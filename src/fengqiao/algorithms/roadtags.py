"""What the tags of a way in OpenStreetMap say to people on foot, on bikes and in cars.

Question: who may move along this way, in which direction, and how fast?
Speeds are what a whole trip at that class makes, stops at junctions included, not what the sign allows. They are this
project's own table, set from: walking 1.27-1.46 m/s for adults (R. W. Bohannon, Age and Ageing 26 (1997), 15-19); 15
km/h, the most an electric bicycle may ride in its lane, and 30 km/h without and 50 km/h with lane marks in towns, 60-120
km/h on expressways (Regulation on the implementation of the Road Traffic Safety Law, articles 45, 58 and 78), of which
about two thirds are taken as reached. A car is never faster than a way's ``maxspeed``. Nothing was measured on patrols.
Limits: conditions ("08:00-09:00"), turn restrictions, heights and weights are not read; what depends on the hour is
taken as open, what changes direction with the hour (``reversible``) as closed to vehicles.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

Tags = Mapping[str, str]


class Means(StrEnum):
    """How a unit moves."""

    FOOT = "foot"
    BIKE = "bike"
    CAR = "car"


BIT: dict[Means, int] = {Means.FOOT: 1, Means.BIKE: 2, Means.CAR: 4}
ALL = 7


@dataclass(frozen=True, slots=True)
class RoadClass:
    """A value of ``highway`` and the speed of each means in km/h; 0 where the class alone does not let it in."""

    name: str
    foot: float
    bike: float
    car: float

    def speed(self, means: Means) -> float:
        """Kilometres an hour, 0 for not allowed."""
        return {Means.FOOT: self.foot, Means.BIKE: self.bike, Means.CAR: self.car}[means]

    @property
    def open_to(self) -> int:
        """Bits of the means the class lets in."""
        return sum(bit for means, bit in BIT.items() if self.speed(means))


CLASSES: tuple[RoadClass, ...] = (
    RoadClass("barrier", 5, 5, 5),  # the passage through a gate or bollard; no length
    RoadClass("motorway", 0, 0, 80), RoadClass("motorway_link", 0, 0, 50),
    RoadClass("trunk", 5, 15, 55), RoadClass("trunk_link", 5, 15, 40),
    RoadClass("primary", 5, 15, 40), RoadClass("primary_link", 5, 15, 35),
    RoadClass("secondary", 5, 15, 35), RoadClass("secondary_link", 5, 15, 30),
    RoadClass("tertiary", 5, 15, 30), RoadClass("tertiary_link", 5, 15, 25),
    RoadClass("unclassified", 5, 15, 25), RoadClass("road", 5, 12, 20),
    RoadClass("residential", 5, 15, 20), RoadClass("living_street", 5, 12, 10),
    RoadClass("service", 5, 12, 15), RoadClass("busway", 0, 0, 30),
    RoadClass("track", 5, 10, 10), RoadClass("cycleway", 5, 15, 0),
    RoadClass("bridleway", 5, 8, 0), RoadClass("pedestrian", 5, 5, 0),
    RoadClass("footway", 5, 5, 0), RoadClass("path", 5, 8, 0),
    RoadClass("steps", 2.5, 0, 0), RoadClass("corridor", 4, 0, 0), RoadClass("platform", 4, 0, 0),
)  # fmt: skip
"""The place in the row is what the file of roads keeps: only ever add at the end."""
BARRIER = 0
TOLD_SPEED = {Means.FOOT: 5.0, Means.BIKE: 12.0, Means.CAR: 15.0}
"""Km/h where an explicit tag lets a means into a class that is closed to it."""
_CODE = {one.name: code for code, one in enumerate(CLASSES) if code != BARRIER}

_ASKED: dict[Means, tuple[str, ...]] = {
    Means.FOOT: ("foot", "access"),
    Means.BIKE: ("bicycle", "vehicle", "access"),
    Means.CAR: ("motorcar", "motor_vehicle", "vehicle", "access"),
}
_CLOSED = {"no", "private", "agricultural", "forestry", "military", "emergency", "use_sidepath", "dismount"}
_OPEN = {"yes", "designated", "permissive", "official", "destination"}
_STOPS: dict[str, int] = {
    "bollard": 4, "block": 4, "jersey_barrier": 4, "cycle_barrier": 4, "stile": 6, "turnstile": 6, "kissing_gate": 6,
    "full-height_turnstile": 6, "motorcycle_barrier": 4, "planter": 4, "log": 4, "chain": 4, "debris": 4,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class WayRules:
    """A way's class (place in ``CLASSES``), who may go along (bits) and against its drawing, signed km/h or 0."""

    kind: int
    forward: int
    backward: int
    maxspeed: int


def way_rules(tags: Tags) -> WayRules | None:
    """The rules of a way; None where nobody may use it or it is no road."""
    kind = _CODE.get(tags.get("highway", ""))
    if kind is None:
        return None
    open_to = sum(bit for means, bit in BIT.items() if _may(means, tags, bool(CLASSES[kind].open_to & bit)))
    forward, backward = _directions(tags, CLASSES[kind].name)
    if not open_to & (forward | backward):
        return None
    return WayRules(kind, open_to & forward, open_to & backward, max_speed(tags.get("maxspeed", "")))


def _may(means: Means, tags: Tags, by_class: bool) -> bool:
    """The most specific tag decides; only a tag of the means' own opens what the class closes."""
    for place, name in enumerate(_ASKED[means]):
        value = tags.get(name)
        if value in _CLOSED:
            return False
        if value in _OPEN and (by_class or place == 0 or name == "motor_vehicle"):
            return True
    return by_class


def _directions(tags: Tags, name: str) -> tuple[int, int]:
    """Bits of the means that may go along the drawing of the way and against it."""
    oneway = tags.get("oneway", "")
    if not oneway and (tags.get("junction") in ("roundabout", "circular") or name == "motorway"):
        oneway = "yes"
    vehicles = BIT[Means.BIKE] | BIT[Means.CAR]
    forward, backward = ALL, ALL
    if oneway in ("yes", "true", "1"):
        backward &= ~vehicles
    elif oneway in ("-1", "reverse"):
        forward &= ~vehicles
    elif oneway == "reversible":
        forward, backward = forward & ~vehicles, backward & ~vehicles
    if _bikes_both_ways(tags):
        forward, backward = forward | BIT[Means.BIKE], backward | BIT[Means.BIKE]
    return _foot_one_way(tags, forward, backward)


def _bikes_both_ways(tags: Tags) -> bool:
    lanes = (tags.get(key, "") for key in ("cycleway", "cycleway:left", "cycleway:right", "cycleway:both"))
    return tags.get("oneway:bicycle") == "no" or any(lane.startswith("opposite") for lane in lanes)


def _foot_one_way(tags: Tags, forward: int, backward: int) -> tuple[int, int]:
    """People on foot go both ways, but for ways that say otherwise of them and for moving stairs."""
    told = tags.get("oneway:foot") or tags.get("conveying", "")
    if told in ("yes", "forward"):
        return forward, backward & ~BIT[Means.FOOT]
    if told in ("-1", "backward"):
        return forward & ~BIT[Means.FOOT], backward
    return forward, backward


def max_speed(text: str) -> int:
    """Km/h of a ``maxspeed`` ("60", "60 km/h", "30 mph"), 0 for unknown, nonsense and below 5; at most 255."""
    number, _, unit = text.strip().partition(" ")
    if not (number.isascii() and number.isdigit() and len(number) <= 3):
        return 0
    value = round(int(number) * 1.609344) if unit == "mph" else int(number)
    return min(value, 255) if value >= 5 else 0


def node_stops(tags: Tags) -> int:
    """Bits of the means that cannot pass a node: a bollard stops cars, a locked gate everybody."""
    kind = tags.get("barrier")
    if kind is None:
        return 0
    by_kind = _STOPS.get(kind, 0)
    return sum(bit for means, bit in BIT.items() if not _may(means, tags, not by_kind & bit))
