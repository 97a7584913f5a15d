"""How each operation on people, teams, duty and partners is tried."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from fengqiao.accounts import actions as accounts
from fengqiao.lib import clock
from fengqiao.teams import actions
from fengqiao.teams.actions.groups import MemberDraft
from fengqiao.teams.models import Appointment, Duty, DutyItem, DutySwap, Membership, Post, Resource, Team
from tests.api.world import Call, Row, World, soon


def on(who: str, /, **body: object):  # type: ignore[no-untyped-def]
    """A call about one of the cast."""
    return lambda w: Call({"id": w.id(who)}, body)


def appointed(w: World) -> Appointment:
    return actions.appoint(
        w.cast.people["volunteer"],
        by=w.cast.actor("head"),
        role="police_assistant",
        area=w.cast.areas["village"],
        valid_to=date(2026, 9, 1),
    )


def off(w: World) -> Call:
    accounts.deactivate(w.cast.people["grid_worker2"], by=w.cast.actor("head"), reason="调走")
    return Call({"id": w.id("grid_worker2")}, {"reason": "回来了"})


def brigade(w: World, code: str = "V1") -> Team:
    return actions.make_team(
        by=w.cast.actor("head"),
        kind="volunteer_brigade",
        code=code,
        name="锦澜义警队",
        area=w.cast.areas["community"],
        members=[MemberDraft(w.cast.people["committee"], leads=True)],
    )


def alliance(w: World) -> Team:
    return actions.make_team(
        by=w.cast.actor("head"),
        kind="alliance",
        code="A1",
        name="邻里联盟",
        area=w.cast.areas["community"],
        members=[MemberDraft(w.cast.people["committee"], leads=True)],
    )


def allied(w: World) -> Team:
    return actions.join_alliance(brigade(w), by=w.cast.actor("head"), alliance=alliance(w))


def member(w: World) -> Membership:
    return actions.add_member(brigade(w), by=w.cast.actor("head"), person=w.cast.people["volunteer"])


def post(w: World) -> Post:
    return actions.add_post(
        by=w.cast.actor("head"), kind="room", name="锦澜警务室", area=w.cast.areas["community"]
    )


def duty(w: World, who: str = "officer", days: float = 1, **where: Any) -> Duty:
    start = clock.now() + timedelta(days=days)
    return actions.plan_duty(
        w.cast.people[who],
        by=w.cast.actor("head"),
        kind="beat",
        starts_at=start,
        ends_at=start + timedelta(hours=8),
        **(where or {"beat": w.cast.beats["beat1"]}),
    )


def swap(w: World) -> DutySwap:
    return actions.ask_swap(duty(w), by=w.cast.actor("officer"), to=w.cast.people["auxiliary"])


def resource(w: World) -> Resource:
    return actions.add_resource(
        by=w.cast.actor("head"), kind="street_centre", name="望河调解室", area=w.cast.areas["street"]
    )


def item(w: World) -> DutyItem:
    actions.load_mechanisms()
    return DutyItem.objects.filter(owner_role="beat_officer", active=True).order_by("pk")[0]


def evidence(w: World) -> Call:
    row = item(w)
    actions.record_evidence(row, by=w.cast.actor("officer"), text="走访了 12 户")
    return Call({"id": row.pk})


def of(make: Any, /, **body: Any):  # type: ignore[no-untyped-def]
    return lambda w: Call({"id": make(w).pk}, body)


def listed(make: Any, /, **query: Any):  # type: ignore[no-untyped-def]
    return lambda w: (make(w), Call(query=query))[1]


def team_body(w: World) -> Call:
    members = [{"person": w.id("head"), "leads": True}, {"person": w.id("street_staff"), "leads": True}]
    body = {"kind": "special_team", "code": "Z1", "name": "望河专班", "area": w.area("street")}
    return Call({}, {**body, "members": [*members, {"person": w.id("officer"), "task": "联络"}]})


def duty_body(w: World) -> Call:
    body = {"person": w.id("officer"), "kind": "beat", "beat": "BEAT1"}
    return Call({}, {**body, "starts_at": soon(1), "ends_at": soon(1.3)})


ROWS: dict[str, Row] = {
    "GET /people": Row(
        "officer", outsider="hidden", secret=lambda w: "王建国", check=lambda w, out: out["total"] > 1
    ),
    "GET /people/{id}": Row(
        "head", on("officer"), check=lambda w, out: out["appointments"][0]["role"] == "beat_officer"
    ),
    "POST /people": Row(
        "head", lambda w: Call({}, {"username": "new.person", "name": "新来的"}), 201, "open"
    ),
    "POST /people/{id}/change-person": Row("head", on("officer", name="王建国", title="二级警司")),
    "POST /people/{id}/set-phone": Row("head", on("officer", phone="13812345678")),
    "POST /people/{id}/read-phone": Row("head", on("officer", purpose="通知开会")),
    "POST /people/{id}/deactivate": Row("head", on("grid_worker2", reason="调走")),
    "POST /people/{id}/activate": Row("head", off),
    "GET /appointments": Row(
        "officer", outsider="hidden", secret=lambda w: "王建国", check=lambda w, out: out["rows"]
    ),
    "POST /appointments": Row(
        "head",
        lambda w: Call({}, {"person": w.id("nobody"), "role": "police_assistant", "area": w.area("village")}),
        201,
        check=lambda w, out: out["certificate_no"] and out["valid_to"] == "2028-03-11",
    ),
    "GET /appointments/{id}": Row("head", of(appointed)),
    "POST /appointments/{id}/renew": Row("head", of(appointed), 201),
    "POST /appointments/{id}/revoke": Row(
        "head", of(appointed, reason="换届"), check=lambda w, out: out["revoked_at"]
    ),
    "GET /appointments/{id}/certificate": Row("head", of(appointed)),
    "GET /teams": Row("head", listed(brigade), outsider="hidden", secret=lambda w: "锦澜义警队"),
    "POST /teams": Row("head", team_body, 201, check=lambda w, out: len(out["members"]) == 3),
    "GET /teams/{id}": Row("head", of(brigade)),
    "POST /teams/{id}/end-team": Row(
        "head", of(brigade, reason="并队"), check=lambda w, out: out["ended_on"]
    ),
    "POST /teams/{id}/members": Row(
        "head", lambda w: Call({"id": brigade(w).pk}, {"person": w.id("volunteer"), "task": "夜巡"}), 201
    ),
    "POST /members/{id}/end-member": Row("volunteer", of(member)),
    "POST /teams/{id}/replace-leader": Row(
        "head",
        lambda w: Call({"id": brigade(w).pk}, {"leaves": w.id("committee"), "comes": w.id("volunteer")}),
        check=lambda w, out: out["members"][0]["person"]["id"] == w.id("volunteer"),
    ),
    "POST /teams/{id}/join-alliance": Row(
        "head",
        lambda w: Call({"id": brigade(w).pk}, {"alliance": alliance(w).pk}),
        check=lambda w, out: out["alliance"]["name"] == "邻里联盟",
        outsider=422,
    ),
    "POST /teams/{id}/leave-alliance": Row("head", of(allied), check=lambda w, out: out["alliance"] is None),
    "GET /posts": Row("head", listed(post), outsider="hidden", secret=lambda w: "锦澜警务室"),
    "POST /posts": Row("head", lambda w: Call({}, {"kind": "room", "name": "警务室", "area": w.area()}), 201),
    "DELETE /posts/{id}": Row("head", of(post)),
    "GET /duty": Row(
        "head",
        listed(lambda w: duty(w, days=0)),
        outsider="hidden",
        secret=lambda w: "王建国",
        check=lambda w, out: len(out) == 1,
    ),
    "POST /duty": Row("head", duty_body, 201),
    "POST /duty/{id}/cancel-duty": Row("head", of(duty, reason="病假")),
    "GET /duty-swaps": Row("auxiliary", listed(swap), outsider="hidden", secret=lambda w: "王建国"),
    "POST /duty/{id}/ask-swap": Row(
        "officer", lambda w: Call({"id": duty(w).pk}, {"to": w.id("auxiliary"), "why": "家里有事"}), 201
    ),
    "POST /duty-swaps/{id}/answer-swap": Row(
        "auxiliary", of(swap, agree=True), check=lambda w, out: out["agreed"]
    ),
    "GET /who-answers": Row(
        "volunteer",
        lambda w: Call(query={"lat": 30.02, "lon": 120.02}),
        outsider="open",
        check=lambda w, out: (out["person"]["name"], out["fallback"]) == ("王建国", False),
    ),
    "GET /partners": Row(
        "head",
        listed(
            lambda w: actions.add_partner(
                by=w.cast.actor("head"), kind="utilities", name="望河水务", area=w.cast.areas["street"]
            )
        ),
        outsider="hidden",
        secret=lambda w: "望河水务",
    ),
    "POST /partners": Row(
        "head", lambda w: Call({}, {"kind": "bank", "name": "柳溪银行", "area": w.area("street")}), 201
    ),
    "POST /partners/{id}/change-partner": Row(
        "head",
        lambda w: Call({"id": w.cast.partners["court"].pk}, {"duty_line": "0571-0000"}),
        outsider=404,
    ),
    "GET /resources": Row("head", listed(resource), outsider="hidden", secret=lambda w: "望河调解室"),
    "POST /resources": Row(
        "head", lambda w: Call({}, {"kind": "vehicle", "name": "巡逻车", "area": w.area("street")}), 201
    ),
    "POST /resources/{id}/change-resource": Row("head", of(resource, hours="9:00-17:00")),
    "GET /duty-lists": Row("officer", listed(item), outsider="open", check=lambda w, out: out[0]["items"]),
    "GET /duty-items/{id}/evidence": Row(
        "officer", evidence, outsider="open", check=lambda w, out: out["rows"][0]["text"] == "走访了 12 户"
    ),
    "POST /duty-items/{id}/evidence": Row("officer", of(item, text="走访了 12 户"), 201, "open"),
    "POST /duty-items/{id}/name-owner": Row(
        "head", lambda w: Call({"id": item(w).pk}, {"person": w.id("officer")})
    ),
}
