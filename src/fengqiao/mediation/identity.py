"""Numbers that stand on mediation papers and nowhere else: resident identity numbers and unified credit codes.

Only the check sums are looked at (GB 11643 and GB 32100); whether a number was ever given to somebody is not
known here. Area codes inside identity numbers are historic and are not checked.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

ADULT_YEARS = 18
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECK = "10X98765432"
_USCC_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_PHONE = re.compile(r"1[3-9]\d{9}|0\d{9,11}|[2-9]\d{6,7}|400\d{7}|800\d{7}")
_OTHER_PAPER = re.compile(r"[0-9A-Z()]{5,20}")


class IdentityError(ValueError):
    """A number that cannot be right; the message says what is wrong, without repeating the number."""


@dataclass(frozen=True)
class PersonNumber:
    """A resident identity number in its one form, with what it says of its holder."""

    number: str
    born: date
    sex: str

    def age(self, on: date) -> int:
        """Full years on a day."""
        return years_between(self.born, on)


def years_between(born: date, on: date) -> int:
    """Full years from ``born`` to ``on``; who is born on 29 February ages on 1 March of other years."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def plain(number: str) -> str:
    """A typed number: half-width, capitals, without spaces and dashes."""
    return re.sub(r"[\s\-–—]+", "", unicodedata.normalize("NFKC", number)).upper()


def read_person_number(typed: str, today: date) -> PersonNumber:
    """The 18-digit resident identity number in ``typed``.

    Raises IdentityError when its length, its date of birth or its check character is wrong.
    """
    number = plain(typed)
    if not re.fullmatch(r"\d{17}[\dX]", number, flags=re.ASCII):
        raise IdentityError(_("身份证号码应为 18 位，前 17 位是数字，最后一位是数字或 X"))
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError as error:
        raise IdentityError(_("身份证号码里的出生日期不存在，请核对")) from error
    if not date(1880, 1, 1) <= born <= today:
        raise IdentityError(_("身份证号码里的出生日期不合理，请核对"))
    total = sum(int(digit) * weight for digit, weight in zip(number, _ID_WEIGHTS, strict=False))
    if number[17] != _ID_CHECK[total % 11]:
        raise IdentityError(_("身份证号码的校验位不对，可能抄错了一位，请核对"))
    return PersonNumber(number, born, "男" if int(number[16]) % 2 else "女")


def read_unit_number(typed: str) -> str:
    """The 18-character unified social credit code in ``typed``. Raises IdentityError when it cannot be one."""
    code = plain(typed)
    if len(code) != 18 or any(sign not in _USCC_SIGNS for sign in code):
        raise IdentityError(_("统一社会信用代码应为 18 位数字和大写字母，不含 I、O、S、V、Z"))
    total = sum(_USCC_SIGNS.index(sign) * weight for sign, weight in zip(code, _USCC_WEIGHTS, strict=False))
    if _USCC_SIGNS[(31 - total % 31) % 31] != code[17]:
        raise IdentityError(_("统一社会信用代码的校验位不对，可能抄错了一位，请核对"))
    return code


def read_other_paper(typed: str) -> str:
    """The number of a passport or another paper, only its shape checked. Raises IdentityError."""
    number = plain(typed)
    if not _OTHER_PAPER.fullmatch(number):
        raise IdentityError(_("证件号码应为 5 到 20 位数字或字母"))
    return number


def is_phone(digits: str) -> bool:
    """Whether bare digits look like a mobile, a landline with or without area code, or a service line."""
    return bool(_PHONE.fullmatch(digits))
