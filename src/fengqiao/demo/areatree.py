"""The tree of areas with names, codes, outlines and counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon

from fengqiao.demo.ground import Floats, Mesh
from fengqiao.demo.model import Area
from fengqiao.demo.names import Names
from fengqiao.demo.partition import Ints
from fengqiao.demo.scales import Scale
from fengqiao.demo.units import Plan, apportion, share_out

COUNTY_CODE = "990101"  # 99 begins no division code of China
COUNTY_NAME = "柳溪县"


def _outline(mesh: Mesh, cells: list[tuple[int, int]]) -> Polygon | MultiPolygon:
    rings = np.array([mesh.ring(row, column) for row, column in cells])
    merged = shapely.coverage_union_all(shapely.polygons(rings)).normalize()
    if isinstance(merged, Polygon | MultiPolygon):
        return merged
    raise TypeError(f"cells merged into a {merged.geom_type}")


@dataclass
class _Draft:
    """An area before its children's counts are known."""

    code: str
    name: str
    rank: str
    parent: str | None
    grids: list[int]
    urban: bool


def make_areas(
    scale: Scale, mesh: Mesh, names: Names, plan: Plan, labels: Ints, load: Floats
) -> tuple[tuple[Area, ...], tuple[str, ...]]:
    """All areas with their counts, by code, and the code of every grid number."""
    count = len(plan.grid_rects)
    loads = np.maximum(np.bincount(labels.ravel(), weights=load.ravel(), minlength=count), 1.0)
    households = _households(scale, plan, loads)
    least = households.copy()
    residents = least + share_out(scale.residents - int(least.sum()), households.astype(float), 0)
    tenants = (
        share_out(scale.tenants, households.astype(float), 0) if scale.tenants else np.zeros(count, np.int64)
    )
    cells: list[list[tuple[int, int]]] = [[] for _ in range(count)]
    for row, column in np.ndindex(labels.shape):
        cells[int(labels[row, column])].append((row, column))
    drafts, codes = _drafts(scale, plan, names)
    outlines: dict[tuple[int, ...], Polygon | MultiPolygon] = {}
    areas = []
    for draft in drafts:
        key = tuple(draft.grids)
        if key not in outlines:
            outlines[key] = _outline(mesh, [cell for grid in draft.grids for cell in cells[grid]])
        homes, people, renting = (
            int(values[draft.grids].sum()) for values in (households, residents, tenants)
        )
        area = Area(
            code=draft.code, name=draft.name, rank=draft.rank, parent=draft.parent, outline=outlines[key],
            households=homes, residents=people, tenants=renting, urban=draft.urban,
        )  # fmt: skip
        areas.append(area)
    return tuple(sorted(areas, key=lambda area: area.code)), codes


def _households(scale: Scale, plan: Plan, loads: Floats) -> Ints:
    fixed = scale.households_of_first_village
    first = next((n for n, village in enumerate(plan.is_village) if village), None)
    if not fixed or first is None:
        return share_out(scale.households, loads, 1)
    inside = np.array([unit == first for unit in plan.unit_of_grid])
    households = np.zeros(loads.size, np.int64)
    households[inside] = share_out(fixed, loads[inside], 1)
    if (~inside).any():
        households[~inside] = share_out(scale.households - fixed, loads[~inside], 1)
    return households


def _drafts(scale: Scale, plan: Plan, names: Names) -> tuple[list[_Draft], tuple[str, ...]]:
    """The tree with names and codes: county 6 digits, street 9, community or village 12, grid 15."""
    drafts = [_Draft(COUNTY_CODE, COUNTY_NAME, "county", None, list(range(len(plan.grid_rects))), True)]
    street_names = names.first_of("street", "streets")
    streets: dict[int, str] = {}
    for number in range(scale.streets):
        kind = 1 if number == 0 else 101
        code = f"{COUNTY_CODE}{kind + number:03}"
        name = next(street_names, None) or names.fresh(
            "street", lambda: names.village().removesuffix("村") + "镇"
        )
        grids = [g for g, u in enumerate(plan.unit_of_grid) if plan.street_of_unit[u] == number]
        drafts.append(_Draft(code, name, "street", COUNTY_CODE, grids, number == 0))
        streets[number] = code
    parents = _community_parents(scale, plan, names, streets, drafts)
    codes = _unit_drafts(plan, names, parents, drafts)
    return drafts, codes


def _community_parents(
    scale: Scale, plan: Plan, names: Names, streets: dict[int, str], drafts: list[_Draft]
) -> list[str]:
    """The parent of every unit: its street, or a community over several villages of one street."""
    parents = [streets[street] for street in plan.street_of_unit]
    if not scale.villages_under_communities:
        return parents
    loads = [float(plan.street_of_unit.count(n)) for n in range(scale.streets)]
    counts = apportion(loads, scale.communities, [int(load) for load in loads])
    free = names.first_of("community", "communities")
    for street, count in enumerate(counts):
        units = [u for u, s in enumerate(plan.street_of_unit) if s == street]
        for number, members in enumerate(np.array_split(np.array(units), count)):
            code = f"{streets[street]}{number + 1:03}"
            chosen = {int(u) for u in members}
            grids = [g for g, u in enumerate(plan.unit_of_grid) if u in chosen]
            name = next(free, None) or names.community()
            drafts.append(_Draft(code, f"{name}社区", "community", streets[street], grids, False))
            for unit in chosen:
                parents[unit] = code
    return parents


def _unit_drafts(plan: Plan, names: Names, parents: list[str], drafts: list[_Draft]) -> tuple[str, ...]:
    communities, villages = names.first_of("community", "communities"), names.first_of("village", "villages")
    counters: dict[str, int] = {}
    codes = [""] * len(plan.grid_rects)
    for unit, village in enumerate(plan.is_village):
        street = parents[unit][:9]
        series = f"{street}{'v' if village else 'c'}"
        counters[series] = counters.get(series, 0) + 1
        code = f"{street}{(200 if village else 0) + counters[series]:03}"
        stem = (
            (next(villages, None) or names.village())
            if village
            else (next(communities, None) or names.community())
        )
        name = stem if village else f"{stem}社区"
        rank = "village" if village else "community"
        members = [g for g, u in enumerate(plan.unit_of_grid) if u == unit]
        drafts.append(_Draft(code, name, rank, parents[unit], members, not village))
        for number, grid in enumerate(members, start=1):
            codes[grid] = f"{code}{number:03}"
            short = stem.removesuffix("村") if village else stem
            drafts.append(_Draft(codes[grid], f"{short} {number:02} 网格", "grid", code, [grid], not village))
    return tuple(codes)
