"""Who answers for a piece of ground at an hour: always one person, with the reason in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db.models import Q

from fengqiao.accounts.models import Person
from fengqiao.lib import clock
from fengqiao.lib.place_config import current_place
from fengqiao.teams.choices import DutyKind
from fengqiao.teams.models import Appointment, Duty
from fengqiao.territory.choices import Rank
from fengqiao.territory.models import Area, Beat
from fengqiao.territory.queries import ancestors, area_at_rank, beats_over

DUTY_OFFICER = "duty_officer"
HANDLES = "matter.handle"
_GROUND_RANKS = (Rank.GRID, Rank.VILLAGE, Rank.COMMUNITY)
_GROUND_DUTY = (DutyKind.BEAT, DutyKind.DESK, DutyKind.LEAD, DutyKind.PATROL)


@dataclass(frozen=True)
class Answer:
    """One person and the reason. ``fallback``: nobody of this ground, or without the role that was wanted."""

    person: Person
    because: str
    fallback: bool


class Search:
    """One search for an answer; reads each table once and only when a step needs it."""

    def __init__(self, area: Area, at: datetime, role: str, exclude: frozenset[int]) -> None:
        self.area, self.role, self.exclude = area, role, exclude
        self.at, self.day = at, clock.local(at).date()

    @cached_property
    def line(self) -> list[Area]:
        """From the area itself up to the root."""
        return list(reversed(ancestors(self.area)))

    @cached_property
    def beats(self) -> list[Beat]:
        """Beats over the area, main first; none for a whole street or county."""
        return beats_over(self.area) if self.area.rank in _GROUND_RANKS else []

    @cached_property
    def roles(self) -> dict[str, str]:
        """Roles whose holders may handle matters, with their words."""
        return {r.key: r.zh for r in current_place().roles if r.may(HANDLES)}

    @cached_property
    def appointments(self) -> list[Appointment]:
        """Appointments of active people over this line or its beats on the day, earliest first."""
        over = Q(area__in=self.line) | Q(beat__in=self.beats)
        rows = Appointment.objects.on(self.day).filter(over, person__is_active=True, role__in=self.roles)
        rows = rows.exclude(person_id__in=self.exclude).select_related("person")
        return list(rows.order_by("valid_from", "pk"))

    @cached_property
    def duties(self) -> list[Duty]:
        """Duty running now, of people who may handle matters."""
        rows = Duty.objects.at(self.at).filter(person__is_active=True)
        rows = rows.exclude(person_id__in=self.exclude).select_related("person", "beat", "area", "team")
        return list(rows.order_by("starts_at", "pk"))

    def on_ground(self, role: str) -> Answer | None:
        """On duty now for the beat or the ground itself, holding ``role`` where one is named."""
        ground = {a.pk for a in self.line if a.rank in _GROUND_RANKS}
        beats = [b.pk for b in self.beats]
        able = self._able(role)
        here = [d for d in self.duties if d.kind in _GROUND_DUTY and d.person_id in able]
        rows = [d for d in here if d.beat_id in beats or _ground_of(d) in ground]
        if not rows:
            return None
        first = min(rows, key=lambda d: (beats.index(d.beat_id) if d.beat_id in beats else len(beats), d.pk))
        where, until = first.beat or first.area or first.team, clock.local(first.ends_at)
        return Answer(first.person, f"{where} 此刻在班，到 {until:%H:%M}", False)

    def _able(self, role: str) -> set[int]:
        return {a.person_id for a in self.appointments if role in ("", a.role)}

    def appointed(self, role: str, *, fallback: bool) -> Answer | None:
        """The nearest holder of ``role``: the area itself, its beats, then upward; those on duty first."""
        word = self.roles.get(role)
        if not word:
            return None
        on_duty = {d.person_id for d in self.duties}
        for where, rows in self._places(role):
            best = min(rows, key=lambda a: (a.person_id not in on_duty, a.valid_from, a.pk))
            return Answer(best.person, f"{where}的{word}", fallback)
        return None

    def _places(self, role: str) -> Iterable[tuple[Area | Beat, list[Appointment]]]:
        rows = [a for a in self.appointments if a.role == role]
        spots: list[Area | Beat] = [self.area, *self.beats, *self.line[1:]]
        for spot in spots:
            beat = isinstance(spot, Beat)
            here = [a for a in rows if (a.beat_id if beat else a.area_id) == spot.pk]
            if here:
                yield spot, here

    def duty_desk(self) -> Answer | None:
        """A duty officer on duty now, the desk before the others."""
        able = self._able(DUTY_OFFICER)
        rows = [d for d in self.duties if d.person_id in able]
        if not rows:
            return None
        first = min(rows, key=lambda d: (d.kind != DutyKind.DESK, d.pk))
        return Answer(first.person, f"在班的{self.roles[DUTY_OFFICER]}", True)


def _ground_of(duty: Duty) -> int | None:
    """The area a duty is for: its own, or that of the team it is for."""
    if duty.area_id is None and duty.beat_id is None and duty.team is not None:
        return duty.team.area_id
    return duty.area_id


def search(area: Area, at: datetime, *, role: str, level: str, exclude: frozenset[int]) -> Answer | None:
    """All steps but the last; None when nobody is there but the station's default owner."""
    base = (area_at_rank(area, level) or area) if level else area
    look = Search(base, at, role, exclude)
    return _wanted(look, level) or _chain(look)


def _wanted(look: Search, level: str) -> Answer | None:
    """Who is wanted by name of role, else by the level of the ladder, else whoever is on duty on the ground."""
    wanted = (look.role,) if look.role else _level_roles(level)
    if not wanted:
        return look.on_ground("")
    for role in wanted:
        found = look.on_ground(role) or look.appointed(role, fallback=False)
        if found:
            return found
    return None


def _level_roles(level: str) -> tuple[str, ...]:
    if not level:
        return ()
    try:
        return current_place().level(level).roles
    except KeyError:
        return ()


def _chain(look: Search) -> Answer | None:
    """The place's own chain for a piece of ground: normally beat officer, duty officer on duty, station head."""
    words = {r.key: r.zh for r in current_place().roles}
    missing = f"没有在岗的{words[look.role]}" if look.role in words else f"{look.area} 没有在岗的人"
    for n, (role, on_desk) in enumerate(_steps(current_place().answer_chain)):
        second = bool(look.role) or n > 0
        found = look.duty_desk() if on_desk else look.appointed(role, fallback=second)
        if found:
            return (
                found if not second else Answer(found.person, f"{missing}，由{found.because}接手"[:120], True)
            )
    return None


def _steps(chain: Sequence[str]) -> list[tuple[str, bool]]:
    """Roles in the order asked; True where only somebody on duty now counts. Duty officers at home come last."""
    steps = [(role, role == DUTY_OFFICER) for role in chain]
    if DUTY_OFFICER not in chain:
        steps.append((DUTY_OFFICER, True))
    return [*steps, (DUTY_OFFICER, False)]
