"""Who can open a matter, and why: the people ``Matter.objects.visible_to`` lets in, seen from the other side."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from fengqiao.desk.pickers import role_names
from fengqiao.lib import clock
from fengqiao.lib.place_config import current_place
from fengqiao.matters.models import JointMember, Matter
from fengqiao.teams.models import Appointment
from fengqiao.territory.models import BeatGrid


@dataclass(frozen=True)
class Reader:
    """Somebody who can open the matter, and why."""

    name: str
    why: str


def readers(matter: Matter, joint: list[JointMember]) -> dict[int, Reader]:
    """Who can open this matter today: its owner, who handles along, and who holds the right over its ground."""
    right = "matter.restricted" if matter.restricted else "matter.see_area"
    roles = [role.key for role in current_place().roles if role.may(right)]
    beats = BeatGrid.objects.filter(grid_id__in=matter.area.ancestor_ids, valid_to__isnull=True)
    over = Q(area_id__in=matter.area.ancestor_ids) | Q(beat_id__in=beats.values("beat_id"))
    rows = Appointment.objects.on(clock.local(clock.now()).date()).filter(
        over, role__in=roles, person__is_active=True
    )
    found: dict[int, Reader] = {}
    if matter.owner:
        found[matter.owner.pk] = Reader(matter.owner.name, _("负责人"))
    for member in joint:
        if member.person:
            found.setdefault(member.person.pk, Reader(member.person.name, _("一起办")))
    names = role_names()
    for row in rows.select_related("person", "area", "beat").order_by("role", "pk"):
        found.setdefault(
            row.person_id, Reader(row.person.name, f"{names[row.role]} · {row.beat or row.area}")
        )
    found.pop(matter.about_id or 0, None)
    return found
