"""A message somebody was sent, and what to think of it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from fengqiao.algorithms.scams import MAX_CHARS
from fengqiao.api.schemas.base import Body, Out
from fengqiao.lib.text import clean


def _bare(text: str) -> str:
    return clean(text, limit=len(text))


class ScamIn(Body):
    """What was received, in the words it came in; longer than is read is refused."""

    text: Annotated[str, Field(min_length=1, max_length=MAX_CHARS), AfterValidator(_bare)]


class ScamOut(Out):
    """What to think and do.

    ``verdict`` is never "safe": ``unclear`` is no promise, and ``none`` says that the engine gave no answer. ``code``
    and ``kind`` name one of the kinds of fraud where one stands out; ``words`` of the message spoke for it. ``blind``
    says why there was nothing to read: ``few`` words, a ``number`` or link alone, or ``foreign`` words.
    """

    verdict: Literal["fraud", "suspect", "unclear", "none"]
    code: str
    kind: str
    words: list[str]
    advice: list[str]
    call_110: bool
    blind: Literal["", "few", "number", "foreign"]
