"""Teams of every kind, who is in them, alliances, fixed posts."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from ninja import Query

from fengqiao.accounts.scope import Scope
from fengqiao.api import find, show_teams
from fengqiao.api.access import Door
from fengqiao.api.auth import ApiRequest, me
from fengqiao.api.schemas import teams as bodies
from fengqiao.api.schemas.base import Done, Id
from fengqiao.api.schemas.people import ReasonIn
from fengqiao.lib import clock
from fengqiao.lib.policy import needs, signed_in
from fengqiao.teams import actions
from fengqiao.teams.actions.groups import MemberDraft
from fengqiao.teams.models import Membership, Post, Team
from fengqiao.territory.models import within

router = Door(tags=["teams"])
sees = needs("people.see")
manages = needs("team.manage")


def _teams(scope: Scope) -> QuerySet[Team]:
    return Team.objects.visible_to(scope).select_related("area", "partner", "parent")


def _shown(rows: list[Team]) -> list[bodies.TeamOut]:
    today = clock.local(clock.now()).date()
    members: dict[int, list[Membership]] = defaultdict(list)
    found = Membership.objects.on(today).filter(team__in=rows).select_related("person")
    for row in found.order_by("-leads", "person__name", "id"):
        members[row.team_id].append(row)
    return [show_teams.team(t, members[t.pk]) for t in rows]


def _one(team: Team) -> bodies.TeamOut:
    rows = Team.objects.select_related("area", "partner", "parent")
    return _shown([rows.get(pk=team.pk)])[0]


@router.get("/teams", response=list[bodies.TeamOut])
@sees
def list_teams(request: ApiRequest, filters: Query[bodies.TeamFilters]) -> list[bodies.TeamOut]:
    """Teams in reach with their members of today."""
    rows = _teams(request.auth.scope)
    if filters.kind:
        rows = rows.filter(kind=filters.kind)
    if not filters.ended:
        rows = rows.filter(ended_on__isnull=True)
    return _shown(list(rows.order_by("kind", "code")[:1000]))


@router.get("/teams/{id}", response=bodies.TeamOut)
@sees
def read_team(request: ApiRequest, id: Id) -> bodies.TeamOut:
    """One team."""
    return _one(find.one(_teams(request.auth.scope), id))


@router.post("/teams", response={201: bodies.TeamOut})
@manages
def make_team(request: ApiRequest, body: bodies.MakeTeam) -> bodies.TeamOut:
    """Form a team; its kind says how many lead and who may be in it."""
    by, area = request.auth, find.area(body.area)
    members = [
        MemberDraft(find.colleague(m.person, by, field="members", near=area), leads=m.leads, task=m.task)
        for m in body.members
    ]
    made = actions.make_team(
        by=by,
        kind=body.kind,
        code=body.code,
        name=body.name,
        area=area,
        members=members,
        purpose=body.purpose,
        partner=find.partner(body.partner) if body.partner else None,
        formed_on=body.formed_on,
    )
    return _one(made)


@router.post("/teams/{id}/end-team", response=bodies.TeamOut)
@manages
def end_team(request: ApiRequest, id: Id, body: ReasonIn) -> bodies.TeamOut:
    """The team ends today and its memberships with it."""
    row = find.one(_teams(request.auth.scope), id)
    return _one(actions.end_team(row, by=request.auth, reason=body.reason))


@router.post("/teams/{id}/members", response={201: bodies.MemberOut})
@manages
def add_member(request: ApiRequest, id: Id, body: bodies.AddMember) -> bodies.MemberOut:
    """Somebody joins."""
    row, by = find.one(_teams(request.auth.scope), id), request.auth
    made = actions.add_member(
        row,
        by=by,
        person=find.colleague(body.person, by, field="person", near=row.area),
        task=body.task,
        valid_from=body.valid_from,
    )
    return show_teams.member(made)


def _memberships(request: ApiRequest) -> QuerySet[Membership]:
    """Memberships of teams in reach, and one's own."""
    seen = Membership.objects.filter(team__in=Team.objects.visible_to(request.auth.scope))
    return (seen | Membership.objects.filter(person_id=me(request))).select_related("person", "team")


@router.post("/members/{id}/end-member", response=bodies.MemberOut)
@signed_in
def end_member(request: ApiRequest, id: Id, body: bodies.WhyIn) -> bodies.MemberOut:
    """Somebody leaves today; one may leave oneself."""
    row = find.one(_memberships(request), id)
    return show_teams.member(actions.end_member(row, by=request.auth, reason=body.reason))


@router.post("/teams/{id}/replace-leader", response=bodies.TeamOut)
@manages
def replace_leader(request: ApiRequest, id: Id, body: bodies.ReplaceLeader) -> bodies.TeamOut:
    """Somebody leads from today instead of another."""
    row, by = find.one(_teams(request.auth.scope), id), request.auth
    actions.replace_leader(
        row,
        by=by,
        leaves=find.colleague(body.leaves, by, field="leaves", near=row.area),
        comes=find.colleague(body.comes, by, field="comes", near=row.area),
        stays=body.stays,
    )
    return _one(row)


@router.post("/teams/{id}/join-alliance", response=bodies.TeamOut)
@manages
def join_alliance(request: ApiRequest, id: Id, body: bodies.JoinAlliance) -> bodies.TeamOut:
    """The team works in an alliance from now."""
    rows = _teams(request.auth.scope)
    alliance = rows.filter(pk=body.alliance).first()
    if alliance is None:
        raise find.unknown("alliance", _("没有找到这个联盟"))
    return _one(actions.join_alliance(find.one(rows, id), by=request.auth, alliance=alliance))


@router.post("/teams/{id}/leave-alliance", response=bodies.TeamOut)
@manages
def leave_alliance(request: ApiRequest, id: Id) -> bodies.TeamOut:
    """The team leaves its alliance."""
    return _one(actions.leave_alliance(find.one(_teams(request.auth.scope), id), by=request.auth))


def _posts(scope: Scope) -> QuerySet[Post]:
    rows = Post.objects.filter(within(scope.paths("people.see"), "area__path"))
    return rows.select_related("area", "team")


@router.get("/posts", response=list[bodies.PostOut])
@sees
def list_posts(request: ApiRequest) -> list[bodies.PostOut]:
    """Fixed posts in reach."""
    return [show_teams.post(p) for p in _posts(request.auth.scope).order_by("kind", "name", "id")[:1000]]


@router.post("/posts", response={201: bodies.PostOut})
@manages
def add_post(request: ApiRequest, body: bodies.AddPost) -> bodies.PostOut:
    """A police room, a guard post, a stand-by point."""
    scope = request.auth.scope
    team = _teams(scope).filter(pk=body.team).first() if body.team else None
    if body.team and team is None:
        raise find.unknown("team", _("没有找到这支队伍"))
    made = actions.add_post(
        by=request.auth,
        kind=body.kind,
        name=body.name,
        area=find.area(body.area),
        place=find.place(body.place, scope) if body.place else None,
        team=team,
        hours=body.hours,
    )
    return show_teams.post(made)


@router.delete("/posts/{id}", response=Done)
@manages
def remove_post(request: ApiRequest, id: Id) -> Done:
    """The post is given up; what it was stays in the log."""
    actions.remove_post(find.one(_posts(request.auth.scope), id), by=request.auth)
    return Done()
