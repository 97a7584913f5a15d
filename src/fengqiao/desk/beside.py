"""Two that may be the same, side by side in full: what both say, how far apart they are, what the engine makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from fengqiao.accounts.scope import Actor
from fengqiao.algorithms.distance import in_words
from fengqiao.algorithms.sameevent import Match
from fengqiao.algorithms.segment import words
from fengqiao.algorithms.similarity import Doc, pair_score
from fengqiao.desk.inbox_page import verbs_of
from fengqiao.intake import queries
from fengqiao.intake.choices import Channel, ReportState
from fengqiao.intake.duplicates import doc_of_report
from fengqiao.intake.models import Report
from fengqiao.lib.errors import OutOfReach
from fengqiao.lib.present import span
from fengqiao.matters import rules as matter_rules
from fengqiao.matters.choices import State
from fengqiao.matters.models import Matter

LEAST = 2
"""Characters from which a word both say is marked."""
SURE = 0.6
ALIKE = 0.5


@dataclass(frozen=True)
class Side:
    """One of the two: its words in full, where they came from, what became of them."""

    title: str
    text: str
    at: datetime
    source: str
    where: str
    state: str
    number: str
    url: str
    doc: Doc
    matter: Matter | None


@dataclass(frozen=True)
class Beside:
    """Both sides, with what agrees and what may be done now."""

    report: Report
    sides: tuple[Side, Side]
    shared: tuple[str, ...]
    match: Match
    can_link: bool
    can_unlink: bool
    together: bool
    waits: bool

    @property
    def apart(self) -> str:
        """Metres and time between the two."""
        metres = self.match.distance_m
        far = (
            _("相距 %(far)s") % {"far": in_words(metres)}
            if metres is not None
            else _("有一份没有点位，说不出多远")
        )
        between = abs(self.sides[0].at - self.sides[1].at)
        return _("%(far)s · 相隔 %(long)s") % {"far": far, "long": span(between, units=1)}

    @property
    def verdict(self) -> str:
        """What the engine says, as a likelihood in words with its figure."""
        values = {"score": f"{100 * self.match.score:.0f}"}
        if self.match.score >= SURE:
            return _("系统看：像是同一件（%(score)s 分，满分 100）") % values
        if self.match.score >= ALIKE:
            return _("系统看：有些像（%(score)s 分，满分 100）") % values
        return _("系统看：不太像（%(score)s 分，满分 100）") % values


def beside(report: Report, other: str, actor: Actor) -> Beside:
    """A report in the actor's reach beside another report (by its id) or a matter (by its number). Raises OutOfReach."""
    one = _of_report(report)
    two = _other(report, other, actor)
    verbs = verbs_of(report, actor)
    match = pair_score(one.doc, two.doc)
    matter = two.matter
    joined = report.matter_id is not None and matter is not None and report.matter_id == matter.pk
    open_for = matter is not None and matter_rules.may_start("report_linked", matter.state)
    closed = report.restricted and matter is not None and not matter.restricted
    return Beside(
        report=report,
        sides=(one, two),
        shared=shared_words(f"{one.title} {one.text}", f"{two.title} {two.text}"),
        match=match,
        can_link="link" in verbs and open_for and not closed and not joined,
        can_unlink="unlink" in verbs and joined,
        together=joined,
        waits=matter is None,
    )


def shared_words(one: str, two: str) -> tuple[str, ...]:
    """Words of at least two characters that stand in both, the longest first."""
    both = set(words(one)) & set(words(two))
    return tuple(sorted((word for word in both if len(word) >= LEAST), key=lambda word: (-len(word), word)))


def _other(report: Report, other: str, actor: Actor) -> Side:
    if other.isdecimal() and len(other) < 16:
        if int(other) == report.pk:
            raise OutOfReach
        return _of_report(queries.find(int(other), actor.scope), actor)
    rows = Matter.objects.visible_to(actor.scope).select_related("area", "place")
    found = rows.filter(number=other).first()
    if found is None:
        raise OutOfReach
    return _of_matter(found)


def _of_report(report: Report, actor: Actor | None = None) -> Side:
    """A report; its matter only when ``actor`` sees that too."""
    matter = report.matter
    if matter is not None and actor is not None:
        matter = (
            Matter.objects.visible_to(actor.scope).select_related("merged_into").filter(pk=matter.pk).first()
        )
        matter = matter.merged_into if matter is not None and matter.merged_into is not None else matter
    words_of_place = report.place_text or (report.place.name if report.place else "")
    return Side(
        title=report.title,
        text=report.text,
        at=report.said_at,
        source=str(Channel(report.channel).label),
        where=words_of_place if report.unplaced else f"{report.area.name} {words_of_place}".strip(),
        state=str(ReportState(report.state).label),
        number=matter.number if matter is not None else "",
        url=reverse("desk:report", args=[report.pk]),
        doc=doc_of_report(report),
        matter=matter,
    )


def _of_matter(matter: Matter) -> Side:
    place = matter.place_text or (matter.place.name if matter.place else "")
    return Side(
        title=matter.title,
        text=matter.summary,
        at=matter.opened_at,
        source=_("事项"),
        where=place if matter.unplaced else f"{matter.area.name} {place}".strip(),
        state=str(State(matter.state).label),
        number=matter.number,
        url=reverse("desk:matter", args=[matter.number]),
        doc=Doc(
            f"m{matter.pk}",
            f"{matter.title}\n{matter.summary}",
            matter.lat,
            matter.lon,
            matter.opened_at,
            str(matter.place_id) if matter.place_id else None,
        ),
        matter=matter,
    )
