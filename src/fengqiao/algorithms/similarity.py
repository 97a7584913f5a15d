"""Finding reports of the same event among many, one new report at a time.

`DuplicateIndex` holds reports in memory: for each word or pair of characters the list of reports that use it. A query
adds up the weights of shared features over these lists in one sweep, keeps the best few, and weighs words, place and time
for them as `sameevent` says. With more than 20,000 reports only the rarer features are swept; the few kept are then
compared in full. Reports further apart in time than the window are not compared.

Suggestions only: a person links reports, and can undo it.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from math import log

import numpy as np
import numpy.typing as npt

from fengqiao.algorithms.sameevent import Doc, Marks, Match, judge, pair_score, traits, with_words

__all__ = ["Doc", "Duplicate", "DuplicateIndex", "Match", "pair_score"]

WINDOW = timedelta(days=90)
FLOOR = 0.5
SWEEP_ALL = 20_000  # reports up to which every feature is swept
RARE_SHARE = 0.004  # beyond: features used by at most this share of the reports
LOOK_AT = 12  # candidates weighed in full
PRIOR = 50  # reports thought of before the first one came, so that early weights are not wild
REWEIGH = 1.5  # growth after which the lengths of all vectors are taken anew

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A report that may speak of the same event, and why."""

    id: str
    match: Match


@dataclass(slots=True)
class _Slot:
    doc: Doc
    marks: Marks
    features: Ints


