"""One report in hand: its words as said, what is proposed for it, and what became of it afterwards."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fengqiao.accounts.scope import Actor
from fengqiao.desk.decision import own_spot
from fengqiao.desk.forms.decide import DecisionForm
from fengqiao.desk.forms.reports import REPORT_VERBS
from fengqiao.desk.inbox_twins import Twin, twins
from fengqiao.desk.mapdata import map_url
from fengqiao.intake import queries, rules
from fengqiao.intake.actions._base import may_triage
from fengqiao.intake.choices import Channel, ReportEventKind, ReportState
from fengqiao.intake.known import categories
from fengqiao.intake.models import Attachment, Contact, Report, ReportMessage
from fengqiao.intake.placing import Spot
from fengqiao.lib.present import TimelineItem, humane
from fengqiao.matters.choices import Origin, Severity
from fengqiao.territory.models import Area, Beat
from fengqiao.territory.queries import ancestors, beat_of

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
        contact=getattr(report, "contact", None),
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
            text=told.text, when=told.at, meta=told.by, lead=told.label + (_("：") if told.text else "")
        )
        for told in queries.story(report)
    ]
    return {
        "report": report,
        "beside": _first_told(report, actor),
        "items": items,
        "verbs": verbs_of(report, actor),
        "photos": list(report.attachments.order_by("id")),
        "contact": hasattr(report, "contact"),
        "may_contact": actor.scope.can("contact.read"),
    }


def _first_told(report: Report, actor: Actor) -> Report | None:
    """What the matter of a joined report was first told by, to look at both side by side."""
    if report.state != ReportState.MERGED or report.matter is None:
        return None
    return next((one for one in queries.of_matter(report.matter, actor.scope) if one.pk != report.pk), None)
