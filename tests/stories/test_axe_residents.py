"""The doors for the pocket, page by page: residents and people on foot, wide and narrow."""

from __future__ import annotations

import pytest

from tests.stories.conftest import Stage
from tests.stories.furnish import furnish
from tests.stories.pages import FIELD, PORTAL, Page
from tests.stories.walk import Walk, told

pytestmark = [pytest.mark.story, pytest.mark.django_db(transaction=True)]


def test_every_page_of_portal_and_field_suits_everybody(stage: Stage) -> None:
    """Status, heading, console, width, axe, at 390 and 1440 px."""
    house = furnish(stage.cast)
    faults = Walk(stage).through((*PORTAL, *FIELD), house.known, 390, 1440)
    assert not faults, told(faults)


BREAK = """() => { document.documentElement.removeAttribute("lang"); console.error("broken");
  document.querySelector("h1").textContent = "别的"; document.querySelector("main").style.minWidth = "2000px"; }"""


def test_looking_finds_what_is_wrong(stage: Stage) -> None:
    """A page broken on purpose: another status, heading and words, an error, something wide, a violation."""
    look = Walk(stage).look("", 390)
    row = Page("", "/how/", "这是怎么办的", "没有写的字")
    assert len(look.open(row)) == 1
    look.page.evaluate(BREAK)
    found = told(look.check(row, status=404))
    for words in ("status 200", "its heading is '别的'", "'没有写的字' is not on it", "console: broken"):
        assert words in found
    assert "axe html-has-lang" in found
    assert "sticks out" in found
