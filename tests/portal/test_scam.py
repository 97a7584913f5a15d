"""是诈骗吗: an honest answer, what to do, the way to a report; nothing pasted is kept."""

from __future__ import annotations

import logging
import re
import time
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from fengqiao.intake import deadline, scamhelp
from fengqiao.intake.models import Report
from fengqiao.portal.scam import ASKED, MOVED, story
from tests.cast import Cast
from tests.portal.helpers import key_of, words_of
from tests.portal.test_invisible import everything_stored

FAKE = "您的快递丢失，请加理赔客服微信办理三倍理赔，不要告诉家人"
GONE = "客服说退款，我验证码给了，卡里的钱没了"
PLAIN = "今晚八点业主群开会，请准时参加"
TOKEN = "kx7qz-paste"
PROMISES = ("放心", "是安全的", "不是诈骗", "可以相信", "没问题")


def asked(client: Client, text: str) -> Any:
    return client.post("/scam/", {"text": text})


def test_the_page_asks_and_says_what_to_do_before_anything_is_asked(resident: Client) -> None:
    page = resident.get("/scam/").content.decode()
    places = [page.index(x) for x in ("tel:96110", "tel:110", "<textarea", "不保存，不记录", "先这样做")]
    assert places == sorted(places)
    assert 'class="ans' not in page
    assert not Report.objects.exists()


def test_a_scam_is_named_with_its_kind_its_words_and_what_to_do(resident: Client) -> None:
    answer = asked(resident, FAKE)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "很像诈骗" in page
    assert "像这一类：<b>冒充客服</b>" in page
    assert re.findall(r"<mark>(.*?)</mark>", page)
    assert all(word in FAKE for word in re.findall(r"<mark>(.*?)</mark>", page))
    for words in (
        "不转账，不点链接",
        "真客服不会加你私人微信",
        "96110",
        FAKE,
        "现在就报",
        "把这条告诉派出所",
    ):
        assert words in page
    assert "会看错" in page


def test_money_that_is_gone_puts_110_first(resident: Client) -> None:
    page = asked(resident, GONE).content.decode()
    assert re.search(r'class="call" href="tel:110"', page)
    first = re.search(r"<h2>现在怎么做</h2><ol[^>]*><li>(.*?)</li>", page)
    assert first
    assert "马上打 110" in first[1]
    assert 'class="call"' not in asked(resident, PLAIN).content.decode()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (PLAIN, "看不出来，不等于可信"),
        ("是", "字太少"),
        ("😀😀😀😀", "字太少"),
        ("13800138000", "只凭号码、网址看不出真假"),
        ("http://kd.abc.top/x", "只凭号码、网址看不出真假"),
        ("Dear customer, your parcel is held", "这里只看得懂中文"),
        ("<script>alert(1)</script><img src=x onerror=y>", "看不出来"),
        ("刷單返利，先墊付後返，日結", "有点像|像这一类"),
        ("把\0钱\u202e转到安全账户", "很像诈骗"),
        ("字" * 6000, "看不出来"),
        ("点赞返佣先垫付" * 857, "很像诈骗"),
    ],
    ids=[
        "harmless",
        "one",
        "emoji",
        "number",
        "link",
        "english",
        "html",
        "traditional",
        "bidi",
        "long",
        "dense",
    ],
)
def test_whatever_is_pasted_gets_plain_words_soon(resident: Client, text: str, words: str) -> None:
    began = time.monotonic()
    answer = asked(resident, text)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert time.monotonic() - began < 2 * deadline.LIMIT
    assert re.search(words, page)
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert not {"\0", "\u202e"} & set(page)
    for always in ("tel:96110", "tel:110", "打 96110"):
        assert always in page
    assert not [promise for promise in PROMISES if promise in words_of(answer)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "请先贴上收到的话"),
        (" \n\t", "请先贴上收到的话"),
        ("\0\u202e\ufeff", "请先贴上收到的话"),
        ("长" * 6001, "一次最多看 6000 字，现在 6001 字"),
        ("长" * 100_000, "一次最多看 6000 字，现在 100000 字"),
    ],
    ids=["empty", "blank", "controls", "one-over", "book"],
)
def test_what_cannot_be_looked_at_is_refused_in_words(resident: Client, text: str, words: str) -> None:
    answer = asked(resident, text)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert "先这样做" in page
    assert text.translate({0: None, 0x202E: None, 0xFEFF: None}).strip() in page
    assert 'class="ans' not in page


def test_a_body_beyond_every_limit_gets_words_too(resident: Client) -> None:
    assert asked(resident, "长" * 2_500_000).status_code == 413
    assert resident.post("/scam/").status_code == 422
    assert resident.put("/scam/").status_code == 405


