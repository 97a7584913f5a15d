"""Pages that explain, the switches, and what machines ask for."""

from __future__ import annotations

import gzip
import json
from unittest import mock

import pytest
from django.db import OperationalError, connection
from django.test import Client

from fengqiao.lib import clock
from fengqiao.lib.policy import access_of
from fengqiao.matters import clockwork
from fengqiao.portal.urls import urlpatterns
from fengqiao.territory.models import Boundary, MapFeature, Place
from tests.cast import NOW, Cast
from tests.portal.helpers import LEAK, sent, words_of

ROAD = {"type": "LineString", "coordinates": [[120.0, 30.0], [120.05, 30.0000001], [120.1, 30.0]]}
HOUSE = {"type": "Polygon", "coordinates": [[[120.0, 30.0], [120.01, 30.0], [120.01, 30.01], [120.0, 30.0]]]}


@pytest.mark.parametrize(
    ("address", "heading"),
    [
        ("/", "微警务"),
        ("/report/", "我要反映"),
        ("/scam/", "是诈骗吗"),
        ("/progress/", "查进度"),
        ("/how/", "这是怎么办的"),
        ("/privacy/", "个人信息怎么用"),
        ("/accessibility/", "无障碍"),
    ],
)
def test_each_page_has_its_heading_and_the_way_to_help(resident: Client, address: str, heading: str) -> None:
    answer = resident.get(address)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert f'<h1 class="grow">{heading}' in page
    assert page.count("<h1") == 1
    for link in ("/privacy/", "/accessibility/"):
        assert f'href="{link}"' in page
    assert not answer.cookies.keys() - {"csrftoken"}


def test_every_route_says_that_it_is_open_to_all() -> None:
    for route in urlpatterns:
        access = access_of(route.callback)
        assert access is not None, route.name
        assert access.public, route.name


def test_times_that_are_told_are_the_times_that_are_kept(cast: Cast, resident: Client) -> None:
    spans = [(clockwork.look_due(severity, NOW) - NOW).total_seconds() / 60 for severity in (1, 2)]
    page = words_of(resident.get("/how/"))
    assert spans == [5, 30]
    assert "有危险的 5 分钟内，可能变坏的 30 分钟内，一般的 2 个工作小时内，小事 1 个工作日内" in page
    with clock.at(NOW):
        assert (clockwork.look_due(3, NOW) - NOW).total_seconds() == 2 * 3600


# -- switches ----------------------------------------------------------------------------------------------


def test_large_type_is_kept_and_leads_back(resident: Client) -> None:
    answer = resident.post("/big-text/", {"on": "1", "next": "/how/"})
    assert answer.headers["Location"] == "/how/"
    assert answer.cookies["fq_big"]["httponly"]
    assert 'class="big"' in resident.get("/").content.decode()
    resident.post("/big-text/", {"on": "0", "next": "/how/"})
    assert 'class="big"' not in resident.get("/").content.decode()


@pytest.mark.parametrize("there", ["https://example.com/", "//example.com", "javascript:alert(1)", ""])
def test_the_switch_leads_nowhere_else(resident: Client, there: str) -> None:
    assert resident.post("/big-text/", {"on": "1", "next": there}).headers["Location"] == "/"


def test_the_switch_is_not_a_link(resident: Client) -> None:
    assert resident.get("/big-text/").status_code == 405


def test_english_is_one_press_away(resident: Client) -> None:
    page = resident.get("/").content.decode()
    assert 'name="language" value="en"' in page
    resident.post("/language/", {"language": "en", "next": "/"})
    assert '<html lang="en"' in resident.get("/").content.decode()


# -- the map -----------------------------------------------------------------------------------------------


def test_the_map_shows_ground_and_nothing_about_anybody(cast: Cast, resident: Client) -> None:
    MapFeature.objects.create(kind="road", name="幸福路", geometry=ROAD)
    MapFeature.objects.create(kind="building", name="张三家", geometry=HOUSE)
    answer = resident.get("/map/areas.json")
    layers = json.loads(answer.content)["layers"]
    assert {f["properties"]["label"] for f in layers["areas"]["features"]} == {"锦澜社区", "上柳村", "杨湾村"}
    assert all(set(f["properties"]) <= {"label"} for layer in layers.values() for f in layer["features"])
    assert layers["roads"]["features"][0]["geometry"]["coordinates"] == [[120.0, 30.0], [120.1, 30.0]]
    assert "buildings" not in layers
    assert "张三" not in answer.content.decode()


