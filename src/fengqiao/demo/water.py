"""River, creek, lake and ponds as surfaces in metres; everything built keeps clear of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from fengqiao.demo.ground import Floats, Mesh, Projection
from fengqiao.demo.land import Land
from fengqiao.demo.model import Feature


@dataclass(frozen=True)
class Water:
    """The waters in metres; ``lake`` only in townships with a large core. ``all`` is their union."""

    river: Polygon
    creek: Polygon
    lake: Polygon | None
    lake_park: Polygon | None
    all: BaseGeometry


def ribbon(x: Floats, y: Floats, width: Floats) -> Polygon:
    """A band of the given widths (metres) along a line."""
    dx, dy = np.gradient(x), np.gradient(y)
    length = np.hypot(dx, dy)
    left = np.column_stack((x - dy / length * width / 2, y + dx / length * width / 2))
    right = np.column_stack((x + dy / length * width / 2, y - dx / length * width / 2))
    return largest(shapely.make_valid(Polygon(np.concatenate((left, right[::-1])))))


def largest(geometry: BaseGeometry) -> Polygon:
    """The largest polygon among a geometry's parts. Raises ``ValueError`` where there is none."""
    parts = [part for part in shapely.get_parts(geometry) if isinstance(part, Polygon)]
    if not parts:
        raise ValueError("no surface is left")
    return max(parts, key=lambda part: part.area)


def make_water(land: Land, rng: np.random.Generator) -> Water:
    """River along the bend's valley, creek from the north into it, and a lake at the edge of the first
    core."""
    mesh = land.mesh
    bend = mesh.bend
    outline = _outline(mesh)
    wide = min(90.0, max(14.0, 0.0105 * bend.height))
    u = np.linspace(-0.01 * bend.width, 1.01 * bend.width, 240)
    x, y = bend.apply(u, np.full_like(u, bend.river_v))
    swell = 1 + 0.22 * np.sin(9 * u / bend.width + 1) + 0.1 * np.sin(23 * u / bend.width)
    river = largest(ribbon(x, y, wide * swell).intersection(outline))
    v = np.linspace(bend.river_v, 1.01 * bend.height, 120)
    x, y = bend.apply(np.full_like(v, bend.creek_u), v)
    taper = np.linspace(0.42, 0.2, v.size) * (1 + 0.15 * np.sin(31 * v / bend.height))
    creek = largest(ribbon(x, y, wide * taper).intersection(outline))
    lake, park = _lake(land, river.union(creek), outline, rng)
    parts = [river, creek, *([lake] if lake else [])]
    return Water(river, creek, lake, park, shapely.union_all(parts))


def _outline(mesh: Mesh) -> Polygon:
    x, y = mesh.x, mesh.y
    ring_x = np.concatenate((x[0], x[1:, -1], x[-1, -2::-1], x[-2:0:-1, 0]))
    ring_y = np.concatenate((y[0], y[1:, -1], y[-1, -2::-1], y[-2:0:-1, 0]))
    return Polygon(np.column_stack((ring_x, ring_y)))


def _lake(
    land: Land, streams: BaseGeometry, outline: Polygon, rng: np.random.Generator
) -> tuple[Polygon | None, Polygon | None]:
    cx, cy, radius = land.centres[0]
    if radius < 600:
        return None, None
    size = 0.26 * radius
    middle = (cx + 0.72 * radius, cy + 0.78 * radius)
    angle = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    wobble = 1 + 0.14 * np.sin(2 * angle + rng.uniform(0, 6)) + 0.09 * np.sin(3 * angle + rng.uniform(0, 6))
    ring = np.column_stack(
        (middle[0] + 1.2 * size * wobble * np.cos(angle), middle[1] + size * wobble * np.sin(angle))
    )
    lake = largest(Polygon(ring).difference(streams.buffer(25)).intersection(outline))
    park = largest(lake.buffer(0.3 * size).difference(streams.buffer(12)).intersection(outline))
    return lake, park


def scattered(
    land: Land, clear: BaseGeometry, count: int, size: tuple[float, float], rng: np.random.Generator
) -> list[Polygon]:
    """Rounded patches (ponds, woods) in open country, clear of what is there already; radii in metres."""
    x, y = land.mesh.centres()
    open_cells = np.argwhere(land.town <= 0)
    found: list[Polygon] = []
    for row, column in rng.permutation(open_cells)[: 4 * count]:
        angle = np.linspace(0, 2 * np.pi, 26, endpoint=False)
        radius = rng.uniform(*size) * (
            1 + 0.2 * np.sin(2 * angle + rng.uniform(0, 6)) + 0.13 * np.sin(3 * angle + rng.uniform(0, 6))
        )
        stretch = rng.uniform(0.6, 1.5)
        ring = np.column_stack(
            (x[row, column] + radius * stretch * np.cos(angle), y[row, column] + radius * np.sin(angle))
        )
        patch = Polygon(ring)
        if not patch.intersects(clear) and not any(patch.intersects(other) for other in found):
            found.append(patch)
        if len(found) == count:
            break
    return found


def degrees(polygon: Polygon, projection: Projection) -> Polygon:
    """A polygon in metres as WGS-84 degrees."""

    def moved(points: Floats) -> Floats:
        return np.column_stack(projection.degrees(points[:, 0], points[:, 1]))

    return shapely.transform(polygon, moved)


def water_features(water: Water, projection: Projection) -> list[Feature]:
    """What is drawn of the waters."""
    found = [
        Feature("river", "望河", degrees(water.river, projection)),
        Feature("creek", "临溪", degrees(water.creek, projection)),
    ]
    if water.lake is not None and water.lake_park is not None:
        found.append(Feature("park", "明湖公园", degrees(largest(water.lake_park), projection)))
        found.append(Feature("lake", "明湖", degrees(water.lake, projection)))
    return found
