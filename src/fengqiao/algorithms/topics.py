"""Issues that many people raise over weeks: found in messages day by day, ranked by people and growth.

Question: of all that is written in, what do many different people speak of, at which place, since when, and is it more
than usual? Wider and longer lived than one event (`sameevent`).
Method: the days are replayed in order. Each day's messages are grouped with those before (`topicgroups`, by words of
that day and earlier only); a group is shown from the first day on which at least 4 different people spoke of it within
21 days and that is surely more than its usual share of all who write (`topicranks`). Afterwards the groups are ranked
by their hottest 21 days and named (`topicnames`).
One person counts once however often he writes. Messages without an author are told apart by their words: a text sent
again by nobody known is the same nobody.
Limits: accounts are taken as people. Messages without a time cannot be replayed and are left out, and counted. A group
once made never comes apart, so one wrong message may stay in it. What is found is for people to read: no issue acts
by itself against anybody.
Units: days are calendar days of the zone the times are given in.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from math import isinf

from fengqiao.algorithms.segment import flatten
from fengqiao.algorithms.sentences import sentence
from fengqiao.algorithms.topicgroups import ALIKE, QUIET_DAYS, Grouper
from fengqiao.algorithms.topicnames import Said, Vocabulary, name_of, place_of, spread
from fengqiao.algorithms.topicranks import (
    BEFORE,
    LEAST_PEOPLE,
    WINDOW,
    Growth,
    Voices,
    count_interval,
    growth,
    heat,
    strongest,
)

ISSUE_PEOPLE = 2
"""Different people from which a group is listed at all."""


@dataclass(frozen=True, slots=True)
class Message:
    """Something written in. `at`: aware, in the zone whose days count, or None; `author`: an account, or empty."""

    id: str
    title: str
    body: str
    at: datetime | None
    author: str = ""


@dataclass(frozen=True, slots=True)
class Topic:
    """One issue. `place` is None where its people name none; `growth` is that of its hottest window, which ends with
    `hottest`; `shown_on` the first day it would have been shown, None when it never would have been; `heat` what it
    ranks by; `recent_people` in the last window of the data; `reasons` are sentences for the reader."""

    name: str
    place: str | None
    first_at: datetime
    last_at: datetime
    people: int
    member_ids: tuple[str, ...]
    shown_on: date | None
    growth: Growth
    hottest: date
    heat: float
    recent_people: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Topics:
    """Issues in order of rank; `messages` replayed, `undated` left out for want of a time."""

    topics: tuple[Topic, ...]
    messages: int
    undated: int


@dataclass(frozen=True, slots=True)
class _Note:
    day: int
    person: str
    message: Message
    at: datetime


class _Replay:
    """What is known by the end of a day, one day after the other."""

    def __init__(self, alike: float, quiet_days: int) -> None:
        self.grouper = Grouper(alike=alike, quiet_days=quiet_days)
        self.everybody = Voices()
        self.voices: dict[int, Voices] = {}
        self.shown: dict[int, int] = {}
        self._came = 0

    def add_day(self, day: int, notes: Sequence[_Note]) -> None:
        """Take in the messages of a day, in their order, and decide what is shown that day."""
        touched = set(range(self._came, self._came + len(notes)))
        for number, note in zip(sorted(touched), notes, strict=True):
            self.everybody.add(day, note.person)
            self.voices[number] = Voices()
            self.voices[number].add(day, note.person)
        self._came += len(notes)
        for stays, goes in self.grouper.add_day(
            day, [(one.message.title, one.message.body) for one in notes]
        ):
            self._join(stays, goes)
            touched.discard(goes)
            touched.add(stays)
        for group in touched - self.shown.keys():
            if self._to_show(group, day):
                self.shown[group] = day

    def _join(self, stays: int, goes: int) -> None:
        self.voices[stays].take_in(self.voices.pop(goes))
        known = [self.shown[one] for one in (stays, goes) if one in self.shown]
        self.shown.pop(goes, None)
        if known:
            self.shown[stays] = min(known)

    def _to_show(self, group: int, day: int) -> bool:
        voices = self.voices[group]
        return voices.people(day) >= LEAST_PEOPLE and growth(voices, self.everybody, day).more


def find_topics(
    messages: Iterable[Message],
    *,
    alike: float = ALIKE,
    quiet_days: int = QUIET_DAYS,
    progress: Callable[[float], None] | None = None,
) -> Topics:
    """Issues of at least two different people, hottest first; the order of `messages` does not matter.

    `progress` is told the share of the messages replayed. Raises ValueError for a time without a zone and for an id
    that comes twice.
    """
    notes, undated = _notes(messages)
    replay = _Replay(alike, quiet_days)
    done = 0
    for day, some in groupby(notes, key=lambda note: note.day):
        today = list(some)
        replay.add_day(day, today)
        done += len(today)
        if progress is not None:
            progress(done / len(notes))
    return Topics(_ranked(replay, notes), len(notes), undated)


def find_groups(messages: Iterable[Message], *, alike: float = ALIKE) -> list[list[str]]:
    """Ids of messages on the same issue, in groups of one or more, found in hindsight: all are known, whatever their
    times. The order of `messages` does not matter; the cost grows with the square of their number."""
    ordered = sorted(messages, key=lambda one: one.id)
    grouper = Grouper(alike=alike)
    grouper.add_all([(one.title, one.body) for one in ordered])
    return [[ordered[number].id for number in members] for _, members in sorted(grouper.members.items())]


def _notes(messages: Iterable[Message]) -> tuple[list[_Note], int]:
    """Dated messages in order of time, then id; and how many have no time."""
    notes: list[_Note] = []
    ids: set[str] = set()
    undated = 0
    for one in messages:
        if one.id in ids:
            raise ValueError(f"the id {one.id} comes twice")
        ids.add(one.id)
        if one.at is None:
            undated += 1
            continue
        if one.at.tzinfo is None:
            raise ValueError("the time of a message needs a zone")
        notes.append(_Note(one.at.date().toordinal(), _person(one), one, one.at))
    return sorted(notes, key=lambda note: (note.day, note.at, note.message.id)), undated


def _person(one: Message) -> str:
    author = one.author.strip()
    if author:
        return f"a{author}"
    return (
        "t" + hashlib.sha256(flatten(one.title + "\n" + one.body).encode("utf-8", "replace")).hexdigest()[:16]
    )


def _ranked(replay: _Replay, notes: Sequence[_Note]) -> tuple[Topic, ...]:
    vocabulary = Vocabulary()
    for note in notes:
        vocabulary.add(_said(note))
    listed = [group for group in sorted(replay.voices) if replay.voices[group].everyone() >= ISSUE_PEOPLE]
    last = notes[-1].day if notes else 0
    found = [_topic(group, replay, notes, vocabulary, last) for group in listed]
    return tuple(sorted(found, key=lambda one: (-one.heat, -one.people, one.first_at, one.member_ids)))


def _topic(group: int, replay: _Replay, notes: Sequence[_Note], vocabulary: Vocabulary, last: int) -> Topic:
    members = [notes[number] for number in replay.grouper.members[group]]
    voices = replay.voices[group]
    end, found = strongest(voices, replay.everybody)
    said = spread([_said(note) for note in members])
    place = place_of(said)
    shown = replay.shown.get(group)
    shown_on = None if shown is None else date.fromordinal(shown)
    recent = voices.people(last)
    return Topic(
        name_of(said, vocabulary, place),
        place,
        members[0].at,
        members[-1].at,
        voices.everyone(),
        tuple(note.message.id for note in members),
        shown_on,
        found,
        date.fromordinal(end),
        heat(found),
        recent,
        _reasons(members, found, date.fromordinal(end), shown_on, recent),
    )


def _said(note: _Note) -> Said:
    return Said(note.person, note.message.title, note.message.body)


def _reasons(
    members: Sequence[_Note], found: Growth, end: date, shown_on: date | None, recent: int
) -> tuple[str, ...]:
    low, high = count_interval(found.people)
    weeks = WINDOW / 7
    reasons = [
        sentence(
            "最热的 %(days)s 天（到 %(end)s）有 %(people)s 个不同的人反映，按 95 %% 区间每周 %(low)s 到 %(high)s 人",
            days=WINDOW, end=end.isoformat(), people=found.people, low=f"{low / weeks:.1f}", high=f"{high / weeks:.1f}",
        ),
        _growth_in_words(found),
        _shown_in_words(shown_on),
        sentence("最近 %(days)s 天有 %(people)s 人", days=WINDOW, people=recent),
    ]  # fmt: skip
    _, times = Counter(note.person for note in members).most_common(1)[0]
    if times > 1:
        reasons.append(
            sentence("同一人最多写了 %(times)s 条，只算 1 人；共 %(n)s 条", times=times, n=len(members))
        )
    return tuple(reasons)


def _growth_in_words(found: Growth) -> str:
    if not found.known:
        return sentence("此前的反映太少，说不出平时是多少")
    most = "不限" if isinf(found.high) else f"{found.high:.1f}"
    if found.ratio is None:
        return sentence(
            "此前 %(weeks)s 周没有人反映，增长至少 %(low)s 倍（95 %% 区间下限）",
            weeks=BEFORE * WINDOW // 7, low=f"{found.low:.1f}",
        )  # fmt: skip
    return sentence(
        "按此前 %(weeks)s 周和同期全部反映人数折算，平时约 %(usual)s 人，是平时的 %(ratio)s 倍"
        "（95 %% 区间 %(low)s 到 %(high)s）",
        weeks=BEFORE * WINDOW // 7, usual=f"{found.usual:.1f}", ratio=f"{found.ratio:.1f}", low=f"{found.low:.1f}",
        high=most,
    )  # fmt: skip


def _shown_in_words(shown_on: date | None) -> str:
    rule = sentence(
        "%(days)s 天内至少 %(people)s 个不同的人，并且确实多于平时", days=WINDOW, people=LEAST_PEOPLE
    )
    if shown_on is None:
        return sentence("没有到过提示的条件（%(rule)s）", rule=rule)
    return sentence("%(day)s 起可以提示：%(rule)s", day=shown_on.isoformat(), rule=rule)
