"""Search over Chinese text: characters and character pairs as tokens, in the database's own full-text index.

One- and two-character words (漏水) are what people search for. SQLite keeps the tokens in an FTS5 table,
PostgreSQL in a tsvector with a GIN index; both are filled by us, so neither parser ever sees Chinese.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from fengqiao.lib.text import fold

_CJK = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f"
_RUN = re.compile(rf"[{_CJK}]+|[0-9a-z]+", re.UNICODE)
_IS_CJK = re.compile(rf"[{_CJK}]")
STEPS = (400, 1_600, 6_400)
"""Hits looked at in one step when the newest are wanted."""
MAX_INDEXED = 4_000
"""Characters of one document that are indexed; enough for any report, bounded for any flood."""


def tokens(text: str) -> set[str]:
    """Index tokens of ``text``: each Chinese character, each pair of neighbours, each run of letters or digits."""
    found: set[str] = set()
    for run in _RUN.findall(fold(text)[:MAX_INDEXED]):
        if _IS_CJK.match(run):
            found.update(run)
            found.update(run[i : i + 2] for i in range(len(run) - 1))
        else:
            found.add(run[:40])
    return found


def query_tokens(query: str) -> list[str]:
    """Tokens that all must occur: pairs for longer Chinese runs, the character itself for a single one."""
    found: list[str] = []
    for run in _RUN.findall(fold(query)[:100]):
        if _IS_CJK.match(run) and len(run) > 1:
            found.extend(run[i : i + 2] for i in range(len(run) - 1))
        else:
            found.append(run[:40])
    return list(dict.fromkeys(found))[:24]


@dataclass(frozen=True)
class TextIndex:
    """One full-text table beside a model's table, keyed by the same id."""

    table: str

    def create_sql(self, vendor: str) -> list[str]:
        """Statements that make the index."""
        if vendor == "postgresql":
            return [
                f"CREATE TABLE {self.table} (id bigint PRIMARY KEY, tokens tsvector NOT NULL)",
                f"CREATE INDEX {self.table}_gin ON {self.table} USING gin (tokens)",
            ]
        return [f"CREATE VIRTUAL TABLE {self.table} USING fts5(tokens, detail=none)"]

    def drop_sql(self) -> str:
        """The statement that removes it."""
        return f"DROP TABLE {self.table}"

    def put(self, pk: int, *texts: str) -> None:
        """Index ``texts`` under ``pk``, replacing what was there."""
        self.put_many([(pk, texts)])

    def put_many(self, rows: Iterable[tuple[int, Iterable[str]]]) -> None:
        """Index many documents."""
        prepared = [(pk, sorted(tokens("\n".join(texts)))) for pk, texts in rows]
        if not prepared:
            return
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.executemany(
                    f"INSERT INTO {self.table} (id, tokens) VALUES (%s, array_to_tsvector(%s::text[])) "  # noqa: S608
                    "ON CONFLICT (id) DO UPDATE SET tokens = EXCLUDED.tokens",
                    prepared,
                )
                return
            cursor.executemany(f"DELETE FROM {self.table} WHERE rowid = %s", [(pk,) for pk, _ in prepared])  # noqa: S608
            cursor.executemany(
                f"INSERT INTO {self.table} (rowid, tokens) VALUES (%s, %s)",  # noqa: S608
                [(pk, " ".join(words)) for pk, words in prepared],
            )

    def expression(self, query: str) -> str:
        """``query`` in the full-text language of the database: all tokens; empty when nothing is searchable."""
        words = query_tokens(query)
        if connection.vendor == "postgresql":
            return " & ".join("'" + w.replace("'", "''") + "'" for w in words)
        return " AND ".join(f'"{w}"' for w in words)

    def subquery(self, expression: Any, newest: int | None = None) -> RawSQL:
        """The ids of documents that fit a full-text ``expression`` (or a slot for one); only the ``newest`` so many."""
        key, fits = self._fits()
        few = f" ORDER BY {key} DESC LIMIT {newest}" if newest is not None else ""
        return RawSQL(f"SELECT {key} FROM {self.table} WHERE {fits}{few}", [expression])  # noqa: S608, S611

    def matching(self, query: str) -> RawSQL | None:
        """A subquery of ids whose documents hold every token of ``query``; None when nothing searchable was typed."""
        expression = self.expression(query)
        return self.subquery(expression) if expression else None

    def newest(self, expression: str, rows: QuerySet[Any, Any], limit: int) -> list[int]:
        """Ids of the newest ``rows`` that fit ``expression``, newest first.

        Hits are walked from the newest in growing steps, each narrowed to ``rows``: a common word needs a few
        hundred of its hits, not all of them. What is left after the last step is asked for in one query.
        """
        found: list[int] = []
        before: int | None = None
        for step in STEPS:
            hits = self._hits(expression, step, before)
            kept = set(rows.filter(pk__in=hits).order_by().values_list("pk", flat=True))
            found += [pk for pk in hits if pk in kept]
            if len(found) >= limit or len(hits) < step:
                return found[:limit]
            before = hits[-1]
        older = rows.filter(pk__in=self.subquery(expression), pk__lt=before).order_by("-pk")
        return [*found, *older.values_list("pk", flat=True)[: limit - len(found)]]

    def _fits(self) -> tuple[str, str]:
        """The column of the ids, and the condition, each in the words of the database."""
        if connection.vendor == "postgresql":
            return "id", "tokens @@ %s::tsquery"
        return "rowid", f"{self.table} MATCH %s"

    def _hits(self, expression: str, limit: int, before: int | None) -> list[int]:
        key, fits = self._fits()
        older = f"AND {key} < {before:d}" if before is not None else ""
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {key} FROM {self.table} WHERE {fits} {older} ORDER BY {key} DESC LIMIT {limit:d}",  # noqa: S608
                [expression],
            )
            return [pk for (pk,) in cursor.fetchall()]


def make_index(index: TextIndex) -> Any:
    """The migration step that makes ``index``."""

    def forward(apps: Any, editor: Any) -> None:
        for statement in index.create_sql(editor.connection.vendor):
            editor.execute(statement)

    return forward


def drop_index(index: TextIndex) -> Any:
    """The migration step that removes ``index``."""

    def backward(apps: Any, editor: Any) -> None:
        editor.execute(index.drop_sql())

    return backward
