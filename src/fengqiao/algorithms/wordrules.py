"""Word rules: small expressions over literal words, matched against a text in one pass.

A rule is written in one token, so that a lexicon stays readable:

    着火            the word
    着火*3          the word, weight 3 (default 1; may be negative)
    孩子|小孩~12不见  one of the left words, then within 12 characters of the same sentence one of the right ones
    电动车+充电      both, in any order, within the window (24 characters unless told)
    @child~12@gone  names of word groups

No regular expressions are involved, so no text can make the scan slow.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

WINDOW = 24
_WEIGHT = re.compile(r"\*(-?\d+(?:\.\d+)?)$")
_JOINT = re.compile(r"(\+|~\d+)")
_SENTENCE_END = frozenset(".!?;\n。！？；")

_MIX_FIRST = np.uint32(2654435761)  # multipliers of a multiplicative hash (Knuth)
_MIX_SECOND = np.uint32(40503)

Span = tuple[int, int]


class RuleError(ValueError):
    """A word rule that cannot be read: the message names it and what is wrong."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One compiled rule: parts by number, the joints between them (None: any order), its weight and its owner."""

    owner: int
    parts: tuple[int, ...]
    gaps: tuple[int | None, ...]
    weight: float


class Found(NamedTuple):
    """A rule that holds: whose it is, its weight, and the words it rests on with their places in the text."""

    owner: int
    weight: float
    spans: tuple[Span, ...]

    @property
    def start(self) -> int:
        """First character of the match."""
        return min(span[0] for span in self.spans)

    @property
    def end(self) -> int:
        """One past the last character of the match."""
        return max(span[1] for span in self.spans)


class WordIndex:
    """Finds every occurrence of many literal words, overlapping ones too.

    Pairs of neighbouring characters are hashed for the whole text at once and looked up in a table of the pairs that
    words begin with; only where a pair may begin a word are words compared.
    """

    def __init__(self, words: Iterable[str]) -> None:
        """Raises RuleError for an empty word."""
        self.words = frozenset(words)
        if "" in self.words:
            raise RuleError("空词不能用来查找")
        heads: dict[str, set[int]] = {}
        for word in self.words:
            if len(word) > 1:
                heads.setdefault(word[:2], set()).add(len(word))
        self._heads = {head: tuple(sorted(sizes)) for head, sizes in heads.items()}
        self._single = frozenset(word for word in self.words if len(word) == 1)
        bits = max(
            16, len(heads).bit_length() + 5
        )  # a table that is mostly empty: few pairs looked at in vain
        self._shift = np.uint32(32 - bits)
        self._table = np.zeros(1 << bits, dtype=bool)
        for head in heads:
            self._table[self._slots(head)] = True

    def _slots(self, text: str) -> npt.NDArray[np.uint32]:
        chars = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        slots: npt.NDArray[np.uint32] = chars[:-1] * _MIX_FIRST + chars[1:] * _MIX_SECOND
        return slots >> self._shift

    def find(self, text: str) -> list[tuple[str, int]]:
        """(word, start) of every occurrence, in the order of the text."""
        found: list[tuple[str, int]] = []
        heads, words = self._heads, self.words
        for start in np.flatnonzero(self._table[self._slots(text)]).tolist() if text else ():
            for size in heads.get(text[start : start + 2], ()):
                word = text[start : start + size]
                if len(word) == size and word in words:  # at the end of the text a cut is shorter
                    found.append((word, start))
        if not self._single.isdisjoint(text):
            found.extend((char, index) for index, char in enumerate(text) if char in self._single)
            found.sort(key=itemgetter(1))
        return found


@dataclass(slots=True)
class _Builder:
    groups: Mapping[str, str]
    numbers: dict[frozenset[str], int] = field(default_factory=dict)
    of_word: dict[str, list[int]] = field(default_factory=dict)

    def part(self, text: str, rule: str) -> int:
        words: set[str] = set()
        for piece in text.split("|"):
            if piece.startswith("@"):
                if piece[1:] not in self.groups:
                    raise RuleError(f"规则“{rule}”用到没有定义的词组 {piece}")
                words.update(self.groups[piece[1:]].split())
            elif piece:
                words.add(piece)
        if not words:
            raise RuleError(f"规则“{rule}”里有空的部分")
        key = frozenset(words)
        if key not in self.numbers:
            self.numbers[key] = len(self.numbers)
            for word in words:
                self.of_word.setdefault(word, []).append(self.numbers[key])
        return self.numbers[key]

    def rule(self, owner: int, text: str) -> Rule:
        weight = 1.0
        body = text
        if match := _WEIGHT.search(text):
            weight, body = float(match[1]), text[: match.start()]
        pieces = _JOINT.split(body)
        parts = tuple(self.part(piece, text) for piece in pieces[::2])
        gaps = tuple(None if joint == "+" else int(joint[1:]) for joint in pieces[1::2])
        return Rule(owner, parts, gaps, weight)


