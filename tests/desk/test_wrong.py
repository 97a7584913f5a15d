"""Done wrong on the desk: pressed twice, gone back, left too long, far too much, somebody else's form."""

from __future__ import annotations

import re
import resource
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from fengqiao.intake.models import Report
from fengqiao.lib import clock
from fengqiao.matters.models import Event, Matter
from fengqiao.mediation.models import Document, MediationCase, Party, Session
from fengqiao.teams.models import Resource
from tests.cast import NOW, Cast
from tests.desk.conftest import BACKEND, As, open_one
from tests.desk.test_verbs import TRIES, Try, in_state, path
from tests.mediation.conftest import Room

PASSWORD = "correct-horse-battery"
LONG_AGO = "写了很久的一段话：两家在楼道里又吵了一次，302 说下周修"
FIVE_MB = "长" * 1_800_000


# -- pressed twice ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", TRIES, ids=lambda t: t.verb)
def test_a_verb_pressed_twice_is_done_once(case: Try, cast: Cast, as_: As) -> None:
    """Also what the browser sends again after going back: the page had seen an older version."""
    found = in_state(cast, case.state)
    client, sent = as_(case.who), {"version": found.version, "seen": "当时", **case.data(cast, found)}
    assert client.post(path(found, case.verb), sent).status_code == 303
    before = Event.objects.filter(matter=found).count()
    again = client.post(path(found, case.verb), sent)
    assert again.status_code in {403, 404, 409, 422}, again.content.decode()[-2000:]
    assert Event.objects.filter(matter=found).count() == before


def test_a_note_pressed_twice_is_one_note(cast: Cast, matter: Matter, as_: As) -> None:
    client, sent = as_("officer"), {"version": matter.version, "text": "到场看过"}
    note = f"/desk/matters/{matter.number}/note/"
    assert client.post(note, sent).status_code == 303
    again = client.post(note, sent)
    assert again.status_code == 409
    assert "到场看过" in again.content.decode()
    assert Event.objects.filter(matter=matter, kind="progress").count() == 1


def test_a_report_accepted_twice_is_one_matter(cast: Cast, report: Report, as_: As) -> None:
    client, sent = as_("duty"), {"category": "NB2", "version": report.version}
    assert client.post(f"/desk/inbox/{report.pk}/accept/", sent).status_code == 303
    client.post(f"/desk/inbox/{report.pk}/accept/", sent)
    assert Matter.objects.count() == 1


@pytest.fixture
def room(cast: Cast) -> Room:
    """The mediation room, led by the beat officer's colleague."""
    return Room(cast)


def test_a_mediation_opened_twice_is_one(cast: Cast, room: Room, as_: As) -> None:
    matter = room.matter()
    client = as_("officer")
    sent = {"start": "party", "mediator": cast.people["mediator"].pk, "facts": "楼上漏水"}
    opening = f"/desk/matters/{matter.number}/mediation/"
    assert client.post(opening, sent).status_code == 303
    assert client.post(opening, sent).status_code in {404, 409, 422}
    assert MediationCase.objects.count() == 1


def at(days: float) -> str:
    """A moment so many days from now, as a form sends it."""
    return f"{clock.local(NOW + timedelta(days=days)):%Y-%m-%dT%H:%M}"


@pytest.mark.parametrize(
    ("verb", "sent", "rows"),
    [
        ("plan_session", {"planned_at": at(1), "minutes": "60", "place": "警务室"}, Session),
        ("add_party", {"side": "other", "name": "王五"}, Party),
        ("receive_paper", {"kind": "identity"}, Document),
    ],
)
def test_a_verb_of_a_mediation_pressed_twice_is_done_once(
    room: Room, as_: As, verb: str, sent: dict[str, str], rows: Any
) -> None:
    case, client = room.started(), as_("officer")
    address = f"/desk/mediation/{case.uid}/do/{verb}/"
    page = client.get(address).content.decode()
    seen = re.search(r'name="version" value="(\d+)"', page)
    assert seen is not None
    before = rows.objects.count()
    assert client.post(address, {**sent, "version": seen[1]}).status_code == 303
    again = client.post(address, {**sent, "version": seen[1]})
    assert again.status_code == 409
    assert "刚才有人动过" in again.content.decode()
    assert rows.objects.count() == before + 1
    fresh = re.search(r'name="version" value="(\d+)"', again.content.decode())
    assert fresh is not None
    assert fresh[1] != seen[1]  # pressed once more, it is meant


def test_the_same_thing_is_not_shared_twice(cast: Cast, as_: As) -> None:
    sent = {"name": "三楼会议室", "kind": "room", "area": f"a{cast.areas['street'].pk}"}
    client = as_("head")
    assert client.post("/desk/people/do/add_resource/", sent).status_code == 303
    again = client.post("/desk/people/do/add_resource/", sent)
    assert (again.status_code, "已经在名单里" in again.content.decode()) == (422, True)
    assert Resource.objects.count() == 1


# -- left too long ----------------------------------------------------------------------------------------------


def strict(cast: Cast, who: str) -> Client:
    """A browser that checks the form token, as browsers do."""
    client = Client(enforce_csrf_checks=True, HTTP_ACCEPT_LANGUAGE="zh-CN")
    client.force_login(cast.people[who], backend=BACKEND)
    return client


