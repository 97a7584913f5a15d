"""Helpers of the matter tests: a matter in each state, owned by the grid worker."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from fengqiao.lib import clock
from fengqiao.matters import actions
from fengqiao.matters.models import Category, Matter
from tests.cast import Cast

Make = Callable[..., Matter]


@pytest.fixture
def category(cast: Cast) -> Category:
    """漏水: an ordinary neighbours' dispute that may be mediated."""
    return Category.objects.get(code="NB2", valid_to__isnull=True)


@pytest.fixture
def make(cast: Cast, category: Category) -> Make:
    """A matter in grid 1 in the wanted state, owned by the grid worker."""

    def build(state: str = "active", code: str = "NB2", area: str = "grid1") -> Matter:
        matter = actions.open_matter(
            by=cast.actor("duty" if area != "other_grid" else "head"),
            category=Category.objects.get(code=code, valid_to__isnull=True),
            title="5 栋 302 漏到 202",
            summary="卫生间天花板一直滴水",
            area=cast.areas[area],
            origin="resident",
            owner=cast.people["grid_worker" if area != "other_grid" else "outsider"],
        )
        owner = cast.actor("grid_worker" if area != "other_grid" else "outsider")
        if state == "assigned":
            return matter
        matter = actions.accept(matter, by=owner)
        if state == "paused":
            return actions.pause(matter, by=owner, reason="等配件", until=clock.now() + timedelta(days=2))
        if state in {"resolved", "closed"}:
            matter = actions.resolve(matter, by=owner, outcome="fixed", text="修好了", cause="防水老化")
        if state == "closed":
            for row in matter.follow_ups.filter(state="planned").order_by("due_at"):
                actions.record_follow_up(row, by=owner, result="held", note="没有再漏")
            matter.refresh_from_db()
        return matter

    return build
