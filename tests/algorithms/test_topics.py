"""Issues over weeks: people and not messages, nothing known before its day, and figures that say how sure they are."""

from __future__ import annotations

import csv
import random
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fengqiao.algorithms import topicgroups
from fengqiao.algorithms.issuescores import score_issues
from fengqiao.algorithms.linkedgroups import linked_groups
from fengqiao.algorithms.placenames import districts, place_names, without_towns
from fengqiao.algorithms.topicranks import Voices, count_interval, growth, heat
from fengqiao.algorithms.topics import Message, Topics, find_groups, find_topics
from tests.paths import DATA

BEGUN = datetime(2026, 3, 1, 9, tzinfo=UTC)
KILN = (
    "云栖花园旁边的砖窑又冒黑烟",
    "云栖花园砖窑半夜偷着烧，黑烟呛人",
    "砖窑黑烟飘进云栖花园，孩子咳嗽",
    "请管管云栖花园后面砖窑的黑烟",
    "云栖花园砖窑烟囱天天冒黑烟",
    "住在云栖花园，砖窑黑烟熏得不敢开窗",
)
CAMERA = (
    "百合苑地下车库摄像头坏了",
    "百合苑车库的摄像头一直是坏的",
    "车库摄像头没人修，百合苑丢了电瓶车",
    "百合苑物业说车库摄像头没钱修",
    "百合苑地下车库摄像头黑屏几个月",
)
OTHER = (
    "公交末班车太早", "社保卡补办要跑几趟", "河边步道缺路灯", "菜摊占了人行道", "快递柜收费没说清楚", "邻居半夜弹琴",
    "自来水发黄有味道", "医院挂号排队太久", "广场舞音响太大", "井盖翘起来绊人", "小学门口堵车", "垃圾桶满了没人收",
    "医保报销进度查不到", "树枝压着电线", "共享单车乱停", "外墙瓷砖掉下来", "驾校退费拖着不给", "工地欠薪没结清",
)  # fmt: skip


def message(id: str, title: str, day: float, author: str) -> Message:
    return Message(id, title, title, BEGUN + timedelta(days=day), author)


def background(days: int = 120) -> list[Message]:
    """Different people, each on something else, one a day."""
    return [
        message(
            f"b{day:03}",
            f"{OTHER[day % len(OTHER)]}，第{day}回说，{chr(0x4E00 + day * 37)}巷",
            day,
            f"别人{day}",
        )
        for day in range(days)
    ]


def kiln(day: float = 100, people: int = 6) -> list[Message]:
    return [message(f"k{n}", KILN[n], day + n, f"窑{n}") for n in range(people)]


def about(found: Topics, prefix: str) -> list[int]:
    """Places in the ranking of issues with a message whose id begins so."""
    return [
        rank for rank, one in enumerate(found.topics) if any(id.startswith(prefix) for id in one.member_ids)
    ]


def test_an_issue_is_found_named_and_explained() -> None:
    found = find_topics(background() + kiln())
    first = found.topics[0]
    assert set(first.member_ids) == {f"k{n}" for n in range(6)}
    assert first.people == 6
    assert first.place is not None
    assert "云栖花园" in first.place
    assert "砖窑" in first.name
    assert first.first_at == BEGUN + timedelta(days=100)
    assert first.last_at == BEGUN + timedelta(days=105)
    assert first.growth.more
    assert first.growth.ratio is None, "nobody spoke of it before, so there is no ratio to give"
    assert any("6 个不同的人" in reason for reason in first.reasons)


def test_shown_on_the_day_of_the_fourth_person_and_not_before() -> None:
    notes = background() + kiln()
    day_of_fourth = (BEGUN + timedelta(days=103)).date()
    assert find_topics(notes).topics[0].shown_on == day_of_fourth
    three = [one for one in notes if one.id not in {"k3", "k4", "k5"}]
    found = find_topics(three)
    (of_three,) = about(found, "k")
    assert found.topics[of_three].people == 3
    assert found.topics[of_three].shown_on is None


def test_later_messages_change_nothing_about_an_earlier_day() -> None:
    notes = background() + kiln()
    until = [one for one in notes if one.at is not None and one.at < BEGUN + timedelta(days=104)]
    more = [*notes, *(message(f"m{n}", KILN[n % 6] + "，还在烧", 106 + n, f"后来{n}") for n in range(13))]
    shown = {
        find_topics(some).topics[0].shown_on for some in (until, notes, more)
    }  # known by the fourth day, at the end, and long after
    assert shown == {(BEGUN + timedelta(days=103)).date()}


@given(st.randoms(use_true_random=False))
@settings(max_examples=15, deadline=None)
def test_the_order_of_the_file_does_not_matter(draw: random.Random) -> None:
    notes = background(60) + kiln(40) + [message(f"c{n}", CAMERA[n], 45, f"库{n}") for n in range(5)]
    mixed = list(notes)
    draw.shuffle(mixed)
    assert find_topics(mixed) == find_topics(notes)
    assert find_groups(mixed) == find_groups(notes)


