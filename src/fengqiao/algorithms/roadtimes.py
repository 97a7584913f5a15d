"""Road times from a unit's place to everywhere, kept while it stands, worked out anew when it moves.

Method: E. W. Dijkstra, Numerische Mathematik 1 (1959), 269-271, as scipy.sparse.csgraph has it. A place on an edge is an
extra node with an arc to each end it can reach. One run a move fills one column of a table (nodes by units) of whole
milliseconds; an answer then reads two rows of it (the ends of the call's edge). So look-ups search nothing, and the table
needs no preparation beyond the runs.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from fengqiao.algorithms.roadgraph import NEVER, Ints, Millis, RoadGraph, arcs
from fengqiao.algorithms.roadsnap import Snapper, Spots
from fengqiao.algorithms.roadtags import Means
from fengqiao.algorithms.sentences import sentence

MOST_CELLS = 500_000_000
"""Nodes times units of one table: 2 GB."""
_AT_ONCE = 8_000_000  # distances of one batch of runs, 64 MB


class RoadTimes:
    """Times of one means from ``spots`` to all nodes. Columns are reused; a column nobody holds is NEVER."""

    def __init__(self, graph: RoadGraph, means: Means) -> None:
        self.graph, self._matrix = graph, arcs(graph, means)
        self.snapper = Snapper(graph, means, self._matrix)
        self._backwards: Any = None
        self._by_tail: tuple[Ints, Ints] | None = None
        self.table: Millis = np.full((len(graph), 0), NEVER, dtype=np.int32)
        self.from_ends: Millis = np.full((2, 0), NEVER, dtype=np.int32)
        self.edge: Ints = np.zeros(0, dtype=np.int64)
        self.share = np.zeros(0)

    @property
    def columns(self) -> int:
        """Columns there are."""
        return int(self.table.shape[1])

    def widen(self, columns: int) -> None:
        """Make room for so many columns. Raises ``ValueError`` above MOST_CELLS."""
        if columns <= self.columns:
            return
        size = len(self.graph)
        if size * columns > MOST_CELLS:
            most = MOST_CELLS // size
            raise ValueError(
                sentence(
                    "路网有 %(nodes)s 个点，最多能同时算 %(most)s 个单元，请缩小路网", nodes=size, most=most
                )
            )
        columns = min(max(columns, self.columns * 3 // 2), MOST_CELLS // size)
        wider = np.full((size, columns), NEVER, dtype=np.int32)
        wider[:, : self.columns] = self.table
        more = columns - self.columns
        self.table = wider
        self.from_ends = np.pad(self.from_ends, ((0, 0), (0, more)), constant_values=NEVER)
        self.edge, self.share = (
            np.pad(self.edge, (0, more), constant_values=-1),
            np.pad(self.share, (0, more)),
        )

    def put(self, columns: Ints, spots: Spots) -> None:
        """Place units in ``columns`` (widened before) on their spots."""
        step = max(1, _AT_ONCE // len(self.graph))
        to_tail, to_head = self.snapper.leaving(spots)
        for at in range(0, len(columns), step):
            part = slice(at, at + step)
            self.table[:, columns[part]] = self._runs(spots.edge[part], to_tail[part], to_head[part]).T
        self.edge[columns], self.share[columns] = spots.edge, spots.share
        self.from_ends[0, columns], self.from_ends[1, columns] = to_tail, to_head

    def clear(self, column: int) -> None:
        """Nobody is in the column any more."""
        self.table[:, column] = NEVER
        self.from_ends[:, column] = NEVER
        self.edge[column] = -1

    def _runs(self, edge: Ints, to_tail: Millis, to_head: Millis) -> Millis:
        """One Dijkstra run a spot, from an extra node; its arcs are 1 ms longer because an arc of 0 may be dropped.

        An end that cannot be reached stays NEVER away, and so does what lies behind it: times end there.
        """
        size, count, base = len(self.graph), len(edge), self._matrix
        ends = np.stack([self.graph.tail[edge], self.graph.head[edge]], axis=1).astype(base.indices.dtype)
        took = np.stack([to_tail, to_head], axis=1).astype(np.float64) + 1
        extra = size + np.arange(count, dtype=base.indices.dtype)
        indptr = np.concatenate([base.indptr, base.indptr[-1] + 2 * np.arange(1, count + 1)])
        matrix = csr_matrix(
            (
                np.concatenate([base.data, took.ravel()]),
                np.concatenate([base.indices, ends.ravel()]),
                indptr.astype(base.indptr.dtype),
            ),
            shape=(size + count, size + count),
        )
        found = dijkstra(matrix, indices=extra)[:, :size]
        found -= 1
        millis: Millis = np.minimum(found, NEVER).astype(np.int32)
        return millis

    def reach(self, spots: Spots, columns: Ints) -> Millis:
        """(spots, columns) milliseconds from each unit to each spot, NEVER where no road leads there."""
        from_tail, from_head = self.snapper.arriving(spots)
        tail, head = self.graph.tail[spots.edge], self.graph.head[spots.edge]
        found: Millis = self.table[tail[:, None], columns] + from_tail[:, None]
        np.minimum(found, self.table[head[:, None], columns] + from_head[:, None], out=found)
        row, unit = np.nonzero(spots.edge[:, None] == self.edge[columns])
        if len(row):
            column = columns[unit]
            direct = self.snapper.between(spots.edge[row], self.share[column], spots.share[row])
            found[row, unit] = np.minimum(found[row, unit], direct)
        np.minimum(found, NEVER, out=found)
        return found

    def way_back(self, node: int, column: int) -> list[int]:
        """Nodes of a quickest way from the unit in ``column`` to ``node``, the unit's end first.

        Times are whole numbers, so a node lies on a quickest way exactly when its time and the arc add up.
        """
        if self._backwards is None:
            self._backwards = self._matrix.tocsc()
        back, times = self._backwards, self.table[:, column]
        edge = int(self.edge[column])
        starts = {int(self.graph.tail[edge]): 0, int(self.graph.head[edge]): 1}
        way = [node]
        while node not in starts or times[node] != self.from_ends[starts[node], column]:
            part = slice(back.indptr[node], back.indptr[node + 1])
            before, took = back.indices[part], back.data[part]
            fits = np.flatnonzero(times[before] + took == times[node])
            node = int(before[fits[0]])
            way.append(node)
        return way[::-1]

    def metres_along(self, way: list[int]) -> float:
        """Metres of a way of nodes, by its quickest edges."""
        graph, snapper = self.graph, self.snapper
        if self._by_tail is None:
            self._by_tail = np.argsort(graph.tail, kind="stable"), np.argsort(graph.head, kind="stable")
        first, second = self._by_tail
        metres = 0.0
        for start, end in pairwise(way):
            there = _at(graph.tail, first, start)
            there = there[graph.head[there] == end]
            back = _at(graph.head, second, start)
            back = back[graph.tail[back] == end]
            edges = np.concatenate([there, back])
            took = np.concatenate([snapper.along[there], snapper.against[back]])
            metres += float(graph.metres[edges[int(np.argmin(took))]])
        return metres


def _at(column: Any, order: Ints, node: int) -> Ints:
    """Edges whose ``column`` is ``node``, by its sorted order."""
    low, high = np.searchsorted(column, [node, node + 1], sorter=order)
    return order[low:high]
