"""The API against its own document: requests made from the schema never meet a fault."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings

from fengqiao.api.v1 import api
from fengqiao.lib.place_config import current_place
from fengqiao.teams.models import Appointment
from fengqiao.wsgi import application
from tests.api.world import World, token_for
from tests.cast import NOW, Cast

schemathesis = pytest.importorskip("schemathesis")
OPERATIONS = sum(len(path) for path in api.get_openapi_schema()["paths"].values())


def run(cast: Cast, examples: int) -> int:
    """Call every operation with ``examples`` requests made from the schema; returns how many were answered."""
    person = cast.people["nobody"]
    for role in current_place().roles:
        Appointment.objects.create(
            person=person,
            role=role.key,
            area=cast.areas["county"],
            valid_from=date(2026, 1, 1),
            created_at=NOW,
        )
    world = World(cast)
    world.report()
    world.active()
    headers = {"Authorization": f"Bearer {token_for(world, 'nobody')}"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    return sum(_try(found.ok(), headers, examples) for found in schema.get_all_operations())


def _try(operation: Any, headers: dict[str, str], examples: int) -> int:
    answered = 0

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def call(case: Any) -> None:
        nonlocal answered
        answer = case.call(headers=headers)
        assert answer.status_code < 500, (case.method, case.path, case.body, answer.content[:500])
        answered += 1

    call()
    return answered


def test_requests_made_from_the_document(cast: Cast) -> None:
    """A few for each operation."""
    assert run(cast, 2) >= OPERATIONS


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """The server closes its connection after each request; the test's own must stay open, as with Django's client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.full
def test_many_requests_made_from_the_document(cast: Cast) -> None:
    """Many for each operation."""
    assert run(cast, 40) >= 20 * OPERATIONS
