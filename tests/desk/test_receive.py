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
    assert report.entered_by == cast.people["duty"] and report.attachments.count() == 1
    page = client.get(answer["Location"]).content.decode()
    assert report.code in page and "李四" not in page and "13900001111" not in page
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
    assert "写了一大段" in page.content.decode() and "电话号码不对" in page.content.decode()
    bad = SimpleUploadedFile("x.svg", b"<svg onload=alert(1)/>", content_type="image/svg+xml")
    page = client.post("/desk/new/", {**data, "phone": "", "photos": [bad]})
    assert page.status_code == 422 and "写了一大段" in page.content.decode()
    assert not Report.objects.exists()


def test_a_complaint_goes_round_the_one_it_names(cast: Cast, as_: As) -> None:
    client = as_("officer")
    data = {
        "key": form_key(client), "channel": "walk_in", "text": "有人办事拖着不办", "area": cast.areas["grid1"].pk,
        "about": cast.people["duty"].pk,
    }  # fmt: skip
    client.post("/desk/new/", data)
    report = Report.objects.get()
    assert report.about == cast.people["duty"] and report.owner != cast.people["duty"]
    assert as_("duty").get(f"/desk/inbox/{report.pk}/").status_code == 404
