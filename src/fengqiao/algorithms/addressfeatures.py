"""What an address parser sees of each token: small codes of the token, its neighbours and the address around it.

A token is a run of digits, a run of Latin letters or one other sign; full-width signs count as half-width ones, letters
as lower case, blanks are left out. Codes are 64-bit numbers worked out for a whole batch at once. Besides the nearest
characters they say what only the whole address tells: the next and the last unit word (路, 号, 幢 and so on), how many
numbers stand before and behind, the unit behind the next number, and whether the same words come again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from fengqiao.algorithms.mixing import spread_bits
from fengqiao.algorithms.segment import normalise

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.uint64]

SCHEME = "address v1"  # named in model files: a model is only used with the codes it was trained on
MAX_CHARS = 400  # what stands further on is no address any more
LEVELS = 5  # province, city, county, street, village
NAME_LENGTHS = range(2, 9)
UNITS = "省市区县镇乡街道路号栋幢座单元室楼层村组弄巷园城厦苑场店院库桥线"
_TOKEN = re.compile(r"[0-9]+|[a-z]+|\S")
_FIGURES = frozenset("一二三四五六七八九十百")
_PAD = 8
_UNIT = 20  # shapes from here on are unit words
_NONE, _LETTER, _WORD, _FIGURE, _SIGN, _HAN = 0, 8, 9, 10, 11, 12
_LONGEST_FIGURE = 5
_SMALL_NUMBER = 30
_NAME_STEP = np.uint64(1099511628211)


@dataclass(frozen=True, slots=True)
class Batch:
    """Tokens of several addresses in one row. `starts[i]:starts[i + 1]` of `spans` and of the codes is address i."""

    spans: Ints  # start and end in the text as given, one row a token
    starts: Ints
    words: Codes  # with blanks between addresses, as `places` says
    shapes: Ints
    places: Ints


Gazetteer = dict[tuple[int, int], Codes]
"""Sorted codes of division names, by level (0 for provinces to 4 for villages) and number of characters."""


def tokens(text: str) -> list[tuple[int, int]]:
    """Start and end of each token in a text; only the first `MAX_CHARS` characters are read."""
    return [match.span() for match in _TOKEN.finditer(normalise(text[:MAX_CHARS]))]


def read_batch(texts: Sequence[str]) -> Batch:
    """The tokens of some texts."""
    words, shapes, places, spans, starts = [_NONE] * _PAD, [_NONE] * _PAD, [], [], [0]
    for text in texts:
        flat = normalise(text[:MAX_CHARS])
        for match in _TOKEN.finditer(flat):
            word, shape = _known(match[0]) if len(match[0]) < _PAD else _look(match[0])
            places.append(len(words))
            words.append(word)
            shapes.append(shape)
            spans.append(match.span())
        starts.append(len(spans))
        words += [_NONE] * _PAD
        shapes += [_NONE] * _PAD
    return Batch(
        np.array(spans, dtype=np.int64).reshape(-1, 2),
        np.array(starts, dtype=np.int64),
        spread_bits(np.array(words, dtype=np.uint64)),
        np.array(shapes, dtype=np.int64),
        np.array(places, dtype=np.int64),
    )


def codes(batch: Batch, gazetteer: Gazetteer) -> Codes:
    """One row a token, one column a kind of code."""
    word, shape = batch.words, batch.shapes.astype(np.uint64)
    before, behind = np.roll(word, 1), np.roll(word, -1)
    columns = [
        _joined(0, word),
        _joined(1, word, behind),
        _joined(2, before, word),
        _joined(3, shape),
        _joined(4, np.roll(shape, 1), shape, np.roll(shape, -1)),
        *_around(batch),
        *_named(batch, gazetteer),
    ]
    return np.stack([column[batch.places] for column in columns], axis=1)


def name_code(names: Sequence[str]) -> Codes:
    """Codes of names of equal length, sorted, as a gazetteer holds them."""
    signs = spread_bits(np.array([[ord(sign) for sign in name] for name in names], dtype=np.uint64))
    total = np.zeros(len(names), dtype=np.uint64)
    for column in range(signs.shape[1]):
        total = total * _NAME_STEP + signs[:, column]
    return np.unique(total)


def _around(batch: Batch) -> list[Codes]:
    """Codes that take the whole address: place in it, unit words, numbers, words said twice."""
    shapes = batch.shapes
    here = np.arange(len(shapes))
    inside = np.zeros(len(shapes), dtype=bool)
    inside[batch.places] = True
    number = (shapes >= 1) & (shapes <= _LONGEST_FIGURE)
    stops = (shapes >= _UNIT) | ~inside
    last_out, next_out = _last(~inside, here), _next(~inside, here)
    next_unit, last_unit = _next(stops, here), _last(np.roll(stops, 1), here) - 1
    next_number, last_number = (
        _next(np.roll(number | ~inside, -1), here) + 1,
        _last(np.roll(number | ~inside, 1), here) - 1,
    )
    count = np.cumsum(number)
    earlier: Ints = count - number - count[last_out]
    later: Ints = count[np.minimum(next_out, len(count) - 1)] - count
    after = np.append(shapes, _NONE)
    unit_next = np.where(next_number < next_out, after[np.minimum(next_number + 1, len(shapes))] + 1, 0)
    unit_last = np.where(last_number > last_out, after[last_number + 1] + 1, 0)
    unit_own = np.where(number, after[here + 1] + 1, 0)
    again = _again(batch, number)
    ahead = (shapes[np.minimum(next_unit, len(shapes) - 1)], np.minimum(next_unit - here, 7))
    behind = (shapes[np.maximum(last_unit, 0)], np.minimum(here - last_unit, 7))
    return [
        _joined(5, np.minimum(here - last_out, 13)),
        _joined(6, np.minimum(next_out - here, 13)),
        _joined(7, *ahead),
        _joined(8, *behind),
        _joined(9, np.minimum(earlier, 5), np.minimum(later, 5), shapes),
        _joined(10, unit_next, unit_last, shapes),
        _joined(11, unit_next, unit_last, unit_own, shapes),
        _joined(12, again),
        _joined(13, again, behind[0], *ahead),
    ]


def _again(batch: Batch, number: npt.NDArray[np.bool_]) -> Ints:
    """Whether the pair of tokens that begins here (1, 2) or ends here (4, 8) comes again later or came before."""
    result = np.zeros(len(batch.words), dtype=np.int64)
    owner = np.repeat(np.arange(len(batch.starts) - 1), np.diff(batch.starts))
    if len(owner) < 2:
        return result
    first = np.flatnonzero(owner[1:] == owner[:-1])
    at = batch.places[first]
    keep = ~(number[at] | number[at + 1])
    at, first = at[keep], first[keep]
    pair = _joined(0, batch.words[at], batch.words[at + 1], owner[first])
    _, start, which = np.unique(pair, return_index=True, return_inverse=True)
    end = np.zeros(len(start), dtype=np.int64)
    np.maximum.at(end, which, np.arange(len(which)))
    order = np.arange(len(which))
    said = (order < end[which]) * 1 + (order > start[which]) * 2
    result[at] |= said
    result[at + 1] |= said << 2
    return result


def _named(batch: Batch, gazetteer: Gazetteer) -> list[Codes]:
    """For each level of divisions: the longest name that begins and that ends here, and whether one runs through."""
    if not gazetteer:
        return []
    found = []
    for level in range(LEVELS):
        begins, ends, within = (np.zeros(len(batch.words), dtype=np.int64) for _ in range(3))
        for length in NAME_LENGTHS:
            for at in _hits(batch.words, gazetteer.get((level, length)), length):
                begins[at] = length
                ends[at + length - 1] = length
                within[at + 1 : at + length] = 1
        found.append(begins * 100 + ends * 2 + within)
    lone = [_joined(14 + level, one) for level, one in enumerate(found)]
    return [*lone, _joined(14 + LEVELS, *found[:4]), _joined(15 + LEVELS, *found[3:])]


def _hits(words: Codes, known: Codes | None, length: int) -> list[int]:
    if known is None or not len(known):
        return []
    total = np.zeros(len(words) - length + 1, dtype=np.uint64)
    for step in range(length):
        total = total * _NAME_STEP + words[step : step + len(total)]
    place = np.minimum(np.searchsorted(known, total), len(known) - 1)
    hits: list[int] = np.flatnonzero(known[place] == total).tolist()
    return hits


def _last(mark: npt.NDArray[np.bool_], here: Ints) -> Ints:
    """The nearest marked place at or before each place, -1 where there is none."""
    return np.maximum.accumulate(np.where(mark, here, -1))


def _next(mark: npt.NDArray[np.bool_], here: Ints) -> Ints:
    """The nearest marked place at or behind each place, the length where there is none."""
    found: Ints = np.minimum.accumulate(np.where(mark, here, len(here))[::-1])[::-1]
    return found


def _joined(kind: int, *parts: npt.NDArray[np.int64] | Codes) -> Codes:
    total = np.full(len(parts[0]), kind * 1_000_003 + 17, dtype=np.uint64)
    for part in parts:
        total = spread_bits(total * np.uint64(0x9E3779B97F4A7C15) + part.astype(np.uint64))
    return total


def _look(token: str) -> tuple[int, int]:
    if len(token) == 1 and not "0" <= token <= "9":
        return ord(token), _shape(token)
    if token[0].isdigit():
        small = int(token) if len(token) <= 3 and int(token) < _SMALL_NUMBER else 999
        return 0x200000 + min(len(token), 9) * 1000 + small, min(len(token), _LONGEST_FIGURE)
    return 0x300000 + int.from_bytes(hashlib.blake2b(token.encode(), digest_size=4).digest(), "big"), _WORD


_known = lru_cache(maxsize=20_000)(_look)


def _shape(sign: str) -> int:
    if sign in UNITS:
        return _UNIT + UNITS.index(sign)
    if sign in _FIGURES:
        return _FIGURE
    if "a" <= sign <= "z":
        return _LETTER
    return {"-": 6, "_": 7}.get(sign, _HAN if "\u4e00" <= sign <= "\u9fff" else _SIGN)
