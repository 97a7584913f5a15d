"""Reports of one event among made reports: a batch, and one report against many, beside plain peers.

Run: ``python -m benchmarks.sameevents [--size full] [--goal off]``. Data: `benchmarks.samereports`, the seed for figures
(ours was fitted on another). Peer: TF-IDF over pairs and triples of characters used by at most 5 % of the reports, the
cosine as score (scikit-learn); and the same kept to what is within 300 m and three days, or a day where a point is
missing. The peer at its best threshold in hindsight, ours at the one it ships with. Quick: 10,000 reports, where little
can be learned of which words go together; full: 100,000, and one report against 1,000,000. Intervals resample events.
One thread, process time. Exits 1 below a goal.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import gc
import sys
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.feature_extraction.text import TfidfVectorizer

from benchmarks.reference import Goals, bootstrap
from benchmarks.samereports import FIGURES, Told, make
from fengqiao.algorithms.eventcandidates import Where, candidates
from fengqiao.algorithms.sameevents import same_events
from fengqiao.algorithms.similarity import DuplicateIndex

LEAST = 0.3  # cosine below which the peer does not look
PART, NEAR = 2_000, 200_000
Array = npt.NDArray[Any]


def peer_rows(told: Sequence[Told]) -> Any:
    """The peer's vectors."""
    vectors = TfidfVectorizer(
        analyzer="char", ngram_range=(1, 3), sublinear_tf=True, min_df=2, dtype=np.float32
    )
    return vectors.fit_transform([one.doc.text for one in told])


def peer_pairs(rows: Any) -> tuple[Array, Array, Array]:
    """All pairs of texts with a cosine of at least 0.3."""
    turned = rows.T.tocsr()
    found: list[tuple[Array, Array, Array]] = []
    for begin in range(0, rows.shape[0], PART):
        part = (rows[begin : begin + PART] @ turned).tocoo()
        kept = (part.data >= LEAST) & (part.row + begin < part.col)
        found.append((part.row[kept] + begin, part.col[kept], part.data[kept]))
    return tuple(np.concatenate(one) for one in zip(*found, strict=True))  # type: ignore[return-value]


def peer_near(where: Where, rows: Any) -> tuple[Array, Array]:
    """Pairs within 300 m and three days, or a day and an area or rare words in common where a point is missing."""
    ones = rows.copy()
    ones.data[:] = 1
    one, two = candidates(where, ones)
    metres, hours = where.metres(one, two), where.gap(one, two)
    near = np.where(np.isnan(metres), hours <= 24, (metres <= 300) & (hours <= 72))
    return one[near], two[near]


def _cosines(rows: Any, one: Array, two: Array) -> Array:
    found: Array = np.asarray(rows[one].multiply(rows[two]).sum(axis=1)).ravel()
    return found


def best(score: Array, same: Array, total: float) -> tuple[float, float, float]:
    """Precision, recall and F1 at the best threshold."""
    order = np.argsort(-score, kind="stable")
    right = same[order].cumsum()
    precision, recall = right / np.arange(1, len(order) + 1), right / total
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-9)
    at = int(f1.argmax())
    return float(precision[at]), float(recall[at]), float(f1[at])


def batch(goals: Goals, size: int, full: bool) -> None:
    """Quality and speed of all pairs at once."""
    told = make(size, FIGURES)
    events = np.array([one.event for one in told])
    times = np.bincount(events)
    total = float((times * (times - 1) // 2).sum())
    docs = [one.doc for one in told]
    row = {one.id: number for number, one in enumerate(docs)}
    begun = time.process_time()
    pairs = same_events(docs)
    spent = time.process_time() - begun
    first = np.array([row[one.first] for one in pairs])
    second = np.array([row[one.second] for one in pairs])
    same = events[first] == events[second]
    precision, recall = float(same.mean()), float(same.sum() / total)
    f1 = 2 * precision * recall / (precision + recall)
    right = np.bincount(events[first[same]], minlength=len(times))
    wrong = np.bincount(events[first[~same]], minlength=len(times))
    there = times * (times - 1) // 2

    def drawn_f1(drawn: npt.NDArray[np.int64]) -> float:
        got, of = right[drawn].sum(), there[drawn].sum()
        return float(2 * got / (got + wrong[drawn].sum() + of))

    low, high = bootstrap(drawn_f1, len(times), rounds=300)
    print(f"{size} reports, {int(total)} pairs of one event")
    print(f"ours: precision {precision:.4f}, recall {recall:.4f}, F1 {f1:.4f} ({low:.4f} to {high:.4f})")
    begun = time.process_time()
    rows = peer_rows(told)
    one, two, score = peer_pairs(rows)
    peer_spent = time.process_time() - begun
    plain = best(score, events[one] == events[two], total)
    one, two = peer_near(Where(docs), rows)
    parts = range(0, len(one), NEAR)
    score = np.concatenate([_cosines(rows, one[at : at + NEAR], two[at : at + NEAR]) for at in parts])
    placed = best(score, events[one] == events[two], total)
    print(
        "peer, text: precision {:.3f}, recall {:.3f}, F1 {:.3f}".format(*plain), f"{size / peer_spent:.0f}/s"
    )
    print("peer, text, place and time: precision {:.3f}, recall {:.3f}, F1 {:.3f}".format(*placed))
    goals.check(f"{size}: precision", precision, 0.99 if full else 0.97)
    goals.check(f"{size}: F1 over the peer's by text alone", f1 / plain[2], 2.0)
    goals.check(f"{size}: F1 over the peer's with place and time", f1 / placed[2], 1.0)
    if full:
        goals.check(f"{size}: F1", f1, 0.95)
    goals.check(f"{size}: reports a second", size / spent, 10_000, digits=0)


def online(goals: Goals, size: int) -> None:
    """One report against many: time, memory, and whether the first proposal is of the same event."""
    told = make(size, FIGURES)
    times = np.bincount([one.event for one in told])
    event = {one.doc.id: one.event for one in told}
    asked = [one for one in told[:: max(1, size // 4_000)] if times[one.event] > 1][:1_000]
    index = DuplicateIndex()
    begun = time.process_time()
    for one in told:
        index.add(one.doc)
    adding = (time.process_time() - begun) / size * 1_000
    gc.collect()
    gc.freeze()
    spans, right, proposed = [], 0, 0
    for one in asked:
        begun = time.process_time()
        found = index.query(one.doc)
        spans.append((time.process_time() - begun) * 1_000)
        proposed += bool(found)
        right += bool(found) and event[found[0].id] == one.event
    middle, late = np.percentile(spans, [50, 99])
    print(
        f"{size} held: {adding:.2f} ms to add, {index.nbytes / size:.0f} bytes each, {index.nbytes / 2**20:.0f} MB; of "
        f"{len(asked)} told more than once {proposed} have a proposal, the first is right for {right}"
    )
    goals.check(f"{size} held: ms a query, half of them", float(middle), 5, at_most=True)
    goals.check(f"{size} held: ms a query, 99 of 100", float(late), 5, at_most=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--goal", choices=["on", "off"], default="on")
    parser.add_argument("--size", choices=["quick", "full"], default="quick")
    parser.add_argument("--only", choices=["batch", "online"])
    options = parser.parse_args()
    goals = Goals()
    full = options.size == "full"
    if options.only != "online":
        batch(goals, 100_000 if full else 10_000, full)
    if options.only != "batch":
        online(goals, 1_000_000 if full else 30_000)
    return goals.verdict(options.goal)


if __name__ == "__main__":
    sys.exit(main())
