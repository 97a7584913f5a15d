"""Which of all villages of the country a text speaks of, from the file that ``villagefile`` writes.

Question: 和平村 is the name of hundreds of villages; which one is meant here? Every stretch of the text that is the own
name of a village is a mention; so is one that sounds or looks like it where a village is plainly named (before 村, behind
a street or county, or as the whole text). Every village of that name stays a candidate and is weighed by what the text
names above it and by how near it lies to where the report comes from; its share of all that weight, times how plainly a
village is named at all, is its confidence. Nothing is picked: the count of villages of one name is told with each.

Source: Bayes' rule with the weights of ``villageweights``, estimates of ours: most people speak of villages around them.
Limits: nearness is that of the division codes, not of metres; a slip is not looked for in running words; a village that
changed its name or code since the file was made is not known.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np

from fengqiao.algorithms.addressdetail import canonical, detail_at
from fengqiao.algorithms.placeslips import reason
from fengqiao.algorithms.segment import Squeezed, normalise, squeeze
from fengqiao.algorithms.sounds import keys, lookalikes, spelled, spelled_key
from fengqiao.algorithms.villagefile import KINDS, LONGEST, Hashes, Rows, Span, VillageData, read_villages
from fengqiao.algorithms.villagenames import TAIL, core, simple, upper_forms
from fengqiao.algorithms.villageweights import (
    BARE,
    BARE_SHORT,
    LONGER,
    NAMED,
    OTHER_KIND,
    SLIP,
    SUPPORT,
    SURE,
    TAILED,
    How,
    Ints,
    Mention,
    Upper,
    Weighed,
    confidences,
    mention_of,
    named,
    nearness,
    without,
)

_MASK = np.uint64((1 << 22) - 1)
_HAN = re.compile("[\u4e00-\u9fff]")
Windows = tuple[Hashes, list[Span]]

MAX_CHARS = 1000
MAX_UPPERS = 16
MAX_WINDOWS = 160
MAX_MENTIONS = 300
DETAIL = 60
LEAST = 1e-8
"""Confidence below which a village is not a candidate."""
SIZES = range(2, LONGEST + 1)
COUNTY = 6


@dataclass(frozen=True, slots=True)
class VillageCandidate:
    """A village the text may mean.

    `code` has 12 digits; `where` are the divisions it lies in, the widest first (empty where the file has no names for
    them); `start`..`end` is the name in the text as given, `said` the same words; `how` they fit the name; `same_named`
    counts the villages of the file with this own name, itself among them; `detail` is the finer address behind it.
    `supported`: its county or street is named, or is the reporter's; `plain`: the words show that a village is meant.
    """

    code: str
    name: str
    where: tuple[str, ...]
    confidence: float
    how: How
    same_named: int
    start: int
    end: int
    said: str
    detail: str
    reasons: tuple[str, ...]
    supported: bool
    plain: bool

    @property
    def full(self) -> str:
        """The name behind the names of all it lies in."""
        return "".join((*self.where, self.name))


@dataclass(frozen=True, slots=True)
class _Shown:
    """What candidates are shown with."""

    text: str
    said: Squeezed
    uppers: Sequence[Upper]
    regions: Sequence[str]
    spans: dict[Span, tuple[int, int, str]]
    counts: dict[str, int]

    def same(self, own: str, count: Callable[[str], int]) -> int:
        """How many villages have an own name, counted once."""
        if own not in self.counts:
            self.counts[own] = count(own)
        return self.counts[own]

    def span(self, mention: Mention) -> tuple[int, int, str]:
        """Start and end of a mention in the text as given, and the finer address behind it."""
        key = (mention.start, mention.till)
        if key not in self.spans:
            start, end = self.said.position(mention.start), self.said.position(mention.till - 1) + 1
            rest = self.text[end : end + DETAIL]
            fine = detail_at(canonical(rest), 0) if rest else None
            self.spans[key] = (start, end, fine.text if fine else "")
        return self.spans[key]


class VillageIndex:
    """All villages of a file, ready to be found in texts. Safe to share between threads."""

    def __init__(self, data: VillageData) -> None:
        """Wrap what ``read_villages`` mapped."""
        self._data = data
        self._codes = data.parts["codes"]
        self._tables = {name: data.table(name) for name in ("core", "sound", "loose", "whole", "short")}
        self._upper_row = {int(code): row for row, code in enumerate(data.parts["upper_codes"].tolist())}
        self._maybe = np.zeros(int(_MASK) + 1, dtype=bool)
        for name in ("core", "whole", "short"):
            self._maybe[self._tables[name].hash & _MASK] = True
        self._upper_names: dict[str, str] = {}  # both as they are asked for, by code
        self._wheres: dict[str, tuple[str, ...]] = {}

    @classmethod
    def load(cls, path: Path) -> VillageIndex:
        """Open a file. Raises FileFault for one that is missing, foreign, cut or changed."""
        return cls(read_villages(path))

    def __len__(self) -> int:
        return len(self._codes)

    @property
    def uppers(self) -> int:
        """How many divisions above the village have a name in the file."""
        return len(self._data.parts["upper_codes"])

    def name_of(self, code: str) -> str:
        """Full name of a village or a division by its code; empty when the file does not know it."""
        if len(code) > 12 or not (code.isascii() and code.isdecimal()):
            return ""
        if len(code) < 12:
            return "".join(self._where(code)) if self._upper_name(code) else ""
        row = int(np.searchsorted(self._codes, int(code)))
        known = row < len(self._codes) and int(self._codes[row]) == int(code)
        return "".join((*self._where(code), self._data.name(row))) if known else ""

    def find(self, text: str, near: Iterable[str] = (), *, k: int = 5) -> list[VillageCandidate]:
        """At most `k` villages the text may mean, the likeliest first; empty when it names none.

        `near`: division codes of 2 to 12 digits the report comes from; what is no such code is ignored. Only the first
        `MAX_CHARS` characters are read.
        """
        text = text[:MAX_CHARS]
        said = squeeze(simple(normalise(text)))
        windows = self._windows(said.text)
        uppers = self._uppers(said.text, windows)
        regions = sorted(
            {code for code in near if code.isdecimal() and code.isascii() and 2 <= len(code) <= 12}
        )
        mentions = list(islice(self._mentions(said.text, windows, uppers, regions), MAX_MENTIONS))
        if not mentions or k < 1:
            return []
        weighed = self._weighed(mentions, uppers, regions)
        shown = _Shown(text, said, uppers, regions, {}, {})
        found: dict[str, VillageCandidate] = {}
        for at in self._ranked(mentions, weighed, 4 * k):
            if len(found) < k and (one := self._candidate(shown, mentions, weighed, at)) is not None:
                found.setdefault(one.code, one)
        return list(found.values())

    def _windows(self, flat: str) -> Windows:
        """Stretches of a text that may be in a table, the most that cannot be left out by one look at a bit."""
        hashes, starts, ends = self._data.hasher.windows(flat, SIZES)
        kept = self._maybe[hashes & _MASK].nonzero()[0]
        return hashes[kept], list(zip(starts[kept].tolist(), ends[kept].tolist(), strict=True))

    def _ranked(self, mentions: Sequence[Mention], weighed: Weighed, most: int) -> list[int]:
        """Places of the best rows, the best first; of two as good the one that stands first, then the lower code."""
        sure = weighed.confidence
        at = (sure >= LEAST).nonzero()[0]
        if len(at) > most:
            at = at[sure[at] >= np.partition(sure[at], -most)[-most]]
        starts = np.array([one.start for one in mentions])[weighed.of[at]]
        ranked: list[int] = at[np.lexsort((weighed.rows[at], starts, -sure[at]))].tolist()
        return ranked[:most]

    def _uppers(self, flat: str, windows: Windows) -> list[Upper]:
        """Divisions above the village that the text names; of two that overlap, the one in full words, the longer."""
        hashes, spans = windows
        found: list[Upper] = []
        for table, which in (("whole", 0), ("short", 1)):
            for hit, place in self._tables[table].places(hashes):
                start, end = spans[hit]
                rows = self._tables[table].at_place(place)
                said = flat[start:end]
                if upper_forms(self._data.upper_name(int(rows[0])))[which] != said:
                    continue  # another text with the same hash
                if not which or not TAIL.match(flat, end):  # 朝阳村 does not name 朝阳区
                    end += len("办事处") if flat.startswith("办事处", end) else 0
                    found.append(Upper(start, end, which == 0, said, self._by_digits(rows)))
        kept: list[Upper] = []
        for one in sorted(found, key=lambda one: (not one.full, one.start - one.end, one.start)):
            if all((one.end <= old.start or one.start >= old.end) and one.name != old.name for old in kept):
                kept.append(one)
        return sorted(kept[:MAX_UPPERS], key=lambda one: one.start)

    def _by_digits(self, rows: Rows) -> dict[int, Ints]:
        found: dict[int, list[int]] = {}
        for code in self._data.parts["upper_codes"][rows].tolist():
            found.setdefault(len(str(code)), []).append(code)
        return {digits: np.array(sorted(codes)) for digits, codes in found.items() if digits in NAMED}

    def _mentions(
        self, flat: str, windows: Windows, uppers: Sequence[Upper], regions: Sequence[str]
    ) -> Iterator[Mention]:
        """Names of villages in the text, exact ones first and of these the plainly named ones."""
        hashes, spans = windows
        table = self._tables["core"]
        exact = {spans[hit]: table.at_place(place) for hit, place in table.places(hashes)}
        counties = self._counties(regions)
        made: list[Mention] = []
        for span, rows in exact.items():
            one = mention_of(flat, span, "exact", rows, uppers)
            if one is not None and one.surety <= BARE_SHORT and not one.led:
                one = _only(one, counties)  # 和平 in running words: at most one of the reporter's county
            made += [one] if one is not None else []
        yield from sorted(made, key=lambda one: (-one.surety, one.start))
        yield from self._slips(flat, uppers, exact)
        yield from self._spelled(flat)

    def _counties(self, regions: Sequence[str]) -> list[tuple[int, int]]:
        """First and last row but one of the counties the report comes from."""
        heads = sorted({int(code[:COUNTY]) for code in regions if len(code) >= COUNTY})
        bounds = [self._codes.searchsorted([head * 10**6, (head + 1) * 10**6]) for head in heads]
        return [(int(low), int(high)) for low, high in bounds]

    def _slips(self, flat: str, uppers: Sequence[Upper], exact: Mapping[Span, Rows]) -> Iterator[Mention]:
        """Where a village is plainly named: names that sound or look like what is written."""
        spans = _likely(flat, uppers)
        said = [(number, flat[start:end]) for number, (start, end) in enumerate(spans)]
        forms: list[tuple[int, How, str]] = [(n, "sound", way) for n, one in said for way in keys(one)]
        forms += [(n, "shape", way) for n, one in said for way in lookalikes(one)]
        forms += [(n, "loose", way) for n, one in said for way in keys(one, loose=True)]
        hashes = self._data.hasher.texts([way for _n, _how, way in forms])
        known = {n: [exact[span]] for n, span in enumerate(spans) if span in exact}
        begun = 0
        for how, name in (("sound", "sound"), ("shape", "core"), ("loose", "loose")):
            count = sum(one[1] == how for one in forms)
            for hit, place in self._tables[name].places(hashes[begun : begun + count]):
                number, fits, _way = forms[begun + hit]
                rows = self._tables[name].at_place(place)
                for others in known.get(number, ()):
                    rows = without(rows, others)
                mention = mention_of(flat, spans[number], fits, rows, uppers) if len(rows) else None
                if mention is not None:
                    known.setdefault(number, []).append(rows)
                    yield mention
            begun += count

    def _spelled(self, flat: str) -> Iterator[Mention]:
        """Names written in Latin letters: shangliucun."""
        for start, end, syllables in spelled(flat):
            tail = 2 if syllables[-2:] == ("she", "qu") else 1 if syllables[-1] == "cun" else 0
            own = syllables[: len(syllables) - tail]
            if not 2 <= len(own) <= LONGEST:
                continue
            table = self._tables["sound"]
            for _hit, place in table.places(self._data.hasher.texts([spelled_key(own)])):
                kind = ("other", "village", "community")[tail]
                surety = SURE["spelled"] * (TAILED if tail else BARE)
                yield Mention(start, end, end, "spelled", surety, kind, table.at_place(place), bool(tail))

    def _weighed(
        self, mentions: Sequence[Mention], uppers: Sequence[Upper], regions: Sequence[str]
    ) -> Weighed:
        rows = np.concatenate([one.rows for one in mentions])
        of = np.repeat(np.arange(len(mentions)), [len(one.rows) for one in mentions])
        codes = self._codes[rows]
        around = nearness(codes, regions)
        for number, upper in enumerate(uppers):
            counting = np.array([number in one.counts for one in mentions])
            if counting.any():
                around *= named(codes, of, counting, upper)
        own = np.array([SLIP[one.how] * LONGER ** min(6, one.end - one.start - 2) for one in mentions])
        weight = around * own[of]
        said = np.array([KINDS.index(one.kind) for one in mentions])
        if said.any():
            kinds, meant = self._data.parts["kinds"][rows], said[of]
            weight[(meant > 0) & (kinds > 0) & (meant != kinds)] *= OTHER_KIND
        return Weighed(rows, of, around, confidences(mentions, of, weight, around))

    def _candidate(
        self, shown: _Shown, mentions: Sequence[Mention], weighed: Weighed, at: int
    ) -> VillageCandidate | None:
        row, mention = int(weighed.rows[at]), mentions[weighed.of[at]]
        name, code = self._data.name(row), f"{int(self._codes[row]):012d}"
        own, said = core(name), shown.said.text[mention.start : mention.end]
        if mention.how == "exact" and own != said:
            return None  # another text with the same hash
        start, end, detail = shown.span(mention)
        supported = bool(weighed.around[at] >= SUPPORT)
        same = shown.same(own, self._count)
        reasons = [_fits(mention.how, shown.text[start:end], name)]
        if same > 1:
            reasons.append(f"叫这个名字的村、社区有 {same} 个")
        reasons += self._above(code, mention, shown.uppers)
        reasons += self._shared(code, shown.regions)
        if detail:
            reasons.append(f"后面写着“{detail}”")
        return VillageCandidate(
            code, name, self._where(code), round(float(weighed.confidence[at]), 8), mention.how, same,
            start, end, shown.text[start:end], detail, tuple(reasons), supported, mention.plain,
        )  # fmt: skip

    def _count(self, own: str) -> int:
        table = self._tables["core"]
        return sum(len(table.at_place(place)) for _hit, place in table.places(self._data.hasher.texts([own])))

    def _above(self, code: str, mention: Mention, uppers: Sequence[Upper]) -> Iterator[str]:
        """What the text names that the village lies in."""
        for one in (uppers[number] for number in sorted(mention.counts)):
            inside = next((digits for digits in one.codes if one.holds(code, digits)), 0)
            if inside:
                yield f"同时说到“{self._upper_name(code[:inside])}”"
            elif one.full and (near := self._around(code, one)):
                yield f"“{one.name}”里没有，同在“{near}”的有"

    def _around(self, code: str, upper: Upper) -> str:
        """Name of what both the village and a named division lie in, at most a city."""
        wider = upper.wider()
        digits = next((n for n in wider.codes if n > 2 and wider.holds(code, n)), 0) if wider else 0
        return self._upper_name(code[:digits]) if digits else ""

    def _shared(self, code: str, regions: Sequence[str]) -> list[str]:
        """That the report comes from the same street, county or city, the nearest of these."""
        for digits in (9, 6, 4):
            if any(len(region) >= digits and region[:digits] == code[:digits] for region in regions):
                name = self._upper_name(code[:digits])
                return [f"和报告来的地方同在“{name}”"] if name else ["和报告来的地方相近"]
        return []

    def _where(self, code: str) -> tuple[str, ...]:
        known = self._wheres.get(code[:9])
        if known is None:
            names = [self._upper_name(code[:digits]) for digits in (2, 4, 6, 9) if digits <= len(code)]
            known = tuple(name for name in names if name and upper_forms(name)[0])
            self._wheres[code[:9]] = known
        return known

    def _upper_name(self, code: str) -> str:
        known = self._upper_names.get(code)
        if known is None and code.isdecimal():
            row = self._upper_row.get(int(code))
            if row is not None:
                known = self._upper_names[code] = self._data.upper_name(row)
        return known or ""


def _only(mention: Mention, ranges: Sequence[tuple[int, int]]) -> Mention | None:
    """The mention with its rows inside the ranges; None when there are none."""
    kept = [mention.rows[slice(*mention.rows.searchsorted(bounds))] for bounds in ranges]
    rows = np.concatenate(kept) if kept else mention.rows[:0]
    return replace(mention, rows=rows) if len(rows) else None


def _likely(flat: str, uppers: Sequence[Upper]) -> list[tuple[int, int]]:
    """Stretches where a village is plainly named: before 村, behind a street or county, the whole text."""
    found: dict[tuple[int, int], None] = {}
    if 2 <= len(flat) <= LONGEST:
        found[0, len(flat)] = None
    for tail in TAIL.finditer(flat):
        least = max((one.end for one in uppers if one.full and one.end <= tail.start()), default=0)
        for size in range(2, min(8, tail.start() - least) + 1):
            found[tail.start() - size, tail.start()] = None
    for one in uppers:
        for size in range(2, min(6, len(flat) - one.end) + 1):
            found[one.end, one.end + size] = None
    return [span for span in list(found)[:MAX_WINDOWS] if _HAN.search(flat, *span)]


def _fits(how: How, said: str, name: str) -> str:
    return f"说到“{said}”" if how == "exact" else reason(said, name, how)
