"""Comparisons: do the intervals hold, do quiet boards stay quiet, does the weekly warning see outbreaks?

Run: ``python -m benchmarks.comparison [--size quick|full] [--goal off]``. Made data, fixed seeds, one thread.

Cover: two counts about means of 2 to 1,000 whose levels swing by a negative binomial of 0 to .3, with a history of 12 to
60 periods; how often the 95 % interval holds the true ratio. Peers: the exact interval that knows chance alone, and
scipy's ``poisson_means_test`` inverted at the truth (not below .05).
Boards: 97 places x 8 kinds where nothing changed. Weekly: 260 weeks with season, trend and swings, outbreaks put into
the last week or the last six; the peer is the plain method of Farrington et al. (1996): the same weeks of the four years
before, three to either side, log-linear trend, bound on the scale of the power 2/3. Exits 1 below a goal.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri
from scipy.stats import poisson_means_test

from benchmarks.reference import Goals, best_ms, goals_wanted
from fengqiao.algorithms.comparableplaces import PlaceCounts, measure_effect
from fengqiao.algorithms.comparison import Cell, adjusted_chances, board, compare_many, needed
from fengqiao.algorithms.dispersion import Dispersion, dispersion_of
from fengqiao.algorithms.intervals import exact_share_interval
from fengqiao.algorithms.weekly import JUMP, LEAST_CASES, Week, weekly_alarms

Doubles = npt.NDArray[np.float64]
Generator = np.random.Generator

MEANS, SWINGS, HISTORIES = (2, 3, 5, 10, 30, 100, 300, 1000), (0.0, 0.01, 0.05, 0.1, 0.3), (12, 24, 36, 60)
GOAL_HISTORY = 36
"""Periods of the history the goal is held to: three years of months."""
PLACES, KINDS, MONTHS = 97, 8, 36
CLAIMS = {-0.54: 20, -0.21: 157, -0.20: 174, -0.17: 245, -0.038: 5100}
WEEKS, LEVELS = 260, (0.5, 1.0, 3.0, 10.0, 30.0, 100.0)
MOST_FALSE = 0.005


def swinging(rng: Generator, mean: Doubles | float, swing: float, shape: tuple[int, ...]) -> Doubles:
    """Counts about a mean whose level swings: a negative binomial."""
    level = rng.gamma(1 / swing, swing, shape) if swing else 1.0
    return rng.poisson(mean * level, shape).astype(np.float64)


def covered(rng: Generator, mean: float, swing: float, months: int, rounds: int, pairs: int = 25) -> float:
    """Share of intervals that hold the true ratio, ratios 1 and 2 in turn, one history for each ``pairs``."""
    held = 0
    for turn in range(rounds):
        ratio = 1.0 + turn % 2
        history = swinging(rng, mean, swing, (months,))
        now, before = swinging(rng, mean * ratio, swing, (pairs,)), swinging(rng, mean, swing, (pairs,))
        held += held_by(now, before, ratio, learnt(history))
    return held / rounds / pairs


def learnt(history: Doubles) -> Dispersion | None:
    """The swings of a history; none where it holds nothing but noughts."""
    return dispersion_of([history.tolist()]) if history.any() else None


def held_by(now: Doubles, before: Doubles, ratio: float, dispersion: Dispersion | None) -> int:
    """How many intervals hold the ratio."""
    found = compare_many(now.astype(int).tolist(), before.astype(int).tolist(), dispersion=dispersion)
    return sum(one.low <= ratio <= one.high for one in found)


def cover(goals: Goals, rounds: int) -> None:
    """Print the table of cover, ours and the peers', and check ours."""
    rng = np.random.default_rng(1)
    kept: list[float] = []
    for months in HISTORIES:
        print(f"cover with a history of {months}: rows means, columns swings {SWINGS}")
        for mean in MEANS:
            row = [covered(rng, mean, swing, months, rounds) for swing in SWINGS]
            kept += row if months == GOAL_HISTORY else []
            print(f"  {mean:>5} " + " ".join(f"{one:.3f}" for one in row), flush=True)
    inside = sum(0.94 <= one <= 0.97 for one in kept)
    print(f"history of {GOAL_HISTORY}: {inside} of {len(kept)} within .94-.97")
    goals.check(f"least cover, history of {GOAL_HISTORY}", min(kept), 0.94)
    goals.check(f"most cover, history of {GOAL_HISTORY}", max(kept), 0.97, at_most=True)
    peers(rng)


