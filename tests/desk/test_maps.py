"""The small maps: what is drawn around a point, and nothing of what lies elsewhere."""

from __future__ import annotations

from fengqiao.desk.mapdata import map_url, middle
from fengqiao.territory.models import MapFeature
from tests.cast import Cast
from tests.desk.conftest import As

HERE = "/desk/map/near.json?at=30.02000,120.02000"


def line(lat: float, lon: float) -> dict[str, object]:
    return {"type": "LineString", "coordinates": [[lon - 0.001, lat], [lon + 0.001, lat]]}


def test_what_is_near_is_drawn_and_the_rest_left_out(cast: Cast, as_: As) -> None:
    MapFeature.objects.create(kind="road", geometry=line(30.0201, 120.02))
    MapFeature.objects.create(kind="road", geometry=line(30.04, 120.02))
    client = as_("officer")
    near = client.get(f"{HERE}&pin=1").json()
    assert near["pin"] == [30.02, 120.02]
    assert len(near["layers"]["roads"]["features"]) == 1
    assert len(near["layers"]["grids"]["features"]) == 1
    wide = client.get(f"{HERE}&wide=1").json()
    assert len(wide["layers"]["roads"]["features"]) == 2
    assert "pin" not in wide


def test_a_point_that_is_none_is_refused(cast: Cast, as_: As) -> None:
    client = as_("officer")
    for wrong in ("", "?at=", "?at=here", "?at=30.02", "?at=1,2,3", "?at=nan,120"):
        assert client.get(f"/desk/map/near.json{wrong}").status_code in {400, 404}, wrong
    assert client.get("/desk/map/near.json?at=120.02,30.02").status_code == 400


def test_addresses_of_maps(cast: Cast) -> None:
    assert map_url(None, None) == ""
    assert map_url(30.02, 120.02).endswith("?at=30.02000,120.02000&pin=1")
    centre = middle(cast.actor("officer").scope)
    assert centre is not None
    assert (round(centre[0], 3), round(centre[1], 3)) == (30.05, 120.025)
    assert middle(cast.actor("nobody").scope) is None
