"""Parts of a Chinese address: province, city, road, number, house, room and whatever tags the training data names.

Question: which stretch of an address says what? `parse` answers with spans that never overlap, each with the chance
that exactly this span with this tag is right. Several nets trained from different seeds are averaged before the best
allowed sequence is taken. Limits: it knows the region and the tagging habits of its training data, it reads the first
400 characters, and it finds parts in an address, not addresses in running text (`places` does that).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from fengqiao.algorithms.addressfeatures import (
    LEVELS,
    NAME_LENGTHS,
    SCHEME,
    Batch,
    Codes,
    Gazetteer,
    Ints,
    codes,
    read_batch,
)
from fengqiao.algorithms.addressnet import (
    REACH,
    Floats,
    Weights,
    allowed_steps,
    best_labels,
    chain,
    span_chances,
    token_scores,
)
from fengqiao.algorithms.modelfile import Array, facts_of, floats, names, read_own, rising, write_model

KIND = "address"
MAX_NETS = 8
MAX_LABELS = 400
MAX_WIDTH = 1024
TOGETHER = 64  # addresses worked on at once


@dataclass(frozen=True, slots=True)
class Part:
    """One part of an address: characters `start` to `end` of the text as given."""

    start: int
    end: int
    tag: str
    confidence: float


@dataclass(frozen=True, slots=True)
class AddressModel:
    """The numbers of a trained parser. Ids of codes are places in the sorted `vocabulary`."""

    labels: tuple[str, ...]
    vocabulary: Codes
    nets: tuple[Weights, ...]
    gazetteer: Gazetteer
    facts: Mapping[str, Any]  # version, rows, data_sha256, metrics: what the file header says of its making


class AddressParser:
    """Parses addresses with a trained model."""

    def __init__(self, model: AddressModel) -> None:
        """Take a model as trained or loaded."""
        self.model = model
        self._steps, self._start = allowed_steps(model.labels)
        step_scores = [net["steps"] for net in model.nets]
        self._steps = self._steps + sum(step_scores[1:], step_scores[0]) / np.float32(len(step_scores))
        places = {label: number for number, label in enumerate(model.labels)}
        inner = [-1 if label == "O" else places[f"I-{label[2:]}"] for label in model.labels]
        self._inner = np.array(inner, dtype=np.int64)

    @property
    def facts(self) -> Mapping[str, Any]:
        """What is known of the making: version, rows, data_sha256, metrics measured on rows held back."""
        return self.model.facts

    def parse(self, text: str) -> list[Part]:
        """The parts of one address, in order."""
        return self.parse_many([text])[0]

    def parse_many(self, texts: Sequence[str]) -> list[list[Part]]:
        """The parts of many addresses; quicker than one by one."""
        found: list[list[Part]] = [[] for _ in texts]
        order = sorted(range(len(texts)), key=lambda one: len(texts[one]))
        for begun in range(0, len(order), TOGETHER):
            chosen = order[begun : begun + TOGETHER]
            batch = read_batch([texts[one] for one in chosen])
            if len(batch.spans):
                for one, parts in zip(chosen, self._parts(batch), strict=True):
                    found[one] = parts
        return found

    def _parts(self, batch: Batch) -> list[list[Part]]:
        lengths = np.diff(batch.starts)
        live = np.arange(lengths.max()) < lengths[:, None]
        ids = spread(look_up(self.model.vocabulary, codes(batch, self.model.gazetteer)), live)
        scores = np.zeros((*live.shape, len(self.model.labels)), dtype=np.float32)
        for net in self.model.nets:
            scores += token_scores(net, ids, live)
        scores /= len(self.model.nets)
        labels = best_labels(scores, lengths, self._steps, self._start)
        chances = span_chances(chain(scores, lengths, self._steps, self._start), labels, lengths, self._inner)
        return [
            self._read(batch.spans[start : start + size], labels[row, :size], chances[row, :size])
            for row, (start, size) in enumerate(zip(batch.starts.tolist(), lengths.tolist(), strict=False))
        ]

    def _read(self, spans: Ints, labels: Ints, chances: Floats) -> list[Part]:
        parts: list[Part] = []
        names = [self.model.labels[label] for label in labels.tolist()]
        for (start, end), name, chance in zip(spans.tolist(), names, chances.tolist(), strict=True):
            if name.startswith("I-"):
                parts[-1] = Part(parts[-1].start, end, name[2:], chance)
            elif name != "O":
                parts.append(Part(start, end, name[2:], chance))
        return parts

    def save(self, path: Path) -> None:
        """Write the model file. Raises ModelFileError when it cannot be written."""
        model = self.model
        header = {
            "kind": KIND,
            "scheme": SCHEME,
            "labels": list(model.labels),
            "nets": len(model.nets),
            **model.facts,
        }
        arrays: dict[str, Array] = {"vocabulary": model.vocabulary}
        for number, net in enumerate(model.nets):
            for name, values in net.items():
                if name == "embedding":
                    scale, small = squeezed(values)
                    arrays |= {f"{number}:scale": scale, f"{number}:embedding": small}
                else:
                    arrays[f"{number}:{name}"] = values
        for (level, length), known in model.gazetteer.items():
            arrays[f"names:{level}:{length}"] = known
        write_model(path, header, arrays)

    @classmethod
    def load(cls, path: Path) -> AddressParser:
        """Read a model file. Raises ModelFileError for a bad, foreign, truncated or older one."""
        foreign = "{path} 不是本版本的地址模型，不能使用。请重新训练。"
        return cls(read_own(path, kind=KIND, scheme=SCHEME, foreign=foreign, build=_built))


def look_up(vocabulary: Codes, found: Codes) -> Ints:
    """Ids of codes; what the vocabulary does not hold gets the id behind the last."""
    if not len(vocabulary):
        return np.zeros(found.shape, dtype=np.int64)
    place = np.minimum(np.searchsorted(vocabulary, found), len(vocabulary) - 1)
    return np.where(vocabulary[place] == found, place, len(vocabulary)).astype(np.int64)


def spread(rows: Ints, live: npt.NDArray[np.bool_]) -> Ints:
    """Rows of tokens laid out as (addresses, tokens, codes)."""
    out = np.zeros((*live.shape, rows.shape[1]), dtype=np.int64)
    out[live] = rows
    return out


def squeezed(embedding: Floats) -> tuple[Floats, npt.NDArray[np.int8]]:
    """A scale for each column and whole numbers of one byte; the last row, for unknown codes, is nought."""
    scale = (np.abs(embedding).max(axis=0) / 127 + np.float32(1e-12)).astype(np.float32)
    return scale, np.rint(embedding[:-1] / scale).astype(np.int8)


def widened(scale: Floats, small: npt.NDArray[np.int8]) -> Floats:
    """The embedding as it comes back from `squeezed`."""
    back = np.zeros((len(small) + 1, len(scale)), dtype=np.float32)
    back[:-1] = small * scale
    return back


def _built(header: Mapping[str, Any], arrays: Mapping[str, Array]) -> AddressModel:
    labels = _labels(header)
    vocabulary: Codes = rising(arrays["vocabulary"], np.uint64)
    count = header["nets"]
    if not isinstance(count, int) or not 1 <= count <= MAX_NETS:
        raise ValueError("nets")
    nets = tuple(_net(arrays, number, len(vocabulary), len(labels)) for number in range(count))
    return AddressModel(labels, vocabulary, nets, _gazetteer(arrays), facts_of(header, "labels", "nets"))


def _labels(header: Mapping[str, Any]) -> tuple[str, ...]:
    labels = names(header["labels"], MAX_LABELS)
    kinds = {label[2:] for label in labels if label != "O"}
    whole = {f"{way}-{kind}" for kind in kinds for way in "BI"}
    if set(labels) - {"O"} != whole:
        raise ValueError("labels")
    return labels


def _net(arrays: Mapping[str, Array], number: int, size: int, labels: int) -> Weights:
    small = arrays[f"{number}:embedding"]
    width = small.shape[1]
    if small.shape[0] != size or small.dtype != np.int8 or not 1 <= width <= MAX_WIDTH:
        raise ValueError("embedding")
    shapes = {"out": (width, labels), "out_lift": (labels,), "steps": (labels, labels)}
    for one in range(len(REACH)):
        shapes |= {f"mix{one}": (3 * width, 2 * width), f"lift{one}": (2 * width,)}
    net = {name: floats(arrays[f"{number}:{name}"], shape) for name, shape in shapes.items()}
    net["embedding"] = widened(floats(arrays[f"{number}:scale"], (width,)), small)
    return net


def _gazetteer(arrays: Mapping[str, Array]) -> Gazetteer:
    keys = [(level, length) for level in range(LEVELS) for length in NAME_LENGTHS]
    return {
        key: rising(arrays[f"names:{key[0]}:{key[1]}"], np.uint64)
        for key in keys
        if f"names:{key[0]}:{key[1]}" in arrays
    }