def peers(rng: Generator, pairs: int = 400) -> None:
    """What knows chance alone covers."""
    print(f"peers that know chance alone, swings {SWINGS}: exact interval | scipy poisson_means_test")
    for mean in (2, 10, 100, 1000):
        exact, tested = [], []
        for swing in SWINGS:
            now, before = (swinging(rng, mean, swing, (pairs,)) for _ in range(2))
            exact.append(held_by(now, before, 1.0, None) / pairs)
            few = zip(now[:150].astype(int).tolist(), before[:150].astype(int).tolist(), strict=True)
            tested.append(np.mean([poisson_means_test(k, 1, m, 1).pvalue > 0.05 for k, m in few if k + m]))
        print(f"  {mean:>5} " + " ".join(f"{one:.3f}" for one in exact) + " | "
              + " ".join(f"{one:.3f}" for one in tested), flush=True)  # fmt: skip


def boards(goals: Goals, rounds: int) -> None:
    """Quiet boards: how many cells are marked, by ours and naively."""
    for name, swing in (("chance alone", 0.0), ("swings of .1", 0.1), ("swings of .3", 0.3)):
        rng = np.random.default_rng(2)
        naive, stepped, ours, any_ours = [], [], [], []
        for _ in range(rounds):
            means = rng.lognormal(1.5, 1.2, (KINDS, PLACES))
            history = swinging(rng, means[:, :, None], swing, (KINDS, PLACES, MONTHS))
            now, before = (swinging(rng, means, swing, (KINDS, PLACES)) for _ in range(2))
            exact = [
                one.chance
                for kind in range(KINDS)
                for one in compare_many(now[kind].astype(int).tolist(), before[kind].astype(int).tolist())
            ]
            naive.append(sum(one <= 0.05 for one in exact))
            stepped.append(int((adjusted_chances(exact) <= 0.05).sum()))
            marked = sum(one.marked for one in board(quiet(now, before, history)))
            ours.append(marked)
            any_ours.append(marked > 0)
        print(f"quiet boards, {name}: of {PLACES * KINDS} cells naively marked {np.mean(naive):.1f}, exact with "
              f"adjustment {np.mean(stepped):.2f}, ours {np.mean(ours):.3f}", flush=True)  # fmt: skip
        goals.check(f"boards with any mark, {name}", float(np.mean(any_ours)), 0.05, at_most=True)


def quiet(now: Doubles, before: Doubles, history: Doubles) -> list[tuple[list[Cell], Dispersion]]:
    """A board's cells by kind, with the swings of the kind learnt from all its places."""
    return [
        (
            [
                Cell(f"{kind}-{n}", int(k), int(m))
                for n, (k, m) in enumerate(zip(now[kind], before[kind], strict=True))
            ],
            dispersion_of(history[kind].tolist()),
        )
        for kind in range(KINDS)
    ]


def measures(rounds: int) -> None:
    """Before and after at a place beside twelve comparable ones; nothing helped, all fell by a fifth."""
    rng = np.random.default_rng(3)
    for mean in (10, 50, 300):
        row = []
        for swing in (0.0, 0.05, 0.1, 0.3):
            held = 0
            for _ in range(rounds):
                before, now = swinging(rng, mean, swing, (13,)), swinging(rng, mean * 0.8, swing, (13,))
                places = [
                    PlaceCounts(f"{n}", int(a), int(b))
                    for n, (a, b) in enumerate(zip(before, now, strict=True))
                ]
                found = measure_effect(places[0], places[1:])
                held += found.low <= 1 <= found.high
            row.append(held / rounds)
        print(f"measure beside 12 places, mean {mean}, swings 0 .05 .1 .3: cover "
              + " ".join(f"{one:.3f}" for one in row), flush=True)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Made:
    """Weekly series with what a quiet week has as its usual size."""

    counts: Doubles
    size: Doubles


