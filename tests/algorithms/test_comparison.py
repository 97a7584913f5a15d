"""Two counts against each other: exact references, what must hold for any counts, many cells, wrong figures."""

from __future__ import annotations

from math import inf, isinf, nan
from random import Random

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import beta, binomtest, false_discovery_control

from fengqiao.algorithms import comparison
from fengqiao.algorithms.comparison import (
    FALSE_MARKS,
    Cell,
    adjusted_chances,
    board,
    compare,
    compare_many,
    needed,
)
from fengqiao.algorithms.comparisonfaults import ComparisonError
from fengqiao.algorithms.dispersion import Dispersion

COUNTS = st.integers(0, 3_000)
PERS = st.floats(0.01, 10_000)
SWINGS = st.floats(0, 1)


def known(value: float | None) -> Dispersion | None:
    return None if value is None else Dispersion.known(value)


class TestExact:
    @pytest.mark.parametrize(("now", "before"), [(80, 100), (3, 1), (0, 4), (7, 0), (1, 1), (2_000, 1_900)])
    @pytest.mark.parametrize(("per", "per_before"), [(1.0, 1.0), (520.0, 480.0)])
    def test_bounds_and_chance_are_scipys(self, now: int, before: int, per: float, per_before: float) -> None:
        """The share of now among all cases is a binomial's; its bounds give those of the ratio."""
        found = compare(now, before, now_per=per, before_per=per_before)
        share = binomtest(now, now + before).proportion_ci(0.95, method="exact")
        scale = per_before / per
        assert found.low == pytest.approx(share.low / (1 - share.low) * scale, rel=1e-9)
        high = inf if before == 0 else share.high / (1 - share.high) * scale
        assert found.high == pytest.approx(high, rel=1e-9)
        even = per / (per + per_before)
        tails = [binomtest(now, now + before, even, alternative=way).pvalue for way in ("less", "greater")]
        assert found.chance == pytest.approx(min(1.0, 2 * min(tails)), rel=1e-9)

    def test_the_example_of_the_words(self) -> None:
        found = compare(80, 100)
        assert (found.change, found.clear) == (pytest.approx(-0.2), False)
        assert (round(found.low * 100 - 100), round(found.high * 100 - 100)) == (-41, 8)

    def test_nothing_at_all_says_nothing(self) -> None:
        for swings in (None, Dispersion.known(0.1)):
            found = compare(0, 0, dispersion=swings)
            assert (found.ratio, found.change, found.low, found.high, found.chance) == (None, None, 0, inf, 1)
            assert not found.clear


class TestWithSwings:
    @pytest.mark.parametrize("swing", [0.02, 0.1, 0.5])
    def test_very_large_counts_leave_the_swings_alone(self, swing: float) -> None:
        """Two gamma levels: their ratio is an F, whose bounds are known."""
        found = compare(10**8, 10**8, dispersion=Dispersion.known(swing))
        share = beta(1 / swing, 1 / swing).ppf(0.975)
        assert found.high == pytest.approx(share / (1 - share), rel=1e-4)

    @pytest.mark.parametrize(("now", "before"), [(4, 0), (0, 4), (12, 30), (500, 640)])
    def test_no_swings_are_two_gammas(self, now: int, before: int) -> None:
        found = compare(now, before, dispersion=Dispersion.known(0))
        shares = beta(now + 0.5, before + 0.5).ppf([0.025, 0.975])
        low, high = shares / (1 - shares)
        assert found.low == (0 if now == 0 else pytest.approx(low, rel=1e-6))
        assert found.high == (inf if before == 0 else pytest.approx(high, rel=1e-6))

    def test_a_belief_lies_between_its_values(self) -> None:
        mixed = Dispersion((0.01, 0.2), (0.5, 0.5))
        narrow, wide = (compare(300, 300, dispersion=Dispersion.known(value)) for value in (0.01, 0.2))
        assert narrow.high < compare(300, 300, dispersion=mixed).high < wide.high


