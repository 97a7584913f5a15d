"""Reference data of matters: categories, ladder, follow-up schedule. Dated files, read without any table.

    categories = load_categories()            # newest file in matters/data
    categories["NB2"].due                     # Span(amount=3, unit="d")
    categories = apply_changes(categories, place.categories)
    follow_ups_for(load_follow_ups(), kind="dispute", severity=2, features={"threats"})

Every fault names the file and the row or key.
"""

from __future__ import annotations

from fengqiao.matters.reference_categories import apply_changes, load_categories
from fengqiao.matters.reference_tables import (
    DATA,
    follow_ups_for,
    load_classes,
    load_follow_ups,
    load_ladder,
)
from fengqiao.matters.reference_types import (
    ANCHORS,
    COLUMNS,
    FEATURES,
    HOW,
    KINDS,
    LEVELS,
    MEDIATION,
    UNITS,
    Category,
    Classes,
    FollowUpRule,
    Handler,
    HandlingLevel,
    Head,
    LadderData,
    Look,
    ReportClass,
    Span,
)

__all__ = [
    "ANCHORS",
    "COLUMNS",
    "DATA",
    "FEATURES",
    "HOW",
    "KINDS",
    "LEVELS",
    "MEDIATION",
    "UNITS",
    "Category",
    "Classes",
    "FollowUpRule",
    "Handler",
    "HandlingLevel",
    "Head",
    "LadderData",
    "Look",
    "ReportClass",
    "Span",
    "apply_changes",
    "follow_ups_for",
    "load_categories",
    "load_classes",
    "load_follow_ups",
    "load_ladder",
]
