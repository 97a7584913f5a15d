"""Telling somebody something; reading it."""

from __future__ import annotations

from django.db import transaction

from fengqiao.accounts.models import Person
from fengqiao.lib import clock
from fengqiao.lib.text import shorten
from fengqiao.notices.models import Notice


@transaction.atomic
def notify(person: Person, kind: str, text: str, link: str = "", *, urgent: bool = False) -> Notice:
    """Tell ``person`` something in the application; ``link`` is a path inside it."""
    return Notice.objects.create(to=person, kind=kind, text=shorten(text, 300), link=link, at=clock.now())
