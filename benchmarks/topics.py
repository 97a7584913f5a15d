"""Issues over weeks: quality on real messages beside a plain peer, days until an issue is shown, speed and memory.

Run: ``python -m benchmarks.topics [--size full] [--goal off]``. Data: ``complaints/messages.csv`` and
``complaints/same_issue.csv`` (patterns over place names: silver, not gold). Peer: TF-IDF over pairs of characters of the
whole file, cosine of at least 0.2, chains closed. Ours: replayed day by day, and in hindsight. All members of a group
count, also those not listed. Our threshold was chosen on the half of the issues printed as "chosen on"; the other half
is the validation half, though its issues too have been looked at. Intervals resample the issues: there are few, so they
are wide. One thread, process time. Exits 1 below a goal.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import csv
import hashlib
import random
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

import numpy as np
import numpy.typing as npt
from scipy.sparse.csgraph import connected_components
from sklearn.feature_extraction.text import TfidfVectorizer

from benchmarks.reference import Goals, bootstrap, data_file, goals_wanted
from fengqiao.algorithms.issuescores import IssueScores, score_issues
from fengqiao.algorithms.linkedgroups import linked_groups
from fengqiao.algorithms.segment import flatten
from fengqiao.algorithms.topicranks import LEAST_PEOPLE, WINDOW
from fengqiao.algorithms.topics import Message, Topics, find_groups, find_topics

Issues = Mapping[str, set[str]]
Groups = Sequence[Sequence[str]]


def real() -> tuple[list[Message], dict[str, set[str]]]:
    """The real messages, and the issues of those listed."""
    with data_file("complaints", "messages.csv").open(encoding="utf-8", newline="") as source:
        notes = [
            Message(
                row["id"],
                row["title"].strip(),
                row["body"].strip(),
                datetime.strptime(row["time"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC),
                row["user"],
            )
            for row in csv.DictReader(source)
        ]
    issues: dict[str, set[str]] = defaultdict(set)
    with data_file("complaints", "same_issue.csv").open(encoding="utf-8", newline="") as source:
        for row in csv.DictReader(source):
            issues[row["id"]].add(row["issue"])
    return notes, dict(issues)


def peer(notes: Sequence[Message]) -> Groups:
    """TF-IDF and single link at 0.2, in hindsight."""
    vectors = TfidfVectorizer(analyzer="char", ngram_range=(2, 2), sublinear_tf=True)
    rows = vectors.fit_transform([flatten(f"{one.title}\n{one.body}") for one in notes])
    linked = (rows @ rows.T).toarray() >= 0.2
    groups: dict[int, list[str]] = defaultdict(list)
    for one, label in zip(notes, connected_components(linked, directed=False)[1].tolist(), strict=True):
        groups[label].append(one.id)
    return list(groups.values())


def halves(issues: Issues) -> tuple[set[str], set[str]]:
    """Every other issue in the order of the SHA-256 of its name: those the threshold was chosen on, and the others."""
    names = sorted(set().union(*issues.values()), key=lambda one: hashlib.sha256(one.encode()).hexdigest())
    return set(names[::2]), set(names[1::2])


def only(issues: Issues, names: Iterable[str]) -> dict[str, set[str]]:
    """The listed messages of some issues."""
    wanted = set(names)
    return {one: kept for one, of in issues.items() if (kept := of & wanted)}


def told(name: str, found: IssueScores) -> None:
    """One line of figures."""
    values = np.array(list(found.issues.values()))

    def mean(drawn: npt.NDArray[np.int64]) -> float:
        return float(values[drawn].mean())

    low, high = bootstrap(mean, len(values))
    print(
        f"{name:<34} mean issue F1 {found.mean_issue_f1:.3f} ({low:.3f} to {high:.3f}), listed only "
        f"{found.mean_issue_f1_listed:.3f}; pairs P {found.precision:.3f} R {found.recall:.3f} F1 {found.f1:.3f}"
    )


def quality(goals: Goals, notes: Sequence[Message], issues: Issues, found: Topics) -> None:
    """Ours beside the peer's, over all issues and over each half."""
    daily = [one.member_ids for one in found.topics]
    ways: dict[str, Groups] = {
        "peer, single link at 0.2": peer(notes),
        "same-event proposals, chained": linked_groups(notes),
        "ours in hindsight": find_groups(notes),
        "ours day by day": daily,
    }
    scored = {name: score_issues(groups, issues) for name, groups in ways.items()}
    for name, one in scored.items():
        told(name, one)
    for half, names in zip(("chosen on", "validation"), halves(issues), strict=True):
        for name in ("peer, single link at 0.2", "ours in hindsight", "ours day by day"):
            told(f"  {half}: {name.split(',')[0]}", score_issues(ways[name], only(issues, names)))
    for issue, value in scored["ours day by day"].issues.items():
        print(f"    {issue}: {value:.2f}, in hindsight {scored['ours in hindsight'].issues[issue]:.2f}")
    plain = scored["peer, single link at 0.2"]
    goals.check("hindsight: F1 over pairs", scored["ours in hindsight"].f1, 0.80)
    goals.check("day by day: F1 over pairs", scored["ours day by day"].f1, 0.80)
    goals.check("hindsight: mean issue F1", scored["ours in hindsight"].mean_issue_f1, 0.80)
    goals.check("day by day: mean issue F1", scored["ours day by day"].mean_issue_f1, 0.80)
    over = scored["ours day by day"].mean_issue_f1 / plain.mean_issue_f1
    goals.check("day by day: mean issue F1 over the peer's", over, 1.0)


