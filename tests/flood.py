"""A clock in the hand of the tests of the flood guard, with the limits they ask for."""

from __future__ import annotations

from typing import Any

import pytest

from fengqiao.lib import guard
from fengqiao.settings import flood_limits


class Watch:
    """A clock for the guard that only goes when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        """Seconds since some moment."""
        return self.now


def held(monkeypatch: pytest.MonkeyPatch, settings: Any, limits: str = "") -> Watch:
    """Limits as in FENGQIAO_LIMITS (the usual ones when empty), nobody has knocked yet, and the clock stands."""
    settings.LIMITS = flood_limits(limits)
    found = Watch()
    monkeypatch.setattr(guard, "time", found)
    guard.forget()
    return found
