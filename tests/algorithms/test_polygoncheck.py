"""Faults of boundaries, each found and said in words; repair only when asked."""

from __future__ import annotations

import pytest
from shapely import MultiPolygon, Polygon, box

from fengqiao.algorithms.pointindex import (
    Fault,
    Finding,
    PolygonIndex,
    Shape,
    check_polygons,
    repair_polygon,
    repaired,
)


def near(x0: float, y0: float, x1: float, y1: float) -> Polygon:
    """A box in units of 0.01 degrees from (116, 39)."""
    return box(116 + x0 / 100, 39 + y0 / 100, 116 + x1 / 100, 39 + y1 / 100)


PARENT = Shape("10", "望河街道", near(0, 0, 2, 1))
LEFT = Shape("101", "东社区", near(0, 0, 1, 1), "10")
RIGHT = Shape("102", "西社区", near(1, 0, 2, 1), "10")


def only(findings: list[Finding], fault: Fault) -> Finding:
    assert [finding.fault for finding in findings] == [fault]
    return findings[0]


def test_a_clean_tiling_has_no_findings() -> None:
    assert check_polygons([PARENT, LEFT, RIGHT]) == []


def test_overlap_between_siblings_with_its_area() -> None:
    wide = Shape("101", "东社区", near(0, 0, 1.5, 1), "10")
    found = only(check_polygons([PARENT, wide, RIGHT]), Fault.OVERLAP)
    assert found.codes == ("101", "102")
    # 0.005 by 0.01 degrees at 39 north: 432.6 m by 1,110 m
    assert found.area_m2 == pytest.approx(480_300, rel=0.005)
    assert "0.48 平方千米" in found.message
    assert "“东社区”（101）" in found.message
    assert found.at is not None
    assert 116.01 < found.at[0] < 116.015


def test_a_parent_over_its_child_is_no_overlap() -> None:
    assert check_polygons([PARENT, Shape("101", "全境", near(0, 0, 2, 1), "10")]) == []


def test_gap_in_the_parent() -> None:
    narrow = Shape("102", "西社区", near(1.2, 0, 2, 1), "10")
    found = only(check_polygons([PARENT, LEFT, narrow]), Fault.GAP)
    assert found.codes == ("10", "101", "102")
    assert "不归任何一个下级" in found.message


def test_gap_enclosed_by_siblings_without_a_parent_boundary() -> None:
    ring = Shape("1", "环", Polygon(near(0, 0, 3, 3).exterior, [near(1, 1, 2, 2).exterior]))
    assert only(check_polygons([ring]), Fault.GAP).codes == ("1",)


def test_outside_the_parent() -> None:
    beyond = Shape("102", "西社区", near(1, 0, 2.1, 1), "10")
    found = only(check_polygons([PARENT, LEFT, beyond]), Fault.OUTSIDE_PARENT)
    assert found.codes == ("102", "10")


def test_swapped_latitude_and_longitude() -> None:
    swapped = Shape("102", "西社区", box(39, 116.01, 39.01, 116.02), "10")
    found = only(check_polygons([PARENT, LEFT, swapped]), Fault.SWAPPED)
    assert "写反" in found.message


def test_swapped_in_the_far_west_where_both_readings_are_degrees() -> None:
    kashgar = Shape("1", "喀什", box(39.4, 75.9, 39.5, 76.0))
    assert only(check_polygons([kashgar]), Fault.SWAPPED).codes == ("1",)


def test_metres_are_told_apart() -> None:
    found = only(
        check_polygons([Shape("1", "甲", box(500_000, 3_400_000, 501_000, 3_401_000))]), Fault.NOT_DEGREES
    )
    assert "坐标系" in found.message


@pytest.mark.parametrize("polygon", [None, Polygon()])
def test_missing(polygon: Polygon | None) -> None:
    only(check_polygons([Shape("1", "甲", polygon)]), Fault.MISSING)


BOW = Polygon([(116, 39), (116.01, 39.01), (116.01, 39), (116, 39.01)])


def test_self_crossing_names_the_place_and_is_repaired_only_when_asked() -> None:
    shapes = [Shape("1", "甲", BOW)]
    found = only(check_polygons(shapes), Fault.CROSSED)
    assert found.at == pytest.approx((116.005, 39.005))
    assert shapes[0].polygon is BOW
    fixed = repaired(shapes)
    assert check_polygons(fixed) == []
    assert isinstance(fixed[0].polygon, MultiPolygon)
    assert PolygonIndex(["1"], [fixed[0].polygon]).locate(116.002, 39.005) == "1"


def test_repair_leaves_sound_shapes_alone() -> None:
    assert repaired([LEFT])[0] is LEFT


def test_repair_refuses_what_has_no_area() -> None:
    with pytest.raises(ValueError, match="没有剩下面积"):
        repair_polygon(Polygon([(0, 0), (1, 1), (2, 2)]))


def test_roundings_below_the_threshold_are_not_reported() -> None:
    hair = Shape("102", "西社区", near(1.000001, 0, 2, 1), "10")
    assert check_polygons([PARENT, LEFT, hair], smallest_m2=2.0) == []
    assert only(check_polygons([PARENT, LEFT, hair], smallest_m2=0.1), Fault.GAP).area_m2 < 2.0


def test_a_broken_area_yields_one_finding_not_three() -> None:
    broken = Shape("102", "西社区", BOW, "10")
    only(check_polygons([PARENT, LEFT, broken]), Fault.CROSSED)
