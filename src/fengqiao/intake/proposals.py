"""What is proposed for a report, each with its reasons, as the desk shows it. A person decides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from fengqiao.accounts.scope import Actor
from fengqiao.algorithms.villageplaces import OUTSIDE
from fengqiao.intake.actions.decide import floor_of
from fengqiao.intake.choices import Channel, ReportState, SuggestionField
from fengqiao.intake.duplicates import Duplicate, find_for
from fengqiao.intake.known import categories
from fengqiao.intake.models import Report, ReportQuerySet, Suggestion
from fengqiao.lib.text import shorten
from fengqiao.matters import rules as matter_rules
from fengqiao.matters.choices import Severity, State
from fengqiao.matters.models import Category, Matter, MatterQuerySet
from fengqiao.territory.models import Area, Place


@dataclass(frozen=True, slots=True)
class CategoryProposal:
    """A proposed category, how sure (0..1), the words it rests on."""

    code: str
    zh: str
    en: str
    head_zh: str
    kind: str
    severity: int
    restricted: bool
    confidence: float
    reasons: tuple[str, ...]
    model: str


@dataclass(frozen=True, slots=True)
class SeverityProposal:
    """The proposed severity; ``floor`` is what the words of danger demand (None: none), ``words`` are these."""

    severity: int
    label: str
    floor: int | None
    words: tuple[str, ...]
    tell_110: bool


@dataclass(frozen=True, slots=True)
class PlaceProposal:
    """A proposed place or area; ``said`` is how it stands in the text, ``detail`` the finer address."""

    kind: str
    id: int
    name: str
    area_id: int
    area_name: str
    lat: float | None
    lon: float | None
    said: str
    detail: str
    confidence: float
    reasons: tuple[str, ...]
    model: str


@dataclass(frozen=True, slots=True)
class OutsideProposal:
    """A village that is none of the station's, which the words seem to name; ``name`` with all it lies in."""

    code: str
    name: str
    said: str
    detail: str
    confidence: float
    reasons: tuple[str, ...]
    model: str


@dataclass(frozen=True, slots=True)
class DuplicateProposal:
    """Something that may be the same: a report, the matter it became, or a matter without a report.

    ``can_link``: there is a matter this report can be joined to. ``hours`` between the two, ``distance_m`` metres.
    """

    report_id: int | None
    matter_id: int | None
    matter_number: str
    title: str
    text: str
    where: str
    at: datetime
    channel_words: str
    state_words: str
    open: bool
    can_link: bool
    score: float
    same: tuple[str, ...]
    differs: tuple[str, ...]
    distance_m: float | None
    hours: float


@dataclass(frozen=True, slots=True)
class Proposals:
    """Everything proposed for one report, the likeliest first."""

    categories: tuple[CategoryProposal, ...]
    severity: SeverityProposal | None
    places: tuple[PlaceProposal, ...]
    outside: tuple[OutsideProposal, ...]
    duplicates: tuple[DuplicateProposal, ...]


def proposals(report: Report, by: Actor | None = None) -> Proposals:
    """What is proposed for ``report``. Possible duplicates are looked for afresh, among what ``by`` may see.

    Without an actor only open reports of the same area are compared. About ten queries, whatever the size.
    """
    rows = list(report.suggestions.all())
    return Proposals(
        _categories(latest(rows, SuggestionField.CATEGORY)),
        _severity(latest(rows, SuggestionField.SEVERITY), floor_of(rows)),
        _places(latest(rows, SuggestionField.PLACE)),
        outside_of(latest(rows, SuggestionField.PLACE)),
        duplicates_of(report, latest(rows, SuggestionField.DUPLICATE), by),
    )


def latest(rows: Iterable[Suggestion], field: str) -> list[Suggestion]:
    """The proposals of the last reading for a field, the first one first."""
    mine = [r for r in rows if r.field == field]
    last = max((r.made_at for r in mine), default=None)
    return sorted((r for r in mine if r.made_at == last), key=lambda r: (r.rank, r.pk))


def _categories(rows: Iterable[Suggestion]) -> tuple[CategoryProposal, ...]:
    known = categories()
    return tuple(
        _category(row, found)
        for row in rows
        if (found := known.get(str(row.value.get("code", "")))) is not None
    )


def _category(row: Suggestion, found: Category) -> CategoryProposal:
    return CategoryProposal(
        code=found.code,
        zh=found.zh,
        en=found.en,
        head_zh=found.head_zh,
        kind=found.kind,
        severity=found.severity,
        restricted=found.restricted,
        confidence=row.confidence,
        reasons=tuple(row.reasons),
        model=row.model,
    )


def _severity(rows: Iterable[Suggestion], floor: int | None) -> SeverityProposal | None:
    row = next(iter(rows), None)
    if row is None:
        return None
    level = int(row.value.get("severity", Severity.ORDINARY))
    words = tuple(row.reasons) if row.value.get("floor") else ()
    return SeverityProposal(level, str(Severity(level).label), floor, words, bool(row.value.get("tell_110")))


def _places(rows: Iterable[Suggestion]) -> tuple[PlaceProposal, ...]:
    chosen = [(row, str(row.value.get("kind")), int(row.value.get("id", 0))) for row in rows]
    places = Place.objects.select_related("area").in_bulk([pk for _, kind, pk in chosen if kind == "place"])
    areas = Area.objects.in_bulk([pk for _, kind, pk in chosen if kind == "area"])
    found = []
    for row, kind, pk in chosen:
        place = places.get(pk) if kind == "place" else None
        area = place.area if place else areas.get(pk) if kind == "area" else None
        if area is not None:  # a place deleted since is no proposal any more
            found.append(_place(row, kind, place, area))
    return tuple(found)


