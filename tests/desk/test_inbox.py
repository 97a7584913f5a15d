"""The inbox: one report at a time, everything proposed changeable, every decision taken back within ten minutes."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from fengqiao.audit.models import Entry
from fengqiao.desk.inbox_queue import neighbours
from fengqiao.intake import actions as intake
from fengqiao.intake import known
from fengqiao.intake.choices import ReportState
from fengqiao.intake.models import Report
from fengqiao.lib import clock
from fengqiao.matters.choices import LinkKind
from fengqiao.matters.models import Link, Matter
from tests.cast import NOW, Cast
from tests.desk.conftest import SAID, As, open_one, tell


def shown(client: Client, report: Report, query: str = "") -> str:
    answer = client.get(f"/desk/inbox/{report.pk}/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def fields(text: str) -> dict[str, str]:
    """What the decision form would send as it stands."""
    form = text[text.index('id="decide"') :]
    form = form[: form.index("</form>")]
    found: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name = re.search(r'name="([^"]+)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        kind = re.search(r'type="([^"]+)"', tag)
        if not name or (kind and kind[1] in {"radio", "checkbox"} and "checked" not in tag):
            continue
        found[name[1]] = value[1] if value else ""
    for name, body in re.findall(r'<select name="([^"]+)".*?>(.*?)</select>', form, flags=re.S):
        chosen = re.search(r'value="([^"]*)" selected', body)
        found[name] = chosen[1] if chosen else ""
    return found


@pytest.fixture
def duty(as_: As) -> Client:
    """The duty officer's browser."""
    return as_("duty")


def accept(client: Client, report: Report, **changes: str) -> Any:
    data = {**fields(shown(client, report)), **changes}
    return client.post(f"/desk/inbox/{report.pk}/accept/", data)


def test_the_words_as_said_with_reasons_and_keys(duty: Client, report: Report) -> None:
    text = shown(duty, report)
    plain = re.sub(r"</?mark>", "", text)
    assert SAID in plain
    assert "<mark>" in text
    for key in ("V", "1", "2", "3", "4", "P", "G", "O", "N", "T", "Enter", "E", "R", "Q"):
        assert f'data-key="{key}"' in text, key
    assert "留了手机号，已加密" in text
    assert "13800005120" not in text
    assert "张三" not in text
    assert report.code not in text


def test_all_as_proposed_then_the_next(cast: Cast, duty: Client, report: Report) -> None:
    second = tell(cast, text="地下车库应急灯不亮，安全出口被纸箱挡住", key="k2")
    answer = accept(duty, report)
    assert (answer.status_code, answer["Location"]) == (303, f"/desk/inbox/{second.pk}/")
    report.refresh_from_db()
    assert report.state == ReportState.ACCEPTED
    matter = report.matter
    assert matter is not None
    assert matter.owner_because != "由受理人指定"
    assert matter.due_at == matter.deadline_at
    after = duty.get(answer["Location"]).content.decode()
    assert matter.number in after
    assert f'action="/desk/inbox/{report.pk}/undo/"' in after
    assert 'data-toast="10"' in after


def test_undo_brings_it_back_within_ten_minutes_and_not_later(duty: Client, report: Report) -> None:
    accept(duty, report)
    answer = duty.post(f"/desk/inbox/{report.pk}/undo/")
    assert answer["Location"] == f"/desk/inbox/{report.pk}/"
    report.refresh_from_db()
    assert report.state == ReportState.NEW
    assert "撤销了" in duty.get(answer["Location"]).content.decode()
    accept(duty, report)
    with clock.at(NOW + timedelta(minutes=11)):
        late = duty.post(f"/desk/inbox/{report.pk}/undo/", follow=True)
    assert "过了 10 分钟" in late.content.decode()
    report.refresh_from_db()
    assert report.state == ReportState.ACCEPTED


