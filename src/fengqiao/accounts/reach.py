"""Who may see or manage whom. What people do where is known to teams, above; they install the answer here.

Until it is installed nobody but the system reaches anybody but themselves.
"""

from __future__ import annotations

from typing import Protocol

from fengqiao.accounts.models import Person
from fengqiao.accounts.scope import Actor
from fengqiao.lib.errors import NotAllowed, OutOfReach


class Reach(Protocol):
    """What accounts need to know about the work of a person."""

    def sees(self, by: Actor, person: Person) -> bool:
        """Whether ``by`` may know that ``person`` works here."""
        ...

    def manages(self, by: Actor, person: Person) -> bool:
        """Whether ``by`` may change the account of ``person``."""
        ...

    def keeps_things(self, person: Person) -> str:
        """Why ``person`` cannot be switched off now (in words), empty when they can."""
        ...


class _Nobody:
    def sees(self, by: Actor, person: Person) -> bool:
        return False

    def manages(self, by: Actor, person: Person) -> bool:
        return False

    def keeps_things(self, person: Person) -> str:
        return ""


_reach: Reach = _Nobody()


def install(reach: Reach) -> None:
    """Called once, when teams are ready."""
    global _reach
    _reach = reach


def is_self(by: Actor, person: Person) -> bool:
    """Whether the actor is this very person."""
    return by.person_id is not None and by.person_id == person.pk


def sees(by: Actor, person: Person) -> bool:
    """Whether ``person`` is there at all for ``by``."""
    return by.is_system or is_self(by, person) or _reach.sees(by, person) or _reach.manages(by, person)


def demand_manages(by: Actor, person: Person) -> None:
    """Raise OutOfReach for somebody out of sight, NotAllowed for somebody whose account is not the actor's."""
    if by.is_system or _reach.manages(by, person):
        return
    raise NotAllowed if sees(by, person) else OutOfReach


def demand_self_or_manages(by: Actor, person: Person) -> None:
    """As ``demand_manages``, but everybody may change their own."""
    if not is_self(by, person):
        demand_manages(by, person)


def why_kept(person: Person) -> str:
    """Why ``person`` cannot be switched off now, in words; empty when they can."""
    return _reach.keeps_things(person)
