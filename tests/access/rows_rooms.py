"""Mediation, people and teams, territory, imports, settings: their pages and every verb."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from fengqiao.mediation.queries import builtin_template
from tests.access.ground import Ground, moment
from tests.access.rows import BARE, OWN, Row, nothing, only
from tests.access.rows_core import LISTS
from tests.api.rows_ground import BOX
from tests.intake.small_models import packed
from tests.mediation.conftest import at

Payload = Callable[[Ground], dict[str, Any]]
OF_THE_PLACE = "how the place is set up, the same for whoever keeps it"
MECHANISMS = "duty lists belong to the whole station: every area keeps its own evidence there"
TEMPLATE = "rights"

MEDIATION: dict[str, Row] = {
    "desk:mediation": Row("mediator", outsider=BARE, why=LISTS),
    "desk:mediation_figures": Row("mediator", outsider=BARE, why=LISTS),
    "desk:open_case": Row(
        "officer",
        lambda g: [g.free.number],
        lambda g: {"start": "party", "mediator": g.pk("mediator"), "facts": "楼上漏水"},
    ),
    "desk:case": Row("mediator", lambda g: [g.case.uid]),
    "desk:make_paper": Row("mediator", lambda g: [g.case.uid, "consent"], nothing, get=405),
    "desk:read_paper": Row(
        "mediator",
        lambda g: [g.stage.paper.case.uid, g.stage.paper.uid],
        only(purpose="核对权利义务"),
        get=405,
        post=200,
    ),
}


def on_case(case: str, payload: Payload, post: int = 303) -> Row:
    """A verb about a case; ``case``: a case of the stage, or the row it is about."""

    def address(g: Ground) -> list[Any]:
        row = getattr(g.stage, case, None) or getattr(g, case)
        if case in {"checking", "open", "asked"}:
            return [row.uid]
        if case in {"draft", "agreement"}:
            return [row.case.uid]
        return [(row.agreement if hasattr(row, "agreement") else row).case.uid, row.pk]

    return Row("officer", address, payload, post=post)


def term(g: Ground) -> dict[str, Any]:
    """One clear term."""
    payer = g.stage.open.parties.get(side="respondent").pk
    what = {"t1_text": "302 付修理费", "t1_party": payer, "t1_amount": "2500", "t1_how": "微信转账"}
    return {"form": "written", "facts": "302 防水层老化", "t1_due": "2026-03-20", **what}


CASE_VERBS: dict[str, Row] = {
    "add_party": on_case("checking", only(side="respondent", name="刘强")),
    "record_consent": on_case("party", only(given="1", how="当面签字", rights_told="on")),
    "open_party": on_case("party", only(purpose="约调解时间"), 200),
    "remove_party": on_case("party", only(reason="加错了")),
    "tell_rights": on_case("checking", nothing),
    "start_mediation": on_case("asked", nothing),
    "change_mediator": on_case("checking", lambda g: {"to": g.pk("justice"), "reason": "双方另选"}),
    "plan_session": on_case("open", lambda g: {"planned_at": moment(30), "minutes": "60", "place": "警务室"}),
    "record_session": on_case(
        "session", only(minutes="60", rights_told="on", statements="都说了", result="再谈")
    ),
    "cancel_session": on_case("session", only(why="一方有事")),
    "draft_agreement": on_case("open", term),
    "sign_agreement": on_case("draft", only(signed_by_all="on", mediator_signed="on", committee_sealed="on")),
    "record_confirmation": on_case("agreement", only(step="applied", on="2026-03-11", together="on")),
    "record_performance": on_case("term", only(kept="1", how="call", note="收到转账")),
    "renew_term": on_case("broken", lambda g: {"due_at": moment(480), "why": "月底付"}),
    "record_visit": on_case("agreement", only(how="visit", note="两家都平静")),
    "extend": on_case(
        "open",
        lambda g: {"until": f"{at(18, 9, 4):%Y-%m-%dT%H:%M}", "asked_by_both": "on", "why": "等鉴定"},
    ),
    "end_case": on_case("open", only(outcome="failed", why="谈不拢", routes_told="法院")),
    "withdraw_case": on_case("open", only(why="不想调了")),
    "hand_up": on_case("open", only(tried="两次", blocked_by="金额", routes_told="法院")),
    "report_danger": on_case("open", only(text="带了刀", kinds=["weapon"], people="6")),
    "receive_paper": on_case("open", only(kind="identity")),
}

PEOPLE: dict[str, Row] = {
    "desk:people": Row("head", outsider=BARE, why=LISTS),
    "desk:person": Row("head", lambda g: [g.pk("officer")]),
    "desk:certificate": Row("head", lambda g: [g.appointment.pk], nothing, get=405, post=200),
    "desk:teams": Row("head", outsider=BARE, why=LISTS),
    "desk:team": Row("head", lambda g: [g.team.pk]),
    "desk:duty": Row("head", outsider=BARE, why=LISTS),
    "desk:one_duty": Row("head", lambda g: [g.duty.pk]),
    "desk:partners": Row("head", outsider=BARE, why=LISTS),
    "desk:mechanisms": Row("head", outsider=BARE, why=MECHANISMS),
    "desk:mechanism": Row("head", lambda g: [g.item.list_id], outsider=BARE, why=MECHANISMS),
}
FORMS = "the form opens for who does this somewhere; it offers their own ground and people alone"


def about(row: str, payload: Payload = nothing, who: str = "head", **more: Any) -> Row:
    """A verb about a row."""
    return Row(who, lambda g: [getattr(g, row).pk], payload, **more)


def person(name: str, payload: Payload, **more: Any) -> Row:
    """A verb about one of the cast."""
    return Row("head", lambda g: [g.pk(name)], payload, **more)


def make(payload: Payload, why: str = FORMS, who: str = "head", **more: Any) -> Row:
    """A verb that makes something."""
    return Row(who, send=payload, outsider=BARE, why=why, **more)


def brigade(g: Ground) -> dict[str, Any]:
    """A team of our people."""
    named = {"kind": "volunteer_brigade", "name": "夜巡队", "code": "V9", "area": g.area("community")}
    return {**named, "leader": g.pk("committee")}


def roster(g: Ground) -> dict[str, Any]:
    """Duty of one of our people on our ground."""
    hours = {"starts_at": moment(90), "ends_at": moment(98)}
    return {"person": g.pk("officer"), "kind": "beat", "ground": f"b{g.cast.beats['beat1'].pk}", **hours}


PEOPLE_VERBS: dict[str, Row] = {
    "new_person": make(
        lambda g: {"username": "new.one", "name": "新来的", "role": "grid_worker", "ground": g.area()}
    ),
    "appoint": person(
        "nobody",
        lambda g: {"role": "grid_worker", "ground": g.area()},
        outsider=BARE,
        why="somebody without any appointment belongs to no area; the ground offered is one's own",
    ),
    "revoke": about("appointment", only(reason="调走了")),
    "renew": about("appointment", only(valid_to="2027-09-01")),
    "change_person": person("officer", only(name="王建国", job="二级警司", employer="")),
    "read_phone": person("grid_worker", only(purpose="通知开会"), post=200),
    "set_password": person("grid_worker", only(password="Another-2026-lan")),
    "deactivate": person("grid_worker2", only(reason="调走")),
    "activate": person("grid_worker2", only(reason="回来了")),
    "make_team": make(brigade),
    "add_member": about("allied", lambda g: {"person": g.pk("volunteer"), "task": "夜巡"}),
    "replace_leader": about("team", lambda g: {"leaves": g.pk("committee"), "comes": g.pk("volunteer")}),
    "end_team": about("team", only(reason="并队")),
    "end_member": about("member", only(reason="调整")),
    "add_partner": make(lambda g: {"name": "锦澜供电所", "kind": "utilities", "area": g.area()}),
    "add_resource": make(lambda g: {"name": "锦澜会议室", "kind": "room", "area": g.area()}),
    "drop_partner": about("partner"),
    "drop_resource": about("resource"),
    "plan_duty": make(roster),
    "cancel_duty": about("duty", only(reason="病假")),
    "ask_swap": about("later", lambda g: {"to": g.pk("officer"), "why": "孩子家长会"}, who="auxiliary"),
    "answer_swap": about("swap", only(agree="1"), who="auxiliary"),
    "record_evidence": about("item", only(text="走访了 12 户"), outsider=OWN, why=MECHANISMS),
    "name_owner": about("item", lambda g: {"person": g.pk("officer")}, outsider=BARE, why=MECHANISMS),
}

TERRITORY: dict[str, Row] = {
    "desk:territory": Row("head", outsider=BARE, why=LISTS),
    "desk:territory_map": Row("head", outsider=BARE, why=LISTS),
    "desk:area": Row("head", lambda g: [g.cast.areas["grid1"].pk]),
    "desk:beats": Row("head", outsider=BARE, why=LISTS),
    "desk:places": Row("head", outsider=BARE, why=LISTS),
    "desk:ground_import": Row(
        "head",
        send=lambda g: {"what": "places", "file": table("名称,经度,纬度\n锦澜市场,120.01,30.01")},
        outsider=OWN,
        why="a file lies in hand for its own reader; what it says of others' ground is refused when it is read",
    ),
    "desk:ground_look": Row("head", lambda g: [g.ground], nothing),
}


def table(text: str) -> SimpleUploadedFile:
    """A small table."""
    return SimpleUploadedFile("t.csv", text.encode())


def outline() -> SimpleUploadedFile:
    """The outline of grid 1, as a file."""
    import json

    return SimpleUploadedFile("g.geojson", json.dumps(BOX).encode())


def area(key: str, payload: Payload) -> Row:
    """A verb about an area."""
    return Row("head", lambda g: [g.cast.areas[key].pk], payload)


def beat(payload: Payload) -> Row:
    """A verb about the beat of grid 1."""
    return Row("head", lambda g: [g.cast.beats["beat1"].pk], payload)


SPOT = {"tier": "watched", "lat": "30.02", "lon": "120.03"}

TERRITORY_VERBS: dict[str, Row] = {
    "add_area": area("community", only(rank="grid", name="锦澜 09 网格", code="99010000100109")),
    "rename_area": area("grid1", only(name="锦澜一网格")),
    "move_area": area("grid2", lambda g: {"parent": g.area("village")}),
    "end_area": area("grid2", only(reason="并网格")),
    "set_boundary": area("grid1", lambda g: {"file": outline()}),
    "make_beat": make(lambda g: {"name": "第 9 警务区", "code": "B9", "area": g.area("street")}),
    "cover_grid": beat(lambda g: {"grid": g.cast.areas["grid3"].pk, "main": "1"}),
    "uncover_grid": beat(lambda g: {"grid": g.cast.areas["grid1"].pk}),
    "rename_beat": beat(only(name="第一警务区")),
    "add_place": make(only(name="锦澜菜场", **SPOT)),
    "change_place": Row(
        "head",
        lambda g: [g.cast.places["jinlan"].pk],
        lambda g: {"name": "锦澜苑小区", **SPOT, "area": g.area()},
    ),
}

TOPICS: dict[str, Row] = {
    "desk:topics": Row("duty", outsider=BARE, why="topics are those of one's own ground"),
    "desk:topics_refresh": Row(
        "duty", send=nothing, get=405, outsider=OWN, why="topics are those of one's own ground"
    ),
    "desk:topic": Row("duty", lambda g: [g.topic.first_id]),
    "desk:topic_gather": Row(
        "duty", lambda g: [g.topic.first_id], only(name="垃圾房", category="NB2", next_step="一起看")
    ),
}

IMPORTS: dict[str, Row] = {
    "desk:imports": Row(
        "head",
        send=lambda g: {"kind": "table", "file": table("标题,内容\n漏水,漏水了")},
        outsider=OWN,
        why="a table in hand is seen by who brought it",
    ),
    "desk:import_look": Row("head", lambda g: [g.table], only(c0="title", c1="body", start="1")),
    "desk:outside": Row("head", outsider=BARE, why=LISTS),
    "desk:replies": Row(
        "head", lambda g: ["12345"], only(form="csv"), get=405, post=200, outsider=OWN, why=LISTS
    ),
    "desk:bundles": Row("head", outsider=BARE, why="fingerprint, peers and counts belong to the station"),
    "desk:bundle_export": Row(
        "head",
        send=nothing,
        get=405,
        post=200,
        outsider=OWN,
        why="carries what its maker may see, nothing else",
    ),
    "desk:bundle_look": Row("head", lambda g: [g.bundle], nothing, post=422),
    "desk:import_job": Row("head", lambda g: [g.job.uid]),
    "desk:import_step": Row("head", lambda g: [g.job.uid], nothing, get=405),
    "desk:import_cancel": Row("head", lambda g: [g.job.uid], nothing, get=405),
    "desk:import_errors": Row("head", lambda g: [g.job.uid]),
}

MINE = "one's own account"
SETTINGS: dict[str, Row] = {
    "desk:settings": Row("officer", nobody=BARE, outsider=BARE, why=MINE),
    "desk:notices": Row("officer", nobody=BARE, outsider=BARE, why=MINE),
    "desk:notice": Row("officer", lambda g: [g.notice.pk], nothing, get=405),
    "desk:tokens": Row("head", outsider=BARE, why=MINE),
    "desk:station": Row("head", outsider=BARE, why="the station's name and who answers last"),
    "desk:categories": Row("admin", outsider=BARE, why=OF_THE_PLACE),
    "desk:models": Row("admin"),
    "desk:training": Row("admin", lambda g: [g.training.uid]),
    "desk:templates": Row("admin", outsider=BARE, why=OF_THE_PLACE),
    "desk:template": Row(
        "admin",
        lambda g: [TEMPLATE],
        lambda g: {"file": SimpleUploadedFile("own.docx", builtin_template(TEMPLATE))},
        outsider=BARE,
        why=OF_THE_PLACE,
    ),
    "desk:template_builtin": Row("admin", lambda g: [TEMPLATE], outsider=BARE, why=OF_THE_PLACE),
}

SETTINGS_VERBS: dict[str, Row] = {
    "change_password": Row(
        "officer",
        send=only(old="x", new="New-2026-liuxi", again="New-2026-liuxi"),
        post=422,
        nobody=BARE,
        outsider=BARE,
        why=MINE,
    ),
    "set_phone": Row("officer", send=only(phone="13800001111"), nobody=OWN, outsider=OWN, why=MINE),
    "choose_language": Row("officer", send=only(language="zh-hans"), nobody=OWN, outsider=OWN, why=MINE),
    "mark_all_read": Row("officer", send=nothing, nobody=OWN, outsider=OWN, why=MINE),
    "issue_token": Row("head", send=only(label="大屏", days="30"), post=200, outsider=OWN, why=MINE),
    "revoke_token": about("token"),
    "keep_model": Row(
        "admin",
        send=lambda g: {"file": SimpleUploadedFile("own.npz", packed(g.folder, "small-3"))},
    ),
    "use_model": Row("admin", lambda g: [g.model.pk], only(why="试")),
    "roll_back": Row("admin", send=only(why="试")),
    "use_starter": Row("admin", send=only(why="试")),
    "start_training": Row("admin", send=nothing, post=422),
    "cancel_training": Row("admin", lambda g: [g.training.pk], nothing),
    "change_station": Row("head", send=only(name="望河派出所")),
}
