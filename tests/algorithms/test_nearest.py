"""The nearest units by road: equal to a search from every unit, whatever moves; and what is said with each answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
import shapely
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from fengqiao.algorithms import roadtimes
from fengqiao.algorithms.nearest import NearestUnits
from fengqiao.algorithms.osmroads import read_roads
from fengqiao.algorithms.roadgraph import NEVER, RoadGraph
from fengqiao.algorithms.roadsnap import SLACK_M, Spots
from fengqiao.algorithms.roadtags import Means
from fengqiao.algorithms.unitlanes import STRAIGHT, Placed
from fengqiao.algorithms.unitstates import By, Call, UnitState, Why, found_in_words
from tests.paths import DATA
from tests.streets import NOW, grid_roads, osm, random_roads, roads

GRAPHS = 1_000


def some_units(
    rng: np.random.Generator, count: int, means: tuple[Means, ...] = tuple(Means)
) -> list[UnitState]:
    return [
        UnitState(f"u{n}", 116 + rng.uniform(0, 0.05), 30 + rng.uniform(0, 0.05), means[n % len(means)])
        for n in range(count)
    ]


def part_of(took: int, share: float) -> float:
    """A share of an edge's time; inf where closed, nothing for no share."""
    if share == 0:
        return 0.0
    return float(np.rint(took * share)) if took < NEVER else np.inf


def searched(graph: RoadGraph, means: Means, units: Spots, calls: Spots) -> np.ndarray:
    """(calls, units) milliseconds by plain search on a graph in which every unit and call is a node of its own."""
    along, against = graph.millis(means)
    arcs: dict[tuple[int, int], float] = {}

    def arc(start: int, end: int, took: float) -> None:
        if np.isfinite(took) and took < NEVER and start != end:
            arcs[start, end] = min(
                arcs.get((start, end), np.inf), took + 1e-6
            )  # an arc of 0 is no arc to scipy

    for n in range(len(graph.tail)):
        arc(int(graph.tail[n]), int(graph.head[n]), float(along[n]))
        arc(int(graph.head[n]), int(graph.tail[n]), float(against[n]))
    first_call = len(graph) + len(units)
    for n, (edge, share) in enumerate(zip(units.edge, units.share, strict=True)):
        arc(len(graph) + n, int(graph.tail[edge]), part_of(against[edge], share))
        arc(len(graph) + n, int(graph.head[edge]), part_of(along[edge], 1 - share))
    for n, (edge, share) in enumerate(zip(calls.edge, calls.share, strict=True)):
        arc(int(graph.tail[edge]), first_call + n, part_of(along[edge], share))
        arc(int(graph.head[edge]), first_call + n, part_of(against[edge], 1 - share))
        for m in np.flatnonzero(units.edge == edge):
            ahead = share - units.share[m]
            arc(len(graph) + m, first_call + n, part_of((along if ahead >= 0 else against)[edge], abs(ahead)))
    size = first_call + len(calls)
    rows, columns = (np.array([pair[side] for pair in arcs], dtype=np.int64) for side in (0, 1))
    matrix = csr_matrix((np.array(list(arcs.values())), (rows, columns)), shape=(size, size))
    found = dijkstra(matrix, indices=len(graph) + np.arange(len(units)))[:, first_call:].T
    return np.where(np.isfinite(found), np.rint(found), np.inf)


def check(engine: NearestUnits, placed: Placed) -> None:
    """Every time by road is the searched one with both gaps walked, and everything else is by straight line."""
    assert engine.graph
    millis = engine.millis(placed)
    for means in Means:
        which = [n for n, name in enumerate(engine.ids) if engine.unit(name).means is means]
        if not which:
            continue
        here = engine.place(
            [engine.unit(engine.ids[n]).lon for n in which], [engine.unit(engine.ids[n]).lat for n in which]
        ).spots[means]
        calls = placed.spots[means]
        if not len(engine.graph.millis(means)[0]) or (here.edge < 0).any():
            assert (millis[:, which] >= STRAIGHT).all()
            continue
        wanted = searched(engine.graph, means, here, calls)
        wanted += np.rint(calls.gap * 720)[:, None] + np.rint(here.gap * 720)
        far = (calls.gap > engine.far_m)[:, None] | (here.gap > engine.far_m)
        wanted = np.where(far, np.inf, wanted)
        assert np.array_equal(np.where(millis[:, which] < STRAIGHT, millis[:, which], np.inf), wanted)


