"""The text engine of triage: keyword floor, category and place proposals, read before anything is written.

It lives in memory, once per process, and is rebuilt when its model file changes. Whatever it does wrong, the
report is received all the same: each part is run by itself and for a moment only (``deadline``), an answer that makes
no sense (unknown code, a confidence that is no number between 0 and 1) is dropped, and the log says which part failed.
"""

from __future__ import annotations

import logging
import math
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Protocol, TypeVar

from django.conf import settings
from django.db import connection

from fengqiao.algorithms.classify import LinearClassifier, ModelFileError, StackedProposer, starter
from fengqiao.algorithms.danger import Floor, danger_floor
from fengqiao.algorithms.places import Near, PlaceCandidate
from fengqiao.algorithms.proposal import Classifier, Proposal
from fengqiao.algorithms.villageplaces import OUTSIDE
from fengqiao.audit.models import Entry
from fengqiao.intake.choices import SuggestionField
from fengqiao.intake.deadline import within
from fengqiao.intake.known import categories
from fengqiao.intake.placing import Spot
from fengqiao.matters.choices import Severity
from fengqiao.territory.models import Area, Place
from fengqiao.territory.queries import place_finder
from fengqiao.territory.villages import village_index, villages_stamp

T = TypeVar("T")
log = logging.getLogger(__name__)

MAX_CATEGORIES = 3
MAX_PLACES = 3
MAX_WORDS = 6
RULES = "danger-rules"


class PlaceFinder(Protocol):
    """Finds places in a text; the gazetteer of the ground is one."""

    def find(self, text: str, near: Near | None = None) -> Sequence[PlaceCandidate]: ...


@dataclass(frozen=True, slots=True)
class PlaceHint:
    """A proposed place: a Place or an Area by its id, what was said, what speaks for it.

    Of the kind ``outside`` it is a village that is none of the station's, by its division code: a hint for whoever
    decides, never a place of a matter.
    """

    kind: str
    id: int
    name: str
    confidence: float
    reasons: tuple[str, ...] = ()
    said: str = ""
    detail: str = ""

    def value(self) -> dict[str, object]:
        """As kept in a Suggestion."""
        which = {"code": str(self.id)} if self.kind == OUTSIDE else {"id": self.id}
        return {"kind": self.kind, **which, "name": self.name, "said": self.said, "detail": self.detail}


@dataclass(frozen=True, slots=True)
class Reading:
    """What the engine made of a text. ``floor`` is the keyword floor (1, 2) or None when no word calls for it."""

    floor: int | None = None
    floor_words: tuple[str, ...] = ()
    floor_codes: tuple[str, ...] = ()
    tell_110: bool = False
    categories: tuple[Proposal, ...] = ()
    places: tuple[PlaceHint, ...] = ()
    models: dict[str, str] = field(default_factory=dict)
    faults: tuple[str, ...] = ()

    def model_of(self, what: str) -> str:
        """Name and version of what proposed this field."""
        return self.models.get(str(what), RULES)


@dataclass(frozen=True, slots=True)
class Engine:
    """The parts. ``classifier`` and ``places`` make their part when asked, so that a broken one breaks alone."""

    floor: Callable[[str], Floor]
    classifier: Callable[[], Classifier]
    places: Callable[[], PlaceFinder]

    def read(self, text: str, *, known: Callable[[], Sequence[str]], near: Near | None = None) -> Reading:
        """Read ``text``; ``known`` gives the category codes in force, ``near`` says where it comes from."""
        reading = _floor(self.floor, text)
        reading = self._categories(reading, text, known)
        return self._places(reading, text, near)

    def _categories(self, reading: Reading, text: str, known: Callable[[], Sequence[str]]) -> Reading:
        try:
            classifier = self.classifier()
            codes = set(known())
            found = [
                p
                for p in within("category", lambda: list(classifier.propose(text, k=MAX_CATEGORIES)))
                if p.label in codes and _sure(p.confidence)
            ]
            model = f"{classifier.name} {classifier.version}"
        except Exception as error:
            _complain("category", error)
            return replace(reading, faults=(*reading.faults, "category"))
        ranked = sorted(found, key=lambda p: -p.confidence)[:MAX_CATEGORIES]
        models = {**reading.models, str(SuggestionField.CATEGORY): model}
        return replace(reading, categories=tuple(ranked), models=models)

    def _places(self, reading: Reading, text: str, near: Near | None) -> Reading:
        try:
            finder = self.places()
            named = within("place", lambda: list(finder.find(text, near)))
            found = [hint for c in named if (hint := _hint(c, text)) is not None]
        except Exception as error:
            _complain("place", error)
            return replace(reading, faults=(*reading.faults, "place"))
        best: dict[tuple[str, int], PlaceHint] = {}
        for hint in sorted(found, key=lambda h: -h.confidence):
            best.setdefault((hint.kind, hint.id), hint)
        own = [hint for hint in best.values() if hint.kind != OUTSIDE][:MAX_PLACES]
        outside = [hint for hint in best.values() if hint.kind == OUTSIDE][:1]
        models = {**reading.models, str(SuggestionField.PLACE): "gazetteer"}
        return replace(reading, places=(*own, *outside), models=models)


