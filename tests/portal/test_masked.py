"""Whatever the public reads holds no personal number: the receipt, its steps and answers, and the wall."""

from __future__ import annotations

import pytest
from django.test import Client

from fengqiao.accounts.scope import RESIDENT
from fengqiao.intake import actions as intake
from fengqiao.intake.models import Report
from fengqiao.matters import actions as matters
from tests.cast import Cast
from tests.desk.conftest import BACKEND
from tests.desk.test_veil import CARD, ID, NAME, PHONE, PLATE, SAID, SECRETS

OFFICE = "0571-88881234"
pytestmark = pytest.mark.django_db


@pytest.fixture
def told(cast: Cast) -> Report:
    """A report whose words, place and answer are full of numbers."""
    given = {"place_text": f"{PLATE} 旁边", "area": cast.areas["grid1"]}
    found = intake.receive_report(by=RESIDENT, channel="portal", text=SAID, key="m", **given).report
    intake.ask(found, by=cast.actor("duty"), text=f"{PHONE} 是您的吗？")
    intake.answer(found.code, text=f"是，也可以打 {PHONE}，我叫{NAME}")
    return Report.objects.get(pk=found.pk)


def shown(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def free(words: str) -> list[str]:
    return [one for one in SECRETS if one in words]


def test_a_receipt_shows_the_words_and_no_number(told: Report) -> None:
    text = shown(Client(), f"/r/{told.code}/")
    assert free(text) == []
    assert "138****5678" in text
    assert "撞了人" in text


def test_nor_does_what_was_done(cast: Cast, told: Report) -> None:
    duty, officer = cast.actor("duty"), cast.actor("officer")
    matter = intake.accept_report(told, by=duty, category="NB4", owner=cast.people["officer"])
    matter = matters.accept(matter, by=officer)
    matters.promise(matter, by=officer, what=f"还 {CARD} 的钱", who="对方", due_at=matter.due_at, public=True)  # type: ignore[arg-type]
    matters.record_progress(matter, by=officer, text=f"问了 {PHONE}，车是 {PLATE}", public=True)
    matters.set_next_step(matter, by=officer, next_step=f"打 {PHONE}", due_at=matter.due_at)  # type: ignore[arg-type]
    matters.reply(matter, by=officer, text=f"对方身份证 {ID}，有事打所里 {OFFICE}")
    text = shown(Client(), f"/r/{told.code}/")
    assert free(text) == []
    assert OFFICE in text
    matters.resolve(
        matter, by=officer, outcome="settled", text=f"{NAME}收款人：{NAME}，卡 {CARD}", cause="误会"
    )
    assert [one for one in free(shown(Client(), f"/r/{told.code}/")) if one != NAME] == []


def test_a_refusal_keeps_the_office_it_sends_to(cast: Cast, told: Report) -> None:
    intake.refuse_report(told, by=cast.actor("duty"), to=f"交警大队 {OFFICE}", why=f"{PLATE} 的事故归交警")
    text = shown(Client(), f"/r/{told.code}/")
    assert OFFICE in text
    assert free(text) == []


def test_the_receipt_over_the_api(told: Report) -> None:
    answer = Client().get(f"/api/v1/receipts/{told.code}")
    assert answer.status_code == 200
    assert free(answer.content.decode()) == []


def test_the_wall(cast: Cast, told: Report) -> None:
    """Many eyes see it: titles of what is in hand, and the first words of danger nobody looked at yet."""
    duty = cast.actor("duty")
    told = intake.raise_severity(told, by=duty, severity=1, why="有人受伤")
    danger = intake.receive_report(
        by=RESIDENT, channel="portal", text=f"{PHONE} 说要杀人，着火了", key="d", area=cast.areas["grid1"]
    ).report
    assert danger.severity == 1
    intake.accept_report(
        told, by=duty, category="NB4", owner=cast.people["officer"], title=f"找 {PHONE} {PLATE}"
    )
    client = Client()
    client.force_login(cast.people["duty"], backend=BACKEND)
    for path in ("/board/", "/board/parts/", "/board/points.json"):
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert free(answer.content.decode()) == [], path
    assert "138****5678" in shown(client, "/board/")
