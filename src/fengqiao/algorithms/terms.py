"""Reads a term of a mediation agreement the way a court would: who, what, how much, how, by when?

A court refuses to confirm an agreement whose content is unclear (司法确认), and a promise without a day cannot be seen to
be kept. Findings are hints for the mediator; nothing is refused here. The list of vague words is the project's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from fengqiao.algorithms.chinesenumbers import sums_of_money
from fengqiao.algorithms.segment import narrow
from fengqiao.algorithms.sentences import sentence
from fengqiao.algorithms.wordlists import advised_words

FindingKind = Literal[
    "empty",
    "no_sum",
    "no_date",
    "no_way",
    "no_party",
    "vague",
    "sum_differs",
    "date_differs",
    "bad_date",
    "rights",
    "blank",
]

_MONEY = re.compile(
    "赔偿|补偿|支付|付款|付清|偿还|归还.{0,4}款|还款|退还|退款|返还|给付|赔|工资|押金|医药费|误工费|彩礼|租金|货款|欠款|费用|一次性"
)
_THING = re.compile("(?:归还|退还|返还)[^款钱金费元]{1,8}(?:钥匙|物品|车|证|手机|家具|设备|衣物|首饰)")
_WAY = re.compile("现金|转账|微信|支付宝|银行|账户|卡|当场|当面|汇|扣除|抵扣|抵销|代付|存入|刷卡|扫码")
_PARTY = re.compile(
    "甲方|乙方|丙方|双方|各方|申请人|被申请人|由|向|付给|支付给|赔给|退给|某|先生|女士|物业|公司|房东"
)
_DAY = re.compile(
    r"\d{4}\s?[年\-/.]\s?\d{1,2}|\d{1,2}\s?月\s?\d{1,2}\s?[日号]|\d+\s?(?:个)?(?:工作)?[日天周月]内|[一二三四五六七八九十]+(?:个)?(?:工作)?[日天周月]内|"
    "当场|当天|当日|即日|签字时|签订时|签收时|每月|每年|每周|每天|月底前|年底前|今日|今天|明天|春节前|中秋前|开学前"
)
_LASTING = re.compile("不再|今后|以后|不得|保证|互不|此后|永不|停止|保持")
_FULL_DAY = re.compile(r"(\d{4})\s?[年\-/.]\s?(\d{1,2})\s?[月\-/.]\s?(\d{1,2})")
_RIGHTS = re.compile(
    "不得.{0,4}(?:起诉|上访|报警|仲裁|申诉|举报)|放弃.{0,4}(?:诉|仲裁|举报|报警|一切权利)|不许.{0,2}报警|扣.{0,3}身份证|自愿放弃.{0,6}权利"
)
_BLANK = re.compile(r"_{2,}|＿{2,}|×{2,}元|某某|待定|另填|\(\s{2,}\)")
_VAGUE_WORDS = advised_words("vague_terms")
_ANY_VAGUE = re.compile("|".join(sorted(_VAGUE_WORDS, key=len, reverse=True)))
_NOT_VAGUE = re.compile(
    "等待|对待|招待|待遇|待人|待定|承担部分|部分(?:工资|货款|房款|押金)|全部|左右(?:邻|两)|及时到账"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something unclear in a term; `message_zh` says what and what to write instead."""

    kind: FindingKind
    message_zh: str


def check_term(text: str, amount: Decimal | int | None = None, due: date | None = None) -> list[Finding]:
    """What a term leaves unclear, the gravest first.

    `amount` in yuan and `due` (a local day) are the fields kept beside the text, None where they are not filled in.
    """
    plain = " ".join(narrow(text).split())
    if not plain:
        return [Finding("empty", sentence("条款是空的，请写明谁、做什么、什么时候做完"))]
    sums = sums_of_money(plain)
    about_money = (
        amount is not None or bool(sums) or (bool(_MONEY.search(plain)) and not _THING.search(plain))
    )
    findings = list(_rights(plain))
    if about_money:
        findings += _of_money(plain, sums, amount)
    findings += _of_time(plain, due, lasting=bool(_LASTING.search(plain)) and not about_money)
    findings += _vague(plain)
    return findings


def _rights(plain: str) -> Iterator[Finding]:
    if match := _RIGHTS.search(plain):
        yield Finding(
            "rights",
            sentence(
                "“%(words)s”限制了当事人找法院、仲裁或公安的权利，调解协议不能这样写，请删去", words=match[0]
            ),
        )
    if match := _BLANK.search(plain):
        yield Finding("blank", sentence("“%(words)s”处还没有填写", words=match[0]))


def _of_money(plain: str, sums: list[Decimal], amount: Decimal | int | None) -> Iterator[Finding]:
    if amount is None and not sums:
        yield Finding("no_sum", sentence("说到钱但没有数目，请写明多少元"))
    elif amount is not None and sums and Decimal(amount) not in (*sums, sum(sums)):
        written = tuple(sentence("%(sum)s 元", sum=f"{value.normalize():f}") for value in dict.fromkeys(sums))
        yield Finding(
            "sum_differs",
            sentence(
                "条款里写的是 %(written)s，填写的金额是 %(amount)s 元，请核对",
                written=written,
                amount=f"{Decimal(amount).normalize():f}",
            ),
        )
    elif len(set(sums)) == 2 and "大写" in plain:
        yield Finding("sum_differs", sentence("大写与小写的金额不一样，请核对"))
    if not _PARTY.search(plain):
        yield Finding("no_party", sentence("没有写清谁付给谁"))
    if not _WAY.search(plain):
        yield Finding("no_way", sentence("没有写怎样付，请写明现金当面付清还是转到哪个账户"))


def _of_time(plain: str, due: date | None, *, lasting: bool) -> Iterator[Finding]:
    """`lasting`: a promise to keep on or to leave off needs no day."""
    written = []
    for year, month, day in _FULL_DAY.findall(plain):
        try:
            written.append(date(int(year), int(month), int(day)))
        except ValueError:
            yield Finding(
                "bad_date",
                sentence(
                    "%(year)s 年 %(month)s 月 %(day)s 日这一天不存在，请核对", year=year, month=month, day=day
                ),
            )
    if due is None:
        if not lasting and not _DAY.search(plain):
            yield Finding("no_date", sentence("没有写什么时候做完，请写明日期"))
    elif written and due not in written:
        days = tuple(map(_day_in_words, written))
        yield Finding(
            "date_differs",
            sentence(
                "条款里写的是 %(days)s，填写的期限是 %(due)s，请核对", days=days, due=_day_in_words(due)
            ),
        )


def _day_in_words(day: date) -> str:
    return sentence("%(year)s 年 %(month)s 月 %(day)s 日", year=day.year, month=day.month, day=day.day)


def _vague(plain: str) -> Iterator[Finding]:
    fine = [match.span() for match in _NOT_VAGUE.finditer(plain)]
    seen: set[str] = set()
    for match in _ANY_VAGUE.finditer(plain):
        start, end = match.span()
        if match[0] in seen or any(low <= start and end <= high for low, high in fine):
            continue
        seen.add(match[0])
        yield Finding("vague", f"“{match[0]}”{_VAGUE_WORDS[match[0]]}")
