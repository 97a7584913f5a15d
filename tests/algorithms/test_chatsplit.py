"""A pasted group chat: every form of it, and no line lost."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fengqiao.algorithms.chatlines import CHINA
from fengqiao.algorithms.chatsplit import ChatSplit, split_chat

DAY = date(2026, 11, 22)


def split(text: str) -> ChatSplit:
    return split_chat(text, default_date=DAY)


def local(day: int, hour: int, minute: int = 0) -> datetime:
    """An hour in China on a day of November 2026."""
    return datetime(2026, 11, day, hour, minute, tzinfo=CHINA)


def test_copied_from_a_computer() -> None:
    chat = split(
        "张三 2026/11/22 20:15:03\n8号楼一楼大厅又停了三辆电动车\n张三 2026/11/22 20:15:40\n充着电呢\n\n"
        "李四 2026/11/22 20:16:00\n收到\n王五 2026/11/22 20:17:10\n[图片]\n"
        "王五 2026/11/22 20:17:30\n河边有几个小孩在玩水\n"
        "张三 2026/11/22 21:17:30\n门口路灯又坏了"
    )
    assert [(one.author, one.text) for one in chat] == [
        ("张三", "8号楼一楼大厅又停了三辆电动车\n充着电呢"), ("王五", "河边有几个小孩在玩水"),
        ("张三", "门口路灯又坏了"),
    ]  # fmt: skip
    assert chat[0].at == local(22, 20, 15)
    assert chat[0].lines == (1, 4)
    assert [one.reason for one in chat.skipped] == ["空行", "附和或客套", "图片、语音等附件，请另外添加"]


@pytest.mark.parametrize(
    ("line", "author", "at"),
    [
        ("[20:15] 张三: 停水到几点啊", "张三", local(22, 20, 15)),
        ("[2026/11/21 20:15] 张三：停水到几点啊", "张三", local(21, 20, 15)),
        ("2026-11-21 20:15:03 张三: 停水到几点啊", "张三", local(21, 20, 15)),
        ("[2026/11/21, 20:15:03] A栋-李姐: 停水到几点啊", "A栋-李姐", local(21, 20, 15)),
        ("11月21日 20:15 张三：停水到几点啊", "张三", local(21, 20, 15)),
        ("昨天 20:15 张三: 停水到几点啊", "张三", local(21, 20, 15)),
        ("【下午8:15】张三：停水到几点啊", "张三", local(22, 20, 15)), ("张三：停水到几点啊", "张三", None),
        ("张三  20:15\n停水到几点啊", "张三", local(22, 20, 15)),
        ("张三 星期五 20:15\n停水到几点啊", "张三", local(20, 20, 15)),
        ("张三 11月21日 凌晨1:05\n停水到几点啊", "张三", local(21, 1, 5)),
        ("2026-11-21 20:15:03 张三(12345678)\n停水到几点啊", "张三", local(21, 20, 15)),
        ("张三:\n停水到几点啊", "张三", None), ("停水到几点啊", None, None),
        ("昨天 20:15\n停水到几点啊", None, local(21, 20, 15)),
    ],
)  # fmt: skip
def test_forms_of_one_message(line: str, author: str | None, at: datetime | None) -> None:
    [only] = split(line)
    assert (only.author, only.at, only.text) == (author, at, "停水到几点啊")


def test_mailed_history_with_date_lines() -> None:
    chat = split(
        "—————  2026-11-20  —————\n\n网格员小周  20:15\n\n8栋门口井盖坏了\n\n"
        "业主A  20:18\n\n👍\n\n业主A  下午8:30\n\n我家漏水"
    )
    assert [(one.author, one.at, one.text) for one in chat] == [
        ("网格员小周", local(20, 20, 15), "8栋门口井盖坏了"), ("业主A", local(20, 20, 30), "我家漏水"),
    ]  # fmt: skip
    assert "表情或符号" in [one.reason for one in chat.skipped]


def test_a_chat_that_passes_midnight_ends_on_the_day_given() -> None:
    first, second = split("[23:55] 王五: 楼上吵得睡不着\n[00:10] 王五: 现在还在吵")
    assert (first.at, second.at) == (local(21, 23, 55), local(22, 0, 10))


def test_a_date_without_a_year_is_never_in_the_future() -> None:
    [only] = split_chat("张三 12月30日 20:15\n井盖坏了", default_date=date(2026, 1, 3))
    assert only.at == datetime(2025, 12, 30, 12, 15, tzinfo=UTC)


def test_lines_without_names_stand_for_themselves() -> None:
    chat = split(
        "姐妹们帮转 孩子七岁 十分钟前在南门不见了\n停水到几点啊 家里有月子里的宝宝\n"
        "而且一点通知都没有\n\n后坡有人烧玉米秆 烟都飘过来了"
    )
    assert [one.lines for one in chat] == [(1, 1), (2, 3), (5, 5)]
    assert all(one.author is None for one in chat)


def test_other_voices_are_other_reports() -> None:
    chat = split(
        "张三：谁家的猫一直叫\n叫了三晚上了\n李四：校门口又堵死了\n地址：春晓里南门\n张三：另外路灯也坏了"
    )
    assert [one.text for one in chat] == [
        "谁家的猫一直叫\n叫了三晚上了",
        "校门口又堵死了\n地址：春晓里南门",
        "另外路灯也坏了",
    ]


def test_a_new_thing_by_the_same_voice_is_a_new_report() -> None:
    chat = split("张三：8栋漏水\n张三：家里墙都湿了\n张三：另外3栋路灯坏了")
    assert [one.text for one in chat] == ["8栋漏水\n家里墙都湿了", "另外3栋路灯坏了"]


@pytest.mark.parametrize(
    "text",
    [
        "收到", "谢谢", "+1", "好的", "👍👍", "[图片]", "[视频][图片]", "同问", "OK", "哈哈哈", "辛苦了！",
        "嗯嗯", "我家也是",
        "“小李”邀请“小王”加入了群聊", "小王撤回了一条消息", "……", "<image omitted>",
    ],
)  # fmt: skip
def test_chatter_makes_no_report_but_is_listed(text: str) -> None:
    chat = split(f"张三：{text}\n{text}")
    assert len(chat) == 0
    assert chat.skipped
    assert all(one.reason for one in chat.skipped)


@pytest.mark.parametrize(
    "text", ["着火了", "救命", "有人落水了快来", "不想活了", "孩子不见了", "8栋漏水", "好大的烟"]
)
def test_short_cries_are_reports(text: str) -> None:
    assert [one.text for one in split(f"张三：{text}")] == [text]


@pytest.mark.parametrize(
    "line",
    [
        "地址：春晓里南门",
        "电话：138****0000",
        "20:15分的时候有人敲门",
        "8号楼：大厅停了电动车",
        "迎丰路：井盖坏了",
        "3-2-501：漏水",
        "http://a.b/c",
        "2026-02-30 99:99 张三: 好",
    ],
)
def test_colons_that_name_nobody(line: str) -> None:
    [only] = split(line)
    assert only.author is None


def test_nothing_pasted() -> None:
    assert list(split("")) == []
    assert [one.reason for one in split("\n \n").skipped] == ["空行", "空行"]


LINE = st.sampled_from(
    [
        "张三 2026/11/22 20:15:03", "[20:15] 李四: 漏水了", "王五：收到", "着火了", "", "  ", "—— 2026-11-22 ——",
        "昨天 20:15", "[图片]", "而且很臭", "张三：另外路灯坏了", "地址：南门", "13:99", "：", "张三:", "\u3000",
    ]
)  # fmt: skip


@given(st.lists(st.one_of(LINE, st.text(max_size=12)), max_size=30))
def test_no_line_is_lost(lines: list[str]) -> None:
    text = "\n".join(lines)
    chat = split(text)
    covered = [*(one.lines for one in chat), *(one.lines for one in chat.skipped)]
    reached = {number for first, last in covered for number in range(first, last + 1)}
    assert reached == set(range(1, len(text.splitlines()) + 1))
    said = "\n".join([*(one.text for one in chat), *(one.text for one in chat.skipped)])
    assert all(one.text.strip() for one in chat)
    assert "着火了" not in text or "着火了" in said


def test_a_very_long_chat_and_a_very_long_line_are_cheap() -> None:
    begun = time.process_time()
    assert len(split("张三：[图片]     " * 20_000)) == 1
    assert len(split("\n".join(f"住户{i}：{i}栋漏水了" for i in range(20_000)))) == 20_000
    assert time.process_time() - begun < 20
