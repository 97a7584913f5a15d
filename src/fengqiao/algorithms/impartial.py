"""Where somebody comes from and what somebody is called say nothing of what happened: models do not get to see it.

Home provinces ("四川人", "河南口音的") and surnames ("姓王的") are replaced by one and the same word before a text
is turned into tokens, so that no model can learn anything from them. Limits: provinces and regions of China and the
bound forms above; a full name or a village in free text stays.
"""

from __future__ import annotations

import re

_HOMES = (
    "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|"
    "甘肃|青海|台湾|内蒙古|内蒙|广西|西藏|宁夏|新疆|香港|澳门|东北|西北|江浙|云贵"
)
_HOME = re.compile(rf"(?:{_HOMES})(?:省|市|自治区)?(?=人|籍|口音|老乡|话|来的|过来|那边)")
_NAMED = re.compile(r"姓[\u4e00-\u9fff]{1,2}?(?=的|某|家|男|女)")


def impartial(text: str) -> str:
    """`text` with homes and surnames made alike."""
    return _NAMED.sub("姓某", _HOME.sub("外地", text))
