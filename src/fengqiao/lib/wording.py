"""Words of refusals in the language of the page, also where no settings are read yet.

Configuration files are read before there is a site: what is refused then is said in Chinese, the language of the
sources. Everywhere else it is Django's own ``gettext``.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.utils import translation


def gettext(message: str) -> str:
    """``message`` in the active language; as it stands while settings are still being read, or where there are none."""
    return translation.gettext(message) if settings.configured else message


def listed(words: Iterable[object]) -> str:
    """Words one after the other, with the sign that stands between them in the active language."""
    return gettext("、").join(map(str, words))
