"""Model files on disk: the one in use, and beside it a folder in which every one that ever was is kept.

Which model proposes is what lies at ``settings.MODEL_FILE`` and nothing else: a file put there by hand counts as much
as one chosen at the desk. Files are told apart by their SHA-256 and never overwritten.
"""

from __future__ import annotations

import hashlib
import logging
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from fengqiao.algorithms.classify import LinearClassifier, ModelFileError
from fengqiao.algorithms.modelfile import MAX_FILE
from fengqiao.intake.known import categories
from fengqiao.intake.models import ModelFile
from fengqiao.lib import clock
from fengqiao.lib.errors import Refusal
from fengqiao.lib.text import one_line

log = logging.getLogger(__name__)

OURS = 0.5
"""Share of a model's labels that must be codes in force; a model of something else has none."""
DESK, BROUGHT, FOUND = "desk", "file", "found"
"""Where a file came from: trained at the desk, brought by a person, found lying in its place."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A sound model file and its digest."""

    model: LinearClassifier
    sha256: str
    bytes: int


def live() -> Path:
    """Where the model in use lies, if there is one."""
    return Path(settings.MODEL_FILE)


def folder() -> Path:
    """Where all of them are kept, readable by the program alone."""
    path = live().parent / "models"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def path_of(sha256: str) -> Path:
    """Where a kept file lies."""
    return folder() / f"{sha256}.model"


def digest(path: Path) -> str:
    """The SHA-256 of a file, empty where there is none."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""


def check(path: Path, name: str) -> Checked:
    """Read a file as the model of our categories. Raises Refusal in words that name ``name``, never a path of ours."""
    try:
        size = path.stat().st_size
        if size > MAX_FILE:
            raise Refusal(_("文件太大，不是本系统的模型"), code="bad_model", field="file")
        model = LinearClassifier.load(path)
        model.propose("楼道里堆满纸箱", k=1)
    except ModelFileError as error:
        words = str(error).replace(str(path), name)
        raise Refusal(words, code="bad_model", field="file") from error
    except OSError as error:
        raise Refusal(_("模型文件读不出来，请重新上传"), code="bad_model", field="file") from error
    known = set(categories())
    if sum(label in known for label in model.labels) < OURS * len(model.labels):
        raise Refusal(
            _("这个模型认的不是本所在用的类别，换上去什么也建议不了。请用“训练”做一个，或拿同一套类别的"),
            code="foreign_model",
            field="file",
        )
    return Checked(model, digest(path), size)


def keep(
    path: Path,
    found: Checked,
    *,
    origin: str,
    name: str,
    person: int | None,
    trained_at: datetime | None = None,
) -> ModelFile:
    """Keep a checked file for good; the same file again is the same row."""
    target = path_of(found.sha256)
    if not target.exists():
        copy(path, target)
    facts = found.model.facts
    row, _made = ModelFile.objects.get_or_create(
        sha256=found.sha256,
        defaults={
            "version": str(facts.get("version", ""))[:40],
            "data_sha256": str(facts.get("data_sha256", ""))[:64],
            "rows": _whole(facts.get("rows")),
            "labels": len(found.model.labels),
            "metrics": facts.get("metrics") if isinstance(facts.get("metrics"), dict) else None,
            "bytes": found.bytes,
            "origin": origin,
            "name": one_line(name, limit=120),
            "trained_at": trained_at,
            "kept_at": clock.now(),
            "kept_by_id": person,
        },
    )
    return row


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and 0 <= value < 2**31 else 0


def copy(source: Path, target: Path) -> None:
    """Copy a file whole or not at all. Raises Refusal when the disk does."""
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        part.write_bytes(source.read_bytes())
        part.chmod(0o600)
        with part.open("rb") as stream:
            os.fsync(stream.fileno())
        part.replace(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise Refusal(_("模型文件没有写成，什么都没有变。请看磁盘空间和权限"), code="disk") from error


def keep_live(person: int | None) -> ModelFile | None:
    """Keep what lies in the place of the model in use, before something else is put there. None for a bad one."""
    sha = digest(live())
    if not sha:
        return None
    known = ModelFile.objects.filter(sha256=sha).first()
    if known is not None and path_of(sha).exists():
        return known
    try:
        found = check(live(), live().name)
    except Refusal:
        copy(live(), folder() / f"unread-{sha}.model")
        return None
    return keep(live(), found, origin=FOUND, name=live().name, person=person)


def put(model: ModelFile | None) -> None:
    """Let this model propose from now on, or none; called once the decision is written. Every process sees it at
    its next report. A disk that refuses leaves the old one, and the page says so."""
    try:
        if model is None:
            live().unlink(missing_ok=True)
        else:
            copy(path_of(model.sha256), live())
    except (OSError, Refusal):
        log.error("the model in use could not be changed; the one before goes on")
