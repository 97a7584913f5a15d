"""The inbox: the queue with its neighbours, one report as said, what may be the same thing, what was just decided."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fengqiao.accounts.scope import Actor
from fengqiao.desk.decision import latest, own_spot
from fengqiao.desk.forms.decide import DecisionForm
from fengqiao.desk.forms.reports import REPORT_VERBS
from fengqiao.desk.mapdata import map_url
from fengqiao.intake import queries, rules
from fengqiao.intake.actions._base import may_triage
from fengqiao.intake.choices import Channel, ReportEventKind, SuggestionField
from fengqiao.intake.known import categories
from fengqiao.intake.models import Attachment, Contact, Report, ReportMessage, Suggestion
from fengqiao.intake.placing import Spot
from fengqiao.intake.proposals import DuplicateProposal, duplicates_of
from fengqiao.intake.queries import InboxCounts, InboxRow
from fengqiao.lib import clock
from fengqiao.lib.present import TimelineItem, humane, humane_day, span
from fengqiao.matters.choices import Origin, Severity, State
from fengqiao.territory.models import Area, Beat
from fengqiao.territory.queries import ancestors, beat_of

SHOWN = 50
"""Lines of the queue on the page."""
JUST = 5
"""Fresh decisions that can still be taken back, listed under the queue."""
TOAST = 10
"""Seconds the undo stands on the screen; the server allows ten minutes."""
UNDO_KEY = "desk_undo"
CHANNEL_ICONS: dict[str, str] = {
    Channel.PORTAL: "device-mobile",
    Channel.PHONE: "phone",
    Channel.WALK_IN: "user",
    Channel.ROUND: "route",
    Channel.CHAT: "messages",
    Channel.FIELD: "note",
    Channel.FILE: "file-import",
    Channel.API: "world",
    Channel.CALL_110: "alert-triangle",
    Channel.HOTLINE: "phone",
    Channel.BUNDLE: "network",
}
STORY_ICONS: dict[str, str] = {
    ReportEventKind.RECEIVED: "inbox",
    ReportEventKind.PROPOSED: "tag",
    ReportEventKind.ACCEPTED: "check",
    ReportEventKind.MERGED: "git-merge",
    ReportEventKind.REFUSED: "send",
    ReportEventKind.ASKED: "help",
    ReportEventKind.ANSWERED: "message",
    ReportEventKind.UNDONE: "arrow-back-up",
    ReportEventKind.CLIMBED: "stairs-up",
    ReportEventKind.REPLIED: "message",
    ReportEventKind.EDITED: "pencil",
    ReportEventKind.RATED: "star",
    ReportEventKind.REOPENED: "refresh",
}
ORIGIN_WORDS: dict[str, object] = {
    Origin.RESIDENT: gettext_lazy("居民反映"),
    Origin.STAFF: gettext_lazy("工作人员发现"),
    Origin.PATROL: gettext_lazy("巡查发现"),
    Origin.PARTNER: gettext_lazy("外单位转来"),
    Origin.IMPORT: gettext_lazy("导入的"),
}


@dataclass(frozen=True)
class Queue:
    """The lines shown, the figures over all, and the neighbours of the report in hand."""

    rows: list[InboxRow]
    counts: InboxCounts
    more: int
    previous: int | None
    next: int | None

    @property
    def hides_previous(self) -> bool:
        """Whether the one before is not among the lines shown."""
        return self.previous is not None and self.previous not in {r.id for r in self.rows}

    @property
    def hides_next(self) -> bool:
        """Whether the one after is not among the lines shown."""
        return self.next is not None and self.next not in {r.id for r in self.rows}

    @property
    def words(self) -> str:
        """How much waits and how long the oldest has, in a sentence."""
        if not self.counts.waiting:
            return _("都看过了")
        waited = span(clock.now() - self.counts.oldest, units=1) if self.counts.oldest else ""
        return _("还有 %(n)d 件没看，最早的等了 %(waited)s") % {"n": self.counts.waiting, "waited": waited}


def first(actor: Actor) -> int | None:
    """The report to look at now: urgent first, then oldest."""
    rows = queries.waiting(actor.scope).inbox_order()
    return rows.values_list("pk", flat=True).first()


def queue(actor: Actor, report: Report | None) -> Queue:
    """The queue around the report in hand; a report far down has the lines around it shown."""
    page = queries.inbox(actor, limit=SHOWN)
    rows = list(page.rows)
    before, after = None, None
    if report is not None:
        before, after = neighbours(actor, report, [r.id for r in rows], whole=not page.more)
        if report.pk not in {r.id for r in rows}:
            rows = _around(actor, report)
    return Queue(rows, page.counts, max(0, page.counts.waiting - len(rows)), before, after)


def neighbours(
    actor: Actor, report: Report, ids: list[int], *, whole: bool = False
) -> tuple[int | None, int | None]:
    """The reports before and after one in the order of the queue; from the page where it knows them.

    ``whole``: the page holds the whole queue, so that nothing stands beyond its ends.
    """
    if report.pk in (ids if whole else ids[1:-1]):
        at = ids.index(report.pk)
        return (ids[at - 1] if at else None), (ids[at + 1] if at + 1 < len(ids) else None)
    waiting = queries.waiting(actor.scope).exclude(pk=report.pk)
    after = waiting.filter(_behind(report)).inbox_order().values_list("pk", flat=True).first()
    ahead = waiting.exclude(_behind(report)).order_by("-severity", "-received_at", "-id")
    return ahead.values_list("pk", flat=True).first(), after


def _behind(report: Report) -> Q:
    later = Q(received_at__gt=report.received_at) | Q(received_at=report.received_at, id__gt=report.pk)
    return Q(severity__gt=report.severity) | (Q(severity=report.severity) & later)


def _around(actor: Actor, report: Report) -> list[InboxRow]:
    """The lines around a report that is not among the first."""
    ahead = queries.waiting(actor.scope).exclude(_behind(report)).exclude(pk=report.pk).count()
    return list(queries.inbox(actor, offset=max(0, ahead - 3), limit=SHOWN).rows)


MARKS = ("甲", "乙")
SAME_FROM = 0.6
"""Score from which the card offers to join; below it offers to note the two as alike."""


@dataclass(frozen=True)
class Twin:
    """Something that may be the same: what agrees, what differs, and the one verb its card offers."""

    mark: str
    meta: str
    title: str
    excerpt: str
    agrees: tuple[str, ...]
    differs: tuple[str, ...]
    number: str
    url: str
    merge: bool
    similar: bool
    merge_key: bool = False
    similar_key: bool = False


def twins(report: Report, actor: Actor, rows: list[Suggestion], *, both: bool) -> list[Twin]:
    """The two likeliest; ``both`` offers both verbs on each card."""
    kept = latest(rows, SuggestionField.DUPLICATE)
    found = [_twin(m, p, both) for m, p in zip(MARKS, duplicates_of(report, kept, actor), strict=False)]
    merge = next((t.mark for t in found if t.merge), "")
    similar = next((t.mark for t in found if t.similar), "")
    return [replace(t, merge_key=t.mark == merge, similar_key=t.mark == similar) for t in found]


def _twin(mark: str, proposal: DuplicateProposal, both: bool) -> Twin:
    """Only the likeliest, and only while it is being worked on, is offered as the same thing."""
    worked_on = proposal.open and proposal.state_words != str(State.RESOLVED.label)
    same = mark == MARKS[0] and proposal.can_link and worked_on and proposal.score >= SAME_FROM
    number = proposal.matter_number
    if number:
        url = reverse("desk:matter", args=[number])
    else:
        url = reverse("desk:report", args=[proposal.report_id]) if proposal.report_id else ""
    return Twin(
        mark=mark,
        meta=f"{humane_day(proposal.at)} · {proposal.state_words}",
        title=proposal.title or proposal.channel_words or number,
        excerpt=proposal.text,
        agrees=proposal.same,
        differs=proposal.differs,
        number=number,
        url=url,
        merge=bool(number) and (same or (both and proposal.can_link)),
        similar=bool(number) and (not same or both),
    )


@dataclass
class InboxPage:
    """One report beside its proposals, as plain values for the template."""

    report: Report
    form: DecisionForm
    photos: list[Attachment]
    messages: list[ReportMessage]
    contact: Contact | None
    line: list[Area]
    beat: Beat | None
    verbs: set[str]
    may_contact: bool
    map_url: str
    twins: list[Twin] = field(default_factory=list)

    @property
    def contact_words(self) -> str:
        """What was left of the reporter, in words."""
        if self.contact is None:
            return _("没有留联系方式；可以在查进度页上问他")
        left = _("手机号") if self.contact.phone_index else _("姓名")
        return _("留了%(what)s，已加密。查看要写用途，居民看得到。") % {"what": left}

    @property
    def channel_icon(self) -> str:
        """The icon of the way it came."""
        return CHANNEL_ICONS.get(self.report.channel, "message")

    @property
    def origin_words(self) -> object:
        """Who noticed it."""
        return ORIGIN_WORDS.get(self.report.origin, "")

    @property
    def outside_words(self) -> str:
        """By when another body wants its answer."""
        due = self.report.outside_due_at
        return _("外单位要求 %(time)s 前答复") % {"time": humane(due)} if due else ""

    @property
    def severities(self) -> list[tuple[int, Any]]:
        """What may be chosen."""
        return [(int(s), s.label) for s in Severity]

    @property
    def needs_reason(self) -> bool:
        """Whether the severity chosen lies below the keyword floor and must be explained."""
        return rules.needs_reason(self.form.decision.chosen.severity, self.form.decision.floor)

    @property
    def severity_words(self) -> str:
        """The rule behind the proposed severity."""
        d = self.form.decision
        if d.floor and d.floor_words:
            said = "".join(f"“{word}”" for word in d.floor_words[:4])
            level = Severity(d.floor).label
            return _("规则：说到%(said)s的，不低于%(level)s。系统只会往上提，不会往下调。") % {
                "said": said,
                "level": level,
            }
        return _("按类别定。系统只会往上提，不会往下调。")

    @property
    def own_place(self) -> str:
        """Where the report itself says it is."""
        return spot_words(own_spot(self.report))

    @property
    def place_words(self) -> str:
        """Where it is, as chosen now."""
        return spot_words(self.form.decision.chosen.spot)

    @property
    def map_label(self) -> str:
        """The map in words."""
        return _("位置：%(place)s") % {"place": self.place_words}

    @property
    def map_name(self) -> str:
        """A fresh id each time: htmx would copy the style Leaflet set on a map of the same id, which is not allowed."""
        return f"at-{secrets.token_hex(4)}"

    @property
    def near_line(self) -> list[Area]:
        """The last two areas of the line, the ones people know it by."""
        return self.line[-2:]

    @property
    def owner_words(self) -> str:
        """Why it is this person's."""
        answer, owner = self.form.decision.chosen.answer, self.form.owner_shown
        return answer.because if answer and owner and answer.person.pk == owner.pk else _("您指定的")

    @property
    def more_verbs(self) -> list[tuple[str, Any]]:
        """What else can be done, beside what has a key."""
        kept = ("link", "hand_over", "raise", "about")
        shown = [v for v in kept if v in self.verbs and not (v == "raise" and self.report.severity == 1)]
        return [(v, REPORT_VERBS[v].title) for v in shown]


