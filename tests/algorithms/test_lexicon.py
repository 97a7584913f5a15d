"""Categories by word rules: scores on lines written for it and on lines held back, and its manners."""

from __future__ import annotations

import csv
import re
import time
from pathlib import Path

import pytest

from fengqiao.algorithms.lexicon import LexiconClassifier, LexiconError, default_lexicon, read_lexicon
from fengqiao.algorithms.wordlists import read_yaml
from tests.paths import DATA, ROOT

HERE = Path(__file__).parent / "data"


def lines(name: str) -> list[tuple[frozenset[str], str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as source:
        return [(frozenset({row["code"]}), row["text"]) for row in csv.DictReader(source)]


@pytest.fixture(scope="module")
def classifier() -> LexiconClassifier:
    return LexiconClassifier()


def shares(
    classifier: LexiconClassifier, pairs: list[tuple[frozenset[str], str]]
) -> tuple[float, float, float]:
    """Share right at first, share right among three, mean confidence of the first."""
    proposals = [(right, classifier.propose(text)) for right, text in pairs]
    first = sum(bool(found) and found[0].label in right for right, found in proposals)
    three = sum(any(one.label in right for one in found) for right, found in proposals)
    sure = sum(found[0].confidence for _, found in proposals if found)
    return first / len(pairs), three / len(pairs), sure / len(pairs)


@pytest.mark.parametrize("name", ["sample_lines.csv", "development_lines.csv", "hard_lines.csv"])
def test_lines_it_was_written_with(classifier: LexiconClassifier, name: str) -> None:
    first, three, _ = shares(classifier, lines(name))
    assert first >= 0.95
    assert three >= 0.98


def test_lines_held_back(classifier: LexiconClassifier) -> None:
    """Written after the lexicon, in other words; the lexicon was not changed for them."""
    first, three, sure = shares(classifier, lines("held_out_lines.csv"))
    assert first >= 0.78
    assert three >= 0.86
    assert abs(sure - first) <= 0.08, "confidence is as high as it is right"


@pytest.mark.skipif(DATA is None, reason="reference data is not beside the project")
def test_real_messages_held_back(classifier: LexiconClassifier) -> None:
    """Real messages, labelled before the lexicon saw them; several codes count where people would differ."""
    assert DATA is not None
    with (DATA / "complaints" / "messages.csv").open(encoding="utf-8", newline="") as source:
        messages = {
            row["id"]: f"{row['title'].strip()}\n{row['body'].strip()}" for row in csv.DictReader(source)
        }
    with (HERE / "real_message_codes.csv").open(encoding="utf-8", newline="") as source:
        pairs = [(frozenset(row["codes"].split("|")), messages[row["id"]]) for row in csv.DictReader(source)]
    first, three, sure = shares(classifier, pairs)
    assert len(pairs) == 70
    assert first >= 0.70
    assert three >= 0.90
    assert abs(sure - first) <= 0.10


def test_no_line_is_copied_into_the_lexicon() -> None:
    said = "".join(
        re.sub(r"\W", "", text) for name in HERE.glob("*_lines.csv") for _, text in lines(name.name)
    )
    for rules in default_lexicon().codes.values():
        for word in re.split(r"[\s*+~|]|\d+", rules):
            assert len(word) <= 8 or word not in said, word


def test_all_codes_are_there_once(classifier: LexiconClassifier) -> None:
    assert len(classifier.labels) == len(set(classifier.labels)) == 160


def test_its_codes_are_the_categories_of_matters(classifier: LexiconClassifier) -> None:
    source = ROOT / "src" / "fengqiao" / "matters" / "data" / "categories-2026-01.csv"
    with source.open(encoding="utf-8", newline="") as table:
        codes = {row["code"] for row in csv.DictReader(table)}
    assert set(classifier.labels) == codes
    danger = read_yaml("danger_words")
    assert {rule["code"] for rule in danger["rules"]} <= codes


def test_a_proposal_says_what_it_rests_on(classifier: LexiconClassifier) -> None:
    [first, *_] = classifier.propose("卫生间天花板一直滴水，楼上不承认漏水")
    assert first.label == "NB2"
    assert 0 < first.confidence <= 1
    assert "漏水" in "".join(first.reasons)
    assert len(first.reasons) <= 4


def test_confidences_are_ranked_and_add_up_to_less_than_one(classifier: LexiconClassifier) -> None:
    found = classifier.propose("楼上装修电钻吵得孩子睡不着", k=10)
    assert [one.confidence for one in found] == sorted((one.confidence for one in found), reverse=True)
    assert sum(one.confidence for one in found) <= 1
    assert len(classifier.propose("楼上装修电钻吵得孩子睡不着", k=1)) == 1


def test_too_little_said_and_nothing_known(classifier: LexiconClassifier) -> None:
    [only] = classifier.propose("嗯嗯")
    assert (only.label, only.reasons) == ("OT3", ())
    assert classifier.propose("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥") == []


def test_version_and_name(classifier: LexiconClassifier) -> None:
    assert classifier.name == "lexicon"
    assert classifier.version == default_lexicon().version != ""


def test_a_stations_own_lexicon() -> None:
    own = LexiconClassifier(read_lexicon("version: x1\ncodes:\n  ZZ1: 竹笋*3 挖~4笋\n"))
    assert [one.label for one in own.propose("有人夜里挖竹笋")] == ["ZZ1"]
    assert own.propose("短") == []


@pytest.mark.parametrize("text", ["codes: [", "version: 1", "codes:\n  A: '@nobody'\n", "- 1"])
def test_a_wrong_lexicon_is_refused(text: str) -> None:
    with pytest.raises(LexiconError):
        LexiconClassifier(read_lexicon(text))


def test_a_long_text_is_cut_not_suffered(classifier: LexiconClassifier) -> None:
    begun = time.process_time()
    classifier.propose("楼上漏水电动车充电孩子" * 10_000)
    assert time.process_time() - begun < 2
