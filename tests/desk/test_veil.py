"""One key hides personal numbers on the desk, and shows them again; nothing stored changes."""

from __future__ import annotations

import pytest
from django.test import Client

from fengqiao.desk.veil import veil
from fengqiao.intake import actions as intake
from fengqiao.intake.models import Report
from tests.cast import Cast
from tests.desk.conftest import As, tell

PHONE, ID, PLATE, CARD = "13812345678", "11010519491231002X", "浙A12345", "6222020200112230"
"""The identity number is the example of GB 11643; card and number are made up to pass their sums."""
NAME = "张建华"
SAID = f"联系人：{NAME}，电话 {PHONE}，身份证 {ID}，车 {PLATE} 撞了人，要我转到 {CARD}"
SECRETS = (PHONE, ID, PLATE, CARD, NAME)


@pytest.fixture
def duty(as_: As) -> Client:
    """The duty officer's browser."""
    return as_("duty")


@pytest.fixture
def told(cast: Cast) -> Report:
    """A report full of numbers."""
    return tell(cast, text=SAID, key="numbers")


def seen(client: Client, path: str) -> list[str]:
    answer = client.get(path)
    assert answer.status_code == 200
    plain = answer.content.decode().replace("<mark>", "").replace("</mark>", "")
    return [one for one in SECRETS if one in plain]


def test_one_press_hides_another_shows(duty: Client, told: Report) -> None:
    path = f"/desk/inbox/{told.pk}/"
    assert seen(duty, path) == list(SECRETS)
    assert 'data-key="H"' in duty.get(path).content.decode()
    answer = duty.post("/desk/veil/", {"next": path})
    assert (answer.status_code, answer["Location"]) == (303, path)
    assert seen(duty, path) == []
    text = duty.get(path).content.decode()
    assert "138****5678" in text
    assert 'aria-pressed="true"' in text
    assert "撞了人" in text
    duty.post("/desk/veil/", {"next": path})
    assert seen(duty, path) == list(SECRETS)
    told.refresh_from_db()
    assert told.text == SAID


def test_it_holds_on_every_page_of_the_desk(cast: Cast, duty: Client, told: Report) -> None:
    other = tell(cast, text=SAID + "，又说一遍", key="twin")
    matter = intake.accept_report(
        told, by=cast.actor("duty"), category="NB4", owner=cast.people["officer"], title=f"找 {PHONE} 要钱"
    )
    pages = [
        "/desk/", f"/desk/inbox/{told.pk}/", f"/desk/inbox/{other.pk}/", f"/desk/inbox/{other.pk}/beside/{told.pk}/",
        f"/desk/matters/{matter.number}/", "/desk/matters/?view=all", "/desk/search/?q=撞了人",
        "/desk/due/?span=all&who=all",
    ]  # fmt: skip
    assert all(seen(duty, path) for path in pages)
    duty.post("/desk/veil/")
    for path in pages:
        assert seen(duty, path) == [], path
    assert matter.number in duty.get("/desk/matters/?view=all").content.decode()


def test_a_part_of_a_page_is_hidden_too(duty: Client, told: Report) -> None:
    duty.post("/desk/veil/")
    answer = duty.get(f"/desk/inbox/{told.pk}/", headers={"hx-request": "true"})
    assert PHONE not in answer.content.decode()


def test_it_is_ones_own(as_: As, told: Report) -> None:
    as_("duty").post("/desk/veil/")
    assert seen(as_("head"), f"/desk/inbox/{told.pk}/")


@pytest.mark.parametrize(
    "next_", ["https://example.org/", "//example.org/desk/", "/signout/", "javascript:1", ""]
)
def test_it_leads_nowhere_else(duty: Client, next_: str) -> None:
    assert duty.post("/desk/veil/", {"next": next_})["Location"] == "/desk/"


def test_what_is_no_text_stays() -> None:
    kept = f"<script>{PHONE}</script><textarea>{PHONE}</textarea>"
    page = f'<a href="/x/{PHONE}/" title="打 {PHONE}">{PHONE}</a>{kept}&lt;b&gt; {PHONE}'
    assert (
        veil(page)
        == f'<a href="/x/{PHONE}/" title="打 138****5678">138****5678</a>{kept}&lt;b&gt; 138****5678'
    )
    for plain in ("2026-00012", "今天 09:14", "&amp; 5 &lt; 6", "一共 1234567 件"):
        assert veil(f"<p>{plain}</p>") == f"<p>{plain}</p>"


def test_a_number_cut_through_is_hidden() -> None:
    assert veil("<p>电话 1381234…</p>") == "<p>电话 138****…</p>"
