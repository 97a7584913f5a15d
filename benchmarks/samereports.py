"""Made reports of made events, with the hard near-misses a matcher must not join. Seeded.

The words are in lines/same_event_words.yaml. A county of estates and villages in small towns 250-500 m apart, with
houses, flats and roads, over 365 days. An event has a kind of trouble, a spot, a time; one to twelve people tell of it,
each in words drawn anew: another word for the thing, another way to say it, with or without the name of the place, its
short form or a slip of the pen. Seven reports in ten carry a point within some 25 m, 15 % only the middle of the estate,
15 % none (two in three of these an area).
Near-misses are events of their own, made beside others: the same house and kind but another flat; the same spot and kind
on another day (a passing trouble 20 hours to 20 days on, a lasting one 45 to 200 days); the estate next door in the same
hours; another trouble at the same spot in the same hours; the far end of the same road; and texts filled into forms,
which are alike word for word wherever they come from. A passing trouble is told within eight hours, a lasting one within
two weeks.
Every pair can be decided by somebody who reads both: what has no point names its estate; what is in a flat names the
flat; events at the ends of one road all carry points; and by chance alone the same kind of trouble does not come twice to
an estate and its neighbours at the same time. (In a first draft it did, and knowing place and kind of each report reached
a pair-F1 of .949.)

Frozen: a change here makes old and new figures incomparable.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from math import cos, radians, sqrt
from pathlib import Path
from random import Random
from typing import Any

import yaml

from fengqiao.algorithms.sameevent import Doc

BEGUN = datetime(2025, 1, 1, tzinfo=UTC)
TUNING, FIGURES = 11, 2027
"""Seeds: what is tuned sees the first alone; figures are of the second."""
SIZES = {10_000: 150, 100_000: 1_000, 1_000_000: 8_000}
"""Reports, and the estates and villages they come from."""
MISSES = {"flat": 0.5, "day": 0.12, "next door": 0.06, "other kind": 0.06, "far end": 0.15}
FORM = 0.08
TOLD = (0.55, 0.25, 0.1, 0.05, 0.03, 0.02)
METRE = 1 / 111_320


@dataclass(frozen=True, slots=True)
class Estate:
    """An estate or a village with its road."""

    number: int
    name: str
    short: str
    road: str
    lat: float
    lon: float
    radius: float
    houses: int
    village: bool


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened."""

    kind: str
    estate: Estate
    house: int
    stair: int
    flat: int
    east: float
    north: float
    at: float  # hours since the first day
    far: bool = False
    pointed: bool = False  # its reports all carry a point


@dataclass(frozen=True, slots=True)
class Told:
    """A report and the event it is of."""

    doc: Doc
    event: int


