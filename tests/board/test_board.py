"""The wall screen: who may see it, what is on it, what is never on it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from fengqiao.accounts.scope import RESIDENT
from fengqiao.intake.actions import receive_report
from fengqiao.intake.models import Report
from fengqiao.lib import clock
from fengqiao.matters import actions
from fengqiao.matters.models import Category
from fengqiao.teams.actions import plan_duty
from tests.cast import Cast


def signed_in(cast: Cast, who: str) -> Client:
    """A browser of one of the cast."""
    client = Client()
    client.force_login(cast.people[who], backend="django.contrib.auth.backends.ModelBackend")
    return client


def open_one(cast: Cast, code: str = "NB2", title: str = "5 栋漏水") -> None:
    """A matter in grid 1 with a point."""
    actions.open_matter(
        by=cast.actor("duty"),
        category=Category.objects.get(code=code, valid_to__isnull=True),
        title=title,
        area=cast.areas["grid1"],
        lat=30.02,
        lon=120.02,
        origin="resident",
    )


def test_the_board_shows_what_came_in(cast: Cast) -> None:
    """Heading, counts and the new matter."""
    open_one(cast)
    page = signed_in(cast, "duty").get("/board/")
    assert page.status_code == 200
    text = page.content.decode()
    assert "指挥室" in text
    assert "5 栋漏水" in text
    assert "<b>1</b>在办" in text


def test_a_restricted_matter_is_never_on_the_wall(cast: Cast) -> None:
    """Neither its words nor its point."""
    open_one(cast, "FA7", "有人家暴锦澜苑")
    client = signed_in(cast, "head")
    assert "有人家暴" not in client.get("/board/").content.decode()
    assert client.get("/board/points.json").json()["points"]["features"] == []


@pytest.mark.parametrize("path", ["/board/", "/board/parts/", "/board/map.json", "/board/points.json"])
def test_others_do_not_get_in(cast: Cast, path: str) -> None:
    """Visitors are sent to sign in; people without the right find nothing."""
    assert Client().get(path).status_code == 302
    assert signed_in(cast, "nobody").get(path).status_code == 404
    assert signed_in(cast, "volunteer").get(path).status_code == 404


def test_other_areas_stay_out(cast: Cast) -> None:
    """Somebody who sees the board of another street does not see this one's matters."""
    open_one(cast)
    assert "5 栋漏水" not in signed_in(cast, "outsider").get("/board/parts/").content.decode()


def test_an_unchanged_board_sends_nothing(cast: Cast) -> None:
    """The poll answers 304 while nothing changed."""
    client = signed_in(cast, "duty")
    tag = client.get("/board/parts/").headers["ETag"]
    assert client.get("/board/parts/", headers={"If-None-Match": tag}).status_code == 304
    open_one(cast)
    assert client.get("/board/parts/", headers={"If-None-Match": tag}).status_code == 200


def test_queries_do_not_grow(cast: Cast, django_assert_max_num_queries: Any) -> None:
    """The same few queries for one matter as for twelve."""
    for n in range(12):
        open_one(cast, title=f"第 {n} 件")
    client = signed_in(cast, "duty")
    client.get("/board/")
    with django_assert_max_num_queries(25):
        client.get("/board/")


def test_the_map_is_ours(cast: Cast) -> None:
    """Areas come with their names, from our own outlines."""
    layers = signed_in(cast, "duty").get("/board/map.json").json()["layers"]
    names = {f["properties"]["label"] for f in layers["areas"]["features"]}
    assert "锦澜社区" in names


def duty_desk(cast: Cast, who: str, area: str) -> None:
    """Somebody at the desk of an area this hour."""
    plan_duty(
        cast.people[who],
        by=cast.actor("head"),
        kind="desk",
        area=cast.areas[area],
        starts_at=clock.now(),
        ends_at=clock.now() + timedelta(hours=8),
    )


def test_who_is_on_duty_elsewhere_is_not_on_this_wall(cast: Cast) -> None:
    """A street's screen shows its own duty and that of the station around it, not the next street's."""
    duty_desk(cast, "duty", "street")
    duty_desk(cast, "head", "county")
    page = signed_in(cast, "outsider").get("/board/parts/").content.decode()
    assert "沈国强" in page
    assert "周敏" not in page
    assert "周敏" in signed_in(cast, "duty").get("/board/parts/").content.decode()


def waiting_fire(cast: Cast, text: str = "春晓里 2 栋着火了，有浓烟") -> Report:
    """A report of danger that nobody has looked at."""
    return receive_report(
        by=RESIDENT, channel="portal", text=text, key="board", area=cast.areas["grid1"]
    ).report


def test_the_wall_does_not_carry_the_key_of_a_resident(cast: Cast) -> None:
    """What waits is linked by its number: the receipt code opens the resident's own page."""
    found = waiting_fire(cast)
    page = signed_in(cast, "duty").get("/board/").content.decode()
    assert f"/desk/inbox/{found.pk}/" in page
    assert found.code not in page


def test_what_is_about_somebody_is_not_on_the_wall_for_them(cast: Cast) -> None:
    """Nor while it waits."""
    found = waiting_fire(cast)
    Report.objects.filter(pk=found.pk).update(about=cast.people["officer"])
    assert "着火" not in signed_in(cast, "officer").get("/board/").content.decode()
    assert "着火" in signed_in(cast, "head").get("/board/").content.decode()
