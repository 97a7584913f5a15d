"""Points into polygons: how long 100,000 points take to find their area among 1,000 polygons.

Run: ``python -m benchmarks.pointindex [--goal off]``. Made data (a wavy tiling with 80 vertices an area, seed 1), one
thread, process time, best of five. The peer is shapely's own STRtree query with the predicate ``intersects``; both
answers are compared. Exits 1 above the goal.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import shapely
from numpy.typing import NDArray

from fengqiao.algorithms.pointindex import PolygonIndex

GOAL_SECONDS = 2.0
POINTS, SIDE, VERTICES = 100_000, 32, 20


def edge(start: NDArray[np.float64], end: NDArray[np.float64]) -> NDArray[np.float64]:
    """A wavy line between two corners; the same from either side, so neighbours share every vertex."""
    share = np.linspace(0, 1, VERTICES + 1)[:, None]
    along = end - start
    across = np.array([-along[1], along[0]])
    wave = 0.05 * np.sin(np.pi * share) * np.sin(3 * np.pi * share + 7 * start[0] + 3 * start[1])
    return np.asarray(start + share * along + wave * across)


def tiling() -> tuple[list[str], list[shapely.Polygon]]:
    """SIDE x SIDE areas around (116 E, 39 N), 0.01 degrees each."""
    ids, polygons = [], []
    for row in range(SIDE):
        for column in range(SIDE):
            corner = [np.array([column + dx, row + dy], float) for dx, dy in ((0, 0), (1, 0), (1, 1), (0, 1))]
            sides = [
                edge(corner[0], corner[1]),
                edge(corner[1], corner[2]),
                edge(corner[3], corner[2])[::-1],
                edge(corner[0], corner[3])[::-1],
            ]
            ids.append(f"{row:02}{column:02}")
            polygons.append(shapely.Polygon(np.concatenate([side[:-1] for side in sides]) * 0.01 + [116, 39]))
    return ids, polygons


def best_of(times: int, job: Callable[[], object]) -> float:
    """The least process time in seconds."""
    spans = []
    for _ in range(times):
        begun = time.process_time()
        job()
        spans.append(time.process_time() - begun)
    return min(spans)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--goal", choices=["on", "off"], default="on")
    options = parser.parse_args()
    ids, polygons = tiling()
    rng = np.random.default_rng(1)
    lon, lat = 116 + rng.uniform(0, SIDE / 100, POINTS), 39 + rng.uniform(0, SIDE / 100, POINTS)
    begun = time.process_time()
    index = PolygonIndex(ids, polygons)
    built = time.process_time() - begun
    ours = best_of(5, lambda: index.locate_many(lon, lat))
    tree = shapely.STRtree(polygons)
    peer = best_of(3, lambda: tree.query(shapely.points(lon, lat), predicate="intersects"))
    hits = tree.query(shapely.points(lon, lat), predicate="intersects")
    first = np.full(POINTS, len(ids))
    np.minimum.at(first, hits[0], hits[1])
    same = int(np.sum(np.where(index.positions(lon, lat) < 0, len(ids), index.positions(lon, lat)) == first))
    print(
        f"{len(ids):,} polygons of {4 * VERTICES} vertices, {POINTS:,} points; index built in {built:.3f} s"
    )
    print(
        f"fengqiao {ours:.3f} s ({POINTS / ours:,.0f}/s) | STRtree with predicate {peer:.3f} s | ratio {peer / ours:.1f}"
    )
    print(f"same answer for {same:,} of {POINTS:,}; goal {GOAL_SECONDS} s")
    if options.goal == "on" and (ours > GOAL_SECONDS or same != POINTS):
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
