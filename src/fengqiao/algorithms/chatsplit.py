"""A pasted group chat becomes separate reports.

What one author writes within a few minutes, with nothing of substance between, is one report: people tell a thing in
several short messages. Lines without names stand for themselves, a blank line between two paragraphs parts them. Chatter
("收到", "+1"), pictures and system lines make no report; they are listed as skipped with the reason, so that every
line of what was pasted is either in a report or in the list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import overload

from fengqiao.algorithms.chatlines import CHINA, Message, read_chat

TOGETHER = timedelta(minutes=5)
SHORT = 8  # characters below which a bare line rather goes on with the one before
_WORDS = re.compile(r"[\s\W_]+")
_MEDIA = re.compile(
    r"^(?:[\[【](?:图片|照片|视频|语音|文件|位置|动画表情|表情|链接|小程序|聊天记录|红包|名片|音乐)[^\]】]*[\]】]\s*)+$"
)
_MEDIA_EN = re.compile(r"^<?(?:image|photo|video|audio|sticker) omitted>?$", re.IGNORECASE)
_SYSTEM = re.compile(
    "邀请.{1,40}加入了?群聊|撤回了?一条消息|拍了拍|修改群名|以下(?:为|是)新消息|以上是打招呼|已成为新群主|移出了?群聊|开启了?群待办|通过扫描.{0,30}加入|"
    "发起了?(?:群收款|语音通话)|领取了.{0,20}红包|与群里其他人都不是朋友"
)
_CHATTER = re.compile(
    "^(?:收到+|已?收到谢谢|好+的?|好滴+|好嘞|行|行的|可以|谢+|谢谢.{0,8}|感谢|多谢|辛苦了?|.{0,6}辛苦了|嗯+|嗯嗯|哦+|噢+|喔+|ok|okay|okk?|1+|同问|同求|顶+|赞+|"
    "是的?|是啊|对+的?|对啊|知道了|明白了?|了解|已阅|已看|哈+|哈哈+|呵+|嘻+|呜+|唉+|早+|早上好|大家早.{0,4}|晚安|在吗|在的?|没事|不客气|"
    "加1|支持|同意|我家也是|我家也是这样|我也是|一样|是这样|确实|就是|就是啊|真的吗|天哪|啊+|我的天|厉害|牛+|马上|马上来|来了|欢迎.{0,8})$"
)
_GOES_ON = re.compile(
    "^(?:还有就是|而且|就是|就在|在|位置|地址|地点|补充|刚才说|上面|这是|如图|照片|图片|视频|已经|也|并且|然后|所以|因为|但|不过|电话|联系)"
)
_NEW_THING = re.compile(
    r"^(?:另外|另一|还有一|再(?:反映|说|报)|第[二三四五]|[2-9][、.．)）]|[二三四五六七八九]、|二是|三是|@)"
)


@dataclass(frozen=True, slots=True)
class ChatReport:
    """One report out of a chat. `at`: aware UTC or None; `lines`: first and last line, counted from 1."""

    author: str | None
    at: datetime | None
    text: str
    lines: tuple[int, int]


@dataclass(frozen=True, slots=True)
class SkippedLines:
    """Lines that make no report: which, what they say, and why, in the reader's language."""

    lines: tuple[int, int]
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class ChatSplit(Sequence[ChatReport]):
    """The reports of a chat in their order, and what was left out."""

    reports: tuple[ChatReport, ...]
    skipped: tuple[SkippedLines, ...]

    @overload
    def __getitem__(self, index: int) -> ChatReport: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[ChatReport]: ...
    def __getitem__(self, index: int | slice) -> ChatReport | Sequence[ChatReport]:
        return self.reports[index]

    def __len__(self) -> int:
        return len(self.reports)

    def __iter__(self) -> Iterator[ChatReport]:
        return iter(self.reports)


def split_chat(text: str, *, default_date: date, zone: tzinfo = CHINA) -> ChatSplit:
    """Split a pasted chat into reports.

    `default_date` is the local day of the last line where the chat writes no date; `zone` the clock it was written by.
    """
    lines = text.splitlines()
    read = read_chat(text, default_date=default_date, zone=zone)
    open_reports: list[list[Message]] = []
    skipped: list[SkippedLines] = []
    for message in read.messages:
        reason = _why_skip(message.text)
        if reason:
            skipped.append(SkippedLines((message.first, message.last), message.text, reason))
        elif open_reports and _continues(open_reports[-1][-1], message):
            open_reports[-1].append(message)
        else:
            open_reports.append([message])
    reports = tuple(map(_report, open_reports))
    covered = {number for one in reports for number in range(one.lines[0], one.lines[1] + 1)}
    for number in read.markers:
        if number not in covered:
            said = lines[number - 1].strip()
            skipped.append(SkippedLines((number, number), said, "日期或时间" if said else "空行"))
    return ChatSplit(reports, tuple(sorted(skipped, key=lambda one: one.lines)))


def _why_skip(text: str) -> str:
    """The reason a message makes no report, when every line of it has one."""
    reasons = [_why_skip_line(line.strip()) for line in text.splitlines() if line.strip()]
    if not reasons:
        return "没有内容"
    return reasons[0] if all(reasons) else ""


def _why_skip_line(text: str) -> str:
    if _MEDIA.match(text) or _MEDIA_EN.match(text):
        return "图片、语音等附件，请另外添加"
    if _SYSTEM.search(text) and len(text) < 60:
        return "群里的系统消息"
    bare = _WORDS.sub("", text).lower()
    if not bare:
        return "表情或符号"
    return "附和或客套" if len(bare) <= 12 and _CHATTER.match(bare) else ""


def _continues(before: Message, message: Message) -> bool:
    """Whether a message goes on with the report the one before belongs to."""
    if message.author != before.author or _NEW_THING.match(message.text):
        return False
    if message.author is None:
        return not message.after_gap and _unfinished(before.text, message.text)
    if message.at is None or before.at is None:
        return True
    return timedelta(0) <= message.at - before.at <= TOGETHER


def _unfinished(before: str, line: str) -> bool:
    """A bare line goes on with the one before when that one breaks off, or this one is short or says "而且"."""
    return before.endswith((",", "，", "、", ":", "：")) or len(line) < SHORT or bool(_GOES_ON.match(line))


def _report(messages: list[Message]) -> ChatReport:
    text = "\n".join(message.text for message in messages)
    return ChatReport(messages[0].author, messages[0].at, text, (messages[0].first, messages[-1].last))
