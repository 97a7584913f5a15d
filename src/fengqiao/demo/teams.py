"""Teams of every kind a place asks for, filled from those who are there and from neighbours who join."""

from __future__ import annotations

from collections import Counter
from datetime import date

from fengqiao.demo.model import Area, Beat, Person, Team
from fengqiao.demo.scales import Scale, TeamPlan
from fengqiao.demo.sites import numeral
from fengqiao.demo.staff import Roster

FORMED_ON = date(2024, 3, 1)
# Staff are counted by the scale; a team never invents more of them.
_COUNTED = {
    "station_head", "duty_officer", "beat_officer", "auxiliary", "grid_worker", "village_officer",
    "village_auxiliary", "street_staff", "justice_staff", "department_staff",
}  # fmt: skip
_TITLES = {
    "volunteer": "义警", "village_volunteer": "守望志愿者", "informant": "信息员", "patrol_member": "巡防队员",
    "guard": "保安", "lawyer": "律师", "mediator": "调解员", "committee_member": "村居委成员",
    "property_manager": "物业经理", "police_assistant": "警务助理", "safety_assistant": "安全协管员",
    "service_member": "服务队员", "talk_member": "宣讲员", "post_leader": "岗点负责人",
}  # fmt: skip
_BEAT_KINDS = {"community_team", "village_team"}


def make_teams(
    scale: Scale, areas: tuple[Area, ...], beats: tuple[Beat, ...], roster: Roster
) -> tuple[Team, ...]:
    """All teams of the scale's plans; membership counts are those asked for as far as staff allow."""
    teams: list[Team] = []
    for plan in scale.teams:
        builder = _Builder(plan, areas, roster)
        homes = _homes(plan, areas, beats)
        for number in range(plan.count):
            size = plan.people // plan.count + (1 if number < plan.people % plan.count else 0)
            area, beat = homes[number % len(homes)]
            teams.append(builder.build(f"T{len(teams) + 1:04}", area, beat, size))
    return tuple(teams)


def _homes(plan: TeamPlan, areas: tuple[Area, ...], beats: tuple[Beat, ...]) -> list[tuple[Area, str]]:
    """Where the teams of a kind sit: one to a beat, one to a community or village, or street by street."""
    by_code = {area.code: area for area in areas}
    if plan.kind in _BEAT_KINDS:
        return [(by_code[by_code[beat.grids[-1]].parent or ""], beat.code) for beat in beats]
    units = [area for area in areas if area.rank in ("community", "village")]
    carrying = [
        area for area in units if any(other.parent == area.code and other.rank == "grid" for other in areas)
    ]
    streets = [area for area in areas if area.rank == "street"]
    communities = [area for area in units if area.rank == "community"]
    if plan.count == len(communities):
        return [(area, "") for area in communities]
    if plan.count >= len(carrying):
        return [(area, "") for area in carrying]
    if plan.count > len(streets):
        step = len(carrying) / plan.count
        return [(carrying[int(n * step)], "") for n in range(plan.count)]
    return [(area, "") for area in streets]


class _Builder:
    """Fills the teams of one kind; nobody is in two of them."""

    def __init__(self, plan: TeamPlan, areas: tuple[Area, ...], roster: Roster) -> None:
        self._plan = plan
        self._roster = roster
        self._above = _ancestors(areas)
        self._used: set[str] = set()
        self._names: Counter[str] = Counter()

    def build(self, code: str, area: Area, beat: str, size: int) -> Team:
        """One team with leaders first."""
        plan = self._plan
        leaders = [self._lead(number_, area, beat) for number_ in range(plan.leaders)]
        members: list[Person] = []
        roles = list(plan.member_roles)
        turn = 0
        while len(leaders) + len(members) < size and roles:
            role = roles[turn % len(roles)]
            person = self._find(role, area, beat) or (None if role in _COUNTED else self._join(role, area))
            if person is None:
                roles.remove(role)
                continue
            members.append(person)
            turn += 1
        name = self._name(area)
        return Team(
            code,
            plan.kind,
            name,
            area.code,
            tuple(p.code for p in leaders),
            tuple(p.code for p in members),
            FORMED_ON,
        )

    def _name(self, area: Area) -> str:
        """Named after its ground, once each; those of the same ground are told apart by number."""
        if self._plan.count == 1:
            return self._plan.name
        stem = area.name.removesuffix("社区")
        stem = stem.removesuffix("村") if self._plan.name.startswith("村") else stem
        self._names[stem] += 1
        again = f"{numeral(self._names[stem])}队" if self._names[stem] > 1 else ""
        return f"{stem}{self._plan.name}{again}"

    def _lead(self, number: int, area: Area, beat: str) -> Person:
        plan = self._plan
        roles = (plan.leader_roles[number],) if plan.leaders > 1 else plan.leader_roles
        for role in roles:
            person = self._find(role, area, beat)
            if person is not None:
                return person
        joinable = next((role for role in roles if role not in _COUNTED), None)
        if joinable is not None:
            return self._join(joinable, area)
        return self._anybody(roles[0])

    def _anybody(self, role: str) -> Person:
        """Few officers lead several teams: somebody of the role, used or not."""
        found = [person for person in self._roster.people if person.role == role]
        return found[len(self._used) % len(found)] if found else self._join(role, None)

    def _find(self, role: str, area: Area, beat: str) -> Person | None:
        """Somebody free in the role: of the beat, else of the same area, else of the same street."""
        free = [p for p in self._roster.people if p.role == role and p.code not in self._used]
        if beat:
            free.sort(key=lambda person: beat not in person.beats)
        above = self._above[area.code]
        near = next((p for p in free if (beat and beat in p.beats) or area.code in self._above[p.area]), None)
        # Whoever has a beat of their own belongs to its team; the others may come from anywhere in the street.
        loose = [p for p in free if not (beat and p.beats)]
        chosen = near or next((p for p in loose if set(above[-2:]) & set(self._above[p.area][-2:])), None)
        if chosen is not None:
            self._used.add(chosen.code)
        return chosen

    def _join(self, role: str, area: Area | None) -> Person:
        code = area.code if area is not None else self._roster.people[0].area
        person = self._roster.hire(role, code, title=_TITLES.get(role, ""))
        self._used.add(person.code)
        return person


def _ancestors(areas: tuple[Area, ...]) -> dict[str, tuple[str, ...]]:
    """Each area's own code and those above it, the lowest first."""
    parents = {area.code: area.parent for area in areas}
    found = {}
    for code in parents:
        chain = [code]
        while (parent := parents[chain[-1]]) is not None:
            chain.append(parent)
        found[code] = tuple(chain)
    return found
