"""Normal form, words and n-grams."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fengqiao.algorithms.segment import (
    char_ngrams,
    flatten,
    narrow,
    normalise,
    normalise_words,
    squeeze,
    words,
)


def test_full_width_and_case_become_plain() -> None:
    assert normalise("ＡＢＣ１２３，春晓里４栋！") == "abc123,春晓里4栋!"
    assert narrow("Ｑ８　号") == "Q8 号"
    assert normalise_words("ＳＵＶ，黑色") == "suv,黑色"
    assert normalise_words("黑色，SUV") == "黑色，suv"


@given(st.text())
def test_normalising_keeps_every_place(text: str) -> None:
    assert len(normalise(text)) == len(text)
    assert len(normalise_words(text)) == len(text)


@given(st.text())
def test_squeezing_knows_the_way_back(text: str) -> None:
    normal = normalise(text)
    flat = squeeze(normal)
    assert "".join(normal[flat.position(i)] for i in range(len(flat.text))) == flat.text
    assert flat.positions() == [flat.position(i) for i in range(len(flat.text))]
    assert not any(char.isspace() for char in flat.text if ord(char) < 0x3000)


def test_blanks_and_invisible_characters_go() -> None:
    assert flatten("着 火\u200b了\n快来") == "着火了快来"


def test_words_in_order() -> None:
    assert words("楼上漏水到我家") == ["楼上", "漏水", "到", "我家"]


def test_ngrams_count_repeats() -> None:
    assert char_ngrams("漏水漏", 1, 2) == ["漏", "水", "漏", "漏水", "水漏"]
    assert char_ngrams("漏", 2, 3) == []
    with pytest.raises(ValueError, match="low"):
        char_ngrams("漏水", 2, 1)


def test_the_segmenter_loads_only_when_used() -> None:
    code = (
        "import sys; import fengqiao.algorithms.classify, fengqiao.algorithms.danger, fengqiao.algorithms.places;"
        "from fengqiao.algorithms.danger import danger_floor; danger_floor('着火了');"
        "print('rjieba' in sys.modules, 'sklearn' in sys.modules)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.split() == ["False", "False"]
