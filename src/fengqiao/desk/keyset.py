"""Pages of long lists cut by a key: as quick on the thousandth page as on the first, whatever the size."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import QueryDict

Row = TypeVar("Row", bound=Model)

PAGE = 50
COUNTED = 1000
"""Totals above this are told as "1000+": counting on would read the whole table."""


@dataclass(frozen=True)
class Order:
    """An order of a list: one column and the id behind it, both up or both down."""

    key: str
    column: str
    down: bool = False

    @property
    def columns(self) -> tuple[str, str]:
        """As order_by takes them."""
        sign = "-" if self.down else ""
        return f"{sign}{self.column}", f"{sign}id"

    def beyond(self, value: Any, pk: int, *, down: bool) -> Q:
        """Rows behind a place in the list; written as a range so that an index can find its start."""
        side = "lt" if down else "gt"
        return Q(**{f"{self.column}__{side}e": value}) & (
            Q(**{f"{self.column}__{side}": value}) | Q(**{f"id__{side}": pk})
        )


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page: its rows, the addresses of its neighbours (empty where there are none), the total as told."""

    rows: list[Row]
    previous: str
    next: str
    total: str


def cut(rows: QuerySet[Row], order: Order, query: QueryDict, *, size: int = PAGE) -> Page[Row]:
    """The page of ``rows`` that ``query`` (after=, before=) asks for. Two queries: the rows and the capped total."""
    place = _read(query.get("after", ""), order) or _read(query.get("before", ""), order)
    backwards = bool(place) and "after" not in query
    down = order.down != backwards
    found = rows
    if place is not None:
        found = found.filter(order.beyond(*place, down=down))
    sign = "-" if down else ""
    listed = list(found.order_by(f"{sign}{order.column}", f"{sign}id")[: size + 1])
    more = len(listed) > size
    listed = listed[:size]
    if backwards:
        listed.reverse()
    has_previous = more if backwards else place is not None
    has_next = True if backwards else more
    return Page(
        listed,
        _address(query, "before", listed[0], order) if listed and has_previous else "",
        _address(query, "after", listed[-1], order) if listed and has_next else "",
        told(rows),
    )


def told(rows: QuerySet[Any]) -> str:
    """How many there are, "1000+" when more."""
    n = rows.order_by()[: COUNTED + 1].count()
    return f"{COUNTED}+" if n > COUNTED else str(n)


def _address(query: QueryDict, way: str, row: Model, order: Order) -> str:
    kept = query.copy()
    for name in ("after", "before"):
        kept.pop(name, None)
    value: Any = row
    for part in order.column.split("__"):
        value = getattr(value, part)
    plain = value.isoformat() if isinstance(value, datetime) else value
    body = json.dumps([plain, row.pk], separators=(",", ":"))
    kept[way] = base64.urlsafe_b64encode(body.encode("utf-8")).decode("ascii").rstrip("=")
    return f"?{kept.urlencode()}"


def _read(text: str, order: Order) -> tuple[Any, int] | None:
    """The place a cursor names; None for none and for one that makes no sense."""
    if not text or len(text) > 200:
        return None
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        value, pk = json.loads(raw)
        if not order.column.endswith("_at"):
            return int(value), int(pk)
        moment = datetime.fromisoformat(value)
    except (ValueError, TypeError, binascii.Error):
        return None
    return (moment, int(pk)) if moment.tzinfo else None
