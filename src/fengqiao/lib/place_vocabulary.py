"""The fixed words a place's configuration is written in: rights, rhythms, evidence, modules, codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Label:
    """A name in Chinese and in English."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often an item of a mechanism is due: every ``days`` calendar days, or on event when None."""

    zh: str
    en: str
    days: int | None


RIGHTS: frozenset[str] = frozenset(
    (
        "report.receive", "report.triage",
        "matter.see_area", "matter.handle", "matter.assign", "matter.escalate", "matter.consult",
        "matter.restricted",
        "contact.read", "mediation.handle", "mediation.see", "followup.record",
        "people.see", "people.appoint", "team.manage", "duty.manage",
        "territory.see", "territory.edit", "partner.manage", "dutylist.record",
        "import.run", "export.request", "bundle.run", "search.use",
        "board.see", "insight.see", "audit.read", "place.configure", "api.use", "field.use",
    )
)  # fmt: skip
"""Every right there is. Policy checks these strings and no others."""

CASE_RIGHTS: frozenset[str] = frozenset(
    r for r in RIGHTS if r.split(".")[0] in {"matter", "mediation", "contact", "followup", "report"}
)
"""Rights that show what residents said. A role that configures the place or reads the audit has none."""

CONTROL_RIGHTS: frozenset[str] = frozenset({"place.configure", "audit.read"})
"""Rights of the system's keepers, kept apart from the work (one role never has both sides)."""

RHYTHMS: Mapping[str, Rhythm] = {
    "daily": Rhythm("每天", "daily", 1),
    "weekly": Rhythm("每周", "weekly", 7),
    "fortnightly": Rhythm("每两周", "every two weeks", 14),
    "monthly": Rhythm("每月", "monthly", 30),
    "quarterly": Rhythm("每季度", "quarterly", 91),
    "half_yearly": Rhythm("每半年", "half-yearly", 182),
    "yearly": Rhythm("每年", "yearly", 365),
    "on_event": Rhythm("有事即办", "whenever it happens", None),
}

EVIDENCE_KINDS: Mapping[str, Label] = {
    "note": Label("文字记录", "note"),
    "photo": Label("照片", "photo"),
    "record": Label("系统记录", "record in the system"),
    "file": Label("材料", "document"),
}

WORDS: tuple[str, ...] = (
    "station", "police_room", "beat", "grid", "county", "street", "community", "village", "household",
    "report", "matter", "promise", "follow_up", "mediation", "joint_handling", "consultation", "ladder",
    "team", "special_team", "volunteer_brigade", "patrol_group", "alliance", "committee", "duty", "premises",
    "round", "duty_list", "certificate", "mediation_number",
)  # fmt: skip
"""Glossary words that every place must be able to say in its own way."""

MODULES: tuple[str, ...] = (
    "portal", "field", "board", "api", "mediation", "premises", "patrols", "dispatch", "cameras", "outreach",
    "services", "insight", "prevention",
)  # fmt: skip
"""Rooms of the house a place can switch on or off. Reports and matters are always on."""

START_CODES: tuple[str, ...] = ("G", "V", "T", "C", "P")
"""Where the handling of a category starts: grid, village or community, street, county, station."""

AREA_RANKS: tuple[str, ...] = ("grid", "village", "community", "street", "county")
"""Ranks of areas from the smallest up; the levels of a ladder are among them."""

STATION = "station"
"""Key of the station's own level, beside the ladder."""
