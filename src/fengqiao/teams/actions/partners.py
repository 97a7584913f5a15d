"""Partner organisations and what they share."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from fengqiao.accounts.checks import demand
from fengqiao.accounts.scope import Actor
from fengqiao.accounts.trail import trail
from fengqiao.lib.errors import OutOfReach, Refusal
from fengqiao.lib.place_config import current_place
from fengqiao.lib.text import clean, one_line
from fengqiao.lib.wording import listed
from fengqiao.teams.models import Partner, Resource
from fengqiao.teams.policy import PARTNER, PEOPLE
from fengqiao.territory.models import Area, Place


def _partner_kinds() -> dict[str, str]:
    return {k.key: k.zh for k in current_place().partner_kinds}


def _resource_kinds() -> dict[str, str]:
    place = current_place()
    found = {k.key: k.zh for k in place.resource_kinds}
    return found | {k.key: k.zh for k in place.mediation_room_kinds}


def _kind(key: str, kinds: dict[str, str]) -> str:
    if key not in kinds:
        raise Refusal(
            _("没有“%(key)s”这一类，可选：%(kinds)s") % {"key": key, "kinds": listed(kinds.values())},
            code="no_kind",
            field="kind",
        )
    return key


def _name(name: str, limit: int = 80) -> str:
    found = one_line(name, limit=limit, field="name")
    if not found:
        raise Refusal(_("请填写名称"), code="missing", field="name")
    return found


@transaction.atomic
def add_partner(
    *, by: Actor, kind: str, name: str, area: Area, duty_line: str = "", note: str = ""
) -> Partner:
    """An organisation that works along; ``duty_line`` is an office's line, not a person's.

    Raises Refusal for a kind the place does not have and a name that is on the list.
    """
    demand(by, PARTNER, area.path, see=PEOPLE)
    name = _name(name)
    if Partner.objects.filter(name=name).exists():
        raise Refusal(_("“%(name)s”已经在名单里") % {"name": name}, code="taken", field="name")
    row = Partner.objects.create(
        kind=_kind(kind, _partner_kinds()),
        name=name,
        area=area,
        duty_line=one_line(duty_line, limit=40),
        note=clean(note, limit=2000),
    )
    trail(by, "partner.added", row, kind=kind, area=area.pk)
    return row


@transaction.atomic
def change_partner(
    partner: Partner,
    *,
    by: Actor,
    name: str | None = None,
    duty_line: str | None = None,
    note: str | None = None,
    active: bool | None = None,
) -> Partner:
    """Change what is given; ``active`` False takes the partner off the list for new matters."""
    rows = Partner.objects.select_for_update(of=("self",)).select_related("area")
    row = rows.filter(pk=partner.pk).first()
    if row is None:
        raise OutOfReach
    demand(by, PARTNER, row.area.path, see=PEOPLE)
    changes: dict[str, Any] = {}
    if name is not None:
        changes["name"] = _name(name)
        if Partner.objects.filter(name=changes["name"]).exclude(pk=row.pk).exists():
            raise Refusal(_("“%(name)s”已经在名单里") % {"name": changes["name"]}, code="taken", field="name")
    if duty_line is not None:
        changes["duty_line"] = one_line(duty_line, limit=40)
    if note is not None:
        changes["note"] = clean(note, limit=2000)
    if active is not None:
        changes["active"] = active
    _apply(row, changes)
    trail(by, "partner.changed", row, columns=sorted(changes))
    return row


@transaction.atomic
def add_resource(
    *,
    by: Actor,
    kind: str,
    name: str,
    area: Area,
    partner: Partner | None = None,
    place: Place | None = None,
    hours: str = "",
    contact: str = "",
    note: str = "",
) -> Resource:
    """Something to share: a room, a boat, a lawyer's hours. Kinds are those of the place, rooms among them."""
    demand(by, PARTNER, area.path, see=PEOPLE)
    if partner is not None and not partner.active:
        raise Refusal(
            _("%(partner)s 已不在名单里") % {"partner": partner.name}, code="inactive", field="partner"
        )
    kind, name = _kind(kind, _resource_kinds()), _name(name)
    if Resource.objects.filter(kind=kind, name=name, area=area, partner=partner, active=True).exists():
        raise Refusal(_("“%(name)s”已经在名单里") % {"name": name}, code="taken", field="name")
    row = Resource.objects.create(
        kind=kind,
        name=name,
        area=area,
        partner=partner,
        place=place,
        hours=one_line(hours, limit=80),
        contact=one_line(contact, limit=60),
        note=clean(note, limit=2000),
    )
    trail(by, "resource.added", row, kind=kind, area=area.pk)
    return row


@transaction.atomic
def change_resource(
    resource: Resource,
    *,
    by: Actor,
    name: str | None = None,
    hours: str | None = None,
    contact: str | None = None,
    note: str | None = None,
    active: bool | None = None,
) -> Resource:
    """Change what is given; ``active`` False takes it off the list."""
    rows = Resource.objects.select_for_update(of=("self",)).select_related("area")
    row = rows.filter(pk=resource.pk).first()
    if row is None:
        raise OutOfReach
    demand(by, PARTNER, row.area.path, see=PEOPLE)
    given = {"hours": (hours, 80), "contact": (contact, 60)}
    changes: dict[str, Any] = {k: one_line(v, limit=n) for k, (v, n) in given.items() if v is not None}
    if name is not None:
        changes["name"] = _name(name)
    if note is not None:
        changes["note"] = clean(note, limit=2000)
    if active is not None:
        changes["active"] = active
    _apply(row, changes)
    trail(by, "resource.changed", row, columns=sorted(changes))
    return row


def _apply(row: Partner | Resource, changes: dict[str, Any]) -> None:
    for column, value in changes.items():
        setattr(row, column, value)
    if changes:
        row.save(update_fields=list(changes))
