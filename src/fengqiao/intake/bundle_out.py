"""What goes into a bundle: our own reports with what became of them, and our replies to the other side's.

A contact never leaves the station it was given to: the other side asks through us, and the reply comes back to the
receipt the resident holds. Closed history and complaints about staff stay here too.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Q

from fengqiao.accounts.scope import Actor
from fengqiao.audit.actions import Fact, append
from fengqiao.intake import bundle_keys, bundle_pack
from fengqiao.intake.choices import Channel, ReportEventKind, ReportState
from fengqiao.intake.models import BundleLog, BundlePeer, Report, ReportQuerySet
from fengqiao.lib import clock
from fengqiao.matters.choices import EventKind, State
from fengqiao.matters.models import Event, Matter
from fengqiao.teams.queries import station

_WORDS_OUT = {EventKind.REPLIED, EventKind.RESOLVED, EventKind.PROGRESS, EventKind.REFERRED}
_STEPS = {ReportEventKind.ACCEPTED, ReportEventKind.REFUSED, ReportEventKind.ASKED, ReportEventKind.MERGED}


def source_of(station_uid: uuid.UUID) -> str:
    """The source under which another station's reports are kept here."""
    return f"bundle:{station_uid}"


def export_bundle(
    path: Path, *, by: Actor, peer: BundlePeer | None = None, since: datetime | None = None
) -> dict[str, int]:
    """Write a signed bundle for ``peer`` (anybody who trusts us when None) to ``path``.

    Carries reports that came in here and changed since ``since`` (all when None), the matters they became, and
    replies to reports that came from the peer. Sending the same twice is harmless. Returns the counts of rows.
    """
    bundle_keys.may_run(by)
    home = station()
    own = _own(by, since)
    counts = {"reports": 0, "matters": 0, "replies": 0}
    uid = uuid.uuid4()
    head = {
        "uid": str(uid),
        "station": {
            "uid": str(home.uid),
            "name": home.name,
            "public_key": bundle_keys.public_hex(bundle_keys.station_key()),
        },
        "peer": str(peer.station_uid) if peer else None,
        "made_at": clock.now().isoformat(),
    }
    parts = {
        "reports.jsonl": _counted(_reports(own), counts, "reports"),
        "matters.jsonl": _counted(_matters(own), counts, "matters"),
        "replies.jsonl": _counted(_replies(peer, by) if peer else iter(()), counts, "replies"),
    }
    sha256 = bundle_pack.write(path, head, parts)
    with transaction.atomic():
        BundleLog.objects.create(
            uid=uid, direction="out", peer=peer, at=clock.now(), counts=counts, sha256=sha256
        )
        append(Fact("bundle.exported", "bundle", str(uid), by.person_id, by.kind, dict(counts)))
    return counts


def _counted(rows: Iterator[dict[str, Any]], counts: dict[str, int], key: str) -> Iterator[dict[str, Any]]:
    for row in rows:
        counts[key] += 1
        yield row


def _own(by: Actor, since: datetime | None) -> ReportQuerySet:
    rows = Report.objects.exclude(channel=Channel.BUNDLE).exclude(state=ReportState.HISTORIC)
    rows = rows.filter(about__isnull=True)
    if not by.is_system:
        rows = rows.filter(pk__in=Report.objects.visible_to(by.scope).values("pk"))
    if since is not None:
        changed = Q(events__at__gte=since) | Q(matter__events__at__gte=since)
        rows = rows.filter(pk__in=Report.objects.filter(changed).values("pk"))
    return rows.order_by("pk")


def _reports(rows: ReportQuerySet) -> Iterator[dict[str, Any]]:
    for report in rows.select_related("area").prefetch_related("messages").iterator(chunk_size=500):
        yield {
            "uid": str(report.uid),
            "channel": report.channel,
            "origin": report.origin,
            "title": report.title,
            "text": report.text,
            "said_at": report.said_at.isoformat(),
            "severity": report.severity,
            "place_text": report.place_text,
            "area_code": "" if report.unplaced else report.area.code,
            "area_name": "" if report.unplaced else report.area.name,
            "lat": report.lat,
            "lon": report.lon,
            "outside_due_at": report.outside_due_at.isoformat() if report.outside_due_at else None,
            "added": [
                {"key": f"m{m.pk}", "text": m.text, "at": m.at.isoformat()}
                for m in report.messages.all()
                if m.from_reporter
            ],
        }


def _matters(rows: ReportQuerySet) -> Iterator[dict[str, Any]]:
    """What our reports became, for the other side's copy of them."""
    found = rows.filter(matter__isnull=False).select_related("matter", "matter__category")
    for report in found.iterator(chunk_size=500):
        matter = report.matter
        if matter is None:
            continue
        yield {
            "report": str(report.uid),
            "number": matter.number,
            "version": matter.version,
            "category": matter.category.code,
            "state": matter.state,
            "words": _matter_words(matter),
        }


def _matter_words(matter: Matter) -> str:
    state = State(matter.state).label
    if matter.restricted or not matter.next_step or matter.due_at is None:
        return f"对方已立为事项 {matter.number}，现在：{state}"
    due = clock.local(matter.due_at)
    return (
        f"对方已立为事项 {matter.number}，现在：{state}，下一步：{matter.next_step}（{due:%m-%d %H:%M} 前）"
    )


def _replies(peer: BundlePeer, by: Actor) -> Iterator[dict[str, Any]]:
    """Our replies to reports that came from ``peer``: decisions, questions, public steps of the matter."""
    rows = Report.objects.filter(source=source_of(peer.station_uid)).exclude(external_id="")
    if not by.is_system:
        rows = rows.filter(pk__in=Report.objects.visible_to(by.scope).values("pk"))
    for report in rows.select_related("matter").order_by("pk").iterator(chunk_size=200):
        for event in report.events.filter(kind__in=[str(k) for k in _STEPS]).order_by("id"):
            yield _reply(
                report, f"r{event.pk}", _step_words(report, event.kind, event.text, event.data), event.at
            )
        if report.matter is not None:
            for step in Event.objects.filter(matter=report.matter, public=True).order_by("id"):
                words = str(EventKind(step.kind).label)
                if EventKind(step.kind) in _WORDS_OUT and not report.matter.restricted and step.text:
                    words = f"{words}：{step.text}"
                yield _reply(report, f"e{step.pk}", words, step.at)


def _reply(report: Report, key: str, words: str, at: datetime) -> dict[str, Any]:
    return {"report": report.external_id, "key": key, "words": words, "at": at.isoformat()}


def _step_words(report: Report, kind: str, text: str, data: dict[str, Any]) -> str:
    number = report.matter.number if report.matter else ""
    if kind == ReportEventKind.REFUSED:
        return f"不受理：{text}。请找：{data.get('to', '')}"
    if kind == ReportEventKind.ASKED:
        return f"请补充：{text}"
    return f"已立为事项 {number}" if kind == ReportEventKind.ACCEPTED else f"已并入事项 {number}"
