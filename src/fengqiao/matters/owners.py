"""Who takes a matter: the place, the hour and the level decide; somebody always does."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from fengqiao.matters import reference
from fengqiao.matters.models import Category
from fengqiao.teams.queries import Answer, who_answers
from fengqiao.territory.models import Area


def pick(
    area: Area, roles: Collection[str], *, at: datetime | None = None, exclude: Collection[int] = ()
) -> Answer:
    """The first real answer among ``roles`` in order, else the stated fallback."""
    answer: Answer | None = None
    for role in roles:
        answer = who_answers(area, at, role=role, exclude=frozenset(exclude))
        if not answer.fallback:
            return answer
    return answer or who_answers(area, at, exclude=frozenset(exclude))


def first_owner(category: Category, area: Area, *, exclude: Collection[int] = ()) -> Answer:
    """Who starts a matter of this category here and now."""
    handler = reference.load_ladder().handlers.get(category.role)
    return pick(area, handler.roles if handler else ("beat_officer",), exclude=exclude)


def level_owner(level: str, area: Area, *, exclude: Collection[int] = ()) -> Answer:
    """Who answers for a matter that climbed to ``level`` above ``area``."""
    return who_answers(area, level=level, exclude=frozenset(exclude))
