"""Words and character n-grams of Chinese text, and the normal form every text engine works on.

`normalise` keeps the length, so a position in its result is a position in what was said: full-width letters, digits
and signs become half-width, letters become lower case. `squeeze` goes one step further and drops white space and
invisible characters, keeping a map back; it is what finds a word that somebody (or a phone) broke up with blanks.

Words come from the rjieba segmenter, which is loaded at first use: a process that never segments never pays for it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from operator import add

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_SIGNS = {0x3000: 0x20, 0x3002: 0x2E, 0x3001: 0x2C, 0x2018: 0x27, 0x2019: 0x27, 0x201C: 0x22, 0x201D: 0x22}
_NARROW = {**_FULL_WIDTH, **_SIGNS}
_INVISIBLE = frozenset(
    [
        chr(code)
        for code in (*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF, 0xAD)
    ]
    + [chr(code) for code in range(0x20) if chr(code) not in "\t\n\r"]
)
_DROPPED = (
    _INVISIBLE
    | frozenset(" \t\n\r\x0b\x0c\x85\xa0\u1680\u2028\u2029\u202f\u205f")
    | frozenset(map(chr, range(0x2000, 0x200B)))
)
_WIDE_WORD = re.compile("[０-９Ａ-Ｚａ-ｚ]")
_ANY_DROPPED = re.compile(f"[{re.escape(''.join(sorted(_DROPPED)))}]")


def narrow(text: str) -> str:
    """Full-width letters, digits and signs to half-width; case and length stay."""
    return text.translate(_NARROW)


def normalise(text: str) -> str:
    """Full-width to half-width and lower case, character by character: the result is as long as `text`."""
    return _lower(narrow(text))


def normalise_words(text: str) -> str:
    """As `normalise`, but signs may stay full-width: cheaper, and enough to look up words."""
    return _lower(narrow(text) if _WIDE_WORD.search(text) else text)


def _lower(text: str) -> str:
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(char.lower() if len(char.lower()) == 1 else char for char in text)


@dataclass(frozen=True, slots=True)
class Squeezed:
    """A normalised text without white space, and where each of its characters stood before."""

    text: str
    gaps: tuple[int, ...]  # for every character dropped, the place in `text` behind which it stood

    def position(self, index: int) -> int:
        """Position in the normalised text of the character at `index`."""
        return index + bisect_right(self.gaps, index)

    def positions(self) -> list[int]:
        """Positions in the normalised text of all characters, in order."""
        found: list[int] = []
        begun = 0
        for dropped, gap in enumerate(self.gaps):
            found.extend(range(begun + dropped, gap + dropped))
            begun = gap
        found.extend(range(begun + len(self.gaps), len(self.text) + len(self.gaps)))
        return found


def squeeze(normal: str) -> Squeezed:
    """Drop white space and invisible characters from a normalised text."""
    dropped = [match.start() for match in _ANY_DROPPED.finditer(normal)]
    if not dropped:
        return Squeezed(normal, ())
    return Squeezed(_ANY_DROPPED.sub("", normal), tuple(place - order for order, place in enumerate(dropped)))


_FLAT = {**_NARROW, **{ord(char): None for char in _DROPPED}, 0x3000: None}


def flatten(text: str) -> str:
    """Normalised and squeezed in one pass, for whoever needs no way back to the places in the text."""
    return text.translate(_FLAT).lower()


@cache
def _cutter() -> Callable[[str], list[str]]:
    import rjieba  # 60 MB of dictionary: only for a process that segments

    rjieba.cut("预热")
    cut: Callable[[str], list[str]] = rjieba.cut
    return cut


def cut(text: str) -> list[str]:
    """All pieces of a text as it stands, in order, blanks and signs too: together they are as long as the text."""
    try:
        return _cutter()(text)
    except UnicodeEncodeError:  # half a character pair, as broken phones send
        return _cutter()(text.encode("utf-8", "replace").decode("utf-8"))


def words(text: str) -> list[str]:
    """Segmented words of a text in order, blanks left out. The text is normalised first."""
    return [word for word in cut(normalise(text)) if not word.isspace()]


def bigrams(text: str) -> Iterator[str]:
    """All pairs of neighbouring characters, in order, as the text stands."""
    return map(add, text, text[1:])


def char_ngrams(text: str, low: int = 1, high: int = 3) -> list[str]:
    """Character n-grams for n from `low` to `high` of the normalised, squeezed text, repeats kept.

    Raises ValueError when `low` is below 1 or above `high`.
    """
    if not 1 <= low <= high:
        raise ValueError(f"n-grams need 1 <= low <= high, not {low}..{high}")
    flat = flatten(text)
    grams: list[str] = []
    layer: list[str] = list(flat)
    for size in range(1, high + 1):
        if size > 1:
            layer = list(map(add, layer, flat[size - 1 :]))
        if size >= low:
            grams.extend(layer)
    return grams
