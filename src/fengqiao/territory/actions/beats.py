"""Police beats over grids: the two networks in one."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from fengqiao.accounts.checks import demand
from fengqiao.accounts.scope import Actor
from fengqiao.accounts.trail import trail
from fengqiao.lib.errors import OutOfReach, Refusal
from fengqiao.lib.text import one_line
from fengqiao.territory.actions.areas import fresh, today
from fengqiao.territory.choices import Rank
from fengqiao.territory.models import Area, Beat, BeatGrid
from fengqiao.territory.policy import EDIT, SEE


def _fresh(beat: Beat) -> Beat:
    found = Beat.objects.select_for_update(of=("self",)).select_related("area").filter(pk=beat.pk).first()
    if found is None:
        raise OutOfReach
    return found


@transaction.atomic
def make_beat(*, by: Actor, code: str, name: str, area: Area, grids: Sequence[Area] = ()) -> Beat:
    """A new beat of ``area`` over ``grids``; it is the main beat of those that have none yet.

    Raises Refusal for a code in use and for areas that are no grids.
    """
    demand(by, EDIT, area.path, see=SEE)
    code, name = one_line(code, limit=20, field="code"), one_line(name, limit=60, field="name")
    if not code or not name:
        raise Refusal(_("请填写编码和名称"), code="missing", field="code" if not code else "name")
    if Beat.objects.filter(code=code).exists():
        raise Refusal(_("编码 %(code)s 已经有了，请换一个") % {"code": code}, code="taken", field="code")
    beat = Beat.objects.create(code=code, name=name, area=area)
    trail(by, "beat.made", beat, code=code, area=area.pk)
    for grid in grids:
        cover_grid(beat, grid, by=by)
    return beat


@transaction.atomic
def rename_beat(beat: Beat, *, by: Actor, name: str) -> Beat:
    """Give the beat another name."""
    beat = _fresh(beat)
    demand(by, EDIT, beat.area.path, see=SEE)
    before, beat.name = beat.name, one_line(name, limit=60, field="name")
    if not beat.name:
        raise Refusal(_("请填写名称"), code="missing", field="name")
    beat.save(update_fields=["name"])
    trail(by, "beat.renamed", beat, before=before, after=beat.name)
    return beat


@transaction.atomic
def cover_grid(beat: Beat, grid: Area, *, by: Actor, main: bool | None = None) -> BeatGrid:
    """The beat covers ``grid`` from today. ``main`` None: main where no other beat is.

    Covering it again changes only whether it is the main beat; making it main ends that of another one.
    Needs the right over the beat's area and the grid. Raises Refusal for an area that is no grid.
    """
    beat, grid = _fresh(beat), fresh(grid)
    demand(by, EDIT, beat.area.path, see=SEE)
    demand(by, EDIT, grid.path, see=SEE)
    if grid.rank != Rank.GRID:
        raise Refusal(
            _("%(grid)s 不是网格，警务区只能覆盖网格") % {"grid": grid.name}, code="not_a_grid", field="grid"
        )
    if grid.valid_to is not None and grid.valid_to <= today():
        raise Refusal(_("%(grid)s 已停用") % {"grid": grid.name}, code="ended", field="grid")
    covers = BeatGrid.objects.filter(grid=grid, valid_to__isnull=True)
    others = covers.filter(main=True).exclude(beat=beat)
    leads = not others.exists() if main is None else main
    if leads:
        for other in others:
            _end(other)
            BeatGrid.objects.create(beat=other.beat, grid=grid, main=False, valid_from=today())
    held = covers.filter(beat=beat).first()
    if held is not None and (held.main == leads or main is None):
        return held
    if held is not None:
        _end(held)
    cover = BeatGrid.objects.create(beat=beat, grid=grid, main=leads, valid_from=today())
    trail(by, "beat.covers", beat, grid=grid.pk, main=leads)
    return cover


@transaction.atomic
def uncover_grid(beat: Beat, grid: Area, *, by: Actor) -> None:
    """The beat no longer covers ``grid`` from today. Raises Refusal when it does not cover it."""
    beat, grid = _fresh(beat), fresh(grid)
    demand(by, EDIT, beat.area.path, see=SEE)
    cover = BeatGrid.objects.filter(beat=beat, grid=grid, valid_to__isnull=True).first()
    if cover is None:
        raise Refusal(
            _("%(beat)s 现在没有覆盖 %(grid)s") % {"beat": beat.name, "grid": grid.name},
            code="not_covered",
            field="grid",
        )
    _end(cover)
    trail(by, "beat.uncovers", beat, grid=grid.pk)


def _end(cover: BeatGrid) -> None:
    cover.valid_to = today()
    cover.save(update_fields=["valid_to"])
