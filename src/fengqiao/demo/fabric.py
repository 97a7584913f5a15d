"""Built-up plots of the town and the houses on them, in metres; nothing stands in water or on a road."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from fengqiao.demo.ground import Floats
from fengqiao.demo.hamlets import TOWN, Hamlet
from fengqiao.demo.land import Land
from fengqiao.demo.roads import RoadNet
from fengqiao.demo.water import Water

Cell = tuple[int, int]
_KINDS = ("compound", "shops", "old", "civic", "works", "green")


@dataclass
class Plot:
    """A built-up cell: its ``kind``, ground in metres (clear of roads and water) and houses, (n, 4, 2)."""

    cell: Cell
    kind: str
    town: float
    corners: Floats
    ground: Polygon
    houses: Floats


def build_plots(
    land: Land, net: RoadNet, water: Water, hamlets: list[Hamlet], rng: np.random.Generator
) -> list[Plot]:
    """A plot for every built-up cell that is mostly dry and not taken by a hamlet."""
    taken = _taken(land, hamlets)
    plots: list[Plot] = []
    streams = shapely.union_all([water.river.buffer(22), water.creek.buffer(12)])
    wet = streams if water.lake_park is None else streams.union(water.lake_park.buffer(4))
    shapely.prepare(wet)
    for row, column in np.ndindex(land.town.shape):
        town = float(land.town[row, column])
        if town < TOWN or (row, column) in taken:
            continue
        corners = land.mesh.corners(row, column)
        ground: BaseGeometry = Polygon(corners).buffer(-_setback(net, row, column), join_style="mitre")
        if ground.intersects(wet):
            ground = ground.difference(wet)
        parts = [part for part in shapely.get_parts(ground) if isinstance(part, Polygon)]
        if not parts or max(part.area for part in parts) < 2_400:
            continue
        plots.append(
            Plot(
                (row, column), "", town, corners, max(parts, key=lambda part: part.area), np.empty((0, 4, 2))
            )
        )
    _choose_kinds(plots, land, rng)
    for plot in plots:
        plot.houses = _houses(plot, rng)
    return plots


def _taken(land: Land, hamlets: list[Hamlet]) -> set[Cell]:
    mesh = land.mesh
    cells: set[Cell] = set()
    for hamlet in hamlets:
        row, column = hamlet.corner
        if land.town[min(row, mesh.rows - 1), min(column, mesh.columns - 1)] < TOWN or not len(hamlet.houses):
            continue
        rings = shapely.union_all(shapely.polygons(hamlet.houses))
        for r in range(max(0, row - 5), min(mesh.rows, row + 5)):
            for c in range(max(0, column - 5), min(mesh.columns, column + 5)):
                if rings.intersects(Polygon(mesh.corners(r, c))):
                    cells.add((r, c))
    return cells


def _setback(net: RoadNet, row: int, column: int) -> float:
    widest = max((net.roads[road].width for road in net.sides(row, column).values()), default=4.0)
    return widest / 2 + 4


def _choose_kinds(plots: list[Plot], land: Land, rng: np.random.Generator) -> None:
    """Shops towards the middle, works at the edge, homes everywhere."""
    cx, cy, radius = land.centres[0]
    radius = radius or float(np.ptp(land.mesh.x)) / 3
    for plot in plots:
        middle = plot.corners.mean(axis=0)
        away = float(np.hypot(middle[0] - cx, middle[1] - cy)) / radius
        weights = np.array(
            [0.40, 0.34 if away < 0.5 else 0.13, 0.16 if away < 0.8 else 0.05, 0.1, 0.0, 0.035]
        )
        if plot.town < 0.8 or away > 1.0:
            weights[4] = 0.45 if middle[0] < cx else 0.1
        draw = rng.random() * weights.sum()
        plot.kind = _KINDS[int(np.searchsorted(np.cumsum(weights), draw))]


def _houses(plot: Plot, rng: np.random.Generator) -> Floats:
    wide = float(np.linalg.norm(plot.corners[1] - plot.corners[0]))
    high = float(np.linalg.norm(plot.corners[3] - plot.corners[0]))
    rects = _LAYOUTS[plot.kind](wide, high, rng)
    if not len(rects):
        return np.empty((0, 4, 2))
    rings = _bilinear(plot.corners, rects / np.array([wide, high, wide, high]))
    shapely.prepare(plot.ground)
    fits = shapely.contains(plot.ground, shapely.polygons(rings))
    return np.asarray(rings[fits])


def _bilinear(corners: Floats, rects: Floats) -> Floats:
    """Rectangles in unit coordinates (s0, t0, s1, t1) as rings on the bent plot."""
    s = rects[:, [0, 2, 2, 0]][..., None]
    t = rects[:, [1, 1, 3, 3]][..., None]
    a, b, c, d = corners
    return np.asarray((1 - s) * (1 - t) * a + s * (1 - t) * b + s * t * c + (1 - s) * t * d)


def _rows_of_slabs(wide: float, high: float, rng: np.random.Generator) -> Floats:
    """Housing estate: slabs of flats in rows, facing south."""
    depth, gap = rng.uniform(11, 13), rng.uniform(19, 27)
    per_row = max(1, int((wide - 34) // 62))
    length = (wide - 34) / per_row - 12
    rects = []
    y = 17.0
    while y + depth < high - 12:
        for n in range(per_row):
            x = 17 + n * (length + 12)
            if rng.random() > 0.07:
                rects.append([x, y, x + length * rng.uniform(0.82, 1), y + depth])
        y += depth + gap
    return np.array(rects).reshape(-1, 4)


def _street_fronts(wide: float, high: float, rng: np.random.Generator) -> Floats:
    """Shops around the block, a yard inside."""
    rects, deep = [], 13.0
    for base in (14.0, high - 14 - deep):
        x = 14.0
        while x < wide - 24:
            step = rng.uniform(14, 34)
            rects.append([x, base, min(x + step - 3, wide - 14), base + deep * rng.uniform(0.8, 1.1)])
            x += step
    for base in (14.0, wide - 14 - deep):
        y = 32.0
        while y < high - 44:
            step = rng.uniform(14, 32)
            rects.append([base, y, base + deep, min(y + step - 3, high - 32)])
            y += step
    return _thinned(np.array(rects).reshape(-1, 4), 0.92, rng)


def _old_quarter(wide: float, high: float, rng: np.random.Generator) -> Floats:
    """Small houses close together along inner lanes."""
    x, y = np.meshgrid(np.arange(14, wide - 22, 15.0), np.arange(14, high - 20, 14.0))
    spots = np.column_stack((x.ravel(), y.ravel())) + rng.uniform(-1.6, 1.6, (x.size, 2))
    size = np.column_stack((rng.uniform(9, 13, x.size), rng.uniform(8, 11, x.size)))
    return _thinned(np.hstack((spots, spots + size)), 0.78, rng)


def _large_halls(wide: float, high: float, rng: np.random.Generator) -> Floats:
    """A few large buildings and a yard: school, market, hospital, office."""
    across = wide - 36
    rects = [
        [18, 18, 18 + across * rng.uniform(0.45, 0.7), 18 + high * 0.16],
        [18, high * 0.42, 18 + across * 0.3, high * 0.42 + high * 0.3],
        [18 + across * 0.5, high * 0.62, 18 + across * 0.95, high * 0.62 + high * 0.14],
    ]
    return _thinned(np.array(rects), 0.9, rng)


def _sheds(wide: float, high: float, rng: np.random.Generator) -> Floats:
    """Workshops: long halls side by side."""
    count = max(2, int(high // 62))
    depth = (high - 36) / count - 9
    rects = [[18, 18 + n * (depth + 9), 18 + (wide - 36) * rng.uniform(0.6, 1), 18 + n * (depth + 9) + depth]
             for n in range(count)]  # fmt: skip
    return _thinned(np.array(rects), 0.85, rng)


def _meadow(wide: float, high: float, rng: np.random.Generator) -> Floats:
    return np.empty((0, 4))


def _thinned(rects: Floats, share: float, rng: np.random.Generator) -> Floats:
    return np.asarray(rects[rng.random(len(rects)) < share])


_LAYOUTS = {
    "compound": _rows_of_slabs,
    "shops": _street_fronts,
    "old": _old_quarter,
    "civic": _large_halls,
    "works": _sheds,
    "green": _meadow,
}
