"""Lets the tests empty the database between transactional tests; in production nothing is exempt.

``TransactionTestCase`` ends by deleting all rows. The triggers that keep history would refuse that, so they
are lifted for exactly that flush and put back after it. And a picture that a page asked for just before its
browser was closed may still be on its way through the live server: a request answered after the flush would
write into the next test's database (a station without people makes itself a duty desk), so the flush waits.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from django.core.servers.basehttp import ThreadedWSGIServer
from django.core.signals import request_finished, request_started

HANG_UP = 2.0
"""Seconds that connections get to end: a closed browser hangs up at once, a forgotten one never does."""
ANSWER = 30.0
"""Seconds that a request may take to be answered before the test that left it behind is to blame."""


class Traffic:
    """What goes on in the live server: connections that are open, threads that answer a request."""

    def __init__(self) -> None:
        self.connected: set[int] = set()
        self.answering: set[int] = set()

    def started(self, **_kwargs: Any) -> None:
        """A request has come in; those of test clients are answered before their test goes on."""
        if threading.get_ident() in self.connected:
            self.answering.add(threading.get_ident())

    def finished(self, **_kwargs: Any) -> None:
        """The answer is on its way, all of it."""
        self.answering.discard(threading.get_ident())

    def wait(self) -> None:
        """Return when nobody is connected any more, or those who are ask for nothing. TimeoutError otherwise."""
        begun = time.monotonic()
        while self.connected and (self.answering or time.monotonic() - begun < HANG_UP):
            if time.monotonic() - begun > ANSWER:
                raise TimeoutError(f"the live server has not answered for {ANSWER:.0f} s")
            time.sleep(0.002)


@pytest.fixture(scope="session")
def traffic() -> Iterator[Traffic]:
    """The traffic of this process's live server, watched from the first connection on."""
    watched = Traffic()
    serve = ThreadedWSGIServer.process_request_thread

    def counted(self: Any, request: Any, client_address: Any) -> None:
        here = threading.get_ident()
        watched.connected.add(here)
        try:
            serve(self, request, client_address)
        finally:
            watched.connected.discard(here)
            watched.answering.discard(here)

    ThreadedWSGIServer.process_request_thread = counted  # type: ignore[method-assign]
    request_started.connect(watched.started)
    request_finished.connect(watched.finished)
    yield watched
    ThreadedWSGIServer.process_request_thread = serve  # type: ignore[method-assign]
    request_started.disconnect(watched.started)
    request_finished.disconnect(watched.finished)


@pytest.fixture(scope="session", autouse=True)
def _flush_may_empty_history(traffic: Traffic) -> Iterator[None]:
    from django.db import connection

    from fengqiao.audit import triggers

    operations = type(connection.ops)
    flush = operations.execute_sql_flush

    def lifted(self: Any, sql_list: Iterable[str]) -> None:
        traffic.wait()
        kept = [t for t in triggers.APPEND_ONLY if t not in triggers.missing()]
        for table in kept:
            triggers.remove(table)
        flush(self, sql_list)
        for table in kept:
            triggers.install(table)

    operations.execute_sql_flush = lifted  # type: ignore[method-assign]
    yield
    operations.execute_sql_flush = flush  # type: ignore[method-assign]
