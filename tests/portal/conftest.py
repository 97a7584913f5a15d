"""What the tests of the portal share: a browser that is only a reader, a running site, the cast on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from fengqiao.intake.models import Report
from fengqiao.portal import ground
from tests.cast import Cast, build_cast
from tests.portal.helpers import LEAK, sent


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    """No figure or map of an earlier test."""
    cache.clear()
    ground._drawn = None
    yield
    cache.clear()


@pytest.fixture
def resident(cast: Cast) -> Client:
    """Somebody without an account, in the township."""
    return Client(HTTP_ACCEPT_LANGUAGE="zh-CN")


@pytest.fixture
def bring(resident: Client) -> Callable[..., Report]:
    """Fill in and send the form as a browser does; the report that came of it."""

    def brought(text: str = LEAK, **more: Any) -> Report:
        answer = sent(resident, text, **more)
        assert answer.status_code == 303, answer.content.decode()[:2000]
        return Report.objects.get(code=answer.headers["Location"].split("/")[2])

    return brought


@pytest.fixture
def site(transactional_db: None, live_server: Any) -> tuple[str, Cast]:
    """The running site with the cast in its database; the clock runs as it does for people."""
    return str(live_server.url), build_cast()


@pytest.fixture
def visit(browser: Any, site: tuple[str, Cast]) -> Iterator[Callable[..., Any]]:
    """Opens a page of the running site; what the console complains about is in ``page.said``."""
    contexts = []

    def opened(path: str = "/", width: int = 390, **options: Any) -> Any:
        context = browser.new_context(viewport={"width": width, "height": 844}, locale="zh-CN", **options)
        contexts.append(context)
        page = context.new_page()
        page.said = []
        page.on("console", lambda m: page.said.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e: page.said.append(str(e)))
        page.goto(site[0] + path)
        return page

    yield opened
    for context in contexts:
        context.close()
