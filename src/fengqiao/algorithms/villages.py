"""Which of all villages of the country a text speaks of, from the file that ``villagefile`` writes.

Question: 和平村 is the name of hundreds of villages; which one is meant here? Every stretch of the text that is the own
name of a village is a mention; so is one that sounds or looks like it where a village is plainly named (before 村, behind
a street or county, or as the whole text). Every village of that name stays a candidate and is weighed by what the text
names above it and by how near it lies to where the report comes from; its share of all that weight, times how plainly a
village is named at all, is its confidence. Nothing is picked: the count of villages of one name is told with each.

Source: Bayes' rule with the weights below, which are estimates of ours: most people speak of villages around them.
Limits: nearness is that of the division codes, not of metres; a slip is not looked for in running words; a village that
changed its name or code since the file was made is not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from fengqiao.algorithms.addressdetail import canonical, detail_at
from fengqiao.algorithms.placeslips import reason
from fengqiao.algorithms.segment import Squeezed, normalise, squeeze
from fengqiao.algorithms.sounds import keys, lookalikes, spelled, spelled_key
from fengqiao.algorithms.villagefile import KINDS, LONGEST, Hashes, Rows, Span, VillageData, read_villages
from fengqiao.algorithms.villagenames import TAIL, core, kind_of, simple, upper_forms

How = Literal["exact", "sound", "loose", "shape", "spelled"]
_HAN = re.compile("[\u4e00-\u9fff]")
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Windows = tuple[Hashes, list[Span]]

MAX_CHARS = 1000
MAX_UPPERS = 16
MAX_WINDOWS = 160
MAX_MENTIONS = 300
DETAIL = 60
LEAST = 1e-8
"""Confidence below which a village is not a candidate."""
SIZES = range(2, LONGEST + 1)
WHOLE, TAILED, BEHIND, BARE, BARE_SHORT = 0.9, 0.85, 0.8, 0.3, 0.2
"""How sure it is that a village is named: nothing else is said, 村 follows, a street or county goes before, else."""
SURE = {"exact": 1.0, "sound": 0.75, "loose": 0.6, "shape": 0.7, "spelled": 0.75}
SLIP = {"exact": 1.0, "sound": 2e-3, "loose": 2e-4, "shape": 1e-3, "spelled": 1.0}
"""How often the name is written in just this way instead of its own."""
NEAR = ((9, 1e5), (6, 3e3), (4, 1e2), (2, 10.0))
"""Digits of the code shared with where the report comes from: how much likelier such a village is than a far one."""
NAMED = {9: (1e5, 1e3), 6: (1e5, 1e3), 4: (3e2, 1e2), 2: (20.0, 20.0)}
AROUND = {9: 6, 6: 4, 4: 2}
"""Where to look when no such village lies in the named street, county, city."""
"""Digits of a division named in the text: how much likelier a village in it is; in full words, and shortened."""
AGAINST = (0.02, 0.3)
"""A village outside a division that the text names, in full and shortened, when another of that name lies in it."""
LONGER = 8.0
"""How much likelier each further character makes it that the longer of two names was meant."""
OTHER_KIND = 0.3
SUPPORT = 1e3
"""From this on something around the name speaks for the village: its county or street is named, or is the reporter's."""
LIFTED = 0.3


