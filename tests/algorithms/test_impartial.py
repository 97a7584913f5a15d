"""Homes and surnames are made alike; what is no home and no surname stays."""

from __future__ import annotations

import pytest

from fengqiao.algorithms.impartial import impartial
from fengqiao.algorithms.textfeatures import tokens


@pytest.mark.parametrize(
    ("said", "alike"),
    [
        ("四川人在楼下吵", "外地人在楼下吵"),
        ("一个河南口音的说是客服", "一个外地口音的说是客服"),
        ("新疆维吾尔自治区", "新疆维吾尔自治区"),
        ("广西来的租客姓买的", "外地来的租客姓某的"),
        ("姓王的那家天天拖椅子", "姓某的那家天天拖椅子"),
        ("北京路 3 号漏水", "北京路 3 号漏水"),
        ("老百姓家里停水", "老百姓家里停水"),
        ("", ""),
    ],
)
def test_what_is_made_alike(said: str, alike: str) -> None:
    assert impartial(said) == alike


def test_a_model_sees_no_difference() -> None:
    here, there = tokens(["姓王的四川人又在楼道里充电"]), tokens(["姓欧阳的新疆人又在楼道里充电"])
    assert here.hashes.tolist() == there.hashes.tolist()
