"""The receipt: a key, what happens next and by when, what was done, who looked."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from fengqiao.intake.actions import accept_report, ask, open_contact, refuse_report
from fengqiao.intake.models import Attachment, Report
from fengqiao.lib import clock
from fengqiao.matters import actions as matters
from fengqiao.matters.models import Rating
from tests.cast import NOW, Cast
from tests.intake.helpers import engine_with, says
from tests.portal.helpers import FIRE, LEAK, PHONE, photo, words_of

Bring = Callable[..., Report]
NOWHERE = "ZZZZ-ZZZZ-ZZZZ"


@pytest.fixture
def row(bring: Bring) -> Report:
    return bring(area="990100001001", address="3 栋", phone=PHONE, wants_news="on", photos=[photo()])


def settled(cast: Cast, row: Report) -> Any:
    """The matter of a report, with a result."""
    officer = cast.actor("officer")
    matter = accept_report(row, by=cast.actor("duty"), category="NB2", owner=cast.people["officer"])
    matter = matters.accept(matter, by=officer)
    return matters.resolve(matter, by=officer, outcome="fixed", text="两家说好，换了水管", cause="老化")


def test_a_fresh_receipt_holds_all_of_it(resident: Client, row: Report) -> None:
    page = resident.get(f"/r/{row.code}/")
    words = words_of(page)
    for piece in (
        row.code,
        "收到了，正等人看",
        "今天 12:00",
        "周敏",
        LEAK,
        "锦澜社区 3 栋",
        "谁看过您的手机号：0 次",
    ):
        assert piece in words
    text = page.content.decode()
    assert '<svg aria-hidden="true" viewBox' in text
    assert f'data-copy="{row.code} http://127.0.0.1:8311/r/{row.code}/"' in text
    assert "data-print" in text
    assert PHONE not in text
    assert "state" not in words
    order = [words.index(x) for x in ("您反映了这件事", "有人看，定下归谁办", "告诉您谁来办")]
    assert order == sorted(order)


def test_the_key_is_kept_by_nobody_and_told_to_nobody(resident: Client, row: Report) -> None:
    for address in (f"/r/{row.code}/", f"/r/{row.code}/110/", f"/r/{row.code}/add/", f"/r/{row.code}/again/"):
        page = resident.get(address)
        assert page.status_code == 200
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in page.headers["X-Robots-Tag"]
        assert page.headers["Cache-Control"] == "no-store"
        assert '<meta name="referrer" content="strict-origin">' in page.content.decode()
        assert '<meta name="robots" content="noindex">' in page.content.decode()


@pytest.mark.parametrize(
    "typed",
    [str.lower, lambda c: c.replace("-", ""), lambda c: c.replace("-", " "), lambda c: c.replace("1", "l")],
)
def test_an_address_copied_carelessly_leads_on(
    resident: Client, row: Report, typed: Callable[[str], str]
) -> None:
    written = typed(row.code)
    if written == row.code:
        written = f" {row.code}"
    answer = resident.get(f"/r/{written}/")
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/r/{row.code}/"


@pytest.mark.parametrize("code", [NOWHERE, "12", "' OR 1=1", "x" * 3000, "%00", "１２３"])
@pytest.mark.parametrize("page", ["", "110/", "add/", "again/", "qr.png"])
def test_a_wrong_code_opens_nothing_and_says_what_to_check(
    resident: Client, row: Report, code: str, page: str
) -> None:
    answer = resident.get(f"/r/{code}/{page}")
    assert answer.status_code == 404
    assert "请核对一下" in words_of(answer)
    assert answer.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("verb", ["add", "again", "rate"])
def test_a_wrong_code_takes_nothing(resident: Client, row: Report, verb: str) -> None:
    answer = resident.post(f"/r/{NOWHERE}/{verb}/", {"text": "一句", "score": "3"})
    assert answer.status_code == 404
    assert not row.messages.exists()


def test_lateness_is_admitted(resident: Client, row: Report) -> None:
    with clock.at(NOW + timedelta(days=1)):
        page = words_of(resident.get(f"/r/{row.code}/"))
    assert "超期" in page
    assert "已经超过答应的时间" in page


def test_who_looked_at_the_number_is_listed(cast: Cast, resident: Client, row: Report) -> None:
    open_contact(row, by=cast.actor("duty"), purpose="核实楼栋号")
    page = words_of(resident.get(f"/r/{row.code}/"))
    assert "谁看过您的手机号：1 次" in page
    assert "今天 10:00 值班民警，为了核实楼栋号" in page


def test_without_a_number_the_page_says_that_nobody_can_call(resident: Client, bring: Bring) -> None:
    assert "您没有留手机号" in words_of(resident.get(f"/r/{bring().code}/"))


def test_a_refusal_names_who_where_and_why(cast: Cast, resident: Client, row: Report) -> None:
    refuse_report(row, by=cast.actor("duty"), to="住建局 0570-555-0101", why="维修资金由住建局管")
    page = words_of(resident.get(f"/r/{row.code}/"))
    for piece in ("请找 住建局 0570-555-0101", "维修资金由住建局管", "谁定的 周敏", "请再看看"):
        assert piece in page
    assert "下一步" not in page


def test_the_matter_in_hand_shows_owner_promise_and_deadline(
    cast: Cast, resident: Client, row: Report
) -> None:
    matter = accept_report(row, by=cast.actor("duty"), category="NB2", owner=cast.people["officer"])
    matters.accept(matter, by=cast.actor("officer"))
    matters.promise(
        matter,
        by=cast.actor("officer"),
        what="周五带水电工上门",
        who="王建国",
        due_at=NOW + timedelta(days=2),
        public=True,
    )
    matters.reply(matter, by=cast.actor("officer"), text="已经联系楼上，约在周五。" * 3)
    page = words_of(resident.get(f"/r/{row.code}/"))
    for piece in ("王建国", "周五带水电工上门", "未到期", "给您结果", "已经联系楼上"):
        assert piece in page


# -- answering and adding ---------------------------------------------------------------------------------


def test_a_question_is_answered_on_the_page(cast: Cast, resident: Client, row: Report) -> None:
    ask(row, by=cast.actor("duty"), text="是哪一户漏下来的？")
    assert "是哪一户漏下来的？" in words_of(resident.get(f"/r/{row.code}/"))
    answer = resident.post(f"/r/{row.code}/add/", {"text": "楼上 601"})
    assert answer.headers["Location"] == f"/r/{row.code}/?done=add"
    row.refresh_from_db()
    assert row.state == "new"
    page = words_of(resident.get(answer.headers["Location"]))
    assert "补充的收到了" in page
    assert "楼上 601" in page
    assert "想请您说一下" not in page


def test_words_and_photos_are_added_once_however_often_sent(resident: Client, row: Report) -> None:
    def send() -> Any:
        return resident.post(f"/r/{row.code}/add/", {"text": "又漏了", "photos": [picture()]})

    body = photo("b.jpg").read()

    def picture() -> Any:
        from django.core.files.uploadedfile import SimpleUploadedFile

        return SimpleUploadedFile("b.jpg", body)

    assert [send().status_code for _ in range(2)] == [303, 303]
    assert row.messages.filter(from_reporter=True).count() == 1
    assert Attachment.objects.filter(report=row).count() == 2


@pytest.mark.parametrize(
    ("given", "words"),
    [({}, "还没有写什么"), ({"text": "长" * 4001}, "最多 4000 字"), ({"text": " \0 "}, "还没有写什么")],
)
def test_an_addition_that_cannot_be_taken_stays_in_the_form(
    resident: Client, row: Report, given: dict[str, str], words: str
) -> None:
    answer = resident.post(f"/r/{row.code}/add/", given)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not row.messages.exists()


def test_too_many_photos_over_time_are_refused_with_the_words_kept(resident: Client, row: Report) -> None:
    answer = resident.post(f"/r/{row.code}/add/", {"text": "还有", "photos": [photo() for _ in range(6)]})
    assert answer.status_code == 422
    assert "最多 6 张照片" in answer.content.decode()
    assert "还有" in answer.content.decode()
    assert Attachment.objects.filter(report=row).count() == 1


def test_danger_in_an_addition_leads_to_110(resident: Client, row: Report) -> None:
    answer = resident.post(f"/r/{row.code}/add/", {"text": FIRE})
    assert answer.headers["Location"] == f"/r/{row.code}/110/"
    row.refresh_from_db()
    assert row.severity == 1
    assert "tel:110" in resident.get(f"/r/{row.code}/").content.decode()


# -- the result --------------------------------------------------------------------------------------------


def test_the_result_can_be_rated_and_said_again(cast: Cast, resident: Client, row: Report) -> None:
    settled(cast, row)
    page = resident.get(f"/r/{row.code}/").content.decode()
    assert "两家说好，换了水管" in page
    for face in ("满意", "一般", "不满意"):
        assert face in page
    for _ in range(2):
        answer = resident.post(f"/r/{row.code}/rate/", {"score": "3"})
        assert answer.headers["Location"] == f"/r/{row.code}/?done=rate"
    assert Rating.objects.count() == 1
    page = words_of(resident.get(answer.headers["Location"]))
    assert "您的评价收到了" in page
    assert "您说过：满意" in page


def test_two_who_reported_the_same_rate_each_for_themselves(
    cast: Cast, resident: Client, row: Report, bring: Bring
) -> None:
    from fengqiao.intake.actions import link_report

    other = bring("楼上又漏了，我是楼下的邻居", area="990100001001")
    matter = accept_report(row, by=cast.actor("duty"), category="NB2", owner=cast.people["officer"])
    link_report(other, by=cast.actor("duty"), matter=matter)
    matter = matters.accept(matter, by=cast.actor("officer"))
    matters.resolve(matter, by=cast.actor("officer"), outcome="fixed", text="修好了", cause="老化")
    resident.post(f"/r/{row.code}/rate/", {"score": "1"})
    page = words_of(resident.get(f"/r/{other.code}/"))
    assert "您说过" not in page
    assert "您评价了" not in page


@pytest.mark.parametrize("score", ["", "0", "4", "满意", "3.5", "\0"])
def test_a_rating_that_is_none_is_refused(cast: Cast, resident: Client, row: Report, score: str) -> None:
    settled(cast, row)
    answer = resident.post(f"/r/{row.code}/rate/", {"score": score, "comment": "留着这句"})
    assert answer.status_code == 422
    assert "满意、一般" in answer.content.decode()
    assert "留着这句" in answer.content.decode()
    assert not Rating.objects.exists()


def test_nothing_can_be_rated_before_there_is_a_result(resident: Client, row: Report) -> None:
    answer = resident.post(f"/r/{row.code}/rate/", {"score": "3"})
    assert answer.status_code == 422
    assert "不能“评价”" in answer.content.decode()
    assert resident.get(f"/r/{row.code}/rate/").status_code == 405


def test_not_settled_is_taken_up_again(cast: Cast, resident: Client, row: Report) -> None:
    matter = settled(cast, row)
    answer = resident.post(f"/r/{row.code}/again/", {"text": "昨晚又漏了"})
    assert answer.headers["Location"] == f"/r/{row.code}/?done=again"
    matter.refresh_from_db()
    assert matter.state == "assigned"
    assert "会重新看" in words_of(resident.get(answer.headers["Location"]))


def test_a_refused_report_asked_again_gets_a_receipt_of_its_own(
    cast: Cast, resident: Client, row: Report
) -> None:
    refuse_report(row, by=cast.actor("duty"), to="住建局", why="不归我们")
    first, second = (resident.post(f"/r/{row.code}/again/", {"text": "住建局说归派出所"}) for _ in range(2))
    fresh = Report.objects.exclude(pk=row.pk).get()
    assert first.headers["Location"] == second.headers["Location"] == f"/r/{fresh.code}/?done=fresh"
    assert "这是新的查询码" in words_of(resident.get(first.headers["Location"]))


@pytest.mark.parametrize(("text", "words"), [("", "请写上哪里还没有办好"), ("长" * 501, "最多 500 字")])
def test_asking_again_needs_words(cast: Cast, resident: Client, row: Report, text: str, words: str) -> None:
    settled(cast, row)
    answer = resident.post(f"/r/{row.code}/again/", {"text": text})
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_asking_again_too_early_is_refused(resident: Client, row: Report) -> None:
    answer = resident.post(f"/r/{row.code}/again/", {"text": "快一点"})
    assert answer.status_code == 422
    assert "不能" in answer.content.decode()


def test_the_finished_word_is_one_of_ours(resident: Client, row: Report) -> None:
    page = resident.get(f"/r/{row.code}/?done=<script>alert(1)</script>").content.decode()
    assert "msg-success" not in page
    assert "<script>alert" not in page


# -- photos, picture ---------------------------------------------------------------------------------------


def test_photos_open_only_behind_their_own_code(resident: Client, row: Report, bring: Bring) -> None:
    uid = Attachment.objects.get(report=row).uid
    address = f"/r/{row.code}/photo/{uid}/"
    assert address in resident.get(f"/r/{row.code}/").content.decode()
    for path in (address, f"{address}?small=1"):
        answer = resident.get(path)
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert answer.content[:2] == b"\xff\xd8"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Referrer-Policy"] == "no-referrer"
    other = bring("另一件事")
    assert resident.get(f"/r/{other.code}/photo/{uid}/").status_code == 404
    assert resident.get(f"/photo/{uid}/").status_code == 404
    assert resident.get(f"/r/{row.code}/photo/{row.uid}/").status_code == 404


def test_the_picture_to_keep_is_a_png(resident: Client, row: Report) -> None:
    answer = resident.get(f"/r/{row.code}/qr.png")
    assert answer.content.startswith(b"\x89PNG")
    assert row.code in answer.headers["Content-Disposition"]


def test_a_need_to_know_receipt_shows_nothing_to_a_second_reader(
    cast: Cast, resident: Client, bring: Bring
) -> None:
    with engine_with(says(("FA7", 0.9))):
        row = bring("我老公又打我", area="990100001001", address="锦澜苑 3 栋 501", photos=[photo()])
    assert row.restricted
    resident.post(f"/r/{row.code}/add/", {"text": "昨天晚上他摔了东西"})
    uid = Attachment.objects.get(report=row).uid
    page = resident.get(f"/r/{row.code}/").content.decode()
    for piece in ("打我", "锦澜苑", "摔了东西", str(uid), "<img"):
        assert piece not in page
    assert resident.get(f"/r/{row.code}/photo/{uid}/").status_code == 404
    assert "为了您的安全" in page


def test_no_page_lists_codes(cast: Cast, resident: Client, row: Report) -> None:
    refuse_report(row, by=cast.actor("duty"), to="住建局", why="不归我们")
    for address in ("/", "/report/", "/progress/", "/how/", "/privacy/", "/map/areas.json", "/r/", "/r/./"):
        body = resident.get(address).content.decode(errors="replace")
        assert (
            re.search(r"[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}", body.replace("7K3M-29QX-4HTB", ""))
            is None
        )
