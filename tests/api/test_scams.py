"""The scam question by program: the same answer as on the page, nothing kept, nonsense refused."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.test import Client

from fengqiao.accounts.models import KeptAnswer
from fengqiao.intake import deadline, scamhelp
from tests.cast import Cast

GONE = "客服说退款，我验证码给了，卡里的钱没了"
PROMISES = ("放心", "是安全的", "不是诈骗", "可以相信")


def ask(body: Any, **headers: str) -> Any:
    return Client().post("/api/v1/scam-check", body, content_type="application/json", headers=headers)


def test_a_visitor_gets_the_whole_answer(cast: Cast) -> None:
    found = ask({"text": GONE}).json()
    assert found["verdict"] in {"fraud", "suspect"}
    assert found["call_110"]
    assert "马上打 110" in found["advice"][0]
    assert all(word in GONE for word in found["words"])


@pytest.mark.parametrize(
    ("text", "blind"), [("13800138000", "number"), ("😀", "few"), ("now or never again", "foreign")]
)
def test_nothing_seen_is_no_promise(cast: Cast, text: str, blind: str) -> None:
    answer = ask({"text": text})
    found = answer.json()
    assert (found["verdict"], found["blind"], found["kind"], found["words"]) == ("unclear", blind, "", [])
    assert not [one for one in PROMISES if one in answer.content.decode()]
    assert any("96110" in one for one in found["advice"])


def test_the_answer_is_in_the_language_asked_for(cast: Cast) -> None:
    found = ask({"text": "快递丢失，请加理赔客服办三倍理赔"}, **{"Accept-Language": "en"}).json()
    assert found["kind"] == "false customer service"
    assert all(one.isascii() for one in found["advice"])


@pytest.mark.parametrize(
    "body",
    [{}, {"text": ""}, {"text": "长" * 6001}, {"text": 7}, {"text": "x", "from": "y"}, {"text": "\ud800"}],
)
def test_nonsense_is_refused(cast: Cast, body: dict[str, Any]) -> None:
    answer = ask(body)
    assert answer.status_code in {400, 422}
    assert set(answer.json()) == {"code", "message", "field"}
    assert Client().get("/api/v1/scam-check").status_code == 405


def test_an_engine_that_fails_gives_the_general_advice_and_logs_no_word(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(text: str, model: Any = None) -> Any:
        raise RuntimeError(text)

    monkeypatch.setattr(scamhelp, "read_message", broken)
    deadline.forget()
    with caplog.at_level(logging.DEBUG):
        found = ask({"text": GONE}, **{"Idempotency-Key": "k"}).json()
    assert found["verdict"] == "none"
    assert any("110" in one for one in found["advice"])
    assert "验证码给了" not in caplog.text
    assert not KeptAnswer.objects.exists()
