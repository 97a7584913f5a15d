"""The design system in a real browser: readable to everybody, nothing inline, scripts that help."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser import settle, violations
from tools import gallery

pytestmark = pytest.mark.story

SIDEWAYS = "document.documentElement.scrollWidth"
PAGES = [p.name for p in sorted(gallery.PAGES.glob("*.html"))] + [
    f"error_{name}.html" for name in gallery.ERRORS
]
SMALL = """() => [...document.querySelectorAll("a,button,input,select,textarea,summary")]
.filter(e => e.getClientRects().length && !e.matches(".skip,.vh,p a,dd a") && !e.closest("label,p"))
.map(e => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])
.filter(([, r]) => r.width < 43.5 || r.height < 43.5).map(([html]) => html)"""


@pytest.fixture(scope="module")
def address(rendered: Path) -> Iterator[str]:
    """The gallery served with the product's content policy."""
    with gallery.server(rendered, 0) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture
def open_page(browser: Any, address: str) -> Iterator[Any]:
    """Opens a page at a width and collects what the console complains about."""
    contexts = []

    def opened(name: str, width: int = 1440, **options: Any) -> tuple[Any, list[str]]:
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        said: list[str] = []
        page.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e: said.append(str(e)))
        page.goto(address + name)
        return page, said

    yield opened
    for context in contexts:
        context.close()


def widths(name: str) -> list[int]:
    """The widths a page is looked at: phones narrow, the desk both, the board wide."""
    if name.startswith("board"):
        return [1920]
    return [1440, 390] if name.startswith("desk") else [390]


def too_small(page: Any, name: str) -> list[str]:
    """Things to tap that are smaller than a thumb, on the phone doors."""
    found: list[str] = page.evaluate(SMALL) if name.startswith(("portal", "field", "error")) else []
    return found


@pytest.mark.parametrize("name", PAGES)
def test_page_suits_everybody_and_keeps_the_content_policy(open_page: Any, name: str) -> None:
    for width in widths(name):
        page, said = open_page(name, width)
        settle(page)
        assert violations(page) == []
        assert said == []
        assert too_small(page, name) == []
        assert page.evaluate(SIDEWAYS) <= width
        if not name.startswith("board"):
            page.evaluate("document.documentElement.style.fontSize = '200%'")
            assert page.evaluate(SIDEWAYS) <= width, "text at double size"


def test_reporting_works_without_scripts(open_page: Any) -> None:
    page, _ = open_page("portal_report.html", 390, java_script_enabled=False)
    for field in ("#t", "#ph", "#area", "#addr", "#p"):
        assert page.locator(field).is_visible(), field
    assert not page.locator("[data-seg]").is_visible()


def test_the_menu_opens_without_scripts(open_page: Any) -> None:
    page, _ = open_page("desk_matter.html", 390, java_script_enabled=False)
    assert not page.locator(".nav-i").first.is_visible()
    page.locator(".menu-b").click()
    assert page.locator(".nav-i").first.is_visible()
    page.locator(".menu-x").click()
    assert not page.locator(".nav-i").first.is_visible()


