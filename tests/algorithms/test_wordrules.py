"""Word rules: reading them, and matching them in texts."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fengqiao.algorithms.wordrules import RuleError, RuleSet, WordIndex


def owners(rules: list[str], text: str, **groups: str) -> list[int]:
    return sorted(found.owner for found in RuleSet(list(enumerate(rules)), groups).match(text))


def test_a_word_a_gap_and_both_in_any_order() -> None:
    rules = ["着火", "孩子|小孩~4不见", "充电+电动车"]
    assert owners(rules, "楼下着火了") == [0]
    assert owners(rules, "小孩刚才不见了") == [1]
    assert owners(rules, "电动车在楼道充电") == [2]
    assert owners(rules, "充电的是电动车") == [2]


def test_a_gap_has_an_end_and_keeps_to_its_sentence() -> None:
    assert owners(["孩子~4不见"], "孩子今天早上就不见了") == []
    assert owners(["孩子~8不见"], "孩子到了。钥匙不见了") == []
    assert owners(["孩子~8不见"], "不见了孩子") == []


def test_any_order_has_a_window() -> None:
    assert owners(["充电+电动车"], "充电" + "啊" * 30 + "电动车") == []


def test_groups_weights_and_places() -> None:
    [found] = RuleSet([(7, "@child~6@gone*2.5")], {"child": "孩子 女儿", "gone": "走失 不见"}).match(
        "我女儿刚走失"
    )
    assert (found.owner, found.weight, found.start, found.end) == (7, 2.5, 1, 6)


def test_three_parts() -> None:
    assert owners(["@a~6@b~6@c"], "女儿身上有伤", a="女儿", b="身上", c="伤") == [0]
    assert owners(["@a~6@b~6@c"], "女儿说身上好", a="女儿", b="身上", c="伤") == []


def test_every_place_or_the_first() -> None:
    rules = RuleSet([(0, "火")])
    assert len(rules.match("火和火", every=True)) == 2
    assert len(rules.match("火和火")) == 1


@pytest.mark.parametrize("rule", ["@nobody", "孩子~6", "+充电", "*3"])
def test_a_rule_that_cannot_be_read_is_named(rule: str) -> None:
    with pytest.raises(RuleError, match="规则"):
        RuleSet([(0, rule)])


def test_an_empty_word_is_refused() -> None:
    with pytest.raises(RuleError):
        WordIndex([""])


@example({"命救", "命救a"}, "命救")
@given(
    st.sets(st.text(alphabet="火着了救命abc", min_size=1, max_size=4), max_size=8),
    st.text(alphabet="火着了救命abcd"),
)
def test_the_index_finds_what_a_plain_search_finds(words: set[str], text: str) -> None:
    plain = sorted((i, word) for word in words for i in range(len(text)) if text.startswith(word, i))
    assert sorted((start, word) for word, start in WordIndex(words).find(text)) == plain


def test_odd_characters_do_no_harm() -> None:
    assert WordIndex(["着火"]).find("\ud800着火\U0001f525") == [("着火", 1)]
    assert WordIndex(["着火"]).find("") == []


def test_a_hostile_text_stays_cheap() -> None:
    rules = RuleSet([(0, "@a~12@b~12@c"), (1, "@a+@c")], {"a": "孩子", "b": "小孩", "c": "不见"})
    begun = time.process_time()
    rules.match("孩子小孩" * 25_000)
    assert time.process_time() - begun < 5
