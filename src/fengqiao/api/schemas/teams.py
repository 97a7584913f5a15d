"""Teams, who is in them, fixed posts."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from fengqiao.api.schemas.base import (
    AreaName,
    Asked,
    Body,
    Code,
    Day,
    Id,
    Line,
    Named,
    Out,
    Text,
)


class MemberOut(Out):
    """Somebody in a team."""

    id: int
    person: Named
    leads: bool
    task: str
    valid_from: date
    valid_to: date | None


class TeamOut(Out):
    """A team with its members of today, leaders first."""

    id: int
    kind: str
    kind_words: str
    code: str
    name: str
    area: AreaName
    partner: Named | None
    alliance: Named | None
    formed_on: date
    ended_on: date | None
    purpose: str
    members: list[MemberOut]


class TeamFilters(Asked):
    """Which teams; those that still exist unless ``ended``."""

    kind: Line | None = None
    ended: bool = False


class MemberIn(Body):
    """Somebody to be in a team."""

    person: Id
    leads: bool = False
    task: Line = ""


class MakeTeam(Body):
    """A team with its leaders and members."""

    kind: Line
    code: Code
    name: Line
    area: Code
    members: list[MemberIn] = Field(max_length=500)
    purpose: Text = ""
    partner: Id | None = None
    formed_on: Day | None = None


class AddMember(Body):
    """Who joins, for what, from which day."""

    person: Id
    task: Line = ""
    valid_from: Day | None = None


class WhyIn(Body):
    """Perhaps why."""

    reason: Line = ""


class ReplaceLeader(Body):
    """Who leads instead of whom."""

    leaves: Id
    comes: Id
    stays: bool = False


class JoinAlliance(Body):
    """Which alliance, by the id of its team."""

    alliance: Id


class PostOut(Out):
    """A fixed post."""

    id: int
    kind: str
    name: str
    area: AreaName
    team: Named | None
    hours: str


class AddPost(Body):
    """A police room, a guard post, a stand-by point."""

    kind: Line
    name: Line
    area: Code
    place: Id | None = None
    team: Id | None = None
    hours: Line = ""