def outside_of(rows: Iterable[Suggestion]) -> tuple[OutsideProposal, ...]:
    """Villages elsewhere among the proposed places."""
    return tuple(
        OutsideProposal(
            code=str(row.value.get("code", "")),
            name=str(row.value.get("name", "")),
            said=str(row.value.get("said", "")),
            detail=str(row.value.get("detail", "")),
            confidence=row.confidence,
            reasons=tuple(row.reasons),
            model=row.model,
        )
        for row in rows
        if row.value.get("kind") == OUTSIDE
    )


def _place(row: Suggestion, kind: str, place: Place | None, area: Area) -> PlaceProposal:
    return PlaceProposal(
        kind=kind,
        id=place.pk if place else area.pk,
        name=place.name if place else area.name,
        area_id=area.pk,
        area_name=area.name,
        lat=place.lat if place else None,
        lon=place.lon if place else None,
        said=str(row.value.get("said", "")),
        detail=str(row.value.get("detail", "")),
        confidence=row.confidence,
        reasons=tuple(row.reasons),
        model=row.model,
    )


def _seen(report: Report, by: Actor | None) -> tuple[ReportQuerySet, MatterQuerySet]:
    """What may be shown beside the report: what the actor sees, without an actor only plain ones of the same area."""
    if by is not None:
        return Report.objects.visible_to(by.scope), Matter.objects.visible_to(by.scope)
    plain = {"area_id": report.area_id, "restricted": False, "about__isnull": True}
    return Report.objects.filter(**plain), Matter.objects.filter(**plain)


def duplicates_of(
    report: Report, kept: Iterable[Suggestion] = (), by: Actor | None = None
) -> tuple[DuplicateProposal, ...]:
    """Possible duplicates of ``report``: looked for now, together with those ``kept`` from when it came in."""
    reports, matters = _seen(report, by)
    found = find_for(report, reports, matters)
    known = {one.report_id for one in found}
    found += [one for row in kept if (one := _kept(row)).report_id not in known]
    shown = _shown(found, reports, matters, closed=report.restricted)
    return tuple(sorted(shown, key=lambda d: -d.score)[:3])


def _kept(row: Suggestion) -> Duplicate:
    value: Mapping[str, object] = row.value
    metres, hours = value.get("distance_m"), value.get("hours")
    report = value.get("report")
    return Duplicate(
        report_id=report if isinstance(report, int) else None,
        matter_id=None,
        score=row.confidence,
        same=tuple(row.reasons),
        differs=tuple(str(d) for d in row.value.get("differs", ())),
        distance_m=float(metres) if isinstance(metres, (int, float)) else None,
        hours=float(hours) if isinstance(hours, (int, float)) else 0.0,
    )


def _shown(
    found: Iterable[Duplicate], reports: ReportQuerySet, matters: MatterQuerySet, *, closed: bool
) -> list[DuplicateProposal]:
    rows = list(found)
    said = reports.select_related("area", "place").in_bulk([d.report_id for d in rows if d.report_id])
    wanted = {d.matter_id for d in rows if d.matter_id and d.report_id is None}
    wanted |= {r.matter_id for r in said.values() if r.matter_id}
    held = matters.select_related("area", "place", "merged_into").in_bulk(list(wanted))
    shown = []
    for one in rows:
        report = said.get(one.report_id) if one.report_id else None
        matter = held.get(report.matter_id if report else one.matter_id)
        if report is not None or matter is not None:
            shown.append(_duplicate(one, report, matter, closed))
    return shown


def _duplicate(
    one: Duplicate, report: Report | None, matter: Matter | None, closed: bool
) -> DuplicateProposal:
    target = matter.merged_into if matter is not None and matter.merged_into is not None else matter
    title, text, at = _said(report, matter)
    return DuplicateProposal(
        report_id=report.pk if report else None,
        matter_id=target.pk if target else None,
        matter_number=target.number if target else "",
        title=title,
        text=shorten(text, 120),
        where=_where(report, matter),
        at=at,
        channel_words=str(Channel(report.channel).label) if report else "",
        state_words=_state(report, target),
        open=target.is_open if target else report is not None and report.due_at is not None,
        can_link=target is not None and _can_link(target, closed),
        score=one.score,
        same=one.same,
        differs=one.differs,
        distance_m=one.distance_m,
        hours=one.hours,
    )


def _can_link(matter: Matter, closed: bool) -> bool:
    """Whether a report may join this matter: need-to-know words only join a need-to-know story."""
    return matter_rules.may_start("report_linked", matter.state) and (matter.restricted or not closed)


def _said(report: Report | None, matter: Matter | None) -> tuple[str, str, datetime]:
    """Title, words and time of the other side; the reporter's own words where there are any."""
    if report is not None:
        return matter.title if matter else report.title, report.text, report.said_at
    if matter is None:
        raise ValueError("a duplicate needs a report or a matter")
    return matter.title, matter.summary, matter.opened_at


def _where(report: Report | None, matter: Matter | None) -> str:
    row = report or matter
    if row is None:
        return ""
    words = row.place_text or (row.place.name if row.place else "")
    return words if row.unplaced else f"{row.area.name} {words}".strip()


def _state(report: Report | None, matter: Matter | None) -> str:
    if matter is not None:
        return str(State(matter.state).label)
    return str(ReportState(report.state).label) if report is not None else ""
