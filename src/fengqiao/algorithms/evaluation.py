"""How good a model is on texts whose labels are known: figures to judge it by before it is trusted with anything.

Question: of what the model would say by itself, how much is right, how sure may one be of its sureness, and how much
could be left to it? Accuracy and macro-F1 over the labels that occur, the truth among the first two, calibration error
over ten bins, and *cover*: the largest share of texts that can be told apart by confidence alone so that at least .95
(.98) of them are right. Cover is measured on the very texts given, so on few texts it flatters; each figure of a
thousand texts is uncertain by some two hundredths, `interval` says by how much.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from fengqiao.algorithms.intervals import share_interval
from fengqiao.algorithms.linear import Floats, LinearClassifier

PRECISIONS = (0.95, 0.98)
BINS = 10


class EvaluationError(ValueError):
    """Texts that say nothing about the model; the message says why, in the user's language."""


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers of about the same confidence: from `low` to `high`, how many, how sure on average, what share right."""

    low: float
    high: float
    count: int
    confidence: float
    right: float


@dataclass(frozen=True, slots=True)
class LabelFigures:
    """One label: texts that carry it, and precision, recall and F1 of the model on it."""

    label: str
    count: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Figures of a model on labelled texts.

    `interval`: 95 % for the accuracy. `silent`: texts the model says nothing about, counted as wrong. `cover_at`: by
    precision, the share of all texts. `names` go with rows and columns of `confusion`: texts of the i-th taken for the
    j-th. Speed in texts a second of processor time.
    """

    rows: int
    accuracy: float
    interval: tuple[float, float]
    macro_f1: float
    top2: float
    ece: float
    cover_at: dict[str, float]
    docs_per_second: float
    silent: int
    labels: tuple[LabelFigures, ...]
    bins: tuple[Bin, ...]
    names: tuple[str, ...]
    confusion: tuple[tuple[int, ...], ...]
    fraud_f1: float | None = None

    def summary(self) -> dict[str, Any]:
        """The figures that are one number each, as JSON takes them."""
        one_number = (
            "rows",
            "accuracy",
            "interval",
            "macro_f1",
            "top2",
            "ece",
            "cover_at",
            "docs_per_second",
        )
        said = {name: value for name, value in asdict(self).items() if name in (*one_number, "silent")}
        return said if self.fraud_f1 is None else {**said, "fraud_f1": self.fraud_f1}


def evaluate(
    model: LinearClassifier, texts: Sequence[str], labels: Sequence[str], *, fraud_prefix: str = ""
) -> Evaluation:
    """Let the model read `texts` and compare with `labels`. A label it does not know is a miss, not an error.

    `fraud_prefix`: also the F1 of "label begins with this" against the rest. Raises EvaluationError without rows.
    """
    if not texts:
        raise EvaluationError("没有可以用来衡量的行：文字和类别都不能空。")
    begun = time.process_time()
    chances = model.chances(texts)
    seconds = time.process_time() - begun
    names = (*model.labels, *sorted(set(labels) - set(model.labels)))
    truth = np.array([names.index(label) for label in labels], dtype=np.int64)
    order = np.argsort(-chances, axis=1, kind="stable")
    sure = chances.max(axis=1)
    told = sure > 0
    said = np.where(told, order[:, 0], -1)
    right = said == truth
    second = np.where(told, order[:, 1], -1)
    figures = tuple(_label(names[n], truth == n, said == n) for n in np.unique(truth).tolist())
    return Evaluation(
        rows=len(texts),
        accuracy=float(right.mean()),
        interval=share_interval(int(right.sum()), len(texts)),
        macro_f1=float(np.mean([one.f1 for one in figures])),
        top2=float((right | (second == truth)).mean()),
        ece=calibration_error(sure, right),
        cover_at={f"{wanted}": cover_at(sure, right, wanted) for wanted in PRECISIONS},
        docs_per_second=len(texts) / max(seconds, 1e-9),
        silent=int((~told).sum()),
        labels=figures,
        bins=bins(sure, right),
        names=names,
        confusion=_confusion(truth, said, len(names)),
        fraud_f1=_of_prefix(names, truth, said, fraud_prefix) if fraud_prefix else None,
    )


def cover_at(confidence: Floats, right: npt.NDArray[np.bool_], precision: float) -> float:
    """Share of answers, the surest first, of which at least `precision` are right; equal confidences stay together."""
    order = np.argsort(-confidence, kind="stable")
    good = np.cumsum(right[order]) >= precision * np.arange(1, len(order) + 1)
    last_of_its_kind = np.append(confidence[order][1:] < confidence[order][:-1], True)
    reached = np.flatnonzero(good & last_of_its_kind)
    return float((reached[-1] + 1) / len(order)) if len(reached) else 0.0


def bins(confidence: Floats, right: npt.NDArray[np.bool_]) -> tuple[Bin, ...]:
    """Answers in ten bins of equal width; empty ones are left out."""
    place = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return tuple(
        Bin(
            low=n / BINS,
            high=(n + 1) / BINS,
            count=int((place == n).sum()),
            confidence=float(confidence[place == n].mean()),
            right=float(right[place == n].mean()),
        )
        for n in np.unique(place).tolist()
    )


def calibration_error(confidence: Floats, right: npt.NDArray[np.bool_]) -> float:
    """Expected calibration error: gap between mean confidence and share right, over ten bins of equal width."""
    return float(
        sum(abs(one.confidence - one.right) * one.count for one in bins(confidence, right)) / len(right)
    )


def _label(name: str, true: npt.NDArray[np.bool_], said: npt.NDArray[np.bool_]) -> LabelFigures:
    hits = int((true & said).sum())
    precision = hits / max(int(said.sum()), 1)
    recall = hits / max(int(true.sum()), 1)
    f1 = 2 * hits / max(int(true.sum()) + int(said.sum()), 1)
    return LabelFigures(name, int(true.sum()), precision, recall, f1)


def _confusion(
    truth: npt.NDArray[np.int64], said: npt.NDArray[np.int64], labels: int
) -> tuple[tuple[int, ...], ...]:
    told = said >= 0
    counts = np.zeros((labels, labels), dtype=np.int64)
    np.add.at(counts, (truth[told], said[told]), 1)
    return tuple(tuple(row) for row in counts.tolist())


def _of_prefix(
    names: Sequence[str], truth: npt.NDArray[np.int64], said: npt.NDArray[np.int64], prefix: str
) -> float:
    marked = np.array([name.startswith(prefix) for name in names] + [False])  # the last for "nothing said"
    if not marked[truth].any():
        raise EvaluationError(f"没有一个类别以“{prefix}”开头。")
    return _label(prefix, marked[truth], marked[said]).f1
