"""Do two reports speak of the same event? Evidence from words, place and time, weighed and put into Chinese words.

Method: words and character pairs shared by both texts, weighted by rarity, give a cosine; how much two texts share
by chance is larger the shorter they are, so evidence is the cosine in units of that. Nearness, the same house
and little time between them add to it, their contraries take away, and a logistic curve makes a score between 0 and 1.
The weights were set on the project's reference pairs and on short made-up lines; a score of 0.5 is a question worth
asking a person, never a decision.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from math import exp, log, sqrt

from fengqiao.algorithms.addressdetail import details
from fengqiao.algorithms.distance import distance_m, in_words
from fengqiao.algorithms.segment import bigrams, flatten, words
from fengqiao.algorithms.wordlists import word_list

MAX_CHARS = 600
LONG = 120  # features of a text (some 60 characters) beyond which length no longer matters
CHANCE = 0.082  # cosine of two such texts that says neither yes nor no; shorter ones share more by chance
STEEP = 3.0
SAID_MAX = 3  # shared expressions named to the reader
LONGEST = 14  # characters of an expression worth naming
EVEN = 0.6  # two texts alone: common words weigh as much as rare ones, so their cosine comes out larger
HOUR = 3600.0
_RUN = re.compile(r"[\w]+")
_HOUSE = re.compile(r"\d+栋|\d+组|\d+号")
_FLAT = re.compile(r"\d{3,4}(?=室|户|$)")
_SHORT = re.compile(r"(\d+)-\d+-(\d+)")
FRESH = re.compile("刚才|刚刚|正在|这会儿|此刻|今晚|昨晚")
PASSES = 12.0  # hours after which what both call going on now is hardly the same any more
_STOP = word_list("common_words")


@dataclass(frozen=True, slots=True)
class Doc:
    """A report as far as comparing goes.

    `lat`, `lon`: WGS-84 degrees or None; `at`: aware; `place`: id of a known place; `area`: id of the area it was said
    to be in, which stands in for the point where there is none.
    """

    id: str
    text: str
    lat: float | None
    lon: float | None
    at: datetime
    place: str | None = None
    area: str | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """How two reports compare: `score` 0..1, what is the same and what differs in the reader's language."""

    score: float
    same: tuple[str, ...]
    differs: tuple[str, ...]
    distance_m: float | None
    hours: float


@dataclass(frozen=True, slots=True)
class Marks:
    """What is kept of a report for comparison.

    `size`: how many features it has; `houses` and `flats` it names; `fresh`: it speaks of what goes on at this moment.
    """

    size: int
    houses: frozenset[str]
    flats: frozenset[str] = frozenset()
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Traits:
    """The features of a report's text - words and pairs of characters - and its marks."""

    features: frozenset[str]
    marks: Marks


Weigh = Callable[[str], float]


def traits(doc: Doc) -> Traits:
    """Words of two characters or more, pairs of neighbouring characters, and houses named.

    What is said again counts more: a feature met twice, and one met four times, is a feature of its own.
    """
    return _traits(doc.text[:MAX_CHARS])


@lru_cache(maxsize=512)
def _traits(text: str) -> Traits:
    """By the words alone: a report is compared with several others, and so are those that came just before."""
    flat = flatten(text)
    counts = Counter(word for word in words(flat) if len(word) > 1 and word.isalnum() and word not in _STOP)
    for run in _RUN.findall(flat):
        counts.update(map("_".__add__, bigrams(run)))
    features = set(counts)
    again = [one for one, times in counts.items() if times > 1]
    features.update([f"{one}#" for one in again])
    features.update([f"{one}##" for one in again if counts[one] > 3])
    houses, flats = _named(text)
    return Traits(frozenset(features), Marks(len(features), houses, flats, bool(FRESH.search(flat))))


