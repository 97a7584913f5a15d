"""Topics as somebody reads them: only what is in their reach this minute, with what became of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from fengqiao.accounts.scope import Scope
from fengqiao.intake.models import Governance, GovernanceReport, Report, ReportQuerySet, Topic, TopicSheet
from fengqiao.intake.topics import ground_of, key_of, plain_on
from fengqiao.lib.errors import OutOfReach
from fengqiao.matters.choices import State
from fengqiao.matters.models import Matter

GONE = (State.WITHDRAWN, State.MERGED)
PLACES = 3


@dataclass(frozen=True)
class Held:
    """One topic of a list: where it is spoken of, most reports first, and the matter it was made, if any."""

    topic: Topic
    places: tuple[tuple[str, int], ...]
    matter: Matter | None


@dataclass(frozen=True)
class Listed:
    """The topics somebody may read. ``changed``: some reports moved or were closed to readers since they were found."""

    sheet: TopicSheet
    rows: tuple[Held, ...]
    changed: bool


def sheet_of(scope: Scope) -> TopicSheet | None:
    """The sheet of the reader's ground, None before it was first worked out. Raises OutOfReach without a ground."""
    paths = ground_of(scope)
    if not paths:
        raise OutOfReach
    return TopicSheet.objects.filter(ground=key_of(paths)).first()


def readable(scope: Scope) -> ReportQuerySet:
    """Reports of the reader's ground that a topic may show them."""
    return plain_on(ground_of(scope)) & Report.objects.visible_to(scope)


def listed(sheet: TopicSheet, scope: Scope, *, last_since: datetime | None = None) -> Listed:
    """Topics of the sheet, by rank. One of whose reports a single one is out of reach by now is left out whole:
    its figures would speak of it."""
    found = list(sheet.topics.all())
    seen: Counter[int] = Counter()
    places: defaultdict[int, Counter[str]] = defaultdict(Counter)
    rows = readable(scope).filter(in_topics__topic__sheet=sheet)
    for topic, area, words in rows.values_list("in_topics__topic", "area__name", "place__name"):
        seen[topic] += 1
        places[topic][f"{area} {words}" if words else area] += 1
    whole = [one for one in found if seen[one.pk] == one.count]
    wanted = [one for one in whole if last_since is None or one.last_at >= last_since]
    taken = _taken(wanted, scope)
    held = (Held(one, tuple(places[one.pk].most_common(PLACES)), taken.get(one.pk)) for one in wanted)
    return Listed(sheet, tuple(held), changed=len(whole) < len(found))


def topic_of(first: int, scope: Scope) -> Topic:
    """A topic by its first report, whole in the reader's reach. Raises OutOfReach."""
    sheet = sheet_of(scope)
    found = sheet.topics.filter(first_id=first).select_related("sheet").first() if sheet is not None else None
    if found is None or members_of(found, scope).count() != found.count:
        raise OutOfReach
    return found


def members_of(topic: Topic, scope: Scope) -> ReportQuerySet:
    """The reports of a topic, the newest first."""
    rows = readable(scope).filter(in_topics__topic=topic)
    return rows.select_related("area", "place", "matter__category").order_by("-said_at", "-pk")


def in_hand(topic: Topic, scope: Scope) -> Governance | None:
    """The governance matter a topic was made, while it stands and the reader sees it."""
    matter = _taken([topic], scope).get(topic.pk)
    return Governance.objects.select_related("matter").get(matter=matter) if matter is not None else None


def _taken(wanted: Iterable[Topic], scope: Scope) -> dict[int, Matter]:
    """By topic the matter that holds at least half of the topic, or that the topic holds at least half of."""
    sizes = {one.pk: one.count for one in wanted}
    rows = (
        GovernanceReport.objects.filter(report__in_topics__topic__in=sizes)
        .exclude(governance__matter__state__in=GONE)
        .values_list("report__in_topics__topic", "governance__matter", "governance__count")
        .annotate(n=Count("pk"))
        .order_by("n", "governance")
    )
    best = {
        topic: matter for topic, matter, size, n in rows if 2 * n >= min(size, sizes.get(topic, 0) or size)
    }
    seen = Matter.objects.visible_to(scope).in_bulk(set(best.values()))
    return {topic: seen[matter] for topic, matter in best.items() if matter in seen and topic in sizes}
