"""Bringing the reference data of the place into the database, version by version."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction

from fengqiao.audit.actions import Fact, append
from fengqiao.lib import clock
from fengqiao.lib.place_config import current_place
from fengqiao.matters import reference
from fengqiao.matters.models import Category

_FIELDS = (
    "kind", "head", "head_zh", "zh", "en", "severity", "due_amount", "due_unit",
    "role", "level", "mediation", "tell_110", "restricted", "report_class",
)  # fmt: skip


@transaction.atomic
def load_reference() -> dict[str, int]:
    """Load the categories of the place; idempotent. A changed code gets a new version from today on.

    Old versions stay with the matters that used them. Returns counts of added, changed and ended codes.
    """
    wanted = reference.apply_changes(reference.load_categories(), current_place().categories)
    current = {row.code: row for row in Category.objects.filter(valid_to__isnull=True)}
    today = clock.local(clock.now()).date()
    added = [_row(c, c.valid_from) for code, c in wanted.items() if code not in current]
    changed = []
    for code, row in current.items():
        new = wanted.get(code)
        if new is not None and not _differs(row, new):
            continue
        if row.valid_from >= today:
            if new is not None:
                _overwrite(row, new)
            continue
        row.valid_to = today
        row.save(update_fields=["valid_to"])
        if new is not None:
            changed.append(_row(new, today))
    Category.objects.bulk_create([*added, *changed])
    ended = sum(1 for code in current if code not in wanted)
    counts = {"added": len(added), "changed": len(changed), "ended": ended}
    if any(counts.values()):
        append(Fact("reference.loaded", "category", "*", data=counts))
    return counts


def _row(category: reference.Category, valid_from: date) -> Category:
    return Category(code=category.code, valid_from=valid_from, **{f: getattr(category, f) for f in _FIELDS})


def _differs(row: Category, new: Any) -> bool:
    return any(getattr(row, f) != getattr(new, f) for f in _FIELDS)


def _overwrite(row: Category, new: Any) -> None:
    for name in _FIELDS:
        setattr(row, name, getattr(new, name))
    row.save()
