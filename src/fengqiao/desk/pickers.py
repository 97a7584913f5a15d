"""Whom and what one may choose: people near a matter, partners, areas, categories, as grouped choices."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Case, IntegerField, Q, Value, When
from django.utils.translation import gettext as _

from fengqiao.accounts.models import Person
from fengqiao.accounts.scope import Scope
from fengqiao.lib import clock
from fengqiao.lib.place_config import current_place
from fengqiao.lib.present import chinese
from fengqiao.matters.models import Category
from fengqiao.matters.queries import current_categories
from fengqiao.matters.reference import load_classes
from fengqiao.teams.models import Appointment, Duty, Partner
from fengqiao.territory.choices import Rank
from fengqiao.territory.models import Area, Beat, BeatGrid
from fengqiao.territory.queries import area_choices

MOST = 300
"""People one list offers; beyond that one asks by name."""

Choices = list[tuple[str, list[tuple[str, str]]]]
HANDLES = "matter.handle"
HELPS = "field.use"
"""Who may be asked along: volunteers and lawyers too, who own no matter themselves."""


@dataclass(frozen=True)
class Candidate:
    """Somebody who could take a matter: as what, over which ground, and whether on duty this hour."""

    person: Person
    role: str
    where: str
    on_duty: bool
    distance: int

    @property
    def label(self) -> str:
        """Name, role and duty in one line."""
        parts = [self.person.name, self.role]
        return " · ".join([*parts, _("在岗")] if self.on_duty else parts)


def role_names() -> dict[str, str]:
    """Words of the roles of this place, in its order."""
    return {role.key: (role.zh if chinese() else role.en) for role in current_place().roles}


def candidates(
    area: Area, *, exclude: Collection[int] = (), name: str = "", right: str = HANDLES
) -> list[Candidate]:
    """Active people who hold ``right`` (by default: may own matters) over ``area``, around it or below it.

    Nearest first. ``name`` narrows by part of a name or sign-in name. Two queries; MOST people at most.
    """
    beats = BeatGrid.objects.filter(grid__path__startswith=area.path, valid_to__isnull=True)
    around = Q(area_id__in=area.ancestor_ids) | Q(beat_id__in=beats.values("beat_id"))
    able = [role.key for role in current_place().roles if role.may(right)]
    rows = (
        Appointment.objects.on(clock.local(clock.now()).date())
        .filter(around | Q(area__path__startswith=area.path), person__is_active=True, role__in=able)
        .exclude(person_id__in=list(exclude))
        .select_related("person", "area", "beat")
    )
    if name:
        rows = rows.filter(Q(person__name__icontains=name) | Q(person__username__icontains=name))
    near_first = Case(When(around, then=Value(0)), default=Value(1), output_field=IntegerField())
    found = list(rows.order_by(near_first, "pk")[: MOST * 2])
    return _one_each(found, area)


def _one_each(rows: Iterable[Appointment], area: Area) -> list[Candidate]:
    duty = set(Duty.objects.at(clock.now()).values_list("person_id", flat=True))
    roles = role_names()
    line = list(reversed(area.ancestor_ids))
    best: dict[int, Candidate] = {}
    for row in rows:
        where = str(row.beat or row.area)
        found = Candidate(row.person, roles[row.role], where, row.person_id in duty, _distance(row, line))
        if row.person_id not in best or found.distance < best[row.person_id].distance:
            best[row.person_id] = found
    return sorted(best.values(), key=lambda c: (c.distance, c.where, not c.on_duty, c.person.name))[:MOST]


def _distance(row: Appointment, line: list[int]) -> int:
    """0 the area itself, then its beats, then upward; what lies below comes last."""
    if row.beat_id:
        return 1
    return 2 * line.index(row.area_id) if row.area_id in line else 99


def grouped(people: Iterable[Candidate]) -> Choices:
    """Candidates as choices grouped by their ground, nearest ground first."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for one in people:
        groups.setdefault(one.where, []).append((str(one.person.pk), one.label))
    return list(groups.items())


def partner_choices(area: Area) -> tuple[dict[str, Partner], Choices]:
    """Partners that work over ``area``, around it or in it: by id, and as choices grouped by kind."""
    over = Q(area_id__in=area.ancestor_ids) | Q(area__path__startswith=area.path)
    kinds = {kind.key: (kind.zh if chinese() else kind.en) for kind in current_place().partner_kinds}
    found: dict[str, Partner] = {}
    groups: dict[str, list[tuple[str, str]]] = {}
    for row in Partner.objects.filter(over, active=True)[:MOST]:
        found[str(row.pk)] = row
        groups.setdefault(kinds.get(row.kind, _("其他")), []).append((str(row.pk), row.name))
    return found, list(groups.items())


def area_options(
    scope: Scope, *, right: str = "territory.see"
) -> tuple[dict[str, Area], list[tuple[str, str]]]:
    """Areas the scope may choose: by id, and as one list walked from the top, deeper ones set in."""
    rows = area_choices(scope, right=right)
    top = min((len(a.ancestor_ids) for a in rows), default=0)
    listed = [(str(a.pk), "　" * (len(a.ancestor_ids) - top) + a.name) for a in rows]
    return {str(a.pk): a for a in rows}, listed


def beat_options(scope: Scope) -> list[tuple[str, str]]:
    """Beats over ground that the scope may see, by id."""
    seen = Area.objects.visible_to(scope).filter(rank=Rank.GRID, valid_to__isnull=True)
    covers = BeatGrid.objects.filter(grid__in=seen, valid_to__isnull=True)
    rows = Beat.objects.filter(pk__in=covers.values("beat_id"))
    return [(str(beat.pk), beat.name) for beat in rows]


def category_options() -> tuple[dict[str, Category], Choices]:
    """Categories in force: by code, and as choices grouped by head, in printed order."""
    found = current_categories()
    groups: dict[str, list[tuple[str, str]]] = {}
    for code, row in found.items():
        groups.setdefault(head_name(row), []).append((code, category_name(row)))
    return found, list(groups.items())


def head_name(category: Category) -> str:
    """The word of the head a category stands under; a head of the place's own has only its Chinese one."""
    head = None if chinese() else load_classes().heads.get(category.head)
    return head.en if head is not None else category.head_zh


def category_name(category: Category) -> str:
    """The category's word in the language of the page."""
    return category.zh if chinese() else category.en
