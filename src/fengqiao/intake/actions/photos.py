"""Adding photos to a report that is there already."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from fengqiao.accounts.scope import RESIDENT, Actor
from fengqiao.intake import files
from fengqiao.intake.actions._base import check_state, record, save, take_by_code
from fengqiao.intake.actions.receive import keep_photos
from fengqiao.intake.choices import ReportEventKind
from fengqiao.intake.drafts import UploadedPhoto
from fengqiao.intake.models import Attachment, Report
from fengqiao.lib.errors import NotAllowed, OutOfReach, Refusal
from fengqiao.lib.ids import read_code


def add_photo(report: Report, *, by: Actor, photos: Sequence[UploadedPhoto]) -> list[Attachment]:
    """Photos added by somebody who sees the report; a photo that is there already is not kept twice."""
    seen = Report.objects.visible_to(by.scope).filter(pk=report.pk).first()
    if seen is None:
        raise OutOfReach
    if not by.scope.can("report.receive"):
        raise NotAllowed(_("加照片不在您的职责里，请交给值班民警"))
    _needed(photos)
    stored = files.store_photos(photos, already=seen.attachments.count())
    with transaction.atomic():
        found = Report.objects.select_for_update().get(pk=seen.pk)
        return _attach(found, stored, by)


def add_photo_by_code(code: str, *, photos: Sequence[UploadedPhoto]) -> list[Attachment]:
    """Photos added by the reporter."""
    bare = read_code(code)
    known = Report.objects.filter(code=bare).first() if bare else None
    if known is None:
        raise OutOfReach(_("没有这个查询码，请核对一遍；字母和数字都要对"))
    _needed(photos)
    check_state(known, "photo")
    stored = files.store_photos(photos, already=known.attachments.count())
    with transaction.atomic():
        return _attach(take_by_code(code, "photo"), stored, RESIDENT)


def _needed(photos: Sequence[UploadedPhoto]) -> None:
    if not photos:
        raise Refusal(_("请先选照片"), code="missing", field="photos")


def _attach(report: Report, stored: Sequence[files.StoredPhoto], by: Actor) -> list[Attachment]:
    check_state(report, "photo")
    there = set(report.attachments.values_list("sha256", flat=True))
    fresh = [photo for photo in stored if photo.sha256 not in there]
    files.check_count(len(there) + len(fresh))
    if not fresh:
        return []
    rows = keep_photos(report, fresh, by)
    save(report)
    record(report, ReportEventKind.EDITED, by, f"加了 {len(fresh)} 张照片", data={"photos": len(fresh)})
    return rows
