"""What ought to be in the database, kept beside it; looking compares the two after every step.

The rules of the house that are looked at: nothing unfinished is without owner, next step and due time; an
acknowledged report is there once, with its words, contact, photos and answers, and leads to a matter that lives;
history only grows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from django.db import connection

from fengqiao.audit.models import Entry
from fengqiao.intake.models import Attachment, Contact, Report, ReportEvent, ReportMessage
from fengqiao.matters.models import Event, Matter
from tests.machine import oracle
from tests.machine.doings import Broken, Key
from tests.machine.oracle import MATTER, REPORT

HISTORY = {
    model._meta.db_table: ", ".join(
        f.column for f in model._meta.concrete_fields if f.column and f.column != "id"
    )
    for model in (Event, ReportEvent, Entry)
}
_REPORTS = (
    "SELECT id, state, version, owner_id, about_id, next_step <> '', due_at IS NOT NULL, matter_id, code "
    f"FROM {Report._meta.db_table}"
)
_MATTERS = (
    "SELECT id, state, version, owner_id, about_id, next_step <> '', due_at IS NOT NULL, merged_into_id "
    f"FROM {Matter._meta.db_table}"
)
TABLE = {REPORT: Report._meta.db_table, MATTER: Matter._meta.db_table}
_COUNTS = "SELECT " + ", ".join(f"(SELECT COUNT(*) FROM {table})" for table in HISTORY)


def rows(sql: str, *values: int) -> list[tuple[Any, ...]]:
    """Rows by hand: asked several times a step, and nothing of the program stands between."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [tuple(row) for row in cursor.fetchall()]


