"""The lines the first model is trained on: every code has its own, and nobody can be known from them."""

from __future__ import annotations

import csv
import re
from collections import Counter
from importlib.resources import files

import pytest

from fengqiao.algorithms.labelledrows import MIN_PER_LABEL
from fengqiao.algorithms.redact import find_sensitive
from fengqiao.matters.reference_categories import load_categories

ENOUGH = 6
EVERYDAY = ("FA1", "NB1", "NB2", "PR1", "PR3", "LB1", "FI1", "EB1", "EB2", "TR1", "FR1", "LP5")
LONG_NUMBER = re.compile(
    r"[0-9０-９〇零一二三四五六七八九幺xX](?:[-— ]?[0-9０-９〇零一二三四五六七八九幺xX]){6,}"
)


@pytest.fixture(scope="module")
def lines() -> list[tuple[str, str]]:
    """Text and code of every line, read as the installed package holds them."""
    source = files("fengqiao.algorithms") / "data" / "triage_lines.csv"
    rows = list(csv.reader(source.read_text(encoding="utf-8").splitlines(), strict=True))
    assert rows[0] == ["text", "code"]
    assert all(len(row) == 2 for row in rows)
    return [(text, code) for text, code in rows[1:]]


def test_every_code_has_its_lines(lines: list[tuple[str, str]]) -> None:
    found = Counter(code for _, code in lines)
    assert set(found) == set(load_categories())
    assert {code: n for code, n in found.items() if n < ENOUGH} == {}
    assert ENOUGH >= MIN_PER_LABEL
    assert len(lines) >= 1000


def test_what_comes_every_day_has_more(lines: list[tuple[str, str]]) -> None:
    found = Counter(code for _, code in lines)
    usual = len(lines) / len(found)
    assert {code for code in EVERYDAY if found[code] <= usual} == set()


def test_each_line_stands_once(lines: list[tuple[str, str]]) -> None:
    bare = Counter(re.sub(r"\W", "", text) for text, _ in lines)
    assert [text for text, n in bare.items() if n > 1] == []
    assert [text for text, _ in lines if text != text.strip() or not 4 <= len(text) <= 200] == []


def test_no_line_holds_a_number_of_somebody(lines: list[tuple[str, str]]) -> None:
    assert [text for text, _ in lines if LONG_NUMBER.search(text)] == []
    assert [text for text, _ in lines if find_sensitive(text)] == []


@pytest.mark.parametrize(
    "number", ["13800001111", "138-0000-1111", "11010119900101001X", "一三八零零零零一一一一"]
)
def test_a_number_of_somebody_would_be_seen(number: str) -> None:
    assert LONG_NUMBER.search(f"打我电话{number}就行")
