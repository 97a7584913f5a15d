"""A matter's story as the page tells it: events in plain words, the ladder with its dates, what comes after."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fengqiao.lib import clock
from fengqiao.lib.place_config import current_place
from fengqiao.lib.place_types import Level
from fengqiao.lib.present import LadderStep, TimelineItem, chinese, humane_day, short_day
from fengqiao.matters import reference
from fengqiao.matters.choices import EventKind, FollowUpResult, FollowUpState, Outcome
from fengqiao.matters.models import FollowUp, Matter
from fengqiao.matters.queries import Moment

ICONS: dict[str, str] = {
    EventKind.OPENED: "flag",
    EventKind.REPORT_LINKED: "message-report",
    EventKind.REPORT_UNLINKED: "unlink",
    EventKind.ASSIGNED: "user-check",
    EventKind.ACCEPTED: "check",
    EventKind.DECLINED: "arrow-back-up",
    EventKind.TRANSFERRED: "arrow-right",
    EventKind.URGED: "bell",
    EventKind.PROGRESS: "note",
    EventKind.NEXT_STEP: "calendar-event",
    EventKind.PROMISED: "clock",
    EventKind.PROMISE_WITHDRAWN: "minus",
    EventKind.JOINED: "users",
    EventKind.LEFT: "logout",
    EventKind.CONSULTED: "users-group",
    EventKind.DECIDED: "gavel",
    EventKind.TASK_DONE: "circle-check",
    EventKind.ESCALATED: "stairs-up",
    EventKind.PAUSED: "player-pause",
    EventKind.RESUMED: "player-play",
    EventKind.RECLASSIFIED: "tag",
    EventKind.PLACED: "map-pin",
    EventKind.RAISED: "alert-triangle",
    EventKind.MEDIATION: "scale",
    EventKind.FOLLOW_UP_PLANNED: "calendar-plus",
    EventKind.FOLLOWED_UP: "eye",
    EventKind.REOPENED: "refresh",
    EventKind.RATED: "star",
    EventKind.REFERRED: "send",
    EventKind.MERGED: "git-merge",
    EventKind.UNMERGED: "unlink",
    EventKind.LINKED: "link",
    EventKind.UNLINKED: "unlink",
    EventKind.WITHDRAWN: "trash",
    EventKind.OVERDUE: "clock-exclamation",
    EventKind.REPLIED: "message",
}
BARE = {EventKind.PROGRESS, EventKind.OPENED}
"""Kinds that are told by their words alone."""
BOX_FROM = 120
"""Longer words stand in a box of their own."""
SCORES = {1: gettext_lazy("不满意"), 2: gettext_lazy("一般"), 3: gettext_lazy("满意")}


def story(matter: Matter, moments: Iterable[Moment]) -> list[TimelineItem]:
    """Newest first; what is due next stands above all while the matter is open."""
    items = [_item(m) for m in moments]
    if matter.is_open and matter.due_at:
        late = matter.due_at < clock.now()
        coming = TimelineItem(
            text=matter.next_step,
            when=matter.due_at,
            meta=_("已经过了时间") if late else _("将要"),
            tone="now",
        )
        items.insert(0, coming)
    return items


def _item(moment: Moment) -> TimelineItem:
    kind = EventKind(moment.kind)
    lead, text = _words(kind, moment)
    long = len(text) > BOX_FROM
    return TimelineItem(
        when=moment.at,
        meta=moment.by,
        lead="" if kind in BARE else lead + (_("：") if text and not long else ""),
        text="" if long and kind not in BARE else text,
        box=text if long and kind not in BARE else "",
        tone=moment.tone if moment.tone in {"ok", "bad", "acc"} else "",  # type: ignore[arg-type]
        icon="" if moment.tone in {"ok", "bad"} else ICONS.get(kind, ""),
    )


def _words(kind: EventKind, moment: Moment) -> tuple[str, str]:
    """The lead and the words of one event."""
    data, text = moment.data, moment.text
    if kind in {EventKind.ASSIGNED, EventKind.TRANSFERRED, EventKind.DECLINED}:
        return _("%(what)s给 %(name)s") % {"what": moment.label, "name": data.get("name", "")}, text
    if kind == EventKind.ESCALATED:
        return _("上报%(level)s") % {"level": level_word(str(data.get("to", "")))}, text
    if kind == EventKind.RESOLVED:
        return _with(moment.label, _label(Outcome, data.get("outcome"))), text
    if kind == EventKind.FOLLOWED_UP:
        return _with(moment.label, _label(FollowUpResult, data.get("result"))), text
    if kind == EventKind.RATED:
        return _with(moment.label, SCORES.get(int(data.get("score", 0)), "")), text
    if kind == EventKind.REPORT_LINKED:
        return moment.label, f"“{text}”"
    return moment.label, text


def _with(what: str, more: object) -> str:
    """What was done, and how it turned out in brackets."""
    return f"{what}{_('（')}{more}{_('）')}" if more else what


def _label(words: Any, value: object) -> str:
    return str(words(value).label) if value in words.values else ""


def level_word(key: str) -> str:
    """The word of a level of the ladder in the language of the page."""
    try:
        level = current_place().level(key)
    except KeyError:
        return key
    return level.zh if chinese() else level.en


def ladder(matter: Matter, moments: Iterable[Moment]) -> list[LadderStep]:
    """The levels a matter passed, where it is, and what may follow, each with its date.

    What starts at the station itself stands beside the ladder and joins it above.
    """
    climbs = {str(m.data.get("from")): m.at for m in reversed(list(moments)) if m.kind == EventKind.ESCALATED}
    place = current_place()
    here = place.level(matter.level)
    chain = _chain(here, set(climbs))
    at = [level.key for level in chain].index(here.key)
    return [_step(matter, level, n - at, climbs) for n, level in enumerate(chain)]


def _chain(here: Level, passed: set[str]) -> list[Level]:
    """The levels to show: those it left, the present one, and the two that may follow."""
    place = current_place()
    below = [level for level in place.ladder if level.key in passed and level.key != here.key]
    if place.station_level.key in passed and here.key != place.station_level.key:
        below.insert(0, place.station_level)
    above: list[Level] = []
    following = place.next_level(here.key)
    while following is not None and len(below) + len(above) < 3:
        above.append(following)
        following = place.next_level(following.key)
    return [*below, here, *above]


def _step(matter: Matter, level: Level, offset: int, climbs: dict[str, datetime]) -> LadderStep:
    label = level.zh if chinese() else level.en
    if offset < 0:
        left = climbs.get(level.key)
        return LadderStep(label, "done", _("%(day)s 未成") % {"day": short_day(left)} if left else "")
    if offset > 0:
        climbs_at = matter.level_due_at if offset == 1 and matter.is_open else None
        return LadderStep(
            label, "to", _("不成则 %(day)s 上报") % {"day": short_day(climbs_at)} if climbs_at else ""
        )
    since = max([matter.opened_at, *climbs.values()])
    if not matter.is_open:
        return LadderStep(label, "on", _("在这一级办完"))
    days = (clock.local(clock.now()).date() - clock.local(since).date()).days + 1
    return LadderStep(label, "on", _("现在，第 %(n)d 天") % {"n": days})


@dataclass(frozen=True)
class After:
    """One going-back: planned, done, or what resolving would plan."""

    title: str
    detail: str
    state: str
    pk: int | None = None


def afterwards(matter: Matter, planned: Iterable[FollowUp]) -> list[After]:
    """Follow-ups as they stand; before there are any, those that resolving will put on the calendar."""
    rows = [f for f in planned if f.state != FollowUpState.CANCELLED]
    if rows:
        return [_after(f) for f in rows]
    features = {"threats"} if matter.threatening else set()
    coming = reference.follow_ups_for(
        reference.load_follow_ups(), kind=matter.kind, severity=matter.severity, features=features
    )
    if not matter.is_open:
        return []
    return [After(r.zh if chinese() else r.en, r.ask_zh if chinese() else r.ask_en, "to") for r in coming]


def _after(row: FollowUp) -> After:
    if row.state == FollowUpState.DONE:
        word = FollowUpResult(row.result).label if row.result else ""
        detail = f"{word} · {row.note}" if row.note else str(word)
        when = humane_day(row.done_at) if row.done_at else ""
        return After(row.purpose, f"{when} · {detail}", "done")
    return After(row.purpose, f"{humane_day(row.due_at)} · {row.owner.name}", "planned", row.pk)
