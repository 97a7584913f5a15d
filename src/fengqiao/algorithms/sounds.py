"""How Chinese names sound and look: keys under which a slip of the ear, of the input method or of the eye is found.

Question: may 上刘村 mean 上柳村? Every character has one or more readings without tones, from ``data/pinyin.txt``.
``keys`` writes a name as a row of private characters, one a syllable; names with a key in common sound the same.
``loose`` keys also ignore what many speakers and input methods do not tell apart: zh/z, ch/c, sh/s, n/l at the
beginning, -ng/-n behind a, e, i. ``lookalikes`` replaces one character by another of its shape. ``spelled`` reads Latin
letters as syllables. Limits: tones are ignored; readings that only names of places have (六安) are not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from itertools import islice, product

_FIRST = 0xF0000  # private characters: syllables as they are
_LOOSE = 0xF0800  # and as they are loosely
MOST_KEYS = 4
_SHAPES = (
    "己已巳", "戊戌戍戎", "末未", "土士", "日曰", "人入八", "千干于", "天夭无", "太大犬", "王玉主", "田由甲申", "刀刁力",
    "万方", "冶治", "析折柝", "柳抑卯", "杨扬场汤", "栗粟", "洲州", "陈阵", "阳阴", "湾弯", "凤风", "兰三",
    "宋宗", "宁宇",
    "辛幸", "候侯", "拆折", "晴睛", "清请情", "苗笛", "茶荼", "苑宛", "岗岚", "岭岑", "圩坪", "坝贝", "堡堑", "塘溏糖",
    "坑炕", "垌洞", "坂板版", "圳训", "沟构", "泊柏", "汪注", "河何柯", "沙纱", "沽活", "泥呢", "洪拱", "洼挂", "浦蒲埔",
    "港巷", "渡度", "溪奚", "滩难", "漳樟", "潭谭", "澄登", "灶社", "牛午", "坊访", "瓦互", "甸旬", "畈贩", "皇星",
    "石右", "祈祁", "禾木本", "穆稷", "竹什", "篮蓝", "良艮", "芦庐", "苏办", "莫英", "营萱", "薛薜", "蔡祭", "谷容",
    "贾贯", "赵越", "郑邓", "邢刑", "郭享", "金全", "钟种", "铺辅", "闫闰", "陆陕", "隆降", "雷雪", "鲁鱼", "庄压",
    "屯电", "崔雀", "市布", "带芾", "平乎", "西酉", "富冨", "官宫", "孟盂", "姜羌", "夏复",
)  # fmt: skip
_LETTERS = re.compile(r"[a-zü]+(?:['’][a-zü]+)*")


@cache
def _readings() -> dict[str, tuple[str, ...]]:
    known: dict[str, tuple[str, ...]] = {}
    lines = (files("fengqiao.algorithms") / "data" / "pinyin.txt").read_text(encoding="utf-8").splitlines()
    rows = [line.split(" ", 1) for line in lines if not line.startswith("#")]
    for syllable, chars in sorted(rows, key=lambda row: row[0].startswith("+")):
        for char in chars:
            known[char] = (*known.get(char, ()), syllable.removeprefix("+"))
    return known


@cache
def _numbers() -> dict[str, int]:
    """Every syllable by number."""
    return {one: n for n, one in enumerate(sorted({way for ways in _readings().values() for way in ways}))}


def table_version() -> str:
    """Changes when the readings do: keys kept in a file are worth nothing under another table."""
    import hashlib

    said = "".join(f"{char}{','.join(ways)};" for char, ways in sorted(_readings().items()))
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def loosely(syllable: str) -> str:
    """A syllable without what many speakers do not tell apart: zhang and zan are one."""
    one = re.sub("^([zcs])h", r"\1", syllable)
    one = re.sub("^n(?=.)", "l", one)
    return re.sub("(?<=[aei]n)g$", "", one)


@cache
def _signs(loose: bool) -> dict[int, tuple[str, ...]]:
    """The private characters of each character, the commonest reading first."""
    return {
        ord(char): tuple(dict.fromkeys(_sign(way, loose) for way in ways))
        for char, ways in _readings().items()
    }


@cache
def _sign(syllable: str, loose: bool) -> str:
    numbers = _numbers()
    if not loose:
        return chr(_FIRST + numbers[syllable])
    wanted = loosely(syllable)
    return chr(_LOOSE + min(n for one, n in numbers.items() if loosely(one) == wanted))


@cache
def _plain(loose: bool) -> dict[int, str]:
    return {char: ways[0] for char, ways in _signs(loose).items()}


@cache
def _second(loose: bool) -> dict[int, str]:
    return {char: ways[min(1, len(ways) - 1)] for char, ways in _signs(loose).items()}


def key(text: str, *, loose: bool = False) -> str:
    """A text by its commonest readings; as long as the text, what is not Chinese stays as it is."""
    return text.translate(_plain(loose))


def alternative(text: str, *, loose: bool = False) -> str:
    """As `key`, by the second reading of every character that has one."""
    return text.translate(_second(loose))


def keys(text: str, *, loose: bool = False) -> tuple[str, ...]:
    """All keys of a name whose characters read in several ways, at most `MOST_KEYS`, that of `key` first."""
    signs = _signs(loose)
    ways = [signs.get(ord(char), (char,)) for char in text]
    return tuple(map("".join, islice(product(*ways), MOST_KEYS)))


def sound_alike(one: str, other: str, *, loose: bool = False) -> bool:
    """Whether two names may be read the same, character by character."""
    signs = _signs(loose)
    return len(one) == len(other) and all(
        a == b or not set(signs.get(ord(a), (a,))).isdisjoint(signs.get(ord(b), (b,)))
        for a, b in zip(one, other, strict=True)
    )


@cache
def _alike() -> dict[str, str]:
    found: dict[str, str] = {}
    for group in _SHAPES:
        for char in group:
            found[char] = found.get(char, "") + group.replace(char, "")
    return found


def lookalikes(text: str) -> Iterator[str]:
    """The text with one character replaced by another of its shape (未/末), every way there is."""
    alike = _alike()
    for at, char in enumerate(text):
        for other in alike.get(char, ""):
            yield f"{text[:at]}{other}{text[at + 1 :]}"


def spelled(text: str) -> list[tuple[int, int, tuple[str, ...]]]:
    """Runs of Latin letters of a lower-case text that read as two or more syllables: start, end, syllables.

    An apostrophe parts syllables; otherwise the longest one that lets the rest be read is taken: xian is one.
    """
    found = []
    for match in _LETTERS.finditer(text):
        pieces = [_syllables(part.replace("ü", "v")) for part in re.split("['’]", match[0])]
        if all(pieces) and sum(map(len, pieces)) > 1:
            found.append((match.start(), match.end(), tuple(one for piece in pieces for one in piece)))
    return found


def spelled_key(syllables: tuple[str, ...], *, loose: bool = False) -> str:
    """The key of spelled syllables."""
    return "".join(_sign(one, loose) for one in syllables)


def _syllables(run: str) -> tuple[str, ...]:
    """The run cut into syllables, the longest first; empty when that cannot be done."""
    if len(run) > 60:
        return ()
    numbers = _numbers()
    best: list[tuple[str, ...] | None] = [None] * len(run) + [()]
    for at in range(len(run) - 1, -1, -1):
        for size in range(min(6, len(run) - at), 0, -1):
            rest = best[at + size]
            if rest is not None and run[at : at + size] in numbers:
                best[at] = (run[at : at + size], *rest)
                break
    return best[0] or ()
