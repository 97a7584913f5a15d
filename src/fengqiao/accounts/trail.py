"""Writing ground actions to the audit log: who did what to which row."""

from __future__ import annotations

from typing import Any

from django.db.models import Model

from fengqiao.accounts.scope import Actor
from fengqiao.audit.actions import Fact, append
from fengqiao.audit.models import Entry


def trail(by: Actor, verb: str, row: Model, **data: Any) -> Entry:
    """Append one audit entry about ``row``; ``data`` is plain JSON without personal data."""
    fact = Fact(
        verb=verb,
        object_type=row._meta.model_name or "",
        object_id=str(row.pk),
        actor_id=by.person_id,
        actor_kind=by.kind,
        data=data,
    )
    return append(fact)
