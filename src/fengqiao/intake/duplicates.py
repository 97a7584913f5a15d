"""Reports that may be about the same thing: near in place and time, or in their words. Proposals, never a decision.

For one report the database gives a few candidates and each pair is weighed by itself. For a file of thousands a
window of reports is held in memory, where it is known how common each word is.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import cos, radians, sqrt
from typing import Any, cast

from django.db.models import F, Field, Q, QuerySet, TextField
from django.db.models.functions import Substr

from fengqiao.algorithms.sameevent import MAX_CHARS, Match, traits
from fengqiao.algorithms.segment import bigrams
from fengqiao.algorithms.similarity import Doc, DuplicateIndex, pair_score
from fengqiao.intake.choices import ReportState, SuggestionField
from fengqiao.intake.compose import Draft
from fengqiao.intake.models import Report, ReportQuerySet, Suggestion
from fengqiao.intake.search import INDEX
from fengqiao.lib.db.prepared import Prepared, Slot
from fengqiao.matters.models import MatterQuerySet

WINDOW = timedelta(days=30)
NEAR_M = 600.0
FLOOR = 0.5
MOST = 3
LOOK_AT = 4
"""Candidates weighed in full; the rest was told apart by their character pairs."""
NEARBY = 48
"""Newest reports near by that are looked at: what a dense neighbourhood says in a month."""
PER_WORD = 16
"""Newest reports with the same word that are looked at, where nobody said where it is."""
PER_INDEX = 200
"""Newest hits of a word the index gives: a common word stands in a tenth of all reports."""
HEAD = 200
"""Characters of a candidate by which it is told apart before it is weighed."""
WORDS = 3
"""Words of a report that are looked for in others when nobody said where it is."""
MODEL = "same-event"
SIDES = ("south", "north", "west", "east")
Box = tuple[Any, Any, Any, Any]
"""Degrees of latitude (south, north) and longitude (west, east), or slots for them."""
_METRES_PER_DEGREE = 111_320.0


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A report that may speak of the same thing, how sure (0..1), what agrees and what differs in words.

    ``key`` stands for a report that is not written yet (imports).
    """

    report_id: int | None
    matter_id: int | None
    score: float
    same: tuple[str, ...]
    differs: tuple[str, ...]
    distance_m: float | None
    hours: float
    key: str = ""

    def value(self) -> dict[str, object]:
        """As kept in a Suggestion."""
        return {
            "report": self.report_id,
            "matter": self.matter_id,
            "differs": list(self.differs),
            "distance_m": round(self.distance_m) if self.distance_m is not None else None,
            "hours": round(self.hours, 1),
        }


@dataclass(frozen=True, slots=True)
class Candidate:
    """A report, or a matter without one, as far as comparing goes."""

    report_id: int | None
    matter_id: int | None
    doc: Doc


def doc_of(draft: Draft) -> Doc:
    """A draft as far as comparing goes."""
    spot = draft.spot
    place = str(spot.place.pk) if spot.place else None
    return Doc(draft.key, draft.words, spot.lat, spot.lon, draft.said_at, place)


def doc_of_report(report: Report) -> Doc:
    """A report as far as comparing goes."""
    words = f"{report.title}\n{report.text}" if report.title else report.text
    place = str(report.place_id) if report.place_id else None
    return Doc(str(report.pk), words, report.lat, report.lon, report.said_at, place)


def find(draft: Draft) -> list[Duplicate]:
    """Up to three reports a fresh one may repeat; a handful of queries, whatever the size of the database."""
    doc = doc_of(draft)
    area = None if draft.spot.unplaced else draft.spot.area.pk
    given: dict[str, Any] = {"since": doc.at - WINDOW, "until": doc.at + WINDOW, "area": area}
    box = _box(doc)
    if box is not None:
        shape = "point" if area is None else "point and area"
        asked = [(shape, given | dict(zip(SIDES, box, strict=True)))]
    elif area is not None:
        asked = [("area", given)]
    else:
        matches = [INDEX.expression(word) for word in telling(doc)]
        asked = [("word", given | {"match": match}) for match in matches if match]
    return weigh(
        doc, _once(_candidate(row) for shape, values in asked for row in PREPARED[shape].rows(**values))
    )


