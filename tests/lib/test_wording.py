"""Words of refusals: put into the language of the page, and said in Chinese where there are no settings yet."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.utils import translation

from fengqiao.algorithms.filefaults import FileFault
from fengqiao.algorithms.sentences import Sentence, sentence
from fengqiao.lib.errors import NotAllowed, OutOfReach, TooMany
from fengqiao.lib.wording import told, translated


def test_a_sentence_is_the_filled_text() -> None:
    made = sentence("有 %(n)s 个要素，最多 %(features)s 个，请拆成几个文件", n=7, features="5")
    assert made == "有 7 个要素，最多 5 个，请拆成几个文件"
    assert isinstance(made, Sentence)
    assert made.parts == {"n": 7, "features": "5"}


def test_a_sentence_without_parts_keeps_its_percent_signs() -> None:
    assert sentence("占 5%") == "占 5%"
    assert translated(sentence("占 5%")) == "占 5%"


def test_a_part_that_is_missing_is_told() -> None:
    with pytest.raises(KeyError):
        sentence("有 %(n)s 个要素", m=7)


def test_sentences_in_sentences_and_rows_of_words_are_translated_whole() -> None:
    named = sentence("“%(name)s”（%(code)s）", name="锦澜", code="G1")
    made = sentence("没有叫“%(sheet)s”的工作表。有：%(sheets)s", sheet="甲", sheets=("乙", "丙"))
    assert made == "没有叫“甲”的工作表。有：乙、丙"
    with translation.override("en"):
        assert translated(made) == "There is no sheet called “甲”. There is: 乙, 丙"
        assert translated(sentence("%(shape)s没有边界", shape=named)) == "“锦澜” (G1) has no boundary"
        assert translated("别人的话") == "别人的话"
    assert translated(sentence("%(shape)s没有边界", shape=named)) == "“锦澜”（G1）没有边界"


def test_what_was_put_in_is_never_read_as_a_place_to_fill() -> None:
    fault = FileFault(sentence("找不到文件 %(name)s", name="100%(n)s%d.csv"), code="missing")
    with translation.override("en"):
        assert told(fault) == "There is no file 100%(n)s%d.csv"
    assert told(fault) == str(fault) == "找不到文件 100%(n)s%d.csv"


def test_a_fault_without_words_is_told_as_it_is() -> None:
    assert told(ValueError()) == ""
    assert told(ValueError(3)) == "3"


@pytest.mark.parametrize("refusal", [OutOfReach, NotAllowed, lambda: TooMany(30)])
def test_words_of_its_own_are_looked_up_when_a_refusal_is_raised(refusal: type[OutOfReach]) -> None:
    with translation.override("en"):
        english = refusal()
    chinese = refusal()
    assert english.code == chinese.code
    assert english.message.isascii()
    assert not chinese.message.isascii()


def test_a_configuration_is_refused_in_chinese_before_there_are_settings() -> None:
    """Reading a place needs no settings, so that a tool without any still says what is wrong."""
    code = "from fengqiao.lib.place_config import load_place; load_place('nowhere')"
    bare = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=bare | {"PYTHONPATH": "src", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 1
    assert "没有叫 “nowhere” 的配置" in done.stderr
    assert "ConfigError" in done.stderr
