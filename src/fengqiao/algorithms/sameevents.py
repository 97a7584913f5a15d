"""Which of many reports are of the same event? All at once, for a table of up to some hundred thousand.

1. Only reports near in place and time are compared; where a point is missing, those of one area or with rare words in
   common (`eventcandidates`).
2. For each pair: how alike the texts are (pairs of characters, the rarer the weightier); whether their words are said of
   one event elsewhere (`togetherwords`); metres and hours; houses and flats named; whether both speak of this moment.
3. A logistic curve weighs this evidence; those hardly likely are dropped.
4. A second one looks at the others again, at the evidence, its products, and the neighbours: reports of one event are
   each other's neighbours, so pairs whose neighbours agree are lifted and the others lowered.

The weights were fitted on the made reports of `benchmarks/samereports.py`, the seed kept for tuning.

Proposals with a score between 0 and 1; the order of the reports does not matter, a pair is the same both ways.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from fengqiao.algorithms.eventcandidates import Pairs, Where, candidates, cells
from fengqiao.algorithms.eventtexts import Texts, agreement, read_texts
from fengqiao.algorithms.eventweights import FLOOR, LIKELY, Weights, curve, shipped, with_products
from fengqiao.algorithms.sameevent import Doc
from fengqiao.algorithms.togetherwords import BESIDE, MOST_PAIRS, places_of

PART = 200_000  # pairs compared at a time
NEAR_M, NEAR_HOURS = 120.0, 24.0
PASSING_M, PASSING_HOURS, LASTING_HOURS, ALIKE = 150.0, 10.0, 14 * 24.0, 0.8
FEW = 20.0
APART_HOURS = 20 * 24.0
SURE = 0.6  # score of a neighbour that counts
PRIOR = 50

Array = npt.NDArray[Any]
Rows = Any


@dataclass(frozen=True, slots=True)
class SamePair:
    """Two reports proposed as one event; `first` is the lesser id."""

    first: str
    second: str
    score: float
    distance_m: float | None
    hours: float


@dataclass(frozen=True, slots=True)
class Weighed:
    """Pairs of rows with their evidence (a column each) and score."""

    first: Array
    second: Array
    evidence: Array
    score: Array
    where: Where


def same_events(docs: Sequence[Doc], *, floor: float = FLOOR) -> list[SamePair]:
    """Pairs with a score of at least `floor`, the likeliest first. Ids must differ; raises ValueError otherwise."""
    if len({one.id for one in docs}) != len(docs):
        raise ValueError("two reports have the same id")
    if len(docs) < 2:
        return []
    ordered = sorted(docs, key=lambda one: one.id)
    found = weigh(ordered)
    kept = np.flatnonzero(found.score >= floor)
    first, second = found.first[kept], found.second[kept]
    metres, hours = found.where.metres(first, second), found.where.gap(first, second)
    pairs = [
        SamePair(ordered[a].id, ordered[b].id, round(score, 4), None if far != far else far, gap)
        for a, b, score, far, gap in zip(
            first.tolist(),
            second.tolist(),
            found.score[kept].tolist(),
            metres.tolist(),
            hours.tolist(),
            strict=True,
        )
    ]
    return sorted(pairs, key=lambda one: (-one.score, one.first, one.second))


def weigh(docs: Sequence[Doc], weights: Weights | None = None) -> Weighed:
    """All pairs worth comparing, weighed; those that are hardly likely are left out of the second look."""
    weights = weights or shipped()
    texts, where = read_texts([one.text for one in docs]), Where(docs)
    pairs = candidates(where, texts.pairs)
    first = gathered(texts, where, pairs)
    both = with_support(len(docs), pairs, first, weights)
    kept = np.flatnonzero(both[1] >= LIKELY)
    evidence = both[0][kept]
    score = curve(with_products(evidence, weights.columns), weights.second)
    return Weighed(pairs[0][kept], pairs[1][kept], evidence, score, where)


def with_support(size: int, pairs: Pairs, evidence: Array, weights: Weights) -> tuple[Array, Array]:
    """The evidence with what the neighbours say, and the score before that."""
    score = curve(evidence, weights.first)
    return np.column_stack([evidence, support(size, pairs, score)]), score


def gathered(texts: Texts, where: Where, pairs: Pairs) -> Array:
    """The evidence of pairs, a column each; its order is that of the weights."""
    first, second = pairs
    alike, shared = _alike(texts.pairs, pairs)
    sense = _sense(texts.pairs, where, pairs)
    metres, hours = where.metres(first, second), where.gap(first, second)
    both = np.isfinite(metres)
    away = np.where(both, np.log1p(np.nan_to_num(metres) / 60), 0.0)
    fresh = texts.fresh[first].astype(int) + texts.fresh[second]
    days, soon = np.log1p(hours / 48), np.log1p(hours / 6)
    passing = _passing(texts.pairs, where, pairs, sense)
    apart, common = agreement(texts.named, first, second)
    columns = [
        alike, np.log(alike + 0.02), shared * ~both, sense, sense * np.abs(sense), sense * ~both, both,
        away, away**2, days, soon, days * (fresh == 2), soon * (fresh == 2), soon * (fresh == 1),
        fresh == 2, fresh == 1, *_same(where.places, pairs), *(part * ~both for part in _same(where.areas, pairs)),
        *apart.T, *common.T, passing, passing * days, passing * soon,
    ]  # fmt: skip
    return np.column_stack(columns).astype(np.float32)


def support(size: int, pairs: Pairs, score: Array) -> Array:
    """For every pair the score, neighbours of both, and neighbours of one that are none of the other (logarithms)."""
    first, second = pairs
    sure = score >= SURE
    links = sparse.csr_matrix((score[sure], (first[sure], second[sure])), shape=(size, size))
    links = links + links.T
    common = _products(links, links, pairs)
    held = np.asarray(links.sum(axis=1)).ravel()
    own = np.where(sure, score, 0.0)
    alone = np.maximum(0.0, held[first] + held[second] - 2 * own - 2 * common)
    odds = np.log((score + 1e-6) / (1 - score + 1e-6))
    return np.column_stack([odds, np.log1p(common), np.log1p(alone), np.log1p(common) - np.log1p(alone / 2)])


def _same(names: Array, pairs: Pairs) -> tuple[Array, Array]:
    """Both have a name: the same one, or different ones."""
    ours, theirs = names[pairs[0]], names[pairs[1]]
    known = (ours >= 0) & (theirs >= 0)
    return known & (ours == theirs), known & (ours != theirs)


def _alike(rows: Rows, pairs: Pairs) -> tuple[Array, Array]:
    """Cosines of weighted features, and the logarithm of the weight shared."""
    used = np.asarray(rows.sum(axis=0)).ravel()
    weighted = rows.copy()
    weighted.data = np.log(1 + (rows.shape[0] + PRIOR) / (used[rows.indices] + 1)).astype(np.float32)
    length = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    shared = _products(weighted, weighted, pairs)
    whole = np.maximum(length[pairs[0]] * length[pairs[1]], 1e-9)
    return np.minimum(1.0, shared / whole), np.log1p(shared)


def _products(one: Rows, other: Rows, pairs: Pairs) -> Array:
    """Inner products of rows."""
    found = np.zeros(len(pairs[0]))
    for begin in range(0, len(found), PART):
        first, second = (part[begin : begin + PART] for part in pairs)
        found[begin : begin + PART] = np.asarray(one[first].multiply(other[second]).sum(axis=1)).ravel()
    return found


def _sense(rows: Rows, where: Where, pairs: Pairs) -> Array:
    """How much the words of both are said of one event elsewhere: a cosine; nought when it cannot be learned here."""
    first, second = pairs
    near = np.flatnonzero((where.metres(first, second) <= NEAR_M) & (where.gap(first, second) <= NEAR_HOURS))
    near = near[:: max(1, -(-len(near) // MOST_PAIRS))]
    together = first[near], second[near]
    places = places_of(rows, together, _beside(where, together[0]))
    if places is None:
        return np.zeros(len(first))
    sense: Array = np.einsum("ij,ij->i", places[first], places[second])
    return sense


def _passing(rows: Rows, where: Where, pairs: Pairs, sense: Array) -> Array:
    """Whether trouble told in such words is over within hours: log odds, learned from what is alike at one spot.

    A fight is told within hours and then no more; a hole in the road is told for weeks.
    """
    first, second = pairs
    metres, hours = where.metres(first, second), where.gap(first, second)
    alike = np.flatnonzero((sense >= ALIKE) & (metres <= PASSING_M) & (hours <= LASTING_HOURS))
    soon = hours[alike] <= PASSING_HOURS
    ends = np.concatenate([first[alike], second[alike]])
    told = np.bincount(ends, minlength=rows.shape[0])
    quick = np.bincount(ends, weights=np.tile(soon, 2), minlength=rows.shape[0])
    usual = (soon.sum() + 1) / (len(soon) + 2)
    share = (rows.T @ quick + FEW * usual) / (rows.T @ told + FEW)
    odds = np.log(share / (1 - share + 1e-6) + 1e-6) - np.log(usual / (1 - usual))
    odds = np.clip(odds, -4, 4)
    of = (rows @ (odds * np.abs(odds))) / np.maximum(rows @ np.abs(odds), 1e-6)
    passing: Array = (of[first] + of[second]) / 2
    return passing


def _beside(where: Where, rows: Array) -> Pairs:
    """For each row a few of the same cell of the map at other times, chosen by a fixed seed."""
    pointed = np.flatnonzero(where.pointed)
    north, east = cells(where, pointed, 600.0)
    _, cell = np.unique(north * (1 << 20) + east, return_inverse=True)
    order = np.argsort(cell, kind="stable")
    begins = np.searchsorted(cell[order], np.arange(cell.max(initial=0) + 2))
    of = np.full(len(where.hours), -1)
    of[pointed] = cell
    one = np.repeat(rows, BESIDE)
    drawn = np.random.default_rng(7).random(len(one))
    count = begins[of[one] + 1] - begins[of[one]]
    other = pointed[order[begins[of[one]] + (drawn * count).astype(np.int64)]] if len(one) else one
    kept = where.gap(one, other) > APART_HOURS
    return one[kept], other[kept]
