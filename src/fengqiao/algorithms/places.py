"""Which known place a text speaks of: a gazetteer of areas and places, searched in one pass.

Names and aliases are looked up as they are said, in canonical words (四号楼 = 4栋), longest first, and as they sound or
look when misspelt (`placeslips`); what follows a name is read on as the finer address. Several entries with one name
stay several candidates; a named street, the nearness of the reporter, or the area a report comes from speak for one of
them, and every candidate says why. Nothing is picked here: a person confirms the place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from fengqiao.algorithms.addressdetail import Canonical, Detail, canonical, detail_at, details
from fengqiao.algorithms.distance import distance_m, in_words
from fengqiao.algorithms.placeslips import FITS, SlipIndex, reason
from fengqiao.algorithms.wordrules import WordIndex

MAX_CHARS = 6000
NAME, ALIAS, SHORT = 0.9, 0.85, 0.7  # how sure a full name, an alias, a shortened name is on its own
FROM_AREA = 0.3  # only a fine address said, and the reporter's own area known
LIKELY_NEAR = 1_000.0  # metres within which a place is the likelier for being near
UNLIKELY_FAR = 20_000.0
_OFFICE = re.compile("(?:居民委员会|村民委员会|居委会|村委会|办事处|人民政府)$")
_TAIL = re.compile("(?:小区|社区|街道)$")
_HERE = re.compile("(?:[在住位于]|这里是|地址|地点|我们|我家)[:,]?$")
_ELSEWHERE = re.compile("(?:不是|离|往|去|从)$")


@dataclass(frozen=True, slots=True)
class Entry:
    """An area or a place one may speak of. `lat`, `lon`: WGS-84 degrees, or None."""

    id: str
    kind: Literal["area", "place"]
    name: str
    aliases: tuple[str, ...] = ()
    area_id: str | None = None
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True, slots=True)
class Near:
    """Where a report comes from: the phone's position in WGS-84 degrees, or areas known some other way."""

    lat: float | None = None
    lon: float | None = None
    area_ids: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PlaceCandidate:
    """An entry the text may mean.

    `start`..`end` is the name with its finer address in the text as given; `detail` the finer address in canonical
    words; `remainder` the text without both; `reasons` are sentences for the person who decides.
    """

    entry_id: str
    kind: str
    name: str
    confidence: float
    start: int
    end: int
    reasons: tuple[str, ...]
    remainder: str
    detail: str


@dataclass(frozen=True, slots=True)
class _Mention:
    entry: Entry
    start: int  # in the canonical text
    end: int
    surety: float
    reasons: tuple[str, ...]


