"""Walk the demonstration in a real browser and write docs/screens/*.png for every door.

    make screens            # builds a demonstration in a temporary folder, serves it, takes the pictures, stops it

Needs Debian's chromium. Look at every picture before calling a screen done.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "docs" / "screens"
PASSWORD = "fengqiao-demo"  # noqa: S105 - of the demonstration
ARGUMENTS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


@dataclass(frozen=True)
class Shot:
    """One screen: file name, who looks, where, at which widths (pixels)."""

    name: str
    who: str
    path: str
    widths: tuple[int, ...] = (390, 1440)
    full: bool = True


SHOTS = (
    Shot("portal-home", "", "/"),
    Shot("portal-report", "", "/report/"),
    Shot("portal-scam", "", "/scam/"),
    Shot("portal-how", "", "/how/"),
    Shot("portal-progress", "", "/progress/"),
    Shot("signin", "", "/signin/"),
    Shot("field-today", "grid_worker", "/field/", (390,)),
    Shot("field-note", "grid_worker", "/field/note/", (390,)),
    Shot("field-matters", "grid_worker", "/field/matters/", (390,)),
    Shot("desk-inbox", "duty_officer", "/desk/", full=False),
    Shot("desk-new", "duty_officer", "/desk/new/"),
    Shot("desk-chat", "duty_officer", "/desk/chat/"),
    Shot("desk-mine", "duty_officer", "/desk/mine/"),
    Shot("desk-due", "duty_officer", "/desk/due/"),
    Shot("desk-matters", "duty_officer", "/desk/matters/"),
    Shot("desk-search", "duty_officer", "/desk/search/?q=漏水"),
    Shot("desk-mediation", "mediator", "/desk/mediation/"),
    Shot("desk-people", "station_head", "/desk/people/"),
    Shot("desk-territory", "station_head", "/desk/territory/"),
    Shot("desk-imports", "duty_officer", "/desk/imports/"),
    Shot("desk-settings", "station_head", "/desk/settings/"),
    Shot("board", "station_head", "/board/", (1920,), False),
    Shot("api", "", "/api/v1/openapi.json", (1440,), False),
)
"""Screens that need no particular record; a matter and a receipt are found on the way."""


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(folder: str, port: int) -> subprocess.Popen[bytes]:
    """Build and serve a demonstration."""
    environment = {**os.environ, "FENGQIAO_DATA_DIR": folder, "DATABASE_URL": ""}
    words = [str(Path(sys.executable).parent / "fengqiao"), "demo", "--serve", "--port", str(port)]
    process = subprocess.Popen(words, env=environment, start_new_session=True)
    for _attempt in range(600):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2)
            return process
        except OSError:
            time.sleep(0.5)
    raise SystemExit("the demonstration did not come up")


class Walk:
    """A browser with one session for each account."""

    def __init__(self, browser: Browser, base: str) -> None:
        self.browser, self.base = browser, base
        self.sessions: dict[str, object] = {}

    def page(self, who: str, width: int) -> Page:
        """A page of ``who`` at ``width``; signs in when it is the first."""
        height = 1080 if width == 1920 else 900 if width > 800 else 844
        state = self.sessions.get(who)
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, locale="zh-CN", storage_state=state
        )
        page = context.new_page()
        if who and state is None:
            page.goto(f"{self.base}/signin/")
            page.fill("input[name=username]", who)
            page.fill("input[name=password]", PASSWORD)
            page.press("input[name=password]", "Enter")
            page.wait_for_load_state("networkidle")
            self.sessions[who] = context.storage_state()
        return page

    def shoot(self, shot: Shot) -> list[str]:
        """Take the pictures of one screen; problems seen on the way."""
        problems = []
        for width in shot.widths:
            page = self.page(shot.who, width)
            page.on("console", lambda m, s=shot: m.type == "error" and problems.append(f"{s.name}: {m.text}"))
            answer = page.goto(self.base + shot.path)
            page.wait_for_load_state("networkidle")
            page.wait_for_timeout(400)
            if answer is None or answer.status != 200:
                problems.append(f"{shot.name}: status {answer.status if answer else 'none'}")
            if page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1"):
                problems.append(f"{shot.name} at {width}: scrolls sideways")
            page.screenshot(path=OUT / f"{shot.name}-{width}.png", full_page=shot.full)
            page.context.close()
        return problems


def found_on_the_way(walk: Walk) -> list[Shot]:
    """A matter with a story, a mediation and a receipt of the demonstration."""
    shots = []
    page = walk.page("duty_officer", 1440)
    page.goto(f"{walk.base}/desk/matters/")
    hits = re.findall(r"/desk/matters/[0-9-]+/", page.content())
    if hits:
        shots += [Shot("desk-matter", "duty_officer", hits[0])]
    page.context.close()
    page = walk.page("mediator", 1440)
    page.goto(f"{walk.base}/desk/mediation/")
    cases = re.findall(r"/desk/mediation/[0-9a-f-]{36}/", page.content())
    if cases:
        shots.append(Shot("desk-mediation-case", "mediator", cases[0]))
    page.context.close()
    page = walk.page("", 390)
    page.goto(f"{walk.base}/report/")
    page.fill(
        "textarea[name=text]", "3 栋 2 单元楼道里停了五六辆电瓶车，从二楼窗户飞线下来充电，昨晚闻到焦味"
    )
    page.click("form[method=post] button.btn-primary")
    page.wait_for_url("**/r/**")
    shots.append(Shot("portal-receipt", "", page.url.removeprefix(walk.base)))
    page.context.close()
    return shots


def main() -> int:
    """Take all pictures; exit 1 when a page failed, scrolled sideways or logged an error."""
    OUT.mkdir(parents=True, exist_ok=True)
    port = int(os.environ.get("SCREENS_PORT") or 0)
    folder = tempfile.mkdtemp(prefix="fengqiao-screens-")
    process = None if port else start(folder, port := free_port())
    problems: list[str] = []
    try:
        with sync_playwright() as p:
            browser = p.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
            walk = Walk(browser, f"http://127.0.0.1:{port}")
            for shot in (*SHOTS, *found_on_the_way(walk)):
                problems += walk.shoot(shot)
            browser.close()
    finally:
        if process is not None:
            os.killpg(process.pid, 15)
    print("\n".join(problems) or f"{len(list(OUT.glob('*.png')))} pictures in {OUT.relative_to(ROOT)}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
