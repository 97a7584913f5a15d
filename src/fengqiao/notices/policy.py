"""Which right each verb of notices needs."""

from __future__ import annotations

from fengqiao.accounts.policy import INSIDE, OWN

ACTIONS: dict[str, str] = {
    "notify": INSIDE,
    "mark_read": OWN,
    "mark_all_read": OWN,
    "deliver_due": INSIDE,
}
