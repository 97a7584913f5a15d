"""One headless chromium for all tests of a process: the driver runs an event loop that there can be only one of.

And what all tests of pages ask: whether a page has settled, and what axe finds on it.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import axe_core_python
import pytest

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]

FIND = """axe.run(document, {resultTypes: ["violations"]}).then(found =>
  found.violations.map(v => v.id + ": " + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(" | ")))"""
"""All rules that axe runs by default: WCAG 2 A and AA, its best practice, and more."""
SETTLED = """() => !document.querySelector(".htmx-request")
  && [...document.querySelectorAll("[data-map]")].every(map => !map.offsetWidth
    || map.querySelector(".leaflet-tile, path, .mpn") || map.parentElement.querySelector(".map-n[role]"))"""


@cache
def axe_script() -> str:
    """The source of axe."""
    return (Path(axe_core_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


def settle(page: Any) -> None:
    """Wait until the page is loaded, its maps are drawn and nothing that htmx asked for is on its way."""
    page.wait_for_load_state("load")
    page.wait_for_function(SETTLED)


def violations(page: Any) -> list[str]:
    """What axe finds on a page, in words; the driver may run scripts that the page's own policy forbids."""
    page.evaluate(axe_script())
    found: list[str] = page.evaluate(FIND)
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Debian's chromium without a window; a skip where it is not installed (a failure in CI)."""
    if not Path(CHROMIUM).exists():
        pytest.skip("chromium is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        running.close()
