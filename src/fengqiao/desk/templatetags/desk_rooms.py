"""What pages of the desk ask of other rooms."""

from __future__ import annotations

from dataclasses import dataclass

from django import template

from fengqiao.accounts.scope import Actor
from fengqiao.matters.models import Matter
from fengqiao.mediation import queries
from fengqiao.mediation.models import MediationCase

register = template.Library()


@dataclass(frozen=True)
class Mediations:
    """The mediations of a matter in sight, and whether one could be opened."""

    cases: list[MediationCase]
    can_open: bool


@register.simple_tag
def mediations_of(matter: Matter, actor: Actor) -> Mediations:
    """For the page of a matter."""
    return Mediations(queries.cases_of(matter, actor.scope), queries.can_open(matter, actor))
