"""Training on what people decided at the desk, and the new model beside the one in use on reports neither learned from.

Every confirmed report is either learned from or measured on, for ever: which one follows from its words alone
(``held_back``), so a later model can be compared with an earlier one. Need-to-know reports and complaints are left out,
personal numbers are masked before anything is read. Nothing is put to use here: a person does that.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import close_old_connections, connection

from fengqiao.algorithms.classify import (
    Classifier,
    LinearClassifier,
    ModelFileError,
    StackedProposer,
    starter,
)
from fengqiao.algorithms.evaluation import evaluate
from fengqiao.algorithms.labelledrows import TrainingError, held_back, read_labelled
from fengqiao.algorithms.redact import mask
from fengqiao.algorithms.training import Metrics, train
from fengqiao.intake import model_store as store
from fengqiao.intake.known import categories
from fengqiao.intake.models import Correction, TrainingRun
from fengqiao.lib import clock
from fengqiao.lib.errors import Refusal

log = logging.getLogger(__name__)

READY, RUNNING, DONE, FAILED, CANCELLED = "ready", "running", "done", "failed", "cancelled"
MOST = 20_000
"""Confirmed reports learned from, the newest."""
MEASURED_FROM = 20
"""Held-back reports from which the figures in the file are those of the desk, and two models are compared."""
SILENT = timedelta(minutes=3)
"""Without a sign of life for this long a training is taken for dead."""
BEAT = 15.0

Tell = Callable[[str, float], None]


class Stopped(Exception):
    """Somebody stopped the training."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Texts with their codes."""

    texts: list[str]
    codes: list[str]

    def part(self, held: bool) -> Lines:
        """Those held back, or the others."""
        kept = [(t, c) for t, c in zip(self.texts, self.codes, strict=True) if held_back(t) == held]
        return Lines([t for t, _c in kept], [c for _t, c in kept])


@dataclass(frozen=True, slots=True)
class Compared:
    """Two models on the same reports: how often each was right first, and where they part."""

    tested: int
    new_right: int
    old_right: int
    only_new: int
    only_old: int
    old: str


def confirmed() -> Lines:
    """What people decided about reports, one line each, masked."""
    rows = Correction.objects.filter(
        report__restricted=False, report__about__isnull=True, chosen_code__in=list(categories())
    ).order_by("-at", "-pk")
    fields = ("report__title", "report__text", "chosen_code")
    found = [
        (mask(f"{title}\n{text}" if title else text), code)
        for title, text, code in rows.values_list(*fields)[:MOST]
    ]
    return Lines([t for t, _c in found], [c for _t, c in found])


def own_lines() -> Lines:
    """The lines that come with the program, and the name of every code in force."""
    with_path = files("fengqiao.algorithms") / "data" / "triage_lines.csv"
    texts, codes, _empty = read_labelled(Path(str(with_path)), "text", "code")
    known = categories()
    kept = [(t, c) for t, c in zip(texts, codes, strict=True) if c in known]
    kept += [(row.zh, code) for code, row in known.items()]
    return Lines([t for t, _c in kept], [c for _t, c in kept])


def make(said: Lines, lines: Lines, tell: Tell) -> LinearClassifier:
    """A model of the lines and of what was decided, without the reports held back; its figures are measured on those
    where there are enough. Raises TrainingError."""
    learned, held = said.part(False), said.part(True)
    model = train([*lines.texts, *learned.texts], [*lines.codes, *learned.codes], progress=tell)
    facts = dict(model.facts)
    if len(held.texts) >= MEASURED_FROM:
        found = evaluate(model, held.texts, held.codes)
        metrics = Metrics(found.rows, found.accuracy, found.macro_f1, found.top2, found.ece)
        facts |= {"metrics": asdict(metrics)}
    facts |= {"confirmed": len(learned.texts), "held_back": len(held.texts)}
    return LinearClassifier(replace(model.model, facts=facts))


def in_use() -> tuple[LinearClassifier | None, str]:
    """The station's model that proposes now with its version; None and no version where there is none or a bad one."""
    try:
        model = LinearClassifier.load(store.live()) if store.live().exists() else None
    except ModelFileError:
        model = None
    return model, model.version if model is not None else ""


