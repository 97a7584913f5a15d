"""How a report sounds: by which channel it comes and in whose words."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from itertools import accumulate
from random import Random

from fengqiao.demo.grammar import Template, pick, sections, sentences
from fengqiao.demo.kinds import Kind, demo_table
from fengqiao.demo.scene import Scene


class Channel(StrEnum):
    """By which way a report comes; the values are intake's."""

    PORTAL = "portal"
    PHONE = "phone"
    CHAT = "chat"
    FIELD = "field"
    WALK_IN = "walk_in"
    HOTLINE = "hotline"
    CALL_110 = "call_110"


# Who says "I" in each channel: subject, possessive, "my home".
_SELVES = {
    Channel.PORTAL: ("我", "我", "我家"),
    Channel.CHAT: ("我", "我", "我家"),
    Channel.PHONE: ("其", "其", "其家"),
    Channel.FIELD: ("住户", "住户", "住户家"),
    Channel.WALK_IN: ("其", "其", "其家"),
    Channel.HOTLINE: ("其", "其", "其家"),
    Channel.CALL_110: ("其", "其", "其家"),
}
_BROKEN_OFF = str.maketrans({"，": " ", "。": " ", "；": " ", "：": " "})


@cache
def _profiles() -> dict[str, tuple[tuple[Channel, ...], tuple[float, ...]]]:
    found = {}
    for row in demo_table("voice_mix.csv"):
        channels = tuple(channel for channel in Channel if float(row[channel]) > 0)
        found[row["profile"]] = (channels, tuple(accumulate(float(row[channel]) for channel in channels)))
    return found


def draw_channel(profile: str, rng: Random) -> Channel:
    """A channel by the shares of a voice profile. Raises ``KeyError`` for an unknown profile."""
    channels, sums = _profiles()[profile]
    at = rng.random() * sums[-1]
    return next(channel for channel, upto in zip(channels, sums, strict=True) if at < upto)


def tell(kind: Kind, scene: Scene, channel: Channel, at: datetime, rng: Random, *, opening: str = "") -> str:
    """The report's text. ``opening`` names a section of voices.txt put before it (``again``, ``echo``)."""
    parts = sentences()[kind.code]
    me, my, mine = _SELVES[channel]
    words = {**scene.words, "me": me, "my": my, "mine": mine}
    say = parts["say"][int(rng.random() * len(parts["say"]))]
    more = parts["more"][int(rng.random() * len(parts["more"]))]
    named = "bld" in say.slots or "shop" in say.slots  # the sentence itself names the unit or the shop
    words["at"], words["spot"] = (scene.near, scene.near) if named else (scene.at, scene.spot)
    words["where"] = scene.place.address
    words["limit"] = _limit(at)
    words["say"] = say.write(words, rng.random)
    words["more"] = more.write(words, rng.random)
    words["want"] = pick(parts["want"], words, rng)
    if channel is Channel.FIELD:
        words["note"] = pick(_notes(kind), words, rng)
    text = pick(_frames(kind, channel), words, rng)
    if opening and channel in (Channel.PORTAL, Channel.CHAT) and _is_nuisance(kind):
        text = pick(sections("voices.txt")[opening], words, rng) + text
    return _tidy(text, channel)


def _is_nuisance(kind: Kind) -> bool:
    """Whether it is the kind of thing that goes on for days and that people complain about."""
    return kind.severity > 1 and (kind.kind in ("hazard", "order") or kind.head in ("NB", "PR"))


def _frames(kind: Kind, channel: Channel) -> tuple[Template, ...]:
    voices = sections("voices.txt")
    more = voices.get(f"{channel}.nuisance", ()) if _is_nuisance(kind) else ()
    return voices[channel] + more


def _notes(kind: Kind) -> tuple[Template, ...]:
    course = sections("course.txt")
    return course.get(f"note.{kind.kind}", course["note.other"])


def _limit(at: datetime) -> str:
    day = at + timedelta(days=5, hours=8)
    return f"{day.month}月{day.day}日"


def _tidy(text: str, channel: Channel) -> str:
    if channel is Channel.CHAT:
        return " ".join(text.translate(_BROKEN_OFF).split())
    for double, single in (("，，", "，"), ("。。", "。"), ("，。", "。"), ("。，", "。"), ("称，", "称")):
        text = text.replace(double, single)
    return text.strip("， ")
