"""What every action of the ground asks first: is it there for this person, is the verb theirs."""

from __future__ import annotations

from fengqiao.accounts.scope import Actor
from fengqiao.lib.errors import NotAllowed, OutOfReach


def demand(by: Actor, right: str, path: str, *, see: str) -> None:
    """Let ``by`` pass when they hold ``right`` over the area with ``path``; the system always passes.

    Raises NotAllowed when they at least hold ``see`` there, OutOfReach when not even that.
    """
    if by.is_system or by.scope.can(right, path):
        return
    if by.scope.can(see, path):
        raise NotAllowed
    raise OutOfReach


def demand_anywhere(by: Actor, right: str) -> None:
    """Let ``by`` pass when they hold ``right`` over any area at all. Raises NotAllowed."""
    if not by.is_system and not by.scope.can(right):
        raise NotAllowed


def overlaps(by: Actor, right: str, path: str) -> bool:
    """Whether ``by`` holds ``right`` over the area with ``path``, part of it, or ground around it."""
    return by.is_system or any(path.startswith(p) or p.startswith(path) for p in by.scope.paths(right))
