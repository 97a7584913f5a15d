"""The words of danger: rules over literal words, and the contexts that take a hit back or weaken it.

Question: which words of this text say that somebody is in danger, and does what stands around them say otherwise?
A hit is taken back when it is denied ("没有着火"), forbidden ("严禁点火"), a drill or a film ("消防演练"), over
("已扑灭"), for sale ("菜刀打折"), a figure of speech ("气得要跳楼"), a mere question about a word, a thing rather than
a person (走丢的猫), or cut across words ("夸大火情"). It keeps a floor of 2 where it is only feared ("容易起火"), told
in a long complaint without a word of now, or told beside words of the past, of hearsay, of asking or of fun: there the
detector may still say 1.

Limits: Chinese words only; contexts are looked for in the same clause or just behind it, so a story told over several
sentences may keep its hits. Cost is linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fengqiao.algorithms.segment import Squeezed, normalise_words, squeeze, words
from fengqiao.algorithms.wordrules import Found, RuleError, RuleSet, Span, WordIndex

SUPPOSED = 2  # floor of a danger that is only feared, or told in a long complaint
AFTER = 24  # characters after a hit in which "已扑灭" and the like may stand
BEFORE = 24
NEAR = 40  # characters around a hit in which a word of now makes a long complaint a call
LONG = 120  # characters from which a text may be a complaint that tells a story
TALE = 250  # characters from which the detector takes a text for a story, whatever its words
PETITION = 3  # different words of complaint that make it one
BEHIND = 6  # characters right behind a hit that make it a hazard: 起火风险
_CLAUSE_END = re.compile(r"[,.;!?:\s()\[\]\"…—，。；！？：、（）【】“”]")
_UNIT_BEHIND = frozenset("0123456789.元块个平米号多万分户人栋室弄岁斤公里年月日#-")
_DIGIT_BEFORE = frozenset("0123456789.-#")
_HAPPENS = (
    "着火了",
    "起火了",
    "失火了",
    "着了火",
    "起火啦",
    "着火啦",
    "烧起来了",
    "打起来了",
    "杀人了",
    "砍人了",
    "跳楼了",
    "爆炸了",
)
_FILLER = "也都又就给弄被了全"
GUARDS: Mapping[str, tuple[str, ...]] = {
    "denied": ("denied",),
    "forbidden": ("forbidden",),
    "drill": ("drill", "drill_not"),
    "over": ("over_before", "over_still", "over_after", "over_after_not"),
    "supposed": ("supposed",),
    "sold": ("sold",),
    "said": ("said_before", "said_after"),
    "asked": ("asked",),
    "things": ("things",),
    "told": ("petition", "present"),
    "doubt": ("doubt", "present", "again"),
    "whole": (),
}
"""Guards a rule may name, with the lists of context words each needs."""
_ALWAYS = ("denied", "forbidden", "denied_bridge")


class DangerWordsError(ValueError):
    """A list of danger words that cannot be read: the message says where."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One sign of danger: `word` as said, at `start`..`end` of the text given; `rule` is its category."""

    word: str
    start: int
    end: int
    rule: str
    code: str
    severity: int


