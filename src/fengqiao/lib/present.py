"""How things are said on a screen: times in plain words, people masked, words marked, tones of states.

Everything here is pure: it takes values and the present moment and returns text or small records.
The template tags in `templatetags/fq.py` call these functions with the house clock.
Moments are aware datetimes; they are shown in the station's wall-clock time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal, Protocol

from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from fengqiao.lib import clock

Tone = Literal["", "ok", "bad", "wait", "acc"]

SEVERITY_WORDS = {
    1: gettext_lazy("紧急"),
    2: gettext_lazy("较急"),
    3: gettext_lazy("一般"),
    4: gettext_lazy("轻微"),
}
SEVERITY_ICONS = {1: "alert-triangle", 2: "alert-triangle", 3: "", 4: ""}

KIND_ICONS = {
    "dispute": "messages",
    "hazard": "flame",
    "fraud_attempt": "cash-off",
    "petty_case": "gavel",
    "lost": "zoom",
    "help": "heart-handshake",
    "order": "volume",
    "other": "dots",
}

PROMISE_LOOKS: dict[str, tuple[str, Tone, object]] = {
    "kept": ("circle-check", "ok", gettext_lazy("守住")),
    "late": ("circle-check", "wait", gettext_lazy("晚了才守住")),
    "broken": ("circle-x", "bad", gettext_lazy("没守住")),
    "open": ("clock", "wait", gettext_lazy("未到期")),
    "overdue": ("clock-exclamation", "bad", gettext_lazy("已过期")),
    "dropped": ("minus", "", gettext_lazy("不用办了")),
}

_ZH_WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


@dataclass(frozen=True)
class NavItem:
    """One place to go in the side navigation or the tabs; `late` paints the count red."""

    key: str
    label: object
    icon: str
    url: str
    count: int | None = None
    late: bool = False
    group: object = ""
    """A small heading printed above this item, e.g. 看全局."""


@dataclass(frozen=True)
class Option:
    """One choice of a segment or a filter: where it leads and whether it is the current one."""

    label: object
    url: str
    on: bool = False
    count: int | None = None


@dataclass(frozen=True)
class TimelineItem:
    """One step of a story. `when` a moment or words; `tone` ok, bad, acc, now (ring) or next (thin ring)."""

    text: object
    when: datetime | str = ""
    meta: object = ""
    lead: object = ""
    tone: Literal["", "ok", "bad", "acc", "now", "next"] = ""
    icon: str = ""
    box: object = ""


@dataclass(frozen=True)
class LadderStep:
    """One level of handling: done, on (here now), to (may follow) or passed (left out)."""

    label: object
    state: Literal["done", "on", "to", "passed"]
    note: object = ""


@dataclass(frozen=True)
class BarRow:
    """One row of a small bar list; `value` counts things, `note` stands after the figure."""

    label: object
    value: int
    note: object = ""
    url: str = ""


@dataclass(frozen=True)
class TimeLeft:
    """The time to a due moment in words: `text` as a phrase, `bare` without 还剩, `tone` for its colour."""

    text: str
    bare: str
    tone: Tone
    overdue: bool = field(default=False)


def chinese() -> bool:
    """Whether the active language is Chinese (the source language)."""
    return (get_language() or "zh").startswith("zh")


class Named(Protocol):
    """Anything of the place with a name in both languages."""

    @property
    def zh(self) -> str: ...
    @property
    def en(self) -> str: ...


def named(item: Named) -> str:
    """The name of a thing of the place (a level, a role, a class) in the language of the page."""
    return item.zh if chinese() else item.en


def span(length: timedelta, *, units: int = 2) -> str:
    """A length of time in at most `units` units: 2 天 9 小时, 3 小时 20 分, 48 分钟."""
    minutes = max(0, int(length.total_seconds() // 60))
    days, rest = divmod(minutes, 1440)
    hours, mins = divmod(rest, 60)
    if days:
        tail = [_("%(n)d 小时") % {"n": hours}] if hours else []
        return " ".join([_("%(n)d 天") % {"n": days}, *tail][:units])
    if hours:
        tail = [_("%(n)d 分") % {"n": mins}] if mins else []
        return " ".join([_("%(n)d 小时") % {"n": hours}, *tail][:units])
    return _("%(n)d 分钟") % {"n": mins}


def time_left(due: datetime, now: datetime | None = None, *, soon: timedelta = timedelta(days=1)) -> TimeLeft:
    """How long is left until `due`, or how long it is overdue.

    The tone is `bad` once overdue and `wait` when less than `soon` is left.
    """
    left = due - (now or clock.now())
    if left < timedelta(0):
        late = max(-left, timedelta(minutes=1))
        words = _("超期 %(span)s") % {"span": span(late, units=1)}
        return TimeLeft(words, words, "bad", overdue=True)
    tone: Tone = "wait" if left < soon else ""
    if left < timedelta(minutes=1):
        words = _("马上到期")
        return TimeLeft(words, words, tone)
    bare = span(left)
    return TimeLeft(_("还剩 %(span)s") % {"span": bare}, bare, tone)


def day_words(day: date, today: date, *, weekday: bool = False) -> str:
    """A day as people say it: 今天, 昨天, 明天, 11 月 24 日 (周二), with the year when it is another one."""
    near = {-1: _("昨天"), 0: _("今天"), 1: _("明天")}.get((day - today).days)
    if near:
        return near
    same = day.year == today.year
    if not chinese():
        text = date_format(day, "j M" if same else "j M Y")
        return f"{text}, {WEEKDAYS_ABBR[day.weekday()]}" if weekday else text
    text = f"{day.month} 月 {day.day} 日" if same else f"{day.year} 年 {day.month} 月 {day.day} 日"
    return f"{text} {_ZH_WEEKDAYS[day.weekday()]}" if weekday else text


def humane(moment: datetime | date, now: datetime | None = None, *, weekday: bool = False) -> str:
    """A moment as people say it: 今天 09:14, 11 月 18 日 17:32; a plain date without a clock time."""
    today = clock.local(now or clock.now()).date()
    if not isinstance(moment, datetime):
        return day_words(moment, today, weekday=weekday)
    local = clock.local(moment)
    return f"{day_words(local.date(), today, weekday=weekday)} {local:%H:%M}"


def humane_day(moment: datetime | date, now: datetime | None = None, *, weekday: bool = False) -> str:
    """The day of a moment as people say it, without the clock time."""
    day = clock.local(moment).date() if isinstance(moment, datetime) else moment
    return day_words(day, clock.local(now or clock.now()).date(), weekday=weekday)


def full_day(moment: datetime | date, now: datetime | None = None, *, weekday: bool = False) -> str:
    """A day by the calendar, never 今天 or 明天: 11 月 23 日, 23 Nov; with the year when it is another one."""
    day = clock.local(moment).date() if isinstance(moment, datetime) else moment
    today = clock.local(now or clock.now()).date()
    if not chinese():
        text = date_format(day, "j M" if day.year == today.year else "j M Y")
        return f"{WEEKDAYS[day.weekday()]}, {text}" if weekday else text
    year = "" if day.year == today.year else f"{day.year} 年 "
    text = f"{year}{day.month} 月 {day.day} 日"
    return f"{text} {WEEKDAYS[day.weekday()]}" if weekday else text


def short_day(moment: datetime | date) -> str:
    """A day in the shortest unmistakable form, for tables and ladders: 11-18."""
    day = clock.local(moment).date() if isinstance(moment, datetime) else moment
    return f"{day.month}-{day.day}"


def iso(moment: datetime | date) -> str:
    """What stands in the datetime attribute of a <time>: ISO 8601 in the station's time."""
    return (
        clock.local(moment).isoformat(timespec="minutes")
        if isinstance(moment, datetime)
        else moment.isoformat()
    )


