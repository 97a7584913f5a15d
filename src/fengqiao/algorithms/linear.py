"""Categories by a trained linear model: TF-IDF over characters and words, one linear score a label, calibrated.

The model is numbers only (`LinearModel`), made by `fengqiao.algorithms.training` and kept in a model file; proposing
needs numpy and the segmenter, not scikit-learn. Confidence is a softmax over scaled and shifted scores, fitted on
scores for texts the model had not seen. Reasons are the words present that push hardest towards the label.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from fengqiao.algorithms.modelfile import Array, facts_of, floats, names, read_own, rising, write_model
from fengqiao.algorithms.proposal import Proposal
from fengqiao.algorithms.textfeatures import SCHEME, Hashes, Ints, Reading

KIND = "linear"
MAX_REASONS = 4
MAX_LABELS = 1000
BATCH = 64  # texts read at once: more gains nothing and costs memory
_PREFIX = 20  # leading bits of a hash that lead to its place in the vocabulary

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class LinearModel:
    """The numbers of a trained model. Rows of `weights` go with `hashes` (rising), columns with `labels`."""

    labels: tuple[str, ...]
    hashes: Hashes
    idf: Floats
    weights: Floats
    bias: Floats
    scale: float
    shift: Floats
    facts: Mapping[str, Any]  # version, rows, data_sha256, metrics: what the file header says of its making


class Vocabulary:
    """Which hashes a model knows: `rows` finds their places without searching."""

    def __init__(self, hashes: Hashes) -> None:
        """`hashes` must rise and be different from each other."""
        self._hashes = hashes
        prefixes = (hashes >> np.uint32(32 - _PREFIX)).astype(np.int64)
        sizes: Ints = np.bincount(prefixes, minlength=1 << _PREFIX)
        self._first = (np.cumsum(sizes) - sizes).astype(np.int32)
        self._size = sizes.astype(np.int32)
        self._longest = int(sizes.max(initial=0))

    def rows(self, hashes: Hashes) -> Ints:
        """The place of each hash, -1 for one that is not known."""
        found = np.full(len(hashes), -1, dtype=np.int64)
        prefixes = (hashes >> np.uint32(32 - _PREFIX)).astype(np.int64)
        size = self._size[prefixes]
        open_ = np.flatnonzero(size)
        first = self._first[prefixes[open_]]
        for step in range(self._longest):
            more = size[open_] > step
            open_, first = open_[more], first[more]
            right = self._hashes[first + step] == hashes[open_]
            found[open_[right]] = first[right] + step
        return found


class LinearClassifier:
    """Proposes labels with a trained model."""

    name = "linear"

    def __init__(self, model: LinearModel) -> None:
        """Take a model as trained or loaded."""
        self.model = model
        self.labels = model.labels
        self._vocabulary = Vocabulary(model.hashes)

    @property
    def version(self) -> str:
        """Version named in the model: changes with data or method."""
        return str(self.model.facts.get("version", ""))

    @property
    def facts(self) -> Mapping[str, Any]:
        """What is known of the making: rows, data_sha256, metrics measured on rows held back."""
        return self.model.facts

    def chances(self, texts: Sequence[str]) -> Floats:
        """Calibrated chances, one row a text and one column a label; a row of nought where a text says nothing known."""
        parts = [self._some_chances(Reading(texts[at : at + BATCH]))[0] for at in range(0, len(texts), BATCH)]
        return np.concatenate([np.zeros((0, len(self.labels)), np.float32), *parts])

    def propose(self, text: str, *, k: int = 3) -> list[Proposal]:
        """At most `k` labels with calibrated confidence; empty when the text has nothing the model knows."""
        reading = Reading([text])
        chances, rows, values = self._some_chances(reading)
        if not len(rows):
            return []
        best = np.argsort(-chances[0], kind="stable")[:k]
        pieces = self._pieces(reading)
        value_of = dict(zip(rows.tolist(), values.tolist(), strict=True))
        return [
            Proposal(self.labels[label], float(chances[0, label]), self._reasons(label, pieces, value_of))
            for label in best.tolist()
        ]

    def _some_chances(self, reading: Reading) -> tuple[Floats, Ints, Floats]:
        """Chances of a few texts, and the known tokens of all of them with their weights in the text."""
        said = reading.tokens()
        rows = self._vocabulary.rows(said.hashes)
        known = rows >= 0
        width = max(len(self.model.hashes), 1)
        cells, counts = _counted(said.texts[known] * width + rows[known])
        text_of, rows = np.divmod(cells, width)
        values = (1 + np.log(counts)) * self.model.idf[rows]
        lengths = np.sqrt(np.bincount(text_of, values * values, minlength=reading.count))
        values = (values / np.maximum(lengths, 1e-9)[text_of]).astype(np.float32)
        scores = np.tile(self.model.bias, (reading.count, 1))
        begun = np.flatnonzero(np.diff(text_of, prepend=-1))
        if len(begun):
            pushed = self.model.weights[rows]
            pushed *= values[:, None]
            scores[text_of[begun]] += np.add.reduceat(pushed, begun, axis=0)
        chances = calibrated(scores, self.model.scale, self.model.shift)
        chances[lengths == 0] = 0
        return chances, rows, values

    def _pieces(self, reading: Reading) -> list[tuple[int, str]]:
        """Known tokens that tell people something: a piece of three characters cut across words persuades nobody."""
        read = [(found, said) for found, said in reading.spoken() if len(said) > 1]
        rows = self._vocabulary.rows(np.array([found for found, _ in read], dtype=np.uint32))
        return [(row, said) for row, (_, said) in zip(rows.tolist(), read, strict=True) if row >= 0]

    def _reasons(
        self, label: int, pieces: Sequence[tuple[int, str]], value_of: Mapping[int, float]
    ) -> tuple[str, ...]:
        pushes: dict[str, float] = {}
        for row, said in pieces:
            push = value_of[row] * float(self.model.weights[row, label])
            pushes[said] = max(push, pushes.get(said, 0.0))
        reasons: list[str] = []
        for said, push in sorted(pushes.items(), key=lambda one: (-one[1], one[0])):
            if push <= 0 or len(reasons) >= MAX_REASONS:
                break
            if not any(said in one or one in said for one in reasons):
                reasons.append(said)
        return tuple(reasons)

    def save(self, path: Path) -> None:
        """Write the model file. Raises ModelFileError when it cannot be written."""
        model = self.model
        header = {
            "kind": KIND,
            "scheme": SCHEME,
            "labels": list(model.labels),
            "scale": model.scale,
            **model.facts,
        }
        arrays: dict[str, Array] = {
            "hashes": model.hashes,
            "idf": model.idf,
            "weights": model.weights.astype(np.float16),  # half the file; training rounds to what is kept
            "bias": model.bias,
            "shift": model.shift,
        }
        write_model(path, header, arrays)

    @classmethod
    def load(cls, path: Path) -> LinearClassifier:
        """Read a model file. Raises ModelFileError for a bad, foreign, truncated or older one."""
        foreign = "模型文件 {path} 是用别的版本训练的，不能直接使用。请重新训练。"
        return cls(read_own(path, kind=KIND, scheme=SCHEME, foreign=foreign, build=_built))


def calibrated(scores: Floats, scale: float, shift: Floats) -> Floats:
    """Scores (labels in the last axis) as chances that add up to one."""
    lifted = scores * np.float32(scale) + shift
    lifted = lifted - lifted.max(axis=-1, keepdims=True)
    powers = np.exp(lifted)
    chances: Floats = (powers / powers.sum(axis=-1, keepdims=True)).astype(np.float32)
    return chances


def _counted(cells: Ints) -> tuple[Ints, Floats]:
    """Different values, rising, and how often each was there."""
    ordered = np.sort(cells)
    begun = np.flatnonzero(np.diff(ordered, prepend=-1))
    return ordered[begun], np.diff(begun, append=len(ordered)).astype(np.float32)


def _built(header: Mapping[str, Any], arrays: Mapping[str, Array]) -> LinearModel:
    labels = names(header["labels"], MAX_LABELS)
    hashes: Hashes = rising(arrays["hashes"], np.uint32)
    return LinearModel(
        labels=labels,
        hashes=hashes,
        idf=floats(arrays["idf"], (len(hashes),)),
        weights=floats(arrays["weights"].astype(np.float32), (len(hashes), len(labels))),
        bias=floats(arrays["bias"], (len(labels),)),
        scale=float(header["scale"]),
        shift=floats(arrays["shift"], (len(labels),)),
        facts=facts_of(header, "labels", "scale"),
    )
