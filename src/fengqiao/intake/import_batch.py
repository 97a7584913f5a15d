"""Writing a run of imported rows: proposals first, then one short transaction for all of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from fengqiao.accounts.scope import Actor
from fengqiao.algorithms.proposal import Proposal
from fengqiao.audit.actions import append_many
from fengqiao.intake import about as named
from fengqiao.intake import compose, duplicates, engine
from fengqiao.intake.actions._base import fact_of
from fengqiao.intake.choices import ReportState, SuggestionField
from fengqiao.intake.compose import Draft
from fengqiao.intake.engine import Reading
from fengqiao.intake.first_look import first_look
from fengqiao.intake.models import Contact, Report, ReportEvent, Suggestion
from fengqiao.intake.search import index_reports
from fengqiao.lib import clock
from fengqiao.matters.models import Category

GIVEN = "文件里写明"
NOTED = "编号 {id} 先前已经收过，这次内容不同；没有改动原来的。若是另一件事，请换一个编号"


@dataclass(frozen=True, slots=True)
class Entry:
    """A checked row: its number in the table and its draft."""

    number: int
    draft: Draft


@dataclass(slots=True)
class Context:
    """What a run of batches shares: the categories, the window of comparable reports."""

    by: Actor
    known: Mapping[str, Category]
    window: duplicates.Window
    historic: bool = False
    read: engine.Read = field(default_factory=engine.reader)


@dataclass(slots=True)
class Written:
    """What became of a batch."""

    added: int = 0
    existing: int = 0
    notes: list[tuple[int, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A draft that was read: everything that can be known before writing."""

    draft: Draft
    reading: Reading
    found: Sequence[duplicates.Duplicate]


def split_known(entries: Iterable[Entry]) -> tuple[list[Entry], Written]:
    """Rows that are new, and the count of those that are there already (also twice within the batch)."""
    rows = list(entries)
    keys = {e.draft.key for e in rows}
    there = dict(Report.objects.filter(idempotency_key__in=keys).values_list("idempotency_key", "text"))
    there |= _by_outside_number(rows)
    fresh: list[Entry] = []
    written = Written()
    for entry in rows:
        earlier = there.get(entry.draft.key)
        if earlier is None:
            there[entry.draft.key] = entry.draft.text
            fresh.append(entry)
            continue
        written.existing += 1
        if earlier != entry.draft.text:
            written.notes.append((entry.number, NOTED.format(id=entry.draft.external_id)))
    return fresh, written


def _by_outside_number(rows: Sequence[Entry]) -> dict[str, str]:
    """Keys of rows whose outside number is there under another key (typed in by hand, or pushed by the API)."""
    wanted = {e.draft.external_id: e.draft.key for e in rows if e.draft.external_id}
    if not wanted:
        return {}
    source = rows[0].draft.source
    known = Report.objects.filter(source=source, external_id__in=wanted).values_list("external_id", "text")
    return {wanted[external]: text for external, text in known}


def prepare(entries: Sequence[Entry], context: Context) -> list[Prepared]:
    """Read every new row; the slow part, outside any transaction."""
    return [_prepare(entry.draft, context) for entry in entries]


def _prepare(draft: Draft, context: Context) -> Prepared:
    given = (Proposal(draft.category, 1.0, (GIVEN,)),) if draft.category else ()
    if context.historic:
        return Prepared(draft, Reading(categories=given), ())
    reading = context.read(draft.words, near=engine.near_of(draft.spot))
    if given:
        others = [p for p in reading.categories if p.label != draft.category]
        reading = dataclasses.replace(reading, categories=(*given, *others[: engine.MAX_CATEGORIES - 1]))
    found = context.window.find(draft)
    context.window.add(draft)
    return Prepared(named.route_around(draft, reading), reading, found)


@transaction.atomic
def write(prepared: Sequence[Prepared], context: Context) -> list[Report]:
    """Write prepared rows with all that belongs to them. Raises IntegrityError when somebody was faster."""
    now = clock.now()
    reports = [_report(p, context) for p in prepared]
    Report.objects.bulk_create(reports, batch_size=100)
    pairs = list(zip(reports, prepared, strict=True))
    Contact.objects.bulk_create([c for r, p in pairs if (c := compose.contact_of(p.draft, r)) is not None])
    context.window.settle(reports)
    rows = _labels(pairs, context) if context.historic else _suggestions(pairs, context)
    Suggestion.objects.bulk_create(rows, batch_size=500)
    events = [compose.received_event(r, context.by, now) for r in reports]
    ReportEvent.objects.bulk_create(events, batch_size=500)
    append_many(fact_of(e, r) for e, r in zip(events, reports, strict=True))
    index_reports(reports)
    return reports


def _labels(pairs: Iterable[tuple[Report, Prepared]], context: Context) -> list[Suggestion]:
    """What closed history says it was: settled long ago, so it counts as accepted and can be learned from."""
    now = clock.now()
    labels = [(r, Reading(categories=p.reading.categories)) for r, p in pairs if p.draft.category]
    rows = [s for r, reading in labels for s in compose.suggestions_of(r, reading, context.known, now)]
    kept = [s for s in rows if s.field == SuggestionField.CATEGORY]
    for row in kept:
        row.accepted, row.decided_at, row.model = True, now, "file"
    return kept


def _suggestions(pairs: Iterable[tuple[Report, Prepared]], context: Context) -> list[Suggestion]:
    now = clock.now()
    rows: list[Suggestion] = []
    for report, prepared in pairs:
        rows += compose.suggestions_of(report, prepared.reading, context.known, now)
        rows += duplicates.suggestions_of(report, context.window.named(prepared.found), now)
    return rows


def _report(prepared: Prepared, context: Context) -> Report:
    report = compose.report_of(prepared.draft, prepared.reading, context.known, clock.now())
    if context.historic:
        report.state, report.next_step, report.due_at = ReportState.HISTORIC, "", None
        report.decided_at = report.received_at
        return report
    report.owner = first_look(prepared.draft.spot.area, prepared.draft.avoid)
    return report
