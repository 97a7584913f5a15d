"""Who one is, the words of the place, figures, search."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from fengqiao.api.schemas.base import Asked, Body, Line, Out
from fengqiao.api.schemas.matters import MatterRow
from fengqiao.api.schemas.people import AppointmentOut
from fengqiao.api.schemas.reports import InboxCountsOut, ReportRow


class MeOut(Out):
    """Who is calling, and what they may do where."""

    id: int
    username: str
    name: str
    title: str
    language: str
    roles: list[str]
    rights: list[str]
    appointments: list[AppointmentOut]


class LanguageIn(Body):
    """``zh-hans`` or ``en``."""

    language: Line


class TokenOut(Out):
    """A token; its secret was shown once and is not kept."""

    id: int
    label: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


class NewToken(Body):
    """For whom and what, and for how many days."""

    label: Line
    days: Annotated[int, Field(ge=-1000, le=10_000)] = 90


class IssuedOut(TokenOut):
    """A fresh token with its secret: keep it now, it is never shown again."""

    secret: str


class CategoryOut(Out):
    """A category in force."""

    code: str
    kind: str
    head: str
    head_words: str
    name: str
    zh: str
    en: str
    severity: int
    due_amount: int
    due_unit: str
    role: str
    level: str
    mediation: str
    tell_110: int
    restricted: bool
    report_class: str
    valid_from: date


class TransitionOut(Out):
    """A verb, the states it starts from, the state it leads to (empty: stays), and who may do it."""

    verb: str
    words: str
    sources: list[str]
    target: str
    who: list[str]


class StatesOut(Out):
    """The tables that say what may follow what, and the states in words."""

    matters: list[TransitionOut]
    matter_states: dict[str, str]
    reports: list[TransitionOut]
    report_states: dict[str, str]
    mediations: list[TransitionOut]
    mediation_states: dict[str, str]


class LevelOut(Out):
    """One step of the ladder."""

    key: str
    words: str
    days: int
    roles: list[str]
    climbs_to: str


class ConfigurationOut(Out):
    """How this place is configured: its words, ladder, roles and kinds."""

    key: str
    name: str
    station: str
    ladder: list[LevelOut]
    roles: dict[str, str]
    team_kinds: dict[str, str]
    partner_kinds: dict[str, str]
    resource_kinds: dict[str, str]


class SearchFilters(Asked):
    """The words to be found, all of them."""

    q: Annotated[str, Field(min_length=1, max_length=100)]
    limit: Annotated[int, Field(ge=1, le=50)] = 20


class SearchOut(Out):
    """Matters and reports in reach that hold all the words."""

    matters: list[MatterRow]
    reports: list[ReportRow]


class MatterCountsOut(Out):
    """Figures over one's own open matters."""

    mine: int
    late: int
    due_today: int
    waiting: int


class CountsOut(Out):
    """Figures for one person: their own matters, and what waits in the inbox where they triage."""

    matters: MatterCountsOut
    inbox: InboxCountsOut | None


class NoticeOut(Out):
    """One message to oneself; ``link`` is a path of the desk."""

    id: int
    kind: str
    text: str
    link: str
    at: datetime
    read_at: datetime | None


class NoticeFilters(Asked):
    """Only those not read yet, or all of the last ones."""

    unread: bool = True
