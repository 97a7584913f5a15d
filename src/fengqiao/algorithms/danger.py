"""The keyword floor: words that say somebody may be in danger set a floor under the severity of a report.

Question: does this text speak of danger now, so that a person must look at once, whatever anybody or any model
thinks of it? The floor never lowers anything. It looks for the words of `data/danger_words.yaml` and takes a hit back
only when the words around it say so: denied ("没有着火"), forbidden ("严禁点火"), a drill ("消防演练"), over
("已扑灭"). What is only feared ("容易起火") keeps a floor of 2. Danger from people - threats, violence, self-harm,
missing children - has few such excuses: one look too many is cheaper than one too few.

Limits: Chinese words only; it does not understand irony or stories, and a danger told without any of the words is not
found. Cost is linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from fengqiao.algorithms.segment import Squeezed, normalise_words, squeeze
from fengqiao.algorithms.wordlists import read_yaml
from fengqiao.algorithms.wordrules import Found, RuleError, RuleSet, Span, WordIndex

SUPPOSED = 2  # floor of a danger that is only feared
AFTER = 24  # characters after a hit in which "已扑灭" and the like may stand
BEFORE = 24
_CLAUSE_END = re.compile(r"[,.;!?:\s()\[\]\"…—，。；！？：、（）【】“”]")
_UNIT_BEHIND = frozenset("0123456789.元块个平米号多万分户人栋室弄岁斤公里年月日#-")
_DIGIT_BEFORE = frozenset("0123456789.-#")
GUARDS = ("denied", "forbidden", "drill", "over", "supposed")


class DangerWordsError(ValueError):
    """A list of danger words that cannot be read: the message says where."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One danger word: `word` as said, at `start`..`end` of the text given; `rule` is its category."""

    word: str
    start: int
    end: int
    rule: str
    code: str
    severity: int


@dataclass(frozen=True, slots=True)
class Floor:
    """What the danger words of a text demand.

    `severity` is the floor (1 danger now, 2 may get worse within hours) or None; `tell_110`: whoever reports is told to
    call at once; `categories` are the kinds of danger met, the gravest first.
    """

    severity: int | None
    hits: tuple[Hit, ...]
    tell_110: bool
    categories: tuple[str, ...]

    def lift(self, severity: int | None) -> int | None:
        """`severity`, raised to the floor where it lies below; never lowered (1 is the gravest)."""
        known = [value for value in (severity, self.severity) if value is not None]
        return min(known, default=None)


NO_FLOOR = Floor(None, (), False, ())


@dataclass(frozen=True, slots=True)
class _Kind:
    category: str
    code: str
    severity: int
    tell_110: bool
    guards: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Place:
    """A hit with the words around it, in the normalised text with its blanks."""

    before: tuple[str, ...]  # what stands in the clause in front of each word of the hit
    clause: str
    after: str


