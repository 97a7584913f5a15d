"""Point in area: exact, one owner on edges, fast enough."""

from __future__ import annotations

import time

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, Polygon, box

from fengqiao.algorithms.pointindex import PolygonIndex


def squares(side: int, size: float = 0.01) -> PolygonIndex[str]:
    ids = [f"{row:02}{column:02}" for row in range(side) for column in range(side)]
    boxes = [
        box(116 + c * size, 39 + r * size, 116 + (c + 1) * size, 39 + (r + 1) * size)
        for r in range(side)
        for c in range(side)
    ]
    return PolygonIndex(ids, boxes)


def test_inside_and_outside() -> None:
    index = squares(3)
    assert index.locate(116.005, 39.025) == "0200"
    assert index.locate(115.999, 39.005) is None


def test_on_an_edge_the_smallest_code_wins_whatever_the_order_of_loading() -> None:
    left, right, above = box(0, 0, 1, 1), box(1, 0, 2, 1), box(0, 1, 2, 2)
    for order in ([0, 1, 2], [2, 1, 0], [1, 2, 0]):
        index = PolygonIndex([["b", "a", "c"][n] for n in order], [[left, right, above][n] for n in order])
        assert index.locate(1.0, 0.5) == "a"
        assert index.locate(0.5, 1.0) == "b"
        assert index.locate(1.0, 1.0) == "a"
        assert index.holders(1.0, 1.0) == ("a", "b", "c")
        assert index.locate(2.0, 2.0) == "c"


def test_numbers_sort_as_numbers() -> None:
    index = PolygonIndex([10, 9], [box(0, 0, 1, 1), box(1, 0, 2, 1)])
    assert index.locate(1.0, 0.5) == 9


def test_holes_and_islands() -> None:
    ring = Polygon(box(0, 0, 9, 9).exterior, [box(3, 3, 6, 6).exterior])
    two = MultiPolygon([box(4, 4, 5, 5), box(20, 20, 21, 21)])
    index = PolygonIndex(["ring", "two"], [ring, two])
    assert index.locate(3.5, 3.5) is None
    assert index.locate(4.5, 4.5) == "two"
    assert index.locate(20.5, 20.5) == "two"
    assert index.locate(3.0, 4.0) == "ring"


@given(
    st.integers(0, 10_000), st.lists(st.tuples(st.floats(-1, 11), st.floats(-1, 11)), min_size=1, max_size=30)
)
def test_agrees_with_trying_every_polygon(seed: int, points: list[tuple[float, float]]) -> None:
    rng = np.random.default_rng(seed)
    shapes = [
        shapely.convex_hull(shapely.multipoints(rng.uniform(0, 10, 2) + rng.uniform(-2, 2, (6, 2))))
        for _ in range(12)
    ]
    kept = [shape for shape in shapes if isinstance(shape, Polygon)]
    index = PolygonIndex(list(range(len(kept))), kept)
    answers = index.locate_many([p[0] for p in points], [p[1] for p in points])
    for point, answer in zip(points, answers, strict=True):
        expected = next((n for n, shape in enumerate(kept) if shape.intersects(Point(point))), None)
        assert answer == expected


def test_a_tiling_gives_every_point_exactly_one_owner() -> None:
    index = squares(10)
    steps = np.round(np.arange(0, 21) * 0.005, 3)
    lon, lat = (grid.ravel() for grid in np.meshgrid(116 + steps, 39 + steps))
    assert all(answer is not None for answer in index.locate_many(lon, lat))


def test_positions_count_at_scale() -> None:
    index = squares(4)
    found = index.positions([116.005, 0.0, 116.035], [39.005, 0.0, 39.035])
    assert [index.ids[n] if n >= 0 else None for n in found] == ["0000", None, "0303"]


def test_nearest() -> None:
    index = squares(2)
    assert index.nearest(115.0, 39.005) == "0000"
    assert index.nearest(116.0101, 39.005) == "0001"
    assert PolygonIndex[str]([], []).nearest(1.0, 1.0) is None


def test_an_empty_index_knows_nowhere() -> None:
    assert PolygonIndex[str]([], []).locate(1.0, 1.0) is None


def test_one_hundred_thousand_points_into_one_thousand_polygons() -> None:
    index = squares(32)
    rng = np.random.default_rng(0)
    lon, lat = rng.uniform(116, 116.32, 100_000), rng.uniform(39, 39.32, 100_000)
    begun = time.process_time()
    answers = index.locate_many(lon, lat)
    assert time.process_time() - begun <= 2.0
    rows, columns = ((lat - 39) / 0.01).astype(int), ((lon - 116) / 0.01).astype(int)
    assert (
        sum(answers == np.char.add(np.char.zfill(rows.astype(str), 2), np.char.zfill(columns.astype(str), 2)))
        > 99_990
    )


BOW = Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])


@pytest.mark.parametrize(
    ("ids", "polygons", "words"),
    [
        (["a", "a"], [box(0, 0, 1, 1), box(1, 0, 2, 1)], "两次"),
        (["a"], [BOW], "自己交叉"),
        (["a"], [Polygon()], "没有边界"),
        (["a"], [None], "没有边界"),
        (["a"], [Point(0, 0)], "不是面"),
        (["a", "b"], [box(0, 0, 1, 1)], "个数"),
    ],
)
def test_unusable_polygons_are_refused(ids: list[str], polygons: list[Polygon], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        PolygonIndex(ids, polygons)


def test_unusable_points_are_refused() -> None:
    index = squares(2)
    with pytest.raises(ValueError, match="第 2 个点"):
        index.locate_many([116.0, float("nan")], [39.0, 39.0])
    with pytest.raises(ValueError, match="个数"):
        index.locate_many([116.0], [39.0, 39.0])
