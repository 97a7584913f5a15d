"""Bearer tokens for programs. Shown once, kept only as a digest, always with an end."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from fengqiao.accounts import reach
from fengqiao.accounts.actions.people import fresh
from fengqiao.accounts.checks import demand_anywhere
from fengqiao.accounts.models import ApiToken, Person
from fengqiao.accounts.policy import API
from fengqiao.accounts.queries import token_digest
from fengqiao.accounts.scope import Actor
from fengqiao.accounts.trail import trail
from fengqiao.lib import clock
from fengqiao.lib.errors import OutOfReach, Refusal
from fengqiao.lib.text import one_line

PREFIX = "fq_"
MOST_DAYS = 366
MOST_TOKENS = 10


@dataclass(frozen=True)
class IssuedToken:
    """A token row and its secret: the only moment anybody sees it."""

    token: ApiToken
    secret: str


@transaction.atomic
def issue_token(person: Person, *, by: Actor, label: str, days: int = 90) -> IssuedToken:
    """A token with which programs act as ``person``, with that person's rights of the moment.

    For oneself it needs the right to use the API; for another (an outside system) one must manage them.
    Raises Refusal without a label, beyond 366 days, for a switched-off person and beyond ten live tokens.
    """
    person = fresh(person)
    if reach.is_self(by, person):
        demand_anywhere(by, API)
    else:
        reach.demand_manages(by, person)
    label = one_line(label, limit=60, field="label")
    if not label:
        raise Refusal(_("请写明这个令牌给谁用、做什么"), code="missing", field="label")
    if not 1 <= days <= MOST_DAYS:
        raise Refusal(
            _("有效期应在 1 至 %(most_days)s 天之间") % {"most_days": MOST_DAYS},
            code="bad_days",
            field="days",
        )
    if not person.is_active:
        raise Refusal(_("这个账号已停用，不能发令牌"), code="inactive")
    now = clock.now()
    if (
        ApiToken.objects.filter(person=person, revoked_at__isnull=True, expires_at__gt=now).count()
        >= MOST_TOKENS
    ):
        raise Refusal(
            _("最多同时有 %(most_tokens)s 个有效令牌，请先收回不用的") % {"most_tokens": MOST_TOKENS},
            code="too_many",
        )
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        person=person,
        digest=token_digest(secret),
        label=label,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    trail(by, "token.issued", token, person=person.pk, days=days)
    return IssuedToken(token, secret)


@transaction.atomic
def revoke_token(token: ApiToken, *, by: Actor) -> ApiToken:
    """The token ends now, for good. A second time changes nothing."""
    found = (
        ApiToken.objects.select_for_update(of=("self",)).select_related("person").filter(pk=token.pk).first()
    )
    if found is None:
        raise OutOfReach
    reach.demand_self_or_manages(by, found.person)
    if found.revoked_at is None:
        found.revoked_at = clock.now()
        found.save(update_fields=["revoked_at"])
        trail(by, "token.revoked", found, person=found.person_id)
    return found
