"""How much speaks for each village that a text may mean: the weights behind ``villages``, all estimates of ours.

A mention is a stretch of the text that is, or resembles, the own name of villages. Its rows are weighed by how the name
is written, by the divisions the text names, and by how near they lie to where the report comes from. Divisions in full
words (白石县) count wherever they stand, shortened ones (白石) only in a row that leads up to the name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from fengqiao.algorithms.villagefile import Rows, Span
from fengqiao.algorithms.villagenames import TAIL, kind_of

How = Literal["exact", "sound", "loose", "shape", "spelled"]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

WHOLE, TAILED, BEHIND, BARE, BARE_SHORT = 0.9, 0.85, 0.8, 0.3, 0.2
"""How sure it is that a village is named: nothing else is said, 村 follows, a street or county goes before, else."""
SURE = {"exact": 1.0, "sound": 0.75, "loose": 0.6, "shape": 0.7, "spelled": 0.75}
SLIP = {"exact": 1.0, "sound": 2e-3, "loose": 2e-4, "shape": 1e-3, "spelled": 1.0}
"""How often the name is written in just this way instead of its own."""
NEAR = ((9, 1e5), (6, 3e3), (4, 1e2), (2, 10.0))
"""Digits of the code shared with where the report comes from: how much likelier such a village is than a far one."""
NAMED = {9: (1e5, 1e3), 6: (1e5, 1e3), 4: (3e2, 1e2), 2: (20.0, 20.0)}
"""Digits of a division named in the text: how much likelier a village in it is; in full words, and shortened."""
AROUND = {9: 6, 6: 4, 4: 2}
"""Where to look when no such village lies in the named street, county, city."""
AGAINST = (0.02, 0.3)
"""A village outside a division that the text names, in full and shortened, when another of that name lies in it."""
LONGER = 8.0
"""How much likelier each further character makes it that the longer of two names was meant."""
OTHER_KIND = 0.3
SUPPORT = 1e3
"""From this on something around the name speaks for the village: its county or street is named, or is the reporter's."""
LIFTED = 0.3


@dataclass(frozen=True, slots=True)
class Upper:
    """A division above the village that the text names, and the codes of all of that name."""

    start: int
    end: int
    full: bool
    name: str
    codes: dict[int, Ints]  # by count of digits, rising

    def holds(self, code: str, digits: int) -> bool:
        """Whether a village lies in one of the divisions of so many digits."""
        inside = self.codes[digits]
        where = int(inside.searchsorted(int(code[:digits])))
        return where < len(inside) and int(inside[where]) == int(code[:digits])

    def wider(self) -> Upper | None:
        """What the divisions named in full lie in themselves; None for provinces and for shortened names."""
        codes = {
            AROUND[n]: np.unique(found // 10 ** (n - AROUND[n]))
            for n, found in self.codes.items()
            if n in AROUND
        }
        return Upper(self.start, self.end, False, self.name, codes) if self.full and codes else None


@dataclass(frozen=True, slots=True)
class Mention:
    """What may be the name of a village. `plain`: the words alone show that one is named (村 follows, a
    division in full or a row of them leads up, nothing else is said); `led`: a row of divisions, in
    full or shortened, leads up to it; `counts`: which of the named divisions say something about it."""

    start: int
    end: int  # of the own name
    till: int  # of what says that it is a village
    how: How
    surety: float
    kind: str
    rows: Rows  # rising
    plain: bool = False
    led: bool = False
    counts: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Weighed:
    """All rows of all mentions, one behind the other: which mention, what speaks for it from around, how sure."""

    rows: Rows
    of: Ints
    around: Floats
    confidence: Floats


def mention_of(flat: str, span: Span, how: How, rows: Rows, uppers: Sequence[Upper]) -> Mention | None:
    """A mention with how plainly it names a village; None inside a longer name of a street or county."""
    start, end = span
    behind = TAIL.match(flat, end)
    till = behind.end() if behind else end
    if any(one.full and one.start <= start and till <= one.end for one in uppers):
        return None
    tail = flat[end:till] if behind else flat[end - 1 : end]
    chain = _chain(start, uppers)
    full = any(one.full and one.end == start for one in uppers)
    if (full or start == 0) and till == len(flat):
        surety = WHOLE
    elif behind or tail == "村":
        surety = TAILED
    elif full:
        surety = BEHIND
    else:
        surety = BARE if end - start > 2 else BARE_SHORT
    counts = {n for n, one in enumerate(uppers) if one.full and (till <= one.start or start >= one.end)}
    return Mention(
        start, end, till, how, surety * SURE[how], kind_of(tail) if behind else "other", rows,
        surety >= BEHIND or len(chain) > 1, bool(chain), frozenset(counts | chain),
    )  # fmt: skip


def _chain(start: int, uppers: Sequence[Upper]) -> set[int]:
    """The divisions that stand in a row without a gap before a name."""
    found: set[int] = set()
    ends = {one.end: number for number, one in enumerate(uppers)}
    while start in ends:
        found.add(ends[start])
        start = uppers[ends[start]].start
    return found


def nearness(codes: Ints, regions: Sequence[str]) -> Floats:
    """(n,) how much likelier each village is for where the report comes from; the same village counts as its street."""
    found = np.ones(len(codes))
    for region in regions:
        for digits, factor in NEAR:
            if len(region) >= digits:
                same = codes // 10 ** (12 - digits) == int(region[:digits])
                found[same] = np.maximum(found[same], factor)
    return found


def named(codes: Ints, of: Ints, counting: npt.NDArray[np.bool_], upper: Upper) -> Floats:
    """(n,) what a named division says for each village; nothing for a mention none of whose villages lie in it.

    `counting`: (mentions,) whether the division counts for a mention.
    """
    short = 0 if upper.full else 1
    gain = np.ones(len(codes))
    for digits, inside in upper.codes.items():
        heads = codes // 10 ** (12 - digits)
        where = inside.searchsorted(heads)
        where[where == len(inside)] = 0
        gain[inside[where] == heads] = NAMED[digits][short]
    counts = counting[of]
    inner = (gain > 1) & counts
    if not inner.any():  # none of them lies there: those around it
        wider = upper.wider()
        return named(codes, of, counting, wider) if wider else np.ones(len(codes))
    fits = np.zeros(len(counting), dtype=bool)
    fits[of[inner]] = True
    gain[fits[of] & ~inner & counts] = AGAINST[short]
    gain[~counts] = 1.0
    return gain


def confidences(mentions: Sequence[Mention], of: Ints, weight: Floats, around: Floats) -> Floats:
    """(n,) each row's share of the weight of all mentions that overlap its own, times the surety of the mention.

    In running words a name alone counts little, and a short one only where something around it speaks for the village.
    """
    total = np.bincount(of, weights=weight, minlength=len(mentions))
    start = np.array([one.start for one in mentions])
    till = np.array([one.till for one in mentions])
    over = (start[:, None] < till) & (start < till[:, None])
    surety = np.array([one.surety for one in mentions])[of]
    supported = around >= SUPPORT
    surety[(surety <= BARE_SHORT) & ~supported] = 0.0
    surety[(surety <= BARE) & supported] += LIFTED
    share: Floats = surety * weight / (over @ total)[of]
    return share


def without(rows: Rows, others: Rows) -> Rows:
    """Rows that are not among the others; both rise."""
    if not len(others):
        return rows
    where = others.searchsorted(rows)
    where[where == len(others)] = 0
    left: Rows = rows[others[where] != rows]
    return left
