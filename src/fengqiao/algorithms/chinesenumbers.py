"""Sums of money as written in Chinese papers: 5,000 元, 1.2 万元, 三千元, 伍仟贰佰元整."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from fengqiao.algorithms.segment import narrow

_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {
    char: value for value, char in enumerate("零壹贰叁肆伍陆柒捌玖")
}
_DIGITS |= {"〇": 0, "两": 2}
_TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_BIG = {"万": 10_000, "萬": 10_000, "亿": 100_000_000}
_CHARS = "".join({**_DIGITS, **_TENS, **_BIG})
_FIGURE = re.compile(
    r"(?<![\d.])(?P<figure>\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?|\d{1,12}(?:\.\d{1,2})?)\s?(?P<big>[百千万亿])?\s?(?:元|块|圆)"
)
_WORDS = re.compile(
    rf"(?P<words>[{_CHARS}]{{1,20}})(?:元|块|圆)(?:(?P<jiao>[{_CHARS}])角)?(?:(?P<fen>[{_CHARS}])分)?"
)
_FIGURE_BIG = {"百": 100, "千": 1000, **_BIG}


def sums_of_money(text: str) -> list[Decimal]:
    """Every sum named in a text, in yuan, in order."""
    plain = narrow(text)
    return [value for _, value in sorted([*_figures(plain), *_written(plain)])]


def chinese_number(words: str) -> int:
    """A number in Chinese characters, plain or in the form of cheques, as an integer. Raises ValueError."""
    total = section = digit = 0
    for char in words:
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif char in _TENS:
            section += (digit or 1) * _TENS[char]
            digit = 0
        elif char in _BIG:
            total = (total + section + digit) * _BIG[char]
            section = digit = 0
        else:
            raise ValueError(f"{words!r} is not a number in Chinese characters")
    return total + section + digit


def _figures(text: str) -> Iterator[tuple[int, Decimal]]:
    for match in _FIGURE.finditer(text):
        yield (
            match.start(),
            Decimal(match["figure"].replace(",", "")) * _FIGURE_BIG.get(match["big"] or "", 1),
        )


def _written(text: str) -> Iterator[tuple[int, Decimal]]:
    for match in _WORDS.finditer(text):
        value = Decimal(chinese_number(match["words"]))
        value += (
            Decimal(_DIGITS.get(match["jiao"] or "", 0)) / 10
            + Decimal(_DIGITS.get(match["fen"] or "", 0)) / 100
        )
        if match["words"] not in _BIG and match["words"] not in _TENS:
            yield match.start(), value
