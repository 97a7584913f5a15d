"""Sentences that can still be put into another language after they have been filled.

An algorithm speaks Chinese and knows no catalogue. ``sentence`` makes an ordinary text that also remembers its pattern
and what was put into it, so that whoever shows it can look the pattern up in a catalogue and fill it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Sentence(str):
    """A filled Chinese sentence with its ``pattern`` (``%(name)s`` places) and its ``parts`` by name."""

    __slots__ = ("parts", "pattern")

    pattern: str
    parts: Mapping[str, Any]


def sentence(pattern: str, **parts: Any) -> Sentence:
    """``pattern`` filled with ``parts``. A part may be a sentence itself, or a tuple of words that stand in a row.

    Raises KeyError for a part that is missing.
    """
    filled = {name: "、".join(part) if isinstance(part, tuple) else part for name, part in parts.items()}
    made = Sentence(pattern % filled if parts else pattern)
    made.pattern, made.parts = pattern, parts
    return made
