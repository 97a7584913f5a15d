"""The territory on the desk: tree, map, areas, beats, places, imports tried first."""

from __future__ import annotations

import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from fengqiao.desk.routes import territory
from fengqiao.lib.policy import access_of
from fengqiao.territory.models import Area, Beat, BeatGrid, Boundary, Place
from tests.cast import Cast
from tests.desk.conftest import As

PAGES = [
    ("/desk/territory/", "锦澜社区"),
    ("/desk/territory/beats/", "第 1 警务区"),
    ("/desk/territory/places/", "锦澜苑"),
    ("/desk/territory/places/?q=%00x&tier=zz&page=-4", "没有找到场所"),
    ("/desk/territory/import/", "导入片区、场所"),
]


def text(answer: object) -> str:
    """The words of a page without its tags."""
    return re.sub(r"<[^>]+>", " ", answer.content.decode())  # type: ignore[attr-defined]


def do(
    client: Client, verb: str, sent: dict[str, object], target: int | None = None, status: int = 303
) -> str:
    """Show the form of a verb, send it, expect ``status``; the words of the answer."""
    path = f"/desk/territory/do/{verb}/" + (f"{target}/" if target else "")
    assert client.get(path).status_code == 200, verb
    answer = client.post(path, sent)
    assert answer.status_code == status, text(answer)[-3000:]
    return text(answer)


