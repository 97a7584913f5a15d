"""A message somebody was sent: does it look like fraud, which kind, which words say so, and what to do now?

Three answers only: it looks like fraud, there is something suspicious, or nothing was seen - which is not "safe", and no
answer says so. The words (`data/scam_words.yaml`) and the scam part of the danger words set a floor: each word added can
only raise it. A trained model of the station's own, where there is one, may raise the answer further and never lowers
it; one that fails is left out of that answer. Which kind is said only where one kind stands out; else it abstains.

Limits: Chinese only. Words tell what is known: a new trick, a voice call, a picture say nothing. Notices that warn of
fraud use the same words; they are called suspicious. It reads the first 6,000 characters. It says nothing of who sent it.
"""

from __future__ import annotations

import logging
import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from fengqiao.algorithms.danger import words_floor
from fengqiao.algorithms.dangerwords import Floor, Speller
from fengqiao.algorithms.lexicon import LexiconClassifier
from fengqiao.algorithms.linear import LinearClassifier
from fengqiao.algorithms.modelfile import ModelFileError
from fengqiao.algorithms.proposal import Classifier, Proposal
from fengqiao.algorithms.segment import Squeezed, normalise_words, squeeze
from fengqiao.algorithms.wordlists import read_yaml
from fengqiao.algorithms.wordrules import Found, RuleSet, Span

MAX_CHARS = 6_000
FRAUD = "FR"  # labels of a model that begin so are fraud
MODEL_SAYS, MODEL_DOUBTS = 0.9, 0.5  # chances of fraud from which a model says or suspects it
SURE, MAYBE = (
    3.0,
    1.0,
)  # weight of a word for its kind; a proposal of the lexicon or a model weighs SURE x confidence
STANDS_OUT = 1.5  # times as much must speak for the first kind as for the second, or none is named
MAX_REASONS = 4
LONGEST = 16  # characters shown as one reason; of longer finds only the words at both ends
DEPTH = 50  # proposals taken from a model: all kinds of fraud must be among them
_LOOSE = "scam_talk"  # danger words that honest people use too
_COARSE = (_LOOSE, "scam_money")  # danger words that do not say which kind
_SCAM = "scam_"
FEWEST, FEWEST_WORDS = (
    4,
    3,
)  # Chinese characters, or words of another script, from which a message says something
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_LINK = re.compile(r"(?:https?://)?[a-z0-9-]{1,63}\.[a-z]{2,}\S*", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_\u3400-\u9fff\uf900-\ufaff]{2,}")
_log = logging.getLogger(__name__)


class Blind(StrEnum):
    """Why there is nothing to read in a message, where that is so."""

    FEW = "few"  # hardly a word
    NUMBER = "number"  # a number or a link alone: both can be forged, neither says anything
    FOREIGN = "foreign"  # words, but not Chinese ones


class Verdict(IntEnum):
    """How suspicious a message is; there is no "safe"."""

    UNCLEAR = 0
    SUSPECT = 1
    FRAUD = 2


@dataclass(frozen=True, slots=True)
class ScamKind:
    """A kind of fraud: its code among the categories, its name, and what to do about it in plain sentences."""

    code: str
    name: str
    advice: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """Words that spoke for it, as they stand at `start`..`end` of the message."""

    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ScamReading:
    """What is said of a message. `kind` is None where none stands out; `call_110`: the advice begins with the call."""

    verdict: Verdict
    kind: ScamKind | None
    reasons: tuple[Reason, ...]
    advice: tuple[str, ...]
    call_110: bool
    version: str


@dataclass(frozen=True, slots=True)
class _Sign:
    """Something found: how much it says by itself, for which kind, where."""

    verdict: Verdict
    code: str
    weight: float
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """What the word list finds in a message. `warns`: it is a notice against fraud, or says so; `paid`: money is gone."""

    signs: tuple[_Sign, ...]
    warns: bool
    paid: bool


class ScamWords:
    """The compiled word list."""

    def __init__(self, data: Mapping[str, Any], spell: Speller) -> None:
        """`data`: the content of the word file; `spell` puts odd characters right, place for place."""
        self.version = str(data["version"])
        self.kinds = {
            code: ScamKind(code, str(kind["name"]), tuple(map(str, kind["advice"])))
            for code, kind in data["kinds"].items()
        }
        self.general = {
            Verdict[name.upper()]: tuple(map(str, said)) for name, said in data["general"].items()
        }
        self._spell = spell
        self._owners = [
            (code, verdict, weight)
            for code in self.kinds
            for verdict, weight in ((Verdict.FRAUD, SURE), (Verdict.SUSPECT, MAYBE))
        ]
        words = [str(kind[part]).split() for kind in data["kinds"].values() for part in ("sure", "maybe")]
        self._rules = RuleSet(
            [(owner, word) for owner, listed in enumerate(words) for word in listed], data["groups"]
        )
        self._paid = RuleSet([(0, word) for word in str(data["paid"]).split()])
        self._warning = re.compile("|".join(map(re.escape, str(data["warning"]).split())))

    def find(self, text: str) -> _Found:
        """What is found in `text`; places are places in it as given."""
        flat = squeeze(self._spell(normalise_words(text)))
        warns = bool(self._warning.search(flat.text))
        signs = [self._sign(one, flat, warns) for one in self._rules.match(flat.text)]
        return _Found(tuple(signs), warns, bool(self._paid.match(flat.text)))

    def _sign(self, found: Found, flat: Squeezed, warns: bool) -> _Sign:
        code, verdict, weight = self._owners[found.owner]
        spans = tuple((flat.position(start), flat.position(end - 1) + 1) for start, end in found.spans)
        return _Sign(min(verdict, Verdict.SUSPECT) if warns else verdict, code, weight, spans)


