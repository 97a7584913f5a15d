"""Did a measure help? Before and after at the place, beside what happened meanwhile at comparable places.

Question: where the measure was taken, cases went from ``before`` to ``now``; at comparable places without it they changed
too. By how much did the place change beyond them, and could that be chance?
Method: the ratio of the two ratios (difference in differences of logarithms). How much places swing of themselves is
learnt from the comparable places, each before and after about their common change, unless a longer history is given; a
sum over places swings less than one place. Beside the interval stands a plain check: how many of the comparable places
changed at least as far in the same direction without any measure.
Sources: D. Card and A. Krueger, American Economic Review 84 (1994), 772-793, for the comparison of differences; the
intervals as in ``comparison``.
Limits: comparable is what people who know the places say; a measure taken where it was worst lately looks good by itself
(regression to the mean), so the earlier period should be a year or more. Cases that moved next door count as prevented.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fengqiao.algorithms.comparison import Comparison, compare
from fengqiao.algorithms.comparisonfaults import ComparisonError, Doubles, counts, denominators
from fengqiao.algorithms.dispersion import Dispersion, dispersion_of
from fengqiao.algorithms.ratiobounds import ADDED, mixed_bounds, worth
from fengqiao.algorithms.sentences import Sentence, sentence

LEAST_PLACES = 5
"""Comparable places from which their swings are learnt; with fewer a history must be given."""


@dataclass(frozen=True, slots=True)
class PlaceCounts:
    """A place's cases in the period before a measure and the one after it, with denominators of either."""

    name: str
    before: int
    now: int
    before_per: float = 1.0
    now_per: float = 1.0


@dataclass(frozen=True, slots=True)
class Effect:
    """What a place changed beyond comparable ones.

    ``own``: the place by itself. ``others``: the ratio of the comparable places together. ``ratio`` of the two with its
    95 % interval ``low`` to ``high``; ``chance`` as in Comparison. ``expected``: cases the place would have had now if it
    had gone as the others. ``as_far``: comparable places out of ``places`` that changed at least as far the same way.
    """

    own: Comparison
    others: float
    ratio: float
    low: float
    high: float
    chance: float
    expected: float
    as_far: int
    places: int

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out "as the others"."""
        return self.low > 1 or self.high < 1

    @property
    def words(self) -> Sentence:
        """The finding as a sentence."""
        if not self.clear:
            verdict = sentence("可能只是偶然，说不出措施有没有用")
        elif self.ratio < 1:
            verdict = sentence("比可比的地方少，不像是偶然")
        else:
            verdict = sentence("比可比的地方多，不像是偶然")
        return sentence(
            "%(now)s 起，照可比的 %(places)s 处的变化该有 %(expected)s 起：是其 %(ratio)s 倍（%(low)s 到 %(high)s）："
            "%(verdict)s。可比的地方里有 %(as_far)s 处没有措施也变了这么多",
            now=self.own.now, places=self.places, expected=f"{self.expected:.0f}", ratio=f"{self.ratio:.2f}",
            low=f"{self.low:.2f}", high=f"{self.high:.2f}", verdict=verdict, as_far=self.as_far,
        )  # fmt: skip


def measure_effect(
    place: PlaceCounts, comparable: Sequence[PlaceCounts], dispersion: Dispersion | None = None
) -> Effect:
    """Compare a place with comparable ones. ``dispersion`` of one place from a longer history, where there is one.

    Raises ComparisonError for wrong figures, for comparable places without any case in either period, and where there are
    too few of them to learn their swings from and no ``dispersion`` is given.
    """
    before, now = _columns(comparable)
    sizes = _sizes(comparable)
    if not (before.sum() and now.sum()):
        raise ComparisonError(
            sentence("可比的地方在其中一期一起也没有，比不了：请换可比的地方或拉长时间"), "nothing_to_compare"
        )
    others = float(now.sum() / before.sum() / (_scaled(sizes, before)))
    believed = dispersion or _learnt(before, now, sizes, others)
    own = compare(
        place.now, place.before, now_per=place.now_per, before_per=place.before_per, dispersion=believed
    )
    parts = np.array([place.now, place.before, now.sum(), before.sum()]) + ADDED
    spread = np.array([1.0, 1.0, _concentration(now), _concentration(before)])
    each = worth(parts, believed, spread)
    above, under = 1 / (1 / each[0] + 1 / each[3]), 1 / (1 / each[1] + 1 / each[2])
    own_ratio = parts[0] / parts[1] * place.before_per / place.now_per
    middle = np.log([own_ratio / others])
    low, high, chance = mixed_bounds(middle, above[None], under[None], believed)
    ratio = float(np.exp(middle[0]))
    return Effect(
        own, others, ratio, float(low[0]), float(high[0]), float(chance[0]),
        expected=place.before * place.now_per / place.before_per * others,
        as_far=_as_far(before, now, sizes, others, ratio),
        places=len(comparable),
    )  # fmt: skip


def _columns(places: Sequence[PlaceCounts]) -> tuple[Doubles, Doubles]:
    what = sentence("可比的地方的数")
    return counts([one.before for one in places], what), counts([one.now for one in places], what)


def _sizes(places: Sequence[PlaceCounts]) -> Doubles:
    """How much larger each place's denominator is now."""
    return denominators([one.now_per for one in places]) / denominators([one.before_per for one in places])


def _scaled(sizes: Doubles, before: Doubles) -> float:
    """Growth of the denominators of all places together, each as heavy as its cases before."""
    return float(np.average(sizes, weights=before))


def _concentration(cases: Doubles) -> float:
    """1 where one place has all cases, 1 / places where all have as many."""
    return float((cases**2).sum() / cases.sum() ** 2)


def _learnt(before: Doubles, now: Doubles, sizes: Doubles, others: float) -> Dispersion:
    if len(before) < LEAST_PLACES:
        raise ComparisonError(
            sentence(
                "可比的地方只有 %(n)s 处，至少要 %(least)s 处，或者给出历年的数",
                n=len(before), least=LEAST_PLACES,
            ),
            "few_places",
        )  # fmt: skip
    found = dispersion_of(
        np.column_stack([before, now]).tolist(),
        sizes=np.column_stack([np.ones(len(before)), sizes * others]).tolist(),
    )
    return found.scaled(len(before) / (len(before) - 1))  # one place's worth went into the common change


def _as_far(before: Doubles, now: Doubles, sizes: Doubles, others: float, ratio: float) -> int:
    """Places that, without a measure, moved at least as far from the common change, the same way."""
    moved = np.log((now + ADDED) / (before + ADDED) / sizes / others)
    far = np.log(ratio)
    return int(np.sum(moved <= far) if far < 0 else np.sum(moved >= far))
