"""Topics on the desk as plain values: what is counted, since when, why it stands where it stands, a small picture."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from fengqiao.algorithms.topicranks import BEFORE, LEAST_PEOPLE, WINDOW, count_interval
from fengqiao.intake.models import Topic
from fengqiao.intake.topic_reads import Held
from fengqiao.lib.present import full_day, short_day
from fengqiao.matters.models import Matter

BAR, GAP, HIGH = 10, 3, 44
"""Width of a bar, what is left between two, height of the picture."""


@dataclass(frozen=True)
class Bar:
    """One week of the picture: where its bar stands, the week and its people in words."""

    x: int
    y: int
    height: int
    week: str
    people: int


@dataclass(frozen=True)
class Picture:
    """Different people a week, as bars, with the sentence that says the same."""

    bars: tuple[Bar, ...]
    width: int
    label: str


@dataclass(frozen=True)
class TopicCard:
    """A topic as the page shows it."""

    topic: Topic
    places: tuple[tuple[str, int], ...]
    matter: Matter | None
    picture: Picture
    reasons: tuple[str, ...]
    change: str

    @property
    def shown(self) -> bool:
        """Whether it ever was more than usual by enough people."""
        return self.topic.shown_on is not None


def card(held: Held) -> TopicCard:
    """A topic with its words and its picture."""
    topic = held.topic
    return TopicCard(topic, held.places, held.matter, picture(topic), reasons(topic), change(topic))


def picture(topic: Topic) -> Picture:
    """Bars of the last weeks, the tallest as high as the picture; a week with nobody has no bar."""
    weeks = [(date.fromisoformat(str(day)), int(people)) for day, people in topic.weeks]
    most = max((people for _day, people in weeks), default=0) or 1
    bars = []
    for at, (day, people) in enumerate(weeks):
        height = round(HIGH * people / most)
        bars.append(Bar(at * (BAR + GAP), HIGH - height, height, short_day(day), people))
    label = _("近 %(weeks)d 周每周几个人反映，最多的一周 %(most)d 人") % {"weeks": len(weeks), "most": max(
        (people for _day, people in weeks), default=0
    )}  # fmt: skip
    return Picture(tuple(bars), len(weeks) * (BAR + GAP), label)


def change(topic: Topic) -> str:
    """How much more than usual it was at its hottest, with the interval, in words."""
    found: dict[str, Any] = topic.growth
    if not found.get("known"):
        return _("此前的反映太少，说不出平时是多少")
    low, high, ratio = found.get("low") or 0.0, found.get("high"), found.get("ratio")
    if ratio is None:
        return _("此前 %(weeks)d 周没有人反映过") % {"weeks": BEFORE * WINDOW // 7}
    values = {
        "ratio": f"{ratio:.1f}",
        "low": f"{low:.1f}",
        "high": f"{high:.1f}" if high is not None else _("不限"),
    }
    if low > 1:
        return _("是平时的 %(ratio)s 倍（%(low)s 到 %(high)s），确实多了") % values
    return _("是平时的 %(ratio)s 倍（%(low)s 到 %(high)s），可能只是偶然") % values


def reasons(topic: Topic) -> tuple[str, ...]:
    """Why it stands where it stands, in sentences."""
    people = int(topic.growth.get("people") or 0)
    low, high = count_interval(people)
    weeks = WINDOW / 7
    found = [
        _("最热的 %(days)d 天（到 %(end)s）有 %(people)d 个不同的人反映，每周 %(low)s 到 %(high)s 人") % {
            "days": WINDOW, "end": full_day(topic.hottest), "people": people,
            "low": f"{low / weeks:.1f}", "high": f"{high / weeks:.1f}",
        },
        _rule(topic),
        _("最近 %(days)d 天有 %(people)d 人") % {"days": WINDOW, "people": topic.recent_people},
    ]  # fmt: skip
    if topic.most_by_one > 1:
        found.append(_("同一人最多写了 %(n)d 次，只算 1 人") % {"n": topic.most_by_one})
    return tuple(found)


def _rule(topic: Topic) -> str:
    rule = {"days": WINDOW, "people": LEAST_PEOPLE}
    if topic.shown_on is None:
        return _("没有到提示的条件：%(days)d 天内至少 %(people)d 个不同的人，并且确实多于平时") % rule
    rule["day"] = full_day(topic.shown_on)  # type: ignore[assignment]
    return _("%(day)s 起就可以提示：%(days)d 天内至少 %(people)d 个不同的人，并且确实多于平时") % rule


def since(now: datetime, weeks: int) -> datetime:
    """So many weeks before now."""
    return now - timedelta(weeks=weeks)
