"""What of the name of a village or a division is its own, and what only says what kind of thing it is."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from fengqiao.algorithms.segment import flatten

Kind = Literal["village", "community", "other"]
LONGEST = 20
"""Characters of a name that are looked at."""
_ASIDE = re.compile(r"\([^()]*\)?")
_TAIL = re.compile(
    "(?:(?:社区|村|嘎查)?(?:居民|村民|农牧民|牧民)?委员会|社区居民委员|村牧委会|(?:村|嘎查|居)委会|[村居]委|虚拟社区|社区居?|嘎查|"
    "虚拟生活区|生活区)+$"
)
_PEOPLES = (
    "哈萨克|维吾尔|柯尔克孜|塔吉克|达斡尔|鄂温克|鄂伦春|土家|蒙古|朝鲜|布依|仡佬|仫佬|毛南|哈尼|傈僳|拉祜|纳西|景颇|布朗|撒拉|保安|东乡|"
    "裕固|锡伯|赫哲|普米|独龙|阿昌|德昂|基诺|门巴|珞巴|壮|回|苗|彝|侗|瑶|白|傣|黎|畲|佤|羌|藏|满|土|水|怒|京|各"
)
_UNIT = re.compile(
    f"(?:特别行政区|(?:(?:{_PEOPLES})族?)*自治[区州县旗]|地区|林区|街道|(?:(?:{_PEOPLES})族)+乡|民族[乡镇]|苏木|"
    "[乡镇省市盟区县旗])$"
)
_NAMELESS = re.compile("^(?:市辖区|县|(?:省|自治区)直辖县级行政区划)$")
TAIL = re.compile(
    "行政村|自然村|村(?:民委员会|委会|委|社区)?|社区(?:居民委员会|居委会|居委)?|居民委员会|居委会|居委|嘎查|生活区|(?:生产)?大队"
)
"""What people put behind the own name of a village in a text."""


_TRADITIONAL = str.maketrans(
    "區會員莊縣鎮鄉灣溝嶺橋東龍馬陳張劉楊黃趙吳鄭馮蘇葉華興豐寧漢陽陰風雲長門廣場園圍壩澤樓舊雙頭鐵銀錢魚鳳蘭萬義萊關實"
    "壽軍農團結勝進聯營堅樂衛鮮連達貴賢與業眾來兩個後裡裏麗劃號爾蓮蘆蘿蕭謝許譚呂孫賈韓顧龐齊",
    "区会员庄县镇乡湾沟岭桥东龙马陈张刘杨黄赵吴郑冯苏叶华兴丰宁汉阳阴风云长门广场园围坝泽楼旧双头铁银钱鱼凤兰万义莱关实"
    "寿军农团结胜进联营坚乐卫鲜连达贵贤与业众来两个后里里丽划号尔莲芦萝萧谢许谭吕孙贾韩顾庞齐",
)


def simple(text: str) -> str:
    """The traditional characters that are common in names of places, simplified; as long as the text."""
    return text.translate(_TRADITIONAL)


@lru_cache(maxsize=8192)
def core(name: str) -> str:
    """The own name of a village: 上柳村村民委员会 and 上柳村 are 上柳. At least two characters stay (丁村)."""
    flat = flatten(name)
    plain = _ASIDE.sub("", flat) or flat
    short = _TAIL.sub("", plain)
    if len(short) < 2:
        short = plain if len(plain) < 3 else plain[: max(2, len(short) + 1)]
    if short.endswith("村") and len(short) > 2:
        short = short[:-1]
    return short[:LONGEST]


def kind_of(words: str) -> Kind:
    """Whether a name, or what stands behind one in a text, speaks of a village or of a community in a town."""
    if "社区" in words or "居" in words:
        return "community"
    return "village" if re.search("村|嘎查|牧委|大队", words) else "other"


@lru_cache(maxsize=8192)
def upper_forms(name: str) -> tuple[str, str]:
    """A division above the village as it is written, and shortened (灞桥区, 灞桥); empty where no name is left."""
    whole = flatten(name)
    if len(whole) < 2 or _NAMELESS.match(whole):
        return "", ""
    whole = re.sub("办事处$", "", whole)[:LONGEST]
    short = _UNIT.sub("", whole)
    return whole, short if len(short) >= 2 and short != whole else ""
