"""What the engine proposes for a report."""

from __future__ import annotations

from datetime import datetime

from fengqiao.api.schemas.base import (
    Out,
)


class CategoryProposalOut(Out):
    """A proposed category, how sure (0 to 1), the words it rests on."""

    code: str
    name: str
    kind: str
    severity: int
    restricted: bool
    confidence: float
    reasons: list[str]
    model: str


class SeverityProposalOut(Out):
    """The proposed severity; ``floor`` is what the words of danger demand, ``words`` are these."""

    severity: int
    label: str
    floor: int | None
    words: list[str]
    tell_110: bool


class PlaceProposalOut(Out):
    """A proposed place (by id) or area (by code)."""

    kind: str
    place: int | None
    area: str
    name: str
    lat: float | None
    lon: float | None
    said: str
    detail: str
    confidence: float
    reasons: list[str]
    model: str


class OutsideOut(Out):
    """A village that is none of the station's, by its division code; a hint, never the place of a matter."""

    code: str
    name: str
    said: str
    detail: str
    confidence: float
    reasons: list[str]
    model: str


class DuplicateOut(Out):
    """Something that may be the same, among what the caller sees; ``can_link``: the report can be joined to it."""

    report: int | None
    matter: str
    title: str
    text: str
    where: str
    at: datetime
    state_words: str
    open: bool
    can_link: bool
    score: float
    same: list[str]
    differs: list[str]
    distance_m: float | None
    hours: float


class ProposalsOut(Out):
    """What the engine proposes, the likeliest first, each with its reasons; a person decides."""

    categories: list[CategoryProposalOut]
    severity: SeverityProposalOut | None
    places: list[PlaceProposalOut]
    outside: list[OutsideOut]
    duplicates: list[DuplicateOut]
