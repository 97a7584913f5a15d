"""Reports of one event: found among others, explained, and taken out again."""

from __future__ import annotations

import csv
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from fengqiao.algorithms import similarity
from fengqiao.algorithms.similarity import Doc, DuplicateIndex, pair_score
from tests.paths import DATA

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
HERE = Path(__file__).parent / "data"
WIRE = "春晓里4栋二单元楼下又从三楼拉线下来充电瓶车，晚上还下雨，真的很吓人，麻烦管管"


def doc(
    text: str, id: str = "q", lat: float | None = None, lon: float | None = None, hours: float = 0
) -> Doc:
    return Doc(id, text, lat, lon, AT + timedelta(hours=hours))


def lines() -> list[str]:
    files = ("sample_lines.csv", "development_lines.csv")
    return [
        row["text"]
        for name in files
        for row in csv.DictReader((HERE / name).open(encoding="utf-8", newline=""))
    ]


@pytest.fixture(scope="module")
def filled() -> DuplicateIndex:
    index = DuplicateIndex()
    for number, text in enumerate(lines()):
        index.add(doc(text, str(number)))
    return index


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("春晓里4栋楼下有人拉线充电瓶车", "拉线下来"), ("新桥北路菜场那里井盖坏了", "井盖翘起来"),
        ("和顺家园2栋电梯晃", "一晃一晃"), ("迎丰路污水管爆了路上全是水", "污水管爆裂"),
        ("石桥头站捡到钥匙", "捡到一串钥匙"), ("大风把树刮倒压在村道上", "刮倒一棵杨树"),
    ],
)  # fmt: skip
def test_the_same_event_in_other_words_comes_first(filled: DuplicateIndex, said: str, meant: str) -> None:
    found = filled.query(doc(said), k=2)
    assert found, "nothing proposed"
    assert meant in lines()[int(found[0].id)]
    assert found[0].match.score > 0.6


def test_few_false_proposals_among_different_events(filled: DuplicateIndex) -> None:
    texts = lines()
    proposed = [one for number, text in enumerate(texts) for one in filled.query(doc(text, str(number)), k=1)]
    assert len(proposed) <= 0.12 * len(texts)


def test_place_and_time_speak() -> None:
    here = doc(WIRE, "a", 30.0, 120.0)
    near = pair_score(here, doc("春晓里有人飞线充电瓶车", "b", 30.0003, 120.0001, hours=3))
    far = pair_score(here, doc("春晓里有人飞线充电瓶车", "b", 30.05, 120.05, hours=3))
    late = pair_score(here, doc("春晓里有人飞线充电瓶车", "b", 30.0003, 120.0001, hours=24 * 60))
    nowhere = pair_score(here, doc("春晓里有人飞线充电瓶车", "b", hours=3))
    assert near.score > nowhere.score > far.score
    assert near.score > late.score
    assert near.distance_m == pytest.approx(34.7, abs=1)
    assert nowhere.distance_m is None
    assert near.hours == 3


def test_it_says_what_is_the_same_and_what_differs() -> None:
    match = pair_score(
        doc("锦澜苑4栋有人飞线充电", "a", 30.0, 120.0),
        doc("锦澜苑7栋飞线充电", "b", 30.0, 120.0004, hours=48),
    )
    assert "同一处，相距 40 米" in match.same
    assert "相隔 2 天" in match.same
    assert any(reason.startswith("都说到") and "飞线充电" in reason for reason in match.same)
    assert "一个说 4栋，一个说 7栋" in match.differs
    far = pair_score(doc("路灯坏了", "a", 30.0, 120.0), doc("井盖没了", "b", 30.1, 120.0, hours=24 * 20))
    assert "相距 11.1 公里" in far.differs
    assert "相隔 20 天" in far.differs
    assert "说的话没有共同的词" in far.differs
    assert far.score < 0.05


def test_a_known_place_counts_without_coordinates() -> None:
    one, other = Doc("a", "路灯坏了", None, None, AT, "p1"), Doc("b", "路灯不亮", None, None, AT, "p1")
    elsewhere = Doc("b", "路灯不亮", None, None, AT, "p2")
    assert "同一处" in pair_score(one, other).same
    assert pair_score(one, other).score > pair_score(one, elsewhere).score


def test_the_score_is_the_same_both_ways() -> None:
    a, b = doc(WIRE, "a", 30.0, 120.0), doc("4栋飞线充电", "b", 30.001, 120.0, hours=5)
    assert pair_score(a, b).score == pair_score(b, a).score