@dataclass(frozen=True, slots=True)
class VillageCandidate:
    """A village the text may mean.

    `code` has 12 digits; `where` are the divisions it lies in, the widest first (empty where the file has no names for
    them); `start`..`end` is the name in the text as given, `said` the same words; `how` they fit the name; `same_named`
    counts the villages of the file with this own name, itself among them; `detail` is the finer address behind it.
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

    @property
    def full(self) -> str:
        """The name behind the names of all it lies in."""
        return "".join((*self.where, self.name))


@dataclass(frozen=True, slots=True)
class _Upper:
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

    def wider(self) -> _Upper | None:
        """What the divisions named in full lie in themselves; None for provinces and for shortened names."""
        codes = {
            AROUND[n]: np.unique(found // 10 ** (n - AROUND[n]))
            for n, found in self.codes.items()
            if n in AROUND
        }
        return _Upper(self.start, self.end, False, self.name, codes) if self.full and codes else None


@dataclass(frozen=True, slots=True)
class _Mention:
    start: int
    end: int  # of the own name
    till: int  # of what says that it is a village
    how: How
    surety: float
    kind: str
    rows: Rows  # rising


@dataclass(frozen=True, slots=True)
class _Weighed:
    """All rows of all mentions, one behind the other: which mention, what speaks for it from around, how sure."""

    rows: Rows
    of: Ints
    around: Floats
    confidence: Floats


@dataclass(frozen=True, slots=True)
class _Shown:
    """What candidates are shown with."""

    text: str
    said: Squeezed
    uppers: Sequence[_Upper]
    regions: Sequence[str]
    spans: dict[Span, tuple[int, int, str]]

    def span(self, mention: _Mention) -> tuple[int, int, str]:
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
        windows = self._data.hasher.windows(said.text, SIZES)
        uppers = self._uppers(said.text, windows)
        mentions = list(islice(self._mentions(said.text, windows, uppers), MAX_MENTIONS))
        if not mentions or k < 1:
            return []
        regions = sorted(
            {code for code in near if code.isdecimal() and code.isascii() and 2 <= len(code) <= 12}
        )
        weighed = self._weighed(mentions, uppers, regions)
        shown = _Shown(text, said, uppers, regions, {})
        found: dict[str, VillageCandidate] = {}
        for at in self._ranked(mentions, weighed, 4 * k):
            if len(found) < k and (one := self._candidate(shown, mentions, weighed, at)) is not None:
                found.setdefault(one.code, one)
        return list(found.values())

    def _ranked(self, mentions: Sequence[_Mention], weighed: _Weighed, most: int) -> list[int]:
        """Places of the best rows, the best first; of two as good the one that stands first, then the lower code."""
        sure = weighed.confidence
        at = (sure >= LEAST).nonzero()[0]
        if len(at) > most:
            at = at[sure[at] >= np.partition(sure[at], -most)[-most]]
        starts = np.array([one.start for one in mentions])[weighed.of[at]]
        ranked: list[int] = at[np.lexsort((weighed.rows[at], starts, -sure[at]))].tolist()
        return ranked[:most]

    def _uppers(self, flat: str, windows: Windows) -> list[_Upper]:
        """Divisions above the village that the text names; of two that overlap, the one in full words, the longer."""
        hashes, spans = windows
        found: list[_Upper] = []
        for table, which in (("whole", 0), ("short", 1)):
            for hit, place in self._tables[table].places(hashes):
                start, end = spans[hit]
                rows = self._tables[table].at_place(place)
                if upper_forms(self._data.upper_name(int(rows[0])))[which] != flat[start:end]:
                    continue  # another text with the same hash
                if not which or not TAIL.match(flat, end):  # 朝阳村 does not name 朝阳区
                    found.append(_Upper(start, end, which == 0, flat[start:end], self._by_digits(rows)))
        kept: list[_Upper] = []
        for one in sorted(found, key=lambda one: (not one.full, one.start - one.end, one.start)):
            if all((one.end <= old.start or one.start >= old.end) and one.name != old.name for old in kept):
                kept.append(one)
        return sorted(kept[:MAX_UPPERS], key=lambda one: one.start)

    def _by_digits(self, rows: Rows) -> dict[int, Ints]:
        found: dict[int, list[int]] = {}
        for code in self._data.parts["upper_codes"][rows].tolist():
            found.setdefault(len(str(code)), []).append(code)
        return {digits: np.array(sorted(codes)) for digits, codes in found.items() if digits in NAMED}

    def _mentions(self, flat: str, windows: Windows, uppers: Sequence[_Upper]) -> Iterator[_Mention]:
        """Names of villages in the text, exact ones first and of these the plainly named ones."""
        hashes, spans = windows
        table = self._tables["core"]
        exact = {spans[hit]: table.at_place(place) for hit, place in table.places(hashes)}
        made = [_mention(flat, span, "exact", rows, uppers) for span, rows in exact.items()]
        yield from sorted((one for one in made if one is not None), key=lambda one: (-one.surety, one.start))
        yield from self._slips(flat, uppers, exact)
        yield from self._spelled(flat)

    def _slips(self, flat: str, uppers: Sequence[_Upper], exact: Mapping[Span, Rows]) -> Iterator[_Mention]:
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
                    rows = _without(rows, others)
                mention = _mention(flat, spans[number], fits, rows, uppers) if len(rows) else None
                if mention is not None:
                    known.setdefault(number, []).append(rows)
                    yield mention
            begun += count

    def _spelled(self, flat: str) -> Iterator[_Mention]:
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
                yield _Mention(start, end, end, "spelled", surety, kind, table.at_place(place))

    def _weighed(
        self, mentions: Sequence[_Mention], uppers: Sequence[_Upper], regions: Sequence[str]
    ) -> _Weighed:
        rows = np.concatenate([one.rows for one in mentions])
        of = np.repeat(np.arange(len(mentions)), [len(one.rows) for one in mentions])
        codes = self._codes[rows]
        around = _nearness(codes, regions)
        for upper in uppers:
            apart = np.array([_apart(one, upper) for one in mentions])
            around *= _named(codes, of, apart, upper)
        own = np.array([SLIP[one.how] * LONGER ** min(6, one.end - one.start - 2) for one in mentions])
        weight = around * own[of]
        said = np.array([KINDS.index(one.kind) for one in mentions])
        if said.any():
            kinds, meant = self._data.parts["kinds"][rows], said[of]
            weight[(meant > 0) & (kinds > 0) & (meant != kinds)] *= OTHER_KIND
        return _Weighed(rows, of, around, _confidence(mentions, of, weight, around))

    def _candidate(
        self, shown: _Shown, mentions: Sequence[_Mention], weighed: _Weighed, at: int
    ) -> VillageCandidate | None:
        row, mention = int(weighed.rows[at]), mentions[weighed.of[at]]
        name, code = self._data.name(row), f"{int(self._codes[row]):012d}"
        own, said = core(name), shown.said.text[mention.start : mention.end]
        if mention.how == "exact" and own != said:
            return None  # another text with the same hash
        start, end, detail = shown.span(mention)
        same = len(mention.rows) if mention.how == "exact" else self._count(own)
        reasons = [_fits(mention.how, shown.text[start:end], name)]
        if same > 1:
            reasons.append(f"叫这个名字的村、社区有 {same} 个")
        reasons += self._above(code, mention, shown.uppers)
        reasons += self._shared(code, shown.regions)
        if detail:
            reasons.append(f"后面写着“{detail}”")
        return VillageCandidate(
            code, name, self._where(code), round(float(weighed.confidence[at]), 8), mention.how, same,
            start, end, shown.text[start:end], detail, tuple(reasons), bool(weighed.around[at] >= SUPPORT),
        )  # fmt: skip

    def _count(self, own: str) -> int:
        table = self._tables["core"]
        return sum(len(table.at_place(place)) for _hit, place in table.places(self._data.hasher.texts([own])))

    def _above(self, code: str, mention: _Mention, uppers: Sequence[_Upper]) -> Iterator[str]:
        """What the text names that the village lies in."""
        for one in uppers:
            inside = next((digits for digits in one.codes if one.holds(code, digits)), 0)
            if not _apart(mention, one):
                continue
            if inside:
                yield f"同时说到“{self._upper_name(code[:inside])}”"
            elif one.full and (near := self._around(code, one)):
                yield f"“{one.name}”里没有，同在“{near}”的有"

    def _around(self, code: str, upper: _Upper) -> str:
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


def _mention(flat: str, span: Span, how: How, rows: Rows, uppers: Sequence[_Upper]) -> _Mention | None:
    """A mention with how plainly it names a village; None inside a longer name of a street or county."""
    start, end = span
    behind = TAIL.match(flat, end)
    till = behind.end() if behind else end
    if any(one.full and one.start <= start and till <= one.end for one in uppers):
        return None
    tail = flat[end:till] if behind else flat[end - 1 : end]
    led = any(one.full and one.end == start for one in uppers)
    if (led or start == 0) and till == len(flat):
        surety = WHOLE
    elif behind or tail == "村":
        surety = TAILED
    elif led:
        surety = BEHIND
    else:
        surety = BARE if end - start > 2 else BARE_SHORT
    return _Mention(start, end, till, how, surety * SURE[how], kind_of(tail) if behind else "other", rows)


def _likely(flat: str, uppers: Sequence[_Upper]) -> list[tuple[int, int]]:
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


def _nearness(codes: Ints, regions: Sequence[str]) -> Floats:
    """(n,) how much likelier each village is for where the report comes from; the same village counts as its street."""
    found = np.ones(len(codes))
    for region in regions:
        for digits, factor in NEAR:
            if len(region) >= digits:
                same = codes // 10 ** (12 - digits) == int(region[:digits])
                found[same] = np.maximum(found[same], factor)
    return found


def _named(codes: Ints, of: Ints, apart: npt.NDArray[np.bool_], upper: _Upper) -> Floats:
    """(n,) what a named division says for each village; nothing for a mention none of whose villages lie in it."""
    short = 0 if upper.full else 1
    gain = np.ones(len(codes))
    for digits, inside in upper.codes.items():
        heads = codes // 10 ** (12 - digits)
        where = inside.searchsorted(heads)
        where[where == len(inside)] = 0
        gain[inside[where] == heads] = NAMED[digits][short]
    counts = apart[of]
    inner = (gain > 1) & counts
    if not inner.any():  # none of them lies there: those around it
        wider = upper.wider()
        return _named(codes, of, apart, wider) if wider else np.ones(len(codes))
    fits = np.zeros(len(apart), dtype=bool)
    fits[of[inner]] = True
    gain[fits[of] & ~inner & counts] = AGAINST[short]
    gain[~counts] = 1.0
    return gain


def _confidence(mentions: Sequence[_Mention], of: Ints, weight: Floats, around: Floats) -> Floats:
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


def _without(rows: Rows, others: Rows) -> Rows:
    """Rows that are not among the others; both rise."""
    if not len(others):
        return rows
    where = others.searchsorted(rows)
    where[where == len(others)] = 0
    left: Rows = rows[others[where] != rows]
    return left


def _apart(mention: _Mention, upper: _Upper) -> bool:
    return mention.till <= upper.start or mention.start >= upper.end


def _fits(how: How, said: str, name: str) -> str:
    return f"说到“{said}”" if how == "exact" else reason(said, name, how)
