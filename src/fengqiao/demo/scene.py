"""Where something happens and the words it is told with: one scene an event, so that all who report it
agree."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from random import Random

from fengqiao.demo.kinds import Kind, demo_table, kinds
from fengqiao.demo.model import Building, Place, Point, Township
from fengqiao.demo.names import word_lists
from fengqiao.demo.sites import numeral

# Kinds of places a setting may choose from; premises are told apart by what they sell.
_SETTINGS: dict[str, tuple[str, ...]] = {
    "flat": ("compound",),
    "estate": ("compound",),
    "group": ("group",),
    "field": ("group",),
    "shops": (
        "restaurant",
        "shop",
        "supermarket",
        "salon",
        "training",
        "gym",
        "bath",
        "workshop",
        "ebikes",
        "repair",
    ),
    "dine": ("restaurant", "night_market", "karaoke"),
    "hotel": ("hotel", "bath", "farmstay"),
    "parcel": ("parcel", "logistics"),
    "youth": ("netcafe", "games", "karaoke"),
    "games": ("games", "shop", "farmstay"),
    "site": ("building_site", "factory"),
    "works": ("factory", "workshop", "logistics", "building_site", "recycling"),
    "work": ("factory", "building_site", "restaurant", "logistics", "workshop", "supermarket"),
    "petrol": ("petrol", "shop", "farm"),
    "ebikes": ("ebikes",),
    "medical": ("clinic", "hospital"),
    "school": ("school", "kindergarten"),
    "public": ("square", "park", "market", "bus_stop", "bus_station", "night_market"),
    "water": ("pond", "bridge"),
    "street": ("bus_stop", "shop", "restaurant", "market", "compound", "bridge", "group"),
}
_ONLINE_SAYS_HOME = 0.2


@dataclass(frozen=True, slots=True)
class Scene:
    """A place, a point near it (WGS-84), the grid, ways to say where (``at``, ``near``, ``spot``), and
    words."""

    place: Place
    point: Point
    at: str
    near: str
    spot: str
    words: dict[str, str]


@cache
def _options() -> dict[str, tuple[str, ...]]:
    return {row["word"]: tuple(row["options"].split()) for row in demo_table("words.csv")}


class Scenery:
    """A township's places sorted by what can happen there."""

    def __init__(self, township: Township) -> None:
        self._by_setting = {setting: _pool(township, kinds_) for setting, kinds_ in _SETTINGS.items()}
        self._own = {setting for setting, pool in self._by_setting.items() if pool} | {"home", "online"}
        homes = self._by_setting["flat"] * 2 + self._by_setting["group"]
        everywhere = list(township.places)
        self._by_setting["home"] = self._by_setting["online"] = homes or everywhere
        for setting, pool in self._by_setting.items():
            if not pool:
                self._by_setting[setting] = homes or everywhere
        self._shops = self._by_setting["shops"]
        self._roads = [
            feature.name for feature in township.features if feature.kind == "road" and feature.name
        ]
        self._roads = self._roads or ["村道"]

    def possible(self) -> frozenset[str]:
        """The codes that can come about here: those whose setting has a place of its own."""
        return frozenset(kind.code for kind in kinds().values() if kind.setting in self._own)

    def scene(self, kind: Kind, rng: Random, *, place: Place | None = None) -> Scene:
        """A scene for an event of a kind; ``place`` fixes where (something that happens again)."""
        pool = self._by_setting[kind.setting]
        chosen = place or pool[int(rng.random() * len(pool))]
        village = chosen.kind == "group"
        words = _words(rng, village)
        shop = chosen if chosen.premises else self._shops[int(rng.random() * len(self._shops))]
        words["shop"] = shop.name
        at, near, spot, house = self._said(chosen, kind, rng)
        point = house.point if house is not None else _near(chosen.point, rng)
        return Scene(chosen, point, at, near, spot, words)

    def _said(self, place: Place, kind: Kind, rng: Random) -> tuple[str, str, str, Building | None]:
        """How people say where: in full, without what the sentence names itself, as a grid worker notes
        it."""
        if kind.setting == "online":
            return ("" if rng.random() > _ONLINE_SAYS_HOME else f"{place.name}"), "", place.name, None
        if place.kind == "compound" and place.buildings:
            return _in_estate(place, kind, rng)
        if place.kind == "group":
            return _in_village(place, kind, rng)
        road = place.address.split(" ")[0]
        if kind.setting == "street" and rng.random() < 0.5:
            return self._on_road(road, place, rng)
        full = f"{road}{place.name}" if rng.random() < 0.5 and road not in place.name else place.name
        return full, road, place.name, None

    def _on_road(self, road: str, place: Place, rng: Random) -> tuple[str, str, str, None]:
        draw = rng.random()
        if draw < 0.35:
            other = self._roads[int(rng.random() * len(self._roads))]
            said = f"{road}与{other}路口" if other != road else f"{road}路口"
        elif draw < 0.7:
            said = f"{road}{place.name}附近" if road not in place.name else f"{place.name}附近"
        else:
            said = f"{road}上"
        return said, road, said, None


