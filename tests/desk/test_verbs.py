"""Every verb on a matter from its form: done by who may, refused to who may not, the words kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from fengqiao.desk.forms.all import REGISTRY
from fengqiao.lib import clock
from fengqiao.matters import actions
from fengqiao.matters.choices import EventKind, State
from fengqiao.matters.models import Event, Link, Matter, Promise
from fengqiao.matters.queries import current_categories
from tests.cast import NOW, Cast
from tests.desk.conftest import As, open_one


def at(days: float) -> str:
    """A moment so many days from NOW, as the browser's date field sends it."""
    return f"{clock.local(NOW + timedelta(days=days)):%Y-%m-%dT%H:%M}"


@dataclass(frozen=True)
class Try:
    """A verb tried: from which state, by whom, with what, and the event it leaves."""

    verb: str
    state: str
    who: str
    data: Callable[[Cast, Matter], dict[str, Any]]
    leaves: EventKind
    lacks: dict[str, Any] = field(default_factory=dict)


def nothing(_cast: Cast, _matter: Matter) -> dict[str, Any]:
    return {}


def pk(name: str) -> Callable[[Cast], str]:
    return lambda cast: str(cast.people[name].pk)


TRIES = [
    Try(
        "assign",
        "assigned",
        "duty",
        lambda c, m: {"to": c.people["grid_worker"].pk, "because": "他在附近"},
        EventKind.ASSIGNED,
    ),
    Try("accept", "assigned", "officer", nothing, EventKind.ACCEPTED),
    Try("decline", "assigned", "officer", lambda c, m: {"reason": "不在我的片"}, EventKind.DECLINED),
    Try(
        "transfer",
        "active",
        "officer",
        lambda c, m: {"to": c.people["grid_worker"].pk, "reason": "他离得近", "area": c.areas["grid1"].pk},
        EventKind.TRANSFERRED,
    ),
    Try("urge", "active", "duty", lambda c, m: {"text": "今天去看一眼"}, EventKind.URGED),
    Try(
        "progress", "active", "officer", lambda c, m: {"text": "到场看过", "public": "on"}, EventKind.PROGRESS
    ),
    Try(
        "next_step",
        "active",
        "officer",
        lambda c, m: {"next_step": "第二次上门", "due_at": at(3)},
        EventKind.NEXT_STEP,
    ),
    Try("reply", "active", "officer", lambda c, m: {"text": "已经上门，明天修"}, EventKind.REPLIED),
    Try(
        "promise",
        "active",
        "officer",
        lambda c, m: {"what": "查漏", "who": "302 户主", "due_at": at(2)},
        EventKind.PROMISED,
    ),
    Try(
        "join",
        "active",
        "officer",
        lambda c, m: {"person": c.people["mediator"].pk, "task": "主持调解"},
        EventKind.JOINED,
    ),
    Try(
        "consult",
        "active",
        "officer",
        lambda c, m: {"question": "水管归谁修", "held_at": at(2), "partners": [c.partners["water"].pk]},
        EventKind.CONSULTED,
    ),
    Try(
        "escalate",
        "active",
        "officer",
        lambda c, m: {"tried": "劝过两次", "blocked_by": "谈不拢"},
        EventKind.ESCALATED,
    ),
    Try("pause", "active", "officer", lambda c, m: {"reason": "等报价", "until": at(3)}, EventKind.PAUSED),
    Try("resume", "paused", "officer", nothing, EventKind.RESUMED),
    Try(
        "reclassify",
        "active",
        "officer",
        lambda c, m: {"category": "NB1", "severity": "2"},
        EventKind.RECLASSIFIED,
    ),
    Try("raise", "active", "officer", lambda c, m: {"severity": "2", "why": "有人要动手"}, EventKind.RAISED),
    Try(
        "place",
        "active",
        "officer",
        lambda c, m: {"lat": "30.07", "lon": "120.02", "place_text": "春晓里 1 栋"},
        EventKind.PLACED,
    ),
    Try(
        "resolve",
        "active",
        "officer",
        lambda c, m: {"outcome": "settled", "text": "修好了", "cause": "水管老化"},
        EventKind.RESOLVED,
    ),
    Try(
        "plan_follow_up",
        "active",
        "officer",
        lambda c, m: {"purpose": "看还漏不漏", "due_at": at(9)},
        EventKind.FOLLOW_UP_PLANNED,
    ),
    Try("reopen", "resolved", "duty", lambda c, m: {"reason": "又漏了"}, EventKind.REOPENED),
    Try(
        "refer",
        "active",
        "officer",
        lambda c, m: {"to": "柳溪水务公司", "reason": "主管漏水"},
        EventKind.REFERRED,
    ),
    Try("withdraw", "assigned", "duty", lambda c, m: {"reason": "立重了"}, EventKind.WITHDRAWN),
    Try(
        "merge",
        "active",
        "officer",
        lambda c, m: {"into": open_one(c, title="另一件").number},
        EventKind.MERGED,
    ),
    Try(
        "link",
        "active",
        "officer",
        lambda c, m: {"other": open_one(c, title="另一件").number, "kind": "similar"},
        EventKind.LINKED,
    ),
]


