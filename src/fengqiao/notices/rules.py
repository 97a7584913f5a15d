"""When a message may go out: duty hours are kept, urgent ones excepted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from fengqiao.lib import clock

MORNING, EVENING = time(8, 0), time(20, 0)
"""Outside duty nobody is written to before or after these hours of the station's wall clock."""
MOST_TRIES = 6
_FIRST_WAIT = timedelta(minutes=2)


def send_at(now: datetime, duties: Sequence[tuple[datetime, datetime]], *, urgent: bool) -> datetime:
    """When a message to somebody with these duties (aware UTC) may go out.

    Urgent, or on duty now: at once. Otherwise when the next duty begins, if that is within a day; else the next
    morning at 8, or at once in the daytime of somebody without any roster.
    """
    if urgent or any(start <= now < end for start, end in duties):
        return now
    coming = [start for start, _ in duties if now < start <= now + timedelta(days=1)]
    if coming:
        return min(coming)
    local = clock.local(now)
    if not duties and MORNING <= local.time() < EVENING:
        return now
    morning = local.replace(hour=MORNING.hour, minute=0, second=0, microsecond=0)
    if local >= morning:
        morning += timedelta(days=1)
    return morning.astimezone(now.tzinfo)


def retry_at(now: datetime, tries: int) -> datetime | None:
    """When a message that failed ``tries`` times is tried again: 2, 4, 8 ... minutes; None: given up."""
    if tries >= MOST_TRIES:
        return None
    return now + _FIRST_WAIT * (1 << (tries - 1))
