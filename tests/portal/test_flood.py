"""Too many at once at the public door: told in words how long to wait, nothing lost, nobody else shut out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from fengqiao.intake.models import Report, ReportMessage
from fengqiao.lib import guard
from fengqiao.settings import USUAL_LIMITS
from tests.cast import Cast
from tests.flood import Watch, held
from tests.portal.helpers import LEAK, key_of, sent, words_of

HERE, THERE = "203.0.113.7", "198.51.100.9"
WRONG = "7K3M-29QX-4HTB"


@pytest.fixture
def watch(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    """The usual limits, and a clock in hand."""
    yield held(monkeypatch, settings)
    guard.forget()


def phone(address: str = HERE) -> Client:
    """Another phone, with cookies of its own."""
    return Client(HTTP_ACCEPT_LANGUAGE="zh-CN", REMOTE_ADDR=address)


def test_limits_are_off_for_tests_unless_asked(settings: Any) -> None:
    assert settings.LIMITS == {}
    assert set(USUAL_LIMITS) == {
        "reports",
        "reports-browser",
        "additions",
        "scams",
        "scams-browser",
        "guesses",
        "signins",
        "tokens",
    }


def test_a_whole_community_behind_one_address_can_report(cast: Cast, watch: Watch) -> None:
    """Thirty phones in the same minute, all received; the next ones every two seconds."""
    for n in range(30):
        assert sent(phone(), f"{LEAK}，第 {n} 家").status_code == 303
    late = phone()
    key = key_of(late.get("/report/").content)
    answer = sent(late, "第 31 家也漏水", key=key)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "2")
    page = answer.content.decode()
    assert "请过 2 秒再按一次“提交”" in page
    assert "有危险现在就打 110" in page
    assert "第 31 家也漏水" in page
    assert Report.objects.count() == 30
    assert sent(phone(THERE), "另一个地址").status_code == 303
    watch.now += 2
    assert sent(late, "第 31 家也漏水", key=key_of(page)).status_code == 303
    assert key_of(page) == key
    assert Report.objects.count() == 32


def test_one_browser_waits_before_its_neighbours_do(cast: Cast, watch: Watch) -> None:
    busy = phone()
    statuses = [sent(busy, f"{LEAK} {n}").status_code for n in range(12)]
    assert statuses == [303] * 10 + [429] * 2
    assert sent(phone(), "邻居的事").status_code == 303


def test_what_was_acknowledged_is_there_however_often_it_is_sent(cast: Cast, watch: Watch) -> None:
    """The same form over the limit: no second report, and the receipt again after the wait."""
    client = phone()
    key = key_of(client.get("/report/").content)
    first = sent(client, LEAK, key=key)
    statuses = {sent(client, LEAK, key=key).status_code for _n in range(20)}
    assert statuses == {303, 429}
    watch.now += 60
    assert sent(client, LEAK, key=key).headers["Location"] == first.headers["Location"]
    assert Report.objects.count() == 1


def test_too_many_questions_wait_and_read_what_to_do_meanwhile(cast: Cast, watch: Watch) -> None:
    """One browser after fifteen, an address after forty; what was pasted is still there."""
    busy = phone()
    busy.get("/scam/")
    statuses = [busy.post("/scam/", {"text": f"刷单返佣 {n}"}).status_code for n in range(16)]
    assert statuses == [200] * 15 + [429]
    late = [phone().post("/scam/", {"text": "邻居也来问刷单返佣"}) for _n in range(26)]
    assert [answer.status_code for answer in late] == [200] * 25 + [429]
    refused = late[-1]
    assert refused.headers["Retry-After"] == "2"
    page = refused.content.decode()
    for words in ("请过 2 秒再看一次", "邻居也来问刷单返佣", "不管像不像", "tel:96110", "tel:110"):
        assert words in page
    assert sent(busy, LEAK).status_code == 303, "a report is another matter"
    assert phone(THERE).post("/scam/", {"text": "刷单返佣"}).status_code == 200
    watch.now += 2
    assert phone().post("/scam/", {"text": "刷单返佣"}).status_code == 200


def test_guessing_codes_ends_after_twenty(cast: Cast, watch: Watch) -> None:
    """By address bar or by form; then not even a right one opens from there, until a moment has passed."""
    row = Report.objects.get(code=sent(phone(THERE), LEAK).headers["Location"].split("/")[2])
    guesser = phone()
    for n in range(20):
        answer = guesser.get(f"/r/{WRONG}/") if n % 2 else guesser.post("/progress/", {"code": WRONG})
        assert answer.status_code in {404, 422}
    for answer in (
        guesser.get(f"/r/{row.code}/"),
        guesser.post(f"/r/{row.code}/add/", {"text": "x"}),
        guesser.post("/progress/", {"code": row.code}),
    ):
        assert answer.status_code == 429
        assert int(answer.headers["Retry-After"]) <= 3
        assert "请过 3 秒再试" in words_of(answer)
        assert "没有丢" in words_of(answer)
    assert not ReportMessage.objects.exists()
    assert phone(THERE).get(f"/r/{row.code}/").status_code == 200
    watch.now += 3
    assert guesser.get(f"/r/{row.code}/").status_code == 200


def test_reading_ones_own_page_often_is_no_guessing(cast: Cast, watch: Watch) -> None:
    client = phone()
    there = sent(client, LEAK).headers["Location"]
    assert {client.get(there).status_code for _n in range(100)} == {200}


def test_additions_have_their_own_limit(cast: Cast, watch: Watch) -> None:
    client = phone()
    there = sent(client, LEAK).headers["Location"]
    statuses = [client.post(f"{there}add/", {"text": f"补充 {n}"}).status_code for n in range(31)]
    assert statuses == [303] * 30 + [429]
    assert ReportMessage.objects.count() == 30


def test_a_forged_header_brings_no_new_allowance(cast: Cast, watch: Watch, settings: Any) -> None:
    """Without proxies the header is not read; with one, only what the proxy wrote."""
    for proxies in (0, 1):
        settings.PROXIES = proxies
        guard.forget()
        statuses = []
        for n in range(32):
            forged = f"192.0.2.{n}, {HERE}" if proxies else f"192.0.2.{n}"
            client = Client(REMOTE_ADDR="10.0.0.1" if proxies else HERE, HTTP_X_FORWARDED_FOR=forged)
            statuses.append(sent(client, f"{LEAK} {proxies} {n}").status_code)
        assert statuses == [303] * 30 + [429] * 2


def test_pages_are_never_counted(cast: Cast, watch: Watch) -> None:
    client = phone()
    assert {client.get(p).status_code for p in ["/", "/report/", "/how/"] * 40} == {200}
