"""Personal numbers in texts: found, masked, and lookalikes left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fengqiao.algorithms.redact import (
    find_sensitive,
    mask,
    mask_cut,
    mask_own,
    mask_phone,
    passes_luhn,
    valid_id_number,
)

ID = "11010519491231002X"  # the example printed in the standard
CARD = "6222020200000000003"


def test_the_card_used_here_is_well_formed() -> None:
    digits = CARD[:-1]
    assert passes_luhn(digits + next(last for last in "0123456789" if passes_luhn(digits + last)))


def card() -> str:
    return next(CARD[:-1] + last for last in "0123456789" if passes_luhn(CARD[:-1] + last))


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("电话13812345678", "电话138****5678"), ("138 1234 5678找我", "138****5678找我"),
        ("+86 138-1234-5678", "+86 138****5678"),
        ("１３８１２３４５６７８", "138****5678"), ("座机0571-88886666", "座机0571****6666"),
        ("010 88886666", "0108****6666"),
        (f"身份证{ID}", "身份证110*************2X"), (f"身份证{ID.lower()}号", "身份证110*************2x号"),
        ("苏A12345停在门口", "苏A***45停在门口"), ("浙A·D12345", "浙A****45"), ("粤B1234学", "粤B***4学"),
        ("打13812345678或13987654321", "打138****5678或139****4321"),
    ],
)  # fmt: skip
def test_masking(text: str, masked: str) -> None:
    assert mask(text) == masked


def test_a_card_shows_its_last_four() -> None:
    number = card()
    assert mask(f"卡号{number}。") == f"卡号{'*' * 15}{number[-4:]}。"
    spaced = " ".join(number[i : i + 4] for i in range(0, 19, 4))
    assert mask(f"卡号{spaced}。").endswith(f"{number[-4:]}。")


@pytest.mark.parametrize(
    "text",
    [
        "订单号1234567890123456", "110105194912310021", "99010519491231002X", "12345热线", "96110",
        "138****5678", "2026-11-22",
        "新A小区", "京ABCDE", "3-2-501", "13812345678901", "价格12800元", "经度120.123456789",
    ],
)  # fmt: skip
def test_lookalikes_stay(text: str) -> None:
    assert mask(text) == text


def test_only_some_kinds() -> None:
    assert mask(f"13812345678 {ID}", {"id_number"}) == "13812345678 110*************2X"


def test_places_in_the_text() -> None:
    text = "车苏A12345，电话138 1234 5678"
    assert [(one.kind, text[one.start : one.end]) for one in find_sensitive(text)] == [
        ("plate", "苏A12345"), ("phone", "138 1234 5678"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("number", "valid"),
    [
        (ID, True), (ID.lower(), True), ("110105194912310020", False), ("110105194913310021", False),
        ("1101051949123100", False),
        ("", False), ("abcdefghijklmnopqr", False), ("440524188001010014", True),
    ],
)  # fmt: skip
def test_identity_numbers(number: str, valid: bool) -> None:
    assert valid_id_number(number) is valid


def test_luhn() -> None:
    assert passes_luhn("4242424242424242")
    assert not passes_luhn("4242424242424241")
    assert not passes_luhn("4242")
    assert not passes_luhn("四" * 16)


@pytest.mark.parametrize(
    ("number", "shown"),
    [("13812345678", "138****5678"), ("057188886666", "0571****6666"), ("110", "***"), ("", "")],
)
def test_one_number(number: str, shown: str) -> None:
    assert mask_phone(number) == shown


@given(st.text(alphabet="13812345678- 苏A·０１Xx身份证，"))
def test_masking_twice_changes_nothing_more(text: str) -> None:
    once = mask(text)
    assert mask(once) == once
    assert not any(one.kind == "phone" for one in find_sensitive(once))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("姓名：张建华，男", "姓名：张**，男"),
        ("联系人: 欧阳明 13812345678", "联系人: 欧** 138****5678"),
        ("我叫李芳", "我叫李**"),
        ("收款人：王某", "收款人：王**"),
    ],
)
def test_a_name_that_is_announced(text: str, shown: str) -> None:
    assert mask(text) == shown


@pytest.mark.parametrize(
    "text", ["房东不退押金", "业主方面没人来", "我叫不动他", "狗叫一晚上", "高空抛物", "黄某打人"]
)
def test_what_nothing_announces_is_no_name(text: str) -> None:
    assert mask(text) == text


def test_offices_keep_their_landlines_in_the_houses_own_words() -> None:
    assert mask_own("打 0571-88881234 或 13812345678") == "打 0571-88881234 或 138****5678"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("打 1381234…", "打 138****…"),
        ("打 138123...", "打 138****..."),
        ("编号 2026-00012", "编号 2026-00012"),
    ],
)
def test_a_number_cut_through(text: str, shown: str) -> None:
    assert mask_cut(text) == shown
