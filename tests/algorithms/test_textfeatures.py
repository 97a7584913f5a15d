"""Tokens as numbers: the same piece has the same number wherever it stands, and many texts read as one by one."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from fengqiao.algorithms.segment import words
from fengqiao.algorithms.textfeatures import HEAD, MAX_CHARS, spoken, tokens

LEAK = "楼上漏水，天花板 3 栋掉皮"


def by_text(texts: list[str]) -> list[Counter[int]]:
    said = tokens(texts)
    counts: list[Counter[int]] = [Counter() for _ in texts]
    for text, found in zip(said.texts.tolist(), said.hashes.tolist(), strict=True):
        counts[text][found] += 1
    return counts


@given(st.lists(st.text(max_size=60), max_size=6))
def test_many_texts_are_read_as_one_by_one(texts: list[str]) -> None:
    assert by_text(texts) == [by_text([text])[0] for text in texts]


def test_a_piece_has_its_number_wherever_it_stands() -> None:
    [alone] = {found for found, said in spoken("昨天夜里，漏水了") if said == "漏水"}
    assert alone in [found for found, said in spoken("昨天夜里楼上又漏水了") if said == "漏水"]
    assert set(by_text(["漏水"])[0]) & set(by_text(["昨天夜里楼上又漏水了，怎么办"])[0])


def test_words_and_pairs_are_those_of_the_segmenter() -> None:
    said = [piece for _found, piece in spoken(LEAK)]
    assert set(words("楼上漏水")) <= set(said)
    assert "楼上漏水" in said, "a pair of words with nothing between"
    assert "漏水天花板" not in said, "not across a comma"


def test_width_case_blanks_and_digits_make_no_difference() -> None:
    assert by_text(["Ａ座１２栋漏 水"]) == by_text(["a座34栋漏水"])
    assert by_text(["漏水了!!"]) == by_text(["漏水了。"])


def test_the_title_counts_once_more() -> None:
    early, late = by_text(["漏水" + "的" * 60])[0], by_text(["的" * 60 + "漏水"])[0]
    assert set(early) - set(late)
    assert len(set(by_text(["甲" * (HEAD + 1)])[0])) == len(set(by_text(["甲" * 200])[0]))


def test_garbage_is_read_and_the_end_of_a_long_text_is_not() -> None:
    assert len(tokens([]).hashes) == len(tokens([""]).hashes) == len(tokens(["，。 \n"]).hashes) == 0
    broken = ["\ud800半个", "\x00漏水", "\u202e漏水\u202c", "<b>漏水</b>"]
    assert all(by_text(broken))
    assert by_text(["😀🔥"]) == [Counter()]
    long = "字" * MAX_CHARS
    assert by_text([long + "漏水" * 50_000]) == by_text([long])


def test_different_pieces_hardly_ever_share_a_number() -> None:
    pieces = [chr(0x4E00 + n % 900) + chr(0x4E00 + n // 900) for n in range(20_000)]
    said = tokens(pieces)
    pairs = len(pieces)
    assert (
        len(set(said.hashes.tolist())) >= 900 + 2 * pairs
    )  # characters, and twice each pair: text and title
