"""Lists of matters: the views one switches between, orders, columns, and what a person saved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.sessions.backends.base import SessionBase
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from fengqiao.accounts.scope import Actor
from fengqiao.desk.keyset import Order
from fengqiao.lib import clock
from fengqiao.lib.present import Option
from fengqiao.matters.choices import OPEN_STATES, FollowUpState, PromiseState, State
from fengqiao.matters.models import FollowUp, Matter, MatterQuerySet, Promise

BY_DUE = Order("due", "due_at")
BY_OPENED = Order("opened", "opened_at", down=True, long=True)
BY_SEVERITY = Order("severity", "severity")
ORDERS = {order.key: order for order in (BY_DUE, BY_OPENED, BY_SEVERITY)}


@dataclass(frozen=True)
class View:
    """One of the views of a list; ``live`` ones hold only matters that have a next step."""

    key: str
    label: object
    narrow: Callable[[MatterQuerySet], MatterQuerySet]
    live: bool = True


def _states(*states: str) -> Callable[[MatterQuerySet], MatterQuerySet]:
    """Rows in some of these states; those of open states by the index of what is open."""
    in_hand = set(states) <= set(OPEN_STATES)
    return lambda rows: (rows.open() if in_hand else rows).filter(state__in=states)


ALL_VIEWS = (
    View("open", _("在办"), _states(State.ASSIGNED, State.ACTIVE, State.PAUSED)),
    View("late", _("超期"), lambda rows: rows.overdue(clock.now())),
    View("waiting", _("没接手"), _states(State.ASSIGNED)),
    View("resolved", _("待回访"), _states(State.RESOLVED)),
    View("closed", _("已归档"), _states(State.CLOSED), live=False),
    View("other", _("转走和并走"), _states(State.REFERRED, State.MERGED), live=False),
    View("all", _("全部"), lambda rows: rows.exclude(state=State.WITHDRAWN), live=False),
)
MY_VIEWS = (
    View("all", _("全部"), _states(*OPEN_STATES)),
    View("waiting", _("待接手"), _states(State.ASSIGNED)),
    View("active", _("在办"), _states(State.ACTIVE)),
    View("paused", _("暂停"), _states(State.PAUSED)),
    View("resolved", _("待回访"), _states(State.RESOLVED)),
)


def chosen(views: tuple[View, ...], query: QueryDict) -> View:
    """The view asked for, the first one for anything unknown."""
    return next((v for v in views if v.key == query.get("view")), views[0])


def order_of(view: View, query: QueryDict) -> Order:
    """The order asked for; lists of finished matters are long and only go by the day they were opened."""
    wanted = ORDERS.get(query.get("sort", ""))
    if not view.live:
        return BY_OPENED
    return wanted or BY_DUE


def with_query(query: QueryDict, **changes: str) -> str:
    """The present address with some parameters changed, back on the first page."""
    kept = {k: v for k, v in query.items() if k not in {"after", "before"} and v}
    kept.update(changes)
    return f"?{urlencode({k: v for k, v in kept.items() if v})}"


def options(views: tuple[View, ...], now: View, query: QueryDict) -> list[Option]:
    """The views as a segment that keeps the filters."""
    return [Option(v.label, with_query(query, view=v.key, sort=""), v is now) for v in views]


def sorts(view: View, now: Order, query: QueryDict) -> dict[str, dict[str, Any]]:
    """For each column that can order the list: its address and whether it does now."""
    return {
        key: {"url": with_query(query, sort=key), "on": order is now, "down": order.down}
        for key, order in ORDERS.items()
        if view.live or order is BY_OPENED
    }


@dataclass(frozen=True)
class Span:
    """A span of time on the due list."""

    key: str
    label: object


SPANS = (Span("late", _("超期")), Span("today", _("今天")), Span("week", _("七天内")), Span("all", _("全部")))
WHATS = (
    Span("matters", _("下一步")),
    Span("promises", _("承诺")),
    Span("follow_ups", _("回访")),
)


def in_span(rows: QuerySet[Any], key: str, now: datetime) -> QuerySet[Any]:
    """Rows whose due time lies in the span: late before now, today and the week from now on."""
    tomorrow = clock.local(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    ranges: dict[str, dict[str, datetime]] = {
        "late": {"due_at__lt": now},
        "today": {"due_at__gte": now, "due_at__lt": tomorrow},
        "week": {"due_at__gte": now, "due_at__lt": tomorrow + timedelta(days=6)},
    }
    return rows.filter(**ranges[key]) if key in ranges else rows


def due_rows(what: str, actor: Actor, *, mine: bool) -> QuerySet[Any]:
    """What falls due in reach: next steps of matters, promises, or follow-ups; ``mine`` only one's own."""
    seen = Matter.objects.visible_to(actor.scope)
    if what == "promises":
        rows: QuerySet[Any] = Promise.objects.filter(
            state=PromiseState.OPEN, settled_at__isnull=True, matter__in=seen.open()
        ).select_related("matter__category", "matter__owner")
        return (
            rows.filter(Q(person_id=actor.person_id) | Q(matter__owner_id=actor.person_id)) if mine else rows
        )
    if what == "follow_ups":
        planned = FollowUp.objects.filter(
            state=FollowUpState.PLANNED, matter__in=seen.open().filter(state=State.RESOLVED)
        )
        rows = planned.select_related("matter__category", "owner")
        return rows.filter(owner_id=actor.person_id) if mine else rows
    rows = seen.open().with_faces()
    return rows.filter(owner_id=actor.person_id) if mine else rows


BOOKMARKS = "desk_bookmarks"
MOST_BOOKMARKS = 12


def bookmarks(session: SessionBase) -> list[dict[str, str]]:
    """What the person saved in this session: names and addresses."""
    found = session.get(BOOKMARKS, [])
    return found if isinstance(found, list) else []


def add_bookmark(session: SessionBase, name: str, query: str) -> None:
    """Save a set of filters under a name, the same name again replaces it; the oldest makes room."""
    kept = [b for b in bookmarks(session) if b["name"] != name]
    session[BOOKMARKS] = [*kept, {"name": name, "query": query}][-MOST_BOOKMARKS:]


def drop_bookmark(session: SessionBase, name: str) -> None:
    """Forget a saved set."""
    session[BOOKMARKS] = [b for b in bookmarks(session) if b["name"] != name]