@pytest.mark.parametrize("first", range(0, GRAPHS, 100))
def test_equal_to_a_search_on_random_graphs_and_after_moves(first: int) -> None:
    for seed in range(first, first + 100):
        rng = np.random.default_rng(seed)
        engine = NearestUnits(
            random_roads(rng, int(rng.integers(3, 30))), far_m=float(rng.choice([300, 5_000]))
        )
        units = some_units(rng, int(rng.integers(1, 6)))
        engine.set_units(units)
        calls = 116 + rng.uniform(0, 0.05, 4), 30 + rng.uniform(0, 0.05, 4)
        check(engine, engine.place(*calls))
        moved = some_units(rng, len(units))[int(rng.integers(len(units)))]
        engine.set_units([replace(moved, means=Means(rng.choice(list(Means))))])
        check(engine, engine.place(*calls))


def test_the_ranking_is_the_sorted_row_with_ties_by_id() -> None:
    rng = np.random.default_rng(3)
    engine = NearestUnits(grid_roads(12))
    engine.set_units(some_units(rng, 40))
    engine.set_units([replace(engine.unit("u3"), id="u2b"), replace(engine.unit("u3"), id="u0b")])
    placed = engine.place(116 + rng.uniform(0, 0.05, 300), 30 + rng.uniform(0, 0.05, 300))
    millis = engine.millis(placed)
    for k in (1, 3, 7, 100):
        ranked = engine.rank(placed, k)
        for row in range(300):
            order = np.argsort(millis[row], kind="stable")[:k]
            assert ranked.units[row, : len(order)].tolist() == order.tolist()
            assert (ranked.units[row, len(order) :] == -1).all()
            assert ranked.millis[row, : len(order)].tolist() == (millis[row, order] % STRAIGHT).tolist()
            assert ranked.by_road[row, : len(order)].tolist() == (millis[row, order] < STRAIGHT).tolist()
    only = engine.rank(placed, 2, only=[5, 9, 11])
    assert set(only.units.ravel().tolist()) <= {5, 9, 11}


@pytest.mark.parametrize("seed", range(25))
def test_other_numbers_for_nodes_and_edges_change_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    graph = grid_roads(7, seed)
    name = rng.permutation(len(graph))
    old, order = np.argsort(name), rng.permutation(len(graph.tail))
    other = RoadGraph(
        graph.lon[old], graph.lat[old],
        name[graph.tail[order]].astype(np.uint32), name[graph.head[order]].astype(np.uint32),
        graph.kind[order], graph.ways[order], graph.maxspeed[order], graph.metres[order],
    )  # fmt: skip
    units = some_units(rng, 8)
    calls = 116 + rng.uniform(0, 0.007, 30), 30 + rng.uniform(0, 0.006, 30)
    times = []
    for one in (graph, other):
        engine = NearestUnits(one, far_m=10_000)
        engine.set_units(units)
        times.append(engine.millis(engine.place(*calls)))
    assert np.array_equal(*times)


@pytest.mark.parametrize("seed", range(25))
def test_one_unit_more_makes_no_call_later(seed: int) -> None:
    rng = np.random.default_rng(seed)
    engine = NearestUnits(random_roads(rng, 20))
    calls = 116 + rng.uniform(0, 0.05, 20), 30 + rng.uniform(0, 0.05, 20)
    before: list[list[tuple[bool, float]]] = []
    for unit in some_units(rng, 6):
        engine.set_units([unit])
        answers = [engine.nearest(Call("c", x, y), 2, now=NOW) for x, y in zip(*calls, strict=True)]
        times = [[(one.by is By.STRAIGHT, one.seconds) for one in answer.found] for answer in answers]
        for old, new in zip(before, times, strict=False):
            assert all(late >= soon for late, soon in zip(old, new, strict=False))
        before = times


@pytest.mark.parametrize("seed", range(20))
def test_the_nearest_road_is_the_nearest_of_all(seed: int) -> None:
    rng = np.random.default_rng(seed)
    graph = grid_roads(5, seed)
    engine = NearestUnits(graph)
    engine.set_units(some_units(rng, 1, (Means.FOOT,)))
    lon, lat = 116 + rng.uniform(-0.001, 0.006, 40), 30 + rng.uniform(-0.001, 0.005, 40)
    spots = engine.place(lon, lat).spots[Means.FOOT]
    shrink = np.cos(np.radians(30.0018))
    lines = [
        shapely.LineString([(graph.lon[a] * shrink, graph.lat[a]), (graph.lon[b] * shrink, graph.lat[b])])
        for a, b in zip(graph.tail, graph.head, strict=True)
    ]
    for n in range(40):
        point = shapely.Point(lon[n] * shrink, lat[n])
        least = min(line.distance(point) for line in lines)
        assert lines[spots.edge[n]].distance(point) == pytest.approx(least, abs=1e-9)
        assert lines[spots.edge[n]].project(point, normalized=True) == pytest.approx(spots.share[n], abs=1e-6)
        assert spots.gap[n] == pytest.approx(least * 111_195, rel=1e-3, abs=1e-3)


