"""The nearest unit by road: exactness, a move, look-ups, growth, and forty calls at once, beside plain methods.

Run: ``python -m benchmarks.nearest [--size quick|full] [--goal off]``. Made towns (grids with four classes of street and
a tenth one-way, seed 1; 10^3 to 10^5 crossings, with ``full`` 10^6) and, where the reference data lies, both files of
``osm/``. 50 cars at drawn points, calls drawn likewise. Peers: scipy's cKDTree (straight line) and a plain Dijkstra run
a call; pandana too where it is installed (its preparation of 10^5 crossings takes minutes). Every time is compared with
the plain runs. One thread, process time, look-ups in batches, moves as the median of 20 jumps. Exits 1 below a goal.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from benchmarks.reference import DATA, Goals, goals_wanted
from fengqiao.algorithms.jointcalls import MOST_CALLS, WEIGHT, assign
from fengqiao.algorithms.nearest import NearestUnits
from fengqiao.algorithms.osmroads import read_roads
from fengqiao.algorithms.roadgraph import NEVER, RoadGraph, arcs
from fengqiao.algorithms.roadtags import Means
from fengqiao.algorithms.unitlanes import STRAIGHT, Placed
from fengqiao.algorithms.unitstates import Call, UnitState
from tests.streets import grid_roads

UNITS, CALLS, CHECKED, WALK = 50, 100_000, 100, 720
SIDES = {"quick": (32, 100, 316), "full": (32, 100, 316, 1000)}
NOW = datetime(2026, 11, 23, tzinfo=UTC)
Floats = npt.NDArray[np.float64]


class Draw:
    """Points around drawn nodes of a graph, a street's breadth off: where people are, roads are near."""

    def __init__(self, graph: RoadGraph) -> None:
        self.graph, self.rng = graph, np.random.default_rng(1)

    def points(self, count: int) -> tuple[Floats, Floats]:
        """Longitudes and latitudes."""
        at = self.rng.integers(0, len(self.graph), count)
        off = self.rng.normal(0, 0.0003, (2, count))
        return self.graph.lon[at] + off[0], self.graph.lat[at] + off[1]

    def units(self, count: int) -> list[UnitState]:
        """Cars."""
        lon, lat = self.points(count)
        return [UnitState(f"u{n:03}", lon[n], lat[n]) for n in range(count)]


class Plain:
    """One Dijkstra run a call, backwards from the call over the whole graph."""

    def __init__(self, engine: NearestUnits, graph: RoadGraph) -> None:
        self.graph, self.base = graph, arcs(graph, Means.CAR).T.tocsr()
        self.along, self.against = (one.astype(float) for one in graph.millis(Means.CAR))
        held = [engine.unit(name) for name in engine.ids]
        placed = engine.place([one.lon for one in held], [one.lat for one in held])
        self.spots, self.far_m = placed.spots[Means.CAR], engine.far_m

    def times(self, placed: Placed, n: int) -> Floats:
        """Milliseconds from every unit to one call, both gaps walked; inf for none."""
        call, spots, graph, size = placed.spots[Means.CAR], self.spots, self.graph, len(self.graph)
        edge, share = int(call.edge[n]), float(call.share[n])
        ends = [graph.tail[edge], graph.head[edge]]
        took = np.array([_part(self.along[edge], share), _part(self.against[edge], 1 - share)]) + 1
        data, indices = np.append(self.base.data, took), np.append(self.base.indices, ends)
        indptr = np.append(self.base.indptr, len(data))
        matrix = csr_matrix((data, indices, indptr), shape=(size + 1, size + 1))
        found = dijkstra(matrix, indices=size)[:size] - 1
        by_tail = found[graph.tail[spots.edge]] + _parts(self.against[spots.edge], spots.share)
        by_head = found[graph.head[spots.edge]] + _parts(self.along[spots.edge], 1 - spots.share)
        best = np.minimum(by_tail, by_head)
        for unit in np.flatnonzero(spots.edge == edge):
            ahead = share - spots.share[unit]
            best[unit] = min(
                best[unit], _part((self.along if ahead >= 0 else self.against)[edge], abs(ahead))
            )
        best = np.where(best < NEVER, best + np.rint(call.gap[n] * WALK) + np.rint(spots.gap * WALK), np.inf)
        far = (call.gap[n] > self.far_m) | (spots.gap > self.far_m)
        return np.where(far, np.inf, best)


