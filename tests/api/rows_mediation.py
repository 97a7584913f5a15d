"""How each operation of the mediation room is tried."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fengqiao.lib import clock
from fengqiao.matters.models import Promise
from fengqiao.mediation import actions
from fengqiao.mediation.models import Agreement, Document, MediationCase
from fengqiao.mediation.queries import builtin_template
from fengqiao.teams.models import Resource
from tests.api.rows_intake import jpeg
from tests.api.world import Call, Row, World, soon, upload

OPENING = {"start": "party", "facts": "302 防水坏了，水渗到 202", "request": "修好并赔 3000 元"}
PARTY = {"side": "applicant", "name": "张建华", "phone": "13812345120"}


def at(make: Any, /, **body: Any):  # type: ignore[no-untyped-def]
    """A call about a case."""
    return lambda w: Call({"uid": make(w).uid}, body)


def opening(w: World) -> Call:
    return Call({"number": w.room.matter().number}, {**OPENING, "mediator": w.id("mediator")})


def refusing(w: World) -> Call:
    more = {"answers": {"crime": True}, "routes_told": "可以报警，也可以起诉"}
    return Call({"number": w.room.matter().number}, {**OPENING, **more, "mediator": w.id("mediator")})


def party_call(**body: Any):  # type: ignore[no-untyped-def]
    def call(w: World) -> Call:
        case = w.case()
        return Call({"uid": case.uid, "id": w.room.party(case, name="张建华", phone="13812345120").pk}, body)

    return call


def asked(w: World) -> MediationCase:
    """A case whose two parties agreed."""
    case = w.case()
    w.room.both(case)
    return case


def sitting(**body: Any):  # type: ignore[no-untyped-def]
    def call(w: World) -> Call:
        case = w.started()
        with clock.at(clock.now()):
            row = w.room.session(case, planned_at=clock.now() - timedelta(hours=1))
        return Call({"uid": case.uid, "id": row.pk}, body)

    return call


def planned(w: World) -> Call:
    case = w.started()
    return Call({"uid": case.uid, "id": w.room.session(case).pk}, {"why": "有人生病"})


def terms(case: MediationCase) -> list[dict[str, Any]]:
    payer = case.parties.get(side="respondent").pk
    return [
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
            "due_on": "2026-03-31",
        },
    ]


def drafting(**more: Any):  # type: ignore[no-untyped-def]
    def call(w: World) -> Call:
        case = w.started()
        body = {"form": "written", "facts": "302 防水失修致 202 受损", "terms": terms(case)}
        return Call({"uid": case.uid}, {**body, **more})

    return call


def drafted(w: World) -> MediationCase:
    case = w.started()
    actions.draft_agreement(
        case, by=w.room.by(), form="written", facts="302 防水失修致 202 受损", terms=w.room.terms(case)
    )
    return case


def agreed(w: World) -> Agreement:
    return w.room.agreed(w.started())


def agreed_case(w: World) -> MediationCase:
    return agreed(w).case


def term_call(**body: Any):  # type: ignore[no-untyped-def]
    def call(w: World) -> Call:
        row = agreed(w)
        return Call({"uid": row.case.uid, "id": row.terms.get(position=1).pk}, body)

    return call


def not_kept(w: World) -> Call:
    row = agreed(w)
    term = row.terms.get(position=1)
    actions.record_performance(term, by=w.cast.actor("officer"), kept=False, note="还在渗")
    return Call({"uid": row.case.uid, "id": term.pk}, {"due_at": soon(5), "why": "师傅下周到"})


def paper(w: World) -> Document:
    return actions.make_document(asked(w), by=w.cast.actor("officer"), kind="rights")


def reading(w: World) -> Call:
    row = paper(w)
    return Call({"uid": row.case.uid, "id": row.pk}, {"purpose": "核对权利义务"})


def hall(w: World) -> Call:
    Resource.objects.create(kind="street_centre", name="望河调解 1 室", area=w.cast.areas["street"])
    return Call(query={"start": soon(), "minutes": 60})


def own_template(w: World) -> Call:
    actions.save_template(
        "rights", by=w.cast.actor("admin"), name="own.docx", content=builtin_template("rights")
    )
    return Call({"kind": "rights"})


def case_state(wanted: str):  # type: ignore[no-untyped-def]
    return lambda w, out: out["state"] == wanted


SIGNED = {"signed_by_all": True, "mediator_signed": True, "committee_sealed": True}

ROWS: dict[str, Row] = {
    "GET /mediations": Row(
        "officer",
        lambda w: (w.case(), Call())[1],
        outsider="hidden",
        secret=lambda w: str(w.made["case"].number),
        check=lambda w, out: out["total"] == 1,
    ),
    "GET /mediations/{uid}": Row("officer", at(asked), check=lambda w, out: len(out["parties"]) == 2),
    "GET /mediations/{uid}/file": Row("officer", at(World.case), check=lambda w, out: not out["complete"]),
    "GET /matters/{number}/suitability": Row(
        "officer",
        lambda w: Call({"number": w.room.matter().number}),
        check=lambda w, out: out["can_open"] and any(m["id"] == w.id("mediator") for m in out["mediators"]),
    ),
    "POST /matters/{number}/mediations": Row("officer", opening, 201, check=case_state("checking")),
    "POST /matters/{number}/mediations/refuse": Row("officer", refusing, 201, check=case_state("ended")),
    "POST /mediation-terms/check": Row(
        "officer",
        lambda w: Call({}, {"terms": [{"text": "尽快修好"}]}),
        outsider="open",
        check=lambda w, out: len(out) > 0,
    ),
    "GET /mediation-rooms": Row(
        "officer", hall, outsider="hidden", secret=lambda w: "望河调解", check=lambda w, out: out[0]["free"]
    ),
    "GET /mediation-figures": Row(
        "officer",
        lambda w: (w.case(), Call(query={"start": "2026-03-01", "end": "2026-04-01"}))[1],
        outsider="hidden",
        secret=lambda w: '"opened":1',
        check=lambda w, out: out["opened"] == 1,
    ),
    "POST /mediations/{uid}/change-mediator": Row(
        "officer", lambda w: Call({"uid": w.case().uid}, {"to": w.id("officer"), "reason": "当事人选的"})
    ),
    "POST /mediations/{uid}/tell-rights": Row(
        "officer",
        lambda w: (w.room.party(w.case()), Call({"uid": w.made["case"].uid}, {}))[1],
        check=lambda w, out: out["parties"][0]["rights_told"],
    ),
    "POST /mediations/{uid}/start-mediation": Row("officer", at(asked), check=case_state("open")),
    "POST /mediations/{uid}/plan-session": Row(
        "officer",
        lambda w: Call({"uid": w.started().uid}, {"planned_at": soon(1), "place": "锦澜警务室"}),
        check=lambda w, out: len(out["sessions"]) == 1,
    ),
    "POST /mediations/{uid}/extend": Row(
        "officer",
        lambda w: Call({"uid": w.started().uid}, {"until": soon(30), "asked_by_both": True, "why": "等鉴定"}),
    ),
    "POST /mediations/{uid}/end-case": Row(
        "officer",
        at(World.started, outcome="failed", why="谈不拢", routes_told="可以起诉"),
        check=case_state("ended"),
    ),
    "POST /mediations/{uid}/withdraw-case": Row(
        "officer", at(World.started, why="自己谈好了", settled_between=True), check=case_state("ended")
    ),
    "POST /mediations/{uid}/hand-up": Row(
        "officer",
        at(World.started, tried="谈了三次", blocked_by="赔多少谈不拢", routes_told="可以起诉"),
        201,
        check=case_state("checking"),
    ),
    "POST /mediations/{uid}/draft-agreement": Row(
        "officer", drafting(), check=lambda w, out: len(out["agreement"]["terms"]) == 2
    ),
    "POST /mediations/{uid}/sign-agreement": Row(
        "officer", at(drafted, **SIGNED), check=case_state("agreed")
    ),
    "POST /mediations/{uid}/record-agreement": Row("officer", drafting(**SIGNED), check=case_state("agreed")),
    "POST /mediations/{uid}/report-danger": Row(
        "officer",
        at(World.case, text="他手里拿着刀", people=6),
        check=lambda w, out: out["danger"] and "told" not in out["danger_signs"][0],
    ),
    "POST /mediations/{uid}/parties": Row(
        "officer",
        at(World.case, **PARTY),
        201,
        check=lambda w, out: out["parties"][0]["masked_name"] != "张建华",
    ),
    "POST /mediations/{uid}/parties/{id}/correct-party": Row(
        "officer", party_call(**{**PARTY, "name": "张建国"})
    ),
    "POST /mediations/{uid}/parties/{id}/remove-party": Row(
        "officer", party_call(reason="加错了"), check=lambda w, out: out["parties"] == []
    ),
    "POST /mediations/{uid}/parties/{id}/record-consent": Row(
        "officer",
        party_call(given=True, how="当面"),
        check=lambda w, out: out["parties"][0]["consent"] == "given",
    ),
    "POST /mediations/{uid}/parties/{id}/open-party": Row(
        "officer", party_call(purpose="电话约时间"), check=lambda w, out: out["name"] == "张建华"
    ),
    "POST /mediations/{uid}/sessions/{id}/record-session": Row(
        "officer",
        sitting(rights_told=True, statements="202：滴了一个月", result="双方同意", agreed=True),
        check=lambda w, out: out["sessions"][0]["agreed"],
    ),
    "POST /mediations/{uid}/sessions/{id}/cancel-session": Row("officer", planned),
    "POST /mediations/{uid}/terms/{id}/record-performance": Row(
        "officer",
        term_call(kept=True, note="不渗了", how="visit"),
        check=lambda w, out: out["agreement"]["terms"][0]["state"] == "kept",
    ),
    "POST /mediations/{uid}/terms/{id}/renew-term": Row(
        "officer", not_kept, check=lambda w, out: Promise.objects.filter(what__contains="另约").exists()
    ),
    "POST /mediations/{uid}/record-visit": Row(
        "officer", at(agreed_case, note="两家见面打招呼了", how="visit", satisfaction=3)
    ),
    "POST /mediations/{uid}/record-confirmation": Row(
        "officer", at(agreed_case, step="applied", on="2026-03-11", together=True)
    ),
    "POST /mediations/{uid}/make-document": Row("officer", at(asked, kind="rights"), 201),
    "POST /mediations/{uid}/receive-paper": Row(
        "officer",
        lambda w: Call({"uid": w.case().uid}, form={"kind": "evidence", "file": upload("a.jpg", jpeg())}),
        201,
        check=lambda w, out: out["extension"] == "jpg",
    ),
    "POST /mediations/{uid}/documents/{id}/read-document": Row("officer", reading),
    "GET /mediation-templates": Row("admin", outsider="open", check=lambda w, out: len(out) > 5),
    "GET /mediation-templates/{kind}/builtin": Row(
        "admin", lambda w: Call({"kind": "rights"}), outsider="open"
    ),
    "POST /mediation-templates/{kind}": Row(
        "admin",
        lambda w: Call({"kind": "rights"}, form={"file": upload("own.docx", builtin_template("rights"))}),
        201,
    ),
    "DELETE /mediation-templates/{kind}": Row("admin", own_template),
}
