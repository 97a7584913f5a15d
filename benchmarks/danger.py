"""The keyword floor on lines written by hand and frozen, beside a plain word list in the same run.

Run: ``python benchmarks/danger.py [--goal off]``. Data: ``benchmarks/lines/danger_frozen.csv``, of which no line is ever
printed; where the reference data is there ``complaints/messages.csv`` and the blind reading of 400 of them
(``real_danger.csv``). Peer: every plain word of the danger word list
that needs no neighbour, without a look at what stands around it. Process time, one thread, best of five. Found means a
floor of 1. Exits 1 below a goal.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import csv
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.realmessages import dangers
from benchmarks.reference import Goals, best_ms, messages, share
from fengqiao.algorithms.danger import danger_floor, words_floor
from fengqiao.algorithms.segment import flatten
from fengqiao.algorithms.wordlists import read_yaml
from fengqiao.algorithms.wordrules import WordIndex

FROZEN = Path(__file__).resolve().parent / "lines" / "danger_frozen.csv"
Severity = Callable[[str], int | None]


def plain_words() -> Severity:
    """The peer: any whole word of a rule of severity 1, wherever it stands."""
    rules = [rule for rule in read_yaml("danger_words")["rules"] if rule["severity"] == 1]
    listed = {word for rule in rules for word in str(rule["words"]).split() if not set(word) & set("@~+|")}
    index = WordIndex(listed)
    return lambda text: 1 if index.find(flatten(text)) else None


def readers() -> dict[str, Severity]:
    """Who reads the lines, by name."""
    return {
        "plain word list": plain_words(),
        "words and contexts": lambda text: words_floor(text).severity,
        "words, contexts, detector": lambda text: danger_floor(text).severity,
    }


def frozen(goals: Goals, rows: Sequence[tuple[str, str]]) -> None:
    """Found and falsely raised, by reader and kind."""
    for name, reader in readers().items():
        told = [(danger, reader(text)) for text, danger in rows]
        print(f"-- {name}")
        for kind in sorted({danger for danger, _ in told if danger}):
            mine = [severity for danger, severity in told if danger == kind]
            print(f"   found {kind:<9} {share(sum(one == 1 for one in mine), len(mine))}")
        grave = [severity for danger, severity in told if danger]
        calm = [severity for danger, severity in told if not danger]
        print(f"   found any kind  {share(sum(one == 1 for one in grave), len(grave))}")
        print(f"   any floor       {share(sum(one is not None for one in grave), len(grave))}")
        print(f"   falsely at 1    {share(sum(one == 1 for one in calm), len(calm))}")
        print(f"   falsely any     {share(sum(one is not None for one in calm), len(calm))}")
    goals.check("danger found, share", sum(one == 1 for one in grave) / len(grave), 0.95)
    goals.check("false alarms, share", sum(one == 1 for one in calm) / len(calm), 0.15, at_most=True)


def real(goals: Goals) -> None:
    """How often real complaints are raised, and what a blind reading says of those raised and of those not."""
    texts = messages()
    if not texts:
        print("real complaints left out: no reference data")
        return
    for name, reader in readers().items():
        told = {number: reader(text) for number, text in texts.items()}
        print(f"-- {name} on real complaints")
        print(f"   at 1            {share(sum(one == 1 for one in told.values()), len(told))}")
        print(f"   any floor       {share(sum(one is not None for one in told.values()), len(told))}")
        dangers(name, told)
    goals.check(
        "real complaints raised to 1",
        sum(one == 1 for one in told.values()) / len(told),
        0.05,
        at_most=True,
    )


def cost(goals: Goals, texts: list[str]) -> None:
    """Characters a second."""
    length = sum(map(len, texts)) / len(texts)
    for name, reader in readers().items():
        ms = best_ms(reader, texts)
        print(f"   {name:<26} {ms:.3f} ms a line, {length / ms * 1_000:,.0f} characters/s")
    goals.check("milliseconds a line", ms, 2.0, at_most=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--goal", choices=["on", "off"], default="on")
    options = parser.parse_args()
    with FROZEN.open(encoding="utf-8", newline="") as source:
        rows = [(row["text"], row["danger"]) for row in csv.DictReader(source)]
    goals = Goals()
    frozen(goals, rows)
    real(goals)
    cost(goals, [text for text, _ in rows])
    return goals.verdict(options.goal)


if __name__ == "__main__":
    sys.exit(main())
