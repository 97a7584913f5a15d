"""What the public door reads besides a receipt: how much came in and was settled, and a receipt's own photos."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

from django.db.models import Count, Q

from fengqiao.intake.choices import ReportState
from fengqiao.intake.files import MEDIA_TYPE, file_of, photo_for_code
from fengqiao.intake.models import Report
from fengqiao.lib.errors import OutOfReach
from fengqiao.matters.choices import State

__all__ = ["MEDIA_TYPE", "Account", "account_since", "photo_of"]

SETTLED = (State.RESOLVED, State.CLOSED)


@dataclass(frozen=True)
class Account:
    """Reports of a span of time by where they stand now: every one is counted once.

    ``elsewhere``: refused or passed on, the reporter was told where to go. ``half_within``: the time from receipt
    to result in which half of the settled ones had theirs, None when nothing was settled.
    """

    received: int
    settled: int
    elsewhere: int
    half_within: timedelta | None

    @property
    def in_hand(self) -> int:
        """Neither settled nor sent elsewhere yet."""
        return self.received - self.settled - self.elsewhere


def account_since(since: datetime) -> Account:
    """The account of what was received from ``since`` (aware) on, in two queries. Historic material is left out."""
    rows = Report.objects.filter(received_at__gte=since).exclude(state=ReportState.HISTORIC)
    settled = Q(matter__state__in=SETTLED) | Q(matter__merged_into__state__in=SETTLED)
    refused = Q(state=ReportState.REFUSED)
    passed_on = Q(matter__state=State.REFERRED) | Q(matter__merged_into__state=State.REFERRED)
    found = rows.aggregate(
        received=Count("id"),
        settled=Count("id", filter=settled & ~refused),
        elsewhere=Count("id", filter=(refused | passed_on) & ~settled),
    )
    times = rows.filter(matter__state__in=SETTLED, matter__resolved_at__isnull=False)
    pairs = times.values_list("received_at", "matter__resolved_at")
    seconds = [(done - came).total_seconds() for came, done in pairs if done]
    return Account(**found, half_within=timedelta(seconds=median(seconds)) if seconds else None)


def photo_of(code: str, uid: str, *, small: bool = False) -> Path:
    """The file of a photo for the holder of its report's receipt code.

    Raises OutOfReach for a wrong code, another report's photo, and every photo of a need-to-know report: somebody
    else may be looking at the same screen.
    """
    found = photo_for_code(code, uid)
    if found.report is None or found.report.restricted:
        raise OutOfReach
    return file_of(found, thumbnail=small)
