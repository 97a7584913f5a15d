"""Whole stories told through the API alone: from the first words to the last follow-up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from fengqiao.lib import clock
from fengqiao.teams.actions import load_mechanisms
from tests.api.world import Call, Caller, World, soon, told
from tests.cast import NOW, Cast


class Teller:
    """The people of the cast, each calling the API."""

    def __init__(self, world: World) -> None:
        self.world = world

    def call(self, who: str, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """One call that must succeed; its JSON."""
        query = body if method == "GET" else {}
        answer = Caller(self.world, who).send(
            method, path, Call({}, None if method == "GET" else body, query or {}, headers=more)
        )
        assert answer.status_code in {200, 201}, (path, answer.content.decode()[:400])
        return told(answer)

    def get(self, who: str, path: str, **query: Any) -> Any:
        return self.call(who, "GET", path, query)

    def post(self, who: str, path: str, **body: Any) -> Any:
        return self.call(who, "POST", path, body)


@pytest.fixture
def teller(cast: Cast) -> Teller:
    """The township."""
    return Teller(World(cast))


def test_s1_1_a_leak_between_two_flats(teller: Teller) -> None:
    """A committee member hears of it on a round; everybody joins; it is mediated, kept, looked after, closed."""
    w = teller.world
    receipt = teller.call(
        "committee",
        "POST",
        "/reports",
        {
            "text": "锦澜苑 5 栋 302 卫生间漏水到 202，两家吵起来了",
            "channel": "round",
            "lat": 30.02,
            "lon": 120.02,
        },
        **{"Idempotency-Key": "round-1"},
    )
    offered = teller.get("officer", f"/reports/{receipt['id']}/proposals")
    assert offered["categories"][0]["code"] == "NB2"
    number = teller.post(
        "officer",
        f"/reports/{receipt['id']}/accept",
        category="NB2",
        owner=w.id("officer"),
        title="302 漏到 202",
    )["matter"]
    here = f"/matters/{number}"
    assert teller.post("officer", f"{here}/accept")["state"] == "active"
    for name, task in (("mediator", "主持调解"), ("committee", "劝 302"), ("grid_worker", "看现场")):
        teller.post("officer", f"{here}/join", person=w.id(name), task=task)
    fit = teller.get("officer", f"{here}/suitability")
    assert fit["can_open"]
    case = teller.post(
        "officer",
        f"{here}/mediations",
        mediator=w.id("mediator"),
        start="own",
        facts="302 防水坏了，渗到 202",
    )
    room = f"/mediations/{case['uid']}"
    for side, name in (("applicant", "张建华"), ("respondent", "刘芳")):
        found = teller.post("mediator", f"{room}/parties", side=side, name=name)
    for party in found["parties"]:
        path = f"{room}/parties/{party['id']}/record-consent"
        teller.post("mediator", path, given=True, how="当面", rights_told=True)
    assert teller.post("mediator", f"{room}/start-mediation")["state"] == "open"
    payer = next(p["id"] for p in found["parties"] if p["side"] == "respondent")
    agreed = teller.post(
        "mediator",
        f"{room}/record-agreement",
        form="written",
        facts="302 防水失修致 202 受损",
        signed_by_all=True,
        mediator_signed=True,
        committee_sealed=True,
        terms=[
            {
                "text": "修好 302 卫生间的防水，不再渗水",
                "party": payer,
                "how": "请物业到场",
                "due_on": "2026-03-20",
            },
            {
                "text": "赔偿 202 墙面修补费",
                "party": payer,
                "amount": "3000",
                "how": "微信转账",
                "due_on": "2026-03-25",
            },
        ],
    )
    assert agreed["agreement"]["confirm_by"] == "2026-04-10"
    teller.post("officer", f"{here}/resolve", outcome="agreement", text="签了协议", cause="防水老化")
    with clock.at(NOW + timedelta(days=15)):
        for term in agreed["agreement"]["terms"]:
            path = f"{room}/terms/{term['id']}/record-performance"
            last = teller.post("officer", path, kept=True, note="看过，做到了", how="visit")
        assert last["agreement"]["performance"] == "done"
    for days in range(20, 140, 20):
        with clock.at(NOW + timedelta(days=days)):
            for row in teller.get("officer", "/follow-ups", mine=True)["rows"]:
                if row["matter"] == number:
                    teller.post("officer", f"/follow-ups/{row['id']}/record", result="held", note="没再漏")
    whole = teller.get("officer", here)
    assert whole["state"] == "closed"
    assert {m["kind"] for m in whole["timeline"]} >= {"opened", "joined", "mediation", "resolved", "closed"}
    progress = teller.get("", f"/receipts/{receipt['code']}")
    assert progress["can_rate"]
    assert teller.post("", f"/receipts/{receipt['code']}/rate", score=3)["rated"] == 3


def test_s5_7_a_land_dispute_climbs_three_levels(teller: Teller) -> None:
    """Village, community, street: each says what it tried; the lower level stays in."""
    w = teller.world
    made = teller.post(
        "head", "/matters", category="LV1", title="田埂界线", area=w.area("grid3"), owner=w.id("assistant")
    )
    here, levels = f"/matters/{made['number']}", [made["level"]]
    owner = "assistant"
    names = {person.pk: key for key, person in w.cast.people.items()}
    for tried in ("上门劝了两次", "量了地界"):
        teller.post(owner, f"{here}/accept")
        after = teller.post(owner, f"{here}/escalate", tried=tried, blocked_by="两家都不让")
        levels.append(after["level"])
        owner = names[after["owner"]["id"]]
    assert len(set(levels)) == 3, levels
    whole = teller.get("head", here)
    assert [e["tried"] for e in whole["escalations"]] == ["上门劝了两次", "量了地界"]
    assert any(j["person"]["id"] == w.id("assistant") for j in whole["joint"])
    teller.post(owner, f"{here}/accept")
    teller.post(owner, f"{here}/mark-threatening", why="说要动铁锹")
    teller.post(owner, f"{here}/resolve", outcome="settled", text="按老界立桩", cause="界线不清")
    teller.post(owner, f"{here}/mark-kept-from-violence", why="当场收了铁锹，两家各退一步")
    later = teller.get("head", here)
    assert later["kept_from_violence"]
    assert len([f for f in later["follow_ups"] if f["state"] == "planned"]) >= 2


def test_s3_5_a_chat_forward_becomes_reports(teller: Teller) -> None:
    """Pasted, looked at, received once; cleared from the inbox."""
    text = "王姐 21:03\n金桥路 8 号烧烤店油烟太大\n小李 21:10\n地下车库有辆电动车在充电，线拉得很长"
    assert teller.post("volunteer", "/chat/split", text=text)["fresh"] == 2
    first = teller.post("volunteer", "/chat", text=text, area=teller.world.area())
    again = teller.post("volunteer", "/chat", text=text, area=teller.world.area())
    assert [r["receipt"]["created"] for r in first] == [True, True]
    assert [r["words"] for r in again] == ["先前已经收过"] * 2
    waiting = teller.get("duty", "/inbox")
    assert waiting["counts"]["waiting"] == 2
    done = teller.post("duty", "/inbox/accept", reports=[r["id"] for r in waiting["rows"]])
    for row in done:
        if not row["matter"]:
            teller.post("duty", f"/reports/{row['report']}/refuse", to="城管 12319", why="归城管")
    assert teller.get("duty", "/inbox")["counts"]["waiting"] == 0


def test_s4_1_and_s4_3_assistants_with_a_certificate_and_a_special_team(teller: Teller) -> None:
    """Appointed for a term with a number; a team with two leaders, one police, one street office."""
    w = teller.world
    made = teller.post(
        "head", "/appointments", person=w.id("nobody"), role="police_assistant", area=w.area("village")
    )
    assert made["certificate_no"]
    paper = Caller(w, "head").send("GET", "/appointments/{id}/certificate", Call({"id": made["id"]}))
    assert paper.content[:2] == b"PK"
    assert "attachment" in paper.headers["Content-Disposition"]
    leaders = [{"person": w.id(n), "leads": True} for n in ("head", "street_staff")]
    team = {"kind": "special_team", "code": "Z1", "name": "上柳专班", "area": w.area("street")}
    formed = teller.post("head", "/teams", **team, members=[*leaders, {"person": w.id("officer")}])
    assert sum(m["leads"] for m in formed["members"]) == 2
    one = Caller(w, "head").send("POST", "/teams", Call({}, {**team, "code": "Z2", "members": leaders[:1]}))
    assert (one.status_code, told(one)["code"]) == (422, "leaders")


def test_s2_1_and_s5_1_who_answers_for_a_grid_at_an_hour(teller: Teller) -> None:
    """Beats over grids; duty goes before the beat officer, with the reason in words."""
    w = teller.world
    assert [g["code"] for g in teller.get("officer", "/beats")[0]["grids"]] == [
        w.area("grid1"),
        w.area("grid2"),
    ]
    before = teller.get("volunteer", "/who-answers", area=w.area("grid1"))
    assert before["person"]["name"] == "王建国"
    teller.post(
        "head",
        "/duty",
        person=w.id("auxiliary"),
        kind="beat",
        beat="BEAT1",
        starts_at=soon(0.01),
        ends_at=soon(0.4),
    )
    then = teller.get("volunteer", "/who-answers", area=w.area("grid1"), at=soon(0.1))
    assert then["person"]["id"] == w.id("auxiliary")
    assert "此刻在班" in then["because"]


def test_s1_3_and_s3_3_a_consultation_with_partners(teller: Teller) -> None:
    """Departments are asked, decide, and their decision is a task that is done."""
    w = teller.world
    number = w.active().number
    water = next(p for p in teller.get("head", "/partners", kind="water"))
    asked = teller.post(
        "officer",
        f"/matters/{number}/consult",
        question="管道归谁修",
        partners=[water["id"]],
        held_at=soon(1),
    )
    decided = teller.post(
        "officer",
        f"/consultations/{asked['id']}/decide",
        conclusion="水务修",
        tasks=[{"what": "换总管", "due_at": soon(5), "partner": water["id"]}],
    )
    done = teller.post("officer", f"/tasks/{decided['tasks'][0]['id']}/finish", result="换好了")
    assert done["done_at"]
    assert teller.get("officer", "/tasks")["rows"] == []


def test_s2_9_named_mechanisms_with_evidence(teller: Teller) -> None:
    """Each item has an owner and a rhythm; what was done shows when it is due again."""
    load_mechanisms()
    lists = teller.get("officer", "/duty-lists")
    item = next(
        i for row in lists for i in row["items"] if i["owner_role"] == "beat_officer" and i["every_days"]
    )
    teller.post("officer", f"/duty-items/{item['id']}/evidence", text="走了 12 户", reference="2026-00001")
    after = next(
        i for row in teller.get("officer", "/duty-lists") for i in row["items"] if i["id"] == item["id"]
    )
    assert after["last_done_at"]
    assert after["due_on"] == (NOW + timedelta(days=item["every_days"])).date().isoformat()
