"""What a group of messages is about and where, in words its own people used.

A name is made of the stretch that most of the group's people say and few others do: runs of one to four segmented words
of the titles (of the first words where there is no title), weighed by the people who say them times how rare their words
are among all messages; two stretches that do not repeat each other. The place is the finest name of a place that at
least a third of the people (and two of them) say, else the district most of them name; None where they name none.
Names are made at the end from all messages, and decide nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import log

from fengqiao.algorithms.placenames import bare, districts, place_names, without_towns
from fengqiao.algorithms.segment import words
from fengqiao.algorithms.wordlists import word_list

LOOKED_AT = 60  # members read for a name, spread over the group
RUN = 4  # words in one stretch
LONGEST = 12  # characters of one stretch
HEAD_CHARS = 60
BODY_CHARS = 200
SHARE = 1 / 3
MOST_SAID = 2
NO_WORDS = "（没有文字）"
_STOP = word_list("common_words") | frozenset("的了吗呢在是和与及对为被把请就都也还有不到从之")


@dataclass(frozen=True, slots=True)
class Said:
    """One message as far as names go: its person, title and body as written."""

    person: str
    title: str
    body: str


class Vocabulary:
    """How many messages use each word, for telling what is particular to some of them."""

    def __init__(self) -> None:
        self._used: Counter[str] = Counter()
        self._count = 0

    def add(self, said: Said) -> None:
        """Count the words of one message's head."""
        self._used.update(set(words(_head(said))))
        self._count += 1

    def rarity(self, word: str) -> float:
        """From about 0 for a word in every message to ln of their number for a word in one."""
        return max(0.0, log((self._count + 1) / (self._used[word] + 1)))


def spread(members: Sequence[Said]) -> Sequence[Said]:
    """At most 60 of the members, evenly over the group."""
    step = -(-len(members) // LOOKED_AT)
    return members[:: max(1, step)]


def place_of(members: Sequence[Said]) -> str | None:
    """The place most of a group's people name."""
    texts = [(one.person, bare(f"{one.title}。{one.body[:BODY_CHARS]}")) for one in members]
    people = len({person for person, _ in texts})
    named = _sayers((person, name) for person, text in texts for name in place_names(text))
    wide = _sayers((person, name) for person, text in texts for name in districts(text))
    district = max(wide, key=lambda name: (wide[name], name), default=None)
    if district is not None and wide[district] < max(2, people * SHARE):
        district = None
    enough = [name for name, count in named.items() if count >= max(2, people * SHARE)]
    fine = max(enough, key=lambda name: (named[name], len(name), name), default=None)
    found = "".join(part for part in (district, fine) if part is not None)
    return found or None


def name_of(members: Sequence[Said], vocabulary: Vocabulary, place: str | None) -> str:
    """The most telling words of a group, after its place."""
    sayers: dict[str, set[str]] = defaultdict(set)
    worth: dict[str, float] = {}
    for one in members:
        for run in _runs(words(_head(one))):
            text = "".join(run)
            sayers[text].add(one.person)
            worth[text] = sum(vocabulary.rarity(word) for word in run)
    people = len({one.person for one in members})
    least = min(2, people)
    ranked = sorted(
        (
            text
            for text, who in sayers.items()
            if len(who) >= least and (place is None or not _repeats(text, place))
        ),
        key=lambda text: (-len(sayers[text]) * worth[text], text),
    )
    chosen: list[str] = []
    for text in ranked:
        if len(chosen) < MOST_SAID and not any(_repeats(text, other) for other in chosen):
            chosen.append(text)
    named = " ".join(part for part in (place, *map(_shown, chosen)) if part)
    return named or bare(members[0].title or members[0].body)[:20] or NO_WORDS


def _shown(text: str) -> str:
    """Words are compared in small letters; names of places and things carry capitals."""
    return "".join(char.upper() if char.isascii() else char for char in text)


def _head(said: Said) -> str:
    return without_towns(bare(said.title.strip() or said.body.strip())[:HEAD_CHARS])


def _runs(row: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Runs of words that begin and end with a word worth saying and hold no sign."""
    for begin in range(len(row)):
        for end in range(begin + 1, min(begin + RUN, len(row)) + 1):
            run = tuple(row[begin:end])
            if not run[-1].isalnum():
                break
            text = "".join(run)
            if 2 <= len(text) <= LONGEST and run[0] not in _STOP and run[-1] not in _STOP:
                yield run


def _repeats(text: str, other: str) -> bool:
    """Whether two stretches share a pair of characters, so that saying both says little more."""
    other = other.lower()
    return any(text[at : at + 2] in other for at in range(len(text) - 1))


def _sayers(pairs: Iterable[tuple[str, str]]) -> Counter[str]:
    return Counter(name for _, name in set(pairs))
