"""What people type, made safe to keep without changing what they said."""

from __future__ import annotations

import re
import unicodedata

from django.utils.translation import gettext as _

from fengqiao.lib.errors import Refusal

MAX_TEXT = 10_000
"""Characters one text may have; longer is refused with words, never cut."""

# Bidirectional overrides can make a text read as something it does not say; NUL breaks PostgreSQL.
_BIDI = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C], None)
_CONTROL = {c: None for c in range(0x20) if c not in (0x09, 0x0A, 0x0D)} | {0x7F: None, 0xFEFF: None}
_DROP = {**_BIDI, **_CONTROL}


def clean(text: str, *, limit: int = MAX_TEXT, field: str = "text") -> str:
    """``text`` without control and direction-changing characters, line ends made plain, edges trimmed.

    Words, spaces inside and emoji stay as they were. Lone surrogates (broken input) become U+FFFD.
    Raises Refusal when longer than ``limit`` characters: nothing is ever cut silently.
    """
    text = text.encode("utf-8", "replace").decode("utf-8") if _has_surrogate(text) else text
    text = text.translate(_DROP).replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(text) > limit:
        raise Refusal(
            _("太长了：最多 %(limit)s 字，现在 %(n)s 字。请分成几条，或把材料作为附件交来")
            % {"limit": limit, "n": len(text)},
            code="too_long",
            field=field,
        )
    return text


def one_line(text: str, *, limit: int = 200, field: str = "text") -> str:
    """``clean`` for a single-line field: inner line ends become spaces."""
    return re.sub(r"\s+", " ", clean(text, limit=max(limit * 2, limit + 50), field=field))[:limit].strip()


def _has_surrogate(text: str) -> bool:
    return any(0xD800 <= ord(c) <= 0xDFFF for c in text)


def fold(text: str) -> str:
    """``text`` as search and comparison see it: NFKC (full-width to half-width), lower case."""
    return unicodedata.normalize("NFKC", text).lower()


def shorten(text: str, limit: int = 60) -> str:
    """The first ``limit`` characters on one line, with an ellipsis where something was left out."""
    flat = re.sub(r"\s+", " ", text).strip()
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def digits(text: str) -> str:
    """Only the digits of a typed phone number, a leading +86 or 0086 removed."""
    bare = re.sub(r"\D", "", unicodedata.normalize("NFKC", text))
    for prefix in ("0086", "86"):
        if bare.startswith(prefix) and len(bare) - len(prefix) == 11:
            return bare[len(prefix) :]
    return bare
