"""The file of a bundle: a zip of JSON lines, a manifest with their hashes, a signature over the manifest.

Reading trusts nothing: sizes are capped while unpacking, names are the known ones, every part is checked against
the signed manifest before a single line is used. A file that fails anywhere is refused whole.
"""

from __future__ import annotations

import hashlib
import io
import json
import uuid
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext as _

from fengqiao.intake import bundle_keys
from fengqiao.intake.tables import write_whole
from fengqiao.lib.errors import Refusal

FORMAT = 1
PARTS = ("reports.jsonl", "matters.jsonl", "replies.jsonl")
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
MAX_FILE = 256 << 20
MAX_PART = 512 << 20
MAX_RATIO = 300
MAX_LINE = 1 << 20
MAX_MANIFEST = 1 << 20
_PIECE = 1 << 18


@dataclass(frozen=True, slots=True)
class Manifest:
    """The signed head of a bundle."""

    uid: uuid.UUID
    station_uid: uuid.UUID
    station_name: str
    public_key: str
    peer: uuid.UUID | None
    made_at: str
    parts: Mapping[str, str] = field(default_factory=dict)


def write(path: Path, head: Mapping[str, Any], parts: Mapping[str, Iterable[Mapping[str, Any]]]) -> str:
    """Write a signed bundle; returns the SHA-256 (hex) of its manifest. Raises Refusal when it cannot be written."""
    out = io.BytesIO()
    hashes: dict[str, str] = {}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in PARTS:
            hashes[name] = _write_part(archive, name, parts.get(name, ()))
        manifest = json.dumps({"format": FORMAT, **head, "parts": hashes}, ensure_ascii=False, sort_keys=True)
        body = manifest.encode("utf-8")
        archive.writestr(MANIFEST, body)
        archive.writestr(SIGNATURE, bundle_keys.station_key().sign(body).hex())
    write_whole(path, out.getvalue())
    return hashlib.sha256(body).hexdigest()


def _write_part(archive: zipfile.ZipFile, name: str, rows: Iterable[Mapping[str, Any]]) -> str:
    seal = hashlib.sha256()
    with archive.open(name, "w") as part:
        for row in rows:
            line = json.dumps(row, ensure_ascii=False, sort_keys=True).encode("utf-8", "replace") + b"\n"
            seal.update(line)
            part.write(line)
    return seal.hexdigest()


def broken(words: str = "") -> Refusal:
    """The refusal of a file that is no whole bundle."""
    return Refusal(
        words or _("这个交换包不完整或被改动过，没有读入任何内容。请让对方重新导出"), code="tampered"
    )


@dataclass(slots=True)
class Bundle:
    """An opened and verified bundle."""

    manifest: Manifest
    sha256: str
    _archive: zipfile.ZipFile

    def rows(self, name: str) -> Iterator[dict[str, Any]]:
        """The rows of a part; it was checked already. Raises Refusal for a line that is no row."""
        with _part(self._archive, name) as part:
            while line := part.readline(MAX_LINE + 1):
                if len(line) > MAX_LINE:
                    raise broken()
                yield _row(line)


def _row(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise broken() from error
    if not isinstance(found, dict):
        raise broken()
    return found


def read(path: Path, archive: zipfile.ZipFile) -> Bundle:
    """Verify the opened ``archive`` of ``path`` against its own signature, hashes and caps. Raises Refusal."""
    if path.stat().st_size > MAX_FILE:
        raise Refusal(
            _("交换包太大，最多 %(max_file)s MB。请让对方分几次导出") % {"max_file": MAX_FILE >> 20},
            code="too_large",
        )
    names = sorted(info.filename for info in archive.infolist())
    if names != sorted((*PARTS, MANIFEST, SIGNATURE)):
        raise broken()
    body = _small(archive, MANIFEST)
    manifest = _manifest(body)
    if not bundle_keys.signed_by(manifest.public_key, _signature(archive), body):
        raise broken(_("签名和内容对不上，没有读入任何内容。请让对方重新导出，用可靠的方式送来"))
    for name in PARTS:
        if _hash(archive, name) != manifest.parts.get(name):
            raise broken()
    return Bundle(manifest, hashlib.sha256(body).hexdigest(), archive)


def opened(path: Path) -> zipfile.ZipFile:
    """The zip file at ``path``. Raises Refusal when it is none."""
    try:
        return zipfile.ZipFile(path)
    except FileNotFoundError as error:
        raise Refusal(_("找不到文件 %(path)s") % {"path": path.name}, code="missing") from error
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise Refusal(_("这不是交换包文件。请选对方导出的 .fqb 文件"), code="not_a_bundle") from error


def _small(archive: zipfile.ZipFile, name: str) -> bytes:
    with _part(archive, name) as part:
        body = _read_some(part, MAX_MANIFEST + 1)
    if len(body) > MAX_MANIFEST:
        raise broken()
    return body


def _part(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    try:
        return archive.open(name)
    except (zipfile.BadZipFile, RuntimeError, OSError, ValueError) as error:  # RuntimeError: a locked part
        raise broken() from error


def _read_some(part: IO[bytes], size: int) -> bytes:
    try:
        return part.read(size)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError) as error:
        raise broken() from error


def _signature(archive: zipfile.ZipFile) -> bytes:
    try:
        return bytes.fromhex(_small(archive, SIGNATURE).decode("ascii").strip())
    except ValueError as error:
        raise broken() from error


def _manifest(body: bytes) -> Manifest:
    try:
        raw = json.loads(body)
        if raw["format"] != FORMAT:
            raise Refusal(_("交换包的版本不同，请让两边的系统都升级到同一版"), code="format")
        station = raw["station"]
        return Manifest(
            uid=uuid.UUID(raw["uid"]),
            station_uid=uuid.UUID(station["uid"]),
            station_name=str(station["name"])[:60],
            public_key=str(station["public_key"]),
            peer=uuid.UUID(raw["peer"]) if raw.get("peer") else None,
            made_at=str(raw["made_at"]),
            parts={str(k): str(v) for k, v in dict(raw["parts"]).items()},
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise broken() from error


def _hash(archive: zipfile.ZipFile, name: str) -> str:
    """SHA-256 of a part, counted while it unpacks: a bomb is refused at its cap, not after it burst."""
    packed = max(archive.getinfo(name).compress_size, 1)
    seal, size = hashlib.sha256(), 0
    with _part(archive, name) as part:
        while piece := _read_some(part, _PIECE):
            size += len(piece)
            if size > MAX_PART or (size > _PIECE and size > packed * MAX_RATIO):
                raise Refusal(_("交换包解开后大得不正常，没有读入任何内容"), code="bomb")
            seal.update(piece)
    return seal.hexdigest()