def earliness(goals: Goals, notes: Sequence[Message], issues: Issues, found: Topics) -> None:
    """Days until shown, from an issue's first message, and from the day the reference lists enough people."""
    note = {one.id: one for one in notes}
    waits: dict[str, tuple[int | None, int | None]] = {}
    for issue in sorted(set().union(*issues.values())):
        ids = {one for one, of in issues.items() if issue in of}
        fits = [
            (2 * len(ids & set(one.member_ids)) / (len(ids) + len(one.member_ids)), one)
            for one in found.topics
        ]
        topic = max(fits, key=lambda one: one[0])[1]
        said = sorted((_day(note[one]), note[one].author) for one in ids)
        soonest = enough(said)
        shown = None if topic.shown_on is None else topic.shown_on.toordinal()
        waits[issue] = (
            None if shown is None else shown - said[0][0],
            None if shown is None or soonest is None else shown - soonest,
        )
        print(
            f"    {issue}: first {note_date(said[0][0])}, enough people {note_date(soonest)}, shown {topic.shown_on}"
        )
    for name, at in (("first message", 0), ("fourth person in 21 days", 1)):
        days = [one[at] for one in waits.values() if one[at] is not None]
        within = [sum(day <= most for day in days) for most in (7, 14)]
        median = float(np.median(days)) if days else float("nan")
        low, high = bootstrap(partial(_median, days), len(days)) if days else (0.0, 0.0)
        print(
            f"from the {name}: {len(days)} of {len(waits)} issues, median {median:.0f} days ({low:.0f} to {high:.0f}), "
            f"within 7 days {within[0]}, within 14 days {within[1]}"
        )
        if at == 1:
            goals.check("median days from the fourth person to shown", median, 7, at_most=True)
    shown_topics = [one for one in found.topics if one.shown_on is not None]
    print(f"{len(shown_topics)} issues shown in all, {len(found.topics)} groups of at least two people")


def enough(said: Sequence[tuple[int, str]]) -> int | None:
    """The first day on which the rule's number of people had spoken, by the reference (day, author) in order."""
    for day, _ in said:
        if len({who for when, who in said if day - WINDOW < when <= day}) >= LEAST_PEOPLE:
            return day
    return None


def _median(days: Sequence[int], drawn: npt.NDArray[np.int64]) -> float:
    return float(np.median(np.array(days)[drawn]))


def _day(one: Message) -> int:
    return 0 if one.at is None else one.at.date().toordinal()


def note_date(day: int | None) -> str:
    """A day as it is written; "never" for none."""
    return "never" if day is None else f"{datetime.fromordinal(day):%Y-%m-%d}"


def made(notes: Sequence[Message], count: int) -> list[Message]:
    """Made messages out of real titles and clauses, over 300 days, by as many accounts (seed 3)."""
    draw = random.Random(3)
    clauses = [
        part
        for one in notes
        for part in f"{one.title}。{one.body}".replace("！", "。").replace("，", "。").split("。")
        if 8 < len(part) < 60
    ]
    begun = datetime(2026, 1, 1, tzinfo=UTC)
    return [
        Message(
            str(number),
            draw.choice(notes).title,
            "，".join(draw.sample(clauses, 8)),
            begun + timedelta(minutes=number * 300 * 1440 / count),
            f"u{draw.randrange(count)}",
        )
        for number in range(count)
    ]


def cost(goals: Goals, notes: Sequence[Message], count: int, most_seconds: float, most_mb: float) -> None:
    """Process time and peak memory of a replay."""
    messages = made(notes, count)
    begun = time.process_time()
    find_topics(messages)
    goals.check(
        f"{count} made messages: seconds", time.process_time() - begun, most_seconds, at_most=True, digits=1
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    goals.check(f"{count} made messages: peak MB", peak, most_mb, at_most=True, digits=0)


def main() -> int:
    options = goals_wanted(argparse.ArgumentParser(description=__doc__), sized=True)
    goals = Goals()
    notes, issues = real()
    begun = time.process_time()
    found = find_topics(notes)
    seconds = time.process_time() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    goals.check(f"{len(notes)} real messages: seconds", seconds, 15, at_most=True, digits=1)
    goals.check(f"{len(notes)} real messages: peak MB", peak, 400, at_most=True, digits=0)
    quality(goals, notes, issues, found)
    earliness(goals, notes, issues, found)
    cost(goals, notes, 10_000, 60, 1_000)
    if options.size == "full":
        cost(goals, notes, 100_000, 900, 2_000)
    return goals.verdict(options.goal)


if __name__ == "__main__":
    sys.exit(main())
