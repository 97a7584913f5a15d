"""Where on the roads a point is: the nearest edge a means may use, and how far along it.

Points and edges are laid flat around the middle of the graph (one degree of longitude shrunk by the cosine of the
middle latitude), where shapely's STRtree finds the nearest straight piece exactly. Over a county of one degree that
shrinking is off by up to 1 %, so of two pieces equally far within 1 % the farther may be taken; the gap itself is then
measured on the sphere. A road of the largest part that hangs together is taken instead of a nearer one outside it, if
it is at most ``SLACK_M`` farther: a parking lane drawn without a join, or a motorway overhead that leaves the map,
would cut the point off.
Limits: a point is joined to a road even where a wall or a river lies between.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from fengqiao.algorithms.roadgraph import (
    NEVER,
    Array,
    Floats,
    Ints,
    Millis,
    RoadGraph,
    in_largest,
    metres_between,
)
from fengqiao.algorithms.roadtags import BARRIER, Means

_BATCH = 100_000
SLACK_M = 50.0
"""Metres a road of the largest part may be farther away than a stranded one and still be taken."""


@dataclass(frozen=True, slots=True, eq=False)
class Spots:
    """Points on the roads of one means, one place in each array a point: ``edge``, ``share`` of the edge behind it
    (0 to 1), and ``gap``, the metres between the point and the road."""

    edge: Ints
    share: Floats
    gap: Floats

    def __len__(self) -> int:
        return len(self.edge)

    def take(self, which: npt.NDArray[np.intp] | slice) -> Spots:
        """Some of the points."""
        return Spots(self.edge[which], self.share[which], self.gap[which])


class _Pieces:
    """Straight pieces on the flat, and the nearest of them to points."""

    def __init__(self, edges: Ints, start: Floats, end: Floats) -> None:
        self.edges, self._start, self._run = edges, start, end - start
        lines: Any = shapely.linestrings(np.stack([start, end], axis=1))
        self._tree = shapely.STRtree(lines)

    def nearest(self, points: Floats) -> tuple[Ints, Floats, Floats]:
        """Place of the nearest piece, share of it, and the nearest point on it."""
        asked, found = self._tree.query_nearest(shapely.points(points), all_matches=False)
        piece = np.empty(len(points), dtype=np.int64)
        piece[asked] = found
        start, run = self._start[piece], self._run[piece]
        square = np.einsum("ij,ij->i", run, run)
        dot = np.einsum("ij,ij->i", points - start, run)
        share = np.clip(np.divide(dot, square, out=np.zeros(len(points)), where=square > 0), 0.0, 1.0)
        return piece, share, start + share[:, None] * run


class Snapper:
    """Nearest edges for one means. ``along`` and ``against`` are ``RoadGraph.millis``, ``matrix`` is ``arcs``."""

    def __init__(self, graph: RoadGraph, means: Means, matrix: Any) -> None:
        self.means = means
        self.along, self.against = graph.millis(means)
        open_to = np.minimum(self.along, self.against) < NEVER
        edges: Ints = np.flatnonzero(open_to & (graph.kind != BARRIER))
        self._middle = (
            float(graph.lon.min() + graph.lon.max()) / 2,
            float(graph.lat.min() + graph.lat.max()) / 2,
        )
        self._shrink = float(np.cos(np.radians(self._middle[1])))
        main = in_largest(graph, matrix, edges)
        self._every = self._pieces(graph, edges)
        self._main = self._every if main.all() else self._pieces(graph, edges[main])
        self._stranded = np.ones(len(graph.tail), dtype=bool)
        self._stranded[edges[main]] = False

    def _pieces(self, graph: RoadGraph, edges: Ints) -> _Pieces:
        ends = [
            self._flat(graph.lon[nodes[edges]], graph.lat[nodes[edges]]) for nodes in (graph.tail, graph.head)
        ]
        return _Pieces(edges, ends[0], ends[1])

    def _flat(self, lon: Array, lat: Array) -> Floats:
        return np.stack([(lon - self._middle[0]) * self._shrink, lat - self._middle[1]], axis=-1)

    def spots(self, lon: Floats, lat: Floats) -> Spots:
        """The place on the means' roads for every point; edge -1 and an endless gap where there is none."""
        found = self._near(self._every, lon, lat)
        if self._main is self._every:
            return found
        which = np.flatnonzero(self._stranded[found.edge] & np.isfinite(found.gap))
        other = self._near(self._main, lon[which], lat[which])
        better = other.gap <= found.gap[which] + SLACK_M
        for mine, others in ((found.edge, other.edge), (found.share, other.share), (found.gap, other.gap)):
            mine[which[better]] = others[better]
        return found

    def _near(self, pieces: _Pieces, lon: Floats, lat: Floats) -> Spots:
        edge, share = np.full(len(lon), -1, dtype=np.int64), np.zeros(len(lon))
        gap = np.full(len(lon), np.inf)
        for at in range(0, len(lon) if len(pieces.edges) else 0, _BATCH):
            part = slice(at, at + _BATCH)
            piece, share[part], on_road = pieces.nearest(self._flat(lon[part], lat[part]))
            edge[part] = pieces.edges[piece]
            there = on_road[:, 0] / self._shrink + self._middle[0], on_road[:, 1] + self._middle[1]
            gap[part] = metres_between(lon[part], lat[part], *there)
        return Spots(edge, share, gap)

    def leaving(self, spots: Spots) -> tuple[Millis, Millis]:
        """Milliseconds from each spot to its edge's tail and to its head."""
        along, against = self.along[spots.edge], self.against[spots.edge]
        return _share_of(against, spots.share), _share_of(along, 1 - spots.share)

    def arriving(self, spots: Spots) -> tuple[Millis, Millis]:
        """Milliseconds from the tail and from the head of each spot's edge to the spot."""
        along, against = self.along[spots.edge], self.against[spots.edge]
        return _share_of(along, spots.share), _share_of(against, 1 - spots.share)

    def between(self, edge: Ints, start: Floats, end: Floats) -> Millis:
        """Milliseconds from one share of an edge to another along that edge alone."""
        took = np.where(end >= start, self.along[edge], self.against[edge])
        return _share_of(took, np.abs(end - start))


def _share_of(took: Millis, share: Floats) -> Millis:
    """A share of a time; nothing at all takes no time, even where the way is closed."""
    part = np.where(took < NEVER, np.rint(took * share), NEVER)
    return np.where(share == 0, 0, part).astype(np.int32)
