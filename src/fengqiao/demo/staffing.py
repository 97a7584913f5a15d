"""Who takes up what: the people of a township found by role and ground."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

import yaml

from fengqiao.demo.model import Person, Township

_TEAMS_OF_GROUND = ("community_team", "village_team")


@cache
def _reference(name: str) -> Any:
    """The newest reference file whose name begins with ``name``."""
    folder = files("fengqiao.matters") / "data"
    newest = max(entry.name for entry in folder.iterdir() if entry.name.startswith(name))
    return yaml.safe_load((folder / newest).read_text(encoding="utf-8"))


@cache
def handler_roles() -> dict[str, tuple[str, ...]]:
    """For every handler code (VC, GO ...) the roles asked, in order."""
    return {entry["code"]: tuple(entry["roles"]) for entry in _reference("ladder-")["handlers"]}


@cache
def follow_up_rules() -> tuple[dict[str, Any], ...]:
    """The rules by which somebody goes back to look."""
    return tuple(_reference("follow_ups-")["rules"])


class Staffing:
    """Finds people; answers are kept, so the same question costs nothing the second time."""

    def __init__(self, township: Township) -> None:
        self._town = township
        self._by_area: dict[tuple[str, str], list[Person]] = {}
        self._by_unit: dict[str, list[Person]] = {}
        self._by_beat: dict[tuple[str, str], list[Person]] = {}
        for person in township.people:
            self._by_area.setdefault((person.role, person.area), []).append(person)
            for own in person.beats:
                self._by_beat.setdefault((person.role, own), []).append(person)
            if person.unit:
                self._by_unit.setdefault(person.unit, []).append(person)
        self._beat_of_grid: dict[str, str] = {}
        for beat in township.beats:
            for grid in beat.grids:
                self._beat_of_grid[grid] = beat.code
        self._team_of_beat = {
            beat: team
            for team in township.teams
            if team.kind in _TEAMS_OF_GROUND
            for leader in team.leaders
            for beat in township.person_by_code[leader].beats
        }
        self._found: dict[tuple[str, str], tuple[Person, ...]] = {}
        self._duty = [p for p in township.people if p.role == "duty_officer"] or list(township.people[:1])

    def handler(self, code: str, grid: str, rng: Random) -> Person:
        """Somebody for a handler code in a grid; a duty officer where nobody holds the role."""
        return _one(self._candidates(code, grid), rng)

    def beat_officer(self, grid: str, rng: Random) -> Person:
        """The beat officer of a grid."""
        return _one(self._candidates("CP", grid), rng)

    def mediator(self, grid: str, level: str, rng: Random) -> Person:
        """A mediator near a grid; above the village, one of the justice office or the street."""
        return _one(self._candidates("JU" if level in ("street", "county") else "MD", grid), rng)

    def company(self, grid: str, rng: Random) -> list[Person]:
        """Who may be asked to help on a grid, one of each role, in any order: its own worker and committee, its
        beat officer, and others of the team that works there."""
        found = [self.handler(code, grid, rng) for code in ("GO", "VC", "CP")]
        team = self._team_of_beat.get(self._beat_of_grid.get(grid, ""))
        members = [self._town.person_by_code[code] for code in team.members] if team else []
        rng.shuffle(members)
        one_each = {person.role: person for person in reversed([*found, *members])}
        people = sorted(one_each.values(), key=lambda person: person.code)
        rng.shuffle(people)
        return people

    def lawyer(self) -> Person | None:
        """A lawyer who advises, where there is one."""
        return next((person for person in self._town.people if person.role == "lawyer"), None)

    def duty(self, rng: Random) -> Person:
        """An officer on duty."""
        return _one(tuple(self._duty), rng)

    def _candidates(self, code: str, grid: str) -> tuple[Person, ...]:
        found = self._found.get((code, grid))
        if found is None:
            found = self._found[code, grid] = tuple(self._search(code, grid)) or tuple(self._duty)
        return found

    def _search(self, code: str, grid: str) -> list[Person]:
        chain = [area.code for area in self._town.chain(grid)]
        for role in handler_roles().get(code, ()):
            if role == "department_staff":
                found = self._by_unit.get(code, [])
            elif (role, beat := self._beat_of_grid.get(grid, "")) in self._by_beat:
                found = self._by_beat[role, beat]
            else:
                found = next(
                    (self._by_area[role, area] for area in chain if (role, area) in self._by_area), []
                )
            if found:
                return found
        return []


def _one(people: tuple[Person, ...], rng: Random) -> Person:
    return people[int(rng.random() * len(people))]
