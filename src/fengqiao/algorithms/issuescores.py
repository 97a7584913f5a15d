"""How well found groups agree with issues that somebody named: over pairs, and issue by issue.

A pair counts when both its messages are listed with an issue, and is of one issue when they share one (a message may be
listed with several); what is not listed only stands in the way. The mean issue F1 takes for each issue the found group
that fits best, all its members counted, also those not listed, so that a group of everything scores low.
Source: the pair measure of W. M. Rand, JASA 66 (1971), 846-850, as precision and recall; best-matching F: B. Larsen and
C. Aone, KDD 1999, 16-22, each issue weighing the same.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb


@dataclass(frozen=True, slots=True)
class IssueScores:
    """`precision`, `recall`, `f1` over pairs of listed messages; `mean_issue_f1` over all members of the found groups,
    `mean_issue_f1_listed` over listed ones alone; `issues` by name with the best F1 of each; `listed` messages counted,
    `pairs` of one issue among them."""

    precision: float
    recall: float
    f1: float
    mean_issue_f1: float
    mean_issue_f1_listed: float
    issues: Mapping[str, float]
    listed: int
    pairs: int


def score_issues(groups: Iterable[Sequence[str]], issues_of: Mapping[str, Collection[str]]) -> IssueScores:
    """Compare found groups of ids with the issues of each listed id. A listed id in no group counts as one alone.

    Raises ValueError when an id is in two groups and when nothing is listed.
    """
    if not issues_of:
        raise ValueError("no issue is listed")
    sizes: list[int] = []
    group_of: dict[str, int] = {}
    for members in groups:
        for one in members:
            if one in group_of:
                raise ValueError(f"{one} is in two groups")
            group_of[one] = len(sizes)
        sizes.append(len(members))
    for one in issues_of:
        if one not in group_of:
            group_of[one] = len(sizes)
            sizes.append(1)
    cells = Counter((issue, group_of[one]) for one, issues in issues_of.items() for issue in set(issues))
    issue_sizes = Counter(issue for issues in issues_of.values() for issue in set(issues))
    listed_sizes = Counter(group_of[one] for one in issues_of)
    kinds: dict[int, Counter[frozenset[str]]] = defaultdict(Counter)
    for one, issues in issues_of.items():
        kinds[group_of[one]][frozenset(issues)] += 1
    both = sum(_sharing(counts) for counts in kinds.values())
    true = _sharing(Counter(frozenset(issues) for issues in issues_of.values()))
    found = sum(comb(count, 2) for count in listed_sizes.values())
    best = _best(cells, issue_sizes, dict(enumerate(sizes)))
    best_listed = _best(cells, issue_sizes, listed_sizes)
    return IssueScores(
        both / found if found else 1.0,
        both / true if true else 1.0,
        2 * both / (found + true) if found + true else 1.0,
        sum(best.values()) / len(best),
        sum(best_listed.values()) / len(best_listed),
        best,
        len(issues_of),
        true,
    )


def _sharing(counts: Mapping[frozenset[str], int]) -> int:
    """Pairs of messages that share an issue, among so many messages with each set of issues."""
    alike = sum(comb(count, 2) for issues, count in counts.items() if issues)
    return alike + sum(
        counts[one] * counts[other] for one, other in combinations(counts, 2) if not one.isdisjoint(other)
    )


def _best(
    cells: Mapping[tuple[str, int], int], issues: Mapping[str, int], groups: Mapping[int, int]
) -> dict[str, float]:
    """For each issue the best F1 of any group."""
    best: dict[str, float] = defaultdict(float)
    for (issue, group), count in cells.items():
        best[issue] = max(best[issue], 2 * count / (issues[issue] + groups[group]))
    return dict(sorted(best.items()))