def test_a_form_is_sent_once_and_its_button_held(open_page: Any) -> None:
    page, _ = open_page("portal_report.html", 390)
    page.evaluate("""() => { window.sent = 0;
      document.addEventListener("submit", e => { if (!e.defaultPrevented) window.sent += 1; e.preventDefault(); }); }""")
    page.locator(".send button").click()
    expect(page.locator(".send button")).to_be_disabled()
    page.evaluate("document.querySelector('main form').requestSubmit()")
    assert page.evaluate("window.sent") == 1
    page.evaluate("window.dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    assert page.locator(".send button").is_enabled()


def test_a_dangerous_verb_asks_first(open_page: Any) -> None:
    page, _ = open_page("desk_list.html")
    page.evaluate("""() => { window.sent = 0;
      document.addEventListener("submit", e => {
        if (e.target.method !== "dialog" && !e.defaultPrevented) { window.sent += 1; e.preventDefault(); } }); }""")
    page.evaluate("document.querySelectorAll('form').forEach(f => f.noValidate = true)")
    page.get_by_role("button", name="交上去", exact=True).click()
    assert page.locator("dialog[open]").is_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
    assert page.evaluate("window.sent") == 0
    page.get_by_role("button", name="交上去", exact=True).click()
    page.locator("dialog[open] .btn-primary").click()
    expect(page.locator("dialog")).to_have_count(0)
    assert page.evaluate("window.sent") == 1


def test_keys_press_what_they_name_but_not_while_someone_types(open_page: Any) -> None:
    page, _ = open_page("desk_inbox.html")
    page.keyboard.press("2")
    assert page.locator("input[value=b]").is_checked()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "site-search"
    page.keyboard.type("13")
    assert page.locator("input[value=b]").is_checked()
    assert page.locator("#site-search").input_value() == "13"


def test_the_list_of_keys_is_made_from_the_page_and_can_switch_them_off(open_page: Any) -> None:
    page, _ = open_page("desk_inbox.html")
    page.keyboard.press("?")
    text = page.locator("dialog[open]").inner_text()
    assert "全部照办，看下一件" in text
    assert "下一件" in text
    page.locator("dialog[open] input[type=checkbox]").check()
    page.keyboard.press("Escape")
    page.keyboard.press("2")
    assert not page.locator("input[value=b]").is_checked()


def test_a_toast_counts_down_and_goes(open_page: Any) -> None:
    page, _ = open_page("desk_inbox.html")
    detail = "{detail: {text: '好了', undo: '/u', seconds: 2}}"
    page.evaluate(f"document.body.dispatchEvent(new CustomEvent('toast', {detail}))")
    toast = page.locator(".toast-u", has_text="好了")
    assert "2 秒" in toast.inner_text()
    toast.wait_for(state="detached", timeout=4000)


def test_unsent_words_come_back_and_private_ones_do_not(open_page: Any, address: str) -> None:
    page, _ = open_page("field_note.html", 390)
    page.locator("#nw").fill("楼道五辆车")
    page.goto(address + "field_note.html")
    assert page.locator("#nw").input_value() == "楼道五辆车"
    assert page.locator(".drf").is_visible()
    page.locator(".drf button").click()
    page.goto(address + "field_note.html")
    assert page.locator("#nw").input_value() == ""
    page.goto(address + "portal_report.html")
    page.locator("#p").fill("13911112222")
    page.locator("#t").fill("路灯不亮")
    page.wait_for_function("() => JSON.stringify(Object.entries(sessionStorage)).includes('路灯不亮')")
    assert "13911112222" not in page.evaluate("JSON.stringify(Object.entries(sessionStorage))")


def test_more_text_than_the_browser_keeps_is_said_at_once(open_page: Any) -> None:
    page, said = open_page("field_note.html", 390)
    page.evaluate("""() => { const box = document.querySelector("#nw"); box.value = "字".repeat(6_000_000);
      box.dispatchEvent(new Event("input", {bubbles: true})); }""")
    expect(page.locator(".drf")).to_contain_text("没能替您留一份")
    assert said == []


def test_photos_are_previewed_and_can_be_taken_out(open_page: Any, tmp_path: Path) -> None:
    from PIL import Image

    for number in range(2):
        Image.new("RGB", (60, 40), (200, 40 * number, 0)).save(tmp_path / f"{number}.jpg")
    (tmp_path / "x.txt").write_text("no", encoding="utf-8")
    page, said = open_page("portal_report.html", 390)
    page.locator("#ph").set_input_files([tmp_path / "0.jpg", tmp_path / "x.txt"])
    page.locator(".th canvas").first.wait_for()
    expect(page.locator("p.hint[role=status]")).to_contain_text("不是照片")
    page.locator("#ph").set_input_files([tmp_path / "1.jpg"])
    expect(page.locator(".th")).to_have_count(2)
    page.get_by_role("button", name="去掉第 1 张照片").click()
    assert page.evaluate("[...document.querySelector('#ph').files].map(f => f.name)") == ["1.jpg"]
    assert said == []


def test_a_place_is_picked_by_tap_and_by_keyboard(open_page: Any) -> None:
    page, _ = open_page("portal_report.html", 390)
    page.locator(".leaflet-marker-icon").first.wait_for()
    before = page.locator("#lat").input_value()
    page.locator("#where").click(position={"x": 60, "y": 60})
    tapped = page.locator("#lat").input_value()
    assert tapped != before
    page.locator("#where").focus()
    page.keyboard.press("Enter")
    assert page.locator("#lat").input_value() != tapped


def test_panels_show_one_way_to_say_where_at_a_time(open_page: Any) -> None:
    page, _ = open_page("portal_report.html", 390)
    assert page.locator("#w-map").is_visible()
    page.get_by_role("button", name="写地址").click()
    assert page.locator("#w-addr").is_visible()
    assert not page.locator("#w-map").is_visible()
