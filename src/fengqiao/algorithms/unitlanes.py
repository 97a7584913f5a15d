"""Units of one means on their roads: which column of the times each holds, and its gap to the road."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fengqiao.algorithms.roadgraph import NEVER, Floats, Ints, RoadGraph
from fengqiao.algorithms.roadsnap import Spots
from fengqiao.algorithms.roadtags import Means
from fengqiao.algorithms.roadtimes import RoadTimes
from fengqiao.algorithms.unitstates import UnitState

STRAIGHT = 1 << 32
"""Added to a time by straight line, in milliseconds: whoever can be reached by road comes first."""
_WALK_MS = 720  # a metre between the road and the door, at 5 km/h
STRAIGHT_KMH = {Means.FOOT: 5.0, Means.BIKE: 12.0, Means.CAR: 25.0}


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """Points and where they are on the roads of each means in use; kept, it saves finding the roads again."""

    lon: Floats
    lat: Floats
    spots: dict[Means, Spots]

    def __len__(self) -> int:
        return len(self.lon)


class Lane:
    """One means on a road graph. A unit farther than ``far_m`` from any of its roads stands off the roads."""

    def __init__(self, graph: RoadGraph, means: Means, far_m: float) -> None:
        self.times = RoadTimes(graph, means)
        self.far_m = far_m
        self.columns: dict[str, int] = {}
        self.gap: Floats = np.zeros(0)
        self._free: list[int] = []

    def put(self, units: Sequence[UnitState]) -> None:
        """Place new or moved units, for whom there is room."""
        for unit in units:
            if unit.id not in self.columns:
                self.columns[unit.id] = self._free.pop()
        columns = np.array([self.columns[unit.id] for unit in units], dtype=np.int64)
        lon, lat = np.array([unit.lon for unit in units]), np.array([unit.lat for unit in units])
        spots = self.times.snapper.spots(lon, lat)
        self.gap[columns] = spots.gap
        near = spots.gap <= self.far_m
        for column in columns[~near].tolist():
            self.times.clear(column)
        if near.any():
            self.times.put(columns[near], spots.take(np.flatnonzero(near)))

    def make_room(self, units: Sequence[UnitState]) -> None:
        """Columns for those who have none yet. Raises ``ValueError`` where they would be too many."""
        wanted = sum(unit.id not in self.columns for unit in units)
        if wanted <= len(self._free):
            return
        before = self.times.columns
        self.times.widen(len(self.columns) + wanted)
        self._free += range(self.times.columns - 1, before - 1, -1)
        self.gap = np.pad(self.gap, (0, self.times.columns - len(self.gap)))

    def drop(self, unit: str) -> None:
        """Forget a unit."""
        column = self.columns.pop(unit)
        self.times.clear(column)
        self._free.append(column)

    def millis(self, spots: Spots, columns: Ints) -> Ints:
        """(spots, columns) milliseconds by road with both gaps walked; STRAIGHT where no road leads."""
        found = np.full((len(spots), len(columns)), STRAIGHT, dtype=np.int64)
        near = np.flatnonzero(spots.gap <= self.far_m)
        if not len(near) or not len(columns):
            return found
        everybody = len(near) == len(spots)
        part = spots if everybody else spots.take(near)
        road = self.times.reach(part, columns)
        never = road >= NEVER
        walked = road + _walked(part.gap)[:, None] + _walked(np.minimum(self.gap[columns], self.far_m))
        walked[never] = STRAIGHT
        if everybody:
            return walked
        found[near] = walked
        return found

    def road_metres(self, spot: Spots, column: int) -> float:
        """Metres along the road to one spot that can be reached, gaps left out."""
        times, edge, share = self.times, int(spot.edge[0]), float(spot.share[0])
        graph = times.graph
        best = int(times.reach(spot, np.array([column]))[0, 0])
        length, start = float(graph.metres[edge]), float(times.share[column])
        if int(times.edge[column]) == edge:
            direct = times.snapper.between(spot.edge, np.array([start]), spot.share)
            if int(direct[0]) == best:
                return abs(share - start) * length
        from_tail, _from_head = times.snapper.arriving(spot)
        tail = int(graph.tail[edge])
        by_tail = int(times.table[tail, column]) + int(from_tail[0]) == best
        way = times.way_back(tail if by_tail else int(graph.head[edge]), column)
        begun = int(times.edge[column])
        first = start if way[0] == int(graph.tail[begun]) else 1 - start
        last = share if by_tail else 1 - share
        along = times.metres_along(way)
        return first * float(graph.metres[begun]) + along + last * length


def _walked(metres: Floats) -> Ints:
    found: Ints = np.rint(metres * _WALK_MS).astype(np.int64)
    return found


def straight_millis(metres: Floats, means: Means, detour: float) -> Ints:
    """Milliseconds for a straight line times the detour factor, at what the means makes over a whole trip."""
    found: Ints = np.rint(metres * detour / STRAIGHT_KMH[means] * 3600).astype(np.int64)
    return found
