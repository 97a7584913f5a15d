"""What can be wrong with figures that are to be compared, said so that the reader knows what to do."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from fengqiao.algorithms.sentences import sentence

Doubles = npt.NDArray[np.float64]

MOST = 1e9
"""The largest count taken; beyond it something else than cases was counted."""


class ComparisonError(ValueError):
    """Figures that cannot be compared. The message is a Chinese sentence that says what to do."""


def counts(values: Iterable[float], what: str) -> Doubles:
    """Whole numbers from 0 to a thousand million as an array. Raises ComparisonError, naming ``what`` they are."""
    found = _numbers(values)
    if found is None or not bool(np.all((found >= 0) & (found <= MOST) & (found == np.floor(found)))):
        raise ComparisonError(
            sentence("%(what)s要是 0 到十亿的整数，请改成数出来的件数", what=what), "bad_count"
        )
    return found


def denominators(values: Iterable[float]) -> Doubles:
    """Denominators (households, people, days) as an array: above nought and finite. Raises ComparisonError."""
    found = _numbers(values)
    if found is None or not bool(np.all((found > 0) & np.isfinite(found))):
        raise ComparisonError(sentence("分母要大于 0，请填户数、人数或天数，两期用同一种"), "bad_denominator")
    return found


def _numbers(values: Iterable[float]) -> Doubles | None:
    """The values as floats; None where one is no number at all."""
    try:
        found = np.asarray(values if isinstance(values, np.ndarray) else list(values), dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        return None
    return found if bool(np.all(np.isfinite(found))) else None