def _named(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The houses and flats a text names; 3-2-501 is flat 501 of house 3."""
    houses: set[str] = set()
    flats: set[str] = set()
    for one in details(text):
        if short := _SHORT.fullmatch(one.text):
            houses.add(f"{short[1]}栋")
            flats.add(f"{short[2]}室")
        houses.update(_HOUSE.findall(one.text))
        flats.update(f"{flat}室" for flat in _FLAT.findall(one.text) if "-" not in one.text)
    return frozenset(houses), frozenset(flats)


def plain_weight(feature: str) -> float:
    """Weight of a feature when no other reports are known: pairs of characters half a word."""
    return 0.5 if feature.startswith("_") else 1.0


def pair_score(a: Doc, b: Doc) -> Match:
    """Compare two reports alone, without knowing how common their words are elsewhere (an index knows better)."""
    first, second = traits(a), traits(b)
    shared = first.features & second.features
    cosine = _cosine(shared, first.features, second.features, plain_weight)
    weights = {feature: plain_weight(feature) for feature in shared}
    return with_words(judge(a, b, first.marks, second.marks, cosine=cosine * EVEN), a, weights)


def judge(a: Doc, b: Doc, first: Marks, second: Marks, *, cosine: float) -> Match:
    """Weigh the evidence; `cosine` of the weighted features, 0..1. Shared words are not named yet."""
    same: list[str] = []
    differs: list[str] = []
    size = min(1.0, sqrt(max(1, first.size) * max(1, second.size)) / LONG)
    evidence = STEEP * log(max(cosine * size**0.6 / CHANCE, 1e-6))
    metres = _apart(a, b)
    evidence += _of_place(a, b, metres, same, differs)
    evidence += _of_named(first.houses, second.houses, 0.8, 1.2, same, differs)
    evidence += _of_named(first.flats, second.flats, 0.8, 6.0, same, differs)
    hours = abs((a.at - b.at).total_seconds()) / HOUR
    evidence += _of_time(hours)
    if first.fresh and second.fresh:
        evidence -= log(1 + hours / PASSES)
    (same if hours <= 7 * 24 else differs).append(_gap_in_words(hours))
    score = 1 / (1 + exp(-max(-30.0, min(30.0, evidence))))
    return Match(round(score, 4), tuple(same), tuple(differs), metres, hours)


def with_words(match: Match, a: Doc, shared: Mapping[str, float]) -> Match:
    """The match with the expressions named that both texts use; `shared`: features of both, with their weights."""
    said = _expressions(flatten(a.text[:MAX_CHARS]), shared)
    if not said:
        return replace(match, differs=(*match.differs, "说的话没有共同的词"))
    named = "都说到" + "、".join(f"“{word}”" for word in said)
    return replace(match, same=(*match.same, named))


def _expressions(flat: str, shared: Mapping[str, float]) -> tuple[str, ...]:
    """The weightiest stretches of a text whose pairs of characters the other text has too, at most three."""
    stretches: dict[str, float] = {}
    start, weight = 0, 0.0
    for place, pair in enumerate([*bigrams(flat), ""]):
        found = shared.get("_" + pair)
        if found is not None:
            weight += found
            continue
        if weight and 2 <= place + 1 - start <= LONGEST:
            stretches[flat[start : place + 1]] = weight
        start, weight = place + 1, 0.0
    ranked = sorted(stretches, key=lambda word: (-stretches[word], word))
    chosen: list[str] = []
    for word in ranked:
        if word not in _STOP and not any(word in one for one in chosen):
            chosen.append(word)
    return tuple(chosen[:SAID_MAX])


def _cosine(shared: Collection[str], one: Collection[str], other: Collection[str], weigh: Weigh) -> float:
    def length(features: Collection[str]) -> float:
        return sqrt(sum(weigh(feature) ** 2 for feature in features))

    whole = length(one) * length(other)
    return sum(weigh(feature) ** 2 for feature in shared) / whole if whole else 0.0


def _apart(a: Doc, b: Doc) -> float | None:
    if a.lat is None or a.lon is None or b.lat is None or b.lon is None:
        return None
    return distance_m(a.lat, a.lon, b.lat, b.lon)


def _of_place(a: Doc, b: Doc, metres: float | None, same: list[str], differs: list[str]) -> float:
    if a.place is not None and a.place == b.place:
        same.append("同一处" if metres is None else f"同一处，相距 {in_words(metres)}")
        return 1.6
    if metres is None:
        return 0.0
    if metres <= 150:
        same.append(f"同一处，相距 {in_words(metres)}")
    elif metres <= 500:
        same.append(f"离得近，相距 {in_words(metres)}")
    else:
        differs.append(f"相距 {in_words(metres)}")
    return 1.6 - 0.45 * log(1 + metres / 60) ** 2


def _of_named(
    first: frozenset[str],
    second: frozenset[str],
    gain: float,
    loss: float,
    same: list[str],
    differs: list[str],
) -> float:
    """Houses or flats named by both: one in common, or none."""
    if not first or not second:
        return 0.0
    common = sorted(first & second)
    if common:
        same.append(f"都在 {common[0]}")
        return gain
    differs.append(f"一个说 {min(first)}，一个说 {min(second)}")
    return -loss


def _of_time(hours: float) -> float:
    """Half a point for the same hours, falling slowly: a hole in the road stays a hole for weeks."""
    return 0.5 - 0.45 * log(1 + hours / 48)


def _gap_in_words(hours: float) -> str:
    if hours < 1:
        return "相隔不到 1 小时"
    if hours < 48:
        return f"相隔 {round(hours)} 小时"
    return f"相隔 {round(hours / 24)} 天"
