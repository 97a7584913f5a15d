"""Weights of the evidence that two reports are of one event: a data file, written by benchmarks/fit_same_events.py."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

FLOOR = 0.83
"""The least score of a proposal: on the tuning seed .99 of those proposed were right, with a little to spare."""
LIKELY = 0.02  # first score from which a pair is looked at again

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Weights:
    """`first`: one for each column of the evidence; `second`: also for products of the `columns`; constants last."""

    first: tuple[float, ...]
    columns: tuple[int, ...]
    second: tuple[float, ...]


@cache
def shipped() -> Weights:
    """The weights that come with the project."""
    path = files("fengqiao.algorithms") / "data" / "same_events.json"
    held = json.loads(path.read_text(encoding="utf-8"))
    return Weights(tuple(held["first"]), tuple(held["columns"]), tuple(held["second"]))


def curve(evidence: Array, weights: Sequence[float]) -> Array:
    """Scores by a logistic curve; the last weight is the constant."""
    total = evidence @ np.array(weights[:-1]) + weights[-1]
    scores: Array = 1 / (1 + np.exp(-np.clip(total, -30, 30)))
    return scores


def with_products(evidence: Array, columns: Sequence[int]) -> Array:
    """The evidence and the product of every two of some of its columns, each with itself too."""
    chosen = evidence[:, list(columns)]
    above = np.triu_indices(len(columns))
    products = [chosen[:, one] * chosen[:, other] for one, other in zip(*above, strict=True)]
    return np.column_stack([evidence, *products])
