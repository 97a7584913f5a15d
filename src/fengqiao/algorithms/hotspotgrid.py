"""Square cells over a town: which cell a point lies in, and how a point spreads over the cells around it.

Question: how much of what happened belongs to each square of `cell_m` metres?
Method: an equirectangular map with a fixed south-west corner, true to scale at the latitude of that corner: over 50 km
of latitude squares change by less than 1 % at 45 degrees. A point is spread by a Gaussian whose share of each square is
worked out exactly, from the distances of the point to the edges, not from the middle of the square.
Limits: no sphere, no meridian of 180 degrees; at most 1,000,000 cells and 400 km from end to end.
Source: B. W. Silverman, Density Estimation (1986), for the estimate; the shares are differences of the normal integral.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, floor, isfinite, radians

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from fengqiao.algorithms.distance import EARTH_RADIUS
from fengqiao.algorithms.sentences import sentence

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SMALLEST_CELL = 100.0
"""Metres: no smaller square is worked out or shown."""
LARGEST_CELL = 10_000.0
MOST_CELLS = 1_000_000
WIDEST = 400_000.0
"""Metres from end to end."""
REACH = 3.0
"""Bandwidths after which a spread ends."""


class HotSpotError(ValueError):
    """What cannot be worked out; a Chinese sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Squares of `cell_m` metres from a south-west corner in WGS-84 degrees; cells are numbered row by row from it,
    west to east, south to north."""

    lat: float
    lon: float
    cell_m: float
    rows: int
    columns: int

    def __post_init__(self) -> None:
        check_cell(self.cell_m)
        if self.rows < 1 or self.columns < 1 or self.rows * self.columns > MOST_CELLS:
            raise HotSpotError(sentence("方格最多 %(most)s 个，请把格子放大", most=f"{MOST_CELLS:,}"))

    @property
    def size(self) -> int:
        """Number of cells."""
        return self.rows * self.columns

    @property
    def scale(self) -> tuple[float, float]:
        """Cells a degree of latitude, cells a degree of longitude."""
        north = radians(1) * EARTH_RADIUS / self.cell_m
        return north, north * cos(radians(self.lat))

    def places(self, lat: Floats, lon: Floats) -> tuple[Floats, Floats]:
        """Rows and columns of points, with fractions; shape as given."""
        north, east = self.scale
        return (lat - self.lat) * north, (lon - self.lon) * east

    def cells(self, lat: Floats, lon: Floats) -> Ints:
        """Numbers of the cells that hold the points, -1 outside; shape (n,)."""
        down, across = self.places(lat, lon)
        row, column = np.floor(down).astype(np.int64), np.floor(across).astype(np.int64)
        inside = (row >= 0) & (row < self.rows) & (column >= 0) & (column < self.columns)
        return np.where(inside, row * self.columns + column, -1)

    def middle(self, cell: int) -> tuple[float, float]:
        """Latitude and longitude of the middle of a cell."""
        north, east = self.scale
        row, column = divmod(cell, self.columns)
        return self.lat + (row + 0.5) / north, self.lon + (column + 0.5) / east

    def middles(self) -> tuple[Floats, Floats]:
        """Latitudes and longitudes of the middles of all cells, each of shape (size,)."""
        north, east = self.scale
        lat = self.lat + (np.arange(self.rows) + 0.5) / north
        lon = self.lon + (np.arange(self.columns) + 0.5) / east
        return np.repeat(lat, self.columns), np.tile(lon, self.rows)


def check_cell(cell_m: float) -> None:
    """Raises HotSpotError for squares that are too small to be shown or no squares at all."""
    if not isfinite(cell_m) or not SMALLEST_CELL <= cell_m <= LARGEST_CELL:
        raise HotSpotError(
            sentence(
                "格子的边长要在 %(least)s 到 %(most)s 米之间：再小就可能指到具体人家",
                least=f"{SMALLEST_CELL:.0f}",
                most=f"{LARGEST_CELL:.0f}",
            )
        )


def grid_over(lat: Floats, lon: Floats, cell_m: float) -> Grid:
    """The smallest grid with its corner at the most southern and most western of the points; shapes (n,), n >= 1.

    Raises HotSpotError for points further apart than a town is wide, and for more cells than fit.
    """
    check_cell(cell_m)
    if not len(lat):
        raise HotSpotError(sentence("没有一条能用的记录，画不出方格"))
    corner = Grid(float(lat.min()), float(lon.min()), cell_m, 1, 1)
    down, across = corner.places(np.array([lat.max()]), np.array([lon.max()]))
    wide = max(float(down[0]), float(across[0])) * cell_m
    if wide > WIDEST:
        raise HotSpotError(
            sentence(
                "记录最远相隔 %(km)s 公里，不像在一个地方：请检查经纬度是否写反、有没有写错，或按地方拆开",
                km=f"{wide / 1000:.0f}",
            )
        )
    return Grid(corner.lat, corner.lon, cell_m, floor(float(down[0])) + 1, floor(float(across[0])) + 1)


def reach_of(bandwidth_m: float, cell_m: float) -> int:
    """Cells to each side that a spread of this bandwidth can touch."""
    return int(np.ceil(REACH * bandwidth_m / cell_m)) if bandwidth_m > 0 else 0


def add_spread(
    surface: Floats, grid: Grid, lat: Floats, lon: Floats, weights: Floats, bandwidth_m: float
) -> None:
    """Add points to a surface of shape (size,), each with its weight, spread by a Gaussian of `bandwidth_m` metres (0:
    whole into its cell). What falls outside the grid is lost, as is what happens there."""
    down, across = grid.places(lat, lon)
    row, column = np.floor(down).astype(np.int64), np.floor(across).astype(np.int64)
    reach = reach_of(bandwidth_m, grid.cell_m)
    width = bandwidth_m / grid.cell_m
    tall = [_share(down - row, step, width) for step in range(-reach, reach + 1)]
    wide = [_share(across - column, step, width) for step in range(-reach, reach + 1)]
    for dy in range(-reach, reach + 1):
        rows = row + dy
        part = weights * tall[dy + reach]
        for dx in range(-reach, reach + 1):
            columns = column + dx
            inside = (rows >= 0) & (rows < grid.rows) & (columns >= 0) & (columns < grid.columns)
            numbers = (rows * grid.columns + columns)[inside]
            surface += np.bincount(numbers, (part * wide[dx + reach])[inside], grid.size)


def _share(offset: Floats, step: int, width: float) -> Floats:
    """Share of a point's spread, along one axis, that falls into the cell `step` further."""
    if width == 0:
        return np.ones(len(offset))
    whole = 2 * ndtr(REACH) - 1
    low = np.clip((step - offset) / width, -REACH, REACH)
    high = np.clip((step + 1 - offset) / width, -REACH, REACH)
    shares: Floats = (ndtr(high) - ndtr(low)) / whole
    return shares
