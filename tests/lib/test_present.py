"""How times, people and words are shown."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from fengqiao.lib import present, wording

NOW = datetime(2026, 11, 22, 6, 40, tzinfo=UTC)  # 14:40 in the station


@pytest.mark.parametrize(
    ("left", "text", "tone"),
    [
        (timedelta(days=2, hours=9, minutes=40), "还剩 2 天 9 小时", ""),
        (timedelta(days=2), "还剩 2 天", ""),
        (timedelta(hours=3, minutes=20), "还剩 3 小时 20 分", "wait"),
        (timedelta(hours=3), "还剩 3 小时", "wait"),
        (timedelta(minutes=14, seconds=59), "还剩 14 分钟", "wait"),
        (timedelta(seconds=59), "马上到期", "wait"),
        (timedelta(0), "马上到期", "wait"),
        (timedelta(seconds=-1), "超期 1 分钟", "bad"),
        (timedelta(hours=-3, minutes=-10), "超期 3 小时", "bad"),
        (timedelta(days=-2, hours=-5), "超期 2 天", "bad"),
    ],
)
def test_time_left_in_words(left: timedelta, text: str, tone: str) -> None:
    said = present.time_left(NOW + left, NOW)
    assert (said.text, said.tone, said.overdue) == (text, tone, left < timedelta(0))


def test_time_left_bare_leaves_out_the_verb() -> None:
    assert present.time_left(NOW + timedelta(days=2, hours=9), NOW).bare == "2 天 9 小时"


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2026, 11, 22, 1, 14, tzinfo=UTC), "今天 09:14"),
        (datetime(2026, 11, 21, 15, 59, tzinfo=UTC), "昨天 23:59"),
        (datetime(2026, 11, 21, 16, 0, tzinfo=UTC), "今天 00:00"),
        (datetime(2026, 11, 23, 10, 0, tzinfo=UTC), "明天 18:00"),
        (datetime(2026, 11, 18, 9, 32, tzinfo=UTC), "11 月 18 日 17:32"),
        (datetime(2025, 6, 3, 9, 32, tzinfo=UTC), "2025 年 6 月 3 日 17:32"),
        (date(2026, 11, 25), "11 月 25 日"),
    ],
)
def test_moments_as_people_say_them(moment: datetime | date, text: str) -> None:
    assert present.humane(moment, NOW) == text


def test_weekday_is_added_where_it_helps() -> None:
    assert present.humane_day(date(2026, 11, 24), NOW, weekday=True) == "11 月 24 日 周二"


def test_english_has_its_own_order() -> None:
    with translation.override("en"):
        assert present.humane(datetime(2026, 11, 18, 9, 32, tzinfo=UTC), NOW) == "18 Nov 17:32"


def test_short_day_and_machine_form_use_the_station_clock() -> None:
    late = datetime(2026, 11, 17, 16, 30, tzinfo=UTC)
    assert present.short_day(late) == "11-18"
    assert present.iso(late) == "2026-11-18T00:30+08:00"


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("13800005120", "138****5120"),
        ("138 0000 5120", "138****5120"),
        ("0570-5550110", "057****0110"),
        ("5550110", "*****10"),
        ("110", "*10"),
        ("", ""),
    ],
)
def test_phone_numbers_are_masked(number: str, shown: str) -> None:
    assert present.mask_phone(number) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张建华", "张*华"),
        ("刘洋", "刘*"),
        ("欧阳建国", "欧**国"),
        ("李", "*"),
        ("John Smith", "J*** S***"),
        ("", ""),
    ],
)
def test_names_are_masked(name: str, shown: str) -> None:
    assert present.mask_name(name) == shown


@given(st.text(alphabet="0123456789", min_size=8, max_size=15))
def test_a_masked_number_never_shows_more_than_seven_digits(number: str) -> None:
    assert sum(c.isdigit() for c in present.mask_phone(number)) <= 7


def test_highlight_marks_words_and_escapes_everything() -> None:
    assert present.highlight("<b>飞线</b>充电", ["飞线"]) == "&lt;b&gt;<mark>飞线</mark>&lt;/b&gt;充电"


def test_highlight_prefers_the_longest_word_and_ignores_case() -> None:
    assert (
        present.highlight("电瓶车 QQ群", ["电瓶", "电瓶车", "qq"]) == "<mark>电瓶车</mark> <mark>QQ</mark>群"
    )


def test_highlight_takes_regular_signs_as_text() -> None:
    assert present.highlight("a.c abc", ["a.c", ""]) == "<mark>a.c</mark> abc"


@given(st.text(max_size=60), st.lists(st.text(max_size=4), max_size=4))
def test_highlight_never_lets_markup_through(text: str, words: list[str]) -> None:
    shown = present.highlight(text, words).replace("<mark>", "").replace("</mark>", "")
    assert "<" not in shown
    assert ">" not in shown


def test_initial_of_an_avatar() -> None:
    assert [present.initial(n) for n in ("王建国", "li", " ")] == ["王", "L", "?"]


def test_a_full_day_is_never_today_and_follows_the_language() -> None:
    day = date(2026, 11, 23)
    now = datetime(2026, 11, 23, 1, tzinfo=UTC)
    assert present.full_day(day, now) == "11 月 23 日"
    assert present.full_day(day, now, weekday=True) == "11 月 23 日 星期一"
    assert present.full_day(date(2027, 1, 5), now) == "2027 年 1 月 5 日"
    with translation.override("en"):
        assert present.full_day(day, now) == "23 Nov"
        assert present.full_day(day, now, weekday=True) == "Monday, 23 Nov"
        assert present.full_day(date(2027, 1, 5), now) == "5 Jan 2027"


def test_words_one_after_the_other_follow_the_language() -> None:
    assert wording.listed(["张三", "李四"]) == "张三、李四"
    with translation.override("en"):
        assert wording.listed(["张三", "李四"]) == "张三, 李四"


def test_every_kind_of_matter_has_an_icon_of_its_own() -> None:
    from fengqiao.matters.choices import Kind

    assert set(present.KIND_ICONS) == set(Kind.values)
