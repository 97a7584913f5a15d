"""The file of all villages: rows in, one checked file out, that file mapped into memory.

The file holds numbers and one run of UTF-8, nothing that runs: a mark, a JSON header with the place, type and length of
every part and a SHA-256 over them all, then the parts. It is written whole or not at all and never changed: replace it
by writing a new one, as the command does, not by copying over it while a program has it open.

A ``Table`` answers "which rows hold this text": hashes of 64 bits in order, and for each the rows. The multiplier is
chosen when the file is written so that no two names of the file share a hash; a strange text still may, so whoever asks
compares the names.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from fengqiao.algorithms.filefaults import FileFault
from fengqiao.algorithms.sentences import sentence
from fengqiao.algorithms.sounds import keys, table_version
from fengqiao.algorithms.villagenames import LONGEST, core, kind_of, upper_forms

FORMAT = "fengqiao-villages-1"
MARK = b"FQVILLAGES\r\n\x1a\n\x00\x00"  # changed by any program that takes the file for text
MAX_FILE = 512 << 20
MAX_ROWS = 3_000_000
_ALIGN = 64
_BASES = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F)
_NONE: npt.NDArray[np.int64] = np.zeros(0, dtype=np.int64)
_MIX, _FIRST_SHIFT, _SECOND_SHIFT = np.uint64(0xBF58476D1CE4E5B9), np.uint64(31), np.uint64(29)
KINDS = ("other", "village", "community")

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]
Rows = npt.NDArray[np.uint32]
Array = npt.NDArray[Any]
Span = tuple[int, int]
Progress = Callable[[str, float], None]

_PARTS: dict[str, str] = {
    "codes": "<i8", "kinds": "|u1", "name_of": "<u4", "name_at": "<u4", "names": "|u1",
    "upper_codes": "<i8", "upper_at": "<u4", "upper_names": "|u1",
    **{f"{table}_{part}": kind for table in ("core", "sound", "loose", "whole", "short")
       for part, kind in (("hash", "<u8"), ("at", "<u4"), ("rows", "<u4"))},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hasher:
    """Hashes of texts and of all their windows, by one multiplier."""

    base: int

    def texts(self, texts: Sequence[str]) -> Hashes:
        """(n,) hashes of whole texts of at most `LONGEST` characters."""
        found = np.zeros(len(texts), dtype=np.uint64)
        by_size: dict[int, list[int]] = {}
        for number, text in enumerate(texts):
            by_size.setdefault(len(text), []).append(number)
        base = np.uint64(self.base)
        for size, which in by_size.items():
            columns = _chars("".join([texts[n] for n in which])).reshape(len(which), size).T
            value = np.zeros(len(which), dtype=np.uint64)
            for column in columns:
                value = value * base + column
            found[which] = _mixed(value, size)
        return found

    def windows(self, text: str, sizes: Iterable[int]) -> tuple[Hashes, Ints, Ints]:
        """Hashes of every stretch of these lengths, with their starts and ends."""
        chars, base = _chars(text), np.uint64(self.base)
        value: Hashes = np.zeros(0, dtype=np.uint64)
        size = 0
        hashes, starts, ends = [value], [_NONE], [_NONE]
        for wanted in sorted(set(sizes)):
            while size < wanted <= len(chars):
                left = chars[: len(chars) - size]
                value = left.copy() if size == 0 else value[:-1] * base + chars[size:]
                size += 1
            if size == wanted:
                hashes.append(_mixed(value, size))
                starts.append(np.arange(len(value)))
                ends.append(starts[-1] + size)
        return np.concatenate(hashes), np.concatenate(starts), np.concatenate(ends)


def _chars(text: str) -> Hashes:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)


def _mixed(value: Hashes, size: int) -> Hashes:
    value = (value ^ (value >> _FIRST_SHIFT)) * _MIX + np.uint64(size)
    mixed: Hashes = value ^ (value >> _SECOND_SHIFT)
    return mixed


@dataclass(frozen=True, slots=True)
class Table:
    """Hashes in order; the rows of hash i are ``rows[at[i]:at[i + 1]]``."""

    hash: Hashes
    at: Rows
    rows: Rows

    def places(self, hashes: Hashes) -> list[tuple[int, int]]:
        """Which of the hashes are in the table, and where."""
        if not len(self.hash) or not len(hashes):
            return []
        where = self.hash.searchsorted(hashes)
        where[where == len(self.hash)] = 0
        hits = (self.hash[where] == hashes).nonzero()[0]
        return list(zip(hits.tolist(), where[hits].tolist(), strict=True))

    def at_place(self, place: int) -> Rows:
        """The rows of the hash at a place."""
        return self.rows[self.at[place] : self.at[place + 1]]


@dataclass(frozen=True, slots=True)
class VillageData:
    """What a file holds, mapped. ``codes``: (n,) of 12 digits, rising; ``name_of``: (n,) which name each has."""

    facts: Mapping[str, Any]
    parts: Mapping[str, Array]
    hasher: Hasher

    def table(self, name: str) -> Table:
        """One of the tables core, sound, loose (rows are villages), whole, short (rows are divisions above)."""
        return Table(*(self.parts[f"{name}_{part}"] for part in ("hash", "at", "rows")))

    def name(self, row: int) -> str:
        """The name of a village."""
        return _piece(self.parts["names"], self.parts["name_at"], int(self.parts["name_of"][row]))

    def upper_name(self, row: int) -> str:
        """The name of a division above."""
        return _piece(self.parts["upper_names"], self.parts["upper_at"], row)


def _piece(blob: Array, at: Array, number: int) -> str:
    return bytes(blob[int(at[number]) : int(at[number + 1])]).decode("utf-8")


def write_villages(
    path: Path, rows: Mapping[str, str], *, progress: Progress = lambda _step, _share: None
) -> None:
    """Write the file of ``rows``: code (2, 4, 6, 9 or 12 digits) to name. Raises FileFault."""
    villages = sorted(code for code in rows if len(code) == 12)
    if not villages:
        raise FileFault(sentence("里面没有村：要有 12 位的区划代码和名称"), code="no_villages")
    progress("整理名称", 0.0)
    uppers = sorted((code for code in rows if len(code) < 12), key=lambda code: (len(code), code))
    names = sorted({rows[code] for code in villages})
    number = {name: n for n, name in enumerate(names)}
    parts: dict[str, Array] = {
        "codes": np.array([int(code) for code in villages], dtype=np.int64),
        "kinds": np.array([KINDS.index(kind_of(rows[code])) for code in villages], dtype=np.uint8),
        "name_of": np.array([number[rows[code]] for code in villages], dtype=np.uint32),
        "upper_codes": np.array([int(code) for code in uppers], dtype=np.int64),
    }
    parts["name_at"], parts["names"] = _packed(names)
    parts["upper_at"], parts["upper_names"] = _packed([rows[code] for code in uppers])
    forms = _forms(
        [core(rows[code]) for code in villages], [upper_forms(rows[code]) for code in uppers], progress
    )
    base = next((one for one in _BASES if all(_apart(one, form) for form in forms.values())), None)
    if base is None:
        raise FileFault(sentence("这份名单没法编成索引，请把文件发给开发者"), code="hash")
    for at, (name, form) in enumerate(forms.items()):
        progress("编索引", 0.6 + 0.08 * at)
        parts[f"{name}_hash"], parts[f"{name}_at"], parts[f"{name}_rows"] = _table(Hasher(base), form)
    facts = {"villages": len(villages), "uppers": len(uppers), "names": len(names), "base": base}
    _write(path, facts, parts)


_Form = list[tuple[str, int]]


def _forms(cores: list[str], uppers: list[tuple[str, str]], progress: Progress) -> dict[str, _Form]:
    """Under which texts each row is found, for every table."""
    found: dict[str, _Form] = {"core": [(one, row) for row, one in enumerate(cores)]}
    for share, (table, loose) in enumerate((("sound", False), ("loose", True))):
        progress("读音", 0.1 + 0.25 * share)
        known = {one: keys(one, loose=loose) for one in set(cores)}
        found[table] = [(way, row) for row, one in enumerate(cores) for way in known[one]]
    for table, which in (("whole", 0), ("short", 1)):
        found[table] = [(one[which], row) for row, one in enumerate(uppers) if one[which]]
    return found


def _apart(base: int, form: _Form) -> bool:
    texts = sorted({text for text, _row in form})
    return len(np.unique(Hasher(base).texts(texts))) == len(texts)


def _table(hasher: Hasher, form: _Form) -> tuple[Hashes, Rows, Rows]:
    hashes = hasher.texts([text for text, _row in form])
    rows = np.array([row for _text, row in form], dtype=np.uint32)
    order = np.lexsort((rows, hashes))
    different, first = np.unique(hashes[order], return_index=True)
    return different, np.append(first, len(rows)).astype(np.uint32), rows[order]


def _packed(names: Sequence[str]) -> tuple[Rows, Array]:
    raw = [name.encode("utf-8") for name in names]
    at = np.concatenate([[0], np.cumsum([len(one) for one in raw])]).astype(np.uint32)
    return at, np.frombuffer(b"".join(raw), dtype=np.uint8)


def _write(path: Path, facts: Mapping[str, Any], parts: Mapping[str, Array]) -> None:
    whole = hashlib.sha256()
    plan, blobs, at = {}, [], 0
    for name, kind in _PARTS.items():
        blob = np.ascontiguousarray(parts[name].astype(kind)).tobytes()
        blob += bytes(-len(blob) % _ALIGN)
        plan[name] = {"at": at, "length": len(parts[name])}
        whole.update(blob)
        blobs.append(blob)
        at += len(blob)
    header = {
        "format": FORMAT,
        "sounds": table_version(),
        "sha256": whole.hexdigest(),
        "parts": plan,
        **facts,
    }
    head = json.dumps(header, ensure_ascii=False).encode()
    head += b" " * (-(len(MARK) + 8 + len(head)) % _ALIGN)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as out:
            out.write(MARK + len(head).to_bytes(8, "little") + head)
            out.writelines(blobs)
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise FileFault(
            sentence("索引写不进 %(path)s：%(why)s", path=str(path), why=error.strerror or str(error)),
            code="write",
        ) from error


def read_villages(path: Path) -> VillageData:
    """Map a file that `write_villages` wrote. Raises FileFault for any other, cut or changed one."""
    header, start = _header(path)
    try:
        raw = np.asarray(np.memmap(path, dtype=np.uint8, mode="r"))[start:]
        if hashlib.sha256(raw.data).hexdigest() != header["sha256"]:
            raise _spoilt(path)
        parts = {name: _part(raw, header["parts"][name], kind) for name, kind in _PARTS.items()}
        _check(parts)
        base = int(header["base"]) % 2**64
    except (KeyError, TypeError, ValueError, IndexError, OSError) as error:
        if isinstance(error, FileFault):
            raise
        raise _spoilt(path) from error
    return VillageData(header, parts, Hasher(base))


def _header(path: Path) -> tuple[dict[str, Any], int]:
    try:
        with path.open("rb") as file:
            mark, size = file.read(len(MARK)), int.from_bytes(file.read(8), "little")
            if mark != MARK:
                raise FileFault(sentence("%(path)s 不是村名索引", path=str(path)), code="foreign")
            if size > 1 << 20 or path.stat().st_size > MAX_FILE:
                raise _spoilt(path)
            header = json.loads(file.read(size))
    except (OSError, ValueError, RecursionError) as error:
        if isinstance(error, FileFault):
            raise
        raise _spoilt(path) from error
    if (
        not isinstance(header, dict)
        or header.get("format") != FORMAT
        or header.get("sounds") != table_version()
    ):
        raise FileFault(
            sentence("村名索引 %(path)s 是别的版本写的，请重新导入", path=str(path)), code="other_version"
        )
    return header, len(MARK) + 8 + size


def _spoilt(path: Path) -> FileFault:
    return FileFault(
        sentence("村名索引 %(path)s 不完整或被改动过，请重新导入", path=str(path)), code="spoilt"
    )


def _part(raw: Array, plan: Mapping[str, int], kind: str) -> Array:
    at, length, width = int(plan["at"]), int(plan["length"]), np.dtype(kind).itemsize
    if at < 0 or length < 0 or at % _ALIGN or at + length * width > len(raw):
        raise ValueError("part")
    return raw[at : at + length * width].view(kind)


def _check(parts: Mapping[str, Array]) -> None:
    """That no number points outside what it points into."""
    rows = len(parts["codes"])
    uppers = len(parts["upper_codes"])
    _offsets(parts["name_at"], len(parts["name_at"]) - 1, len(parts["names"]))
    _offsets(parts["upper_at"], uppers, len(parts["upper_names"]))
    _below(parts["name_of"], len(parts["name_at"]) - 1)
    if not rows or len(parts["kinds"]) != rows or len(parts["name_of"]) != rows or rows > MAX_ROWS:
        raise ValueError("rows")
    _below(parts["kinds"], len(KINDS))
    for table, most in (
        ("core", rows),
        ("sound", rows),
        ("loose", rows),
        ("whole", uppers),
        ("short", uppers),
    ):
        _offsets(parts[f"{table}_at"], len(parts[f"{table}_hash"]), len(parts[f"{table}_rows"]))
        _below(parts[f"{table}_rows"], most)


def _offsets(at: Array, count: int, end: int) -> None:
    if len(at) != count + 1 or at[0] != 0 or at[-1] > end or (at[1:] < at[:-1]).any():
        raise ValueError("offsets")


def _below(numbers: Array, most: int) -> None:
    if len(numbers) and int(numbers.max()) >= most:
        raise ValueError("numbers")


__all__ = ["FORMAT", "KINDS", "LONGEST", "Hasher", "Table", "VillageData", "read_villages", "write_villages"]