@given(st.integers(10, 80))
@settings(max_examples=8, deadline=None)
def test_one_author_many_times_never_ranks_above_five_people(times: int) -> None:
    loud = [message(f"l{n:02}", KILN[n % 6], 90 + n / 5, "一个人") for n in range(times)]
    quiet = [message(f"c{n}", CAMERA[n], 95 + 3 * n, f"库{n}") for n in range(5)]
    found = find_topics(background() + loud + quiet)
    (of_five,) = about(found, "c")
    assert found.topics[of_five].people == 5
    assert all(rank > of_five for rank in about(found, "l"))
    assert found.topics[of_five].shown_on is not None


def test_one_loud_author_among_others_counts_once() -> None:
    loud = [message(f"kl{n:02}", KILN[n % 6], 100 + n / 20, "窑0") for n in range(60)]
    alone, beside = find_topics(background() + kiln()), find_topics(background() + kiln() + loud)
    assert beside.topics[0].people == alone.topics[0].people == 6
    assert beside.topics[0].heat == alone.topics[0].heat
    assert any("61 条" in reason and "只算 1 人" in reason for reason in beside.topics[0].reasons)


def test_without_authors_the_same_words_are_the_same_nobody() -> None:
    copies = [message(f"k{n:02}", KILN[0], 100 + n / 10, "") for n in range(60)]
    assert not about(find_topics(background() + copies), "k")
    told = [message(f"k{n}", KILN[n], 100 + n, "") for n in range(6)]
    assert find_topics(background() + told).topics[0].people == 6


def test_what_is_always_so_is_not_shown_and_what_grows_is() -> None:
    """Three a week for twenty weeks against the same six people within one."""
    steady = [message(f"s{n:02}", KILN[n % 6], n * 7 / 3, f"常{n}") for n in range(60)]
    crowd = [
        *background(140),
        *(message(f"x{n}", f"{OTHER[n % 18]}{chr(0x5E00 + n * 29)}", n * 0.9, f"众{n}") for n in range(150)),
    ]
    found = find_topics(crowd + steady)
    lasting = found.topics[about(found, "s")[0]]
    assert lasting.growth.low < 1.6
    sudden = find_topics(crowd + kiln(130))
    assert sudden.topics[0].growth.low > 1.6


def test_nothing_in_nothing_out() -> None:
    assert find_topics([]) == Topics((), 0, 0)
    assert find_groups([]) == []


def test_messages_without_time_are_left_out_and_counted() -> None:
    undated = Message("u", KILN[0], "", None, "没时间")
    found = find_topics([*background(), *kiln(), undated])
    assert found.undated == 1
    assert all("u" not in one.member_ids for one in found.topics)
    assert any("u" in group for group in find_groups([*kiln(), undated])), "hindsight needs no times"


def test_messages_without_words_or_place() -> None:
    empty = [message(f"e{n}", "", n, f"空{n}") for n in range(8)]
    signs = [message(f"z{n}", "？！……", n, f"号{n}") for n in range(8)]
    found = find_topics(background(20) + empty)
    assert not about(found, "e"), "nothing said is nothing in common"
    assert all(one.place is None or one.place for one in find_topics(signs).topics)
    told = [message(f"p{n}", "能不能把跳舞音响开小一点，跳舞音响太吵", n, f"人{n}") for n in range(5)]
    assert find_topics(told).topics[0].place is None


def test_identical_texts_of_different_people_are_one_issue() -> None:
    same = [message(f"i{n}", KILN[0], 100 + n, f"人{n}") for n in range(7)]
    found = find_topics(background() + same)
    assert len(found.topics[0].member_ids) == found.topics[0].people == 7


def test_odd_letters_do_not_stop_it() -> None:
    odd = [
        message(f"o{n}", text, n, f"人{n}")
        for n, text in enumerate(["\ud83d半个", "🏮🏮", "\x00\x01", "A" * 5000])
    ]
    assert find_topics(background(10) + odd).messages == 14


def test_wrong_calls_are_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        find_topics([*kiln(), *kiln()])
    with pytest.raises(ValueError, match="zone"):
        find_topics([Message("a", "x", "", datetime(2026, 1, 1))])  # noqa: DTZ001 - the fault under test


def test_groups_long_silent_are_closed_and_stay_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(topicgroups, "MOST_LIVE", 40)
    old = [message(f"k{n}", KILN[n], n, f"窑{n}") for n in range(3)]
    again = [message(f"q{n}", KILN[n + 3], 110 + n, f"新{n}") for n in range(3)]
    found = find_topics(old + background() + again)
    assert {one.member_ids for one in found.topics} >= {("k0", "k1", "k2"), ("q0", "q1", "q2")}


def test_joined_day_by_day_as_the_definition_of_average_linkage_says() -> None:
    """No two living groups are left that are alike enough, whatever the chunk they came in."""
    grouper = topicgroups.Grouper()
    texts = [(line, line) for line in (*KILN, *CAMERA, *OTHER)]
    grouper.add_all(texts)
    assert sorted(one for some in grouper.members.values() for one in some) == list(range(len(texts)))
    assert grouper._nearest(sorted(grouper.members)) == []
    assert grouper.members[0] == [0, 1, 2, 3, 4, 5]


