"""Putting an unfinished report right before it is decided: place, urgency, whom it is about, who looks at it."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from fengqiao.accounts.models import Person
from fengqiao.accounts.scope import Actor
from fengqiao.intake.actions._base import first_owner, record, said, save, take
from fengqiao.intake.actions.receive import inbox_link, urgent_words
from fengqiao.intake.choices import ReportEventKind
from fengqiao.intake.compose import first_step, look_by
from fengqiao.intake.models import Report
from fengqiao.intake.placing import settle
from fengqiao.lib import clock
from fengqiao.lib.errors import Refusal
from fengqiao.matters.choices import Severity
from fengqiao.notices.actions import notify
from fengqiao.teams.scopes import scope_of
from fengqiao.territory.models import Area, Place


@transaction.atomic
def correct_place(
    report: Report,
    *,
    by: Actor,
    area: Area | None = None,
    place: Place | None = None,
    place_text: str = "",
    lat: float | None = None,
    lon: float | None = None,
    version: int | None = None,
) -> Report:
    """Say where it is (WGS-84 degrees, a place, or an area); whoever answers there looks at it from now on."""
    found = take(report, "place", by, version)
    spot = settle(area=area, place=place, place_text=place_text or found.place_text, lat=lat, lon=lon)
    if spot.unplaced and area is None:
        raise Refusal(
            _("这个位置不在辖区任何一片里，请在地图上重新点，或直接选村、社区"), code="outside", field="lat"
        )
    old = {"area": found.area_id, "place": found.place_id, "lat": found.lat, "lon": found.lon}
    moved = spot.area.pk != found.area_id
    found.area, found.place, found.place_text = spot.area, spot.place, spot.place_text
    found.lat, found.lon, found.unplaced = spot.lat, spot.lon, spot.unplaced
    found.next_step = first_step(found.severity, unplaced=False)
    if moved:
        _hand_on(found, by)
    save(found)
    record(found, ReportEventKind.EDITED, by, "更正地点", data={"old": old, "area": spot.area.pk})
    return found


def _hand_on(report: Report, by: Actor) -> None:
    """A report that moved to another area is looked at there; who corrected it keeps it when they answer there."""
    before = report.owner_id
    if by.scope.can("report.triage", report.area.path) and by.person_id == before:
        return
    first_owner(report, report.area)
    if report.owner is not None and report.owner_id not in {before, by.person_id}:
        notify(report.owner, "report_moved", "一份反映转到您这里，请看收件", inbox_link(report))


@transaction.atomic
def raise_severity(
    report: Report, *, by: Actor, severity: int, why: str, version: int | None = None
) -> Report:
    """Say that it is more urgent than it looked; the time to look at it shortens at once."""
    found = take(report, "raise", by, version)
    if severity not in Severity.values or severity >= found.severity:
        raise Refusal(
            _("这里只能往急里提；要定得轻些，请在受理时选轻重"), code="not_raised", field="severity"
        )
    words = said(why, what=_("为什么更急"), field="why", limit=200)
    old = found.severity
    found.severity = severity
    due = look_by(severity, clock.now(), found.outside_due_at)
    found.due_at = min(due, found.due_at) if found.due_at else due
    found.next_step = first_step(severity, found.unplaced)
    save(found)
    record(found, ReportEventKind.EDITED, by, words, data={"severity": severity, "old_severity": old})
    if found.owner is not None and found.owner_id != by.person_id:
        notify(found.owner, "report_urgent", urgent_words(found), inbox_link(found), urgent=True)
    return found


@transaction.atomic
def correct_about(
    report: Report, *, by: Actor, about: Person | None, why: str, version: int | None = None
) -> Report:
    """Say whom of the staff a complaint is about (None: nobody); that person neither has it nor sees it."""
    found = take(report, "about", by, version)
    if about is not None and about.pk == by.person_id:
        raise Refusal(_("涉及本人的投诉要由别人来处理，请交给所长"), code="conflict", field="about")
    words = said(why, what=_("依据"), field="why", limit=200)
    old = found.about_id
    found.about = about
    if about is not None and found.owner_id == about.pk:
        first_owner(found, found.area)
    save(found)
    record(
        found,
        ReportEventKind.EDITED,
        by,
        words,
        data={"old_about": old, "about": about.pk if about else None},
    )
    return found


@transaction.atomic
def hand_over(report: Report, *, by: Actor, to: Person, why: str, version: int | None = None) -> Report:
    """Let somebody else decide on it; the time stays."""
    found = take(report, "hand_over", by, version)
    words = said(why, what=_("为什么交给别人"), field="why", limit=200)
    if not to.is_active or not scope_of(to).can("report.triage"):
        raise Refusal(_("%(to)s 没有分办的职责，请选别人") % {"to": to.name}, code="not_theirs", field="to")
    if found.about_id == to.pk:
        raise Refusal(_("这件事涉及本人，不能由本人来看，请选别人"), code="conflict", field="to")
    old = found.owner_id
    found.owner = to
    save(found)
    record(found, ReportEventKind.EDITED, by, words, data={"old_owner": old, "owner": to.pk})
    if to.pk != by.person_id:
        notify(to, "report_moved", "一份反映交给您看，请看收件", inbox_link(found))
    return found
