"""Looking into a table before anything is kept: columns, the likely mapping, the first rows tried out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fengqiao.algorithms.filefaults import FileSource
from fengqiao.intake import import_spool as spool
from fengqiao.intake import mapping as maps
from fengqiao.intake.choices import Channel
from fengqiao.intake.import_rows import RowRules, draft_of
from fengqiao.intake.known import categories
from fengqiao.lib import clock
from fengqiao.lib.errors import Refusal
from fengqiao.teams.queries import station
from fengqiao.territory.models import Area
from fengqiao.territory.roots import ensure_root


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """A row of the preview: its number, its cells by column, and what is wrong with it ("" for nothing)."""

    number: int
    cells: dict[str, str]
    fault: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file would bring: columns, encoding, the mapping proposed, and its first rows tried out."""

    columns: tuple[str, ...]
    encoding: str
    mapping: dict[str, str]
    remembered: bool
    rows: tuple[PreviewRow, ...]
    missing: str


def read_preview(source: FileSource, *, mapping: Mapping[str, str] | None = None, rows: int = 20) -> Preview:
    """Look into a file without keeping anything. Raises Refusal for a file that cannot be read."""
    columns, encoding, found = spool.sample(source, rows)
    known = None if mapping is not None else maps.remembered(columns)
    chosen = dict(mapping) if mapping is not None else known or maps.guess(columns)
    missing = ""
    try:
        chosen = maps.check_mapping(chosen, columns)
    except Refusal as refusal:
        missing = refusal.message
    rules = row_rules(chosen, Channel.FILE, "preview", None)
    tried = tuple(PreviewRow(n, cells, fault or _fault(cells, rules, missing)) for n, cells, fault in found)
    return Preview(columns, encoding, chosen, known is not None, tried, missing)


def _fault(cells: Mapping[str, str], rules: RowRules, missing: str) -> str:
    if missing:
        return ""
    try:
        draft_of({field: cells.get(column, "") for field, column in rules.mapping.items()}, rules)
    except Refusal as refusal:
        return refusal.message
    return ""


def row_rules(mapping: Mapping[str, str], channel: str, source: str, by: int | None) -> RowRules:
    areas: dict[str, Area] = {}
    twice: set[str] = set()
    if "area" in mapping:
        for area in Area.objects.filter(valid_to__isnull=True):
            twice.update({area.name} & areas.keys())
            areas[area.name] = areas[area.code] = area
    for name in twice:  # two areas of one name: only the code can tell them apart
        areas.pop(name, None)
    station()  # a database that was only migrated gets its station, root area and keys here
    return RowRules(mapping, channel, source, areas, categories(), ensure_root(), clock.now(), by)
