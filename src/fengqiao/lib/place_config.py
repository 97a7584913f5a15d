"""The configuration of a place: words, ladder, roles, teams, mechanisms, categories, modules and demo scale.

``places/_base`` holds what every place starts from; a place lays its own ``place.yaml`` over it and says only
what differs. A station may keep its folder anywhere and name it in ``FENGQIAO_PLACE``.

    from fengqiao.lib.place_config import current_place
    place = current_place()                  # what FENGQIAO_PLACE says, else the base alone
    place.word("beat"), place.start_level("V").days, place.role("mediator").may("mediation.handle")
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

from fengqiao.lib.config_files import ConfigError, Node, read_yaml
from fengqiao.lib.config_overlay import Overlay
from fengqiao.lib.place_reader import read_place
from fengqiao.lib.place_types import (
    CategoryChanges,
    DutyGroup,
    DutyList,
    Item,
    Kind,
    Level,
    Mechanism,
    MediationRoomKind,
    PlaceConfig,
    Role,
    Scale,
    TeamKind,
    TeamScale,
)
from fengqiao.lib.place_vocabulary import (
    AREA_RANKS,
    CASE_RIGHTS,
    CONTROL_RIGHTS,
    EVIDENCE_KINDS,
    MODULES,
    RHYTHMS,
    RIGHTS,
    START_CODES,
    STATION,
    WORDS,
    Label,
    Rhythm,
)
from fengqiao.lib.wording import gettext as _
from fengqiao.lib.wording import listed

__all__ = [
    "AREA_RANKS",
    "BASE",
    "CASE_RIGHTS",
    "CONTROL_RIGHTS",
    "EVIDENCE_KINDS",
    "MODULES",
    "PLACES",
    "RHYTHMS",
    "RIGHTS",
    "START_CODES",
    "STATION",
    "WORDS",
    "CategoryChanges",
    "ConfigError",
    "DutyGroup",
    "DutyList",
    "Item",
    "Kind",
    "Label",
    "Level",
    "Mechanism",
    "MediationRoomKind",
    "PlaceConfig",
    "Rhythm",
    "Role",
    "Scale",
    "TeamKind",
    "TeamScale",
    "current_place",
    "list_places",
    "load_place",
    "using",
]

PLACES = Path(__file__).resolve().parent.parent / "places"
"""The folder of the configurations that come with the program."""

BASE = "base"
"""The key of the place that is nothing but the base."""

_FILE = "place.yaml"

_chosen: ContextVar[str] = ContextVar("fengqiao_place", default="")


@lru_cache(maxsize=1)
def list_places() -> tuple[str, ...]:
    """Keys of the places that come with the program, in order; the base is not among them."""
    return tuple(
        sorted(p.parent.name for p in PLACES.glob(f"*/{_FILE}") if not p.parent.name.startswith("_"))
    )


def load_place(key: str | Path | None = None) -> PlaceConfig:
    """The configuration ``key``: a key of list_places(), "base", or the path of a station's own folder.

    None reads the environment variable FENGQIAO_PLACE (empty: "base"). What comes with the program is read
    once; a station's own folder is read again at each call. Raises ConfigError, which names the file, the key
    in it and what to write.
    """
    chosen = str(key) if key is not None else os.environ.get("FENGQIAO_PLACE", "").strip()
    chosen = chosen or BASE
    if chosen == BASE or chosen in list_places():
        return _load_own(chosen)
    folder = Path(chosen)
    if not (isinstance(key, Path) or os.sep in chosen):
        known = listed((BASE, *list_places()))
        raise ConfigError(
            "FENGQIAO_PLACE",
            "",
            _("没有叫 “%(chosen)s” 的配置，可写：%(known)s，或写本所文件夹的路径")
            % {"chosen": chosen, "known": known},
        )
    if not (folder / _FILE).is_file():
        raise ConfigError(
            str(folder),
            "",
            _("文件夹里没有 %(file)s，请放一个进去（可以只写和基础配置不同的地方）") % {"file": _FILE},
        )
    return _build(folder.resolve().name, folder)


def current_place() -> PlaceConfig:
    """The configuration this process works with: that of using(), else of FENGQIAO_PLACE, else the base.

    Cheap enough for every request: files are read again only when they changed.
    """
    chosen = _chosen.get() or os.environ.get("FENGQIAO_PLACE", "").strip() or BASE
    file = Path(chosen) / _FILE
    if os.sep not in chosen or not file.is_file():
        return load_place(chosen)
    return _load_folder(chosen, file.stat().st_mtime_ns)


@contextmanager
def using(key: str | Path) -> Iterator[PlaceConfig]:
    """Work with the configuration ``key`` inside the block (tests, the demonstration). Raises ConfigError."""
    place = load_place(key)
    token = _chosen.set(str(key))
    try:
        yield place
    finally:
        _chosen.reset(token)


@lru_cache(maxsize=4)
def _load_folder(folder: str, _changed: int) -> PlaceConfig:
    return load_place(Path(folder))


@lru_cache(maxsize=16)
def _load_own(key: str) -> PlaceConfig:
    return _build(key, None if key == BASE else PLACES / key)


def _build(key: str, folder: Path | None) -> PlaceConfig:
    overlay = Overlay(replaced=("ladder", "station_level", "answer_chain"))
    for path in sorted((PLACES / "_base").glob("*.yaml")):
        shown = f"places/_base/{path.name}"
        overlay.lay(read_yaml(path, shown), shown)
    if folder is None:
        return read_place(key, Node(overlay.value, "", overlay.origins))
    path = folder / _FILE
    shown = f"places/{key}/{_FILE}" if folder.parent == PLACES else str(path)
    overlay.lay(read_yaml(path, shown), shown)
    overlay.origins[""] = shown
    try:
        return read_place(key, Node(overlay.value, "", overlay.origins))
    except ConfigError as error:
        if error.file == shown:
            raise
        # The base alone is sound, so what no longer fits was made so by the place: send its author there.
        what = _("%(what)s（来自 %(file)s，和本文件对不上，请在本文件里一并改）") % {
            "what": error.what,
            "file": error.file,
        }
        raise ConfigError(shown, error.path, what) from error