def _part(took: float, share: float) -> float:
    return 0.0 if share == 0 else float(np.rint(took * share)) if took < NEVER else float(NEVER)


def _parts(took: Floats, share: Floats) -> Floats:
    return np.array([_part(one, part) for one, part in zip(took, share, strict=True)])


def spent(begun: float) -> float:
    """Seconds of process time since."""
    return time.process_time() - begun


def towns(size: str) -> Iterator[tuple[str, RoadGraph]]:
    """Every graph to measure, with its name."""
    for side in SIDES[size]:
        yield f"grid {side * side:,}", grid_roads(side)
    for name in ("ninghua_fujian", "shenzhen_henggang"):
        path = DATA and DATA / "osm" / f"{name}.osm"
        if path and path.is_file():
            begun = time.process_time()
            found = read_roads(path)
            print(f"{name}.osm read in {spent(begun) * 1000:.0f} ms: {found.ways} ways")
            yield name, found.graph


def measure(goals: Goals, name: str, graph: RoadGraph) -> None:
    """Setting up, moving, asking, and the peers, on one graph."""
    draw = Draw(graph)
    begun = time.process_time()
    engine = NearestUnits(graph)
    engine.set_units(draw.units(UNITS))
    ready = spent(begun)
    moves = []
    for unit in draw.units(20):
        begun = time.process_time()
        engine.set_units([unit])
        moves.append(spent(begun) * 1000)
    lon, lat = draw.points(CALLS)
    begun = time.process_time()
    placed = engine.place(lon, lat)
    placing = spent(begun)
    begun = time.process_time()
    ranked = engine.rank(placed, 3)
    asking = spent(begun)
    begun = time.process_time()
    for n in range(20):
        engine.nearest(Call("c", lon[n], lat[n]), 3, now=NOW)
    told = spent(begun) / 20 * 1000
    table = len(graph) * UNITS * 4 / 2**20
    print(
        f"{name}: {len(graph):,} nodes, {len(graph.tail):,} edges; ready in {ready:.2f} s, table {table:.0f} MB; "
        f"{CALLS / (placing + asking):,.0f}/s with finding the road, one answer with reasons {told:.1f} ms; "
        f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at most so far"
    )
    same, plain = checked(engine, graph, placed)
    goals.check(f"{name}: equal to plain Dijkstra, share of times", same, 1.0)
    if len(graph) <= 100_000:
        goals.check(f"{name}: ms a move", float(np.median(moves)), 25, at_most=True, digits=1)
    else:
        print(f"{name}: ms a move {np.median(moves):.1f} (no goal at this size)")
    goals.check(f"{name}: look-ups a second, three nearest of 50", CALLS / asking, 50_000, digits=0)
    print(f"{name}: plain Dijkstra a call {plain:,.0f}/s; ratio {CALLS / asking / plain:,.0f}")
    straight(engine, placed, ranked.units[:, 0])
    pandana(goals, name, graph, engine, CALLS / asking)


def checked(engine: NearestUnits, graph: RoadGraph, placed: Placed) -> tuple[float, float]:
    """Share of times equal to plain runs, and plain runs a second."""
    peer, count = Plain(engine, graph), CHECKED if len(graph) <= 200_000 else CHECKED // 5
    begun = time.process_time()
    wanted = np.stack([peer.times(placed, n) for n in range(count)])
    speed = count / spent(begun)
    few = Placed(
        placed.lon[:count], placed.lat[:count], {m: s.take(slice(count)) for m, s in placed.spots.items()}
    )
    found = engine.millis(few)
    return float(np.mean(np.where(found < STRAIGHT, found, np.inf) == wanted)), speed


