"""The icons of the interface, as path data from the vendored icon file."""

from __future__ import annotations

import json
from functools import cache, lru_cache
from pathlib import Path

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

FILE = Path(__file__).resolve().parent.parent / "static" / "vendor" / "tabler-icons" / "icons.json"


@cache
def paths() -> dict[str, list[str]]:
    """Icon name -> path data; read once."""
    found: dict[str, list[str]] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


@lru_cache(maxsize=1024)
def svg(name: str, *, label: str = "", extra: str = "") -> SafeString:
    """The icon as inline SVG in the colour of the text around it.

    Without a `label` it is decoration and hidden from screen readers. `extra` adds CSS classes.
    Raises LookupError for an unknown name: a page with a hole in it must not pass its test.
    """
    shapes = paths().get(name)
    if shapes is None:
        raise LookupError(f"no icon named {name!r}: add it to tools/icons.txt and run tools/vendor.py")
    drawn = format_html_join("", '<path d="{}"/>', ((d,) for d in shapes))
    hidden = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    css = f"i {extra}".strip()
    return format_html('<svg class="{}" viewBox="0 0 24 24" {}>{}</svg>', css, hidden, drawn)
