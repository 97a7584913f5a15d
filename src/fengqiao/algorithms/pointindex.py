"""Which area a point lies in: exact answers from polygons, found through a tree.

``PolygonIndex`` finds candidates by bounding box (shapely's STRtree) and decides each with GEOS's exact
predicate; areas are never assigned by raster or hexagon. Coordinates are WGS-84 degrees, longitude first.

On-edge rule: a point on an edge or corner belongs to every polygon that has the edge; of those, the polygon
with the smallest id (the code that sorts first) is the answer. So each point of a gapless tiling has one
owner, the same in every run and order of loading.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Generic, TypeVar

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely import MultiPolygon, Polygon

from fengqiao.algorithms.polygoncheck import (
    Fault,
    Finding,
    Shape,
    check_polygons,
    repair_polygon,
    repaired,
)

__all__ = ["Fault", "Finding", "PolygonIndex", "Shape", "check_polygons", "repair_polygon", "repaired"]

K = TypeVar("K", str, int)
_NOWHERE = -1
_BATCH = 200_000  # points a pass: bounds the memory of the candidate pairs


class PolygonIndex(Generic[K]):
    """An index over polygons with unique ids (all texts or all whole numbers).

    Raises ``ValueError`` for ids that repeat and for polygons that are missing, empty or self-crossing: such
    a shape has no certain inside; check and repair it first (``check_polygons``, ``repair_polygon``).
    """

    def __init__(self, ids: Sequence[K], polygons: Sequence[Polygon | MultiPolygon]) -> None:
        if len(ids) != len(polygons):
            raise ValueError(f"编号有 {len(ids)} 个，边界有 {len(polygons)} 个，个数要一样")
        order = sorted(range(len(ids)), key=lambda n: ids[n])
        self.ids: tuple[K, ...] = tuple(ids[n] for n in order)
        _refuse_repeats(self.ids)
        shapes = np.empty(len(order), dtype=object)
        shapes[:] = [polygons[n] for n in order]
        _refuse_unusable(self.ids, shapes)
        self._polygons = shapes
        shapely.prepare(self._polygons)
        self._tree = shapely.STRtree(self._polygons)
        self._answers = np.empty(len(order) + 1, dtype=object)
        self._answers[:-1] = self.ids  # the last entry stays None and answers position -1

    def __len__(self) -> int:
        return len(self.ids)

    def locate(self, lon: float, lat: float) -> K | None:
        """The id of the polygon that holds the point, or ``None`` outside all of them."""
        found: K | None = self.locate_many([lon], [lat])[0]
        return found

    def locate_many(self, lons: ArrayLike, lats: ArrayLike) -> NDArray[Any]:
        """An object array of ids, ``None`` where no polygon holds the point."""
        answers: NDArray[Any] = self._answers[self.positions(lons, lats)]
        return answers

    def positions(self, lons: ArrayLike, lats: ArrayLike) -> NDArray[np.int64]:
        """As ``locate_many``, as positions in ``self.ids`` (-1 for nowhere): for counting at scale.

        Raises ``ValueError`` for coordinates that are not finite numbers.
        """
        x, y = _checked(lons, lats)
        best = np.full(x.size, _NOWHERE, dtype=np.int64)
        for start in range(0, x.size, _BATCH):
            part = slice(start, start + _BATCH)
            best[part] = self._positions(x[part], y[part])
        return best

    def _positions(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.int64]:
        points, candidates = self._tree.query(shapely.points(x, y))
        order = np.argsort(candidates, kind="stable")  # one polygon after the other: kinder to the cache
        points, candidates = points[order], candidates[order]
        holds = shapely.intersects_xy(self._polygons[candidates], x[points], y[points])
        best = np.full(x.size, len(self.ids), dtype=np.int64)
        np.minimum.at(best, points[holds], candidates[holds])
        best[best == len(self.ids)] = _NOWHERE
        return best

    def holders(self, lon: float, lat: float) -> tuple[K, ...]:
        """Every polygon that holds the point, in order of id: more than one on an edge or in an overlap."""
        x, y = _checked([lon], [lat])
        candidates = np.sort(self._tree.query(shapely.points(x[0], y[0])))
        hits = shapely.intersects_xy(self._polygons[candidates], x[0], y[0])
        return tuple(self.ids[n] for n in candidates[hits])

    def nearest(self, lon: float, lat: float) -> K | None:
        """The polygon closest by degrees (0 inside); ``None`` only for an empty index.

        At equal distance the smallest id. For a proposal ("just outside this grid"), never for an assignment.
        """
        if not self.ids:
            return None
        x, y = _checked([lon], [lat])
        found = self._tree.query_nearest(shapely.points(x[0], y[0]), all_matches=True)
        return self.ids[int(found.min())]


def _checked(lons: ArrayLike, lats: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    x = np.atleast_1d(np.asarray(lons, dtype=np.float64)).ravel()
    y = np.atleast_1d(np.asarray(lats, dtype=np.float64)).ravel()
    if x.size != y.size:
        raise ValueError(f"经度有 {x.size} 个，纬度有 {y.size} 个，个数要一样")
    bad = ~(np.isfinite(x) & np.isfinite(y))
    if bad.any():
        raise ValueError(f"第 {int(np.argmax(bad)) + 1} 个点的坐标是空的或不是数字")
    return x, y


def _refuse_repeats(ids: Sequence[object]) -> None:
    for before, after in pairwise(ids):
        if before == after:
            raise ValueError(f"编号 {after} 出现了两次")


def _refuse_unusable(ids: Sequence[object], shapes: NDArray[Any]) -> None:
    missing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    flat = np.isin(shapely.get_type_id(shapes), (3, 6))  # polygon, multipolygon
    crossed = ~shapely.is_valid(shapes)
    for name, bad in (("没有边界", missing), ("的边界不是面", ~flat), ("的边界自己交叉", crossed)):
        if bad.any():
            raise ValueError(f"{ids[int(np.argmax(bad))]} {name}，请先检查并修好")
