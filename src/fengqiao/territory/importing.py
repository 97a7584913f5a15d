"""Planning an import of areas: what each row would do, before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from fengqiao.algorithms.arearows import AreaFields, AreaFile, AreaRow
from fengqiao.algorithms.coords import Source
from fengqiao.algorithms.filefaults import FileFault, FileSource, opened
from fengqiao.algorithms.geofiles import read_areas_geojson, read_divisions_csv
from fengqiao.algorithms.pointindex import Shape
from fengqiao.lib.errors import Refusal
from fengqiao.lib.wording import told, translated
from fengqiao.territory.choices import RANK_ORDER, Rank
from fengqiao.territory.models import Area
from fengqiao.territory.outlines import REFUSED, judge

ADDED, CHANGED, UNCHANGED, SKIPPED, REFUSED_ROW = "added", "changed", "unchanged", "skipped", "refused"
GB = "gb"
"""Property of the national county maps: ``156`` and the six digits of the county."""
GB_FIELDS = AreaFields(code=GB, fixed_rank="county")

_RANK_BY_LENGTH = {6: Rank.COUNTY, 9: Rank.STREET, 12: Rank.COMMUNITY}
_MOST_BYTES = 64 << 20
_LONGEST_IN = 2000  # longer lists of codes are looked up in the whole table


@dataclass(frozen=True)
class RowResult:
    """What an import did, or would do, with one row; ``message`` says why where there is something to say."""

    code: str
    name: str
    what: str
    message: str = ""


@dataclass(frozen=True)
class ImportReport:
    """The whole import: nothing was written unless ``done``. ``notes`` are findings that stopped nothing."""

    rows: tuple[RowResult, ...]
    done: bool
    notes: tuple[str, ...] = ()

    def count(self, what: str) -> int:
        """How many rows were ``what`` (added, changed, unchanged, skipped, refused)."""
        return sum(row.what == what for row in self.rows)

    @property
    def refused(self) -> tuple[RowResult, ...]:
        """The rows that stopped the import."""
        return tuple(row for row in self.rows if row.what == REFUSED_ROW)


@dataclass
class Planned:
    """One area to be there after the import; ``parent`` is a code, None for a root."""

    row: AreaRow
    rank: Rank
    parent: str | None
    existing: Area | None


@dataclass
class Plan:
    """Everything an import would do, parents before children, and what each refused row is told."""

    areas: list[Planned] = field(default_factory=list)
    results: list[RowResult] = field(default_factory=list)
    shapes: dict[str, Shape] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def refuse(self, code: str, name: str, message: str) -> None:
        """Keep why a row stops the import."""
        self.results.append(RowResult(code, name, REFUSED_ROW, message))

    @property
    def stopped(self) -> bool:
        """Whether any row stops the import."""
        return any(r.what == REFUSED_ROW for r in self.results)


def read_file(source: FileSource, *, fields: AreaFields | None, system: Source | None) -> AreaFile:
    """Areas in a GeoJSON file or a division table, told apart by content.

    Raises Refusal for a file that cannot be read as a whole.
    """
    try:
        with opened(source, most_bytes=_MOST_BYTES) as stream:
            head = stream.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")
            stream.seek(0)
            if head.startswith((b"{", b"[")):
                return read_areas_geojson(stream, fields=fields, system=system)
            return read_divisions_csv(stream, fields=fields)
    except FileFault as fault:
        raise Refusal(told(fault), code=fault.code, field="file") from fault


def make_plan(rows: Iterable[AreaRow], *, under: str, parent: Area | None, gb: bool, repair: bool) -> Plan:
    """Judge all rows against each other and against the areas of today. Nothing is written."""
    plan = Plan()
    kept = [row for row in (map(_bare, rows) if gb else rows) if _wanted(row, under, plan)]
    ground = _Ground(kept, parent)
    for row in kept:
        planned, fault = ground.place(row)
        if planned is None:
            plan.refuse(row.code, row.name, fault)
        else:
            plan.areas.append(planned)
    plan.areas.sort(key=lambda p: (RANK_ORDER[p.rank], p.row.code))
    _plan_shapes(plan, repair)
    return plan


def _known(codes: set[str]) -> dict[str, Area]:
    rows = Area.objects.select_related("parent")
    if len(codes) <= _LONGEST_IN:
        rows = rows.filter(code__in=codes)
    return {a.code: a for a in rows if a.code in codes}


def _bare(row: AreaRow) -> AreaRow:
    code = row.code.removeprefix("156") if len(row.code) == 9 else row.code
    return AreaRow(code, row.name, row.rank, row.parent_code, row.geometry)


def _wanted(row: AreaRow, under: str, plan: Plan) -> bool:
    if under and not row.code.startswith(under):
        return False
    if row.rank in ("province", "city"):
        plan.results.append(RowResult(row.code, row.name, SKIPPED, "省、市两级不在本系统的区域里，已略过"))
        return False
    return True


def _prefixes(code: str) -> list[str]:
    return [code[:n] for n in range(len(code) - 1, 5, -1)] if code.isalnum() else []


def _codes_of_interest(rows: Sequence[AreaRow]) -> set[str]:
    found = {row.code for row in rows} | {row.parent_code for row in rows if row.parent_code}
    return found | {p for row in rows if not row.parent_code for p in _prefixes(row.code)}


def _rank(row: AreaRow, known: dict[str, Area]) -> Rank | None:
    if row.rank in Rank.values:
        return Rank(row.rank)
    if row.code in known:
        return Rank(known[row.code].rank)
    return _RANK_BY_LENGTH.get(len(row.code), Rank.GRID if len(row.code) > 12 else None)


def _row_fault(row: AreaRow, rank: Rank | None, existing: Area | None) -> str:
    if rank is None:
        return "看不出级别，请在文件里写明（区县、街道、社区、村、网格）"
    if len(row.code) > 20:
        return "编码最多 20 位"
    if len(row.name) > 60:
        return "名称最多 60 字"
    if existing is None:
        return ""
    if existing.valid_to is not None:
        return f"这个编码的“{existing.name}”已在 {existing.valid_to} 停用，新的区域请用新编码"
    if existing.rank != rank:
        return f"现在是“{Rank(existing.rank).label}”，不能改成“{rank.label}”：请停用旧的，再用新编码"
    return ""


class _Ground:
    """What rows are judged against: the areas there are, the rows of the file, where strays may hang."""

    def __init__(self, rows: Sequence[AreaRow], attach: Area | None) -> None:
        self.known = _known(_codes_of_interest(rows))
        self.attach = attach
        self.ranks = {code: Rank(a.rank) for code, a in self.known.items()}
        self.ranks |= {row.code: rank for row in rows if (rank := _rank(row, self.known)) is not None}
        if attach is not None:
            self.ranks.setdefault(attach.code, Rank(attach.rank))
        self.there = {row.code for row in rows}
        self.there |= {code for code, area in self.known.items() if area.valid_to is None}

    def place(self, row: AreaRow) -> tuple[Planned | None, str]:
        """Rank and parent of a row, or why it cannot be placed."""
        rank, existing = self.ranks.get(row.code), self.known.get(row.code)
        fault = _row_fault(row, rank, existing)
        if fault or rank is None:
            return None, fault
        parent, fault = self._parent_of(row, rank, existing)
        above = self.ranks.get(parent) if parent else None
        if not fault and above is not None and RANK_ORDER[above] >= RANK_ORDER[rank]:
            fault = f"级别“{rank.label}”不能放在“{above.label}” {parent} 之下，请核对上级编码"
        return (None, fault) if fault else (Planned(row, rank, parent, existing), "")

    def _parent_of(self, row: AreaRow, rank: Rank, existing: Area | None) -> tuple[str | None, str]:
        """The parent's code and, where it cannot be found, why."""
        if row.parent_code and row.parent_code in self.there:
            return row.parent_code, ""
        if existing is not None:
            return (existing.parent.code if existing.parent else None), ""
        if not row.parent_code:
            named = next((p for p in _prefixes(row.code) if p in self.there), None)
            if named:
                return named, ""
        if self.attach is not None:
            return self.attach.code, ""
        if rank == Rank.COUNTY:
            return None, ""
        missing = row.parent_code or "（没有写上级）"
        return None, f"上级 {missing} 不在文件里，也还没有这个区域：请先导入上级，或选定挂在哪个区域之下"


def _plan_shapes(plan: Plan, repair: bool) -> None:
    """Judge the outlines; refusals name the row, the rest is kept for writing."""
    drawn = [p for p in plan.areas if p.row.geometry is not None]
    shapes = [Shape(p.row.code, p.row.name, p.row.geometry, p.parent) for p in drawn]
    shapes, findings = judge(shapes, repair=repair)
    plan.shapes = {s.code: s for s in shapes}
    names = {p.row.code: p.row.name for p in drawn}
    for finding in findings:
        own = next(code for code in finding.codes if code in names)
        if finding.fault in REFUSED:
            plan.refuse(own, names[own], translated(finding.message))
        else:
            plan.notes.append(translated(finding.message))
