"""Who looks at a fresh report. Asked for every report, answered from memory for at most a minute.

The memory is thrown away at once when an appointment, a duty, a person in service, a beat or the station's default
owner comes or goes; a swap of duties shows within the minute.
"""

from __future__ import annotations

import threading

from django.db import connection

from fengqiao.accounts.models import Person
from fengqiao.intake.rules import FIRST_ROLE
from fengqiao.lib import clock
from fengqiao.teams.models import Appointment, Duty, Station
from fengqiao.teams.queries import who_answers
from fengqiao.territory.models import Area, BeatGrid

_TABLES = {
    "appointments": Appointment._meta.db_table,
    "duties": Duty._meta.db_table,
    "people": Person._meta.db_table,
    "beats": BeatGrid._meta.db_table,
    "station": Station._meta.db_table,
}
_STAMP = (  # noqa: S608
    "SELECT (SELECT MAX(id) FROM {appointments}), "
    "(SELECT COUNT(*) FROM {appointments} WHERE revoked_at IS NULL), "
    "(SELECT MAX(id) FROM {duties}), (SELECT COUNT(*) FROM {people} WHERE is_active), "
    "(SELECT MAX(id) FROM {beats}), (SELECT COUNT(*) FROM {beats} WHERE valid_to IS NULL), "
    "(SELECT MAX(default_owner_id) FROM {station})"
).format(**_TABLES)

_lock = threading.Lock()
_stamp: object = None
_answers: dict[tuple[int, frozenset[int]], Person] = {}


def first_look(area: Area, avoid: frozenset[int] = frozenset()) -> Person:
    """The person who looks at reports of ``area`` now, never one of ``avoid`` (ids)."""
    global _stamp
    wanted = _now()
    key = (area.pk, avoid)
    with _lock:
        if _stamp != wanted:
            _stamp = wanted
            _answers.clear()
        found = _answers.get(key)
    if found is None:
        found = who_answers(area, role=FIRST_ROLE, exclude=avoid).person
        with _lock:
            if _stamp == wanted:
                _answers[key] = found
    return found


def _now() -> object:
    minute = int(clock.now().timestamp() // 60)
    with connection.cursor() as cursor:
        cursor.execute(_STAMP)
        return (str(connection.settings_dict["NAME"]), minute, *cursor.fetchone())
