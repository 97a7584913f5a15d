"""The keyword floor: nothing dangerous slips through, plain denials do not raise an alarm, nothing is ever lowered."""

from __future__ import annotations

import csv
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fengqiao.algorithms.danger import DangerWords, DangerWordsError, Floor, danger_floor

HERE = Path(__file__).parent / "data"
SEVERITY_1 = frozenset(
    [
        "FA7", "FA8", "LB4", "FI1", "EB6", "BU1", "BU2", "PB5", "PB10", "PC2", "FR7", "FR10", "FR13", "LP1",
        "LP2", "LP8", "HE1", "HE6", "MI1", "MI3", "MI5", "ND1", "ND2", "ND4", "ND8",
    ]
)  # fmt: skip


def lines(name: str) -> list[tuple[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as source:
        return [(row["code"], row["text"]) for row in csv.DictReader(source)]


FILES = ("sample_lines.csv", "development_lines.csv", "hard_lines.csv", "held_out_lines.csv")
GRAVE = [(code, text) for name in FILES for code, text in lines(name) if code in SEVERITY_1]


@pytest.mark.parametrize(("code", "text"), GRAVE)
def test_every_severity_1_line_is_found(code: str, text: str) -> None:
    assert danger_floor(text).severity == 1


def test_lines_of_small_matters_are_mostly_left_alone() -> None:
    small = [
        text
        for name in FILES
        for code, text in lines(name)
        if code not in SEVERITY_1 and not code.startswith("FR")
    ]
    lifted = [text for text in small if danger_floor(text).severity == 1]
    assert len(lifted) <= 0.05 * len(small), lifted


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("着火了，快来", "fire"), ("厨房冒浓烟", "fire"), ("ＦＩＲＥ！着 火\u200b了", "fire"), ("快打119", "fire"),
        ("电瓶在充电，突然冒烟", "battery"), ("楼道里一股煤气味", "gas"), ("屋里烧炭取暖，人都头晕", "co"),
        ("电梯里困着两个人", "lift"), ("她说不想活了，站在天台上", "self_harm"), ("我孩子不见了", "missing_child"),
        ("我奶奶有老年痴呆，出去到现在没回来", "missing_elder"), ("独居的大爷敲门没反应", "elder_silent"),
        ("老公喝酒以后又打我", "domestic"), ("前男友扬言要杀我全家", "threat"), ("一个男的拿着刀在楼下", "weapon"),
        ("有人提着汽油桶说要点火", "arson"), ("有人倒在路上，头破血流", "violence"), ("快叫120", "violence"),
        ("孩子身上有很多伤，说是继父打的", "child_harm"), ("有个小孩趴在窗台上", "child_alone"),
        ("儿子把瘫痪的老娘锁在屋里，不给吃的", "vulnerable"), ("水已经没过膝盖了", "flood"),
        ("后山塌方了", "landslide"),
        ("山上着火烧到树林了", "wildfire"), ("三十名工人堵门讨要工资", "collective"),
        ("更衣室里有针孔摄像头", "hidden_camera"),
        ("有小偷进了我家", "burglary"), ("自称公安的人让我把钱转到安全账户", "scam_police"),
        ("他让我打开屏幕共享", "scam_screen"),
        ("裸聊以后他威胁要发给通讯录", "scam_sextortion"), ("客服让我转账两万", "scam_money"),
        ("我刚被骗了，已经转账", "scam_money"),
        ("仓库里堆着烟花爆竹", "explosion"), ("路边有个迷路的老人说不清家在哪", "lost_found"),
    ],
)  # fmt: skip
def test_kinds_of_danger(text: str, category: str) -> None:
    floor = danger_floor(text)
    assert floor.severity == 1
    assert category in floor.categories
    assert floor.tell_110 or set(floor.categories) <= {"flood", "utilities"}


