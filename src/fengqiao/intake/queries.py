"""Reads over reports for the doors, as plain values. Every one starts from what the actor may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, OuterRef, Q, Subquery
from django.utils.translation import gettext as _

from fengqiao.accounts.scope import Actor, Scope
from fengqiao.intake import rules
from fengqiao.intake.actions._base import may_triage
from fengqiao.intake.actions.contact import reads_for_resident
from fengqiao.intake.choices import Channel, ReportEventKind, ReportState
from fengqiao.intake.models import Attachment, Report, ReportEvent, ReportQuerySet
from fengqiao.intake.proposals import proposals
from fengqiao.intake.public import ReceiptView, receipt_view
from fengqiao.intake.search import INDEX
from fengqiao.lib import clock
from fengqiao.lib.errors import OutOfReach
from fengqiao.lib.ids import read_code
from fengqiao.lib.text import shorten
from fengqiao.matters.choices import Severity
from fengqiao.matters.models import Matter
from fengqiao.territory.models import on_ground

__all__ = [
    "InboxCounts",
    "InboxPage",
    "InboxRow",
    "ReceiptView",
    "Told",
    "allowed_verbs",
    "counts",
    "find",
    "inbox",
    "of_matter",
    "proposals",
    "reads_for_resident",
    "receipt_view",
    "search",
    "story",
]

PAGE = 50
QUEUES = ("all", "mine", "urgent", "late", "unplaced", "asking")


@dataclass(frozen=True)
class InboxRow:
    """One line of the inbox."""

    id: int
    channel: str
    channel_words: str
    severity: int
    severity_words: str
    excerpt: str
    place: str
    said_at: datetime
    received_at: datetime
    due_at: datetime | None
    late: bool
    owner: str
    mine: bool
    asking: bool
    unplaced: bool
    restricted: bool
    photos: int
    outside: str


@dataclass(frozen=True)
class InboxCounts:
    """Figures over everything that waits in reach; ``oldest`` is when the first of them was received."""

    waiting: int
    urgent: int
    late: int
    unplaced: int
    asking: int
    mine: int
    oldest: datetime | None


@dataclass(frozen=True)
class InboxPage:
    """A page of the inbox, the figures over all of it, and whether more follows."""

    rows: tuple[InboxRow, ...]
    counts: InboxCounts
    offset: int
    more: bool


@dataclass(frozen=True)
class Told:
    """One line of a report's own story."""

    at: datetime
    kind: str
    label: str
    by: str
    text: str


def waiting(scope: Scope) -> ReportQuerySet:
    """Unfinished reports the person may decide on: of their ground, or lying with them.

    What they only wrote down, for ground that is another's, they see but are not asked about.
    """
    theirs = on_ground(scope.paths("report.triage")) | Q(owner_id=scope.person_id)
    return Report.objects.visible_to(scope).unfinished().filter(theirs)


def _queue(rows: ReportQuerySet, name: str, actor: Actor, now: datetime) -> ReportQuerySet:
    filters = {
        "mine": Q(owner_id=actor.person_id),
        "urgent": Q(severity__lte=Severity.PRESSING),
        "late": Q(due_at__lt=now),
        "unplaced": Q(unplaced=True),
        "asking": Q(state=ReportState.ASKING),
    }
    return rows.filter(filters[name]) if name in filters else rows


def inbox(actor: Actor, *, queue: str = "all", offset: int = 0, limit: int = PAGE) -> InboxPage:
    """What waits for a person, urgent first, then oldest first. Three queries whatever the size."""
    now = clock.now()
    rows = _queue(waiting(actor.scope), queue, actor, now).inbox_order()
    offset, limit = max(offset, 0), min(max(limit, 1), 200)
    ids = list(
        rows.values_list("pk", flat=True)[offset : offset + limit + 1]
    )  # sorts numbers, not whole texts
    photos = Attachment.objects.filter(report=OuterRef("pk")).order_by().values("report")
    counted = Report.objects.annotate(photos=Subquery(photos.annotate(n=Count("id")).values("n")))
    held = {r.pk: r for r in counted.select_related("owner", "area", "place").filter(pk__in=ids[:limit])}
    page = tuple(
        _row(held[pk], actor, now, held[pk].__dict__["photos"] or 0) for pk in ids[:limit] if pk in held
    )
    return InboxPage(page, counts(actor), offset, len(ids) > limit)


