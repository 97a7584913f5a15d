"""The heat grid: levels, sums, and the table that says the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fengqiao.lib.heatgrid import HeatGrid


def grid(counts: list[list[int]]) -> HeatGrid:
    """A grid with plain labels."""
    return HeatGrid(
        [f"r{i}" for i in range(len(counts))], [str(i) for i in range(len(counts[0]))], counts, "x"
    )


def test_small_counts_have_a_level_of_their_own() -> None:
    assert [c.level for c in grid([[0, 1, 2, 3, 4, 5]]).cells] == [0, 1, 2, 3, 4, 5]
    assert [c.text for c in grid([[0, 1, 2]]).cells] == ["", "", "2"]


def test_large_counts_are_cut_into_five_even_steps() -> None:
    made = grid([[0, 1, 6, 7, 13, 19, 25, 30]])
    assert made.steps == [1, 7, 13, 19, 25]
    assert [c.level for c in made.cells] == [0, 1, 1, 2, 3, 4, 5, 5]
    assert [words for _, words in made.legend] == ["0", "1-6", "7-12", "13-18", "19-24", "≥ 25"]


@given(st.lists(st.lists(st.integers(0, 10**6), min_size=3, max_size=3), min_size=1, max_size=6))
def test_more_is_never_paler_and_nothing_is_lost(counts: list[list[int]]) -> None:
    made = grid(counts)
    cells = sorted(made.cells, key=lambda c: c.count)
    assert [c.level for c in cells] == sorted(c.level for c in cells)
    assert all((c.level == 0) == (c.count == 0) for c in cells)
    assert made.total == sum(sums for _, _, sums in made.table) == sum(c.count for c in made.cells)


def test_frames_and_places() -> None:
    made = HeatGrid(["a"], ["0", "1"], [[3, 4]], "x", frozenset({(0, 1)}), every=1)
    assert [c.framed for c in made.cells] == [False, True]
    assert [label.text for label in made.column_labels] == ["0", "1"]
    assert max(c.x for c in made.cells) + made.cell < made.width


def test_an_empty_grid_draws_nothing() -> None:
    assert HeatGrid([], [], [], "x").top == 0


def test_counts_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="one count"):
        HeatGrid(["a"], ["0", "1"], [[1]], "x")
