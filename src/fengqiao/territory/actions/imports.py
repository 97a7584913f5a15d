"""Importing areas: all rows or none, with a word for each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from django.db import transaction
from django.db.models import CharField, OuterRef, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils.translation import gettext as _

from fengqiao.accounts.checks import demand
from fengqiao.accounts.scope import Actor
from fengqiao.accounts.trail import trail
from fengqiao.algorithms.arearows import AreaFields, AreaRow
from fengqiao.algorithms.filefaults import FileSource
from fengqiao.lib.errors import Refusal
from fengqiao.lib.wording import translated
from fengqiao.territory.actions.areas import demand_root, hang, replace_outline, today
from fengqiao.territory.coordinates import source_named
from fengqiao.territory.importing import (
    ADDED,
    CHANGED,
    GB,
    REFUSED_ROW,
    UNCHANGED,
    ImportReport,
    Plan,
    Planned,
    RowResult,
    make_plan,
    read_file,
)
from fengqiao.territory.models import Area
from fengqiao.territory.policy import EDIT, SEE
from fengqiao.territory.roots import PLACEHOLDER, ensure_root, find_root

MOST_NOTES = 200


@transaction.atomic
def import_areas(
    source: FileSource | Sequence[AreaRow],
    *,
    by: Actor,
    fields: AreaFields | None = None,
    system: str = "",
    under: str = "",
    parent: Area | None = None,
    repair: bool = False,
    source_name: str = "",
    dry_run: bool = False,
) -> ImportReport:
    """Bring in areas from GeoJSON, from a division table, or from rows: everything or nothing.

    ``under`` takes only codes that start with it; ``parent`` is where rows hang whose parent is not known;
    ``system`` names the coordinate system of the file (its own ``crs``, else WGS-84). A known code is
    updated: name, parent, and the outline where it changed (the old one ends today, the new one starts).
    With ``repair`` crossing and overlapping outlines are mended, else they refuse the import. The report says
    for each row what was done; when any row is refused, ``done`` is false and nothing was written. A
    ``dry_run`` tells the same and writes nothing.
    Raises Refusal for an unreadable file, NotAllowed or OutOfReach for ground the actor may not edit.
    """
    if parent is not None:
        demand(by, EDIT, parent.path, see=SEE)
    elif not by.scope.can(EDIT):
        demand_root(by)
    list(
        Area.objects.select_for_update().filter(parent__isnull=True).values_list("pk")
    )  # one import at a time
    rows, faults = _rows(source, fields, system)
    gb = fields is not None and fields.code == GB
    plan = make_plan(rows, under=under, parent=parent, gb=gb, repair=repair)
    plan.results.extend(faults)
    _check_reach(plan, by)
    return _report(plan, done=False) if plan.stopped else _carry_out(plan, by, source_name, dry_run)


def _carry_out(plan: Plan, by: Actor, source_name: str, dry_run: bool) -> ImportReport:
    _adopt_root(plan)
    written = _write(plan, source_name)
    report = _report(plan, done=not dry_run)
    if dry_run:
        transaction.set_rollback(True)
    elif plan.areas:
        counts = {what: report.count(what) for what in (ADDED, CHANGED, UNCHANGED)}
        trail(by, "areas.imported", written, source=source_name[:80], **counts)
    return report


def _rows(
    source: FileSource | Sequence[AreaRow], fields: AreaFields | None, system: str
) -> tuple[Iterable[AreaRow], list[RowResult]]:
    if isinstance(source, (list, tuple)):
        return source, []
    found = read_file(source, fields=fields, system=source_named(system))  # type: ignore[arg-type]
    faults = [
        RowResult("", _("第 %(n)s 个") % {"n": f.number}, REFUSED_ROW, translated(f.message))
        for f in found.faults
    ]
    return found.rows, faults


def _report(plan: Plan, *, done: bool) -> ImportReport:
    return ImportReport(tuple(plan.results), done, tuple(plan.notes[:MOST_NOTES]))


def _check_reach(plan: Plan, by: Actor) -> None:
    """Every area touched, or the nearest one that exists above it, must be the actor's to edit."""
    if by.is_system:
        return
    by_code = {p.row.code: p for p in plan.areas}
    existing = {p.row.code: p.existing.path for p in plan.areas if p.existing}
    parents = {p.parent for p in plan.areas if p.parent and p.parent not in by_code}
    existing |= dict(Area.objects.filter(code__in=parents).values_list("code", "path"))
    for planned in plan.areas:
        code: str | None = planned.row.code
        while code is not None and code not in existing:
            code = by_code[code].parent if code in by_code else None
        if code is None:
            demand_root(by)
        else:
            demand(by, EDIT, existing[code], see=SEE)
        above = planned.parent
        if planned.existing and above in existing:
            demand(by, EDIT, existing[above], see=SEE)


