"""Personal numbers in free text: found, named and masked.

Mobile and landline numbers, identity numbers (18 characters, checked by date and check character), bank card numbers
(checked by Luhn's sum), number plates, and names where the text itself says that one follows (姓名：, 我叫). Full-width
digits and the blanks and dashes people write between groups are seen through. A number that fails its check is left
alone: an order number is no card. A name that nothing announces is not found.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from typing import Literal

from fengqiao.algorithms.segment import narrow

Kind = Literal["phone", "landline", "id_number", "bank_card", "plate", "name"]
PERSONAL: frozenset[Kind] = frozenset({"phone", "id_number", "bank_card", "plate", "name"})
"""What is masked in words of the house's own: all but landlines, which are the numbers of offices there."""

_GAP = r"[ \-·]?"
_PHONE = re.compile(rf"(?<![\d*])(?:\+?86{_GAP})?(?P<number>1[3-9]\d{_GAP}\d{{4}}{_GAP}\d{{4}})(?!\d)")
_LANDLINE = re.compile(rf"(?<!\d)(?P<number>\(?0\d{{2,3}}\)?{_GAP}[2-9]\d{{6,7}})(?!\d)")
_ID = re.compile(
    r"(?<![0-9A-Za-z])(?P<number>[1-8]\d{5}[ \-]?(?:18|19|20)\d{6}[ \-]?\d{3}[\dXx])(?![0-9A-Za-z])"
)
_CARD = re.compile(r"(?<!\d)(?P<number>[3-69]\d{3}(?:[ \-]?\d{4}){2,3}[ \-]?\d{1,4})(?!\d)")
_PLATE = re.compile(
    "(?P<number>[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]"
    r"[A-HJ-NP-Za-hj-np-z][·.\s\-]?(?=[A-Za-z\d]*\d)[A-HJ-NP-Za-hj-np-z\d]{4,6}[警学挂港澳]?)(?![A-Za-z\d])"
)
_CUT = re.compile(r"(\d{3})[\d \-]+(?=(?:…|\.\.\.)$)")
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪"
    "范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_NAME = re.compile(
    r"(?:(?:姓名|名字|联系人|当事人|报警人|报案人|反映人|投诉人|举报人|申请人|被申请人|户主|收款人|开户名|户名)\s*[:：]\s*|"
    r"(?:我叫|本人叫|他叫|她叫|名叫|名字叫|名字是|姓名是)\s*)"
    rf"(?P<number>(?:欧阳|上官|司马|诸葛|[{_SURNAMES}])[\u4e00-\u9fff]{{1,2}})"
)


@dataclass(frozen=True, slots=True)
class Sensitive:
    """A personal number at `start`..`end` of the text, and how it is shown masked."""

    kind: Kind
    start: int
    end: int
    masked: str


def find_sensitive(text: str) -> list[Sensitive]:
    """All personal numbers of a text in order, none overlapping another."""
    plain = narrow(text)
    found: list[Sensitive] = []
    for kind, pattern, holds, show in _KINDS:
        for match in pattern.finditer(plain):
            start, end = match.span("number")
            bare = re.sub(r"[\s\-·.()]", "", match["number"])
            if holds(bare) and all(end <= one.start or start >= one.end for one in found):
                found.append(Sensitive(kind, start, end, show(bare)))
    return sorted(found, key=lambda one: one.start)


def mask(text: str, kinds: Collection[Kind] | None = None) -> str:
    """The text with personal numbers masked (138****1234); `kinds`: only these."""
    parts: list[str] = []
    done = 0
    for one in find_sensitive(text):
        if kinds is None or one.kind in kinds:
            parts += (text[done : one.start], one.masked)
            done = one.end
    return "".join((*parts, text[done:]))


def mask_cut(text: str) -> str:
    """The same for a text that was cut short: a number cut through at its end is masked too."""
    return _CUT.sub(r"\g<1>****", mask(text))


def mask_own(text: str) -> str:
    """For words of the house's own that others will read: offices keep their landlines."""
    return mask(text, PERSONAL)


def mask_phone(number: str) -> str:
    """A telephone number for display: 138****1234, 0571****1234."""
    digits = re.sub(r"\D", "", narrow(number))
    if len(digits) <= 4:
        return "*" * len(digits)
    head = 3 if digits.startswith("1") or len(digits) < 11 else 4
    return f"{digits[: min(head, len(digits) - 4)]}****{digits[-4:]}"


def valid_id_number(number: str) -> bool:
    """Whether 18 characters are a Chinese identity number: a day that exists, and the right check character.

    Check (GB 11643): the last character is (1 - 2 x value) mod 11, value being the first 17 digits read to base 13.
    """
    if not re.fullmatch(r"\d{17}[\dXx]", number):
        return False
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    check = (1 - 2 * int(number[:17], 13)) % 11
    return ("X" if check == 10 else str(check)) == number[17].upper()


def passes_luhn(number: str) -> bool:
    """Whether digits end with the check digit of Luhn's sum (ISO/IEC 7812), as bank cards of 16 to 19 digits do."""
    if not number.isdecimal() or not 16 <= len(number) <= 19:
        return False
    total = 0
    for place, char in enumerate(reversed(number)):
        digit = int(char) * (2 if place % 2 else 1)
        total += digit - 9 if digit > 9 else digit
    return total % 10 == 0


def _plate_length(plate: str) -> bool:
    """Province, letter and five signs (a suffix counts as one), or six with the letter D or F of new energy cars."""
    body = plate[2:].rstrip("警学挂港澳")
    if len(body) == 6:
        return bool(re.search("[A-HJ-Ka-hj-k]", body[0] + body[5]))
    return len(body) == 5 or len(plate) == 7


def _always(number: str) -> bool:
    return True


_KINDS: tuple[tuple[Kind, re.Pattern[str], Callable[[str], bool], Callable[[str], str]], ...] = (
    ("id_number", _ID, valid_id_number, lambda number: f"{number[:3]}{'*' * 13}{number[-2:]}"),
    ("phone", _PHONE, _always, mask_phone),
    ("bank_card", _CARD, passes_luhn, lambda number: f"{'*' * (len(number) - 4)}{number[-4:]}"),
    ("landline", _LANDLINE, _always, mask_phone),
    ("plate", _PLATE, _plate_length, lambda plate: f"{plate[:2]}{'*' * (len(plate) - 4)}{plate[-2:]}"),
    ("name", _NAME, _always, lambda name: f"{name[0]}**"),
)
