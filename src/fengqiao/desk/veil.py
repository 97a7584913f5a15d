"""One key hides personal numbers on every page of the desk, while somebody at the counter looks along.

What is hidden is the text between the tags, after the page was written: a page that is made tomorrow is hidden too.
Nothing stored changes, and what stands in a field somebody is typing in stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape, unescape

from django.http import HttpRequest

from fengqiao.algorithms.redact import find_sensitive, mask_cut

SESSION = "desk_veiled"
_PARTS = re.compile(r"(<(script|style|textarea|option)\b.*?</\2>|<[^>]*>)", re.DOTALL)
_MARKS = re.compile(r"</?mark>")
_SAID = re.compile(r'\b(aria-label|title|alt)="([^"]*)"')
_NAMED = re.compile(r"[:：叫是]")
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
    """The HTML with every personal number that is shown or read out masked; a name that is announced once is hidden
    wherever it stands on the page. Nothing is marked meanwhile: marks stand between a name and what announces it."""
    parts = _pieces(_MARKS.sub("", page))
    names = _names(unescape(part) for part in parts[::2])

    def hidden(text: str) -> str:
        """Escaped text, masked and escaped again where that changes it."""
        plain = unescape(text)
        shown = mask_cut(plain) if _NUMBER.search(plain) else plain
        for name, masked in names.items():
            shown = shown.replace(name, masked)
        return text if shown == plain else escape(shown)

    def named(tag: str) -> str:
        """A tag with what is read out of it masked."""
        return _SAID.sub(lambda found: f'{found[1]}="{hidden(found[2])}"', tag)

    return "".join(named(part) if at % 2 else hidden(part) for at, part in enumerate(parts))


def _names(texts: Iterable[str]) -> dict[str, str]:
    """Names that are announced somewhere on the page, and how they are shown."""
    return {
        text[one.start : one.end]: one.masked
        for text in texts
        if _NAMED.search(text)
        for one in find_sensitive(text)
        if one.kind == "name"
    }


def _pieces(page: str) -> list[str]:
    """Text, tag, text, tag ...: what stands at even places is text."""
    found, done = [], 0
    for tag in _PARTS.finditer(page):
        found += [page[done : tag.start()], tag[0]]
        done = tag.end()
    return [*found, page[done:]]
