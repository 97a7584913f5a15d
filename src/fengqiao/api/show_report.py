"""Reports as answered."""

from __future__ import annotations

from typing import Any

from fengqiao.accounts.scope import Actor
from fengqiao.api import show
from fengqiao.api.schemas.matters import PhotoOut
from fengqiao.api.schemas.reports import MessageOut, ReceiptOut, ReportOut, ReportRow, ToldOut
from fengqiao.intake import queries
from fengqiao.intake.choices import ReportState
from fengqiao.intake.drafts import Receipt
from fengqiao.intake.models import Contact, Report
from fengqiao.matters.choices import Severity
from fengqiao.matters.models import Matter

ACTIONS = {
    "accept": ("accept", "accept-as-proposed"),
    "link": ("link",),
    "unlink": ("unlink",),
    "refuse": ("refuse",),
    "ask": ("ask",),
    "place": ("correct-place",),
    "about": ("correct-about",),
    "raise": ("raise-severity",),
    "hand_over": ("hand-over",),
    "undo": ("undo",),
}
"""Verbs of the report's table as they are named in paths."""


def receipt(made: Receipt) -> ReceiptOut:
    """The answer to a report that was brought."""
    row = made.report
    return ReceiptOut.model_construct(
        id=row.pk,
        code=row.code,
        created=made.created,
        received_at=row.received_at,
        state=row.state,
        severity=row.severity,
        severity_words=str(Severity(row.severity).label),
        owner=show.named(row.owner),
        next_step=row.next_step,
        due_at=row.due_at,
        area=show.area_name(row.area),
        unplaced=row.unplaced,
        restricted=row.restricted,
    )


def row_values(row: Report, matters: dict[int, str]) -> dict[str, Any]:
    """The values every view of a report has; ``matters``: numbers of the matters the caller sees."""
    return {
        "id": row.pk,
        "channel": row.channel,
        "state": row.state,
        "state_words": str(ReportState(row.state).label),
        "severity": row.severity,
        "title": row.title,
        "text": row.text,
        "said_at": row.said_at,
        "received_at": row.received_at,
        "owner": show.named(row.owner),
        "next_step": row.next_step,
        "due_at": row.due_at,
        "area": show.area_name(row.area),
        "place": row.place_text or (row.place.name if row.place else ""),
        "lat": row.lat,
        "lon": row.lon,
        "unplaced": row.unplaced,
        "restricted": row.restricted,
        "source": row.source,
        "external_id": row.external_id,
        "outside_due_at": row.outside_due_at,
        "matter": matters.get(row.matter_id or 0, ""),
        "version": row.version,
    }


def numbers_seen(rows: list[Report], by: Actor) -> dict[int, str]:
    """Numbers of the matters of these reports that the caller may see."""
    wanted = {r.matter_id for r in rows if r.matter_id}
    seen = Matter.objects.visible_to(by.scope).filter(pk__in=wanted)
    return dict(seen.values_list("pk", "number")) if wanted else {}


def rows(found: list[Report], by: Actor) -> list[ReportRow]:
    """Lines of a list; need owner, area and place at hand."""
    numbers = numbers_seen(found, by)
    return [ReportRow.model_construct(**row_values(r, numbers)) for r in found]


def whole(row: Report, by: Actor) -> ReportOut:
    """A report with its story, for a caller who found it in reach."""
    verbs = queries.allowed_verbs(row, by)
    return ReportOut.model_construct(
        **row_values(row, numbers_seen([row], by)),
        code=row.code if row.entered_by_id == by.person_id else "",
        origin=row.origin,
        anonymous=row.anonymous,
        has_contact=Contact.objects.filter(report=row).exists(),
        author_ref=row.author_ref,
        refused_to=row.refused_to,
        refused_why=row.refused_why,
        decided_at=row.decided_at,
        photos=[
            PhotoOut(uid=str(a.uid), width=a.width, height=a.height) for a in row.attachments.order_by("id")
        ],
        messages=[
            MessageOut(from_reporter=m.from_reporter, text=m.text, at=m.at) for m in row.messages.all()
        ],
        story=[
            ToldOut(at=t.at, kind=t.kind, label=t.label, by=t.by, text=t.text) for t in queries.story(row)
        ],
        actions=sorted(path for verb, paths in ACTIONS.items() if verb in verbs for path in paths),
    )
