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
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

FORMAT = "fengqiao-model-1"
MAX_FILE = 64 * 1024 * 1024  # bytes on disk
MAX_UNPACKED = 256 * 1024 * 1024  # bytes in memory: what a file may claim to hold
_HEADER = "header"

Array = npt.NDArray[Any]


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
