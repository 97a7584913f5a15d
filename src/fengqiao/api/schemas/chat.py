"""Messages pasted from a chat group."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from fengqiao.api.schemas.base import Body, Code, Day, Id, Out
from fengqiao.api.schemas.reports import ReceiptOut

Paste = Annotated[str, Field(max_length=200_000)]


class ChatIn(Body):
    """What was pasted; ``day``: the local day of its last line where it names none."""

    text: Paste
    day: Day | None = None


class ChatPartOut(Out):
    """One report out of a paste; ``exists``: received before."""

    number: int
    author: str
    at: datetime | None
    text: str
    first_line: int
    last_line: int
    exists: bool


class ChatSkipOut(Out):
    """Lines that make no report, and why."""

    first_line: int
    last_line: int
    text: str
    reason: str


class ChatPreviewOut(Out):
    """What a paste would bring; nothing is kept."""

    parts: list[ChatPartOut]
    skipped: list[ChatSkipOut]
    fresh: int


class ReceiveChat(ChatIn):
    """Which parts of the paste to receive (all when none is named), and where they are."""

    numbers: list[Annotated[int, Field(ge=1, le=10_000)]] = Field(default=[], max_length=200)
    area: Code | None = None
    place: Id | None = None


class ChatResultOut(Out):
    """What became of a part: its receipt, or in words why not; ``grown``: it joined a report that is there."""

    number: int
    receipt: ReceiptOut | None
    words: str
    grown: bool
