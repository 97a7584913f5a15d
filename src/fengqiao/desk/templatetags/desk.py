"""Template filters that only the desk's pages use."""

from __future__ import annotations

from datetime import datetime

from django import template

from fengqiao.lib import clock, present

register = template.Library()


@register.filter
def when_short(moment: datetime) -> str:
    """A moment in a narrow column: 09:22 today, 11-18 on another day."""
    local = clock.local(moment)
    return f"{local:%H:%M}" if local.date() == clock.local(clock.now()).date() else present.short_day(moment)
