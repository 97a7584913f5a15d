"""What is known of units and calls, and the answers about them: plain frozen values with their units in the names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fengqiao.algorithms.distance import in_words
from fengqiao.algorithms.roadtags import Means
from fengqiao.algorithms.sentences import Sentence, sentence


@dataclass(frozen=True, slots=True)
class UnitState:
    """A unit as last heard of: WGS-84 degrees, aware times. ``position_at`` None: the age is unknown."""

    id: str
    lon: float
    lat: float
    means: Means = Means.CAR
    available: bool = True
    skills: frozenset[str] = frozenset()
    position_at: datetime | None = None
    rest_until: datetime | None = None

    def position_age_s(self, now: datetime) -> float | None:
        """Seconds since the position was taken; never below 0."""
        return max(0.0, (now - self.position_at).total_seconds()) if self.position_at else None


@dataclass(frozen=True, slots=True)
class Call:
    """Where somebody is needed, with which skills and means (empty: any), and how urgent it is (1 the most, to 4).
    ``oldest_position_s``: units whose position is older, or of unknown age, are passed over; None takes all."""

    id: str
    lon: float
    lat: float
    skills: frozenset[str] = frozenset()
    means: frozenset[Means] = frozenset()
    priority: int = 2
    oldest_position_s: float | None = None

    def __post_init__(self) -> None:
        if self.priority not in PRIORITIES:
            raise ValueError(sentence("紧急程度是 1（最急）到 4，不是 %(given)s", given=self.priority))


PRIORITIES = (1, 2, 3, 4)


class By(StrEnum):
    """What a time rests on: the road graph, or a straight line times the detour factor."""

    ROAD = "road"
    STRAIGHT = "straight"


class Why(StrEnum):
    """Why a unit was passed over."""

    BUSY = "busy"
    RESTING = "resting"
    LACKS_SKILL = "lacks_skill"
    OTHER_MEANS = "other_means"
    OLD_POSITION = "old_position"


@dataclass(frozen=True, slots=True)
class Found:
    """A unit that can be sent and what its time rests on.

    ``seconds`` from where it stands to the call, walking to and from the road included. ``road_metres`` along that way,
    None by straight line; ``straight_metres`` as the crow flies; ``unit_gap_metres`` and ``call_gap_metres`` from either
    to the road of its means (None: no road graph, or no road near).
    """

    unit: str
    seconds: float
    by: By
    means: Means
    straight_metres: float
    road_metres: float | None
    unit_gap_metres: float | None
    call_gap_metres: float | None
    position_age_s: float | None


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A unit nearer than the last one found that is not proposed, with the first reason that holds."""

    unit: str
    why: Why
    seconds: float
    by: By
    rest_until: datetime | None = None
    lacks: tuple[str, ...] = ()
    position_age_s: float | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The nearest units of a call, those passed over, and what a person must know of it (None: nothing)."""

    call: str
    found: tuple[Found, ...]
    passed_over: tuple[PassedOver, ...]
    note: Sentence | None = None


def why_not(unit: UnitState, call: Call, now: datetime) -> Why | None:
    """The first reason a unit cannot be sent to a call; None when it can."""
    age = unit.position_age_s(now)
    oldest = call.oldest_position_s
    reasons = (
        (not unit.available, Why.BUSY),
        (unit.rest_until is not None and unit.rest_until > now, Why.RESTING),
        (not call.skills <= unit.skills, Why.LACKS_SKILL),
        (bool(call.means) and unit.means not in call.means, Why.OTHER_MEANS),
        (oldest is not None and (age is None or age > oldest), Why.OLD_POSITION),
    )
    return next((why for holds, why in reasons if holds), None)


def found_in_words(found: Found) -> Sentence:
    """One line for people: minutes, metres, what they rest on, how old the position is."""
    minutes = f"{found.seconds / 60:.0f}" if found.seconds >= 90 else f"{found.seconds / 60:.1f}"
    if found.by is By.ROAD and found.road_metres is not None:
        way = sentence("沿路 %(far)s，约 %(minutes)s 分钟", far=in_words(found.road_metres), minutes=minutes)
    else:
        far = in_words(found.straight_metres)
        way = sentence("直线 %(far)s，按绕行估计约 %(minutes)s 分钟", far=far, minutes=minutes)
    if found.position_age_s is None:
        return sentence("%(way)s；位置不知是何时的", way=way)
    if found.position_age_s < 60:
        return sentence("%(way)s；位置刚刚更新", way=way)
    age = f"{found.position_age_s / 60:.0f}"
    return sentence("%(way)s；位置是 %(age)s 分钟前的", way=way, age=age)