def straight(engine: NearestUnits, placed: Placed, first: npt.NDArray[np.int64]) -> None:
    """The straight line: how fast it is asked, how often it names another unit and how much later that one comes."""
    units = [engine.unit(name) for name in engine.ids]
    shrink = np.cos(np.radians(placed.lat.mean()))
    tree = cKDTree(np.array([(one.lon * shrink, one.lat) for one in units]))
    begun = time.process_time()
    _far, nearest = tree.query(np.stack([placed.lon * shrink, placed.lat], axis=1))
    speed = len(placed) / spent(begun)
    part = slice(2_000)
    few = Placed(placed.lon[part], placed.lat[part], {m: s.take(part) for m, s in placed.spots.items()})
    times, rows = engine.millis(few), np.arange(len(few))
    mine, theirs = times[rows, first[part]], times[rows, nearest[part]]
    road = (mine < STRAIGHT) & (theirs < STRAIGHT)
    later = (theirs - mine)[road & (theirs > mine)] / 1000
    print(
        f"  cKDTree {speed:,.0f}/s; another unit for {np.mean(first[part] != nearest[part]):.2f} of calls, which comes "
        f"{later.mean() if len(later) else 0:.0f} s later on average; "
        f"{np.mean(theirs >= STRAIGHT):.2f} of its units have no road to the call"
    )


def pandana(goals: Goals, name: str, graph: RoadGraph, engine: NearestUnits, ours: float) -> None:
    """The peer with prepared contractions, where it is installed: nodes only, both ways by the same time."""
    try:
        import pandana as peer
        import pandas
    except ImportError:
        return
    along, against = (one.astype(float) for one in graph.millis(Means.CAR))
    keep = np.minimum(along, against) < NEVER
    begun = time.process_time()
    tail, head = (pandas.Series(one[keep].astype(np.int64)) for one in (graph.tail, graph.head))
    weights: Any = pandas.DataFrame({"t": np.minimum(along, against)[keep]})
    network = peer.Network(
        pandas.Series(graph.lon), pandas.Series(graph.lat), tail, head, weights, twoway=True
    )
    units = [engine.unit(one) for one in engine.ids]
    network.set_pois(
        "u", 1e9, 3, pandas.Series([u.lon for u in units]), pandas.Series([u.lat for u in units])
    )
    prepared = spent(begun)
    begun = time.process_time()
    network.nearest_pois(1e9, "u", num_pois=3)
    speed = len(graph) / spent(begun)
    print(f"  pandana {speed:,.0f}/s after {prepared:.1f} s of preparation, which a move repeats in part")
    goals.check(f"{name}: look-ups over pandana's", ours / speed, 10)


def joint(goals: Goals) -> None:
    """Forty calls and sixty cars, thirty times: the total beside call by call."""
    graph = grid_roads(60)
    draw, ratios, spans = Draw(graph), [], []
    for _ in range(30):
        engine = NearestUnits(graph)
        engine.set_units(draw.units(60))
        lon, lat = draw.points(MOST_CALLS)
        urgency = draw.rng.integers(1, 5, MOST_CALLS).tolist()
        calls = [Call(str(n), lon[n], lat[n], priority=urgency[n]) for n in range(MOST_CALLS)]
        begun = time.process_time()
        plan = assign(engine, calls, now=NOW)
        spans.append(spent(begun) * 1000)
        ratios.append(plan.greedy_weighted_s / plan.weighted_s)
    weights = ", ".join(f"{level}: {weight}" for level, weight in WEIGHT.items())
    print(
        f"{MOST_CALLS} calls, 60 units, weights {weights}: {np.median(spans):.0f} ms with metres and reasons"
    )
    print(
        f"call by call costs {np.mean(ratios):.3f} of the joint assignment on average, at most {max(ratios):.3f}"
    )
    goals.check("joint: least ratio of call by call to joint", min(ratios), 1.0)


def main() -> int:
    options = goals_wanted(argparse.ArgumentParser(description=__doc__), sized=True)
    goals = Goals()
    for name, graph in towns(options.size):
        measure(goals, name, graph)
    joint(goals)
    return goals.verdict(options.goal)


if __name__ == "__main__":
    sys.exit(main())
