"""The rooms of the desk, page by page: people, teams, duty, territory, imports, settings."""

from __future__ import annotations

import pytest

from tests.stories.conftest import Stage
from tests.stories.furnish import furnish
from tests.stories.pages import ROOMS
from tests.stories.walk import Walk, told

pytestmark = [pytest.mark.story, pytest.mark.thorough, pytest.mark.django_db(transaction=True)]


def test_every_page_of_the_rooms_suits_everybody(stage: Stage) -> None:
    """Status, heading, console, width and axe, at 1440 and 390 px."""
    house = furnish(stage.cast)
    faults = Walk(stage).through(ROOMS, house.known, 1440, 390)
    assert not faults, told(faults)