def find_for(report: Report, reports: ReportQuerySet, matters: MatterQuerySet) -> list[Duplicate]:
    """The same for a report that is there, among the reports and matters somebody may see."""
    doc = doc_of_report(report)
    area = None if report.unplaced else report.area_id
    rows = _recent(reports.exclude(pk=report.pk), doc.at - WINDOW, doc.at + WINDOW)
    box = _box(doc)
    if box is not None or area is not None:
        searches = [_values(rows.filter(_where(box, area)))]
    else:
        words = [word for word in map(INDEX.expression, telling(doc)) if word]
        searches = [_values(rows.filter(pk__in=INDEX.subquery(w, PER_INDEX)), PER_WORD) for w in words]
    found = _once(_candidate(row) for search in searches for row in search)
    return weigh(doc, [*found, *_matters(matters, doc, area)])


def _once(rows: Iterable[Candidate]) -> list[Candidate]:
    found: dict[int | None, Candidate] = {}
    for row in rows:
        found.setdefault(row.report_id, row)
    return list(found.values())


def _recent(rows: ReportQuerySet, since: Any, until: Any) -> ReportQuerySet:
    """Reports said between two times, closed history left out."""
    return rows.filter(said_at__gte=since, said_at__lte=until).exclude(state=ReportState.HISTORIC)


def _where(box: Box | None, area: Any) -> Q:
    """Near the point; in the same area, where a point was given only what has none of its own."""
    if box is None:
        return Q(area_id=area)
    south, north, west, east = box
    near = Q(lat__gte=south, lat__lte=north, lon__gte=west, lon__lte=east)
    return near | Q(area_id=area, lat__isnull=True) if area is not None else near


def _matters(rows: MatterQuerySet, doc: Doc, area: int | None) -> list[Candidate]:
    """Matters in hand that no report stands behind: somebody on a round noticed the same thing."""
    box = _box(doc)
    if box is None and area is None:
        return []
    where = _where(box, area)
    near = rows.open().filter(where, reports__isnull=True, opened_at__gte=doc.at - WINDOW)
    fields = ("pk", "title", "summary", "lat", "lon", "opened_at", "place_id")
    return [
        Candidate(
            None, pk, Doc(f"m{pk}", f"{title}\n{summary[:MAX_CHARS]}", lat, lon, at, str(place or "") or None)
        )
        for pk, title, summary, lat, lon, at, place in near.order_by("-opened_at").values_list(*fields)[
            :NEARBY
        ]
    ]


def _box(doc: Doc) -> Box | None:
    """South, north, west and east about 600 m from the point, in degrees; None without a point."""
    if doc.lat is None or doc.lon is None:
        return None
    high = NEAR_M / _METRES_PER_DEGREE
    wide = high / max(cos(radians(doc.lat)), 0.01)
    return doc.lat - high, doc.lat + high, doc.lon - wide, doc.lon + wide


def telling(doc: Doc) -> list[str]:
    """The longest words of a report: what it names is more telling than what it complains of."""
    whole = [w for w in traits(doc).features if not w.startswith("_") and not w.isdigit()]
    return sorted(whole, key=lambda w: (-len(w), w))[:WORDS]


def _values(rows: ReportQuerySet, most: int = NEARBY) -> QuerySet[Report, tuple[Any, ...]]:
    """The newest rows as far as comparing goes."""
    fields = ("pk", "matter_id", "title", "head", "lat", "lon", "said_at", "place_id")
    head = rows.annotate(head=Substr("text", 1, MAX_CHARS))
    return head.order_by(F("said_at").desc()).values_list(*fields)[:most]


def _candidate(row: tuple[Any, ...]) -> Candidate:
    pk, matter, title, head, lat, lon, at, place = row
    words = f"{title}\n{head}" if title else head
    return Candidate(pk, matter, Doc(str(pk), words, lat, lon, at, str(place) if place else None))


def _slot(name: str, column: str) -> Slot:
    return Slot(name, cast("Field[Any, Any]", Report._meta.get_field(column)))


def _prepared(where: Callable[[], Any], most: int = NEARBY) -> Prepared:
    """The search of one shape over all reports, with the changing values left open."""

    def build() -> QuerySet[Report, tuple[Any, ...]]:
        rows = _recent(Report.objects.all(), _slot("since", "said_at"), _slot("until", "said_at"))
        return _values(rows.filter(where()), most)

    return Prepared(build)


def _open_box() -> Box:
    south, north = _slot(SIDES[0], "lat"), _slot(SIDES[1], "lat")
    return south, north, _slot(SIDES[2], "lon"), _slot(SIDES[3], "lon")