@cache
def scam_words() -> ScamWords:
    """The word list that comes with the project."""
    odd = read_yaml("danger_words")
    return ScamWords(
        read_yaml("scam_words"), Speller(str(odd.get("spelled", "")), str(odd.get("traditional", "")))
    )


@cache
def _lexicon() -> LexiconClassifier:
    return LexiconClassifier()


def load_scam_model(path: Path) -> LinearClassifier:
    """A model trained by the station. Raises ModelFileError for a file that is bad, or knows no fraud from the rest."""
    model = LinearClassifier.load(path)
    fraud = sum(label.startswith(FRAUD) for label in model.labels)
    if not 0 < fraud < len(model.labels):
        raise ModelFileError(
            f"模型文件 {path} 不会分辨诈骗：类别里要既有以 {FRAUD} 开头的，也有别的。请用涉诈短信重新训练。"
        )
    return model


def blind_spot(text: str) -> Blind | None:
    """Why the words cannot speak of this message; None where there is Chinese enough to read."""
    text = unicodedata.normalize("NFKC", text[:MAX_CHARS])
    if len(_HAN.findall(text)) >= FEWEST:
        return None
    if len(_WORD.findall(_LINK.sub(" ", text))) >= FEWEST_WORDS:
        return Blind.FOREIGN
    return Blind.NUMBER if _LINK.search(text) or len(re.findall(r"\d", text)) >= FEWEST else Blind.FEW


def read_message(text: str, model: Classifier | None = None) -> ScamReading:
    """What to think and do about a message; `model` may be missing."""
    words = scam_words()
    text = text[:MAX_CHARS]
    found, floor = words.find(text), words_floor(text)
    signs = [*found.signs, *_danger_signs(floor, found.warns)]
    proposals = _proposals(model, text)
    verdict = max([Verdict.UNCLEAR, _model_says(proposals), *(one.verdict for one in signs)])
    kind = _kind(words, signs, [*_lexicon().propose(text, k=DEPTH), *proposals]) if verdict else None
    call = verdict > Verdict.UNCLEAR and (found.paid or _urgent(floor))
    told = words.general[verdict]
    if call:
        told = (*(one for one in told if "马上打 110" in one), *told)
    advice = tuple(dict.fromkeys((*told, *(kind.advice if kind else ()))))
    reasons = _reasons(text, signs, proposals if verdict else [])
    version = f"{words.version}+{model.version}" if proposals and model else words.version
    return ScamReading(verdict, kind, reasons, advice, call, version)


def _danger_signs(floor: Floor, warns: bool) -> list[_Sign]:
    """The scam part of the danger words. Which rule was hit counts, not what its context made of it: a floor stays."""
    return [
        _Sign(
            Verdict.SUSPECT if warns or hit.rule == _LOOSE else Verdict.FRAUD,
            hit.code,
            0.0 if hit.rule in _COARSE else MAYBE,
            ((hit.start, hit.end),),
        )
        for hit in floor.hits
        if hit.rule.startswith(_SCAM)
    ]


def _urgent(floor: Floor) -> bool:
    return floor.tell_110 and any(hit.rule.startswith(_SCAM) and hit.severity == 1 for hit in floor.hits)


def _proposals(model: Classifier | None, text: str) -> list[Proposal]:
    """What the model proposes; nothing where it fails or answers with no number."""
    if model is None:
        return []
    try:
        found = model.propose(text, k=DEPTH)
    except Exception as error:
        # Only what kind of error: its own words may quote the message.
        _log.error("the scam model failed, words alone answer (%s)", type(error).__name__)
        return []
    sound = all(math.isfinite(one.confidence) and 0 <= one.confidence <= 1 for one in found)
    return found if sound else []


def _model_says(proposals: Iterable[Proposal]) -> Verdict:
    fraud = sum(one.confidence for one in proposals if one.label.startswith(FRAUD))
    if fraud >= MODEL_SAYS:
        return Verdict.FRAUD
    return Verdict.SUSPECT if fraud >= MODEL_DOUBTS else Verdict.UNCLEAR


def _kind(words: ScamWords, signs: Iterable[_Sign], proposals: Iterable[Proposal]) -> ScamKind | None:
    """The kind that most speaks for, if it stands out."""
    says: dict[str, float] = defaultdict(float)
    for sign in signs:
        says[sign.code] += sign.weight
    for one in proposals:
        says[one.label] += SURE * one.confidence
    ranked = sorted(
        ((weight, code) for code, weight in says.items() if code in words.kinds),
        key=lambda one: (-one[0], one[1]),
    )
    if not ranked or ranked[0][0] < MAYBE or (len(ranked) > 1 and ranked[0][0] < STANDS_OUT * ranked[1][0]):
        return None
    return words.kinds[ranked[0][1]]


def _reasons(text: str, signs: Sequence[_Sign], proposals: Sequence[Proposal]) -> tuple[Reason, ...]:
    """Words of the message, those that say most first; none lies within another."""
    ranked = sorted(signs, key=lambda one: (-one.verdict, -one.weight, one.spans))
    spans = [span for sign in ranked for span in _shown(sign.spans)]
    said = [one.reasons for one in proposals if one.label.startswith(FRAUD)][:1]
    places = [(text.find(word), word) for words in said for word in words if word]
    spans += [(start, start + len(word)) for start, word in places if start >= 0]
    kept: list[Span] = []
    for start, end in spans:
        if len(kept) < MAX_REASONS and all(end <= one[0] or one[1] <= start for one in kept):
            kept.append((start, end))
    return tuple(Reason(text[start:end], start, end) for start, end in kept)


def _shown(spans: Sequence[Span]) -> list[Span]:
    start, end = min(span[0] for span in spans), max(span[1] for span in spans)
    return [(start, end)] if end - start <= LONGEST else list(spans)
