"""Training of the detector of danger from the project's own lines.

Method: logistic regression (danger against none, classes weighted evenly) on the signs of `dangersense`, weighted by
TF-IDF; one more regression a kind says which danger. Both limits are chosen on scores of lines held out in five folds,
each fold scored by a model that never saw it: "sure" is the highest score at which rules and detector together find the
share `RECALL` of the lines with danger, "maybe" the one at which they find `ANY` of them at all. The rules were written
with these lines at hand, so the figures kept in the model file are kinder than the truth; the benchmark is not.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from fengqiao.algorithms.dangersense import EXCUSED, SCHEME, Detector, Ear, Floats, SenseModel, weighed
from fengqiao.algorithms.dangerwords import DangerWords

KINDS = ("fire", "gas", "knife", "suicide", "missing", "violence", "scam")
RECALL = 0.79
ANY = 0.965
FOLDS = 5
LESS = 0.3  # weight of a line that was written for another purpose
MIN_LINES = 2  # lines a sign must occur in
STRENGTH = 50.0  # inverse of the pull towards nought
ROUNDS = 600
SILENT = -99.0  # score of a line that names no notion of danger

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Line:
    """A line to learn from: `danger` is one of KINDS, or empty for none."""

    text: str
    danger: str


def read_lines(content: bytes) -> list[Line]:
    """Lines of a CSV file (UTF-8, columns text and danger). Raises ValueError for a danger nobody knows."""
    lines = [Line(row["text"], row["danger"]) for row in csv.DictReader(io.StringIO(content.decode("utf-8")))]
    strange = {line.danger for line in lines} - {*KINDS, ""}
    if strange:
        raise ValueError(f"unknown danger: {sorted(strange)}")
    return lines


def digest(*contents: bytes) -> str:
    """What the lines and the word list are known by."""
    return hashlib.sha256(b"\0".join(contents)).hexdigest()


def train(
    lines: Sequence[Line],
    more: Sequence[Line],
    lexicon: DangerWords,
    ear: Ear,
    source: str,
    seed: int = 0,
) -> Detector:
    """Train on `lines`, and on `more` with less weight; `source` is the digest of the lines and the word list.

    Limits and figures are those of `lines` alone.
    """
    both = [*lines, *more]
    readings = [lexicon.read(line.text) for line in both]
    signs = [
        ear.signs(next(iter(ear.stretches(line.text))), reading)
        for line, reading in zip(both, readings, strict=True)
    ]
    own = np.arange(len(both)) < len(lines)
    task = _Task(
        [one.counts for one in signs],
        np.array([line.danger for line in both]),
        np.where(own, 1.0, LESS),
        seed,
    )
    scores = task.held_out(own)
    scores -= EXCUSED * np.array(["x0" in one.counts for one in signs])
    scores[[not ear.alarming(one.heard) for one in signs]] = SILENT
    danger = task.kinds[own] != ""
    scores = scores[own]
    by_rules = np.array([one.floor.severity == 1 for one in readings])[own]
    any_rule = np.array([one.floor.severity is not None for one in readings])[own]
    sure = _limit(scores[danger], by_rules[danger], RECALL)
    maybe = min(sure, _limit(scores[danger], any_rule[danger], ANY))
    facts = {
        "version": hashlib.sha256(f"{SCHEME} {seed} {source}".encode()).hexdigest()[:12],
        "rows": len(lines),
        "more_rows": len(more),
        "data_sha256": source,
        "metrics": {
            **_metrics("found", by_rules | (scores >= sure), danger),
            **_metrics("found_by_rules", by_rules, danger),
            **_metrics("any", any_rule | (scores >= maybe), danger),
        },
    }
    table = _Table.of(task.counts)
    weights, bias = task.fit(table)
    model = SenseModel(KINDS, table.vocabulary, table.idf, weights, bias, table.rare, sure, maybe, facts)
    return Detector(model, ear)


def _metrics(name: str, raised: Bools, danger: Bools) -> dict[str, str]:
    return {
        name: f"{int(raised[danger].sum())}/{int(danger.sum())}",
        f"{name}_falsely": f"{int(raised[~danger].sum())}/{int((~danger).sum())}",
    }


@dataclass(frozen=True, slots=True)
class _Table:
    """The signs kept, with their weights by rarity."""

    vocabulary: tuple[str, ...]
    idf: Floats
    rare: float

    @classmethod
    def of(cls, counts: Sequence[Mapping[str, int]]) -> _Table:
        lines_with = Counter(sign for one in counts for sign in one)
        kept = sorted(sign for sign, lines in lines_with.items() if lines >= MIN_LINES)
        rarity = np.log((1 + len(counts)) / (1 + np.array([lines_with[sign] for sign in kept]))) + 1
        return cls(tuple(kept), rarity.astype(np.float32), float(np.log(1 + len(counts)) + 1))

    def vectors(self, counts: Sequence[Mapping[str, int]]) -> Any:
        """One sparse row a line, as at use."""
        from scipy.sparse import csr_matrix

        row = {sign: place for place, sign in enumerate(self.vocabulary)}
        idf = self.idf.tolist()
        drawn = [weighed(one, row, idf, self.rare) for one in counts]
        places = np.concatenate([np.array(one, dtype=np.int64) for one, _ in drawn])
        values = np.concatenate([np.array(two, dtype=np.float64) for _, two in drawn])
        ends = np.cumsum([0, *(len(one) for one, _ in drawn)])
        return csr_matrix((values, places, ends), shape=(len(counts), len(self.vocabulary)))


@dataclass(frozen=True, slots=True)
class _Task:
    """What is to be learnt: signs, kinds and weight of every line."""

    counts: Sequence[Mapping[str, int]]
    kinds: npt.NDArray[np.str_]
    weight: npt.NDArray[np.float64]
    seed: int

    def fit(self, table: _Table) -> tuple[Floats, Floats]:
        """The weights of danger against none, and of every kind."""
        vectors = table.vectors(self.counts)
        targets = (self.kinds != "", *(self.kinds == kind for kind in KINDS))
        fitted = [self._logistic(vectors, target, self.weight) for target in targets]
        weights = np.stack([weight for weight, _ in fitted], axis=1).astype(np.float32)
        return weights, np.array([bias for _, bias in fitted], dtype=np.float32)

    def held_out(self, own: Bools) -> npt.NDArray[np.float64]:
        """Scores of all lines, each by a model that was trained without it."""
        from sklearn.model_selection import StratifiedKFold

        scores = np.zeros(len(self.kinds))
        groups = [f"{kind} {mine}" for kind, mine in zip(self.kinds, own, strict=True)]
        folds = StratifiedKFold(FOLDS, shuffle=True, random_state=self.seed)
        for inner, outer in folds.split(self.counts, groups):
            seen = [self.counts[place] for place in inner]
            table = _Table.of(seen)
            weights, bias = self._logistic(table.vectors(seen), self.kinds[inner] != "", self.weight[inner])
            scores[outer] = table.vectors([self.counts[place] for place in outer]) @ weights + bias
        return scores

    def _logistic(
        self, vectors: Any, target: Bools, weight: npt.NDArray[np.float64]
    ) -> tuple[npt.NDArray[np.float64], float]:
        from sklearn.linear_model import LogisticRegression

        fitted = LogisticRegression(
            C=STRENGTH, class_weight="balanced", max_iter=ROUNDS, random_state=self.seed
        )
        fitted.fit(vectors, target, sample_weight=weight)
        return fitted.coef_[0], float(fitted.intercept_[0])


def _limit(scores: npt.NDArray[np.float64], by_rules: Bools, share: float) -> float:
    """The highest score at which rules and scores together find `share` of the lines."""
    needed = int(np.ceil(share * len(scores))) - int(by_rules.sum())
    left = np.sort(scores[~by_rules])[::-1]
    if needed <= 0 or not len(left):
        return float(scores.max())
    return float(left[min(needed, len(left)) - 1])
