"""What many different people speak of over weeks, among the reports of one ground: worked out and kept as a sheet.

A sheet belongs to a ground (the areas in which somebody decides on reports), so that everybody who decides there reads
the same figures and nobody reads of reports elsewhere. What is need-to-know and what is about a person of the staff is
left out for everybody. People are told apart by the telephone number (its keyed digest) or the account a report came
with; neither is kept here.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from math import isfinite
from typing import Any

from django.db import transaction
from django.db.models import Q

from fengqiao.accounts.scope import Scope
from fengqiao.algorithms.topics import Message, Topics, find_topics
from fengqiao.algorithms.topics import Topic as Found
from fengqiao.intake.models import Report, ReportQuerySet, Topic, TopicReport, TopicSheet
from fengqiao.lib import clock
from fengqiao.territory.models import on_ground

RIGHT = "report.triage"
WEEKS = 26
"""Weeks read: the twelve a growth is compared with, before each of the last."""
MOST = 6_000
"""Reports read, the newest; more would keep a person waiting."""
KEPT = 60
"""Topics kept."""
BARS = 16
"""Weeks of the small picture."""
FRESH = timedelta(hours=12)
"""How old a sheet may grow before the clock works it out anew."""
FORGOTTEN = timedelta(days=30)
"""A sheet nobody asked for this long is dropped."""


@dataclass(frozen=True, slots=True)
class Read:
    """Reports of a ground as messages, since when, and how many were too many."""

    messages: list[Message]
    since: datetime
    beyond: int


def ground_of(scope: Scope) -> tuple[str, ...]:
    """The areas whose topics somebody reads: where they decide on reports. Empty for whoever decides nowhere."""
    return scope.paths(RIGHT) if scope.person_id is not None else ()


def key_of(paths: Sequence[str]) -> str:
    """The name of a ground."""
    return hashlib.sha256("\n".join(paths).encode()).hexdigest()


def plain_on(paths: Sequence[str]) -> ReportQuerySet:
    """Reports of a ground that everybody who decides there may read: nothing need-to-know, nobody of the staff named."""
    open_matter = Q(matter__isnull=True) | Q(matter__restricted=False, matter__about__isnull=True)
    return Report.objects.filter(on_ground(tuple(paths)), open_matter, restricted=False, about__isnull=True)


def read(paths: Sequence[str], now: datetime) -> Read:
    """The reports said on a ground in the last WEEKS weeks, at most the newest MOST."""
    since = now - timedelta(weeks=WEEKS)
    rows = plain_on(paths).filter(said_at__gte=since, said_at__lte=now)
    fields = ("pk", "title", "text", "said_at", "source", "author_ref", "contact__phone_index")
    found = list(rows.order_by("-said_at", "-pk").values_list(*fields)[:MOST])
    beyond = rows.count() - len(found) if len(found) == MOST else 0
    messages = [
        Message(str(pk), title, text, clock.local(at), _author(source, ref, phone))
        for pk, title, text, at, source, ref, phone in found
    ]
    return Read(messages, since, beyond)


def _author(source: str, ref: str, phone: str | None) -> str:
    if phone:
        return f"phone:{phone}"
    return f"{source}:{ref}" if ref else ""


def work_out(paths: Sequence[str], now: datetime) -> tuple[Read, Topics]:
    """Read a ground and find its topics; writes nothing."""
    found = read(paths, now)
    return found, find_topics(found.messages)


@transaction.atomic
def keep(
    paths: Sequence[str], found: Read, topics: Topics, now: datetime, asked_at: datetime | None
) -> TopicSheet:
    """Put a fresh sheet in the place of the old one. ``asked_at`` None leaves when it was last asked for."""
    values = {"paths": list(paths), "computed_at": now, "since": found.since, "messages": topics.messages}
    values |= {"beyond": found.beyond}
    if asked_at is not None:
        values["asked_at"] = asked_at
    sheet, _made = TopicSheet.objects.select_for_update().update_or_create(
        ground=key_of(paths), defaults=values, create_defaults={**values, "asked_at": asked_at or now}
    )
    sheet.topics.all().delete()
    people = {one.id: one.author or f"\0{one.title}\n{one.body}" for one in found.messages}
    days = {one.id: one.at.date() for one in found.messages if one.at is not None}
    listed = topics.topics[:KEPT]
    rows = Topic.objects.bulk_create(
        _row(sheet, rank, one, people, days, now) for rank, one in enumerate(listed, start=1)
    )
    TopicReport.objects.bulk_create(
        (
            TopicReport(topic=row, report_id=int(member))
            for row, one in zip(rows, listed, strict=True)
            for member in one.member_ids
        ),
        batch_size=500,
    )
    return sheet


def _row(
    sheet: TopicSheet, rank: int, one: Found, people: dict[str, str], days: dict[str, date], now: datetime
) -> Topic:
    said: defaultdict[str, int] = defaultdict(int)
    for member in one.member_ids:
        said[people[member]] += 1
    return Topic(
        sheet=sheet,
        rank=rank,
        first_id=int(one.member_ids[0]),
        name=one.name[:80],
        place=(one.place or "")[:80],
        first_at=one.first_at,
        last_at=one.last_at,
        people=one.people,
        count=len(one.member_ids),
        recent_people=one.recent_people,
        most_by_one=max(said.values()),
        growth={name: _number(value) for name, value in asdict(one.growth).items()},
        hottest=one.hottest,
        shown_on=one.shown_on,
        weeks=weeks_of(((days[m], people[m]) for m in one.member_ids), clock.local(now).date()),
    )


def _number(value: Any) -> Any:
    """A figure as JSON can say it: without bound is null."""
    return (round(value, 3) if isfinite(value) else None) if isinstance(value, float) else value


def weeks_of(voices: Iterable[tuple[date, str]], today: date) -> list[list[Any]]:
    """Different people in each of the last BARS weeks, the oldest first: [Monday, people]."""
    monday = today - timedelta(days=today.weekday())
    heard: dict[date, set[str]] = {monday - timedelta(weeks=back): set() for back in reversed(range(BARS))}
    for day, person in voices:
        week = day - timedelta(days=day.weekday())
        if week in heard:
            heard[week].add(person)
    return [[week.isoformat(), len(found)] for week, found in heard.items()]


def refresh_oldest(now: datetime) -> int:
    """Work out anew the oldest sheet that has gone stale, one a round so that no clock waits; drop forgotten ones."""
    TopicSheet.objects.filter(asked_at__lt=now - FORGOTTEN).delete()
    stale = TopicSheet.objects.filter(computed_at__lt=now - FRESH).order_by("computed_at").first()
    if stale is None:
        return 0
    paths = tuple(str(path) for path in stale.paths)
    found, topics = work_out(paths, now)
    keep(paths, found, topics, now, None)
    return 1
