"""A part of the engine that hangs is left behind: the report goes on without what it would have said.

The part runs in another thread and is waited for a moment; threads are kept for the next question, for making one costs
as much as a short answer. Python cannot end a thread from outside, so one that hangs stays until it ends by itself;
while it does the part is not asked again for a while, so that a thousand reports do not leave a thousand threads.
Whatever never lets go of the interpreter's lock (one regular expression run wild) cannot be interrupted so.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

T = TypeVar("T")

LIMIT = 4.0
"""Seconds a part may take for one text. It takes milliseconds; a loaded machine may take a thousand times as long."""
REST = 60.0
"""Seconds for which a part that hung is not asked again."""


class TooLong(Exception):
    """The part did not answer in time, or hung a moment ago."""


class _Asked(Generic[T]):
    """One question."""

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


class _Worker:
    """A thread that answers one question after the other, and stands in ``_idle`` between them."""

    def __init__(self) -> None:
        self._given: SimpleQueue[_Asked[Any]] = SimpleQueue()
        threading.Thread(target=self._work, name="engine", daemon=True).start()

    def take(self, asked: _Asked[Any]) -> None:
        """Work on this next."""
        self._given.put(asked)

    def _work(self) -> None:
        while True:
            asked = self._given.get()
            asked.run()
            _idle.append(self)
            asked.over.set()


_idle: deque[_Worker] = deque()
os.register_at_fork(after_in_child=_idle.clear)  # threads do not come along
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
    _worker().take(asked)
    if not asked.over.wait(LIMIT if seconds is None else seconds):
        _hung[part] = (time.monotonic() + REST, asked.over)
        raise TooLong(part)
    if asked.error is not None:
        raise asked.error
    return asked.answer  # type: ignore[return-value]


def _worker() -> _Worker:
    try:
        return _idle.pop()
    except IndexError:
        return _Worker()


def forget() -> None:
    """No part hung (tests)."""
    _hung.clear()