def _adopt_root(plan: Plan) -> None:
    """One imported root takes the placeholder's place; several hang under it."""
    root = find_root()
    roots = [p for p in plan.areas if p.parent is None and p.existing is None]
    if root is None or root.code != PLACEHOLDER or not roots:
        return
    if len(roots) > 1 or Area.objects.filter(parent=root).exists():
        for planned in roots:
            planned.parent = root.code
        return
    roots[0].existing = root
    root.code, root.rank = roots[0].row.code, roots[0].rank
    root.save(update_fields=["code", "rank"])


def _write(plan: Plan, source_name: str) -> Area:
    areas = {p.row.code: p.existing for p in plan.areas if p.existing}
    others = {p.parent for p in plan.areas if p.parent} - areas.keys()
    areas |= {a.code: a for a in Area.objects.filter(code__in=others)}
    for _rank, group in groupby(plan.areas, key=lambda p: p.rank):
        members = list(group)
        for area in _add([p for p in members if p.existing is None], areas):
            areas[area.code] = area
        for planned in members:
            plan.results.append(_settle(planned, plan, areas, source_name))
    top = find_root() or ensure_root()
    return areas[plan.areas[0].row.code] if plan.areas else top


def _add(new: list[Planned], areas: dict[str, Area]) -> list[Area]:
    """Insert areas of one rank in bulk; their paths follow from the ids the database gave."""
    rows = [
        Area(code=p.row.code, name=p.row.name, rank=p.rank, parent=_above(p, areas), valid_from=today())
        for p in new
    ]
    made = Area.objects.bulk_create(rows, batch_size=500)
    for area in made:
        area.path = f"{area.parent.path if area.parent else '/'}{area.pk}/"
    above = Subquery(Area.objects.filter(pk=OuterRef("parent_id")).values("path")[:1])
    own = Concat(Coalesce(above, Value("/")), Cast("pk", CharField()), Value("/"))
    Area.objects.filter(path="").update(path=own)
    return made


def _above(planned: Planned, areas: dict[str, Area]) -> Area | None:
    if planned.parent is None:
        return None
    found = areas.get(planned.parent)
    if found is None:
        raise Refusal(_("上级 %(parent)s 不见了，请再导入一次") % {"parent": planned.parent}, code="stale")
    return found


def _settle(planned: Planned, plan: Plan, areas: dict[str, Area], source_name: str) -> RowResult:
    """Bring name, parent and outline of one area up to date; say what changed."""
    area = areas[planned.row.code]
    changes = [] if planned.existing is None else _update(area, planned, areas)
    shape = plan.shapes.get(planned.row.code)
    if shape is not None and shape.polygon is not None:
        drawn, changed = replace_outline(area, shape.polygon, source_name)
        if changed and planned.existing is not None:
            changes.append("换了边界" if drawn.area.boundaries.count() > 1 else "补了边界")
    if planned.existing is None:
        return RowResult(area.code, area.name, ADDED)
    return RowResult(area.code, area.name, CHANGED if changes else UNCHANGED, "，".join(changes))


def _update(area: Area, planned: Planned, areas: dict[str, Area]) -> list[str]:
    changes = []
    if area.name != planned.row.name:
        changes.append(f"原名 {area.name}")
        area.name = planned.row.name
        area.save(update_fields=["name"])
    above = _above(planned, areas)
    if (above.pk if above else None) != area.parent_id:
        old = area.path
        hang(area, above)
        for other in areas.values():  # those in memory moved along in the table
            if other is not area and other.path.startswith(old):
                other.path = area.path + other.path[len(old) :]
        changes.append("换了上级")
    return changes
