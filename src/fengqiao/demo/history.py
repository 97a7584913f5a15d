"""Turning invented reports and their courses into rows: in bulk, with every event in its matter's story.

The rows are what the actions would have written; ``fengqiao check-data`` holds on them. One chunk is one
transaction, so that 200,000 matters fit in memory.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.db import transaction

from fengqiao.audit.actions import append_many
from fengqiao.demo.around import rows_around, write_consultations
from fengqiao.demo.course import CourseWriter
from fengqiao.demo.lives import Life, live
from fengqiao.demo.load import Ground
from fengqiao.demo.model import Township
from fengqiao.demo.steps import Course, StepKind
from fengqiao.demo.story import DemoReport
from fengqiao.intake.choices import Channel, ReportEventKind, ReportState
from fengqiao.intake.models import Contact, Report, ReportEvent
from fengqiao.intake.search import INDEX as REPORT_INDEX
from fengqiao.lib import clock
from fengqiao.lib.crypto import blind_index
from fengqiao.lib.ids import new_receipt_code
from fengqiao.lib.place_config import current_place
from fengqiao.matters import clockwork
from fengqiao.matters.actions._base import fact_of
from fengqiao.matters.choices import EventKind, Kind, Origin, State
from fengqiao.matters.models import (
    Category,
    Event,
    Matter,
)
from fengqiao.matters.models import (
    Counter as NumberCounter,
)
from fengqiao.matters.search import INDEX as MATTER_INDEX

CHUNK = 1000
_TALKED_OVER = ("agreement", "settled")
_HEATED = ("动手", "推搡", "打起来", "扬言", "互骂", "威胁", "要砸", "拼命", "火气很大")


@dataclass
class History:
    """What is being written: rows by code, matters by report number, running numbers."""

    town: Township
    ground: Ground
    now: datetime
    categories: dict[str, Category]
    matters: dict[int, int] = field(default_factory=dict)
    numbers: Counter[int] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    disputes: list[tuple[int, DemoReport, Course]] = field(default_factory=list)


def write_history(town: Township, ground: Ground, reports: Iterable[DemoReport], seed: int) -> History:
    """Write all ``reports`` with their courses up to now. Returns counts and the disputes that were mediated."""
    history = History(
        town, ground, clock.now(), {c.code: c for c in Category.objects.filter(valid_to__isnull=True)}
    )
    writer = CourseWriter(town, seed=seed)
    told = ((r, writer.write(r, until=history.now)) for r in reports)
    for chunk in _chunks(told):
        with transaction.atomic():
            _write(history, chunk)
    for year, last in history.numbers.items():
        NumberCounter.objects.update_or_create(key=f"matter-{year}", defaults={"value": last})
    return history


def _chunks(told: Iterator[tuple[DemoReport, Course]]) -> Iterator[list[tuple[DemoReport, Course]]]:
    while chunk := list(islice(told, CHUNK)):
        yield chunk


def _write(history: History, chunk: list[tuple[DemoReport, Course]]) -> None:
    lives: list[tuple[DemoReport, Course, Life, Matter]] = []
    for report, course in chunk:
        life = live(report, course, history.now)
        if life.opened is not None:
            lives.append((report, course, life, _matter(history, report, life)))
    Matter.objects.bulk_create([m for *_rest, m in lives], batch_size=CHUNK)
    for report, course, _life, matter in lives:
        history.matters[report.number] = matter.pk
        if course.last(StepKind.AGREED) is not None or course.last(StepKind.SESSION) is not None:
            history.disputes.append((matter.pk, report, course))
    by_pk = {m.pk: m for *_rest, m in lives}
    extra = _reports(history, chunk)
    _stories(history, lives, extra)
    MATTER_INDEX.put_many((m.pk, (m.number, m.title, m.summary, m.place_text)) for m in by_pk.values())
    history.counts["matters"] += len(lives)
    history.counts["reports"] += len(chunk)


def _matter(history: History, report: DemoReport, life: Life) -> Matter:
    category, people = history.categories[report.code], history.ground.people
    opened = life.opened
    if opened is None:
        raise ValueError("a report that became no matter has no row")
    year = clock.local(opened.at).year
    history.numbers[year] += 1
    place = history.ground.places.get(report.place)
    kept = _kept_from_violence(category, report, life)
    due = clockwork.first_result_due(
        category.due_amount, category.due_unit, severity=report.severity, start=opened.at
    )
    return Matter(
        number=f"{year}-{history.numbers[year]:05d}",
        kind=category.kind,
        category=category,
        title=opened.text[:120],
        summary=report.text,
        severity=report.severity,
        level=life.level,
        state=life.state,
        owner=people.get(life.owner),
        owner_because="",
        next_step=life.next_step,
        due_at=life.due_at,
        deadline_at=due,
        level_due_at=_level_due(life) if life.working else None,
        area=history.ground.areas[report.grid],
        place=place,
        place_text=report.where[:160],
        lat=round(report.point[1], 6),
        lon=round(report.point[0], 6),
        restricted=category.restricted,
        origin=_origin(report),
        opened_at=opened.at,
        opened_by=people.get(opened.by),
        accepted_at=life.accepted_at,
        paused_at=life.paused_at,
        resume_at=life.due_at if life.state == State.PAUSED else None,
        resolved_at=life.resolved_at,
        closed_at=life.closed_at,
        outcome=life.outcome,
        outcome_text=life.outcome_text,
        cause=life.cause[:200],
        referred_to=life.referred_to,
        reopened=life.reopened,
        kept_from_violence=bool(kept),
        kept_from_violence_why=kept,
        escalations_count=len(life.climbs),
        version=len(life.events),
    )


def _level_due(life: Life) -> datetime | None:
    """When a matter leaves its level by the days that the place gives it there."""
    since = life.climbs[-1].at if life.climbs else life.opened.at if life.opened else None
    return since + timedelta(days=current_place().level(life.level).days) if since else None


def _kept_from_violence(category: Category, report: DemoReport, life: Life) -> str:
    """Why a settled dispute counts as kept from violence: it was about to come to blows, and was talked over."""
    if category.kind != Kind.DISPUTE or life.outcome not in _TALKED_OVER:
        return ""
    said = next((word for word in _HEATED if word in report.text), "")
    if not said and report.severity > 1:
        return ""
    together = "几方一起" if life.joined else "当场"
    return f"反映时{f'“{said}”' if said else '情况危险'}，{together}劝住，后来谈成"


def _origin(report: DemoReport) -> str:
    if str(report.channel) == str(Channel.FIELD):
        return str(Origin.PATROL)
    return str(Origin.PARTNER if report.outside_no else Origin.RESIDENT)


def _reports(history: History, chunk: list[tuple[DemoReport, Course]]) -> dict[int, list[Event]]:
    """Reports with contact and events; returns events that belong to matters of other reports."""
    rows, contacts, events = [], [], []
    linked: dict[int, list[Event]] = defaultdict(list)
    people = history.ground.people
    for report, course in chunk:
        row = _report(history, report, course)
        rows.append(row)
        if row.state == ReportState.MERGED and row.matter_id:
            linked[row.matter_id].append(
                Event(
                    matter_id=row.matter_id,
                    kind=EventKind.REPORT_LINKED,
                    at=row.decided_at or report.at,
                    by=row.decided_by,
                    by_kind="person",
                    text=report.text,
                    public=True,
                )
            )
    Report.objects.bulk_create(rows, batch_size=CHUNK)
    for (report, course), row in zip(chunk, rows, strict=True):
        if report.phone:
            contact = Contact(report=row, phone_index=blind_index(report.phone), wants_news=True)
            contact.seal("name_sealed", report.reporter)
            contact.seal("phone_sealed", report.phone)
            contacts.append(contact)
        entered = people.get(report.taken_by)
        events.append(_report_event(row, ReportEventKind.RECEIVED, report.at, entered, ""))
        looked = course.last(StepKind.LOOKED)
        if looked is not None and row.state != ReportState.NEW:
            kind = {
                ReportState.MERGED: ReportEventKind.MERGED,
                ReportState.REFUSED: ReportEventKind.REFUSED,
            }.get(ReportState(row.state), ReportEventKind.ACCEPTED)
            events.append(_report_event(row, kind, looked.at, people.get(looked.by), looked.text))
    Contact.objects.bulk_create(contacts, batch_size=CHUNK)
    ReportEvent.objects.bulk_create(events, batch_size=CHUNK)
    REPORT_INDEX.put_many((r.pk, (r.code, r.text, r.place_text)) for r in rows)
    return linked


def _report_event(row: Report, kind: ReportEventKind, at: datetime, by: Any, text: str) -> ReportEvent:
    return ReportEvent(report=row, kind=kind, at=at, by=by, by_kind="person" if by else "resident", text=text)


def _report(history: History, report: DemoReport, course: Course) -> Report:
    people = history.ground.people
    looked, referred = course.last(StepKind.LOOKED), course.last(StepKind.REFERRED)
    matter = history.matters.get(report.number)
    merged = history.matters.get(report.duplicate_of or 0)
    state = ReportState.NEW
    kept: dict[str, Any] = {}
    if matter:
        state = ReportState.ACCEPTED
    elif merged:
        state = ReportState.MERGED
    elif referred is not None:
        state = ReportState.REFUSED
        kept = {"refused_to": _where_to(referred.text), "refused_why": referred.text[:300]}
    else:
        kept = {
            "owner": _desk(history),
            "next_step": "看一眼，定下交给谁",
            "due_at": clockwork.look_due(report.severity, report.at),
        }
    decided = looked if state != ReportState.NEW else None
    return Report(
        code=new_receipt_code(),
        channel=str(report.channel),
        origin=_origin(report),
        text=report.text,
        said_at=report.at,
        received_at=report.at,
        state=state,
        severity=report.severity,
        area=history.ground.areas[report.grid],
        place=history.ground.places.get(report.place),
        place_text=report.where[:160],
        lat=round(report.point[1], 6),
        lon=round(report.point[0], 6),
        restricted=history.categories[report.code].restricted,
        entered_by=people.get(report.taken_by),
        matter_id=matter or (merged if state == ReportState.MERGED else None),
        anonymous=not report.phone,
        idempotency_key=f"demo:{report.number}",
        source=f"{report.channel}" if report.outside_no else "",
        external_id=report.outside_no,
        outside_due_at=report.outside_due,
        decided_at=decided.at if decided else None,
        decided_by=people.get(decided.by) if decided else None,
        **kept,
    )


def _desk(history: History) -> Any:
    code = next(p.code for p in history.town.people if p.role == "duty_officer")
    return history.ground.people[code]


def _where_to(text: str) -> str:
    found = text.partition("转")[2].partition("，")[0]
    return (found or "所属单位")[:120]


def _stories(
    history: History, lives: list[tuple[DemoReport, Course, Life, Matter]], extra: dict[int, list[Event]]
) -> None:
    events: list[Event] = []
    rows: dict[type[Any], list[Any]] = defaultdict(list)
    people = history.ground.people
    matters = {m.pk: m for *_rest, m in lives}
    for _told, _course, life, matter in lives:
        mine = [
            Event(
                matter=matter,
                kind=e.kind,
                at=e.at,
                by=people.get(e.by),
                by_kind="person" if e.by in people else "resident" if e.by == "resident" else "system",
                text=e.text,
                data=e.data(people),
                public=e.public,
            )
            for e in life.events
        ]
        events += sorted([*mine, *extra.pop(matter.pk, [])], key=lambda e: e.at)
        rows_around(matter, life, people, rows)
    for late in extra.values():
        events += late
    Event.objects.bulk_create(events, batch_size=CHUNK)
    known = {**matters, **{e.matter_id: e.matter for e in events if e.matter_id not in matters}}
    append_many(fact_of(e, known[e.matter_id]) for e in events)
    for table, found in rows.items():
        table._default_manager.bulk_create(found, batch_size=CHUNK)
    history.counts["events"] += len(events)
    around = [(matter, life) for _told, _course, life, matter in lives]
    history.counts["consultations"] += write_consultations(history.town, history.ground, around)
