"""Vague terms of an agreement."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from fengqiao.algorithms.chinesenumbers import chinese_number, sums_of_money
from fengqiao.algorithms.terms import check_term

DUE = date(2026, 12, 1)


def kinds(text: str, amount: Decimal | int | None = None, due: date | None = None) -> list[str]:
    return [one.kind for one in check_term(text, amount, due)]


@pytest.mark.parametrize(
    ("text", "amount", "due"),
    [
        ("甲方于2026年12月1日前一次性以银行转账支付乙方5,000元（大写伍仟元整）", 5000, DUE),
        ("双方今后不再争吵", None, None),
        ("甲方于12月15日前拆除堆放的杂物", None, None), ("甲方当场以现金付给乙方三千元", None, None),
        ("乙方每月5日前转账支付甲方1.2万元", Decimal(12000), None), ("甲方归还乙方房屋钥匙", None, DUE),
        ("物业公司7个工作日内修好3单元门禁", None, None),
        ("甲方等待期间承担部分工资800元，微信转账给乙方", None, DUE),
    ],
)  # fmt: skip
def test_clear_terms_raise_nothing(text: str, amount: Decimal | int | None, due: date | None) -> None:
    assert kinds(text, amount, due) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("甲方赔偿乙方医药费", ["no_sum", "no_way", "no_date"]), ("甲方尽快修好围墙", ["no_date", "vague"]),
        ("乙方适当补偿甲方，其余协商解决，12月1日前付现金", ["no_sum", "vague", "vague"]),
        ("甲方12月1日前转账支付乙方", ["no_sum"]),
        ("12月1日前付清现金500元", ["no_party"]), ("甲方12月1日前支付乙方500元", ["no_way"]),
        ("甲方拆除雨棚", ["no_date"]),
        ("甲方当场付乙方现金300元，乙方不得再起诉", ["rights"]), ("甲方于____前搬走杂物，即日生效", ["blank"]),
        ("甲方于2026年2月30日前付乙方现金800元", ["bad_date"]), ("", ["empty"]), ("  \n", ["empty"]),
        ("甲方当场付乙方现金5000元（大写伍万元）", ["sum_differs"]),
        ("甲方今后不再赔偿乙方现金500元", ["no_date"]),
    ],
)  # fmt: skip
def test_what_is_unclear_is_named(text: str, found: list[str]) -> None:
    assert kinds(text) == found


def test_fields_that_contradict_the_text() -> None:
    [wrong] = check_term("甲方2026年12月1日前转账付乙方5000元", 500, DUE)
    assert wrong.kind == "sum_differs"
    assert "5000 元" in wrong.message_zh
    assert "500 元" in wrong.message_zh
    assert kinds("甲方2026年12月1日前转账付乙方5000元", 5000, date(2026, 12, 31)) == ["date_differs"]


def test_instalments_may_add_up_to_the_sum() -> None:
    assert kinds("甲方转账付乙方，12月1日前2000元，12月20日前3000元", 5000) == []


def test_fields_fill_what_the_text_leaves_out() -> None:
    assert kinds("甲方转账支付乙方医药费", 800, DUE) == []


def test_every_message_says_what_to_do_in_chinese() -> None:
    for one in check_term("适当赔偿，尽快，协商解决，不得起诉"):
        assert any("\u4e00" <= char <= "\u9fff" for char in one.message_zh)
        assert not one.message_zh.endswith("。")


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("伍仟贰佰", 5200), ("十五", 15), ("三千零五", 3005), ("一万二千", 12000), ("壹拾万零伍佰", 100_500),
        ("两", 2), ("一亿", 100_000_000),
    ],
)  # fmt: skip
def test_numbers_in_characters(words: str, value: int) -> None:
    assert chinese_number(words) == value


def test_a_word_that_is_no_number() -> None:
    with pytest.raises(ValueError, match="not a number"):
        chinese_number("几千")


def test_sums() -> None:
    assert sums_of_money("先付1,200.50元，再付三千元，共１.２万元") == [
        Decimal("1200.50"),
        Decimal(3000),
        Decimal(12000),
    ]
    assert sums_of_money("2026年12月1日在3栋501") == []
    assert sums_of_money("伍拾元伍角") == [Decimal("50.5")]
