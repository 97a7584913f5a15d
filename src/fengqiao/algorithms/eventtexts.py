"""Many short texts at once as numbered pairs of characters, and the houses they name: numpy instead of a loop a text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from fengqiao.algorithms.sameevent import FRESH, MAX_CHARS
from fengqiao.algorithms.segment import flatten

BITS = 21
NAMED = 6  # houses, staircases, flats and groups kept of a text
LEVELS = 5
_STEP = 100_000
_NUMBER = "(?:[0-9]{1,4}|[零〇一二两三四五六七八九十百]{1,5})"
_NAMED = re.compile(
    rf"(?<![\d-])(\d{{1,3}})-(?:(\d{{1,2}})-)?(\d{{3,4}})(?![\d-])|([a-z]?{_NUMBER})(?:栋|幢|座|号楼|#楼?|楼栋)"
    rf"|({_NUMBER})单元|({_NUMBER})室|(?<=[栋幢座楼元])(\d{{3,4}})(?!\d)|({_NUMBER})组|(?<![\d.])({_NUMBER})号(?!线|口)"
)
_MAY_NAME = re.compile(r"[栋幢座楼室组号#]|\d-\d|单元")
_LEVEL = (0, 1, 2, 0, 1, 2, 2, 3, 4)
_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}

Array = npt.NDArray[Any]
Rows = Any  # scipy's sparse matrices carry no types


@dataclass(frozen=True, slots=True)
class Texts:
    """`pairs`: texts by features, ones; `named`: what house, staircase, flat, group, number they name; `fresh`."""

    pairs: Rows
    named: Array
    fresh: Array


@cache
def _flat_codes() -> tuple[Array, Array]:
    """For every character its flat form (nought: dropped), and whether it is part of words."""
    table = np.arange(0x110000, dtype=np.uint32)
    for code in (*range(0xD800), *range(0xE000, 0x10000)):
        flat = flatten(chr(code))
        table[code] = ord(flat[0]) if flat else 0
    word = np.fromiter((chr(code).isalnum() for code in range(0x110000)), dtype=np.bool_, count=0x110000)
    return table, word


def read_texts(texts: Sequence[str]) -> Texts:
    """The first 600 characters of each text."""
    texts = [one[:MAX_CHARS] for one in texts]
    named = np.zeros((len(texts), NAMED), dtype=np.int32)
    for row, one in enumerate(texts):
        found = named_in(one)
        named[row, : len(found)] = found
    fresh = np.fromiter((FRESH.search(one) is not None for one in texts), dtype=np.bool_, count=len(texts))
    return Texts(_pairs(texts), named, fresh)


def _pairs(texts: Sequence[str]) -> Rows:
    table, word = _flat_codes()
    codes = table[np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)]
    row = np.repeat(np.arange(len(texts)), np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)))
    codes, row = codes[codes > 0], row[codes > 0]
    whole = word[codes]
    together = (row[1:] == row[:-1]) & whole[1:] & whole[:-1]
    mixed = codes[:-1][together].astype(np.uint64) << np.uint64(21) | codes[1:][together]
    feature = mixed * np.uint64(0x9E3779B97F4A7C15) >> np.uint64(64 - BITS)
    keys = np.unique(row[1:][together].astype(np.uint64) << np.uint64(BITS) | feature)
    begins = np.searchsorted(keys, np.arange(len(texts) + 1, dtype=np.uint64) << np.uint64(BITS))
    columns = (keys & np.uint64((1 << BITS) - 1)).astype(np.int32)
    ones = np.ones(len(keys), dtype=np.float32)
    return sparse.csr_matrix((ones, columns, begins), shape=(len(texts), 1 << BITS))


def named_in(text: str) -> list[int]:
    """Houses, staircases, flats, groups and house numbers a text names, as sorted numbers; at most six."""
    if _MAY_NAME.search(text) is None:
        return []
    found = {
        level * _STEP + _figure(said) + 1
        for match in _NAMED.finditer(flatten(text))
        for level, said in zip(_LEVEL, match.groups(), strict=True)
        if said
    }
    return sorted(found)[:NAMED]


def agreement(named: Array, first: Array, second: Array) -> tuple[Array, Array]:
    """For pairs of texts and every level: both name something there and nothing is the same; something is the same."""
    level = np.where(named > 0, named // _STEP, -1)
    there = np.stack([(level == one).any(axis=1) for one in range(LEVELS)], axis=1)
    same = np.zeros((len(first), LEVELS), dtype=np.bool_)
    some = np.flatnonzero((there[first] & there[second]).any(axis=1))
    for one in range(NAMED):
        for other in range(NAMED):
            ours, theirs = named[first[some], one], named[second[some], other]
            equal = (ours == theirs) & (ours > 0)
            same[some[equal], ours[equal] // _STEP] = True
    return there[first] & there[second] & ~same, same


def _figure(words: str) -> int:
    """A number of up to four figures or a Chinese one below 1,000; a letter before it counts in thousands."""
    letter = (ord(words[0]) - 96) * 1_000 if words[0].isascii() and words[0].isalpha() else 0
    words = words[1:] if letter else words
    if words.isdigit() and words.isascii():
        return letter + int(words)
    if not set(words) & {"十", "百"}:
        return letter + int("".join(str(_DIGITS[char]) for char in words)) % 10_000
    total = digit = 0
    for char in words:
        if char in _DIGITS:
            digit = _DIGITS[char]
        else:
            total += (digit or 1) * (100 if char == "百" else 10)
            digit = 0
    return letter + total + digit
