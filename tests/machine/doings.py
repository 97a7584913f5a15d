"""What a doing is: an action of the program, the verb of the table it follows, and how to get it ready."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.machine import oracle

if TYPE_CHECKING:
    from tests.machine.life import Life

Key = tuple[str, int]
"""A report or a matter: its kind and its id."""

Pair = tuple[str, str, str]
"""Kind, doing, state it starts from: what is counted and steered by."""


class Broken(AssertionError):
    """The program did something the oracle forbids, or did not do what the oracle expects."""


@dataclass(frozen=True)
class Doing:
    """An action on a report or a matter, or (kind "birth") something that begins or passes by itself.

    ``prepare`` gets the life and the freshly read row (None for births) and gives an ``Act``, or None when a
    condition besides the state is missing. While the life is ``trying`` (a forbidden verb), it makes what is
    missing by hand, so that the table alone can stop the verb.
    """

    kind: str
    name: str
    verb: str | None
    prepare: Callable[[Life, Any], Act | None]

    @property
    def sources(self) -> tuple[str, ...]:
        """States it may start from, by the oracle."""
        return ("",) if self.kind == BIRTH else oracle.sources(self.kind, self.verb)


@dataclass
class Act:
    """A doing made ready. ``then`` says what else the oracle expects, given what the action returned.

    ``refused`` is the code of the refusal that must come; "" where the action must go through. ``of`` is filled
    in when the act is made ready.
    """

    call: Callable[[], Any]
    then: Callable[[Any], object] | None = None
    refused: str = ""
    of: tuple[Doing, Key | None, str] | None = None


Prepare = Callable[["Life", Any], Act | None]

BIRTH = "birth"
DOINGS: dict[tuple[str, str], Doing] = {}
"""Every doing by kind and name of its action."""


def doing(kind: str, verb: str | None = None, name: str = "") -> Callable[[Prepare], Prepare]:
    """Register what prepares an action; the function has the action's name unless ``name`` says otherwise."""

    def register(prepare: Prepare) -> Prepare:
        known = name or prepare.__name__
        DOINGS[kind, known] = Doing(kind, known, verb, prepare)
        return prepare

    return register


def allowed_pairs() -> list[Pair]:
    """Every doing with every state it may start from."""
    return [(d.kind, d.name, state) for d in DOINGS.values() for state in d.sources]


def forbidden_pairs() -> list[Pair]:
    """Every doing with every state it may not start from."""
    return [
        (d.kind, d.name, state)
        for d in DOINGS.values()
        if d.kind != BIRTH
        for state in oracle.STATES[d.kind]
        if state not in d.sources
    ]
