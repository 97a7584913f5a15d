"""Every form of the desk and the field door with words that no form expects: clear answers, nothing half-done.

The rows of the matrix say who sends what; here one field at a time holds something else.
"""

from __future__ import annotations

from typing import Any

import pytest

from fengqiao.audit.models import Entry
from tests.access.ground import Ground, fresh, told, undone
from tests.access.test_routes import ROWS, address

ODD = "甲\x00\u202e😀👨‍👩‍👧<script>alert(1)</script>' OR 1=1 --"
LONG = "长" * 100_000
SENT = [key for key, (_name, _verb, row) in ROWS.items() if row.send is not None]
DONE = {200, 302, 303}


def fields_of(payload: dict[str, Any]) -> list[str]:
    """Fields of a payload that hold words, a number or a choice; files are tried elsewhere."""
    return [name for name, value in payload.items() if isinstance(value, (str, int))]


def words_of(payload: dict[str, Any]) -> list[str]:
    """Those that hold words: all words of the rows are Chinese."""
    return [name for name in fields_of(payload) if not str(payload[name]).isascii()]


def tried(ground: Ground, key: str, payload: dict[str, Any], name: str, value: str) -> tuple[Any, bool]:
    """The answer to the payload with ``value`` in one field, and whether anything was written."""
    row, before = ROWS[key][2], Entry.objects.count()
    with undone():
        answer = ground.client(row.who).post(address(ground, key), fresh({**payload, name: value}))
        return answer, Entry.objects.count() != before


@pytest.mark.parametrize("key", SENT)
def test_odd_characters_break_nothing(ground: Ground, key: str) -> None:
    """NUL, direction marks, emoji, markup, quotes: kept as words, or refused in words."""
    send = ROWS[key][2].send
    payload = send(ground) if send else {}
    for name in fields_of(payload):
        answer, _written = tried(ground, key, payload, name, ODD)
        assert answer.status_code in {*DONE, 400, 404, 409, 422}, (name, answer.status_code)
        assert "<script>alert(1)" not in told(answer)


@pytest.mark.parametrize("key", SENT)
def test_a_hundred_thousand_characters_are_refused_whole(ground: Ground, key: str) -> None:
    """Never cut, never half-done."""
    send = ROWS[key][2].send
    payload = send(ground) if send else {}
    for name in words_of(payload):
        answer, written = tried(ground, key, payload, name, LONG)
        assert answer.status_code in {*DONE, 400, 404, 409, 422}, (name, answer.status_code)
        assert not written, (name, answer.status_code)
