"""The one root of the ground: a station that has no areas yet gets a placeholder to hang everything on."""

from __future__ import annotations

from django.db import transaction

from fengqiao.accounts.scope import SYSTEM
from fengqiao.accounts.trail import trail
from fengqiao.lib.db.prepared import Prepared, columns, instance
from fengqiao.territory.choices import RANK_ORDER, Rank
from fengqiao.territory.models import Area

PLACEHOLDER = "000000"
"""Code of the root that stands in until areas are imported; a single imported root takes its place."""


_ROOTS = Prepared(
    lambda: Area.objects.filter(parent__isnull=True, valid_to__isnull=True).values_list(*columns(Area))
)


def find_root() -> Area | None:
    """The area everything outside every outline is filed under: the placeholder, else the widest root."""
    roots = [instance(Area, row) for row in _ROOTS.rows()]
    if not roots:
        return None
    return min(roots, key=lambda a: (a.code != PLACEHOLDER, RANK_ORDER[Rank(a.rank)], a.code))


def ensure_root(name: str = "辖区") -> Area:
    """The root, made when there is none. Two processes that start together agree on one (unique code)."""
    found = find_root()
    if found is not None:
        return found
    with transaction.atomic():
        area, created = Area.objects.get_or_create(
            code=PLACEHOLDER, defaults={"name": f"{name}", "rank": Rank.COUNTY, "parent": None}
        )
        if not area.path:
            area.save()
        if created:
            trail(SYSTEM, "area.placeholder_made", area)
    return area
