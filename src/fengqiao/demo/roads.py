"""Streets along the lines of the mesh, country lanes to the villages, bridges where they cross the river."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray

from fengqiao.demo.ground import Mesh
from fengqiao.demo.land import Land
from fengqiao.demo.names import Names
from fengqiao.demo.water import Water

Vertex = tuple[int, int]  # row and column of a corner
Bools = NDArray[np.bool_]

_STREET_TOWN = 0.45
_CROSSING_COST = 8.0


@dataclass(frozen=True, slots=True)
class Road:
    """A road along corners of the mesh; ``width`` in metres (20 main, 12 street, 6 lane)."""

    name: str
    width: float
    path: tuple[Vertex, ...]


@dataclass
class RoadNet:
    """All roads, and which of them runs along each side of a cell (-1 none): ``along_rows[j, i]`` from corner
    (j, i) eastwards, ``along_columns[j, i]`` from (j, i) northwards."""

    roads: list[Road]
    along_rows: NDArray[np.int64]
    along_columns: NDArray[np.int64]
    bridges: list[tuple[str, Vertex, int]] = field(
        default_factory=list
    )  # name, corner on the river, road number

    def sides(self, row: int, column: int) -> dict[str, int]:
        """The roads around a cell by side: south, north, west, east."""
        found = {
            "south": int(self.along_rows[row, column]),
            "north": int(self.along_rows[row + 1, column]),
            "west": int(self.along_columns[row, column]),
            "east": int(self.along_columns[row, column + 1]),
        }
        return {side: road for side, road in found.items() if road >= 0}


def make_roads(land: Land, water: Water, names: Names, rng: np.random.Generator) -> RoadNet:
    """Main roads through every core to the edge of the map, streets inside the cores."""
    mesh = land.mesh
    net = RoadNet(
        [],
        np.full((mesh.rows + 1, mesh.columns), -1, dtype=np.int64),
        np.full((mesh.rows, mesh.columns + 1), -1, dtype=np.int64),
    )
    long_rows, long_columns = _highways(land)
    stems = names.first_of("road", "roads")
    for line in _by_importance(range(1, mesh.rows), long_rows):
        if line != mesh.river_row:
            main = line in long_rows
            for run in _runs(_row_edges(land, line, main, rng) & _dry(mesh, water, row=line)):
                path = tuple((line, i) for i in range(run[0], run[1] + 1))
                _add(net, path, _width(land, main, path), _row_name(main, path, stems, names, rng))
    for line in _by_importance(range(1, mesh.columns), long_columns):
        main = line in long_columns
        stem = (next(stems, None) or names.road()) if main else ""
        for run in _runs(_column_edges(land, line, main, rng) & _dry(mesh, water, column=line)):
            for piece, name in _pieces(mesh, run, line, main, stem, names, rng):
                _add(net, piece, _width(land, main, piece), name)
    _find_bridges(net, mesh)
    return net


def _highways(land: Land) -> tuple[list[int], list[int]]:
    """Lines through the cores, the largest core's first; every fifth line of a core is a main road too."""
    mesh = land.mesh
    rows: dict[int, None] = {}
    columns: dict[int, None] = {}
    x, y = mesh.centres()
    centres = land.centres if any(radius > 0 for *_, radius in land.centres) else land.centres[:1]
    for cx, cy, _ in centres:
        row, column = np.unravel_index(int(np.argmin(np.hypot(x - cx, y - cy))), x.shape)
        near_row = int(row) + (1 if int(row) + 1 != mesh.river_row else 2)
        rows.setdefault(min(near_row, mesh.rows - 1))
        columns.setdefault(max(1, int(column)))
    return list(rows), list(columns)


def _by_importance(lines: range, first: list[int]) -> list[int]:
    wanted = [line for line in first if line in lines]
    return wanted + [line for line in lines if line not in wanted]


def _row_edges(land: Land, line: int, main: bool, rng: np.random.Generator) -> Bools:
    town = land.town
    beside = np.minimum(town[line - 1], town[line])
    return _chosen(beside, np.maximum(town[line - 1], town[line]), line, main, rng)


def _column_edges(land: Land, line: int, main: bool, rng: np.random.Generator) -> Bools:
    town = land.town
    beside = np.minimum(town[:, line - 1], town[:, line])
    return _chosen(beside, np.maximum(town[:, line - 1], town[:, line]), line, main, rng)


def _chosen(
    least: NDArray[np.float64], most: NDArray[np.float64], line: int, main: bool, rng: np.random.Generator
) -> Bools:
    """Which edges of a line carry a road: all of a main road, streets between built-up cells, with gaps
    where two blocks have grown together."""
    if main:
        return np.ones(least.shape, dtype=bool)
    gap = rng.random(least.shape) < (0.04 if line % 4 == 0 else 0.2)
    reach = most > 0.1 if line % 4 == 0 else (least > _STREET_TOWN) | (most > 0.95)
    return np.asarray(reach & ~gap)


def _dry(mesh: Mesh, water: Water, *, row: int | None = None, column: int | None = None) -> Bools:
    """Which edges of a line keep out of the lake and its park."""
    x, y = (mesh.x[row], mesh.y[row]) if row is not None else (mesh.x[:, column], mesh.y[:, column])
    if water.lake_park is None:
        return np.ones(len(x) - 1, dtype=bool)
    ends = np.column_stack((x, y))
    edges = shapely.linestrings(np.stack((ends[:-1], ends[1:]), axis=1))
    return np.asarray(shapely.disjoint(water.lake_park.buffer(-12), edges))


def _runs(present: Bools) -> Iterator[tuple[int, int]]:
    """First and last corner of each unbroken run of edges."""
    start = None
    for n, here in enumerate([*present.tolist(), False]):
        if here and start is None:
            start = n
        elif not here and start is not None:
            yield start, n
            start = None


