"""A comparison in plain words, and a history read from a table."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fengqiao.algorithms.comparison import compare
from fengqiao.algorithms.comparisonfaults import ComparisonError
from fengqiao.algorithms.comparisonhistory import read_history
from fengqiao.algorithms.comparisonwords import earlier, in_words, last_period, last_year, share_in_words
from fengqiao.algorithms.dispersion import Dispersion, dispersion_of
from fengqiao.algorithms.filefaults import FileFault
from fengqiao.algorithms.intervals import exact_share_interval

CALM = Dispersion.known(0)
NO_HISTORY = "没有历史数据：只算了偶然，没有算平常的起落，真实的范围多半更宽"


def first(now: int, before: int, dispersion: Dispersion | None = None) -> str:
    return str(in_words(compare(now, before, dispersion=dispersion), last_year())[0])


class TestWords:
    def test_the_count_first_then_the_change_then_whether_it_could_be_chance(self) -> None:
        said = in_words(compare(80, 100), last_year())
        assert list(map(str, said)) == [
            "80，去年同期 100：-20 %（-41 % 到 +8 %）：可能只是偶然",
            "要看清 -20 % 这样的变化，去年同期大约要有 174 起",
            NO_HISTORY,
        ]

    @pytest.mark.parametrize(
        ("now", "before", "dispersion", "end"),
        [
            (40, 100, CALM, "确实少了"),
            (100, 40, CALM, "确实多了"),
            (40, 100, None, "光凭偶然难得少这么多"),
            (100, 40, None, "光凭偶然难得多这么多"),
            (100, 40, Dispersion.known(0.3), "可能只是偶然"),
        ],
    )
    def test_verdicts(self, now: int, before: int, dispersion: Dispersion | None, end: str) -> None:
        assert first(now, before, dispersion).endswith(end)

    @pytest.mark.parametrize(
        ("now", "before", "words"),
        [
            (0, 0, "去年同期和现在都是 0：没有可以比的"),
            (3, 0, "3，去年同期 0：从 0 起算不出百分比；可能只是偶然"),
            (0, 12, "0，去年同期 12：-100 %（-100 % 到 -64 %）：光凭偶然难得少这么多"),
            (100, 100, "100，去年同期 100：0 %（-25 % 到 +33 %）：可能只是偶然"),
            (24, 1, "24，去年同期 1：24 倍（+291 % 到 987 倍）：光凭偶然难得多这么多"),
        ],
    )
    def test_noughts_and_many_times(self, now: int, before: int, words: str) -> None:
        assert first(now, before) == words

    def test_a_bound_just_beside_nought_does_not_read_as_nought(self) -> None:
        assert "到 -0.7 %" in first(965_500, 970_000 + 5_500, Dispersion.known(0))

    def test_denominators_are_told(self) -> None:
        said = in_words(compare(5, 3, now_per=500, before_per=400), last_period())
        assert str(said[0]).startswith("5（分母 500），上一期 3（分母 400），按分母折算 +33 %")

    def test_swings_that_hide_any_change_ask_for_longer_periods(self) -> None:
        said = in_words(compare(800, 1_000, dispersion=Dispersion.known(0.04)), earlier())
        assert "平常每期就有约 ±20 % 的起落" in str(said[1])
        assert "几期并起来比" in str(said[1])

    def test_a_history_of_other_periods_is_noticed(self) -> None:
        history = dispersion_of([[1_200, 1_100, 1_300, 1_250, 1_180, 1_220]])
        assert any("请核对" in one for one in in_words(compare(80, 100, dispersion=history), last_year()))
        assert not any(
            "请核对" in one for one in in_words(compare(1_100, 1_000, dispersion=history), last_year())
        )

    @given(st.integers(0, 10**6), st.integers(0, 10**6), st.none() | st.floats(0, 2))
    @settings(max_examples=80, deadline=None)
    def test_every_comparison_can_be_said(self, now: int, before: int, swing: float | None) -> None:
        swings = None if swing is None else Dispersion.known(swing)
        for one in in_words(compare(now, before, dispersion=swings), last_year()):
            assert one
            assert "nan" not in one
            assert "inf" not in one
            assert "%(" not in one


class TestShares:
    def test_words(self) -> None:
        assert str(share_in_words(54, 57)) == "57 个里 54 个，95%（85% 到 99%）"
        assert str(share_in_words(0, 0)) == "一个也没有，算不出比例"

    @given(st.integers(0, 400), st.integers(0, 400))
    @settings(max_examples=60, deadline=None)
    def test_bounds_turn_with_the_question(self, hits: int, misses: int) -> None:
        low, high = exact_share_interval(hits, hits + misses)
        other = exact_share_interval(misses, hits + misses)
        assert 0 <= low <= high <= 1
        assert (low, high) == (pytest.approx(1 - other[1]), pytest.approx(1 - other[0]))

    @pytest.mark.parametrize(("k", "n"), [(-1, 5), (6, 5), (0, -1)])
    def test_what_is_no_share(self, k: int, n: int) -> None:
        with pytest.raises(ValueError, match="0 <= k <= n"):
            exact_share_interval(k, n)


def table(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


class TestHistory:
    def test_one_column_is_one_series(self, tmp_path: Path) -> None:
        assert read_history(table(tmp_path / "h.csv", "起\n5\n6\n7\n")) == [[5, 6, 7]]

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
    def test_areas_are_series_of_their_own(self, tmp_path: Path, encoding: str) -> None:
        text = "片区,次数\n东,5\n西,50\n东,6\n西,60\n"
        assert read_history(table(tmp_path / "h.csv", text, encoding)) == [[5, 6], [50, 60]]

    @pytest.mark.parametrize("form", ["{y}-{m:02}", "{y}年{m}月", "{y}/{m}", "{y}{m:02}", "{y}-W{m:02}"])
    def test_the_same_month_of_different_years_is_a_series(self, tmp_path: Path, form: str) -> None:
        rows = [f"{form.format(y=y, m=m)},{y % 100 * 100 + m}" for y in (2024, 2025) for m in range(1, 13)]
        found = read_history(table(tmp_path / "h.csv", "\n".join(["月份,件数", *rows])))
        assert found == [[2_400 + m, 2_500 + m] for m in range(1, 13)]

    def test_other_comparisons_keep_the_order_of_the_rows(self, tmp_path: Path) -> None:
        rows = [f"{y}-{m:02},{m}" for y in (2024, 2025) for m in range(1, 13)]
        found = read_history(table(tmp_path / "h.csv", "\n".join(["月份,件数", *rows])), same_season=False)
        assert found == [[*range(1, 13), *range(1, 13)]]

    def test_one_year_of_months_is_one_series(self, tmp_path: Path) -> None:
        rows = [f"2025-{m:02},{m}" for m in range(1, 13)]
        assert read_history(table(tmp_path / "h.csv", "\n".join(["月份,件数", *rows]))) == [
            list(range(1, 13))
        ]

    @pytest.mark.parametrize("said", ["", "-3", "八", "1.5", "nan", "99999999999", "1e3"])
    def test_what_is_no_count_is_told_with_its_row(self, tmp_path: Path, said: str) -> None:
        with pytest.raises(ComparisonError, match="第 3 行"):
            read_history(table(tmp_path / "h.csv", f"月份,次数\n2025-01,5\n2025-02,{said}\n"))

    def test_no_column_of_counts(self, tmp_path: Path) -> None:
        with pytest.raises(ComparisonError, match=r"找不到计数的列.*现有列：甲、乙"):
            read_history(table(tmp_path / "h.csv", "甲,乙\n1,2\n3,4\n"))

    def test_no_file_and_an_empty_one(self, tmp_path: Path) -> None:
        with pytest.raises(FileFault, match="找不到文件"):
            read_history(tmp_path / "none.csv")
        with pytest.raises(FileFault, match="空的"):
            read_history(table(tmp_path / "h.csv", ""))

    def test_three_hundred_thousand_rows(self, tmp_path: Path) -> None:
        text = io.StringIO()
        text.write("次数\n")
        text.writelines(f"{n % 40}\n" for n in range(300_000))
        found = read_history(table(tmp_path / "h.csv", text.getvalue()))
        assert dispersion_of(found).periods == 300_000