class DangerWords:
    """A compiled list of danger words."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        """Compile the content of a danger word file. Raises DangerWordsError."""
        try:
            self.version = str(data["version"])
            self._kinds = [_kind(rule) for rule in data["rules"]]
            rules = [(n, word) for n, rule in enumerate(data["rules"]) for word in str(rule["words"]).split()]
            self._rules = RuleSet(rules, data.get("groups") or {})
            self._harmless = WordIndex(str(data["harmless"]).split())
            self._denied = _ending(data["denied"], data["denied_bridge"])
            self._forbidden = _ending(data["forbidden"], data["denied_bridge"], where="(?:在.{1,6})?")
            names = (
                "drill",
                "drill_not",
                "over_before",
                "over_still",
                "over_after",
                "over_after_not",
                "supposed",
            )
            self._context = {
                name: re.compile("|".join(map(re.escape, str(data[name]).split()))) for name in names
            }
        except (KeyError, TypeError, RuleError) as error:
            raise DangerWordsError(f"危险词表读不懂：{error}") from error

    def floor(self, text: str) -> Floor:
        """The floor of `text`; positions of the hits are positions in `text` as given."""
        normal = normalise_words(text)
        flat = squeeze(normal)
        found = self._rules.match(flat.text, every=True)
        if not found:
            return NO_FLOOR
        harmless = [(start, start + len(word)) for word, start in self._harmless.find(flat.text)]
        hits: dict[tuple[int, int, str], Hit] = {}
        for one in found:
            hit = self._hit(one, text, normal, flat, harmless)
            if hit is not None:
                hits.setdefault((hit.start, hit.end, hit.rule), hit)
        return self._sum_up(hits.values())

    def _hit(self, found: Found, text: str, normal: str, flat: Squeezed, harmless: list[Span]) -> Hit | None:
        if any(_inside(span, harmless) or _just_a_number(span, flat.text) for span in found.spans):
            return None
        kind = self._kinds[found.owner]
        severity = kind.severity
        if kind.guards:
            place = _place(found, normal, flat)
            if self._taken_back(kind, place):
                return None
            if "supposed" in kind.guards and self._context["supposed"].search(place.before[0]):
                severity = max(severity, SUPPOSED)
        start, end = flat.position(found.start), flat.position(found.end - 1) + 1
        return Hit(text[start:end], start, end, kind.category, kind.code, severity)

    def _taken_back(self, kind: _Kind, place: _Place) -> bool:
        return (
            ("denied" in kind.guards and any(map(self._denied.search, place.before)))
            or ("forbidden" in kind.guards and self._is_forbidden(place))
            or ("drill" in kind.guards and self._is_drill(place))
            or ("over" in kind.guards and self._is_over(place))
        )

    def _is_forbidden(self, place: _Place) -> bool:
        return not place.after.startswith("了") and any(map(self._forbidden.search, place.before))

    def _is_drill(self, place: _Place) -> bool:
        """A drill in the same clause; "着火了" and "不是演习" are real."""
        if place.after.startswith("了") or not self._context["drill"].search(place.clause):
            return False
        return not self._context["drill_not"].search(place.clause)

    def _is_over(self, place: _Place) -> bool:
        long_ago = self._context["over_before"].search(place.before[0])
        if long_ago and not self._context["over_still"].search(place.clause, long_ago.end()):
            return True
        done = self._context["over_after"].search(place.after)
        return bool(done and not self._context["over_after_not"].search(place.after))

    def _sum_up(self, hits: Iterable[Hit]) -> Floor:
        ordered = sorted(hits, key=lambda hit: (hit.severity, hit.start, hit.end))
        if not ordered:
            return NO_FLOOR
        kinds = {kind.category: kind for kind in self._kinds}
        tell = any(kinds[hit.rule].tell_110 and hit.severity == kinds[hit.rule].severity for hit in ordered)
        categories = tuple(dict.fromkeys(hit.rule for hit in ordered))
        return Floor(ordered[0].severity, tuple(ordered), tell, categories)


def _kind(rule: Mapping[str, Any]) -> _Kind:
    guards = frozenset(map(str, rule["guards"]))
    if not guards <= set(GUARDS):
        raise DangerWordsError(
            f"危险词 {rule['category']} 写了不认识的 guards：{sorted(guards - set(GUARDS))}"
        )
    if rule["severity"] not in (1, 2):
        raise DangerWordsError(f"危险词 {rule['category']} 的 severity 只能是 1 或 2")
    return _Kind(str(rule["category"]), str(rule["code"]), rule["severity"], bool(rule["tell_110"]), guards)


def _ending(words: str, bridge: str, where: str = "") -> re.Pattern[str]:
    """A pattern for one of `words` right at the end, with small words between; "有没有", "是不是" are questions."""
    heads = "|".join(map(re.escape, sorted(words.split(), key=len, reverse=True)))
    small = "|".join(map(re.escape, sorted(bridge.split(), key=len, reverse=True)))
    return re.compile(rf"(?<![有是会能])(?:{heads}){where}(?:{small}){{0,3}}$")


def _inside(span: Span, others: list[Span]) -> bool:
    return any(start <= span[0] and span[1] <= end and (start, end) != span for start, end in others)


def _just_a_number(span: Span, text: str) -> bool:
    """A word of digits (119, 120) that is part of a longer figure or counts something."""
    if not text[span[0] : span[1]].isdigit():
        return False
    return text[span[0] - 1 : span[0]] in _DIGIT_BEFORE or text[span[1] : span[1] + 1] in _UNIT_BEHIND


def _place(found: Found, normal: str, flat: Squeezed) -> _Place:
    before = []
    for span in found.spans:
        start = flat.position(span[0])
        window = normal[max(0, start - BEFORE) : start]
        before.append(_CLAUSE_END.split(window)[-1])
    end = flat.position(found.end - 1) + 1
    after = normal[end : end + AFTER]
    clause = before[0] + normal[flat.position(found.start) : end] + _CLAUSE_END.split(after, maxsplit=1)[0]
    return _Place(tuple(before), clause, re.split(r"[!?！？]", after, maxsplit=1)[0])


@cache
def _default() -> DangerWords:
    return DangerWords(read_yaml("danger_words"))


def danger_floor(text: str) -> Floor:
    """The floor under the severity of `text`, by the project's own list of danger words."""
    return _default().floor(text)
