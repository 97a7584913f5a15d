"""Training and measuring of the address parser.

Each net is trained on the likelihood of the whole tag sequence, by steps of their own size for each number (AdaGrad for
the embedding, Adam for the rest), with whole codes and single values left out at random so that rare names do not
decide alone (dropout, Srivastava et al. 2014). Quality is measured on the fifth of the addresses whose SHA-256 ends the
split, with nets trained on the others; the model handed out is then trained on all.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from fengqiao.algorithms.addressfeatures import SCHEME, Gazetteer, Ints, codes, read_batch
from fengqiao.algorithms.addressnet import (
    REACH,
    Bools,
    Floats,
    Layer,
    Weights,
    allowed_steps,
    chain,
    flat_product,
    layer,
    passed,
)
from fengqiao.algorithms.addressparser import AddressModel, AddressParser, look_up, squeezed, widened
from fengqiao.algorithms.addressrows import AddressDataError, TaggedAddress, digest, token_labels
from fengqiao.algorithms.labelledrows import held_back

MIN_ROWS = 20
_RATE, _CODE_RATE = 0.002, 0.02

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a parser is trained."""

    nets: int = 2
    width: int = 96
    epochs: int = 8
    together: int = 32  # addresses a step
    codes_out: float = 0.3  # share of codes left out
    values_out: float = 0.3  # share of values left out
    seen: int = 2  # times a code must occur
    seed: int = 0


@dataclass(frozen=True, slots=True)
class AddressMetrics:
    """Quality over spans: exact start, end and tag."""

    addresses: int
    spans: int
    span_f1: float
    precision: float
    recall: float
    addresses_per_second: float


@dataclass(frozen=True, slots=True)
class _Corpus:
    ids: Ints
    truth: Ints
    starts: Ints


def train_addresses(
    rows: Sequence[TaggedAddress],
    *,
    gazetteer: Gazetteer | None = None,
    recipe: Recipe | None = None,
    progress: Progress = lambda step, share: None,
) -> AddressParser:
    """Train a parser; equal addresses count once, those whose spans cut a token are left out. Raises AddressDataError."""
    recipe, names = recipe or Recipe(), gazetteer or {}
    first = {row.text: row for row in reversed(rows)}
    usable = [row for row in reversed(first.values()) if row.spans and token_labels(row) is not None]
    if len(usable) < MIN_ROWS:
        raise AddressDataError(f"可用的地址只有 {len(usable)} 条，至少要 {MIN_ROWS} 条。")
    data = digest(usable)
    facts: dict[str, Any] = {
        "version": hashlib.sha256(f"{SCHEME} {recipe} {sorted(names)} {data}".encode()).hexdigest()[:12],
        "rows": len(usable),
        "left_out": len(rows) - len(usable),
        "data_sha256": data,
        "gazetteer_names": sum(map(len, names.values())),
        "metrics": None,
    }
    held = [row for row in usable if held_back(row.text, salt="")]
    inner = [row for row in usable if not held_back(row.text, salt="")]
    if held and inner:
        tried = _fit(inner, names, recipe, {}, lambda share: progress("留出一份量质量", share / 2))
        facts["metrics"] = asdict(measure(tried, held))
    return _fit(usable, names, recipe, facts, lambda share: progress("训练全部数据", (1 + share) / 2))


def measure(parser: AddressParser, rows: Sequence[TaggedAddress]) -> AddressMetrics:
    """Compare what a parser finds with the tags somebody gave; speed is over all rows together."""
    begun = time.perf_counter()
    found = parser.parse_many([row.text for row in rows])
    seconds = time.perf_counter() - begun
    said = [{(part.start, part.end, part.tag) for part in parts} for parts in found]
    right = sum(len(one & set(row.spans)) for one, row in zip(said, rows, strict=True))
    spans, proposed = sum(len(row.spans) for row in rows), sum(map(len, said))
    return AddressMetrics(
        addresses=len(rows),
        spans=spans,
        span_f1=2 * right / max(1, spans + proposed),
        precision=right / max(1, proposed),
        recall=right / max(1, spans),
        addresses_per_second=len(rows) / max(seconds, 1e-9),
    )


