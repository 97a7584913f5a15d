"""Two that may be the same, side by side: both in full, joined and parted by the verbs there are."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from fengqiao.desk.beside import shared_words
from fengqiao.intake import actions as intake
from fengqiao.intake.actions.undo import snapshot
from fengqiao.intake.choices import ReportState
from fengqiao.intake.models import Report
from fengqiao.matters.models import Matter
from tests.cast import Cast
from tests.desk.conftest import As, open_one, tell

LONG = "3 栋 2 单元的楼道里停了好几辆电瓶车，从二楼飞线下来充电，半夜闻到焦味。" * 6


@pytest.fixture
def duty(as_: As) -> Client:
    """The duty officer's browser."""
    return as_("duty")


@pytest.fixture
def held(cast: Cast) -> Report:
    """A report that was taken up."""
    found = tell(cast, text=LONG, key="held")
    intake.accept_report(found, by=cast.actor("duty"), category="FI5", owner=cast.people["officer"])
    found.refresh_from_db()
    return found


def words(client: Client, one: Report, other: object) -> str:
    answer = client.get(f"/desk/inbox/{one.pk}/beside/{other}/")
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def test_both_in_full_with_what_both_say_marked(duty: Client, report: Report, held: Report) -> None:
    text = words(duty, report, held.pk)
    plain = re.sub(r"</?mark>", "", text)
    assert report.text in plain
    assert held.text in plain
    assert text.count("<mark>电瓶车</mark>") >= 7
    for said in ("相距", "相隔", "微警务", "系统看：", "是同一件，并过去", "不是同一件，回去单独办"):
        assert said in text, said


def test_from_the_card_one_gets_there(duty: Client, report: Report, held: Report) -> None:
    page = duty.get(f"/desk/inbox/{report.pk}/").content.decode()
    assert f'href="/desk/inbox/{report.pk}/beside/{held.pk}/"' in page


def test_joined_there_and_parted_there_it_is_as_before(
    cast: Cast, duty: Client, report: Report, held: Report
) -> None:
    before, version = snapshot(report), report.version
    matter = Matter.objects.get(pk=held.matter_id)
    text = words(duty, report, held.pk)
    sent = dict(re.findall(r'<input type="hidden" name="(version|matter)" value="([^"]*)"', text))
    assert sent == {"version": str(version), "matter": matter.number}
    assert duty.post(f"/desk/inbox/{report.pk}/do/link/", sent).status_code == 303
    report.refresh_from_db()
    assert (report.state, report.matter_id) == (ReportState.MERGED, matter.pk)
    text = words(duty, report, held.pk)
    assert "并错了，拆出来" in text
    assert "是同一件，并过去" not in text
    assert (
        f"/desk/inbox/{report.pk}/beside/{held.pk}/" in duty.get(f"/desk/inbox/{report.pk}/").content.decode()
    )
    answer = duty.post(f"/desk/inbox/{report.pk}/do/unlink/", {"reason": "不是一件事"})
    assert answer.status_code == 303
    report = Report.objects.get(pk=report.pk)
    assert {**snapshot(report), "due_at": ""} == {**before, "due_at": ""}  # its time begins anew
    assert report.matter is None
    matter.refresh_from_db()
    assert list(matter.reports.all()) == [held]


def test_taken_back_within_ten_minutes_it_is_exactly_as_before(
    cast: Cast, duty: Client, report: Report, held: Report
) -> None:
    before = snapshot(report)
    matter = Matter.objects.get(pk=held.matter_id)
    duty.post(f"/desk/inbox/{report.pk}/do/link/", {"matter": matter.number})
    assert duty.post(f"/desk/inbox/{report.pk}/undo/").status_code == 303
    report.refresh_from_db()
    assert snapshot(report) == before


def test_beside_a_matter_that_no_report_told_of(cast: Cast, duty: Client, report: Report) -> None:
    matter = open_one(cast, title="3 栋电瓶车", summary="楼道里电瓶车充电")
    text = words(duty, report, matter.number)
    assert "楼道里" in text
    assert "是同一件，并过去" in text


def test_two_that_both_wait_cannot_be_joined_yet(cast: Cast, duty: Client, report: Report) -> None:
    other = tell(cast, text="3 栋楼道电瓶车又在充电", key="other")
    text = words(duty, report, other.pk)
    assert "那一份还没受理" in text
    assert "是同一件，并过去" not in text


def test_need_to_know_words_are_not_joined_to_a_plain_matter(
    cast: Cast, as_: As, report: Report, held: Report
) -> None:
    Report.objects.filter(pk=report.pk).update(restricted=True)
    assert "是同一件，并过去" not in words(as_("head"), report, held.pk)


@pytest.mark.parametrize("who", ["outsider", "nobody", "mediator", "admin"])
def test_others_find_nothing(as_: As, report: Report, held: Report, who: str) -> None:
    for one, other in ((report.pk, held.pk), (held.pk, report.pk), (report.pk, held.matter.number)):  # type: ignore[union-attr]
        assert as_(who).get(f"/desk/inbox/{one}/beside/{other}/").status_code == 404


def test_one_side_out_of_reach_shows_neither(cast: Cast, as_: As, report: Report) -> None:
    theirs = tell(cast, text="杨湾的电瓶车", key="theirs", place=cast.places["yangwan"])
    for who, one, other in (("duty", report, theirs), ("outsider", theirs, report)):
        answer = as_(who).get(f"/desk/inbox/{one.pk}/beside/{other.pk}/")
        assert answer.status_code == 404
        assert "电瓶车" not in answer.content.decode()


@pytest.mark.parametrize("other", ["0", "999999", "2026-99999", "x", "%", "9" * 30])
def test_what_is_not_there(duty: Client, report: Report, other: Any) -> None:
    assert duty.get(f"/desk/inbox/{report.pk}/beside/{other}/").status_code == 404
    assert duty.get(f"/desk/inbox/{report.pk}/beside/{report.pk}/").status_code == 404


def test_shared_words() -> None:
    assert shared_words("楼道里电瓶车充电", "电瓶车飞线充电") == ("电瓶车", "充电")
    assert shared_words("漏水", "着火") == ()
