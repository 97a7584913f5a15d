"""Words that say a dispute may boil over: a weapon, a threat, a crowd, talk of ending one's life.

The law on people's mediation (art. 25) asks for preventive steps and, where a crime or a public-order offence is
near, for word to the police at once. The words are those of the keyword floor (``algorithms.danger``) and a few more
that matter between two sides, with people counted. They only bring a person to look; they decide nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from fengqiao.algorithms.danger import danger_floor
from fengqiao.lib.text import fold
from fengqiao.mediation.choices import DangerKind

CROWD = 5
"""People present from which on a gathering is told to the police."""

_FLOOR = {
    "weapon": DangerKind.WEAPON,
    "arson": DangerKind.WEAPON,
    "threat": DangerKind.THREAT,
    "self_harm": DangerKind.SELF_HARM,
    "crowd": DangerKind.CROWD,
    "collective": DangerKind.CROWD,
}
_MORE = {
    DangerKind.WEAPON: re.compile(r"铁棍|钢管|棍棒|煤气罐|炸药|猎枪|[拿持带抄提操举亮掏动][^,.;!?\n]{0,6}刀"),
    DangerKind.THREAT: re.compile(
        r"报复|放话|见血|不得好死|鱼死网破|同归于尽|血债|威胁[^,.;!?\n]{0,6}[烧砸炸]|杀了?[你他她]"
    ),
    DangerKind.SELF_HARM: re.compile(r"不想活|活着没意思|活不下去|死给[你他她我]|遗书|寻死"),
    DangerKind.CROWD: re.compile(r"一[帮伙群]人|抬棺|聚众"),
}
_DENIED = re.compile(r"(?:没有?|未|并无|从未|不会|不曾)[^,.;!?\n]{0,3}$")
_MANY = r"(\d{1,4}|[一二三四五六七八九十百两几]{1,4})[多余来几]?[个名号位]?(?:人|亲戚|村民|工人|男子|小伙)"
_GATHER = re.compile(rf"(?:[聚围带叫喊堵]|纠集|召集|上门|到场|来了)[^,.;!?\n]{{0,8}}?{_MANY}")
_GATHERED = re.compile(rf"{_MANY}[^,.;!?\n]{{0,6}}?(?:聚|围|堵|闹)")
_NUMERALS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2, "几": 3}


@dataclass(frozen=True)
class Sign:
    """A kind of danger (DangerKind) and the words it was seen in."""

    kind: str
    words: tuple[str, ...]

    @property
    def label(self) -> str:
        """The kind in words."""
        return str(DangerKind(self.kind).label)


def danger_signs(*texts: str, people: int = 0) -> tuple[Sign, ...]:
    """Signs in what was said, each kind once, in the order of DangerKind; ``people``: how many are gathered.

    A word right after a denial ("没有带刀") does not count; talk of ending one's life always does.
    """
    found: dict[str, list[str]] = {}
    for text in filter(None, texts):
        for kind, word in _words_in(text):
            found.setdefault(str(kind), []).append(word)
    if people >= CROWD:
        found.setdefault(str(DangerKind.CROWD), []).append(f"{people} 人")
    return tuple(
        Sign(str(kind), tuple(dict.fromkeys(found[str(kind)]))[:5])
        for kind in DangerKind
        if str(kind) in found
    )


def _words_in(text: str) -> list[tuple[DangerKind, str]]:
    found = []
    for hit in danger_floor(text).hits:
        kind = _FLOOR.get(hit.rule)
        if kind and (kind == DangerKind.SELF_HARM or not _DENIED.search(text[: hit.start])):
            found.append((kind, hit.word))
    flat = fold(text).replace("。", ".")
    for kind, pattern in _MORE.items():
        for match in pattern.finditer(flat):
            if kind == DangerKind.SELF_HARM or not _DENIED.search(flat[: match.start()]):
                found.append((kind, match[0]))
    crowds = [m[0] for p in (_GATHER, _GATHERED) for m in p.finditer(flat) if number_of(m[1]) >= CROWD]
    return [*found, *((DangerKind.CROWD, words) for words in crowds)]


def number_of(text: str) -> int:
    """A small number in figures or Chinese numerals (up to hundreds); 几十 counts as 30."""
    if text.isdigit():
        return int(text)
    total, digit = 0, 0
    for sign in text:
        if sign in "十百":
            total += (digit or 1) * (10 if sign == "十" else 100)
            digit = 0
        else:
            digit = _NUMERALS[sign]
    return total + digit