def _fit(
    rows: Sequence[TaggedAddress],
    names: Gazetteer,
    recipe: Recipe,
    facts: dict[str, Any],
    told: Callable[[float], None],
) -> AddressParser:
    said = [token_labels(row) or [] for row in rows]
    kinds = sorted({label[2:] for one in said for label in one if label != "O"})
    labels = tuple(f"{way}-{kind}" for kind in kinds for way in "BI")
    if any("O" in one for one in said):
        labels = (*labels, "O")
    place = {label: number for number, label in enumerate(labels)}
    batch = read_batch([row.text for row in rows])
    found = codes(batch, names)
    vocabulary, times = np.unique(found, return_counts=True)
    vocabulary = vocabulary[times >= recipe.seen]
    truth = np.array([place[label] for one in said for label in one], dtype=np.int64)
    corpus = _Corpus(look_up(vocabulary, found), truth, batch.starts)
    nets = []
    for number in range(recipe.nets):
        done = number / recipe.nets
        net = _Trainer(corpus, len(vocabulary), labels, recipe, recipe.seed * 1000 + number).run(
            lambda share, done=done: told(done + share / recipe.nets)  # type: ignore[misc]
        )
        net["embedding"] = widened(*squeezed(net["embedding"]))  # as the file will hold it
        nets.append(net)
    return AddressParser(AddressModel(labels, vocabulary, tuple(nets), names, facts))


