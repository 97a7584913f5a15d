"""The frozen triage lines: every category covered, mostly in other words than its name, and unchanged."""

from __future__ import annotations

import csv
import hashlib
import re
import unicodedata
from collections import Counter

import pytest

from fengqiao.matters.reference_categories import load_categories
from tests.paths import ROOT

FILE = ROOT / "benchmarks" / "lines" / "triage_frozen.csv"
FROZEN = "9f8434ff7ed95d225889d522bbfa45f4d5b41e8a1004c9fed26ab14be77ea62e"
LEAST = 3
# Seven digits in a row, spaces, dots and dashes between them not counted: a landline is the shortest private number.
PRIVATE_NUMBER = re.compile(r"\d(?:[\s.\-]?\d){6,}")


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    with FILE.open(encoding="utf-8", newline="") as source:
        reader = csv.DictReader(source, strict=True)
        assert reader.fieldnames == ["text", "code"]
        return list(reader)


def bare(text: str) -> str:
    """The text without widths, cases, blanks and signs: two lines that differ only in these are one."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text)).casefold()


def says(text: str, name: str) -> bool:
    """Whether two neighbouring characters of the name stand in the text: any word of it, and some chance hits."""
    return any(name[at : at + 2] in text for at in range(len(name) - 1))


def test_the_lines_are_those_that_were_frozen() -> None:
    assert hashlib.sha256(FILE.read_bytes()).hexdigest() == FROZEN


def test_every_line_has_a_text_and_a_known_code(rows: list[dict[str, str]]) -> None:
    assert [row for row in rows if row["text"] != row["text"].strip() or not row["text"]] == []
    assert {row["code"] for row in rows} - set(load_categories()) == set()


def test_every_current_code_has_lines(rows: list[dict[str, str]]) -> None:
    counts = Counter(row["code"] for row in rows)
    assert [code for code in load_categories() if counts[code] < LEAST] == []


def test_no_line_stands_twice(rows: list[dict[str, str]]) -> None:
    counts = Counter(bare(row["text"]) for row in rows)
    assert [text for text, times in counts.items() if times > 1] == []


def test_at_most_one_line_in_three_uses_words_of_its_category(rows: list[dict[str, str]]) -> None:
    names = {code: category.zh for code, category in load_categories().items()}
    counts = Counter(row["code"] for row in rows)
    named = Counter(row["code"] for row in rows if says(row["text"], names[row["code"]]))
    assert [code for code in counts if named[code] * 3 > counts[code]] == []


def test_no_line_holds_a_telephone_or_identity_number(rows: list[dict[str, str]]) -> None:
    texts = [unicodedata.normalize("NFKC", row["text"]) for row in rows]
    assert [text for text in texts if PRIVATE_NUMBER.search(text)] == []


@pytest.mark.parametrize("text", ["打１３８-0013 8000", "座机021 5550123", "证号11010519491231002X"])
def test_the_search_for_private_numbers_finds_them(text: str) -> None:
    assert PRIVATE_NUMBER.search(unicodedata.normalize("NFKC", text))
