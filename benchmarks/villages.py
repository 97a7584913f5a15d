"""All villages of the country: memory, speed, and how often the right one comes first, beside a plain dictionary.

Run: ``python -m benchmarks.villages [--count N] [--goal off]``. Data: ``divisions/villages_620k.parquet`` and
``divisions/divisions_l1_l4.csv``, and ``complaints/messages.csv`` for running words; pyarrow is needed. Questions are
made from drawn villages: own name and 村, with what stands around it. A slip replaces one character by another that
sounds the same, drawn by how common it is in names of villages. Peer: a dictionary from the own name to its codes that
prefers the county named or given, else takes the first. Memory is that of a process which only loads and asks, over a
bare interpreter. Process time, one question at a time. Exits 1 below a goal.
"""

from __future__ import annotations

import argparse
import csv
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.reference import ROOT, Goals, data_file
from fengqiao.algorithms.places import Entry, Gazetteer
from fengqiao.algorithms.sounds import key
from fengqiao.algorithms.villagefile import write_villages
from fengqiao.algorithms.villagenames import core, upper_forms
from fengqiao.algorithms.villageplaces import PlacesAndVillages
from fengqiao.algorithms.villagerows import read_divisions
from fengqiao.algorithms.villages import MAX_CHARS, VillageIndex

HERE = "43"
"""The province the messages of the reference data come from."""
PROBE = """
import sys
{load}
def peak():
    return int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0]) / 1024
print(peak())
"""
OURS = """
from pathlib import Path
from fengqiao.algorithms.villages import VillageIndex
index = VillageIndex.load(Path(sys.argv[1]))
for line in open(sys.argv[2], encoding="utf-8"):
    text, near = line.rstrip("\\n").split("\\t")
    index.find(text, [near] if near else [])
"""
PEER = """
known = {}
for line in open(sys.argv[1], encoding="utf-8"):
    code, name = line.rstrip("\\n").split("\\t")
    known.setdefault(name, []).append(code)
"""


class Question(NamedTuple):
    """What is asked, where from, and the code of the village that was meant."""

    text: str
    near: str
    code: str


class Draw:
    """Questions about drawn villages."""

    def __init__(self, rows: dict[str, str], count: int) -> None:
        self.rows = rows
        self.random = random.Random(20261122)
        self.codes = self.random.sample(sorted(code for code in rows if len(code) == 12), count)
        self.own = {code: core(name) for code, name in rows.items() if len(code) == 12}
        common = Counter("".join(self.own.values()))
        self.alike: dict[str, list[str]] = defaultdict(list)
        for char in common:
            self.alike[key(char)].append(char)
        self.common = common

    def plain(self, code: str) -> str:
        """Own name and 村."""
        own = self.own[code]
        return own if own.endswith("村") else f"{own}村"

    def county(self, code: str) -> str:
        """Name of the county, or of the city where the county has none."""
        name = self.rows.get(code[:6], "")
        return name if upper_forms(name)[0] else self.rows.get(code[:4], "")

    def slip(self, code: str) -> str | None:
        """The name with one character that sounds the same; None where there is none."""
        text = self.plain(code)
        places = [
            at for at in range(len(self.own[code])) if len(self.alike[key(text[at])]) > 1 and text[at] != "村"
        ]
        if not places:
            return None
        at = self.random.choice(places)
        others = [char for char in self.alike[key(text[at])] if char != text[at]]
        weights = [self.common[char] for char in others]
        return f"{text[:at]}{self.random.choices(others, weights)[0]}{text[at + 1 :]}"

    def sets(self) -> Iterator[tuple[str, float, list[Question]]]:
        """What is asked in each way, with the goal for the share right at first."""
        mine = self.codes
        slips = [(code, said) for code in mine if (said := self.slip(code))]
        yield "county and name", 0.9, [Question(self.county(c) + self.plain(c), "", c) for c in mine]
        yield "name, asked from its county", 0.9, [Question(self.plain(c), c[:6], c) for c in mine]
        yield "name, asked from its street", 0.95, [Question(self.plain(c), c[:9], c) for c in mine]
        yield "without 村, asked from its county", 0.85, [Question(self.own[c], c[:6], c) for c in mine]
        yield "county and slip", 0.8, [Question(self.county(c) + s, "", c) for c, s in slips]
        yield "slip, asked from its street", 0.8, [Question(s, c[:9], c) for c, s in slips]
        yield "slip, asked from its county", 0.6, [Question(s, c[:6], c) for c, s in slips]
        yield "name alone", 0.0, [Question(self.plain(c), "", c) for c in mine]


