"""The field door: my day, a note in three taps, one matter, what was found on going back."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from fengqiao.intake.models import Report
from fengqiao.matters import actions
from fengqiao.matters.models import Category, Event, Matter
from tests.cast import Cast


def browser(cast: Cast, who: str) -> Client:
    """A phone of one of the cast."""
    client = Client()
    client.force_login(cast.people[who], backend="django.contrib.auth.backends.ModelBackend")
    return client


def open_one(cast: Cast, owner: str = "grid_worker") -> Matter:
    """A matter of the grid worker."""
    return actions.open_matter(
        by=cast.actor("duty"),
        category=Category.objects.get(code="NB2", valid_to__isnull=True),
        title="5 栋漏水",
        area=cast.areas["grid1"],
        origin="resident",
        owner=cast.people[owner],
    )


def note_key(page: str) -> str:
    """The hidden key of the note form."""
    found = re.search(r'name="key" value="([0-9a-f]+)"', page)
    assert found
    return found[1]


@pytest.mark.parametrize(
    ("path", "heading"), [("", "今天"), ("note/", "记一笔"), ("matters/", "我的事项"), ("me/", "李芳")]
)
def test_the_four_tabs(cast: Cast, path: str, heading: str) -> None:
    """Each opens with its heading."""
    page = browser(cast, "grid_worker").get(f"/field/{path}")
    assert page.status_code == 200
    assert re.search(rf"<h1[^>]*>{heading}", page.content.decode())


@pytest.mark.parametrize("path", ["", "note/", "matters/", "me/"])
def test_visitors_are_sent_to_sign_in(cast: Cast, path: str) -> None:
    """Anonymous: sign-in; no right to the field door: nothing there."""
    assert Client().get(f"/field/{path}").status_code == 302
    assert browser(cast, "nobody").get(f"/field/{path}").status_code == 404


def test_a_note_becomes_a_report(cast: Cast) -> None:
    """A tile and a place are enough; the answer says who looks at it."""
    client = browser(cast, "grid_worker")
    key = note_key(client.get("/field/note/").content.decode())
    sent = {"key": key, "kind": "leak", "area": cast.areas["grid1"].pk, "words": "3 栋门口"}
    answer = client.post("/field/note/", sent)
    assert answer.status_code == 302
    report = Report.objects.get()
    assert report.channel == "field"
    assert "漏水" in report.text
    assert "3 栋门口" in report.text
    assert report.owner.name in client.get(answer.headers["Location"]).content.decode()
    assert client.post("/field/note/", sent).headers["Location"] == answer.headers["Location"]
    assert Report.objects.count() == 1


def test_an_empty_note_says_what_is_missing(cast: Cast) -> None:
    """Nothing tapped, nothing said."""
    client = browser(cast, "grid_worker")
    answer = client.post("/field/note/", {"key": "a" * 32, "kind": "other", "words": " "})
    assert answer.status_code == 422
    assert "说一句" in answer.content.decode()
    assert not Report.objects.exists()


def test_a_bad_photo_is_refused_and_the_words_stay(cast: Cast) -> None:
    """A drawing that is no photo: clear words, the text is still in the form."""
    client = browser(cast, "grid_worker")
    drawing = SimpleUploadedFile("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml")
    answer = client.post("/field/note/", {"key": "b" * 32, "words": "楼道堵了", "photos": [drawing]})
    assert answer.status_code == 422
    assert "楼道堵了" in answer.content.decode()
    assert not Report.objects.exists()


def test_accept_and_note_progress(cast: Cast) -> None:
    """Take it up, note what was done."""
    matter = open_one(cast)
    client = browser(cast, "grid_worker")
    assert "我来办" in client.get(f"/field/matters/{matter.number}/").content.decode()
    client.post(f"/field/matters/{matter.number}/accept/")
    matter.refresh_from_db()
    assert matter.state == "active"
    client.post(f"/field/matters/{matter.number}/progress/", {"text": "到现场看过"})
    assert Event.objects.filter(matter=matter, kind="progress", text="到现场看过").exists()
    empty = client.post(f"/field/matters/{matter.number}/progress/", {"text": ""})
    assert empty.status_code == 422


def test_record_a_follow_up(cast: Cast) -> None:
    """Going back to look, on the phone."""
    matter = actions.accept(open_one(cast), by=cast.actor("grid_worker"))
    matter = actions.resolve(matter, by=cast.actor("grid_worker"), outcome="fixed", text="修好", cause="老化")
    row = matter.follow_ups.order_by("due_at")[0]
    client = browser(cast, "grid_worker")
    path = f"/field/matters/{matter.number}/follow-up/{row.pk}/"
    assert client.post(path, {"result": "", "note": ""}).status_code == 422
    assert client.post(path, {"result": "held", "note": "没有再漏"}).status_code == 302
    row.refresh_from_db()
    assert row.state == "done"


@pytest.mark.parametrize("path", ["", "accept/", "progress/", "follow-up/1/"])
def test_the_outsider_finds_nothing(cast: Cast, path: str) -> None:
    """Another area's officer: 404, whatever is asked."""
    matter = open_one(cast)
    client = browser(cast, "outsider")
    method = client.post if path else client.get
    assert method(f"/field/matters/{matter.number}/{path}").status_code == 404
