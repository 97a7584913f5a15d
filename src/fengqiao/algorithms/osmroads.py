"""Roads out of an OpenStreetMap XML file (.osm), read as a stream.

Read once with expat, a megabyte at a time; kept are 16 bytes for each node and 8 for each bend of a road, never the
document. A document type is refused: without one there are no entities, hence nothing that swells (billion laughs) and
nothing outside to fetch. Depth, counts and the length of one piece of markup are capped.
A way that names a node the file lacks (extracts cut ways at their rim) is read up to the gap and after it.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import Any, BinaryIO
from xml.parsers import expat

import numpy as np

from fengqiao.algorithms.filefaults import FileFault, FileSource, opened
from fengqiao.algorithms.roadgraph import RoadGraph, metres_between
from fengqiao.algorithms.roadtags import ALL, BARRIER, WayRules, node_stops, way_rules
from fengqiao.algorithms.sentences import sentence

_PIECE = 1 << 20
_QUIET_PIECES = 8  # pieces without a single element: one token is swelling in memory
_DEEPEST = 16
_MOST_TAGS = 500
_UNIT = 1e-7  # degrees, as OpenStreetMap keeps them


@dataclass(frozen=True, slots=True)
class OsmCaps:
    """Most a file may hold: bytes, nodes, bends of roads."""

    bytes: int = 8 << 30
    nodes: int = 40_000_000
    bends: int = 20_000_000


@dataclass(frozen=True, slots=True)
class OsmRoads:
    """What was read: the graph, ways taken, bends that named a node the file lacks, nodes without a usable place."""

    graph: RoadGraph
    ways: int
    missing_nodes: int
    bad_nodes: int


def read_roads(source: FileSource, *, caps: OsmCaps | None = None) -> OsmRoads:
    """Read the roads of an .osm file. Raises ``FileFault`` for anything else, for broken files and for files without
    a road."""
    caps = caps or OsmCaps()
    reader = _Reader(caps)
    with opened(source, most_bytes=caps.bytes) as stream:
        _refuse_packed(stream)
        reader.read(stream)
    return _assembled(reader)


def _refuse_packed(stream: BinaryIO) -> None:
    head = stream.read(16)
    stream.seek(0)
    if head.startswith((b"\x1f\x8b", b"BZh", b"PK\x03\x04")) or b"OSMHeader" in head:
        raise FileFault(
            sentence("这是压缩的地图文件，请先转成没有压缩的 .osm（XML）再导入"), code="packed_osm"
        )


@dataclass(slots=True)
class _Reader:
    """The handlers of the parser and what they gather."""

    caps: OsmCaps
    ids: array[int] = field(default_factory=lambda: array("q"))
    lons: array[int] = field(default_factory=lambda: array("i"))
    lats: array[int] = field(default_factory=lambda: array("i"))
    refs: array[int] = field(default_factory=lambda: array("q"))
    ends: array[int] = field(default_factory=lambda: array("q"))
    rules: list[WayRules] = field(default_factory=list)
    stops: dict[int, int] = field(default_factory=dict)
    bad_nodes: int = 0
    swapped: int = 0
    seen: int = 0
    depth: int = 0
    tags: dict[str, str] = field(default_factory=dict)
    bends: array[int] = field(default_factory=lambda: array("q"))
    node: int | None = None

    def read(self, stream: BinaryIO) -> None:
        """Feed the whole stream to the parser."""
        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        quiet = 0
        try:
            while piece := stream.read(_PIECE):
                before = self.seen
                parser.Parse(piece, False)
                quiet = 0 if self.seen > before else quiet + 1
                if quiet >= _QUIET_PIECES:
                    raise _broken(parser.CurrentLineNumber)
            parser.Parse(b"", True)
        except (expat.ExpatError, LookupError, UnicodeError) as error:
            raise _broken(parser.CurrentLineNumber) from error

    def start(self, name: str, given: dict[str, str]) -> None:
        """An element begins."""
        self.seen += 1
        self.depth += 1
        if self.depth == 1 and name != "osm":
            raise FileFault(sentence("不是 OpenStreetMap 的 .osm 文件"), code="not_osm")
        if self.depth > _DEEPEST:
            raise FileFault(sentence("文件的层次多得不正常，没有打开"), code="too_deep")
        if self.depth == 2:
            self.tags = {}
            self.bends = array("q")
            self.node = self._place(given) if name == "node" else None
        elif self.depth == 3:
            self._inner(name, given)

    def _inner(self, name: str, given: dict[str, str]) -> None:
        if name == "tag" and len(self.tags) < _MOST_TAGS:
            self.tags[given.get("k", "")] = given.get("v", "")
        elif name == "nd":
            number = _whole(given.get("ref", ""))
            self.bends.append(0 if number is None else number)  # 0 is nobody's number: a gap
            if len(self.refs) + len(self.bends) > self.caps.bends:
                raise _too_large()

    def _place(self, given: dict[str, str]) -> int | None:
        number = _whole(given.get("id", ""))
        lon, lat = _degrees(given.get("lon", "")), _degrees(given.get("lat", ""))
        if number is None or lon is None or lat is None or abs(lon) > 180 or abs(lat) > 90:
            self.bad_nodes += 1
            self.swapped += lat is not None and lon is not None and abs(lat) <= 180 and abs(lon) <= 90
            return None
        if len(self.ids) >= self.caps.nodes:
            raise _too_large()
        self.ids.append(number)
        self.lons.append(round(lon / _UNIT))
        self.lats.append(round(lat / _UNIT))
        return number

    def end(self, name: str) -> None:
        """An element ends."""
        self.depth -= 1
        if self.depth != 1:
            return
        if name == "way" and len(self.bends) > 1:
            rules = way_rules(self.tags)
            if rules is not None:
                self.refs.extend(self.bends)
                self.ends.append(len(self.refs))
                self.rules.append(rules)
        elif self.node is not None and "barrier" in self.tags:
            stopped = node_stops(self.tags)
            if stopped:
                self.stops[self.node] = stopped


def _assembled(reader: _Reader) -> OsmRoads:
    if not reader.ids and reader.bad_nodes:
        hint = sentence("看上去经度和纬度写反了") if reader.swapped else sentence("坐标是空的或不是数字")
        raise FileFault(sentence("文件里没有一个点的坐标能用：%(hint)s", hint=hint), code="no_nodes")
    if not reader.rules:
        raise FileFault(sentence("文件里没有可以走的路"), code="no_roads")
    ids = np.array(reader.ids, dtype=np.int64)
    lon, lat = np.array(reader.lons) * _UNIT, np.array(reader.lats) * _UNIT
    order = np.argsort(ids, kind="stable")
    refs = np.array(reader.refs, dtype=np.int64)
    found = np.searchsorted(ids[order], refs)
    known = found < len(ids)
    known[known] = ids[order][found[known]] == refs[known]
    way = np.repeat(np.arange(len(reader.rules)), np.diff(np.array(reader.ends), prepend=0))
    joined = known[1:] & known[:-1] & (way[1:] == way[:-1]) & (refs[1:] != refs[:-1])
    if not joined.any():
        raise FileFault(sentence("文件里没有可以走的路"), code="no_roads")
    place = np.where(known, order[np.minimum(found, len(ids) - 1)], 0)
    tail, head, of = place[:-1][joined], place[1:][joined], way[:-1][joined]
    columns = np.array([(r.kind, r.forward | r.backward << 4, r.maxspeed) for r in reader.rules], np.uint8)
    used, flat = np.unique(np.concatenate([tail, head]), return_inverse=True)
    stops = np.array([reader.stops.get(int(one), 0) for one in ids[used]], dtype=np.uint8)
    graph = _with_barriers(lon[used], lat[used], flat.reshape(2, -1).copy(), columns[of], stops)
    return OsmRoads(graph, len(reader.rules), int((~known).sum()), reader.bad_nodes)


def _with_barriers(lon: Any, lat: Any, edges: Any, columns: Any, stops: Any) -> RoadGraph:
    """The graph with a node for each road's end at a barrier, joined through it for those who may pass."""
    flat = edges.ravel()
    at = np.flatnonzero(stops[flat])
    through, copies = flat[at].copy(), len(lon) + np.arange(len(at))
    flat[at] = copies
    lon, lat = np.concatenate([lon, lon[through]]), np.concatenate([lat, lat[through]])
    passing = (ALL & ~stops[through]).astype(np.uint8)
    gates = np.stack([np.full(len(at), BARRIER), passing | passing << 4, np.zeros(len(at))], axis=1)
    tail, head = np.concatenate([edges[0], through]), np.concatenate([edges[1], copies])
    columns = np.concatenate([columns, gates.astype(np.uint8)])
    metres = metres_between(lon[tail], lat[tail], lon[head], lat[head]).astype(np.float32)
    ends = tail.astype(np.uint32), head.astype(np.uint32)
    return RoadGraph(lon, lat, *ends, columns[:, 0], columns[:, 1], columns[:, 2], metres)


def _whole(text: str) -> int | None:
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 18):
        return None
    return int(text)


def _degrees(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if abs(value) <= 1e6 else None  # false for NaN too


def _refuse_doctype(*_: object) -> None:
    raise FileFault(sentence("文件里带有外部实体声明，不安全，没有打开"), code="entities")


def _broken(line: int) -> FileFault:
    words = sentence("不是完好的 .osm 文件（第 %(line)s 行），请重新导出", line=line)
    return FileFault(words, code="broken_osm")


def _too_large() -> FileFault:
    return FileFault(sentence("地图太大，请只导出本辖区和周边的部分"), code="too_large")
