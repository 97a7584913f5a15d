"""The right side of the inbox: what is proposed for a report, why, and what accepting it as it stands would do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import hypot
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fengqiao.accounts.models import Person
from fengqiao.desk.pickers import category_name
from fengqiao.intake import rules
from fengqiao.intake.choices import SuggestionField
from fengqiao.intake.models import Report, Suggestion
from fengqiao.intake.placing import Spot
from fengqiao.intake.proposals import OutsideProposal, outside_of
from fengqiao.lib import clock
from fengqiao.matters import clockwork, owners
from fengqiao.matters.actions.flow import FIRST_STEP
from fengqiao.matters.choices import Kind, Severity
from fengqiao.matters.models import Category
from fengqiao.teams.queries import Answer
from fengqiao.territory.models import Area, Place

SURE_PLACE = 0.5
"""Confidence from which a proposed place is taken along for a report that has none."""
NEAR = 200
"""Metres within which the pin and the place in the words are the same spot."""
UNITS = {
    "m": gettext_lazy("分钟"),
    "h": gettext_lazy("小时"),
    "d": gettext_lazy("天"),
    "w": gettext_lazy("个工作日"),
}


@dataclass(frozen=True)
class Guess:
    """A proposed category."""

    category: Category
    percent: float
    reasons: tuple[str, ...]

    @property
    def label(self) -> str:
        """Kind and category in words."""
        return f"{Kind(self.category.kind).label} · {category_name(self.category)}"


@dataclass(frozen=True)
class SpotGuess:
    """A proposed place or area; ``key`` is what the form sends for it."""

    key: str
    name: str
    detail: str
    percent: float
    spot: Spot


@dataclass(frozen=True)
class Choice:
    """What is chosen at the moment: by the proposals, or by a person who changed some of it."""

    category: Category | None
    severity: int
    spot_key: str
    spot: Spot
    answer: Answer | None
    due_at: datetime | None

    @property
    def owner(self) -> Person | None:
        """Who would take it."""
        return self.answer.person if self.answer else None


@dataclass(frozen=True)
class Decision:
    """Everything the panel shows."""

    guesses: list[Guess]
    categories: Mapping[str, Category]
    floor: int | None
    floor_words: tuple[str, ...]
    proposed: int
    tell_110: bool
    spots: list[SpotGuess]
    chosen: Choice
    next_step: str = FIRST_STEP
    agrees: bool | None = field(default=None)
    outside: tuple[OutsideProposal, ...] = ()

    @property
    def words(self) -> list[str]:
        """Words to mark in what was said: those the category and the severity rest on."""
        return list(dict.fromkeys([*self.reason_words, *self.floor_words]))

    @property
    def options(self) -> list[tuple[Guess, bool]]:
        """The proposed categories, each with whether it is the one chosen."""
        code = self.chosen.category.code if self.chosen.category else ""
        return [(g, g.category.code == code) for g in self.guesses]

    @property
    def reason_words(self) -> tuple[str, ...]:
        """Words the chosen category rests on; those of the first proposal for one that was not proposed."""
        mine = next((g.reasons for g, picked in self.options if picked), None)
        return mine if mine is not None else (self.guesses[0].reasons if self.guesses else ())

    @property
    def known_guess(self) -> bool:
        """Whether the chosen category is one of those proposed."""
        chosen = self.chosen.category
        return chosen is not None and any(picked for _guess, picked in self.options)

    @property
    def due_words(self) -> str:
        """Why this due time: the promise that goes with the category."""
        category = self.chosen.category
        if category is None:
            return ""
        level = Severity(self.chosen.severity).label
        span = f"{category.due_amount} {UNITS.get(category.due_unit, '')}"
        return _("%(level)s：%(span)s内给结果") % {"level": level, "span": span}


def latest(rows: Iterable[Suggestion], what: str) -> list[Suggestion]:
    """The proposals of the last reading for a field, the first one first."""
    mine = [r for r in rows if r.field == what]
    newest = max((r.made_at for r in mine), default=None)
    return sorted((r for r in mine if r.made_at == newest), key=lambda r: (r.rank, r.pk))


def decision(
    report: Report,
    rows: list[Suggestion],
    categories: Mapping[str, Category],
    *,
    code: str = "",
    severity: int | None = None,
    spot_key: str | None = None,
) -> Decision:
    """Read the proposals of a report, with what a person already changed put in their place."""
    guesses = _guesses(latest(rows, SuggestionField.CATEGORY), categories)
    level = next(iter(latest(rows, SuggestionField.SEVERITY)), None)
    floor = _whole(level.value.get("floor")) if level else None
    spots = _spots(report, latest(rows, SuggestionField.PLACE))
    category = categories.get(code) or (guesses[0].category if guesses else None)
    proposed = _proposed(report, floor, category)
    key = spot_key if spot_key is not None else _spot_key(report, spots)
    chosen = _chosen(report, category, severity or proposed, key, spots)
    return Decision(
        guesses=guesses,
        categories=categories,
        floor=floor,
        floor_words=tuple(level.reasons) if level and floor else (),
        proposed=proposed,
        tell_110=bool(level and level.value.get("tell_110")),
        spots=spots,
        chosen=chosen,
        agrees=_agrees(report, spots),
        outside=outside_of(latest(rows, SuggestionField.PLACE)),
    )


def _whole(value: Any) -> int | None:
    return int(value) if value else None


def _guesses(rows: list[Suggestion], categories: Mapping[str, Category]) -> list[Guess]:
    found = []
    for row in rows[:3]:
        category = categories.get(str(row.value.get("code", "")))
        if category is not None:
            found.append(Guess(category, 100 * row.confidence, tuple(row.reasons)))
    return found


def _proposed(report: Report, floor: int | None, category: Category | None) -> int:
    """The severity proposed: the more urgent of floor, category, and what a person already said."""
    level = rules.proposed_severity(floor, category.severity if category else None)
    return min(level, report.severity) if report.severity < Severity.ORDINARY else level


def _spots(report: Report, rows: list[Suggestion]) -> list[SpotGuess]:
    """Proposed places and areas that still exist, read in two queries."""
    ids: dict[str, list[int]] = {"place": [], "area": []}
    for row in rows:
        ids.setdefault(str(row.value.get("kind")), []).append(int(row.value.get("id", 0)))
    places = Place.objects.select_related("area").in_bulk(ids["place"]) if ids["place"] else {}
    areas = Area.objects.in_bulk(ids["area"]) if ids["area"] else {}
    found = []
    for row in rows[:3]:
        kind, pk = str(row.value.get("kind")), int(row.value.get("id", 0))
        place, area = (places.get(pk), None) if kind == "place" else (None, areas.get(pk))
        spot = _spot_of(report, place, area, str(row.value.get("said") or row.value.get("name") or ""))
        if spot is not None:
            detail = str(row.value.get("detail") or spot.area.name)
            name = place.name if place else spot.area.name
            found.append(SpotGuess(f"{kind}:{pk}", name, detail, 100 * row.confidence, spot))
    return found


def _spot_of(report: Report, place: Place | None, area: Area | None, said: str) -> Spot | None:
    words = report.place_text or said
    if place is not None:
        return Spot(place.area, place, words, place.lat, place.lon, False)
    return Spot(area, None, words, None, None, False) if area is not None else None


def _spot_key(report: Report, spots: list[SpotGuess]) -> str:
    """What is chosen from the start: what the reporter gave; a sure proposal where they gave nothing."""
    sure = report.unplaced and spots and spots[0].percent >= 100 * SURE_PLACE
    return spots[0].key if sure else ""


def own_spot(report: Report) -> Spot:
    """Where the report says it is."""
    return Spot(report.area, report.place, report.place_text, report.lat, report.lon, report.unplaced)


def _chosen(
    report: Report, category: Category | None, severity: int, key: str, spots: list[SpotGuess]
) -> Choice:
    spot = next((s.spot for s in spots if s.key == key), own_spot(report))
    if category is None:
        return Choice(None, severity, key, spot, None, None)
    exclude = {report.about_id} if report.about_id else set()
    answer = owners.first_owner(category, spot.area, exclude=exclude)
    due = clockwork.first_result_due(
        category.due_amount,
        category.due_unit,
        severity=severity,
        start=clock.now(),
        outside=report.outside_due_at,
    )
    return Choice(category, severity, key, spot, answer, max(due, clock.now()))


def _agrees(report: Report, spots: list[SpotGuess]) -> bool | None:
    """Whether the pin and the place in the words are one spot; None when one of them is missing."""
    first = next((s.spot for s in spots if s.spot.lat is not None and s.spot.lon is not None), None)
    if first is None or report.lat is None or report.lon is None or first.lat is None or first.lon is None:
        return None
    north, east = (report.lat - first.lat) * 111_320, (report.lon - first.lon) * 96_000
    return bool(hypot(north, east) <= NEAR)
