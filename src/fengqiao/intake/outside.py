"""Sheets from 110 and 12345: in with their number and reply deadline, out again as replies in their form.

A sheet is an import with its own channel and source; the number an outside office gave a case stays the name it
is answered under. A reply goes out once: what was sent is marked, in the transaction that follows the written file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from fengqiao.accounts.scope import Actor
from fengqiao.algorithms.filefaults import FileSource
from fengqiao.audit.actions import Fact, append, append_many
from fengqiao.intake import imports
from fengqiao.intake.actions._base import fact_of
from fengqiao.intake.choices import Channel, ReportEventKind, ReportState
from fengqiao.intake.models import ImportJob, Report, ReportEvent
from fengqiao.intake.tables import write_table
from fengqiao.lib import clock
from fengqiao.lib.errors import Refusal
from fengqiao.lib.wording import listed
from fengqiao.matters.choices import EventKind, Outcome, State
from fengqiao.matters.models import Event, Matter
from fengqiao.teams.queries import station


@dataclass(frozen=True, slots=True)
class Office:
    """An outside office: its channel, the name numbers are kept under, and the head of its reply table."""

    key: str
    channel: str
    zh: str
    header: tuple[str, ...]


OFFICES: dict[str, Office] = {
    "110": Office(
        "110", Channel.CALL_110, "110", ("警情编号", "处理结果", "处理情况", "处警单位", "反馈时间")
    ),
    "12345": Office(
        "12345", Channel.HOTLINE, "12345", ("工单编号", "办理结果", "答复内容", "承办单位", "办结时间")
    ),
}


@dataclass(frozen=True, slots=True)
class ReplyRow:
    """One reply: outside number, result in words, text, who handled it, when (aware UTC)."""

    report: Report
    result: str
    text: str
    unit: str
    at: datetime

    def cells(self) -> tuple[str, ...]:
        """As written in the outside office's table, times in the station's wall clock."""
        return (
            self.report.external_id,
            self.result,
            self.text,
            self.unit,
            f"{clock.local(self.at):%Y-%m-%d %H:%M}",
        )


def office(key: str) -> Office:
    """The office with this key. Raises Refusal naming those there are."""
    if key not in OFFICES:
        raise Refusal(
            _("不认识的来源，可用：%(offices)s") % {"offices": listed(OFFICES)},
            code="bad_source",
            field="source",
        )
    return OFFICES[key]


def start_sheet(
    source: FileSource, *, of: str, by: Actor, mapping: Mapping[str, str] | None = None, name: str = ""
) -> ImportJob:
    """Stage a sheet of ``of`` ("110" or "12345"); run it like any import.

    The outside number must be mapped: without it no reply could be sent. Raises Refusal, NotAllowed.
    """
    found = office(of)
    preview = imports.read_preview(source, mapping=mapping, rows=1)
    if "external_id" not in preview.mapping:
        raise Refusal(_("请选哪一列是对方的编号，答复要用"), code="missing_columns", field="external_id")
    return imports.start_job(
        source,
        by=by,
        mapping=preview.mapping,
        name=name or f"{found.zh} 工单",
        channel=found.channel,
        origin_name=found.key,
    )


def waiting_replies(of: str) -> list[ReplyRow]:
    """Reports of an outside office that have a result and were not answered yet, the earliest deadline first."""
    found = office(of)
    unsent = Q(outside_replied_at__isnull=True) | Q(matter__resolved_at__gt=F("outside_replied_at"))
    rows = Report.objects.filter(unsent, source=found.key).exclude(external_id="")
    decided = Q(state=ReportState.REFUSED) | Q(
        matter__state__in=[State.RESOLVED, State.CLOSED, State.REFERRED],
        state__in=[ReportState.ACCEPTED, ReportState.MERGED],
    )
    reports = list(
        rows.filter(decided)
        .select_related("matter__owner", "decided_by")
        .order_by("outside_due_at", "received_at", "id")
    )
    answers = _answers([r.matter_id for r in reports if r.matter_id])
    home = station().name
    return [_reply(r, answers, home) for r in reports]


def _answers(matters: Iterable[int]) -> dict[int, str]:
    """The last public answer of each matter."""
    rows = Event.objects.filter(matter_id__in=list(matters), kind=EventKind.REPLIED, public=True).order_by(
        "id"
    )
    return dict(rows.values_list("matter_id", "text"))


def _reply(report: Report, answers: Mapping[int, str], home: str) -> ReplyRow:
    matter = report.matter
    if matter is None:
        text = f"{report.refused_why}。请找：{report.refused_to}"
        return ReplyRow(report, "不受理", text, home, report.decided_at or report.received_at)
    at = matter.resolved_at or matter.closed_at or report.received_at
    unit = matter.owner.employer if matter.owner and matter.owner.employer else home
    return ReplyRow(report, _result(matter), answers.get(matter.pk) or _own_words(matter), unit, at)


def _result(matter: Matter) -> str:
    if matter.state == State.REFERRED:
        return f"转{matter.referred_to}办理"
    return str(Outcome(matter.outcome).label) if matter.outcome in Outcome.values else "已办结"


def _own_words(matter: Matter) -> str:
    """What to answer when nobody wrote an answer; nothing of the handling of a need-to-know matter goes out."""
    if matter.restricted:
        return "已依法处理"
    return matter.outcome_text or _result(matter)


def export_replies(of: str, path: Path, *, by: Actor) -> dict[str, int]:
    """Write the replies that wait for an outside office to ``path`` (.csv or .xlsx) and mark them as sent.

    The file is on disk before anything is marked: a crash between the two sends a reply again, never loses it.
    Only reports in the actor's reach go out. Returns {"written": n, "left": m}, ``left`` being out of reach.
    """
    imports.may_run(by)
    found = office(of)
    rows = waiting_replies(of)
    seen = _in_reach(rows, by)
    kept = [row for row in rows if row.report.pk in seen]
    write_table(path, found.header, [row.cells() for row in kept], title=f"{found.zh} 答复")
    _mark_sent(kept, found, by)
    return {"written": len(kept), "left": len(rows) - len(kept)}


def _in_reach(rows: Iterable[ReplyRow], by: Actor) -> set[int]:
    wanted = [row.report.pk for row in rows]
    if by.is_system:
        return set(wanted)
    return set(Report.objects.visible_to(by.scope).filter(pk__in=wanted).values_list("pk", flat=True))


@transaction.atomic
def _mark_sent(rows: Sequence[ReplyRow], to: Office, by: Actor) -> None:
    now = clock.now()
    Report.objects.filter(pk__in=[row.report.pk for row in rows]).update(outside_replied_at=now)
    events = [
        ReportEvent(
            report=row.report,
            kind=ReportEventKind.REPLIED,
            at=now,
            by_id=by.person_id,
            by_kind=by.kind,
            text=row.text,
            data={"office": to.key, "result": row.result},
        )
        for row in rows
    ]
    ReportEvent.objects.bulk_create(events, batch_size=500)
    append_many(fact_of(event, event.report) for event in events)
    append(Fact("outside.replied", "office", to.key, by.person_id, by.kind, {"replies": len(rows)}))