def test_metres_are_those_of_the_quickest_way() -> None:
    graph = grid_roads(9)
    engine = NearestUnits(graph)
    rng = np.random.default_rng(5)
    engine.set_units(
        some_units(rng, 0) + [UnitState(f"u{n}", *where) for n, where in enumerate(spread(rng, 12))]
    )
    for x, y in spread(rng, 40):
        for one in engine.nearest(Call("c", x, y), 12, now=NOW).found:
            if one.by is By.STRAIGHT:
                assert one.road_metres is None
                continue
            gaps = (one.unit_gap_metres or 0) + (one.call_gap_metres or 0)
            assert one.road_metres is not None
            assert one.road_metres + gaps >= one.straight_metres - 0.5
            slowest, quickest = 20 / 3.6, 40 / 3.6
            driven = one.seconds - gaps * 0.72
            assert driven * slowest - 1 <= one.road_metres <= driven * quickest + 1


def spread(rng: np.random.Generator, count: int) -> list[tuple[float, float]]:
    return [(116 + rng.uniform(0, 0.0083), 30 + rng.uniform(0, 0.0072)) for _ in range(count)]


LINE = {1: (116.0, 30.0), 2: (116.01, 30.0), 3: (116.02, 30.0), 4: (116.3, 30.0), 5: (116.31, 30.0)}
TOWN = read_roads(
    osm(LINE, [([1, 2, 3], {"highway": "residential"}), ([4, 5], {"highway": "residential"})])
).graph