def square(west: float, south: float, east: float, north: float) -> dict[str, object]:
    """A polygon."""
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def sent_file(name: str, content: object) -> SimpleUploadedFile:
    """A file as a browser sends it."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return SimpleUploadedFile(name, body)


def test_every_route_says_who_may_come_in() -> None:
    assert [r.name for r in territory.urlpatterns if access_of(r.callback) is None] == []


@pytest.mark.parametrize(("path", "words"), PAGES)
def test_the_head_opens_every_page(as_: As, path: str, words: str) -> None:
    answer = as_("head").get(path)
    assert answer.status_code == 200
    assert words in text(answer)
    assert "<h1>" in answer.content.decode()


def test_others_find_nothing(as_: As, cast: Cast) -> None:
    client, pk = as_("nobody"), cast.areas["grid1"].pk
    for path in (*(p for p, _words in PAGES), f"/desk/territory/{pk}/", "/desk/territory/map.json"):
        assert client.get(path).status_code == 404, path
    for verb in ("make_beat", "add_place", "nonsense"):
        assert client.get(f"/desk/territory/do/{verb}/").status_code == 404, verb
    outsider = as_("outsider")
    assert outsider.get(f"/desk/territory/{pk}/").status_code == 404
    assert outsider.get(f"/desk/territory/map.json?area={pk}").status_code == 404
    assert "锦澜" not in text(outsider.get("/desk/territory/"))
    assert outsider.get("/desk/territory/import/").status_code == 404
    assert as_("head").get("/desk/territory/999999/").status_code == 404


def test_an_area_shows_boundary_beats_people_and_places(as_: As, cast: Cast) -> None:
    page = text(as_("head").get(f"/desk/territory/{cast.areas['grid1'].pk}/"))
    for words in ("第 1 警务区", "李芳", "锦澜苑", "此刻谁负责", "2000-01-01"):
        assert words in page, words


def test_the_map_is_ours_and_kept_by_the_browser(as_: As, cast: Cast) -> None:
    client = as_("head")
    page = client.get("/desk/territory/").content.decode()
    found = re.search(r'data-map-url="([^"]+)"', page)
    assert found is not None
    answer = client.get(found.group(1).replace("&amp;", "&"))
    assert "max-age" in answer["Cache-Control"]
    layers = answer.json()["layers"]
    assert {f["properties"]["beat"] for f in layers["beats"]["features"]} == {1, 2}
    assert "锦澜社区" in {f["properties"]["label"] for f in layers["areas"]["features"]}
    assert client.get("/desk/territory/map.json?area=%F0%9F").status_code == 200
    BeatGrid.objects.create(beat=cast.beats["beat2"], grid=cast.areas["grid2"], main=False)
    assert found.group(1) not in client.get("/desk/territory/").content.decode()


def test_areas_are_added_drawn_renamed_moved_and_ended(as_: As, cast: Cast) -> None:
    client = as_("head")
    do(
        client,
        "add_area",
        {"rank": "grid", "name": "锦澜 03 网格", "code": "99010000100103"},
        cast.areas["community"].pk,
    )
    made = Area.objects.get(code="99010000100103")
    assert "已经有了" in do(
        client, "add_area", {"rank": "grid", "name": "又", "code": made.code}, cast.areas["community"].pk, 422
    )
    outline = square(120.2, 30.0, 120.21, 30.01)
    do(
        client,
        "set_boundary",
        {"file": sent_file("g.geojson", {"type": "Feature", "geometry": outline})},
        made.pk,
    )
    assert Boundary.objects.filter(area=made).count() == 1
    for bad in (
        b"\xff\xfe",
        b"[]",
        {"type": "Point", "coordinates": [1, 2]},
        {"type": "FeatureCollection", "features": []},
    ):
        do(client, "set_boundary", {"file": sent_file("g.json", bad)}, made.pk, 422)
    do(client, "rename_area", {"name": "锦澜 新网格"}, made.pk)
    do(client, "move_area", {"parent": f"a{cast.areas['village'].pk}"}, made.pk)
    assert "请先停用或移走" in do(client, "end_area", {"reason": "合并"}, cast.areas["community"].pk, 422)
    made.valid_from = made.valid_from.replace(year=2025)
    made.save()
    do(client, "end_area", {"reason": "合并"}, made.pk)


def test_beats_cover_grids(as_: As, cast: Cast) -> None:
    client = as_("head")
    answer = client.post(
        "/desk/territory/do/make_beat/",
        {"name": "第 3 警务区", "code": "B3", "area": f"a{cast.areas['street'].pk}"},
    )
    beat = Beat.objects.get(code="B3")
    assert answer["Location"].endswith(f"/cover_grid/{beat.pk}/")
    do(client, "cover_grid", {"grid": cast.areas["grid2"].pk, "main": "1"}, beat.pk)
    assert "第 3 警务区" in text(client.get("/desk/territory/beats/"))
    do(client, "rename_beat", {"name": "第三警务区"}, beat.pk)
    do(client, "uncover_grid", {"grid": cast.areas["grid2"].pk}, beat.pk)
    assert "请从列出的里面选" in do(client, "cover_grid", {"grid": "0"}, beat.pk, 422)


def test_places_are_added_and_corrected(as_: As, cast: Cast) -> None:
    client = as_("head")
    sent = {"name": "锦澜菜场", "tier": "watched", "lat": "30.02", "lon": "120.03", "aliases": "菜场、老菜场"}
    do(client, "add_place", sent)
    place = Place.objects.get(name="锦澜菜场")
    assert (place.area, place.aliases) == (cast.areas["grid1"], ["菜场", "老菜场"])
    assert "经度和纬度写反" in do(
        client, "add_place", sent | {"name": "反", "lat": "120.03", "lon": "30.02"}, status=422
    )
    assert "请写数字" in do(client, "add_place", sent | {"name": "错", "lat": "北"}, status=422)
    do(client, "change_place", sent | {"name": "锦澜农贸市场", "area": f"a{place.area_id}"}, place.pk)
    assert "锦澜农贸市场" in text(client.get("/desk/territory/places/?q=农贸&tier=watched"))
    assert as_("outsider").get(f"/desk/territory/do/change_place/{place.pk}/").status_code == 404


def upload(client: Client, what: str, file: SimpleUploadedFile) -> str:
    """Bring a file; the address of its trial run."""
    answer = client.post("/desk/territory/import/", {"what": what, "file": file})
    assert answer.status_code == 303, text(answer)[-2000:]
    return str(answer["Location"])


def test_places_are_tried_then_imported(as_: As, cast: Cast) -> None:
    client = as_("head")
    table = "名称,地址,经度,纬度\n望河小学,学院路 1 号,120.01,30.01\n".encode("gb18030")
    path = upload(client, "places", sent_file("places.csv", table))
    page = text(client.get(path))
    assert "新增 1" in page
    assert not Place.objects.filter(name="望河小学").exists()
    assert as_("duty").get(path).status_code == 404
    assert client.post(path).status_code == 303
    assert Place.objects.get(name="望河小学").area == cast.areas["grid1"]
    assert client.post(path).status_code == 404


def test_one_bad_row_stops_the_import_and_says_why(as_: As, cast: Cast) -> None:
    client = as_("head")
    table = "名称,经度,纬度\n好的,120.01,30.01\n坏的,x,30\n".encode()
    path = upload(client, "places", sent_file("places.csv", table))
    answer = client.get(path)
    assert answer.status_code == 422
    assert "不是数字" in text(answer)
    assert client.post(path).status_code == 422
    assert not Place.objects.filter(name="好的").exists()


def test_areas_are_tried_then_imported(as_: As, cast: Cast) -> None:
    client = as_("head")
    feature = {
        "type": "Feature",
        "properties": {
            "code": "99010000100109",
            "name": "锦澜 09 网格",
            "level": "grid",
            "parent": "990100001001",
        },
        "geometry": square(120.3, 30.0, 120.31, 30.01),
    }
    path = upload(
        client, "areas", sent_file("a.geojson", {"type": "FeatureCollection", "features": [feature]})
    )
    page = client.get(path)
    assert "新增 1" in text(page), text(page)[-1500:]
    assert client.post(path).status_code == 303
    assert Area.objects.get(code="99010000100109").parent == cast.areas["community"]


@pytest.mark.parametrize("content", [b"\x00\x01\x02garbage", b"{", b"PK\x03\x04 not a book"])
def test_garbage_is_refused_in_words(as_: As, content: bytes) -> None:
    client = as_("head")
    answer = client.get(upload(client, "areas", sent_file("x.geojson", content)))
    assert answer.status_code == 422
    assert "什么都没有写进去" in text(answer)
    assert client.post("/desk/territory/import/", {"what": "areas"}).status_code == 422
    assert client.get("/desk/territory/import/nonsense/").status_code == 404


def test_the_pages_stay_cheap(as_: As, django_assert_max_num_queries: object) -> None:
    client = as_("head")
    for path, _words in PAGES:
        with django_assert_max_num_queries(25):  # type: ignore[operator]
            assert client.get(path).status_code == 200
