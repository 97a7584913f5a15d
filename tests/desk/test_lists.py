"""Lists, filters, pages cut by a key, saved filters, taking a list out, and search."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.http import QueryDict
from openpyxl import load_workbook

from fengqiao.audit.models import Entry
from fengqiao.desk.keyset import Order, cut
from fengqiao.lib import clock
from fengqiao.matters import actions
from fengqiao.matters.models import Matter
from fengqiao.matters.queries import current_categories
from tests.cast import NOW, Cast
from tests.desk.conftest import As, open_one, tell


def many(cast: Cast, n: int) -> list[Matter]:
    """Matters with the same due time among them, as a flood has."""
    return [open_one(cast, title=f"第 {k} 件", due_at=NOW + timedelta(hours=1 + k // 3)) for k in range(n)]


@pytest.mark.parametrize("column", ["due_at", "opened_at", "severity"])
@pytest.mark.parametrize("down", [False, True])
def test_pages_hold_every_row_once_forwards_and_back(cast: Cast, column: str, down: bool) -> None:
    many(cast, 11)
    order = Order("x", column, down)
    rows = Matter.objects.all()
    expected = [m.pk for m in rows.order_by(*order.columns)]
    seen: list[int] = []
    query, previous = QueryDict(""), ""
    while True:
        page = cut(rows, order, query, size=4)
        seen += [m.pk for m in page.rows]
        if not page.next:
            previous = page.previous
            break
        query = QueryDict(page.next.lstrip("?"))
    assert seen == expected
    back = cut(rows, order, QueryDict(previous.lstrip("?")), size=4)
    assert [m.pk for m in back.rows] == expected[4:8]
    first = cut(rows, order, QueryDict(back.previous.lstrip("?")), size=4)
    assert [m.pk for m in first.rows] == expected[:4]
    assert first.previous == ""


@pytest.mark.parametrize(
    "cursor", ["x", "%00", "W10", "WyJhIiwxXQ", "WzEsMl0", "WyIyMDI2LTAxLTAxVDAwOjAwIiwxXQ", "9" * 300]
)
def test_a_cursor_that_makes_no_sense_is_the_first_page(cast: Cast, as_: As, cursor: str) -> None:
    many(cast, 2)
    page = as_("duty").get(f"/desk/matters/?after={cursor}")
    assert page.status_code == 200
    assert "第 0 件" in page.content.decode()


def test_the_list_has_only_what_is_in_reach(cast: Cast, as_: As) -> None:
    open_one(cast, title="近处的")
    open_one(
        cast, title="远处的", by=cast.actor("head"), area=cast.areas["other_grid"], place=None, lat=None, lon=None,
        owner=cast.people["outsider"],
    )  # fmt: skip
    near, far = (as_(n).get("/desk/matters/").content.decode() for n in ("officer", "outsider"))
    assert "近处的" in near
    assert "远处的" not in near
    assert "远处的" in far
    assert "近处的" not in far


def test_filters_narrow_and_say_what_they_are(cast: Cast, as_: As) -> None:
    open_one(cast, title="噪声那件", category=current_categories()["NB1"])
    open_one(cast, title="充电那件", category=current_categories()["FI5"], area=cast.areas["grid2"])
    client = as_("duty")

    def listed(query: str) -> str:
        answer = client.get(f"/desk/matters/?{query}")
        assert answer.status_code == 200
        return str(answer.content.decode())

    assert "噪声那件" not in listed("kind=hazard")
    assert "充电那件" in listed("kind=hazard")
    assert "充电那件" not in listed(f"area={cast.areas['grid1'].pk}")
    assert "噪声那件" in listed("q=噪声")
    assert "充电那件" not in listed("q=噪声")
    assert "没有符合的事项" in listed("since=2026-12-01")
    assert "噪声那件" in listed("since=2026-03-11&until=2026-03-11")
    wrong = listed("kind=nonsense&severity=9&since=yesterday")
    assert "噪声那件" in wrong


def test_views_and_orders(cast: Cast, as_: As) -> None:
    late = open_one(cast, title="超期那件", due_at=NOW + timedelta(hours=1))
    done = actions.accept(open_one(cast, title="办结那件"), by=cast.actor("officer"))
    actions.resolve(done, by=cast.actor("officer"), outcome="fixed", text="好了", cause="老化")
    client = as_("duty")
    with clock.at(NOW + timedelta(hours=3)):
        text = client.get("/desk/matters/?view=late").content.decode()
    assert late.title in text
    assert "办结那件" not in text
    assert "办结那件" in client.get("/desk/matters/?view=resolved&sort=opened").content.decode()
    everything = client.get("/desk/matters/?view=all").content.decode()
    assert "办结那件" in everything
    assert "sort=due" not in everything


def test_mine_is_owned_or_handled_along(cast: Cast, as_: As) -> None:
    mine = open_one(cast, title="我的那件")
    along = actions.accept(open_one(cast, title="一起办的"), by=cast.actor("officer"))
    actions.join(along, by=cast.actor("officer"), person=cast.people["mediator"])
    assert mine.title in as_("officer").get("/desk/mine/").content.decode()
    text = as_("mediator").get("/desk/mine/").content.decode()
    assert "一起办的" in text
    assert mine.title not in text


def test_due_shows_steps_promises_and_follow_ups(cast: Cast, matter: Matter, as_: As) -> None:
    actions.promise(
        matter, by=cast.actor("officer"), what="送报价单", who="302 户主", due_at=NOW + timedelta(hours=2)
    )
    client = as_("officer")
    assert matter.title in client.get("/desk/due/?span=week").content.decode()
    assert matter.title not in client.get("/desk/due/?span=late").content.decode()
    assert "送报价单" in client.get("/desk/due/?what=promises&span=today").content.decode()
    actions.resolve(matter, by=cast.actor("officer"), outcome="fixed", text="好了", cause="老化")
    text = client.get("/desk/due/?what=follow_ups&span=all&who=mine").content.decode()
    assert matter.title in text
    assert "王建国" in text
    assert (
        matter.title
        not in as_("outsider").get("/desk/due/?what=follow_ups&span=all&who=all").content.decode()
    )


def test_saved_filters_are_kept_and_forgotten(as_: As, cast: Cast) -> None:
    client = as_("duty")
    saved = client.post(
        "/desk/matters/bookmarks/", {"name": "邻里急件", "query": "view=open&kind=dispute&after=zzz"}
    )
    assert saved["Location"] == "/desk/matters/?view=open&kind=dispute"
    assert "邻里急件" in client.get("/desk/matters/").content.decode()
    assert "邻里急件" not in as_("officer").get("/desk/matters/").content.decode()
    client.post("/desk/matters/bookmarks/", {"drop": "邻里急件"})
    assert "邻里急件" not in client.get("/desk/matters/").content.decode()
    client.post("/desk/matters/bookmarks/", {"name": "", "query": "x=1"})
    assert "起个名" in client.get("/desk/matters/").content.decode()


def take_out(client: Any, form: str, query: str = "", reason: str = "月度例会核对") -> Any:
    return client.post(f"/desk/matters/export/?{query}", {"format": form, "reason": reason})


def test_an_export_is_safe_capped_and_on_record(cast: Cast, as_: As, monkeypatch: pytest.MonkeyPatch) -> None:
    open_one(cast, title='=HYPERLINK("http://evil","点我")')
    open_one(cast, title="+cmd|calc", place_text="@SUM(A1)")
    restricted = next(row for row in current_categories().values() if row.restricted)
    open_one(cast, title="保密那件", category=restricted)
    answer = take_out(as_("head"), "csv")
    assert answer["Content-Disposition"].endswith('.csv"')
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][0] == "编号"
    assert len(rows) == 3
    cells = [cell for row in rows[1:] for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]
    assert "保密那件" not in answer.content.decode("utf-8-sig")
    book = load_workbook(io.BytesIO(take_out(as_("street_staff"), "xlsx").content))
    assert [c.value for c in book.active[1]][:2] == ["编号", "标题"]
    entry = Entry.objects.filter(verb="matters.exported").first()
    assert entry is not None
    assert (entry.data["rows"], entry.data["reason"]) == (2, "月度例会核对")
    monkeypatch.setattr("fengqiao.desk.exports.CAP", 1)
    few = take_out(as_("head"), "csv").content.decode("utf-8-sig")
    assert len(few.strip().splitlines()) == 2
    assert "一次最多 1 件" in as_("head").get("/desk/matters/export/").content.decode()


def test_an_export_needs_the_right_and_a_purpose(cast: Cast, as_: As) -> None:
    assert take_out(as_("duty"), "csv").status_code == 404
    short = take_out(as_("head"), "csv", reason="看")
    assert short.status_code == 422
    assert "至少 4 个字" in short.content.decode()
    assert not Entry.objects.filter(verb="matters.exported").exists()


def test_search_finds_words_numbers_and_codes(cast: Cast, as_: As) -> None:
    found = open_one(cast, title="漏水把天花板泡了")
    told = tell(cast, text="楼上漏水，墙皮掉了")
    client = as_("duty")
    text = client.get("/desk/search/?q=漏水").content.decode()
    assert "<mark>漏水</mark>把天花板泡了" in text
    assert f"/desk/inbox/{told.pk}/" in text
    assert client.get(f"/desk/search/?q={found.number}")["Location"] == f"/desk/matters/{found.number}/"
    assert f"/desk/inbox/{told.pk}/" in client.get(f"/desk/search/?q={told.code}").content.decode()
    assert "没有找到" in as_("outsider").get("/desk/search/?q=漏水").content.decode()
    odd = client.get("/desk/search/", {"q": "'\"<script>%_*:(" + "长" * 500})
    assert odd.status_code == 200
    assert "<script>%" not in odd.content.decode()


PAGES = [
    "/desk/mine/",
    "/desk/due/?span=all",
    "/desk/due/?what=promises&span=all",
    "/desk/matters/?view=all",
    "/desk/search/?q=件",
]


def test_at_most_25_queries_whatever_the_size(
    cast: Cast, as_: As, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    client = as_("officer")
    for size in (1, 60):
        many(cast, size)
        for path in PAGES:
            with django_assert_max_num_queries(25):
                assert client.get(path).status_code == 200


def test_counts_stop_at_a_thousand(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fengqiao.desk.keyset.COUNTED", 5)
    many(cast, 7)
    assert cut(Matter.objects.all(), Order("due", "due_at"), QueryDict("")).total == "5+"
