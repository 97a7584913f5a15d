"""Merging: of two matters one always stays, whoever is quicker."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from fengqiao.lib import clock
from fengqiao.lib.errors import Refusal
from fengqiao.matters import actions
from fengqiao.matters.models import Category, Matter
from tests.cast import NOW, Cast, build_cast
from tests.matters.conftest import Make


@pytest.fixture
def town(transactional_db: None) -> Iterator[Cast]:
    """The cast in a database where every transaction really commits."""
    with clock.at(NOW):
        yield build_cast()


def test_both_stories_grow_and_both_are_newer(cast: Cast, make: Make) -> None:
    """Whoever looks at either matter is told that it changed."""
    one, other = make("active"), make("active")
    actions.merge(one, by=cast.actor("duty"), into=other)
    after = Matter.objects.get(pk=other.pk)
    assert after.version == other.version + 1
    with pytest.raises(Refusal) as caught:
        actions.pause(other, by=cast.actor("duty"), reason="等", until=NOW, version=other.version)
    assert caught.value.code == "stale"


def test_not_into_what_is_over(cast: Cast, make: Make) -> None:
    """Nor into itself; nothing changes."""
    one, gone = make("active"), make("closed")
    for into in (gone, one):
        with pytest.raises(Refusal) as caught:
            actions.merge(one, by=cast.actor("duty"), into=into)
        assert caught.value.code == "bad_target"
    assert Matter.objects.get(pk=one.pk).state == "active"


def test_two_merged_into_each_other_at_once(town: Cast) -> None:
    """One of the two hands is told that it cannot; somebody still answers for the matter."""
    category = Category.objects.get(code="NB2", valid_to__isnull=True)
    pair = [
        actions.open_matter(
            by=town.actor("duty"), category=category, title=title, area=town.areas["grid1"], origin="resident"
        )
        for title in ("漏水", "又漏水")
    ]
    gate = Barrier(2)

    def merge(order: tuple[Matter, Matter]) -> str:
        try:
            with clock.at(NOW):
                gate.wait(timeout=20)
                actions.merge(order[0], by=town.actor("duty"), into=order[1])
        except Refusal as refusal:
            return refusal.code
        finally:
            connections.close_all()
        return "merged"

    with ThreadPoolExecutor(2) as pool:
        found = sorted(pool.map(merge, [(pair[0], pair[1]), (pair[1], pair[0])]))
    assert "merged" in found
    assert set(found) <= {"merged", "bad_target", "wrong_state"}
    assert sorted(Matter.objects.values_list("state", flat=True)) == ["assigned", "merged"]
