"""Importing a table of reports: short resumable steps, errors by row, a second run adds nothing."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from fengqiao.accounts.models import Person
from fengqiao.accounts.scope import SYSTEM, Actor
from fengqiao.algorithms.filefaults import FileSource
from fengqiao.audit.actions import Fact, append
from fengqiao.intake import import_batch as batch
from fengqiao.intake import import_spool as spool
from fengqiao.intake import mapping as maps
from fengqiao.intake.choices import Channel
from fengqiao.intake.duplicates import Window
from fengqiao.intake.import_preview import Preview, PreviewRow, read_preview, row_rules
from fengqiao.intake.import_rows import RowRules, draft_of
from fengqiao.intake.known import categories
from fengqiao.intake.mapping import parse_mapping
from fengqiao.intake.models import ImportJob
from fengqiao.intake.tables import csv_text
from fengqiao.lib import clock
from fengqiao.lib.errors import NotAllowed, OutOfReach, Refusal
from fengqiao.lib.text import one_line
from fengqiao.teams.scopes import actor_for

__all__ = [
    "Preview",
    "PreviewRow",
    "cancel",
    "errors_csv",
    "last_line",
    "may_run",
    "parse_mapping",
    "read_preview",
    "run",
    "start_job",
    "step",
    "summary",
]

ROWS = 200
"""Rows in one transaction: long enough to be quick, short enough that nobody waits for it."""
MAX_ERRORS = 200
"""Errors kept by row; beyond that only their number is."""
TRIES = 3
PAUSE = 0.1
READY, RUNNING, DONE, CANCELLED = "ready", "running", "done", "cancelled"

Progress = Callable[[ImportJob], None]


def start_job(
    source: FileSource,
    *,
    by: Actor,
    mapping: Mapping[str, str] | None = None,
    name: str = "",
    channel: str = Channel.FILE,
    origin_name: str = "",
    historic: bool = False,
) -> ImportJob:
    """Stage a table for import and say how many rows it has; nothing is taken in yet.

    ``mapping``: field to column; without it the remembered or guessed one. ``origin_name`` says which system the
    numbers in the file belong to; by default the head of the table stands for it. ``historic`` brings closed
    reports in, for search and learning. Raises NotAllowed, and Refusal for a file or mapping that cannot be used.
    """
    may_run(by)
    if historic and channel != Channel.FILE:
        raise Refusal(_("只有文件导入可以作为历史资料"), code="bad_channel")
    columns, encoding = spool.columns_of(source)
    chosen = maps.check_mapping(mapping or maps.remembered(columns) or maps.guess(columns), columns)
    job = ImportJob(
        name=one_line(name or _file_name(source), limit=120),
        mapping=chosen,
        created_at=clock.now(),
        by_id=by.person_id,
        state=READY,
    )
    target = spool.folder() / f"{job.uid}.jsonl"
    done = spool.write(source, target, chosen)
    job.path, job.total, job.sha256 = target.name, done.rows, done.sha256
    job.options = {
        "offset": 0,
        "historic": historic,
        "channel": str(channel),
        "source": one_line(origin_name, limit=60) or f"{channel}:{maps.fingerprint(columns)[:16]}",
        "encoding": encoding,
        "notes": 0,
    }
    with transaction.atomic():
        job.save(force_insert=True)
        maps.remember(columns, chosen)
        data = {"rows": job.total, "sha256": job.sha256, "historic": historic, "channel": str(channel)}
        append(_fact(job, "import.started", by, data))
    return job


def _file_name(source: FileSource) -> str:
    name = getattr(source, "name", "")
    return Path(name).name if isinstance(name, str) and name else "导入"


def may_run(by: Actor) -> None:
    """Raise NotAllowed unless the actor may bring tables in and take replies out."""
    if by.kind == "person" and not by.scope.can("import.run"):
        raise NotAllowed(_("导入导出不在您的职责里，请找值班民警或所长"))
    if by.kind not in {"person", "system"}:
        raise NotAllowed


def _fact(job: ImportJob, verb: str, by: Actor, data: dict[str, Any]) -> Fact:
    return Fact(verb, "importjob", str(job.uid), by.person_id, by.kind, data)


def step(job: ImportJob, *, seconds: float = 2.0) -> ImportJob:
    """Take in rows for about ``seconds``; call again until the job is done. Safe to call twice, from anywhere.

    Each batch is one transaction that also moves the job on, so a stop at any moment loses and doubles nothing.
    """
    with _alone(job.pk) as alone:
        found = ImportJob.objects.get(pk=job.pk)
        if not alone:
            time.sleep(PAUSE)
            return found
        return found if found.state not in (READY, RUNNING) else _step(found, seconds)


def _step(found: ImportJob, seconds: float) -> ImportJob:
    began = time.monotonic()
    context = _context(found)
    rules = _rules_of(found)
    path = spool.folder() / found.path
    rows = spool.lines(path, int(found.options["offset"]))
    while chunk := list(islice(rows, ROWS)):
        moved = _take_chunk(found, chunk, rules, context)
        if moved is None:
            return ImportJob.objects.get(pk=found.pk)  # another process moved it on
        found = moved
        if time.monotonic() - began >= seconds:
            return found
    return _finish(found, DONE)


def run(job: ImportJob, *, progress: Progress | None = None) -> dict[str, int]:
    """Run a job to its end; ``progress`` is called after each batch. Returns read, added, existing, refused."""
    while job.state in (READY, RUNNING):
        job = step(job, seconds=0.5)
        if progress is not None:
            progress(job)
    return summary(job)


def summary(job: ImportJob) -> dict[str, int]:
    """The figures of a job: rows read, and of these added, already there, refused."""
    return {"read": job.done, "added": job.added, "existing": job.existing, "refused": job.refused}


def cancel(job: ImportJob, *, by: Actor) -> ImportJob:
    """Stop a job of one's own, or one of the command line.

    What was taken in stays; the waiting rest of the file is deleted.
    """
    may_run(by)
    found = ImportJob.objects.filter(pk=job.pk).first()
    if found is None or (by.kind == "person" and found.by_id not in (None, by.person_id)):
        raise OutOfReach
    if found.state not in (READY, RUNNING):
        return found
    return _finish(found, CANCELLED, by)


def _finish(job: ImportJob, state: str, by: Actor | None = None) -> ImportJob:
    with transaction.atomic():
        found = ImportJob.objects.select_for_update().get(pk=job.pk)
        if found.state in (READY, RUNNING):
            found.state, found.finished_at = state, clock.now()
            found.save()
            append(_fact(found, f"import.{state}", by or SYSTEM, dict(summary(found))))
    (spool.folder() / found.path).unlink(missing_ok=True)
    _forget(found.pk)
    return found


def _take_chunk(
    job: ImportJob, chunk: list[spool.Line], rules: RowRules, context: batch.Context
) -> ImportJob | None:
    entries, faults = _drafts(chunk, rules)
    for attempt in range(TRIES):
        fresh, written = batch.split_known(entries)
        prepared = batch.prepare(fresh, context)
        try:
            with transaction.atomic():
                moved = _move(job, chunk, faults, written, len(prepared))
                if moved is not None and prepared:
                    batch.write(prepared, context)
        except IntegrityError:
            # Somebody took in one of these rows between our look and our write: look again.
            context.window.reset()
            if attempt == TRIES - 1:
                raise
            continue
        except BaseException:
            context.window.reset()  # it may name rows that were rolled back
            raise
        return moved
    return None


def _drafts(chunk: list[spool.Line], rules: RowRules) -> tuple[list[batch.Entry], list[tuple[int, str]]]:
    entries, faults = [], []
    for row in chunk:
        if row.fault:
            faults.append((row.number, row.fault))
            continue
        try:
            entries.append(batch.Entry(row.number, draft_of(row.cells, rules)))
        except Refusal as refusal:
            faults.append((row.number, refusal.message))
    return entries, faults


def _move(
    job: ImportJob, chunk: list[spool.Line], faults: list[tuple[int, str]], written: batch.Written, added: int
) -> ImportJob | None:
    """The job moved past ``chunk``, inside the transaction of its rows; None when it is elsewhere by now."""
    found = ImportJob.objects.select_for_update().get(pk=job.pk)
    if found.state not in (READY, RUNNING) or found.options["offset"] != job.options["offset"]:
        return None
    found.state = RUNNING
    found.options = {
        **found.options,
        "offset": chunk[-1].end,
        "notes": found.options.get("notes", 0) + len(written.notes),
    }
    found.done += len(chunk)
    found.added += added
    found.existing += written.existing
    found.refused += len(faults)
    room = MAX_ERRORS - len(found.errors)
    found.errors = [
        *found.errors,
        *({"row": n, "words": words} for n, words in faults[:room]),
        *(
            {"row": n, "words": words, "note": True}
            for n, words in written.notes[: max(0, room - len(faults))]
        ),
    ]
    found.save()
    return found


def _context(job: ImportJob) -> batch.Context:
    historic = bool(job.options["historic"])
    return batch.Context(_actor(job), categories(), _window_of(job.pk, historic), historic)


_one_runner = threading.Lock()
_running: set[int] = set()
_window: tuple[int, Window] | None = None
"""The window of comparable reports of the job that ran last in this process; only one is held, it is large."""


def _window_of(job: int, historic: bool) -> Window:
    global _window
    if _window is None or _window[0] != job:
        _window = (job, Window.empty() if historic else Window.from_database())
    return _window[1]


def _forget(job: int) -> None:
    global _window
    if _window is not None and _window[0] == job:
        _window = None


@contextmanager
def _alone(job: int) -> Iterator[bool]:
    """Whether this thread is the only one of the process that works on the job: the window is not for two at once."""
    with _one_runner:
        free = job not in _running
        _running.add(job)
    try:
        yield free
    finally:
        if free:
            with _one_runner:
                _running.discard(job)


def _actor(job: ImportJob) -> Actor:
    person = Person.objects.filter(pk=job.by_id).first() if job.by_id else None
    return actor_for(person) if person is not None else SYSTEM


def _rules_of(job: ImportJob) -> RowRules:
    return row_rules(job.mapping, job.options["channel"], job.options["source"], job.by_id)


def errors_csv(job: ImportJob) -> str:
    """The errors of a job as CSV text with a byte order mark, for a table program."""
    rows = [[str(e["row"]), e["words"], "提醒" if e.get("note") else "没收"] for e in job.errors]
    return csv_text(["行号", "原因", "结果"], rows)


def last_line(job: ImportJob) -> str:
    """The figures as one line of JSON, for programs."""
    return json.dumps(summary(job), ensure_ascii=True)
