"""The roads of the ground, where a station has imported them: the file, and the graph in memory."""

from __future__ import annotations

import logging
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from fengqiao.algorithms.filefaults import FileFault
from fengqiao.algorithms.osmroads import OsmRoads, read_roads
from fengqiao.algorithms.roadfile import read_road_file, write_roads
from fengqiao.algorithms.roadgraph import RoadGraph, RoadSummary, summary
from fengqiao.lib.errors import Refusal
from fengqiao.lib.wording import told

log = logging.getLogger(__name__)


def road_graph() -> RoadGraph | None:
    """The road graph; None where none was imported, or where the file is spoilt (the log says so)."""
    path = Path(settings.ROADS_FILE)
    try:
        found = path.stat()
    except OSError:
        return None
    return _loaded(path, (found.st_ino, found.st_mtime_ns, found.st_size))


@lru_cache(maxsize=1)
def _loaded(path: Path, _stamp: tuple[int, int, int]) -> RoadGraph | None:
    try:
        return read_road_file(path)
    except FileFault as fault:
        log.error("roads left out: %s", fault)
        return None


def import_roads(source: Path, path: Path) -> tuple[OsmRoads, RoadSummary]:
    """Write the file of roads from an .osm file, whole or not at all, and read it back.

    Public reference data: nothing of the station is in it, so nothing is logged. Raises Refusal.
    """
    try:
        found = read_roads(source)
        write_roads(path, found.graph)
        return found, summary(read_road_file(path))
    except FileFault as fault:
        raise Refusal(told(fault), code=fault.code) from fault
