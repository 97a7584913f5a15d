"""Is it more or less than before, by how much, and could that be chance?

Question: ``now`` cases against ``before``, each over a denominator: between which bounds does the ratio of the two
underlying rates lie? Year on year, month on month, before and after.
Method without a history: given the total, the cases of now are a binomial share of it, and the interval is Clopper and
Pearson's (1934; for two Poisson counts: Przyborowski and Wilenski 1940). Exact for small counts and never too narrow as
long as only chance is at work, but chance is hardly ever alone.
Method with a history: rates are gamma about the count plus 0.5 (Jeffreys 1946), and the level of each period swings as
``dispersion`` has learnt. A swing of a makes a count of k worth k / (1 + a k) cases, so the ratio is a ratio of two
gammas, mixed over the belief in a. Neither too narrow nor too wide: 95 % hold the truth, few cases and many.
Many cells: adjusted chances after Benjamini and Hochberg (1995), so that of the cells marked at most 5 in 100 are
expected to be false, however many there are.
Sources: H. Jeffreys, Proceedings of the Royal Society A 186 (1946), 453-461; C. J. Clopper and E. S. Pearson, Biometrika
26 (1934), 404-413; J. Przyborowski and H. Wilenski, Biometrika 31 (1940), 313-323; Y. Benjamini and Y. Hochberg, JRSS B
57 (1995), 289-300.
Limits: cases are independent but for the swing; what is never reported is not in it; a ratio says nothing of causes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, inf, isfinite, log, log1p

import numpy as np

from fengqiao.algorithms.comparisonfaults import ComparisonError, Doubles, counts, denominators
from fengqiao.algorithms.dispersion import Dispersion
from fengqiao.algorithms.intervals import Z95
from fengqiao.algorithms.ratiobounds import ADDED, TAIL, mixed_bounds, worth
from fengqiao.algorithms.sentences import sentence

FALSE_MARKS = 0.05
"""Share of marked cells that may be false."""
_BLOCK = 20_000  # comparisons reckoned at once, so that a million of them need no more memory


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two counts with their denominators and the ratio of their rates, now to before, with its 95 % interval.

    ``ratio`` is None where nothing happened before; then ``high`` is inf. ``chance`` is the two-sided chance of a
    difference at least so large if nothing had changed. ``dispersion`` is None where only chance was reckoned with.
    """

    now: int
    before: int
    now_per: float
    before_per: float
    ratio: float | None
    low: float
    high: float
    chance: float
    dispersion: Dispersion | None

    @property
    def change(self) -> float | None:
        """The ratio as a change: -0.2 is a fifth less."""
        return None if self.ratio is None else self.ratio - 1

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out "as before"."""
        return self.low > 1 or self.high < 1


@dataclass(frozen=True, slots=True)
class Cell:
    """One place and kind on a board: its name, its counts and denominators."""

    name: str
    now: int
    before: int
    now_per: float = 1.0
    before_per: float = 1.0


@dataclass(frozen=True, slots=True)
class Marked:
    """A cell compared among others: ``adjusted`` is its chance after the number of cells has been reckoned in."""

    name: str
    comparison: Comparison
    adjusted: float

    @property
    def marked(self) -> bool:
        """Whether it stands out among all the cells that were looked at."""
        return self.adjusted <= FALSE_MARKS


def compare(
    now: int,
    before: int,
    *,
    now_per: float = 1.0,
    before_per: float = 1.0,
    dispersion: Dispersion | None = None,
) -> Comparison:
    """Compare two counts. Raises ComparisonError for what is no count and for denominators that are not positive."""
    return compare_many([now], [before], now_per=[now_per], before_per=[before_per], dispersion=dispersion)[0]


def compare_many(
    now: Sequence[int],
    before: Sequence[int],
    *,
    now_per: Sequence[float] | None = None,
    before_per: Sequence[float] | None = None,
    dispersion: Dispersion | None = None,
) -> list[Comparison]:
    """Many comparisons with one swing, place by place; the i-th depends on the i-th figures alone."""
    first, second = counts(now, sentence("本期的数")), counts(before, sentence("对比期的数"))
    if len(first) != len(second):
        raise ComparisonError(sentence("两期的行数不一样，请一行对一行"), "unequal_length")
    ones = np.ones(len(first))
    above = ones if now_per is None else denominators(now_per)
    below = ones if before_per is None else denominators(before_per)
    if not len(first) == len(above) == len(below):
        raise ComparisonError(sentence("件数和分母的行数不一样，请一行对一行"), "unequal_length")
    blocks = [slice(at, at + _BLOCK) for at in range(0, len(first), _BLOCK)]
    return [
        one
        for block in blocks
        for one in _compared(first[block], second[block], above[block], below[block], dispersion)
    ]


def _compared(
    now: Doubles, before: Doubles, now_per: Doubles, before_per: Doubles, dispersion: Dispersion | None
) -> list[Comparison]:
    """Comparisons of a block of checked figures."""
    scale = before_per / now_per
    bounds = _exact(now, before, scale) if dispersion is None else _mixed(now, before, scale, dispersion)
    columns = (now, before, now_per, before_per, scale, *bounds)
    return [
        Comparison(int(k1), int(k0), e1, e0, k1 / k0 * s if k0 else None, low, high, chance, dispersion)
        for k1, k0, e1, e0, s, low, high, chance in zip(*(one.tolist() for one in columns), strict=True)
    ]


def board(groups: Iterable[tuple[Sequence[Cell], Dispersion | None]]) -> list[Marked]:
    """All cells of a board, kind by kind with the kind's swing, marked so that many looks do not make false alarms.

    The order is that of the cells given; the order itself changes nothing.
    """
    found: list[tuple[str, Comparison]] = []
    for cells, dispersion in groups:
        compared = compare_many(
            [one.now for one in cells],
            [one.before for one in cells],
            now_per=[one.now_per for one in cells],
            before_per=[one.before_per for one in cells],
            dispersion=dispersion,
        )
        found += zip((one.name for one in cells), compared, strict=True)
    adjusted = adjusted_chances([one.chance for _, one in found])
    return [Marked(name, one, chance) for (name, one), chance in zip(found, adjusted.tolist(), strict=True)]


def adjusted_chances(chances: Iterable[float]) -> Doubles:
    """Chances adjusted for how many there are (Benjamini and Hochberg's step up): marks at .05 are false in at most .05
    of cases on average. Raises ComparisonError for what is not between 0 and 1."""
    given = np.asarray(list(chances), dtype=np.float64)
    if not bool(np.all((given >= 0) & (given <= 1))):
        raise ComparisonError(sentence("概率要在 0 和 1 之间"), "bad_chance")
    many = len(given)
    order = np.argsort(-given, kind="stable")
    stepped = np.minimum.accumulate(given[order] * many / np.arange(many, 0, -1))
    found = np.empty(many)
    found[order] = np.minimum(stepped, 1.0)
    return found


def needed(change: float, dispersion: Dispersion | None = None, *, size: float = 1.0) -> int | None:
    """About how many cases the earlier period must have for a change (-0.2 is a fifth less) to be clear. Rough below 15.

    ``size``: the denominator of now over that of before. None where no number is enough: the usual swings alone are as
    large. Raises ComparisonError for no change at all, for one below -100 %, and for a size that is not positive.
    """
    denominators([size])
    if not (isfinite(change) and change >= -1 and change != 0):
        raise ComparisonError(sentence("变化要写成 -0.2 这样的数，不小于 -1，不等于 0"), "bad_change")
    if change == -1:  # nothing now: the chance that all cases fall on the earlier period
        return ceil(log(TAIL) / -log1p(size))
    ratio = 1 + change
    room = (log(ratio) / Z95) ** 2 - 2 * (dispersion.typical if dispersion else 0.0)
    if room <= 0:
        return None
    return max(1, round((1 + 1 / (ratio * size)) / room))


def _exact(now: Doubles, before: Doubles, scale: Doubles) -> tuple[Doubles, Doubles, Doubles]:
    """Clopper and Pearson's bounds of the ratio, and the chance of so large a difference."""
    from scipy.special import betainc, betaincinv

    some, any_before = np.maximum(now, 1), np.maximum(before, 1)
    low = np.where(now == 0, 0.0, _odds(betaincinv(some, before + 1, TAIL)) * scale)
    high = np.where(before == 0, inf, _odds(betaincinv(now + 1, any_before, 1 - TAIL)) * scale)
    even = (1 / scale) / (1 + 1 / scale)  # the share of now if nothing had changed
    more = np.where(now == 0, 1.0, betainc(some, before + 1, even))
    less = np.where(before == 0, 1.0, 1 - betainc(now + 1, any_before, even))
    return low, high, np.minimum(1.0, 2 * np.minimum(more, less))


def _mixed(
    now: Doubles, before: Doubles, scale: Doubles, dispersion: Dispersion
) -> tuple[Doubles, Doubles, Doubles]:
    """Bounds of the ratio of two gammas, mixed over the belief in the swing, and the chance."""
    first, second = now + ADDED, before + ADDED
    low, high, chance = mixed_bounds(
        np.log(first / second * scale), worth(first, dispersion), worth(second, dispersion), dispersion
    )
    nothing = (now == 0) & (before == 0)
    return np.where(now == 0, 0.0, low), np.where(before == 0, inf, high), np.where(nothing, 1.0, chance)


def _odds(share: Doubles) -> Doubles:
    with np.errstate(divide="ignore"):
        found: Doubles = share / (1 - share)
    return found
