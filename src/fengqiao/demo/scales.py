"""How large the synthetic township is: presets from a hamlet to a county, or a place's own figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from fengqiao.lib.place_types import PlaceConfig


@dataclass(frozen=True, slots=True)
class TeamPlan:
    """Teams to be made of one kind: how many, with how many people together, and which roles lead and follow.

    ``leaders`` is 1 or 2; with 2, one comes from each of the first two ``leader_roles``.
    """

    kind: str
    name: str
    count: int
    people: int
    leader_roles: tuple[str, ...] = ("beat_officer",)
    member_roles: tuple[str, ...] = ("volunteer",)
    leaders: int = 1


@dataclass(frozen=True, slots=True)
class Scale:
    """The size of a township: counts, except ``area_km2`` in square kilometres.

    ``households_of_first_village`` fixes one village exactly (0: an ordinary one), ``tenants`` are
    residents who rent there on top of ``residents``. ``zones`` is the number of special zones (lake park,
    shopping quarter, industry) that are laid out with posts.
    """

    area_km2: float
    stations: int
    streets: int
    communities: int
    villages: int
    grids: int
    beats: int
    residents: int
    households: int
    premises: int
    key_sites: int
    officers: int
    auxiliaries: int
    volunteers: int
    matters_per_year: int
    teams: tuple[TeamPlan, ...] = ()
    zones: int = 0
    households_of_first_village: int = 0
    tenants: int = 0

    def __post_init__(self) -> None:
        units = self.communities + self.villages
        if self.area_km2 <= 0 or self.streets < 1 or self.stations < 1 or units < 1:
            raise ValueError("辖区至少要有一片地、一个街道、一个派出所和一个村或社区")
        carrying = self.villages if self.villages_under_communities else units
        if self.grids < carrying:
            raise ValueError(f"网格 {self.grids} 个，村和社区有 {carrying} 个：每个至少要有一个网格")
        if not 1 <= self.beats <= self.grids or units < self.streets:
            raise ValueError("警务区要在 1 个到网格数之间，每个街道至少要有一个村或社区")
        if self.residents < self.households or self.households < self.grids:
            raise ValueError("居民不能少于户数，户数不能少于网格数")

    @property
    def villages_under_communities(self) -> bool:
        """Whether villages lie under communities (many villages, few communities) or beside them."""
        return self.communities > 0 and self.villages >= 5 * self.communities


_WATCH = TeamPlan(
    "alliance", "邻里守望联盟", 1, 7, ("committee_member",), ("volunteer", "informant", "guard")
)


def _usual_teams(beats: int, units: int, volunteers: int) -> tuple[TeamPlan, ...]:
    members = ("auxiliary", "grid_worker", "committee_member", "volunteer")
    brigades = max(1, units // 5)
    return (
        TeamPlan("community_team", "社区队伍", beats, beats * 6, ("beat_officer",), members),
        TeamPlan("volunteer_brigade", "义警队", brigades, max(brigades * 8, volunteers // 3), ("volunteer",)),
        TeamPlan(
            "patrol_group",
            "巡逻组",
            brigades,
            brigades * 10,
            ("patrol_member",),
            ("patrol_member", "volunteer"),
        ),
        TeamPlan(
            "mediation_committee",
            "人民调解委员会",
            units,
            units * 3,
            ("mediator",),
            ("mediator", "committee_member"),
        ),
    )


PRESETS: dict[str, Scale] = {
    "hamlet": Scale(
        area_km2=1.6, stations=1, streets=1, communities=0, villages=1, grids=3, beats=1, residents=620,
        households=190, premises=8, key_sites=1, officers=3, auxiliaries=2, volunteers=9, matters_per_year=30,
        teams=(TeamPlan("community_team", "社区队伍", 1, 5, ("beat_officer",), ("auxiliary", "grid_worker")), _WATCH),
    ),
    "town": Scale(
        area_km2=64.0, stations=2, streets=2, communities=9, villages=10, grids=60, beats=19, residents=90_000,
        households=31_000, premises=640, key_sites=24, officers=26, auxiliaries=24, volunteers=60,
        matters_per_year=1000, teams=_usual_teams(19, 19, 60), zones=3,
    ),
    "county": Scale(
        area_km2=1500.0, stations=14, streets=14, communities=110, villages=190, grids=700, beats=210,
        residents=1_000_000, households=345_000, premises=6_000, key_sites=220, officers=420, auxiliaries=600,
        volunteers=900, matters_per_year=12_000, teams=_usual_teams(210, 300, 900), zones=3,
    ),
}  # fmt: skip


def scale_named(name: str, **changes: Any) -> Scale:
    """A preset (``hamlet``, ``town``, ``county``) with some figures changed.

    Raises ``ValueError`` for an unknown preset, an unknown figure, and figures that do not fit together.
    """
    if name not in PRESETS:
        raise ValueError(f"没有叫“{name}”的规模，可以用：{'、'.join(PRESETS)}")
    known = {field.name for field in fields(Scale)}
    unknown = sorted(changes.keys() - known)
    if unknown:
        raise ValueError(f"规模里没有这一项：{'、'.join(unknown)}")
    return replace(PRESETS[name], **changes)


def scale_of_place(place: PlaceConfig, **changes: Any) -> Scale:
    """The scale a place's configuration asks for, with its kinds of teams."""
    wanted = place.scale
    kinds = {kind.key: kind for kind in place.team_kinds}
    teams = tuple(
        TeamPlan(
            plan.kind, kinds[plan.kind].zh, plan.count, plan.people,
            tuple(kinds[plan.kind].leader_roles), tuple(kinds[plan.kind].member_roles), kinds[plan.kind].leaders,
        )
        for plan in wanted.teams
    )  # fmt: skip
    same: Mapping[str, Any] = {
        field.name: getattr(wanted, field.name)
        for field in fields(Scale)
        if field.name != "teams" and hasattr(wanted, field.name)
    }
    return replace(Scale(**same), teams=teams, **changes)