def test_the_toast_goes_after_ten_seconds_and_the_list_stays(
    cast: Cast, duty: Client, report: Report
) -> None:
    second = tell(cast, text="另一件事，路灯不亮", key="k2")
    accept(duty, report)
    with clock.at(NOW + timedelta(seconds=4)):
        assert 'data-toast="6"' in shown(duty, second)
    with clock.at(NOW + timedelta(seconds=30)):
        text = shown(duty, second)
    assert "data-toast" not in text
    assert "刚定的" in text
    assert f"/desk/inbox/{report.pk}/undo/" in text


def test_what_a_person_changes_stands(cast: Cast, duty: Client, report: Report) -> None:
    due = f"{clock.local(NOW + timedelta(days=1)):%Y-%m-%dT%H:%M}"
    answer = accept(
        duty, report, owner=str(cast.people["grid_worker"].pk), next_step="先打电话", due_at=due, severity="1",
        title="3 栋飞线",
    )  # fmt: skip
    assert answer.status_code == 303, answer.content.decode()
    matter = Matter.objects.get()
    assert (matter.owner, matter.next_step, matter.severity, matter.title) == (
        cast.people["grid_worker"], "先打电话", 1, "3 栋飞线",
    )  # fmt: skip
    assert matter.due_at == NOW + timedelta(days=1)


def test_another_category_brings_its_own_owner_and_time(cast: Cast, duty: Client, report: Report) -> None:
    """Left as proposed, owner and time follow the category chosen; nobody has to look at them again."""
    before = fields(shown(duty, report))
    answer = accept(duty, report, category="other", other="FA1")
    assert answer.status_code == 303, answer.content.decode()
    matter = Matter.objects.get()
    assert matter.category.code == "FA1"
    assert str(matter.owner_id) != before["was_owner"] or matter.owner_because
    assert matter.due_at == matter.deadline_at
    report.refresh_from_db()
    assert report.correction.chosen_code == "FA1"


def test_the_panel_follows_a_choice_without_leaving_the_page(duty: Client, report: Report) -> None:
    data = {**fields(shown(duty, report)), "category": "other", "other": "FA1", "next_step": "先打电话"}
    part = duty.get(f"/desk/inbox/{report.pk}/proposal/", data, headers={"HX-Request": "true"})
    text = part.content.decode()
    assert "<html" not in text
    assert 'id="who"' in text
    assert 'name="was_category" value="FA1"' in text
    assert "先打电话" in text


def test_below_the_words_of_danger_needs_a_reason(duty: Client, report: Report) -> None:
    page = accept(duty, report, severity="4", next_step="我写的一步")
    assert page.status_code == 422
    text = page.content.decode()
    assert "请写明理由" in text
    assert "我写的一步" in text
    report.refresh_from_db()
    assert report.state == ReportState.NEW
    assert accept(duty, report, severity="4", lower_reason="是演练，没有真的着火").status_code == 303


def test_a_complaint_about_staff_must_say_about_whom(cast: Cast, duty: Client) -> None:
    report = tell(cast, text="反映一名工作人员态度不好，办事推来推去", key="c1")
    page = accept(duty, report, category="other", other="OT2")
    assert page.status_code == 422
    assert "投诉的是谁" in page.content.decode()
    done = accept(duty, report, category="other", other="OT2", about=str(cast.people["auxiliary"].pk))
    assert done.status_code == 303
    assert Matter.objects.get().about == cast.people["auxiliary"]


def test_somebody_else_was_quicker(cast: Cast, duty: Client, report: Report) -> None:
    data = fields(shown(duty, report))
    intake.raise_severity(report, by=cast.actor("duty"), severity=1, why="冒烟了")
    page = duty.post(f"/desk/inbox/{report.pk}/accept/", data)
    assert page.status_code == 409
    assert "有人动过" in page.content.decode()


