"""What the benchmarks share: where the reference data lies, time without noise, and intervals."""

from __future__ import annotations

import argparse
import csv
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from fengqiao.algorithms.intervals import share_interval  # noqa: E402 - as below
from tests.paths import DATA  # noqa: E402 - the repository root must be on the path first

LINES = ROOT / "tests" / "algorithms" / "data"
T = TypeVar("T")


def data_file(*parts: str) -> Path:
    """A file of the reference data; ends the run with clear words where it is absent."""
    path = (DATA or ROOT / "data").joinpath(*parts)
    if not path.is_file():
        raise SystemExit(f"this benchmark needs {'/'.join(parts)}; name its folder in FENGQIAO_TEST_DATA")
    return path


def messages() -> dict[str, str]:
    """Residents' full messages by number, title and body; empty without the reference data."""
    path = DATA and DATA / "complaints" / "messages.csv"
    if not path or not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as source:
        return {row["id"]: f"{row['title'].strip()}\n{row['body'].strip()}" for row in csv.DictReader(source)}


def share(k: int, n: int) -> str:
    """A share with its counts and its interval."""
    low, high = share_interval(k, n)
    return f"{k / max(n, 1):.3f} ({k}/{n}, 95 % {low:.2f} to {high:.2f})"


def best_ms(job: Callable[[T], object], inputs: list[T], *, times: int = 5) -> float:
    """Least mean process time of one call, in milliseconds, over `times` passes through the inputs."""
    spans = []
    for _ in range(times):
        begun = time.process_time()
        for one in inputs:
            job(one)
        spans.append((time.process_time() - begun) / len(inputs) * 1_000)
    return min(spans)


def bootstrap(
    score: Callable[[npt.NDArray[np.int64]], float], size: int, *, rounds: int = 1_000
) -> tuple[float, float]:
    """95 % interval of a score over resampled cases; `score` is given the drawn places."""
    draw = np.random.default_rng(1)
    scores = [score(draw.integers(0, size, size)) for _ in range(rounds)]
    low, high = np.percentile(scores, [2.5, 97.5])
    return float(low), float(high)


def goals_wanted(parser: argparse.ArgumentParser, *, sized: bool = False) -> argparse.Namespace:
    """The options every benchmark takes: whether goals count, and for the `sized` ones how much is run."""
    parser.add_argument("--goal", choices=["on", "off"], default="on")
    if sized:
        parser.add_argument("--size", choices=["quick", "full"], default="quick")
    return parser.parse_args()


class Goals:
    """Collects what was reached and what was not; prints each line as it comes."""

    def __init__(self) -> None:
        self.missed: list[str] = []

    def check(self, name: str, value: float, goal: float, *, at_most: bool = False, digits: int = 3) -> None:
        """Print a figure beside its goal and remember a miss."""
        reached = value <= goal if at_most else value >= goal
        sign = "<=" if at_most else ">="
        print(
            f"{name:<58} {value:>10.{digits}f}   goal {sign} {goal:g}   {'reached' if reached else 'MISSED'}"
        )
        if not reached:
            self.missed.append(name)

    def verdict(self, goal: str) -> int:
        """Exit code: 1 when a goal was missed and goals are on."""
        if self.missed:
            print(f"missed: {', '.join(self.missed)}")
        return 1 if self.missed and goal == "on" else 0