def peer(rows: dict[str, str]) -> Callable[[Question], str]:
    """A dictionary from own name to codes; the county that is named in front or given is preferred."""
    known: dict[str, list[str]] = defaultdict(list)
    counties: dict[str, list[str]] = defaultdict(list)
    for code, name in sorted(rows.items()):
        if len(code) == 12:
            known[core(name)].append(code)
        elif len(code) in (4, 6):
            counties[name].append(code)

    def answer(asked: Question) -> str:
        heads, text = [asked.near] if asked.near else [], asked.text
        for cut in range(len(text) - 1, 1, -1):
            if text[:cut] in counties:
                heads, text = counties[text[:cut]], text[cut:]
                break
        codes = known.get(text) or known.get(text.removesuffix("村")) or [""]
        return (
            next((code for code in codes if code.startswith(tuple(heads))), codes[0]) if heads else codes[0]
        )

    return answer


def peak_mb(load: str, *given: str) -> float:
    """Peak memory of a process that runs ``load``."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE.format(load=load), *given],
        capture_output=True, text=True, check=True, cwd=ROOT, env={"PYTHONPATH": str(ROOT / "src"), "PATH": ""},
    )  # fmt: skip
    return float(done.stdout)


def asked(goals: Goals, index: VillageIndex, draw: Draw, rows: dict[str, str]) -> list[Question]:
    """Ask everything; print how often the right village comes first."""
    answer = peer(rows)
    everything: list[Question] = []
    spans: list[float] = []
    for name, goal, questions in draw.sets():
        first = among = sure = wrong = 0
        for one in questions:
            begun = time.process_time()
            found = index.find(one.text, [one.near] if one.near else [])
            spans.append((time.process_time() - begun) * 1_000)
            first += bool(found) and found[0].code == one.code
            among += one.code in [candidate.code for candidate in found]
            if found and found[0].confidence >= 0.8:
                sure += 1
                wrong += found[0].code != one.code
        plain = sum(answer(one) == one.code for one in questions)
        everything += questions
        size = len(questions)
        print(f"{name}: {size} asked, right among five {among / size:.3f}, peer right at first {plain / size:.3f}; "
              f"said with .8 or more {sure / size:.3f}, of these wrong {wrong / max(sure, 1):.4f}")  # fmt: skip
        goals.check(f"right at first: {name}", first / size, goal)
    goals.check("milliseconds a lookup, mean", float(np.mean(spans)), 1, at_most=True)
    goals.check("milliseconds a lookup, 99 of 100 within", float(np.percentile(spans, 99)), 1, at_most=True)
    return everything


def running(goals: Goals, index: VillageIndex) -> None:
    """Running words: messages from one province; whatever is found in another is taken as wrong."""
    with data_file("complaints", "messages.csv").open(encoding="utf-8-sig", newline="") as lines:
        texts = [f"{row['title']} {row['body']}" for row in csv.DictReader(lines)]
    both = PlacesAndVillages(Gazetteer([Entry("area:1", "area", "灞桥区")]), index, {"area:1": "610111"})
    begun = time.process_time()
    said = [[one for one in both.find(text) if one.kind == "outside"] for text in texts]
    spans = (time.process_time() - begun) / len(texts) * 1_000
    wrong = [[one for one in found if not one.entry_id.startswith(f"outside:{HERE}")] for found in said]
    length = sum(min(len(text), MAX_CHARS) for text in texts) / len(texts)
    print(f"{len(texts)} messages of {length:.0f} characters on average, own places and villages: {spans:.2f} ms each, "
          f"{sum(map(bool, said)) / len(texts):.3f} said to name a village elsewhere")  # fmt: skip
    share = sum(map(bool, wrong)) / len(texts)
    goals.check("share said to lie in another province", share, 0.02, at_most=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2_000)
    parser.add_argument("--goal", choices=["on", "off"], default="on")
    options = parser.parse_args()
    goals = Goals()
    files = [data_file("divisions", name) for name in ("villages_620k.parquet", "divisions_l1_l4.csv")]
    rows = read_divisions(files)
    with tempfile.TemporaryDirectory() as folder:
        path, names, lines = Path(folder) / "index", Path(folder) / "names", Path(folder) / "asked"
        begun = time.process_time()
        write_villages(path, rows)
        goals.check("seconds to write the file", time.process_time() - begun, 60, at_most=True, digits=0)
        goals.check("megabytes of the file", path.stat().st_size / 1e6, 50, at_most=True, digits=1)
        begun = time.perf_counter()
        index = VillageIndex.load(path)
        goals.check("villages", len(index), 620_000, digits=0)
        goals.check("seconds to load", time.perf_counter() - begun, 1, at_most=True)
        index.find("预热村")
        questions = asked(goals, index, Draw(rows, options.count), rows)
        running(goals, index)
        lines.write_text("".join(f"{one.text}\t{one.near}\n" for one in questions), encoding="utf-8")
        names.write_text(
            "".join(f"{code}\t{name}\n" for code, name in rows.items() if len(code) == 12), encoding="utf-8"
        )
        bare = peak_mb("")
        print(f"peer, a dictionary of names alone: {peak_mb(PEER, str(names)) - bare:.0f} MB")
        goals.check("megabytes over a bare interpreter", peak_mb(OURS, str(path), str(lines)) - bare, 150,
                    at_most=True, digits=0)  # fmt: skip
    return goals.verdict(options.goal)


if __name__ == "__main__":
    sys.exit(main())