PREPARED = {
    "area": _prepared(lambda: _where(None, _slot("area", "area"))),
    "point": _prepared(lambda: _where(_open_box(), None)),
    "point and area": _prepared(lambda: _where(_open_box(), _slot("area", "area"))),
    "word": _prepared(lambda: Q(pk__in=INDEX.subquery(Slot("match", TextField()), PER_INDEX)), PER_WORD),
}
"""Looked for with every report that comes in: compiled once."""


def weigh(doc: Doc, rows: Sequence[Candidate]) -> list[Duplicate]:
    """The candidates that reach one half, the likeliest first."""
    mine = set(bigrams(doc.text[:MAX_CHARS]))
    ranked = sorted(rows, key=lambda c: -_overlap(mine, c.doc.text))[:LOOK_AT]
    found = [_duplicate(c, pair_score(doc, c.doc)) for c in ranked]
    return sorted((d for d in found if d.score >= FLOOR), key=lambda d: -d.score)[:MOST]


def _overlap(mine: set[str], text: str) -> float:
    head = text[:HEAD]
    return len(mine.intersection(bigrams(head))) / sqrt(len(head) + 1)


def _duplicate(candidate: Candidate, match: Match) -> Duplicate:
    return Duplicate(
        candidate.report_id,
        candidate.matter_id,
        match.score,
        match.same,
        match.differs,
        match.distance_m,
        match.hours,
    )


def suggestions_of(report: Report, found: Iterable[Duplicate], now: datetime) -> list[Suggestion]:
    """The proposals as unsaved rows."""
    return [
        Suggestion(
            report=report,
            field=SuggestionField.DUPLICATE,
            rank=rank,
            value=one.value(),
            confidence=round(one.score, 4),
            reasons=list(one.same),
            model=MODEL,
            made_at=now,
        )
        for rank, one in enumerate(found)
    ]


class Window:
    """The last few thousand reports in memory, for comparing the rows of an import with them and each other."""

    CAP = 4_000
    LOADED = 1_500

    def __init__(self, *, load: bool) -> None:
        self._load = load
        self.reset()

    @classmethod
    def empty(cls) -> Window:
        """A window that starts with nothing (closed history compares with nothing)."""
        return cls(load=False)

    @classmethod
    def from_database(cls) -> Window:
        """A window that starts with the newest reports, read when first asked."""
        return cls(load=True)

    def reset(self) -> None:
        """Forget everything; the database is read again when next asked."""
        self._index = DuplicateIndex(window=WINDOW)
        self._known: dict[str, tuple[int, int | None]] = {}
        self._order: deque[str] = deque()
        self._loaded = not self._load

    def find(self, draft: Draft) -> list[Duplicate]:
        """Up to three reports a row may repeat; those of its own batch are named by key."""
        self._read()
        return [
            self._duplicate(one.id, one.match)
            for one in self._index.query(doc_of(draft), k=MOST, floor=FLOOR)
        ]

    def add(self, draft: Draft) -> None:
        """Hold a row for the rows after it."""
        self._hold(doc_of(draft))

    def settle(self, reports: Iterable[Report]) -> None:
        """Rows that were written are known by their report from now on."""
        for report in reports:
            self._known[report.idempotency_key] = (report.pk, report.matter_id)

    def named(self, found: Iterable[Duplicate]) -> list[Duplicate]:
        """Duplicates with the report each key stands for; a key that was never written is left out."""
        rows = [(one, self._known.get(one.key)) for one in found]
        return [
            replace(one, report_id=known[0], matter_id=known[1]) for one, known in rows if known is not None
        ]

    def _read(self) -> None:
        if self._loaded:
            return
        self._loaded = True
        rows = Report.objects.exclude(state=ReportState.HISTORIC).order_by("-pk")[: self.LOADED]
        fields = ("pk", "matter_id", "idempotency_key", "title", "text", "lat", "lon", "said_at", "place_id")
        for pk, matter, key, title, text, lat, lon, at, place in reversed(rows.values_list(*fields)):
            words = f"{title}\n{text}" if title else text
            self._known[key] = (pk, matter)
            self._hold(Doc(key, words, lat, lon, at, str(place) if place else None))

    def _hold(self, doc: Doc) -> None:
        self._index.add(replace(doc, text=doc.text[:MAX_CHARS]))
        self._order.append(doc.id)
        while len(self._order) > self.CAP:
            oldest = self._order.popleft()
            if oldest not in self._order:
                self._index.remove(oldest)
                self._known.pop(oldest, None)

    def _duplicate(self, key: str, match: Match) -> Duplicate:
        report, matter = self._known.get(key, (None, None))
        return Duplicate(
            report, matter, match.score, match.same, match.differs, match.distance_m, match.hours, key
        )
