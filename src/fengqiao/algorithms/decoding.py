"""Which encoding a text file has: UTF-8, UTF-16, UTF-32 (with and without a byte order mark), GBK and
GB18030.

A station's programs write all of these. The whole file is looked at, in pieces: a table that begins with a
thousand plain lines shows its GBK only later.
"""

from __future__ import annotations

import codecs
import re
from io import TextIOWrapper
from typing import BinaryIO

from fengqiao.algorithms.filefaults import FileFault
from fengqiao.algorithms.sentences import sentence

_PIECE = 1 << 20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# GBK bytes that happen to read as this many UTF-8 characters in a row do not occur in Chinese text.
_SURELY_UTF8 = 12
_ACCENTS = re.compile("[\u0080-\u02ff]+")
_BEYOND_ACCENTS = re.compile("[^\u0000-\u02ff]")


def detect_encoding(stream: BinaryIO) -> str:
    """The Python codec name for the stream's text; the stream is left at its start.

    Raises ``FileFault`` (``encoding``) where no encoding fits or UTF-8 text is damaged, with the place.
    """
    stream.seek(0)
    head = stream.read(8192)
    name = next((codec for mark, codec in _MARKS if head.startswith(mark)), None) or _unmarked_utf16(head)
    if name is None:
        name = _eight_bit(stream)
    elif (broken := _first_bad_byte(stream, name)) is not None:
        raise FileFault(_damaged(broken), code="encoding")
    stream.seek(0)
    return name


def text_of(stream: BinaryIO, encoding: str) -> TextIOWrapper:
    """The stream as text, line ends untouched (tables keep line breaks inside cells)."""
    stream.seek(0)
    return TextIOWrapper(stream, encoding=encoding, newline="")


def read_text(stream: BinaryIO) -> str:
    """All of a (small) text file, without its byte order mark."""
    encoding = detect_encoding(stream)
    return stream.read().decode(encoding).removeprefix("\ufeff")


def _eight_bit(stream: BinaryIO) -> str:
    broken = _first_bad_byte(stream, "utf-8")
    if broken is None:
        return "gb18030" if _rather_gbk(stream) else "utf-8"
    if _multibyte_before(stream, broken) >= _SURELY_UTF8:
        raise FileFault(_damaged(broken), code="encoding")
    if _first_bad_byte(stream, "gb18030") is None:
        return "gb18030"
    raise FileFault(
        sentence("认不出文件的文字编码，请另存为 UTF-8 编码的 CSV，或直接用 XLSX"), code="encoding"
    )


def _rather_gbk(stream: BinaryIO) -> bool:
    """Whether valid UTF-8 holds nothing beyond ASCII but runs of accented letters.

    A few Chinese words have GBK bytes that are valid UTF-8 for such letters (漏水 is one); real accents stand
    alone between plain letters.
    """
    stream.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    alone = together = 0
    while piece := stream.read(_PIECE):
        text = decoder.decode(piece)
        if text.isascii():
            continue
        if _BEYOND_ACCENTS.search(text):
            return False
        for run in _ACCENTS.findall(text):
            alone, together = (alone + 1, together) if len(run) == 1 else (alone, together + 1)
    return together > alone


def _damaged(position: int) -> str:
    return sentence(
        "文件在第 %(position)s 个字节处损坏，请重新导出或另存为 UTF-8", position=f"{position + 1:,}"
    )


def _first_bad_byte(stream: BinaryIO, encoding: str) -> int | None:
    """Where strict decoding first fails, counted from 0; ``None`` when it never does."""
    stream.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    done = 0
    while True:
        piece = stream.read(_PIECE)
        held = len(decoder.getstate()[0])
        try:
            decoder.decode(piece, final=not piece)
        except UnicodeDecodeError as error:
            return done - held + error.start
        if not piece:
            return None
        done += len(piece)


def _multibyte_before(stream: BinaryIO, position: int) -> int:
    stream.seek(max(0, position - _PIECE))
    before = stream.read(min(position, _PIECE)).decode("utf-8", errors="ignore")
    return sum(1 for character in before if character > "\x7f")


def _unmarked_utf16(head: bytes) -> str | None:
    """UTF-16 without a mark: zero bytes in the text, and one byte order that reads as ordinary writing."""
    if b"\x00" not in head:
        return None
    best = max(("utf-16-le", "utf-16-be"), key=lambda codec: _plain_share(head, codec))
    return best if _plain_share(head, best) > 0.95 else None


def _plain_share(head: bytes, codec: str) -> float:
    text = head[: len(head) // 2 * 2].decode(codec, errors="replace")
    return sum(map(_is_plain, text)) / max(1, len(text))


def _is_plain(character: str) -> bool:
    return (
        character in "\t\r\n"
        or " " <= character <= "~"
        or "\u2000" <= character <= "\u206f"
        or "\u3000" <= character <= "\u303f"
        or "\u4e00" <= character <= "\u9fff"
        or "\uff00" <= character <= "\uffef"
    )
