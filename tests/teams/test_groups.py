"""Teams of every kind, their leaders and members; alliances; posts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from fengqiao.accounts.scope import RESIDENT, Actor
from fengqiao.audit.models import Entry
from fengqiao.lib import clock
from fengqiao.lib.errors import NotAllowed, OutOfReach, Refusal
from fengqiao.lib.place_config import list_places, using
from fengqiao.teams.actions import (
    add_member,
    add_post,
    appoint,
    end_member,
    end_team,
    join_alliance,
    leave_alliance,
    make_team,
    remove_post,
    replace_leader,
)
from fengqiao.teams.actions.groups import MemberDraft
from fengqiao.teams.models import Membership, Post, Team
from fengqiao.teams.queries import people
from tests.cast import NOW, Cast


def draft(cast: Cast, name: str, *, leads: bool = False) -> MemberDraft:
    return MemberDraft(cast.people[name], leads=leads)


def community_team(cast: Cast, by: Actor | None = None, code: str = "C1") -> Team:
    return make_team(
        by=by or cast.actor("head"), kind="community_team", code=code, name="锦澜社区队伍",
        area=cast.areas["community"],
        members=[draft(cast, "officer", leads=True), draft(cast, "grid_worker"), draft(cast, "committee")],
    )  # fmt: skip


def special_team(cast: Cast) -> Team:
    return make_team(
        by=cast.actor("head"), kind="special_team", code="Z1", name="专班", area=cast.areas["county"],
        members=[draft(cast, "head", leads=True), draft(cast, "street_staff", leads=True), draft(cast, "justice")],
    )  # fmt: skip


def alliance(cast: Cast) -> Team:
    return make_team(
        by=cast.actor("head"), kind="alliance", code="A1", name="守望联盟", area=cast.areas["street"],
        members=[draft(cast, "committee", leads=True)],
    )  # fmt: skip


def last() -> Entry:
    return Entry.objects.order_by("-id")[0]


def test_a_team_is_formed_with_its_people(cast: Cast) -> None:
    team = community_team(cast)
    assert set(team.memberships.values_list("person__name", "leads")) == {
        ("王建国", True),
        ("李芳", False),
        ("郑德明", False),
    }
    assert (last().verb, last().data["kind"]) == ("team.formed", "community_team")


def test_a_special_team_has_two_leaders_of_two_sides(cast: Cast) -> None:
    assert special_team(cast).memberships.filter(leads=True).count() == 2
    for leaders in (
        ["head"],
        ["head", "officer"],
        ["street_staff", "justice"],
        ["head", "street_staff", "justice"],
    ):
        with pytest.raises(Refusal) as found:
            make_team(
                by=cast.actor("head"), kind="special_team", code="Z2", name="专班", area=cast.areas["county"],
                members=[draft(cast, n, leads=True) for n in leaders],
            )  # fmt: skip
        assert found.value.code == "leaders"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kind": "army"}, "no_kind"),
        ({"code": ""}, "missing"),
        ({"code": "S"}, "taken"),
        ({"leader": "committee"}, "leaders"),
        ({"leader": "outsider"}, "leaders"),
        ({"member": "lawyer_like"}, "bad_member"),
        ({"member": "officer"}, "twice"),
    ],
)
def test_what_cannot_be_a_team_is_refused(cast: Cast, changes: dict[str, str], code: str) -> None:
    cast.people["lawyer_like"] = cast.people["auditor"]
    with pytest.raises(Refusal) as found:
        make_team(
            by=cast.actor("head"), kind=changes.get("kind", "community_team"), code=changes.get("code", "C9"),
            name="试", area=cast.areas["community"],
            members=[
                draft(cast, changes.get("leader", "officer"), leads=True),
                draft(cast, changes.get("member", "grid_worker")),
            ],
        )  # fmt: skip
    assert found.value.code == code
    assert not Team.objects.filter(code="C9").exists()


def test_people_join_and_leave_with_dates(cast: Cast) -> None:
    team = community_team(cast)
    row = add_member(team, by=cast.actor("head"), person=cast.people["volunteer"], task="夜间巡逻")
    with pytest.raises(Refusal) as found:
        add_member(team, by=cast.actor("head"), person=cast.people["volunteer"])
    assert found.value.code == "already"
    with pytest.raises(Refusal) as found:
        add_member(team, by=cast.actor("head"), person=cast.people["nobody"])
    assert found.value.code == "bad_member"
    with clock.at(NOW + timedelta(days=10)):
        row = end_member(row, by=cast.actor("volunteer"), reason="外出务工")  # one may leave oneself
        assert row.valid_to == date(2026, 3, 21)
        with pytest.raises(Refusal):
            end_member(row, by=cast.actor("head"))
        add_member(team, by=cast.actor("head"), person=cast.people["volunteer"])
    assert Membership.objects.on(date(2026, 3, 15)).filter(person=cast.people["volunteer"]).count() == 1


def test_a_leader_leaves_only_for_another(cast: Cast) -> None:
    team = special_team(cast)
    mine = team.memberships.get(person=cast.people["street_staff"])
    with pytest.raises(Refusal) as found:
        end_member(mine, by=cast.actor("head"))
    assert found.value.code == "leaders"
    with pytest.raises(Refusal):
        replace_leader(
            team, by=cast.actor("head"), leaves=cast.people["street_staff"], comes=cast.people["officer"]
        )
    with pytest.raises(Refusal):
        replace_leader(
            team, by=cast.actor("head"), leaves=cast.people["justice"], comes=cast.people["officer"]
        )
    appoint(cast.people["nobody"], by=cast.actor("head"), role="street_staff", area=cast.areas["street"])
    row = replace_leader(
        team,
        by=cast.actor("head"),
        leaves=cast.people["street_staff"],
        comes=cast.people["nobody"],
        stays=True,
    )
    assert row.leads
    now = {
        m.person.name: m.leads
        for m in team.memberships.filter(valid_to__isnull=True).select_related("person")
    }
    assert now == {"沈国强": True, "无职": True, "吴丽": False, "陈立": False}


def test_a_member_may_become_the_leader(cast: Cast) -> None:
    team = alliance(cast)
    add_member(team, by=cast.actor("head"), person=cast.people["assistant"])
    replace_leader(
        team, by=cast.actor("head"), leaves=cast.people["committee"], comes=cast.people["assistant"]
    )
    now = team.memberships.filter(valid_to__isnull=True)
    assert [(m.person, m.leads) for m in now] == [(cast.people["assistant"], True)]


def test_an_ended_team_lets_everybody_go(cast: Cast) -> None:
    team = end_team(community_team(cast), by=cast.actor("head"), reason="社区合并")
    assert not team.memberships.filter(valid_to__isnull=True).exists()
    for again in (
        lambda: end_team(team, by=cast.actor("head"), reason="再来"),
        lambda: add_member(team, by=cast.actor("head"), person=cast.people["volunteer"]),
    ):
        with pytest.raises(Refusal) as found:
            again()
        assert found.value.code == "over"
    with pytest.raises(Refusal):
        end_team(Team.objects.get(code="S"), by=cast.actor("head"), reason="试")


def test_teams_work_in_one_alliance_at_a_time(cast: Cast) -> None:
    union, team = alliance(cast), community_team(cast)
    assert join_alliance(team, by=cast.actor("head"), alliance=union).parent == union
    with pytest.raises(Refusal) as found:
        join_alliance(team, by=cast.actor("head"), alliance=union)
    assert found.value.code == "already"
    with pytest.raises(Refusal):
        join_alliance(union, by=cast.actor("head"), alliance=union)
    assert leave_alliance(team, by=cast.actor("head")).parent is None
    with pytest.raises(Refusal):
        leave_alliance(team, by=cast.actor("head"))
    join_alliance(team, by=cast.actor("head"), alliance=union)
    end_team(union, by=cast.actor("head"), reason="到期")
    team.refresh_from_db()
    assert team.parent is None


def test_a_post_is_set_up_and_given_up(cast: Cast) -> None:
    post = add_post(
        by=cast.actor("head"),
        kind="police_room",
        name="锦澜警务室",
        area=cast.areas["grid1"],
        hours="8:00 至 20:00",
    )
    remove_post(post, by=cast.actor("head"))
    assert not Post.objects.exists()
    assert last().data["name"] == "锦澜警务室"
    with pytest.raises(Refusal):
        add_post(by=cast.actor("head"), kind="police_room", name=" ", area=cast.areas["grid1"])
    with pytest.raises(OutOfReach):
        remove_post(post, by=cast.actor("head"))


VERBS: dict[str, Callable[[Cast, Actor], object]] = {
    "make_team": lambda c, by: community_team(c, by, "C2"),
    "end_team": lambda c, by: end_team(Team.objects.get(code="C1"), by=by, reason="试"),
    "add_member": lambda c, by: add_member(Team.objects.get(code="C1"), by=by, person=c.people["volunteer"]),
    "end_member": lambda c, by: end_member(
        Membership.objects.get(team__code="C1", person=c.people["grid_worker"]), by=by
    ),
    "replace_leader": lambda c, by: replace_leader(
        Team.objects.get(code="C1"), by=by, leaves=c.people["officer"], comes=c.people["new_officer"]
    ),
    "join_alliance": lambda c, by: join_alliance(
        Team.objects.get(code="C1"), by=by, alliance=Team.objects.get(code="A1")
    ),
    "leave_alliance": lambda c, by: leave_alliance(Team.objects.get(code="C3"), by=by),
    "add_post": lambda c, by: add_post(by=by, kind="police_room", name="试", area=c.areas["community"]),
    "remove_post": lambda c, by: remove_post(Post.objects.get(), by=by),
}


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_is_the_managers_alone(cast: Cast, verb: str) -> None:
    head = cast.actor("head")
    appoint(cast.people["nobody"], by=head, role="beat_officer", area=cast.areas["community"])
    cast.people["new_officer"] = cast.people["nobody"]
    community_team(cast)
    joined = community_team(cast, code="C3")
    join_alliance(joined, by=head, alliance=alliance(cast))
    add_post(by=head, kind="police_room", name="岗", area=cast.areas["community"])
    before = Entry.objects.count()
    for actor in (cast.actor("outsider"), RESIDENT):
        with pytest.raises(OutOfReach):
            VERBS[verb](cast, actor)
    with pytest.raises(NotAllowed):
        VERBS[verb](cast, cast.actor("duty"))
    assert Entry.objects.count() == before
    VERBS[verb](cast, head)
    assert Entry.objects.count() == before + 1


def test_a_beat_officer_forms_teams_on_their_own_grids_only(cast: Cast) -> None:
    def form(area: str, code: str) -> Team:
        return make_team(
            by=cast.actor("officer"), kind="patrol_group", code=code, name="巡逻组", area=cast.areas[area],
            members=[draft(cast, "auxiliary", leads=True)],
        )  # fmt: skip

    assert form("grid1", "P1").code == "P1"
    with pytest.raises(OutOfReach):
        form("street", "P2")
    with pytest.raises(OutOfReach):
        form("grid3", "P3")


@pytest.mark.parametrize("place", list_places())
def test_kinds_of_every_place_can_be_formed(cast: Cast, place: str) -> None:
    with using(place) as config:
        for n, kind in enumerate(config.team_kinds):
            members = []
            for k in range(kind.leaders):
                from fengqiao.accounts.models import Person
                from fengqiao.accounts.scope import SYSTEM

                person = Person.objects.create_person(f"{kind.key}-{k}"[:60], f"领{k}")
                appoint(person, by=SYSTEM, role=kind.leader_roles[k], area=cast.areas["street"])
                members.append(MemberDraft(person, leads=True))
            team = make_team(
                by=SYSTEM,
                kind=kind.key,
                code=f"K{n}",
                name=kind.zh,
                area=cast.areas["street"],
                members=members,
            )
            assert team.memberships.filter(leads=True).count() == kind.leaders


def test_the_list_of_people_is_what_one_may_see(cast: Cast, django_assert_max_num_queries: object) -> None:
    community_team(cast)
    with django_assert_max_num_queries(4):  # type: ignore[operator]
        cards = people(cast.actor("head"))
    assert {c.person.name for c in cards} >= {"王建国", "杨帆", "李芳"}
    officer = next(c for c in cards if c.person.name == "王建国")
    assert [m.team.name for m in officer.teams] == ["锦澜社区队伍"]
    assert not officer.on_duty
    assert [c.person.name for c in people(cast.actor("outsider"))] == ["杨帆"]
    assert [c.person.name for c in people(cast.actor("head"), role="mediator")] == ["李敏"]
    assert people(cast.actor("nobody")) == []
