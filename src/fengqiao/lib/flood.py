"""How often is too often: a pure counting rule, and a small memory of who knocked, in this process alone.

The rule is the generic cell rate algorithm (ITU-T I.371): one number is kept for each key, the moment at which its
allowance would be whole again. ``count`` may come at once, then one every ``seconds / count``.
"""

from __future__ import annotations

import threading
from collections.abc import Hashable
from dataclasses import dataclass

MOST_KEYS = 50_000
"""Keys one process remembers at most; beyond that those who have been quiet longest are forgotten."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``count`` in ``seconds``."""

    count: int
    seconds: float = 60.0

    @property
    def apart(self) -> float:
        """Seconds in which one more becomes free."""
        return self.seconds / self.count


def take(limit: Limit, whole: float, now: float) -> tuple[float, float]:
    """The moment at which the allowance is whole again, and how many seconds to wait (0: admitted).

    ``whole``: what an earlier call gave back, 0 for a newcomer. ``now`` in seconds of a clock that never goes back.
    Whoever has to wait is not charged for asking.
    """
    start = max(whole, now)
    wait = start + limit.apart - limit.seconds - now
    return (whole, wait) if wait > 1e-9 else (start + limit.apart, 0.0)


class Memory:
    """What ``take`` needs to remember, for many keys and threads."""

    def __init__(self, most: int = MOST_KEYS) -> None:
        self.most = most
        self._whole: dict[Hashable, float] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._whole)

    def clear(self) -> None:
        """Forget everybody."""
        with self._lock:
            self._whole.clear()

    def hit(self, key: Hashable, limit: Limit, now: float) -> float:
        """Charge one to ``key``; how many seconds it has to wait instead (0: admitted)."""
        with self._lock:
            whole, wait = take(limit, self._whole.get(key, 0.0), now)
            if not wait:
                self._whole.pop(key, None)  # the latest stands last
                self._whole[key] = whole
                self._forget(now)
            return wait

    def wait(self, key: Hashable, limit: Limit, now: float) -> float:
        """How many seconds ``key`` would have to wait; nothing is charged."""
        with self._lock:
            return take(limit, self._whole.get(key, 0.0), now)[1]

    def _forget(self, now: float) -> None:
        if len(self._whole) <= self.most:
            return
        self._whole = {key: whole for key, whole in self._whole.items() if whole > now}
        for key in list(self._whole)[: max(0, len(self._whole) - self.most)]:
            del self._whole[key]


def parse(text: str, known: dict[str, int]) -> dict[str, Limit]:
    """Limits a minute from ``reports=30,guesses=20``; ``known`` gives the usual ones, 0 or ``off`` switches off.

    Raises ValueError in words for names and figures that make no sense.
    """
    counts = dict(known)
    if text.strip().lower() in {"off", "0"}:
        return {}
    for part in filter(None, (p.strip() for p in text.split(","))):
        name, _sign, figure = part.partition("=")
        if name.strip() not in known or not figure.strip().isdecimal():
            raise ValueError(f"{part!r}: write {', '.join(f'{k}={v}' for k, v in known.items())}, or off")
        counts[name.strip()] = int(figure)
    return {name: Limit(count) for name, count in counts.items() if count}
