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
NEXT = 2000
"""Rows looked at first in a long list: one page for whoever sees a fortieth of them."""
COUNTED = 1000
"""Totals above this are told as "1000+": counting on would read the whole table."""


@dataclass(frozen=True)
class Order:
    """An order of a list: one column and the id behind it, both up or both down.

    ``long``: the list goes back for years, so a page is looked for among the next ``NEXT`` rows of the whole table
    before the database is asked to put everything in reach into this order.
    """

    key: str
    column: str
    down: bool = False
    long: bool = False

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
    """The page of ``rows`` that ``query`` (after=, before=) asks for. Three or four queries, whatever the size."""
    place = _read(query.get("after", ""), order) or _read(query.get("before", ""), order)
    backwards = bool(place) and "after" not in query
    down = order.down != backwards
    beyond = order.beyond(*place, down=down) if place is not None else Q()
    sign = "-" if down else ""
    # Ids first: with the joins a row shows, the database would put all rows together before it takes the first fifty.
    by = (f"{sign}{order.column}", f"{sign}id")
    wanted = rows.filter(beyond).order_by(*by).values_list("pk", flat=True)
    ids: list[Any] = []
    if order.long:
        near = rows.model._default_manager.filter(beyond).order_by(*by).values("pk")[:NEXT]
        ids = list(wanted.filter(pk__in=near)[: size + 1])
    if len(ids) <= size:
        ids = list(wanted[: size + 1])
    more = len(ids) > size
    held = {row.pk: row for row in rows.filter(pk__in=ids[:size])}
    listed = [held[pk] for pk in ids[:size] if pk in held]
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
