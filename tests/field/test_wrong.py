"""Done wrong on the phone: pressed twice, left too long, far too much, odd characters."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from fengqiao.intake.models import Report
from fengqiao.matters import actions
from fengqiao.matters.models import Event, Matter
from tests.cast import Cast
from tests.field.test_field import browser, note_key, open_one

FIVE_MB = "长" * 1_800_000


@pytest.fixture
def matter(cast: Cast) -> Matter:
    """A matter the grid worker has in hand."""
    return actions.accept(open_one(cast), by=cast.actor("grid_worker"))


def test_progress_pressed_twice_is_one_note(cast: Cast, matter: Matter) -> None:
    client = browser(cast, "grid_worker")
    page = client.get(f"/field/matters/{matter.number}/").content.decode()
    seen = re.search(r'name="version" value="(\d+)"', page)
    assert seen is not None
    address, sent = f"/field/matters/{matter.number}/progress/", {"text": "到现场看过", "version": seen[1]}
    assert client.post(address, sent).status_code == 302
    again = client.post(address, sent)
    assert again.status_code == 422
    assert "刚才有人动过" in again.content.decode()
    assert "到现场看过" in again.content.decode()
    assert Event.objects.filter(matter=matter, kind="progress").count() == 1


def test_accepting_twice_says_so_and_does_nothing(cast: Cast) -> None:
    found, client = open_one(cast), browser(cast, "grid_worker")
    for _press in range(2):
        assert client.post(f"/field/matters/{found.number}/accept/").status_code == 302
    assert Event.objects.filter(matter=found, kind="accepted").count() == 1


@pytest.mark.parametrize("field", ["words", "place_text", "key", "area", "kind"])
def test_far_too_much_in_any_field_of_a_note(cast: Cast, field: str) -> None:
    client = browser(cast, "grid_worker")
    sent = {"key": "a" * 32, "kind": "leak", "words": "楼道堵了", field: FIVE_MB}
    answer = client.post("/field/note/", sent)
    assert answer.status_code == 422
    assert field == "words" or "楼道堵了" in answer.content.decode()
    assert not Report.objects.exists()


def test_far_too_much_about_a_matter(cast: Cast, matter: Matter) -> None:
    client = browser(cast, "grid_worker")
    answer = client.post(f"/field/matters/{matter.number}/progress/", {"text": FIVE_MB})
    assert (answer.status_code, "太长" in answer.content.decode()) == (422, True)
    assert not Event.objects.filter(matter=matter, kind="progress").exists()


def test_odd_characters_are_kept_as_words(cast: Cast) -> None:
    client = browser(cast, "grid_worker")
    key = note_key(client.get("/field/note/").content.decode())
    client.post("/field/note/", {"key": key, "words": "路灯\u202e坏了\x00😀<b>", "kind": "other"})
    assert Report.objects.get().text == "路灯坏了😀<b>"


def test_an_expired_page_hands_the_words_back(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.people["grid_worker"], backend="django.contrib.auth.backends.ModelBackend")
    sent = {"key": "a" * 32, "words": "3 栋楼道堆了一地纸箱"}
    answer = client.post("/field/note/", sent, headers={"Origin": "http://testserver"})
    assert answer.status_code == 403
    assert sent["words"] in answer.content.decode()
    assert not Report.objects.exists()


def test_somebody_elses_note_is_not_there(cast: Cast) -> None:
    client = browser(cast, "grid_worker")
    key = note_key(client.get("/field/note/").content.decode())
    client.post("/field/note/", {"key": key, "kind": "leak", "area": cast.areas["grid1"].pk})
    code = Report.objects.get().code
    assert browser(cast, "grid_worker2").get(f"/field/note/{code}/").status_code == 404
    assert client.get(f"/field/note/{code}/").status_code == 200
