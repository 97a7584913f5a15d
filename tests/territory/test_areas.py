"""Areas, dated outlines, beats: what each verb does, and for whom it does nothing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from fengqiao.accounts.scope import RESIDENT, SYSTEM
from fengqiao.audit.models import Entry
from fengqiao.lib import clock
from fengqiao.lib.errors import NotAllowed, OutOfReach, Refusal
from fengqiao.territory.actions import (
    add_area,
    cover_grid,
    end_area,
    make_beat,
    move_area,
    rename_area,
    rename_beat,
    set_boundary,
    uncover_grid,
)
from fengqiao.territory.models import Area, BeatGrid, Boundary
from fengqiao.territory.queries import beat_of, locate
from tests.cast import NOW, Cast


def box(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def last() -> Entry:
    return Entry.objects.order_by("-id")[0]


def test_an_area_is_added_under_its_parent_and_written_down(cast: Cast) -> None:
    area = add_area(
        by=cast.actor("admin"),
        code="99010000100103",
        name="锦澜 03 网格",
        rank="grid",
        parent=cast.areas["community"],
    )
    assert area.path == f"{cast.areas['community'].path}{area.pk}/"
    assert (last().verb, last().object_id, last().actor_id) == (
        "area.added",
        str(area.pk),
        cast.people["admin"].pk,
    )


def test_a_code_in_use_and_a_rank_that_does_not_fit_are_refused(cast: Cast) -> None:
    with pytest.raises(Refusal) as found:
        add_area(
            by=cast.actor("head"), code="990100001", name="另一个", rank="grid", parent=cast.areas["county"]
        )
    assert found.value.code == "taken"
    with pytest.raises(Refusal) as found:
        add_area(
            by=cast.actor("head"),
            code="X1",
            name="街道之下的街道",
            rank="street",
            parent=cast.areas["street"],
        )
    assert found.value.code == "wrong_rank"
    with pytest.raises(Refusal):
        add_area(by=cast.actor("head"), code="", name="没有编码", rank="grid", parent=cast.areas["community"])


def test_a_rename_keeps_the_code(cast: Cast) -> None:
    area = rename_area(cast.areas["grid1"], by=cast.actor("admin"), name="锦澜一网格")
    assert (area.name, area.code) == ("锦澜一网格", "99010000100101")
    assert last().data == {"before": "锦澜 01 网格", "after": "锦澜一网格"}
    with pytest.raises(Refusal):
        rename_area(area, by=cast.actor("admin"), name="  ")


def test_a_moved_area_takes_everything_below_along(cast: Cast) -> None:
    move_area(cast.areas["village"], by=cast.actor("head"), parent=cast.areas["other_street"])
    grid = Area.objects.get(pk=cast.areas["grid3"].pk)
    village = Area.objects.get(pk=cast.areas["village"].pk)
    assert village.path == f"{cast.areas['other_street'].path}{village.pk}/"
    assert grid.path == f"{village.path}{grid.pk}/"
    assert Area.objects.get(pk=cast.areas["grid1"].pk).path == cast.areas["grid1"].path


def test_an_area_cannot_move_into_itself_or_under_a_lower_rank(cast: Cast) -> None:
    with pytest.raises(Refusal) as found:
        move_area(cast.areas["street"], by=cast.actor("head"), parent=cast.areas["village"])
    assert found.value.code == "circle"
    with pytest.raises(Refusal) as found:
        move_area(cast.areas["village"], by=cast.actor("head"), parent=cast.areas["other_grid"])
    assert found.value.code == "wrong_rank"


def test_a_village_may_hang_under_a_community(cast: Cast) -> None:
    village = move_area(cast.areas["village"], by=cast.actor("head"), parent=cast.areas["community"])
    assert village.path.startswith(cast.areas["community"].path)


def test_an_ended_area_ends_its_outline_and_beats(cast: Cast) -> None:
    grid = cast.areas["grid3"]
    end_area(grid, by=cast.actor("head"), reason="并入 02 网格")
    assert Boundary.objects.get(area=grid).valid_to == date(2026, 3, 11)
    assert not BeatGrid.objects.filter(grid=grid, valid_to__isnull=True).exists()
    assert locate(30.05, 120.07).area == cast.areas["village"]


def test_the_root_and_an_area_with_others_below_do_not_end(cast: Cast) -> None:
    for key, code in (("county", "root"), ("village", "has_children")):
        with pytest.raises(Refusal) as found:
            end_area(cast.areas[key], by=cast.actor("head"), reason="试")
        assert found.value.code == code
    with pytest.raises(Refusal):
        end_area(cast.areas["grid3"], by=cast.actor("head"), on=date(2027, 1, 1), reason="试")


def test_a_changed_outline_ends_the_old_one_and_an_unchanged_one_is_left(cast: Cast) -> None:
    grid = cast.areas["grid1"]
    same = box(120.0, 30.0, 120.05, 30.05)
    turned = {"type": "Polygon", "coordinates": [[*same["coordinates"][0][2:], *same["coordinates"][0][1:3]]]}
    before = Boundary.objects.get(area=grid)
    assert set_boundary(grid, same, by=cast.actor("admin")) == before
    assert set_boundary(grid, turned, by=cast.actor("admin")) == before
    new = set_boundary(grid, box(120.0, 30.0, 120.04, 30.05), by=cast.actor("admin"), source="测绘 2026")
    before.refresh_from_db()
    assert (before.valid_to, new.valid_from, new.valid_to) == (date(2026, 3, 11), date(2026, 3, 11), None)
    assert (new.max_lon, new.source) == (120.04, "测绘 2026")
    with clock.at(NOW + timedelta(days=3)):
        set_boundary(grid, same, by=cast.actor("admin"))
    assert list(Boundary.objects.filter(area=grid).order_by("id").values_list("valid_to", flat=True)) == [
        date(2026, 3, 11), date(2026, 3, 14), None,
    ]  # fmt: skip


def test_ground_a_neighbour_has_is_refused_or_cut_on_request(cast: Cast) -> None:
    wide = box(120.0, 30.0, 120.05, 30.06)
    with pytest.raises(Refusal) as found:
        set_boundary(cast.areas["grid1"], wide, by=cast.actor("admin"))
    assert found.value.code == "overlap"
    assert "重叠" in found.value.message
    drawn = set_boundary(cast.areas["grid1"], wide, by=cast.actor("admin"), repair=True)
    assert drawn.max_lat == pytest.approx(30.05)


def test_a_crossing_is_refused_or_mended_on_request(cast: Cast) -> None:
    bow = {
        "type": "Polygon",
        "coordinates": [[[120.0, 30.0], [120.04, 30.04], [120.04, 30.0], [120.0, 30.04], [120.0, 30.0]]],
    }
    with pytest.raises(Refusal) as found:
        set_boundary(cast.areas["grid1"], bow, by=cast.actor("admin"))
    assert found.value.code == "crossed"
    drawn = set_boundary(cast.areas["grid1"], bow, by=cast.actor("admin"), repair=True)
    assert drawn.geometry["type"] == "MultiPolygon"


@pytest.mark.parametrize(
    "geometry",
    [
        {},
        {"type": "Point", "coordinates": [120.0, 30.0]},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [[[1]]]},
        {"type": "Nonsense"},
    ],
)
def test_what_is_no_outline_is_refused(cast: Cast, geometry: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as found:
        set_boundary(cast.areas["grid1"], geometry, by=cast.actor("admin"))
    assert found.value.code == "bad_geometry"


def test_an_outline_from_another_map_comes_in_as_wgs84(cast: Cast) -> None:
    from fengqiao.territory.coordinates import coordinates_out

    corners = [(30.0, 120.0), (30.0, 120.04), (30.05, 120.04), (30.05, 120.0), (30.0, 120.0)]
    ring = [list(reversed(coordinates_out(lat, lon, "gcj02"))) for lat, lon in corners]
    drawn = set_boundary(
        cast.areas["grid1"],
        {"type": "Polygon", "coordinates": [ring]},
        by=cast.actor("admin"),
        system="gcj02",
    )
    assert (drawn.min_lon, drawn.max_lat) == pytest.approx((120.0, 30.05), abs=1e-6)


def test_a_beat_covers_grids_and_one_is_main(cast: Cast) -> None:
    beat = make_beat(
        by=cast.actor("admin"),
        code="BEAT9",
        name="第 9 警务区",
        area=cast.areas["street"],
        grids=[cast.areas["grid1"]],
    )
    assert beat_of(cast.areas["grid1"]) == cast.beats["beat1"]  # it had one
    cover_grid(beat, cast.areas["grid1"], by=cast.actor("admin"), main=True)
    assert beat_of(cast.areas["grid1"]) == beat
    assert BeatGrid.objects.filter(grid=cast.areas["grid1"], valid_to__isnull=True).count() == 2
    uncover_grid(beat, cast.areas["grid1"], by=cast.actor("admin"))
    assert beat_of(cast.areas["grid1"]) == cast.beats["beat1"]
    with pytest.raises(Refusal):
        uncover_grid(beat, cast.areas["grid1"], by=cast.actor("admin"))


def test_covering_again_changes_nothing(cast: Cast) -> None:
    before = BeatGrid.objects.count()
    cover_grid(cast.beats["beat1"], cast.areas["grid1"], by=cast.actor("admin"))
    assert BeatGrid.objects.count() == before


def test_only_grids_are_covered(cast: Cast) -> None:
    with pytest.raises(Refusal) as found:
        cover_grid(cast.beats["beat1"], cast.areas["community"], by=cast.actor("admin"))
    assert found.value.code == "not_a_grid"


def test_a_beat_code_is_used_once_and_a_beat_can_be_renamed(cast: Cast) -> None:
    with pytest.raises(Refusal):
        make_beat(by=cast.actor("admin"), code="BEAT1", name="又一个", area=cast.areas["street"])
    assert rename_beat(cast.beats["beat1"], by=cast.actor("admin"), name="锦澜警务区").name == "锦澜警务区"


VERBS = {
    "add_area": lambda c, by: add_area(by=by, code="N1", name="新", rank="grid", parent=c.areas["community"]),
    "rename_area": lambda c, by: rename_area(c.areas["grid1"], by=by, name="新"),
    "move_area": lambda c, by: move_area(c.areas["village"], by=by, parent=c.areas["community"]),
    "end_area": lambda c, by: end_area(c.areas["grid3"], by=by, reason="试"),
    "set_boundary": lambda c, by: set_boundary(c.areas["grid1"], box(120.0, 30.0, 120.01, 30.01), by=by),
    "make_beat": lambda c, by: make_beat(by=by, code="B7", name="新", area=c.areas["street"]),
    "rename_beat": lambda c, by: rename_beat(c.beats["beat1"], by=by, name="新"),
    "cover_grid": lambda c, by: cover_grid(c.beats["beat2"], c.areas["grid1"], by=by),
    "uncover_grid": lambda c, by: uncover_grid(c.beats["beat1"], c.areas["grid1"], by=by),
}  # fmt: skip


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_is_the_editors_alone(cast: Cast, verb: str) -> None:
    entries = Entry.objects.count()
    for who in ("outsider", "nobody"):
        with pytest.raises(OutOfReach):
            VERBS[verb](cast, cast.actor(who))
    with pytest.raises(OutOfReach):
        VERBS[verb](cast, RESIDENT)
    with pytest.raises(NotAllowed):
        VERBS[verb](cast, cast.actor("duty"))
    assert Entry.objects.count() == entries
    VERBS[verb](cast, cast.actor("head"))
    assert Entry.objects.count() > entries


def test_the_system_may_do_what_an_import_needs(cast: Cast) -> None:
    area = add_area(by=SYSTEM, code="660000", name="另一个区", rank="county", parent=None)
    assert area.path == f"/{area.pk}/"
    with pytest.raises(OutOfReach):
        add_area(by=cast.actor("outsider"), code="660001", name="另一个区", rank="county", parent=None)
