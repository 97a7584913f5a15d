"""How large the synthetic township is: presets from a hamlet to a county, or a place's own figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from fengqiao.lib.place_types import PlaceConfig
from fengqiao.lib.place_vocabulary import START_CODES


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
class RoomPlan:
    """A kind of mediation room: its name, and the level of the ladder that it serves."""

    kind: str
    name: str
    level: str


@dataclass(frozen=True, slots=True)
class Ladder:
    """Where matters begin, by start code, and the level above each level (none above the last)."""

    starts: tuple[tuple[str, str], ...]
    climbs: tuple[tuple[str, str], ...]

    def start(self, code: str) -> str:
        """The level's key for a start code. Raises ``KeyError`` for an unknown one."""
        return dict(self.starts)[code]

    def above(self, level: str) -> str:
        """The key of the level above, empty at the top."""
        return dict(self.climbs).get(level, "")


USUAL_LADDER = Ladder(
    (("G", "village"), ("V", "village"), ("T", "street"), ("C", "county"), ("P", "station")),
    (("village", "community"), ("community", "street"), ("street", "county"), ("station", "county")),
)
USUAL_ROOMS = (
    RoomPlan("village_room", "村居调解室", "village"),
    RoomPlan("police_room", "派出所调解室", "street"),
    RoomPlan("street_centre", "街道调解中心", "street"),
    RoomPlan("county_centre", "区县调解中心", "county"),
)


@dataclass(frozen=True, slots=True)
class Scale:
    """The size of a township: counts, except ``area_km2`` in square kilometres.

    ``households_of_first_village`` fixes one village exactly (0: an ordinary one), ``tenants`` are
    residents who rent there on top of ``residents``. ``zones`` is the number of special zones (lake park,
    shopping quarter, industry) that are laid out with posts. ``years``: how far the past is told.
    ``disputes_per_year``: how many of a year's reports are of disputes, 0 for the usual share;
    ``mediated_percent`` of those that may be mediated are, and about ``settled_percent`` of these are settled.
    ``partner_kinds``: kinds of partners that the place knows beyond the usual ones.
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
    years: int = 1
    disputes_per_year: int = 0
    mediated_percent: int = 62
    settled_percent: int = 97
    partner_kinds: tuple[str, ...] = ()
    rooms: tuple[RoomPlan, ...] = USUAL_ROOMS
    ladder: Ladder = USUAL_LADDER

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
        if not 1 <= self.years <= 5 or self.disputes_per_year > self.matters_per_year:
            raise ValueError("往事要在 1 到 5 年之间，一年的纠纷不能多于一年的事项")
        if not 0 <= self.mediated_percent <= 100 or not 70 <= self.settled_percent <= 99:
            raise ValueError("调解的比例在 0 到 100 之间，调成的比例在 70 到 99 之间")

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
    rooms = tuple(RoomPlan(kind.key, kind.zh, kind.level) for kind in place.mediation_room_kinds)
    kinds_of_partners = tuple(kind.key for kind in place.partner_kinds)
    found = replace(
        Scale(**same), teams=teams, rooms=rooms, partner_kinds=kinds_of_partners, ladder=_ladder_of(place)
    )
    return replace(found, **changes)


def _ladder_of(place: PlaceConfig) -> Ladder:
    levels = (*place.ladder, place.station_level)
    return Ladder(
        tuple((code, place.start_level(code).key) for code in START_CODES),
        tuple((level.key, level.climbs_to) for level in levels if level.climbs_to),
    )
