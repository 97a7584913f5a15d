"""Names of things: receipt codes that people read aloud, numbers that offices file by."""

from __future__ import annotations

import re
import secrets

# Crockford's alphabet without I L O U: what is read aloud or copied from paper stays unambiguous.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOKALIKE = str.maketrans({"I": "1", "L": "1", "O": "0"})
CODE_LENGTH = 12


def new_receipt_code() -> str:
    """A fresh receipt code ``XXXX-XXXX-XXXX``: 60 random bits, so it can stand as a key by itself."""
    raw = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    return format_code(raw)


def format_code(raw: str) -> str:
    """Group a bare code in fours."""
    return "-".join(raw[i : i + 4] for i in range(0, len(raw), 4))


def read_code(typed: str) -> str | None:
    """What a person typed as a receipt code, in its one true form, or None when it cannot be one.

    Spaces, dashes and small letters are accepted, and the look-alikes I, L, O are read as 1, 1, 0.
    """
    bare = re.sub(r"[\s\-–—－]+", "", typed).upper().translate(_LOOKALIKE)
    if len(bare) != CODE_LENGTH or any(c not in ALPHABET for c in bare):
        return None
    return format_code(bare)
