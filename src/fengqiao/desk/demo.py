"""Accounts offered at the sign-in of a demonstration: one for each role, all with one published password."""

from __future__ import annotations

from dataclasses import dataclass

from fengqiao.lib import clock
from fengqiao.lib.place_config import current_place
from fengqiao.lib.present import chinese
from fengqiao.teams.models import Appointment

DEMO_PASSWORD = "fengqiao-demo"  # noqa: S105 - published on purpose, in demonstrations alone
"""Shown on the sign-in page of a demonstration and nowhere else in use."""


@dataclass(frozen=True)
class DemoAccount:
    """Somebody to sign in as: the sign-in name, who that is, as what, and where."""

    username: str
    name: str
    role: str
    where: str


def demo_accounts() -> list[DemoAccount]:
    """One account for each role, in the order of the place's roles: the first person appointed who can sign in.

    A demonstration gives its people DEMO_PASSWORD; people without a password are not offered.
    """
    roles = {role.key: (role.zh if chinese() else role.en) for role in current_place().roles}
    rows = Appointment.objects.on(clock.local(clock.now()).date()).filter(
        role__in=roles, person__is_active=True
    )
    able = rows.exclude(person__password__startswith="!").exclude(person__password="")  # noqa: S106 - no secrets
    found: dict[str, DemoAccount] = {}
    for row in able.select_related("person", "area", "beat").order_by("pk")[:5000]:
        if row.role not in found:
            where = str(row.beat or row.area)
            found[row.role] = DemoAccount(row.person.username, row.person.name, roles[row.role], where)
    return [found[key] for key in roles if key in found]
