"""The synthetic township: a place with streets, villages, river, people and teams, from a seed number alone.

``build_township(seed, scale)`` gives the same township for the same arguments on every machine. ``scale``
is a preset name (hamlet, town, county) with figures changed by keyword, or a ``Scale``, for example one
read from a place's configuration (``scales.scale_of_place``).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from fengqiao.demo.fabric import Plot, build_plots
from fengqiao.demo.ground import make_mesh
from fengqiao.demo.hamlets import Hamlet, place_hamlets
from fengqiao.demo.land import Land, cell_size, lay_out
from fengqiao.demo.model import Feature, Place, Station, Township
from fengqiao.demo.names import Names
from fengqiao.demo.partners import make_partners, make_zones
from fengqiao.demo.roads import RoadNet, add_lanes, make_roads
from fengqiao.demo.rooms import make_rooms
from fengqiao.demo.rota import make_rotas
from fengqiao.demo.scales import Scale, scale_named
from fengqiao.demo.sitelist import all_places, mark_key_sites, spot_within
from fengqiao.demo.sites import SiteMaker, settle
from fengqiao.demo.staff import Roster, hire_staff, make_beats, make_stations
from fengqiao.demo.teams import make_teams
from fengqiao.demo.water import Water, degrees, make_water, scattered, water_features

__all__ = ["Township", "build_township"]


def build_township(seed: int = 1, scale: str | Scale = "town", **changes: Any) -> Township:
    """Build a township. Raises ``ValueError`` for an unknown scale and for figures that do not fit together
    (fewer grids than villages, more beats than grids, no ground for the grids)."""
    figures = scale_named(scale, **changes) if isinstance(scale, str) else scale
    rng = np.random.default_rng(seed)
    names = Names(rng)
    mesh = make_mesh(figures.area_km2, cell_size(figures), rng)
    land = lay_out(figures, mesh, names, rng)
    water = make_water(land, rng)
    net = make_roads(land, water, names, rng)
    hamlets = place_hamlets(land, figures, water, rng)
    villages = {area.code: area.name for area in land.areas if area.rank == "village"}
    add_lanes(
        net, land, [(hamlet.corner, f"{villages[hamlet.village].removesuffix('村')}路") for hamlet in hamlets]
    )
    plots = build_plots(land, net, water, hamlets, rng)
    maker = SiteMaker(land, figures, net, plots, hamlets, names, rng)
    all_places(maker)
    stations = make_stations(figures, land.areas, lambda name, street: _station_place(maker, name, street))
    mark_key_sites(maker)
    beats = make_beats(figures, land.areas, stations)
    roster = Roster(names)
    hire_staff(figures, land.areas, beats, stations, roster, rng)
    teams = make_teams(figures, land.areas, beats, roster)
    partners = make_partners(land.areas, names, figures.partner_kinds)
    zones = make_zones(figures.zones, land, water, plots, partners)
    return Township(
        seed=seed, scale=figures, areas=land.areas, beats=beats, places=tuple(settle(maker.places, land)),
        features=tuple(_features(land, water, net, plots, hamlets, rng)), stations=stations,
        people=tuple(roster.people), teams=teams, partners=partners,
        zones=zones, rotas=make_rotas(stations, roster.people),
        rooms=make_rooms(figures.rooms, land.areas, stations, zones),
    )  # fmt: skip


def _station_place(maker: SiteMaker, name: str, street: str) -> Place:
    return maker.add(name, "station", spot_within(maker, street), tier="key")


def _features(
    land: Land, water: Water, net: RoadNet, plots: list[Plot], hamlets: list[Hamlet], rng: np.random.Generator
) -> list[Feature]:
    """Everything that is only drawn, surfaces first, in the order of drawing."""
    project = land.mesh.projection
    found = []
    mesh = land.mesh
    ways = [shapely.LineString([(mesh.x[c], mesh.y[c]) for c in road.path]).buffer(12) for road in net.roads]
    clear = shapely.union_all([water.all.buffer(30), *_settled(plots, hamlets), *ways, land.beyond()])
    for kind, count, size in (("wood", 14, (120.0, 320.0)), ("pond", 18, (22.0, 60.0))):
        unit = land.mesh.bend.height / 7_000
        scaled = (size[0] * unit**0.5, size[1] * unit**0.5)
        found += [
            Feature(kind, "", degrees(patch, project)) for patch in scattered(land, clear, count, scaled, rng)
        ]
    found += [Feature("park", "", degrees(plot.ground, project)) for plot in plots if plot.kind == "green"]
    found += water_features(water, project)
    houses = [ring for plot in plots for ring in plot.houses] + [
        ring for hamlet in hamlets for ring in hamlet.houses
    ]
    found += [Feature("building", "", degrees(Polygon(ring), project)) for ring in houses]
    for road in sorted(net.roads, key=lambda road: road.width):
        line = tuple((float(land.mesh.lon[corner]), float(land.mesh.lat[corner])) for corner in road.path)
        found.append(Feature("lane" if road.width < 7 else "road", road.name, line=line, width=road.width))
    return found


def _settled(plots: list[Plot], hamlets: list[Hamlet]) -> list[BaseGeometry]:
    built = [hamlet for hamlet in hamlets if len(hamlet.houses)]
    groups = [shapely.MultiPoint(hamlet.houses.reshape(-1, 2)).convex_hull for hamlet in built]
    return [*(plot.ground for plot in plots), *groups]


def station_of(township: Township, grid: str) -> Station:
    """The station that serves a grid. Raises ``LookupError`` for a grid that no station serves."""
    for station in township.stations:
        if grid[:9] in station.streets:
            return station
    raise LookupError(grid)
