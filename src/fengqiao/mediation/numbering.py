"""Names of committees and case numbers such as 〔2026〕临溪人调字第12号, from the area and the place's own words."""

from __future__ import annotations

import re
from datetime import datetime

from fengqiao.lib import clock
from fengqiao.lib.place_config import STATION, current_place
from fengqiao.lib.place_types import Level
from fengqiao.matters.actions._base import next_number
from fengqiao.teams.models import Team
from fengqiao.territory.models import Area
from fengqiao.territory.queries import ancestors, area_at_rank

_TAIL = re.compile(r"(?:街道办事处|街道|社区|新区|镇|乡|村|区|县|市)$")
_MARK_LIMIT = 16


def ladder_level(key: str) -> Level:
    """The level ``key`` of the place's ladder; a level the ladder does not have counts as its lowest."""
    place = current_place()
    try:
        return place.level(key)
    except KeyError:
        return place.ladder[0]


def seat(area: Area, level: str) -> Area:
    """The area whose committee mediates at ``level``: the one of that rank in the area's line, else the area.

    Levels of the ladder are named after ranks; at the station the street's committee sits.
    """
    key = ladder_level(level).key
    rank = "street" if key == STATION else key
    found = area_at_rank(area, rank)
    if found is None and rank in {"village", "community"}:
        found = area_at_rank(area, "community" if rank == "village" else "village")
    return found or area


def committee_of(area: Area, level: str) -> str:
    """The committee's name: the mediation committee on the team list there, else named after the area."""
    where = seat(area, level)
    team = Team.objects.filter(kind="mediation_committee", area=where, ended_on__isnull=True).first()
    return team.name if team else f"{where.name}人民调解委员会"


def case_number(area: Area, level: str, at: datetime) -> str:
    """The next case number of the committee's mark and year, taken inside the running transaction.

    Committees of the same mark share one row of numbers, so no number is given twice.
    """
    year = clock.local(at).year
    mark = mark_of(seat(area, level))
    return number_words(year, mark, next_number(counter_key(year, mark)))


def counter_key(year: int, mark: str) -> str:
    """Under which key the numbers of a mark and year are counted."""
    return f"mediation-{year}-{mark}"


def number_words(year: int, mark: str, number: int) -> str:
    """A case number as it is written."""
    return f"〔{year}〕{mark}第{number}号"


def mark_of(area: Area) -> str:
    """The mark of an area's case numbers, by the place's pattern: 临溪镇 -> 临溪人调字."""
    short = _TAIL.sub("", area.name) or area.name
    pattern = current_place().word("mediation_number")
    return pattern.replace("{place}", short)[:_MARK_LIMIT]


def street_of(area: Area) -> str:
    """The name of the street or township above ``area``, empty for none."""
    return next((a.name for a in ancestors(area) if a.rank == "street"), "")
