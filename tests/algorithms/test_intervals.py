"""The interval of a share: known values, bounds, and that more cases say more."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fengqiao.algorithms.intervals import share_interval


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0), (54, 57, 0.8563, 0.9819)],
)
def test_values_that_can_be_computed_by_hand(k: int, n: int, low: float, high: float) -> None:
    assert share_interval(k, n) == pytest.approx((low, high), abs=2e-4)


def test_nothing_counted_says_nothing() -> None:
    assert share_interval(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize(("k", "n"), [(-1, 3), (4, 3), (0, -1)])
def test_counts_that_cannot_be_are_refused(k: int, n: int) -> None:
    with pytest.raises(ValueError, match="0 <= k <= n"):
        share_interval(k, n)


@given(st.integers(1, 10_000), st.data())
def test_the_share_lies_within_and_more_of_the_same_narrows(n: int, data: st.DataObject) -> None:
    k = data.draw(st.integers(0, n))
    low, high = share_interval(k, n)
    assert 0 <= low <= k / n <= high <= 1
    wider = share_interval(k * 4, n * 4)
    assert wider[1] - wider[0] < high - low
