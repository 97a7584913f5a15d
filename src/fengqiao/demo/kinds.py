"""What the story needs to know of every category code: the reference data's facts and how reports of it
arise."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import cast

from fengqiao.algorithms.workcalendar import Unit


@dataclass(frozen=True, slots=True)
class Kind:
    """One category code.

    From the reference data: ``kind`` of matter, ``severity`` 1-4, due time, handler ``role`` code, start
    ``level`` code, ``mediation`` (Y, C or N), ``restricted``. From data/kinds.csv: the ``group`` of the
    base mix and the ``weight`` in it, the row of data/rhythm.csv, the ``setting``, the chance that others
    report the same event (``echo``), that it comes back (``again``), and the ``voice`` profile of
    data/voice_mix.csv.
    """

    code: str
    head: str
    kind: str
    name: str
    severity: int
    due_amount: int
    due_unit: Unit
    role: str
    level: str
    mediation: str
    restricted: bool
    group: str
    weight: float
    rhythm: str
    setting: str
    echo: float
    again: float
    voice: str


def _rows(package: str, name: str) -> list[dict[str, str]]:
    text = (files(package) / "data" / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def demo_table(name: str) -> list[dict[str, str]]:
    """The rows of one of the demo's own tables."""
    return _rows("fengqiao.demo", name)


@cache
def kinds() -> dict[str, Kind]:
    """All codes of the newest reference table. Raises ``KeyError`` where the demo's table misses one."""
    folder = files("fengqiao.matters") / "data"
    newest = max(entry.name for entry in folder.iterdir() if entry.name.startswith("categories-"))
    own = {row["code"]: row for row in demo_table("kinds.csv")}
    return {row["code"]: _kind(row, own[row["code"]]) for row in _rows("fengqiao.matters", newest)}


def _kind(facts: dict[str, str], own: dict[str, str]) -> Kind:
    return Kind(
        code=facts["code"], head=facts["head"], kind=facts["kind"], name=facts["zh"],
        severity=int(facts["severity"]), due_amount=int(facts["due_amount"]),
        due_unit=cast(Unit, facts["due_unit"]), role=facts["role"], level=facts["level"],
        mediation=facts["mediation"], restricted=facts["restricted"] == "1", group=own["group"],
        weight=float(own["weight"]), rhythm=own["rhythm"], setting=own["setting"], echo=float(own["echo"]),
        again=float(own["again"]), voice=own["voice"],
    )  # fmt: skip