@cache
def tables() -> dict[str, Any]:
    """The words."""
    path = Path(__file__).parent / "lines" / "same_event_words.yaml"
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def county(count: int, draw: Random) -> list[Estate]:
    """Estates and villages with names of their own, in towns of some twenty."""
    words = tables()
    names: set[str] = set()
    found: list[Estate] = []
    step = 350 * METRE
    towns = max(1, count // 20)
    wide = max(1, round(sqrt(towns)))
    while len(found) < count:
        number = len(found)
        village = draw.random() < 0.3
        if village:
            short = draw.choice(words["surnames"]) + draw.choice(words["villages"])
            name = short + draw.choice(["", "村"])
        else:
            short = draw.choice(words["stems"]) + draw.choice(words["seconds"])
            name = short + draw.choice(words["estates"])
        if name in names and draw.random() < 0.9:
            continue  # the same name twice in a county does happen
        names.add(name)
        town, seat = divmod(number, 20)
        lat = 29 + (town // wide) * 0.06 + (seat // 5) * step + draw.uniform(-0.25, 0.25) * step
        lon = 119 + (town % wide) * 0.06 + (seat % 5) * step * 1.15 + draw.uniform(-0.25, 0.25) * step
        road = draw.choice(words["stems"]) + draw.choice(words["seconds"]) + draw.choice(words["roads"])
        if seat % 3 and found:
            road = found[-1].road
        found.append(
            Estate(number, name, short, road, lat, lon, draw.uniform(60, 150), draw.randint(3, 24), village)
        )
    return found


def _moved(lat: float, lon: float, east: float, north: float) -> tuple[float, float]:
    return lat + north * METRE, lon + east * METRE / cos(radians(lat))


class Maker:
    """Draws events and tells them."""

    def __init__(self, size: int, seed: int) -> None:
        self.draw = Random(seed * 7_919 + size)
        self.words = tables()
        self.kinds = list(self.words["kinds"])
        self.estates = county(SIZES.get(size, max(20, size // 80)), self.draw)
        self.taken: dict[tuple[str, int], list[float]] = {}

    def events(self) -> list[Event]:
        """An event and those made beside it; drawn again while one like it is near in place and time."""
        while True:
            base = self.event()
            found = [base, *self.misses(base)]
            if any(self.crowded(one) for one in found):
                continue
            for one in found:
                self.taken.setdefault((one.kind, one.estate.number), []).append(one.at)
            if any(one.far for one in found):
                return [replace(one, pointed=True) for one in found]
            return found

    def crowded(self, event: Event) -> bool:
        """Whether the same kind of trouble is there already, or close by, at about the same time."""
        most = 30 if self.words["kinds"][event.kind]["span"] == "brief" else 45 * 24
        town, seat = divmod(event.estate.number, 20)
        return any(
            abs(at - event.at) < most
            for number in range(town * 20, town * 20 + 20)
            if abs(number % 5 - seat % 5) <= 1 and abs(number % 20 // 5 - seat // 5) <= 1
            for at in self.taken.get((event.kind, number), ())
        )

    def event(self) -> Event:
        """Anything anywhere."""
        draw = self.draw
        estate = draw.choice(self.estates)
        kind = draw.choice(self.kinds)
        house = draw.randint(1, estate.houses)
        seat = Random(estate.number * 100 + house)  # a house stands where it stands
        east, north = (seat.uniform(-estate.radius, estate.radius) for _ in range(2))
        if self.words["kinds"][kind]["at"] in ("estate", "road"):
            east, north = (draw.uniform(-estate.radius, estate.radius) for _ in range(2))
        flat = draw.randint(1, 18) * 100 + draw.randint(1, 4)
        return Event(kind, estate, house, draw.randint(1, 4), flat, east, north, draw.uniform(0, 8_700))

    def misses(self, base: Event) -> Iterator[Event]:
        """Events beside this one that are not this one."""
        draw, facts = self.draw, self.words["kinds"][base.kind]
        brief = facts["span"] == "brief"
        if facts["at"] == "flat" and not base.estate.village and draw.random() < MISSES["flat"]:
            flat = draw.choice([one for one in range(101, 1_900, 100) if one // 100 != base.flat // 100])
            yield replace(base, stair=base.stair % 4 + 1, flat=flat + 1, at=base.at + draw.uniform(-48, 48))
        if draw.random() < MISSES["day"]:
            later = draw.uniform(20, 480) if brief else draw.uniform(45 * 24, 200 * 24)
            yield replace(base, at=base.at + later)
        if draw.random() < MISSES["next door"]:
            other = self.estates[min(base.estate.number + 1, len(self.estates) - 1)]
            yield replace(base, estate=other, at=base.at + draw.uniform(-3, 3))
        if draw.random() < MISSES["other kind"]:
            yield replace(base, kind=draw.choice(self.kinds), at=base.at + draw.uniform(-3, 3))
        if facts["at"] == "road" and draw.random() < MISSES["far end"]:
            east, north = draw.choice([-1, 1]) * draw.uniform(600, 1_500), draw.uniform(-300, 300)
            yield replace(
                base,
                east=base.east + east,
                north=base.north + north,
                far=True,
                at=base.at + draw.uniform(-12, 12),
            )

    def told(self, event: Event) -> Iterator[tuple[float, Doc]]:
        """The reports of an event: hours, and the report without an id."""
        draw = self.draw
        times = draw.choices(range(1, 7), TOLD)[0]
        if times == 6:
            times = draw.randint(6, 12)
        brief = self.words["kinds"][event.kind]["span"] == "brief"
        for _ in range(times):
            gone = draw.expovariate(1 / 1.2) if brief else draw.expovariate(1 / 72)
            hours = event.at + min(gone, 8 if brief else 14 * 24)
            lat, lon, place, area = self.where(event)
            text = self.text(event, brief, lat is not None)
            yield hours, Doc("", text, lat, lon, BEGUN + timedelta(hours=hours), place, area)

    def where(self, event: Event) -> tuple[float | None, float | None, str | None, str | None]:
        """What the report carries of the place: point, id of a known place, area."""
        draw, estate = self.draw, event.estate
        area = f"a{estate.number // 4}"
        how = draw.random()
        if how < 0.15 and not event.pointed:
            return None, None, None, area if draw.random() < 0.67 else None
        if how < 0.3 and not event.pointed:
            return round(estate.lat, 6), round(estate.lon, 6), f"p{estate.number}", area
        east, north = event.east + draw.gauss(0, 25), event.north + draw.gauss(0, 25)
        lat, lon = _moved(estate.lat, estate.lon, east, north)
        known = draw.random() < 0.25 and not event.pointed
        return round(lat, 6), round(lon, 6), f"p{estate.number}" if known else None, area

    def text(self, event: Event, brief: bool, pointed: bool) -> str:
        """One telling."""
        draw, words = self.draw, self.words
        facts = words["kinds"][event.kind]
        say = draw.choice(facts["says"]).replace("{t}", draw.choice(facts["things"]))
        place = self.spoken(event, facts["at"], pointed)
        if draw.random() < FORM:
            return str(draw.choice(words["forms"]).format(place=place, say=say))
        when = draw.choice(words["now"]) if brief and draw.random() < 0.7 else ""
        if not brief:
            when = draw.choice(words["since"])
        more = "，" + draw.choice(facts["more"]) if draw.random() < 0.6 else ""
        own = ""
        if facts["at"] in ("house", "estate") and not event.estate.village and draw.random() < 0.1:
            home = f"{event.house}栋{draw.randint(1, 18)}0{draw.randint(1, 4)}"
            own = draw.choice(words["own"]).format(home=home)
        middle = f"{place}{say}{when}" if when in words["since"] else f"{place}{when}{say}"
        order = draw.random()
        if order < 0.2:
            middle = f"{when}{say}，在{place}" if place else f"{when}{say}"
        return f"{draw.choice(words['hellos'])}{own}{middle}{more}{draw.choice(words['asks'])}"

    def spoken(self, event: Event, at: str, pointed: bool) -> str:
        """The place in somebody's words."""
        draw, estate = self.draw, event.estate
        name = draw.choices([estate.name, estate.short, ""], [0.45, 0.35, 0.2 if pointed else 0])[0]
        if name and draw.random() < 0.04:
            name = "".join(self.words["slips"].get(char, char) for char in name)
        if at == "road":
            road = estate.road if draw.random() < 0.8 else ""
            if event.far:
                return road or "路上"
            return (name and f"{name}{draw.choice(self.words['near'])}") + (
                road if draw.random() < 0.6 else ""
            )
        return name + self.inside(event, at)

    def inside(self, event: Event, at: str) -> str:
        """House, staircase and flat in somebody's words."""
        draw = self.draw
        if at == "estate":
            return str(draw.choice(self.words["near"])) if draw.random() < 0.5 else ""
        if event.estate.village:
            return f"{event.house}组" if draw.random() < 0.6 else ""
        if at == "house" and draw.random() > 0.7:
            return ""
        if at == "flat":
            if draw.random() < 0.2:
                return f"{event.house}-{event.stair}-{event.flat}"
            stair = f"{event.stair}单元" if draw.random() < 0.7 else ""
            flat = f"{event.flat}{draw.choice(['', '室', '室'])}"
            return f"{event.house}{draw.choice(['栋', '幢', '号楼'])}{stair}{flat}"
        stair = f"{event.stair}单元" if draw.random() < 0.4 else ""
        return f"{event.house}{draw.choice(['栋', '幢', '号楼', '栋'])}{stair}"


def make(size: int, seed: int) -> list[Told]:
    """`size` reports in the order of their times."""
    maker = Maker(size, seed)
    rows: list[tuple[float, Doc, int]] = []
    number = 0
    while len(rows) < size:
        for event in maker.events():
            rows.extend((hours, doc, number) for hours, doc in maker.told(event))
            number += 1
    rows = sorted(rows[:size], key=lambda row: row[0])
    return [Told(replace(doc, id=f"r{order}"), event) for order, (_, doc, event) in enumerate(rows)]
