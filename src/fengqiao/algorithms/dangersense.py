"""The trained ear of the keyword floor: danger told in words that no list foresaw.

Question: does a stretch of this text sound like the lines of `data/danger_lines.csv` in which somebody is in danger
now ("转身就不在了", "喊半天没人应"), rather than like those in which nobody is ("上礼拜走失的老太太送来锦旗")?
Method: a logistic score over what is said - characters in runs of one to three, the notions of the danger word list
(a child, gone, not back; a denial, a drill, long ago), pairs of notions, and the kinds of danger its rules found -
weighted by TF-IDF. A second set of scores says which danger. A text is read in stretches of whole sentences and the most
alarming counts. Two limits, chosen on lines not trained on, part "sure" (floor 1) from "may be" (floor 2).

It sees no surnames, towns or figures. The model is a file of numbers made by `fengqiao.algorithms.dangertraining`; it
needs numpy alone.
Limits: what sounds like no line stays unheard; irony and stories are not understood. It can only raise a floor.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import log, sqrt
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from fengqiao.algorithms.dangerwords import NOTHING, Reading, Speller
from fengqiao.algorithms.modelfile import Array, facts_of, floats, read_own, write_model
from fengqiao.algorithms.segment import normalise, words
from fengqiao.algorithms.wordrules import RuleSet, Span

SCHEME = "danger c1-3 notions pairs kinds v2"  # named in the model file: only used with the signs it was trained on
KIND = "danger"
STRETCH = 110  # characters of a stretch; the lines trained on are mostly shorter
MAX_CHARS = 6_000  # a pasted book is read so far
EXCUSED = 2.5  # taken from the score of a stretch in which a word of danger is denied, over or only feared
REASON = 14  # characters of the words shown as a reason
_SENTENCE = re.compile(r"[^.!?;\n。！？；]*[.!?;\n。！？；]*")
_CLAUSE = re.compile(r"[^,.;!?:\s，。；！？：、…]+")
_NAME = "某"

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A run of whole sentences: `text` in normal form, beginning at `start` of the text given."""

    text: str
    start: int

    def holds(self, place: int) -> bool:
        """Whether a place of the text given lies in it."""
        return self.start <= place < self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Heard:
    """A stretch as the detector reads it: its letters, where each stands in it, and the notions named with places."""

    letters: str
    positions: Sequence[int]
    notions: Mapping[str, Span]


@dataclass(frozen=True, slots=True)
class Signs:
    """What the detector sees of a stretch: tokens with counts, and where those stand that are no mere letters."""

    counts: Counter[str]
    heard: Heard
    placed: Mapping[str, Sequence[Span]]

    def places(self, token: str) -> list[Span]:
        """Where a token stands in the stretch."""
        if token[0] != "c":
            return list(self.placed.get(token, ()))
        letters, positions, size = self.heard.letters, self.heard.positions, len(token) - 1
        found, at = [], letters.find(token[1:])
        while at >= 0:
            found.append((positions[at], positions[at + size - 1] + 1))
            at = letters.find(token[1:], at + 1)
        return found


@dataclass(frozen=True, slots=True)
class SenseModel:
    """The numbers of a trained detector. Rows of `weights` go with `vocabulary`; the first column is danger against
    none, the others are the `kinds`."""

    kinds: tuple[str, ...]
    vocabulary: tuple[str, ...]
    idf: Floats
    weights: Floats
    bias: Floats
    rare: float  # weight by rarity of a sign the model does not know: it dilutes the others
    sure: float
    maybe: float
    facts: Mapping[str, Any]  # version, rows, data_sha256, figures measured on lines not trained on


@dataclass(frozen=True, slots=True)
class Sensed:
    """The most alarming stretch: its score, which danger, and where the words stand that speak for it."""

    score: float
    kind: str
    start: int
    end: int
    stretch: Stretch