def _pool(township: Township, wanted: tuple[str, ...]) -> list[Place]:
    return [place for place in township.places if place.kind in wanted]


def _in_estate(place: Place, kind: Kind, rng: Random) -> tuple[str, str, str, Building]:
    house = place.buildings[int(rng.random() * len(place.buildings))]
    unit = 1 + int(rng.random() * house.units)
    floor = 1 + int(rng.random() * house.floors)
    room = f"{floor}{1 + int(rng.random() * house.doors):02}"
    name = place.aliases[0] if place.aliases and rng.random() < 0.15 else place.name
    number = f"{house.number}栋" if rng.random() < 0.75 else f"{house.number}号楼"
    if kind.setting == "estate" and rng.random() < 0.35:
        return name, name, name, house
    at = f"{name}{number}" if rng.random() < 0.6 else f"{name}{number}{numeral(unit)}单元"
    return at, f"{name}{number}", f"{name}{house.number}-{unit}-{room}", house


def _in_village(place: Place, kind: Kind, rng: Random) -> tuple[str, str, str, Building | None]:
    village = place.name.split("村")[0] + "村"
    house = place.buildings[int(rng.random() * len(place.buildings))] if place.buildings else None
    if kind.setting in ("field", "street"):
        corner = ("村东头", "渠边", "机耕路边", "后坡", "桥头", "老供销社后边")[int(rng.random() * 6)]
        return f"{village}{corner}", village, f"{place.name}{corner}", None
    number = f"{house.number}号" if house is not None and rng.random() < 0.4 else ""
    at = f"{place.name}{number}" if rng.random() < 0.8 else f"{village}村部旁"
    return at, place.name, f"{place.name}{number}", house


def _near(point: Point, rng: Random) -> Point:
    """Within some forty metres: nobody pins a place exactly."""
    return round(point[0] + (rng.random() - 0.5) * 0.0007, 7), round(
        point[1] + (rng.random() - 0.5) * 0.0006, 7
    )


def _words(rng: Random, village: bool) -> dict[str, str]:
    draw = rng.random
    words = {word: options[int(draw() * len(options))] for word, options in _options().items()}
    words["floor"] = words["low_floor"] if village else words["high_floor"]
    words["bld"] = words["yard"] if village else words["unit"]
    words["name"], words["name2"] = _called(rng, words), _called(rng, words)
    return words


def _called(rng: Random, words: dict[str, str]) -> str:
    """How people call one another: 老周, 李姐, 陈师傅."""
    surnames = word_lists()["surnames"]
    surname = surnames[int(rng.random() * 60)]
    if rng.random() < 0.4:
        return words["title_m"] + surname
    titles = _options()["title_f"]
    return surname + titles[int(rng.random() * len(titles))]
