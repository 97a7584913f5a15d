"""Is this message a scam? The engine of ``algorithms.scams`` asked for whoever pastes something at a door.

Nothing is kept: no table, no cache, and no log line quotes what was pasted. Words and the station's own model are run for
a moment only (``deadline``): a model that throws or hangs is left out, and where the words fail too there is no answer,
which the doors must say. "No answer" and "nothing was seen" are both no promise.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from fengqiao.algorithms.modelfile import ModelFileError
from fengqiao.algorithms.proposal import Classifier
from fengqiao.algorithms.scams import ScamReading, Verdict, blind_spot, load_scam_model, read_message
from fengqiao.intake.deadline import within
from fengqiao.intake.engine import file_stamp, what_failed

log = logging.getLogger(__name__)


@lru_cache(maxsize=2)
def _loaded(path: Path, stamp: tuple[int, int] | None) -> Classifier | None:
    if stamp is None:
        return None
    try:
        return load_scam_model(path)
    except ModelFileError as error:
        log.error("scam model left out, words alone answer: %s", error)
        return None


def station_model() -> Classifier | None:
    """The model this station trained, None while there is none or the file is not sound."""
    path = Path(settings.SCAM_MODEL_FILE)
    return _loaded(path, file_stamp(path))


def ask(text: str) -> ScamReading | None:
    """What to think and do about a message; None when the engine throws or hangs. Never raises for the engine."""
    try:
        return within("scam", lambda: read_message(text, station_model()))
    except Exception as error:
        _complain("scam", error)
    try:
        return within("scam words", lambda: read_message(text))
    except Exception as error:
        _complain("scam words", error)
    return None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a door says, in the language of the caller. ``verdict``: fraud, suspect, unclear, or none where the engine
    gave no answer; never "safe". ``blind``: why there was nothing to read (few, number, foreign), else empty."""

    verdict: str
    advice: tuple[str, ...]
    code: str = ""
    kind: str = ""
    words: tuple[str, ...] = ()
    call_110: bool = False
    blind: str = ""


NO_ANSWER = "none"


def answer_to(text: str) -> Answer:
    """The answer for a message; the general advice where the engine gives none."""
    reading = ask(text)
    if reading is None:
        return Answer(NO_ANSWER, general_advice())
    words = (re.sub(r"\s+", " ", one.word).strip() for one in reading.reasons)
    nothing = blind_spot(text) if reading.verdict == Verdict.UNCLEAR else None
    return Answer(
        verdict=reading.verdict.name.lower(),
        advice=tuple(_(one) for one in reading.advice),
        code=reading.kind.code if reading.kind else "",
        kind=_(reading.kind.name) if reading.kind else "",
        words=tuple(dict.fromkeys(filter(None, words))),
        call_110=reading.call_110,
        blind=str(nothing or ""),
    )


def general_advice() -> tuple[str, ...]:
    """What to do about any message, whatever it looks like."""
    return (
        _("先停下来：不转账，不点链接，不说验证码，不共享屏幕。"),
        _("挂断电话，自己找到对方的正式电话，打过去核实；也跟家里人说一声。"),
        _("拿不准，打 96110 问一问；钱已经转了、正在转，马上打 110。"),
    )


def _complain(part: str, error: Exception) -> None:
    log.error("scam engine: %s failed (%s)", part, what_failed(error))


def warm() -> None:
    """Load words and model before the first one who asks has to wait for them."""
    ask("预热")
