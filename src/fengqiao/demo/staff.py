"""Who works in the township: stations with officers, grid workers, committees, departments; beats over
grids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

import numpy as np

from fengqiao.demo.model import Area, Beat, Person, Place, Station
from fengqiao.demo.names import Names
from fengqiao.demo.scales import Scale
from fengqiao.demo.units import apportion

_OFFICES = {
    "FS": "消防应急", "CU": "城管", "TR": "交警", "MK": "市场监管", "HR": "人社", "UT": "水电气", "CV": "民政",
    "SC": "教育",
}  # fmt: skip
# Roles some places add for auxiliaries who work in the villages only, one to a beat.
VILLAGE_ROLES = ("village_officer", "village_auxiliary")


def make_beats(scale: Scale, areas: tuple[Area, ...], stations: tuple[Station, ...]) -> tuple[Beat, ...]:
    """Beats as runs of neighbouring grids, equal in households; some last grids are shared with the next beat.

    Where villages are many, a beat is a number of whole villages instead, equal in villages.
    """
    grids = [area for area in areas if area.rank == "grid"]
    by_village = scale.villages >= 5 * scale.beats
    loads = _beat_loads(grids, by_village)
    groups = _grid_groups(scale, grids)
    sums = [sum(loads[grid.code] for grid in group) for group in groups]
    counts = apportion(sums, min(scale.beats, len(grids)), [len(group) for group in groups])
    beats: list[Beat] = []
    for group, count in zip(groups, counts, strict=True):
        runs = _runs(group, count, loads, whole=by_village)
        for number, run in enumerate(runs):
            shared: tuple[str, ...] = ()
            if number and len(beats) % 3 == 1 and run[0].parent == runs[number - 1][-1].parent:
                shared = (runs[number - 1][-1].code,)
            code = f"B{len(beats) + 1:03}"
            station = _station_of(stations, run[0].code, number, count)
            codes = tuple(grid.code for grid in run)
            beats.append(Beat(code, f"{_stem(areas, run[0])}警务区", station, codes, shared))
    return _with_numbers(beats)


def _beat_loads(grids: list[Area], by_village: bool) -> dict[str, float]:
    sizes = Counter(grid.parent for grid in grids)
    return {grid.code: 1 / sizes[grid.parent] if by_village else float(grid.households) for grid in grids}


def _grid_groups(scale: Scale, grids: list[Area]) -> list[list[Area]]:
    """Grids by street, in order; all together where there are fewer beats than streets."""
    if scale.beats < scale.streets:
        return [grids]
    found: dict[str, list[Area]] = {}
    for grid in grids:
        found.setdefault(grid.code[:9], []).append(grid)
    return list(found.values())


def _runs(grids: list[Area], count: int, loads: dict[str, float], *, whole: bool) -> list[list[Area]]:
    """``count`` runs of at least one grid, balanced by load; ``whole`` keeps the grids of a village together."""
    total = sum(loads[grid.code] for grid in grids)
    runs: list[list[Area]] = [[]]
    done = 0.0
    for n, grid in enumerate(grids):
        left, open_runs = len(grids) - n, count - len(runs)
        inside = whole and bool(runs[-1]) and runs[-1][-1].parent == grid.parent
        full = done + 1e-9 >= total * len(runs) / count and not inside
        if runs[-1] and open_runs and (full or left <= open_runs):
            runs.append([])
        runs[-1].append(grid)
        done += loads[grid.code]
    return runs


def _stem(areas: tuple[Area, ...], grid: Area) -> str:
    parent = next(area for area in areas if area.code == grid.parent)
    return parent.name.removesuffix("社区").removesuffix("村")


def _with_numbers(beats: list[Beat]) -> tuple[Beat, ...]:
    """Beats of one community are told apart by number."""
    totals: dict[str, int] = {}
    for beat in beats:
        totals[beat.name] = totals.get(beat.name, 0) + 1
    seen: dict[str, int] = {}
    named = []
    for beat in beats:
        seen[beat.name] = seen.get(beat.name, 0) + 1
        stem = beat.name.removesuffix("警务区")
        name = (
            f"{stem}第{'一二三四五六七八九'[(seen[beat.name] - 1) % 9]}警务区"
            if totals[beat.name] > 1
            else beat.name
        )
        named.append(Beat(beat.code, name, beat.station, beat.grids, beat.shared))
    return tuple(named)


def _station_of(stations: tuple[Station, ...], grid: str, number: int, count: int) -> str:
    """The station of a grid's street; several stations in one street share its beats in turn."""
    here = [station for station in stations if grid[:9] in station.streets]
    return here[number * len(here) // count].code


def make_stations(
    scale: Scale, areas: tuple[Area, ...], add_place: Callable[[str, str], Place]
) -> tuple[Station, ...]:
    """Stations with their buildings (``add_place`` takes a name and a street's code); each serves whole
    streets, or shares one."""
    streets = [area for area in areas if area.rank == "street"]
    stations = []
    for number in range(scale.stations):
        served = [s for n, s in enumerate(streets) if n * scale.stations // len(streets) == number]
        served = served or [streets[number % len(streets)]]
        stem = served[0].name.removesuffix("街道").removesuffix("镇")
        name = (
            f"{stem}派出所" if number < len(streets) else f"{stem}第{'一二三四五六七八九'[number % 9]}派出所"
        )
        place = add_place(name, served[0].code)
        codes = tuple(street.code for street in served)
        stations.append(Station(f"S{number + 1:02}", name, place.code, codes))
    return tuple(stations)


class Roster:
    """Makes people, one after the other, with codes and phone numbers that never repeat."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self.people: list[Person] = []

    def hire(
        self,
        role: str,
        area: str,
        *,
        beats: Iterable[str] = (),
        station: str = "",
        title: str = "",
        unit: str = "",
    ) -> Person:
        """A new person in a role over an area (and beats)."""
        number = len(self.people) + 1
        person = Person(
            code=f"W{number:05}", name=self._names.fresh("person", self._names.person), role=role,
            phone=f"1380000{number % 5000:04}", area=area, beats=tuple(beats), station=station, title=title, unit=unit,
        )  # fmt: skip
        self.people.append(person)
        return person


def hire_staff(
    scale: Scale, areas: tuple[Area, ...], beats: tuple[Beat, ...], stations: tuple[Station, ...], roster: Roster,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """Everybody but team members from outside: police, grid, committees, offices."""
    village_role = _village_role(scale)
    county = next(area.code for area in areas if area.rank == "county")
    if len(stations) > 1:
        roster.hire("station_head", county, title="分局局长")
    for number, station in enumerate(stations):
        own = [beat for beat in beats if beat.station == station.code]
        officers = _share(scale.officers - (len(stations) > 1), len(stations), number)
        auxiliaries = _share(scale.auxiliaries, len(stations), number)
        ground = station.streets[0] if len(station.streets) == 1 else county
        _police(station, ground, own, officers, roster)
        _auxiliaries(station, own, auxiliaries, village_role, roster)
    _grid_and_committees(areas, roster)
    _offices(scale, areas, roster)
    volunteer = _volunteer_role(scale)
    units = [area for area in areas if area.rank in ("community", "village")]
    for number in range(scale.volunteers):
        # Every village and community has one before any has two.
        unit = units[number] if number < len(units) else units[int(rng.integers(len(units)))]
        roster.hire(volunteer, unit.code, title="义警" if volunteer == "volunteer" else "守望志愿者")


def _share(total: int, parts: int, number: int) -> int:
    return total // parts + (1 if number < total % parts else 0)


def _village_role(scale: Scale) -> str:
    wanted = {role for plan in scale.teams for role in (*plan.leader_roles, *plan.member_roles)}
    return next((role for role in VILLAGE_ROLES if role in wanted), "")


def _volunteer_role(scale: Scale) -> str:
    wanted = {role for plan in scale.teams for role in plan.member_roles}
    return "village_volunteer" if "village_volunteer" in wanted else "volunteer"


def _police(station: Station, ground: str, beats: list[Beat], count: int, roster: Roster) -> None:
    """A head, officers on duty, officers on beats; with few officers each takes several beats."""
    street = ground
    roster.hire("station_head", street, station=station.code, title="所长")
    rest = max(1, count - 1)
    on_beats = max(1, min(len(beats), rest - max(1, rest // 4) if rest > 1 else 1))
    on_duty = rest - on_beats
    for n in range(on_duty):
        roster.hire("duty_officer", street, station=station.code, title="副所长" if n == 0 else "民警")
    for own in np.array_split(np.arange(len(beats)), on_beats):
        codes = [beats[int(n)].code for n in own]
        roster.hire("beat_officer", street, beats=codes, station=station.code, title="社区民警")


def _auxiliaries(station: Station, beats: list[Beat], count: int, village_role: str, roster: Roster) -> None:
    street = station.streets[0]
    for n in range(count):
        beat = [beats[n % len(beats)].code] if beats and n < 2 * len(beats) else []
        role = village_role if village_role and n < len(beats) else "auxiliary"
        roster.hire(role, street, beats=beat, station=station.code, title="辅警")


def _grid_and_committees(areas: tuple[Area, ...], roster: Roster) -> None:
    for area in areas:
        if area.rank == "grid":
            roster.hire("grid_worker", area.code, title="网格员")
        elif area.rank == "community":
            roster.hire("committee_member", area.code, title="社区主任")
        elif area.rank == "village":
            roster.hire("committee_member", area.code, title="村主任")
            roster.hire("police_assistant", area.code, title="警务助理")


def _offices(scale: Scale, areas: tuple[Area, ...], roster: Roster) -> None:
    """Street and justice offices, mediators, departments, property firms, a lawyer, audit and
    administration."""
    streets = [area for area in areas if area.rank == "street"]
    county = next(area for area in areas if area.rank == "county")
    units = [area for area in areas if area.rank in ("community", "village")]
    small = scale.residents < 5_000
    for street in streets:
        for _ in range(1 if small else 2):
            roster.hire("street_staff", street.code, title="街道干部" if "街道" in street.name else "镇干部")
        roster.hire("justice_staff", street.code, title="司法所所长")
        roster.hire("mediator", street.code, title="专职调解员")
    for unit in units[:: 1 if small else 5]:
        roster.hire("mediator", unit.code, title="调解员")
    for unit in [area for area in units if area.urban][::3]:
        roster.hire("property_manager", unit.code, title="物业经理")
    for code, name in _OFFICES.items() if not small else ():
        roster.hire("department_staff", county.code, title=f"{name}联络员", unit=code)
    roster.hire("justice_staff", county.code, title="县调解中心主任")
    roster.hire("lawyer", county.code, title="律师")
    roster.hire("auditor", county.code, title="审计员")
    roster.hire("administrator", county.code, title="系统管理员")
