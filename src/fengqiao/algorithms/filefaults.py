"""What can be wrong with a file somebody brings, in words for the person who brought it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from fengqiao.algorithms.sentences import sentence

FileSource = Path | bytes | BinaryIO


class FileFault(ValueError):
    """The file as a whole cannot be read. What it says is a Chinese sentence that tells what to do; ``code`` is a
    fixed word for programs."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class RowFault:
    """One row or feature that cannot be taken in; ``number`` is the row as a table program shows it, or the
    feature's place in the file, counted from 1."""

    number: int
    message: str
    code: str


@contextmanager
def opened(source: FileSource, *, most_bytes: int) -> Iterator[BinaryIO]:
    """The source as a binary stream at its start; a stream that was handed in is left open.

    Raises ``FileFault`` for files that are empty, missing or above ``most_bytes``.
    """
    if isinstance(source, Path):
        if not source.is_file():
            raise FileFault(sentence("找不到文件 %(name)s", name=source.name), code="missing")
        with source.open("rb") as file:
            _check_size(file, most_bytes)
            yield file
        return
    stream: BinaryIO = BytesIO(source) if isinstance(source, bytes) else source
    _check_size(stream, most_bytes)
    yield stream


def _check_size(stream: BinaryIO, most_bytes: int) -> None:
    size = stream.seek(0, 2)
    stream.seek(0)
    if size == 0:
        raise FileFault(sentence("文件是空的"), code="empty")
    if size > most_bytes:
        size_mb, most_mb = size / 2**20, most_bytes / 2**20
        raise FileFault(
            sentence(
                "文件有 %(size_mb)s MB，最多只能 %(most_mb)s MB，请拆成几个文件",
                size_mb=f"{size_mb:.0f}",
                most_mb=f"{most_mb:.0f}",
            ),
            code="too_large",
        )