def test_adding_replacing_and_removing() -> None:
    index = DuplicateIndex()
    assert index.query(doc(WIRE)) == []
    index.add(doc(WIRE, "a"))
    index.add(doc(WIRE, "a"))
    assert len(index) == 1
    assert "a" in index
    assert [one.id for one in index.query(doc(WIRE))] == ["a"]
    assert index.query(doc(WIRE, "a")) == [], "a report is no duplicate of itself"
    assert index.remove("a")
    assert not index.remove("a")
    assert index.query(doc(WIRE)) == []
    assert len(index) == 0


def test_an_index_after_many_changes_answers_like_a_fresh_one() -> None:
    draw = random.Random(4)
    texts = lines()
    worn, fresh = DuplicateIndex(), DuplicateIndex()
    for _ in range(1_500):
        number = draw.randrange(len(texts))
        if draw.random() < 0.6:
            worn.add(doc(texts[number], str(number)))
        else:
            worn.remove(str(number))
    kept = [number for number in range(len(texts)) if str(number) in worn]
    for number in kept:
        fresh.add(doc(texts[number], str(number)))
    assert len(worn) == len(fresh) == len(kept) > 50
    for text in texts[::7]:
        old, new = worn.query(doc(text), k=1, floor=0.6), fresh.query(doc(text), k=1, floor=0.6)
        assert [one.id for one in old] == [one.id for one in new]


def test_reports_outside_the_window_are_not_compared() -> None:
    index = DuplicateIndex(window=timedelta(days=10))
    index.add(doc(WIRE, "a"))
    assert index.query(doc(WIRE, hours=24 * 9))
    assert index.query(doc(WIRE, hours=24 * 11)) == []


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        DuplicateIndex().add(Doc("a", WIRE, None, None, datetime(2026, 11, 22)))  # noqa: DTZ001 - the fault itself


def test_sweeping_rare_words_only_finds_the_same(
    filled: DuplicateIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = [[one.id for one in filled.query(doc(text[:30]), k=1)] for text in lines()[::5]]
    monkeypatch.setattr(similarity, "SWEEP_ALL", 10)
    monkeypatch.setattr(similarity, "RARE_ROWS", 100)
    rare = [[one.id for one in filled.query(doc(text[:30]), k=1)] for text in lines()[::5]]
    assert sum(a == b for a, b in zip(whole, rare, strict=True)) >= 0.95 * len(whole)


@pytest.mark.parametrize("text", ["", " ", "。。。", "\ud800", "啊" * 100_000])
def test_odd_texts_do_no_harm(text: str) -> None:
    index = DuplicateIndex()
    index.add(doc(WIRE, "a"))
    index.add(doc(text, "b"))
    assert all(0 <= one.match.score <= 1 for one in index.query(doc(text), floor=0))


@pytest.mark.thorough
@pytest.mark.skipif(DATA is None, reason="reference data is not beside the project")
def test_pairs_of_real_messages() -> None:
    """Messages linked when the score is at least one half, chains closed, against the reference pairs."""
    assert DATA is not None
    with (DATA / "complaints" / "same_issue.csv").open(encoding="utf-8", newline="") as source:
        issue = {row["id"]: row["issue"] for row in csv.DictReader(source)}
    index = DuplicateIndex(window=timedelta(days=4_000))
    docs: dict[str, Doc] = {}
    with (DATA / "complaints" / "messages.csv").open(encoding="utf-8", newline="") as source:
        for row in csv.DictReader(source):
            text = f"{row['title'].strip()}\n{row['body'].strip()}"
            docs[row["id"]] = Doc(row["id"], text, None, None, moment(row["time"]))
    for one in docs.values():
        index.add(one)
    ids = [one for one in issue if one in docs]
    group = {one: one for one in ids}
    for one in ids:
        for found in index.query(docs[one], k=len(ids)):
            if found.id in group:
                old, new = group[one], group[found.id]
                group = {key: new if value == old else value for key, value in group.items()}
    same = np.array([[issue[a] == issue[b] for b in ids] for a in ids])
    linked = np.array([[group[a] == group[b] for b in ids] for a in ids])
    upper = np.triu_indices(len(ids), 1)
    both = (same & linked)[upper].sum()
    precision, recall = both / linked[upper].sum(), both / same[upper].sum()
    assert 2 * precision * recall / (precision + recall) >= 0.80
    assert precision >= 0.92


def moment(text: str) -> datetime:
    form = "%Y/%m/%d %H:%M:%S" if "/" in text else "%Y-%m-%d %H:%M:%S"
    return datetime.strptime(text, form).replace(tzinfo=UTC)
