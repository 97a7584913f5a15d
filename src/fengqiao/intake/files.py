"""Photos of reports: made inert, kept by their hash, served by doors through ids only.

A file is written and synced before the row that names it, so a committed row always has its file. Two equal
photos share one file; nothing here ever overwrites.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.conf import settings
from django.utils.translation import gettext as _

from fengqiao.accounts.scope import Scope
from fengqiao.intake.drafts import UploadedPhoto
from fengqiao.intake.models import Attachment, Report
from fengqiao.intake.rules import MAX_PHOTOS
from fengqiao.lib.errors import OutOfReach, Refusal
from fengqiao.lib.ids import read_code
from fengqiao.lib.images import Picture, reencode
from fengqiao.matters.models import Matter

MEDIA_TYPE = "image/jpeg"


@dataclass(frozen=True, slots=True)
class StoredPhoto:
    """A photo on disk: path below the media folder, hash, size in pixels and bytes."""

    path: str
    sha256: str
    width: int
    height: int
    bytes: int


def store_photos(photos: Sequence[UploadedPhoto], *, already: int = 0) -> list[StoredPhoto]:
    """Re-encode and keep photos; all or none is refused before anything is written.

    ``already``: photos the report has. Raises Refusal for too many and for what is no photo.
    """
    check_count(len(photos) + already)
    pictures = [reencode(photo.data, name=shown_name(photo.name)) for photo in photos]
    unique = {picture.sha256: picture for picture in pictures}
    return [_keep(picture) for picture in unique.values()]


def check_count(photos: int) -> None:
    """Raise Refusal when a report would have more photos than it may."""
    if photos > MAX_PHOTOS:
        words = _("最多 %(max_photos)s 张照片，请挑最能说明情况的") % {"max_photos": MAX_PHOTOS}
        raise Refusal(words, code="too_many_photos", field="photos")


def shown_name(name: str) -> str:
    """A sender's file name, short and plain enough to stand in a message."""
    plain = "".join(c for c in Path(name.replace("\\", "/")).name if c.isprintable())
    return plain if len(plain) <= 40 else f"{plain[:30]}…{plain[-8:]}"


def _keep(picture: Picture) -> StoredPhoto:
    relative = f"photos/{picture.sha256[:2]}/{picture.sha256}.jpg"
    target = Path(settings.MEDIA_ROOT) / relative
    _write(thumb_of(target), picture.thumbnail)
    _write(target, picture.jpeg)
    return StoredPhoto(relative, picture.sha256, picture.width, picture.height, len(picture.jpeg))


def thumb_of(path: Path) -> Path:
    """Where the thumbnail of a stored photo lies."""
    return path.with_suffix(".thumb.jpg")


def _write(target: Path, body: bytes) -> None:
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile("wb", dir=target.parent, delete=False) as temp:
        temp.write(body)
        temp.flush()
        os.fsync(temp.fileno())
    os.chmod(temp.name, 0o600)
    os.replace(temp.name, target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def file_of(attachment: Attachment, *, thumbnail: bool = False) -> Path:
    """The file of an attachment. Raises OutOfReach when it is not there (a restored database, a cleared disk)."""
    root = Path(settings.MEDIA_ROOT).resolve()
    path = (root / attachment.path).resolve()
    if not path.is_relative_to(root):
        raise OutOfReach
    found = thumb_of(path) if thumbnail else path
    if not found.is_file():
        raise OutOfReach(_("这张照片的文件不在了，请告诉系统管理员从备份恢复"))
    return found


def photo_for(scope: Scope, uid: str) -> Attachment:
    """An attachment by its uid for somebody who may see its report or matter. Raises OutOfReach."""
    found = _by_uid(uid)
    if found.report_id and Report.objects.visible_to(scope).filter(pk=found.report_id).exists():
        return found
    if found.matter_id and Matter.objects.visible_to(scope).filter(pk=found.matter_id).exists():
        return found
    raise OutOfReach


def photo_for_code(code: str, uid: str) -> Attachment:
    """An attachment by its uid for the holder of its report's receipt code. Raises OutOfReach."""
    found = _by_uid(uid)
    bare = read_code(code)
    if bare is None or found.report is None or found.report.code != bare:
        raise OutOfReach
    return found


def _by_uid(uid: str) -> Attachment:
    try:
        known = uuid.UUID(str(uid))
    except ValueError as error:
        raise OutOfReach from error
    found = Attachment.objects.select_related("report").filter(uid=known).first()
    if found is None:
        raise OutOfReach
    return found
