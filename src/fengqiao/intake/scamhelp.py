"""Is this message a scam? The engine of ``algorithms.scams`` asked for whoever pastes something at a door.

Nothing is kept: no table, no cache, and no log line quotes what was pasted. Words and the station's own model are run for
a moment only (``deadline``): a model that throws or hangs is left out, and where the words fail too there is no answer,
which the doors must say. "No answer" and "nothing was seen" are both no promise.
"""

from __future__ import annotations

import logging
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from fengqiao.algorithms.modelfile import ModelFileError
from fengqiao.algorithms.proposal import Classifier
from fengqiao.algorithms.scams import ScamReading, load_scam_model, read_message
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


def _complain(part: str, error: Exception) -> None:
    log.error("scam engine: %s failed (%s)", part, what_failed(error))


def warm() -> None:
    """Load words and model before the first one who asks has to wait for them."""
    ask("预热")