class TestAlways:
    @given(now=COUNTS, before=COUNTS, per=PERS, per_before=PERS, swing=st.none() | SWINGS)
    @settings(max_examples=80, deadline=None)
    def test_the_ratio_lies_in_its_interval_and_clear_is_a_small_chance(
        self, now: int, before: int, per: float, per_before: float, swing: float | None
    ) -> None:
        found = compare(now, before, now_per=per, before_per=per_before, dispersion=known(swing))
        assert 0 <= found.low <= found.high
        assert 0 <= found.chance <= 1
        if found.ratio is not None and now > 0:
            assert found.low <= found.ratio <= found.high
        if now and before and abs(found.chance - 0.05) > 1e-6:
            assert found.clear == (found.chance < 0.05)

    @given(now=COUNTS, before=COUNTS, per=PERS, per_before=PERS, swing=st.none() | SWINGS)
    @settings(max_examples=80, deadline=None)
    def test_swapping_now_and_before_inverts_the_ratio(
        self, now: int, before: int, per: float, per_before: float, swing: float | None
    ) -> None:
        one = compare(now, before, now_per=per, before_per=per_before, dispersion=known(swing))
        other = compare(before, now, now_per=per_before, before_per=per, dispersion=known(swing))
        assert one.chance == pytest.approx(other.chance, rel=1e-6, abs=1e-12)
        assert one.low == pytest.approx(0 if isinf(other.high) else 1 / other.high, rel=1e-6)

    @given(now=COUNTS, before=COUNTS, per=PERS, by=st.floats(0.001, 1_000), swing=st.none() | SWINGS)
    @settings(max_examples=60, deadline=None)
    def test_denominators_count_by_their_ratio_alone(
        self, now: int, before: int, per: float, by: float, swing: float | None
    ) -> None:
        one = compare(now, before, now_per=per, before_per=1, dispersion=known(swing))
        other = compare(now, before, now_per=per * by, before_per=by, dispersion=known(swing))
        assert (other.low, other.high) == (
            pytest.approx(one.low, rel=1e-6),
            pytest.approx(one.high, rel=1e-6),
        )

    @given(now=st.integers(1, 500), before=st.integers(1, 500), swing=SWINGS)
    @settings(max_examples=60, deadline=None)
    def test_more_data_narrows_and_more_swings_widen(self, now: int, before: int, swing: float) -> None:
        def width(times: int, value: float | None) -> float:
            found = compare(now * times, before * times, dispersion=known(value))
            return float(np.log(found.high / found.low))

        assert width(4, None) < width(1, None)
        assert width(4, swing) < width(1, swing)
        assert width(1, swing) < width(1, swing + 0.05)

    @given(st.lists(st.tuples(COUNTS, COUNTS), min_size=1, max_size=8), st.randoms(use_true_random=False))
    @settings(max_examples=40, deadline=None)
    def test_order_and_neighbours_change_nothing(self, pairs: list[tuple[int, int]], random: Random) -> None:
        swings = Dispersion.known(0.1)
        together = compare_many([a for a, _ in pairs], [b for _, b in pairs], dispersion=swings)
        assert [compare(a, b, dispersion=swings) for a, b in pairs] == together
        order = list(range(len(pairs)))
        random.shuffle(order)
        mixed = [pairs[n] for n in order]
        again = compare_many([a for a, _ in mixed], [b for _, b in mixed], dispersion=swings)
        assert again == [together[n] for n in order]


class TestManyCells:
    @given(st.lists(st.floats(0, 1), min_size=1, max_size=60))
    @settings(max_examples=60, deadline=None)
    def test_adjusted_chances_are_scipys(self, chances: list[float]) -> None:
        assert adjusted_chances(chances) == pytest.approx(
            false_discovery_control(chances), rel=1e-12, abs=1e-300
        )

    def test_a_board_marks_what_stands_out_and_nothing_else(self) -> None:
        rng = np.random.default_rng(5)
        quiet = [Cell(f"{n}", int(a), int(b)) for n, (a, b) in enumerate(rng.poisson(30, (200, 2)))]
        marked = [
            one.name
            for one in board([([*quiet, Cell("here", 95, 30)], Dispersion.known(0.01))])
            if one.marked
        ]
        assert marked == ["here"]
        alone = [one for one in compare_many([c.now for c in quiet], [c.before for c in quiet]) if one.clear]
        assert alone, "looked at one by one some quiet cells look clear: that is what the adjustment is for"

    def test_names_and_order_change_no_mark(self) -> None:
        cells = [Cell(f"{n}", 10 + 7 * n, 20) for n in range(12)]
        found = {one.name: one.adjusted for one in board([(cells, None)])}
        turned = [Cell(f"x{one.name}", one.now, one.before) for one in reversed(cells)]
        assert {one.name[1:]: one.adjusted for one in board([(turned, None)])} == pytest.approx(found)

    def test_kinds_keep_their_own_swings(self) -> None:
        wild, calm = Dispersion.known(0.5), Dispersion.known(0)
        found = {
            one.name: one.marked for one in board([([Cell("w", 90, 45)], wild), ([Cell("c", 90, 45)], calm)])
        }
        assert found == {"w": False, "c": True}

    def test_no_cells_are_no_marks(self) -> None:
        assert board([]) == board([([], None)]) == []
        assert FALSE_MARKS == 0.05

    def test_blocks_are_as_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        swings = Dispersion.known(0.1)
        whole = compare_many(range(30), range(30, 0, -1), dispersion=swings)
        monkeypatch.setattr(comparison, "_BLOCK", 7)
        assert compare_many(range(30), range(30, 0, -1), dispersion=swings) == whole

    def test_a_million_cells(self) -> None:
        rng = np.random.default_rng(1)
        now, before = rng.poisson(20, (2, 10**6))
        found = compare_many(now, before)
        assert len(found) == 10**6
        assert 0.02 < float(np.mean([one.clear for one in found])) < 0.05


