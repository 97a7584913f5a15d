"""Names of places in Chinese text, found by how such names are built, without a list of names.

Question: where does somebody say it is, when nobody gave the program the places of the town? A name ends in a word for a
kind of place (小区, 路, 幼儿园 ...) and begins after a district, a preposition or a sign. Limits: a name without such an
ending is not found, one that holds a word like 在 is cut short, and some findings are no names at all. So a single
finding decides nothing: whoever uses this counts how many people say the same name.
"""

from __future__ import annotations

import re

from fengqiao.algorithms.segment import narrow, squeeze

_KINDS = (
    "小区|社区|花园|家园|公寓|山庄|别墅|广场|大厦|大道|中学|小学|学校|学院|大学|幼儿园|医院|卫生院|公园|市场|工业园|产业园|"
    "开发区|步行街|高速|安置房|体育馆|图书馆|停车场|搅拌站|垃圾站|变电站|地铁站|火车站|高铁站|机场|国际|时代|公司|工地|"
    "[路街巷村苑城湾府郡庭桥站厂湖寺园]"
)
_BEGINS = "市区县镇乡道的在于是和与及由从到去有们请对将把被向为让给投诉反映关咨询举报建议希望要求"
_NAME = re.compile(
    f"(?:(?<=[{_BEGINS}路街])|(?<![\u4e00-\u9fffa-z0-9]))([^\\W{_BEGINS}]{{2,7}}?(?:{_KINDS}))", re.I
)
_NO_NAME = re.compile(
    "周边|附近|[这该某哪几条两]|引起|导致|规划|线路|必经|水泥|十字路|配套|政府|相关|部门|自来水|成立|新建|开通|公交"
)
_DISTRICT = re.compile(
    r"(?<![a-z0-9])[a-z]\d{1,2}[区县市]|(?:(?<=[省市州])|(?<![\u4e00-\u9fff]))[\u4e00-\u9fff]{2,3}[区县](?!域|别|分)",
    re.I,
)
_NO_DISTRICT = re.compile("小区|社区|校区|园区|地区|景区|片区|城区|新区$|[这那本该我全各]")
_TOWN = re.compile(
    r"(?<![a-z0-9])[a-z]\d{0,2}[省市区县]|(?<![\u4e00-\u9fff])(?:[\u4e00-\u9fff]{2,3}[省市州])+", re.I
)


def bare(text: str) -> str:
    """Half-width and without blanks, letters as they stand: the text names are shown from."""
    return squeeze(narrow(text)).text


def place_names(text: str) -> list[str]:
    """Names of places in a bare text, in order, repeats kept."""
    return [found[1] for found in _NAME.finditer(text) if not _NO_NAME.search(found[1])]


def districts(text: str) -> list[str]:
    """Districts and counties named in a bare text, in order, repeats kept."""
    return [found[0] for found in _DISTRICT.finditer(text) if not _NO_DISTRICT.search(found[0])]


def without_towns(text: str) -> str:
    """A text with provinces, towns and districts cut out, a comma in their stead."""
    return _TOWN.sub(
        ",", _DISTRICT.sub(lambda found: found[0] if _NO_DISTRICT.search(found[0]) else ",", text)
    )
