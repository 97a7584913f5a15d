"""What all model files are checked by, and that those that ship answer as they always did."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fengqiao.algorithms.classify import starter
from fengqiao.algorithms.danger import danger_floor
from fengqiao.algorithms.mixing import spread_bits
from fengqiao.algorithms.modelfile import (
    ModelFileError,
    facts_of,
    floats,
    names,
    read_own,
    rising,
    write_model,
)
from fengqiao.algorithms.textfeatures import tokens


def test_bits_are_spread_as_the_published_generator_does() -> None:
    """First numbers of splitmix64 from the seed 0."""
    steps = np.array([0x9E3779B97F4A7C15, 0x3C6EF372FE94F82A], dtype=np.uint64)
    assert spread_bits(steps).tolist() == [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4]


def test_tokens_are_those_the_shipped_models_were_trained_on() -> None:
    found = np.sort(tokens(["卫生间漏水12次"]).hashes)
    assert (len(found), int(found[0]), int(found[-1])) == (37, 26240616, 4266027168)


@pytest.mark.parametrize(
    ("text", "label", "confidence", "severity"),
    [
        ("楼上卫生间漏水，天花板一直滴水，说了几次都不修", "NB2", 0.999998, None),
        ("客服叫我共享屏幕，钱已经转出去了", "FR13", 0.999593, 1),
        ("老两口又吵架，孩子不管", "FA1", 0.478686, None),
    ],
)
def test_the_models_that_ship_answer_as_before(
    text: str, label: str, confidence: float, severity: int | None
) -> None:
    [first, *_] = starter().propose(text)
    assert first.label == label
    assert first.confidence == pytest.approx(confidence, abs=1e-4)
    assert danger_floor(text).severity == severity


def test_arrays_of_another_shape_or_kind_are_refused() -> None:
    good = np.zeros(3, dtype=np.float32)
    assert floats(good, (3,)) is good
    for bad in (good[:2], good.astype(np.float64), np.array([0, np.nan, 0], dtype=np.float32)):
        with pytest.raises(ValueError, match="array"):
            floats(bad, (3,))


@pytest.mark.parametrize(
    "listed", [None, "甲乙", ["甲"], ["甲", "甲"], ["甲", ""], ["甲", 3], list("甲乙丙丁")]
)
def test_lists_of_names_that_are_none_are_refused(listed: Any) -> None:
    assert names(["甲", "乙"], 3) == ("甲", "乙")
    with pytest.raises(ValueError, match="names"):
        names(listed, 3)


def test_codes_that_do_not_rise_are_refused() -> None:
    rising(np.array([1, 5], dtype=np.uint32), np.uint32)
    rising(np.zeros(0, dtype=np.uint64), np.uint64)
    for bad in (
        np.array([5, 1], dtype=np.uint32),
        np.array([1, 1], dtype=np.uint32),
        np.array([1, 5], dtype=np.uint64),
        np.zeros((2, 2), dtype=np.uint32),
    ):
        with pytest.raises(ValueError, match="codes"):
            rising(bad, np.uint32)


def test_a_file_of_another_kind_is_foreign_and_one_at_odds_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.npz"
    header = {"kind": "one", "scheme": "s", "rows": 3, "labels": ["甲"]}
    write_model(path, header, {"a": np.zeros(2, dtype=np.float32)})

    def build(said: dict[str, Any], arrays: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
        return facts_of(said, "labels"), list(arrays)

    assert read_own(path, kind="one", scheme="s", foreign="", build=build) == ({"rows": 3}, ["a"])
    for other in ({"kind": "two", "scheme": "s"}, {"kind": "one", "scheme": "t"}):
        with pytest.raises(ModelFileError, match="外来"):
            read_own(path, **other, foreign="{path} 外来", build=build)
    for error in (KeyError, TypeError, ValueError, IndexError):

        def fails(said: dict[str, Any], arrays: dict[str, Any], error: type[Exception] = error) -> None:
            raise error

        with pytest.raises(ModelFileError, match="互相矛盾"):
            read_own(path, kind="one", scheme="s", foreign="", build=fails)
