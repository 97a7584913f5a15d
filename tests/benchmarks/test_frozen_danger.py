"""The frozen danger lines: whole, enough of each kind, nobody's number in them, and unchanged."""

from __future__ import annotations

import csv
import hashlib
import re
import unicodedata
from collections import Counter

import pytest

from tests.paths import ROOT

FILE = ROOT / "benchmarks" / "lines" / "danger_frozen.csv"
FROZEN = "2fcc0c4cf08ec36d7e63a757ffa9261180f1572834cab950f635f5ec95855f72"
KINDS = frozenset({"fire", "gas", "knife", "suicide", "missing", "violence", "scam"})
# Seven digits in a row, spaces, dots and dashes between them not counted: a landline is the shortest private number.
PRIVATE_NUMBER = re.compile(r"\d(?:[\s.\-]?\d){6,}")


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    with FILE.open(encoding="utf-8", newline="") as source:
        reader = csv.DictReader(source, strict=True)
        assert reader.fieldnames == ["text", "danger", "why"]
        return list(reader)


def bare(text: str) -> str:
    """The text without widths, cases, blanks and signs: two lines that differ only in these are one."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text)).casefold()


def test_the_lines_are_those_that_were_frozen() -> None:
    assert hashlib.sha256(FILE.read_bytes()).hexdigest() == FROZEN


def test_every_line_has_a_text_a_known_kind_and_a_reason(rows: list[dict[str, str]]) -> None:
    for row in rows:
        assert row["text"] == row["text"].strip() != ""
        assert row["why"] == row["why"].strip() != ""
        assert row["danger"] in KINDS | {""}


def test_there_are_enough_lines_of_each_kind_and_enough_without_danger(rows: list[dict[str, str]]) -> None:
    counts = Counter(row["danger"] for row in rows)
    assert len(rows) >= 400
    assert {kind for kind in KINDS if counts[kind] < 30} == set()
    assert counts[""] >= 150


def test_no_line_stands_twice(rows: list[dict[str, str]]) -> None:
    counts = Counter(bare(row["text"]) for row in rows)
    assert [text for text, times in counts.items() if times > 1] == []


def test_no_line_holds_a_telephone_or_identity_number(rows: list[dict[str, str]]) -> None:
    texts = [unicodedata.normalize("NFKC", value) for row in rows for value in row.values()]
    assert [text for text in texts if PRIVATE_NUMBER.search(text)] == []


@pytest.mark.parametrize("text", ["打１３８-0013 8000", "座机021 5550123", "证号11010519491231002X"])
def test_the_search_for_private_numbers_finds_them(text: str) -> None:
    assert PRIVATE_NUMBER.search(unicodedata.normalize("NFKC", text))
