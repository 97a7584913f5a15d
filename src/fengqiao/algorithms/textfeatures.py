"""What a trained model sees of a text: character 1-3-grams, words, word pairs, and once more how the text begins.

Every token is a number: a 32-bit hash of its characters and of its channel - characters, words and word pairs, the
title (the first 25 characters, where people say what it is about). Many texts are read at once in arrays, so that no
token is ever built as a string; of half a million different tokens some thirty share a number with another. Digits
count as one sign, so that house numbers teach nothing; home provinces and surnames are made alike (`impartial`).

Method: polynomial hashes of all prefixes give the hash of any piece by one subtraction (Karp and Rabin 1987); then their
bits are mixed (`mixing`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from fengqiao.algorithms.impartial import impartial
from fengqiao.algorithms.mixing import Wide, spread_bits
from fengqiao.algorithms.segment import cut, flatten

HEAD = 25  # characters taken as a title
MAX_CHARS = 3000  # what stands further on decides nothing and costs time
SCHEME = (
    "h32 c1-3 w1-2 t25 v2"  # named in model files: a model is only used with the tokens it was trained on
)
_RUN = re.compile(r"\w+")
_DIGIT = re.compile(r"\d")
_BASE = (
    0x9E3779B97F4A7C15  # odd: it has an inverse modulo 2**64, so a piece's hash forgets where the piece stood
)
_INVERSE = pow(_BASE, -1, 2**64)
_SALTS = {
    name: np.uint64(0x632BE59BD9B4E019 * (place + 1) % 2**64)
    for place, name in enumerate(("c1", "c2", "c3", "word", "pair", "head pair", "head word"))
}

Ints = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of some texts, repeats kept: `hashes[n]` was met in text number `texts[n]`."""

    texts: Ints
    hashes: Hashes


class Reading:
    """Some texts as arrays: their characters with what parts them, and where words begin and end."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.count = len(texts)
        plain = [
            " ".join(_RUN.findall(_DIGIT.sub("0", flatten(impartial(text[:MAX_CHARS]))))) for text in texts
        ]
        self.joined = "\n".join([*plain, ""])
        wide = np.frombuffer(self.joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        self.codes = wide.astype(np.uint64) + np.uint64(1)
        self.text_of = np.repeat(np.arange(len(texts)), [len(one) + 1 for one in plain])
        self.solid = (wide != 32) & (wide != 10)
        self.rank = np.concatenate([[0], np.cumsum(self.solid)])  # solid characters before each place
        ends = np.cumsum(np.fromiter(map(len, cut(self.joined)), dtype=np.int64))
        starts = ends - np.diff(ends, prepend=0)
        whole = self.rank[ends] - self.rank[starts] == ends - starts
        self.starts, self.ends = starts[whole], ends[whole]
        self._powers = _powers(_BASE, len(wide))
        self._inverses = _powers(_INVERSE, len(wide))
        sums = np.cumsum(self.codes * self._powers[:-1], dtype=np.uint64)
        self._sums = np.concatenate([np.zeros(1, np.uint64), sums])

    def tokens(self) -> Tokens:
        """All tokens of the texts, in no particular order."""
        parts = [*self.characters()]
        parts += [(self.text_of[starts], hashes) for starts, _ends, hashes in self.words]
        return Tokens(np.concatenate([one for one, _ in parts]), np.concatenate([one for _, one in parts]))

    def spoken(self) -> Iterator[tuple[int, str]]:
        """The tokens that people can read, as hash and piece of text: words and pairs of words."""
        for starts, ends, hashes in self.words:
            for start, end, found in zip(starts.tolist(), ends.tolist(), hashes.tolist(), strict=True):
                yield found, self.joined[start:end]

    def piece(self, starts: Ints, ends: Ints) -> Wide:
        """Hashes of the pieces from `starts` to `ends`."""
        found: Wide = (self._sums[ends] - self._sums[starts]) * self._inverses[starts]
        return found

    def begins(self, places: Ints) -> Ints:
        """How many solid characters stand before each place in its own text."""
        first = np.searchsorted(self.text_of, self.text_of[places], side="left")
        before: Ints = self.rank[places] - self.rank[first]
        return before

    def characters(self) -> Iterator[tuple[Ints, Hashes]]:
        """Texts and hashes of the character n-grams; what parts words is skipped, not counted."""
        places = np.flatnonzero(self.solid)
        codes, texts = self.codes[places], self.text_of[places]
        yield texts, _mixed(codes, "c1")
        pairs = codes[:-1] * np.uint64(_BASE) + codes[1:]
        near = texts[:-1] == texts[1:]
        yield texts[:-1][near], _mixed(pairs[near], "c2")
        head = near & (self.begins(places[:-1]) < HEAD - 1)
        yield texts[:-1][head], _mixed(pairs[head], "head pair")
        triples = pairs[:-1] * np.uint64(_BASE) + codes[2:]
        near = texts[:-2] == texts[2:]
        yield texts[:-2][near], _mixed(triples[near], "c3")

    @cached_property
    def words(self) -> tuple[tuple[Ints, Ints, Hashes], ...]:
        """Starts, ends and hashes of words, of pairs of words with nothing between, of words of the title."""
        starts, ends = self.starts, self.ends
        hashes = self.piece(starts, ends)
        joint = ends[:-1] == starts[1:]
        both = hashes[:-1][joint] * np.uint64(_BASE) + hashes[1:][joint]
        head = (self.begins(starts) + ends - starts <= HEAD) & (
            ends - starts != 2
        )  # pairs of characters are there
        return (
            (starts, ends, _mixed(hashes, "word")),
            (starts[:-1][joint], ends[1:][joint], _mixed(both, "pair")),
            (starts[head], ends[head], _mixed(hashes[head], "head word")),
        )


def tokens(texts: Sequence[str]) -> Tokens:
    """Tokens of texts, in no particular order."""
    return Reading(texts).tokens()


def spoken(text: str) -> Iterator[tuple[int, str]]:
    """The tokens of one text that people can read, as hash and piece of text: words and pairs of words."""
    return Reading([text]).spoken()


def _powers(base: int, count: int) -> Wide:
    """The powers of `base` modulo 2**64 from the 0th to the `count`th."""
    factors = np.full(count + 1, base, dtype=np.uint64)
    factors[0] = 1
    return np.multiply.accumulate(factors)


def _mixed(hashes: Wide, channel: str) -> Hashes:
    return (spread_bits(hashes ^ _SALTS[channel]) >> np.uint64(32)).astype(np.uint32)
