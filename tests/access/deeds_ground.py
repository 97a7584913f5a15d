"""Verbs on people, teams and the territory, with real arguments of grid 1."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from fengqiao.accounts import actions as accounts
from fengqiao.accounts import queries as reads
from fengqiao.accounts.scope import Actor
from fengqiao.lib import clock
from fengqiao.teams import actions as teams
from fengqiao.teams.actions.groups import MemberDraft
from fengqiao.territory import actions as territory
from fengqiao.territory.actions.places import PlaceDraft
from tests.access.ground import Ground
from tests.api.rows_ground import BOX, LINE

Deed = Callable[[Ground, Actor], Any]


def on(name: str, verb: Callable[..., Any], /, **more: Any) -> Deed:
    """A verb on one of the cast."""
    return lambda g, by: verb(g.cast.people[name], by=by, **more)


def about(row: str, verb: Callable[..., Any], /, **more: Any) -> Deed:
    """A verb about a row of the ground."""
    return lambda g, by: verb(getattr(g, row), by=by, **more)


ACCOUNTS: dict[str, Deed] = {
    "create_person": lambda g, by: accounts.create_person(by=by, username="new.one", name="新来的"),
    "change_person": on("officer", accounts.change_person, name="王二"),
    "set_phone": on("officer", accounts.set_phone, phone="13800001111"),
    "read_phone": on("grid_worker", accounts.read_phone, purpose="通知开会"),
    "change_password": on("officer", accounts.change_password, old="x", new="Another-2026-lan"),
    "set_password": on("officer", accounts.set_password, password="Another-2026-lan"),
    "choose_language": on("officer", accounts.choose_language, language="en"),
    "deactivate": on("grid_worker2", accounts.deactivate, reason="调走"),
    "activate": on("grid_worker2", accounts.activate, reason="回来"),
    "issue_token": on("street_staff", accounts.issue_token, label="接口"),
    "revoke_token": about("token", accounts.revoke_token),
    "tokens_of": on("head", reads.tokens_of),
    "people_by_phone": lambda g, by: reads.people_by_phone("13700009911", by=by),
    "phone_reads": on("grid_worker", reads.phone_reads),
}

GEOJSON = (
    b'{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"code": "99010000100109",'
    b' "name": "new", "level": "grid", "parent": "990100001001"}, "geometry": {"type": "Polygon", "coordinates":'
    b" [[[120.3, 30.0], [120.31, 30.0], [120.31, 30.01], [120.3, 30.01], [120.3, 30.0]]]}}]}"
)


def place(name: str) -> PlaceDraft:
    """A place in grid 1 by its point."""
    return PlaceDraft(name, lat=30.02, lon=120.02)


TERRITORY: dict[str, Deed] = {
    "add_area": lambda g, by: territory.add_area(
        by=by, code="99010000100109", name="新", rank="grid", parent=g.cast.areas["community"]
    ),
    "rename_area": lambda g, by: territory.rename_area(g.cast.areas["grid1"], by=by, name="新"),
    "move_area": lambda g, by: territory.move_area(
        g.cast.areas["grid2"], by=by, parent=g.cast.areas["village"]
    ),
    "end_area": lambda g, by: territory.end_area(g.cast.areas["grid2"], by=by, reason="并网格"),
    "set_boundary": lambda g, by: territory.set_boundary(g.cast.areas["grid1"], BOX, by=by),
    "import_areas": lambda g, by: territory.import_areas(io.BytesIO(GEOJSON), by=by).done,
    "make_beat": lambda g, by: territory.make_beat(
        by=by, code="B9", name="新", area=g.cast.areas["street"], grids=[g.cast.areas["grid1"]]
    ),
    "rename_beat": lambda g, by: territory.rename_beat(g.cast.beats["beat1"], by=by, name="新"),
    "cover_grid": lambda g, by: territory.cover_grid(g.cast.beats["beat1"], g.cast.areas["grid3"], by=by),
    "uncover_grid": lambda g, by: territory.uncover_grid(g.cast.beats["beat1"], g.cast.areas["grid1"], by=by),
    "add_place": lambda g, by: territory.add_place(place("锦澜菜场"), by=by),
    "change_place": lambda g, by: territory.change_place(g.cast.places["jinlan"], place("锦苑"), by=by),
    "import_places": lambda g, by: (
        territory.import_places(io.BytesIO("名称,区域编码\n锦澜菜场,99010000100101".encode()), by=by).done
    ),
    "add_features": lambda g, by: territory.add_features([("road", "望河路", LINE)], by=by),
}


def roster(g: Ground, by: Actor) -> Any:
    """Duty of one of our people on our ground."""
    start = clock.now() + timedelta(days=30)
    return teams.plan_duty(
        g.cast.people["officer"],
        by=by,
        kind="beat",
        starts_at=start,
        ends_at=start + timedelta(hours=8),
        beat=g.cast.beats["beat1"],
    )


def brigade(g: Ground, by: Actor) -> Any:
    """A team of our people."""
    leader = MemberDraft(g.cast.people["committee"], leads=True)
    named = {"kind": "volunteer_brigade", "code": "V9", "name": "夜巡队"}
    return teams.make_team(by=by, area=g.cast.areas["community"], members=[leader], **named)  # type: ignore[arg-type]


TEAMS: dict[str, Deed] = {
    "appoint": lambda g, by: teams.appoint(
        g.cast.people["volunteer"], by=by, role="volunteer", area=g.cast.areas["grid2"]
    ),
    "renew": about("appointment", teams.renew, valid_to=date(2027, 9, 1)),
    "revoke": about("appointment", teams.revoke, reason="调走"),
    "print_certificate": about("appointment", teams.print_certificate),
    "change_station": lambda g, by: teams.change_station(by=by, name="望河派出所"),
    "make_team": brigade,
    "end_team": about("team", teams.end_team, reason="并队"),
    "add_member": lambda g, by: teams.add_member(g.allied, by=by, person=g.cast.people["volunteer"]),
    "end_member": about("member", teams.end_member, reason="调整"),
    "replace_leader": lambda g, by: teams.replace_leader(
        g.team, by=by, leaves=g.cast.people["committee"], comes=g.cast.people["volunteer"]
    ),
    "join_alliance": lambda g, by: teams.join_alliance(g.team, by=by, alliance=g.allied.parent),
    "leave_alliance": about("allied", teams.leave_alliance),
    "add_post": lambda g, by: teams.add_post(by=by, kind="room", name="岗", area=g.cast.areas["grid1"]),
    "remove_post": about("post", teams.remove_post),
    "plan_duty": roster,
    "cancel_duty": about("duty", teams.cancel_duty, reason="病假"),
    "ask_swap": lambda g, by: teams.ask_swap(g.later, by=by, to=g.cast.people["officer"]),
    "answer_swap": about("swap", teams.answer_swap, agree=True),
    "name_owner": lambda g, by: teams.name_owner(g.item, by=by, person=g.cast.people["officer"]),
    "record_evidence": about("item", teams.record_evidence, text="走访了 12 户"),
    "add_partner": lambda g, by: teams.add_partner(
        by=by, kind="bank", name="锦澜银行", area=g.cast.areas["grid1"]
    ),
    "change_partner": about("partner", teams.change_partner, note="试"),
    "add_resource": lambda g, by: teams.add_resource(
        by=by, kind="vehicle", name="巡逻车", area=g.cast.areas["grid1"]
    ),
    "change_resource": about("resource", teams.change_resource, note="试"),
}
