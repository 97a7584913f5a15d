"""Trains the detector of danger from the project's own lines and writes its file.

Lines for triage whose category is no danger by itself (a lost purse, noise, a blocked exit) teach what is ordinary, and
those of a few categories that are always danger teach danger. Run after a change of ``danger_lines.csv`` or
``danger_words.yaml``: ``python tools/danger_model.py``. A test says so when it was forgotten. The figures printed are
kept in the file.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "src" / "fengqiao" / "algorithms" / "data"
sys.path.insert(0, str(DATA.parent.parent.parent))

from fengqiao.algorithms.dangersense import Ear  # noqa: E402 - the sources must be on the path first
from fengqiao.algorithms.dangertraining import Line, digest, read_lines, train  # noqa: E402
from fengqiao.algorithms.dangerwords import DangerWords  # noqa: E402
from fengqiao.algorithms.wordlists import read_yaml  # noqa: E402

DANGER_CODES = {"FI1": "fire", "BU1": "gas", "ND4": "gas", "HE6": "suicide", "LP1": "missing", "LP2": "missing",
                "FA7": "violence", "FR7": "scam", "FR13": "scam"}  # fmt: skip
ORDINARY = frozenset(
    [
        "FA1", "FA2", "FA3", "FA4", "FA5", "FA6", "NB", "PR", "EC1", "EC2", "EC3", "EC4", "EC5", "EC6", "LB1", "LB2",
        "LB3", "LB5", "LV", "IN2", "IN5", "IN6", "FI2", "FI3", "FI4", "FI5", "FI6", "EB1", "EB2", "EB3", "EB4", "EB5",
        "BU3", "BU4", "BU5", "BU6", "BU8", "BU9", "BU10", "PB1", "PB2", "PB3", "PB4", "PB6", "PB7", "PB8", "TR1", "TR3",
        "TR4", "TR5", "OR1", "OR3", "OR4", "OR5", "OR6", "OR7", "OR8", "PC1", "PC3", "PC4", "PC5", "PC6", "PC8", "LP4",
        "LP5", "LP6", "LP7", "HE2", "HE3", "HE4", "HE5", "HE7", "HE8", "HE9", "MI6", "ND6", "ND7", "OT",
    ]
)  # fmt: skip
"""Codes, and heads of codes, whose lines are no danger now."""


def triage_lines() -> list[Line]:
    """Lines written for the categories that also teach what danger is and what it is not."""
    with (DATA / "triage_lines.csv").open(encoding="utf-8", newline="") as source:
        rows = [(row["text"], row["code"]) for row in csv.DictReader(io.StringIO(source.read()))]
    return [
        Line(text, DANGER_CODES.get(code, ""))
        for text, code in rows
        if code in DANGER_CODES or code in ORDINARY or code.rstrip("0123456789") in ORDINARY
    ]


def main() -> int:
    """Train, write, print what the file says of itself."""
    lines = (DATA / "danger_lines.csv").read_bytes()
    words = read_yaml("danger_words")
    lexicon = DangerWords(words)
    source = digest(lines, (DATA / "danger_words.yaml").read_bytes())
    more = triage_lines()
    print(f"{len(more)} lines for triage, {sum(bool(line.danger) for line in more)} with danger")
    detector = train(read_lines(lines), more, lexicon, Ear(words, lexicon.spell), source)
    detector.save(DATA / "danger_model.npz")
    print(json.dumps(dict(detector.model.facts), indent=1))
    print(
        f"signs {len(detector.model.vocabulary)}, sure {detector.model.sure:.3f}, maybe {detector.model.maybe:.3f}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
