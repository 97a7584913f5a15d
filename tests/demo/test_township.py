"""The synthetic township: the same for a seed, tiled without a gap, complete at every scale."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta

import numpy as np
import pytest
import shapely

from fengqiao.algorithms.pointindex import PolygonIndex, Shape, check_polygons
from fengqiao.demo.model import Township
from fengqiao.demo.rota import shifts
from fengqiao.demo.scales import PRESETS, Scale, TeamPlan, scale_named, scale_of_place
from fengqiao.demo.township import build_township
from fengqiao.lib.place_config import list_places, load_place


def flat(town: Township) -> str:
    """Everything in a township as text, outlines to the last digit."""
    rows = [
        town.areas,
        town.beats,
        town.places,
        town.stations,
        town.people,
        town.teams,
        town.partners,
        town.zones,
    ]
    return "\n".join(repr(row) for row in (*rows, town.rotas, town.features))


def test_the_same_seed_gives_the_same_township(demo_hamlet: Township) -> None:
    assert flat(build_township(1, "hamlet")) == flat(demo_hamlet)
    assert flat(build_township(2, "hamlet")) != flat(demo_hamlet)


def test_the_town_is_the_same_twice(demo_town: Township) -> None:
    assert flat(build_township(1)) == flat(demo_town)


@pytest.mark.parametrize("seed", [1, 2, 3, 11])
def test_grids_tile_the_county_without_gap_or_overlap(seed: int) -> None:
    town = build_township(seed, "town", area_km2=30.0, premises=50)
    grids = np.array([area.outline for area in town.ranked("grid")])
    assert shapely.coverage_is_valid(grids)
    shapes = [Shape(area.code, area.name, area.outline, area.parent) for area in town.areas]
    assert check_polygons(shapes, smallest_m2=0.01) == []
    county = town.ranked("county")[0].outline
    assert shapely.coverage_union_all(grids).normalize().equals_exact(county, 1e-12)


def test_every_area_is_the_union_of_its_children(demo_town: Township) -> None:
    for area in demo_town.areas:
        children = [other for other in demo_town.areas if other.parent == area.code]
        if not children:
            assert area.rank == "grid"
            continue
        assert area.households == sum(child.households for child in children)
        assert area.residents == sum(child.residents for child in children)
        union = shapely.coverage_union_all(np.array([child.outline for child in children]))
        assert union.symmetric_difference(area.outline).area < 1e-15


def test_the_town_has_what_its_scale_says(demo_town: Township) -> None:
    ranks = Counter(area.rank for area in demo_town.areas)
    assert ranks == {"county": 1, "street": 2, "community": 9, "village": 10, "grid": 60}
    assert demo_town.ranked("county")[0].residents == 90_000
    assert demo_town.ranked("county")[0].households == 31_000
    assert len(demo_town.beats) == 19
    assert len(demo_town.stations) == 2
    assert sum(place.premises for place in demo_town.places) == 640
    assert sum(place.tier == "key" for place in demo_town.places) == 24


def test_names_and_codes(demo_town: Township) -> None:
    names = {area.name for area in demo_town.areas} | {place.name for place in demo_town.places}
    names |= {feature.name for feature in demo_town.features}
    for wanted in (
        "望河街道", "临溪镇", "锦澜苑", "春晓里", "和顺家园", "上柳村", "石桥头村", "杨湾村", "迎丰路", "新桥北路",
    ):  # fmt: skip
        assert wanted in names
    for area in demo_town.areas:
        assert area.code.startswith("9901")  # no division of China begins with 99
        assert area.parent is None or area.code.startswith(area.parent[:9])
    lengths = {"county": 6, "street": 9, "community": 12, "village": 12, "grid": 15}
    assert all(len(area.code) == lengths[area.rank] for area in demo_town.areas)
    assert len(names) > 900


def test_names_are_not_used_twice(demo_town: Township) -> None:
    for named in (demo_town.areas, demo_town.places, demo_town.beats, demo_town.partners):
        names = [item.name for item in named]
        assert len(names) == len(set(names))


def test_every_place_lies_in_its_grid(demo_town: Township) -> None:
    grids = demo_town.ranked("grid")
    index = PolygonIndex([grid.code for grid in grids], [grid.outline for grid in grids])
    points = [place.point for place in demo_town.places]
    found = index.locate_many([point[0] for point in points], [point[1] for point in points])
    assert [place.grid for place in demo_town.places] == found.tolist()


def test_nothing_is_built_in_the_water(demo_town: Township) -> None:
    water = shapely.union_all([f.outline for f in demo_town.features if f.kind in ("river", "creek", "lake")])
    houses = np.array([f.outline for f in demo_town.features if f.kind == "building"])
    shapely.prepare(water)
    assert len(houses) > 3_000
    assert not shapely.intersects(water, houses).any()


def test_every_outline_is_sound(demo_town: Township) -> None:
    outlines = np.array([f.outline for f in demo_town.features if f.outline is not None])
    assert shapely.is_valid(outlines).all()
    assert all(len(f.line) >= 2 for f in demo_town.features if f.outline is None)


def test_beats_cover_every_grid_and_share_some(demo_town: Township) -> None:
    grids = [grid for beat in demo_town.beats for grid in beat.grids]
    assert sorted(grids) == [grid.code for grid in demo_town.ranked("grid")]
    shared = [grid for beat in demo_town.beats for grid in beat.shared]
    assert shared
    assert all(not set(beat.shared) & set(beat.grids) for beat in demo_town.beats)
    stations = {station.code: station for station in demo_town.stations}
    assert all(beat.grids[0][:9] in stations[beat.station].streets for beat in demo_town.beats)


def test_people_are_invented_and_reachable_only_at_invented_numbers(demo_town: Township) -> None:
    assert all(re.fullmatch(r"1380000\d{4}", person.phone) for person in demo_town.people)
    assert len({person.phone for person in demo_town.people}) == len(demo_town.people)
    assert len({person.name for person in demo_town.people}) == len(demo_town.people)
    staff = [person for person in demo_town.people if person.role not in ("volunteer", "patrol_member")]
    assert 140 <= len(staff) <= 240


def test_somebody_answers_for_every_grid_beat_and_station(demo_town: Township) -> None:
    workers = {person.area for person in demo_town.people if person.role == "grid_worker"}
    assert workers == {grid.code for grid in demo_town.ranked("grid")}
    beats = {beat for person in demo_town.people if person.role == "beat_officer" for beat in person.beats}
    assert beats == {beat.code for beat in demo_town.beats}
    for station in demo_town.stations:
        roles = Counter(person.role for person in demo_town.people if person.station == station.code)
        assert roles["station_head"] == 1
        assert roles["duty_officer"] >= 1
    offices = {person.unit for person in demo_town.people if person.unit}
    assert offices == {"FS", "CU", "TR", "MK", "HR", "UT", "CV", "SC"}


def test_every_day_every_station_is_led_and_its_desk_is_manned(demo_town: Township) -> None:
    for offset in range(9):
        day = date(2026, 3, 1) + timedelta(days=offset)
        today = list(shifts(demo_town, day))
        for station in demo_town.stations:
            kinds = Counter(shift.kind for shift in today if shift.station == station.code)
            assert kinds["lead"] == 1
            assert kinds["desk"] >= 1
        assert all(shift.begins < shift.ends for shift in today)
        assert any(shift.kind == "beat" for shift in today) is (day.weekday() != 6)


def test_teams_have_the_number_of_people_they_were_planned_with(demo_town: Township) -> None:
    for plan in demo_town.scale.teams:
        teams = [team for team in demo_town.teams if team.kind == plan.kind]
        assert len(teams) == plan.count
        people = [code for team in teams for code in (*team.leaders, *team.members)]
        assert len(people) == plan.people
        members = [code for team in teams for code in team.members]
        assert len(members) == len(set(members))  # officers may lead several teams, nobody follows in two
        assert all(code in demo_town.person_by_code for code in people)


def test_a_special_team_has_two_leaders_of_the_two_roles() -> None:
    plan = TeamPlan(
        "special_team", "专班", 1, 9, ("station_head", "street_staff"), ("beat_officer", "lawyer"), 2
    )
    town = build_township(1, "hamlet", teams=(plan,))
    leaders = [town.person_by_code[code].role for code in town.teams[0].leaders]
    assert leaders == ["station_head", "street_staff"]


def test_zones_and_partners(demo_town: Township) -> None:
    assert [zone.kind for zone in demo_town.zones] == ["lake_park", "shopping", "industry"]
    partners = {partner.code for partner in demo_town.partners}
    for zone in demo_town.zones:
        assert zone.grids
        assert len(zone.posts) == 4
        assert zone.partners
        assert set(zone.partners) <= partners
    assert all(partner.resources for partner in demo_town.partners)
    kinds = {partner.kind for partner in demo_town.partners}
    assert {"court", "environment", "water", "firm"} <= kinds


def test_estates_have_numbered_houses(demo_town: Township) -> None:
    estates = [place for place in demo_town.places if place.kind == "compound"]
    assert len(estates) > 20
    for estate in estates:
        assert [house.number for house in estate.buildings] == list(range(1, len(estate.buildings) + 1))
        assert all(house.flats > 0 for house in estate.buildings)


@pytest.mark.parametrize("key", list_places())
def test_every_configured_place_can_be_built_at_its_scale(key: str) -> None:
    scale = scale_of_place(load_place(key))
    town = build_township(1, scale)
    ranks = Counter(area.rank for area in town.areas)
    assert ranks["street"] == scale.streets
    assert ranks["community"] == scale.communities
    assert ranks["village"] == scale.villages
    assert ranks["grid"] == scale.grids
    assert len(town.beats) == scale.beats
    assert len(town.stations) == scale.stations
    assert town.ranked("county")[0].residents == scale.residents
    assert sum(place.premises for place in town.places) == scale.premises
    assert sum(place.tier == "key" for place in town.places) == scale.key_sites
    police = ("station_head", "duty_officer", "beat_officer")
    assert sum(person.role in police for person in town.people) == scale.officers
    auxiliaries = ("auxiliary", "village_officer", "village_auxiliary")
    assert sum(person.role in auxiliaries for person in town.people) == scale.auxiliaries
    for plan in scale.teams:
        people = [c for team in town.teams if team.kind == plan.kind for c in (*team.leaders, *team.members)]
        assert len(people) == plan.people, plan.kind


def test_villages_of_97_under_seven_communities() -> None:
    town = build_township(1, "town", area_km2=186.0, streets=1, stations=1, communities=7, villages=97, grids=291,
                          beats=7, residents=78_000, households=21_000, premises=100)  # fmt: skip
    communities = {area.code for area in town.ranked("community")}
    assert len(town.ranked("village")) == 97
    assert all(village.parent in communities for village in town.ranked("village"))
    villages = [len({grid[:12] for grid in beat.grids}) for beat in town.beats]
    assert all(count in (13, 14) for count in villages)


def test_an_urban_village_of_525_households_has_525_houses() -> None:
    town = build_township(1, "town", area_km2=8.6, streets=1, stations=1, communities=0, villages=5, grids=25, beats=5,
                          residents=12_000, households=2_600, tenants=49_000, households_of_first_village=525,
                          premises=300)  # fmt: skip
    first = town.ranked("village")[0]
    assert first.households == 525
    groups = [place for place in town.places if place.kind == "group" and place.grid.startswith(first.code)]
    assert sum(len(place.buildings) for place in groups) == 525
    assert sum(grid.tenants for grid in town.ranked("grid")) == 49_000


@pytest.mark.full
def test_the_county() -> None:
    town = build_township(1, "county")
    assert town.ranked("county")[0].residents == 1_000_000
    assert len(town.ranked("grid")) == PRESETS["county"].grids
    assert shapely.coverage_is_valid(np.array([area.outline for area in town.ranked("grid")]))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"grids": 5}, "每个至少要有一个网格"),
        ({"beats": 0}, "警务区"),
        ({"beats": 99}, "警务区"),
        ({"stations": 0}, "派出所"),
        ({"residents": 10}, "居民不能少于户数"),
        ({"area_km2": -1.0}, "一片地"),
        ({"villagers": 3}, "没有这一项：villagers"),
    ],
)
def test_figures_that_do_not_fit_are_refused(changes: dict[str, float], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        build_township(1, "town", **changes)


def test_an_unknown_scale_is_refused() -> None:
    with pytest.raises(ValueError, match="hamlet、town、county"):
        scale_named("galaxy")


def test_a_scale_can_be_given_as_it_is(demo_hamlet: Township) -> None:
    assert isinstance(demo_hamlet.scale, Scale)
    assert flat(build_township(1, demo_hamlet.scale)) == flat(demo_hamlet)
