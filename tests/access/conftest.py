"""One township for the whole walk: built once, undone at its end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings

from fengqiao.lib import clock
from tests.access.ground import Ground
from tests.cast import NOW, build_cast


@pytest.fixture(scope="package")
def db(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The test database, in one transaction for all of these tests. The name tells the runner to set it up."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="package")
def ground(db: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """The ground of the matrix; every test leaves it as it found it."""
    folder: Path = tmp_path_factory.mktemp("access")
    keys = {
        "MEDIA_ROOT": folder / "files",
        "KEY_FILE": folder / "keys.json",
        "MODEL_FILE": folder / "triage.model",
    }
    with override_settings(**keys), clock.at(NOW):
        yield Ground(build_cast(), folder)