def test_an_engine_that_fails_leaves_the_general_advice(
    resident: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(text: str, model: Any = None) -> Any:
        raise RuntimeError(text)

    monkeypatch.setattr(scamhelp, "read_message", broken)
    deadline.forget()
    with caplog.at_level(logging.DEBUG):
        answer = asked(resident, FAKE)
    page = answer.content.decode()
    assert answer.status_code == 200
    for words in ("这会儿没能看成", "不等于没事", "不转账，不点链接", "马上打 110", "现在就报", FAKE):
        assert words in page
    assert "理赔" not in caplog.text


def test_an_engine_that_hangs_leaves_the_general_advice_soon(
    resident: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deadline, "LIMIT", 0.2)
    monkeypatch.setattr(scamhelp, "read_message", lambda text, model=None: time.sleep(3))
    deadline.forget()
    began = time.monotonic()
    answer = asked(resident, FAKE)
    deadline.forget()
    assert time.monotonic() - began < 2.5
    assert "这会儿没能看成" in answer.content.decode()


def test_nothing_pasted_is_kept_or_logged(
    cast: Cast, resident: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        for text in (f"{FAKE} {TOKEN}", TOKEN, TOKEN * 1000):
            answer = asked(resident, text)
            assert TOKEN in answer.content.decode()
            assert (
                "no-store" in answer.headers["Cache-Control"] or "private" in answer.headers["Cache-Control"]
            )
        opened = resident.post("/report/start/", {"text": TOKEN, "moved": "1"})
    assert TOKEN in opened.content.decode()
    assert TOKEN not in caplog.text
    assert [where for where, cell in everything_stored() if TOKEN in cell] == []
    assert TOKEN not in repr(getattr(cache, "_cache", {}))
    assert resident.cookies.keys() == {"csrftoken"}
    assert TOKEN not in resident.get("/scam/").content.decode()
    assert TOKEN not in resident.get("/report/").content.decode()


# -- on to a report ----------------------------------------------------------------------------------------


def test_what_was_pasted_opens_the_report_form(resident: Client) -> None:
    page = asked(resident, FAKE).content.decode()
    assert 'action="/report/start/"' in page
    key = key_of(page)
    opened = resident.post("/report/start/", {"key": key, "text": FAKE})
    form = opened.content.decode()
    assert opened.status_code == 200
    assert f"{ASKED}\n{FAKE}</textarea>" in form
    assert key_of(form) == key
    assert 'action="/report/send/"' in form
    assert "钱在转，先打 110" not in form
    assert not Report.objects.exists(), "nothing is sent before somebody presses"


@pytest.mark.parametrize(
    "text", [FAKE, PLAIN, "谨防诈骗，听说去年有人被骗，反诈演练", "没有被骗，不是真的", "😀", ""]
)
def test_money_that_moves_is_urgent_whatever_was_pasted(resident: Client, text: str) -> None:
    opened = resident.post("/report/start/", {"text": text, "moved": "1"}).content.decode()
    assert "钱在转，先打 110" in opened
    said = story(text, moved=True)
    answer = resident.post("/report/send/", {"key": key_of(opened), "text": said})
    row = Report.objects.get()
    assert row.severity == 1
    assert answer.headers["Location"] == f"/r/{row.code}/110/"


def test_the_form_loaded_twice_is_one_report(resident: Client) -> None:
    key = key_of(asked(resident, FAKE).content)
    for _twice in range(2):
        form = resident.post("/report/start/", {"key": key, "text": FAKE}).content
        resident.post("/report/send/", {"key": key_of(form), "text": story(FAKE, moved=False)})
    assert Report.objects.count() == 1


@pytest.mark.parametrize("key", ["", "x", "甲" * 24, '"><script>', "k" * 500])
def test_a_key_that_is_not_ours_is_not_taken(resident: Client, key: str) -> None:
    form = resident.post("/report/start/", {"key": key, "text": FAKE}).content.decode()
    assert key_of(form) != key
    assert re.fullmatch(r"[\w-]{24}", key_of(form))


@pytest.mark.parametrize("text", ["", "<b>x</b>\0\u202e", "长" * 100_000])
def test_odd_words_open_the_form_safely(resident: Client, text: str) -> None:
    opened = resident.post("/report/start/", {"text": text})
    assert opened.status_code == 200
    assert "<b>x</b>" not in opened.content.decode()
    assert not {"\0", "\u202e"} & set(opened.content.decode())


def test_the_address_of_the_carried_form_leads_to_an_empty_one(resident: Client) -> None:
    assert resident.get("/report/start/?text=x").headers["Location"] == "/report/"
    assert resident.delete("/report/start/").status_code == 405


def test_both_forms_ask_for_their_token(cast: Cast) -> None:
    strict = Client(enforce_csrf_checks=True, HTTP_ACCEPT_LANGUAGE="zh-CN")
    for address in ("/scam/", "/report/start/"):
        assert strict.post(address, {"text": FAKE}).status_code == 403


# -- in English --------------------------------------------------------------------------------------------


def test_the_answer_is_in_the_language_of_the_page(resident: Client) -> None:
    resident.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    page = asked(resident, FAKE).content.decode()
    main = re.sub(r"<textarea.*?</textarea>|<mark>.*?</mark>|<input[^>]*>", "", page, flags=re.S)
    main = main.partition("<main")[2].partition("</main>")[0]
    assert "false customer service" in main
    assert not re.findall(r"[\u4e00-\u9fff]+", main)


def test_where_nothing_was_pasted_the_report_still_says_what_happened() -> None:
    assert MOVED.startswith(story("", moved=True).rstrip("。"))
    assert story(" ", moved=False) == ""