def weekly_series(rng: Generator, many: int, level: float, swing: float) -> Made:
    """Series with a season of their own, a slow trend and swings."""
    at = np.arange(WEEKS)
    turn = 2 * np.pi * (at - rng.uniform(0, 52, (many, 1))) / 52.18
    mean = level * np.exp(0.4 * np.cos(turn) + 0.1 * rng.normal(size=(many, 1)) * at / WEEKS)
    return Made(swinging(rng, mean, swing, (many, WEEKS)), np.sqrt(mean[:, -1] + swing * mean[:, -1] ** 2))


def sudden(rng: Generator, made: Made, sizes: float) -> Doubles:
    """The same with an outbreak of so many usual sizes, 3 cases at least, in the last week."""
    found = made.counts.copy()
    found[:, -1] += rng.poisson(np.maximum(sizes * made.size, 3.0))
    return found


def slow(rng: Generator, made: Made, sizes: float) -> Doubles:
    """The same with so many usual sizes more in each of the last six weeks."""
    found = made.counts.copy()
    found[:, -6:] += rng.poisson(np.maximum(sizes * made.size, 0.5)[:, None], (len(found), 6))
    return found


def farrington(counts: Doubles) -> Doubles:
    """How many bounds-of-one-standard-error the last week lies above, by the plain method of 1996."""
    end = counts.shape[1] - 1
    at = np.array([end - 52 * year + week for year in range(1, 5) for week in range(-3, 4)])
    seen, time = counts[:, at], (at - at.mean()) / 52
    weights = np.ones_like(seen)
    for _ in range(2):
        mean, ahead, error = log_linear(seen, weights, time, (end - at.mean()) / 52)
        spread = np.maximum((weights * (seen - mean) ** 2 / mean).sum(axis=1) / (seen.shape[1] - 2), 1.0)
        far = 1.5 * (seen ** (2 / 3) - mean ** (2 / 3)) / (mean ** (1 / 6) * np.sqrt(spread)[:, None])
        weights = np.where(far > 1, 1 / np.maximum(far, 1) ** 2, 1.0)
        weights *= weights.shape[1] / weights.sum(axis=1, keepdims=True)
    # on the scale of the power 2/3 a count has the variance 4/9 of spread times mean^(1/3)
    variance = 4 / 9 * ahead ** (1 / 3) * (spread + ahead * error * spread)
    found: Doubles = (counts[:, -1] ** (2 / 3) - ahead ** (2 / 3)) / np.sqrt(variance)
    return found


def log_linear(
    seen: Doubles, weights: Doubles, time: Doubles, end: float
) -> tuple[Doubles, Doubles, Doubles]:
    """Means of the weeks seen, the mean at ``end`` and the variance of its logarithm for a spread of 1."""
    columns = np.column_stack([np.ones(len(time)), time])
    mean = (seen + seen.mean(axis=1, keepdims=True) + 0.1) / 2
    for _ in range(6):
        weighted = weights * mean
        inner = np.einsum("sw,wa,wb->sab", weighted, columns, columns) + 1e-9 * np.eye(2)
        answer = (weighted * (np.log(mean) + (seen - mean) / mean)) @ columns
        rates = np.linalg.solve(inner, answer[:, :, None])[:, :, 0]
        mean = np.exp(np.clip(rates @ columns.T, -12, 12))
    last = np.array([1.0, end])
    ahead = np.minimum(np.exp(np.clip(rates @ last, -12, 12)), np.maximum(seen.max(axis=1), 0.1))
    return mean, ahead, np.einsum("a,sab,b->s", last, np.linalg.inv(inner), last)


def naive(counts: Doubles) -> Doubles:
    """How many standard errors of chance alone the last week lies above the mean of the year before."""
    mean = counts[:, -53:-1].mean(axis=1) + 0.1
    found: Doubles = (counts[:, -1] - mean) / np.sqrt(mean)
    return found


def rarity(weeks: Sequence[Week]) -> Doubles:
    """How many standard errors a chance is worth, so that bounds can be set alike."""
    return -ndtri(np.clip([one.chance for one in weeks], 1e-300, 1 - 1e-9))


