"""One small demonstration for each place: its own people, ground and lists, and fewer matters than it would have."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from fengqiao.accounts.models import Person
from fengqiao.demo.build import build
from fengqiao.demo.model import Township
from fengqiao.demo.scales import scale_of_place
from fengqiao.demo.township import build_township
from fengqiao.lib.place_config import load_place

BACKEND = "django.contrib.auth.backends.ModelBackend"
MATTERS = 110


@cache
def town_of(key: str) -> Township:
    """The place's township at its own scale."""
    return build_township(1, scale_of_place(load_place(key)))


@dataclass(frozen=True)
class Demo:
    """A place's demonstration in the database."""

    key: str

    def page(self, role: str, path: str) -> str:
        """What somebody signed in under a role's name sees."""
        client = Client()
        client.force_login(Person.objects.get(username=role), backend=BACKEND)
        answer = client.get(path)
        assert answer.status_code == 200, (role, path, answer.status_code)
        return answer.content.decode()


@pytest.fixture(scope="module")
def demo(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any) -> Iterator[Demo]:
    """The demonstration of the place named by the parameter, kept while the tests of that place run."""
    before = os.environ.get("FENGQIAO_PLACE")
    os.environ["FENGQIAO_PLACE"] = request.param
    with django_db_blocker.unblock(), transaction.atomic():
        quiet: Callable[[str], None] = lambda words: None  # noqa: E731
        build(seed=1, scale=scale_of_place(load_place(request.param)), matters=MATTERS, say=quiet)
        yield Demo(request.param)
        transaction.set_rollback(True)
    os.environ.pop("FENGQIAO_PLACE")
    if before is not None:
        os.environ["FENGQIAO_PLACE"] = before
