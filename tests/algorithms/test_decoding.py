"""Encodings are recognised, and damage is told with its place."""

from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fengqiao.algorithms.decoding import detect_encoding, read_text
from fengqiao.algorithms.filefaults import FileFault

TEXT = "编号,内容,时间\r\n1,楼上漏水到 401,2026-03-01\r\n2,“路灯”不亮,2026-03-02\r\n"


@pytest.mark.parametrize(
    ("codec", "found"),
    [
        ("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("gbk", "gb18030"), ("gb18030", "gb18030"),
        ("utf-16", "utf-16"), ("utf-16-le", "utf-16-le"), ("utf-16-be", "utf-16-be"), ("utf-32", "utf-32"),
    ],
)  # fmt: skip
def test_each_encoding(codec: str, found: str) -> None:
    stream = BytesIO(TEXT.encode(codec))
    assert detect_encoding(stream) == found
    assert stream.tell() == 0
    assert read_text(BytesIO(TEXT.encode(codec))) == TEXT


def test_gbk_that_shows_only_after_megabytes_of_plain_lines() -> None:
    content = b"1,plain\n" * 400_000 + "2,漏水\n".encode("gbk")
    assert detect_encoding(BytesIO(content)) == "gb18030"


@pytest.mark.parametrize("text", ["café,1\nnaïve,2\n", "3·15 × 2\n", "Привет, мир\n", "ئۇيغۇر\n"])
def test_utf8_without_chinese_stays_utf8(text: str) -> None:
    assert detect_encoding(BytesIO(text.encode())) == "utf-8"


def test_a_character_across_two_pieces() -> None:
    content = b"a" * ((1 << 20) - 1) + "漏水".encode()
    assert detect_encoding(BytesIO(content)) == "utf-8"


def test_four_byte_gb18030() -> None:
    assert read_text(BytesIO("姓名,𠮷野\n".encode("gb18030"))) == "姓名,𠮷野\n"


def test_damaged_utf8_is_not_taken_for_gbk() -> None:
    good = ("楼上漏水" * 50).encode()
    with pytest.raises(FileFault, match=f"第 {len(good) + 1} 个字节") as caught:
        detect_encoding(BytesIO(good + b"\xe6\xe6" + good))
    assert caught.value.code == "encoding"


def test_utf16_cut_in_half() -> None:
    with pytest.raises(FileFault, match="损坏"):
        detect_encoding(BytesIO(TEXT.encode("utf-16")[:-1]))


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(FileFault, match="认不出"):
        detect_encoding(BytesIO(b"\xff\x80\xfe\x00\x81" * 100))


@given(st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=20, max_size=80))
def test_any_chinese_text_comes_back(text: str) -> None:
    for codec in ("utf-8", "gb18030", "utf-16"):
        assert read_text(BytesIO(f"列\n{text}\n".encode(codec))) == f"列\n{text}\n"
