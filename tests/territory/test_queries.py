"""Point to grid, community and beat; the line above an area."""

from __future__ import annotations

import random

import pytest

from fengqiao.lib.errors import Refusal
from fengqiao.territory.actions import set_boundary
from fengqiao.territory.choices import Rank
from fengqiao.territory.coordinates import coordinates_in, coordinates_out
from fengqiao.territory.index import codes_at, outlines
from fengqiao.territory.models import Area, BeatGrid, Boundary
from fengqiao.territory.queries import (
    ancestors,
    area_at_rank,
    area_choices,
    beat_of,
    beats_over,
    locate,
    locate_many,
)
from tests.cast import NOW, Cast


def test_a_point_has_its_grid_and_beat(cast: Cast) -> None:
    spot = locate(30.02, 120.02)
    assert (spot.area, spot.grid, spot.beat) == (
        cast.areas["grid1"],
        cast.areas["grid1"],
        cast.beats["beat1"],
    )
    assert not spot.unplaced


def test_a_point_on_an_edge_belongs_to_the_grid_whose_code_sorts_first(cast: Cast) -> None:
    assert locate(30.05, 120.02).area == cast.areas["grid1"]  # between grids 01 and 02
    assert locate(30.07, 120.05).area == cast.areas["grid2"]  # between grid 02 and the village's 03
    assert locate(30.05, 120.05).area == cast.areas["grid1"]  # where three meet


def test_a_point_no_grid_covers_goes_to_the_smallest_area_that_does(cast: Cast) -> None:
    Boundary.objects.filter(area=cast.areas["grid3"]).delete()
    spot = locate(30.05, 120.07)
    assert (spot.area, spot.grid, spot.beat, spot.unplaced) == (cast.areas["village"], None, None, False)


def test_a_point_outside_everything_is_unplaced_under_the_root(cast: Cast) -> None:
    spot = locate(31.0, 121.0)
    assert (spot.area, spot.grid, spot.unplaced) == (cast.areas["county"], None, True)


@pytest.mark.parametrize(("lat", "lon"), [(120.0, 30.0), (91.0, 10.0), (float("nan"), 120.0), (30.0, 181.0)])
def test_numbers_that_are_no_place_are_refused(cast: Cast, lat: float, lon: float) -> None:
    with pytest.raises(Refusal) as found:
        locate(lat, lon)
    assert found.value.code == "bad_point"
    if lat == 120.0:
        assert "写反" in found.value.message


def test_the_index_follows_a_changed_outline_at_once(cast: Cast) -> None:
    assert locate(30.02, 120.02).area == cast.areas["grid1"]
    box = {
        "type": "Polygon",
        "coordinates": [[[120.0, 30.0], [120.01, 30.0], [120.01, 30.05], [120.0, 30.05], [120.0, 30.0]]],
    }
    set_boundary(cast.areas["grid1"], box, by=cast.actor("admin"))
    assert locate(30.02, 120.02).area == cast.areas["community"]


def test_many_points_cost_as_many_queries_as_one(cast: Cast, django_assert_max_num_queries: object) -> None:
    points = [(30.01 + n / 1000, 120.01) for n in range(60)] + [(31.0, 121.0)]
    with django_assert_max_num_queries(5):  # type: ignore[operator]
        found = locate_many(points)
    assert len(found) == 61
    assert {s.area.code for s in found[:-1]} == {"99010000100101", "99010000100102"}
    assert found[-1].unplaced


def test_beats_over_grids_communities_and_the_first_by_code_where_none_is_main(cast: Cast) -> None:
    assert beat_of(cast.areas["grid3"]) == cast.beats["beat2"]
    assert beat_of(cast.areas["other_grid"]) is None
    BeatGrid.objects.create(beat=cast.beats["beat2"], grid=cast.areas["grid1"], main=False)
    assert beats_over(cast.areas["community"]) == [cast.beats["beat1"], cast.beats["beat2"]]
    BeatGrid.objects.filter(grid=cast.areas["grid1"]).update(main=False)
    assert beat_of(cast.areas["grid1"]) == cast.beats["beat1"]


def test_the_line_above_an_area(cast: Cast) -> None:
    grid = cast.areas["grid3"]
    assert [a.name for a in ancestors(grid)] == ["柳溪区", "望河街道", "上柳村", "上柳 03 网格"]
    assert area_at_rank(grid, "street") == cast.areas["street"]
    assert area_at_rank(grid, "community") is None


def test_choices_are_a_tree_of_what_one_may_see(cast: Cast) -> None:
    mine = area_choices(cast.actor("officer").scope)
    assert [a.name for a in mine] == ["锦澜 01 网格", "锦澜 02 网格"]
    names = [a.name for a in area_choices(cast.actor("head").scope)]
    assert names.index("柳溪区") < names.index("锦澜社区") < names.index("锦澜 01 网格")
    assert area_choices(cast.actor("nobody").scope) == []
    assert area_choices(cast.actor("head").scope, ranks=["street"]) == [
        cast.areas["street"],
        cast.areas["other_street"],
    ]


@pytest.mark.parametrize("system", ["gcj02", "BD-09", "CGCS2000", "EPSG:4549"])
def test_coordinates_come_in_and_go_out_again(system: str) -> None:
    there = coordinates_out(30.02, 120.02, system)
    back = coordinates_in(*there, system)
    assert back == pytest.approx((30.02, 120.02), abs=1e-6)


def test_an_unknown_system_is_refused_in_words() -> None:
    with pytest.raises(Refusal) as found:
        coordinates_in(30.0, 120.0, "mars")
    assert found.value.code == "bad_system"


@pytest.mark.django_db
def test_a_hundred_thousand_points_find_their_grids_among_a_thousand() -> None:
    street = Area.objects.create(rank=Rank.STREET, code="990100001", name="街道")
    n, step = 32, 0.003
    for row in range(n):
        for column in range(n):
            west, south = 120 + column * step, 30 + row * step
            area = Area.objects.create(
                parent=street, rank=Rank.GRID, code=f"G{row:02d}{column:02d}", name="网格"
            )
            ring = [
                [west, south],
                [west + step, south],
                [west + step, south + step],
                [west, south + step],
                [west, south],
            ]
            Boundary.objects.create(
                area=area, geometry={"type": "Polygon", "coordinates": [ring]}, min_lon=west, min_lat=south,
                max_lon=west + step, max_lat=south + step, valid_from=NOW.date(),
            )  # fmt: skip
    outlines()
    seeded = random.Random(7)
    lons = [120 + seeded.random() * n * step for _ in range(100_000)]
    lats = [30 + seeded.random() * n * step for _ in range(100_000)]
    codes = codes_at(lons, lats)
    for k in range(0, 100_000, 9973):
        row, column = int((lats[k] - 30) / step), int((lons[k] - 120) / step)
        assert codes[k] == f"G{row:02d}{column:02d}"
    assert None not in codes
