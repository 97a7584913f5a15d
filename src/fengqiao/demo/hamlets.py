"""The hamlets of the villages: houses on a loose lattice around a lane, in metres, away from water."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from fengqiao.demo.ground import Floats
from fengqiao.demo.land import Land, all_built_up
from fengqiao.demo.roads import Vertex
from fengqiao.demo.scales import Scale
from fengqiao.demo.water import Water

TOWN = 0.35  # a cell with more than this town density is built up


@dataclass
class Hamlet:
    """A group of a village (组) around a corner of the mesh: its houses, (n, 4, 2), in order of number."""

    village: str
    grid: str
    number: int
    corner: Vertex
    houses: Floats


def place_hamlets(land: Land, scale: Scale, water: Water, rng: np.random.Generator) -> list[Hamlet]:
    """One to three hamlets in every village grid, away from water; houses up to a number that stays
    drawable."""
    most = max(40, min(600, 6_000 // max(1, scale.villages)))
    dense = all_built_up(scale)
    by_grid: dict[str, list[Vertex]] = {}
    for row, column in np.ndindex(land.grids.shape):
        if row and column and (land.town[row, column] < TOWN or dense):
            by_grid.setdefault(land.grid_at(row, column), []).append((row, column))
    areas = {area.code: area for area in land.areas}
    hamlets: list[Hamlet] = []
    counters: dict[str, int] = {}
    for code, grid in sorted(areas.items()):
        parent = areas[grid.parent] if grid.parent else None
        if grid.rank != "grid" or parent is None or parent.rank != "village":
            continue
        houses = round(grid.households * min(1.0, most / max(1, parent.households)))
        corners = _corners(land, by_grid.get(code, []), water, 1 if dense else min(3, 1 + houses // 26), rng)
        for corner in corners:
            counters[parent.code] = counters.get(parent.code, 0) + 1
            count = -(-houses // len(corners))
            rings = _hamlet_houses(land, corner, count, water, dense, rng)
            hamlets.append(Hamlet(parent.code, code, counters[parent.code], corner, rings))
    return hamlets


def _corners(
    land: Land, free: list[Vertex], water: Water, count: int, rng: np.random.Generator
) -> list[Vertex]:
    """Corners of the grid's own cells with dry ground around, not too close together."""
    mesh = land.mesh
    inner = [
        (row, column)
        for row, column in free
        if row != mesh.river_row
        and {land.grids[r, c] for r in (row - 1, row) for c in (column - 1, column)}
        == {land.grids[row, column]}
    ] or free
    chosen: list[Vertex] = []
    for index in rng.permutation(len(inner)):
        row, column = inner[index]
        at = shapely.Point(mesh.x[row, column], mesh.y[row, column])
        apart = all(abs(row - r) + abs(column - c) >= 3 for r, c in chosen)
        if apart and water.all.distance(at) > 60:
            chosen.append((row, column))
        if len(chosen) == count:
            break
    return chosen or [inner[0]] if inner else []


def _hamlet_houses(
    land: Land, corner: Vertex, count: int, water: Water, dense: bool, rng: np.random.Generator
) -> Floats:
    """Houses on a loose lattice turned along the lane, the nearest to the middle first taken."""
    mesh = land.mesh
    middle = np.array([mesh.x[corner], mesh.y[corner]])
    ahead = np.array([mesh.x[corner[0], corner[1] + 1] if corner[1] + 1 <= mesh.columns else mesh.x[corner] + 1,
                      mesh.y[corner[0], min(corner[1] + 1, mesh.columns)]])  # fmt: skip
    turn = float(np.arctan2(ahead[1] - middle[1], max(1.0, ahead[0] - middle[0])))
    pitch = np.array([14.0, 13.0]) if dense else np.array([24.0, 21.0])
    reach = int(np.ceil(np.sqrt(count * 2.2) / 2)) + 2
    j, i = np.meshgrid(np.arange(-reach, reach), np.arange(-reach, reach))
    spots = (np.column_stack((i.ravel(), j.ravel())) + 0.5) * pitch
    spots += rng.uniform(-0.16, 0.16, spots.shape) * pitch
    away = np.hypot(spots[:, 0] / 1.5, spots[:, 1]) * rng.uniform(0.75, 1.25, len(spots))
    spots = spots[np.argsort(away, kind="stable")]
    spots = spots[(np.abs(spots[:, 1]) > 9) & (np.abs(spots[:, 0]) > (7 if dense else 4))]
    rings = _rectangles(spots, rng.uniform(8.5, 12.5, len(spots)), rng.uniform(7.5, 10.0, len(spots)), rng)
    rings = _turned(rings, turn) + middle
    dry = ~shapely.intersects(water.all.buffer(6), shapely.polygons(rings))
    inside = shapely.contains_xy(_grid_ground(land, corner), rings.mean(axis=1))
    return np.asarray(rings[dry & inside][:count])


def _grid_ground(land: Land, corner: Vertex) -> BaseGeometry:
    """The cells of the corner's grid within seven cells of it, in metres."""
    mesh, number = land.mesh, land.grids[corner]
    rows = range(max(0, corner[0] - 7), min(mesh.rows, corner[0] + 7))
    columns = range(max(0, corner[1] - 7), min(mesh.columns, corner[1] + 7))
    cells = [mesh.corners(r, c) for r in rows for c in columns if land.grids[r, c] == number]
    return shapely.union_all(shapely.polygons(np.array(cells))).buffer(-4)


def _rectangles(middles: Floats, long: Floats, deep: Floats, rng: np.random.Generator) -> Floats:
    signs = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]])
    rings = signs[None] * np.column_stack((long, deep))[:, None, :]
    turns = rng.normal(0, 0.06, len(middles))
    cos, sin = np.cos(turns)[:, None], np.sin(turns)[:, None]
    turned = np.stack(
        (rings[..., 0] * cos - rings[..., 1] * sin, rings[..., 0] * sin + rings[..., 1] * cos), axis=-1
    )
    return np.asarray(turned + middles[:, None, :])


def _turned(rings: Floats, angle: float) -> Floats:
    cos, sin = np.cos(angle), np.sin(angle)
    return np.asarray(rings @ np.array([[cos, sin], [-sin, cos]]))