class Ledger:
    """The oracle's own account of one life."""

    def __init__(self) -> None:
        self.state: dict[Key, str] = {}
        self.versions: dict[Key, int] = {}
        self.code: dict[int, str] = {}
        self.words: dict[int, str] = {}
        self.home: dict[int, int] = {}  # report -> the matter it leads to
        self.before: dict[int, str] = {}  # report -> its state before it was decided
        self.merged_from: dict[int, str] = {}  # matter -> its state before it was merged
        self.contacts: set[int] = set()
        self.photos: dict[int, set[int]] = {}  # report -> which of the world's photos
        self.answers: Counter[int] = Counter()
        self.reads: Counter[int] = Counter()
        self.history: dict[str, dict[int, tuple[Any, ...]]] = {table: {} for table in HISTORY}

    def born(self, kind: str, pk: int, state: str) -> None:
        """Something new is there."""
        if (kind, pk) in self.state:
            raise Broken(f"{kind} {pk} was made twice")
        self.state[kind, pk] = state

    def of(self, kind: str, states: tuple[str, ...] = ()) -> list[int]:
        """Ids in the order in which they came, of these states where some are named."""
        return [pk for (k, pk), s in self.state.items() if k == kind and (not states or s in states)]

    def counts(self) -> tuple[Any, ...]:
        """Rows of history there are now."""
        return rows(_COUNTS)[0]

    def as_stored(self, key: Key) -> tuple[Any, ...]:
        """The row of a report or matter, every column of it."""
        return rows(f"SELECT * FROM {TABLE[key[0]]} WHERE id = %s", key[1])[0]

    # -- looking --------------------------------------------------------------
    def look(self, *, changed: bool = True, closely: bool = False) -> None:
        """Compare; ``changed`` False: nothing may have been written. ``closely`` reads all of history again."""
        self._reports(rows(_REPORTS), changed)
        self._matters(rows(_MATTERS), changed)
        self._grown(changed)
        if closely:
            self._kept()
            self._unedited()

    def _same(self, kind: str, found: list[tuple[Any, ...]], changed: bool) -> None:
        """The rows and states are the oracle's; versions only rise."""
        there = {(kind, row[0]): str(row[1]) for row in found}
        want = {key: state for key, state in self.state.items() if key[0] == kind}
        if there != want:
            odd = {k: (there.get(k), want.get(k)) for k in {*there, *want} if there.get(k) != want.get(k)}
            raise Broken(f"there and expected: {odd}")
        for pk, _state, version, *_more in found:
            known = self.versions.get((kind, pk), -1)
            if version < known or (version != known and not changed):
                raise Broken(f"{kind} {pk} went from version {known} to {version}")
            self.versions[kind, pk] = version

    def _reports(self, found: list[tuple[Any, ...]], changed: bool) -> None:
        self._same(REPORT, found, changed)
        for pk, state, _version, owner, about, step, due, matter, code in found:
            if state in oracle.UNFINISHED and not (owner and step and due):
                raise Broken(f"report {pk} is {state} without owner, next step or due time")
            if state in oracle.UNFINISHED and owner == about:
                raise Broken(f"report {pk} lies with whom it is about")
            if self.code.setdefault(pk, code) != code:
                raise Broken(f"report {pk} has another code")
            if matter != self.home.get(pk) or (matter is None) == (state in oracle.IN_MATTER):
                raise Broken(f"report {pk} is {state} and leads to {matter}, not {self.home.get(pk)}")

    def _matters(self, found: list[tuple[Any, ...]], changed: bool) -> None:
        self._same(MATTER, found, changed)
        for pk, state, _version, owner, about, step, due, _into in found:
            if state in oracle.OPEN and not (owner and step and due):
                raise Broken(f"matter {pk} is {state} without owner, next step or due time")
            if owner is not None and owner == about:
                raise Broken(f"matter {pk} is owned by whom it is about")
        into = {row[0]: row[7] for row in found}
        for report, matter in self.home.items():
            if self.state[MATTER, end_of(matter, into)] == "withdrawn":
                raise Broken(f"report {report} was lost with a matter that was taken back")

    def _grown(self, changed: bool) -> None:
        """No row of history went away; new ones are noted."""
        for table, count in zip(HISTORY, self.counts(), strict=True):
            known = self.history[table]
            if count == len(known):
                continue
            fresh = list(_history(table, max(known, default=0)))
            if not changed or count != len(known) + len(fresh):
                raise Broken(f"{table}: {len(known)} rows, then {count}")
            known.update(fresh)

    def _unedited(self) -> None:
        """Every row of history is as it was first seen, and every event has its entry in the log."""
        for table, known in self.history.items():
            if dict(_history(table)) != known:
                raise Broken(f"{table}: history was edited")
        for prefix, model in (("matter.", Event), ("report.", ReportEvent)):
            entries = Entry.objects.filter(verb__startswith=prefix).count()
            if entries != len(self.history[model._meta.db_table]):
                raise Broken(f"{entries} entries of {prefix} do not match the events")

    def _kept(self) -> None:
        """Words, contacts, photos and answers are all there, once."""
        words = dict(Report.objects.values_list("pk", "text"))
        if words != self.words:
            raise Broken("the words of a report are not as they were said")
        if set(Contact.objects.values_list("report_id", flat=True)) != self.contacts:
            raise Broken("a contact was lost or made up")
        photos = Counter(Attachment.objects.filter(report__isnull=False).values_list("report_id", flat=True))
        if photos != Counter({pk: len(which) for pk, which in self.photos.items() if which}):
            raise Broken(f"photos: {photos}, not {self.photos}")
        mine = ReportMessage.objects.filter(from_reporter=True)
        answers = Counter(mine.values_list("report_id", flat=True))
        if answers != +self.answers:
            raise Broken(f"answers: {answers}, not {self.answers}")


def end_of(matter: int, into: Mapping[int, int | None]) -> int:
    """Where a matter went in the end, through all merges."""
    while (further := into.get(matter)) is not None:
        matter = further
    return matter


def _history(table: str, after: int = 0) -> Iterator[tuple[int, tuple[Any, ...]]]:
    found = rows(f"SELECT id, {HISTORY[table]} FROM {table} WHERE id > %s ORDER BY id", after)
    return ((row[0], row[1:]) for row in found)
