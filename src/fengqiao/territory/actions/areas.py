"""Areas and their dated outlines."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Substr
from django.utils.translation import gettext as _

from fengqiao.accounts.checks import demand
from fengqiao.accounts.scope import Actor
from fengqiao.accounts.trail import trail
from fengqiao.algorithms.pointindex import Shape
from fengqiao.lib import clock
from fengqiao.lib.errors import NotAllowed, OutOfReach, Refusal
from fengqiao.lib.text import one_line
from fengqiao.lib.wording import translated
from fengqiao.territory.choices import RANK_ORDER, Rank
from fengqiao.territory.coordinates import source_named
from fengqiao.territory.models import Area, BeatGrid, Boundary
from fengqiao.territory.outlines import REFUSED, Outline, judge, moved, read_outline, same, written
from fengqiao.territory.policy import EDIT, SEE
from fengqiao.territory.roots import find_root


def today() -> date:
    """The day on the station's wall clock."""
    return clock.local(clock.now()).date()


def fresh(area: Area) -> Area:
    """The area as it is now, locked until the transaction ends. Raises OutOfReach when it is gone."""
    found = Area.objects.select_for_update().filter(pk=area.pk).first()
    if found is None:
        raise OutOfReach
    return found


def demand_root(by: Actor) -> None:
    """Only who may edit the whole ground adds a root. Raises NotAllowed."""
    root = find_root()
    if root is None and not by.is_system:
        raise NotAllowed(_("还没有任何区域，请由系统管理员先导入"))
    if root is not None:
        demand(by, EDIT, root.path, see=SEE)


def _below(rank: str, parent: Area) -> None:
    if RANK_ORDER[Rank(rank)] <= RANK_ORDER[Rank(parent.rank)]:
        words = _("“%(rank)s”不能放在“%(above)s”%(parent)s 之下") % {
            "rank": Rank(rank).label,
            "above": Rank(parent.rank).label,
            "parent": parent.name,
        }
        raise Refusal(words, code="wrong_rank", field="rank")


@transaction.atomic
def add_area(*, by: Actor, code: str, name: str, rank: str, parent: Area | None) -> Area:
    """Add an area under ``parent``. Raises Refusal for a code in use and for a rank that does not fit."""
    if parent is None:
        demand_root(by)
    else:
        demand(by, EDIT, parent.path, see=SEE)
        _below(rank, parent)
    code, name = one_line(code, limit=20, field="code"), one_line(name, limit=60, field="name")
    if not code or not name:
        raise Refusal(_("请填写编码和名称"), code="missing", field="code" if not code else "name")
    if Area.objects.filter(code=code).exists():
        raise Refusal(_("编码 %(code)s 已经有了，请换一个") % {"code": code}, code="taken", field="code")
    area = Area.objects.create(code=code, name=name, rank=rank, parent=parent, valid_from=today())
    trail(by, "area.added", area, code=code, rank=rank)
    return area


@transaction.atomic
def rename_area(area: Area, *, by: Actor, name: str) -> Area:
    """Give the area another name; its code stays."""
    area = fresh(area)
    demand(by, EDIT, area.path, see=SEE)
    before, area.name = area.name, one_line(name, limit=60, field="name")
    if not area.name:
        raise Refusal(_("请填写名称"), code="missing", field="name")
    area.save(update_fields=["name"])
    trail(by, "area.renamed", area, before=before, after=area.name)
    return area


@transaction.atomic
def move_area(area: Area, *, by: Actor, parent: Area) -> Area:
    """Hang the area, with everything below it, under another parent.

    Raises Refusal when the parent lies below it or its rank does not fit. Needs the right on both sides.
    """
    area, parent = fresh(area), fresh(parent)
    demand(by, EDIT, area.path, see=SEE)
    demand(by, EDIT, parent.path, see=SEE)
    if parent.path.startswith(area.path):
        raise Refusal(
            _("%(parent)s 就在 %(area)s 里面，不能这样移动") % {"parent": parent.name, "area": area.name},
            code="circle",
            field="parent",
        )
    _below(area.rank, parent)
    before = area.parent_id
    hang(area, parent)
    trail(by, "area.moved", area, before=before, after=parent.pk)
    return area


