"""Made road graphs: grids, random graphs, and small OpenStreetMap documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import numpy as np

from fengqiao.algorithms.roadgraph import RoadGraph, metres_between
from fengqiao.algorithms.roadtags import CLASSES

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
KIND = {one.name: code for code, one in enumerate(CLASSES)}
Tags = Mapping[str, str]


def roads(
    lon: np.ndarray, lat: np.ndarray, edges: np.ndarray, kinds: np.ndarray, ways: np.ndarray
) -> RoadGraph:
    """A graph of these edges (rows of tail and head)."""
    tail, head = edges[:, 0].astype(np.uint32), edges[:, 1].astype(np.uint32)
    metres = metres_between(lon[tail], lat[tail], lon[head], lat[head]).astype(np.float32)
    speeds = np.zeros(len(edges), dtype=np.uint8)
    return RoadGraph(lon, lat, tail, head, kinds.astype(np.uint8), ways.astype(np.uint8), speeds, metres)


def random_roads(rng: np.random.Generator, nodes: int) -> RoadGraph:
    """Random points, random streets of random classes and directions, often in several parts."""
    lon, lat = 116 + rng.uniform(0, 0.05, nodes), 30 + rng.uniform(0, 0.05, nodes)
    edges = rng.integers(0, nodes, (rng.integers(nodes // 2 + 1, 3 * nodes), 2))
    edges = edges[edges[:, 0] != edges[:, 1]]
    if not len(edges):
        edges = np.array([[0, 1]])
    kinds = rng.choice([KIND[name] for name in ("primary", "residential", "footway", "motorway")], len(edges))
    ways = rng.choice([0x77, 0x37, 0x73, 0x11, 0x70], len(edges))
    return roads(lon, lat, edges, kinds, ways)


def grid_roads(side: int, seed: int = 1) -> RoadGraph:
    """A town of ``side`` by ``side`` crossings 100 m apart with four classes of street, a tenth of them one-way."""
    rng = np.random.default_rng(seed)
    lon = 116 + 0.00104 * np.tile(np.arange(side), side)
    lat = 30 + 0.0009 * np.repeat(np.arange(side), side)
    at = np.arange(side * side).reshape(side, side)
    east = np.stack([at[:, :-1].ravel(), at[:, 1:].ravel()], axis=1)
    north = np.stack([at[:-1].ravel(), at[1:].ravel()], axis=1)
    edges = np.concatenate([east, north])
    kinds = rng.choice([KIND[n] for n in ("primary", "secondary", "tertiary", "residential")], len(edges))
    return roads(lon, lat, edges, kinds, np.where(rng.random(len(edges)) < 0.1, 0x17, 0x77))


def osm(
    nodes: Mapping[int, tuple[float, float]], ways: Sequence[tuple[Sequence[int], Tags]],
    node_tags: Mapping[int, Tags] | None = None,
) -> bytes:  # fmt: skip
    """An .osm document of nodes (lon, lat) and ways."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<osm version="0.6">']
    for number, (lon, lat) in nodes.items():
        inner = "".join(f'<tag k="{k}" v="{v}"/>' for k, v in (node_tags or {}).get(number, {}).items())
        lines.append(f'<node id="{number}" lat="{lat}" lon="{lon}">{inner}</node>')
    for number, (bends, tags) in enumerate(ways, start=1):
        refs = "".join(f'<nd ref="{one}"/>' for one in bends)
        inner = "".join(f'<tag k="{k}" v="{v}"/>' for k, v in tags.items())
        lines.append(f'<way id="{number}">{refs}{inner}</way>')
    return "\n".join([*lines, "</osm>"]).encode()
