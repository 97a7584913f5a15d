"""Residents' messages read blind by one reader: how often proposals and the danger floor agree with the reading.

`benchmarks.triage` and `benchmarks.danger` print these figures wherever the reference data is there. Data:
``benchmarks/lines/real_triage.csv`` and ``real_danger.csv``, numbers and labels only, written down before a proposal or
a floor was looked at; ``complaints/messages.csv``. Shares carry Wilson's interval. The messages for danger were drawn 200
from those with a floor and 200 from those without; what is said of all of them weighs each by how many it stands for,
with a bootstrap within the two draws.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from benchmarks.reference import LINES, ROOT, messages, share
from fengqiao.algorithms.proposal import Classifier
from fengqiao.matters.reference_categories import load_categories

READ = ROOT / "benchmarks" / "lines"
SURE, HALF = 0.5, 0.25
STRATA = {"floor": 574, "none": 2_730}
"""How many of the 3,304 messages had a floor and had none when the 400 were drawn; each stands for so many of these."""
ROUNDS = 2_000
Floats = npt.NDArray[np.float64]


class Proposed(NamedTuple):
    """What was proposed for a message, beside what its reader would accept."""

    number: str
    right: frozenset[str]
    codes: tuple[str, ...]
    confidence: float

    @property
    def first(self) -> bool:
        """Whether the first proposal is one the reader would accept."""
        return bool(self.right.intersection(self.codes[:1]))


class Heard(NamedTuple):
    """A message read for danger, and the floor it was given."""

    danger: int
    drawn: str
    floor: int | None


class Weighted(NamedTuple):
    """Shares over all messages: of the dangerous ones those with a floor, of those with a floor the dangerous ones."""

    recall: float
    precision: float


def read_lines(name: str) -> list[dict[str, str]]:
    """The rows of a reading."""
    with (READ / name).open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source, strict=True))


def proposals(engine: Classifier, real: Mapping[str, str]) -> list[Proposed]:
    """The engine's three proposals for every message that was read."""
    rows = []
    for row in read_lines("real_triage.csv"):
        found = engine.propose(real[row["id"]], k=3)
        right = frozenset(filter(None, (row["code"], row["also"])))
        sure = found[0].confidence if found else 0.0
        rows.append(Proposed(row["id"], right, tuple(one.label for one in found), sure))
    return rows


def categories(name: str, engine: Classifier) -> None:
    """Print how often the engine proposes what the reader chose, and how often it is sure where no code fits."""
    real = messages()
    if not real:
        print("real messages left out: no reference data")
        return
    told = proposals(engine, real)
    coded, none = [one for one in told if one.right], [one for one in told if not one.right]
    print(f"-- {name} on real messages read blind: {len(coded)} of {len(told)} have a code")
    _shares("right at first", [one.first for one in coded])
    _shares("right among three", [bool(one.right.intersection(one.codes)) for one in coded])
    kinds = {row.code: row.kind for row in load_categories().values()}
    heads = [{kinds[code] for code in one.right} for one in coded]
    said = [{kinds.get(code) for code in one.codes[:1]} for one in coded]
    _shares("kind right at first", [bool(a & b) for a, b in zip(heads, said, strict=True)])
    for band, low, high in (("sure", SURE, 2.0), ("half sure", HALF, SURE), ("unsure", -1.0, HALF)):
        _shares(f"  {band}", [one.first for one in coded if low <= one.confidence < high])
        _shares(f"  {band}, no code fits", [low <= one.confidence < high for one in none])
    _shares("of all that are sure, right", [one.first for one in told if one.confidence >= SURE])
    with (LINES / "real_message_codes.csv").open(encoding="utf-8", newline="") as source:
        known = {row["id"] for row in csv.DictReader(source)}
    _shares("right at first, none the rules were held against", [
        one.first for one in coded if one.number not in known
    ])  # fmt: skip


def _shares(name: str, hits: Sequence[bool]) -> None:
    print(f"   {name:<50} {share(sum(hits), len(hits))}")


def weighted(weight: Floats, danger: npt.NDArray[np.bool_], floor: npt.NDArray[np.bool_]) -> Weighted:
    """Recall and precision where each message stands for `weight` of them."""
    both = float((weight * (danger & floor)).sum())
    return Weighted(
        both / max(float((weight * danger).sum()), 1e-9), both / max(float((weight * floor).sum()), 1e-9)
    )


def estimate(told: Sequence[Heard]) -> tuple[Weighted, Weighted, Weighted]:
    """Recall and precision of any floor over all messages, and both ends of their 95 % intervals."""
    counts = Counter(one.drawn for one in told)
    weight = np.array([STRATA[one.drawn] / counts[one.drawn] for one in told])
    danger, floor = np.array([one.danger > 0 for one in told]), np.array([bool(one.floor) for one in told])
    places = [np.flatnonzero([one.drawn == name for one in told]) for name in sorted(counts)]
    draw = np.random.default_rng(1)
    rounds = []
    for _ in range(ROUNDS):
        drawn = np.concatenate([draw.choice(mine, len(mine)) for mine in places])
        rounds.append(weighted(weight[drawn], danger[drawn], floor[drawn]))
    low, high = np.percentile(np.array(rounds), [2.5, 97.5], axis=0)
    return weighted(weight, danger, floor), Weighted(*low), Weighted(*high)


def dangers(name: str, floors: Mapping[str, int | None]) -> None:
    """Print what the reading found under each floor and without one, and what follows for all messages."""
    rows = read_lines("real_danger.csv")
    told = [Heard(int(row["danger"]), row["drawn"], floors[row["id"]]) for row in rows]
    print(f"-- {name} on real messages read blind")
    for floor, title in ((1, "floor 1"), (2, "floor 2"), (None, "no floor")):
        mine = [one.danger for one in told if one.floor == floor]
        print(f"   {title}: must be looked at once {share(mine.count(1), len(mine))}, "
              f"may get worse {share(mine.count(2), len(mine))}")  # fmt: skip
    middle, low, high = estimate(told)
    print(f"   any floor, of all {sum(STRATA.values()):,}: recall {middle.recall:.2f} "
          f"({low.recall:.2f} to {high.recall:.2f}), precision {middle.precision:.2f} "
          f"({low.precision:.2f} to {high.precision:.2f})")  # fmt: skip
