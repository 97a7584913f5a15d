"""The ground: areas, beats, places, and what lies where."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import Field

from fengqiao.api.schemas.base import (
    AreaName,
    Asked,
    Body,
    Code,
    Cursor,
    Day,
    Degrees,
    Limit,
    Line,
    Out,
    Text,
)
from fengqiao.territory.choices import Rank, Tier


class AreaFilters(Asked):
    """Which areas: of some ranks, below one of them."""

    rank: list[Rank] = Field(default=[], max_length=5)
    under: Code | None = None


class MapFilters(Asked):
    """Which areas are drawn, and how finely (metres)."""

    rank: list[Rank] = Field(default=[], max_length=5)
    tolerance: float = Field(default=5.0, ge=0, le=1000, allow_inf_nan=False)


class AreaOut(Out):
    """An area of the tree."""

    id: int
    code: str
    name: str
    rank: str
    rank_words: str
    parent: str
    households: int | None
    residents: int | None
    valid_from: date
    valid_to: date | None


class AddArea(Body):
    """A new area under another one."""

    code: Code
    name: Line
    rank: Rank
    parent: Code | None = None


class Rename(Body):
    """Another name."""

    name: Line


class MoveArea(Body):
    """Under which area it hangs from now on."""

    parent: Code


class EndArea(Body):
    """From which day it no longer exists, and why."""

    reason: Line
    on: Day | None = None


class SetBoundary(Body):
    """A GeoJSON Polygon or MultiPolygon; ``system`` names its coordinates."""

    geometry: dict[str, Any]
    system: Line = ""
    source: Line = ""
    repair: bool = False


class ImportForm(Body):
    """How a file of areas is read. Without ``dry_run`` all rows are taken in, or none."""

    system: Line = ""
    under: Line = ""
    parent: Code | None = None
    repair: bool = False
    dry_run: bool = True


class PlaceImportForm(Body):
    """How a table of places is read."""

    system: Line = ""
    dry_run: bool = True


class RowOut(Out):
    """What an import did, or would do, with one row."""

    code: str
    name: str
    what: str
    message: str


class ImportOut(Out):
    """The whole import: nothing was written unless ``done``."""

    done: bool
    added: int
    changed: int
    unchanged: int
    skipped: int
    refused: int
    rows: list[RowOut]
    notes: list[str]


class BeatOut(Out):
    """A beat with the grids it covers today."""

    code: str
    name: str
    area: AreaName
    grids: list[AreaName]


class MakeBeat(Body):
    """A new beat of an area, over grids."""

    code: Code
    name: Line
    area: Code
    grids: list[Code] = Field(default=[], max_length=500)


class CoverGrid(Body):
    """A grid for a beat; ``main``: the beat that answers first there."""

    grid: Code
    main: bool | None = None


class UncoverGrid(Body):
    """A grid that the beat no longer covers."""

    grid: Code


class PointFilters(Asked):
    """A point in a coordinate system, WGS-84 degrees when none is named."""

    lat: Degrees
    lon: Degrees
    system: Line = ""


class LocatedOut(Out):
    """Where a point lies, from the widest area to the smallest; ``unplaced`` when outside all of them."""

    lat: float
    lon: float
    area: AreaName
    grid: AreaName | None
    beat: Code | None
    beat_name: str
    line: list[AreaName]
    unplaced: bool


class PlaceFilters(Asked):
    """Which places."""

    q: Line = ""
    area: Code | None = None
    kind: Line | None = None
    tier: Tier | None = None
    after: Cursor = ""
    limit: Limit = 50


class PlaceOut(Out):
    """A named place."""

    id: int
    name: str
    aliases: list[str]
    address: str
    kind: str
    tier: str
    area: AreaName
    lat: float | None
    lon: float | None


class PlacePage(Out):
    """A page of places."""

    rows: list[PlaceOut]
    next: str


class PlaceIn(Body):
    """A place as somebody gives it."""

    name: Line
    address: Text = ""
    kind: Line = ""
    tier: Tier = Tier.ORDINARY
    aliases: list[Line] = Field(default=[], max_length=12)
    area: Code | None = None
    lat: Degrees | None = None
    lon: Degrees | None = None
    system: Line = ""


class FeatureIn(Body):
    """Something only drawn; GeoJSON geometry, WGS-84."""

    kind: Line
    name: Line = ""
    geometry: dict[str, Any]


class Features(Body):
    """Rivers, roads, blocks."""

    features: list[FeatureIn] = Field(min_length=1, max_length=5000)