def in_state(cast: Cast, state: str) -> Matter:
    """A matter brought to a state by the actions themselves."""
    found = open_one(cast)
    officer = cast.actor("officer")
    if state != "assigned":
        found = actions.accept(found, by=officer)
    if state == "paused":
        found = actions.pause(found, by=officer, reason="等", until=NOW + timedelta(days=2))
    if state == "resolved":
        found = actions.resolve(found, by=officer, outcome="fixed", text="修好了", cause="老化")
    return found


def path(matter: Matter, verb: str, target: int | None = None) -> str:
    if target is None:
        return reverse("desk:verb", args=[matter.number, verb])
    return reverse("desk:verb_on", args=[matter.number, verb, target])


@pytest.mark.parametrize("case", TRIES, ids=lambda t: t.verb)
def test_each_verb_is_done_by_who_may(case: Try, cast: Cast, as_: As) -> None:
    found = in_state(cast, case.state)
    client = as_(case.who)
    page = client.get(path(found, case.verb))
    assert page.status_code == 200
    assert str(REGISTRY[case.verb].button) in page.content.decode()
    data = {"version": found.version, "seen": "当时", **case.data(cast, found)}
    answer = client.post(path(found, case.verb), data)
    assert answer.status_code == 303, answer.content.decode()
    assert Event.objects.filter(matter=found, kind=case.leaves).exists()
    after = client.get(answer["Location"])
    assert after.status_code == 200
    assert str(REGISTRY[case.verb].done) in after.content.decode()


def test_no_verb_reaches_across(cast: Cast, as_: As) -> None:
    """For somebody of another area, and for somebody without any appointment, the matter is not there."""
    found = {state: in_state(cast, state) for state in ("assigned", "active", "paused", "resolved")}
    data = {case.verb: case.data(cast, found[case.state]) for case in TRIES}
    before = Event.objects.count()
    for who in ("outsider", "nobody"):
        client = as_(who)
        reached = [
            t.verb
            for t in TRIES
            if client.post(path(found[t.state], t.verb), data[t.verb]).status_code != 404
        ]
        assert reached == []
    assert Event.objects.count() == before


def test_seeing_is_not_doing(cast: Cast, as_: As) -> None:
    """A grid worker of the area sees the matter; the verbs of others are refused in words, nothing happens."""
    client = as_("grid_worker")
    found = {state: in_state(cast, state) for state in ("assigned", "active", "paused", "resolved")}
    for case in TRIES:
        if case.verb in {"escalate", "reopen", "urge"}:
            assert client.get(path(found[case.state], case.verb)).status_code == 200  # theirs too, by right
            continue
        data = case.data(cast, found[case.state])
        before = Event.objects.count()
        asked = client.get(path(found[case.state], case.verb))
        assert (asked.status_code, "职责" in asked.content.decode()) == (403, True), case.verb
        answer = client.post(path(found[case.state], case.verb), data)
        assert answer.status_code == 403, case.verb
        assert "不在您的职责里" in answer.content.decode()
        assert Event.objects.count() == before


def test_every_verb_of_the_registry_is_tried_here() -> None:
    on_rows = {
        "settle_promise",
        "withdraw_promise",
        "leave",
        "decide",
        "finish_task",
        "follow_up",
        "close",
        "unmerge",
        "unlink",
    }
    assert {t.verb for t in TRIES} | on_rows == set(REGISTRY)


def test_a_verb_that_is_unknown_is_not_there(matter: Matter, as_: As) -> None:
    assert as_("officer").get(path(matter, "explode")).status_code == 404
    assert as_("officer").get(path(matter, "settle_promise", 999)).status_code == 404
    assert as_("officer").get(path(matter, "accept", 3)).status_code == 404


def test_wrong_state_is_told_with_the_state(matter: Matter, as_: As) -> None:
    page = as_("officer").get(path(matter, "accept"))
    assert page.status_code == 403
    assert "在办" in page.content.decode()
    answer = as_("officer").post(path(matter, "accept"), {"version": matter.version})
    assert answer.status_code == 409
    assert "现在是“在办”" in answer.content.decode()


