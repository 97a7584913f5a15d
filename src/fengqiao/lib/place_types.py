"""What a place may configure, as plain values. How they are read from files is in ``place_reader``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fengqiao.lib.place_vocabulary import RHYTHMS


@dataclass(frozen=True, slots=True)
class Level:
    """One step of the ladder of handling, or the station's own place beside it (key STATION).

    ``key``: the rank of area it belongs to. ``days``: calendar days a matter may stay before it climbs.
    ``starts``: start codes of categories that begin here. ``roles``: who answers here, in the order asked.
    ``climbs_to``: key of the next level, None at the top.
    """

    key: str
    zh: str
    en: str
    days: int
    starts: tuple[str, ...]
    roles: tuple[str, ...]
    climbs_to: str | None


@dataclass(frozen=True, slots=True)
class Role:
    """A role people are appointed to.

    ``certificate``: an appointment comes with a printed certificate naming ``duties`` (Chinese sentences).
    ``term_months``: usual length of an appointment, None for open-ended.
    """

    key: str
    zh: str
    en: str
    rights: tuple[str, ...]
    certificate: bool = False
    term_months: int | None = None
    duties: tuple[str, ...] = ()

    def may(self, right: str) -> bool:
        """Whether the role carries ``right``."""
        return right in self.rights


@dataclass(frozen=True, slots=True)
class TeamKind:
    """A kind of team.

    ``leaders``: 1 or 2 named leaders at any time. With 1, any of ``leader_roles`` may lead; with 2, one
    leader comes from each of the first two.
    """

    key: str
    zh: str
    en: str
    leaders: int
    leader_roles: tuple[str, ...]
    member_roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to be kept up.

    ``owner``: key of a role. ``rhythm``: key of RHYTHMS. ``evidence``: key of EVIDENCE_KINDS.
    """

    key: str
    zh: str
    en: str
    owner: str
    rhythm: str
    evidence: str

    @property
    def every_days(self) -> int | None:
        """Calendar days between two times, None when it is done as needed."""
        return RHYTHMS[self.rhythm].days


@dataclass(frozen=True, slots=True)
class Mechanism:
    """A named way of working as a list of items."""

    key: str
    zh: str
    en: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class DutyGroup:
    """One group of a duty list."""

    key: str
    zh: str
    en: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class DutyList:
    """A duty list in groups of items."""

    key: str
    zh: str
    en: str
    groups: tuple[DutyGroup, ...]

    @property
    def items(self) -> tuple[Item, ...]:
        """All items in order."""
        return tuple(item for group in self.groups for item in group.items)


@dataclass(frozen=True, slots=True)
class Kind:
    """A named kind of partner or shared resource."""

    key: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class MediationRoomKind:
    """A kind of mediation room and the level (key in the ladder) it serves."""

    key: str
    zh: str
    en: str
    level: str


@dataclass(frozen=True, slots=True)
class CategoryChanges:
    """What a place changes in the reference categories; values are checked where categories are read.

    ``add`` and ``change``: code -> column -> value as text. ``off``: codes not used here.
    ``file``: named in messages.
    """

    add: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    change: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    off: tuple[str, ...] = ()
    file: str = ""


@dataclass(frozen=True, slots=True)
class TeamScale:
    """How many teams of a kind the demonstration makes, and how many people they have together."""

    kind: str
    count: int
    people: int


@dataclass(frozen=True, slots=True)
class Scale:
    """The size of the demonstration of a place (counts; area in square kilometres).

    ``zones``: special quarters laid out with posts of their own. ``households_of_first_village``: one village
    has exactly so many, 0 for an ordinary one. ``tenants``: people who rent there, on top of ``residents``.
    ``years``: how far the told past reaches back. ``disputes_per_year``: how many of a year's reports are of
    disputes, 0 for as many as usual; ``mediated_percent`` of those that may be mediated are, and about
    ``settled_percent`` of these are settled.
    """

    area_km2: float
    stations: int
    streets: int
    communities: int
    villages: int
    grids: int
    beats: int
    residents: int
    households: int
    premises: int
    key_sites: int
    officers: int
    auxiliaries: int
    volunteers: int
    matters_per_year: int
    zones: int = 0
    households_of_first_village: int = 0
    tenants: int = 0
    years: int = 1
    disputes_per_year: int = 0
    mediated_percent: int = 62
    settled_percent: int = 97
    teams: tuple[TeamScale, ...] = ()


@dataclass(frozen=True, slots=True)
class PlaceConfig:
    """Everything a place decides for itself. Made by ``place_config.load_place``; never changed."""

    key: str
    name_zh: str
    name_en: str
    words: Mapping[str, str]
    words_en: Mapping[str, str]
    ladder: tuple[Level, ...]
    station_level: Level
    roles: tuple[Role, ...]
    answer_chain: tuple[str, ...]
    team_kinds: tuple[TeamKind, ...]
    mechanisms: tuple[Mechanism, ...]
    duty_lists: tuple[DutyList, ...]
    partner_kinds: tuple[Kind, ...]
    resource_kinds: tuple[Kind, ...]
    mediation_room_kinds: tuple[MediationRoomKind, ...]
    categories: CategoryChanges
    modules: Mapping[str, bool]
    scale: Scale

    def word(self, key: str, language: str = "zh-hans") -> str:
        """The local word for a glossary key. Raises KeyError for a key that is not in WORDS."""
        return self.words[key] if language.startswith("zh") else self.words_en[key]

    def role(self, key: str) -> Role:
        """The role ``key``. Raises KeyError when the place has none of that name."""
        return {role.key: role for role in self.roles}[key]

    def team_kind(self, key: str) -> TeamKind:
        """The kind of team ``key``. Raises KeyError when the place has none of that name."""
        return {kind.key: kind for kind in self.team_kinds}[key]

    def level(self, key: str) -> Level:
        """The level ``key``, the station's own among them. Raises KeyError for an unknown key."""
        for level in (*self.ladder, self.station_level):
            if level.key == key:
                return level
        raise KeyError(f"no level {key!r}")

    def start_level(self, code: str) -> Level:
        """Where a category with start code ``code`` (G V T C P) begins here. Raises KeyError for others."""
        for level in (*self.ladder, self.station_level):
            if code in level.starts:
                return level
        raise KeyError(f"no level starts with {code!r}")

    def next_level(self, key: str) -> Level | None:
        """The level a matter climbs to from ``key``; None at the top."""
        above = self.level(key).climbs_to
        return None if above is None else self.level(above)

    def has(self, module: str) -> bool:
        """Whether the place uses ``module``."""
        return self.modules[module]
