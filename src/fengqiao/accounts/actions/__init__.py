"""Verbs on people and their tokens. Each writes one audit entry in its own transaction."""

from fengqiao.accounts.actions.people import (
    activate,
    change_password,
    change_person,
    choose_language,
    create_person,
    deactivate,
    read_phone,
    set_password,
    set_phone,
)
from fengqiao.accounts.actions.tokens import issue_token, revoke_token

__all__ = [
    "activate",
    "change_password",
    "change_person",
    "choose_language",
    "create_person",
    "deactivate",
    "issue_token",
    "read_phone",
    "revoke_token",
    "set_password",
    "set_phone",
]