def test_what_was_typed_stays_when_refused(matter: Matter, as_: As) -> None:
    data = {"version": matter.version, "next_step": "写了很久的一步", "due_at": at(-2)}
    page = as_("officer").post(path(matter, "next_step"), data)
    text = page.content.decode()
    assert page.status_code == 422
    assert "已经过去了" in text
    assert "写了很久的一步" in text
    assert at(-2) in text
    matter.refresh_from_db()
    assert matter.next_step == "到现场看"


def test_a_missing_field_is_named(matter: Matter, as_: As) -> None:
    page = as_("officer").post(path(matter, "resolve"), {"version": matter.version, "text": "修好了"})
    assert page.status_code == 422
    assert "请选一个结果" in page.content.decode()
    assert "修好了" in page.content.decode()


def test_a_change_in_between_shows_both_states_and_the_second_press_means_it(
    cast: Cast, matter: Matter, as_: As
) -> None:
    client = as_("officer")
    seen = "在办 · 负责人 王建国 · 到现场看"
    data = {"version": matter.version, "seen": seen, "reason": "等报价单", "until": at(2)}
    actions.set_next_step(matter, by=cast.actor("duty"), next_step="先打电话", due_at=NOW + timedelta(days=1))
    page = client.post(path(matter, "pause"), data)
    text = page.content.decode()
    assert page.status_code == 409
    assert "您打开时" in text
    assert seen in text
    assert "现在" in text
    assert "改下一步：先打电话" in text
    assert "先打电话" in text
    assert "等报价单" in text
    matter.refresh_from_db()
    assert matter.state == State.ACTIVE
    assert f'name="version" value="{matter.version}"' in text
    again = client.post(path(matter, "pause"), {**data, "version": matter.version})
    assert again.status_code == 303
    matter.refresh_from_db()
    assert matter.state == State.PAUSED


def test_handing_it_on_out_of_reach_leads_home(cast: Cast, as_: As) -> None:
    found = open_one(cast, owner=cast.people["mediator"])
    actions.accept(found, by=cast.actor("mediator"))
    data = {"to": cast.people["officer"].pk, "reason": "要民警到场"}
    answer = as_("mediator").post(path(found, "transfer"), data)
    assert answer["Location"] == "/desk/mine/"