def test_growth_is_against_everybody_else() -> None:
    """Twice as many on the issue while twice as many write at all is no growth."""
    issue, everybody = Voices(), Voices()
    for day in range(105):
        for n in range(4 if day >= 84 else 2):
            everybody.add(day, f"p{day}-{n}")
        if day % 7 == 0:
            for n in range(2 if day >= 84 else 1):
                issue.add(day, f"i{day}-{n}")
                everybody.add(day, f"i{day}-{n}")
    found = growth(issue, everybody, 104)
    assert found.known
    assert found.people == 6
    assert found.ratio == pytest.approx(1.0, abs=0.05)
    assert found.low < 1 < found.high
    assert not found.more


def test_a_person_on_many_days_of_a_window_is_one() -> None:
    voices = Voices()
    for day in (30, 5, 12, 12, 30):
        voices.add(day, "同一人")
    voices.add(20, "另一人")
    assert voices.people(30) == 2
    assert voices.people(25) == 2
    assert voices.people(19) == 1
    voices.add(19, "后来补的")
    assert voices.people(19) == 2, "a count once given is not kept when a voice is added before it"


@pytest.mark.parametrize(
    ("count", "low", "high"), [(0, 0.0, 3.689), (5, 1.623, 11.668), (30, 20.241, 42.827)]
)
def test_count_interval_is_near_the_exact_one(count: int, low: float, high: float) -> None:
    found = count_interval(count)
    assert found[0] == pytest.approx(low, abs=0.03)
    assert found[1] == pytest.approx(high, abs=0.03)


@given(st.integers(0, 200))
def test_more_people_are_never_colder(count: int) -> None:
    def hot(people: int) -> float:
        issue, everybody = Voices(), Voices()
        for n in range(people):
            issue.add(100, f"i{n}")
        for n in range(300):
            everybody.add(n % 105, f"e{n}")
        return heat(growth(issue, everybody, 104))

    assert hot(count + 1) >= hot(count)


def test_names_of_places_by_how_they_are_built() -> None:
    assert place_names("投诉柳林区云栖花园物业，在青石路") == ["云栖花园", "青石路"]
    assert districts("家住柳林区，这个小区不行") == []
    assert districts("柳林区云栖花园") == ["柳林区"]
    assert without_towns("柳林区云栖花园") == ",云栖花园"


def test_pair_and_issue_figures_by_hand() -> None:
    listed = {"a": {"甲"}, "b": {"甲"}, "c": {"甲"}, "d": {"乙"}, "e": {"乙", "甲"}}
    found = score_issues([["a", "b", "x"], ["c", "d", "e"]], listed)
    # of one issue: ab ac ae bc be ce de; found together: ab cd ce de, three of them rightly
    assert (found.pairs, found.listed) == (7, 5)
    assert found.precision == pytest.approx(3 / 4)
    assert found.recall == pytest.approx(3 / 7)
    assert found.issues == {"甲": pytest.approx(4 / 7), "乙": pytest.approx(4 / 5)}
    assert found.mean_issue_f1 == pytest.approx((4 / 7 + 4 / 5) / 2)
    assert found.mean_issue_f1_listed == pytest.approx((4 / 6 + 4 / 5) / 2)
    assert score_issues([], {"a": {"甲"}}).issues == {"甲": 1.0}
    with pytest.raises(ValueError, match="two groups"):
        score_issues([["a"], ["a"]], listed)
    with pytest.raises(ValueError, match="no issue"):
        score_issues([["a"]], {})


def test_everything_in_one_group_scores_low() -> None:
    listed = {str(n): {f"件{n % 4}"} for n in range(40)}
    everything = score_issues([[str(n) for n in range(400)]], listed)
    assert everything.recall == 1.0
    assert everything.mean_issue_f1 < 0.1
    assert everything.precision < 0.25


@pytest.mark.thorough
@pytest.mark.skipif(DATA is None, reason="needs complaints/messages.csv of the reference data")
def test_real_messages_reach_the_goals() -> None:
    assert DATA is not None
    folder = DATA / "complaints"
    with (folder / "messages.csv").open(encoding="utf-8", newline="") as source:
        notes = [
            Message(
                row["id"], row["title"].strip(), row["body"].strip(),
                datetime.strptime(row["time"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC), row["user"],
            )
            for row in csv.DictReader(source)
        ]  # fmt: skip
    issues: dict[str, set[str]] = {}
    with (folder / "same_issue.csv").open(encoding="utf-8", newline="") as source:
        for row in csv.DictReader(source):
            issues.setdefault(row["id"], set()).add(row["issue"])
    ours, chains = score_issues(find_groups(notes), issues), score_issues(linked_groups(notes), issues)
    assert ours.f1 > 0.8
    assert ours.f1 > chains.f1
    assert ours.mean_issue_f1 > chains.mean_issue_f1
    found = find_topics(notes)
    by_day = score_issues([one.member_ids for one in found.topics], issues)
    assert by_day.f1 > 0.8
    assert by_day.mean_issue_f1 > 0.7
    assert found.topics[0].people == max(one.people for one in found.topics)
    assert isinstance(found.topics[0].shown_on, date)
