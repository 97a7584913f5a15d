"""The gazetteer follows the ground."""

from __future__ import annotations

import pytest

from fengqiao.lib import clock
from fengqiao.territory.actions import add_place, change_place, end_area, rename_area
from fengqiao.territory.actions.places import PlaceDraft
from fengqiao.territory.queries import gazetteer
from tests.cast import Cast


def found(text: str) -> list[str]:
    return [c.entry_id for c in gazetteer().find(text)]


def test_places_and_areas_are_found_by_their_ids(cast: Cast) -> None:
    assert found("锦澜苑楼上漏水")[0] == f"place:{cast.places['jinlan'].pk}"
    assert f"area:{cast.areas['village'].pk}" in found("上柳村口路灯坏了")
    assert found("哪里都没有说") == []


def test_a_new_a_renamed_and_a_changed_place_are_found_at_once(cast: Cast) -> None:
    assert found("清波菜场门口打架") == []
    place = add_place(
        PlaceDraft("清波菜场", aliases=("大菜场",), lat=30.02, lon=120.02), by=cast.actor("head")
    )
    assert found("清波菜场门口打架") == [f"place:{place.pk}"]
    assert found("大菜场门口打架") == [f"place:{place.pk}"]
    change_place(place, PlaceDraft("碧波菜场", lat=30.02, lon=120.02), by=cast.actor("head"))
    assert found("清波菜场门口打架") == []
    assert found("碧波菜场门口打架") == [f"place:{place.pk}"]
    rename_area(cast.areas["village"], by=cast.actor("head"), name="下柳村")
    assert found("下柳村有人吵架") == [f"area:{cast.areas['village'].pk}"]


def test_what_ended_is_not_proposed(cast: Cast) -> None:
    assert f"area:{cast.areas['grid3'].pk}" in found("上柳 03 网格有事")
    end_area(cast.areas["grid3"], by=cast.actor("head"), reason="合并")
    assert f"area:{cast.areas['grid3'].pk}" not in found("上柳 03 网格有事")


def test_it_is_kept_while_nothing_changes(cast: Cast, django_assert_num_queries: object) -> None:
    first = gazetteer()
    with django_assert_num_queries(3):  # type: ignore[operator]
        assert gazetteer() is first


@pytest.mark.django_db
def test_an_empty_ground_has_no_names() -> None:
    with clock.at(clock.now()):
        assert len(gazetteer()) == 0