def test_the_same_thing_is_joined_and_alike_is_noted(cast: Cast, duty: Client) -> None:
    first = tell(cast, lat=30.02, lon=120.02)
    held = intake.accept_report(first, by=cast.actor("duty"), category="FI5")
    again = tell(cast, text=SAID + "，昨晚又是这样", key="k2", lat=30.0201, lon=120.02)
    text = shown(duty, again)
    assert "可能是同一件事" in text
    assert 'data-key="M"' in text
    assert held.number in text
    data = {"version": again.version, "matter": held.number}
    assert duty.post(f"/desk/inbox/{again.pk}/do/link/", data).status_code == 303
    again.refresh_from_db()
    assert (again.state, again.matter) == (ReportState.MERGED, held)
    third = tell(cast, text=SAID + "，今天还是", key="k3", lat=30.0202, lon=120.02)
    both = shown(duty, third, "?edit=1")
    assert 'data-key="M"' in both
    assert 'data-key="L"' in both
    assert accept(duty, third, similar=held.number).status_code == 303
    assert Link.objects.filter(other=held, kind=LinkKind.SIMILAR).exists()


def test_alike_with_something_out_of_reach_changes_nothing(cast: Cast, duty: Client, report: Report) -> None:
    page = accept(duty, report, similar="2026-99999")
    assert page.status_code == 422
    assert not Matter.objects.exists()


def test_refused_with_a_named_place(cast: Cast, duty: Client, report: Report) -> None:
    path = f"/desk/inbox/{report.pk}/do/refuse/"
    asked = duty.get(path)
    assert "柳溪水务公司" in asked.content.decode()
    vague = duty.post(path, {"to": "", "why": "不归我们"})
    assert vague.status_code == 422
    assert "不归我们" in vague.content.decode()
    done = duty.post(path, {"to": "柳溪水务公司 96390", "why": "是供水管道", "version": report.version})
    assert done.status_code == 303
    report.refresh_from_db()
    assert report.state == ReportState.REFUSED
    text = shown(duty, report)
    assert "96390" in text
    assert "撤销这个决定" in text


def test_asked_and_answered(cast: Cast, duty: Client, report: Report) -> None:
    path = f"/desk/inbox/{report.pk}/do/ask/"
    assert duty.post(path, {"text": "在几楼？", "version": report.version}).status_code == 303
    report.refresh_from_db()
    assert report.state == ReportState.ASKING
    assert "等反映人补充" in shown(duty, report)
    intake.answer(report.code, text="在二楼和三楼之间")
    text = shown(duty, report)
    assert "在二楼和三楼之间" in re.sub(r"</?mark>", "", text)


def test_the_contact_opens_once_with_a_purpose_on_record(duty: Client, report: Report) -> None:
    path = f"/desk/inbox/{report.pk}/contact/"
    assert "13800005120" not in duty.get(path).content.decode()
    short = duty.post(path, {"purpose": "看"})
    assert short.status_code == 422
    assert "13800005120" not in short.content.decode()
    assert not Entry.objects.filter(verb="contact.read").exists()
    card = duty.post(path, {"purpose": "核实地点和现场情况"})
    assert "13800005120" in card.content.decode()
    assert "张三" in card.content.decode()
    assert card["Cache-Control"] == "no-store"
    entry = Entry.objects.get(verb="contact.read")
    assert entry.data["purpose"] == "核实地点和现场情况"


def test_the_contact_is_closed_to_those_without_the_right(cast: Cast, as_: As, report: Report) -> None:
    done = intake.accept_report(report, by=cast.actor("duty"), category="FI5", owner=cast.people["assistant"])
    assert done.owner == cast.people["assistant"]
    assert (
        as_("assistant").post(f"/desk/inbox/{report.pk}/contact/", {"purpose": "核实地点"}).status_code == 404
    )


def test_the_place_is_corrected_by_a_tap(cast: Cast, duty: Client) -> None:
    lost = tell(cast, text="路灯坏了三盏", key="p1", place=None, area=cast.areas["street"])
    path = f"/desk/inbox/{lost.pk}/do/place/"
    assert duty.post(path, {"place_text": "", "area": ""}).status_code == 422
    assert duty.post(path, {"lat": "30.07", "lon": "120.02", "area": ""}).status_code == 303
    lost.refresh_from_db()
    assert lost.area == cast.areas["grid2"]


