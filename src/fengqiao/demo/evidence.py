"""What was done for the named mechanisms and duty lists over the last months, item by item in its rhythm."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from random import Random

from fengqiao.demo.grammar import Template
from fengqiao.demo.load import Ground
from fengqiao.demo.model import Person, Township
from fengqiao.lib import clock
from fengqiao.teams.models import DutyItem, Evidence

_MONTHS_BACK = timedelta(days=200)
_LONGEST = timedelta(days=400)
_ON_EVENT_DAYS = 17
_LATE = 0.12
_NUMBERS = {"n": (2, 9), "many": (12, 60), "few": (1, 4)}


@cache
def _sentences() -> dict[str, Template]:
    text = (files("fengqiao.demo") / "data" / "evidence.csv").read_text(encoding="utf-8")
    return {row["item"]: Template(row["said"]) for row in csv.DictReader(text.splitlines())}


def write_evidence(town: Township, ground: Ground, seed: int) -> int:
    """Write the evidence of all items by people who hold their role; returns how many. Items whose role nobody
    holds have none: the page says so. A few items are late."""
    rng = Random(seed * 7919)
    now = clock.now()
    rows: list[Evidence] = []
    units = [area.name for area in town.areas if area.rank in ("community", "village")]
    for item in DutyItem.objects.filter(active=True).select_related("list"):
        people = [p for p in town.people if p.role == item.owner_role]
        if not people:
            continue
        for at in _moments(item.every_days, now, rng):
            person = people[int(rng.random() * min(len(people), 6))]
            row = Evidence(
                item=item, at=at, by=ground.people[person.code], text=_words(item, person, units, rng)
            )
            row.reference = _paper(item, at) if item.evidence == "file" else ""
            rows.append(row)
    Evidence.objects.bulk_create(sorted(rows, key=lambda row: row.at), batch_size=1000)
    return len(rows)


def _moments(every: int | None, now: datetime, rng: Random) -> Iterator[datetime]:
    """Working hours on which something was done, back from now; an item in twelve was left too long of late."""
    step = timedelta(days=every or _ON_EVENT_DAYS)
    back = min(_LONGEST, max(_MONTHS_BACK, 2 * step))
    late = bool(every) and rng.random() < _LATE
    at = now - step * ((1.1 + 0.5 * rng.random()) if late else (0.1 + 0.8 * rng.random()))
    first = True
    while at > now - back or first:
        day = clock.local(at)
        yield min(
            now - timedelta(minutes=5),
            day.replace(hour=9 + int(rng.random() * 9), minute=int(rng.random() * 60)),
        )
        at -= step * ((0.5 + rng.random()) if every is None else (0.92 + 0.12 * rng.random()))
        first = False


def _words(item: DutyItem, person: Person, units: list[str], rng: Random) -> str:
    known = {key: str(low + int(rng.random() * (high - low))) for key, (low, high) in _NUMBERS.items()}
    known |= {"unit": units[int(rng.random() * len(units))], "me": person.name}
    key = f"{item.list.key}/{item.key.rpartition('/')[2]}"
    template = _sentences().get(key)
    return template.write(known, rng.random) if template else f"{item.title}：已落实"


def _paper(item: DutyItem, at: datetime) -> str:
    return f"台账 {clock.local(at):%Y%m%d}-{item.position:02}"
