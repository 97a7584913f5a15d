"""Addresses with tags as they lie in JSONL files, and names of divisions in CSV: strict readers.

A line is an object with `tokens` and `tags` of equal length (BIO, upper or lower case); `text` is the tokens joined.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fengqiao.algorithms.addressfeatures import LEVELS, NAME_LENGTHS, Gazetteer, name_code, tokens
from fengqiao.algorithms.segment import normalise

MAX_FILE = 256 * 1024 * 1024
_TAG = re.compile(r"(?:b|i)-[a-z][a-z0-9_]{0,30}|o")
_TAILS = re.compile(
    "(?:特别行政区|自治区|自治州|自治县|地区|街道|省|市|区|县|镇|乡|社区居委会|居民委员会|村民委员会|居委会|村委会)$"
)
_OFFICE = re.compile("(?:办事处|居民委员会|村民委员会|居委会|村委会|委员会)$")


class AddressDataError(ValueError):
    """A file of addresses or names that cannot be used; the message says why, in the user's language."""


@dataclass(frozen=True, slots=True)
class TaggedAddress:
    """An address and its spans as somebody tagged them: start, end and tag, in order."""

    text: str
    spans: tuple[tuple[int, int, str], ...]


def read_addresses(path: Path) -> list[TaggedAddress]:
    """All rows of a JSONL file. Raises AddressDataError with the line that is wrong."""
    _check(path)
    rows = []
    try:
        with path.open(encoding="utf-8-sig") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    rows.append(_row(number, line))
    except UnicodeDecodeError as error:
        raise AddressDataError(f"{path} 不是 UTF-8 编码的文字，请另存为 UTF-8 的 JSONL。") from error
    except OSError as error:
        raise AddressDataError(f"文件 {path} 打不开：{error.strerror or error}") from error
    if not rows:
        raise AddressDataError(f"{path} 里没有地址。")
    return rows


def tagged(pieces: Sequence[str], tags: Sequence[str]) -> TaggedAddress:
    """An address from its tokens and BIO tags; an I that continues nothing begins a span. Raises ValueError."""
    if len(pieces) != len(tags) or not pieces or not all(pieces):
        raise ValueError("tokens")
    spans: list[tuple[int, int, str]] = []
    at, open_tag = 0, ""
    for piece, tag in zip(pieces, map(str.lower, tags), strict=True):
        if not _TAG.fullmatch(tag):
            raise ValueError("tags")
        end, name = at + len(piece), tag[2:]
        if name and tag[0] == "i" and name == open_tag:
            spans[-1] = (spans[-1][0], end, name)
        elif name:
            spans.append((at, end, name))
        at, open_tag = end, name
    return TaggedAddress("".join(pieces), tuple(spans))


def token_labels(row: TaggedAddress) -> list[str] | None:
    """B, I and O for each token of the text; None where a span begins or ends inside a token."""
    places = tokens(row.text)
    begins = {start: index for index, (start, _) in enumerate(places)}
    ends = {end: index for index, (_, end) in enumerate(places)}
    labels = ["O"] * len(places)
    for start, end, name in row.spans:
        if start not in begins or end not in ends:
            return None
        first, last = begins[start], ends[end]
        labels[first : last + 1] = [f"B-{name}"] + [f"I-{name}"] * (last - first)
    return labels


def digest(rows: Iterable[TaggedAddress]) -> str:
    """SHA-256 over the rows in order of their text."""
    total = hashlib.sha256()
    for one in sorted(f"{row.text}\0{row.spans}" for row in rows):
        total.update(one.encode("utf-8", "surrogatepass"))
    return total.hexdigest()


def read_gazetteer(path: Path) -> Gazetteer:
    """Names of divisions from a CSV with `name` and `level` (1 province to 5 village), with and without their unit word.

    Raises AddressDataError.
    """
    _check(path)
    names: dict[tuple[int, int], set[str]] = defaultdict(set)
    try:
        with path.open(encoding="utf-8-sig", newline="") as source:
            for row in csv.DictReader(source):
                level = int(row["level"]) - 1
                if not 0 <= level < LEVELS:
                    raise ValueError("level")
                for name in _ways(normalise(row["name"])):
                    if len(name) in NAME_LENGTHS:
                        names[level, len(name)].add(name)
    except OSError as error:
        raise AddressDataError(f"文件 {path} 打不开：{error.strerror or error}") from error
    except (KeyError, TypeError, AttributeError, ValueError, csv.Error) as error:
        raise AddressDataError(
            f"地名表 {path} 要有 name 和 level（1 到 {LEVELS}）两列，用 UTF-8 编码。"
        ) from error
    if not names:
        raise AddressDataError(f"地名表 {path} 里没有可用的地名。")
    return {key: name_code(sorted(found)) for key, found in names.items()}


def _ways(name: str) -> set[str]:
    whole = _OFFICE.sub("", name)
    return {name, whole, _TAILS.sub("", whole)}


def _check(path: Path) -> None:
    if not path.is_file():
        raise AddressDataError(f"没有这个文件：{path}")
    if path.stat().st_size > MAX_FILE:
        raise AddressDataError(f"{path} 超过 {MAX_FILE // 2**20} MB，请分成几个文件。")


def _row(number: int, line: str) -> TaggedAddress:
    try:
        found: Any = json.loads(line)
        pieces, tags = found["tokens"], found["tags"]
        if not all(isinstance(one, str) for one in [*pieces, *tags]):
            raise ValueError("text")
        row = tagged(pieces, tags)
        row.text.encode("utf-8")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise AddressDataError(
            f"第 {number} 行不对：每行要是一个 JSON 对象，tokens 和 tags 一样长，标签写成 B-road、I-road 这样。"
        ) from error
    return row