def test_verbs_on_a_report_for_who_decides_only(cast: Cast, as_: As, report: Report) -> None:
    entered = intake.receive_report(
        by=cast.actor("grid_worker"), channel="round", text="井盖松动", key="g1", place=cast.places["jinlan"]
    ).report
    worker = as_("grid_worker")
    assert "一份反映" in shown(worker, entered)
    assert worker.post(f"/desk/inbox/{entered.pk}/do/ask/", {"text": "在哪？"}).status_code == 404
    assert worker.post(f"/desk/inbox/{entered.pk}/accept/", {"category": "FI5"}).status_code == 403
    assert worker.post(f"/desk/inbox/{report.pk}/accept/", {"category": "FI5"}).status_code == 404
    assert as_("outsider").post(f"/desk/inbox/{report.pk}/undo/").status_code == 404
    entered.refresh_from_db()
    assert entered.state == ReportState.NEW


def test_a_code_read_out_leads_to_the_report_without_staying_in_the_address(
    duty: Client, report: Report
) -> None:
    typed = report.code.lower().replace("-", " ")
    assert duty.get(f"/desk/inbox/{typed}/")["Location"] == f"/desk/inbox/{report.pk}/"
    assert duty.get("/desk/inbox/0000-0000-0000/").status_code == 404


def test_neighbours_agree_with_the_queue(cast: Cast) -> None:
    told = [
        tell(cast, text=f"第 {n} 件：{words}", key=f"n{n}")
        for n, words in enumerate(["路灯不亮", "家里着火了快来人", "邻居吵闹", "有人持刀", "占道停车"])
    ]
    actor = cast.actor("duty")
    order = list(Report.objects.visible_to(actor.scope).unfinished().inbox_order())
    assert len(order) == len(told)
    assert order[0].severity < order[-1].severity
    for at, report in enumerate(order):
        expected = (order[at - 1].pk if at else None, order[at + 1].pk if at + 1 < len(order) else None)
        assert neighbours(actor, report, []) == expected
        assert neighbours(actor, report, [r.pk for r in order]) == expected


def test_an_empty_inbox_says_how_it_fills(duty: Client) -> None:
    text = duty.get("/desk/").content.decode()
    assert "都看过了" in text
    assert "/desk/new/" in text


@pytest.mark.parametrize("edit", ["", "?edit=1"])
@pytest.mark.parametrize("many", [1, 70])
def test_at_most_25_queries_however_long_the_queue(
    many: int,
    edit: str,
    cast: Cast,
    duty: Client,
    report: Report,
    django_assert_max_num_queries: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The dearest report: one like it was told before; and the first one a process shows, with nothing in memory."""
    again = tell(cast, text=report.text, key="again")
    for n in range(many):
        tell(cast, text=f"第 {n} 件，路灯不亮", key=f"q{n}")
    open_one(cast)
    assert again.suggestions.filter(field="duplicate").exists()
    shown(duty, report)
    monkeypatch.setattr(known, "_cached", None)
    with django_assert_max_num_queries(25):
        assert duty.get(f"/desk/inbox/{again.pk}/{edit}").status_code == 200


def test_htmx_keeps_the_address_right(cast: Cast, duty: Client, report: Report) -> None:
    answer = duty.get(f"/desk/inbox/{report.pk}/", headers={"HX-Request": "true"})
    assert answer["HX-Push-Url"] == f"/desk/inbox/{report.pk}/"
    data = {**fields(answer.content.decode()), "severity": "4"}
    refused = duty.post(f"/desk/inbox/{report.pk}/accept/", data, headers={"HX-Request": "true"})
    assert refused.status_code == 200
    assert "请写明理由" in refused.content.decode()
