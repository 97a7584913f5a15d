"""Rooms to mediate in: one of each kind wherever its level has an area, and one in each quarter with a focus."""

from __future__ import annotations

from fengqiao.demo.model import Area, Room, Station, Zone
from fengqiao.demo.scales import RoomPlan

_POLICE = "police_room"
_HOURS = "工作日 9:00-17:30，晚上可约"
# What a kind's name says of its ground; the ground's own name takes its place.
_GROUND_WORDS = ("派出所", "街道", "区县", "村居", "村社", "社区", "村")


def make_rooms(
    plans: tuple[RoomPlan, ...],
    areas: tuple[Area, ...],
    stations: tuple[Station, ...],
    zones: tuple[Zone, ...],
) -> tuple[Room, ...]:
    """Every kind of room where it belongs. A further kind at a level that has rooms already stands in the next
    quarter with a focus of its own, if there is one left; at a station stand the rooms of the police."""
    rooms: list[Room] = []
    served: set[str] = set()
    left = list(zones)
    parents = {area.code: area.parent or "" for area in areas}
    for plan in plans:
        if plan.kind == _POLICE:
            rooms += [_room(plan, station.name, station.streets[0]) for station in stations]
        elif plan.level in served and left:
            zone = left.pop(0)
            rooms.append(_room(plan, zone.name, parents[zone.grids[0]], zone.grids))
        else:
            served.add(plan.level)
            rooms += [_room(plan, area.name, area.code) for area in _grounds(plan.level, areas)]
    return tuple(rooms)


def _grounds(level: str, areas: tuple[Area, ...]) -> list[Area]:
    """Areas of the level's rank. Villages and communities stand for each other where only one of them has grids."""
    ranks = {level}
    if level in ("village", "community"):
        carrying = {area.parent for area in areas if area.rank == "grid"}
        ranks |= {area.rank for area in areas if area.code in carrying}
        if {area.rank for area in areas} >= {"village", "community"} and not _beside(areas):
            ranks = {level}
    return [area for area in areas if area.rank in ranks]


def _beside(areas: tuple[Area, ...]) -> bool:
    """Whether villages lie beside communities rather than under them."""
    ranks = {area.code: area.rank for area in areas}
    return all(ranks.get(area.parent or "") != "community" for area in areas if area.rank == "village")


def _room(plan: RoomPlan, ground: str, area: str, grids: tuple[str, ...] = ()) -> Room:
    stem = next(
        (plan.name.removeprefix(word) for word in _GROUND_WORDS if plan.name.startswith(word)), plan.name
    )
    return Room(plan.kind, f"{ground}{stem}", plan.level, area, _HOURS, grids)