class DuplicateIndex:
    """Reports held ready for comparison. Not for use from several threads at once."""

    def __init__(self, *, window: timedelta = WINDOW) -> None:
        """`window`: reports further apart in time are never proposed."""
        self._window = window.total_seconds()
        self._clear()

    def _clear(self) -> None:
        self._slots: list[_Slot | None] = []
        self._slot_of: dict[str, int] = {}
        self._number: dict[str, int] = {}
        self._names: list[str] = []
        self._lists: list[array[int]] = []
        self._used = array("i")
        self._times = array("d")
        self._lengths = array("d")
        self._weighed_at = 0

    def __len__(self) -> int:
        return len(self._slot_of)

    def __contains__(self, doc_id: object) -> bool:
        return doc_id in self._slot_of

    def add(self, doc: Doc) -> None:
        """Take a report in; one with the same id is replaced. Raises ValueError for a time without a zone."""
        if doc.at.tzinfo is None:
            raise ValueError("the time of a report needs a zone")
        self.remove(doc.id)
        marks = traits(doc)
        numbers = np.array(sorted(map(self._feature, marks.features)), dtype=np.int32)
        slot = len(self._slots)
        for number in numbers.tolist():
            self._lists[number].append(slot)
            self._used[number] += 1
        self._slots.append(_Slot(doc, marks.marks, numbers))
        self._slot_of[doc.id] = slot
        self._times.append(doc.at.timestamp())
        self._lengths.append(float(self._squares(numbers).sum() ** 0.5))
        if len(self) > self._weighed_at * REWEIGH + PRIOR:
            self._weigh_all()

    def remove(self, doc_id: str) -> bool:
        """Take a report out again; False when it was not there."""
        slot = self._slot_of.pop(doc_id, None)
        if slot is None:
            return False
        held = self._slots[slot]
        if held is not None:
            for number in held.features.tolist():
                self._used[number] -= 1
        self._slots[slot] = None
        if len(self._slots) > 2 * len(self._slot_of) + PRIOR:
            self._rebuild()
        return True

    def query(self, doc: Doc, *, k: int = 2, floor: float = FLOOR) -> list[Duplicate]:
        """At most `k` reports that may be of the same event with a score of at least `floor`, the likeliest first."""
        if not self._slot_of:
            return []
        marks = traits(doc)
        number = self._number
        known = np.array(sorted(number[one] for one in marks.features if one in number), dtype=np.int32)
        squares = self._squares(known)
        unseen = len(marks.features) - len(known)
        length = float((squares.sum() + unseen * log(1 + len(self) + PRIOR) ** 2) ** 0.5)
        swept = self._sweep(known, squares)
        swept[np.abs(np.frombuffer(self._times) - doc.at.timestamp()) > self._window] = 0
        ranks = swept / np.maximum(np.frombuffer(self._lengths), 1e-9)
        best = np.argpartition(-ranks, LOOK_AT)[:LOOK_AT] if len(ranks) > LOOK_AT else np.arange(len(ranks))
        found = [
            Duplicate(held.doc.id, judge(doc, held.doc, marks.marks, held.marks, cosine=cosine))
            for held, cosine in self._cosines(best, swept, known, length)
        ]
        kept = [one for one in found if one.match.score >= floor and one.id != doc.id]
        best_first = sorted(kept, key=lambda one: (-one.match.score, one.id))[:k]
        return [Duplicate(one.id, self._explained(one, doc, known)) for one in best_first]

    def _cosines(
        self, best: Iterable[int], swept: Floats, known: Ints, length: float
    ) -> Iterator[tuple[_Slot, float]]:
        """The reports behind the best slots with their cosines, by the weights of now."""
        for slot in best:
            held = self._slots[slot]
            if held is None or swept[slot] <= 0:
                continue
            together = float(swept[slot])
            if len(self) > SWEEP_ALL:
                shared = np.intersect1d(known, held.features, assume_unique=True)
                together = float(self._squares(shared).sum())
            cosine = together / max(length * float(self._squares(held.features).sum() ** 0.5), 1e-9)
            yield held, min(1.0, cosine)

    def _sweep(self, known: Ints, squares: Floats) -> Floats:
        """For every slot the sum of squared weights of features shared with the query."""
        if len(self) > SWEEP_ALL:
            rare = np.frombuffer(self._used, dtype=np.int32)[known] <= RARE_SHARE * len(self)
            if rare.any():
                known, squares = known[rare], squares[rare]
        lists = [self._lists[number] for number in known.tolist()]
        if not lists:
            return np.zeros(len(self._slots))
        weights = np.repeat(squares, [len(one) for one in lists])
        slots = np.frombuffer(b"".join(lists), dtype=np.int32)
        sums: Floats = np.bincount(slots, weights=weights, minlength=len(self._slots)).astype(
            np.float64, copy=False
        )
        return sums

    def _explained(self, one: Duplicate, doc: Doc, known: Ints) -> Match:
        held = self._slots[self._slot_of[one.id]]
        if held is None:
            return one.match
        shared = np.intersect1d(known, held.features, assume_unique=True)
        weights = np.sqrt(self._squares(shared)).tolist()
        return with_words(
            one.match,
            doc,
            {self._names[number]: w for number, w in zip(shared.tolist(), weights, strict=True)},
        )

    def _feature(self, feature: str) -> int:
        number = self._number.setdefault(feature, len(self._lists))
        if number == len(self._lists):
            self._lists.append(array("i"))
            self._names.append(feature)
            self._used.append(0)
        return number

    def _squares(self, numbers: Ints) -> Floats:
        """Squared weights of features: the rarer among the reports, the larger."""
        used = np.frombuffer(self._used, dtype=np.int32)[numbers]
        squares: Floats = np.log(1 + (len(self) + PRIOR) / (used + 1.0)) ** 2
        return squares

    def _weigh_all(self) -> None:
        self._weighed_at = len(self)
        squares = self._squares(np.arange(len(self._used), dtype=np.int32))
        for slot, held in enumerate(self._slots):
            if held is not None:
                self._lengths[slot] = float(squares[held.features].sum() ** 0.5)

    def _rebuild(self) -> None:
        """Write the lists anew without what was taken out."""
        kept = [held.doc for held in self._slots if held is not None]
        self._clear()
        for doc in kept:
            self.add(doc)
