"""Coming in and going out."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from fengqiao.desk.demo import DEMO_PASSWORD, demo_accounts
from tests.cast import Cast
from tests.desk.conftest import As
from tests.flood import held

PASSWORD = "correct-horse-battery"


@pytest.fixture
def person(cast: Cast) -> str:
    """The beat officer with a password of their own."""
    officer = cast.people["officer"]
    officer.set_password(PASSWORD)
    officer.save()
    return officer.username


def sign_in(client: Client, username: str, password: str = PASSWORD, **more: str) -> object:
    return client.post("/signin/", {"username": username, "password": password, **more})


def test_the_page_says_what_it_is(cast: Cast) -> None:
    page = Client().get("/signin/")
    assert page.status_code == 200
    assert "工作人员登录" in page.content.decode()
    assert "fengqiao-demo" not in page.content.decode()


def test_the_right_password_leads_to_the_desk(person: str) -> None:
    client = Client()
    answer = client.post("/signin/", {"username": person, "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/desk/")
    assert client.get("/desk/").status_code == 200


def test_a_wrong_password_keeps_the_name_and_tells_nothing(person: str) -> None:
    page = Client().post("/signin/", {"username": person, "password": "wrong"})
    text = page.content.decode()
    assert page.status_code == 422
    assert "账号或密码不对" in text
    assert f'value="{person}"' in text
    assert "wrong" not in text
    unknown = Client().post("/signin/", {"username": "nobody-here", "password": "wrong"})
    assert "账号或密码不对" in unknown.content.decode()


@pytest.mark.parametrize(
    ("wanted", "got"),
    [
        ("/desk/due/?what=promises", "/desk/due/?what=promises"),
        ("https://evil.example/", "/desk/"),
        ("//evil.example/", "/desk/"),
        ("/\\evil.example", "/desk/"),
        ("javascript:alert(1)", "/desk/"),
    ],
)
def test_onward_only_inside_this_house(person: str, wanted: str, got: str) -> None:
    answer = Client().post("/signin/", {"username": person, "password": PASSWORD, "next": wanted})
    assert answer["Location"] == got


def test_ten_wrong_tries_lock_the_door_in_plain_words(person: str) -> None:
    client = Client()
    for _n in range(10):
        last = client.post("/signin/", {"username": person, "password": "wrong"})
    assert last.status_code == 429
    assert "先等一个小时" in last.content.decode()
    right = client.post("/signin/", {"username": person, "password": PASSWORD})
    assert right.status_code == 429


def test_one_address_does_not_try_many_accounts(
    cast: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before any password is hashed; other addresses are not shut out with it."""
    held(monkeypatch, settings, "signins=3")
    client = Client(REMOTE_ADDR="203.0.113.7")
    statuses = [client.post("/signin/", {"username": f"u{n}", "password": "x"}).status_code for n in range(4)]
    assert statuses == [422, 422, 422, 429]
    last = client.post("/signin/", {"username": "officer", "password": PASSWORD})
    assert last.headers["Retry-After"] == "20"
    assert "请过 20 秒再试" in last.content.decode()
    assert client.get("/signin/").status_code == 200
    other = Client(REMOTE_ADDR="198.51.100.9")
    assert other.post("/signin/", {"username": "officer", "password": "x"}).status_code == 422


def test_somebody_who_left_cannot_come_in(cast: Cast, person: str) -> None:
    cast.people["officer"].is_active = False
    cast.people["officer"].save()
    assert Client().post("/signin/", {"username": person, "password": PASSWORD}).status_code == 422


def test_signing_out_needs_a_press(as_: As) -> None:
    client = as_("officer")
    assert client.get("/signout/").status_code == 405
    assert client.post("/signout/")["Location"] == "/signin/"
    assert client.get("/desk/")["Location"].startswith("/signin/?next=")


def test_already_inside_goes_straight_on(as_: As) -> None:
    assert as_("officer").get("/signin/?next=/desk/mine/")["Location"] == "/desk/mine/"


def test_a_volunteer_starts_with_the_pages_for_the_pocket(cast: Cast) -> None:
    volunteer = cast.people["volunteer"]
    volunteer.set_password(PASSWORD)
    volunteer.save()
    answer = Client().post("/signin/", {"username": "volunteer", "password": PASSWORD})
    assert answer["Location"] == "/field/"


def test_a_demonstration_offers_one_account_a_role(cast: Cast, settings: object) -> None:
    for name in ("duty", "officer", "mediator"):
        cast.people[name].set_password(DEMO_PASSWORD)
        cast.people[name].save()
    assert [a.name for a in demo_accounts()] == ["周敏", "王建国", "李敏"]
    settings.DEMO = True  # type: ignore[attr-defined]
    page = Client().get("/signin/").content.decode()
    assert "值班民警" in page
    assert "调解员" in page
    assert DEMO_PASSWORD in page
    answer = Client().post("/signin/", {"username": "mediator", "password": DEMO_PASSWORD})
    assert answer["Location"] == "/desk/"


def test_the_password_shown_is_the_one_the_demonstration_sets() -> None:
    from fengqiao.demo import load

    assert load.DEMO_PASSWORD == DEMO_PASSWORD
