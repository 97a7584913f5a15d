"""Named mechanisms and duty lists: brought in from the place's configuration, kept up with evidence."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from fengqiao.accounts.checks import demand, overlaps
from fengqiao.accounts.models import Person
from fengqiao.accounts.scope import SYSTEM, Actor
from fengqiao.accounts.trail import trail
from fengqiao.lib import clock
from fengqiao.lib.errors import NotAllowed, OutOfReach, Refusal
from fengqiao.lib.place_config import RHYTHMS, Item, current_place
from fengqiao.lib.present import named
from fengqiao.lib.text import clean, one_line
from fengqiao.teams.actions.station import ensure_station
from fengqiao.teams.models import DutyItem, DutyList, Evidence
from fengqiao.teams.policy import DUTY, PEOPLE, RECORD


@transaction.atomic
def load_mechanisms() -> dict[str, int]:
    """Bring the place's mechanisms and duty lists into the tables; run again it only brings what changed.

    Items are known by their key: one that was renamed or moved keeps its evidence, one that the place dropped
    goes out of use and keeps it too. Returns counts: lists, items, added, changed, retired.
    """
    place = current_place()
    wanted = [(m.key, m.zh, [("", item) for item in m.items]) for m in place.mechanisms]
    wanted += [(d.key, d.zh, [(g.zh, item) for g in d.groups for item in g.items]) for d in place.duty_lists]
    counts = {"lists": len(wanted), "items": 0, "added": 0, "changed": 0, "retired": 0}
    area = ensure_station().area
    for key, name, items in wanted:
        row, made = DutyList.objects.get_or_create(key=key, defaults={"name": name, "area": area})
        if not made and (row.name != name or not row.active):
            row.name, row.active = name, True
            row.save(update_fields=["name", "active"])
        _load_items(row, items, counts)
    gone = DutyList.objects.filter(active=True).exclude(key__in=[key for key, _, _ in wanted])
    counts["retired"] += gone.update(active=False)
    if counts["added"] or counts["changed"] or counts["retired"]:
        trail(SYSTEM, "mechanisms.loaded", ensure_station(), place=place.key, **counts)
    return counts


def _load_items(row: DutyList, items: Iterable[tuple[str, Item]], counts: dict[str, int]) -> None:
    held = {i.key: i for i in DutyItem.objects.filter(list=row)}
    for position, (group, item) in enumerate(items, start=1):
        counts["items"] += 1
        values = {
            "position": position,
            "title": item.zh,
            "group": group,
            "owner_role": item.owner,
            "every_days": RHYTHMS[item.rhythm].days,
            "evidence": item.evidence,
            "active": True,
        }
        found = held.pop(f"{group}/{item.key}", None) or held.pop(item.key, None)
        if found is None:
            DutyItem.objects.create(list=row, key=f"{group}/{item.key}" if group else item.key, **values)
            counts["added"] += 1
        elif any(getattr(found, k) != v for k, v in values.items()):
            DutyItem.objects.filter(pk=found.pk).update(**values)
            counts["changed"] += 1
    dropped = [i.pk for i in held.values() if i.active]
    counts["retired"] += DutyItem.objects.filter(pk__in=dropped).update(active=False)


def _fresh(item: DutyItem) -> DutyItem:
    rows = DutyItem.objects.select_for_update(of=("self",)).select_related("list__area", "owner")
    found = rows.filter(pk=item.pk).first()
    if found is None:
        raise OutOfReach
    return found


@transaction.atomic
def name_owner(item: DutyItem, *, by: Actor, person: Person | None) -> DutyItem:
    """Name the person who answers for an item; without one it is whoever holds the role."""
    row = _fresh(item)
    demand(by, DUTY, row.list.area.path, see=PEOPLE)
    if person is not None and not person.is_active:
        raise Refusal(_("%(person)s 的账号已停用") % {"person": person.name}, code="inactive", field="person")
    row.owner = person
    row.save(update_fields=["owner"])
    trail(by, "item.owner_named", row, person=person.pk if person else None)
    return row


@transaction.atomic
def record_evidence(item: DutyItem, *, by: Actor, text: str, reference: str = "") -> Evidence:
    """What was done for an item, now. For who holds its role, is named for it, or keeps the roster.

    Raises Refusal without words, for an item out of use, NotAllowed for somebody else's item.
    """
    row = _fresh(item)
    if by.person_id is None or not overlaps(by, RECORD, row.list.area.path):
        raise OutOfReach
    theirs = row.owner_id == by.person_id or row.owner_role in by.scope.roles
    if not theirs and not by.scope.can(DUTY, row.list.area.path):
        words = {r.key: named(r) for r in current_place().roles}
        raise NotAllowed(
            _("这一项由%(role)s来做，请交给他们记录") % {"role": words.get(row.owner_role, row.owner_role)}
        )
    text = clean(text, limit=2000)
    if not text:
        raise Refusal(_("请写明做了什么"), code="missing", field="text")
    if not row.active or not row.list.active:
        raise Refusal(_("这一项已经不用了"), code="over")
    found = Evidence.objects.create(
        item=row, at=clock.now(), by_id=by.person_id, text=text, reference=one_line(reference, limit=120)
    )
    trail(by, "evidence.recorded", found, item=row.pk)
    return found
