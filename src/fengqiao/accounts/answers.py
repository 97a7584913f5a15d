"""Answers kept for a while, so that a program that sends the same again gets the same answer and nothing is doubled."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from fengqiao.accounts.models import KeptAnswer
from fengqiao.lib import clock
from fengqiao.lib.errors import Refusal

KEPT = timedelta(days=1)
MAX_KEY = 80


def claim(person_id: int, key: str, request: bytes) -> KeptAnswer:
    """The row of this key: a fresh one without a status, or the earlier one with the answer to repeat.

    ``request`` is what was asked, in one piece. Call it inside the transaction of what is done: a second caller waits
    until the first is through. Raises Refusal for a key that cannot be one (``bad_key``) and for a key that came with
    something else before (``key_reused``).
    """
    if not key.isascii() or not key.isprintable() or not 1 <= len(key) <= MAX_KEY:
        raise Refusal(
            _("Idempotency-Key 要是 1 到 %(most)s 个英文字母、数字或符号") % {"most": MAX_KEY},
            code="bad_key",
            field="Idempotency-Key",
        )
    digest = hashlib.sha256(request).hexdigest()
    fresh = KeptAnswer(person_id=person_id, key=key, request=digest, at=clock.now())
    try:
        with transaction.atomic():
            fresh.save(force_insert=True)
    except IntegrityError:
        earlier = KeptAnswer.objects.get(person_id=person_id, key=key)
        if earlier.request != digest:
            raise Refusal(
                _("这个 Idempotency-Key 用过了，当时的内容不同。另一件事请换一个"),
                code="key_reused",
                field="Idempotency-Key",
            ) from None
        return earlier
    return fresh


def keep(row: KeptAnswer, status: int, text: str) -> None:
    """Keep the answer with its key, sealed."""
    row.status = status
    row.seal("answer", text)
    row.save(update_fields=["status", "answer", "wrapped_key"])


def forget_old(at: datetime) -> int:
    """Drop answers older than a day; how many."""
    return KeptAnswer.objects.filter(at__lt=at - KEPT).delete()[0]
