"""The embedded database counts its tables when they have grown, and not otherwise."""

from __future__ import annotations

import pytest
from django.db import connection

from fengqiao.lib.clock import now
from fengqiao.lib.db import statistics
from fengqiao.notices.models import Notice
from tests.cast import Cast

TABLE = Notice._meta.db_table


def fill(cast: Cast, n: int) -> None:
    """``n`` more rows of a plain table."""
    person = cast.people["head"]
    Notice.objects.bulk_create(
        [Notice(to=person, kind="overdue", text="超期", link="/", at=now()) for _ in range(n)]
    )


def test_it_counts_again_when_a_table_has_grown(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statistics, "SMALL", 40)
    fill(cast, 60)
    Notice.objects.all().delete()  # ids go on from here: what was there before does not count
    assert not statistics.refresh_statistics([TABLE])
    fill(cast, 50)
    if connection.vendor != "sqlite":
        assert not statistics.refresh_statistics([TABLE])  # PostgreSQL counts by itself
        return
    assert statistics.refresh_statistics([TABLE])
    assert not statistics.refresh_statistics([TABLE])
    fill(cast, 20)
    assert not statistics.refresh_statistics([TABLE])
    fill(cast, 20)
    assert statistics.refresh_statistics([TABLE])
