"""Files of the mediation room on disk: sealed papers, and the station's templates. Paths are relative to MEDIA_ROOT."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from fengqiao.lib.errors import Refusal


def write(folder: str, name: str, content: bytes) -> str:
    """Write ``content`` durably under ``folder``/``name`` with owner-only rights; returns the relative path.

    Raises Refusal when the disk is full or may not be written to: nothing was kept then.
    """
    relative = f"{folder}/{name}"
    target = Path(settings.MEDIA_ROOT) / relative
    temporary = target.with_name(f".{secrets.token_hex(8)}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        os.replace(temporary, target)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise Refusal(
            _("文件没能存下来，磁盘可能满了。请告诉系统管理员，稍后再试"), code="not_stored"
        ) from error
    return relative


def read(relative: str) -> bytes:
    """The bytes at a relative path. Raises Refusal when the file is gone."""
    root = Path(settings.MEDIA_ROOT).resolve()
    target = (root / relative).resolve()
    if not target.is_relative_to(root):
        raise Refusal(_("文件位置不对，请告诉系统管理员"), code="gone")
    try:
        return target.read_bytes()
    except OSError as error:
        raise Refusal(_("文件不在了，请重新制作，并告诉系统管理员"), code="gone") from error


def remove(relative: str) -> None:
    """Delete a file that no row names any more."""
    (Path(settings.MEDIA_ROOT) / relative).unlink(missing_ok=True)
