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

from fengqiao.algorithms.modelfile import Array, ModelFileError, read_model, write_model
from fengqiao.algorithms.proposal import Proposal
from fengqiao.algorithms.segment import flatten
from fengqiao.algorithms.textfeatures import SCHEME, spoken, tokens

KIND = "linear"
MAX_REASONS = 4
MAX_LABELS = 1000
CANDIDATE_REASONS = 40

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class LinearModel:
    """The numbers of a trained model. Rows of `weights` go with `vocabulary`, columns with `labels`."""

    labels: tuple[str, ...]
    vocabulary: tuple[str, ...]
    idf: Floats
    weights: Floats
    bias: Floats
    scale: float
    shift: Floats
    facts: Mapping[str, Any]  # version, rows, data_sha256, metrics: what the file header says of its making


class LinearClassifier:
    """Proposes labels with a trained model."""

    name = "linear"

    def __init__(self, model: LinearModel) -> None:
        """Take a model as trained or loaded."""
        self.model = model
        self.labels = model.labels
        self._row = {token: row for row, token in enumerate(model.vocabulary)}

    @property
    def version(self) -> str:
        """Version named in the model: changes with data or method."""
        return str(self.model.facts.get("version", ""))

    @property
    def facts(self) -> Mapping[str, Any]:
        """What is known of the making: rows, data_sha256, metrics measured on rows held back."""
        return self.model.facts

    def propose(self, text: str, *, k: int = 3) -> list[Proposal]:
        """At most `k` labels with calibrated confidence; empty when the text has nothing the model knows."""
        rows, values = self._vector(text)
        if not len(rows):
            return []
        chosen = self.model.weights[rows]
        scores = values @ chosen + self.model.bias
        chances = calibrated(scores, self.model.scale, self.model.shift)
        best = np.argsort(-chances, kind="stable")[:k]
        flat = flatten(text)
        return [
            Proposal(
                self.labels[label],
                float(chances[label]),
                self._reasons(rows, values * chosen[:, label], flat),
            )
            for label in best
        ]

    def _vector(self, text: str) -> tuple[npt.NDArray[np.int64], Floats]:
        row = self._row
        known = [(row[token], count) for token, count in tokens(text).items() if token in row]
        rows = np.array([one for one, _ in known], dtype=np.int64)
        counts = np.array([count for _, count in known], dtype=np.float32)
        values = (1 + np.log(counts)) * self.model.idf[rows]
        length = float(np.sqrt(values @ values)) or 1.0
        return rows, values / np.float32(length)

    def _reasons(self, rows: npt.NDArray[np.int64], pushes: Floats, flat: str) -> tuple[str, ...]:
        reasons: list[str] = []
        for place in np.argsort(-pushes)[:CANDIDATE_REASONS]:
            if pushes[place] <= 0 or len(reasons) >= MAX_REASONS:
                break
            said = spoken(self.model.vocabulary[rows[place]])
            if self._tells(self.model.vocabulary[rows[place]], flat) and not any(
                said in one for one in reasons
            ):
                reasons.append(said)
        return tuple(reasons)

    @staticmethod
    def _tells(token: str, flat: str) -> bool:
        """Whole words only: a piece of three characters cut across words persuades nobody."""
        return token[0] in "wt" and len(token) > 2 and spoken(token) in flat

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
        vocabulary = np.frombuffer(
            "\n".join(model.vocabulary).encode("utf-8", "surrogatepass"), dtype=np.uint8
        )
        arrays: dict[str, Array] = {
            "vocabulary": vocabulary,
            "idf": model.idf,
            "weights": model.weights,
            "bias": model.bias,
            "shift": model.shift,
        }
        write_model(path, header, arrays)

    @classmethod
    def load(cls, path: Path) -> LinearClassifier:
        """Read a model file. Raises ModelFileError for a bad, foreign, truncated or older one."""
        header, arrays = read_model(path)
        if header.get("kind") != KIND or header.get("scheme") != SCHEME:
            raise ModelFileError(f"模型文件 {path} 是用别的版本训练的，不能直接使用。请重新训练。")
        try:
            labels = _labels(header)
            vocabulary = bytes(arrays["vocabulary"]).decode("utf-8", "surrogatepass").split("\n")
            model = LinearModel(
                labels=labels,
                vocabulary=tuple(vocabulary),
                idf=_floats(arrays["idf"], (len(vocabulary),)),
                weights=_floats(arrays["weights"], (len(vocabulary), len(labels))),
                bias=_floats(arrays["bias"], (len(labels),)),
                scale=float(header["scale"]),
                shift=_floats(arrays["shift"], (len(labels),)),
                facts={k: v for k, v in header.items() if k not in _INNER},
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ModelFileError(f"模型文件 {path} 的内容互相矛盾，不能使用。请重新训练。") from error
        return cls(model)


_INNER = frozenset({"format", "kind", "scheme", "labels", "scale", "arrays"})


def calibrated(scores: Floats, scale: float, shift: Floats) -> Floats:
    """Scores (labels in the last axis) as chances that add up to one."""
    lifted = scores * np.float32(scale) + shift
    lifted = lifted - lifted.max(axis=-1, keepdims=True)
    powers = np.exp(lifted)
    chances: Floats = (powers / powers.sum(axis=-1, keepdims=True)).astype(np.float32)
    return chances


def _labels(header: Mapping[str, Any]) -> tuple[str, ...]:
    labels: Sequence[Any] = header["labels"]
    if not 2 <= len(labels) <= MAX_LABELS or len(set(labels)) != len(labels):
        raise ValueError("labels")
    if not all(isinstance(label, str) and label for label in labels):
        raise ValueError("labels")
    return tuple(labels)


def _floats(array: npt.NDArray[Any], shape: tuple[int, ...]) -> Floats:
    if array.shape != shape or array.dtype != np.float32 or not np.isfinite(array).all():
        raise ValueError("array")
    return array
