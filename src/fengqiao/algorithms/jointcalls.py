"""Many calls at once: which unit goes where, so that all of them together are served soonest.

Question: one unit a call, at most one call a unit; which pairs?
First as many of the most urgent calls as possible are served, then of the next, and so on; among the ways to do that,
the one with the least sum of seconds, a second of a more urgent call counting more (``WEIGHT``). A unit that no road
leads from counts an hour more, so it is used only where a road unit is not within the hour. This is the assignment
problem, solved exactly (H. W. Kuhn, Naval Research Logistics Quarterly 2 (1955), 83-97; D. F. Crouse, IEEE Transactions
on Aerospace and Electronic Systems 52 (2016), 1679-1696, as scipy.optimize.linear_sum_assignment has it). The result
carries what sending the nearest free unit call by call, the most urgent first, would have reached: never better.
Limits: at most 40 calls; calls still to come are unknown, so a quarter without units is not avoided. People decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from fengqiao.algorithms.nearest import NearestUnits
from fengqiao.algorithms.roadgraph import Floats, Ints
from fengqiao.algorithms.sentences import sentence
from fengqiao.algorithms.unitlanes import STRAIGHT
from fengqiao.algorithms.unitstates import PRIORITIES, Call, Found, why_not

MOST_CALLS = 40
WEIGHT = {1: 8, 2: 4, 3: 2, 4: 1}
"""How much a second of a call counts, by its priority."""
_GUESS_MS, _LONGEST_MS = 3_600_000, 21_600_000  # added to a straight-line time; longer trips count six hours


@dataclass(frozen=True, slots=True)
class Sent:
    """One call and the unit proposed for it; None where none is left that may be sent."""

    call: str
    priority: int
    unit: Found | None


@dataclass(frozen=True, slots=True)
class Plan:
    """Calls in the order given. ``served`` is how many have a unit, ``weighted_s`` the sum of their weighted seconds;
    ``greedy_served`` and ``greedy_weighted_s`` are what call by call would have reached. ``served`` is never less than
    greedy's; where both serve equally many of each priority, ``weighted_s`` is never more."""

    sent: tuple[Sent, ...]
    served: int
    weighted_s: float
    greedy_served: int
    greedy_weighted_s: float


def assign(engine: NearestUnits, calls: Sequence[Call], *, now: datetime) -> Plan:
    """The best joint assignment of up to ``MOST_CALLS`` calls.

    Raises ``ValueError`` for more, for two calls of one id and for unusable coordinates.
    """
    if len(calls) > MOST_CALLS:
        raise ValueError(
            sentence("一次最多一起安排 %(most)s 个警情，这里有 %(n)s 个", most=MOST_CALLS, n=len(calls))
        )
    if len({call.id for call in calls}) < len(calls):
        raise ValueError(sentence("有两个警情的编号相同"))
    cost, may = _costs(engine, calls, now)
    priorities = [call.priority for call in calls]
    chosen = best_pairs(cost, may, left_out_costs(priorities))
    greedy = greedy_pairs(cost, may, priorities)
    sent = tuple(_sent(engine, call, int(unit), now) for call, unit in zip(calls, chosen, strict=True))
    return Plan(
        sent, int((chosen >= 0).sum()), _total(cost, chosen) / 1000,
        int((greedy >= 0).sum()), _total(cost, greedy) / 1000,
    )  # fmt: skip


def _sent(engine: NearestUnits, call: Call, unit: int, now: datetime) -> Sent:
    found = engine.found(engine.ids[unit], call, now=now) if unit >= 0 else None
    return Sent(call.id, call.priority, found)


def _costs(
    engine: NearestUnits, calls: Sequence[Call], now: datetime
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """(calls, units) weighted milliseconds, and who may be sent where."""
    units = [engine.unit(name) for name in engine.ids]
    if not calls or not units:
        return np.zeros((len(calls), len(units))), np.zeros((len(calls), len(units)), dtype=bool)
    millis = engine.millis(engine.place([call.lon for call in calls], [call.lat for call in calls]))
    guessed = millis >= STRAIGHT
    millis = np.where(guessed, millis - STRAIGHT + _GUESS_MS, millis)
    weight = np.array([WEIGHT[call.priority] for call in calls])[:, None]
    may = np.array([[why_not(unit, call, now) is None for unit in units] for call in calls])
    return np.minimum(millis, _LONGEST_MS) * weight.astype(np.float64), may


def left_out_costs(priorities: Sequence[int]) -> Floats:
    """What leaving a call out costs: more than everything that less urgent calls could bring.

    At most 4.8e14 for 40 calls, so that sums of the few that meet in one comparison stay whole numbers below 2^53.
    """
    all_served = len(priorities) * max(WEIGHT.values()) * float(_LONGEST_MS)
    levels = len(PRIORITIES) - np.array(priorities, dtype=np.int64)
    return np.asarray(all_served * (len(priorities) + 1.0) ** levels, dtype=np.float64)


def best_pairs(cost: Floats, may: npt.NDArray[np.bool_], left_out: Floats) -> Ints:
    """For each row the column of the least total cost, -1 for left out; every row has a way out at ``left_out``."""
    rows, columns = cost.shape
    if not rows:
        return np.zeros(0, dtype=np.int64)
    out = np.where(np.eye(rows, dtype=bool), left_out[:, None], np.inf)
    wide = np.concatenate([np.where(may, cost, np.inf), out], axis=1)
    _row, column = linear_sum_assignment(wide)
    return np.where(column < columns, column, -1).astype(np.int64)


def greedy_pairs(cost: Floats, may: npt.NDArray[np.bool_], priorities: Sequence[int]) -> Ints:
    """Call by call, the most urgent first, the nearest unit still free: what a busy person would do."""
    chosen = np.full(len(priorities), -1, dtype=np.int64)
    free = np.where(may, cost, np.inf)
    for row in sorted(range(len(priorities)), key=lambda n: priorities[n]):
        if free.shape[1] and np.isfinite(free[row]).any():
            chosen[row] = int(np.argmin(free[row]))
            free[:, chosen[row]] = np.inf
    return chosen


def _total(cost: Floats, chosen: Ints) -> float:
    rows = np.flatnonzero(chosen >= 0)
    return float(cost[rows, chosen[rows]].sum())
