"""What a month or a week of the year usually brings, so that neighbouring ones can be compared.

Question: is there a yearly pattern, how strong is each month, and is this month more than the last beyond it?
Method: counts are taken as year level times month factor (proportional fitting); an F test of the months against what is
left says whether there is a pattern at all. Month on month then compares with the factors as denominators; what is unsure
about them widens the interval, and the usual swings are learnt from the same history without its pattern.
Sources: W. E. Deming and F. F. Stephan, Annals of Mathematical Statistics 11 (1940), 427-444 (proportional fitting);
P. McCullagh and J. A. Nelder, Generalized Linear Models (1989), ch. 9 (scaled deviance F test).
Limits: at least two whole years. The Spring Festival moves between January and February: compare both months together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, sqrt

import numpy as np
import numpy.typing as npt

from fengqiao.algorithms.comparison import Comparison, compare
from fengqiao.algorithms.comparisonfaults import ComparisonError, Doubles, counts
from fengqiao.algorithms.dispersion import Dispersion, dispersion_of
from fengqiao.algorithms.intervals import Z95
from fengqiao.algorithms.sentences import sentence

Ints = npt.NDArray[np.int64]
_ROUNDS = 60
_SURE = 0.05


@dataclass(frozen=True, slots=True)
class Season:
    """A yearly pattern. ``factors`` average 1; ``errors`` are the standard errors of their logarithms; ``chance`` of so
    strong a pattern where there is none; ``years`` (not whole, perhaps) it was learnt from."""

    factors: tuple[float, ...]
    errors: tuple[float, ...]
    chance: float
    years: float

    @property
    def clear(self) -> bool:
        """Whether there is a pattern."""
        return self.chance <= _SURE

    def interval(self, place: int) -> tuple[float, float]:
        """95 % bounds of a factor; places are counted from 0."""
        factor, far = self.factors[place], Z95 * self.errors[place]
        return factor * exp(-far), factor * exp(far)


def season(history: Sequence[float], *, places: int = 12) -> Season:
    """The pattern of a history, oldest first, whose first count is of place 0; ``places`` a year: 12, 52 or 4.

    Raises ComparisonError for what is no count, fewer than two years, and nothing but noughts.
    """
    return _fitted(_checked(history, places), places)[0]


def month_on_month(
    history: Sequence[float], now: int, before: int, *, places: int = 12
) -> tuple[Comparison, Season]:
    """Compare the month after the history's end with the history's last one, the pattern taken out.

    ``before`` is the history's last count, said again so that a shifted table is noticed. Raises ComparisonError.
    """
    known = _checked(history, places)
    if int(known[-1]) != before:
        raise ComparisonError(
            sentence("历史的最后一期应当就是上一期，请检查有没有错开一行"), "shifted_history"
        )
    pattern, expected = _fitted(known, places)
    here = np.arange(len(known)) % places
    dispersion = _swings(known, expected, here)
    next_place, last_place = len(known) % places, int(here[-1])
    unsure = (pattern.errors[next_place] ** 2 + pattern.errors[last_place] ** 2) / 2
    found = compare(
        now,
        before,
        now_per=pattern.factors[next_place],
        before_per=pattern.factors[last_place],
        dispersion=dispersion.widened(unsure),
    )
    return found, pattern


def _checked(history: Sequence[float], places: int) -> Doubles:
    known = counts(history, sentence("历史数据"))
    if len(known) < 2 * places:
        raise ComparisonError(
            sentence(
                "只有 %(n)s 期，至少要两整年（%(least)s 期）才看得出季节", n=len(known), least=2 * places
            ),
            "short_history",
        )
    if not known.any():
        raise ComparisonError(sentence("历史全是 0，没有季节可看"), "nothing_to_compare")
    return known


def _fitted(known: Doubles, places: int) -> tuple[Season, Doubles]:
    """The pattern, and what it expects of each count."""
    at, year = np.arange(len(known)) % places, np.arange(len(known)) // places
    raised = known + 0.5 / len(known)  # so that a month that never had a case has a factor too
    factors = np.ones(places)
    for _ in range(_ROUNDS):
        levels = _shares(raised, factors[at], year)
        factors = _shares(raised, levels[year], at)
        factors /= factors.mean()
    levels = _shares(raised, factors[at], year)
    expected = levels[year] * factors[at]
    left = len(known) - len(levels) - places + 1
    rest = _deviance(raised, expected)
    plain = _deviance(raised, _shares(raised, np.ones(len(known)), year)[year])
    # few cases: the deviance of counts below 1 is smaller than its freedom, so spread is held to chance at least
    spread = max(rest / max(left, 1), 1.0)
    errors = tuple(
        sqrt(spread / (total + 0.5)) for total in np.bincount(at, known, minlength=places).tolist()
    )
    chance = _exceeded((plain - rest) / (places - 1) / spread, places - 1, max(left, 1))
    return Season(tuple(factors.tolist()), errors, chance, len(known) / places), expected


def _shares(raised: Doubles, expected: Doubles, groups: Ints) -> Doubles:
    """Cases over what is expected, group by group."""
    found: Doubles = np.bincount(groups, raised) / np.bincount(groups, expected)
    return found


def _deviance(raised: Doubles, expected: Doubles) -> float:
    return float(2 * (raised * np.log(raised / expected) - raised + expected).sum())


def _exceeded(ratio: float, many: int, left: int) -> float:
    from scipy.special import fdtrc

    return float(fdtrc(many, left, max(ratio, 0.0)))


def _swings(known: Doubles, expected: Doubles, at: Ints) -> Dispersion:
    """Swings about the pattern: the counts of a place of the year are one series, its years sized as they were expected,
    so that the factors fitted to them cost their freedom."""
    places = sorted(set(at.tolist()))
    return dispersion_of(
        [known[at == one].tolist() for one in places], sizes=[expected[at == one].tolist() for one in places]
    )
