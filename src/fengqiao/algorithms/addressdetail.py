"""The fine part of a Chinese address as people say it: house, staircase, floor, flat, and "opposite", "behind the shop".

`canonical` writes numbers and units one way, so that 四号楼, 4幢 and 4栋 are the same words; it keeps a map back to the
text as given. `detail_at` reads on behind a place name as long as the words still say where; `details` finds such
words anywhere, also the short form 3-2-501 (house 3, staircase 2, flat 501).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from fengqiao.algorithms.segment import normalise, squeeze

_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_NUMBER = "[零〇一二两三四五六七八九十百]{1,5}"
_UNIT = "(?:号楼|号院|单元|楼栋|[栋幢座室层楼组队弄巷号期道门户排])"
_SPOKEN = re.compile(f"({_NUMBER})(?={_UNIT})")
_HOUSE = re.compile(r"(?<=\d)(?:号楼栋?|幢|座|楼栋|#楼?)|(?<=[a-z])(?:幢|座)")
_LANDMARK = (
    "菜市场|菜场|超市|便利店|小卖部|饭店|饭馆|面馆|餐馆|烧烤店|理发店|药店|商店|网吧|宾馆|酒店|学校|小学|中学|幼儿园|"
    "医院|卫生院|卫生室|银行|公园|广场|车站|公交站|站台|桥头|桥|厂|工地|停车场|车库|车棚|大厅|电梯|活动室|祠堂|村委会|"
    "居委会|供销社|派出所|警务室|水塘|池塘|水库|河边|亭子|球场|健身区|滑梯|垃圾站|充电桩|快递站|驿站|门卫室|岗亭|店"
)
_WHERE = (
    "正?对面|斜对面|旁边|边上|附近|隔壁|后[面边门院屋]|前[面边]|[里外]面|[上下]面|门口|路口|巷口|桥头|楼[下上顶道]|门前|屋后|"
    "交叉口|交界处|之间|中间|转角|拐角|尽头|入口|出口|地下室|大门|院内|店内|[东南西北]侧|[东南西北]边|以[东南西北]|一楼大厅"
)
_PIECE = re.compile(
    "|".join(
        (
            r"\d{1,3}-\d{1,2}-\d{2,4}",
            r"\d{1,3}-\d{2,4}(?!\d)",
            r"第?\d{1,2}(?:号|道)门口?",
            r"[a-z]?\d{1,4}(?:栋|单元|号院|号库|号|弄|巷|组|队|期|区|层|楼|室|户|门|排)",
            r"[a-z](?:栋|区|门)",
            r"(?:顶|底|地下|负\d|负一)[层楼]",
            r"[东南西北]\d?(?:号)?门口?",
            r"[东南西北中]{1,2}(?:门口?|区|苑|户|边户|单元)",
            r"\d{3,4}(?=[住业漏的室户家]|$)",
            f"(?:{_LANDMARK})",
            f"(?:{_WHERE})",
        )
    )
)
_LEAD = re.compile(f"的?[\u4e00-\u9fff]{{0,5}}?(?:{_LANDMARK})")
_SKIP = re.compile("的|,|-|的?那个?|一带|这边|那边")
_STRICT = re.compile(
    r"(?<![\d-])\d{1,3}-\d{1,2}-\d{2,4}(?![\d-])"
    r"|(?:[a-z]?\d{1,3}栋)(?:\d{1,2}单元)?(?:\d{1,2}[层楼])?(?:\d{2,4}室?)?"
    r"|\d{1,2}单元(?:\d{1,2}[层楼])?(?:\d{2,4}室?)?"
    r"|(?<!\d)\d{1,3}[村]?组(?!织|合|成|建)"
)

_By = Callable[[re.Match[str]], str]


@dataclass(frozen=True, slots=True)
class Canonical:
    """A text in canonical words; `origin[i]` is where its character i comes from, with one entry more for the end."""

    text: str
    origin: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Detail:
    """A fine address: canonical words, and where they stand in the text as given."""

    text: str
    start: int
    end: int


def canonical(text: str) -> Canonical:
    """Half-width, lower case, no blanks; numbers before units in figures; every word for a house block as 栋."""
    flat = squeeze(normalise(text))
    origin = [*flat.positions(), len(text)]
    once, kept = _replace(_SPOKEN, flat.text, origin, lambda match: str(_figure(match[1])))
    twice, kept = _replace(_HOUSE, once, kept, lambda _: "栋")
    return Canonical(twice, tuple(kept))


def detail_at(said: Canonical, index: int) -> Detail | None:
    """The fine address that begins at `index` of a canonical text; None when what follows says nothing of where."""
    end = index
    place = index
    for _ in range(10):
        step = _PIECE.match(said.text, place) or (_LEAD.match(said.text, place) if end == index else None)
        if step is not None and step.end() > place:
            end = place = step.end()
            continue
        skipped = _SKIP.match(said.text, place)
        if skipped is None or not (follow := _PIECE.match(said.text, skipped.end())):
            break
        if skipped[0] in ",-" and not follow[0][0].isdigit():
            break  # behind a comma only a number goes on saying where
        end = place = follow.end()
    if end == index:
        return None
    return Detail(said.text[index:end].lstrip("的,-"), said.origin[index], said.origin[end])


def details(text: str) -> list[Detail]:
    """Fine addresses anywhere in a text, also where no place is named: house, staircase, flat, 3-2-501, village group."""
    said = canonical(text)
    found = []
    for match in _STRICT.finditer(said.text):
        longer = detail_at(said, match.start())
        end = match.end() if longer is None else max(match.end(), match.start() + len(longer.text))
        found.append(Detail(said.text[match.start() : end], said.origin[match.start()], said.origin[end]))
    return found


def _replace(pattern: re.Pattern[str], text: str, origin: list[int], by: _By) -> tuple[str, list[int]]:
    out: list[str] = []
    kept: list[int] = []
    done = 0
    for match in pattern.finditer(text):
        new = by(match)
        out += (text[done : match.start()], new)
        kept += origin[done : match.start()] + [origin[match.start()]] * len(new)
        done = match.end()
    if not done:
        return text, origin
    out.append(text[done:])
    return "".join(out), kept + origin[done:]


def _figure(words: str) -> int:
    """A Chinese number below 1,000 as a figure; a row of digits (五〇一) is read digit by digit."""
    if not set(words) & {"十", "百"}:
        return int("".join(str(_DIGITS[char]) for char in words))
    total = 0
    digit = 0
    for char in words:
        if char in _DIGITS:
            digit = _DIGITS[char]
        else:
            total += (digit or 1) * (100 if char == "百" else 10)
            digit = 0
    return total + digit
