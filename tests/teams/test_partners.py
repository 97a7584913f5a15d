"""Partners and what they share."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fengqiao.accounts.scope import RESIDENT, Actor
from fengqiao.audit.models import Entry
from fengqiao.lib.errors import NotAllowed, OutOfReach, Refusal
from fengqiao.teams.actions import add_partner, add_resource, change_partner, change_resource
from fengqiao.teams.models import Partner, Resource
from fengqiao.teams.queries import partners_for, resources_for
from tests.cast import Cast


def partner(cast: Cast, by: Actor, name: str = "柳溪环保站") -> Partner:
    return add_partner(
        by=by, kind="environment", name=name, area=cast.areas["street"], duty_line="0570-12369"
    )


def resource(cast: Cast, by: Actor, kind: str = "police_room", **changes: object) -> Resource:
    values: dict[str, object] = {
        "area": cast.areas["community"],
        "name": "锦澜调解室",
        "hours": "每天 8:00 至 21:00",
        **changes,
    }
    return add_resource(by=by, kind=kind, **values)  # type: ignore[arg-type]


def test_a_partner_and_its_boat(cast: Cast) -> None:
    found = partner(cast, cast.actor("street_staff"))
    boat = resource(cast, cast.actor("street_staff"), "vehicle", name="冲锋舟", partner=found)
    room = resource(cast, cast.actor("street_staff"))
    assert [p.name for p in partners_for(cast.areas["grid1"], kind="environment")] == ["柳溪环保站"]
    assert partners_for(cast.areas["other_grid"], kind="environment") == []
    assert {p.kind for p in partners_for(cast.areas["other_grid"])} == {"court", "water"}
    assert set(resources_for(cast.areas["grid1"])) == {boat, room}
    assert resources_for(cast.areas["grid1"], kind="vehicle") == [boat]
    assert resources_for(cast.areas["grid3"]) == []


def test_nearer_rooms_come_first(cast: Cast) -> None:
    far = resource(cast, cast.actor("head"), "county_centre", name="区调解中心", area=cast.areas["county"])
    near = resource(cast, cast.actor("head"))
    assert resources_for(cast.areas["grid1"]) == [near, far]


@pytest.mark.parametrize(
    ("name", "kind", "code"),
    [("柳溪水务公司", "water", "taken"), (" ", "water", "missing"), ("新单位", "no_kind", "no_kind")],
)
def test_what_cannot_be_a_partner_is_refused(cast: Cast, name: str, kind: str, code: str) -> None:
    with pytest.raises(Refusal) as found:
        add_partner(by=cast.actor("head"), kind=kind, name=name, area=cast.areas["street"])
    assert found.value.code == code


def test_changes_touch_only_what_is_given(cast: Cast) -> None:
    water = cast.partners["water"]
    changed = change_partner(water, by=cast.actor("head"), duty_line="96390")
    assert (changed.name, changed.duty_line, changed.active) == ("柳溪水务公司", "96390", True)
    assert Entry.objects.order_by("-id")[0].data == {"columns": ["duty_line"]}
    with pytest.raises(Refusal):
        change_partner(water, by=cast.actor("head"), name="柳溪区人民法院")
    change_partner(water, by=cast.actor("head"), active=False, note="并入城投", name="柳溪水务")
    assert water not in partners_for(cast.areas["grid1"])
    with pytest.raises(Refusal) as found:
        resource(cast, cast.actor("head"), "vehicle", partner=Partner.objects.get(pk=water.pk))
    assert found.value.code == "inactive"


def test_a_resource_goes_off_the_list(cast: Cast) -> None:
    room = resource(cast, cast.actor("head"))
    change_resource(
        room,
        by=cast.actor("head"),
        name="锦澜一号调解室",
        contact="值班电话",
        note="可坐 12 人",
        hours="全天",
    )
    change_resource(room, by=cast.actor("head"), active=False)
    assert resources_for(cast.areas["grid1"]) == []
    room.refresh_from_db()
    assert (room.name, room.hours) == ("锦澜一号调解室", "全天")
    with pytest.raises(Refusal):
        resource(cast, cast.actor("head"), "castle")


VERBS: dict[str, Callable[[Cast, Actor], object]] = {
    "add_partner": lambda c, by: partner(c, by, "又一个"),
    "change_partner": lambda c, by: change_partner(Partner.objects.get(name="柳溪环保站"), by=by, note="试"),
    "add_resource": lambda c, by: resource(c, by, name="又一间"),
    "change_resource": lambda c, by: change_resource(
        Resource.objects.get(name="锦澜调解室"), by=by, note="试"
    ),
}


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_is_the_partner_keepers_alone(cast: Cast, verb: str) -> None:
    partner(cast, cast.actor("head"))
    resource(cast, cast.actor("head"))
    before = Entry.objects.count()
    for actor in (cast.actor("outsider"), cast.actor("nobody"), RESIDENT):
        with pytest.raises(OutOfReach):
            VERBS[verb](cast, actor)
    with pytest.raises(NotAllowed):
        VERBS[verb](cast, cast.actor("duty"))
    assert Entry.objects.count() == before
    VERBS[verb](cast, cast.actor("head"))
    assert Entry.objects.count() == before + 1
