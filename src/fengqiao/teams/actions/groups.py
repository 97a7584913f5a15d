"""Teams of every kind: formed, joined, led, ended; alliances; fixed posts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from fengqiao.accounts.checks import demand
from fengqiao.accounts.models import Person
from fengqiao.accounts.scope import Actor
from fengqiao.accounts.trail import trail
from fengqiao.lib.errors import OutOfReach, Refusal
from fengqiao.lib.place_config import TeamKind, current_place
from fengqiao.lib.present import named
from fengqiao.lib.text import clean, one_line
from fengqiao.lib.wording import listed
from fengqiao.teams.actions.appointments import today
from fengqiao.teams.models import Appointment, Membership, Partner, Post, Team
from fengqiao.teams.policy import PEOPLE, TEAM
from fengqiao.teams.reach import ground_of
from fengqiao.territory.models import Area, Place

ALLIANCE = "alliance"


@dataclass(frozen=True)
class MemberDraft:
    """Somebody to be in a team: as a leader or not, for what."""

    person: Person
    leads: bool = False
    task: str = ""


def kind_named(key: str) -> TeamKind:
    """A kind of team of the place. Raises Refusal for a key it does not have."""
    try:
        return current_place().team_kind(key)
    except KeyError as error:
        raise Refusal(_("本地没有“%(key)s”这类队伍") % {"key": key}, code="no_kind", field="kind") from error


def fresh_team(team: Team) -> Team:
    """The team as it is now, locked. Raises OutOfReach when gone."""
    found = Team.objects.select_for_update(of=("self",)).select_related("area").filter(pk=team.pk).first()
    if found is None:
        raise OutOfReach
    return found


def _roles_held(person: Person, area: Area) -> set[str]:
    """Roles the person holds today over the team's ground, part of it, or ground around it."""
    rows = Appointment.objects.on(today()).filter(person=person).select_related("area", "beat__area")
    paths = [(a.role, ground_of(a)) for a in rows]
    return {role for role, path in paths if path.startswith(area.path) or area.path.startswith(path)}


def _words(roles: Collection[str]) -> str:
    by_key = {r.key: named(r) for r in current_place().roles}
    return listed(by_key.get(r, r) for r in roles)


def _check_leaders(kind: TeamKind, leaders: Sequence[Person], area: Area) -> None:
    """As many leaders as the kind wants; with two, one of each of its first two leading roles."""
    if len({p.pk for p in leaders}) != kind.leaders:
        raise Refusal(
            _("%(kind)s要有 %(leaders)s 位负责人") % {"kind": named(kind), "leaders": kind.leaders},
            code="leaders",
            field="leaders",
        )
    held = [_roles_held(p, area) for p in leaders]
    if kind.leaders == 1:
        if not held[0] & set(kind.leader_roles):
            words = _("%(kind)s的负责人应是%(roles)s，%(name)s 不是") % {
                "kind": named(kind),
                "roles": _words(kind.leader_roles),
                "name": leaders[0].name,
            }
            raise Refusal(words, code="leaders", field="leaders")
        return
    first, second = kind.leader_roles[:2]
    if not any(first in a and second in b for a, b in (held, reversed(held))):
        words = _("%(kind)s的两位负责人，一位是%(first)s，一位是%(second)s") % {
            "kind": named(kind),
            "first": _words([first]),
            "second": _words([second]),
        }
        raise Refusal(words, code="leaders", field="leaders")


def _check_member(kind: TeamKind, person: Person, area: Area) -> None:
    if not person.is_active:
        raise Refusal(_("%(person)s 的账号已停用") % {"person": person.name}, code="inactive", field="person")
    wanted = (*kind.member_roles, *kind.leader_roles)
    if not _roles_held(person, area) & set(wanted):
        words = _("%(kind)s的成员应是%(wanted)s，%(person)s 在这一带不是，请先任命") % {
            "kind": named(kind),
            "wanted": _words(wanted),
            "person": person.name,
        }
        raise Refusal(words, code="bad_member", field="person")


def _check_team(kind: TeamKind, code: str, name: str, area: Area, members: Sequence[MemberDraft]) -> None:
    if not code or not name:
        raise Refusal(_("请填写编号和名称"), code="missing", field="code" if not code else "name")
    if Team.objects.filter(code=code).exists():
        raise Refusal(_("编号 %(code)s 已经有了，请换一个") % {"code": code}, code="taken", field="code")
    if len({m.person.pk for m in members}) != len(members):
        raise Refusal(_("同一个人写了两次"), code="twice", field="members")
    _check_leaders(kind, [m.person for m in members if m.leads], area)
    for member in members:
        _check_member(kind, member.person, area)