def test_the_map_is_sent_once_and_again_when_it_changed(cast: Cast, resident: Client) -> None:
    first = resident.get("/map/areas.json")
    mark = first.headers["ETag"]
    assert "max-age" in first.headers["Cache-Control"]
    assert resident.get("/map/areas.json", headers={"If-None-Match": mark}).status_code == 304
    MapFeature.objects.create(kind="road", name="幸福路", geometry=ROAD)
    assert resident.get("/map/areas.json", headers={"If-None-Match": mark}).status_code == 200
    packed = resident.get("/map/areas.json", headers={"Accept-Encoding": "gzip"})
    assert json.loads(gzip.decompress(packed.content))["layers"]["roads"]
    assert (
        resident.get(
            "/map/areas.json", headers={"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]}
        ).status_code
        == 304
    )


def test_scenery_beyond_what_a_phone_draws_is_left_out(cast: Cast, resident: Client) -> None:
    zigzag = [[120 + n / 1e5, 30 + (n % 2) / 100] for n in range(25_000)]
    MapFeature.objects.create(kind="lane", geometry={"type": "LineString", "coordinates": zigzag})
    MapFeature.objects.create(kind="road", geometry=ROAD)
    layers = json.loads(resident.get("/map/areas.json").content)["layers"]
    assert "lanes" not in layers
    assert "roads" in layers


def test_without_any_outline_the_map_is_empty_and_the_form_works(resident: Client, cast: Cast) -> None:
    Boundary.objects.all().delete()
    assert json.loads(resident.get("/map/areas.json").content)["layers"]["areas"]["features"] == []
    assert resident.get("/report/").status_code == 200


def test_a_pin_is_told_in_words(cast: Cast, resident: Client) -> None:
    assert resident.get("/map/where.json?at=30.02,120.02").json() == {"words": "锦澜社区 · 锦澜苑"}
    assert resident.get("/map/where.json?at=30.03,120.03").json() == {"words": "锦澜社区"}
    assert resident.get("/map/where.json?at=31.9,121.9").json() == {"words": ""}
    Place.objects.filter(name="锦澜苑").update(tier="key")
    assert resident.get("/map/where.json?at=30.02,120.02").json() == {"words": "锦澜社区"}


@pytest.mark.parametrize("at", ["", "30", "a,b", "nan,nan", "inf,1", "120.02,230", "1,2,3", "\0,1"])
def test_a_point_that_is_none_gets_400(resident: Client, at: str) -> None:
    assert resident.get("/map/where.json", {"at": at}).status_code == 400


# -- machines ----------------------------------------------------------------------------------------------


def test_search_engines_stay_out_of_receipts(resident: Client) -> None:
    lines = resident.get("/robots.txt").content.decode().splitlines()
    assert {"User-agent: *", "Disallow: /r/", "Disallow: /progress/"} <= set(lines)


def test_the_old_name_of_the_icon_leads_on(resident: Client) -> None:
    assert resident.get("/favicon.ico").headers["Location"].endswith("fq/icon.svg")


def test_health_says_whether_the_database_answers(resident: Client) -> None:
    answer = resident.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok")
    with mock.patch.object(connection, "cursor", side_effect=OperationalError("gone")):
        assert resident.get("/healthz").status_code == 503


def test_a_lost_database_is_said_in_words(cast: Cast, resident: Client) -> None:
    with mock.patch("fengqiao.portal.page.station", side_effect=OperationalError("gone")):
        answer = resident.get("/how/")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]


def test_an_installation_with_nothing_in_it_takes_reports(db: None) -> None:
    nobody = Client(HTTP_ACCEPT_LANGUAGE="zh-CN")
    for address in ("/", "/report/", "/progress/", "/how/", "/map/areas.json", "/healthz"):
        assert nobody.get(address).status_code == 200, address
    answer = sent(nobody, LEAK)
    assert answer.status_code == 303
    assert "收到了，正等人看" in words_of(nobody.get(answer.headers["Location"]))


def test_the_form_token_is_asked_for_behind_a_code_too(cast: Cast) -> None:
    strict = Client(enforce_csrf_checks=True, HTTP_ACCEPT_LANGUAGE="zh-CN")
    for verb in ("add", "again", "rate"):
        assert strict.post(f"/r/ZZZZ-ZZZZ-ZZZZ/{verb}/", {"text": "一句"}).status_code == 403