def hang(area: Area, parent: Area | None) -> None:
    """Move the subtree of ``area`` under ``parent`` in two statements, whatever its size."""
    old, new = area.path, f"{parent.path if parent else '/'}{area.pk}/"
    area.parent = parent
    if new == old:
        return
    Area.objects.filter(pk=area.pk).update(parent=parent)
    rest = Substr(F("path"), len(old) + 1)
    Area.objects.filter(path__startswith=old).update(path=Concat(Value(new), rest))
    area.path = new


@transaction.atomic
def end_area(area: Area, *, by: Actor, on: date | None = None, reason: str) -> Area:
    """The area stops existing on day ``on`` (today when None); its outlines and beats end with it.

    Raises Refusal for the root and while areas below it exist.
    """
    area = fresh(area)
    demand(by, EDIT, area.path, see=SEE)
    day = on or today()
    if area.parent_id is None:
        raise Refusal(_("最上一级不能停用"), code="root")
    if Area.objects.filter(parent=area).current(day).exists():
        raise Refusal(
            _("%(area)s 之下还有区域，请先停用或移走它们") % {"area": area.name}, code="has_children"
        )
    if day <= area.valid_from or day > today():
        raise Refusal(_("停用日期应在启用日期之后、不晚于今天"), code="bad_date", field="on")
    area.valid_to = day
    area.save(update_fields=["valid_to"])
    Boundary.objects.filter(area=area, valid_to__isnull=True).update(valid_to=day)
    BeatGrid.objects.filter(grid=area, valid_to__isnull=True).update(valid_to=day)
    trail(by, "area.ended", area, on=day.isoformat(), reason=one_line(reason))
    return area


@transaction.atomic
def set_boundary(
    area: Area,
    geometry: Mapping[str, Any],
    *,
    by: Actor,
    source: str = "",
    system: str = "",
    repair: bool = False,
) -> Boundary:
    """Draw the area anew from today on (GeoJSON, degrees of ``system``, WGS-84 when empty).

    An unchanged drawing is left as it is. Raises Refusal for crossings and for ground a sibling already has,
    unless ``repair`` mends them.
    """
    area = fresh(area)
    demand(by, EDIT, area.path, see=SEE)
    outline = moved(read_outline(geometry), source_named(system))
    shape = Shape(area.code, area.name, outline, area.parent.code if area.parent else None)
    shapes, findings = judge([shape], repair=repair)
    stops = next((f for f in findings if f.fault in REFUSED), None)
    if stops is not None:
        raise Refusal(translated(stops.message), code=str(stops.fault), field="geometry")
    drawn = shapes[0].polygon
    if drawn is None:
        raise Refusal(_("没有边界"), code="bad_geometry", field="geometry")
    boundary, changed = replace_outline(area, drawn, source)
    if changed:
        trail(by, "boundary.set", boundary, area=area.pk, repaired=repair)
    return boundary


def replace_outline(area: Area, outline: Outline, source: str) -> tuple[Boundary, bool]:
    """End the outline of today and start the new one; an unchanged one is left. Says whether it changed."""
    held = Boundary.objects.filter(area=area, valid_to__isnull=True).first()
    if held is not None and same(read_outline(held.geometry), outline):
        return held, False
    day = today()
    if held is not None:
        held.valid_to = day
        held.save(update_fields=["valid_to"])
    west, south, east, north = outline.bounds
    fresh_one = Boundary.objects.create(
        area=area,
        geometry=written(outline),
        min_lon=west,
        min_lat=south,
        max_lon=east,
        max_lat=north,
        valid_from=day,
        source=one_line(source, limit=80),
    )
    return fresh_one, True