class Gazetteer:
    """All areas and places of an installation, ready to be found in texts."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        """Index the entries; later entries with the id of an earlier one replace it."""
        self._entries = {entry.id: entry for entry in entries}
        self._forms: dict[str, dict[str, float]] = {}
        for entry in self._entries.values():
            for form, surety in _forms(entry):
                known = self._forms.setdefault(form, {})
                known[entry.id] = max(surety, known.get(entry.id, 0.0))
        self._index = WordIndex(self._forms)
        self._slips = SlipIndex(self._forms)

    def __len__(self) -> int:
        return len(self._entries)

    def name_of(self, entry_id: str) -> str:
        """Name of an entry. Raises KeyError for an id that is not here."""
        return self._entries[entry_id].name

    def find(self, text: str, near: Near | None = None, *, k: int = 5) -> list[PlaceCandidate]:
        """At most `k` entries the text may mean, the likeliest first; empty when it names none."""
        text = text[:MAX_CHARS]
        said = canonical(text)
        spans = _longest((start, start + len(form)) for form, start in self._index.find(said.text))
        mentions = [mention for span in spans for mention in self._mentions(said, span)]
        mentions += self._misspelt(said, spans)
        if not mentions:
            return self._from_area(text, near)
        mentions = [self._placed(mention, mentions, near) for mention in mentions]
        candidates = [self._candidate(text, said, mention, mentions) for mention in mentions]
        best: dict[str, PlaceCandidate] = {}
        for one in sorted(candidates, key=lambda one: (-one.confidence, one.start, one.entry_id)):
            best.setdefault(one.entry_id, one)
        return list(best.values())[:k]

    def _mentions(self, said: Canonical, span: tuple[int, int]) -> Iterator[_Mention]:
        form = said.text[span[0] : span[1]]
        sharing = self._forms[form]
        words = said.text[max(0, span[0] - 4) : span[0]]
        push = 0.05 if _HERE.search(words) else -0.15 if _ELSEWHERE.search(words) else 0.0
        for entry_id, surety in sharing.items():
            reasons = [f"说到“{form}”"]
            if len(sharing) > 1:
                reasons.append(f"同名的地点有 {len(sharing)} 处")
            yield _Mention(self._entries[entry_id], *span, min(surety + push, 0.97), tuple(reasons))

    def _misspelt(self, said: Canonical, taken: list[tuple[int, int]]) -> Iterator[_Mention]:
        """Names written slightly wrong, unless an exact name at least as long stands in their way."""
        for start, end, form, how in self._slips.find(said.text):
            if any(start < till and begun < end and till - begun >= end - start for begun, till in taken):
                continue
            sharing = self._forms[form]
            many = (f"同名的地点有 {len(sharing)} 处",) if len(sharing) > 1 else ()
            for entry_id, surety in sharing.items():
                entry = self._entries[entry_id]
                why = reason(said.text[start:end], entry.name, how)
                yield _Mention(entry, start, end, surety * FITS[how], (why, *many))

    def _placed(self, mention: _Mention, mentions: list[_Mention], near: Near | None) -> _Mention:
        """The mention with what its surroundings say for or against it."""
        above = set(self._above(mention.entry))
        named = [one.entry for one in mentions if one.entry.kind == "area" and one.start != mention.start]
        surety, reasons = mention.surety, list(mention.reasons)
        inside = next((area for area in named if area.id in above), None)
        if inside is not None:
            surety += 0.3 * (1 - surety)
            reasons.append(f"同时说到“{inside.name}”")
        elif named and mention.entry.kind == "place" and above:
            surety *= 0.6
        factor, reason = self._nearness(mention.entry, above, near)
        if reason:
            reasons.append(reason)
        surety = surety + factor * (1 - surety) if factor > 0 else surety * (1 + factor)
        return replace(mention, surety=surety, reasons=tuple(reasons))

    def _nearness(self, entry: Entry, above: set[str], near: Near | None) -> tuple[float, str]:
        """How far nearness speaks for (up to 1) or against (down to -1) an entry, and why."""
        if near is None:
            return 0.0, ""
        if near.area_ids and (entry.id in near.area_ids or near.area_ids & above):
            return 0.4, "在报告来的片区里"
        if None in (near.lat, near.lon, entry.lat, entry.lon):
            return (-0.3, "") if near.area_ids and above else (0.0, "")
        metres = distance_m(near.lat or 0.0, near.lon or 0.0, entry.lat or 0.0, entry.lon or 0.0)
        if metres <= LIKELY_NEAR:
            return 0.5 * (1 - metres / LIKELY_NEAR / 2), f"离报告位置 {in_words(metres)}"
        against = -min(0.8, 0.2 + metres / UNLIKELY_FAR)
        return against, f"离报告位置 {in_words(metres)}"

    def _candidate(
        self, text: str, said: Canonical, mention: _Mention, mentions: list[_Mention]
    ) -> PlaceCandidate:
        rivals = sum(one.surety for one in mentions if not self._kin(one.entry, mention.entry))
        confidence = mention.surety * mention.surety / (mention.surety + rivals)
        if mention.entry.kind == "area" and any(
            one.entry.id != mention.entry.id and mention.entry.id in self._above(one.entry)
            for one in mentions
        ):
            confidence *= 0.5  # something finer inside it is named
        detail = detail_at(said, mention.end)
        start = said.origin[mention.start]
        end = said.origin[mention.end] if detail is None else detail.end
        reasons = (*mention.reasons, f"后面写着“{detail.text}”") if detail else mention.reasons
        entry = mention.entry
        return PlaceCandidate(
            entry.id, entry.kind, entry.name, round(confidence, 4), start, end, reasons,
            _without(text, start, end), detail.text if detail else "",
        )  # fmt: skip

    def _kin(self, one: Entry, other: Entry) -> bool:
        """The same entry, or one lies in the other: they do not speak against each other."""
        return one.id == other.id or one.id in self._above(other) or other.id in self._above(one)

    def _above(self, entry: Entry) -> list[str]:
        """Ids of the areas an entry lies in, the nearest first; a loop in the tree ends it."""
        chain: list[str] = []
        area_id = entry.area_id
        while area_id is not None and area_id not in chain and area_id in self._entries:
            chain.append(area_id)
            area_id = self._entries[area_id].area_id
        return chain

    def _from_area(self, text: str, near: Near | None) -> list[PlaceCandidate]:
        """Only a house or staircase said: the reporter's own area, if there is just one, is offered as a weak guess."""
        areas = [self._entries[one] for one in (near.area_ids if near else ()) if one in self._entries]
        fine: list[Detail] = details(text)
        if len(areas) != 1 or not fine:
            return []
        first, area = fine[0], areas[0]
        reasons = (f"没有说到地名，只说“{first.text}”", f"报告来自“{area.name}”")
        rest = _without(text, first.start, first.end)
        return [
            PlaceCandidate(
                area.id, area.kind, area.name, FROM_AREA, first.start, first.end, reasons, rest, first.text
            )
        ]


def _forms(entry: Entry) -> Iterator[tuple[str, float]]:
    """The ways an entry may be said, with how sure each one is."""
    for name, surety in ((entry.name, NAME), *((alias, ALIAS) for alias in entry.aliases)):
        form = canonical(name).text
        if len(form) < 2:
            continue
        yield form, surety
        plain = _OFFICE.sub("", form)
        if len(plain) >= 2 and plain != form:
            yield plain, ALIAS
        short = _TAIL.sub("", plain)
        if len(short) >= 3 and short != plain:
            yield short, SHORT


def _longest(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans not overlapped by a longer one (of two as long, the first), in the order of the text."""
    kept: list[tuple[int, int]] = []
    for span in sorted(set(spans), key=lambda span: (span[0] - span[1], span[0])):
        if all(span[1] <= other[0] or span[0] >= other[1] for other in kept):
            kept.append(span)
    return sorted(kept)


def _without(text: str, start: int, end: int) -> str:
    return " ".join(f"{text[:start]} {text[end:]}".split()).strip(" ,，.。、")
