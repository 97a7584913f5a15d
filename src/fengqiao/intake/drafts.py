"""What doors hand to intake and get back: plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fengqiao.intake.models import Report
from fengqiao.matters.models import Matter


@dataclass(frozen=True, slots=True)
class ContactDraft:
    """How the reporter can be reached; sealed at once, never kept in clear."""

    name: str = ""
    phone: str = ""
    wants_news: bool = False
    safe_time: str = ""

    def __repr__(self) -> str:
        return "ContactDraft(…)"  # a traceback or log line must not carry a name or number


@dataclass(frozen=True, slots=True)
class UploadedPhoto:
    """One uploaded file as it came: name given by the sender and its bytes."""

    name: str
    data: bytes

    def __repr__(self) -> str:
        return f"UploadedPhoto({len(self.data)} bytes)"


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer to a report: the row and whether it was made by this call."""

    report: Report
    created: bool

    @property
    def code(self) -> str:
        """The receipt code."""
        return self.report.code


@dataclass(frozen=True, slots=True)
class ContactCard:
    """An opened contact; show it once, keep it nowhere."""

    name: str
    phone: str
    wants_news: bool
    safe_time: str

    def __repr__(self) -> str:
        return "ContactCard(…)"


@dataclass(frozen=True, slots=True)
class ContactRead:
    """One reading of a contact as the resident sees it: which role, what for, when (aware UTC)."""

    role: str
    purpose: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Again:
    """What became of "please look again": the matter taken up anew, or a fresh report."""

    report: Report
    matter: Matter | None
    reopened: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """One report of a bulk decision: the matter it became, or in words why not."""

    report_id: int
    matter: Matter | None
    words: str = ""