def _row(report: Report, actor: Actor, now: datetime, photos: int) -> InboxRow:
    place = report.place_text or (report.place.name if report.place else "")
    return InboxRow(
        id=report.pk,
        channel=report.channel,
        channel_words=str(Channel(report.channel).label),
        severity=report.severity,
        severity_words=str(Severity(report.severity).label),
        excerpt=shorten(f"{report.title} {report.text}" if report.title else report.text, 80),
        place=place if report.unplaced else f"{report.area.name} {place}".strip(),
        said_at=report.said_at,
        received_at=report.received_at,
        due_at=report.due_at,
        late=report.due_at is not None and report.due_at < now,
        owner=report.owner.name if report.owner else "",
        mine=report.owner_id == actor.person_id,
        asking=report.state == ReportState.ASKING,
        unplaced=report.unplaced,
        restricted=report.restricted,
        photos=photos,
        outside=report.external_id if report.channel in (Channel.CALL_110, Channel.HOTLINE) else "",
    )


def counts(actor: Actor) -> InboxCounts:
    """Figures for the side bar and the head of the inbox, in one query."""
    now = clock.now()
    found = waiting(actor.scope).aggregate(
        waiting=Count("id"),
        urgent=Count("id", filter=Q(severity__lte=Severity.PRESSING)),
        late=Count("id", filter=Q(due_at__lt=now)),
        unplaced=Count("id", filter=Q(unplaced=True)),
        asking=Count("id", filter=Q(state=ReportState.ASKING)),
        mine=Count("id", filter=Q(owner_id=actor.person_id)),
        oldest=Min("received_at"),
    )
    return InboxCounts(**found)


def find(pk: int, scope: Scope) -> Report:
    """A report by its number, with what its page shows. Raises OutOfReach."""
    rows = Report.objects.visible_to(scope).select_related(
        "owner", "area", "place", "matter", "about", "decided_by", "contact"
    )
    found = rows.filter(pk=pk).first()
    if found is None:
        raise OutOfReach
    return found


def allowed_verbs(report: Report, actor: Actor) -> set[str]:
    """Verbs the table allows this actor on this report now."""
    if actor.kind != "person" or not Report.objects.visible_to(actor.scope).filter(pk=report.pk).exists():
        return set()
    if not may_triage(report, actor):
        return set()
    return {t.verb for t in rules.TRANSITIONS if t.who == "report.triage" and report.state in t.sources}


def story(report: Report) -> list[Told]:
    """What happened to a report, newest first."""
    kinds = {"system": _("系统"), "resident": _("反映人"), "partner": _("外单位")}
    rows: list[ReportEvent] = list(report.events.select_related("by").order_by("-id"))
    return [
        Told(
            e.at,
            e.kind,
            str(ReportEventKind(e.kind).label),
            e.by.name if e.by else kinds.get(e.by_kind, ""),
            e.text,
        )
        for e in rows
    ]


def of_matter(matter: Matter, scope: Scope) -> list[Report]:
    """Reports behind a matter that the scope may see, oldest first; who said them stays sealed."""
    rows = Report.objects.visible_to(scope).filter(matter=matter).select_related("area", "place")
    return list(rows.order_by("received_at", "id"))


def search(text: str, scope: Scope, *, limit: int = 50, unfinished: bool = False) -> list[Report]:
    """Reports in reach that hold all of ``text``, historic ones too, the newest first; a receipt code
    or outside number is the only answer."""
    rows = Report.objects.visible_to(scope).select_related("area", "place", "owner")
    if unfinished:
        rows = rows.unfinished()
    typed = text.strip()
    code = read_code(typed)
    exact = list(rows.filter(Q(code=code or "-") | Q(external_id=typed or "-"))[:limit])
    expression = INDEX.expression(typed)
    if exact or not expression:
        return exact
    if unfinished:  # few, and few of the hits
        return list(rows.filter(pk__in=INDEX.subquery(expression)).order_by("-pk")[:limit])
    ids = INDEX.newest(expression, Report.objects.visible_to(scope), limit)
    found = rows.in_bulk(ids)
    return [found[pk] for pk in ids if pk in found]
