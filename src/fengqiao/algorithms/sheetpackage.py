"""Looking at an XLSX package before anything unpacks it: bombs, entities, locked and foreign files.

An XLSX file is a zip of XML parts. Only its directory and the first bytes of each part are read here, so a
bomb is refused in milliseconds. Parts with a document type are refused altogether: without one there are no
entities, hence nothing to expand and nothing outside to fetch (XXE).
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import BinaryIO
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from fengqiao.algorithms.filefaults import FileFault
from fengqiao.algorithms.sentences import sentence

ZIP_MARK = b"PK\x03\x04"
OLE_MARK = b"\xd0\xcf\x11\xe0"
_END_MARK = b"PK\x05\x06"
_PROLOG_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class PackageCaps:
    """Most a package may hold: parts, directory bytes, unpacked bytes in all and in the string table, and how
    often a part of more than ``ratio_from`` bytes may be larger than its packed form."""

    parts: int = 5_000
    directory: int = 4 << 20
    unpacked: int = 1536 << 20
    strings: int = 160 << 20
    ratio: int = 200
    ratio_from: int = 1 << 20


def check_package(stream: BinaryIO, caps: PackageCaps | None = None) -> None:
    """Raise ``FileFault`` unless the stream is an XLSX package that is safe to open; leaves it at its
    start."""
    caps = caps or PackageCaps()
    _check_directory_size(stream, caps)
    stream.seek(0)
    try:
        with ZipFile(stream) as package:
            _check_entries(package.infolist(), caps)
            for entry in package.infolist():
                if entry.filename.endswith((".xml", ".rels")):
                    _check_prolog(package, entry)
    except (BadZipFile, EOFError, NotImplementedError, struct.error, zlib.error, RuntimeError) as error:
        raise FileFault(sentence("文件打不开：不是完好的 XLSX，请重新另存一份"), code="broken") from error
    stream.seek(0)


def _check_directory_size(stream: BinaryIO, caps: PackageCaps) -> None:
    """The end record says how large the directory is; reading a directory of millions of parts takes
    seconds."""
    size = stream.seek(0, 2)
    stream.seek(max(0, size - 65_557))
    tail = stream.read()
    at = tail.rfind(_END_MARK)
    if at < 0 or len(tail) - at < 22:
        raise FileFault(sentence("文件打不开：不是完好的 XLSX，请重新另存一份"), code="broken")
    entries, directory = struct.unpack("<HI", tail[at + 10 : at + 16])
    if entries > caps.parts or directory > caps.directory:
        raise FileFault(sentence("压缩包里的文件多得不正常，没有打开"), code="bomb")


def _check_entries(entries: list[ZipInfo], caps: PackageCaps) -> None:
    names = {entry.filename for entry in entries}
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise FileFault(sentence("这个压缩包不是 XLSX 表格，请用表格软件另存为 XLSX 或 CSV"), code="not_xlsx")
    if len(names) != len(entries):
        raise FileFault(sentence("文件打不开：压缩包里有重名的部分，请重新另存一份"), code="broken")
    total = sum(entry.file_size for entry in entries)
    if total > caps.unpacked or any(_swells(entry, caps) for entry in entries):
        size = f"{total / 2**20:,.0f} MB"
        raise FileFault(
            sentence("文件展开后有 %(size)s，大得不正常，没有打开；请拆成几个文件或另存为 CSV", size=size),
            code="bomb",
        )
    for entry in entries:
        if entry.flag_bits & 0x1:
            raise FileFault(sentence("文件有密码，请去掉密码再导入"), code="locked")
        if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise FileFault(sentence("文件的压缩方式不常见，请用表格软件重新另存一份"), code="broken")


def _swells(entry: ZipInfo, caps: PackageCaps) -> bool:
    if entry.filename.endswith("sharedStrings.xml") and entry.file_size > caps.strings:
        return True
    return entry.file_size > caps.ratio_from and entry.file_size > caps.ratio * max(1, entry.compress_size)


class _Begun(Exception):
    """Raised by the parser's handler to stop at the root element."""


def _check_prolog(package: ZipFile, entry: ZipInfo) -> None:
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = _stop
    with package.open(entry) as part:
        piece = part.read(_PROLOG_BYTES)
    try:
        parser.Parse(piece, False)
    except _Begun:
        return
    except expat.ExpatError as error:
        raise FileFault(sentence("文件打不开：内容不是完好的 XLSX，请重新另存一份"), code="broken") from error
    raise FileFault(sentence("文件打不开：内容开头不正常，请重新另存一份"), code="broken")


def _refuse_doctype(*_: object) -> None:
    raise FileFault(sentence("文件里带有外部实体声明，不安全，没有打开"), code="entities")


def _stop(*_: object) -> None:
    raise _Begun