@transaction.atomic
def make_team(
    *,
    by: Actor,
    kind: str,
    code: str,
    name: str,
    area: Area,
    members: Sequence[MemberDraft],
    purpose: str = "",
    partner: Partner | None = None,
    formed_on: date | None = None,
) -> Team:
    """Form a team with its leaders and members; the kind says how many lead and who may be in it.

    Raises Refusal for a code in use, missing or wrong leaders and for people whose role does not fit.
    """
    demand(by, TEAM, area.path, see=PEOPLE)
    code, name = one_line(code, limit=20, field="code"), one_line(name, limit=60, field="name")
    _check_team(kind_named(kind), code, name, area, members)
    team = Team.objects.create(
        kind=kind,
        code=code,
        name=name,
        area=area,
        partner=partner,
        formed_on=formed_on or today(),
        purpose=clean(purpose, limit=2000, field="purpose"),
    )
    Membership.objects.bulk_create(
        Membership(
            team=team,
            person=m.person,
            leads=m.leads,
            task=one_line(m.task, limit=60),
            valid_from=team.formed_on,
        )
        for m in members
    )
    trail(by, "team.formed", team, kind=kind, members=[m.person.pk for m in members])
    return team


def _open(team: Team) -> Team:
    if team.ended_on is not None:
        raise Refusal(_("%(team)s 已经解散") % {"team": team.name}, code="over")
    return team


@transaction.atomic
def end_team(team: Team, *, by: Actor, reason: str) -> Team:
    """The team ends today and its memberships with it; the station's own team does not."""
    team = _open(fresh_team(team))
    demand(by, TEAM, team.area.path, see=PEOPLE)
    if team.kind not in {k.key for k in current_place().team_kinds}:
        raise Refusal(_("这支队伍不能解散"), code="station_team")
    reason = one_line(reason, limit=200, field="reason")
    if not reason:
        raise Refusal(_("请写明解散的原因"), code="missing", field="reason")
    team.ended_on = today()
    team.save(update_fields=["ended_on"])
    Membership.objects.filter(team=team, valid_to__isnull=True).update(valid_to=team.ended_on)
    Team.objects.filter(parent=team).update(parent=None)
    trail(by, "team.ended", team, reason=reason)
    return team


@transaction.atomic
def add_member(
    team: Team, *, by: Actor, person: Person, task: str = "", valid_from: date | None = None
) -> Membership:
    """Somebody joins, from today or a day to come. Leaders come with the team or by ``replace_leader``."""
    team = _open(fresh_team(team))
    demand(by, TEAM, team.area.path, see=PEOPLE)
    if team.kind in {k.key for k in current_place().team_kinds}:
        _check_member(kind_named(team.kind), person, team.area)
    if Membership.objects.filter(team=team, person=person, valid_to__isnull=True).exists():
        raise Refusal(
            _("%(person)s 已经在 %(team)s 里了") % {"person": person.name, "team": team.name},
            code="already",
            field="person",
        )
    row = Membership.objects.create(
        team=team, person=person, task=one_line(task, limit=60), valid_from=valid_from or today()
    )
    trail(by, "member.joined", row, team=team.pk, person=person.pk)
    return row


@transaction.atomic
def end_member(membership: Membership, *, by: Actor, reason: str = "") -> Membership:
    """Somebody leaves today; one may leave oneself. A leader leaves by ``replace_leader``."""
    rows = Membership.objects.select_for_update(of=("self",)).select_related("team__area", "person")
    row = rows.filter(pk=membership.pk).first()
    if row is None:
        raise OutOfReach
    if by.person_id is None or row.person_id != by.person_id:
        demand(by, TEAM, row.team.area.path, see=PEOPLE)
    if row.valid_to is not None:
        raise Refusal(
            _("%(person)s 已经离开 %(team)s") % {"person": row.person.name, "team": row.team.name},
            code="already",
        )
    if row.leads:
        raise Refusal(
            _("%(person)s 是负责人，请先换一位负责人") % {"person": row.person.name}, code="leaders"
        )
    row.valid_to = max(today(), row.valid_from)
    row.save(update_fields=["valid_to"])
    trail(by, "member.left", row, team=row.team_id, person=row.person_id, reason=one_line(reason))
    return row


