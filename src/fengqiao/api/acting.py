"""Doing a verb on a matter: found in reach, unchanged since the caller saw it, all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from fengqiao.accounts.scope import Actor
from fengqiao.api import find, show
from fengqiao.api.auth import ApiRequest
from fengqiao.api.schemas.matters import Standing
from fengqiao.lib.errors import Refusal
from fengqiao.matters.models import Matter

Verb = Callable[[Matter, Actor], Any]


def stale() -> Refusal:
    """Somebody changed it since."""
    return Refusal(_("刚才有人动过。请重新读一遍，再决定"), code="stale")


def unchanged(row: Model, version: int | None) -> None:
    """Lock a versioned row for the transaction around. Raises Refusal when it is no longer at ``version``."""
    if version is None:
        return
    rows = type(row)._default_manager.select_for_update().filter(pk=row.pk)
    if rows.values_list("version", flat=True).first() != version:
        raise stale()


def do(request: ApiRequest, number: str, version: int | None, verb: Verb) -> tuple[Matter, Any]:
    """Do ``verb`` on the matter with this number; the matter as it was found, and what the verb gave back."""
    row = find.matter(number, request.auth.scope)
    if version is None:
        return row, verb(row, request.auth)
    with transaction.atomic():
        unchanged(row, version)
        return row, verb(row, request.auth)


def stand(request: ApiRequest, number: str, version: int | None, verb: Verb) -> Standing:
    """Do ``verb`` and say how the matter stands now."""
    row, _done = do(request, number, version, verb)
    return show.standing(row.pk, request.auth)


def guarded(row: Model, version: int | None, verb: Callable[[], Any]) -> Any:
    """Do ``verb`` about a row of the matter ``row`` belongs to, unchanged since ``version``."""
    if version is None:
        return verb()
    with transaction.atomic():
        unchanged(row, version)
        return verb()