def test_an_expired_page_hands_the_words_back(cast: Cast, matter: Matter) -> None:
    client = strict(cast, "officer")
    sent = {"text": LONG_AGO, "version": matter.version, "password": "geheim-geheim-geheim"}
    answer = client.post(
        f"/desk/matters/{matter.number}/note/", sent, headers={"Origin": "http://testserver"}
    )
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "页面放得太久" in page
    assert "退回上一页，刷新，再交一次" in page
    assert LONG_AGO in page
    assert "geheim" not in page
    assert not Event.objects.filter(kind="progress").exists()


def test_a_form_of_another_site_puts_no_words_on_our_page(cast: Cast, matter: Matter) -> None:
    client = strict(cast, "officer")
    for origin in ({"Origin": "https://evil.example"}, {}):
        answer = client.post(
            f"/desk/matters/{matter.number}/note/", {"text": "请打 0000 转账给这个账号"}, headers=origin
        )
        assert answer.status_code == 403
        assert "0000" not in answer.content.decode()


def test_far_too_much_with_an_expired_page_is_still_answered_in_words(cast: Cast, matter: Matter) -> None:
    body = b"text=" + b"x" * (7 * 2**20)
    answer = strict(cast, "officer").generic(
        "POST", f"/desk/matters/{matter.number}/note/", body, "application/x-www-form-urlencoded"
    )
    assert answer.status_code == 403
    assert "页面放得太久" in answer.content.decode()


def test_a_session_that_ended_in_the_middle_of_a_form(cast: Cast, matter: Matter) -> None:
    """Back to the page the form stood on, with a word that nothing was taken."""
    stood = f"/desk/matters/{matter.number}/"
    answer = Client().post(
        f"{stood}note/", {"text": LONG_AGO}, headers={"Referer": f"http://testserver{stood}"}
    )
    assert answer.headers["Location"] == f"/signin/?next={stood}&unsent=1"
    page = Client().get(answer.headers["Location"]).content.decode()
    assert "刚才那一步没有交上" in page
    assert f'name="next" value="{stood}"' in page
    elsewhere = Client().post("/desk/new/", {}, headers={"Referer": "https://evil.example/desk/"})
    assert elsewhere.headers["Location"] == "/signin/?next=/desk/new/&unsent=1"
    assert "unsent" not in Client().get("/desk/new/").headers["Location"]


def test_a_part_of_a_page_asked_for_after_the_session_ended(matter: Matter) -> None:
    """The whole page goes to sign in, instead of the sign-in form appearing inside it."""
    stood = f"/desk/matters/{matter.number}/"
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{stood}"}
    answer = Client().post(f"{stood}do/urge/", {"text": "快"}, headers=headers)
    assert answer.headers["HX-Redirect"] == f"/signin/?next={stood}&unsent=1"
    asked = Client().get(f"{stood}do/urge/", headers=headers)
    assert asked.headers["HX-Redirect"] == f"/signin/?next={stood}"


# -- far too much -----------------------------------------------------------------------------------------------


def peak() -> int:
    """The most memory this process ever held, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def test_five_megabytes_in_any_box_are_refused_in_words(cast: Cast, matter: Matter, as_: As) -> None:
    duty, officer, before = as_("duty"), as_("officer"), peak()
    tries = [
        (duty, "/desk/new/", {"key": "k", "channel": "phone", "text": FIVE_MB}),
        (duty, "/desk/new/", {"key": "k", "channel": "phone", "text": "路灯", "place_text": FIVE_MB}),
        (duty, "/desk/chat/", {"step": "preview", "text": FIVE_MB}),
        (officer, f"/desk/matters/{matter.number}/note/", {"text": FIVE_MB, "version": matter.version}),
        (officer, path(matter, "reply"), {"text": FIVE_MB, "version": matter.version}),
    ]
    for client, address, sent in tries:
        answer = client.post(address, sent)
        assert answer.status_code == 422, address
        page = answer.content.decode()
        assert "太长" in page or "最多" in page, address
        del page, answer
    assert not Report.objects.exists()
    assert not Event.objects.filter(kind__in=["progress", "replied"]).exists()
    assert peak() - before < 400


def test_beyond_every_limit_there_are_still_words(cast: Cast, as_: As) -> None:
    body = b"text=" + b"x" * (7 * 2**20)
    answer = as_("duty").generic("POST", "/desk/new/", body, "application/x-www-form-urlencoded")
    assert answer.status_code == 413
    assert "内容太大，这次没有收下" in answer.content.decode()
    fields = {f"f{n}": "x" for n in range(2100)}
    assert as_("duty").post("/desk/new/", fields).status_code == 413


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.svg", b"<svg onload=alert(1)/>"),
        ("a.jpg", b"<html><script>alert(1)</script>"),
        ("a.exe", b"MZ\x90\x00"),
        ("a.jpg", b"\xff\xd8\xff\xe0broken"),
        ("a.pdf", b"no pdf"),
    ],
)
def test_files_that_are_neither_paper_nor_photo(room: Room, as_: As, name: str, content: bytes) -> None:
    case = room.started()
    sent = {"kind": "evidence", "file": SimpleUploadedFile(name, content)}
    answer = as_("officer").post(f"/desk/mediation/{case.uid}/do/receive_paper/", sent)
    assert answer.status_code == 422
    assert not Document.objects.exists()


def test_an_address_that_belongs_to_another_matter_finds_nothing(cast: Cast, matter: Matter, as_: As) -> None:
    """A row of one matter under the number of another."""
    other = open_one(cast, title="另一件")
    theirs = other.promises.get()
    client = as_("officer")
    for method in (client.get, client.post):
        assert method(path(matter, "settle_promise", theirs.pk), {"kept": "yes"}).status_code == 404
    theirs.refresh_from_db()
    assert theirs.state == "open"