class Ear:
    """Turns a stretch of text into signs; made from the danger word list, so that both speak of the same notions."""

    def __init__(self, data: Mapping[str, Any], spell: Speller) -> None:
        """`data`: the danger word list."""
        self._spell = spell
        self._names = tuple(data["groups"])
        self._alarming = frozenset(str(data["alarming"]).split())
        self._notions = RuleSet([(n, f"@{name}") for n, name in enumerate(self._names)], data["groups"])
        surname, called, town = ("|".join(map(re.escape, _longest_first(str(data[key]).split())))
                                 for key in ("surnames", "called", "towns"))  # fmt: skip
        self._named = re.compile(rf"(?:{surname})(?=(?:{called}))|(?<=[老小阿姓])(?:{surname})|(?:{town})")

    def stretches(self, text: str) -> Iterator[Stretch]:
        """The text in stretches of whole sentences; a sentence that is too long is cut at a clause."""
        normal = self._spell(normalise(text[:MAX_CHARS]))
        begun = end = 0
        for piece in _pieces(normal):
            if end > begun and piece[1] - begun > STRETCH:
                yield Stretch(normal[begun:end], begun)
                begun = piece[0]
            end = piece[1]
        if end > begun:
            yield Stretch(normal[begun:end], begun)

    def hear(self, stretch: Stretch) -> Heard:
        """The letters of a stretch and the notions they name."""
        letters, positions = self._plain(stretch.text)
        met = {}
        for one in self._notions.match(letters):
            met[self._names[one.owner]] = (positions[one.start], positions[one.end - 1] + 1)
        return Heard(letters, positions, met)

    def signs(self, stretch: Stretch, reading: Reading, heard: Heard | None = None) -> Signs:
        """Signs of a stretch; `reading`: what the rules made of the whole text; `heard`: what it was heard as."""
        heard = heard or self.hear(stretch)
        kept, met = heard.letters, heard.notions
        grams = [
            "c" + kept[place : place + size] for size in (1, 2, 3) for place in range(len(kept) - size + 1)
        ]
        counts: Counter[str] = Counter(grams)
        places: dict[str, list[Span]] = {}
        for name, span in met.items():
            counts["k" + name] = 1
            places["k" + name] = [span]
        counts.update(f"p{one}+{two}" for one, two in combinations(sorted(met), 2))
        for hit in reading.floor.hits:
            if stretch.holds(hit.start):
                token = f"x{hit.severity}{hit.rule}"
                counts[token] = counts[f"x{hit.severity}"] = 1
                end = min(hit.end - stretch.start, len(stretch.text))
                places.setdefault(token, []).append((hit.start - stretch.start, end))
        if any(stretch.holds(start) for start, _ in reading.excused):
            counts["x0"] = 1
        return Signs(counts, heard, places)

    def alarming(self, heard: Heard) -> bool:
        """Whether a stretch names a notion of danger at all; without one nothing is raised."""
        return not self._alarming.isdisjoint(heard.notions)

    def _plain(self, text: str) -> tuple[str, list[int]]:
        """The letters of a stretch without names, a whole figure as one sign, and where each stands in it."""
        drawn: list[str] = []
        positions: list[int] = []
        spans = {match.start(): match.end() for match in self._named.finditer(text)}
        skip = 0
        for place, char in enumerate(text):
            if place < skip:
                continue
            if place in spans:
                skip, char = spans[place], _NAME
            figure = char.isdigit()
            if not char.isalnum() or (figure and place and text[place - 1].isdigit()):
                continue
            drawn.append("0" if figure else char)
            positions.append(place)
        return "".join(drawn), positions