class RuleSet:
    """Many rules compiled together; `match` gives each rule that holds, once, at its first place."""

    def __init__(
        self,
        rules: Iterable[tuple[int, str]],
        groups: Mapping[str, str] | None = None,
        *,
        window: int = WINDOW,
    ) -> None:
        """`rules`: (owner number, rule text). `window`: characters within which "+" must be met.

        Raises RuleError for a rule that cannot be read.
        """
        builder = _Builder(groups or {})
        self.rules = [builder.rule(owner, text) for owner, text in rules]
        self.window = window
        self._longest = max(map(len, builder.of_word), default=0)
        self._single: dict[int, list[Rule]] = {}
        for rule in self.rules:
            if len(rule.parts) == 1:
                self._single.setdefault(rule.parts[0], []).append(rule)
        characters = {
            number: tuple(w for w in words if len(w) == 1) for words, number in builder.numbers.items()
        }
        self._joint = self._anchor([rule for rule in self.rules if len(rule.parts) > 1], characters)
        # single characters are so common that they are only looked for once the rest of a rule is there
        eager = self._single.keys() | self._joint.keys()
        self._late = {part: chars for part, chars in characters.items() if chars and part not in eager}
        self._parts_of = {
            word: tuple(part for part in parts if len(word) > 1 or part in eager)
            for word, parts in builder.of_word.items()
        }
        self._index = WordIndex(word for word, parts in self._parts_of.items() if parts)

    @staticmethod
    def _anchor(
        rules: list[Rule], characters: Mapping[int, tuple[str, ...]]
    ) -> dict[int, list[tuple[tuple[int, ...], Rule]]]:
        """Hang each rule on its rarest part of whole words, with the parts that must be there too."""
        uses = Counter(part for rule in rules for part in rule.parts)
        anchored: dict[int, list[tuple[tuple[int, ...], Rule]]] = {}
        for rule in rules:
            anchor = min(rule.parts, key=lambda part: (bool(characters[part]), uses[part]))
            others = tuple(part for part in rule.parts if part != anchor)
            anchored.setdefault(anchor, []).append((others, rule))
        return anchored

    def match(self, text: str, *, every: bool = False) -> list[Found]:
        """Rules that hold in `text`; with `every`, at each place where they hold."""
        spans: dict[int, list[Span]] = {}
        parts_of = self._parts_of
        for word, start in self._index.find(text):
            span = (start, start + len(word))
            for part in parts_of[word]:
                if part in spans:
                    spans[part].append(span)
                else:
                    spans[part] = [span]
        looked: set[int] = set()
        found: list[Found] = []
        for part, places in list(spans.items()):
            if part in self._single:
                firsts = places if every else places[:1]
                found.extend(
                    Found(rule.owner, rule.weight, (first,))
                    for rule in self._single[part]
                    for first in firsts
                )
            for others, rule in self._joint.get(part, ()):
                if all(self._there(other, spans, looked, text) for other in others):
                    found.extend(self._places(rule, spans, text, every))
        return found

    def _there(self, part: int, spans: dict[int, list[Span]], looked: set[int], text: str) -> bool:
        """Whether a part occurs; its single characters are looked for at the first call."""
        if part in self._late and part not in looked:
            looked.add(part)
            late = [(i, i + 1) for char in self._late[part] for i in _all_places(char, text)]
            if late:
                spans[part] = sorted([*spans.get(part, ()), *late])
        return part in spans

    def _places(self, rule: Rule, spans: Mapping[int, list[Span]], text: str, every: bool) -> Iterable[Found]:
        for first in spans[rule.parts[0]]:
            chain = self._chain(rule, (first,), spans, text)
            if chain:
                yield Found(rule.owner, rule.weight, chain)
                if not every:
                    return

    def _chain(
        self, rule: Rule, chain: tuple[Span, ...], spans: Mapping[int, list[Span]], text: str
    ) -> tuple[Span, ...]:
        done = len(chain)
        if done == len(rule.parts):
            return chain
        gap = rule.gaps[done - 1]
        for span in self._reachable(chain[-1], spans[rule.parts[done]], gap):
            if self._joins(chain, span, gap, text):
                whole = self._chain(rule, (*chain, span), spans, text)
                if whole:
                    return whole
        return ()

    def _reachable(self, last: Span, spans: list[Span], gap: int | None) -> list[Span]:
        """The spans near enough to be worth a look; they lie in the order of the text."""
        if gap is None:
            low, high = last[0] - self.window - self._longest, last[1] + self.window
        else:
            low, high = last[1], last[1] + gap
        return spans[bisect_left(spans, (low, 0)) : bisect_left(spans, (high + 1, 0))]

    def _joins(self, chain: tuple[Span, ...], span: Span, gap: int | None, text: str) -> bool:
        last = chain[-1]
        if gap is not None:
            return _SENTENCE_END.isdisjoint(text[last[1] : span[0]])
        apart = max(span[0] - last[1], last[0] - span[1])
        return apart <= self.window and all(span[1] <= one[0] or span[0] >= one[1] for one in chain)


def _all_places(char: str, text: str) -> Iterable[int]:
    place = text.find(char)
    while place >= 0:
        yield place
        place = text.find(char, place + 1)
