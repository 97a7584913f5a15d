"""Taking a decision back while nothing has come of it, and parting a report from the wrong matter."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from fengqiao.accounts.scope import Actor
from fengqiao.intake import rules
from fengqiao.intake.actions._base import first_owner, line, record, save, take
from fengqiao.intake.choices import ReportEventKind, ReportState
from fengqiao.intake.compose import first_step, look_by
from fengqiao.intake.models import Correction, Report, ReportEvent
from fengqiao.lib import clock
from fengqiao.lib.errors import NotAllowed, Refusal
from fengqiao.matters import actions as matters
from fengqiao.matters.models import Matter


def snapshot(report: Report) -> dict[str, Any]:
    """What undoing puts back."""
    return {
        "state": report.state,
        "owner": report.owner_id,
        "next_step": report.next_step,
        "due_at": report.due_at.isoformat() if report.due_at else None,
        "severity": report.severity,
        "restricted": report.restricted,
        "area": report.area_id,
        "place": report.place_id,
        "place_text": report.place_text,
        "unplaced": report.unplaced,
        "lat": report.lat,
        "lon": report.lon,
        "about": report.about_id,
    }


@transaction.atomic
def unlink_report(report: Report, *, by: Actor, reason: str, version: int | None = None) -> Report:
    """The report was joined to the wrong matter: it comes back to the inbox with a fresh time."""
    found = take(report, "unlink", by, version)
    words = line(reason, what=_("为什么拆出来"), field="reason", limit=200)
    matter = found.matter
    if matter is None:
        raise Refusal(_("这条没有并入别的事"), code="wrong_state")
    matters.report_unlinked(matter, by=by, text=words)
    _back_to_inbox(found)
    record(found, ReportEventKind.UNDONE, by, words, data={"matter": matter.pk, "unlinked": True})
    return found


def _back_to_inbox(report: Report) -> None:
    """Undecided again, with a fresh time; never in the hands of the person it is about."""
    report.state, report.matter = ReportState.NEW, None
    report.decided_at, report.decided_by = None, None
    report.next_step = first_step(report.severity, report.unplaced)
    report.due_at = look_by(report.severity, clock.now(), report.outside_due_at)
    if report.about_id is not None and report.owner_id == report.about_id:
        first_owner(report, report.area)
    save(report)


@transaction.atomic
def withdraw_matter(matter: Matter, *, by: Actor, reason: str) -> Matter:
    """Take back a matter opened by mistake; every report in it comes back to the inbox with a fresh time.

    Who may and until when is decided by ``matters.actions.withdraw``; where it refuses nothing has changed.
    """
    words = line(reason, what=_("撤回的原因"), field="reason", limit=300)
    rows = Report.objects.select_for_update(of=("self",)).select_related("area").filter(matter=matter)
    for report in rows.order_by("pk"):
        _back_to_inbox(report)
        _undecide(report)
        record(report, ReportEventKind.UNDONE, by, words, data={"matter": matter.pk, "withdrawn": True})
    return matters.withdraw(matter, by=by, reason=words)


def _undecide(report: Report) -> None:
    """What was learnt from the decision goes with it."""
    Correction.objects.filter(report=report).delete()
    report.suggestions.update(accepted=None, decided_by=None, decided_at=None)


@transaction.atomic
def undo_decision(report: Report, *, by: Actor) -> Report:
    """Take the last decision back, within ten minutes and while nothing else has happened to report or matter."""
    found = take(report, "undo", by)
    event = found.events.order_by("-id").first()
    now = clock.now()
    if event is None or event.kind not in {
        ReportEventKind.ACCEPTED,
        ReportEventKind.MERGED,
        ReportEventKind.REFUSED,
    }:
        raise Refusal(_("后来又有了新情况，不能撤销；请在事项里改"), code="too_late")
    if not rules.still_undoable(found.decided_at, now):
        raise Refusal(_("过了 10 分钟，不能撤销；请在事项里转交、改类别或拆出"), code="too_late")
    matter, was = found.matter, found.state
    _restore(found, event.data["before"])
    found.matter, found.decided_at, found.decided_by = None, None, None
    found.refused_to = found.refused_why = ""
    save(found)
    if matter is not None:
        _take_back(was, matter, event, by)
    _undecide(found)
    record(found, ReportEventKind.UNDONE, by, data={"of": event.kind, "event": event.pk})
    return found


def _take_back(was: str, matter: Matter, event: ReportEvent, by: Actor) -> None:
    if matter.version != event.data.get("matter_version"):
        raise Refusal(_("这件事已经有人动过，不能撤销；请在事项里改"), code="too_late")
    if was == ReportState.MERGED:
        matters.report_unlinked(matter, by=by, text="撤销并入")
        return
    if not by.scope.can("matter.assign", matter.area.path) and matter.opened_by_id != by.person_id:
        raise NotAllowed(_("请由受理的人或负责交办的人来撤销"))
    matters.withdraw(matter, by=by, reason="撤销受理，重新看")


def _restore(report: Report, before: dict[str, Any]) -> None:
    report.state = before["state"]
    report.owner_id = before["owner"]
    report.next_step = before["next_step"]
    report.due_at = datetime.fromisoformat(before["due_at"]) if before["due_at"] else None
    report.severity, report.restricted = before["severity"], before["restricted"]
    report.area_id, report.place_id = before["area"], before["place"]
    report.place_text, report.unplaced = before["place_text"], before["unplaced"]
    report.lat, report.lon = before["lat"], before["lon"]
    report.about_id = before["about"]
