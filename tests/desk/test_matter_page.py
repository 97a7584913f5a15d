"""The page of a matter: one story, the same few questions to the database however long it is."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from fengqiao.intake.actions import accept_report
from fengqiao.intake.models import Attachment, Report
from fengqiao.lib import clock
from fengqiao.matters import actions
from fengqiao.matters.models import Matter
from fengqiao.matters.queries import current_categories
from tests.cast import NOW, Cast
from tests.desk.conftest import SAID, As, open_one, tell


def jpeg(name: str = "p.jpg", colour: str = "red") -> SimpleUploadedFile:
    body = io.BytesIO()
    Image.new("RGB", (60, 40), colour).save(body, "JPEG")
    return SimpleUploadedFile(name, body.getvalue(), content_type="image/jpeg")


def page_of(client: Any, matter: Matter) -> str:
    answer = client.get(f"/desk/matters/{matter.number}/")
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_head_names_owner_next_step_and_time(matter: Matter, as_: As) -> None:
    text = page_of(as_("officer"), matter)
    for words in (
        "11 栋 302 漏到 202",
        "王建国",
        "到现场看",
        "2 天",
        "村组网格",
        "现在，第 1 天",
        "锦澜 01 网格",
        "第 1 警务区",
    ):
        assert words in text


def test_only_the_verbs_of_this_person_are_offered(fresh: Matter, as_: As) -> None:
    owner, other = page_of(as_("officer"), fresh), page_of(as_("grid_worker"), fresh)
    assert "/do/accept/" in owner
    assert "接手以后，才能办结" in owner
    assert "/do/accept/" not in other
    assert "/do/urge/" in other
    assert "/do/assign/" not in other


def test_resolving_is_off_with_its_reason_for_others(matter: Matter, as_: As) -> None:
    assert "/do/resolve/" in page_of(as_("officer"), matter)
    text = page_of(as_("duty"), matter)
    assert "只有负责人能办结" in text
    assert "/do/resolve/" not in text


def test_the_reports_words_are_there_and_never_whose(cast: Cast, as_: As) -> None:
    report = tell(cast)
    done = accept_report(report, by=cast.actor("duty"), category="FI5", owner=cast.people["officer"])
    text = page_of(as_("officer"), done)
    assert SAID in text
    assert "13800005120" not in text
    assert "张三" not in text
    assert report.code not in text
    assert "查看联系方式" in text
    assert "查看联系方式" not in page_of(as_("assistant"), done) if _sees(cast, "assistant", done) else True


def _sees(cast: Cast, name: str, matter: Matter) -> bool:
    return Matter.objects.visible_to(cast.actor(name).scope).filter(pk=matter.pk).exists()


def test_a_restricted_matter_is_there_for_its_handlers_only(cast: Cast, as_: As) -> None:
    code = next(c for c, row in current_categories().items() if row.restricted)
    closed = open_one(cast, category=current_categories()[code])
    assert as_("grid_worker").get(f"/desk/matters/{closed.number}/").status_code == 404
    assert "只给经办的人看" in page_of(as_("officer"), closed)


def test_nobody_sees_a_matter_about_themselves(cast: Cast, as_: As) -> None:
    found = open_one(cast, about=cast.people["officer"], owner=cast.people["head"])
    assert as_("officer").get(f"/desk/matters/{found.number}/").status_code == 404
    readers = as_("duty").get(f"/desk/matters/{found.number}/who/").content.decode()
    assert "王建国" not in readers
    assert "沈国强" in readers


def test_who_can_see_counts_what_visible_to_lets_in(cast: Cast, matter: Matter, as_: As) -> None:
    actions.join(matter, by=cast.actor("officer"), person=cast.people["mediator"])
    allowed = [n for n in cast.people if _sees(cast, n, matter)]
    assert f"{len(allowed)} 人能看到这件事" in page_of(as_("officer"), matter)
    listed = as_("officer").get(f"/desk/matters/{matter.number}/who/").content.decode()
    assert all(cast.people[n].name in listed for n in allowed)


def test_a_note_with_photo_promise_and_next_step_goes_in_together(
    cast: Cast, matter: Matter, as_: As
) -> None:
    due = f"{clock.local(NOW + timedelta(days=3)):%Y-%m-%dT%H:%M}"
    data = {
        "text": "上门看过", "public": "on", "photos": [jpeg()], "what": "查漏", "who": "302 户主",
        "promise_due": due, "next_step": "第二次上门", "due_at": due, "version": matter.version,
    }  # fmt: skip
    client = as_("officer")
    assert client.post(f"/desk/matters/{matter.number}/note/", data).status_code == 303
    matter.refresh_from_db()
    photo = Attachment.objects.get(matter=matter)
    text = page_of(client, matter)
    assert matter.next_step == "第二次上门"
    assert matter.promises.filter(what="查漏").exists()
    assert "上门看过" in text
    assert f"/desk/files/{photo.uid}/" in text


def test_a_refused_note_keeps_every_word_and_nothing_else(matter: Matter, as_: As) -> None:
    bad = SimpleUploadedFile("x.jpg", b"<svg onload=alert(1)>", content_type="image/jpeg")
    data = {"text": "写了很多字", "photos": [bad], "version": matter.version}
    answer = as_("officer").post(f"/desk/matters/{matter.number}/note/", data)
    assert answer.status_code == 422
    assert "写了很多字" in answer.content.decode()
    assert "不是普通照片" in answer.content.decode()
    assert not matter.events.filter(kind="progress").exists()
    half = as_("officer").post(f"/desk/matters/{matter.number}/note/", {"text": "记", "what": "查漏"})
    assert half.status_code == 422
    assert "承诺要写全" in half.content.decode()
    assert not matter.events.filter(kind="progress").exists()


def test_only_handlers_note(matter: Matter, as_: As) -> None:
    path = f"/desk/matters/{matter.number}/note/"
    assert as_("grid_worker").post(path, {"text": "我也写"}).status_code == 403
    assert as_("outsider").post(path, {"text": "我也写"}).status_code == 404


def test_photos_only_for_who_may_see(cast: Cast, matter: Matter, as_: As) -> None:
    as_("officer").post(f"/desk/matters/{matter.number}/note/", {"text": "看", "photos": [jpeg()]})
    photo = Attachment.objects.get(matter=matter)
    answer = as_("duty").get(f"/desk/files/{photo.uid}/")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert as_("duty").get(f"/desk/files/{photo.uid}/?small=1").status_code == 200
    assert as_("outsider").get(f"/desk/files/{photo.uid}/").status_code == 404


def test_words_typed_as_markup_stay_words(cast: Cast, matter: Matter, as_: As) -> None:
    actions.record_progress(matter, by=cast.actor("officer"), text="<script>alert(1)</script>")
    text = page_of(as_("officer"), matter)
    assert "<script>alert(1)</script>" not in text
    assert "&lt;script&gt;" in text


def test_the_ladder_shows_what_was_passed(cast: Cast, matter: Matter, as_: As) -> None:
    up = actions.escalate(matter, by=cast.actor("officer"), tried="劝过", blocked_by="谈不拢")
    text = page_of(as_("officer"), up)
    assert "3-11 未成" in text
    assert "社区" in text
    assert "不成则" in text


def test_after_resolving_the_follow_ups_stand_there(cast: Cast, matter: Matter, as_: As) -> None:
    assert "办结时自动排上" in page_of(as_("officer"), matter)
    done = actions.resolve(matter, by=cast.actor("officer"), outcome="fixed", text="修好了", cause="老化")
    text = page_of(as_("officer"), done)
    assert "记回访" in text
    assert "回访稳住了才归档" in text


def crowd(cast: Cast, matter: Matter) -> None:
    """Everything a matter can have, and much of it."""
    officer = cast.actor("officer")
    for n in range(30):
        actions.record_progress(matter, by=officer, text=f"第 {n} 次")
        actions.promise(matter, by=officer, what=f"答应 {n}", who="302", due_at=NOW + timedelta(days=1))
    for name in ("mediator", "grid_worker", "committee", "justice"):
        actions.join(matter, by=officer, person=cast.people[name])
    row = actions.consult(
        matter,
        by=officer,
        question="谁修",
        partners=list(cast.partners.values()),
        held_at=NOW + timedelta(hours=1),
    )
    tasks = [
        actions.TaskDraft(f"任务 {n}", NOW + timedelta(days=2), cast.people["officer"]) for n in range(6)
    ]
    actions.decide(row, by=officer, conclusion="分头办", tasks=tasks)
    for n in range(8):
        other = open_one(cast, title=f"另一件 {n}")
        actions.link(matter, by=officer, other=other, kind="similar")
    Report.objects.all().delete()
    for n in range(12):
        told = tell(cast, text=f"我也要说漏水 {n}", key=f"c{n}")
        Report.objects.filter(pk=told.pk).update(
            matter=matter, state="merged", owner=None, due_at=None, next_step=""
        )


@pytest.mark.parametrize("size", ["small", "large"])
def test_at_most_25_queries(
    size: str, cast: Cast, matter: Matter, as_: As, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    if size == "large":
        crowd(cast, matter)
    client = as_("duty")
    page_of(client, matter)
    with django_assert_max_num_queries(25):
        page_of(client, matter)
