"""Which places a township has, kind by kind."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fengqiao.demo.fabric import Plot
from fengqiao.demo.hamlets import Hamlet
from fengqiao.demo.model import Building, Place
from fengqiao.demo.names import Names, word_lists
from fengqiao.demo.sites import SiteMaker, Spot, Trade, numeral, trades

_KEY_EXTRAS = (
    "自来水厂", "变电站", "燃气调压站", "粮食储备库", "通信机房", "输油管道阀室", "污水处理厂", "客运站", "河滩看护点",
    "配电房",
)  # fmt: skip


def all_places(maker: SiteMaker) -> list[Place]:
    """Every place of the township, the named ones first."""
    _estates(maker)
    _civic(maker)
    _communities(maker)
    _villages(maker)
    _streets_and_water(maker)
    _premises(maker)
    return maker.places


def _estates(maker: SiteMaker) -> None:
    """Housing estates, those nearest to the middle with the best known names."""
    cx, cy, _ = maker.land.centres[0]
    estates = [plot for plot in maker.plots if plot.kind == "compound" and len(plot.houses) > 1]
    estates.sort(key=lambda plot: float(np.hypot(*(plot.corners.mean(axis=0) - (cx, cy)))))
    known = maker.names.first_of("compound", "compounds")
    for plot in estates:
        name = next(known, None) or maker.names.compound()
        maker.add(
            name, "compound", maker.in_plot(plot), aliases=_short(name), buildings=_numbered(maker, plot)
        )


def _short(name: str) -> tuple[str, ...]:
    for ending in ("家园", "花园", "新村", "公寓", "雅居", "小区", "华庭", "名邸", "人家", "东区", "北苑"):
        if name.endswith(ending) and len(name) > len(ending) + 1:
            return (name.removesuffix(ending), f"{name.removesuffix(ending)}小区")
    return (f"{name}小区",)


def _numbered(maker: SiteMaker, plot: Plot) -> tuple[Building, ...]:
    floors = (6, 6, 6, 11, 18)[int(maker.rng.integers(5))]
    units = int(maker.rng.integers(2, 4))
    project = maker.land.mesh.projection
    middles = plot.houses.mean(axis=1)
    return tuple(
        Building(
            n, units if floors < 18 else 1, floors, 2 if floors < 18 else 4, project.point(float(x), float(y))
        )
        for n, (x, y) in enumerate(middles, start=1)
    )


def _civic(maker: SiteMaker) -> None:
    """Schools, hospital, markets, offices: on civic plots in the town, else in the largest hamlets."""
    people = maker.scale.residents
    town = "望河"
    wanted: list[tuple[str, str, str]] = [
        ("县人民医院", "hospital", "key"), ("临河农贸市场", "market", "watched"), ("望河实验小学", "school", "key"),
        ("望河中学", "school", "key"), ("望河广场", "square", "watched"), ("县综治中心", "centre", "ordinary"),
        ("汽车客运站", "bus_station", "key"), ("望河商业街", "night_market", "watched"),
    ]  # fmt: skip
    wanted += [(f"{maker.names.road()}小学", "school", "key") for _ in range(people // 9_000)]
    wanted += [(f"{maker.names.road()}幼儿园", "kindergarten", "key") for _ in range(people // 7_000)]
    wanted += [(f"{maker.names.road()}菜市场", "market", "watched") for _ in range(people // 16_000)]
    wanted += [(f"{maker.names.road()}卫生院", "hospital", "watched") for _ in range(people // 40_000)]
    wanted += [(f"{maker.names.road()}市民广场", "square", "ordinary") for _ in range(people // 25_000)]
    if maker.scale.residents < 5_000:
        wanted = [(f"{town}小学教学点", "school", "key")]
    free = [plot for plot in maker.plots if plot.kind == "civic"]
    for name, kind, tier in wanted:
        spot = maker.in_plot(free.pop(0)) if free else _any_spot(maker)
        maker.add(name, kind, spot, tier=tier)


def _any_spot(maker: SiteMaker) -> Spot:
    pools: list[list[Plot] | list[Hamlet]] = [pool for pool in (maker.plots, maker.hamlets) if pool]
    pool = pools[0]
    chosen = pool[int(maker.rng.integers(len(pool)))]
    return maker.on_street(chosen) if isinstance(chosen, Plot) else maker.in_hamlet(chosen)


def _communities(maker: SiteMaker) -> None:
    """Each community's office with its police room, each street's office and justice office."""
    by_unit = _by_unit(maker)
    for code, area in sorted(maker.areas.items()):
        if area.rank == "street":
            spot = spot_within(maker, code, by_unit)
            maker.add(
                f"{area.name}办事处" if "街道" in area.name else f"{area.name}政府",
                "office",
                spot,
                tier="key",
            )
            maker.add(f"{area.name}司法所", "justice", spot_within(maker, code, by_unit))
        elif area.rank == "community":
            spot = spot_within(maker, code, by_unit)
            maker.add(f"{area.name}居委会", "committee", spot, aliases=(area.name,))
            maker.add(f"{area.name}警务室", "police_room", spot)


def _by_unit(maker: SiteMaker) -> dict[str, list[Plot]]:
    found: dict[str, list[Plot]] = {}
    for plot in maker.plots:
        parent = maker.areas[maker.land.grid_at(*plot.cell)].parent
        if parent is not None:
            found.setdefault(parent, []).append(plot)
    return found


def spot_within(maker: SiteMaker, code: str, by_unit: dict[str, list[Plot]] | None = None) -> Spot:
    """A built-up spot of an area: a shop street first, then any plot, then a hamlet, then its middle."""
    by_unit = by_unit if by_unit is not None else _by_unit(maker)
    plots = [plot for unit, found in sorted(by_unit.items()) if unit.startswith(code) for plot in found]
    fronts = [plot for plot in plots if plot.kind in ("shops", "civic")] or plots
    if fronts:
        return maker.on_street(fronts[int(maker.rng.integers(len(fronts)))])
    hamlets = [hamlet for hamlet in maker.hamlets if hamlet.grid.startswith(code)]
    if hamlets:
        return maker.in_hamlet(hamlets[0])
    grids = [area for area in maker.land.areas if area.rank == "grid" and code in _above(maker, area.code)]
    middle = grids[0].outline.representative_point()
    project = maker.land.mesh.projection
    x, y = (middle.x - project.lon) * project.per_lon, (middle.y - project.lat) * project.per_lat
    return Spot(float(x), float(y), maker.areas[code].name, grids[0].code)


def _above(maker: SiteMaker, code: str) -> set[str]:
    found: set[str] = set()
    parent = maker.areas[code].parent
    while parent is not None:
        found.add(parent)
        parent = maker.areas[parent].parent
    return found


def _villages(maker: SiteMaker) -> None:
    """Each village's hall, clinic and pond, and its groups."""
    by_village: dict[str, list[Hamlet]] = {}
    for hamlet in maker.hamlets:
        by_village.setdefault(hamlet.village, []).append(hamlet)
    for code, hamlets in sorted(by_village.items()):
        name = maker.areas[code].name
        stem = name.removesuffix("村")
        maker.add(f"{name}村委会", "village_hall", maker.in_hamlet(hamlets[0]), aliases=(name, f"{stem}村部"))
        maker.add(f"{name}警务室", "police_room", maker.in_hamlet(hamlets[0]))
        maker.add(f"{name}卫生室", "clinic", maker.in_hamlet(hamlets[-1]))
        maker.add(f"{name}文化活动室", "hall", maker.in_hamlet(hamlets[len(hamlets) // 2]))
        maker.add(f"{stem}水塘", "pond", maker.in_hamlet(hamlets[-1]), aliases=("村口水塘",))
        for hamlet in hamlets:
            spot = maker.in_hamlet(hamlet)
            plain = Spot(spot.x, spot.y, spot.address.split(" ")[0], spot.grid)
            count = len(hamlet.houses)
            houses = tuple(
                Building(n, 1, 2, 1, maker.land.mesh.projection.point(*map(float, ring.mean(axis=0))))
                for n, ring in enumerate(hamlet.houses, start=1)
            )
            group = f"{name}{numeral(hamlet.number)}组"
            maker.add(
                group,
                "group",
                plain,
                aliases=(f"{stem}{hamlet.number} 组",),
                buildings=houses if count else (),
            )


def _streets_and_water(maker: SiteMaker) -> None:
    """Bridges, bus stops on main roads, the river walk and the lake park."""
    mesh = maker.land.mesh
    for name, corner, _ in maker.net.bridges:
        grid = maker.land.grid_at(min(corner[0], mesh.rows - 1), min(corner[1], mesh.columns - 1))
        maker.add(name, "bridge", Spot(float(mesh.x[corner]), float(mesh.y[corner]), name, grid))
    for road in maker.net.roads:
        if road.width < 14:
            continue
        for n, (row, column) in enumerate(road.path[2:-2:3], start=1):
            r, c = min(row, mesh.rows - 1), min(column, mesh.columns - 1)
            if maker.land.town[r, c] > 0.2:
                stop = f"{road.name}{numeral(n)}站"
                at = mesh.corners(r, c)
                x, y = at[0] + 0.06 * (at.mean(axis=0) - at[0])
                maker.add(stop, "bus_stop", Spot(float(x), float(y), road.name, maker.land.grid_at(r, c)))
    green = [plot for plot in maker.plots if plot.kind == "green"]
    for plot in green:
        maker.add(f"{maker.names.road()}公园", "park", maker.in_plot(plot))


def _premises(maker: SiteMaker) -> None:
    """Exactly as many premises as the scale asks for, spread by trade over fronts, works and hamlets."""
    town = [plot for plot in maker.plots if plot.kind in ("shops", "civic", "old", "compound")]
    weights = np.array([_busy(plot) for plot in town])
    works = [plot for plot in maker.plots if plot.kind == "works"] or town
    usable = [t for t in trades() if _can_stand(t, bool(town), bool(works), bool(maker.hamlets))]
    chances = np.array([trade.weight for trade in usable])
    picks = maker.rng.choice(len(usable), size=maker.scale.premises, p=chances / chances.sum())
    for pick in picks:
        trade = usable[int(pick)]
        rural = trade.where == "rural" or (
            trade.where == "both" and maker.rng.random() < _rural_share(maker, town)
        )
        if rural and maker.hamlets:
            spot = maker.in_hamlet(maker.hamlets[int(maker.rng.integers(len(maker.hamlets)))])
        elif trade.where == "edge" and works:
            spot = maker.on_street(works[int(maker.rng.integers(len(works)))])
        else:
            spot = maker.on_street(town[int(maker.rng.choice(len(town), p=weights / weights.sum()))])
        name = _trade_name(trade, maker.names)
        maker.add(name, trade.kind, spot, trade=trade.trade, tier=trade.tier, premises=True)


def _busy(plot: Plot) -> float:
    return {"shops": 6.0, "civic": 2.0, "old": 2.0, "compound": 1.0}[plot.kind] * plot.town


def _rural_share(maker: SiteMaker, town: list[Plot]) -> float:
    if not town:
        return 1.0
    return 0.15 if maker.scale.communities else 0.5


def _can_stand(trade: Trade, town: bool, works: bool, hamlets: bool) -> bool:
    return {"town": town, "edge": town or works, "rural": hamlets, "both": True}[trade.where]


def _trade_name(trade: Trade, names: Names) -> str:
    pattern = trade.names[int(names.number(len(trade.names)))]
    while "{" in pattern:
        slot = pattern[pattern.index("{") : pattern.index("}") + 1]
        pattern = pattern.replace(slot, _slot(slot, names), 1)
    return pattern


def _slot(slot: str, names: Names) -> str:
    lists = {"{s}": "surnames", "{n}": "shop_names", "{f}": "firms", "{d}": "diminutives"}
    if slot == "{r}":
        stems = word_lists()["roads"]
        return stems[names.number(len(stems))]
    return names.pick(lists[slot])


def mark_key_sites(maker: SiteMaker) -> None:
    """As many places of tier key as the scale asks for: extra plants where there are too few, else fewer
    marked."""
    keys = [n for n, place in enumerate(maker.places) if place.tier == "key"]
    for surplus in keys[maker.scale.key_sites :]:
        maker.places[surplus] = replace(maker.places[surplus], tier="watched")
    for n in range(len(keys), maker.scale.key_sites):
        street = maker.names.road()
        maker.add(f"{street}{_KEY_EXTRAS[n % len(_KEY_EXTRAS)]}", "plant", _any_spot(maker), tier="key")
