"""Early warning week by week: which of many series is suddenly, or slowly but surely, above what is usual?

Question: here is every week's count of the last years; does this week stand out?
Method: *jump*: the chance of this week's count or a higher one, under a negative binomial about the usual mean
(`weeklybaseline`), is below a level set so that of quiet weeks fewer than one in 200 alarm (after Farrington et al. 1996
and Noufaily et al. 2013). *Creep*: the weeks since the baseline ended, each as a normal score, summed up above an
allowance and never below nought (CUSUM: Page 1954; for counts Lucas 1985), are beyond a bound. Creep is looked for only
where two years and more are known: otherwise every season would be one.
An alarm is a question to a person who knows the place: it says what was seen and expected, and decides nothing.
Sources: as named, and E. S. Page, Biometrika 41 (1954), 100-115; J. M. Lucas, Technometrics 27 (1985), 129-144.
Limits: more reports may be more reporting. A level that moved before the latest weeks has become usual in time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fengqiao.algorithms.comparisonfaults import ComparisonError, Doubles, counts
from fengqiao.algorithms.sentences import Sentence, sentence
from fengqiao.algorithms.weeklybaseline import TWO_YEARS, baseline

LEAST_WEEKS = 30
"""Weeks a series must have, this one included."""
MOST_WEEKS = 270
"""Weeks that are looked at; older ones are left aside."""
RECENT = 12
"""The latest weeks, which are judged and not learnt from."""
JUMP = 0.0008
"""Chance of so many cases below which a week is a jump."""
CREEP = 8.0
"""Bound of the sum of scores above which a rise is no chance."""
LEAST_CASES = 3
"""Cases this week below which there is no alarm."""
_LEAST_EXCESS = 1.0001  # as good as chance alone, and the negative binomial still has a shape
_ALLOWED = 0.5  # of each week's score, so that the sum falls back by itself
_SURE = 3.0  # no single week adds more than this to the sum: a creep is more than one week


@dataclass(frozen=True, slots=True)
class Week:
    """This week of one series. ``usual`` cases were to be expected, ``bound`` is the least count that is a jump;
    ``chance`` of so many or more in a quiet week; ``rise`` the sum of the latest weeks' scores."""

    count: int
    usual: float
    bound: int
    chance: float
    rise: float

    @property
    def jump(self) -> bool:
        """This week alone is far above what is usual."""
        return self.count >= max(self.bound, LEAST_CASES)

    @property
    def creep(self) -> bool:
        """The latest weeks together are above what is usual, and this one still is."""
        return self.rise > CREEP and self.count >= LEAST_CASES and self.count > self.usual

    @property
    def alarm(self) -> bool:
        """Whether a person should look."""
        return self.jump or self.creep

    @property
    def words(self) -> Sentence | None:
        """What was seen, for the reader; None where there is nothing to tell."""
        if self.jump:
            return sentence(
                "本周 %(count)s 起，平常约 %(usual)s 起，%(bound)s 起以上就少见：请看看出了什么事",
                count=self.count, usual=f"{self.usual:.1f}", bound=self.bound,
            )  # fmt: skip
        if self.creep:
            return sentence(
                "本周 %(count)s 起，平常约 %(usual)s 起：一周看不出，近 %(weeks)s 周合起来是在慢慢多起来",
                count=self.count, usual=f"{self.usual:.1f}", weeks=RECENT,
            )  # fmt: skip
        return None


def weekly_alarms(series: Sequence[Sequence[float]] | Doubles) -> list[Week]:
    """Judge the last week of each series; all have the same weeks, oldest first, with a nought where nothing happened.

    Raises ComparisonError for series that are too short or of different lengths, and for what is no count.
    """
    table = _table(series)
    if not len(table):
        return []
    ahead = np.arange(1, RECENT + 1)
    usual = baseline(table[:, :-RECENT], ahead)
    latest = table[:, -RECENT:]
    rise = _rise(latest, usual.mean, usual.excess) if _season_known(table) else np.zeros(len(table))
    mean, excess = usual.mean[:, -1], np.maximum(usual.excess[:, -1], _LEAST_EXCESS)
    chance = _tail(latest[:, -1], mean, excess)
    bound = _bound(mean, excess)
    return [
        Week(int(k), level, int(most), p, total)
        for k, level, most, p, total in zip(
            latest[:, -1].tolist(), mean.tolist(), bound.tolist(), chance.tolist(), rise.tolist(), strict=True
        )
    ]  # fmt: skip


def _table(series: Sequence[Sequence[float]] | Doubles) -> Doubles:
    lengths = {len(one) for one in series}
    if len(lengths) > 1:
        raise ComparisonError(sentence("各行的周数不一样，没有发生的周请填 0"), "unequal_length")
    weeks = lengths.pop() if lengths else LEAST_WEEKS
    if weeks < LEAST_WEEKS:
        raise ComparisonError(
            sentence(
                "只有 %(weeks)s 周，至少要 %(least)s 周才知道平常是多少", weeks=weeks, least=LEAST_WEEKS
            ),
            "short_history",
        )
    flat = counts(np.asarray(series, dtype=np.float64).ravel(), sentence("每周的数"))
    return flat.reshape(len(series), weeks)[:, -MOST_WEEKS:]


def _season_known(table: Doubles) -> bool:
    """Whether the baseline knows the season: without it every spring would be a creep."""
    return bool(table.shape[1] - RECENT >= TWO_YEARS)


def _tail(count: Doubles, mean: Doubles, excess: Doubles) -> Doubles:
    """Chance of ``count`` or more under a negative binomial with this mean and variance over mean."""
    from scipy.special import betainc

    more: Doubles = betainc(np.maximum(count, 1.0), mean / (excess - 1), 1 - 1 / excess)
    found: Doubles = np.where(count <= 0, 1.0, more)
    return found


def _bound(mean: Doubles, excess: Doubles) -> Doubles:
    """The least count whose chance is at most JUMP."""
    low: Doubles = np.floor(mean)
    high: Doubles = np.ceil(mean + 12 * np.sqrt(mean * excess) + 12 * excess)
    while bool(np.any(high - low > 1)):
        middle = np.floor((low + high) / 2)
        rare = _tail(middle, mean, excess) <= JUMP
        low, high = np.where(rare, low, middle), np.where(rare, middle, high)
    return high


def _rise(latest: Doubles, mean: Doubles, excess: Doubles) -> Doubles:
    """The one-sided sum of the latest weeks' scores at the last of them. A score is the difference on the scale of the
    power 2/3, where counts are nearly symmetrical, over its usual size."""
    root = np.cbrt(mean)
    middle = root**2 * (1 - np.minimum(excess / mean, 9.0) / 9)
    scores = 1.5 * (np.cbrt(latest) ** 2 - middle) / np.sqrt(root * excess)
    total = np.zeros(len(latest))
    for score in scores.T:
        total = np.maximum(0.0, total + np.clip(score, -_SURE, _SURE) - _ALLOWED)
    return np.asarray(total, dtype=np.float64)
