"""One key hides personal numbers on every page of the desk, while somebody at the counter looks along.

What is hidden is the text between the tags, after the page was written: a page that is made tomorrow is hidden too.
Nothing stored changes, and what stands in a field somebody is typing in stays as it is.
"""

from __future__ import annotations

import re
from html import escape, unescape

from django.http import HttpRequest

from fengqiao.algorithms.redact import mask_cut

SESSION = "desk_veiled"
_PARTS = re.compile(r"(<(script|style|textarea|option)\b.*?</\2>|<[^>]*>)", re.DOTALL)
_MARKS = re.compile(r"</?mark>")
_NUMBER = re.compile(r"[0-9\uff10-\uff19]{3}|[:：叫是]")
"""What a text must hold to be worth reading: three digits in a row, or what announces a name."""


def veiled(request: HttpRequest) -> bool:
    """Whether this person asked for numbers to be hidden, until they ask for them again or sign out."""
    return bool(request.session.get(SESSION))


def turn(request: HttpRequest) -> bool:
    """Hide, or show again; how it is now."""
    on = not veiled(request)
    if on:
        request.session[SESSION] = True
    else:
        request.session.pop(SESSION, None)
    return on


def veil(page: str) -> str:
    """The HTML with every personal number between its tags masked; nothing is marked meanwhile, as marks stand between
    a name and what announces it."""
    parts = _pieces(_MARKS.sub("", page))
    return "".join(
        part if at % 2 or not _NUMBER.search(part) else _hidden(part) for at, part in enumerate(parts)
    )


def _pieces(page: str) -> list[str]:
    """Text, tag, text, tag ...: what stands at even places is text."""
    found, done = [], 0
    for tag in _PARTS.finditer(page):
        found += [page[done : tag.start()], tag[0]]
        done = tag.end()
    return [*found, page[done:]]


def _hidden(text: str) -> str:
    plain = unescape(text)
    shown = mask_cut(plain)
    return text if shown == plain else escape(shown)
