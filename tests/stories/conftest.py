"""A stage for stories: the cast's township served live, a browser for each of the cast, and a clock that travels."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page

from fengqiao.cli.server import tick_all
from fengqiao.lib import clock
from fengqiao.matters.models import Matter
from fengqiao.mediation.models import MediationCase
from tests.cast import NOW, Cast, build_cast

ANSWERED = "sent => location.href !== sent || document.querySelector('.er-f, .q-e')"
"""A form was sent: another page stands there, or words beside the form say why not."""
PICTURES = os.environ.get("STORY_PICTURES", "")


class Stage:
    """Somebody does something on a page; time passes; the record is looked at."""

    def __init__(self, browser: Browser, base: str, cast: Cast) -> None:
        self.browser, self.base, self.cast = browser, base, cast
        self.contexts: dict[tuple[str, int], BrowserContext] = {}
        self.problems: list[str] = []
        self.pictures = 0

    def page(self, who: str = "", path: str = "/", width: int = 1440) -> Page:
        """``who`` opens ``path``; visitors have no name. Script errors are remembered."""
        context = self.contexts.get((who, width))
        if context is None:
            height = 900 if width > 800 else 844
            context = self.browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
            if who:
                context.add_cookies([self._cookie(who)])
            self.contexts[who, width] = context
        page = context.new_page()
        page.on("pageerror", lambda error: self.problems.append(f"{path}: {error}"))
        answer = page.goto(self.base + path)
        assert answer is not None
        assert answer.status == 200, f"{who} {path}: {answer.status}"
        return page

    def _cookie(self, who: str) -> Any:
        client = Client()
        client.force_login(self.cast.people[who], backend="django.contrib.auth.backends.ModelBackend")
        value = client.cookies[settings.SESSION_COOKIE_NAME].value
        return {"name": settings.SESSION_COOKIE_NAME, "value": value, "url": self.base}

    def picture(self, page: Page, name: str) -> None:
        """Keep a picture when STORY_PICTURES names a folder."""
        if PICTURES:
            self.pictures += 1
            page.screenshot(path=Path(PICTURES) / f"{name}-{self.pictures:02d}.png", full_page=True)

    def fill(self, page: Page, fields: dict[str, str]) -> None:
        """Fill a form by the names of its fields: texts, choices, ticks, days and times."""
        for name, value in fields.items():
            inputs = page.locator(f"main [name='{name}']")
            kind = inputs.first.evaluate("e => e.type || e.tagName")
            if kind in {"radio", "checkbox"}:
                wanted = page.locator(f"main [name='{name}'][value='{value}']") if kind == "radio" else inputs
                wanted.first.check(force=True)
            elif kind.startswith("select"):
                inputs.first.select_option(value=value)
            else:
                inputs.first.fill(value)

    def do(self, who: str, path: str, fields: dict[str, str], expect: str = "") -> Page:
        """Open a form, fill it, press its primary button; a refusal fails the story with its words."""
        page = self.page(who, path)
        self.fill(page, fields)
        page.locator("main form[method=post] button.btn-primary").last.click()
        page.wait_for_function(ANSWERED, arg=self.base + path)
        page.wait_for_load_state("load")
        faults = page.locator(".er-f, .q-e").all_inner_texts()
        assert not faults, f"{path}: {faults}"
        if expect:
            assert expect in page.content(), f"{path}: {expect!r} is not there"
        return page

    def verb(self, actor: str, matter: Matter, verb: str, /, **fields: str) -> Matter:
        """A verb on a matter through its form."""
        target = fields.pop("_on", "")
        suffix = f"{target}/" if target else ""
        self.do(actor, f"/desk/matters/{matter.number}/do/{verb}/{suffix}", fields).close()
        matter.refresh_from_db()
        return matter

    def case_verb(self, actor: str, case: MediationCase, verb: str, /, **fields: str) -> MediationCase:
        """A verb on a mediation through its form."""
        target = fields.pop("_on", "")
        suffix = f"{target}/" if target else ""
        self.do(actor, f"/desk/mediation/{case.uid}/do/{verb}/{suffix}", fields).close()
        case.refresh_from_db()
        return case

    def owner(self, matter: Matter) -> str:
        """Which of the cast owns the matter."""
        return next(key for key, person in self.cast.people.items() if person.pk == matter.owner_id)

    def travel(self, **length: float) -> None:
        """Let time pass, and the clocks with it."""
        clock.shift(clock.now() + timedelta(**length) - datetime.now(UTC))
        tick_all()

    def local(self, **length: float) -> str:
        """A moment from now as a date-and-time field takes it."""
        return clock.local(clock.now() + timedelta(**length)).strftime("%Y-%m-%dT%H:%M")

    def day(self, **length: float) -> str:
        """A day from now as a date field takes it."""
        return clock.local(clock.now() + timedelta(**length)).strftime("%Y-%m-%d")

    def follow_through(self, matter: Matter) -> Matter:
        """Go back at each planned time, find that it held, until the matter is filed."""
        for _round in range(12):
            matter.refresh_from_db()
            row = matter.follow_ups.filter(state="planned").order_by("due_at", "id").first()
            if matter.state != "resolved" or row is None:
                return matter
            wait = (row.due_at - clock.now()).total_seconds()
            if wait > 0:
                self.travel(seconds=wait + 60)
            matter.refresh_from_db()
            row.refresh_from_db()
            if row.state == "planned":
                self.verb(
                    self.owner(matter),
                    matter,
                    "follow_up",
                    _on=str(row.pk),
                    result="held",
                    note="去看过，稳住了",
                )
        raise AssertionError("the follow-ups never end")


@pytest.fixture
def stage(live_server: Any, browser: Browser) -> Iterator[Stage]:
    """The township on an ordinary Wednesday at ten in the morning."""
    clock.shift(NOW - datetime.now(UTC))
    found = Stage(browser, live_server.url, build_cast())
    yield found
    for context in found.contexts.values():
        context.close()
    clock.shift(timedelta(0))
    assert not found.problems
