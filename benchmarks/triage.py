"""Categories and danger words: quality and cost, beside a plain peer.

Run: ``python -m benchmarks.triage [--goal off]``. Data: ``complaints/labelled.csv`` (equal texts counted once, a fifth
held back by SHA-256 of the text, and five folds), ``complaints/messages.csv``, the project's own lines under
``tests/algorithms/data`` and, written blind and only ever measured, ``benchmarks/lines``, a blind reading of 200 of the
messages among them.
Peer: TF-IDF over characters 1-3 with LinearSVC, fitted and tested on the same split in the same run. One thread, process
time, best of five. Exits 1 below a goal.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import csv
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from benchmarks.realmessages import categories
from benchmarks.reference import LINES, ROOT, Goals, best_ms, bootstrap, data_file, goals_wanted, messages
from fengqiao.algorithms.classify import starter
from fengqiao.algorithms.danger import danger_floor, words_floor
from fengqiao.algorithms.evaluation import calibration_error, cover_at
from fengqiao.algorithms.labelledrows import held_back
from fengqiao.algorithms.lexicon import LexiconClassifier
from fengqiao.algorithms.linear import LinearClassifier
from fengqiao.algorithms.training import train, train_csv
from fengqiao.matters.reference_categories import load_categories

Bools = npt.NDArray[np.bool_]


def labelled() -> dict[str, str]:
    """Texts with labels, equal texts once."""
    with data_file("complaints", "labelled.csv").open(encoding="utf-8", newline="") as source:
        rows = [(row["text"].strip(), row["label"]) for row in csv.DictReader(source)]
    return dict(reversed(rows))


def trained_model(goals: Goals) -> LinearClassifier:
    """Train ours and the peer, print both, and give ours back."""
    pairs = labelled()
    inner = [text for text in pairs if not held_back(text)]
    outer = [text for text in pairs if held_back(text)]
    truth = np.array([pairs[text] for text in outer])
    begun = time.process_time()
    vectors = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), dtype=np.float32)
    peer = LinearSVC().fit(vectors.fit_transform(inner), [pairs[text] for text in inner])
    peer_seconds = time.process_time() - begun
    peer_says = peer.predict(vectors.transform(outer))
    begun = time.process_time()
    ours = train_csv(data_file("complaints", "labelled.csv"), text_col="text", label_col="label")
    seconds = time.process_time() - begun
    facts = ours.facts["metrics"]
    peer_accuracy = float((peer_says == truth).mean())
    low, high = bootstrap(lambda drawn: float((peer_says == truth)[drawn].mean()), len(truth))
    print(f"{len(pairs)} texts, {len(outer)} held back")
    print(f"peer accuracy {peer_accuracy:.4f} (95 % {low:.3f} to {high:.3f}), macro-F1 "
          f"{f1_score(truth, peer_says, average='macro'):.4f}, fitted once in {peer_seconds:.1f} s")  # fmt: skip
    goals.check("trained: accuracy", facts["accuracy"], 0.92, digits=4)
    goals.check("trained: accuracy over the peer's", facts["accuracy"] / peer_accuracy, 1.0, digits=4)
    goals.check("trained: macro-F1", facts["macro_f1"], 0.92, digits=4)
    goals.check("trained: right among two", facts["top2"], 0.98, digits=4)
    goals.check("trained: calibration error", facts["calibration_error"], 0.04, at_most=True, digits=4)
    goals.check("trained: seconds to train and measure", seconds, 60, at_most=True, digits=1)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.npz"
        ours.save(path)
        goals.check("trained: megabytes of the file", path.stat().st_size / 1e6, 20, at_most=True, digits=2)
    peer_ms = best_ms(lambda text: peer.predict(vectors.transform([text])), outer[:200], times=3)
    print(f"peer: {peer_ms:.2f} ms a text, one by one")
    return ours


def rules(goals: Goals, classifier: LexiconClassifier, real: dict[str, str]) -> None:
    """Word rules on the lines they were written with, on lines held back, and on real messages held back."""
    for name, first, three in (
        ("sample_lines", 0.9, 0.98),
        ("development_lines", 0.9, 0.98),
        ("hard_lines", 0.9, 0.98),
        ("held_out_lines", 0.78, 0.86),
        ("real_message_codes", 0.70, 0.90),
    ):
        with (LINES / f"{name}.csv").open(encoding="utf-8", newline="") as source:
            rows = list(csv.DictReader(source))
        right = [set((row.get("codes") or row["code"]).split("|")) for row in rows]
        found = [classifier.propose(row.get("text") or real[row["id"]]) for row in rows]
        top = np.array([bool(one) and one[0].label in codes for one, codes in zip(found, right, strict=True)])
        any_of = np.array(
            [any(p.label in codes for p in one) for one, codes in zip(found, right, strict=True)]
        )
        sure = np.array([one[0].confidence if one else 0.0 for one in found], dtype=np.float32)
        low, high = bootstrap(lambda drawn, top=top: float(top[drawn].mean()), len(rows))  # type: ignore[misc]
        print(f"{name}: {len(rows)} lines, first {low:.2f} to {high:.2f}, "
              f"calibration error {calibration_error(sure, top):.3f}")  # fmt: skip
        goals.check(f"rules on {name}: right at first", float(top.mean()), first)
        goals.check(f"rules on {name}: right among three", float(any_of.mean()), three)


def blind(goals: Goals) -> None:
    """Lines written by people who had seen neither rules nor training lines: the only honest figure of what ships."""
    with (ROOT / "benchmarks" / "lines" / "triage_frozen.csv").open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    kinds = {row.code: row.kind for row in load_categories().values()}
    codes = np.array([row["code"] for row in rows])
    for name, engine, first, three in (
        ("word rules alone (peer)", LexiconClassifier(), 0.0, 0.0),
        ("what ships", starter(), 0.70, 0.88),
    ):
        found = [[one.label for one in engine.propose(row["text"], k=3)] or [""] for row in rows]
        top = np.array([one[0] for one in found])
        any_of = np.array([code in one for code, one in zip(codes, found, strict=True)])
        low, high = bootstrap(lambda drawn, top=top: float((top == codes)[drawn].mean()), len(rows))  # type: ignore[misc]
        kind_f1 = f1_score([kinds[c] for c in codes], [kinds.get(c, "") for c in top], average="macro",
                           labels=sorted(set(kinds.values())))  # fmt: skip
        print(
            f"blind lines, {name}: {len(rows)} lines, first {low:.2f} to {high:.2f}, kind macro-F1 {kind_f1:.3f}"
        )
        goals.check(f"blind lines, {name}: right at first", float((top == codes).mean()), first)
        goals.check(f"blind lines, {name}: right among three", float(any_of.mean()), three)


def folds(goals: Goals) -> None:
    """Five folds over the labelled texts, equal ones once: ours and the peer on the same folds."""
    pairs = labelled()
    texts, labels = list(pairs), np.array(list(pairs.values()))
    ours, sure, peer = np.empty_like(labels), np.zeros(len(labels), np.float32), np.empty_like(labels)
    second = np.empty_like(labels)
    for inner, outer in StratifiedKFold(5, shuffle=True, random_state=0).split(texts, labels):
        model = train([texts[n] for n in inner], labels[inner].tolist())
        chances = model.chances([texts[n] for n in outer])
        order, names = np.argsort(-chances, axis=1), np.array(model.labels)
        ours[outer], second[outer], sure[outer] = names[order[:, 0]], names[order[:, 1]], chances.max(axis=1)
        vectors = TfidfVectorizer(
            analyzer="char", ngram_range=(1, 3), sublinear_tf=True, min_df=2, dtype=np.float32
        )
        fitted = LinearSVC().fit(vectors.fit_transform([texts[n] for n in inner]), labels[inner])
        peer[outer] = fitted.predict(vectors.transform([texts[n] for n in outer]))
    right = ours == labels
    low, high = bootstrap(lambda drawn: float(f1_score(labels[drawn], ours[drawn], average="macro")), len(labels),
                          rounds=200)  # fmt: skip
    print(
        f"five folds: macro-F1 peer {f1_score(labels, peer, average='macro'):.4f}, ours {low:.3f} to {high:.3f}"
    )
    top2 = right | (second == labels)
    for name, (low, high) in (
        ("right among two", bootstrap(lambda drawn: float(top2[drawn].mean()), len(labels))),
        (
            "calibration error",
            bootstrap(lambda drawn: calibration_error(sure[drawn], right[drawn]), len(labels), rounds=200),
        ),
    ):
        print(f"five folds: {name} {low:.4f} to {high:.4f}")
    goals.check("five folds: macro-F1", float(f1_score(labels, ours, average="macro")), 0.935, digits=4)
    goals.check("five folds: right among two", float(top2.mean()), 0.99, digits=4)
    goals.check("five folds: calibration error", calibration_error(sure, right), 0.02, at_most=True, digits=4)
    goals.check("five folds: share routed at precision .98", cover_at(sure, right, 0.98), 0.80)
    mixed = np.random.default_rng(0).permutation(len(texts))
    texts, labels = [texts[n] for n in mixed], labels[mixed]
    few = train(texts[:300], labels[:300].tolist())
    names = np.array(few.labels)
    told = names[few.chances(texts[300:]).argmax(axis=1)]
    goals.check("with 300 labels: macro-F1", float(f1_score(labels[300:], told, average="macro")), 0.80)


def costs(goals: Goals, rules_: LexiconClassifier, model: LinearClassifier, real: dict[str, str]) -> None:
    """Milliseconds a text, and how often real complaints are lifted."""
    long = [text[:300] for text in real.values() if len(text) >= 300][:300]
    goals.check("rules: ms for 300 characters", best_ms(rules_.propose, long), 0.5, at_most=True)
    goals.check("trained: ms for 300 characters", best_ms(model.propose, long), 2.0, at_most=True)
    many = list(labelled())[:2000]
    begun = time.process_time()
    model.chances(many)
    goals.check(
        "trained: texts a second, many at once", len(many) / (time.process_time() - begun), 5_000, digits=0
    )
    short = [text[:200] for text in real.values() if len(text) >= 200][:500]
    for name, reader, goal in (("words", words_floor, 0.05), ("words and detector", danger_floor, 0.25)):
        goals.check(
            f"danger {name}: ms for 200 characters", best_ms(reader, short), goal, at_most=True, digits=4
        )
    lifted = np.array([danger_floor(text).severity == 1 for text in real.values()])
    goals.check(
        "danger words and detector: share of real complaints lifted", float(lifted.mean()), 0.12, at_most=True
    )


def main() -> int:
    options = goals_wanted(argparse.ArgumentParser(description=__doc__))
    goals = Goals()
    real = messages()
    model = trained_model(goals)
    classifier = LexiconClassifier()
    folds(goals)
    rules(goals, classifier, real)
    blind(goals)
    categories("what ships", starter())
    categories("word rules alone (peer)", classifier)
    costs(goals, classifier, model, real)
    return goals.verdict(options.goal)


if __name__ == "__main__":
    sys.exit(main())
