"""Groups of messages that speak of the same thing, built day by day and never with knowledge of a later day.

Method: average linkage. Two groups are as alike as their messages are on average, over all pairs of one message here
and one there; with vectors of unit length that is the inner product of the groups' sums over the product of their
sizes, so no matrix of all pairs is ever kept. New messages begin as groups of one; groups that are each other's nearest
and alike enough are joined, until none are left. A group never comes apart again: what was shown stays true.
Source: R. R. Sokal and C. D. Michener, University of Kansas Science Bulletin 38 (1958), 1409-1438; nearest neighbours
of each other: F. Murtagh, The Computer Journal 26 (1983), 354-359.
Limits: groups silent for longer than the quiet time are closed and never compared again. Words alone decide; two places
whose names are written with the same characters look alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from fengqiao.algorithms.topicvectors import VectorStore

ALIKE = 0.06
"""Mean cosine from which two groups are one. See docs/algorithms/topics.md for how it was chosen."""
QUIET_DAYS = 180
AT_ONCE = 200  # messages compared in one sweep
MOST_LIVE = 60_000  # messages compared at most; beyond, the groups longest silent are closed first

Floats = npt.NDArray[np.float64]


class Grouper:
    """Groups over messages numbered in their order of arrival. Not for use from several threads at once."""

    def __init__(self, *, alike: float = ALIKE, quiet_days: int = QUIET_DAYS) -> None:
        self._alike = alike
        self._quiet = quiet_days
        self._store = VectorStore()
        self._live: list[int] = []  # message number behind each slot
        self._group_of_slot: list[int] = []
        self._slots: dict[int, list[int]] = {}
        self._last: dict[int, int] = {}
        self._came = 0
        self.members: dict[int, list[int]] = {}
        """Message numbers of every group, closed ones too; a group is named by its earliest message."""

    def add_all(self, texts: Sequence[tuple[str, str]]) -> None:
        """Take in messages (title, body) all at once, in hindsight: each pair is weighed by the words of all."""
        self._add(0, texts)

    def add_day(self, day: int, texts: Sequence[tuple[str, str]]) -> list[tuple[int, int]]:
        """Take in the messages (title, body) of a day, a number that never falls. Returns joins, as they happened:
        (the group that stays, the group that went into it)."""
        self._close(day)
        joins: list[tuple[int, int]] = []
        for begun in range(0, len(texts), AT_ONCE):
            joins += self._add(day, texts[begun : begun + AT_ONCE])
        return joins

    def _add(self, day: int, texts: Sequence[tuple[str, str]]) -> list[tuple[int, int]]:
        self._store.add(texts)
        touched = list(range(self._came, self._came + len(texts)))
        for number in touched:
            self.members[number] = [number]
            self._slots[number] = [len(self._live)]
            self._last[number] = day
            self._live.append(number)
            self._group_of_slot.append(number)
        self._came += len(texts)
        joins: list[tuple[int, int]] = []
        while touched:
            pairs = self._nearest(touched)
            for stays, goes in pairs:
                self._join(stays, goes, day)
            joins += pairs
            touched = [stays for stays, _ in pairs]
        return joins

    def _nearest(self, touched: list[int]) -> list[tuple[int, int]]:
        """Pairs of groups, one of them touched, that are each other's nearest and alike enough."""
        groups = np.array(sorted(self._slots))
        places = np.searchsorted(groups, touched)
        best = np.empty(len(touched), dtype=np.int64)
        best_mean = np.empty(len(touched))
        heard = np.full(len(groups), -1.0)  # for every group the best mean any touched group has with it
        suitor = np.full(len(groups), -1)
        for begun in range(0, len(touched), AT_ONCE):
            part = slice(begun, begun + AT_ONCE)
            means = self._means(touched[part], groups)
            means[np.arange(len(means)), places[part]] = -1.0
            best[part], best_mean[part] = means.argmax(axis=1), means.max(axis=1)
            louder = means.max(axis=0) > heard
            suitor[louder] = places[part][means.argmax(axis=0)[louder]]
            heard[louder] = means.max(axis=0)[louder]
        choice = suitor.copy()
        choice[places] = best
        mutual = (choice[best] == places) & (best_mean >= self._alike)
        pairs = {
            (min(one, other), max(one, other))
            for one, other in zip(places[mutual], best[mutual], strict=True)
        }
        return sorted((int(groups[one]), int(groups[other])) for one, other in pairs)

    def _means(self, touched: list[int], groups: npt.NDArray[Any]) -> Floats:
        """Mean cosine of each touched group (rows) with every living group (columns)."""
        sums = self._store.sums(self._belonging(touched))
        column = np.searchsorted(groups, self._group_of_slot)
        live = len(self._live)
        belong = sparse.csr_matrix(
            (np.ones(live, np.float32), column, np.arange(live + 1)), shape=(live, len(groups))
        )
        totals = (self._store.products(sums) @ belong).toarray()
        sizes = np.array([len(self._slots[group]) for group in groups.tolist()], dtype=float)
        own = np.array([len(self._slots[group]) for group in touched], dtype=float)
        means: Floats = np.round(totals / sizes[None, :] / own[:, None], 6)
        return means

    def _belonging(self, touched: list[int]) -> Any:
        slots = [self._slots[group] for group in touched]
        indptr = np.cumsum([0, *map(len, slots)])
        indices = np.concatenate([np.array(one) for one in slots])
        return sparse.csr_matrix(
            (np.ones(len(indices), np.float32), indices, indptr), shape=(len(touched), len(self._live))
        )

    def _join(self, stays: int, goes: int, day: int) -> None:
        for slot in self._slots[goes]:
            self._group_of_slot[slot] = stays
        self._slots[stays] = sorted(self._slots[stays] + self._slots.pop(goes))
        self.members[stays] = sorted(self.members[stays] + self.members.pop(goes))
        self._last.pop(goes)
        self._last[stays] = day

    def _close(self, day: int) -> None:
        """Stop comparing groups that have been silent for too long, in batches: each costs a pass."""
        silent = [group for group, last in self._last.items() if day - last > self._quiet]
        held = sum(len(self._slots[group]) for group in silent)
        if len(self._live) > MOST_LIVE:
            silent = list(self._longest_silent(len(self._live) - MOST_LIVE * 3 // 4))
        elif held < max(500, len(self._live) // 10):
            return
        for group in silent:
            del self._slots[group], self._last[group]
        kept = [slot for slot, group in enumerate(self._group_of_slot) if group in self._slots]
        self._store.keep(kept)
        self._live = [self._live[slot] for slot in kept]
        self._group_of_slot = [self._group_of_slot[slot] for slot in kept]
        for slots in self._slots.values():
            slots.clear()
        for slot, group in enumerate(self._group_of_slot):
            self._slots[group].append(slot)

    def _longest_silent(self, count: int) -> Iterable[int]:
        """Groups that together hold at least `count` messages, those silent longest first."""
        held = 0
        for group in sorted(self._last, key=lambda group: (self._last[group], group)):
            if held >= count:
                return
            held += len(self._slots[group])
            yield group
