"""Is more being said than usual, by how many people, and how sure is that?

Question: in the last three weeks k different people spoke of an issue, in the twelve weeks before them k0 (a person
counts once in each three weeks); everybody else spoke n and n0 times so. Without change the issue's people would fall
on the two spans as everybody else's do, with share n / (n + n0) in the last three weeks. The Wilson interval of
k / (k + k0) says whether it is more, and how many times more; a city that writes more than it did makes no issue grow.
Rank: the lower end of the interval of people a week, raised by what growth is sure. Numbers of messages never count.
Sources: E. B. Wilson, JASA 22 (1927), 209-212; bounds of a count: E. B. Wilson and M. M. Hilferty, PNAS 17 (1931),
684-688, through the chi-square form of F. Garwood, Biometrika 28 (1936), 437-442.
Limits: people are taken as independent; neighbours who agree to write are not. Accounts are taken as people.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, log2, sqrt

from fengqiao.algorithms.intervals import Z95, share_interval

WINDOW = 21
"""Days within which different people are counted."""
BEFORE = 4
"""Windows before it that say what is usual: twelve weeks."""
LEAST_PEOPLE = 4
LEAST_KNOWN = 30  # people in the earlier weeks below which nothing is said of what is usual
MOST_GROWTH = 16.0  # growth beyond this raises a rank no further


@dataclass(frozen=True, slots=True)
class Growth:
    """People in three weeks against the twelve weeks before.

    `people` in the window; `usual`: people a window of before, scaled by everybody else's numbers; `ratio` with its
    95 % interval `low`..`high` (`high` is inf, `ratio` None, when nobody spoke of it before). `known` is False where
    there are too few earlier messages to compare with: then only `people` says anything.
    """

    people: int
    usual: float
    ratio: float | None
    low: float
    high: float
    known: bool

    @property
    def more(self) -> bool:
        """Surely more than usual, as far as there is a usual."""
        return not self.known or self.low > 1.0


class Voices:
    """Who spoke on which day, in order of days; the same person on the same day is one voice."""

    def __init__(self) -> None:
        self._days: list[int] = []
        self._people: list[str] = []
        self._seen: set[tuple[int, str]] = set()
        self._counted: dict[int, int] = {}  # people by the last day of a window
        self._counted_to = -1

    @property
    def days(self) -> Sequence[int]:
        """The days of all voices, in order, repeats kept."""
        return self._days

    def add(self, day: int, person: str) -> None:
        """Add a voice; days may come in any order."""
        if (day, person) in self._seen:
            return
        self._seen.add((day, person))
        if day <= self._counted_to:
            self._counted.clear()
            self._counted_to = -1
        place = bisect_right(self._days, day)
        self._days.insert(place, day)
        self._people.insert(place, person)

    def take_in(self, other: Voices) -> None:
        """Add all of another's voices."""
        for day, person in zip(other._days, other._people, strict=True):
            self.add(day, person)

    def people(self, end: int, windows_back: int = 0) -> int:
        """Different people in the window that ends with day `end`, or so many windows before it."""
        last = end - windows_back * WINDOW
        found = self._counted.get(last)
        if found is None:
            begin = bisect_left(self._days, last - WINDOW + 1)
            found = self._counted[last] = len(set(self._people[begin : bisect_right(self._days, last)]))
            self._counted_to = max(self._counted_to, last)
        return found

    def everyone(self) -> int:
        """Different people over all time."""
        return len(set(self._people))

    def before(self, end: int) -> int:
        """People in the windows before the one that ends with `end`, each window counted on its own."""
        return sum(self.people(end, back) for back in range(1, BEFORE + 1))


def growth(issue: Voices, everybody: Voices, end: int) -> Growth:
    """The issue's growth in the window that ends with day `end`; voices after that day change nothing."""
    people, earlier = issue.people(end), issue.before(end)
    others = max(0, everybody.people(end) - people)
    others_before = max(0, everybody.before(end) - earlier)
    if others_before < LEAST_KNOWN:
        return Growth(people, 0.0, None, 0.0, inf, known=False)
    scale = (others + 0.5) / (others_before + 0.5)
    low, high = share_interval(people, people + earlier)
    usual = earlier * scale
    return Growth(
        people,
        usual,
        people / usual if earlier else None,
        low / max(1 - low, 1e-9) / scale,
        high / (1 - high) / scale if high < 1 else inf,
        known=True,
    )


def count_interval(count: int) -> tuple[float, float]:
    """95 % bounds of the mean of which `count` is one draw (Garwood's, by Wilson and Hilferty's cube)."""

    def bound(degrees: int, z: float) -> float:
        half = degrees / 2
        return half * max(0.0, 1 - 1 / (9 * half) + z / (3 * sqrt(half))) ** 3 if half else 0.0

    return bound(2 * count, -Z95), bound(2 * count + 2, Z95)


def heat(found: Growth) -> float:
    """What an issue ranks by: people a week that are sure, times 1 + log2 of the growth that is sure."""
    sure = count_interval(found.people)[0] / (WINDOW / 7)
    raised = min(max(found.low, 1.0), MOST_GROWTH) if found.known else 1.0
    return sure * (1 + log2(raised))


def strongest(issue: Voices, everybody: Voices) -> tuple[int, Growth]:
    """The day that ends the issue's hottest window, and its growth there; of equal ones the earliest."""
    found = [(end, growth(issue, everybody, end)) for end in sorted(set(issue.days))]
    return max(found, key=lambda one: (heat(one[1]), -one[0]))