def _width(land: Land, main: bool, path: tuple[Vertex, ...]) -> float:
    if main:
        return 20.0 if float(land.town.max()) > 0 else 9.0
    return 14.0 if len(path) > 9 else 11.0 if len(path) > 4 else 8.0


def _row_name(
    main: bool, path: tuple[Vertex, ...], stems: Iterator[str], names: Names, rng: np.random.Generator
) -> str:
    if main:
        return f"{next(stems, None) or names.road()}路"
    return names.road() + ("路" if len(path) > 5 else ("街", "巷", "弄")[int(rng.integers(3))])


def _pieces(
    mesh: Mesh, run: tuple[int, int], line: int, main: bool, stem: str, names: Names, rng: np.random.Generator
) -> Iterator[tuple[tuple[Vertex, ...], str]]:
    """A column's run cut at the river: a main road crosses it as 北路 and 南路, few streets cross at all."""
    first, last = run
    path = [(j, line) for j in range(first, last + 1)]
    if not main:  # a street ends on its bank, not in the river
        path = path[1:] if first == mesh.river_row else path[:-1] if last == mesh.river_row else path
        if len(path) < 2:
            return
    if not first < mesh.river_row < last:
        yield tuple(path), f"{stem}路" if main else _street_name(path, names, rng)
        return
    south, north = path[: mesh.river_row - first + 1], path[mesh.river_row - first :]
    crosses = main or (line % 4 == 0 and rng.random() < 0.75)
    if crosses:
        stem = stem or names.road()
        yield tuple(south), f"{stem}南路"
        yield tuple(north), f"{stem}北路"
        return
    for bank in (south[:-1], north[1:]):
        if len(bank) > 1:
            yield tuple(bank), _street_name(bank, names, rng)


def _street_name(path: list[Vertex], names: Names, rng: np.random.Generator) -> str:
    return names.road() + ("路" if len(path) > 5 else ("街", "巷", "弄")[int(rng.integers(3))])


def _add(net: RoadNet, path: tuple[Vertex, ...], width: float, name: str) -> None:
    number = len(net.roads)
    net.roads.append(Road(name, width, path))
    for (row, column), (next_row, next_column) in pairwise(path):
        if row == next_row:
            net.along_rows[row, min(column, next_column)] = number
        else:
            net.along_columns[min(row, next_row), column] = number


def _find_bridges(net: RoadNet, mesh: Mesh) -> None:
    seen: set[Vertex] = set()
    for number, road in enumerate(net.roads):
        crossing = (mesh.river_row, road.path[0][1])
        if crossing in road.path and crossing not in seen and road.path[0][1] == road.path[-1][1]:
            seen.add(crossing)
            stem = road.name.removesuffix("路").removesuffix("北").removesuffix("南")
            net.bridges.append((stem if stem.endswith("桥") else f"{stem}桥", crossing, number))


def add_lanes(net: RoadNet, land: Land, villages: list[tuple[Vertex, str]]) -> None:
    """Connect each village corner to the nearest road along the mesh; lanes that meet share the way."""
    mesh = land.mesh
    cost, towards = _nearest_roads(net, mesh)
    for vertex, name in sorted(villages, key=lambda item: cost[item[0]]):
        path = [vertex]
        while (step := towards[path[-1]]) is not None and not _meets(net, path[-1]):
            path.append(step)
        if len(path) > 1:
            _add(net, tuple(path), 6.0, name)
    _find_lane_bridges(net, mesh)


def _meets(net: RoadNet, vertex: Vertex) -> bool:
    row, column = vertex
    beside = [net.along_rows[row, c] for c in (column - 1, column) if 0 <= c < net.along_rows.shape[1]]
    above = [net.along_columns[r, column] for r in (row - 1, row) if 0 <= r < net.along_columns.shape[0]]
    return any(int(road) >= 0 for road in beside + above)


def _find_lane_bridges(net: RoadNet, mesh: Mesh) -> None:
    known = {corner for _, corner, _ in net.bridges}
    for number, road in enumerate(net.roads):
        for before, corner, after in zip(road.path, road.path[1:], road.path[2:], strict=False):
            if corner[0] == mesh.river_row and before[0] != after[0] and corner not in known:
                known.add(corner)
                net.bridges.append((f"{road.name.removesuffix('路')}桥", corner, number))


def _nearest_roads(net: RoadNet, mesh: Mesh) -> tuple[dict[Vertex, float], dict[Vertex, Vertex | None]]:
    """Cheapest ways from every corner to a road, the river being dear to cross."""
    cost: dict[Vertex, float] = {}
    towards: dict[Vertex, Vertex | None] = {}
    queue: list[tuple[float, Vertex, Vertex | None]] = [
        (0.0, vertex, None) for road in net.roads for vertex in road.path
    ]
    heapq.heapify(queue)
    while queue:
        spent, vertex, back = heapq.heappop(queue)
        if vertex in cost:
            continue
        cost[vertex], towards[vertex] = spent, back
        for other in _around(mesh, vertex):
            if other not in cost:
                heapq.heappush(queue, (spent + _length(mesh, vertex, other), other, vertex))
    return cost, towards


def _around(mesh: Mesh, vertex: Vertex) -> Iterator[Vertex]:
    row, column = vertex
    for other in ((row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)):
        if 0 < other[0] < mesh.rows and 0 < other[1] < mesh.columns:
            yield other


def _length(mesh: Mesh, a: Vertex, b: Vertex) -> float:
    metres = float(np.hypot(mesh.x[a] - mesh.x[b], mesh.y[a] - mesh.y[b]))
    return metres * (_CROSSING_COST if mesh.river_row in (a[0], b[0]) else 1.0)
