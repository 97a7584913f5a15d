"""The keyword floor: signs that somebody may be in danger set a floor under the severity of a report.

Question: does this text speak of danger now, so that a person must look at once, whatever anybody or any model
thinks of it? Two readers answer. The word list (`dangerwords`, `data/danger_words.yaml`) looks for words and for what
around them takes a hit back. A small trained detector (`dangersense`) hears danger told in words that no list foresaw.
The floor is the graver of the two: the detector can raise it and never lower what the words demand. What is only feared,
what the detector is not sure of, and what a long complaint tells without a word of now, keeps a floor of 2; what it is
not sure of in a long complaint raises nothing.

Limits: Chinese only; irony and stories are not understood, and a danger told like nothing in the lists or the lines is
not found. Cost is linear in the length of the text. Measured figures: docs/algorithms/danger.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import as_file, files

from fengqiao.algorithms.dangersense import Detector, Ear, Sensed
from fengqiao.algorithms.dangerwords import (
    GUARDS,
    NO_FLOOR,
    SUPPOSED,
    DangerWords,
    DangerWordsError,
    Floor,
    Hit,
    sum_up,
)
from fengqiao.algorithms.wordlists import read_yaml

__all__ = [
    "GUARDS",
    "NO_FLOOR",
    "DangerWords",
    "DangerWordsError",
    "Floor",
    "Hit",
    "danger_floor",
    "words_floor",
]

DANGER = 1
_CHILD = re.compile("孩|娃|儿|孙|弟|妹|仔|囡|学生|岁|侄|闺|宝|幼")
_SENSED: Mapping[str, tuple[str, str]] = {
    "fire": ("fire", "FI1"),
    "gas": ("gas", "BU1"),
    "knife": ("weapon", "IN1"),
    "suicide": ("self_harm", "HE6"),
    "missing": ("missing_child", "LP1"),
    "violence": ("violence", "IN1"),
    "scam": ("scam_money", "FR1"),
}


@cache
def _words() -> DangerWords:
    return DangerWords(read_yaml("danger_words"))


@cache
def _detector() -> Detector:
    with as_file(files("fengqiao.algorithms") / "data" / "danger_model.npz") as path:
        return Detector.load(path, Ear(read_yaml("danger_words"), _words().spell))


def words_floor(text: str) -> Floor:
    """The floor by the danger words alone, without the trained detector."""
    return _words().floor(text)


def danger_floor(text: str) -> Floor:
    """The floor under the severity of `text`: the graver of what the words demand and what the detector hears."""
    words = _words()
    reading = words.read(text)
    floor = reading.floor
    if floor.severity == DANGER:
        return floor
    sensed = _detector().sense(text, reading)
    if sensed is None:
        return floor
    sure = sensed.score >= _detector().model.sure
    if words.tells_a_story(text, sensed.start, sensed.end):
        if not sure:
            return floor  # read blind, 41 of 42 such floors in residents' letters were false
        sure = False
    hit = _hit(sensed, text, sure)
    if floor.severity is not None and floor.severity <= hit.severity:
        return floor
    return sum_up([*floor.hits, hit], lambda one: one == hit and hit.severity == DANGER)


def _hit(sensed: Sensed, text: str, sure: bool) -> Hit:
    """What was heard as a hit: the words that speak for it, danger now only where the detector is sure."""
    rule, code = _SENSED[sensed.kind]
    if sensed.kind == "missing" and not _CHILD.search(sensed.stretch.text):
        rule, code = "missing_elder", "LP2"
    severity = DANGER if sure else SUPPOSED
    return Hit(text[sensed.start : sensed.end], sensed.start, sensed.end, rule, code, severity)
