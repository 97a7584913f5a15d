"""Complaints about staff are routed round the person they name, from the first moment.

A rule over words, no model: when a report speaks of a complaint and names somebody who works here, that person
neither gets nor sees it. Where several people have the name, all of them stay out of its way. A person at the desk
corrects it (``correct_about``) when the name meant somebody else.
"""

from __future__ import annotations

from dataclasses import replace

from fengqiao.accounts.models import Person
from fengqiao.intake.compose import Draft
from fengqiao.intake.engine import Reading

STAFF_COMPLAINT = "OT2"
_WORDS = ("投诉", "举报民警", "举报工作人员", "不作为", "乱作为", "吃拿卡要")
_MIN_NAME = 2


def route_around(draft: Draft, reading: Reading) -> Draft:
    """The draft with ``about_id`` set and the named people avoided, or as it was when nobody is named."""
    if draft.about_id is not None or not _complains(draft, reading):
        return draft
    named = people_named(draft.words)
    if not named:
        return draft
    first = named[0]
    return replace(draft, about_id=first, avoid=frozenset(named))


def _complains(draft: Draft, reading: Reading) -> bool:
    if any(p.label == STAFF_COMPLAINT for p in reading.categories):
        return True
    return STAFF_COMPLAINT in reading.floor_codes or any(word in draft.words for word in _WORDS)


def people_named(text: str) -> list[int]:
    """Ids of active people whose full name stands in ``text``, the longest name first."""
    rows = Person.objects.filter(is_active=True).values_list("pk", "name")
    found = [(len(name), pk) for pk, name in rows if len(name) >= _MIN_NAME and name in text]
    return [pk for _length, pk in sorted(found, key=lambda pair: (-pair[0], pair[1]))]
