"""Fits the weights of `sameevents` on made reports of the tuning seed: ``python -m benchmarks.fit_same_events``.

Writes src/fengqiao/algorithms/data/same_events.json. Two logistic regressions; half of the events are kept back to say
how good they are, then all are used.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from benchmarks.reference import ROOT
from benchmarks.samereports import TUNING, make
from fengqiao.algorithms.eventcandidates import Where, candidates
from fengqiao.algorithms.eventtexts import read_texts
from fengqiao.algorithms.eventweights import LIKELY, Weights, curve, with_products
from fengqiao.algorithms.sameevents import gathered, with_support

SIZE = 100_000
OTHERS = 400_000  # pairs of different events looked at in the first fit
COLUMNS = (0, 1, 2, 3, 5, 6, 7, 9, 10, 13, 14, 16, 17, 18, 19, 30, 31, 32, 33, 34, 35, 36)

Array = npt.NDArray[Any]


def fitted(evidence: Array, same: Array, counts: Array, keep: float) -> list[float]:
    """Weights for the columns as they stand, the constant last."""
    scale = StandardScaler().fit(evidence)
    model = LogisticRegression(C=keep, max_iter=400).fit(
        scale.transform(evidence), same, sample_weight=counts
    )
    weights = model.coef_[0] / scale.scale_
    return [float(f"{one:.5g}") for one in (*weights, model.intercept_[0] - (weights * scale.mean_).sum())]


def told(score: Array, same: Array, total: float) -> None:
    """The score from which .99 of the pairs are right, and what is found there."""
    order = np.argsort(-score, kind="stable")
    right = same[order].cumsum()
    precision = right / np.arange(1, len(order) + 1)
    last = int(np.flatnonzero(precision >= 0.99)[-1])
    recall = right[last] / total
    print(
        f"precision .99 from {score[order[last]]:.3f}: recall {recall:.3f}, F1 {1.98 * recall / (0.99 + recall):.4f}"
    )


def main() -> None:
    reports = make(SIZE, TUNING)
    events = np.array([one.event for one in reports])
    docs = [one.doc for one in reports]
    texts, where = read_texts([one.text for one in docs]), Where(docs)
    pairs = candidates(where, texts.pairs)
    evidence = gathered(texts, where, pairs)
    same = events[pairs[0]] == events[pairs[1]]
    share = min(1.0, OTHERS / len(same))
    seen = np.flatnonzero(same | (np.random.default_rng(0).random(len(same)) < share))
    first = fitted(evidence[seen], same[seen], np.where(same[seen], 1.0, 1 / share), 1.0)
    both, score = with_support(len(docs), pairs, evidence, Weights(tuple(first), COLUMNS, ()))
    kept = np.flatnonzero(score >= LIKELY)
    whole, same_kept = with_products(both[kept], COLUMNS), same[kept]
    half = events[pairs[0][kept]] % 2 == 0
    part = fitted(whole[half], same_kept[half], np.ones(int(half.sum())), 0.1)
    times = np.bincount(events[events % 2 == 1])
    told(curve(whole[~half], part), same_kept[~half], float((times * (times - 1) // 2).sum()))
    second = fitted(whole, same_kept, np.ones(len(kept)), 0.1)
    path = ROOT / "src" / "fengqiao" / "algorithms" / "data" / "same_events.json"
    path.write_text(
        json.dumps({"first": first, "columns": COLUMNS, "second": second}) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
