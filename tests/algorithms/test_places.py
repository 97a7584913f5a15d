"""The gazetteer: names as people say them, finer addresses, and ambiguity that stays visible."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fengqiao.algorithms.addressdetail import canonical, detail_at, details
from fengqiao.algorithms.distance import distance_m, in_words
from fengqiao.algorithms.places import Entry, Gazetteer, Near

ENTRIES = [
    Entry("s1", "area", "望河街道办事处"),
    Entry("t1", "area", "临溪镇"),
    Entry("c1", "area", "春晓里社区居民委员会", area_id="s1"),
    Entry("v1", "area", "上柳村村民委员会", area_id="t1"),
    Entry("v3", "area", "杨湾村", area_id="t1"),
    Entry("p1", "place", "锦澜苑小区", ("锦澜花园",), "c1", 30.0, 120.0),
    Entry("p4", "place", "迎丰路", (), "s1"),
    Entry("p5", "place", "新桥北路", (), "s1"),
    Entry("p6", "place", "幸福小区", (), "c1", 30.0, 120.0),
    Entry("p7", "place", "幸福小区", (), "v3", 30.3, 120.3),
    Entry("p8", "place", "和顺家园4栋", (), "c1"),
    Entry("p9", "place", "和顺家园", (), "c1"),
]


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer(ENTRIES)


@pytest.mark.parametrize(
    ("text", "entry_id", "detail"),
    [
        ("锦澜苑4栋二单元楼下又拉线充电", "p1", "4栋2单元楼下"), ("锦澜苑，3栋2单元漏水", "p1", "3栋2单元"),
        ("锦澜花园A座1203室", "p1", "a栋1203室"), ("锦澜 苑 3-2-501漏到401", "p1", "3-2-501"),
        ("锦澜苑四号楼三单元十二层西户漏水", "p1", "4栋3单元12层西户"),
        ("迎丰路35号对面有人打架", "p4", "35号对面"),
        ("上柳村三组桥头路灯不亮", "v1", "3组桥头"), ("新桥北路菜场门口井盖翘起来", "p5", "菜场门口"),
        ("杨湾村小卖部后屋有人打牌", "v3", "小卖部后屋"), ("锦澜苑南门不见了", "p1", "南门"),
        ("望河街道有人乱贴", "s1", ""), ("春晓里社区旁边垃圾没人清", "c1", "旁边"),
    ],
)  # fmt: skip
def test_names_and_finer_addresses(gazetteer: Gazetteer, text: str, entry_id: str, detail: str) -> None:
    first = gazetteer.find(text)[0]
    assert (first.entry_id, first.detail) == (entry_id, detail)
    assert 0 < first.confidence <= 1
    assert first.reasons[0].startswith("说到“")


def test_the_finest_entry_wins_whatever_the_unit_is_called(gazetteer: Gazetteer) -> None:
    text = "和顺家园四号楼二单元门口"
    first = gazetteer.find(text)[0]
    assert (first.entry_id, first.detail) == ("p8", "2单元门口")
    assert text[first.start : first.end] == text


def test_one_name_for_two_places_stays_two(gazetteer: Gazetteer) -> None:
    found = gazetteer.find("幸福小区3栋漏水")
    assert {one.entry_id for one in found} == {"p6", "p7"}
    assert found[0].confidence == found[1].confidence < 0.5
    assert all("同名的地点有 2 处" in one.reasons for one in found)


def test_nearness_and_a_named_area_speak_for_one(gazetteer: Gazetteer) -> None:
    near = gazetteer.find("幸福小区3栋漏水", Near(30.0005, 120.0))
    assert near[0].entry_id == "p6"
    assert "离报告位置 60 米" in near[0].reasons
    assert near[0].confidence > 3 * near[1].confidence
    named = gazetteer.find("杨湾村幸福小区3栋漏水")
    assert named[0].entry_id == "p7"
    assert "同时说到“杨湾村”" in named[0].reasons
    known = gazetteer.find("幸福小区3栋漏水", Near(area_ids=frozenset({"t1"})))
    assert known[0].entry_id == "p7"


def test_only_a_house_said_offers_the_reporters_area_weakly(gazetteer: Gazetteer) -> None:
    [only] = gazetteer.find("8号楼一楼大厅又停了车", Near(area_ids=frozenset({"c1"})))
    assert (only.entry_id, only.detail) == ("c1", "8栋1楼大厅")
    assert only.confidence <= 0.3
    assert gazetteer.find("8号楼一楼大厅又停了车") == []
    assert gazetteer.find("8号楼一楼大厅又停了车", Near(area_ids=frozenset({"c1", "v1"}))) == []


def test_nothing_named_nothing_found(gazetteer: Gazetteer) -> None:
    assert gazetteer.find("路灯坏了") == []
    assert gazetteer.find("") == []
    assert Gazetteer([]).find("锦澜苑") == []


def test_what_is_left_of_the_text(gazetteer: Gazetteer) -> None:
    assert gazetteer.find("你好，锦澜苑3栋漏水了")[0].remainder == "你好， 漏水了"


def test_a_loop_in_the_area_tree_does_no_harm() -> None:
    looped = Gazetteer([Entry("a", "area", "甲村", area_id="b"), Entry("b", "area", "乙镇", area_id="a")])
    assert looped.find("乙镇甲村")[0].confidence > 0


def test_a_later_entry_replaces_an_earlier_one() -> None:
    again = Gazetteer([Entry("a", "place", "老名字"), Entry("a", "place", "新名字")])
    assert len(again) == 1
    assert again.find("老名字") == []


@given(st.text(alphabet="春晓里锦澜苑4栋二单元-，的幸福小区 杨湾村\n号楼a3五十0"))
def test_any_text_gives_sound_candidates(text: str) -> None:
    for one in Gazetteer(ENTRIES).find(text, Near(30.0, 120.0)):
        assert 0 <= one.start < one.end <= len(text)
        assert 0 <= one.confidence <= 1


def test_a_hundred_thousand_entries() -> None:
    draw = random.Random(1)
    signs = "春夏秋冬东西南北山水云龙凤花园安康宁和平福禄寿喜金银玉石桥河湖海江溪林松竹梅兰菊桂"
    many = [
        Entry(f"x{i}", "place", "".join(draw.choices(signs, k=4)) + draw.choice(["小区", "花园", "路", "村"]))
        for i in range(100_000)
    ]
    begun = time.process_time()
    gazetteer = Gazetteer(many)
    built = time.process_time() - begun
    text = f"我住在{many[77].name}12栋3单元，" + "楼下烧烤店每天晚上营业到凌晨两点，孩子没法睡觉。" * 11
    begun = time.process_time()
    for _ in range(20):
        found = gazetteer.find(text[:300])
    assert found[0].name == many[77].name
    assert built < 10
    assert (time.process_time() - begun) / 20 < 0.02


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("四号楼", "4栋"), ("十二幢", "12栋"), ("二十三层", "23层"), ("一百零五室", "105室"),
        ("五〇一室", "501室"),
        ("三单元", "3单元"), ("第二小学", "第二小学"), ("五一路", "五一路"), ("８号楼", "8栋"),
    ],
)  # fmt: skip
def test_canonical_words(said: str, plain: str) -> None:
    assert canonical(said).text == plain


def test_canonical_keeps_the_way_back() -> None:
    said = canonical("在 四号楼 旁")
    assert [said.origin[said.text.index(word)] for word in ("在", "4栋", "旁")] == [0, 2, 6]
    assert said.origin[-1] == len("在 四号楼 旁")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("3-2-501漏到401", ["3-2-501"]), ("十二栋那边好大的烟", ["12栋"]), ("5栋顶层堆纸壳", ["5栋顶层"]),
        ("2026-11-22 开会", []), ("打138-1234-5678", []), ("三组路灯和五组水渠", ["3组", "5组"]),
        ("有组织的", []),
    ],
)  # fmt: skip
def test_fine_addresses_without_a_name(text: str, found: list[str]) -> None:
    assert [one.text for one in details(text)] == found


def test_words_that_say_nothing_of_where() -> None:
    assert detail_at(canonical("锦澜苑漏水"), 3) is None


def test_distances() -> None:
    assert distance_m(30.0, 120.0, 30.0, 120.0) == 0
    assert distance_m(30.0, 120.0, 30.001, 120.0) == pytest.approx(111.2, abs=0.1)
    assert distance_m(0.0, 0.0, 0.0, 180.0) == pytest.approx(20_015_115, rel=1e-4)
    assert [in_words(metres) for metres in (4.4, 44, 999, 1_234)] == ["4 米", "40 米", "1000 米", "1.2 公里"]