@pytest.mark.parametrize(
    "text",
    [
        "没有着火，就是有人烧纸", "来电称厨房并没有着火，是蒸汽", "明天上午小区消防演练，会模拟起火，请不要惊慌",
        "严禁在楼道点火", "刚才着火已经扑灭了，没人受伤", "孩子刚才走失，现在已经找到了", "电梯困人，人已经救出来了",
        "这家刀削面不新鲜", "砍价活动是骗流量的", "跳楼价大甩卖的喇叭太吵", "气得冒烟", "楼上装修吓死人了",
        "没有闻到煤气味", "我们小区有120户人家", "老人没有走失，是去女儿家了", "灶上没有开火",
        "请民警来讲防火安全知识",
        "去年着火的那栋楼墙还没刷", "路灯坏了看不见路",
    ],
)  # fmt: skip
def test_plain_denials_drills_and_sayings_raise_no_alarm(text: str) -> None:
    assert danger_floor(text).severity != 1


@pytest.mark.parametrize(
    "text",
    [
        "不是演习，着火了", "有没有着火啊，楼道里全是烟雾，是不是着火了", "消防演练刚结束，仓库着火了",
        "培训机构着火了",
        "钱包找到了，孩子不见了还没找到", "没人管，着火了", "物业没有 着火了快来", "没人在家着火了",
        "严禁停车的地方着火了",
        "去年漏过煤气，今天又闻到煤气味", "有人要跳楼，大家不要跳楼啊", "孩子不见了，找到了吗",
    ],
)  # fmt: skip
def test_recall_comes_first_when_the_context_is_doubtful(text: str) -> None:
    assert danger_floor(text).severity == 1


@pytest.mark.parametrize("text", ["飞线充电容易着火", "万一起火怎么办", "如果着火跑不出来"])
def test_what_is_only_feared_keeps_a_floor_of_two(text: str) -> None:
    assert danger_floor(text).severity == 2
    assert not danger_floor(text).tell_110


def test_a_hit_says_where_it_stands_in_what_was_said() -> None:
    text = "８栋 三楼，电　梯困人了"
    hit = next(hit for hit in danger_floor(text).hits if hit.rule == "lift")
    assert text[hit.start : hit.end] == hit.word == "电　梯困"
    assert (hit.code, hit.severity) == ("BU2", 1)


@given(st.text(alphabet="没有着火刀孩子不见了，。 \n\u200b不是演习跳楼价去年已扑灭12０A老人电梯困"))
def test_any_text_gives_sound_hits(text: str) -> None:
    floor = danger_floor(text)
    assert all(text[hit.start : hit.end] == hit.word and hit.severity in (1, 2) for hit in floor.hits)
    assert floor.severity == min((hit.severity for hit in floor.hits), default=None)


@given(st.sampled_from(["着火了", "飞线充电容易着火", "路灯坏了"]), st.sampled_from([None, 1, 2, 3, 4]))
def test_the_floor_never_lowers(text: str, severity: int | None) -> None:
    lifted = danger_floor(text).lift(severity)
    if severity is not None:
        assert lifted is not None
        assert lifted <= severity


def test_nothing_said_nothing_found() -> None:
    assert danger_floor("") == Floor(None, (), False, ())
    assert danger_floor("").lift(None) is None


def test_a_long_text_is_cheap() -> None:
    begun = time.process_time()
    danger_floor("孩子没有着火，老人电梯刀" * 8_000)
    assert time.process_time() - begun < 10


RULE = {"category": "fire", "code": "FI1", "severity": 1, "tell_110": True, "guards": [], "words": "着火"}
CONTEXT = dict.fromkeys(
    [
        "denied", "denied_bridge", "forbidden", "drill", "drill_not", "over_before", "over_still", "over_after",
        "over_after_not", "supposed",
    ],
    "词",
)  # fmt: skip


@pytest.mark.parametrize(
    "change", [{"guards": ["unknown"]}, {"severity": 3}, {"words": "@nobody"}, {"words": "着火~3"}]
)
def test_a_wrong_list_is_refused_with_words(change: dict[str, object]) -> None:
    data = {"version": "1", "rules": [{**RULE, **change}], "harmless": "火锅", **CONTEXT}
    with pytest.raises(DangerWordsError, match="危险词"):
        DangerWords(data)


def test_a_list_without_rules_is_refused() -> None:
    with pytest.raises(DangerWordsError):
        DangerWords({"version": "1"})
