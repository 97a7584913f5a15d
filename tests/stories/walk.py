"""Opening pages one after the other in one browser, and saying what is wrong with each."""

from __future__ import annotations

from collections.abc import Iterable

from playwright.sync_api import Page, Response

from tests.browser import settle, violations
from tests.conftest import CI
from tests.stories.conftest import Stage
from tests.stories.pages import Page as Row

PHONE = 390
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


class Look:
    """One open page of one person at one width, led from address to address; what is wrong is kept in words."""

    def __init__(self, stage: Stage, who: str, width: int) -> None:
        self.stage, self.who, self.width = stage, who, width
        self.page: Page = stage.page(who, "/robots.txt", width)
        self.said: list[str] = []
        self.status = 0
        self.page.on("console", lambda m: self.said.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("response", self._answered)

    def _answered(self, answer: Response) -> None:
        request = answer.request
        if request.is_navigation_request() and request.frame == self.page.main_frame:
            self.status = answer.status

    def open(self, row: Row) -> list[str]:
        """Go to a page; what is wrong with it."""
        self.page.goto(self.stage.base + row.path, wait_until="load")
        return self.check(row)

    def check(self, row: Row, status: int = 200) -> list[str]:
        """What is wrong with the page as it stands."""
        settle(self.page)
        faults = [] if self.status == status else [f"status {self.status}"]
        faults += self._headings(row)
        faults += [f"console: {text}" for text in self.said if status == 200 or f" {status} " not in text]
        faults += [f"axe {text}" for text in violations(self.page)]
        faults += self._sideways()
        self.said.clear()
        return [f"{self.who or 'visitor'} {row.path} at {self.width}: {fault}" for fault in faults]

    def _headings(self, row: Row) -> list[str]:
        found = [text.strip() for text in self.page.locator("h1").all_inner_texts()]
        if len(found) != 1 or not found[0]:
            return [f"one heading was expected, there are {found}"]
        faults = [] if row.heading in found[0] else [f"its heading is {found[0]!r}, not {row.heading!r}"]
        if row.words and row.words not in self.page.content():
            faults.append(f"{row.words!r} is not on it")
        return faults

    def _sideways(self) -> list[str]:
        """Whether anything sticks out, here and on a phone."""
        widths = [self.width] if self.width == PHONE else [self.width, PHONE]
        found = []
        for width in widths:
            self._resize(width)
            if (over := self.page.evaluate(SIDEWAYS)) > 0:
                found.append(f"sticks out {over} px at {width} px")
        self._resize(self.width)
        return found

    def _resize(self, width: int) -> None:
        size = self.page.viewport_size
        if size and size["width"] != width:
            self.page.set_viewport_size({"width": width, "height": size["height"]})


class Walk:
    """The open pages of everybody, one for each person and width."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.looks: dict[tuple[str, int], Look] = {}

    def look(self, who: str, width: int = 1440) -> Look:
        """The open page of somebody."""
        if (who, width) not in self.looks:
            self.looks[who, width] = Look(self.stage, who, width)
        return self.looks[who, width]

    def through(self, rows: Iterable[Row], known: dict[str, str], *widths: int) -> list[str]:
        """Open every page of a table at these widths; everything that is wrong with them.

        Outside CI at the first of them alone: whether anything sticks out on a phone is looked at all the same.
        """
        faults: list[str] = []
        for row in rows:
            for width in widths if CI else widths[:1]:
                faults += self.look(row.who, width).open(row.at(known))
        return faults


def told(faults: Iterable[str]) -> str:
    """Faults one a line."""
    return "\n".join(faults)
