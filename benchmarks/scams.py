"""Messages of swindlers: thirteen classes and fraud or not, beside a plain peer; and what the words alone see.

Run: ``python -m benchmarks.scams [--goal off]``. Data: ``scam_sms/messages.csv`` (equal texts once), five folds, three
shufflings of them because one class has four messages: figures are means of the three, intervals resample the messages
of the first. Peer: TF-IDF over characters 1-3 with LinearSVC, fitted and tested on the same folds in the same run.
The words alone (``algorithms/scams``) are measured on the same messages, on the blind lines of ``benchmarks/lines`` and
on residents' messages (``complaints/messages.csv``), which are hardly ever fraud. One thread, process time. Exits 1
below a goal.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import csv
import re
import resource
import sys
import tempfile
import time
import warnings
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from benchmarks.reference import ROOT, Goals, bootstrap, data_file, goals_wanted
from fengqiao.algorithms.evaluation import calibration_error
from fengqiao.algorithms.intervals import share_interval
from fengqiao.algorithms.scams import Verdict, read_message
from fengqiao.algorithms.training import train

Names = npt.NDArray[np.str_]
SHUFFLINGS = 3
_MARK = re.compile(r"[A-Za-z0-9\s]+")


@dataclass
class Run:
    """What one side said in five folds, and what it cost."""

    said: Names
    sure: npt.NDArray[np.float32]
    trained: float = 0.0
    read: float = 0.0
    megabytes: list[float] = field(default_factory=list)


def messages() -> tuple[list[str], Names]:
    """Texts and labels, equal texts once: the first counts."""
    with data_file("scam_sms", "messages.csv").open(encoding="utf-8", newline="") as source:
        rows = [(row["text"].strip(), row["label"]) for row in csv.DictReader(source)]
    first = dict(reversed(rows))
    return list(first), np.array(list(first.values()))


def in_folds(texts: Sequence[str], labels: Names, seed: int) -> tuple[Run, Run]:
    """The peer and ours on the same five folds."""
    peer, ours = (Run(np.empty_like(labels), np.zeros(len(labels), np.float32)) for _ in range(2))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a class of four messages in five folds
        folds = list(StratifiedKFold(5, shuffle=True, random_state=seed).split(texts, labels))
    for inner, outer in folds:
        known, asked = [texts[n] for n in inner], [texts[n] for n in outer]
        begun = time.process_time()
        vectors = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), dtype=np.float32)
        fitted = LinearSVC().fit(vectors.fit_transform(known), labels[inner])
        trained = time.process_time()
        peer.said[outer] = fitted.predict(vectors.transform(asked))
        read = time.process_time()
        model = train(known, labels[inner].tolist())
        made = time.process_time()
        chances = model.chances(asked)
        done = time.process_time()
        ours.said[outer] = np.array(model.labels)[chances.argmax(axis=1)]
        ours.sure[outer] = chances.max(axis=1)
        peer.trained, peer.read = peer.trained + trained - begun, peer.read + read - trained
        ours.trained, ours.read = ours.trained + made - read, ours.read + done - made
        peer.megabytes.append(fitted.coef_.nbytes / 1e6)
        with tempfile.TemporaryDirectory() as folder:
            model.save(Path(folder) / "m.npz")
            ours.megabytes.append((Path(folder) / "m.npz").stat().st_size / 1e6)
    return peer, ours


def macro(labels: Names, said: Names) -> float:
    """Mean F1 of the classes that occur."""
    return float(f1_score(labels, said, average="macro", labels=np.unique(labels), zero_division=0))


def fraud(labels: Names, said: Names) -> float:
    """F1 of "some kind of fraud" against the rest."""
    return float(f1_score(np.char.startswith(labels, "FR"), np.char.startswith(said, "FR")))


def models(goals: Goals, texts: Sequence[str], labels: Names) -> None:
    """Quality and cost of the trained models, and how far the labels themselves agree."""
    runs = [in_folds(texts, labels, seed) for seed in range(SHUFFLINGS)]
    scores = {}
    for name, of in (("13 classes, macro-F1", macro), ("fraud or not, F1", fraud)):
        both = np.array([[of(labels, side.said) for side in run] for run in runs])
        for side, column in (("peer", 0), ("ours", 1)):
            said = runs[0][column].said
            low, high = bootstrap(lambda drawn, said=said, of=of: of(labels[drawn], said[drawn]), len(labels), rounds=200)  # type: ignore[misc]  # fmt: skip
            each = ", ".join(f"{one:.4f}" for one in both[:, column])
            print(f"{name}, {side}: {each} (first: 95 % {low:.3f} to {high:.3f})")
        scores[name] = both.mean(axis=0)
    peer, ours = runs[0]
    told(labels, ours.said)
    noise(texts, labels, peer.said, ours)
    print(f"calibration error {calibration_error(ours.sure, ours.said == labels):.4f}")
    print(f"peer: {len(texts) / peer.read:.0f} messages/s, {peer.trained / 5:.1f} s to train, "
          f"{max(peer.megabytes):.0f} MB of weights")  # fmt: skip
    goals.check("13 classes: macro-F1", scores["13 classes, macro-F1"][1], 0.92, digits=4)
    goals.check(
        "13 classes: over the peer's", np.divide(*scores["13 classes, macro-F1"][::-1]), 1.0, digits=4
    )
    goals.check("fraud or not: F1", scores["fraud or not, F1"][1], 0.99, digits=4)
    goals.check("fraud or not: over the peer's", np.divide(*scores["fraud or not, F1"][::-1]), 1.0, digits=4)
    goals.check("messages a second, many at once", len(texts) / ours.read, 5_000, digits=0)
    goals.check("seconds to train and measure", ours.trained / 5, 60, at_most=True, digits=1)
    goals.check("megabytes of the file", max(ours.megabytes), 20, at_most=True, digits=2)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    goals.check("peak MB, training and the peer included", peak, 2_000, at_most=True, digits=0)


def told(labels: Names, said: Names) -> None:
    """F1 of each class."""
    names, counts = np.unique(labels, return_counts=True)
    each = f1_score(labels, said, average=None, labels=names, zero_division=0)
    print(
        "; ".join(
            f"{name} {value:.3f} of {count}" for name, value, count in zip(names, each, counts, strict=True)
        )
    )


def noise(texts: Sequence[str], labels: Names, peer: Names, ours: Run) -> None:
    """How much of what is missing the labels themselves may be to blame for."""
    alike: dict[str, list[int]] = defaultdict(list)
    for number, text in enumerate(texts):
        alike[_MARK.sub("", text)].append(number)
    groups = [one for key, one in alike.items() if len(key) >= 8 and len(one) > 1]
    mixed = sum(len(set(labels[one])) > 1 for one in groups)
    wrong = ours.said != labels
    both = wrong & (peer == ours.said)
    crossed = wrong & (np.char.startswith(labels, "FR") != np.char.startswith(ours.said, "FR"))
    sure = both & (ours.sure >= 0.9)
    print(f"equal but for figures and marks: {len(groups)} groups, {mixed} with several labels")
    print(f"{int(wrong.sum())} wrong, {int(both.sum())} where both sides say the same other label, "
          f"{int(sure.sum())} of them with .9 and more")  # fmt: skip
    print(
        f"fraud taken for none or none for fraud: {int(crossed.sum())}, by both sides {int((crossed & both).sum())}"
    )


def words(goals: Goals, texts: Sequence[str], labels: Names) -> None:
    """The words alone: no model, nothing learnt."""
    begun = time.process_time()
    found = [read_message(text).verdict for text in texts]
    speed = len(texts) / (time.process_time() - begun)
    truth = np.char.startswith(labels, "FR")
    shares(
        "words on fake-base-station messages, fraud",
        [one for one, yes in zip(found, truth, strict=True) if yes],
    )
    shares("words on the same, no fraud", [one for one, yes in zip(found, truth, strict=True) if not yes])
    with (ROOT / "benchmarks" / "lines" / "triage_frozen.csv").open(encoding="utf-8", newline="") as source:
        rows = [(row["code"], read_message(row["text"])) for row in csv.DictReader(source)]
    ours = [(code, one) for code, one in rows if code.startswith("FR")]
    named = [(code, one.kind.code) for code, one in ours if one.kind]
    shares("words on blind reports of fraud", [one.verdict for _, one in ours])
    print(
        f"  kind named in {len(named)} of {len(ours)}, right in {sum(code == kind for code, kind in named)}"
    )
    others = [one.verdict for code, one in rows if not code.startswith("FR")]
    shares("words on blind reports of something else", others)
    with data_file("complaints", "messages.csv").open(encoding="utf-8", newline="") as source:
        real = [read_message(f"{row['title']}\n{row['body']}").verdict for row in csv.DictReader(source)]
    shares("words on residents' messages", real)
    goals.check("words: messages a second", speed, 5_000, digits=0)
    goals.check("words: residents' messages called fraud", float(np.mean(np.array(real) == Verdict.FRAUD)), 0.02,
                at_most=True)  # fmt: skip


def shares(name: str, found: Sequence[Verdict]) -> None:
    """How often each verdict was given."""
    said = []
    for verdict in (Verdict.FRAUD, Verdict.SUSPECT):
        count = sum(one >= verdict for one in found)
        low, high = share_interval(count, len(found))
        said.append(f"{verdict.name.lower()}{'' if verdict == Verdict.FRAUD else ' or more'} {count} = "
                    f"{count / len(found):.3f} ({low:.3f} to {high:.3f})")  # fmt: skip
    print(f"{name}: {len(found)}; {', '.join(said)}")


def main() -> int:
    options = goals_wanted(argparse.ArgumentParser(description=__doc__))
    goals = Goals()
    texts, labels = messages()
    words(goals, texts, labels)
    models(goals, texts, labels)
    return goals.verdict(options.goal)


if __name__ == "__main__":
    sys.exit(main())
