"""Parts of addresses: quality, speed and size, beside a plain peer.

Run: ``python -m benchmarks.places [--test FILE] [--gazetteer CSV] [--goal off]``. Data: ``address/ncap_train.jsonl`` to
train on; ``address/ncap_dev.jsonl`` is measured unless another file is named. Peer: an averaged structured perceptron
(Collins 2002) over single characters up to two away, trained and measured in the same run. Ours: what
``fengqiao train places`` makes. A span counts when start, end and tag are exact. One thread, process time. Exits 1 below
a goal.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.reference import Goals, bootstrap, data_file
from fengqiao.algorithms.addressfeatures import read_batch
from fengqiao.algorithms.addressnet import allowed_steps, best_labels
from fengqiao.algorithms.addressparser import AddressParser
from fengqiao.algorithms.addressrows import TaggedAddress, read_addresses, read_gazetteer, token_labels
from fengqiao.algorithms.addresstraining import train_addresses

Span = tuple[int, int, str]
REACH = (-2, -1, 0, 1, 2)
ROUNDS = 5


class Peer:
    """Averaged structured perceptron over single characters."""

    def __init__(self, rows: list[TaggedAddress]) -> None:
        said = [token_labels(row) for row in rows]
        known = [(row, labels) for row, labels in zip(rows, said, strict=True) if labels]
        kinds = sorted({label[2:] for _, labels in known for label in labels if label != "O"})
        self.labels = (*(f"{way}-{kind}" for kind in kinds for way in "BI"), "O")
        self.steps, self.start = allowed_steps(self.labels)
        self.place: dict[tuple[int, int], int] = {}
        given = [self._ids(row.text, grow=True) for row, _ in known]
        truth = [np.array([self.labels.index(label) for label in labels]) for _, labels in known]
        self.weights = np.zeros((len(self.place) + 1, len(self.labels)), dtype=np.float32)
        self.moves = np.zeros_like(self.steps)
        self._learn(given, truth)

    def _learn(self, given: list[npt.NDArray[np.int64]], truth: list[npt.NDArray[np.int64]]) -> None:
        late, late_moves, now = np.zeros_like(self.weights), np.zeros_like(self.moves), 1
        draw = np.random.default_rng(1)
        for _ in range(ROUNDS):
            for one in draw.permutation(len(given)):
                found = self._best(given[one])
                right = truth[one]
                for at in np.flatnonzero(found != right):
                    for label, sign in ((right[at], 1), (found[at], -1)):
                        self.weights[given[one][at], label] += sign
                        late[given[one][at], label] += sign * now
                for labels, sign in ((right, 1), (found, -1)):
                    np.add.at(self.moves, (labels[:-1], labels[1:]), sign)
                    np.add.at(late_moves, (labels[:-1], labels[1:]), sign * now)
                now += 1
        self.weights -= late / now
        self.moves -= late_moves / now

    def _ids(self, text: str, *, grow: bool = False) -> npt.NDArray[np.int64]:
        words = [0, 0, *read_batch([text]).words[read_batch([text]).places].tolist(), 0, 0]
        keys = [[(step, words[at + step]) for step in REACH] for at in range(2, len(words) - 2)]
        if grow:
            for key in (key for row in keys for key in row):
                self.place.setdefault(key, len(self.place))
        return np.array(
            [[self.place.get(key, len(self.place)) for key in row] for row in keys], dtype=np.int64
        )

    def _best(self, ids: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        scores = self.weights[ids].sum(axis=1)[None]
        best: npt.NDArray[np.int64] = best_labels(
            scores, np.array([len(ids)]), self.steps + self.moves, self.start
        )[0]
        return best

    def parse(self, text: str) -> set[Span]:
        """Spans of one address."""
        spans: list[Span] = []
        places = read_batch([text]).spans.tolist()
        for (start, end), number in zip(places, self._best(self._ids(text)).tolist(), strict=True):
            label = self.labels[number]
            if label.startswith("I-"):
                spans[-1] = (spans[-1][0], end, label[2:])
            elif label != "O":
                spans.append((start, end, label[2:]))
        return set(spans)


def f1_of(found: list[set[Span]], rows: list[TaggedAddress]) -> Callable[[npt.NDArray[np.int64]], float]:
    """Span F1 over drawn addresses."""
    right = np.array([len(one & set(row.spans)) for one, row in zip(found, rows, strict=True)])
    both = np.array([len(one) + len(row.spans) for one, row in zip(found, rows, strict=True)])
    return lambda drawn: float(2 * right[drawn].sum() / both[drawn].sum())


def told(name: str, found: list[set[Span]], rows: list[TaggedAddress], seconds: float) -> float:
    """Print F1 with its interval and the speed; give the F1."""
    score = f1_of(found, rows)
    value = score(np.arange(len(rows)))
    low, high = bootstrap(score, len(rows))
    print(
        f"{name}: span F1 {value:.4f} (95 % {low:.4f} to {high:.4f}), {len(rows) / seconds:.0f} addresses/s"
    )
    return value


def same_words(rows: list[TaggedAddress]) -> float:
    """Share of spans whose words, between the same neighbours on both sides, most often carry this very tag."""
    seen: dict[tuple[str, str, str], dict[str, int]] = {}
    for row in rows:
        for start, end, tag in row.spans:
            key = (row.text[max(0, start - 2) : start], row.text[start:end], row.text[end : end + 2])
            tags = seen.setdefault(key, {})
            tags[tag] = tags.get(tag, 0) + 1
    again = [tags for tags in seen.values() if sum(tags.values()) > 1]
    return sum(max(tags.values()) for tags in again) / sum(sum(tags.values()) for tags in again)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--test", type=Path)
    parser.add_argument("--gazetteer", type=Path)
    parser.add_argument("--goal", choices=["on", "off"], default="on")
    options = parser.parse_args()
    goals = Goals()
    train = read_addresses(data_file("address", "ncap_train.jsonl"))
    test = read_addresses(options.test or data_file("address", "ncap_dev.jsonl"))
    print(f"{len(train)} addresses to train on, {len(test)} to measure, "
          f"{len({row.text for row in train} & {row.text for row in test})} in both; same words between the same "
          f"neighbours carry the commonest tag in {same_words([*train, *test]):.3f}")  # fmt: skip
    begun = time.process_time()
    peer = Peer(train)
    trained = time.process_time()
    peer_found = [peer.parse(row.text) for row in test]
    peer_f1 = told("peer", peer_found, test, time.process_time() - trained)
    print(f"peer: trained in {trained - begun:.0f} s")
    ours_f1 = ours(goals, train, test, options.gazetteer)
    goals.check("span F1 over the peer's", ours_f1 / peer_f1, 1.0, digits=4)
    return goals.verdict(options.goal)


def ours(goals: Goals, train: list[TaggedAddress], test: list[TaggedAddress], names: Path | None) -> float:
    """Train, save, load and measure ours."""
    begun = time.process_time()
    made = train_addresses(train, gazetteer=read_gazetteer(names) if names else None)
    goals.check("seconds to train and measure", time.process_time() - begun, 300, at_most=True, digits=0)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.npz"
        made.save(path)
        goals.check("megabytes of the file", path.stat().st_size / 1e6, 12, at_most=True, digits=2)
        loaded = AddressParser.load(path)
    texts = [row.text for row in test]
    begun = time.process_time()
    found = [{(one.start, one.end, one.tag) for one in parts} for parts in loaded.parse_many(texts)]
    seconds = time.process_time() - begun
    value = told("ours", found, test, seconds)
    begun = time.process_time()
    for text in texts[:500]:
        loaded.parse(text)
    print(f"ours: {(time.process_time() - begun) * 2:.2f} ms an address, one by one; "
          f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB at most, training included")  # fmt: skip
    goals.check("span F1", value, 0.90, digits=4)
    goals.check("addresses a second, many at once", len(test) / seconds, 1_000, digits=0)
    return value


if __name__ == "__main__":
    sys.exit(main())