class _Trainer:
    """One net on its way."""

    def __init__(
        self, corpus: _Corpus, size: int, labels: tuple[str, ...], recipe: Recipe, seed: int
    ) -> None:
        self.corpus, self.recipe, self.size = corpus, recipe, size
        self.draw = np.random.default_rng(seed)
        self.steps, self.start = allowed_steps(labels)
        self.weights = _begin(size, recipe.width, len(labels), self.draw)
        self.slope = {name: np.zeros_like(one) for name, one in self.weights.items()}
        self.square = {name: np.zeros_like(one) for name, one in self.weights.items()}

    def run(self, told: Callable[[float], None]) -> Weights:
        """Train for all epochs."""
        recipe, lengths = self.recipe, np.diff(self.corpus.starts)
        whole = recipe.epochs * -(-len(lengths) // recipe.together)
        step = 0
        for _ in range(recipe.epochs):
            order = np.argsort(lengths + self.draw.random(len(lengths)) * 2)
            groups = [order[at : at + recipe.together] for at in range(0, len(order), recipe.together)]
            for group in self.draw.permutation(len(groups)):
                step += 1
                warm = min(1.0, step / min(200, 1 + whole / 10))
                self._step(groups[group], warm * (0.05 + 0.475 * (1 + np.cos(np.pi * step / whole))), step)
                if step % 20 == 0:
                    told(step / whole)
        return self.weights

    def _step(self, group: Ints, rate: float, step: int) -> None:
        lengths = (self.corpus.starts[group + 1] - self.corpus.starts[group]).astype(np.int64)
        live = np.arange(lengths.max()) < lengths[:, None]
        rows = np.concatenate(
            [np.arange(self.corpus.starts[one], self.corpus.starts[one + 1]) for one in group]
        )
        ids = self.corpus.ids[rows]
        ids[self.draw.random(ids.shape) < self.recipe.codes_out] = self.size
        truth = np.zeros(live.shape, dtype=np.int64)
        truth[live] = self.corpus.truth[rows]
        used, where = np.unique(ids, return_inverse=True)
        flow, made, into = self._forward(used, where.reshape(ids.shape), live)
        scores = flat_product(flow, self.weights["out"]) + self.weights["out_lift"]
        down, down_steps = self._chain_slope(scores, lengths, live, truth)
        slopes, back = self._backward(down, flow, made)
        self._learn(slopes | {"steps": down_steps}, rate, step)
        which, first = into
        self._learn_codes(used, np.asarray(which.T @ (back * first)[live]), rate)

    def _forward(self, used: Ints, where: Ints, live: Bools) -> tuple[Floats, list[Layer], Any]:
        from scipy.sparse import csr_matrix

        ends = np.arange(0, where.size + 1, where.shape[1])
        ones = np.full(where.size, 1 / (1 - self.recipe.codes_out), dtype=np.float32)
        which = csr_matrix((ones, where.ravel(), ends), shape=(len(where), len(used)))
        flow = np.zeros((*live.shape, self.recipe.width), dtype=np.float32)
        flow[live] = which @ self.weights["embedding"][used]
        first = self._kept(flow.shape)
        flow *= first
        made = []
        alive = live[:, :, None].astype(np.float32)
        for number in range(len(REACH)):
            made.append(layer(self.weights, number, flow, alive, self._kept(flow.shape)))
            flow = passed(flow, made[-1])
        return flow, made, (which, first)

    def _kept(self, shape: tuple[int, ...]) -> Floats:
        out = self.recipe.values_out
        stay = self.draw.random(shape, dtype=np.float32) >= out
        return stay.astype(np.float32) / np.float32(1 - out)

    def _chain_slope(self, scores: Floats, lengths: Ints, live: Bools, truth: Ints) -> tuple[Floats, Floats]:
        """Slopes of the negative log-likelihood, a mean over addresses: of token scores and of step scores."""
        sums = chain(scores, lengths, self.weights["steps"] + self.steps, self.start)
        down = sums.chances * live[:, :, None].astype(np.float32)
        rows, columns = np.nonzero(live)
        down[rows, columns, truth[live]] -= 1
        both = live[:, 1:]
        ahead, behind = sums.ahead[:, :-1][both], (sums.token * sums.behind)[:, 1:][both]
        steps = (ahead.T @ behind) * sums.step
        np.subtract.at(steps, (truth[:, :-1][both], truth[:, 1:][both]), 1)
        many = np.float32(len(lengths))
        return (down / many).astype(np.float32), (steps / many).astype(np.float32)

    def _backward(self, down: Floats, flow: Floats, made: list[Layer]) -> tuple[Weights, Floats]:
        width = self.recipe.width
        slopes = {"out": _crossed(flow, down), "out_lift": down.sum(axis=(0, 1))}
        back = flat_product(down, self.weights["out"].T)
        for number in reversed(range(len(REACH))):
            one, reach = made[number], REACH[number]
            given = back * one.kept
            mixed = np.concatenate(
                [given * one.gate * (1 - one.value**2), given * one.value * one.gate * (1 - one.gate)], axis=2
            )
            slopes |= {f"mix{number}": _crossed(one.seen, mixed), f"lift{number}": mixed.sum(axis=(0, 1))}
            seen = flat_product(mixed, self.weights[f"mix{number}"].T)
            back = back + seen[:, :, width : 2 * width]
            if reach < back.shape[1]:
                back[:, :-reach] += seen[:, reach:, :width]
                back[:, reach:] += seen[:, :-reach, 2 * width :]
        return slopes, back

    def _learn(self, slopes: Weights, rate: float, step: int) -> None:
        for name, slope in slopes.items():
            self.slope[name] = 0.9 * self.slope[name] + 0.1 * slope
            self.square[name] = 0.99 * self.square[name] + 0.01 * slope**2
            size = np.sqrt(self.square[name] / (1 - 0.99**step)) + 1e-6
            change = rate * _RATE * (self.slope[name] / (1 - 0.9**step)) / size
            self.weights[name] -= change.astype(np.float32)

    def _learn_codes(self, used: Ints, slope: Floats, rate: float) -> None:
        slope[used == self.size] = 0  # what is left out stays nought
        self.square["embedding"][used] += slope**2
        change = rate * _CODE_RATE * slope / (np.sqrt(self.square["embedding"][used]) + 1e-3)
        self.weights["embedding"][used] -= change.astype(np.float32)


def _begin(size: int, width: int, labels: int, draw: np.random.Generator) -> Weights:
    def normal(rows: int, columns: int, spread: float) -> Floats:
        return (draw.normal(size=(rows, columns)) * spread).astype(np.float32)

    weights = {
        "embedding": normal(size + 1, width, 0.15),
        "out": normal(width, labels, 0.1),
        "out_lift": np.zeros(labels, dtype=np.float32),
        "steps": np.zeros((labels, labels), dtype=np.float32),
    }
    weights["embedding"][-1] = 0
    for number in range(len(REACH)):
        weights[f"mix{number}"] = normal(3 * width, 2 * width, (3 * width) ** -0.5)
        weights[f"lift{number}"] = np.zeros(2 * width, dtype=np.float32)
    return weights


def _crossed(left: Floats, right: Floats) -> Floats:
    out: npt.NDArray[np.float32] = left.reshape(-1, left.shape[2]).T @ right.reshape(-1, right.shape[2])
    return out
