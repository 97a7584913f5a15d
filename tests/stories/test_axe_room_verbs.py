"""The form of every verb of the rooms: people, territory, settings."""

from __future__ import annotations

import pytest

from tests.stories.conftest import Stage
from tests.stories.furnish import furnish
from tests.stories.pages import PEOPLE, SETTINGS, TERRITORY, forms
from tests.stories.walk import Walk, told

pytestmark = [pytest.mark.story, pytest.mark.thorough, pytest.mark.django_db(transaction=True)]


def test_every_form_suits_everybody(stage: Stage) -> None:
    """Status, heading, button, console and axe at 1440 px; nothing sticks out on a phone."""
    house = furnish(stage.cast)
    rows = [row for room in (PEOPLE, TERRITORY, SETTINGS) for row in forms(room, house.known)]
    faults = Walk(stage).through(rows, house.known, 1440)
    assert not faults, told(faults)
