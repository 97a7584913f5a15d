"""Figures of a model against figures worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from fengqiao.algorithms.evalreport import evaluation_report, training_report
from fengqiao.algorithms.evaluation import (
    EvaluationError,
    bins,
    calibration_error,
    cover_at,
    evaluate,
)
from fengqiao.algorithms.linear import Floats, LinearClassifier
from fengqiao.algorithms.training import Point, train
from tests.algorithms.test_training import table


class Told(LinearClassifier):
    """A model that says what it is told to, by the number that is the text."""

    def __init__(self, labels: tuple[str, ...], says: list[list[float]]) -> None:
        self.labels, self.says = labels, says

    def chances(self, texts: object) -> Floats:
        return np.array(self.says, dtype=np.float32)


SAYS = [[0.9, 0.1, 0.0], [0.8, 0.2, 0.0], [0.3, 0.7, 0.0], [0.6, 0.4, 0.0], [0.0, 0.0, 0.0]]
TRUTH = ["FR:甲", "FR:甲", "乙", "乙", "FR:丙"]


def test_figures_by_hand() -> None:
    found = evaluate(Told(("FR:甲", "乙", "FR:丙"), SAYS), list("12345"), TRUTH)
    assert found.accuracy == pytest.approx(3 / 5)
    assert found.top2 == pytest.approx(4 / 5), "a text nothing is said about is right in no place"
    assert found.silent == 1
    assert {one.label: round(one.f1, 3) for one in found.labels} == {"FR:甲": 0.8, "乙": 0.667, "FR:丙": 0.0}
    assert found.macro_f1 == pytest.approx((0.8 + 2 / 3 + 0) / 3)
    assert found.confusion == ((2, 0, 0), (1, 1, 0), (0, 0, 0))
    low, high = found.interval
    assert 0 < low < 0.6 < high < 1
    assert "fraud_f1" not in found.summary()


def test_fraud_against_the_rest() -> None:
    found = evaluate(Told(("FR:甲", "乙", "FR:丙"), SAYS), list("12345"), TRUTH, fraud_prefix="FR")
    assert found.summary()["fraud_f1"] == pytest.approx(2 * 2 / (3 + 3))
    with pytest.raises(EvaluationError, match="没有一个类别以“XX”开头"):
        evaluate(Told(("FR:甲", "乙", "FR:丙"), SAYS), list("12345"), TRUTH, fraud_prefix="XX")


def test_a_label_the_model_never_heard_of_is_a_miss() -> None:
    found = evaluate(Told(("甲", "乙"), [[0.9, 0.1]]), ["一"], ["新的"])
    assert (found.accuracy, found.macro_f1) == (0, 0)
    assert found.names == ("甲", "乙", "新的")


def test_nothing_to_measure_by_is_refused() -> None:
    with pytest.raises(EvaluationError, match="没有可以用来衡量的行"):
        evaluate(Told(("甲", "乙"), []), [], [])


def test_cover_is_the_longest_sure_part_that_holds() -> None:
    sure = np.array([0.9, 0.8, 0.7, 0.6], dtype=np.float32)
    right = np.array([True, True, False, True])
    assert cover_at(sure, right, 0.95) == 0.5
    assert cover_at(sure, right, 0.75) == 1.0
    assert cover_at(sure, ~right, 0.95) == 0.0
    assert cover_at(np.full(4, 0.9, np.float32), right, 0.95) == 0.0, "equal confidence cannot be told apart"


def test_bins_and_calibration_error_by_hand() -> None:
    sure = np.array([0.95, 0.95, 0.55, 0.55], dtype=np.float32)
    right = np.array([True, True, True, False])
    assert [(one.count, one.right) for one in bins(sure, right)] == [(2, 0.5), (2, 1.0)]
    assert calibration_error(sure, right) == pytest.approx(0.05, abs=1e-6)


def test_the_figures_of_a_model_are_those_of_its_proposals() -> None:
    texts, labels = table()
    model = train(texts, labels)
    found = evaluate(model, texts[:40], labels[:40])
    said = [model.propose(text)[0].label for text in texts[:40]]
    assert found.accuracy == pytest.approx(sum(map(str.__eq__, said, labels[:40])) / 40)


def test_the_reports_stand_alone_and_hide_nothing() -> None:
    found = evaluate(Told(("<b>甲", "乙", "丙"), SAYS), list("12345"), ["<b>甲", "<b>甲", "乙", "乙", "丙"])
    page = evaluation_report(found, version="v1", seen=True)
    assert "<b>" not in page
    assert "&lt;b&gt;甲" in page
    assert "正是训练它的数据" in page
    assert page.count("<circle") == len(found.bins)
    assert "http" not in page.replace("http-equiv", "")
    page = training_report(
        {"version": "v1", "rows": 5, "left_out": 1, "data_sha256": "ab", "metrics": {"accuracy": 0.5}},
        ("甲",),
        [Point(10, 0.5, 0.4), Point(20, 0.6, 0.5)],
    )
    assert page.count("<circle") == 2
    assert "0.600" in page
