"""Lets the tests empty the database between transactional tests; in production nothing is exempt.

``TransactionTestCase`` ends by deleting all rows. The triggers that keep history would refuse that, so they
are lifted for exactly that flush and put back after it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(scope="session", autouse=True)
def _flush_may_empty_history() -> Iterator[None]:
    from django.db import connection

    from fengqiao.audit import triggers

    operations = type(connection.ops)
    flush = operations.execute_sql_flush

    def lifted(self: Any, sql_list: list[str]) -> None:
        kept = [t for t in triggers.APPEND_ONLY if t not in triggers.missing()]
        for table in kept:
            triggers.remove(table)
        flush(self, sql_list)
        for table in kept:
            triggers.install(table)

    operations.execute_sql_flush = lifted  # type: ignore[method-assign]
    yield
    operations.execute_sql_flush = flush  # type: ignore[method-assign]
