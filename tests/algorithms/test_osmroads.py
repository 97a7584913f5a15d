"""Roads out of .osm files: what is read, what is refused in words; and the file they are kept in."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fengqiao.algorithms import osmroads
from fengqiao.algorithms.filefaults import FileFault
from fengqiao.algorithms.osmroads import OsmCaps, read_roads
from fengqiao.algorithms.roadfile import MARK, read_road_file, write_roads
from fengqiao.algorithms.roadgraph import NEVER, summary
from fengqiao.algorithms.roadtags import BARRIER, CLASSES, Means
from tests.paths import DATA
from tests.streets import grid_roads, osm

NODES = {1: (116.0, 30.0), 2: (116.001, 30.0), 3: (116.002, 30.0), 4: (116.002, 30.001), 5: (116.5, 30.5)}
STREET = {"highway": "residential"}
OSM = DATA and DATA / "osm"


def code_of(content: bytes, caps: OsmCaps | None = None) -> str:
    with pytest.raises(FileFault) as fault:
        read_roads(content, caps=caps)
    return fault.value.code


def test_streets_become_edges() -> None:
    ways = [([1, 2, 3], STREET), ([3, 4], {"highway": "steps"}), ([4, 5], {"building": "yes"})]
    found = read_roads(osm(NODES, ways))
    graph = found.graph
    assert (found.ways, found.missing_nodes, found.bad_nodes) == (2, 0, 0)
    assert len(graph) == 4
    assert [CLASSES[kind].name for kind in graph.kind] == ["residential", "residential", "steps"]
    assert graph.metres[0] == pytest.approx(96.3, abs=0.1)
    along, against = graph.millis(Means.CAR)
    assert along[0] == pytest.approx(graph.metres[0] / 20 * 3600, abs=1)
    assert against[2] == along[2] == NEVER


def test_a_signed_speed_slows_cars_only() -> None:
    graph = read_roads(osm(NODES, [([1, 2], {"highway": "primary", "maxspeed": "20"})])).graph
    assert graph.millis(Means.CAR)[0][0] == pytest.approx(graph.metres[0] / 20 * 3600, abs=1)
    assert graph.millis(Means.BIKE)[0][0] == pytest.approx(graph.metres[0] / 15 * 3600, abs=1)


def test_a_way_over_the_rim_is_cut_where_the_node_is_missing() -> None:
    found = read_roads(osm(NODES, [([1, 2, 99, 3, 4], STREET)]))
    assert found.missing_nodes == 1
    assert len(found.graph.tail) == 2


def test_a_bollard_parts_the_street_for_cars_alone() -> None:
    graph = read_roads(osm(NODES, [([1, 2, 3], STREET)], {2: {"barrier": "bollard"}})).graph
    assert int((graph.kind == BARRIER).sum()) == 2
    parts = {one.means: one.parts for one in summary(graph).means}
    assert parts == {Means.FOOT: 1, Means.BIKE: 1, Means.CAR: 2}
    assert summary(graph).kilometres == pytest.approx(0.1926, abs=1e-3)


def test_nodes_without_a_place_are_counted() -> None:
    nodes = dict(NODES) | {2: (float("nan"), 30.0), 6: (30.0, 116.0)}
    found = read_roads(osm(nodes, [([1, 2, 3, 4], STREET)]))
    assert (found.bad_nodes, found.missing_nodes, len(found.graph)) == (2, 1, 2)


def test_swapped_coordinates_are_said() -> None:
    swapped = {number: (lat, lon) for number, (lon, lat) in NODES.items()}
    with pytest.raises(FileFault, match="写反") as fault:
        read_roads(osm(swapped, [([1, 2], STREET)]))
    assert fault.value.code == "no_nodes"


BOMB = b'<!DOCTYPE osm [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"), (b"hello", "broken_osm"), (b"<html></html>", "not_osm"), (b"<osm>", "broken_osm"),
        (b"<osm></osm>", "no_roads"), (b"<osmChange/>", "not_osm"), (b"\x1f\x8b\x08\x00", "packed_osm"),
        (b"BZh91AY", "packed_osm"), (b"\x00\x00\x00\x0d\x0a\x09OSMHeader\x18", "packed_osm"),
        (BOMB + b"<osm>&b;</osm>", "entities"),
        (b'<!DOCTYPE osm SYSTEM "file:///etc/passwd"><osm/>', "entities"),
        (b"<osm>" + b"<way>" * 40, "too_deep"), (b'<?xml version="1.0" encoding="none-such"?><osm/>', "broken_osm"),
        (osm(NODES, [([1, 2], {"highway": "proposed"})]), "no_roads"), (osm(NODES, [([1, 1], STREET)]), "no_roads"),
        (osm(NODES, [([77, 78], STREET)]), "no_roads"), (osm(NODES, [([1, 2], STREET)])[:-30], "broken_osm"),
    ],
)  # fmt: skip
def test_refused_in_words(content: bytes, code: str) -> None:
    assert code_of(content) == code


def test_caps(monkeypatch: pytest.MonkeyPatch) -> None:
    content = osm(NODES, [([1, 2, 3], STREET)])
    assert code_of(content, OsmCaps(nodes=2)) == "too_large"
    assert code_of(content, OsmCaps(bends=2)) == "too_large"
    assert code_of(content, OsmCaps(bytes=10)) == "too_large"
    monkeypatch.setattr(osmroads, "_PIECE", 64)
    assert code_of(b"<osm>" + b"<!--" + b"x" * 4096 + b"--></osm>") == "broken_osm"


def test_a_stream_is_read_and_left_open() -> None:
    stream = io.BytesIO(osm(NODES, [([1, 2], STREET)]))
    assert len(read_roads(stream).graph) == 2
    assert not stream.closed


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_any_damage_is_read_or_refused(data: st.DataObject) -> None:
    content = bytearray(osm(NODES, [([1, 2, 3, 4], STREET)]))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(FileFault):
        assert len(read_roads(bytes(content)).graph.tail) <= 3


@pytest.mark.skipif(OSM is None or not OSM.is_dir(), reason="needs osm/ of the reference data")
@pytest.mark.parametrize(("name", "kilometres"), [("ninghua_fujian", 19), ("shenzhen_henggang", 226)])
def test_real_towns(name: str, kilometres: int) -> None:
    assert OSM
    found = read_roads(OSM / f"{name}.osm")
    assert found.missing_nodes == found.bad_nodes == 0
    assert summary(found.graph).kilometres == pytest.approx(kilometres, abs=1)
    assert summary(found.graph).means[0].largest_share > 0.98


class TestFile:
    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        path = tmp_path / "roads.graph"
        write_roads(path, grid_roads(6))
        return path

    def refused(self, path: Path) -> str:
        with pytest.raises(FileFault) as fault:
            read_road_file(path)
        assert path.name in str(fault.value)
        return fault.value.code

    def test_what_is_written_is_read(self, file: Path) -> None:
        graph, made = read_road_file(file), grid_roads(6)
        for name in ("lon", "lat", "tail", "head", "kind", "ways", "maxspeed", "metres"):
            assert np.array_equal(getattr(graph, name), getattr(made, name))
        assert not graph.lon.flags.writeable
        assert [one.name for one in file.parent.iterdir()] == [file.name]

    @pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"<osm></osm>", MARK[:7]])
    def test_foreign(self, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "x"
        path.write_bytes(content)
        assert self.refused(path) == "foreign"

    @pytest.mark.parametrize("keep", [17, 24, 100, 700, -1, -500])
    def test_cut(self, file: Path, keep: int) -> None:
        file.write_bytes(file.read_bytes()[:keep])
        assert self.refused(file) == "spoilt"

    def test_every_changed_byte_is_seen(self, file: Path) -> None:
        whole = file.read_bytes()
        start = len(MARK) + 8 + int.from_bytes(whole[len(MARK) : len(MARK) + 8], "little")
        for at in range(start, len(whole), 61):
            changed = bytearray(whole)
            changed[at] ^= 1
            file.write_bytes(changed)
            assert self.refused(file) == "spoilt"

    def test_other_versions_missing_files_and_folders(self, file: Path, tmp_path: Path) -> None:
        file.write_bytes(file.read_bytes().replace(b"fengqiao-roads-1", b"fengqiao-roads-0"))
        assert self.refused(file) == "other_version"
        assert self.refused(tmp_path / "nowhere") == "spoilt"
        assert self.refused(tmp_path) == "spoilt"
        with pytest.raises(FileFault):
            write_roads(tmp_path / "no" / "folder", grid_roads(2))

    def test_arrays_that_do_not_fit_are_refused(self) -> None:
        made = grid_roads(3)
        parts = {name: getattr(made, name) for name in made.__slots__}
        for change in (
            {"lat": made.lat[1:]}, {"head": made.head + 9}, {"metres": -made.metres}, {"kind": made.kind + 200},
            {"lon": made.lon * np.nan}, {"lon": made.lat, "lat": made.lon}, {"metres": made.metres[1:]},
            {name: parts[name][:0] for name in parts},
        ):  # fmt: skip
            with pytest.raises(ValueError):
                type(made)(**{**parts, **change})
