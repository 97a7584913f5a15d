"""The road graph: junctions and bends as nodes, straight pieces of road as edges, as plain arrays.

Coordinates are WGS-84 degrees, lengths metres along the great circle, times whole milliseconds: sums of whole numbers are
exact in any order, so two ways to work out the same road time agree to the last digit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from fengqiao.algorithms.coords import System, convert
from fengqiao.algorithms.distance import EARTH_RADIUS
from fengqiao.algorithms.roadtags import BARRIER, BIT, CLASSES, TOLD_SPEED, Means
from fengqiao.algorithms.sentences import sentence

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Millis = npt.NDArray[np.int32]
Array = npt.NDArray[Any]

NEVER = 2**30 - 1
"""Milliseconds that stand for "not at all" (12.4 days; twice that fits into 32 bits); no trip is longer."""
MOST_NODES = 20_000_000


@dataclass(frozen=True, slots=True, eq=False)
class RoadGraph:
    """``lon``, ``lat`` of each node (degrees); for each edge ``tail``, ``head`` (nodes), ``kind`` (place in CLASSES),
    ``ways`` (bits of the means along the drawing, and against it four bits higher), ``maxspeed`` (km/h, 0 unknown) and
    ``metres``. Raises ``ValueError`` for arrays that do not fit together."""

    lon: Floats
    lat: Floats
    tail: Array
    head: Array
    kind: Array
    ways: Array
    maxspeed: Array
    metres: Array

    def __post_init__(self) -> None:
        nodes, edges = len(self.lon), len(self.tail)
        parts = (self.head, self.kind, self.ways, self.maxspeed, self.metres)
        if len(self.lat) != nodes or any(len(part) != edges for part in parts):
            raise ValueError(sentence("路网的各列长短不一"))
        if not nodes or not edges or nodes > MOST_NODES:
            raise ValueError(sentence("路网里没有路，或者大得不正常"))
        convert(self.lon, self.lat, System.WGS84)
        if max(int(self.tail.max()), int(self.head.max())) >= nodes or int(self.kind.max()) >= len(CLASSES):
            raise ValueError(sentence("路网里有指向不存在的点或道路等级的边"))
        if min(int(self.tail.min()), int(self.head.min())) < 0:
            raise ValueError(sentence("路网里有指向不存在的点或道路等级的边"))
        if not np.isfinite(self.metres).all() or self.metres.min() < 0:
            raise ValueError(sentence("路网里有长度不对的边"))

    def __len__(self) -> int:
        return len(self.lon)

    def millis(self, means: Means) -> tuple[Millis, Millis]:
        """Milliseconds each edge takes along its drawing and against it; NEVER where the means may not."""
        table = np.array([one.speed(means) or TOLD_SPEED[means] for one in CLASSES])
        speed = table[self.kind]
        if means is Means.CAR:
            speed = np.where(self.maxspeed > 0, np.minimum(speed, self.maxspeed), speed)
        took = np.clip(np.rint(self.metres / speed * 3600), 1, NEVER - 1).astype(np.int32)
        bit = BIT[means]
        along = np.where(self.ways & bit, took, NEVER).astype(np.int32)
        against = np.where(self.ways & (bit << 4), took, NEVER).astype(np.int32)
        return along, against


def metres_between(lon_a: Array, lat_a: Array, lon_b: Array, lat_b: Array) -> Floats:
    """Great-circle metres between points in degrees, as ``distance.distance_m`` for arrays."""
    a, b = np.radians(lat_a), np.radians(lat_b)
    half_lat, half_lon = (b - a) / 2, np.radians(np.asarray(lon_b) - lon_a) / 2
    share = np.sin(half_lat) ** 2 + np.cos(a) * np.cos(b) * np.sin(half_lon) ** 2
    found: Floats = 2 * EARTH_RADIUS * np.arcsin(np.sqrt(np.minimum(1.0, share)))
    return found


def arcs(graph: RoadGraph, means: Means) -> Any:
    """The means' directed graph as a sparse matrix of milliseconds; of arcs between the same nodes the quickest."""
    along, against = graph.millis(means)
    first, second = along < NEVER, against < NEVER
    rows = np.concatenate([graph.tail[first], graph.head[second]]).astype(np.int64)
    columns = np.concatenate([graph.head[first], graph.tail[second]]).astype(np.int64)
    took = np.concatenate([along[first], against[second]])
    order = np.lexsort((took, columns, rows))
    rows, columns, took = rows[order], columns[order], took[order]
    fresh = np.ones(len(rows), dtype=bool)
    fresh[1:] = (rows[1:] != rows[:-1]) | (columns[1:] != columns[:-1])
    fresh &= rows != columns
    size = len(graph)
    return csr_matrix((took[fresh].astype(np.float64), (rows[fresh], columns[fresh])), shape=(size, size))


def in_largest(graph: RoadGraph, matrix: Any, edges: Ints) -> npt.NDArray[np.bool_]:
    """Which of ``edges`` have both ends in the largest part of ``arcs`` within which every point reaches every other, by
    metres of these edges."""
    return _parts(graph, matrix, edges)[0]


def _parts(graph: RoadGraph, matrix: Any, edges: Ints) -> tuple[npt.NDArray[np.bool_], int]:
    """``in_largest``, and how many parts the ends of the edges fall into."""
    if not len(edges):
        return np.zeros(0, dtype=bool), 0
    _count, label = connected_components(matrix, directed=True, connection="strong")
    tail, head = label[graph.tail[edges]], label[graph.head[edges]]
    inside = tail == head
    held = np.bincount(tail[inside], weights=graph.metres[edges][inside], minlength=1)
    return inside & (tail == np.argmax(held)), len(np.unique(np.concatenate([tail, head])))


@dataclass(frozen=True, slots=True)
class MeansSummary:
    """What one means finds: kilometres open to it, and the share of them in the largest part within which every point
    reaches every other (strongly connected, edges with both ends in it)."""

    means: Means
    kilometres: float
    largest_share: float
    parts: int


@dataclass(frozen=True, slots=True)
class RoadSummary:
    """Size of a graph and how well it hangs together, for each means."""

    nodes: int
    edges: int
    kilometres: float
    means: tuple[MeansSummary, ...]


def summary(graph: RoadGraph) -> RoadSummary:
    """Nodes, edges, kilometres and the largest connected component of each means."""
    each = tuple(_means_summary(graph, means) for means in Means)
    return RoadSummary(len(graph), len(graph.tail), float(graph.metres.sum(dtype=np.float64)) / 1000, each)


def _means_summary(graph: RoadGraph, means: Means) -> MeansSummary:
    bit = BIT[means]
    edges = np.flatnonzero(((graph.ways & (bit | bit << 4)) > 0) & (graph.kind != BARRIER))
    largest, parts = _parts(graph, arcs(graph, means), edges)
    metres = graph.metres[edges].astype(np.float64)
    whole = float(metres.sum())
    share = float(metres[largest].sum()) / whole if whole else 0.0
    return MeansSummary(means, whole / 1000, share, parts)