@dataclass(frozen=True, slots=True)
class Floor:
    """What the signs of danger in a text demand.

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
class Reading:
    """What the words say: the floor, and where words of danger stand that are denied, over, only feared and the like."""

    floor: Floor
    excused: tuple[Span, ...]


NOTHING = Reading(NO_FLOOR, ())


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
    near: str
    happens: bool  # "着火了": told as happening, so that only its own clause may cast doubt on it


@dataclass(frozen=True, slots=True)
class _Look:
    """One reading of a text, while it goes on."""

    text: str
    normal: str
    flat: Squeezed
    harmless: list[Span]
    petition: bool
    hits: dict[tuple[int, int, str], Hit]
    excused: list[Span]


class Speller:
    """Brings misspelt and traditional characters to the form the lists use; every place in the text stays its own."""

    def __init__(self, pairs: str = "", characters: str = "") -> None:
        """`pairs`: "媒气=煤气", both sides equally long; `characters`: "氣气". Raises DangerWordsError."""
        self._words = dict(pair.split("=") for pair in pairs.split())
        if any(len(wrong) != len(right) for wrong, right in self._words.items()):
            raise DangerWordsError("危险词表的 spelled 里，等号两边要一样长")
        if any(len(pair) != 2 for pair in characters.split()):
            raise DangerWordsError("危险词表的 traditional 里，每一对是两个字")
        self._characters = {ord(pair[0]): pair[1] for pair in characters.split()}
        self._any_word = _any_of(pairs and " ".join(self._words))
        self._any_character = _any_of(" ".join(map(chr, self._characters)))

    def __call__(self, text: str) -> str:
        """`text` put right, as long as before."""
        if self._any_character.search(text):
            text = text.translate(self._characters)
        return self._any_word.sub(lambda match: self._words[match[0]], text)


class DangerWords:
    """A compiled list of danger words."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        """Compile the content of a danger word file. Raises DangerWordsError."""
        try:
            self.version = str(data["version"])
            self.spell = Speller(str(data.get("spelled", "")), str(data.get("traditional", "")))
            self.kinds = [_kind(rule, data) for rule in data["rules"]]
            rules = [(n, word) for n, rule in enumerate(data["rules"]) for word in str(rule["words"]).split()]
            self._rules = RuleSet(rules, data.get("groups") or {})
            self._harmless = WordIndex(str(data["harmless"]).split())
            self._denied = _ending(data["denied"], data["denied_bridge"])
            self._forbidden = _ending(data["forbidden"], data["denied_bridge"], where="(?:在.{1,6})?")
            self._hazard = re.compile(f".{{0,2}}(?:{_any_of(data.get('supposed_after')).pattern})")
            names = {name for needed in GUARDS.values() for name in needed} - set(_ALWAYS)
            self._context = {name: _any_of(data.get(name)) for name in names}
            self._doubt = re.compile(
                f"(?<![没未不])(?<!不是)(?:{self._context['doubt'].pattern})(?![吗么没])"
            )
            self._thing = re.compile(f"(?:{self._context['things'].pattern})[{_FILLER}]{{0,2}}$")
        except (KeyError, TypeError, RuleError) as error:
            raise DangerWordsError(f"危险词表读不懂：{error}") from error

    def floor(self, text: str) -> Floor:
        """The floor of `text`; positions of the hits are positions in `text` as given."""
        return self.read(text).floor

    def read(self, text: str) -> Reading:
        """The floor of `text` and the words of danger that do not count for what stands around them."""
        normal = self.spell(normalise_words(text))
        flat = squeeze(normal)
        found = self._rules.match(flat.text, every=True)
        if not found:
            return NOTHING
        harmless = [(start, start + len(word)) for word, start in self._harmless.find(flat.text)]
        look = _Look(text, normal, flat, harmless, self._is_petition(normal), {}, [])
        weak: list[Found] = []
        for one in found:
            if "whole" in self.kinds[one.owner].guards:
                weak.append(one)
            else:
                self._hit(one, look)
        if weak and not any(hit.severity < SUPPOSED for hit in look.hits.values()):
            # words that weigh little by themselves must stand on word boundaries: the text is cut only for them
            borders = _borders(flat.text)
            for one in weak:
                if {one.start, one.end} <= borders:
                    self._hit(one, look)
        return Reading(self._sum_up(look.hits.values()), tuple(look.excused))

    def tells_a_story(self, text: str, start: int, end: int) -> bool:
        """Whether `text` is too long for a call, or a long complaint, without a word of now around `start`..`end`."""
        normal = self.spell(normalise_words(text))
        near = normal[max(0, start - NEAR) : end + NEAR]
        return (len(normal) >= TALE or self._is_petition(normal)) and not self._context["present"].search(
            near
        )

    def _hit(self, found: Found, look: _Look) -> None:
        """Add what was found to the hits, or to the words excused by their context."""
        flat, kind = look.flat, self.kinds[found.owner]
        start, end = flat.position(found.start), flat.position(found.end - 1) + 1
        if any(_just_a_number(span, flat.text) for span in found.spans):
            return
        if any(_inside(span, look.harmless) for span in found.spans):
            look.excused.append((start, end))
            return
        severity = kind.severity
        if kind.guards:
            place = _place(found, look.normal, flat)
            if self._taken_back(kind, place):
                look.excused.append((start, end))
                return
            if self._supposed(kind, place):
                look.excused.append((start, end))
                severity = max(severity, SUPPOSED)
            elif self._weakened(kind, place, look.petition):
                severity = max(severity, SUPPOSED)
        hit = Hit(look.text[start:end], start, end, kind.category, kind.code, severity)
        look.hits.setdefault((hit.start, hit.end, hit.rule), hit)

    def _taken_back(self, kind: _Kind, place: _Place) -> bool:
        guards = kind.guards
        return (
            ("denied" in guards and any(map(self._denied.search, place.before)))
            or ("forbidden" in guards and self._is_forbidden(place))
            or ("drill" in guards and self._is_drill(place))
            or ("over" in guards and self._is_over(place))
            or self._is_another_matter(guards, place)
        )

    def _is_another_matter(self, guards: frozenset[str], place: _Place) -> bool:
        """For sale, a figure of speech, a word asked about, a thing: not somebody in danger."""
        context = self._context
        return (
            ("sold" in guards and bool(context["sold"].search(place.clause)))
            or ("said" in guards and self._is_said(place))
            or ("asked" in guards and bool(context["asked"].search(place.after)))
            or ("things" in guards and any(map(self._thing.search, place.before)))
        )

    def _supposed(self, kind: _Kind, place: _Place) -> bool:
        """Only feared: "万一起火", "火灾隐患"."""
        return "supposed" in kind.guards and bool(
            self._context["supposed"].search(place.before[0]) or self._hazard.match(place.after[:BEHIND])
        )

    def _weakened(self, kind: _Kind, place: _Place, petition: bool) -> bool:
        """Told in a long complaint, or beside words that speak against now."""
        if self._context["present"].search(place.near):
            return False
        scope = place.clause if place.happens else place.near
        if "told" in kind.guards and petition:
            return True
        goes_on = self._context["again"].search(place.near)  # "去年漏过，今天又闻到": what was is again
        return "doubt" in kind.guards and not goes_on and bool(self._doubt.search(scope))

    def _is_petition(self, normal: str) -> bool:
        if len(normal) < LONG:
            return False
        return len({match[0] for match in self._context["petition"].finditer(normal[:6000])}) >= PETITION

    def _is_forbidden(self, place: _Place) -> bool:
        return not place.after.startswith("了") and any(map(self._forbidden.search, place.before))

    def _is_said(self, place: _Place) -> bool:
        """A figure of speech: "气得要跳楼", "跟抢钱一样"; "像疯了一样拿刀" is none."""
        behind = _CLAUSE_END.split(place.after, maxsplit=1)[0]
        if self._context["said_after"].match(behind[:BEHIND]):
            return True
        return bool(self._context["said_before"].search(place.before[0][-10:]))

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
        kinds = {kind.category: kind for kind in self.kinds}
        return sum_up(hits, lambda hit: kinds[hit.rule].tell_110 and hit.severity == kinds[hit.rule].severity)


def sum_up(hits: Iterable[Hit], tells: Any) -> Floor:
    """The floor of all `hits`; `tells` says of a hit whether whoever reports is to call at once."""
    ordered = sorted(hits, key=lambda hit: (hit.severity, hit.start, hit.end))
    if not ordered:
        return NO_FLOOR
    categories = tuple(dict.fromkeys(hit.rule for hit in ordered))
    return Floor(ordered[0].severity, tuple(ordered), any(map(tells, ordered)), categories)


def _kind(rule: Mapping[str, Any], data: Mapping[str, Any]) -> _Kind:
    guards = frozenset(map(str, rule["guards"]))
    if not guards <= set(GUARDS):
        raise DangerWordsError(
            f"危险词 {rule['category']} 写了不认识的 guards：{sorted(guards - set(GUARDS))}"
        )
    absent = [name for guard in sorted(guards) for name in GUARDS[guard] if name not in data]
    if absent:
        raise DangerWordsError(f"危险词 {rule['category']} 的 guards 缺少词表：{'、'.join(absent)}")
    if rule["severity"] not in (1, 2):
        raise DangerWordsError(f"危险词 {rule['category']} 的 severity 只能是 1 或 2")
    return _Kind(str(rule["category"]), str(rule["code"]), rule["severity"], bool(rule["tell_110"]), guards)


def _any_of(words_: Any) -> re.Pattern[str]:
    """A pattern for any of the words; for none, one that is never found."""
    listed = sorted(str(words_ or "").split(), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, listed)) or "(?!)")


def _ending(heads: str, bridge: str, where: str = "") -> re.Pattern[str]:
    """A pattern for one of `heads` right at the end, with small words between; "有没有", "是不是" are questions."""
    return re.compile(
        rf"(?<![有是会能])(?:{_any_of(heads).pattern}){where}(?:{_any_of(bridge).pattern}){{0,3}}$"
    )


def _inside(span: Span, others: list[Span]) -> bool:
    return any(start <= span[0] and span[1] <= end and (start, end) != span for start, end in others)


def _just_a_number(span: Span, text: str) -> bool:
    """A word of digits (119, 120) that is part of a longer figure or counts something."""
    if not text[span[0] : span[1]].isdigit():
        return False
    return text[span[0] - 1 : span[0]] in _DIGIT_BEFORE or text[span[1] : span[1] + 1] in _UNIT_BEHIND


def _borders(flat: str) -> frozenset[int]:
    """Where words begin and end."""
    places, place = [0], 0
    for word in words(flat):
        place += len(word)
        places.append(place)
    return frozenset(places)


def _place(found: Found, normal: str, flat: Squeezed) -> _Place:
    before = []
    for span in found.spans:
        start = flat.position(span[0])
        window = normal[max(0, start - BEFORE) : start]
        before.append(_CLAUSE_END.split(window)[-1])
    begin, end = flat.position(found.start), flat.position(found.end - 1) + 1
    after = normal[end : end + AFTER]
    clause = before[0] + normal[begin:end] + _CLAUSE_END.split(after, maxsplit=1)[0]
    near = normal[max(0, begin - NEAR) : end + NEAR]
    happens = normal[begin : end + 1].endswith(_HAPPENS)
    return _Place(tuple(before), clause, re.split(r"[!?！？]", after, maxsplit=1)[0], near, happens)
