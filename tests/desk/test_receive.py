"""Writing down what somebody says, for them."""

from __future__ import annotations

import re
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from fengqiao.intake.models import Report
from tests.cast import Cast
from tests.desk.conftest import As
from tests.desk.test_matter_page import jpeg


def form_key(client: Any) -> str:
    found = re.search(r'name="key" value="(\w+)"', client.get("/desk/new/").content.decode())
    assert found
    return found[1]


def test_a_call_is_written_down_and_the_code_read_out_once(cast: Cast, as_: As) -> None:
    client = as_("duty")
    data = {
        "key": form_key(client), "channel": "phone", "text": "楼道里有人吵架", "urgency": "2", "name": "李四",
        "phone": "13900001111", "wants_news": "on", "lat": "30.02", "lon": "120.02", "photos": [jpeg()],
    }  # fmt: skip
    answer = client.post("/desk/new/", data)
    report = Report.objects.get()
    assert answer["Location"] == f"/desk/inbox/{report.pk}/received/"
    assert (report.channel, report.severity, report.area) == ("phone", 2, cast.areas["grid1"])
    assert report.entered_by == cast.people["duty"]
    assert report.attachments.count() == 1
    page = client.get(answer["Location"]).content.decode()
    assert report.code in page
    assert "李四" not in page
    assert "13900001111" not in page
    assert as_("officer").get(answer["Location"]).status_code == 404
    again = client.post("/desk/new/", {k: v for k, v in data.items() if k != "photos"})
    assert again["Location"] == answer["Location"]
    assert Report.objects.count() == 1


def test_a_grid_worker_writes_down_what_they_met(cast: Cast, as_: As) -> None:
    client = as_("grid_worker")
    data = {"key": form_key(client), "channel": "round", "text": "井盖松动", "area": cast.areas["grid1"].pk}
    assert client.post("/desk/new/", data).status_code == 303
    assert Report.objects.get().area == cast.areas["grid1"]


def test_what_was_typed_stays_when_refused(cast: Cast, as_: As) -> None:
    client = as_("duty")
    data = {"key": form_key(client), "channel": "phone", "text": "写了一大段", "phone": "12"}
    page = client.post("/desk/new/", data)
    assert page.status_code == 422
    assert "写了一大段" in page.content.decode()
    assert "电话号码不对" in page.content.decode()
    bad = SimpleUploadedFile("x.svg", b"<svg onload=alert(1)/>", content_type="image/svg+xml")
    page = client.post("/desk/new/", {**data, "phone": "", "photos": [bad]})
    assert page.status_code == 422
    assert "写了一大段" in page.content.decode()
    assert not Report.objects.exists()


def test_a_complaint_goes_round_the_one_it_names(cast: Cast, as_: As) -> None:
    client = as_("officer")
    data = {
        "key": form_key(client), "channel": "walk_in", "text": "有人办事拖着不办", "area": cast.areas["grid1"].pk,
        "about": cast.people["duty"].pk,
    }  # fmt: skip
    client.post("/desk/new/", data)
    report = Report.objects.get()
    assert report.about == cast.people["duty"]
    assert report.owner != cast.people["duty"]
    assert as_("duty").get(f"/desk/inbox/{report.pk}/").status_code == 404


CHAT = """王阿姨 10:02
3 栋楼道又停满电动车了，从窗户拉线充电
王阿姨 10:03
昨晚都闻到糊味了
老李 10:20
收到
小周 10:31
东门口下水道堵了，臭得很，污水都漫到路上
"""


def pasted(client: Any, **changes: str) -> str:
    answer = client.post("/desk/chat/", {"step": "preview", "text": CHAT, **changes})
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_a_chat_is_split_and_looked_at_before_anything_is_kept(cast: Cast, as_: As) -> None:
    text = pasted(as_("duty"))
    assert "拆成 2 份" in text
    assert "糊味" in text
    assert "没有算作反映的" in text
    assert 'value="王阿姨"' not in text.replace(CHAT, "")
    assert not Report.objects.exists()


def test_parts_are_edited_joined_and_dropped(cast: Cast, as_: As) -> None:
    client = as_("duty")
    sent = {"step": "receive", "text": CHAT, "area": str(cast.areas["grid1"].pk)}
    nothing = client.post("/desk/chat/", sent)
    assert nothing.status_code == 422
    assert "一条都没有选" in nothing.content.decode()
    first = {
        **sent,
        "keep_1": "1",
        "text_1": "3 栋楼道停满电动车，从窗户拉线充电，有糊味",
        "text_2": "不要这份",
    }
    done = client.post("/desk/chat/", first)
    assert "收完了，1 份" in done.content.decode()
    report = Report.objects.get()
    assert (report.channel, report.area, report.text) == ("chat", cast.areas["grid1"], first["text_1"])
    assert "王阿姨" not in report.author_ref
    client.post("/desk/chat/", first)
    assert Report.objects.count() == 1
    both = {**sent, "keep_1": "1", "text_1": "甲的话", "keep_2": "1", "text_2": "乙的话", "join_2": "1"}
    client.post("/desk/chat/", both)
    assert Report.objects.order_by("-pk")[0].text == "甲的话\n乙的话"


def test_pasting_again_shows_what_is_there_already(cast: Cast, as_: As) -> None:
    client = as_("duty")
    text = pasted(client)
    sent = {"step": "receive", "text": CHAT, "keep_1": "1", "keep_2": "1"}
    sent |= {f"text_{n}": t for n, t in enumerate(re.findall(r'rows="3">(.*?)</textarea>', text, re.S), 1)}
    client.post("/desk/chat/", sent)
    assert Report.objects.count() == 2
    again = pasted(client)
    assert again.count("先前收过") == 2
    assert "其中 0 份是新的" in again


def test_an_empty_and_an_endless_paste_are_refused_in_words(cast: Cast, as_: As) -> None:
    client = as_("duty")
    assert client.post("/desk/chat/", {"step": "preview", "text": ""}).status_code == 422
    endless = client.post("/desk/chat/", {"step": "preview", "text": "路灯坏了。" * 30_000})
    assert endless.status_code == 422
    assert "太长了" in endless.content.decode()