def spot_words(spot: Spot) -> str:
    """A spot as people say it."""
    if spot.unplaced and not spot.place_text:
        return _("还不知道在哪里")
    name = spot.place.name if spot.place else ""
    if name and spot.place_text and name not in spot.place_text:
        return f"{name}，{spot.place_text}"
    return spot.place_text or name or spot.area.name


def inbox_page(
    report: Report,
    actor: Actor,
    *,
    picked: QueryDict | None = None,
    form: DecisionForm | None = None,
    edit: bool = False,
) -> InboxPage:
    """Read the page of an unfinished report the actor may see; ``picked`` is what was changed on it so far.

    ``edit`` opens everything that can be changed.
    """
    rows = form.rows if form is not None else list(report.suggestions.all())
    if form is None:
        form = DecisionForm(report=report, by=actor, rows=rows, categories=categories(), picked=picked)
    spot = form.decision.chosen.spot
    return InboxPage(
        report=report,
        form=form,
        photos=list(report.attachments.order_by("id")),
        messages=list(report.messages.all()),
        contact=Contact.objects.filter(report=report).first(),
        line=ancestors(spot.area),
        beat=beat_of(spot.area),
        verbs=verbs_of(report, actor),
        may_contact=actor.scope.can("contact.read"),
        map_url=map_url(spot.lat, spot.lon),
        twins=twins(report, actor, rows, both=edit) if picked is None else [],
    )


