"""Areas as files tell them, whatever the format: the row, the names of its fields, what cannot be used."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from shapely import MultiPolygon, Polygon

from fengqiao.algorithms.filefaults import RowFault
from fengqiao.algorithms.sentences import sentence

Outline = Polygon | MultiPolygon
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class AreaRow:
    """One area as a file tells it. ``rank`` is one of county, street, community, village, grid (or province
    and city from national tables), ``""`` where the file does not say; the boundary is WGS-84."""

    code: str
    name: str
    rank: str
    parent_code: str | None
    geometry: Outline | None = None


@dataclass(frozen=True, slots=True)
class AreaFile:
    """What a file holds: the usable areas in the file's order, and what could not be used."""

    rows: tuple[AreaRow, ...]
    faults: tuple[RowFault, ...]


RANK_WORDS: dict[str, str] = {
    "county": "county", "street": "street", "community": "community", "village": "village", "grid": "grid",
    "province": "province", "city": "city",
    "区县": "county", "县": "county", "区": "county", "街道": "street", "镇": "street", "乡": "street",
    "乡镇": "street", "社区": "community", "居委会": "community", "村": "village", "村委会": "village",
    "行政村": "village", "网格": "grid", "1": "province", "2": "city", "3": "county", "4": "street",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class AreaFields:
    """Which property or column holds what. An empty name means "not in this file"; ``rank_words`` turns the
    file's words for a rank into ours; ``rank`` is taken for every area where no property says it."""

    code: str = "code"
    name: str = "name"
    rank: str = "rank"
    parent: str = "parent"
    fixed_rank: str = ""
    rank_words: Mapping[str, str] = field(default_factory=lambda: dict(RANK_WORDS))


@dataclass(frozen=True, slots=True)
class AreaCaps:
    """Most a file may hold: bytes, features or rows, and vertices of all boundaries together."""

    bytes: int = 64 << 20
    features: int = 100_000
    vertices: int = 4_000_000


class Unusable(ValueError):
    """Why one feature or row is left out."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


def gather(items: Iterable[tuple[int, Item]], read: Callable[[Item], AreaRow]) -> AreaFile:
    """Read every numbered item; those that cannot be used, and codes met before, become faults."""
    rows: list[AreaRow] = []
    faults: list[RowFault] = []
    first_seen: dict[str, int] = {}
    for number, item in items:
        try:
            area = read(item)
            if area.code in first_seen:
                raise Unusable(
                    sentence(
                        "编号 %(code)s 在第 %(place)s 个已经出现过",
                        code=area.code,
                        place=first_seen[area.code],
                    ),
                    "repeated",
                )
        except Unusable as reason:
            faults.append(RowFault(number, reason.args[0], reason.code))
            continue
        first_seen[area.code] = number
        rows.append(area)
    return AreaFile(tuple(rows), tuple(faults))


def described(properties: Mapping[str, str], fields: AreaFields) -> AreaRow:
    """Code, name, rank and parent by the field names; shared by features and rows."""
    there = tuple(properties)
    code = properties.get(fields.code, "").strip()
    if not code:
        raise Unusable(
            sentence("没有“%(code)s”（编号）。有这些：%(there)s", code=fields.code, there=there), "no_code"
        )
    name = " ".join(properties.get(fields.name, "").split())
    if not name:
        raise Unusable(
            sentence(
                "编号 %(code)s 没有“%(field)s”（名称）。有这些：%(there)s",
                code=code,
                field=fields.name,
                there=there,
            ),
            "no_name",
        )
    said = properties.get(fields.rank, "").strip()
    rank = fields.rank_words.get(said, "") if said else fields.fixed_rank
    if said and not rank:
        raise Unusable(sentence("编号 %(code)s 的级别“%(said)s”不认识", code=code, said=said), "unknown_rank")
    parent = properties.get(fields.parent, "").strip() or None
    if parent == code:
        raise Unusable(sentence("编号 %(code)s 的上级是它自己", code=code), "own_parent")
    return AreaRow(code, name, rank, parent)
