"""Partner organisations with what they share, and the zones that have a focus of their own."""

from __future__ import annotations

import csv
from importlib.resources import files

import numpy as np

from fengqiao.demo.fabric import Plot
from fengqiao.demo.land import Land
from fengqiao.demo.model import Area, Partner, Point, Resource, Zone
from fengqiao.demo.names import Names
from fengqiao.demo.water import Water


def make_partners(areas: tuple[Area, ...], names: Names, kinds: tuple[str, ...] = ()) -> tuple[Partner, ...]:
    """The partners of data/partners.csv for the county and each of its first six streets; ``kinds`` lets in
    those that only some places know (scope ``asked``)."""
    text = (files("fengqiao.demo") / "data" / "partners.csv").read_text(encoding="utf-8")
    county = next(area for area in areas if area.rank == "county")
    streets = [area for area in areas if area.rank == "street"][:6]
    partners: list[Partner] = []
    for row in csv.DictReader(text.splitlines()):
        if row["scope"] == "asked" and row["kind"] not in kinds:
            continue
        for area in streets if row["scope"] == "street" else [county]:
            firm = names.firm() if "{firm}" in row["name"] else ""
            name = (
                row["name"]
                .format(county=county.name, street=area.name, firm=firm)
                .replace("镇办事处", "镇政府")
            )
            code, shared = f"O{len(partners) + 1:03}", _resources(row["resources"])
            partners.append(Partner(code, name, row["kind"], area.code, row["line"], shared))
    return tuple(partners)


def _resources(text: str) -> tuple[Resource, ...]:
    found = []
    for item in text.split(";"):
        kind, name, hours = item.split(":", 2)
        found.append(Resource(name, kind, hours))
    return tuple(found)


_FOCUS = {
    "lake_park": ("明湖圈", "守湖护景、防溺水、山水救援", "06:00-22:00"),
    "shopping": ("商圈", "夜间消费纠纷、醉酒滋扰、扒窃防范", "10:00-02:00"),
    "industry": ("产业园圈", "企业用工纠纷、消防和物流安全、职工家属服务", "全天"),
}
_ALLIES = {
    "lake_park": ("water", "environment", "charity", "park", "weather", "rescue"),
    "shopping": ("market", "firm", "court", "mall"),
    "industry": ("labour", "firm", "fire", "battery_firm"),
}


def make_zones(
    count: int, land: Land, water: Water, plots: list[Plot], partners: tuple[Partner, ...]
) -> tuple[Zone, ...]:
    """Up to three zones over the grids where the lake, the shops and the works are, with four posts each."""
    zones: list[Zone] = []
    for kind in list(_FOCUS)[:count]:
        spots = _spots(kind, water, plots)
        if not spots:
            continue
        middle = np.mean(np.array(spots), axis=0)
        spots.sort(key=lambda spot: float(np.hypot(spot[0] - middle[0], spot[1] - middle[1])))
        grids = sorted({_grid_at(land, x, y) for x, y in spots[: max(6, len(spots) // 2)]})
        name, focus, hours = _FOCUS[kind]
        chosen = spots[:: max(1, len(spots) // 4)][:4]
        posts = tuple((f"{name} {n} 号岗", _degrees(land, spot)) for n, spot in enumerate(chosen, start=1))
        allies = tuple(partner.code for partner in partners if partner.kind in _ALLIES[kind])
        zones.append(Zone(f"Z{len(zones) + 1}", name, kind, focus, hours, tuple(grids), posts, allies))
    return tuple(zones)


def _spots(kind: str, water: Water, plots: list[Plot]) -> list[tuple[float, float]]:
    if kind == "lake_park":
        if water.lake_park is None:
            return []
        ring = water.lake_park.exterior
        return [(p.x, p.y) for p in (ring.interpolate(n / 12, normalized=True) for n in range(12))]
    wanted = "shops" if kind == "shopping" else "works"
    chosen = [plot for plot in plots if plot.kind == wanted]
    return [(float(x), float(y)) for x, y in (plot.corners.mean(axis=0) for plot in chosen)]


def _grid_at(land: Land, x: float, y: float) -> str:
    cx, cy = land.mesh.centres()
    row, column = np.unravel_index(int(np.argmin(np.hypot(cx - x, cy - y))), cx.shape)
    return land.grid_at(int(row), int(column))


def _degrees(land: Land, spot: tuple[float, float]) -> Point:
    return land.mesh.projection.point(*spot)
