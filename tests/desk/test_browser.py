"""The desk in a real browser: twenty reports by keyboard alone, no scripts needed, refusals that keep the words."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.desk.site import PASSWORD, SAID
from tests.paths import ROOT

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
pytestmark = [
    pytest.mark.story,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs chromium"),
]


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    for _try in range(240):
        if process.poll() is not None:
            raise RuntimeError("the site did not start")
        try:
            urllib.request.urlopen(f"{address}/signin/", timeout=2)  # noqa: S310 - our own address
            return
        except OSError:
            time.sleep(0.25)
    raise RuntimeError("the site did not answer within a minute")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a freshly seeded desk."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "FENGQIAO_PLACE"}}
    env |= {"FENGQIAO_DATA_DIR": str(tmp_path_factory.mktemp("desk")), "FENGQIAO_TEST": "1"}
    command = [sys.executable, "-m", "tests.desk.site", str(port)]
    process = subprocess.Popen(
        command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait(f"http://127.0.0.1:{port}", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)


def enter(browser: Any, site: str, name: str, width: int = 1440, scripts: bool = True) -> Any:
    """A page signed in as somebody; everything the console complains of is kept."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, java_script_enabled=scripts, locale="zh-CN"
    )
    page = context.new_page()
    page.complaints = []
    page.on("console", lambda m: page.complaints.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: page.complaints.append(str(e)))
    page.goto(f"{site}/signin/")
    page.fill("#id_username", name)
    page.fill("#id_password", PASSWORD)
    page.click("form button.btn-primary")
    page.wait_for_url("**/desk/**", wait_until="load")  # scripts run before the page counts as loaded
    return page


def words(page: Any) -> str:
    return str(page.locator("#inbox .say").inner_text()) if page.locator("#inbox .say").count() else ""


def moved(page: Any, before: str) -> str:
    """Wait until another report is in hand; its words."""
    gone = "before => (document.querySelector('#inbox .say')?.innerText || '') !== before"
    try:
        page.wait_for_function(gone, arg=before)
    except Exception as error:
        told = page.evaluate(
            "() => [document.activeElement.outerHTML.slice(0, 200), document.querySelector('.er-f,.toast-u')?.innerText]"
        )
        raise AssertionError(f"still at {before!r}: {told}, {page.complaints}") from error
    page.wait_for_function("() => !document.querySelector('.htmx-request')")
    return words(page)


def focused(page: Any, name: str) -> None:
    """Wait until the field has the focus: what is typed before would be keys of the page."""
    page.wait_for_function("id => document.activeElement.id === id", arg=name)


def follow(page: Any, selector: str) -> None:
    """Press something that leads to another page, and wait for that page."""
    with page.expect_navigation(wait_until="load"):
        page.click(selector)


def test_twenty_reports_by_keyboard_alone(browser: Any, site: str) -> None:
    page = enter(browser, site, "duty")
    keys, first = page.keyboard, words(page)
    assert first.strip("“”") in SAID

    keys.press("j")
    second = moved(page, first)
    keys.press("k")
    assert moved(page, second) == first

    keys.press("?")
    assert page.locator("dialog[open]").inner_text().count("全部照办") == 1
    keys.press("Escape")

    keys.press("Enter")
    moved(page, first)
    expect(page.locator("#toasts")).to_contain_text("上一件已交给")
    keys.press("z")
    assert moved(page, second) == first
    expect(page.locator("main .msgs")).to_contain_text("撤销了")

    keys.press("v")
    focused(page, "id_purpose")
    keys.type("核实地点和现场情况")
    keys.press("Enter")
    page.wait_for_selector("#contact a[href^='tel:']")

    before = first
    for done in range(20):
        if done == 1:
            keys.press("2")
            page.wait_for_function(
                "() => document.querySelector('#decide input[name=category]:checked').dataset.key === '2'"
            )
        if done == 2:
            keys.press("n")
            focused(page, "id_next_step")
            keys.type("先打电话问清")
            assert page.input_value("#decide #id_next_step") == "先打电话问清"
            keys.press("Escape")
        if done == 3:
            keys.press("4")
            keys.type("噪声")
            page.wait_for_function("() => document.querySelector('#decide input[value=other]').checked")
            keys.press("Escape")
        page.wait_for_function("() => !document.querySelector('.htmx-request')")
        keys.press("Enter")
        before = moved(page, before)
    expect(page.locator("#inbox-sub")).to_contain_text(f"还有 {len(SAID) - 20} 件没看")
    assert page.complaints == []

    keys.press("r")
    focused(page, "id_to")
    keys.type("柳溪水务公司 96390")
    keys.press("Tab")
    keys.type("是供水管道")
    keys.press("Enter")
    moved(page, before)
    expect(page.locator("#inbox-sub")).to_contain_text(f"还有 {len(SAID) - 21} 件没看")
    page.context.close()


def test_everything_works_without_scripts(browser: Any, site: str) -> None:
    page = enter(browser, site, "duty", scripts=False)
    before = words(page)
    follow(page, "text=全部照办，看下一件")
    assert words(page) != before
    follow(page, "text=刚定的 >> xpath=../.. >> button >> nth=0")
    assert words(page) == before
    follow(page, "text=全部事项")
    follow(page, "table a.t >> nth=0")
    page.fill("textarea[name=text]", "没有脚本也记得下")
    follow(page, "text=记下")
    assert "没有脚本也记得下" in page.content() or page.locator(".er-f").count()
    page.context.close()


def test_a_verb_opens_under_its_button_and_a_refusal_keeps_the_words(browser: Any, site: str) -> None:
    page = enter(browser, site, "officer")
    page.goto(f"{site}/desk/mine/")
    follow(page, "text=待接手 >> nth=0")
    page.goto(f"{site}/desk/matters/?q=堵着门")
    follow(page, "table a.t >> nth=0")
    page.click(".vb >> text=改下一步")
    focused(page, "id_next_step")
    page.fill("#verb #id_due_at", "2020-01-01T08:00")
    page.fill("#verb #id_next_step", "第二次上门看")
    page.click("#verb button.btn-primary")
    page.wait_for_selector("#verb .er-f >> text=已经过去了")
    assert page.input_value("#verb #id_next_step") == "第二次上门看"
    page.fill("#verb #id_due_at", "2030-01-01T08:00")
    page.click("#verb button.btn-primary")
    page.wait_for_selector("#verb .er-f >> text=太远")
    page.click("#verb >> text=不办了")
    page.wait_for_selector("#verb .vf", state="detached")
    page.click(".vb >> text=转交")
    page.wait_for_selector("#verb #id_to")
    assert page.complaints == []
    page.context.close()