def mask_phone(number: str) -> str:
    """A telephone number with its middle hidden: 138****5120. Short numbers keep only their last two digits."""
    kept = re.sub(r"[^\d+]", "", number)
    if not kept:
        return ""
    if len(kept) < 8:
        return "*" * (len(kept) - 2) + kept[-2:] if len(kept) > 2 else "*" * len(kept)
    head = 3 if len(kept) >= 10 else 1
    return f"{kept[:head]}****{kept[-4:]}"


def mask_name(name: str) -> str:
    """A person's name with all but its edges hidden: 张*华, 刘*; names in letters keep their initials."""
    name = name.strip()
    if not name:
        return ""
    if name[0].isascii():
        return " ".join(f"{part[0]}***" for part in name.split())
    if len(name) <= 2:
        return name[0] + "*" if len(name) == 2 else "*"
    return name[0] + "*" * (len(name) - 2) + name[-1]


def initial(name: str) -> str:
    """The one character an avatar shows: the family name's first character, or a capital letter."""
    return name.strip()[:1].upper() or "?"


def highlight(text: str, words: Iterable[str]) -> SafeString:
    """`text` escaped, with every occurrence of the `words` wrapped in <mark> (longest first, any case)."""
    wanted = sorted({w for w in words if w}, key=lambda w: (-len(w), w))
    if not wanted:
        return mark_safe(escape(text))
    parts = re.split("(" + "|".join(re.escape(w) for w in wanted) + ")", text, flags=re.IGNORECASE)
    marked = (f"<mark>{escape(part)}</mark>" if at % 2 else escape(part) for at, part in enumerate(parts))
    return mark_safe("".join(marked))