class TestNeeded:
    @pytest.mark.parametrize(
        ("change", "about"), [(-0.54, 20), (-0.21, 157), (-0.2, 174), (-0.17, 245), (-0.038, 5_100)]
    )
    def test_claims_and_the_counts_behind_them(self, change: float, about: int) -> None:
        assert needed(change) == pytest.approx(about, rel=0.03)

    @given(st.floats(-0.9, -0.05) | st.floats(0.05, 3))
    @settings(max_examples=60, deadline=None)
    def test_with_so_many_the_change_is_just_clear(self, change: float) -> None:
        many = needed(change)
        assert many is not None
        assume(many >= 15)  # with fewer, single cases decide and the figure is rough
        swings = Dispersion.known(0)

        def chance(before: int) -> float:
            return compare(round(before * (1 + change)), before, dispersion=swings).chance

        assert chance(2 * many) < 0.05 < chance(many // 2)

    def test_swings_ask_for_more_and_at_last_for_what_no_count_gives(self) -> None:
        calm, wavy, wild = (needed(-0.2, Dispersion.known(value)) for value in (0, 0.002, 0.1))
        assert calm is not None
        assert wavy is not None
        assert calm < wavy
        assert wild is None

    def test_nothing_left(self) -> None:
        assert needed(-1) == 6
        assert (compare(0, 6).clear, compare(0, 5).clear) == (True, False)
        many = needed(-1, size=0.5)
        assert many is not None
        assert compare(0, many, now_per=0.5).clear
        assert not compare(0, many - 1, now_per=0.5).clear

    @pytest.mark.parametrize("change", [0, -1.01, nan, inf])
    def test_what_is_no_change(self, change: float) -> None:
        with pytest.raises(ComparisonError, match="变化"):
            needed(change)


class TestWrongFigures:
    @pytest.mark.parametrize("wrong", [nan, inf, -1, 1.5, 1e12, "eight", None])
    def test_what_is_no_count(self, wrong: object) -> None:
        with pytest.raises(ComparisonError, match="本期的数要是 0 到十亿的整数"):
            compare(wrong, 3)  # type: ignore[arg-type]
        with pytest.raises(ComparisonError, match="对比期的数要是"):
            compare(3, wrong)  # type: ignore[arg-type]

    @pytest.mark.parametrize("wrong", [0, -5, nan, inf])
    def test_what_is_no_denominator(self, wrong: float) -> None:
        with pytest.raises(ComparisonError, match="分母要大于 0"):
            compare(3, 3, now_per=wrong)

    def test_rows_that_do_not_fit(self) -> None:
        with pytest.raises(ComparisonError, match="一行对一行"):
            compare_many([1, 2], [3])
        with pytest.raises(ComparisonError, match="一行对一行"):
            compare_many([1, 2], [3, 4], now_per=[1])

    @pytest.mark.parametrize("wrong", [-0.1, 1.1, nan])
    def test_what_is_no_chance(self, wrong: float) -> None:
        with pytest.raises(ComparisonError, match="概率"):
            adjusted_chances([0.5, wrong])
