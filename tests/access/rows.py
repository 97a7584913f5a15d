"""What a row of the matrix says: an address, whose it is, what they send, and what strangers get."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.access.ground import Ground

GONE = "gone"
"""404, whatever is asked: the thing is not there."""
BARE = "bare"
"""The page opens, nothing of grid 1 stands on it, and what is sent about grid 1 is refused."""
OWN = "own"
"""Everybody may, on what is their own; nothing else is named."""


@dataclass(frozen=True)
class Row:
    """One address of the URL conf, with one verb where the address has one.

    ``who`` does it: GET answers ``get`` (None: there is no GET), POST with ``send`` answers ``post``. ``nobody``
    and ``outsider``: what somebody without appointment and somebody with every right elsewhere get. Whatever is
    not "gone" needs ``why``. ``tells``: kinds of secrets this page shows to all its readers, by design.
    """

    who: str
    at: Callable[[Ground], Sequence[Any]] = lambda g: ()
    send: Callable[[Ground], dict[str, Any]] | None = None
    get: int | None = 200
    post: int = 303
    query: str = ""
    nobody: str = GONE
    outsider: str = GONE
    why: str = ""
    tells: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if (self.nobody, self.outsider) != (GONE, GONE) and not self.why:
            raise ValueError("say why strangers may open this")


def only(**payload: Any) -> Callable[[Ground], dict[str, Any]]:
    """A payload that is the same on every ground."""
    return lambda g: dict(payload)


def nothing(ground: Ground) -> dict[str, Any]:
    """A form without fields."""
    return {}
