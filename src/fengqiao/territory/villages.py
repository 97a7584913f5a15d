"""All villages of the country, where a station has imported them: the file, and the index in memory."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from fengqiao.algorithms.filefaults import FileFault
from fengqiao.algorithms.villagefile import write_villages
from fengqiao.algorithms.villagerows import read_divisions
from fengqiao.algorithms.villages import VillageIndex
from fengqiao.lib.errors import Refusal
from fengqiao.lib.wording import told

log = logging.getLogger(__name__)

Stamp = tuple[int, int, int]


def villages_stamp() -> Stamp | None:
    """What changes when the file of villages does; None while there is none."""
    try:
        found = Path(settings.VILLAGES_FILE).stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def village_index() -> VillageIndex | None:
    """The villages of the country; None where none were imported, or where the file is spoilt (the log says so)."""
    stamp = villages_stamp()
    return _loaded(Path(settings.VILLAGES_FILE), stamp) if stamp is not None else None


@lru_cache(maxsize=1)
def _loaded(path: Path, _stamp: Stamp) -> VillageIndex | None:
    try:
        return VillageIndex.load(path)
    except FileFault as fault:
        log.error("villages of the country left out: %s", fault)
        return None


def import_villages(
    files: Iterable[Path], *, progress: Callable[[str, float], None] = lambda _step, _share: None
) -> VillageIndex:
    """Write the file of villages from tables of codes and names, whole or not at all, and open it.

    Public reference data: nothing of the station is in it, so nothing is logged. Raises Refusal.
    """
    path = Path(settings.VILLAGES_FILE)
    try:
        write_villages(path, read_divisions(files), progress=progress)
        return VillageIndex.load(path)
    except FileFault as fault:
        raise Refusal(told(fault), code=fault.code) from fault
