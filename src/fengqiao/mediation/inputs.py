"""Small checks on what people type into the mediation room: texts, days, moments that have passed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from django.utils.translation import gettext as _

from fengqiao.lib import clock
from fengqiao.lib.errors import Refusal
from fengqiao.lib.text import clean


def end_of_day(day: date) -> datetime:
    """The last minute of a day on the station's wall clock, as aware UTC."""
    return datetime.combine(day, time(23, 59), tzinfo=clock.LOCAL).astimezone(UTC)


def local_day(moment: datetime) -> date:
    """The day of a moment on the station's wall clock."""
    return clock.local(moment).date()


def said(text: str, *, what: str, field: str, limit: int = 4000) -> str:
    """``text`` cleaned; an empty one is refused, naming ``what`` is missing."""
    found = clean(text, limit=limit, field=field)
    if not found:
        raise Refusal(_("请写上%(what)s") % {"what": what}, code="missing", field=field)
    return found


def past(moment: datetime | None, *, what: str, field: str, not_before: datetime | None = None) -> datetime:
    """``moment`` (now when None) when it is aware, not in the future and not before ``not_before``."""
    now = clock.now()
    if moment is None:
        return now
    if moment.tzinfo is None:
        raise Refusal(_("%(what)s缺少时区") % {"what": what}, code="bad_time", field=field)
    if moment > now + timedelta(minutes=1):
        raise Refusal(_("%(what)s还没有到，请写已经发生的时间") % {"what": what}, code="future", field=field)
    if not_before is not None and moment < not_before:
        day = local_day(not_before)
        raise Refusal(
            _("%(what)s太早了，不能早于 %(month)s 月 %(day)s 日")
            % {"what": what, "month": day.month, "day": day.day},
            code="too_early",
            field=field,
        )
    return min(moment, now)


def start_of_day(moment: datetime) -> datetime:
    """The first minute of the moment's local day, as aware UTC."""
    return datetime.combine(local_day(moment), time(), tzinfo=clock.LOCAL).astimezone(UTC)