def test_htmx_gets_the_form_alone_and_is_sent_on(matter: Matter, as_: As) -> None:
    client = as_("officer")
    part = client.get(path(matter, "urge"), headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    refused = client.post(path(matter, "pause"), {"reason": ""}, headers={"HX-Request": "true"})
    assert refused.status_code == 200
    assert "请写上这一项" in refused.content.decode()
    done = client.post(
        path(matter, "pause"), {"reason": "等报价", "until": at(2)}, headers={"HX-Request": "true"}
    )
    assert done["HX-Redirect"] == f"/desk/matters/{matter.number}/"


def test_promises_are_kept_broken_and_taken_back(cast: Cast, matter: Matter, as_: As) -> None:
    client, officer = as_("officer"), cast.actor("officer")
    rows = [
        actions.promise(matter, by=officer, what=f"第 {n} 件", who="302", due_at=NOW + timedelta(days=1))
        for n in range(3)
    ]
    client.post(path(matter, "settle_promise", rows[0].pk), {"kept": "yes"})
    client.post(path(matter, "settle_promise", rows[1].pk), {"kept": "no", "note": "没来"})
    client.post(path(matter, "withdraw_promise", rows[2].pk), {"note": "改约"})
    states = list(
        Promise.objects.filter(pk__in=[r.pk for r in rows]).order_by("pk").values_list("state", flat=True)
    )
    assert states == ["kept", "broken", "withdrawn"]
    text = client.get(f"/desk/matters/{matter.number}/").content.decode()
    assert "3 个：守住 1，没守住 1，未到 1" in text  # the promise of a first result is the one still open


def test_somebody_else_s_promise_is_not_there(cast: Cast, matter: Matter, as_: As) -> None:
    other = open_one(cast, title="另一件")
    theirs = Promise.objects.get(matter=other)
    assert as_("officer").post(path(matter, "settle_promise", theirs.pk), {"kept": "no"}).status_code == 404


def test_a_consultation_decides_tasks(cast: Cast, matter: Matter, as_: As) -> None:
    row = actions.consult(
        matter,
        by=cast.actor("officer"),
        question="谁修",
        partners=[cast.partners["water"]],
        held_at=NOW + timedelta(hours=2),
    )
    client = as_("officer")
    half = client.post(path(matter, "decide", row.pk), {"conclusion": "水务修", "what_1": "修主管"})
    assert half.status_code == 422
    assert "请选这个任务的时间" in half.content.decode()
    data = {
        "conclusion": "水务修",
        "what_1": "修主管",
        "due_1": at(3),
        "partner_1": cast.partners["water"].pk,
    }
    assert client.post(path(matter, "decide", row.pk), data).status_code == 303
    task = matter.tasks.get()
    assert client.post(path(matter, "finish_task", task.pk), {"result": "修好了"}).status_code == 303
    assert Event.objects.filter(matter=matter, kind=EventKind.TASK_DONE).exists()


def test_who_joined_can_leave(cast: Cast, matter: Matter, as_: As) -> None:
    member = actions.join(matter, by=cast.actor("officer"), person=cast.people["mediator"])
    assert as_("officer").post(path(matter, "leave", member.pk), {"why": "调走"}).status_code == 303
    assert as_("officer").post(path(matter, "leave", member.pk), {}).status_code == 404


def test_follow_up_then_close(cast: Cast, as_: As) -> None:
    found = in_state(cast, "resolved")
    client = as_("officer")
    too_soon = client.post(path(found, "close"), {"why": "没事了"})
    assert too_soon.status_code == 422
    assert "还没有回访过" in too_soon.content.decode()
    first = found.follow_ups.order_by("due_at")[0]
    data = {"result": "held", "note": "不漏了"}
    assert client.post(path(found, "follow_up", first.pk), data).status_code == 303
    assert client.post(path(found, "follow_up", first.pk), data).status_code == 409
    assert client.post(path(found, "close"), {"why": "住户搬走"}).status_code == 303
    found.refresh_from_db()
    assert found.state == State.CLOSED


def test_a_merge_is_undone_and_a_link_taken_back(cast: Cast, matter: Matter, as_: As) -> None:
    client, other = as_("officer"), open_one(cast, title="另一件")
    client.post(path(matter, "link"), {"other": other.number, "kind": "cause"})
    link = Link.objects.get(kind="cause")
    assert client.post(path(matter, "unlink", link.pk)).status_code == 303
    client.post(path(matter, "merge"), {"into": other.number})
    matter.refresh_from_db()
    assert matter.state == State.MERGED
    duty = as_("duty")
    assert "拆回" in duty.get(f"/desk/matters/{matter.number}/").content.decode()
    assert duty.post(path(matter, "unmerge")).status_code == 303
    matter.refresh_from_db()
    assert (matter.state, matter.owner) == (State.ACTIVE, cast.people["officer"])


def test_a_number_that_is_out_of_reach_cannot_be_named(cast: Cast, matter: Matter, as_: As) -> None:
    far = open_one(
        cast, by=cast.actor("head"), area=cast.areas["other_grid"], place=None, lat=None, lon=None,
        owner=cast.people["outsider"],
    )  # fmt: skip
    page = as_("officer").post(path(matter, "merge"), {"into": far.number})
    assert page.status_code == 422
    assert "没有找到" in page.content.decode()


def test_placing_by_a_tap_finds_the_grid(cast: Cast, matter: Matter, as_: As) -> None:
    data = {"lat": "30.07", "lon": "120.02", "area": "", "place_text": "春晓里门口"}
    assert as_("officer").post(path(matter, "place"), data).status_code == 303
    matter.refresh_from_db()
    assert matter.area == cast.areas["grid2"]
    outside = as_("officer").post(path(matter, "place"), {"lat": "31.5", "lon": "121.9", "area": ""})
    assert outside.status_code == 422
    assert "不在辖区里" in outside.content.decode()


def test_the_picker_offers_people_near_and_never_the_one_it_is_about(cast: Cast, as_: As) -> None:
    found = open_one(cast, about=cast.people["auxiliary"])
    text = as_("duty").get(path(found, "assign")).content.decode()
    assert "李芳 · 网格员" in text
    assert "王建国 · 社区民警" in text
    assert "赵磊" not in text
    assert "杨帆" not in text
    assert "钱小伟" not in text
    narrowed = as_("duty").get(path(found, "assign") + "?who=李").content.decode()
    assert "李芳" in narrowed
    assert "王建国 · 社区民警" not in narrowed


def test_categories_exist_for_the_tries(cast: Cast) -> None:
    assert {"NB4", "NB1"} <= set(current_categories())