def weekly(goals: Goals, many: int) -> None:
    """False alarms, what of outbreaks is seen, and how long 776 series take."""
    rng = np.random.default_rng(4)
    kinds = [(level, swing) for level in LEVELS for swing in (0.0, 0.05, 0.1, 0.3)]
    groups = [weekly_series(rng, many, level, swing) for level, swing in kinds]
    calm = [weekly_alarms(one.counts) for one in groups]
    rates = [float(np.mean([week.alarm for week in one])) for one in calm]
    worst = int(np.argmax(rates))
    print(f"{len(kinds) * many:,} quiet weeks: jump {np.mean([[w.jump for w in one] for one in calm]):.4f}, creep "
          f"{np.mean([[w.creep for w in one] for one in calm]):.4f}; worst {rates[worst]:.4f} at level and swing "
          f"{kinds[worst]}")  # fmt: skip
    goals.check("false alarms of quiet weeks", float(np.mean(rates)), MOST_FALSE, at_most=True, digits=4)
    for name, change in (("4 usual sizes in one week", sudden), ("1.5 in each of six weeks", slow)):
        sizes = 4.0 if change is sudden else 1.5
        told = seen_of(groups, calm, [change(rng, one, sizes) for one in groups])
        print(f"{name}: seen " + ", ".join(f"{who} {share:.3f}" for who, share in told.items()), flush=True)
        goals.check(f"seen over Farrington's, {name}", told["ours"] / told["Farrington"], 1.0)
    table = np.concatenate([one.counts[:33] for one in groups])[:776]
    spent = best_ms(weekly_alarms, [table], times=7)
    goals.check(f"ms for {len(table)} series of {WEEKS} weeks", spent, 50, at_most=True, digits=1)


def seen_of(groups: list[Made], calm: list[list[Week]], after: list[Doubles]) -> dict[str, float]:
    """Share of outbreaks seen. The peers' bounds are set so that they raise as many false alarms as ours in all."""
    ours = [weekly_alarms(one) for one in after]
    false = float(np.mean([[w.alarm for w in one] for one in calm]))
    told = {
        "ours": float(np.mean([[w.alarm for w in one] for one in ours])),
        "ours by jump alone": float(np.mean([[w.jump for w in one] for one in ours])),
    }
    for who, method in (("Farrington", farrington), ("naive Poisson", naive)):
        quiet_scores = np.concatenate([enough(method(one.counts), one.counts) for one in groups])
        bound = np.quantile(quiet_scores, 1 - false)
        told[who] = float(np.mean(np.concatenate([enough(method(one), one) for one in after]) > bound))
        if who == "Farrington":
            usual = float((quiet_scores > -ndtri(JUMP)).mean())
            print(f"  {who} with a bound at its nominal {JUMP}: {usual:.4f} false alarms")
    jump = np.concatenate([enough(rarity(one), g.counts) for one, g in zip(calm, groups, strict=True)])
    bound = np.quantile(jump, 1 - false)
    after_jump = [enough(rarity(one), g) for one, g in zip(ours, after, strict=True)]
    told["ours without creep, as many false alarms"] = float(np.mean(np.concatenate(after_jump) > bound))
    return told


def enough(scores: Doubles, counts: Doubles) -> Doubles:
    """Scores, far below any bound where this week has too few cases for an alarm."""
    return np.where(counts[:, -1] >= LEAST_CASES, scores, -99.0)


def claims(goals: Goals) -> None:
    """Counts a claim needs, and the share of the example."""
    for change, wanted in CLAIMS.items():
        found = needed(change)
        goals.check(
            f"needed for {change:+.1%}, apart from {wanted}",
            abs((found or 0) / wanted - 1),
            0.03,
            at_most=True,
        )
        print(f"  {found}; with swings of 5 % {needed(change, Dispersion.known(0.05**2))}")
    low, high = exact_share_interval(54, 57)
    print(f"54 of 57: {low:.1%} to {high:.1%}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    options = goals_wanted(parser, sized=True)
    much = 3 if options.size == "full" else 1
    goals = Goals()
    claims(goals)
    weekly(goals, 1000 * much)
    boards(goals, 30 * much)
    measures(200 * much)
    cover(goals, 100 * much)
    return goals.verdict(options.goal)


if __name__ == "__main__":
    sys.exit(main())