class TestAnswers:
    def engine(self, *units: UnitState) -> NearestUnits:
        engine = NearestUnits(TOWN)
        engine.set_units(units)
        return engine

    def test_reasons(self) -> None:
        near = UnitState("near", 116.001, 30.0, position_at=NOW - timedelta(seconds=90))
        engine = self.engine(
            replace(near, id="busy", lon=116.0005, available=False),
            replace(near, id="rests", lon=116.0006, rest_until=NOW + timedelta(hours=1)),
            replace(near, id="unable", lon=116.0007, skills=frozenset({"急救"})),
            replace(near, id="walks", lon=116.0001, means=Means.FOOT, skills=frozenset({"急救", "开锁"})),
            replace(near, id="old", lon=116.0008, skills=frozenset({"急救", "开锁"}), position_at=None),
            replace(near, id="able", lon=116.01, skills=frozenset({"急救", "开锁"}), rest_until=NOW),
            replace(near, id="beyond", lon=116.02, available=False),
        )
        call = Call("c", 116.0, 30.0, frozenset({"急救", "开锁"}), frozenset({Means.CAR}), 1, 600)
        answer = engine.nearest(call, 1, now=NOW)
        (found,) = answer.found
        assert (found.unit, found.by, found.means, found.position_age_s) == ("able", By.ROAD, Means.CAR, 90)
        assert found.road_metres == pytest.approx(963, abs=1)
        assert found.straight_metres == pytest.approx(963, abs=1)
        assert found.seconds == pytest.approx(963 / 20 * 3.6, abs=1)
        assert {one.unit: one.why for one in answer.passed_over} == {
            "busy": Why.BUSY, "rests": Why.RESTING, "unable": Why.LACKS_SKILL, "walks": Why.OTHER_MEANS,
            "old": Why.OLD_POSITION,
        }  # fmt: skip
        by_name = {one.unit: one for one in answer.passed_over}
        assert by_name["unable"].lacks == ("开锁",)
        assert by_name["rests"].rest_until == NOW + timedelta(hours=1)
        assert by_name["old"].position_age_s is None
        assert all(one.seconds <= found.seconds for one in answer.passed_over)
        assert answer.note is None

    def test_words(self) -> None:
        unit = UnitState("a", 116.01, 30.0, position_at=NOW - timedelta(minutes=5))
        engine = self.engine(
            unit, replace(unit, id="b", lon=116.305, position_at=NOW), replace(unit, id="c", position_at=None)
        )
        words = {
            one.unit: str(found_in_words(one)) for one in engine.nearest(Call("c", 116, 30), now=NOW).found
        }
        assert words["a"] == "沿路 960 米，约 3 分钟；位置是 5 分钟前的"
        assert words["b"] == "直线 29.4 公里，按绕行估计约 99 分钟；位置刚刚更新"
        assert words["c"].endswith("位置不知是何时的")

    def test_no_road_leads_there(self) -> None:
        engine = self.engine(UnitState("island", 116.29, 30.0), UnitState("town", 116.02, 30.0))
        answer = engine.nearest(Call("c", 116.3, 30.0), 2, now=NOW)
        assert [(one.unit, one.by, one.road_metres) for one in answer.found] == [
            ("island", By.STRAIGHT, None), ("town", By.STRAIGHT, None),
        ]  # fmt: skip
        assert answer.found[0].seconds == pytest.approx(963 * 1.4 / 25 * 3.6, abs=1)
        assert answer.found[0].unit_gap_metres is None
        assert answer.note == "有的单元没有路能通到，时间按直线乘以 1.4 估计，排在后面"

    def test_a_road_comes_before_a_guess(self) -> None:
        engine = self.engine(UnitState("field", 116.0, 30.006), UnitState("road", 116.02, 30.0))
        answer = engine.nearest(Call("c", 116.0, 30.0), 2, now=NOW)
        assert [(one.unit, one.by) for one in answer.found] == [("road", By.ROAD), ("field", By.STRAIGHT)]

    def test_a_call_far_from_any_road(self) -> None:
        answer = self.engine(UnitState("a", 116.0, 30.0)).nearest(Call("c", 116.0, 30.1), now=NOW)
        assert answer.found[0].by is By.STRAIGHT
        assert answer.found[0].call_gap_metres is None
        assert answer.found[0].unit_gap_metres == pytest.approx(0, abs=0.01)

    def test_without_a_graph(self) -> None:
        engine = NearestUnits(detour=2.0)
        engine.set_units([UnitState("a", 116.0, 30.0, Means.FOOT), UnitState("b", 116.0, 30.0)])
        answer = engine.nearest(Call("c", 116.01, 30.0), now=NOW)
        assert [one.unit for one in answer.found] == ["b", "a"]
        assert answer.found[1].seconds == pytest.approx(963 * 2 / 5 * 3.6, abs=1)
        assert answer.note == "没有导入路网，时间按直线乘以 2 估计"
        engine.remove("b")
        assert engine.ids == ("a",)

    def test_nobody(self) -> None:
        engine = NearestUnits(TOWN)
        engine.set_units([])
        assert engine.nearest(Call("c", 116, 30), now=NOW).note == "现在没有任何单元的位置"
        assert engine.rank(engine.place([116.0], [30.0]), 2).units.tolist() == [[-1, -1]]
        engine.set_units([UnitState("a", 116.0, 30.0, available=False)])
        answer = engine.nearest(Call("c", 116, 30), now=NOW)
        assert (answer.found, answer.note) == ((), "现在没有能派的单元，原因见各单元")
        engine.set_units([UnitState("a", 116.0, 30.0)])
        assert engine.nearest(Call("c", 116, 30), now=NOW).note == "能派的单元只有 1 个"

    def test_a_unit_at_the_very_place_and_one_more_there(self) -> None:
        answer = self.engine(UnitState("b", 116.001, 30), UnitState("a", 116.001, 30)).nearest(
            Call("c", 116.001, 30), now=NOW
        )
        assert [(one.unit, one.seconds, one.road_metres) for one in answer.found] == [
            ("a", 0.0, 0.0),
            ("b", 0.0, 0.0),
        ]

    def test_who_left_and_who_changed_means(self) -> None:
        engine = self.engine(UnitState("a", 116.001, 30), UnitState("b", 116.002, 30))
        engine.set_units([UnitState("a", 116.001, 30, Means.FOOT)])
        assert [one.means for one in engine.nearest(Call("c", 116, 30), now=NOW).found] == [
            Means.CAR,
            Means.FOOT,
        ]
        engine.remove("b")
        engine.set_units([UnitState("d", 116.02, 30)])
        assert [one.unit for one in engine.nearest(Call("c", 116, 30), now=NOW).found] == ["a", "d"]
        with pytest.raises(KeyError):
            engine.remove("b")

    def test_a_means_without_a_road(self) -> None:
        steps = read_roads(osm(LINE, [([1, 2], {"highway": "steps"})])).graph
        engine = NearestUnits(steps)
        engine.set_units([UnitState("car", 116.0, 30.0), UnitState("foot", 116.01, 30.0, Means.FOOT)])
        assert [one.by for one in engine.nearest(Call("c", 116.0, 30.0), now=NOW).found] == [
            By.ROAD,
            By.STRAIGHT,
        ]


