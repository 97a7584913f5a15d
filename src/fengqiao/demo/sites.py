"""Named places: estates with numbered houses, premises by trade, schools, halls, bridges, and their
addresses."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from itertools import pairwise

import numpy as np

from fengqiao.algorithms.pointindex import PolygonIndex
from fengqiao.demo.fabric import Plot
from fengqiao.demo.ground import Floats
from fengqiao.demo.hamlets import Hamlet
from fengqiao.demo.land import Land
from fengqiao.demo.model import Building, Place, Point
from fengqiao.demo.names import Names
from fengqiao.demo.roads import RoadNet
from fengqiao.demo.scales import Scale

_ENDS = {"south": (0, 1), "east": (1, 2), "north": (3, 2), "west": (0, 3)}


@dataclass(frozen=True, slots=True)
class Trade:
    """A line of data/places.csv."""

    kind: str
    trade: str
    where: str
    weight: float
    tier: str
    names: tuple[str, ...]


@cache
def trades() -> tuple[Trade, ...]:
    """The trades of premises and how common they are."""
    text = (files("fengqiao.demo") / "data" / "places.csv").read_text(encoding="utf-8")
    return tuple(
        Trade(
            row["kind"], row["trade"], row["where"], float(row["weight"]), row["tier"],
            tuple(row["names"].split(" ")),
        )
        for row in csv.DictReader(text.splitlines())
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spot:
    """Where something can stand: metres, an address, the cell's grid."""

    x: float
    y: float
    address: str
    grid: str


class SiteMaker:
    """Makes places and keeps their codes and names apart."""

    def __init__(
        self, land: Land, scale: Scale, net: RoadNet, plots: list[Plot], hamlets: list[Hamlet], names: Names,
        rng: np.random.Generator,
    ) -> None:  # fmt: skip
        self.land, self.scale, self.net, self.names, self.rng = land, scale, net, names, rng
        self.plots, self.hamlets = plots, hamlets
        self.areas = {area.code: area for area in land.areas}
        self.places: list[Place] = []
        self._along = _distances(land, net)

    def add(
        self, name: str, kind: str, spot: Spot, *, aliases: Sequence[str] = (), trade: str = "",
        tier: str = "ordinary", premises: bool = False, buildings: tuple[Building, ...] = (),
    ) -> Place:  # fmt: skip
        """Add a place; a name that is taken gets its road or village in brackets' stead before it."""
        unique = (
            self.names.fresh("place", lambda: name) if name not in self._taken() else self._other(name, spot)
        )
        place = Place(
            code=f"P{len(self.places) + 1:05}", name=unique, kind=kind, grid=spot.grid, address=spot.address,
            point=self.land.mesh.projection.point(spot.x, spot.y), aliases=tuple(aliases), trade=trade, tier=tier,
            premises=premises, buildings=buildings,
        )  # fmt: skip
        self.places.append(place)
        return place

    def _taken(self) -> set[str]:
        return self.names.given("place")

    def _other(self, name: str, spot: Spot) -> str:
        stem = spot.address.split(" ")[0].removesuffix("路")
        return self.names.fresh("place", lambda: f"{name}{stem}店")

    # spots

    def on_street(self, plot: Plot) -> Spot:
        """A front on one of the plot's roads, with road and number; without a road, the middle of the
        plot."""
        row, column = plot.cell
        sides = self.net.sides(row, column)
        grid = self.land.grid_at(row, column)
        middle = plot.corners.mean(axis=0)
        if not sides:
            return Spot(float(middle[0]), float(middle[1]), f"{self._unit_name(grid)}", grid)
        side = list(sides)[int(self.rng.integers(len(sides)))]
        share = float(self.rng.uniform(0.12, 0.88))
        a, b = (plot.corners[n] for n in _ENDS[side])
        edge = a + share * (b - a)
        inward = middle - edge
        at = edge + inward * min(0.5, 16 / max(1.0, float(np.hypot(*inward))))
        number = self._number(sides[side], side, row, column, share)
        return Spot(float(at[0]), float(at[1]), f"{self.net.roads[sides[side]].name} {number} 号", grid)

    def in_plot(self, plot: Plot) -> Spot:
        """The plot's address with a point inside its ground."""
        front = self.on_street(plot)
        inner = plot.ground.representative_point()
        return Spot(float(inner.x), float(inner.y), front.address, front.grid)

    def in_hamlet(self, hamlet: Hamlet) -> Spot:
        """One of the hamlet's houses."""
        village = self.areas[hamlet.village].name
        group = f"{village}{numeral(hamlet.number)}组"
        if not len(hamlet.houses):
            x, y = self.land.mesh.x[hamlet.corner], self.land.mesh.y[hamlet.corner]
            return Spot(float(x), float(y), group, hamlet.grid)
        number = int(self.rng.integers(len(hamlet.houses)))
        at = hamlet.houses[number].mean(axis=0)
        return Spot(float(at[0]), float(at[1]), f"{group} {number + 1} 号", hamlet.grid)

    def _unit_name(self, grid: str) -> str:
        parent = self.areas[grid].parent
        return self.areas[parent].name if parent else ""

    def _number(self, road: int, side: str, row: int, column: int, share: float) -> int:
        """House numbers rise along the road, one in about 8 metres, odd on one side and even on the other."""
        start = self._along[side in ("west", "east")][_edge(side, row, column)]
        length = float(self.land.mesh.x[row, column + 1] - self.land.mesh.x[row, column])
        along = start + share * abs(length)
        return 2 * int(along / 16) + (1 if side in ("south", "west") else 2)


def _edge(side: str, row: int, column: int) -> tuple[int, int]:
    return {
        "south": (row, column),
        "north": (row + 1, column),
        "west": (row, column),
        "east": (row, column + 1),
    }[side]


def _distances(land: Land, net: RoadNet) -> tuple[Floats, Floats]:
    """Metres from the start of its road to each edge along rows and along columns."""
    mesh = land.mesh
    rows, columns = np.zeros(net.along_rows.shape), np.zeros(net.along_columns.shape)
    for road in net.roads:
        run = 0.0
        for a, b in pairwise(road.path):
            target = rows if a[0] == b[0] else columns
            target[min(a[0], b[0]), min(a[1], b[1])] = run
            run += float(np.hypot(mesh.x[a] - mesh.x[b], mesh.y[a] - mesh.y[b]))
    return rows, columns


def numeral(number: int) -> str:
    """A Chinese numeral up to 99: 三, 十二, 二十."""
    digits = "〇一二三四五六七八九"
    tens, ones = divmod(number, 10)
    if tens == 0:
        return digits[ones]
    return ("" if tens == 1 else digits[tens]) + "十" + (digits[ones] if ones else "")


def settle(places: list[Place], land: Land) -> list[Place]:
    """The places with the grid their point really lies in: the one answer that the map gives too."""
    grids = [area for area in land.areas if area.rank == "grid"]
    index = PolygonIndex([area.code for area in grids], [area.outline for area in grids])
    found = index.locate_many([place.point[0] for place in places], [place.point[1] for place in places])
    return [
        replace(place, grid=grid) if grid is not None else _pulled_in(place, land)
        for place, grid in zip(places, found, strict=True)
    ]


def _pulled_in(place: Place, land: Land) -> Place:
    """A point beyond the township's edge moves to its grid's own middle."""
    outline = next(area.outline for area in land.areas if area.code == place.grid)
    middle = outline.representative_point()
    point: Point = (float(middle.x), float(middle.y))
    return replace(place, point=point)
