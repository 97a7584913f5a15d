"""The nearest available units of a call, by road time.

Question: who can be there first, among those who may be sent, and what does that rest on?
Answer: the k units with the least road time, exactly: equal to a shortest-path search from every unit. Each comes with
its seconds and metres, whether by road or by straight line, the age of its position, and why nearer ones were passed
over.
Method: ``roadtimes`` (Dijkstra 1959, one run when a unit moves; look-ups only read a table).

Where no road leads from a unit to a call, where either is more than ``far_m`` from a road, or without a graph at all,
the time is the straight line times ``detour`` at a speed for a whole trip, and the answer says so. Such guesses come
after all road times. The factor 1.4 is near what was found for 66,000 places and their hospitals (F. P. Boscoe, K. A.
Henry and M. S. Zdeb, The Professional Geographer 64 (2012), 188-196: 1.417); a river without a bridge makes it far too
small.
Limits: times are of a normal day, without traffic, lights, turn restrictions and floors. Units are proposed by place and
state only; a person decides who goes. Not for two threads at once: whoever shares it holds a lock over moves and answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from fengqiao.algorithms.coords import System, convert
from fengqiao.algorithms.roadgraph import Floats, Ints, RoadGraph, metres_between
from fengqiao.algorithms.roadtags import Means
from fengqiao.algorithms.sentences import Sentence, sentence
from fengqiao.algorithms.unitlanes import STRAIGHT, Lane, Placed, straight_millis
from fengqiao.algorithms.unitstates import Answer, By, Call, Found, PassedOver, UnitState, why_not

_BATCH = 1 << 18  # times of one batch of look-ups, small enough for the cache


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """Nearest units of many points, a row a point: places in ``NearestUnits.ids`` (-1: no more units), milliseconds,
    and whether by road."""

    units: Ints
    millis: Ints
    by_road: npt.NDArray[np.bool_]


@dataclass(slots=True, eq=False)
class _Fleet:
    """Units in order of id, as arrays."""

    ids: tuple[str, ...]
    units: tuple[UnitState, ...]
    lon: Floats
    lat: Floats
    of: dict[Means, Ints]
    columns: dict[Means, Ints]


class NearestUnits:
    """Holds units and answers for calls. ``graph`` None: straight lines only."""

    def __init__(self, graph: RoadGraph | None = None, *, detour: float = 1.4, far_m: float = 500.0) -> None:
        if not 1 <= detour <= 10:
            raise ValueError(sentence("绕行系数应在 1 到 10 之间，不是 %(given)s", given=detour))
        self.graph, self.detour, self.far_m = graph, detour, far_m
        self._units: dict[str, UnitState] = {}
        self._lanes: dict[Means, Lane] = {}
        self._fleet: _Fleet | None = None

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of the units held, in order."""
        return self._held().ids

    def unit(self, name: str) -> UnitState:
        """A unit as last set. Raises ``KeyError``."""
        return self._units[name]

    def set_units(self, units: Iterable[UnitState]) -> None:
        """Add units, or replace those of the same id. Only who moved or changed means is worked out anew.

        Raises ``ValueError`` for unusable coordinates and for more units than the memory set for them; nothing changes
        then.
        """
        fresh = {unit.id: unit for unit in units}
        if not fresh:
            return
        _checked([unit.lon for unit in fresh.values()], [unit.lat for unit in fresh.values()])
        if self.graph is not None:
            self._put([unit for unit in fresh.values() if self._moved(unit)], self.graph)
        for unit in fresh.values():
            before = self._units.get(unit.id)
            if before and before.means is not unit.means:
                self._leave(before)
            self._units[unit.id] = unit
        self._fleet = None

    def _put(self, moved: Sequence[UnitState], graph: RoadGraph) -> None:
        by_means = {means: [unit for unit in moved if unit.means is means] for means in Means}
        lanes = {means: self._lane(means, graph) for means, units in by_means.items() if units}
        for means, lane in lanes.items():
            lane.make_room(by_means[means])
        for means, lane in lanes.items():
            lane.put(by_means[means])

    def _moved(self, unit: UnitState) -> bool:
        old = self._units.get(unit.id)
        return old is None or (old.lon, old.lat, old.means) != (unit.lon, unit.lat, unit.means)

    def _lane(self, means: Means, graph: RoadGraph) -> Lane:
        if means not in self._lanes:
            self._lanes[means] = Lane(graph, means, self.far_m)
        return self._lanes[means]

    def _leave(self, unit: UnitState) -> None:
        if unit.means in self._lanes:
            self._lanes[unit.means].drop(unit.id)

    def remove(self, name: str) -> None:
        """Forget a unit. Raises ``KeyError`` for an unknown one."""
        self._leave(self._units.pop(name))
        self._fleet = None

    def _held(self) -> _Fleet:
        if self._fleet is None:
            ids = tuple(sorted(self._units))
            units = tuple(self._units[name] for name in ids)
            of = {
                m: np.array([n for n, u in enumerate(units) if u.means is m], dtype=np.int64) for m in Means
            }
            columns = {
                means: np.array([lane.columns[ids[n]] for n in of[means].tolist()], dtype=np.int64)
                for means, lane in self._lanes.items()
            }
            lon, lat = np.array([u.lon for u in units]), np.array([u.lat for u in units])
            self._fleet = _Fleet(ids, units, lon, lat, of, columns)
        return self._fleet

    def place(self, lons: npt.ArrayLike, lats: npt.ArrayLike) -> Placed:
        """Points on the roads of every means in use. Raises ``ValueError`` naming the first unusable point."""
        lon, lat = _checked(lons, lats)
        return Placed(lon, lat, {m: lane.times.snapper.spots(lon, lat) for m, lane in self._lanes.items()})

    def millis(self, placed: Placed) -> Ints:
        """(points, units) milliseconds; from ``STRAIGHT`` on those by straight line, that much too large."""
        fleet = self._held()
        for means, lane in self._lanes.items():
            if len(fleet.of[means]) == len(fleet.ids):  # one means only: no copy
                return self._with_straight(lane.millis(placed.spots[means], fleet.columns[means]), placed)
        found = np.full((len(placed), len(fleet.ids)), STRAIGHT, dtype=np.int64)
        for means, lane in self._lanes.items():
            if len(fleet.of[means]):
                found[:, fleet.of[means]] = lane.millis(placed.spots[means], fleet.columns[means])
        return self._with_straight(found, placed)

    def _with_straight(self, found: Ints, placed: Placed) -> Ints:
        missing = found >= STRAIGHT
        if not missing.any():
            return found
        fleet = self._held()
        for means, of in fleet.of.items():
            row, column = np.nonzero(missing[:, of])
            unit = of[column]
            metres = metres_between(fleet.lon[unit], fleet.lat[unit], placed.lon[row], placed.lat[row])
            found[row, unit] = STRAIGHT + straight_millis(metres, means, self.detour)
        return found

    def rank(self, placed: Placed, k: int = 1, *, only: Sequence[int] | None = None) -> Ranked:
        """The ``k`` nearest of each point, among all units or the places ``only`` in ``ids``; ties by id."""
        fleet = self._held()
        which = np.arange(len(fleet.ids)) if only is None else np.array(only, dtype=np.int64)
        units = np.full((len(placed), k), -1, dtype=np.int64)
        millis = np.full((len(placed), k), -1, dtype=np.int64)
        step = max(1, _BATCH // max(1, len(fleet.ids)))
        for at in range(0, len(placed) if len(which) else 0, step):
            part = slice(at, at + step)
            spots = {means: one.take(part) for means, one in placed.spots.items()}
            found = self.millis(Placed(placed.lon[part], placed.lat[part], spots))
            best, took = _least(found if only is None else found[:, which], k)
            units[part, : best.shape[1]], millis[part, : best.shape[1]] = which[best], took
        by_road = (millis >= 0) & (millis < STRAIGHT)
        return Ranked(units, np.where(millis >= STRAIGHT, millis - STRAIGHT, millis), by_road)

    def nearest(self, call: Call, k: int = 3, *, now: datetime) -> Answer:
        """The ``k`` nearest units that may be sent, with their reasons.

        Raises ``ValueError`` for unusable coordinates.
        """
        placed = self.place([call.lon], [call.lat])
        fleet = self._held()
        millis = self.millis(placed)[0]
        found: list[Found] = []
        passed: list[PassedOver] = []
        for place in np.argsort(millis, kind="stable").tolist():
            if len(found) >= k:
                break
            unit, took = fleet.units[place], int(millis[place])
            why = why_not(unit, call, now)
            if why is None:
                found.append(self._found(unit, took, placed, now))
                continue
            by, lacks = _by(took), tuple(sorted(call.skills - unit.skills))
            age = unit.position_age_s(now)
            passed.append(PassedOver(unit.id, why, took % STRAIGHT / 1000, by, unit.rest_until, lacks, age))
        return Answer(call.id, tuple(found), tuple(passed), self._note(found, k))

    def found(self, unit: str, call: Call, *, now: datetime) -> Found:
        """What one unit's time to one call rests on. Raises ``KeyError`` for an unknown unit."""
        placed = self.place([call.lon], [call.lat])
        took = self.millis(placed)[0, self._held().ids.index(unit)]
        return self._found(self._units[unit], int(took), placed, now)

    def _found(self, unit: UnitState, took: int, placed: Placed, now: datetime) -> Found:
        lon, lat = np.array([unit.lon]), np.array([unit.lat])
        straight = float(metres_between(lon, lat, placed.lon, placed.lat)[0])
        lane = self._lanes.get(unit.means)
        road: float | None = None
        gaps: tuple[float | None, float | None] = None, None
        if lane is not None:
            spot, column = placed.spots[unit.means], lane.columns[unit.id]
            gaps = _gap(float(lane.gap[column]), self.far_m), _gap(float(spot.gap[0]), self.far_m)
            if _by(took) is By.ROAD:
                road = lane.road_metres(spot, column)
        age = unit.position_age_s(now)
        seconds = took % STRAIGHT / 1000
        return Found(unit.id, seconds, _by(took), unit.means, straight, road, gaps[0], gaps[1], age)

    def _note(self, found: list[Found], k: int) -> Sentence | None:
        if not self._units:
            return sentence("现在没有任何单元的位置")
        if not found:
            return sentence("现在没有能派的单元，原因见各单元")
        if self.graph is None:
            return sentence("没有导入路网，时间按直线乘以 %(detour)s 估计", detour=f"{self.detour:g}")
        if any(one.by is By.STRAIGHT for one in found):
            words = "有的单元没有路能通到，时间按直线乘以 %(detour)s 估计，排在后面"
            return sentence(words, detour=f"{self.detour:g}")
        if len(found) < k:
            return sentence("能派的单元只有 %(n)s 个", n=len(found))
        return None


def _by(millis: int) -> By:
    return By.STRAIGHT if millis >= STRAIGHT else By.ROAD


def _gap(metres: float, far_m: float) -> float | None:
    return metres if metres <= far_m else None


def _checked(lons: npt.ArrayLike, lats: npt.ArrayLike) -> tuple[Floats, Floats]:
    lon, lat = convert(
        np.atleast_1d(np.asarray(lons, float)), np.atleast_1d(np.asarray(lats, float)), System.WGS84
    )
    return lon, lat


def _least(found: Ints, k: int) -> tuple[Ints, Ints]:
    """Places and values of the ``k`` least of each row, ties by place: both are packed into one number."""
    count = found.shape[1]
    if k == 1:
        best = np.argmin(found, axis=1)[:, None]
        return best, np.take_along_axis(found, best, axis=1)
    packed = found * count + np.arange(count)
    if k < count:
        packed = np.partition(packed, k - 1, axis=1)[:, :k]
    packed.sort(axis=1)
    return packed % count, packed // count
