"""The file of roads: a checked file of arrays, mapped into memory.

A mark, a JSON header with place, type and length of every part and a SHA-256 over them all, then the parts. It is written
whole or not at all. It holds no speeds: those are the program's table, so that a better table needs no new import.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from fengqiao.algorithms.filefaults import FileFault
from fengqiao.algorithms.roadgraph import RoadGraph
from fengqiao.algorithms.sentences import sentence

FORMAT = "fengqiao-roads-1"
MARK = b"FQROADS1\r\n\x1a\n\x00\x00\x00\x00"  # changed by any program that takes the file for text
MAX_FILE = 4 << 30
_ALIGN = 64
_KINDS = {
    "lon": "<f8", "lat": "<f8", "tail": "<u4", "head": "<u4",
    "kind": "|u1", "ways": "|u1", "maxspeed": "|u1", "metres": "<f4",
}  # fmt: skip


def write_roads(path: Path, graph: RoadGraph) -> None:
    """Write the graph to ``path``. Raises FileFault where that cannot be written."""
    whole, plan, blobs, at = hashlib.sha256(), {}, [], 0
    for part in fields(graph):
        column = getattr(graph, part.name)
        blob = np.ascontiguousarray(column.astype(_KINDS[part.name])).tobytes()
        blob += bytes(-len(blob) % _ALIGN)
        plan[part.name] = {"at": at, "length": len(column)}
        whole.update(blob)
        blobs.append(blob)
        at += len(blob)
    head = json.dumps({"format": FORMAT, "sha256": whole.hexdigest(), "parts": plan}).encode()
    head += b" " * (-(len(MARK) + 8 + len(head)) % _ALIGN)
    _put(path, [MARK, len(head).to_bytes(8, "little"), head, *blobs])


def _put(path: Path, pieces: list[bytes]) -> None:
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as out:
            out.writelines(pieces)
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        why = error.strerror or str(error)
        words = sentence("路网写不进 %(path)s：%(why)s", path=str(path), why=why)
        raise FileFault(words, code="write") from error


def read_road_file(path: Path) -> RoadGraph:
    """Map a file that ``write_roads`` wrote. Raises FileFault for any other, cut or changed one."""
    header, start = _header(path)
    try:
        raw = np.asarray(np.memmap(path, dtype=np.uint8, mode="r"))[start:]
        if hashlib.sha256(raw.data).hexdigest() != header["sha256"]:
            raise _spoilt(path)
        return RoadGraph(**{name: _part(raw, header["parts"][name], kind) for name, kind in _KINDS.items()})
    except (KeyError, TypeError, ValueError, IndexError, OSError) as error:
        if isinstance(error, FileFault):
            raise
        raise _spoilt(path) from error


def _header(path: Path) -> tuple[dict[str, Any], int]:
    try:
        with path.open("rb") as file:
            mark, size = file.read(len(MARK)), int.from_bytes(file.read(8), "little")
            if mark != MARK:
                raise FileFault(sentence("%(path)s 不是路网文件", path=str(path)), code="foreign")
            if size > 1 << 20 or path.stat().st_size > MAX_FILE:
                raise _spoilt(path)
            header = json.loads(file.read(size))
    except (OSError, ValueError, RecursionError) as error:
        if isinstance(error, FileFault):
            raise
        raise _spoilt(path) from error
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        words = sentence("路网文件 %(path)s 是别的版本写的，请重新导入", path=str(path))
        raise FileFault(words, code="other_version")
    return header, len(MARK) + 8 + size


def _spoilt(path: Path) -> FileFault:
    words = sentence("路网文件 %(path)s 不完整或被改动过，请重新导入", path=str(path))
    return FileFault(words, code="spoilt")


def _part(raw: npt.NDArray[Any], plan: Mapping[str, int], kind: str) -> npt.NDArray[Any]:
    at, length, width = int(plan["at"]), int(plan["length"]), np.dtype(kind).itemsize
    if at < 0 or length < 0 or at % _ALIGN or at + length * width > len(raw):
        raise ValueError("part")
    return raw[at : at + length * width].view(kind)
