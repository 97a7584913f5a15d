"""Reading the lines of a pasted group chat: who wrote, when, and what.

Known forms, mixed as they come: a head line with name and time and the text below it (WeChat on a computer, mailed chat
history, QQ with the time first), "[20:15] 张三: text" in its kinds, "张三：text", date lines between dashes, and bare
lines without names. Times may be of today, 昨天, 星期三, 下午8:15, with or without a date.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo

from fengqiao.algorithms.wordlists import word_list

CHINA = timezone(timedelta(hours=8), "UTC+8")  # no summer time since 1991
NAME_MAX = 20
WRAP = timedelta(hours=6)  # a clock that jumps back further than this has passed midnight

_DATE = r"(?:(?P<y>\d{4})\s?[-/.年]\s?)?(?P<m>\d{1,2})\s?[-/.月]\s?(?P<d>\d{1,2})\s?日?"
_DAY = r"(?P<word>前天|昨天|今天|(?:星期|周)(?P<weekday>[一二三四五六日天]))"
_HALF = "(?P<half>凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上)?"
_CLOCK = rf"{_HALF}\s?(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(?::[0-5]\d)?"
_WHEN = rf"(?:(?:{_DATE}|{_DAY})[,，]?\s*(?:(?:星期|周)[一二三四五六日天]\s*)?)?{_CLOCK}"
_OPEN, _CLOSE = r"[\[【(（]?", r"[\]】)）]?"
_NO_NAME = r":：\[\]【】,，。！？!?;；"
_NAME = rf"(?P<name>[^\s{_NO_NAME}](?:[^{_NO_NAME}\n]{{0,{NAME_MAX}}}?[^\s{_NO_NAME}])?)"
_INLINE = re.compile(rf"^{_OPEN}{_WHEN}{_CLOSE}\s*{_NAME}\s?[:：]\s*(?P<text>.*)$")
_HEAD_NAME_FIRST = re.compile(rf"^{_NAME}[:：]?\s+{_OPEN}{_WHEN}{_CLOSE}\s*$")
_HEAD_TIME_FIRST = re.compile(rf"^{_OPEN}{_WHEN}{_CLOSE}\s+{_NAME}\s*[:：]?\s*$")
_NAMED = re.compile(r"^(?P<name>[\w@·.\-~（）()♡★☆ ]{1,16}?)\s?[:：]\s?(?P<text>\S.*)$")
_NAME_ALONE = re.compile(r"^(?P<name>[\w@·.\-~（）()]{1,12})\s?[:：]$")
_TIME_ALONE = re.compile(rf"^[-—─=\s]*{_WHEN}[-—─=\s]*$")
_DATE_ALONE = re.compile(rf"^[-—─=\s]*{_DATE}\s*(?:(?:星期|周)[一二三四五六日天])?[-—─=\s]*$")
_NUMBER = re.compile(r"[(（<]\d{5,}[)）>]$")  # account numbers that chat programs add to a name
_PLACE = re.compile(
    r"(?:[路街村镇乡苑楼栋幢巷弄组]|小区|社区|花园|家园|门口|超市|学校|小学|中学|医院|公园|广场|单元|\d[号室]|\d-\d+)$"
)
_LABELS = word_list("chat_labels")


@dataclass(slots=True)
class Message:
    """One message of a chat. `first`, `last`: its lines, counted from 1, its head line included."""

    author: str | None
    at: datetime | None
    parts: list[str]
    first: int
    last: int
    after_gap: bool = False  # a blank line stood in front of it

    @property
    def text(self) -> str:
        """Its lines as said, without blank ends."""
        return "\n".join(self.parts).strip()


@dataclass(slots=True)
class _Clock:
    """Turns times as written into moments; remembers the day the lines have come to."""

    default: date
    zone: tzinfo
    day: date | None = None
    told: bool = False  # the day was written somewhere, not guessed
    last: datetime | None = None
    stamp: datetime | None = None  # of a line that only tells the time: it counts for what follows

    def read(self, match: re.Match[str]) -> datetime | None:
        try:
            written = self._day(match)
            clock = time(_hour(int(match["hour"]), match["half"] or ""), int(match["minute"]))
        except (ValueError, OverflowError):
            return None
        if written is not None:
            self.day, self.told = written, True
        day = self.day or self.default
        moment = datetime.combine(day, clock, tzinfo=self.zone)
        if written is None and self.last is not None and self.last - moment > WRAP:
            moment += timedelta(days=1)
            self.day = moment.date()
        self.last = moment
        return moment.astimezone(UTC)

    def _day(self, match: re.Match[str]) -> date | None:
        if match["m"]:
            return self.calendar_day(match)
        word = match["word"]
        if not word:
            return None
        if match["weekday"]:
            back = (self.default.weekday() - "一二三四五六日天".index(match["weekday"]) % 7) % 7
            return self.default - timedelta(days=back)
        return self.default - timedelta(days={"今天": 0, "昨天": 1, "前天": 2}[word])

    def calendar_day(self, match: re.Match[str]) -> date:
        """A written date; one without a year is the last such day not after the default. Raises ValueError."""
        month, day = int(match["m"]), int(match["d"])
        if match["y"]:
            return date(int(match["y"]), month, day)
        this_year = date(self.default.year, month, day)
        return this_year if this_year <= self.default else date(self.default.year - 1, month, day)


@dataclass(slots=True)
class ChatLines:
    """The messages of a chat, and the lines that belong to none: dates between dashes, blank lines in front."""

    messages: list[Message] = field(default_factory=list)
    markers: list[int] = field(default_factory=list)


def read_chat(text: str, *, default_date: date, zone: tzinfo = CHINA) -> ChatLines:
    """Split a pasted chat into messages. `default_date`: the local day of its last line where no date is written.

    Times come out as aware UTC datetimes; None where none is written.
    """
    lines = text.splitlines()
    names = _repeated_names(lines)
    wraps = _midnights(lines, default_date, zone)
    clock = _Clock(default_date, zone, day=default_date - timedelta(days=wraps))
    out = ChatLines()
    blank = False
    for number, raw in enumerate(lines, start=1):
        line = raw.strip()
        if not line or _marks_day(line, clock):
            out.markers.append(number)
            blank = True
            continue
        begun = _begin(line, number, clock, names)
        if begun is not None:
            out.messages.append(begun)
        elif (
            out.messages
            and (out.messages[-1].author is not None or not blank)
            and _open(out.messages[-1], blank)
        ):
            out.messages[-1].parts.append(line)
            out.messages[-1].last = number
        else:
            out.messages.append(Message(None, clock.stamp, [line], number, number, after_gap=blank))
        blank = False
    return out


def _open(message: Message, blank: bool) -> bool:
    """A line without a name goes on with a named message, also behind a blank while nothing was said yet."""
    return message.author is not None and (not blank or not message.text)


def _begin(line: str, number: int, clock: _Clock, names: frozenset[str]) -> Message | None:
    """The message a line begins, if it names its author."""
    for pattern in (_INLINE, _HEAD_NAME_FIRST, _HEAD_TIME_FIRST):
        match = pattern.match(line)
        if match is not None and not _is_label(match["name"]):
            said = match.groupdict().get("text") or ""
            return Message(
                _NUMBER.sub("", match["name"]).strip(),
                clock.read(match),
                [said] if said else [],
                number,
                number,
            )
    match = _NAMED.match(line) or _NAME_ALONE.match(line)
    if match is None or not _is_name(match["name"].strip(), names):
        return None
    said = match.groupdict().get("text") or ""
    return Message(match["name"].strip(), clock.stamp, [said] if said else [], number, number)


def _is_name(name: str, repeated: frozenset[str]) -> bool:
    """Whether what stands before a colon is an author: no label, and no place ("8号楼：…" tells where)."""
    if _is_label(name) or _PLACE.search(name):
        return False
    return name in repeated or (len(name) <= 8 and " " not in name)


def _is_label(name: str) -> bool:
    return name.lower().strip() in _LABELS or name.strip().isdigit()


def _repeated_names(lines: list[str]) -> frozenset[str]:
    seen: set[str] = set()
    again: set[str] = set()
    for line in lines:
        if match := _NAMED.match(line.strip()):
            (again if match["name"] in seen else seen).add(match["name"])
    return frozenset(again)


def _marks_day(line: str, clock: _Clock) -> bool:
    """A line that only says the day, or day and time, between messages."""
    if match := _DATE_ALONE.match(line):
        try:
            clock.day = clock.calendar_day(match)
        except ValueError:
            return False
        clock.last = clock.stamp = None
        return True
    match = _TIME_ALONE.match(line)
    if match is None or (moment := clock.read(match)) is None:
        return False
    clock.stamp = moment
    return True


def _midnights(lines: list[str], default_date: date, zone: tzinfo) -> int:
    """How often a chat without any date passes midnight: it ends on the default day, so it began earlier."""
    clock = _Clock(default_date, zone)
    for match in _times(lines):
        clock.read(match)
        if clock.told:
            return 0
    return 0 if clock.day is None else (clock.day - default_date).days


def _times(lines: list[str]) -> Iterator[re.Match[str]]:
    for line in lines:
        for pattern in (_INLINE, _HEAD_NAME_FIRST, _HEAD_TIME_FIRST, _TIME_ALONE):
            if match := pattern.match(line.strip()):
                yield match
                break


def _hour(hour: int, half: str) -> int:
    if half in ("下午", "傍晚", "晚上") and hour < 12:
        return hour + 12
    if half == "中午" and hour < 10:
        return hour + 12
    if half in ("凌晨", "清晨", "早上", "早晨", "上午") and hour == 12:
        return 0 if half == "凌晨" else 12
    return hour
