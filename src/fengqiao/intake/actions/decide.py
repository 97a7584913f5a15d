"""What a person decides about a report: accept it, join it to a matter in hand, or send it where it belongs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from fengqiao.accounts.models import Person
from fengqiao.accounts.scope import Actor
from fengqiao.intake import rules
from fengqiao.intake.about import STAFF_COMPLAINT
from fengqiao.intake.actions._base import line, person_id, record, said, save, take
from fengqiao.intake.actions.undo import snapshot
from fengqiao.intake.choices import ReportEventKind, ReportState, SuggestionField
from fengqiao.intake.known import categories
from fengqiao.intake.models import Correction, Report, Suggestion
from fengqiao.intake.placing import Spot, settle
from fengqiao.lib import clock
from fengqiao.lib.errors import OutOfReach, Refusal
from fengqiao.lib.text import shorten
from fengqiao.matters import actions as matters
from fengqiao.matters.choices import Severity
from fengqiao.matters.models import Category, Matter
from fengqiao.territory.models import Area, Place


@dataclass(frozen=True, slots=True)
class _Choice:
    """What a person chose when accepting, checked."""

    category: Category
    severity: int
    spot: Spot
    about: Person | None


@transaction.atomic
def accept_report(
    report: Report,
    *,
    by: Actor,
    category: str | None = None,
    severity: int | None = None,
    lower_reason: str = "",
    area: Area | None = None,
    place: Place | None = None,
    place_text: str = "",
    lat: float | None = None,
    lon: float | None = None,
    about: Person | None = None,
    nobody_named: bool = False,
    owner: Person | None = None,
    next_step: str = "",
    due_at: datetime | None = None,
    title: str = "",
    threatening: bool = False,
    version: int | None = None,
) -> Matter:
    """Make the report a matter with an owner, a next step and a promised first result.

    Without ``category`` or ``severity`` the first proposal is taken. A person may choose any severity; going below
    the keyword floor needs ``lower_reason``, kept in history. A complaint about staff (OT2) needs ``about`` or
    ``nobody_named``. What was chosen beside what was proposed is kept as a training row.
    """
    found = take(report, "accept", by, version)
    rows = list(found.suggestions.all())
    choice = _choose(
        found, rows, category, severity, about, nobody_named, _spot(found, area, place, place_text, lat, lon)
    )
    floor = floor_of(rows)
    reason = _check_lowering(choice.severity, floor, lower_reason)
    before = snapshot(found)
    matter = matters.open_matter(
        by=by,
        category=choice.category,
        title=title or default_title(found, choice.category),
        area=choice.spot.area,
        origin=found.origin,
        severity=choice.severity,
        place=choice.spot.place,
        place_text=choice.spot.place_text,
        lat=choice.spot.lat,
        lon=choice.spot.lon,
        unplaced=choice.spot.unplaced,
        summary=found.text,
        about=choice.about,
        owner=owner,
        owner_because="由受理人指定" if owner else "",
        next_step=next_step,
        due_at=due_at,
        outside_due_at=found.outside_due_at,
        threatening=threatening,
    )
    _apply(found, choice)
    found.matter = matter
    _decide(found, ReportState.ACCEPTED, by)
    _keep_correction(found, rows, choice, by)
    data = {
        "before": before,
        "matter": matter.pk,
        "matter_version": matter.version,
        "category": choice.category.code,
        "severity": choice.severity,
    }
    if reason:
        data["lowered_from"] = floor
    record(found, ReportEventKind.ACCEPTED, by, reason, data=data)
    return matter


def _spot(
    report: Report,
    area: Area | None,
    place: Place | None,
    place_text: str,
    lat: float | None,
    lon: float | None,
) -> Spot:
    """The spot the person chose; what the report has where they chose nothing."""
    if area is None and place is None and lat is None and lon is None:
        words = place_text or report.place_text
        return Spot(report.area, report.place, words, report.lat, report.lon, report.unplaced)
    return settle(area=area, place=place, place_text=place_text or report.place_text, lat=lat, lon=lon)


def _choose(
    report: Report,
    rows: Iterable[Suggestion],
    category: str | None,
    severity: int | None,
    about: Person | None,
    nobody_named: bool,
    spot: Spot,
) -> _Choice:
    first = top(rows, SuggestionField.CATEGORY)
    code = category or (str(first.value.get("code", "")) if first else "")
    chosen = categories().get(code)
    if chosen is None:
        raise Refusal(_("请选一个类别"), code="missing", field="category")
    if severity is not None and severity not in Severity.values:
        raise Refusal(_("请选轻重"), code="missing", field="severity")
    level = severity or min(x for x in (chosen.severity, floor_of(rows), _raised(report)) if x)
    person = about or report.about
    if chosen.code == STAFF_COMPLAINT and person is None and not nobody_named:
        raise Refusal(
            _("投诉工作人员：请选明投诉的是谁，系统会绕开本人；没有点名的，请勾选“没有点名”"),
            code="about_needed",
            field="about",
        )
    return _Choice(chosen, level, spot, person)


def _raised(report: Report) -> int | None:
    """The severity a person already gave the report, when it is more urgent than ordinary."""
    return report.severity if report.severity < Severity.ORDINARY else None


def floor_of(rows: Iterable[Suggestion]) -> int | None:
    """The keyword floor kept with the proposals of a report."""
    found = [r.value.get("floor") for r in rows if r.field == SuggestionField.SEVERITY]
    return min((int(f) for f in found if f), default=None)


def top(rows: Iterable[Suggestion], field: str) -> Suggestion | None:
    """The first proposal for ``field`` (the latest reading when words were added), None without any."""
    mine = sorted((r for r in rows if r.field == field), key=lambda r: (-r.made_at.timestamp(), r.rank, r.pk))
    return mine[0] if mine else None


def _check_lowering(severity: int, floor: int | None, reason: str) -> str:
    if not rules.needs_reason(severity, floor):
        return ""
    words = " ".join(reason.split())
    if len(words) < rules.MIN_PURPOSE:
        raise Refusal(
            _("原话里有危险的字眼。要定得比系统提的轻，请写明理由，理由会留在记录里"),
            code="reason_needed",
            field="lower_reason",
        )
    return said(words, what=_("理由"), field="lower_reason", limit=300)


def default_title(report: Report, category: Category) -> str:
    """A title for the matter: the report's own, else its place and what it is about."""
    if report.title:
        return shorten(report.title, 60)
    where = report.place_text or (report.place.name if report.place else "")
    return shorten(f"{where} {category.zh}".strip(), 60)


