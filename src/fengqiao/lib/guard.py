"""The flood guard of the public doors: who has knocked too often waits, in words, and nothing is written.

Addresses and cookies are only ever kept as digests under a key made at the start of this process, and for a minute:
neither tables nor logs learn them. Each worker process counts for itself. An address that is not known (a proxy that
does not name it, this very machine) is not counted, so that nobody is shut out for another.
"""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
import time
from collections.abc import Callable
from functools import wraps
from math import ceil
from typing import Any, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from fengqiao.lib.errors import TooMany
from fengqiao.lib.flood import Memory

View = TypeVar("View", bound=Callable[..., HttpResponse])

_memory = Memory()
_pepper = secrets.token_bytes(32)


def address_of(request: HttpRequest) -> str:
    """The caller's address, an IPv6 one by its /64; empty when it is not known.

    Behind ``FENGQIAO_PROXIES`` proxies of one's own it is what the outermost of them wrote: entries further left in
    ``X-Forwarded-For`` are anybody's words and are not read. Without proxies the header is not read at all.
    """
    told = str(request.META.get("REMOTE_ADDR", ""))
    if settings.PROXIES:
        line = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
        told = line[-settings.PROXIES] if len(line) >= settings.PROXIES else ""
    try:
        found = ipaddress.ip_address(told)
    except ValueError:
        return ""
    if found.is_loopback or found.is_unspecified:
        return ""
    if isinstance(found, ipaddress.IPv6Address):
        return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def _keys(request: HttpRequest, what: str) -> list[tuple[str, bytes]]:
    """What is counted: the address under ``what``, the browser under ``what-browser`` where that has a limit."""
    told = {what: address_of(request), f"{what}-browser": request.COOKIES.get(settings.CSRF_COOKIE_NAME, "")}
    return [(name, _digest(name, value)) for name, value in told.items() if value and name in settings.LIMITS]


def _digest(name: str, value: str) -> bytes:
    return hashlib.blake2b(
        f"{name}\n{value}".encode("utf-8", "replace"), key=_pepper, digest_size=16
    ).digest()


def wait(request: HttpRequest, what: str) -> int:
    """Whole seconds this caller has to wait before ``what``; 0 when they need not. Nothing is charged."""
    now = time.monotonic()
    return ceil(
        max(
            (_memory.wait(key, settings.LIMITS[name], now) for name, key in _keys(request, what)), default=0.0
        )
    )


def charge(request: HttpRequest, what: str) -> None:
    """Count one ``what`` of this caller."""
    now = time.monotonic()
    for name, key in _keys(request, what):
        _memory.hit(key, settings.LIMITS[name], now)


def admit(request: HttpRequest, what: str) -> None:
    """Count one ``what``. Raises TooMany for a caller who has to wait first; then nothing is counted."""
    seconds = wait(request, what)
    if seconds:
        raise TooMany(seconds)
    charge(request, what)


def limited(what: str, *methods: str) -> Callable[[View], View]:
    """Guard a view: each request by one of ``methods`` (POST when none are named) counts as one ``what``."""
    counted = methods or ("POST",)

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method in counted:
                admit(request, what)
            return view(request, *args, **kwargs)

        return guarded  # type: ignore[return-value]

    return guard


def forget() -> None:
    """As at the start of the process: nobody has knocked yet."""
    _memory.clear()
