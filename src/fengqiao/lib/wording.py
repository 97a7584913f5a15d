"""Words of refusals in the language of the page, also where no settings are read yet.

Configuration files are read before there is a site: what is refused then is said in Chinese, the language of the
sources. Everywhere else it is Django's own ``gettext``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils import translation

from fengqiao.algorithms.sentences import Sentence


def gettext(message: str) -> str:
    """``message`` in the active language; as it stands while settings are still being read, or where there are none."""
    return translation.gettext(message) if settings.configured else message


def listed(words: Iterable[object]) -> str:
    """Words one after the other, with the sign that stands between them in the active language."""
    return gettext("、").join(map(str, words))


def translated(words: str) -> str:
    """What an algorithm says, in the active language; any other text as it stands."""
    if not isinstance(words, Sentence):
        return words
    pattern = gettext(words.pattern)
    return pattern % {name: _part(part) for name, part in words.parts.items()} if words.parts else pattern


def _part(part: Any) -> Any:
    if isinstance(part, tuple):
        return listed(map(_part, part))
    return translated(part) if isinstance(part, str) else part


def told(fault: Exception) -> str:
    """The words of a fault that an algorithm raised, in the active language."""
    return translated(fault.args[0]) if fault.args and isinstance(fault.args[0], str) else str(fault)
