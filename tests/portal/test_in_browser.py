"""The portal on a real phone browser: light, for everybody, with and without scripts."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from fengqiao.accounts.scope import RESIDENT
from fengqiao.intake.actions import (
    ContactDraft,
    UploadedPhoto,
    accept_report,
    ask,
    receive_report,
    refuse_report,
)
from fengqiao.intake.models import Attachment, Report
from fengqiao.lib import clock
from fengqiao.matters import actions as matters
from fengqiao.territory.models import MapFeature
from tests.browser import settle, violations
from tests.cast import Cast
from tests.portal.helpers import FIRE, LEAK, photo

pytestmark = [pytest.mark.story, pytest.mark.django_db(transaction=True)]

Visit = Callable[..., Any]
LIMIT = 150 * 1024
KEPT = "words => JSON.stringify(Object.entries(sessionStorage)).includes(words)"
SIDEWAYS = "document.documentElement.scrollWidth"
SMALL = """() => [...document.querySelectorAll("a,button,input,select,textarea,summary")]
.filter(e => e.getClientRects().length && !e.matches(".skip,.vh,p a,dd a") && !e.closest("label,p"))
.map(e => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])
.filter(([, r]) => r.width < 43.5 || r.height < 43.5).map(([html]) => html)"""
HEADINGS = {
    "/": "微警务",
    "/report/": "我要反映",
    "/report/?about=staff": "我要反映",
    "/scam/": "是诈骗吗",
    "/progress/": "查进度",
    "/how/": "这是怎么办的",
    "/privacy/": "个人信息怎么用",
    "/accessibility/": "无障碍",
    "/r/{new}/": "查进度",
    "/r/{held}/": "查进度",
    "/r/{done}/": "查进度",
    "/r/{refused}/": "查进度",
    "/r/{asked}/": "查进度",
    "/r/{new}/110/": "有危险，先打电话",
    "/r/{asked}/add/": "补充情况",
    "/r/{done}/again/": "请再办",
    "/r/ZZZZ-ZZZZ-ZZZZ/": "没有这个查询码",
}
"""Every page of the door -> its heading."""


def brought(text: str, cast: Cast, **more: Any) -> Report:
    key = f"browser-{Report.objects.count()}"
    return receive_report(
        by=RESIDENT, channel="portal", key=key, text=text, area=cast.areas["grid1"], **more
    ).report


@pytest.fixture
def codes(site: tuple[str, Cast]) -> dict[str, str]:
    """One receipt in each situation."""
    cast = site[1]
    duty, officer = cast.actor("duty"), cast.actor("officer")
    pictures = [UploadedPhoto("a.jpg", photo().read())]
    rows = {
        "new": brought(
            LEAK, cast, contact=ContactDraft(phone="13800138000"), photos=pictures, place_text="3 栋"
        ),
        "held": brought("楼道堆满纸箱，怕着起来", cast),
        "done": brought("餐馆油烟往家里灌", cast),
        "refused": brought("公积金什么时候能取", cast),
        "asked": brought("有人在门口推销假药", cast),
    }
    held = accept_report(rows["held"], by=duty, category="NB2", owner=cast.people["officer"])
    held = matters.accept(held, by=officer)
    due = clock.now() + timedelta(days=2)
    matters.promise(held, by=officer, what="周五上门看", who="王建国", due_at=due, public=True)
    matters.reply(
        held, by=officer, text="已经和楼上说好，周五上午九点带人去看，看完当面商量怎么清、清到哪里。"
    )
    done = accept_report(rows["done"], by=duty, category="NB2", owner=cast.people["officer"])
    done = matters.accept(done, by=officer)
    matters.resolve(done, by=officer, outcome="fixed", text="换了净化器", cause="坏了")
    refuse_report(rows["refused"], by=duty, to="住房公积金中心 12329", why="由公积金中心管")
    ask(rows["asked"], by=duty, text="大概几点来？")
    MapFeature.objects.create(
        kind="road", geometry={"type": "LineString", "coordinates": [[120.0, 30.02], [120.2, 30.03]]}
    )
    return {name: row.code for name, row in rows.items()}


def test_every_page_suits_everybody_on_a_phone(visit: Visit, codes: dict[str, str]) -> None:
    page = visit("/")
    origin = f"{urlsplit(page.url).scheme}://{urlsplit(page.url).netloc}"
    for path, heading in HEADINGS.items():
        address = path.format(**codes)
        answer = page.goto(origin + address, wait_until="load")
        settle(page)
        assert answer.status == (404 if "ZZZZ" in path else 200), path
        assert page.locator("h1").inner_text().startswith(heading), path
        assert violations(page) == [], path
        assert page.evaluate(SMALL) == [], path
        assert page.evaluate(SIDEWAYS) <= 390, path
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate(SIDEWAYS) <= 390, f"{path}: text at double size"
        assert violations(page) == [], f"{path}: text at double size"
    wrong = [line for line in page.said if "404" not in line]
    assert wrong == []


@pytest.mark.parametrize("path", ["/", "/report/", "/scam/", "/r/{new}/"])
def test_the_first_load_stays_light(visit: Visit, codes: dict[str, str], path: str) -> None:
    page = visit("/robots.txt")
    bodies: list[tuple[str, bytes]] = []
    page.on("response", lambda r: bodies.append((r.url, r)) if r.request.method == "GET" else None)
    origin = page.url.removesuffix("/robots.txt")
    page.goto(origin + path.format(**codes), wait_until="load")
    settle(page)
    sizes = {url: len(gzip.compress(r.body())) for url, r in bodies if not url.startswith("data:")}
    assert sum(sizes.values()) <= LIMIT, sizes
    assert all(url.startswith(origin) for url in sizes), "nothing from elsewhere"
    assert len(sizes) > 5


def test_reporting_works_without_scripts_from_the_first_word_to_the_receipt(
    visit: Visit, site: tuple[str, Cast], tmp_path: Any
) -> None:
    (tmp_path / "a.jpg").write_bytes(photo().read())
    page = visit("/", java_script_enabled=False)
    page.get_by_role("link", name="我要反映").first.click()
    page.get_by_role("button", name="提交").click()
    assert page.url.endswith("/report/"), "the browser itself asks for the words"
    page.get_by_label("发生了什么").fill(LEAK)
    page.get_by_label("照片").set_input_files(tmp_path / "a.jpg")
    page.get_by_label("村、社区").select_option("锦澜社区")
    page.get_by_label("地址或附近的店名、楼名").fill("3 栋 501")
    page.get_by_label("您的手机号").fill("12")
    page.get_by_role("button", name="提交").click()
    assert "电话号码不对" in page.content()
    assert page.get_by_label("发生了什么").input_value() == LEAK
    page.get_by_label("您的手机号").fill("13800138000")
    page.get_by_label("照片").set_input_files(tmp_path / "a.jpg")
    page.get_by_role("button", name="提交").click()
    row = Report.objects.get()
    assert page.url.endswith(f"/r/{row.code}/")
    assert page.locator(".nxt").is_visible()
    page.wait_for_load_state("load")
    assert page.locator(".pics img").evaluate("i => i.decode().then(() => i.naturalWidth)") > 0
    assert (row.text, row.area.name, row.place_text) == (LEAK, "锦澜社区", "3 栋 501")
    page.get_by_role("link", name="补充情况").click()
    page.get_by_label("补充的情况").fill("今天又漏了")
    page.get_by_role("button", name="补上去").click()
    assert "补充的收到了" in page.content()
    page.get_by_role("link", name="返回").click()
    page.get_by_role("link", name="查进度").click()
    page.get_by_label("查询码").fill(row.code.lower().replace("-", " "))
    page.get_by_role("button", name="查一下").click()
    assert page.url.endswith(f"/r/{row.code}/")
    page.get_by_role("button", name="大字版").click()
    assert page.url.endswith(f"/r/{row.code}/")
    assert page.locator("html.big").count() == 1


def test_a_tap_on_the_map_says_where_and_is_kept(visit: Visit, codes: dict[str, str]) -> None:
    page = visit("/report/")
    page.locator("#where .leaflet-control-zoom-in").wait_for()
    settle(page)
    page.locator("#where").click(position={"x": 100, "y": 110})
    page.locator(".w-pt b").filter(has_text="社区").or_(
        page.locator(".w-pt b").filter(has_text="村")
    ).wait_for()
    assert page.locator("#id_lat").input_value().startswith("30.0")
    page.get_by_role("button", name="写地址").click()
    assert not page.locator("#where").is_visible()
    page.get_by_label("地址或附近的店名、楼名").fill("桥头")
    page.get_by_label("发生了什么").fill("路灯坏了")
    page.get_by_role("button", name="提交").click()
    page.wait_for_url("**/r/*/")
    row = Report.objects.latest("id")
    assert row.lat is not None
    assert not row.unplaced
    assert row.place_text == "桥头"
    assert page.said == []


def test_pressed_twice_and_sent_again_after_going_back_is_one_report(
    visit: Visit, site: tuple[str, Cast]
) -> None:
    page = visit("/report/")
    page.get_by_label("发生了什么").fill(LEAK)
    page.get_by_role("button", name="提交").dblclick()
    page.wait_for_url("**/r/*/")
    receipt = page.url
    page.go_back()
    page.wait_for_url("**/report/")
    settle(page)
    page.get_by_label("发生了什么").fill(LEAK)
    page.get_by_role("button", name="提交").click()
    page.wait_for_url("**/r/*/")
    assert page.url == receipt
    assert Report.objects.count() == 1
    page.goto(site[0] + "/report/")
    page.get_by_label("发生了什么").fill("第二件事")
    page.get_by_role("button", name="提交").click()
    page.wait_for_url("**/r/*/")
    assert page.url != receipt


def test_going_back_finds_the_sent_form_without_scripts_too(visit: Visit, site: tuple[str, Cast]) -> None:
    page = visit("/", java_script_enabled=False)
    page.get_by_role("link", name="我要反映").first.click()
    page.get_by_label("发生了什么").fill(LEAK)
    page.get_by_role("button", name="提交").click()
    page.wait_for_url("**/r/*/")
    receipt = page.url
    page.go_back()
    page.wait_for_url("**/report/")
    page.get_by_label("发生了什么").fill(LEAK)
    page.get_by_role("button", name="提交").click()
    page.wait_for_url("**/r/*/")
    assert page.url == receipt


def test_unsent_words_come_back_until_they_are_received(visit: Visit, site: tuple[str, Cast]) -> None:
    page = visit("/report/")
    page.get_by_label("发生了什么").fill("还没写完的话")
    page.get_by_label("您的手机号").fill("13911112222")
    page.wait_for_function(KEPT, arg="还没写完的话")
    page.goto(site[0] + "/how/")
    page.goto(site[0] + "/report/")
    assert page.get_by_label("发生了什么").input_value() == "还没写完的话"
    assert page.get_by_label("您的手机号").input_value() == ""
    page.get_by_role("button", name="提交").click()
    page.wait_for_url("**/r/*/")
    page.wait_for_function("() => !Object.keys(sessionStorage).some(k => k.startsWith('fq-draft'))")


def test_an_expired_form_keeps_the_words_in_the_browser(visit: Visit, site: tuple[str, Cast]) -> None:
    page = visit("/report/")
    page.get_by_label("发生了什么").fill(LEAK)
    page.wait_for_function(KEPT, arg=LEAK)
    page.context.clear_cookies()
    page.get_by_role("button", name="提交").click()
    page.get_by_text("页面放得太久").first.wait_for()
    page.goto(site[0] + "/report/")
    assert page.get_by_label("发生了什么").input_value() == LEAK


def test_words_of_danger_show_110_first(visit: Visit, site: tuple[str, Cast]) -> None:
    page = visit("/report/")
    page.get_by_label("发生了什么").fill(FIRE)
    page.get_by_role("button", name="提交").click()
    page.wait_for_url("**/110/")
    call = page.get_by_role("link", name="打 110", exact=True)
    assert call.is_visible()
    assert call.evaluate("e => e.getBoundingClientRect().bottom") < 500
    page.get_by_role("link", name="看查询码和进度").click()
    assert page.url.endswith(f"/r/{Report.objects.get().code}/")


def test_the_key_in_the_address_is_named_to_nobody_while_its_forms_work(
    visit: Visit, codes: dict[str, str]
) -> None:
    page = visit("/robots.txt")
    named: list[str] = []
    page.on("request", lambda r: named.append(r.all_headers().get("referer", "")))
    code = codes["asked"]
    page.goto(page.url.replace("/robots.txt", f"/r/{code}/"))
    page.get_by_label("您的回答").fill("晚上七点")
    page.get_by_role("button", name="回答").click()
    page.wait_for_url("**done=add")
    page.get_by_role("button", name="English").click()
    page.locator("html[lang=en]").wait_for(state="attached")
    assert named
    assert not [referer for referer in named if code in referer]


def test_faces_can_be_chosen_by_keyboard(visit: Visit, codes: dict[str, str]) -> None:
    page = visit(f"/r/{codes['done']}/")
    page.locator("#id_score").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    assert page.locator("input[value='2']").is_checked()
    page.get_by_role("button", name="告诉所里").click()
    page.wait_for_url("**done=rate")
    assert "您说过：一般" in page.content()


def test_a_receipt_prints_what_matters(visit: Visit, codes: dict[str, str]) -> None:
    page = visit(f"/r/{codes['new']}/")
    page.emulate_media(media="print")
    assert page.locator(".qr").is_visible()
    assert page.get_by_text(f"/r/{codes['new']}/").first.is_visible()
    for hidden in (".acts", ".ft", ".cd-b", ".pics"):
        assert not page.locator(hidden).first.is_visible(), hidden
    assert Attachment.objects.count() == 1


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_other_widths_do_not_run_sideways(visit: Visit, codes: dict[str, str], width: int) -> None:
    page = visit("/", width)
    origin = page.url.rstrip("/")
    for path in ("/", "/report/", "/scam/", "/r/{new}/", "/r/{done}/", "/how/"):
        page.goto(origin + path.format(**codes))
        assert page.evaluate(SIDEWAYS) <= width, path


FAKE = "您的快递丢失，请加理赔客服微信办理三倍理赔，不要告诉家人，点 http://kd.example/abcdefghijklmnopqrstuvwxyz0123456789"


def test_pasted_answered_and_reported_without_scripts(visit: Visit, site: tuple[str, Cast]) -> None:
    """From the first page to the receipt; what was pasted stands in no address, and going back finds the answer."""
    page = visit("/", java_script_enabled=False)
    page.get_by_role("link", name="是诈骗吗").click()
    page.get_by_role("button", name="看看像不像诈骗").click()
    assert page.locator(".ans").count() == 0, "the browser itself asks for the words"
    page.get_by_label("收到了什么").fill(FAKE)
    page.get_by_role("button", name="看看像不像诈骗").click()
    assert "很像诈骗" in page.locator(".ans").inner_text()
    assert page.get_by_label("收到了什么").input_value() == FAKE
    page.get_by_role("button", name="钱已经转了、正在转：现在就报").click()
    assert page.url.endswith("/report/start/")
    assert FAKE in page.get_by_label("发生了什么").input_value()
    page.go_back()
    assert "很像诈骗" in page.locator(".ans").inner_text()
    page.get_by_role("button", name="钱已经转了、正在转：现在就报").click()
    page.get_by_label("村、社区").select_option("锦澜社区")
    page.get_by_role("button", name="提交").click()
    row = Report.objects.get()
    assert page.url.endswith(f"/r/{row.code}/110/")
    assert (row.severity, row.area.name) == (1, "锦澜社区")
    assert row.text.endswith(FAKE)
    page.get_by_role("link", name="看查询码和进度").click()
    assert row.code in page.locator("main").inner_text()


def test_every_answer_suits_everybody_on_a_phone(visit: Visit, site: tuple[str, Cast]) -> None:
    """Each verdict, a refusal and the carried form: axe, targets, width, double size, and the numbers in sight."""
    page = visit("/robots.txt")
    for text in (
        FAKE,
        "我转了钱给客服，验证码也给了",
        "兼职招人，手机在家赚钱，日结",
        "13800138000",
        "长" * 6001,
    ):
        page.goto(site[0] + "/scam/")
        page.get_by_label("收到了什么").fill(text)
        page.get_by_role("button", name="看看像不像诈骗").click()
        page.locator(".ans, .er-f").first.wait_for()
        settle(page)
        assert violations(page) == [], text[:20]
        assert page.evaluate(SMALL) == [], text[:20]
        assert page.evaluate(SIDEWAYS) <= 390, text[:20]
        page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
        for number in ("96110", "110"):
            assert page.locator(f".calls a[href='tel:{number}']").evaluate(IN_SIGHT), number
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate(SIDEWAYS) <= 390, f"{text[:20]}: text at double size"
        assert violations(page) == [], f"{text[:20]}: text at double size"
        if page.locator(".ans").count():
            page.evaluate("document.documentElement.style.fontSize = ''")
            page.get_by_role("button", name="钱已经转了、正在转：现在就报").click()
            page.wait_for_url("**/report/start/")
            settle(page)
            assert violations(page) == []
            assert page.evaluate(SMALL) == []
            assert page.evaluate(SIDEWAYS) <= 390
    assert [line for line in page.said if "422" not in line] == []


IN_SIGHT = "e => { const r = e.getBoundingClientRect(); return r.top >= 0 && r.bottom <= innerHeight && r.height >= 44; }"
