"""Reference data of matters as plain values. How they are read is in ``reference``."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import date

KINDS = ("dispute", "hazard", "order", "petty_case", "fraud_attempt", "lost", "help", "other")
UNITS = ("m", "h", "d", "w")
"""Minutes, hours, calendar days (moved to the end of the next working day), working days."""
LEVELS = ("G", "V", "T", "C", "P")
MEDIATION = ("Y", "C", "N")
"""Mediable; mediable on its civil side only; never."""
ANCHORS = ("closing", "term")
FEATURES = ("threats",)
HOW = ("visit", "call")


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time as people promise it: ``amount`` of ``unit`` (one of UNITS)."""

    amount: int
    unit: str


@dataclass(frozen=True, slots=True)
class Category:
    """One code of what a matter can be about.

    ``severity`` 1 danger now, 2 may worsen within hours, 3 ordinary, 4 small. ``due_*``: time to the first
    result. ``role``: code of a Handler. ``level``: where handling starts. ``tell_110``: 1 tell the reporter
    to call 110 now, 2 the police are told the same day, 0 neither. ``restricted``: need-to-know only.
    ``report_class``: key of a ReportClass, "" for what is no dispute.
    """

    code: str
    kind: str
    head: str
    head_zh: str
    zh: str
    en: str
    severity: int
    due_amount: int
    due_unit: str
    role: str
    level: str
    mediation: str
    tell_110: int
    restricted: bool
    report_class: str
    valid_from: date

    @property
    def due(self) -> Span:
        """Time to the first result."""
        return Span(self.due_amount, self.due_unit)


COLUMNS = tuple(f.name for f in fields(Category))


@dataclass(frozen=True, slots=True)
class Head:
    """A group of category codes."""

    code: str
    zh: str
    en: str
    kind: str


@dataclass(frozen=True, slots=True)
class ReportClass:
    """A class of the county's report on disputes."""

    key: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Classes:
    """Heads by code and report classes by key, in their printed order."""

    heads: Mapping[str, Head]
    report_classes: Mapping[str, ReportClass]


@dataclass(frozen=True, slots=True)
class HandlingLevel:
    """A start code with its names and the calendar days before a matter climbs."""

    code: str
    zh: str
    en: str
    days: int


@dataclass(frozen=True, slots=True)
class Look:
    """How soon after receipt a person looks at a report of this severity."""

    severity: int
    zh: str
    en: str
    within: Span


@dataclass(frozen=True, slots=True)
class Handler:
    """Who a category is for: role keys in the order asked, and the partner kind behind it ("" for none)."""

    code: str
    zh: str
    en: str
    roles: tuple[str, ...]
    partner: str


@dataclass(frozen=True, slots=True)
class LadderData:
    """Levels by code, looks by severity, handlers by code."""

    valid_from: date
    levels: Mapping[str, HandlingLevel]
    looks: Mapping[int, Look]
    handlers: Mapping[str, Handler]


@dataclass(frozen=True, slots=True)
class FollowUpRule:
    """When somebody goes back: ``after`` the ``anchor``, if severity, kind and features fit.

    ``anchor``: "closing" (the matter was resolved) or "term" (a term of an agreement is due). An empty
    condition fits everything. ``how``: "visit" or "call".
    """

    key: str
    zh: str
    en: str
    anchor: str
    after: Span
    how: str
    ask_zh: str
    ask_en: str
    severities: tuple[int, ...]
    kinds: tuple[str, ...]
    features: tuple[str, ...]

    def fits(self, kind: str, severity: int, features: Collection[str]) -> bool:
        """Whether a matter of this kind and severity with these features falls under the rule."""
        return (
            (not self.severities or severity in self.severities)
            and (not self.kinds or kind in self.kinds)
            and set(self.features) <= set(features)
        )
