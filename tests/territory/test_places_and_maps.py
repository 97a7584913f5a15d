"""Places by hand, and the map from our own data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import shapely

from fengqiao.accounts.scope import NOBODY, RESIDENT, Actor
from fengqiao.audit.models import Entry
from fengqiao.lib.errors import NotAllowed, OutOfReach, Refusal
from fengqiao.territory.actions import add_features, add_place, change_place, cover_grid
from fengqiao.territory.actions.places import PlaceDraft
from fengqiao.territory.coordinates import coordinates_out
from fengqiao.territory.maps import areas_geojson, beats_geojson, features_geojson, places_geojson
from fengqiao.territory.models import Place
from tests.cast import Cast


def test_a_place_finds_its_area_by_its_point(cast: Cast) -> None:
    lat, lon = coordinates_out(30.02, 120.02, "gcj02")
    place = add_place(
        PlaceDraft("锦澜广场", lat=lat, lon=lon, system="gcj02", tier="key"), by=cast.actor("head")
    )
    assert place.area == cast.areas["grid1"]
    assert (place.lat, place.lon) == pytest.approx((30.02, 120.02), abs=1e-6)
    assert Entry.objects.order_by("-id")[0].verb == "place.added"


def test_a_point_outside_goes_to_the_root_not_away(cast: Cast) -> None:
    assert (
        add_place(PlaceDraft("河对岸", lat=31.0, lon=121.0), by=cast.actor("head")).area
        == cast.areas["county"]
    )


@pytest.mark.parametrize(
    ("draft", "code"),
    [
        (PlaceDraft(""), "missing"),
        (PlaceDraft("某处"), "missing"),
        (PlaceDraft("某处", lat=30.0), "bad_point"),
        (PlaceDraft("某处", lat=120.0, lon=30.0), "bad_point"),
        (PlaceDraft("某处", tier="huge", lat=30.0, lon=120.0), "bad_tier"),
        (PlaceDraft("锦澜苑", lat=30.02, lon=120.02), "taken"),
    ],
)
def test_what_cannot_be_a_place_is_refused(cast: Cast, draft: PlaceDraft, code: str) -> None:
    with pytest.raises(Refusal) as found:
        add_place(draft, by=cast.actor("head"))
    assert found.value.code == code


def test_a_changed_place_says_which_columns(cast: Cast) -> None:
    place = cast.places["jinlan"]
    draft = PlaceDraft("锦澜苑", address="锦澜路 1 号", area=cast.areas["grid2"], lat=30.06, lon=120.02)
    found = change_place(place, draft, by=cast.actor("head"))
    assert (found.area, found.address) == (cast.areas["grid2"], "锦澜路 1 号")
    assert Entry.objects.order_by("-id")[0].data == {"columns": ["address", "area", "lat"]}


RIVER = {"type": "LineString", "coordinates": [[120.0, 30.0], [120.1, 30.1]]}

VERBS: dict[str, Callable[[Cast, Actor], object]] = {
    "add_place": lambda c, by: add_place(PlaceDraft("新处", area=c.areas["grid1"]), by=by),
    "change_place": lambda c, by: change_place(c.places["jinlan"], PlaceDraft("锦澜苑", area=c.areas["grid1"]), by=by),
    "add_features": lambda c, by: add_features([("river", "柳溪", RIVER)], by=by),
}  # fmt: skip


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_is_the_editors_alone(cast: Cast, verb: str) -> None:
    for actor in (cast.actor("outsider"), cast.actor("nobody"), RESIDENT):
        with pytest.raises(OutOfReach):
            VERBS[verb](cast, actor)
    with pytest.raises((NotAllowed, OutOfReach)):
        VERBS[verb](cast, cast.actor("duty"))
    before = Entry.objects.count()
    VERBS[verb](cast, cast.actor("head"))
    assert Entry.objects.count() == before + 1


def test_a_place_cannot_be_moved_to_ground_one_may_not_edit(cast: Cast) -> None:
    from fengqiao.teams.models import Appointment

    Appointment.objects.filter(person=cast.people["admin"]).update(area=cast.areas["street"])
    with pytest.raises(OutOfReach):
        change_place(
            cast.places["jinlan"], PlaceDraft("锦澜苑", area=cast.areas["other_grid"]), by=cast.actor("admin")
        )
    assert Place.objects.get(pk=cast.places["jinlan"].pk).area == cast.areas["grid1"]


def names(collection: dict[str, Any]) -> list[str]:
    return [f["properties"]["name"] for f in collection["features"]]


def test_a_map_shows_what_one_may_see(cast: Cast) -> None:
    assert names(areas_geojson(cast.actor("officer").scope)) == ["锦澜 01 网格", "锦澜 02 网格"]
    assert names(areas_geojson(cast.actor("head").scope, ["street"])) == ["望河街道", "临溪镇"]
    assert names(areas_geojson(NOBODY)) == []
    assert names(places_geojson(cast.actor("outsider").scope)) == ["杨湾小卖部"]
    assert names(beats_geojson(cast.actor("head").scope)) == ["第 1 警务区", "第 2 警务区"]
    assert names(beats_geojson(cast.actor("outsider").scope)) == []


def test_a_beat_is_drawn_as_its_grids_together(cast: Cast) -> None:
    first = beats_geojson(cast.actor("head").scope, tolerance_m=0)["features"][0]
    assert shapely.geometry.shape(first["geometry"]).equals(shapely.box(120.0, 30.0, 120.05, 30.1))


def test_the_map_follows_a_change_at_once(cast: Cast) -> None:
    head = cast.actor("head")
    areas_geojson(head.scope)
    from fengqiao.territory.actions import set_boundary

    box = {
        "type": "Polygon",
        "coordinates": [[[120.0, 30.0], [120.04, 30.0], [120.04, 30.05], [120.0, 30.05], [120.0, 30.0]]],
    }
    set_boundary(cast.areas["grid1"], box, by=head)
    cover_grid(cast.beats["beat2"], cast.areas["grid1"], by=head)
    drawn = areas_geojson(head.scope, ["grid"])["features"][0]
    assert shapely.geometry.shape(drawn["geometry"]).bounds[2] == pytest.approx(120.04)


def test_simplified_neighbours_keep_their_common_line(cast: Cast) -> None:
    from fengqiao.territory.actions import set_boundary

    wiggle = [[120.0 + n * 0.001, 30.05 + (n % 2) * 0.000001] for n in range(51)]
    south = {
        "type": "Polygon",
        "coordinates": [[[120.0, 30.0], [120.05, 30.0], *reversed(wiggle), [120.0, 30.0]]],
    }
    north = {"type": "Polygon", "coordinates": [[*wiggle, [120.05, 30.1], [120.0, 30.1], wiggle[0]]]}
    set_boundary(cast.areas["grid2"], north, by=cast.actor("head"), repair=True)
    set_boundary(cast.areas["grid1"], south, by=cast.actor("head"))
    set_boundary(cast.areas["grid2"], north, by=cast.actor("head"))
    drawn = {
        f["properties"]["code"]: shapely.geometry.shape(f["geometry"])
        for f in areas_geojson(cast.actor("head").scope, ["grid"])["features"]
    }
    a, b = drawn["99010000100101"], drawn["99010000100102"]
    assert len(a.exterior.coords) < 20
    assert a.intersection(b).area == pytest.approx(0, abs=1e-12)
    assert a.boundary.intersection(b.boundary).length == pytest.approx(0.05, abs=1e-5)


def test_scenery_is_for_everybody(cast: Cast) -> None:
    assert add_features([("river", "柳溪", RIVER), ("road", "望河路", RIVER)], by=cast.actor("admin")) == 2
    assert names(features_geojson(["river"])) == ["柳溪"]
    with pytest.raises(Refusal):
        add_features([("river", "坏", {"type": "LineString", "coordinates": "x"})], by=cast.actor("admin"))
    assert add_features([], by=cast.actor("admin")) == 0
