"""我要反映: thirty seconds, one form, nothing lost, nothing twice."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from fengqiao.intake.models import Attachment, Contact, Report
from fengqiao.lib import clock
from fengqiao.portal.forms import STAFF_TITLE
from tests.cast import NOW, Cast
from tests.portal.helpers import FIRE, LEAK, PHONE, key_of, photo, sent, words_of

COMMUNITY = "990100001001"


def test_a_report_goes_to_its_receipt_and_has_an_owner_at_once(cast: Cast, resident: Client) -> None:
    answer = sent(resident, LEAK, lat="30.02", lon="120.02", address="锦澜苑 3 栋")
    row = Report.objects.get()
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/r/{row.code}/"
    assert (row.channel, row.origin, row.text, row.place_text) == ("portal", "resident", LEAK, "锦澜苑 3 栋")
    assert row.area == cast.areas["grid1"]
    assert row.owner == cast.people["duty"]
    assert row.due_at == NOW + timedelta(hours=2)
    assert row.anonymous
    page = words_of(resident.get(answer.headers["Location"]))
    assert row.code in page
    assert "今天 12:00" in page


def test_a_village_chosen_is_enough(cast: Cast, bring: Callable[..., Report]) -> None:
    row = bring(area=COMMUNITY)
    assert row.area == cast.areas["community"]
    assert not row.unplaced


def test_no_place_at_all_is_taken_and_said(
    cast: Cast, resident: Client, bring: Callable[..., Report]
) -> None:
    row = bring("有人天天半夜放音响")
    assert row.unplaced
    assert "还不知道具体在哪里" in words_of(resident.get(f"/r/{row.code}/"))


def test_a_point_outside_is_kept_for_a_person(cast: Cast, bring: Callable[..., Report]) -> None:
    row = bring(lat="31.9", lon="121.9")
    assert row.unplaced
    assert (row.lat, row.lon) == (31.9, 121.9)


def test_a_number_is_sealed_and_linked_to_wanting_news(cast: Cast, bring: Callable[..., Report]) -> None:
    row = bring(phone="138 0013 8000", wants_news="on")
    contact = Contact.objects.get(report=row)
    assert contact.unseal("phone_sealed") == PHONE
    assert contact.wants_news
    assert not row.anonymous
    assert not Contact.objects.filter(report=bring(wants_news="on")).exists()


def test_photos_are_kept_without_what_hides_in_them(cast: Cast, bring: Callable[..., Report]) -> None:
    row = bring(photos=[photo("a.jpg"), photo("b.png", kind="PNG")])
    assert Attachment.objects.filter(report=row).count() == 2


def test_sent_twice_is_one_report_with_one_receipt(resident: Client) -> None:
    key = key_of(resident.get("/report/").content)
    first, second = (sent(resident, LEAK, key=key) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert Report.objects.count() == 1


def test_each_opened_form_has_its_own_key(resident: Client) -> None:
    assert key_of(resident.get("/report/").content) != key_of(resident.get("/report/").content)


def test_the_address_it_is_sent_to_leads_to_the_form(resident: Client) -> None:
    assert 'action="/report/send/"' in resident.get("/report/").content.decode()
    assert resident.get("/report/send/").headers["Location"] == "/report/"


def test_going_back_finds_the_same_form(resident: Client) -> None:
    assert "no-store" not in resident.get("/report/").headers["Cache-Control"]


def test_another_matter_on_a_used_form_is_asked_about_and_then_taken(resident: Client) -> None:
    key = key_of(resident.get("/report/").content)
    sent(resident, LEAK, key=key)
    answer = sent(resident, "另一件：路灯不亮", key=key)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "刚才已经交过一次" in page
    assert "另一件：路灯不亮" in page
    assert Report.objects.count() == 1
    assert sent(resident, "另一件：路灯不亮", key=key_of(page)).status_code == 303
    assert Report.objects.count() == 2


def test_a_form_without_its_key_is_mended_not_lost(resident: Client) -> None:
    answer = resident.post("/report/", {"text": LEAK})
    assert answer.status_code == 422
    assert LEAK in answer.content.decode()
    assert sent(resident, LEAK, key=key_of(answer.content)).status_code == 303


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"text": ""}, "请写上发生了什么"),
        ({"text": "\0‮ \n"}, "请写上发生了什么"),
        ({"text": "长" * 100_000}, "最多 10000 字，现在 100000 字"),
        ({"text": LEAK, "phone": "打不通的号"}, "电话号码不对"),
        ({"text": LEAK, "phone": "1" * 41}, "最多 40 字"),
        ({"text": LEAK, "area": "440000"}, "没有这个村、社区"),
        ({"text": LEAK, "lat": "北纬", "lon": "120"}, "重新点一下地图"),
        ({"text": LEAK, "lat": "nan", "lon": "120"}, "重新点一下地图"),
        ({"text": LEAK, "lat": "30.02"}, "经度和纬度要一起给"),
        ({"text": LEAK, "lat": "120.02", "lon": "30.02"}, "写反了"),
        ({"text": LEAK, "address": "楼" * 161}, "最多 160 字"),
        ({"text": LEAK, "staff_name": "王" * 61}, "最多 60 字"),
    ],
)
def test_what_cannot_be_taken_is_refused_in_words_and_stays(
    resident: Client, given: dict[str, str], words: str
) -> None:
    answer = resident.post("/report/", {"key": "k", "phone": "", "address": "桥头小卖部旁边", **given})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert "还没有交上去" in page
    assert given["text"].replace("\0", "")[:30] in page.replace("\0", "")
    assert given.get("address", "桥头小卖部旁边") in page
    assert "no-store" in answer.headers["Cache-Control"]
    assert not Report.objects.exists()


def test_everything_typed_is_there_after_a_refusal(resident: Client) -> None:
    answer = resident.post(
        "/report/",
        {
            "key": "kept-key",
            "text": LEAK,
            "area": COMMUNITY,
            "address": "3 栋",
            "phone": "12",
            "wants_news": "on",
            "staff": "on",
            "staff_name": "王建国",
            "lat": "30.02",
            "lon": "120.02",
        },
    )
    page = answer.content.decode()
    for piece in (LEAK, 'value="3 栋"', 'value="12"', 'value="王建国"', 'value="30.02"', 'value="kept-key"'):
        assert piece in page
    assert re.search(rf'value="{COMMUNITY}" selected', page)
    assert "<details" in page
    assert re.search(r"<details[^>]* open", page)


def test_a_broken_point_is_not_handed_back_to_the_map(resident: Client) -> None:
    page = resident.post("/report/", {"key": "k", "text": LEAK, "lat": "<b>", "lon": "x"}).content.decode()
    assert re.search(r'name="lat"[^>]*value=', page) is None


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("路灯坏了😀👨‍👩‍👧", "路灯坏了😀👨‍👩‍👧"),
        ("路灯\u202e坏了\0啊", "路灯坏了啊"),
        ("  行一\r\n行二  ", "行一\n行二"),
        ("<script>alert(1)</script>路灯", "<script>alert(1)</script>路灯"),
        ("字" * 10_000, "字" * 10_000),
    ],
)
def test_odd_words_are_kept_as_said_and_printed_safely(
    resident: Client, bring: Callable[..., Report], text: str, kept: str
) -> None:
    row = bring(text)
    assert row.text == kept
    assert "<script>alert" not in resident.get(f"/r/{row.code}/").content.decode()


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (SimpleUploadedFile("x.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "不是普通照片"),
        (SimpleUploadedFile("x.jpg", b""), "空文件"),
        (SimpleUploadedFile("x.jpg", b"no picture at all"), "打不开"),
        (SimpleUploadedFile("x.jpg", b"0" * (10 * 2**20 + 1)), "太大"),
    ],
    ids=["svg", "empty", "text", "large"],
)
def test_what_is_no_photo_is_refused_with_the_words_kept(
    resident: Client, file: SimpleUploadedFile, words: str
) -> None:
    answer = sent(resident, LEAK, photos=[file])
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert LEAK in page
    assert "要重新选一次" in page
    assert not Report.objects.exists()


def test_a_seventh_photo_is_one_too_many(resident: Client) -> None:
    answer = sent(resident, LEAK, photos=[photo() for _ in range(7)])
    assert answer.status_code == 422
    assert "最多 6 张照片，现在 7 张" in answer.content.decode()


def test_five_megabytes_of_text_are_refused_in_words(resident: Client) -> None:
    answer = sent(resident, "长" * 1_800_000)
    assert answer.status_code == 422
    assert "现在 1800000 字" in answer.content.decode()


def test_beyond_every_limit_there_are_still_words(resident: Client) -> None:
    answer = sent(resident, "长" * 2_500_000)
    assert answer.status_code == 413
    assert "内容太大" in words_of(answer)
    answer = resident.post(
        "/report/", b"", content_type="multipart/form-data; boundary=x", CONTENT_LENGTH="99999999999"
    )
    assert answer.status_code == 413
    assert resident.post("/report/", {"photos": [photo() for _ in range(101)]}).status_code == 413


def test_an_expired_form_says_so_and_changes_nothing(cast: Cast) -> None:
    strict = Client(enforce_csrf_checks=True, HTTP_ACCEPT_LANGUAGE="zh-CN")
    answer = strict.post("/report/", {"key": "k", "text": LEAK})
    assert answer.status_code == 403
    assert "页面放得太久" in words_of(answer)
    assert not Report.objects.exists()
    page = strict.get("/report/").content.decode()
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found
    fields = {"key": key_of(page), "text": LEAK, "csrfmiddlewaretoken": found[1]}
    assert strict.post("/report/", fields).status_code == 303


def test_words_of_danger_lead_to_110_and_are_received_all_the_same(resident: Client) -> None:
    answer = sent(resident, FIRE)
    row = Report.objects.get()
    assert row.severity == 1
    assert answer.headers["Location"] == f"/r/{row.code}/110/"
    page = resident.get(answer.headers["Location"]).content.decode()
    assert "现在就打 110" in page
    assert "tel:119" in page
    assert "已经收到" in page
    assert row.code in page
    assert "tel:110" in resident.get(f"/r/{row.code}/").content.decode()


def test_a_complaint_about_staff_goes_round_the_person_it_names(
    cast: Cast, bring: Callable[..., Report]
) -> None:
    row = bring("办事推来推去，三次都不给办", staff="on", staff_name="周敏", area=COMMUNITY)
    assert row.title == f"{STAFF_TITLE}：周敏"
    assert row.text == "办事推来推去，三次都不给办"
    assert row.about == cast.people["duty"]
    assert row.owner != cast.people["duty"]
    assert not Report.objects.visible_to(cast.actor("duty").scope).filter(pk=row.pk).exists()


def test_a_complaint_about_nobody_by_name_is_taken(cast: Cast, bring: Callable[..., Report]) -> None:
    row = bring("态度不好", staff="on")
    assert (row.title, row.about) == (STAFF_TITLE, None)


def test_a_person_who_is_signed_in_leaves_no_trace_as_a_resident(cast: Cast) -> None:
    inside = Client(HTTP_ACCEPT_LANGUAGE="zh-CN")
    inside.force_login(cast.people["officer"], backend="django.contrib.auth.backends.ModelBackend")
    sent(inside, LEAK)
    row = Report.objects.get()
    assert row.entered_by is None
    assert row.events.get().by_kind == "resident"
    assert row.events.get().by is None


def test_villages_are_grouped_by_street(resident: Client) -> None:
    page = resident.get("/report/").content.decode()
    assert '<optgroup label="望河街道">' in page
    assert "锦澜 01 网格" not in page


def test_at_night_the_time_by_which_somebody_looks_is_the_morning(cast: Cast, resident: Client) -> None:
    with clock.at(NOW + timedelta(hours=13)):
        answer = sent(resident, LEAK)
        page = words_of(resident.get(answer.headers["Location"]))
    assert "明天" in page