@transaction.atomic
def replace_leader(
    team: Team, *, by: Actor, leaves: Person, comes: Person, stays: bool = False
) -> Membership:
    """``comes`` leads from today instead of ``leaves``, who stays as a member if ``stays``.

    Raises Refusal when ``leaves`` does not lead or the new leaders do not fit the kind.
    """
    team = _open(fresh_team(team))
    demand(by, TEAM, team.area.path, see=PEOPLE)
    rows = Membership.objects.filter(team=team, valid_to__isnull=True).select_related("person")
    now = {m.person_id: m for m in rows}
    old = now.get(leaves.pk)
    if old is None or not old.leads:
        raise Refusal(
            _("%(leaves)s 现在不是 %(team)s 的负责人") % {"leaves": leaves.name, "team": team.name},
            code="leaders",
            field="leaves",
        )
    kind = kind_named(team.kind)
    _check_leaders(kind, [*(m.person for m in now.values() if m.leads and m is not old), comes], team.area)
    _check_member(kind, comes, team.area)
    for ended in filter(None, (old, now.get(comes.pk))):
        ended.valid_to = max(today(), ended.valid_from)
        ended.save(update_fields=["valid_to"])
    if stays:
        Membership.objects.create(team=team, person=leaves, task=old.task, valid_from=today())
    row = Membership.objects.create(team=team, person=comes, leads=True, task=old.task, valid_from=today())
    trail(by, "leader.replaced", row, team=team.pk, before=leaves.pk, after=comes.pk)
    return row


@transaction.atomic
def join_alliance(team: Team, *, by: Actor, alliance: Team) -> Team:
    """The team works in an alliance from now; a team is in one alliance at a time."""
    team, alliance = _open(fresh_team(team)), _open(fresh_team(alliance))
    demand(by, TEAM, alliance.area.path, see=PEOPLE)
    demand(by, TEAM, team.area.path, see=PEOPLE)
    if alliance.kind != ALLIANCE or team.pk == alliance.pk or team.kind == ALLIANCE:
        raise Refusal(
            _("%(alliance)s 不是可以加入的联盟") % {"alliance": alliance.name},
            code="not_an_alliance",
            field="alliance",
        )
    if team.parent_id is not None:
        raise Refusal(_("%(team)s 已经在一个联盟里，请先退出") % {"team": team.name}, code="already")
    team.parent = alliance
    team.save(update_fields=["parent"])
    trail(by, "alliance.joined", team, alliance=alliance.pk)
    return team


@transaction.atomic
def leave_alliance(team: Team, *, by: Actor) -> Team:
    """The team leaves its alliance."""
    team = fresh_team(team)
    demand(by, TEAM, team.area.path, see=PEOPLE)
    if team.parent_id is None:
        raise Refusal(_("%(team)s 不在联盟里") % {"team": team.name}, code="not_in", field="alliance")
    before, team.parent = team.parent_id, None
    team.save(update_fields=["parent"])
    trail(by, "alliance.left", team, alliance=before)
    return team


@transaction.atomic
def add_post(
    *,
    by: Actor,
    kind: str,
    name: str,
    area: Area,
    place: Place | None = None,
    team: Team | None = None,
    hours: str = "",
) -> Post:
    """A fixed post: a police room, a guard post, a stand-by point."""
    demand(by, TEAM, area.path, see=PEOPLE)
    name = one_line(name, limit=60, field="name")
    if not name:
        raise Refusal(_("请填写岗点名称"), code="missing", field="name")
    post = Post.objects.create(
        kind=one_line(kind, limit=30),
        name=name,
        area=area,
        place=place,
        team=team,
        hours=one_line(hours, limit=80),
    )
    trail(by, "post.added", post, area=area.pk)
    return post


@transaction.atomic
def remove_post(post: Post, *, by: Actor) -> None:
    """The post is given up; what it was stays in the log."""
    found = Post.objects.select_for_update(of=("self",)).select_related("area").filter(pk=post.pk).first()
    if found is None:
        raise OutOfReach
    demand(by, TEAM, found.area.path, see=PEOPLE)
    trail(by, "post.removed", found, kind=found.kind, name=found.name, area=found.area_id)
    found.delete()
