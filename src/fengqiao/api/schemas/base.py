"""What all schemas share: bodies that know their fields, and values that cannot break a database."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

Item = TypeVar("Item")


class Body(BaseModel):
    """Something sent here. A field nobody knows is refused: it is a slip of the pen, and would be lost silently."""

    model_config = ConfigDict(extra="forbid")


class Asked(BaseModel):
    """Parameters of a question; unknown ones do no harm."""


class Out(BaseModel):
    """Something answered."""


def _no_nul(text: str) -> str:
    return text.replace("\x00", "")


def _sane(moment: datetime) -> datetime:
    if not 1900 <= moment.year <= 2200:
        raise ValueError("year")
    return moment.astimezone(UTC)


def _sane_day(day: date) -> date:
    if not 1900 <= day.year <= 2200:
        raise ValueError("year")
    return day


Text = Annotated[str, Field(max_length=20_000), AfterValidator(_no_nul)]
"""Words of any length that still fit a letter; actions say how long is too long."""
Line = Annotated[str, Field(max_length=1000), AfterValidator(_no_nul)]
"""A short text."""
Code = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[^\x00-\x1f]+$")]
"""A code of an area, a beat, a category, a team: printable, short."""
Number = Annotated[str, Field(max_length=16, pattern=r"^[0-9]{4}-[0-9]{1,10}$", examples=["2026-00012"])]
"""The number of a matter."""
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
"""The id of a row."""
Version = Annotated[int, Field(ge=0, le=2**31 - 1)]
"""How often a thing was changed; sent back to say "as I saw it"."""
Moment = Annotated[AwareDatetime, AfterValidator(_sane)]
"""A time with a zone."""
Day = Annotated[date, AfterValidator(_sane_day)]
"""A day."""
Degrees = Annotated[float, Field(ge=-1e8, le=1e8, allow_inf_nan=False)]
"""A coordinate: degrees, or metres in a projected system."""
Limit = Annotated[int, Field(ge=1, le=200)]
"""How many rows a page holds."""
Cursor = Annotated[str, Field(max_length=300)]
"""Where the last page ended, as it was given out."""
Severity = Annotated[int, Field(ge=1, le=4)]
"""1 danger now, 2 may worsen within hours, 3 ordinary, 4 small."""


class Named(Out):
    """Somebody or something by its id and name."""

    id: int
    name: str


class AreaName(Out):
    """An area by its code and name."""

    code: str
    name: str
    rank: str


class Done(Out):
    """It was done; nothing more to say."""

    done: bool = True
