"""Photos of a report: inert, kept by hash, served by id to those who may see the report."""

from __future__ import annotations

import io
import uuid
from pathlib import Path

import pytest
from django.conf import settings
from PIL import Image

from fengqiao.intake import files
from fengqiao.intake.actions import UploadedPhoto, accept_report, add_photo, add_photo_by_code
from fengqiao.intake.models import Attachment, Report
from fengqiao.lib.errors import NotAllowed, OutOfReach, Refusal
from tests.cast import Cast
from tests.intake.helpers import bring, report


def photo(shade: int = 10, *, size: tuple[int, int] = (80, 60), name: str = "a.jpg") -> UploadedPhoto:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "SECRETMAKER"
    Image.new("RGB", size, (shade, 0, 0)).save(out, "JPEG", exif=exif)
    return UploadedPhoto(name, out.getvalue())


@pytest.fixture
def row(cast: Cast) -> Report:
    return report(area=cast.areas["grid1"], photos=[photo(10), photo(200)])


def test_photos_come_with_the_report_and_carry_nothing(row: Report) -> None:
    rows = list(row.attachments.order_by("id"))
    assert len(rows) == 2
    for attachment in rows:
        for thumbnail in (False, True):
            path = files.file_of(attachment, thumbnail=thumbnail)
            body = path.read_bytes()
            assert b"SECRETMAKER" not in body
            assert path.stat().st_mode & 0o077 == 0
            assert path.is_relative_to(Path(settings.MEDIA_ROOT))
    assert (rows[0].width, rows[0].height) == (80, 60)


def test_the_same_photo_is_kept_once(cast: Cast, row: Report) -> None:
    both = report(area=cast.areas["grid1"], photos=[photo(10), photo(10)])
    assert both.attachments.count() == 1
    assert both.attachments.get().path == row.attachments.order_by("id")[0].path


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "空文件"),
        (b"<svg onload=alert(1)>", "网页"),
        (b"<!DOCTYPE html><html>", "网页"),
        (b"%PDF-1.4", "打不开|网页"),
        (b"\x00" * 50, "打不开"),
    ],
)
def test_one_bad_photo_refuses_the_whole_report(cast: Cast, data: bytes, words: str) -> None:
    with pytest.raises(Refusal, match=words):
        bring(photos=[photo(), UploadedPhoto("../../etc/坏\u202e.svg", data)])
    assert not Report.objects.exists()
    assert not Attachment.objects.exists()


def test_names_of_senders_are_shown_tame() -> None:
    assert files.shown_name("../../etc/passwd") == "passwd"
    assert files.shown_name("C:\\x\\猫\u202egpj.exe") == "猫gpj.exe"
    assert len(files.shown_name("长" * 500 + ".jpg")) <= 40


def test_six_and_no_more(cast: Cast, row: Report) -> None:
    with pytest.raises(Refusal) as caught:
        bring(photos=[photo(n) for n in range(7)])
    assert caught.value.code == "too_many_photos"
    add_photo_by_code(row.code, photos=[photo(n) for n in (30, 60, 90, 120)])
    with pytest.raises(Refusal):
        add_photo_by_code(row.code, photos=[photo(150)])
    assert row.attachments.count() == 6


def test_adding_later(cast: Cast, row: Report) -> None:
    assert len(add_photo(row, by=cast.actor("duty"), photos=[photo(99)])) == 1
    assert add_photo(row, by=cast.actor("duty"), photos=[photo(99)]) == []
    accept_report(row, by=cast.actor("duty"), category="NB2")
    assert len(add_photo_by_code(row.code, photos=[photo(77)])) == 1
    assert row.events.filter(kind="edited").count() == 2
    with pytest.raises(OutOfReach):
        add_photo(row, by=cast.actor("outsider"), photos=[photo()])
    with pytest.raises(OutOfReach):
        add_photo_by_code("0000-0000-0000", photos=[photo()])
    with pytest.raises(Refusal):
        add_photo_by_code(row.code, photos=[])
    auditor_sees = report(by=cast.actor("duty"), channel="phone", area=cast.areas["grid1"])
    with pytest.raises((NotAllowed, OutOfReach)):
        add_photo(auditor_sees, by=cast.actor("auditor"), photos=[photo()])


def test_who_may_look(cast: Cast, row: Report) -> None:
    uid = str(row.attachments.order_by("id")[0].uid)
    assert files.photo_for(cast.actor("duty").scope, uid).report == row
    assert files.photo_for_code(row.code, uid).report == row
    for name in ("outsider", "volunteer", "nobody"):
        with pytest.raises(OutOfReach):
            files.photo_for(cast.actor(name).scope, uid)
    other = report(area=cast.areas["grid1"])
    with pytest.raises(OutOfReach):
        files.photo_for_code(other.code, uid)
    for junk in ("", "x", "../../etc/passwd", str(uuid.uuid4()), "😀"):
        with pytest.raises(OutOfReach):
            files.photo_for(cast.actor("duty").scope, junk)


def test_a_lost_or_forged_path_is_told_not_followed(row: Report) -> None:
    attachment = row.attachments.order_by("id")[0]
    files.file_of(attachment).unlink()
    with pytest.raises(OutOfReach):
        files.file_of(attachment)
    attachment.path = "../../../etc/passwd"
    with pytest.raises(OutOfReach):
        files.file_of(attachment)
