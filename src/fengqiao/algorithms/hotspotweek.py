"""Place by hour of the week: when it happens where.

Question: of what a cell may expect, how much falls into each of the 168 hours of the week (Monday 00:00 first)?
Method: counts by hour and cell, smoothed by Gaussians along rows, columns and, round the week, hours. A cell's own week
is mixed with the whole town's by how much it has seen: (counts + trust x town) / (all + trust); `trust`, in events, is
chosen among a few by the likelihood of the events of the last 90 days given those before.
Source: empirical Bayes shrinkage towards a common profile; circular Gaussian smoothing.
Limits: a theft found in the morning happened at an hour nobody knows. At most 40,000,000 cells x hours.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fengqiao.algorithms.hotspotgrid import Floats, Grid, HotSpotError, Ints
from fengqiao.algorithms.hotspotmodel import DAY
from fengqiao.algorithms.hotspotrows import Events
from fengqiao.algorithms.sentences import sentence

HOURS = 168
MOST_ENTRIES = 40_000_000
CHUNK = 1 << 15
"""Points worked on at once: what fits near the processor."""
BLOCK = 1 << 21
"""Points counted at once."""
EPOCH_SHIFT = 72
"""Hours from a Monday 00:00 to 1970-01-01 00:00, a Thursday."""
TRUSTS = (10.0, 30.0, 100.0, 300.0, 1_000.0)
PLACE_M = 500.0
HOUR_WIDTH = 2.0
HELD_BACK = 90 * DAY

Surface = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Week:
    """`share` of a cell's events that falls into each hour of the week, shape (168, cells), each cell's sum 1; `trust`
    in events; `town` the profile of all, shape (168,)."""

    share: Surface
    town: Floats
    trust: float


def hours_of_week(at: Ints) -> Ints:
    """Hour of the week, 0 for Monday 00:00, of seconds as in `Events.at`."""
    return (at // 3600 + EPOCH_SHIFT) % HOURS


def week_surface(
    lat: Floats,
    lon: Floats,
    at: Ints,
    grid: Grid,
    *,
    place_m: float = PLACE_M,
    hour_width: float = HOUR_WIDTH,
) -> Surface:
    """Events by hour of the week and cell, smoothed by Gaussians of `place_m` metres and `hour_width` hours (0: not);
    shape (168, rows, columns). What lies outside the grid is left out. Points are read in blocks, so memory is that of
    the surface, its counts and one block."""
    if grid.size * HOURS > MOST_ENTRIES:
        raise HotSpotError(
            sentence("分小时最多 %(most)s 个方格，请把格子放大", most=f"{MOST_ENTRIES // HOURS:,}")
        )
    counts = np.zeros(grid.size * HOURS, dtype=np.int64)
    numbers = np.empty(min(len(at), BLOCK), dtype=np.int64)
    for begin in range(0, len(at), BLOCK):
        filled = 0
        for chunk in range(begin, min(begin + BLOCK, len(at)), CHUNK):
            part = slice(chunk, min(chunk + CHUNK, begin + BLOCK))
            found = _numbers(lat[part], lon[part], at[part], grid)
            numbers[filled : filled + len(found)] = found
            filled += len(found)
        counts += np.bincount(numbers[:filled], minlength=len(counts))
    surface = counts.reshape(HOURS, grid.rows, grid.columns).astype(np.float32)
    return _smoothed(surface, place_m / grid.cell_m, hour_width)


def _numbers(lat: Floats, lon: Floats, at: Ints, grid: Grid) -> Ints:
    """Numbers of the points inside, hour by hour and then cell by cell."""
    down, across = grid.places(lat, lon)
    inside = (down >= 0) & (down < grid.rows) & (across >= 0) & (across < grid.columns)
    if not inside.all():
        down, across, at = down[inside], across[inside], at[inside]
    row, column = down.astype(np.int64), across.astype(np.int64)
    return (hours_of_week(at) * grid.rows + row) * grid.columns + column


def _smoothed(surface: Surface, place_width: float, hour_width: float) -> Surface:
    hours, rows, columns = surface.shape
    if hour_width > 0:
        surface = (_round_week(hour_width) @ surface.reshape(hours, -1)).reshape(surface.shape)
    if place_width > 0:
        surface = np.asarray(_line(rows, place_width) @ surface @ _line(columns, place_width).T, np.float32)
    return surface


def _round_week(width: float) -> Surface:
    gaps = np.abs(np.arange(HOURS)[:, None] - np.arange(HOURS)[None, :])
    return _kernel(np.minimum(gaps, HOURS - gaps), width)


def _line(size: int, width: float) -> Surface:
    return _kernel(np.abs(np.arange(size)[:, None] - np.arange(size)[None, :]), width)


def _kernel(gaps: Ints, width: float) -> Surface:
    """Gaussian weights whose columns sum to 1: nothing is lost at the edge."""
    weights = np.exp(-0.5 * (gaps / width) ** 2) * (gaps <= 4 * width)
    return np.asarray(weights / weights.sum(axis=0), dtype=np.float32)


def week_of(events: Events, grid: Grid, cells: Ints) -> Week:
    """The week of each of `cells`, learnt from all events; `trust` by validation on the last 90 days."""
    if not len(events):
        raise HotSpotError(sentence("没有一条能用的记录，看不出时段"))
    cut = int(np.searchsorted(events.at, events.at[-1] - HELD_BACK))
    trust = TRUSTS[-1] if cut < HOURS else _best_trust(events, grid, cells, cut)
    town, local = _counted(events, grid, cells, len(events))
    return Week(_mixed(town, local, trust), town, trust)


def by_shift(share: Surface, hours: int = 4) -> Surface:
    """Shares of a week, shape (168, cells), added up by shifts of `hours`: (168 / hours, cells)."""
    if hours < 1 or HOURS % hours:
        raise HotSpotError(sentence("一班的小时数要能整除 168"))
    return np.asarray(share.reshape(HOURS // hours, hours, -1).sum(axis=1), dtype=np.float32)


def _counted(events: Events, grid: Grid, cells: Ints, until: int) -> tuple[Floats, Surface]:
    part = slice(0, until)
    surface = week_surface(events.lat[part], events.lon[part], events.at[part], grid)
    town = surface.sum(axis=(1, 2), dtype=np.float64)
    return town / max(float(town.sum()), 1e-12), surface.reshape(HOURS, -1)[:, cells]


def _mixed(town: Floats, local: Surface, trust: float) -> Surface:
    return np.asarray((local + trust * town[:, None]) / (local.sum(axis=0) + trust), dtype=np.float32)


def _best_trust(events: Events, grid: Grid, cells: Ints, cut: int) -> float:
    town, local = _counted(events, grid, cells, cut)
    where = np.full(grid.size, -1, dtype=np.int64)
    where[cells] = np.arange(len(cells))
    found = grid.cells(events.lat[cut:], events.lon[cut:])
    place = np.where(found >= 0, where[found], -1)
    hours, place = hours_of_week(events.at[cut:])[place >= 0], place[place >= 0]
    sums, seen = local.sum(axis=0)[place], local[hours, place]

    def likely(trust: float) -> float:
        return float(np.log(np.maximum((seen + trust * town[hours]) / (sums + trust), 1e-12)).sum())

    return max(TRUSTS, key=likely)
