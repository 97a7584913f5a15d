"""The numbers of an address parser: gated convolutions over token codes, and the sums over all tag sequences.

Forward only and numpy only; the way back is in `addresstraining`. A net sums one vector for each code of a token, mixes
neighbours in gated layers of width three that reach further each time (Dauphin et al. 2017; Yu and Koltun 2016) and
gives each token one score a tag. Tag sequences are scored by a linear chain (Lafferty et al. 2001).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fengqiao.algorithms.addressfeatures import Ints

Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]
Weights = dict[str, Floats]

REACH = (1, 2, 4, 1)  # how far to either side each layer looks
NEVER = np.float32(-1e4)  # score of a step that is not allowed


@dataclass(frozen=True, slots=True)
class Layer:
    """What a gated layer was given and made, as training needs it on the way back."""

    seen: Floats
    value: Floats
    gate: Floats
    kept: Floats


def layer(
    weights: Mapping[str, Floats], number: int, given: Floats, live: Floats, kept: Floats | None
) -> Layer:
    """One gated layer over (addresses, tokens, width)."""
    step = REACH[number]
    left, right = np.zeros_like(given), np.zeros_like(given)
    if step < given.shape[1]:
        left[:, step:] = given[:, :-step]
        right[:, :-step] = given[:, step:]
    seen = np.concatenate([left, given, right], axis=2)
    width = given.shape[2]
    mixed = flat_product(seen, weights[f"mix{number}"]) + weights[f"lift{number}"]
    value = np.tanh(mixed[:, :, :width])
    gate = 1 / (1 + np.exp(-mixed[:, :, width:]))
    keep: Floats = live if kept is None else live * kept
    return Layer(seen, value, gate, keep)


def flat_product(left: Floats, right: Floats) -> Floats:
    """Product over the last axis as one plain matrix product: many small ones are slower and fight over threads."""
    out: Floats = (left.reshape(-1, left.shape[2]) @ right).reshape(*left.shape[:2], right.shape[1])
    return out


def passed(given: Floats, made: Layer) -> Floats:
    """What a layer hands on: what it was given and what it made of it."""
    out: Floats = given + made.value * made.gate * made.kept
    return out


def token_scores(weights: Mapping[str, Floats], ids: Ints, live: Bools) -> Floats:
    """Scores (addresses, tokens, tags) for token ids (addresses, tokens, codes)."""
    flow = np.zeros((*live.shape, weights["embedding"].shape[1]), dtype=np.float32)
    flow[live] = weights["embedding"][ids[live]].sum(axis=1)
    alive = live[:, :, None].astype(np.float32)
    for number in range(len(REACH)):
        flow = passed(flow, layer(weights, number, flow, alive, None))
    scores: Floats = flat_product(flow, weights["out"]) + weights["out_lift"]
    return scores


def allowed_steps(labels: tuple[str, ...]) -> tuple[Floats, Floats]:
    """Scores of steps between labels and of labels at the start: nought, or `NEVER` for an I without its B."""
    steps = np.zeros((len(labels), len(labels)), dtype=np.float32)
    for column, label in enumerate(labels):
        if label.startswith("I-"):
            steps[:, column] = [0 if before[1:] == label[1:] else NEVER for before in labels]
    start = np.array([NEVER if label.startswith("I-") else 0 for label in labels], dtype=np.float32)
    return steps, start


def best_labels(scores: Floats, lengths: Ints, steps: Floats, start: Floats) -> Ints:
    """The best allowed sequence of labels for each address (Viterbi); behind its end the numbers mean nothing."""
    many, longest, _ = scores.shape
    rows = np.arange(many)
    came = np.zeros(scores.shape, dtype=np.int64)
    reached = scores[:, 0] + start
    ends = reached.copy()
    for at in range(1, longest):
        ways = reached[:, :, None] + steps
        came[:, at] = ways.argmax(axis=1)
        reached = ways.max(axis=1) + scores[:, at]
        ends = np.where((lengths > at)[:, None], reached, ends)
    best = np.zeros((many, longest), dtype=np.int64)
    label = ends.argmax(axis=1)
    for at in range(longest - 1, -1, -1):
        best[:, at] = label
        label = np.where(at < lengths, came[rows, at, label], label)
    return best


@dataclass(frozen=True, slots=True)
class Chain:
    """Sums over all sequences. `ahead` and `behind` hold each token's share from either side, `token` its own part."""

    ahead: Floats
    behind: Floats
    token: Floats
    step: Floats
    logarithm: float  # of the sum over all sequences, over all addresses

    @property
    def chances(self) -> Floats:
        """Chance of each label at each token."""
        both = self.ahead * self.behind
        out: Floats = both / np.maximum(both.sum(axis=2, keepdims=True), 1e-30)
        return out


def chain(scores: Floats, lengths: Ints, steps: Floats, start: Floats) -> Chain:
    """Forward and backward sums of a linear chain, scaled at each token (Rabiner 1989)."""
    many, longest, _ = scores.shape
    live = np.arange(longest) < lengths[:, None]
    top = scores.max(axis=2, keepdims=True)
    token = np.exp(scores - top) * live[:, :, None]
    step = np.exp(steps)
    ahead = np.zeros_like(scores)
    scale = np.ones((many, longest), dtype=np.float32)
    now = token[:, 0] * np.exp(start)
    for at in range(longest):
        if at:
            now = (ahead[:, at - 1] @ step) * token[:, at]
        total = now.sum(axis=1)
        scale[:, at] = np.where(total > 0, total, 1)
        ahead[:, at] = now / scale[:, at, None]
    token = token / scale[:, :, None]
    behind = np.ones_like(scores)
    for at in range(longest - 2, -1, -1):
        back = (token[:, at + 1] * behind[:, at + 1]) @ step.T
        behind[:, at] = np.where((lengths > at + 1)[:, None], back, 1)
    return Chain(ahead, behind, token, step, float(np.log(scale[live]).sum() + top[:, :, 0][live].sum()))


def span_chances(sums: Chain, labels: Ints, lengths: Ints, inner: Ints) -> Floats:
    """For each token that ends a span of `labels`, the chance of exactly that span with that tag, over all sequences.

    `inner[label]` is the I that goes on from a label, or -1.
    """
    many, longest, _ = sums.token.shape
    rows = np.arange(many)
    found = np.zeros((many, longest), dtype=np.float32)
    mass = np.zeros(many, dtype=np.float32)
    for at in range(longest):
        label = labels[:, at]
        own = sums.token[rows, at, label]
        goes_on = (inner[labels[:, at - 1]] == label) if at else np.zeros(many, dtype=bool)
        grown = mass * sums.step[labels[:, at - 1], label] * own
        mass = np.where(goes_on, grown, sums.ahead[rows, at, label])
        tail = sums.behind[rows, at, label]
        if at + 1 < longest:
            follow = np.maximum(inner[label], 0)
            more = (
                sums.step[label, follow]
                * sums.token[rows, at + 1, follow]
                * sums.behind[rows, at + 1, follow]
            )
            tail = tail - np.where((inner[label] >= 0) & (at + 1 < lengths), more, 0)
        found[:, at] = mass * tail
    return np.clip(found, 0, 1)