def verbs_of(report: Report, actor: Actor) -> set[str]:
    """Verbs this actor may do on a report already known to be visible."""
    if not may_triage(report, actor):
        return set()
    return {t.verb for t in rules.TRANSITIONS if t.who == "report.triage" and report.state in t.sources}


def decided(report: Report, actor: Actor) -> dict[str, Any]:
    """What the page of a report shows that waits for nobody here: its words and what became of it."""
    items = [
        TimelineItem(
            text=told.text, when=told.at, meta=told.by, lead=told.label + ("：" if told.text else "")
        )
        for told in queries.story(report)
    ]
    return {
        "report": report,
        "items": items,
        "verbs": verbs_of(report, actor),
        "photos": list(report.attachments.order_by("id")),
        "contact": Contact.objects.filter(report=report).exists(),
        "may_contact": actor.scope.can("contact.read"),
    }


def just_decided(actor: Actor) -> list[Report]:
    """What the actor decided within the last ten minutes, the latest first."""
    since = clock.now() - timedelta(seconds=rules.UNDO_SECONDS)
    rows = Report.objects.filter(decided_by_id=actor.person_id, decided_at__gte=since)
    return list(rows.select_related("matter__owner").order_by("-decided_at", "-id")[:JUST])


def remember_undo(request: HttpRequest, report: Report, text: str) -> None:
    """Keep what was just done, so that the next page can offer to take it back."""
    request.session[UNDO_KEY] = {"report": report.pk, "text": text, "at": clock.now().isoformat()}


def undo_offer(request: HttpRequest) -> dict[str, Any] | None:
    """What the page offers to take back, with the seconds left; None once they are over."""
    kept = request.session.get(UNDO_KEY)
    if not isinstance(kept, dict):
        return None
    gone = (clock.now() - datetime.fromisoformat(kept["at"])).total_seconds()
    left = TOAST - int(gone)
    return {**kept, "left": left} if 0 < left <= TOAST else None


def forget_undo(request: HttpRequest) -> None:
    """The offer was taken or has no meaning any more."""
    request.session.pop(UNDO_KEY, None)
