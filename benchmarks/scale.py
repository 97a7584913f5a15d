"""A town's year made into many years, on the embedded database.

The demonstration writes one town through the product's own verbs. Its reports and matters, with their events, promises,
follow-ups, helpers, ratings, mediations and search rows, are then copied row by row: matters that are over are moved
fifteen days further back with each copy, those in hand stay as they are, so the number in hand grows with the size
and every list is as full as it can get. Contacts and parties are sealed to their row and are not copied.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import connection, transaction

STEP_DAYS = 15
TABLES: dict[str, dict[str, str]] = {
    "matters.Matter": {},
    "matters.Event": {"matter_id": "matters.Matter"},
    "matters.Promise": {"matter_id": "matters.Matter"},
    "matters.FollowUp": {"matter_id": "matters.Matter", "promise_id": "matters.Promise"},
    "matters.JointMember": {"matter_id": "matters.Matter"},
    "matters.Rating": {"matter_id": "matters.Matter"},
    "intake.Report": {"matter_id": "matters.Matter"},
    "intake.ReportEvent": {"report_id": "intake.Report"},
    "intake.Suggestion": {"report_id": "intake.Report"},
    "mediation.MediationCase": {"matter_id": "matters.Matter", "earlier_id": "mediation.MediationCase"},
}
"""Tables that are copied, parents first, with the columns that point at copied rows."""
SEARCHES = {"matters_search": "matters.Matter", "reports_search": "intake.Report"}
FRESH = {
    "uid": "lower(hex(randomblob(16)))",
    "code": "hex(randomblob(6))",
    "number": "substr(number, 1, 5) || '{n:03d}-' || id",
    "idempotency_key": "'copy:{n}:' || id",
    "external_id": "CASE external_id WHEN '' THEN '' ELSE external_id || '-{n}' END",
}
"""What must be a copy's own."""


def multiply(wanted: int) -> int:
    """Copy everything until there are about ``wanted`` matters; the number there is then."""
    matters = apps.get_model("matters.Matter")
    have = matters.objects.count()
    with connection.cursor() as cursor:
        tops = {name: _top(cursor, name) for name in TABLES}
        for n in range(1, round(wanted / have)):
            with transaction.atomic():
                for name, points in TABLES.items():
                    _copy(cursor, name, points, tops, n)
                for table, name in SEARCHES.items():
                    cursor.execute(
                        f"INSERT INTO {table} (rowid, tokens) SELECT rowid + {tops[name] * n}, tokens FROM {table} "
                        f"WHERE rowid <= {tops[name]}"
                    )
        cursor.execute("ANALYZE")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return int(matters.objects.count())


def _top(cursor: Any, name: str) -> int:
    cursor.execute(f"SELECT coalesce(max(id), 0) FROM {apps.get_model(name)._meta.db_table}")
    return int(cursor.fetchone()[0])


def _copy(cursor: Any, name: str, points: dict[str, str], tops: dict[str, int], n: int) -> None:
    model = apps.get_model(name)
    columns = {f.column: f for f in model._meta.concrete_fields}
    over = _over(name)
    chosen = []
    for column, field in columns.items():
        if column == "id":
            chosen.append(f"id + {tops[name] * n}")
        elif column in points:
            chosen.append(f"{column} + {tops[points[column]] * n}")
        elif column in FRESH:
            chosen.append(FRESH[column].format(n=n))
        elif field.get_internal_type() == "DateTimeField":
            chosen.append(
                f"CASE WHEN {over} THEN datetime({column}, '-{n * STEP_DAYS} days') ELSE {column} END"
            )
        else:
            chosen.append(f'"{column}"')
    listed = ", ".join(f'"{c}"' for c in columns)
    table = model._meta.db_table
    cursor.execute(
        f"INSERT INTO {table} ({listed}) SELECT {', '.join(chosen)} FROM {table} WHERE id <= {tops[name]}"
    )


def _over(name: str) -> str:
    """SQL that is true for rows of what is over."""
    ended = "('closed', 'referred', 'merged', 'withdrawn')"
    if name == "matters.Matter":
        return f"state IN {ended}"
    if name in {"intake.ReportEvent", "intake.Suggestion"}:
        reports = f"SELECT id FROM intake_report WHERE {_over('intake.Report')}"
        return f"report_id IN ({reports})"
    over = f"matter_id IN (SELECT id FROM matters_matter WHERE state IN {ended})"
    return f"({over} OR state = 'refused')" if name == "intake.Report" else over
