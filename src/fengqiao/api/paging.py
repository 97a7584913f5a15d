"""Long lists in pages, cut by a key: the thousandth page is as quick as the first."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from fengqiao.lib.errors import Refusal

Row = TypeVar("Row", bound=Model)

PAGE = 50
LARGEST = 200


@dataclass(frozen=True)
class Order:
    """An order: one column and the id behind it, both up or both down."""

    column: str
    down: bool = False


def cut(rows: QuerySet[Row], order: Order, *, after: str = "", limit: int = PAGE) -> tuple[list[Row], str]:
    """The rows behind the cursor ``after`` and the cursor of the next page, empty on the last. One query.

    Raises Refusal for a cursor that was not given out here.
    """
    side, sign = ("lt", "-") if order.down else ("gt", "")
    if after:
        value, pk = _read(after, order)
        beyond = Q(**{f"{order.column}__{side}": value}) | Q(**{order.column: value, f"id__{side}": pk})
        rows = rows.filter(beyond, **{f"{order.column}__{side}e": value})
    found = list(rows.order_by(f"{sign}{order.column}", f"{sign}id")[: limit + 1])
    more = len(found) > limit
    return found[:limit], _cursor(found[limit - 1], order) if more else ""


def _cursor(row: Model, order: Order) -> str:
    value = getattr(row, order.column)
    plain = value.isoformat() if isinstance(value, datetime) else value
    body = json.dumps([order.column, plain, row.pk], separators=(",", ":"))
    return base64.urlsafe_b64encode(body.encode("utf-8")).decode("ascii").rstrip("=")


def _read(text: str, order: Order) -> tuple[Any, int]:
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        column, value, pk = json.loads(raw)
        if column != order.column or not isinstance(pk, int) or not 0 <= pk < 2**63:
            raise ValueError
        if order.column == "at" or order.column.endswith("_at"):
            value = datetime.fromisoformat(value)
            if value.tzinfo is None:
                raise ValueError
        elif not isinstance(value, int) or abs(value) >= 2**63:
            raise ValueError
    except (ValueError, TypeError, binascii.Error, RecursionError) as error:
        raise Refusal(_("翻页的位置不对，请从第一页重新开始"), code="bad_cursor", field="after") from error
    return value, pk