@pytest.mark.parametrize(
    ("lon", "lat", "words"),
    [(float("nan"), 30.0, "空的或不是数字"), (30.0, 116.0, "写反"), (116.0, float("inf"), "空的或不是数字"),
     (500_000.0, 3_300_000.0, "投影坐标")],
)  # fmt: skip
def test_unusable_places_are_refused_and_change_nothing(lon: float, lat: float, words: str) -> None:
    engine = NearestUnits(TOWN)
    engine.set_units([UnitState("a", 116.0, 30.0)])
    with pytest.raises(ValueError, match=words):
        engine.set_units([UnitState("a", lon, lat), UnitState("b", 116.0, 30.0)])
    with pytest.raises(ValueError, match=words):
        engine.nearest(Call("c", lon, lat), now=NOW)
    assert engine.ids == ("a",)
    assert engine.unit("a").lon == 116.0


def test_more_units_than_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roadtimes, "MOST_CELLS", len(TOWN) * 2)
    engine = NearestUnits(TOWN)
    engine.set_units([UnitState("a", 116.0, 30.0)])
    with pytest.raises(ValueError, match="最多能同时算 2 个单元"):
        engine.set_units([UnitState(name, 116.02, 30.0) for name in "abc"])
    assert engine.ids == ("a",)
    assert engine.nearest(Call("c", 116.0, 30.0), now=NOW).found[0].seconds == 0


def test_wrong_numbers_are_refused() -> None:
    for detour in (0.5, 11, float("nan")):
        with pytest.raises(ValueError, match="绕行系数"):
            NearestUnits(detour=detour)
    with pytest.raises(ValueError, match="紧急程度"):
        Call("c", 116.0, 30.0, priority=5)


def test_a_stranded_road_is_left_for_one_that_hangs_together() -> None:
    nodes = dict(LINE) | {6: (116.001, 30.0003), 7: (116.002, 30.0003)}
    street = {"highway": "residential"}
    graph = read_roads(osm(nodes, [([1, 2, 3], street), ([6, 7], street)])).graph
    engine = NearestUnits(graph)
    engine.set_units([UnitState("a", 116.01, 30.0)])
    beside, above = engine.place([116.0015, 116.0015], [30.0003, 30.0012]).spots[Means.CAR].gap
    assert beside == pytest.approx(33.4, abs=0.1)
    assert beside < SLACK_M
    assert above == pytest.approx(133.4, abs=0.2)
    assert engine.nearest(Call("c", 116.0015, 30.0003), now=NOW).found[0].by is By.ROAD


@pytest.mark.skipif(DATA is None or not (DATA / "osm").is_dir(), reason="needs osm/ of the reference data")
@pytest.mark.parametrize("name", ["ninghua_fujian", "shenzhen_henggang"])
def test_real_towns_equal_a_search(name: str) -> None:
    assert DATA
    graph = read_roads(DATA / "osm" / f"{name}.osm").graph
    rng = np.random.default_rng(2)
    engine = NearestUnits(graph)
    x, y = (rng.uniform(axis.min(), axis.max(), 60) for axis in (graph.lon, graph.lat))
    engine.set_units(UnitState(f"u{n:02}", x[n], y[n], list(Means)[n % 3]) for n in range(20))
    check(engine, engine.place(x[20:], y[20:]))
    for n in range(20, 40):
        for one in engine.nearest(Call("c", x[n], y[n]), 20, now=NOW).found:
            assert (one.road_metres is None) is (one.by is By.STRAIGHT)


def test_two_edges_between_the_same_nodes_and_loops() -> None:
    lon, lat = np.array([116.0, 116.01]), np.array([30.0, 30.0])
    edges = np.array([[0, 1], [1, 0], [0, 0]])
    engine = NearestUnits(roads(lon, lat, edges, np.array([13, 5, 13]), np.array([0x77, 0x07, 0x77])))
    engine.set_units([UnitState("a", 116.01, 30.0), UnitState("b", 116.0, 30.0)])
    check(engine, engine.place([116.0, 116.005, 116.01], [30.0] * 3))
    found = {one.unit: one.seconds for one in engine.nearest(Call("c", 116.0, 30.0), now=NOW).found}
    assert found["a"] == pytest.approx(963 / 40 * 3.6, abs=1)
