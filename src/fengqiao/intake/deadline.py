"""A part of the engine that hangs is left behind: the report goes on without what it would have said.

The part runs in a thread of its own and is waited for a moment. Python cannot end a thread from outside, so one that
hangs stays until it ends by itself; while it does the part is not asked again for a while, so that a thousand reports
do not leave a thousand threads. Whatever never lets go of the interpreter's lock (one regular expression run wild)
cannot be interrupted this way.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

LIMIT = 4.0
"""Seconds a part may take for one text. It takes milliseconds; a loaded machine may take a thousand times as long."""
REST = 60.0
"""Seconds for which a part that hung is not asked again."""


class TooLong(Exception):
    """The part did not answer in time, or hung a moment ago."""


class _Asked(Generic[T]):
    """One question in a thread of its own."""

    def __init__(self, job: Callable[[], T]) -> None:
        self._job = job
        self.answer: T | None = None
        self.error: Exception | None = None
        self.over = threading.Event()

    def run(self) -> None:
        """Ask, and keep what was answered or raised."""
        try:
            self.answer = self._job()
        except Exception as error:
            self.error = error
        finally:
            self.over.set()


_hung: dict[str, tuple[float, threading.Event]] = {}
"""By part: until when it rests, and whether the question it hung on has ended by now."""


def within(part: str, job: Callable[[], T], *, seconds: float | None = None) -> T:
    """The answer of ``job``, or its own exception; TooLong when it takes more than ``seconds``."""
    resting = _hung.get(part)
    if resting is not None:
        until, over = resting
        if not over.is_set() and time.monotonic() < until:
            raise TooLong(part)
        _hung.pop(part, None)
    asked = _Asked(job)
    threading.Thread(target=asked.run, name=f"engine-{part}", daemon=True).start()
    if not asked.over.wait(LIMIT if seconds is None else seconds):
        _hung[part] = (time.monotonic() + REST, asked.over)
        raise TooLong(part)
    if asked.error is not None:
        raise asked.error
    return asked.answer  # type: ignore[return-value]


def forget() -> None:
    """No part hung (tests)."""
    _hung.clear()