def _apply(report: Report, choice: _Choice) -> None:
    report.area, report.place = choice.spot.area, choice.spot.place
    report.place_text, report.unplaced = choice.spot.place_text, choice.spot.unplaced
    report.lat, report.lon = choice.spot.lat, choice.spot.lon
    report.severity = choice.severity
    report.restricted = report.restricted or choice.category.restricted
    report.about = choice.about


def _decide(report: Report, state: str, by: Actor) -> None:
    report.state = state
    report.decided_at = clock.now()
    report.decided_by_id = by.person_id
    save(report)


def _keep_correction(report: Report, rows: list[Suggestion], choice: _Choice, by: Actor) -> None:
    now = clock.now()
    proposed, level = top(rows, SuggestionField.CATEGORY), top(rows, SuggestionField.SEVERITY)
    Correction.objects.create(
        report=report,
        proposed_code=str(proposed.value.get("code", "")) if proposed else "",
        chosen_code=choice.category.code,
        proposed_severity=level.value.get("severity") if level else None,
        chosen_severity=choice.severity,
        by_id=person_id(by),
        at=now,
    )
    for row in rows:
        row.accepted = _taken(row, choice)
        row.decided_by_id, row.decided_at = by.person_id, now
    Suggestion.objects.bulk_update(rows, ["accepted", "decided_by", "decided_at"])


def _taken(row: Suggestion, choice: _Choice) -> bool:
    value = row.value
    if row.field == SuggestionField.CATEGORY:
        return bool(value.get("code") == choice.category.code)
    if row.field == SuggestionField.SEVERITY:
        return bool(value.get("severity") == choice.severity)
    if row.field == SuggestionField.PLACE:
        spot = choice.spot
        found = spot.place.pk if value.get("kind") == "place" and spot.place else spot.area.pk
        return bool(value.get("id") == found and not spot.unplaced)
    return False


@transaction.atomic
def link_report(report: Report, *, by: Actor, matter: Matter, version: int | None = None) -> Matter:
    """The report is about a matter already in hand: its words join that story, its reporter follows it there."""
    found = take(report, "link", by, version)
    if not Matter.objects.visible_to(by.scope).filter(pk=matter.pk).exists():
        raise OutOfReach
    if found.restricted and not matter.restricted:
        raise Refusal(
            _(
                "这条需要保密，那件事不是保密的：并过去，看得到那件事的人都会看到这些话。请单独受理，或先把那件事改成保密的类别"
            ),
            code="restricted",
            field="matter",
        )
    before = snapshot(found)
    joined = matters.report_linked(matter, by=by, text=found.text)
    found.matter = joined
    _decide(found, ReportState.MERGED, by)
    now = clock.now()
    found.suggestions.filter(field=SuggestionField.DUPLICATE, value__matter=joined.pk).update(
        accepted=True, decided_by=by.person_id, decided_at=now
    )
    data = {"before": before, "matter": joined.pk, "matter_version": joined.version}
    record(found, ReportEventKind.MERGED, by, joined.number, data=data)
    return joined


@transaction.atomic
def refuse_report(report: Report, *, by: Actor, to: str, why: str, version: int | None = None) -> Report:
    """Not for us: the reporter reads who decided, why, and the named place where to go instead."""
    found = take(report, "refuse", by, version)
    before = snapshot(found)
    found.refused_to = line(to, what=_("该去哪里办（单位和电话）"), field="to", limit=120)
    found.refused_why = line(why, what=_("为什么不受理"), field="why", limit=300)
    _decide(found, ReportState.REFUSED, by)
    found.suggestions.update(accepted=False, decided_by=by.person_id, decided_at=clock.now())
    data = {"before": before, "to": found.refused_to}
    record(found, ReportEventKind.REFUSED, by, found.refused_why, data=data)
    return found
