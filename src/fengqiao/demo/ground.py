"""The bare ground: a bent mesh of cells, so that everything drawn later shares its corners.

The township is a rectangle of cells in index space. Its corners are pushed about by a smooth bend (a river
valley, a creek, gentle waves), so rows and columns become streets that are not quite straight; cells stay
simple quadrilaterals. Areas are unions of cells: they tile exactly because neighbours use the same corner
numbers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fengqiao.demo.model import Point

Floats = NDArray[np.float64]

# The south-west corner of an invented place has to lie somewhere: it lies on open water, a large lake, so
# that no real street is covered by an invented name.
ORIGIN: Point = (120.02, 31.10)
_DIGITS = 7  # of a degree: a centimetre


@dataclass(frozen=True, slots=True)
class Projection:
    """Metres east and north of the origin to WGS-84 degrees and back, exact to centimetres over a
    township."""

    lon: float
    lat: float
    per_lon: float
    per_lat: float

    @classmethod
    def around(cls, origin: Point, height: float) -> Projection:
        """Scale taken at the middle of a township ``height`` metres high, from the WGS-84 ellipsoid."""
        middle = math.radians(origin[1] + height / 2 / 110_900)
        root = math.sqrt(1 - 0.00669437999 * math.sin(middle) ** 2)
        parallel = 6378137.0 / root * math.cos(middle)
        meridian = 6378137.0 * (1 - 0.00669437999) / root**3
        return cls(origin[0], origin[1], math.radians(parallel), math.radians(meridian))

    def degrees(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Degrees, rounded so that equal corners stay equal."""
        return np.round(self.lon + x / self.per_lon, _DIGITS), np.round(self.lat + y / self.per_lat, _DIGITS)

    def point(self, x: float, y: float) -> Point:
        """One point in degrees."""
        return round(self.lon + x / self.per_lon, _DIGITS), round(self.lat + y / self.per_lat, _DIGITS)


@dataclass(frozen=True, slots=True)
class Bend:
    """The smooth bend of the ground; ``apply`` works on any points, so rivers can be drawn finer than
    cells."""

    width: float
    height: float
    river_v: float
    creek_u: float
    swing: Floats  # amplitude, wave number and phase of the river's swings
    waves: Floats  # amplitude, wave numbers along u and v, phase; for x and for y
    tilt: float

    def river_offset(self, u: Floats) -> Floats:
        """How far the river lies north of its straight line, in metres."""
        swings = sum(a * np.sin(k * u + p) for a, k, p in self.swing)
        return np.asarray(swings + self.tilt * (u - self.width / 2))

    def apply(self, u: Floats, v: Floats) -> tuple[Floats, Floats]:
        """Metres before the bend to metres after it. The pushes fade away from river and creek and are gentle
        enough never to fold the ground over."""
        near_river = np.exp(-(((v - self.river_v) / (0.42 * self.height)) ** 2))
        y = v + self.river_offset(u) * near_river
        near_creek = np.exp(-(((u - self.creek_u) / (0.2 * self.width)) ** 2))
        x = u + 0.035 * self.width * np.sin(5.2 * v / self.height + 0.7) * near_creek
        for (ax, ay), (ku, kv, phase) in zip(self.waves[:, :2], self.waves[:, 2:], strict=True):
            wave = np.sin(ku * u + kv * v + phase)
            x, y = x + ax * wave, y + ay * wave
        return x, y


