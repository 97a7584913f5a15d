"""A message somebody was sent: never called safe, never lowered, words that stand in it, a model that may fail."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fengqiao.algorithms import scams
from fengqiao.algorithms.modelfile import ModelFileError
from fengqiao.algorithms.proposal import Proposal
from fengqiao.algorithms.scams import (
    Blind,
    ScamReading,
    Verdict,
    blind_spot,
    load_scam_model,
    read_message,
    scam_words,
)
from fengqiao.algorithms.training import train
from fengqiao.algorithms.wordlists import read_yaml
from fengqiao.matters.reference_categories import load_categories

TOLD = [
    ("快递丢失，请加理赔客服办三倍理赔", "FR4"),
    ("点赞一条返佣五元，先垫付后返，日结", "FR1"),
    ("你名下银行卡涉嫌洗钱，请把钱转到安全账户，不要告诉家人", "FR7"),
    ("航班因机械故障取消，改签请联系客服领补偿金", "FR12"),
    ("百万保障到期要扣费，请下载会议软件打开屏幕共享", "FR13"),
    ("放款前先交保证金，包装流水后秒下款", "FR5"),
    ("不给钱就把你的裸聊视频发给通讯录", "FR10"),
    ("股票群操盘手带队，内幕消息稳赚不赔", "FR2"),
]
HARMLESS = [
    "今晚八点业主群开会，请准时参加",
    "妈，我下班去接孩子，晚饭不用等我",
    "停水通知：明天上午九点到十二点检修水管",
    "",
]
WORDS = [
    word
    for kind in read_yaml("scam_words")["kinds"].values()
    for part in ("sure", "maybe")
    for word in str(kind[part]).split()
    if not set("~@+") & set(word)
]
DANGER = [
    word
    for rule in read_yaml("danger_words")["rules"]
    if str(rule["category"]).startswith("scam_")
    for word in str(rule["words"]).split()
    if not set("~@+") & set(word)
]
SAYS_SAFE = ("放心", "没问题", "没有问题", "是安全的", "不是诈骗", "不是骗局", "可以相信", "可以信", "正规的")


class Says:
    """A model that proposes what it is told to."""

    name, version = "says", "v1"

    def __init__(self, *proposals: Proposal) -> None:
        self.proposals = list(proposals)

    def propose(self, text: str, *, k: int = 3) -> list[Proposal]:
        return self.proposals[:k]


class Throws(Says):
    def propose(self, text: str, *, k: int = 3) -> list[Proposal]:
        raise RuntimeError(f"broken by {text}")


def sound(text: str, found: ScamReading) -> None:
    """What holds of every answer."""
    assert found.advice
    assert any("96110" in one for one in found.advice)
    assert any("110" in one.replace("96110", "") for one in found.advice)
    assert not any(word in said for said in found.advice for word in SAYS_SAFE)
    assert all(one.word and text[one.start : one.end] == one.word for one in found.reasons)
    assert found.verdict or not found.kind


@pytest.mark.parametrize(("text", "code"), TOLD)
def test_what_swindlers_write_is_known_with_its_kind(text: str, code: str) -> None:
    found = read_message(text)
    assert found.verdict == Verdict.FRAUD
    assert found.kind
    assert found.kind.code == code
    assert found.reasons
    assert set(found.kind.advice) <= set(found.advice)
    sound(text, found)


@pytest.mark.parametrize("text", HARMLESS)
def test_where_nothing_is_seen_it_abstains_and_calls_nothing_safe(text: str) -> None:
    found = read_message(text)
    assert found.verdict == Verdict.UNCLEAR
    assert found.kind is None
    assert not found.reasons
    assert "不能说明它可信" in found.advice[0]
    sound(text, found)


def test_there_is_no_verdict_of_safe() -> None:
    assert [one.name for one in Verdict] == ["UNCLEAR", "SUSPECT", "FRAUD"]
    everything = (files("fengqiao.algorithms") / "data" / "scam_words.yaml").read_text(encoding="utf-8")
    advice = everything.replace("不能说明它可信", "")
    assert not [word for word in SAYS_SAFE if word in advice]


def test_the_kinds_are_those_of_the_categories() -> None:
    named = {row.code: row.zh for row in load_categories().values() if row.code.startswith("FR")}
    assert {code: kind.name for code, kind in scam_words().kinds.items()} == named
    assert len(named) == 13
    assert all(len(kind.advice) >= 2 for kind in scam_words().kinds.values())


def test_two_kinds_as_strong_as_each_other_are_not_guessed_between() -> None:
    found = read_message("刷单返佣，先垫付；裸聊，不雅照")
    assert found.verdict == Verdict.FRAUD
    assert found.kind is None


def test_a_notice_that_warns_is_suspicious_and_no_more() -> None:
    text = "谨防诈骗：凡是叫你把钱转到安全账户的，一律不要理"
    assert read_message(text).verdict == Verdict.SUSPECT
    assert read_message(text.replace("谨防诈骗：凡是", "")).verdict == Verdict.FRAUD


def test_money_that_is_gone_puts_the_call_first() -> None:
    found = read_message("客服说退款，我验证码给了，卡里的钱没了")
    assert found.call_110
    assert "马上打 110" in found.advice[0]
    assert not read_message(TOLD[0][0]).call_110


def test_odd_spelling_is_seen_through() -> None:
    assert read_message("把 钱 转 到 安 全 账 户").verdict == Verdict.FRAUD
    assert read_message("刷單返利，日結").verdict >= Verdict.SUSPECT


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", Blind.FEW),
        ("是", Blind.FEW),
        ("😀😀😀😀😀", Blind.FEW),
        ("+86 138 0013 8000", Blind.NUMBER),
        ("１３８００１３８０００", Blind.NUMBER),
        ("http://t.cn/abc", Blind.NUMBER),
        ("95588 打来", Blind.NUMBER),
        ("Dear customer, your parcel is held, pay at kd.abc.top", Blind.FOREIGN),
        ("اهلا وسهلا بكم", Blind.FOREIGN),
        ("刷單返利", None),
        ("Hello 你好，你的快递丢了", None),
    ],
)
def test_where_words_cannot_speak_it_is_said_why(text: str, why: Blind | None) -> None:
    assert blind_spot(text) == why
    assert blind_spot(text + "。" + TOLD[0][0]) is None


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300))
def test_garbage_gets_a_sound_answer(text: str) -> None:
    sound(text, read_message(text))


def test_a_book_is_read_so_far_and_quickly() -> None:
    assert blind_spot("a." * 100_000) == Blind.FEW
    assert read_message("好" * 200_000).verdict == Verdict.UNCLEAR
    assert read_message("转账到安全账户" * 30_000).verdict == Verdict.FRAUD


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(st.sampled_from([*(one for one, _ in TOLD), *HARMLESS]), st.text(max_size=200)),
    st.sampled_from([*WORDS, *DANGER]),
)
def test_a_danger_word_more_never_lowers(text: str, word: str) -> None:
    assert read_message(f"{text}。{word}").verdict >= read_message(text).verdict
    assert read_message(f"{word}。{text}").verdict >= read_message(text).verdict


@pytest.mark.parametrize("word", sorted(set(DANGER))[::7])
def test_every_scam_word_of_danger_is_at_least_suspicious_when_the_floor_hears_it(word: str) -> None:
    if any(hit.rule.startswith("scam_") for hit in scams.words_floor(word).hits):
        assert read_message(word).verdict >= Verdict.SUSPECT


class TestModel:
    """A trained model may raise the answer; whatever is wrong with it, the words answer."""

    def test_it_raises(self) -> None:
        text = "您好，请尽快处理您的事项"
        assert read_message(text).verdict == Verdict.UNCLEAR
        sure = Says(Proposal("FR12", 0.95, ("尽快处理", "不在文里")), Proposal("OT", 0.05, ()))
        found = read_message(text, sure)
        assert found.verdict == Verdict.FRAUD
        assert found.kind
        assert found.kind.code == "FR12"
        assert [one.word for one in found.reasons] == ["尽快处理"]
        assert found.version.endswith("+v1")
        assert read_message(text, Says(Proposal("FR:Other", 0.6, ()))).verdict == Verdict.SUSPECT

    def test_it_never_lowers(self) -> None:
        for text, _ in TOLD:
            assert read_message(text, Says(Proposal("Other", 1.0, ()))).verdict == Verdict.FRAUD

    @pytest.mark.parametrize(
        "model",
        [
            Throws(),
            Says(Proposal("FR1", float("nan"), ())),
            Says(Proposal("FR1", 7.0, ())),
            Says(Proposal("FR1", -0.5, ())),
        ],
    )
    def test_one_that_fails_is_left_out(self, model: Says) -> None:
        for text in (TOLD[0][0], HARMLESS[0]):
            assert read_message(text, model) == read_message(text)

    def test_what_failed_is_logged_without_the_message(self, caplog: pytest.LogCaptureFixture) -> None:
        read_message(TOLD[0][0], Throws())
        assert "RuntimeError" in caplog.text
        assert "快递" not in caplog.text

    def test_a_file_of_the_station_is_read(self, tmp_path: Path) -> None:
        path = tmp_path / "scams.npz"
        train(*_table("FR12", "OT")).save(path)
        model = load_scam_model(path)
        assert read_message("积分第3次兑换现金礼包快来", model).verdict == Verdict.FRAUD

    @pytest.mark.parametrize("labels", [("甲", "乙"), ("FR1", "FR2")])
    def test_a_file_that_cannot_tell_fraud_from_the_rest_is_refused(
        self, tmp_path: Path, labels: tuple[str, str]
    ) -> None:
        path = tmp_path / "other.npz"
        train(*_table(*labels)).save(path)
        with pytest.raises(ModelFileError, match="不会分辨诈骗"):
            load_scam_model(path)

    def test_a_file_that_is_none_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "none.npz"
        path.write_bytes(b"no model")
        with pytest.raises(ModelFileError):
            load_scam_model(path)


def _table(fraud: str, other: str) -> tuple[list[str], list[str]]:
    texts = [f"积分第{n}次兑换现金礼包{'快来' * (n % 3)}" for n in range(40)]
    texts += [f"第{n}户明天停水检修{'请储水' * (n % 3)}" for n in range(40)]
    return texts, [fraud] * 40 + [other] * 40
