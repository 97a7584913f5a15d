"""Is there more of it, or is more of it reported?

Question: counts of reports follow what happens and how readily people report. When reports of every kind per household
move, a change of one kind may be the same movement; and a place that hardly reports is silent, not safe.
Method: all reports per household, now and before, compared as any two rates; each place against all others together,
with the swings between places learnt from the places themselves, and adjusted for how many are looked at.
Limits: it warns, it does not correct: nobody knows how much was never reported. Households must be counted alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fengqiao.algorithms.comparison import FALSE_MARKS, Comparison, adjusted_chances, compare
from fengqiao.algorithms.comparisonfaults import ComparisonError, counts, denominators
from fengqiao.algorithms.dispersion import Dispersion, dispersion_of
from fengqiao.algorithms.ratiobounds import ADDED, mixed_bounds, worth
from fengqiao.algorithms.sentences import Sentence, sentence

MOVED = 0.1
"""A clear change of all reports per household of this share or more is told."""
SILENT = 0.5
"""Share of the others' reports per household below which a place is silent."""
_HUNDRED = 100.0


@dataclass(frozen=True, slots=True)
class Effort:
    """All reports per 100 households, now and before, and their comparison."""

    comparison: Comparison

    @property
    def now(self) -> float:
        """Reports per 100 households now."""
        return _HUNDRED * self.comparison.now / self.comparison.now_per

    @property
    def before(self) -> float:
        """Reports per 100 households before."""
        return _HUNDRED * self.comparison.before / self.comparison.before_per

    @property
    def warning(self) -> Sentence | None:
        """What to bear in mind, where reporting moved; else None."""
        found, change = self.comparison, self.comparison.change
        if not found.clear or (change is not None and abs(change) < MOVED):
            return None
        parts = {"now": f"{self.now:.1f}", "before": f"{self.before:.1f}"}
        if found.low > 1:
            return sentence(
                "注意：全部反映从每百户 %(before)s 起到 %(now)s 起，报得多了，不等于事多了", **parts
            )
        return sentence("注意：全部反映从每百户 %(before)s 起到 %(now)s 起，报得少了，不等于事少了", **parts)


def reporting_effort(
    now: int,
    before: int,
    *,
    households_now: float,
    households_before: float,
    dispersion: Dispersion | None = None,
) -> Effort:
    """Compare all reports per household of two periods. Raises ComparisonError for wrong figures."""
    return Effort(
        compare(now, before, now_per=households_now, before_per=households_before, dispersion=dispersion)
    )


@dataclass(frozen=True, slots=True)
class Silence:
    """A place with surely less than half the others' reports per household; rates are per 100 households."""

    name: str
    rate: float
    others: float

    @property
    def words(self) -> Sentence:
        """What to do about it."""
        return sentence(
            "%(name)s 每百户 %(rate)s 起，别处 %(others)s 起：没有报不等于没有事，请上门问一问",
            name=self.name, rate=f"{self.rate:.1f}", others=f"{self.others:.1f}",
        )  # fmt: skip


def silent_places(names: Sequence[str], reports: Sequence[int], households: Sequence[float]) -> list[Silence]:
    """Places that surely report less than half as much per household as all others together, in the order given.

    Raises ComparisonError for wrong figures and for fewer than five places.
    """
    told, homes = counts(reports, sentence("反映数")), denominators(households)
    if not len(names) == len(told) == len(homes):
        raise ComparisonError(sentence("件数和分母的行数不一样，请一行对一行"), "unequal_length")
    believed = dispersion_of([told.tolist()], sizes=[homes.tolist()])
    rest, rest_homes = told.sum() - told, homes.sum() - homes
    # the sum of the others swings less than one place: by how their reports are spread over them
    spread = ((told**2).sum() - told**2) / np.maximum(rest, 1.0) ** 2
    middle = np.log((told + ADDED) / (homes * SILENT) / ((rest + ADDED) / rest_homes))
    _low, high, chance = mixed_bounds(
        middle, worth(told + ADDED, believed), worth(rest + ADDED, believed, spread), believed
    )
    marked = (adjusted_chances(chance) <= FALSE_MARKS) & (high < 1)
    rates, others = _HUNDRED * told / homes, _HUNDRED * rest / rest_homes
    return [Silence(names[n], float(rates[n]), float(others[n])) for n in range(len(names)) if marked[n]]
