"""Keeps receipt codes out of logs: a code opens its report, and Django writes the path of every refused request."""

from __future__ import annotations

import logging
import re

_PART = "[0-9A-HJKMNP-TV-Z]{4}"
_CODE = re.compile(rf"(?<![0-9A-Z-])({_PART})-{_PART}-{_PART}(?![0-9A-Z-])", re.IGNORECASE)


def masked(text: str) -> str:
    """``text`` with all but the first group of every receipt code hidden."""
    return _CODE.sub(r"\1-****-****", text)


class MaskCodes(logging.Filter):
    """A log filter that lets every record through with its receipt codes masked."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask the message; a record without a code stays as it is."""
        said = record.getMessage()
        hidden = masked(said)
        if hidden != said:
            record.msg, record.args = hidden, ()
        return True
