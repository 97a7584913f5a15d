"""Sign-in names of the demonstration: for each role somebody who has work to do, and all near one another."""

from __future__ import annotations

from collections import Counter

from fengqiao.demo.load import Ground
from fengqiao.demo.model import Person, Township
from fengqiao.matters.models import Matter

_FIRST = ("duty_officer", "village_officer", "beat_officer", "grid_worker")


def name_accounts(town: Township, ground: Ground) -> None:
    """Give each role's sign-in name (its key) to the one who is best to look at.

    That is whoever is nearest to those named before - the duty officer's station, the beat officer's beat, the
    grid worker's grid - and among them whoever has most to do, so that their days are not empty and they meet in
    the same matters. Over several stations the widest head comes first.
    """
    busy = Counter(Matter.objects.open().values_list("owner_id", flat=True))
    roles = list(dict.fromkeys(p.role for p in town.people))
    ways = _Ways(town)
    for role in sorted(roles, key=lambda r: _FIRST.index(r) if r in _FIRST else len(_FIRST)):
        people = [p for p in town.people if p.role == role]
        best = max(people, key=lambda p: (ways.near(p), busy[ground.people[p.code].pk]))
        ways.add(best)
        _swap(ground, people[0], best, role)


class _Ways:
    """Where those who have a name already work."""

    def __init__(self, town: Township) -> None:
        self._town = town
        self._grids: set[str] = set()
        self._codes: set[str] = set()

    def add(self, person: Person) -> None:
        """Keep in mind where this one works; only the first four draw the others to their ground."""
        if person.role not in _FIRST:
            return
        self._grids |= set(self._beats(person))
        grounds = self._beats(person) or [person.area]
        self._codes |= {area.code for code in grounds for area in self._town.chain(code)}

    def near(self, person: Person) -> int:
        """How near: on the same grids 3, in the same village or community 2, in the same street 1."""
        if person.role == "station_head":
            return -len(self._town.chain(person.area))
        own = set(self._beats(person))
        if own:
            return 3 if own & self._grids else 1 if self._street(person) in self._codes else 0
        if person.area in self._grids:
            return 3
        wide = self._town.area_by_code[person.area].rank in ("street", "county")
        known = person.area in self._codes
        return (1 if wide else 2) if known else 0

    def _beats(self, person: Person) -> list[str]:
        return [grid for code in person.beats for grid in self._town.beat_by_code[code].grids]

    def _street(self, person: Person) -> str:
        return self._town.chain(person.area)[0].code


def _swap(ground: Ground, first: Person, best: Person, role: str) -> None:
    """Who held the name so far takes the other's."""
    was, new = ground.people[first.code], ground.people[best.code]
    if was.pk == new.pk:
        return
    spare, was.username = new.username, f"{new.username}-"
    was.save(update_fields=["username"])
    new.username = role
    new.save(update_fields=["username"])
    was.username = spare
    was.save(update_fields=["username"])
