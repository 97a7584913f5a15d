"""Where the town lies on its ground, and the tree of areas over it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from fengqiao.demo.areatree import make_areas
from fengqiao.demo.ground import Floats, Mesh
from fengqiao.demo.model import Area
from fengqiao.demo.names import Names
from fengqiao.demo.partition import Ints, Rect, label, roughen, split
from fengqiao.demo.scales import Scale
from fengqiao.demo.units import Plan, people_load

_URBAN_PER_KM2 = 9_000.0


@dataclass(frozen=True)
class Land:
    """The laid-out ground: per-cell town density (0 open country to 1 centre), grid numbers, and the areas.

    ``grid_codes[n]`` is the code of grid number ``n``; ``centres`` are the middles of the built-up cores in
    metres with their radii.
    """

    mesh: Mesh
    town: Floats
    grids: Ints
    grid_codes: tuple[str, ...]
    areas: tuple[Area, ...]
    centres: tuple[tuple[float, float, float], ...]

    def beyond(self) -> BaseGeometry:
        """A rim around the township, in metres: what is drawn inside keeps clear of it."""
        x, y = self.mesh.x, self.mesh.y
        ring_x = np.concatenate((x[0], x[1:, -1], x[-1, -2::-1], x[-2:0:-1, 0]))
        ring_y = np.concatenate((y[0], y[1:, -1], y[-1, -2::-1], y[-2:0:-1, 0]))
        return shapely.LinearRing(np.column_stack((ring_x, ring_y))).buffer(20)

    def grid_at(self, row: int, column: int) -> str:
        """The grid of a cell."""
        return self.grid_codes[int(self.grids[row, column])]


def cell_size(scale: Scale) -> float:
    """Metres a side: small enough that the smallest grid has several cells, at most 16,000 cells in all."""
    smallest = scale.area_km2 / scale.grids
    if scale.communities and not scale.villages_under_communities:
        urban = scale.communities / (scale.communities + scale.villages)
        smallest = min(smallest, scale.residents * max(0.3, urban) / _URBAN_PER_KM2 / scale.grids)
    side = max(30.0, min(240.0, 1000 * math.sqrt(smallest / 3), 1000 * math.sqrt(scale.area_km2) / 14))
    return max(side, 1000 * math.sqrt(scale.area_km2 / 16_000))


def all_built_up(scale: Scale) -> bool:
    """Whether villages have grown into one town (urban villages): no communities, but town density."""
    return scale.communities == 0 and (scale.residents + scale.tenants) / scale.area_km2 > 2_500


def lay_out(scale: Scale, mesh: Mesh, names: Names, rng: np.random.Generator) -> Land:
    """Streets, communities or villages, and grids over the mesh, with outlines, names, codes and counts."""
    whole = Rect(0, mesh.rows, 0, mesh.columns)
    sizes = mesh.sizes()
    streets = split(whole, scale.streets, np.ones_like(sizes), rng)
    centres = _centres(scale, mesh, streets, rng)
    town = np.ones_like(sizes) if all_built_up(scale) else _town(mesh, centres)
    plan = Plan(scale, streets, town, sizes, rng)
    labels = label(plan.grid_rects, sizes.shape)
    coarser = [np.array(plan.unit_of_grid), np.array([plan.street_of_unit[u] for u in plan.unit_of_grid])]
    labels = roughen(labels, coarser, town < 0.25, rng)
    areas, codes = make_areas(scale, mesh, names, plan, labels, people_load(scale, town, sizes))
    return Land(mesh, town, labels, codes, areas, centres)


def _centres(
    scale: Scale, mesh: Mesh, streets: list[Rect], rng: np.random.Generator
) -> tuple[tuple[float, float, float], ...]:
    """A core in every street; the first is the county town's and by far the largest."""
    urban = scale.residents * _town_share(scale)
    shares = np.array([1.0 if n == 0 else 0.32 * rng.uniform(0.7, 1.2) for n in range(len(streets))])
    x, y = mesh.centres()
    found = []
    for n, (rect, share) in enumerate(zip(streets, shares / shares.sum(), strict=True)):
        row = (rect.top + rect.bottom) // 2
        if rect.top < mesh.river_row < rect.bottom:
            row = min(rect.bottom - 1, mesh.river_row + 1)
        column = (rect.left + rect.right) // 2 + (0 if n == 0 else int(rng.integers(-1, 2)))
        column = max(rect.left, min(rect.right - 1, column))
        radius = math.sqrt(urban * share / _URBAN_PER_KM2 / math.pi) * 1000
        least = 0.0 if scale.communities == 0 else 250.0
        found.append((float(x[row, column]), float(y[row, column]), max(radius, least)))
    return tuple(found)


def _town_share(scale: Scale) -> float:
    """The part of the residents who live in the cores."""
    if scale.communities == 0:
        return 0.0
    if scale.villages_under_communities:
        return 0.2
    return 0.6 if scale.villages else 1.0


def _town(mesh: Mesh, centres: tuple[tuple[float, float, float], ...]) -> Floats:
    """1 in the cores, falling to 0 over a fringe; the rim is wavy."""
    x, y = mesh.centres()
    town = np.zeros_like(x)
    for cx, cy, radius in centres:
        if radius <= 0:
            continue
        angle = np.arctan2(y - cy, x - cx)
        wavy = radius * (1 + 0.16 * np.sin(3 * angle + cx) + 0.08 * np.sin(5 * angle + cy))
        away = np.hypot((x - cx) / 1.15, y - cy) / wavy
        town = np.maximum(town, np.clip((1.5 - away) / 0.5, 0, 1))
    return town
