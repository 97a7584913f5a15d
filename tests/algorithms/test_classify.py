"""The blend of word rules and model, and models that misbehave."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from fengqiao.algorithms import classify, training
from fengqiao.algorithms.classify import (
    STARTER,
    Classifier,
    LexiconClassifier,
    LinearClassifier,
    Proposal,
    StackedProposer,
    starter,
    train,
)
from fengqiao.algorithms.labelledrows import trained_on
from fengqiao.algorithms.lexicon import read_lexicon
from tools.train_starter import starter_rows

RULES = LexiconClassifier(read_lexicon("version: r1\ncodes:\n  NB2: 漏水*3\n  NB1: 噪音*3\n  FI1: 着火*4\n"))


def table() -> tuple[list[str], list[str]]:
    water, noise = (
        ["漏水", "滴水", "渗水", "水管", "防水", "吊顶"],
        ["噪音", "吵闹", "音响", "唱歌", "打牌", "喇叭"],
    )
    texts = [f"{w}和{v}第{i}次" for words in (water, noise) for i, w in enumerate(words) for v in words]
    return texts, ["NB2"] * 36 + ["NB1"] * 36


@pytest.fixture(scope="module")
def model() -> LinearClassifier:
    return train(*table())


class Stub(LinearClassifier):
    """A model that answers what it is told to."""

    def __init__(self, real: LinearClassifier, answer: list[Proposal] | Exception) -> None:
        super().__init__(real.model)
        self._answer = answer

    def propose(self, text: str, *, k: int = 3) -> list[Proposal]:
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


def test_without_a_model_the_rules_speak() -> None:
    stacked = StackedProposer(RULES)
    assert stacked.propose("漏水") == RULES.propose("漏水")
    assert stacked.version == "r1"
    assert not stacked.uses_model


def test_with_a_model_both_speak(model: LinearClassifier) -> None:
    stacked = StackedProposer(RULES, model)
    assert stacked.uses_model
    assert stacked.version == f"r1+{model.version}"
    found = stacked.propose("吊顶渗水，水管漏水")
    assert found[0].label == "NB2"
    assert "漏水" in found[0].reasons
    assert sum(one.confidence for one in found) <= 1 + 1e-9


def test_the_model_finds_what_no_rule_names(model: LinearClassifier) -> None:
    assert RULES.propose("吊顶渗水滴水，防水坏了，水管也有问题，一直没有人来修理") == []
    assert (
        StackedProposer(RULES, model)
        .propose("吊顶渗水滴水，防水坏了，水管也有问题，一直没有人来修理")[0]
        .label
        == "NB2"
    )


def test_a_label_the_model_never_saw_is_not_pushed_down(model: LinearClassifier) -> None:
    alone = RULES.propose("着火")[0].confidence
    assert StackedProposer(RULES, model).propose("着火")[0].confidence == pytest.approx(alone)


def test_a_model_of_other_labels_is_not_used() -> None:
    texts, labels = table()
    foreign = train(texts, [f"别的{label}" for label in labels])
    stacked = StackedProposer(RULES, foreign)
    assert not stacked.uses_model
    assert {one.label for one in stacked.propose("漏水噪音")} <= {"NB1", "NB2"}


def test_only_codes_in_use_are_proposed(model: LinearClassifier) -> None:
    stacked = StackedProposer(RULES, model, labels={"NB1"})
    assert [one.label for one in stacked.propose("漏水噪音")] == ["NB1"]


@pytest.mark.parametrize(
    "answer",
    [
        RuntimeError("broken"), [Proposal("NB1", float("nan"), ())], [Proposal("NB1", float("inf"), ())],
        [Proposal("NB1", -0.5, ())], [Proposal("NB1", 7.0, ())], [],
    ],
)  # fmt: skip
def test_a_model_that_misbehaves_is_left_out(
    model: LinearClassifier, answer: list[Proposal] | Exception
) -> None:
    found = StackedProposer(RULES, Stub(model, answer)).propose("漏水")
    assert found == RULES.propose("漏水")


def test_a_broken_model_is_logged(model: LinearClassifier, caplog: pytest.LogCaptureFixture) -> None:
    StackedProposer(RULES, Stub(model, RuntimeError("broken"))).propose("漏水")
    assert "model failed" in caplog.text


def test_all_keep_to_the_protocol(model: LinearClassifier) -> None:
    engines: list[Classifier] = [RULES, model, StackedProposer(RULES, model)]
    for engine in engines:
        assert engine.name
        assert engine.version
        assert all(isinstance(one, Proposal) for one in engine.propose("漏水", k=1))


def test_the_model_that_ships_is_that_of_the_lines() -> None:
    folder = Path(training.__file__).parent / "data"
    shipped = LinearClassifier.load(folder / STARTER)
    assert trained_on(shipped.facts, *starter_rows()), "run tools/train_starter.py"
    assert (folder / STARTER).stat().st_size < 5_000_000


def test_before_a_station_has_a_model_lines_and_word_rules_propose() -> None:
    first, *others = starter().propose("楼上又漏水，天花板掉皮，两家在楼道里吵", k=3)
    assert first.label == "NB2"
    assert 0 < first.confidence <= 1
    assert first.confidence >= others[0].confidence
    assert first.reasons
    assert [one.reasons for one in starter().propose("", k=3)] == [()], (
        "what says nothing goes to the duty desk"
    )


def test_a_damaged_file_leaves_the_word_rules(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    starter.cache_clear()
    monkeypatch.setattr(classify, "STARTER", "triage_lines.csv")
    try:
        assert isinstance(starter(), LexiconClassifier)
    finally:
        starter.cache_clear()
    assert "word rules alone" in caplog.text


@pytest.mark.parametrize(
    ("said", "others"),
    [("姓{}的那家，", ("王", "欧阳", "买")), ("{}人，", ("四川", "浙江", "新疆"))],
    ids=["surname", "home town"],
)
def test_names_and_home_towns_change_nothing(said: str, others: tuple[str, ...]) -> None:
    """Another surname or home town moves the first proposal in at most one line of two hundred."""
    with (Path(__file__).parent / "data" / "development_lines.csv").open(
        encoding="utf-8", newline=""
    ) as rows:
        lines = [row["text"] for row in csv.DictReader(rows)][:200]
    first = [[starter().propose(said.format(one) + line, k=1)[0].label for one in others] for line in lines]
    assert len(lines) >= 150
    assert sum(len(set(found)) > 1 for found in first) <= 0.005 * len(lines)
