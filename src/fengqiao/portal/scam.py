"""是诈骗吗: what the engine says, in words for the page; and how what was pasted opens a report."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from fengqiao.algorithms.scams import ScamReading, Verdict, blind_spot
from fengqiao.intake.scamhelp import ask
from fengqiao.lib.text import clean

MOVED = "被骗了，钱已经转了，或者正在转账。对方是这样说的："
"""How a report begins when its writer pressed "the money has gone or is going". Kept as data, so not translated: the
danger words hear it, whatever was pasted behind."""
ASKED = "收到可疑的信息，请派出所看看。对方是这样说的："
_TONES = {Verdict.FRAUD: "fraud", Verdict.SUSPECT: "suspect", Verdict.UNCLEAR: "unclear"}
NO_ANSWER = "none"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the page says. ``tone``: fraud, suspect, unclear, or none where the engine gave no answer; never "safe"."""

    tone: str = NO_ANSWER
    kind: str = ""
    words: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()
    call_110: bool = False
    blind: str = ""


def answer_to(text: str) -> Answer:
    """The answer for a message, in the language of the page."""
    reading = ask(text)
    return Answer() if reading is None else _told(text, reading)


def _told(text: str, reading: ScamReading) -> Answer:
    words = (re.sub(r"\s+", " ", one.word).strip() for one in reading.reasons)
    nothing = blind_spot(text) if reading.verdict == Verdict.UNCLEAR else None
    return Answer(
        tone=_TONES[reading.verdict],
        kind=_(reading.kind.name) if reading.kind else "",
        words=tuple(dict.fromkeys(filter(None, words))),
        advice=tuple(_(one) for one in reading.advice),
        call_110=reading.call_110,
        blind=str(nothing or ""),
    )


def bare(text: str) -> str:
    """What was pasted without control and direction-changing characters, however long: the page shows it again."""
    return clean(text, limit=len(text))


def story(text: str, *, moved: bool) -> str:
    """The text of a report about something pasted; empty for one that pasted nothing and lost nothing."""
    said = bare(text)
    if not said:
        return MOVED.partition("。")[0] + "。" if moved else ""
    return f"{MOVED if moved else ASKED}\n{said}"
