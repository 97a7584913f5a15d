"""Who may open what: every route is marked, and opens for whom it is for. Strangers: ``tests/access``."""

from __future__ import annotations

from fengqiao.desk.routes import core
from fengqiao.lib.policy import access_of
from fengqiao.matters.models import Matter
from tests.desk.conftest import As

SHUT = [
    ("/desk/matters/", "auditor"),
    ("/desk/matters/export/", "officer"),
    ("/desk/search/?q=漏水", "volunteer"),
    ("/desk/new/", "auditor"),
    ("/desk/chat/", "auditor"),
]
OPEN = [
    ("/desk/", "duty", "都看过了"),
    ("/desk/mine/", "officer", "我的事项"),
    ("/desk/mine/", "volunteer", "我的事项"),
    ("/desk/due/", "officer", "到期"),
    ("/desk/due/?what=promises&span=week", "duty", "到期"),
    ("/desk/due/?what=follow_ups&who=all", "duty", "到期"),
    ("/desk/matters/", "duty", "全部事项"),
    ("/desk/matters/export/", "head", "导出表格"),
    ("/desk/search/", "officer", "写几个字来找"),
    ("/desk/search/?q=漏水", "officer", "没有找到"),
    ("/desk/new/", "grid_worker", "录入反映"),
    ("/desk/chat/", "grid_worker", "贴"),
]


def test_every_route_says_who_may_come_in() -> None:
    assert [r.name for r in core.urlpatterns if access_of(r.callback) is None] == []


def test_doors_stay_shut_without_the_right(as_: As) -> None:
    for path, who in SHUT:
        assert as_(who).get(path).status_code == 404, path


def test_pages_open_for_whom_they_are_for(as_: As) -> None:
    for path, who, words in OPEN:
        page = as_(who).get(path)
        assert page.status_code == 200, path
        assert words in page.content.decode(), path


def test_who_does_not_decide_on_reports_starts_with_their_own_list(as_: As) -> None:
    assert as_("mediator").get("/desk/")["Location"] == "/desk/mine/"


def test_odd_characters_in_addresses_find_nothing_and_break_nothing(as_: As, fresh: Matter) -> None:
    client = as_("duty")
    assert client.get("/desk/matters/2026%00/").status_code == 404
    assert client.get("/desk/matters/%E2%80%AE2026-00001/").status_code == 404
    assert client.get("/desk/inbox/%00%00/").status_code == 404
    assert client.get("/desk/search/?q=2026-%00").status_code == 200
    assert client.get("/desk/search/?q=%F0%9F%9A%92%E2%80%AE%00").status_code == 200
    assert client.get(f"/desk/matters/{fresh.number}/do/assign/?who=%00%25_").status_code == 200
    assert client.get("/desk/matters/?q=%00&kind=%00&area=%00&view=%00&sort=%00&after=%00").status_code == 200
    assert client.get("/desk/due/?what=%00&span=%00&who=%00").status_code == 200
