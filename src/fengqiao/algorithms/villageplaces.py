"""The places of a station together with all villages of the country: which own place a text means, or that it is none.

Question: a text names 和平村, which this station has twice, or not at all. The gazetteer of the station answers first.
A village of the country that is an area of the station too adds its reasons to that area; one that lies in an area of the
station without being one speaks for that area; any other that the text plainly names is a candidate of the kind
``outside``, which only tells a person that the report may belong elsewhere. Nothing is picked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from fengqiao.algorithms.places import Gazetteer, Near, PlaceCandidate
from fengqiao.algorithms.villagenames import core
from fengqiao.algorithms.villages import VillageCandidate, VillageIndex

OUTSIDE = "outside"
PLAIN = 0.3
"""How sure it must be that the text means a village elsewhere before that is said."""
ASKED = 8
COUNTY, STREET, VILLAGE = 6, 9, 12


@dataclass(frozen=True)
class PlacesAndVillages:
    """A gazetteer whose areas have codes (``codes``: entry id to division code; the code of a grid begins with that of
    its village and has more digits), and the villages of the country."""

    gazetteer: Gazetteer
    villages: VillageIndex
    codes: Mapping[str, str]

    @cached_property
    def _entries(self) -> dict[str, str]:
        """Entry id by code, of counties, streets and villages."""
        return {
            code: entry_id for entry_id, code in self.codes.items() if len(code) in (COUNTY, STREET, VILLAGE)
        }

    @cached_property
    def _home(self) -> tuple[str, ...]:
        """Where all of the station lies: the shortest codes, at most as wide as a county."""
        known = {code[:VILLAGE] for code in self.codes.values() if len(code) >= COUNTY}
        return tuple(
            sorted(one for one in known if not any(one != up and one.startswith(up) for up in known))
        )

    @cached_property
    def _divided(self) -> frozenset[str]:
        """Counties of which the station has streets: another street of theirs is not the station's."""
        return frozenset(code[:COUNTY] for code in self._entries if len(code) > COUNTY)

    def find(self, text: str, near: Near | None = None, *, k: int = 5) -> list[PlaceCandidate]:
        """At most `k` own places and at most one village outside, each kind with the likeliest first."""
        own = self.gazetteer.find(text, near, k=k)
        named = self.villages.find(text, self._from(near), k=ASKED)
        found = {one.entry_id: one for one in own}
        for village in named:
            entry_id = self._own(village.code)
            if entry_id and (village.plain or entry_id in found):
                found[entry_id] = self._joined(text, found.get(entry_id), village, entry_id)
        ranked = sorted(found.values(), key=lambda one: (-one.confidence, one.start, one.entry_id))[:k]
        return ranked + self._outside(text, ranked, named)

    def _from(self, near: Near | None) -> Iterable[str]:
        """Codes of where the report comes from; the whole station where that is not known."""
        codes = [self.codes[one][:VILLAGE] for one in (near.area_ids if near else ()) if one in self.codes]
        return codes or self._home

    def _own(self, code: str) -> str:
        """The area of the station with this code, or the narrowest below a county that holds it; empty for none."""
        for digits in (VILLAGE, STREET):
            if code[:digits] in self._entries:
                return self._entries[code[:digits]]
        return ""

    def _joined(
        self, text: str, known: PlaceCandidate | None, village: VillageCandidate, entry_id: str
    ) -> PlaceCandidate:
        """An own area with what the villages of the country say for it."""
        if known is None:
            return self._new(text, village, entry_id)
        if known.end <= village.start or known.start >= village.end or self.codes[entry_id] != village.code:
            return known  # named elsewhere in the text, or a wider area: nothing about this very name
        said = [one for one in village.reasons if one.startswith("同时说到") and one not in known.reasons]
        if not said:
            return known
        return replace(
            known, confidence=max(known.confidence, village.confidence), reasons=(*known.reasons, *said)
        )

    def _new(self, text: str, village: VillageCandidate, entry_id: str) -> PlaceCandidate:
        reasons = village.reasons
        name = self.gazetteer.name_of(entry_id)
        if self.codes[entry_id] != village.code:
            reasons = (*reasons, f"“{village.name}”在“{name}”")
        return PlaceCandidate(
            entry_id, "area", name, village.confidence, village.start, village.end, reasons,
            f"{text[: village.start]} {text[village.end :]}".strip(), village.detail,
        )  # fmt: skip

    def _outside(
        self, text: str, own: list[PlaceCandidate], named: list[VillageCandidate]
    ) -> list[PlaceCandidate]:
        """The village elsewhere that the text plainly names, unless the same words name a place of the station better."""
        for one in named:
            if self._own(one.code) or self._undivided(one.code) or not self._plain(one):
                continue
            if any(
                mine.start < one.end and one.start < mine.end and mine.confidence >= one.confidence
                for mine in own
            ):
                continue
            return [
                PlaceCandidate(
                    f"{OUTSIDE}:{one.code}", OUTSIDE, one.full, one.confidence, one.start, one.end, one.reasons,
                    f"{text[: one.start]} {text[one.end :]}".strip(), one.detail,
                )
            ]  # fmt: skip
        return []

    def _undivided(self, code: str) -> bool:
        """In a county of the station of which it has no streets: nobody can say that it lies outside."""
        return code[:COUNTY] in self._entries and code[:COUNTY] not in self._divided

    def _plain(self, village: VillageCandidate) -> bool:
        """Whether it is worth saying: something around the name speaks for it, or there is no other of that name."""
        alone = village.same_named == 1 and village.how == "exact" and len(core(village.name)) > 2
        if village.how != "exact" and len(core(village.name)) < 3:
            return False
        return village.plain and village.confidence >= PLAIN and (village.supported or alone)
