"""What the tests of the desk share: signing in as one of the cast, a matter in hand, a report that waits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from fengqiao.accounts.scope import RESIDENT
from fengqiao.intake.actions import receive_report
from fengqiao.intake.drafts import ContactDraft
from fengqiao.intake.models import Report
from fengqiao.matters import actions
from fengqiao.matters.models import Matter
from fengqiao.matters.queries import current_categories
from tests.cast import NOW, Cast

BACKEND = "django.contrib.auth.backends.ModelBackend"
SAID = "3 栋 2 单元楼道里停了五六辆电瓶车，从二楼窗户飞线下来充电，怕着火"

As = Callable[[str], Client]


@pytest.fixture
def as_(cast: Cast) -> As:
    """A browser signed in as one of the cast."""

    def sign_in(name: str) -> Client:
        client = Client()
        client.force_login(cast.people[name], backend=BACKEND)
        return client

    return sign_in


def open_one(cast: Cast, **changes: object) -> Matter:
    """A dispute in grid 1 that waits for the beat officer to take it up."""
    given: dict[str, object] = {
        "by": cast.actor("duty"),
        "category": current_categories()["NB4"],
        "title": "11 栋 302 漏到 202",
        "area": cast.areas["grid1"],
        "place": cast.places["jinlan"],
        "lat": 30.02,
        "lon": 120.02,
        "origin": "resident",
        "owner": cast.people["officer"],
        "next_step": "到现场看",
        "due_at": NOW + timedelta(days=2),
        **changes,
    }
    return actions.open_matter(**given)  # type: ignore[arg-type]


@pytest.fixture
def fresh(cast: Cast) -> Matter:
    """A matter just assigned to the beat officer."""
    return open_one(cast)


@pytest.fixture
def matter(cast: Cast, fresh: Matter) -> Matter:
    """A matter the beat officer works on."""
    return actions.accept(fresh, by=cast.actor("officer"))


def tell(cast: Cast, text: str = SAID, key: str = "k1", **changes: object) -> Report:
    """A resident reports something at 锦澜苑."""
    given: dict[str, object] = {
        "by": RESIDENT,
        "channel": "portal",
        "text": text,
        "key": key,
        "place": cast.places["jinlan"],
        "contact": ContactDraft("张三", "13800005120", True),
        "anonymous": False,
        **changes,
    }
    return receive_report(**given).report  # type: ignore[arg-type]


@pytest.fixture
def report(cast: Cast) -> Report:
    """A report that waits in the inbox."""
    return tell(cast)
