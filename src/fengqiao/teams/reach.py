"""What accounts need to know of the work of people: who sees whom, who manages whom, who is still needed."""

from __future__ import annotations

from django.utils.translation import gettext as _

from fengqiao.accounts.models import Person
from fengqiao.accounts.scope import Actor
from fengqiao.lib import clock
from fengqiao.lib.place_config import CONTROL_RIGHTS, current_place
from fengqiao.teams.models import Appointment, Station

APPOINT, SEE = "people.appoint", "people.see"


class TeamReach:
    """The answer of appointments.

    ``manages``: the right to appoint over all ground of the person's appointments, present and to come, and
    none of their roles keeps the system (those accounts belong to the command line). Whose last appointment
    ended still belongs where they worked; somebody who never had one is managed by whoever may appoint. ``sees``:
    the right to see people over any of that ground.
    """

    def sees(self, by: Actor, person: Person) -> bool:
        paths = _ground(person)
        if not paths:
            return by.scope.can(APPOINT)
        return any(by.scope.can(SEE, path) for path in paths)

    def manages(self, by: Actor, person: Person) -> bool:
        if not by.scope.can(APPOINT) or _keeps_the_system(person):
            return False
        return all(by.scope.can(APPOINT, path) for path in _ground(person))

    def keeps_things(self, person: Person) -> str:
        if Station.objects.filter(default_owner=person).exists():
            return _("%(person)s 是本所的默认负责人，请先指定另一位") % {"person": person.name}
        return ""


def live_appointments(person: Person) -> list[Appointment]:
    """Appointments that hold today or will."""
    today = clock.local(clock.now()).date()
    rows = Appointment.objects.filter(person=person, revoked_at__isnull=True).select_related(
        "area", "beat__area"
    )
    return [a for a in rows if a.valid_to is None or a.valid_to > today]


def ground_of(appointment: Appointment) -> str:
    """Path of the area an appointment lies in: its own, or that of its beat."""
    if appointment.area is not None:
        return appointment.area.path
    return appointment.beat.area.path if appointment.beat is not None else ""


def _ground(person: Person) -> set[str]:
    live = {ground_of(a) for a in live_appointments(person)}
    if live:
        return live
    past = Appointment.objects.filter(person=person).select_related("area", "beat__area")
    return {ground_of(a) for a in past}


def _keeps_the_system(person: Person) -> bool:
    keepers = {r.key for r in current_place().roles if CONTROL_RIGHTS & set(r.rights)}
    return any(a.role in keepers for a in live_appointments(person))
