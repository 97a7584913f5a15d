"""The duty pattern: crews take turns day by day, beat officers work by day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from fengqiao.demo.model import Crew, Person, Rota, Station, Township

SHANGHAI = ZoneInfo("Asia/Shanghai")
START = date(2024, 1, 1)
_CHANGE = time(8, 30)
_HOME = time(18)
_CREWS = 4
_ON_BEATS = ("beat_officer", "village_officer", "village_auxiliary")


@dataclass(frozen=True, slots=True)
class Shift:
    """Somebody on duty from an instant to an instant (UTC). ``kind``: lead, desk, patrol, standby or beat."""

    person: str
    station: str
    kind: str
    begins: datetime
    ends: datetime
    beat: str = ""


def make_rotas(stations: tuple[Station, ...], people: list[Person]) -> tuple[Rota, ...]:
    """Four crews a station, fewer where there are not enough people to lead them."""
    rotas = []
    for station in stations:
        own = [person for person in people if person.station == station.code]
        leaders = [p for p in own if p.role == "station_head" or p.title == "副所长"]
        officers = [p for p in own if p.role in ("duty_officer", "beat_officer") and p not in leaders]
        helpers = [p for p in own if p.role == "auxiliary"]
        crews = max(1, min(_CREWS, len(officers) or 1))
        rotas.append(
            Rota(
                station.code, START, tuple(_crew(n, crews, leaders, officers, helpers) for n in range(crews))
            )
        )
    return tuple(rotas)


def _crew(
    number: int, crews: int, leaders: list[Person], officers: list[Person], helpers: list[Person]
) -> Crew:
    mine = [person.code for person in officers[number::crews]] or [person.code for person in leaders]
    with_me = [person.code for person in helpers[number::crews]]
    half = max(1, len(with_me) // 2)
    lead = leaders[number % len(leaders)].code
    desk = tuple(mine[:1] + with_me[:1])
    return Crew(lead, desk, tuple(mine[1:2] + with_me[1 : half + 1]), tuple(mine[2:3] + with_me[half + 1 :]))


def shifts(township: Township, day: date) -> Iterator[Shift]:
    """All duty that begins on a day (Shanghai date): the crew's 24 hours, and who works on a beat from 08:30 to
    18:00, Sundays off. Nobody stands in two places at the same hours: with today's crew means
    not on a beat, and who has several beats takes them by turns."""
    begins, ends = _instant(day, _CHANGE), _instant(day + timedelta(days=1), _CHANGE)
    busy: set[str] = set()
    for rota in township.rotas:
        crew = _crew_on(rota, day)
        busy |= _people_of(crew)
        for kind, people in (
            ("lead", (crew.lead,)),
            ("desk", crew.desk),
            ("patrol", crew.patrol),
            ("standby", crew.standby),
        ):
            for person in people:
                yield Shift(person, rota.station, kind, begins, ends)
    if day.weekday() == 6:
        return
    evening = _instant(day, _HOME)
    for person_ in township.people:
        if person_.role in _ON_BEATS and person_.beats and person_.code not in busy:
            beat = person_.beats[day.toordinal() % len(person_.beats)]
            yield Shift(person_.code, person_.station, "beat", begins, evening, beat)


def _crew_on(rota: Rota, day: date) -> Crew:
    return rota.crews[(day - rota.start).days % len(rota.crews)]


def _people_of(crew: Crew) -> set[str]:
    return {crew.lead, *crew.desk, *crew.patrol, *crew.standby}


def _instant(day: date, at: time) -> datetime:
    return datetime.combine(day, at, tzinfo=SHANGHAI).astimezone(UTC)
