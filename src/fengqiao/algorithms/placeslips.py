"""Names of a gazetteer that a text writes slightly wrong: by their sound, their shape, or in Latin letters.

Question: does 上刘村 in a report mean the 上柳村 of this station? Names of at least three Chinese characters are looked
for by sound, by loose sound and with one lookalike character; in Latin letters two are enough. Limits: a missing or
further character is not found; a slip that is itself a word of the language is found all the same, so a slip alone
never counts as much as the name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from fengqiao.algorithms.sounds import alternative, key, keys, lookalikes, sound_alike, spelled, spelled_key
from fengqiao.algorithms.wordrules import WordIndex

How = Literal["sound", "loose", "shape", "spelled"]
FITS: dict[How, float] = {"sound": 0.75, "spelled": 0.75, "shape": 0.7, "loose": 0.55}
"""How much of the surety of a name is left when it is written so."""
_HAN = re.compile("[一-鿿]")


class Slip(NamedTuple):
    """Where a text seems to mean a name (`form`), and in which way what stands there fits it."""

    start: int
    end: int
    form: str
    how: How


class SlipIndex:
    """Finds misspelt names. Names and texts are given in canonical words."""

    def __init__(self, forms: Iterable[str]) -> None:
        """Index the names that are long enough."""
        self._sounds: dict[str, set[str]] = {}
        self._shapes: dict[str, set[str]] = {}
        self._letters: dict[str, set[str]] = {}
        known = set(forms)
        for form in sorted(known):
            han = len(_HAN.findall(form))
            if han == len(form):
                for way in keys(form):
                    self._letters.setdefault(way, set()).add(form)
            if han < 3:
                continue
            for way in keys(form, loose=True):
                self._sounds.setdefault(way, set()).add(form)
            for other in lookalikes(form):
                if other not in known:
                    self._shapes.setdefault(other, set()).add(form)
        self._by_sound, self._by_shape = WordIndex(self._sounds), WordIndex(self._shapes)

    def find(self, text: str) -> list[Slip]:
        """Slips in a text, in its order; a name that stands there as it is written is none."""
        found = {*self._heard(text), *self._seen(text), *self._typed(text)}
        best: dict[tuple[int, int, str], Slip] = {}
        for one in sorted(found, key=lambda one: -FITS[one.how]):
            best.setdefault(one[:3], one)
        return sorted(best.values())

    def _heard(self, text: str) -> Iterator[Slip]:
        first = key(text, loose=True)
        for said in dict.fromkeys((first, alternative(text, loose=True))):
            for way, start in self._by_sound.find(said):
                there = text[start : start + len(way)]
                for form in self._sounds[way]:
                    if form != there and sound_alike(there, form, loose=True):
                        how: How = "sound" if sound_alike(there, form) else "loose"
                        yield Slip(start, start + len(way), form, how)

    def _seen(self, text: str) -> Iterator[Slip]:
        for way, start in self._by_shape.find(text):
            for form in self._shapes[way]:
                yield Slip(start, start + len(way), form, "shape")

    def _typed(self, text: str) -> Iterator[Slip]:
        for start, end, syllables in spelled(text):
            for form in self._letters.get(spelled_key(syllables), ()):
                yield Slip(start, end, form, "spelled")


def reason(said: str, name: str, how: How) -> str:
    """Why a text may mean a name, for the person who decides."""
    return f"“{said}”和“{name}”{'字形' if how == 'shape' else '读音'}相近"