@dataclass(frozen=True)
class Mesh:
    """Corners of the cells. ``x`` and ``y`` are (rows + 1, columns + 1) metres; ``lon`` and ``lat`` the
    same in rounded degrees. Row ``river_row`` of corners is the river's middle, column ``creek_column`` the
    creek's."""

    x: Floats
    y: Floats
    lon: Floats
    lat: Floats
    river_row: int
    creek_column: int
    bend: Bend
    projection: Projection
    u: Floats
    v: Floats

    @property
    def rows(self) -> int:
        """Rows of cells."""
        return int(self.x.shape[0]) - 1

    @property
    def columns(self) -> int:
        """Columns of cells."""
        return int(self.x.shape[1]) - 1

    def corners(self, row: int, column: int) -> Floats:
        """The four corners of a cell in metres, counter-clockwise from the south-west."""
        j, i = [row, row, row + 1, row + 1], [column, column + 1, column + 1, column]
        return np.column_stack((self.x[j, i], self.y[j, i]))

    def ring(self, row: int, column: int) -> list[Point]:
        """The closed ring of a cell in degrees."""
        j = [row, row, row + 1, row + 1, row]
        i = [column, column + 1, column + 1, column, column]
        return list(zip(self.lon[j, i].tolist(), self.lat[j, i].tolist(), strict=True))

    def centres(self) -> tuple[Floats, Floats]:
        """Middles of all cells in metres, (rows, columns)."""
        return _middle(self.x), _middle(self.y)

    def sizes(self) -> Floats:
        """Areas of all cells in square metres, (rows, columns)."""
        x, y = self.x, self.y
        ac_x, ac_y = x[1:, 1:] - x[:-1, :-1], y[1:, 1:] - y[:-1, :-1]
        bd_x, bd_y = x[1:, :-1] - x[:-1, 1:], y[1:, :-1] - y[:-1, 1:]
        return np.asarray(np.abs(ac_x * bd_y - ac_y * bd_x) / 2)


def _middle(corners: Floats) -> Floats:
    return (corners[:-1, :-1] + corners[1:, :-1] + corners[:-1, 1:] + corners[1:, 1:]) / 4


def _spaced(total: float, count: int, rng: np.random.Generator) -> Floats:
    """Lines from 0 to ``total`` at unequal distances."""
    gaps = rng.uniform(0.72, 1.28, count)
    return np.concatenate(([0.0], np.cumsum(gaps / gaps.sum() * total)))


def _bend(width: float, height: float, river_v: float, creek_u: float, rng: np.random.Generator) -> Bend:
    waves = []
    for share in (0.9, 0.55, 0.37, 0.28):
        angle, length = rng.uniform(0, 2 * np.pi), share * height
        amplitude = 0.022 * length  # keeps each wave's slope below 0.14
        waves.append(
            [amplitude * rng.uniform(0.5, 1), amplitude * rng.uniform(0.5, 1),
             2 * np.pi / length * math.cos(angle), 2 * np.pi / length * math.sin(angle), rng.uniform(0, 6)]
        )  # fmt: skip
    swing = [
        [0.055 * height, 2 * np.pi / (0.62 * width), rng.uniform(0, 6)],
        [0.022 * height, 2 * np.pi / (0.27 * width), rng.uniform(0, 6)],
    ]
    return Bend(width, height, river_v, creek_u, np.array(swing), np.array(waves), -0.16)


def make_mesh(area_km2: float, cell: float, rng: np.random.Generator) -> Mesh:
    """A mesh of about ``cell`` metres a side over ``area_km2`` square kilometres, a little wider than
    high."""
    height = math.sqrt(area_km2 * 1e6 / 1.25)
    width = 1.25 * height
    rows, columns = max(6, round(height / cell)), max(7, round(width / cell))
    v, u = _spaced(height, rows, rng), _spaced(width, columns, rng)
    river_row, creek_column = round(rows * 0.46), round(columns * 0.7)
    bend = _bend(width, height, float(v[river_row]), float(u[creek_column]), rng)
    grid_u, grid_v = np.meshgrid(u, v)
    x, y = bend.apply(grid_u, grid_v)
    inner = np.s_[1:-1, 1:-1]
    shake = 0.05 * cell
    x[inner] += rng.uniform(-shake, shake, x[inner].shape)
    y[inner] += rng.uniform(-shake, shake, y[inner].shape)
    projection = Projection.around(ORIGIN, height)
    lon, lat = projection.degrees(x, y)
    return Mesh(x, y, lon, lat, river_row, creek_column, bend, projection, u, v)
