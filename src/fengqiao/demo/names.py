"""Invented names, drawn without repetition from data/names.csv and by composition."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files

import numpy as np


@cache
def word_lists() -> dict[str, tuple[str, ...]]:
    """The lists of data/names.csv by name; words of a list are parted by blanks."""
    text = (files("fengqiao.demo") / "data" / "names.csv").read_text(encoding="utf-8")
    return {row["list"]: tuple(row["words"].split()) for row in csv.DictReader(text.splitlines())}


class Names:
    """A source of names that never gives the same name twice within a kind."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._given: dict[str, set[str]] = {}

    def pick(self, name: str) -> str:
        """Any word of a list."""
        words = word_lists()[name]
        return words[int(self._rng.integers(len(words)))]

    def fresh(self, kind: str, make: Callable[[], str]) -> str:
        """A name of this kind that was not given before; numbered when the makers run dry."""
        given = self._given.setdefault(kind, set())
        for _ in range(60):
            name = make()
            if name not in given:
                given.add(name)
                return name
        base, number = make(), 2
        while f"{base}{_NUMERALS[number % 10]}{number // 10 or ''}" in given:
            number += 1
        name = f"{base}{_NUMERALS[number % 10]}{number // 10 or ''}"
        given.add(name)
        return name

    def given(self, kind: str) -> set[str]:
        """The names given so far within a kind."""
        return self._given.setdefault(kind, set())

    def number(self, below: int) -> int:
        """A whole number from 0 up to ``below``, excluded."""
        return int(self._rng.integers(below))

    def reserve(self, kind: str, *names: str) -> None:
        """Names given elsewhere already."""
        self._given.setdefault(kind, set()).update(names)

    def first_of(self, kind: str, name: str) -> Iterator[str]:
        """The words of a list that are still free for a kind, in their order."""
        for word in word_lists()[name]:
            if word not in self._given.setdefault(kind, set()):
                self._given[kind].add(word)
                yield word

    def person(self) -> str:
        """A person's name."""
        if self._rng.random() < 0.25:
            return self.pick("surnames") + self.pick("given_single")
        return self.pick("surnames") + self.pick("given_first") + self.pick("given_second")

    def community(self) -> str:
        """A residents' community, without the word for it."""
        return self.fresh("community", lambda: self.pick("fine_first") + self.pick("fine_second"))

    def village(self) -> str:
        """A village's name with its last character 村."""
        return self.fresh("village", self._village)

    def _village(self) -> str:
        if self._rng.random() < 0.55:
            return self.pick("sides") + self.pick("landmarks") + "村"
        return self.pick("surnames") + "家" + self.pick("grounds") + "村"

    def compound(self) -> str:
        """A housing estate."""
        return self.fresh(
            "compound", lambda: self.pick("fine_first") + self.pick("fine_second") + self.pick("estates")
        )

    def firm(self) -> str:
        """The name of a firm, without what it does."""
        return self.fresh("firm", lambda: self.pick("firms") + self.pick("firms"))

    def road(self) -> str:
        """A road's stem, without 路."""
        return self.fresh("road", lambda: self.pick("road_first") + self.pick("road_second"))


_NUMERALS = "〇一二三四五六七八九"