def _floor(floor: Callable[[str], Floor], text: str) -> Reading:
    try:
        found = within("floor", lambda: floor(text))
    except Exception as error:
        # Whether there was danger is not known: a person looks within half an hour rather than two.
        _complain("floor", error)
        return Reading(floor=int(Severity.PRESSING), floor_words=("没能自动检查危险词",), faults=("floor",))
    severity = found.severity if found.severity in (Severity.DANGER, Severity.PRESSING) else None
    return Reading(
        floor=severity,
        floor_words=tuple(dict.fromkeys(hit.word for hit in found.hits))[:MAX_WORDS],
        floor_codes=tuple(dict.fromkeys(hit.code for hit in found.hits)),
        tell_110=bool(found.tell_110),
    )


def _complain(part: str, error: Exception) -> None:
    log.error("triage engine: %s failed, report received without it (%s)", part, what_failed(error))


def what_failed(error: Exception) -> str:
    """The kind of an error and where it arose, for a log; never its own words, which may quote somebody's."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {last.filename.rpartition('/')[2]}:{last.lineno}"


def _sure(confidence: float) -> bool:
    return math.isfinite(confidence) and 0.0 < confidence <= 1.0


def _hint(candidate: PlaceCandidate, text: str) -> PlaceHint | None:
    """A candidate of the gazetteer as a hint; None for one that names no row or whose confidence makes no sense."""
    confidence = float(candidate.confidence)
    kind, _colon, number = str(candidate.entry_id).partition(":")
    if kind not in {"place", "area", OUTSIDE} or not number.isdigit() or not _sure(confidence):
        return None
    return PlaceHint(
        kind=kind,
        id=int(number),
        name=str(candidate.name),
        confidence=confidence,
        reasons=tuple(str(r) for r in candidate.reasons),
        said=text[candidate.start : candidate.end][:160],
        detail=str(candidate.detail or ""),
    )


def near_of(spot: Spot) -> Near | None:
    """Where a report comes from, for the places it may mean; None when nothing is known."""
    areas = frozenset() if spot.unplaced else frozenset({f"area:{spot.area.pk}"})
    if spot.lat is None and not areas:
        return None
    return Near(spot.lat, spot.lon, areas)


_lock = threading.Lock()
_engine: Engine | None = None


def file_stamp(path: Path) -> tuple[int, int] | None:
    """What changes when a model file does; None while there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


@lru_cache(maxsize=2)
def _built(path: Path, stamp: tuple[int, int] | None) -> Classifier:
    """Word rules, with the station's own model where there is a sound one."""
    model = None
    if stamp is not None:
        try:
            model = LinearClassifier.load(path)
        except ModelFileError as error:
            log.error("triage model left out, word rules alone propose: %s", error)
    return StackedProposer(starter(), model)


def _classifier() -> Classifier:
    path = Path(settings.MODEL_FILE)
    return _built(path, file_stamp(path))


def warm() -> None:
    """Load models and dictionaries, which take a second, before the first report has to wait for them."""
    _classifier().propose("预热", k=1)
    danger_floor("预热")
    if (villages := village_index()) is not None:
        villages.find("预热村")


_named: tuple[object, PlaceFinder] | None = None


def _gazetteer() -> PlaceFinder:
    """The names of the ground, asked for again when a place or area was added, the log knows of a change, or the file
    of all villages is another one."""
    global _named
    stamp = _ground_stamp()
    found = _named
    if found is None or found[0] != stamp:
        found = _named = (stamp, place_finder())
    return found[1]


def _ground_stamp() -> object:
    with connection.cursor() as cursor:
        cursor.execute(_GROUND)
        return (str(connection.settings_dict["NAME"]), *cursor.fetchone(), villages_stamp())


_PLACES, _AREAS, _LOG = Place._meta.db_table, Area._meta.db_table, Entry._meta.db_table
_GROUND = (
    f"SELECT (SELECT MAX(id) FROM {_PLACES}), (SELECT MAX(id) FROM {_AREAS}), "  # noqa: S608 - tables' own names
    f"(SELECT MAX(+id) FROM {_LOG} WHERE object_type = 'place'), "
    f"(SELECT MAX(+id) FROM {_LOG} WHERE object_type = 'area')"
)
"""Asked for every report, so by hand: four looks into an index. With a plain MAX(id) SQLite would read the log backwards
until it meets a place, which a year of reports may stand before."""


def default() -> Engine:
    """The engine of this process."""
    global _engine
    with _lock:
        if _engine is None:
            _engine = Engine(danger_floor, _classifier, _gazetteer)
        return _engine


@contextmanager
def using(engine: Engine) -> Iterator[Engine]:
    """Put another engine in place inside the block (tests, comparisons)."""
    global _engine
    before = _engine
    _engine = engine
    try:
        yield engine
    finally:
        _engine = before


def reader() -> Read:
    """``read`` for a run of texts: its parts are looked up once and stay the same for all of them."""
    parts = default()
    classifier, places, codes = (
        _once(parts.classifier),
        _once(parts.places),
        _once(lambda: tuple(categories())),
    )
    still = Engine(parts.floor, classifier, places)

    def run(text: str, *, near: Near | None = None) -> Reading:
        return still.read(text, known=codes, near=near)

    return run


def _once(make: Callable[[], T]) -> Callable[[], T]:
    return lru_cache(maxsize=1)(make)


class Read(Protocol):
    """Reads a text; never raises for anything the engine does."""

    def __call__(self, text: str, *, near: Near | None = None) -> Reading: ...


def read(text: str, *, near: Near | None = None) -> Reading:
    """Read a text with the engine of this process; never raises for anything the engine does."""
    return default().read(text, known=lambda: tuple(categories()), near=near)
