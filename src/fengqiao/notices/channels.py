"""Channels a notice may go out by beside the application itself.

An adapter is a class that implements ``Channel``; ``NOTICE_CHANNELS`` in the settings names the classes in use by
dotted name (SMS gateways and the like live in ``integrations``). A channel must not raise for a message it could
not deliver: it returns the reason, and the message is tried again. It gets the text and the person, never the
sealed phone: what it needs for addressing it reads itself, with that read on record.
"""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import Protocol

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from fengqiao.notices.models import Notice

log = logging.getLogger("fengqiao.notices")


class Channel(Protocol):
    """A way to reach somebody."""

    key: str
    """Short name, at most 30 characters: one delivery per notice and channel."""

    def reaches(self, notice: Notice) -> bool:
        """Whether this channel can reach the person at all; others are not tried."""
        ...

    def send(self, notice: Notice) -> str:
        """Send; empty when delivered, else why not (shown to administrators, no personal data)."""
        ...


class InApp:
    """The list in the application. The notice is there as soon as it is written, so there is nothing to send."""

    key = "app"

    def reaches(self, notice: Notice) -> bool:
        return False

    def send(self, notice: Notice) -> str:
        return ""


class Console:
    """Writes notices to the log: for trying things, and where a station has no gateway. Without the text."""

    key = "console"

    def reaches(self, notice: Notice) -> bool:
        return True

    def send(self, notice: Notice) -> str:
        log.warning("notice %s (%s) for person %s", notice.pk, notice.kind, notice.to_id)
        return ""


def configured() -> tuple[Channel, ...]:
    """The channels of this installation, the application's own list always among them."""
    return _load(tuple(getattr(settings, "NOTICE_CHANNELS", ())))


@lru_cache(maxsize=8)
def _load(names: tuple[str, ...]) -> tuple[Channel, ...]:
    found: list[Channel] = [InApp()]
    for name in names:
        try:
            channel: Channel = import_string(name)()
        except ImportError as error:
            raise ImproperlyConfigured(
                f"NOTICE_CHANNELS names {name}, which cannot be loaded: {error}"
            ) from error
        if channel.key in {c.key for c in found}:
            raise ImproperlyConfigured(f"NOTICE_CHANNELS has two channels with the key {channel.key!r}")
        found.append(channel)
    return tuple(found)


def by_key(key: str) -> Channel | None:
    """The channel with this key, None when it is no longer in use."""
    return next((c for c in configured() if c.key == key), None)
