"""What pages say only where it holds, and in the language of the page."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import translation

from fengqiao.lib import clock
from fengqiao.matters import actions
from fengqiao.teams.actions import add_resource
from tests.cast import NOW, Cast
from tests.desk.conftest import As, open_one
from tests.mediation.conftest import Room

HAN = re.compile(r"[㐀-鿿]")
GROUP = '<div class="nav-h">看全局</div>'


def words(client: Client, path: str) -> str:
    """The page at ``path``; the language of its page stays its own."""
    with translation.override("zh-hans"):
        answer = client.get(path)
    assert answer.status_code == 200
    return str(answer.content.decode())


def english(client: Client) -> Client:
    """The same browser with the pages in English."""
    client.cookies["django_language"] = "en"
    return client


@pytest.mark.parametrize(
    ("who", "times"), [("head", 1), ("street_staff", 1), ("mediator", 0), ("grid_worker", 0)]
)
def test_a_heading_of_the_navigation_stands_over_what_belongs_to_it(as_: As, who: str, times: int) -> None:
    assert words(as_(who), "/desk/mine/").count(GROUP) == times


def test_what_is_above_one_s_ground_is_seen_but_not_taken_off_the_list(as_: As, cast: Cast) -> None:
    add_resource(by=cast.actor("head"), kind="equipment", name="测漏仪", area=cast.areas["county"])
    mine = words(as_("street_staff"), "/desk/people/partners/")
    assert "柳溪水务公司" in mine
    assert "测漏仪" in mine
    assert "drop_" not in mine
    assert words(as_("head"), "/desk/people/partners/").count("drop_") == 3


def test_a_merged_matter_names_the_other_once_and_offers_no_mediation(as_: As, cast: Cast) -> None:
    one, other = open_one(cast), open_one(cast, title="12 栋漏水")
    assert "开调解" in words(as_("officer"), f"/desk/matters/{one.number}/")
    one = actions.merge(one, by=cast.actor("duty"), into=other).matter
    page = words(as_("officer"), f"/desk/matters/{one.number}/")
    assert page.count(">12 栋漏水</a>") == 1
    assert "开调解" not in page
    assert as_("officer").get(f"/desk/matters/{one.number}/mediation/").status_code == 404


def test_a_link_to_be_taken_back_is_named(as_: As, cast: Cast) -> None:
    one, other = open_one(cast), open_one(cast, title="12 栋漏水")
    row = actions.link(one, by=cast.actor("officer"), other=other, kind="similar")
    for matter, named in ((one, other), (other, one)):
        page = words(as_("officer"), f"/desk/matters/{matter.number}/do/unlink/{row.pk}/")
        assert f"取消和 {named.number} 的关联" in page


def test_a_week_that_is_over_says_so(as_: As) -> None:
    assert "都够人" not in words(as_("head"), "/desk/people/duty/?week=2026-02-02")
    assert "这一周已经过去了" in words(as_("head"), "/desk/people/duty/?week=2026-02-02")
    assert "Week from 9 Mar" in words(english(as_("head")), "/desk/people/duty/?week=2026-03-09")


def test_figures_of_mediation_have_a_line_a_level_and_read_in_english(as_: As, cast: Cast) -> None:
    room = Room(cast)
    room.agreed()
    unknown = room.case()
    type(unknown).objects.filter(pk=unknown.pk).update(level="nowhere")
    page = words(as_("mediator"), "/desk/mediation/figures/")
    assert page.count("村组网格") == 1
    assert "3,000 元" in page
    assert "village and grid" in words(english(as_("mediator")), "/desk/mediation/figures/")


def steps(page: str) -> str:
    """What a receipt says of its progress, without the words of people."""
    found = re.search(r'<(ol|ul) class="tl"[^>]*>(.*?)</\1>', page, re.DOTALL)
    assert found
    return re.sub(r"<[^>]+>", " ", found[2])


def test_a_receipt_tells_its_progress_in_english(cast: Cast, tell_one: Callable[[], str]) -> None:
    code = tell_one()
    client = english(Client())
    page = words(client, f"/r/{code}/")
    assert "Received; waiting to be read" in page
    assert not HAN.search(steps(page))
    with clock.at(NOW + timedelta(hours=3)):
        assert "You reported this" in steps(words(client, f"/r/{code}/"))


@pytest.fixture
def tell_one(cast: Cast) -> Callable[[], str]:
    """A resident's report; its code."""
    from tests.desk.conftest import tell

    return lambda: tell(cast).code
