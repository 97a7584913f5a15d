"""Sounds and shapes of Chinese names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fengqiao.algorithms.placeslips import SlipIndex
from fengqiao.algorithms.sounds import (
    alternative,
    key,
    keys,
    lookalikes,
    loosely,
    sound_alike,
    spelled,
    spelled_key,
)


@pytest.mark.parametrize(
    ("one", "other"), [("上刘", "上柳"), ("长乐坡", "长勒坡"), ("常安", "长安"), ("張家", "张家")]
)
def test_one_sound(one: str, other: str) -> None:
    assert sound_alike(one, other)
    assert set(keys(one)) & set(keys(other))


@pytest.mark.parametrize(
    ("one", "other"), [("张家", "臧家"), ("新宁", "新林"), ("林家", "凌家"), ("四里", "十里")]
)
def test_one_loose_sound(one: str, other: str) -> None:
    assert not sound_alike(one, other)
    assert sound_alike(one, other, loose=True)
    assert set(keys(one, loose=True)) & set(keys(other, loose=True))


@pytest.mark.parametrize(
    ("one", "other"), [("上柳", "下柳"), ("上柳", "上柳村"), ("东门", "西门"), ("王家", "黄家")]
)
def test_other_sounds(one: str, other: str) -> None:
    assert not sound_alike(one, other, loose=True)


def test_a_character_with_two_readings_has_both() -> None:
    assert set(keys("长")) == {key("常"), key("掌")}
    assert alternative("长") != key("长")
    assert len(keys("长重行乐长重行乐")) == 4


def test_loose_syllables() -> None:
    assert [loosely(one) for one in ("zhang", "shi", "nan", "ning", "ang", "hong", "n")] == [
        "zan", "si", "lan", "lin", "an", "hong", "n",
    ]  # fmt: skip


def test_lookalikes_change_one_character() -> None:
    assert "末溪" in set(lookalikes("未溪"))
    assert all(sum(a != b for a, b in zip(one, "戊己未", strict=True)) == 1 for one in lookalikes("戊己未"))
    assert list(lookalikes("一")) == []


def test_latin_letters_are_read_as_syllables() -> None:
    assert spelled("zhu zai shangliucun 3") == [(8, 19, ("shang", "liu", "cun"))]
    assert spelled("xi'an") == [(0, 5, ("xi", "an"))]
    assert spelled("hello wifi 2栋b") == []
    assert spelled_key(("shang", "liu")) == key("上柳")
    assert spelled("a" * 100_000) == []


@given(st.text(max_size=60))
def test_any_text_has_keys_of_its_length(text: str) -> None:
    assert len(key(text)) == len(text) == len(key(text, loose=True))
    assert key(text) in keys(text) or not text
    assert sound_alike(text, text)
    for start, end, syllables in spelled(text):
        assert 0 <= start < end <= len(text)
        assert len(syllables) > 1


class TestSlips:
    index = SlipIndex(["上柳村", "锦澜苑", "未溪桥", "柳村"])

    @pytest.mark.parametrize(
        ("text", "form", "how"),
        [("到上刘村口", "上柳村", "sound"), ("锦南苑3栋", "锦澜苑", "loose"), ("末溪桥下", "未溪桥", "shape"),
         ("jinlanyuan", "锦澜苑", "spelled"), ("liucun", "柳村", "spelled")],
    )  # fmt: skip
    def test_found(self, text: str, form: str, how: str) -> None:
        assert [(one.form, one.how) for one in self.index.find(text)] == [(form, how)]

    @pytest.mark.parametrize("text", ["", "上柳村", "刘村", "<b>", "🏠", "路灯坏了", "\ud800柳"])
    def test_not_found(self, text: str) -> None:
        """The name itself is no slip; two characters are too few."""
        assert self.index.find(text) == []
