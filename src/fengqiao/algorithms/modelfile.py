"""Model files: a numpy .npz without pickle, with a JSON header that says what is inside.

A model file may come from anywhere, so reading one never runs anything that is in it: arrays of plain numbers only,
sizes checked before anything is unpacked, a checksum over every array, and clear words for whatever does not fit.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

FORMAT = "fengqiao-model-1"
MAX_FILE = 64 * 1024 * 1024  # bytes on disk
MAX_UNPACKED = 256 * 1024 * 1024  # bytes in memory: what a file may claim to hold
_HEADER = "header"

Array = npt.NDArray[Any]
T = TypeVar("T")


class ModelFileError(ValueError):
    """A model file that cannot be used; the message says why and what to do, in the user's language."""


def write_model(path: Path, header: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
    """Write a model file whole or not at all. Raises ModelFileError when the disk refuses."""
    sums = {name: _checksum(array) for name, array in arrays.items()}
    full = json.dumps({"format": FORMAT, **header, "arrays": sums}, ensure_ascii=False, sort_keys=True)
    packed = {_HEADER: np.frombuffer(full.encode("utf-8"), dtype=np.uint8), **arrays}
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as out:
            np.savez_compressed(out, allow_pickle=False, **packed)
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise ModelFileError(f"模型文件写不进 {path}：{error.strerror}。请检查磁盘空间和权限。") from error


def read_model(path: Path) -> tuple[dict[str, Any], dict[str, Array]]:
    """Header and arrays of a model file. Raises ModelFileError for anything that is not a whole, sound one."""
    try:
        _check_size(path)
        with np.load(path, allow_pickle=False) as packed:
            arrays = {name: np.asarray(packed[name]) for name in packed.files}
        header = json.loads(bytes(arrays.pop(_HEADER).astype(np.uint8)).decode("utf-8"))
    except FileNotFoundError as error:
        raise ModelFileError(f"找不到模型文件 {path}。请先训练，或检查路径。") from error
    except OSError as error:
        raise ModelFileError(f"模型文件 {path} 打不开：{error.strerror or error}") from error
    except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, ValueError, RecursionError) as error:
        if isinstance(error, ModelFileError):
            raise
        raise ModelFileError(
            f"{path} 不是完整的模型文件（可能传输中断或被改动过）。请重新拷贝或重新训练。"
        ) from error
    _check_content(path, header, arrays)
    return header, arrays


def read_own(
    path: Path,
    *,
    kind: str,
    scheme: str,
    foreign: str,
    build: Callable[[dict[str, Any], dict[str, Array]], T],
) -> T:
    """What `build` makes of the header and arrays of a file of one kind and scheme.

    Raises ModelFileError: `foreign`, filled with the path, for another kind or scheme; and where `build` finds the
    content at odds with itself, which it says by KeyError, TypeError, ValueError or IndexError.
    """
    header, arrays = read_model(path)
    if header.get("kind") != kind or header.get("scheme") != scheme:
        raise ModelFileError(foreign.format(path=path))
    try:
        return build(header, arrays)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise ModelFileError(f"模型文件 {path} 的内容互相矛盾，不能使用。请重新训练。") from error


def facts_of(header: Mapping[str, Any], *inner: str) -> dict[str, Any]:
    """What a header says of the making of a model: all but what the file and its kind need themselves (`inner`)."""
    own = {"format", "kind", "scheme", "arrays", *inner}
    return {name: value for name, value in header.items() if name not in own}


def floats(array: Array, shape: tuple[int, ...]) -> npt.NDArray[np.float32]:
    """The array, if it has this shape and only finite numbers of four bytes. Raises ValueError."""
    if array.shape != shape or array.dtype != np.float32 or not np.isfinite(array).all():
        raise ValueError("array")
    return array


def names(listed: Any, most: int) -> tuple[str, ...]:
    """Two to `most` different names, none empty, as a header lists them. Raises ValueError."""
    if not isinstance(listed, list) or not 2 <= len(listed) <= most or len(set(listed)) != len(listed):
        raise ValueError("names")
    if not all(isinstance(name, str) and name for name in listed):
        raise ValueError("names")
    return tuple(listed)


def rising(array: Array, kind: type[np.unsignedinteger[Any]]) -> Array:
    """The array, if it is one row of whole numbers of this kind, each greater than the one before. Raises ValueError."""
    if array.ndim != 1 or array.dtype != kind or not bool((array[1:] > array[:-1]).all()):
        raise ValueError("codes")
    return array


def _check_size(path: Path) -> None:
    size = path.stat().st_size
    if size > MAX_FILE:
        raise ModelFileError(
            f"模型文件 {path} 有 {size // 1048576} MB，超过上限 {MAX_FILE // 1048576} MB，不予读取。"
        )
    if not zipfile.is_zipfile(path):
        raise ModelFileError(f"{path} 不是模型文件。请用训练命令生成的文件。")
    with zipfile.ZipFile(path) as packed:
        claimed = sum(member.file_size for member in packed.infolist())
    if claimed > MAX_UNPACKED:
        raise ModelFileError(f"模型文件 {path} 展开后超过 {MAX_UNPACKED // 1048576} MB，不予读取。")


def _check_content(path: Path, header: Any, arrays: Mapping[str, Array]) -> None:
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise ModelFileError(f"{path} 是别的程序或别的版本的文件，本系统不能使用。请重新训练。")
    sums = header.get("arrays")
    if not isinstance(sums, dict) or set(sums) != set(arrays):
        raise ModelFileError(f"模型文件 {path} 缺少内容。请重新拷贝或重新训练。")
    for name, array in arrays.items():
        if _checksum(array) != sums[name]:
            raise ModelFileError(f"模型文件 {path} 的内容与校验值不符，已损坏。请重新拷贝或重新训练。")


def _checksum(array: Array) -> str:
    digest = hashlib.sha256(f"{array.dtype.str}{array.shape}".encode())
    digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()