def compare(new: LinearClassifier, held: Lines) -> Compared | None:
    """The new model beside what proposes now, each as the desk would hear it. None with too few reports."""
    if len(held.texts) < MEASURED_FROM:
        return None
    old, version = in_use()
    new_first, old_first = (_first(StackedProposer(starter(), one), held.texts) for one in (new, old))
    pairs = [(n == c, o == c) for n, o, c in zip(new_first, old_first, held.codes, strict=True)]
    return Compared(
        tested=len(pairs),
        new_right=sum(n for n, _o in pairs),
        old_right=sum(o for _n, o in pairs),
        only_new=sum(n and not o for n, o in pairs),
        only_old=sum(o and not n for n, o in pairs),
        old=version,
    )


def _first(proposer: Classifier, texts: Sequence[str]) -> list[str]:
    return [next((p.label for p in proposer.propose(text, k=1)), "") for text in texts]


def run_training(run: TrainingRun, *, beat: bool = False) -> TrainingRun:
    """Do a run to its end, whatever that is. ``beat``: give a sign of life meanwhile (a process of its own)."""
    mine = TrainingRun.objects.filter(pk=run.pk, state=READY).update(state=RUNNING, seen_at=clock.now())
    if not mine:
        return TrainingRun.objects.get(pk=run.pk)
    over = threading.Event()
    if beat:
        threading.Thread(target=_beat, args=(run.pk, over), daemon=True).start()
    try:
        _work(run)
    except Stopped:
        pass
    except (TrainingError, Refusal, ModelFileError) as error:
        finish(run.pk, FAILED, trouble=getattr(error, "message", str(error)))
    except Exception as error:
        log.exception("training failed")
        finish(run.pk, FAILED, trouble=f"训练没有做成（{type(error).__name__}），现在用的没有变")
    finally:
        over.set()
    return TrainingRun.objects.get(pk=run.pk)


def _work(run: TrainingRun) -> None:
    def tell(step: str, share: float) -> None:
        """Say how far it is; stops when somebody stopped it."""
        told = {"step": step[:60], "share": round(0.9 * share, 3), "seen_at": clock.now()}
        if not TrainingRun.objects.filter(pk=run.pk, state=RUNNING).update(**told):
            raise Stopped

    tell("读确认过的反映", 0.01)
    said = confirmed()
    held = said.part(True)
    TrainingRun.objects.filter(pk=run.pk).update(
        confirmed=len(said.texts) - len(held.texts), held_back=len(held.texts)
    )
    model = make(said, own_lines(), tell)
    tell("和现在用的比", 1.0)
    compared = compare(model, held)
    with tempfile.TemporaryDirectory(dir=store.folder()) as scratch:
        path = Path(scratch) / "new.model"
        model.save(path)
        kept = store.keep(
            path,
            store.check(path, path.name),
            origin=store.DESK,
            name="",
            person=run.by_id,
            trained_at=clock.now(),
        )
    values = {"model": kept, "compared": asdict(compared) if compared is not None else None, "share": 1.0}
    TrainingRun.objects.filter(pk=run.pk, state=RUNNING).update(**values)
    finish(run.pk, DONE)


def finish(pk: int, state: str, *, trouble: str = "") -> bool:
    """End a run that has not ended; False when it had."""
    values: dict[str, Any] = {
        "state": state,
        "open": None,
        "finished_at": clock.now(),
        "trouble": trouble[:300],
    }
    return bool(TrainingRun.objects.filter(pk=pk, open=True).update(**values))


def _beat(pk: int, over: threading.Event) -> None:
    while not over.wait(BEAT):
        TrainingRun.objects.filter(pk=pk, state=RUNNING).update(seen_at=clock.now())
        close_old_connections()


def launch(run: TrainingRun) -> None:
    """Let a process of its own do the run, so that no page waits and the server may be restarted meanwhile."""
    command = [sys.executable, "-m", "fengqiao", "train", "triage", "--from-desk", "--run", str(run.uid)]
    try:
        with (Path(settings.DATA_DIR) / "training.log").open("ab") as said:
            done = subprocess.Popen(  # noqa: S603 - our own program
                command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True
            )
    except OSError as error:
        finish(run.pk, FAILED, trouble=f"训练的程序没有起来（{error.strerror}），现在用的没有变")
        return
    threading.Thread(target=_watch, args=(run.pk, done), daemon=True).start()


def _watch(pk: int, done: subprocess.Popen[bytes]) -> None:
    """A process that ended without saying what became of its run has failed."""
    done.wait()
    finish(pk, FAILED, trouble="训练的程序断了，现在用的没有变；原因在 training.log 里")
    connection.close()