class Detector:
    """Scores stretches of text with a trained model."""

    def __init__(self, model: SenseModel, ear: Ear) -> None:
        """Take a model as trained or loaded, and the ear it was trained with."""
        self.model = model
        self.ear = ear
        self._row = {token: row for row, token in enumerate(model.vocabulary)}
        self._idf = model.idf.tolist()

    @property
    def version(self) -> str:
        """Version named in the model: changes with the lines, the word list or the method."""
        return str(self.model.facts.get("version", ""))

    def sense(self, text: str, reading: Reading = NOTHING) -> Sensed | None:
        """The most alarming stretch of `text`, if any may be danger; `reading`: what the rules made of it."""
        best: Sensed | None = None
        for stretch in self.ear.stretches(text):
            heard = self.ear.hear(stretch)
            if not self.ear.alarming(heard):
                continue
            signs = self.ear.signs(stretch, reading, heard)
            rows, values = self._vector(signs)
            if not len(rows):
                continue
            scores = values @ self.model.weights[rows] + self.model.bias
            scores[0] -= EXCUSED if "x0" in signs.counts else 0.0
            if scores[0] < self.model.maybe or (best and scores[0] <= best.score):
                continue
            kind = int(np.argmax(scores[1:]))
            pushes = values * (self.model.weights[rows, 0] + self.model.weights[rows, kind + 1])
            start, end = self._words(stretch, signs, rows, pushes)
            best = Sensed(float(scores[0]), self.model.kinds[kind], start, end, stretch)
        return best

    def _vector(self, signs: Signs) -> tuple[npt.NDArray[np.int64], Floats]:
        rows, values = weighed(signs.counts, self._row, self._idf, self.model.rare)
        return np.array(rows, dtype=np.int64), np.array(values, dtype=np.float32)

    def _words(
        self, stretch: Stretch, signs: Signs, rows: npt.NDArray[np.int64], pushes: Floats
    ) -> tuple[int, int]:
        """Where the words stand that push hardest towards danger: a run of whole words within one clause."""
        push = np.zeros(len(stretch.text) + 1)
        for row, weight in zip(rows.tolist(), pushes.tolist(), strict=True):
            spans = signs.places(self.model.vocabulary[row])
            for start, end in spans:
                push[start:end] += weight / len(spans) / max(1, end - start)
        runs = [run for match in _CLAUSE.finditer(stretch.text) for run in _runs(match.start(), match[0])]
        if not runs:
            return stretch.start, stretch.start + len(stretch.text)
        sums = np.concatenate([[0.0], np.cumsum(push)])
        start, end = max(runs, key=lambda run: (sums[run[1]] - sums[run[0]], run[0] - run[1]))
        return stretch.start + start, stretch.start + end

    def save(self, path: Path) -> None:
        """Write the model file. Raises ModelFileError when it cannot be written."""
        model = self.model
        header = {"kind": KIND, "scheme": SCHEME, "kinds": list(model.kinds), "rare": model.rare, "sure": model.sure,
                  "maybe": model.maybe, **model.facts}  # fmt: skip
        arrays: dict[str, Array] = {
            "vocabulary": np.frombuffer("\n".join(model.vocabulary).encode("utf-8"), dtype=np.uint8),
            "idf": model.idf,
            "weights": model.weights,
            "bias": model.bias,
        }
        write_model(path, header, arrays)

    @classmethod
    def load(cls, path: Path, ear: Ear) -> Detector:
        """Read a model file. Raises ModelFileError for a bad, foreign, truncated or older one."""
        foreign = "模型文件 {path} 是用别的版本训练的，不能直接使用。请重新训练。"
        return cls(read_own(path, kind=KIND, scheme=SCHEME, foreign=foreign, build=_built), ear)


def _built(header: Mapping[str, Any], arrays: Mapping[str, Array]) -> SenseModel:
    vocabulary = tuple(bytes(arrays["vocabulary"]).decode("utf-8").split("\n"))
    kinds = tuple(map(str, header["kinds"]))
    return SenseModel(
        kinds=kinds,
        vocabulary=vocabulary,
        idf=floats(arrays["idf"], (len(vocabulary),)),
        weights=floats(arrays["weights"], (len(vocabulary), len(kinds) + 1)),
        bias=floats(arrays["bias"], (len(kinds) + 1,)),
        rare=float(header["rare"]),
        sure=float(header["sure"]),
        maybe=float(header["maybe"]),
        facts=facts_of(header, "kinds", "rare", "sure", "maybe"),
    )


def weighed(
    counts: Mapping[str, int], row: Mapping[str, int], idf: Sequence[float], rare: float
) -> tuple[list[int], list[float]]:
    """Rows and TF-IDF weights of the signs known, the whole brought to length one.

    Signs that are not known count in the length, so that a text in strange words is not judged by the one word known.
    """
    rows: list[int] = []
    values: list[float] = []
    square = 0.0
    for sign, count in counts.items():
        often = 1.0 if count == 1 else 1 + log(count)
        place = row.get(sign)
        if place is None:
            square += 0.0 if sign[0] == "p" else (often * rare) ** 2
            continue
        value = often * idf[place]
        square += value * value
        rows.append(place)
        values.append(value)
    length = sqrt(square) or 1.0
    return rows, [value / length for value in values]


def _longest_first(listed: Iterable[str]) -> list[str]:
    return sorted(listed, key=len, reverse=True)


def _pieces(normal: str) -> Iterator[Span]:
    """Sentences, the long ones cut behind clauses and at the latest where a stretch must end."""
    for match in _SENTENCE.finditer(normal):
        start, end = match.span()
        while end - start > STRETCH:
            cut = max(normal.rfind(sign, start, start + STRETCH) for sign in ",，、 ")
            cut = cut + 1 if cut > start else start + STRETCH
            yield start, cut
            start = cut
        if end > start:
            yield start, end


def _runs(start: int, clause: str) -> Iterator[Span]:
    """Every run of whole words of a clause that is short enough to show; the clause itself when it is."""
    if len(clause) <= REASON:
        yield start, start + len(clause)
        return
    borders = [start]
    for word in words(clause):
        borders.append(borders[-1] + len(word))
    for first, begin in enumerate(borders[:-1]):
        within = [end for end in borders[first + 1 :] if end - begin <= REASON]
        if within:
            yield begin, within[-1]
