"""Sums of money as they stand on papers: figures with thousands, and the capital characters of GB/T accounting use."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")
CENT = Decimal("0.01")
LARGEST = Decimal("9999999999.99")


def figures(amount: Decimal) -> str:
    """``amount`` in yuan as ``3,000.00``."""
    return f"{amount.quantize(CENT, ROUND_HALF_UP):,.2f}"


def capitals(amount: Decimal) -> str:
    """``amount`` in yuan in capital characters: 3000 -> 叁仟元整, 10050.5 -> 壹万零伍拾元伍角整, 0.07 -> 柒分.

    Raises ValueError for a negative sum or one above LARGEST.
    """
    if not 0 <= amount <= LARGEST:
        raise ValueError("金额应在 0 到 9999999999.99 元之间")
    cents = int((amount.quantize(CENT, ROUND_HALF_UP) * 100).to_integral_value())
    yuan, rest = divmod(cents, 100)
    jiao, fen = divmod(rest, 10)
    text = f"{_whole(yuan)}元" if yuan else ""
    if not rest:
        return f"{text or '零元'}整"
    if jiao:
        text += f"{_DIGITS[jiao]}角"
    elif text:
        text += "零"
    return text + (f"{_DIGITS[fen]}分" if fen else "整")


def _whole(number: int) -> str:
    """A positive whole number in capital characters, zeros read once where they stand between digits."""
    parts: list[str] = []
    group = 0
    gap = False
    while number:
        number, four = divmod(number, 10_000)
        if four:
            parts.append(_four(four) + _GROUPS[group] + ("零" if gap and parts else ""))
            gap = four < 1000
        else:
            gap = gap or bool(parts)
        group += 1
    return "".join(reversed(parts))


def _four(number: int) -> str:
    text, zero = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            text += ("零" if zero and text else "") + _DIGITS[digit] + _PLACES[place]
            zero = False
        else:
            zero = True
    return text
