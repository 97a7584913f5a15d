"""Messages as weighted vectors that grow day by day, for whoever groups them by what they speak of.

Features are pairs of neighbouring characters of the title, which count double, and of the first part of the body; a pair
inside the name of a place counts half as much again, and a district named is a feature of its own. A feature weighs
ln((n + 50) / (d + 1)), n the messages seen so far and d those that use it: nothing of a later day is in a weight.
Weights are taken anew whenever the messages have grown by half. So that the cost stays near-linear, features used by
more than 1,000 messages and more than 1 % of them are left out.
Source of the weighting: G. Salton and C. Buckley, Information Processing & Management 24 (1988), 513-523.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from fengqiao.algorithms.placenames import districts, place_names
from fengqiao.algorithms.segment import bigrams, flatten

BODY_CHARS = 300
TITLE_CHARS = 100
TITLE_COUNTS = 2
PLACE_COUNTS, DISTRICT_COUNTS = 1.5, 3.0
UNSHARED = 20  # features nobody shares, thought into every message
PRIOR = 50  # messages thought of before the first one, so that early weights are not wild
REGROWTH = 1.5
TAIL_SHARE = 0.1  # share of vectors not yet turned by feature
COMMON_FROM, COMMON_SHARE = 1_000, 0.01

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]
Rows = Any  # scipy's sparse matrices carry no types


@dataclass(frozen=True, slots=True)
class _Counts:
    features: Ints
    counts: Floats


class VectorStore:
    """Vectors of the messages that are still compared, by slot (their order of arrival)."""

    _main: Rows
    _by_feature: Rows
    _tail: Rows

    def __init__(self) -> None:
        self._number: dict[str, int] = {}
        self._used = array("i")
        self._seen = 0
        self._weighed_at = 0
        self._held: list[_Counts] = []
        self._settle(sparse.csr_matrix((0, 0), dtype=np.float32))

    def __len__(self) -> int:
        return len(self._held)

    def add(self, texts: Sequence[tuple[str, str]]) -> None:
        """Take in messages of one moment (title, body); their words count in each other's weights."""
        fresh = [self._counts(title, body) for title, body in texts]
        for one in fresh:
            for feature in one.features.tolist():
                self._used[feature] += 1
        self._seen += len(fresh)
        self._held.extend(fresh)
        if self._seen > self._weighed_at * REGROWTH + PRIOR:
            self._weigh_all()
        else:
            self._append(self._weighed(fresh))

    def keep(self, slots: Sequence[int]) -> None:
        """Forget all but these slots, which are numbered anew in their order."""
        self._held = [self._held[slot] for slot in slots]
        self._weigh_all()

    def sums(self, members: Rows) -> Rows:
        """For each row of `members` (rows by slots, ones where a slot belongs to it) the sum of its vectors."""
        width = len(self._used)
        first, rest = (
            members[:, : self._main.shape[0]] @ self._main,
            members[:, self._main.shape[0] :] @ self._tail,
        )
        for part in (first, rest):
            part.resize((members.shape[0], width))
        return first + rest

    def products(self, vectors: Rows) -> Rows:
        """Inner products of the given vectors with the vector of every slot."""
        first = vectors[:, : self._by_feature.shape[0]] @ self._by_feature
        rest = vectors[:, : self._tail.shape[1]] @ self._tail.T
        return sparse.hstack([first, rest], format="csr")

    def _append(self, rows: Rows) -> None:
        self._tail.resize((self._tail.shape[0], rows.shape[1]))
        self._tail = sparse.vstack([self._tail, rows], format="csr")
        if self._tail.shape[0] > PRIOR + self._main.shape[0] * TAIL_SHARE:
            wide = self._main.copy()
            wide.resize((wide.shape[0], rows.shape[1]))
            self._settle(sparse.vstack([wide, self._tail], format="csr"))

    def _weigh_all(self) -> None:
        self._weighed_at = self._seen
        self._settle(self._weighed(self._held))

    def _settle(self, rows: Rows) -> None:
        """Turn all vectors by feature: the costly step, so done only when they have grown by a tenth."""
        self._main, self._by_feature = rows, rows.T.tocsr()
        self._tail = sparse.csr_matrix((0, rows.shape[1]), dtype=np.float32)

    def _weighed(self, messages: Sequence[_Counts]) -> Rows:
        """Vectors by the weights of now, of unit length but for short messages, which share more by chance and are made
        shorter: as if each had some features more that nobody shares."""
        indptr = np.cumsum([0, *(len(one.features) for one in messages)])
        features = np.concatenate([np.empty(0, np.int32), *(one.features for one in messages)])
        counts = np.concatenate([np.empty(0, np.float32), *(one.counts for one in messages)])
        used = np.frombuffer(self._used, dtype=np.int32)[features] if len(features) else features
        weights = counts * np.log((self._seen + PRIOR) / (used + 1.0)).astype(np.float32)
        weights[used > max(COMMON_FROM, COMMON_SHARE * self._seen)] = 0.0
        rows = sparse.csr_matrix((weights, features, indptr), shape=(len(messages), len(self._used)))
        rows.eliminate_zeros()
        squares = np.asarray(rows.multiply(rows).sum(axis=1)).ravel()
        own = np.maximum(np.diff(rows.indptr), 1)
        lengths = np.sqrt(squares * (1 + UNSHARED / own))
        rows.data /= np.repeat(np.maximum(lengths, 1e-9), np.diff(rows.indptr)).astype(np.float32)
        return rows

    def _counts(self, title: str, body: str) -> _Counts:
        numbers = sorted((self._feature(one), weight) for one, weight in _features(title, body).items())
        return _Counts(
            np.array([number for number, _ in numbers], dtype=np.int32),
            np.array([weight for _, weight in numbers], dtype=np.float32),
        )

    def _feature(self, feature: str) -> int:
        number = self._number.setdefault(feature, len(self._used))
        if number == len(self._used):
            self._used.append(0)
        return number


def _features(title: str, body: str) -> dict[str, float]:
    """Features of a message with how much they are said."""
    head = flatten(title[: 2 * TITLE_CHARS])[:TITLE_CHARS]
    rest = flatten(body[: 2 * BODY_CHARS])[:BODY_CHARS]
    counts = Counter(bigrams(rest))
    for pair in bigrams(head):
        counts[pair] += TITLE_COUNTS
    weights = {pair: 1 + log(times) for pair, times in counts.items()}
    named = {pair for name in (*place_names(head), *place_names(rest)) for pair in bigrams(name)}
    for pair in named:
        weights[pair] *= PLACE_COUNTS
    for district in districts(head) or districts(rest):
        weights["@" + district] = DISTRICT_COUNTS
    return weights
