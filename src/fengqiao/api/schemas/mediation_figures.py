"""Before a mediation, around it, and the figures of many."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from fengqiao.api.schemas.base import (
    Asked,
    Code,
    Day,
    Moment,
    Named,
    Out,
)


class SuitabilityOut(Out):
    """What must be asked before a mediation: the questions, and those the words themselves raise."""

    questions: dict[str, str]
    raised: dict[str, str]
    category_mediation: str
    can_open: bool
    mediators: list[Named]


class FindingOut(Out):
    """What is vague in a term; ``position`` counts from 1."""

    position: int
    kind: str
    message: str


class RoomFilters(Asked):
    """When, for how long."""

    start: Moment
    minutes: Annotated[int, Field(ge=10, le=480)] = 60


class RoomOut(Out):
    """A mediation room and whether it is free then."""

    id: int
    name: str
    kind: str
    area: str
    free: bool


class FigureFilters(Asked):
    """Local days from ``start`` to before ``end``."""

    start: Day
    end: Day
    level: Code | None = None
    report_class: Code | None = None


class LineOut(Out):
    """One class, level or outcome."""

    key: str
    name: str
    opened: int
    ended: int
    agreed: int


class DisputesOut(Out):
    """Disputes of the period that may be mediated: found, with a result, settled; its share with a 95 % interval."""

    found: int
    ended: int
    settled: int
    share: float | None
    interval: tuple[float, float]


class FiguresOut(Out):
    """Figures out of the cases in sight, with what they count. ``success`` is null when nothing was tried."""

    start: date
    end: date
    definition: str
    opened: int
    running: int
    overdue: int
    ended: int
    tried: int
    agreed: int
    written: int
    oral: int
    at_once: int
    handed_up: int
    success: float | None
    disputes: DisputesOut
    total: Decimal
    people: int
    kept_from_violence: int
    confirmations: dict[str, int]
    performance: dict[str, int]
    by_class: list[LineOut]
    by_level: list[LineOut]
    by_outcome: list[LineOut]


class TemplateOut(Out):
    """A kind of paper that is made, with the station's own template where it has one."""

    kind: str
    title: str
    own_name: str
    uploaded_at: datetime | None
