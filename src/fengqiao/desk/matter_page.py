"""Everything the page of a matter shows, read with a fixed number of queries whatever its size."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from fengqiao.accounts.scope import Actor
from fengqiao.desk import story
from fengqiao.desk.forms.all import REGISTRY
from fengqiao.desk.forms.ladder import level_above
from fengqiao.desk.forms.verbs import standing
from fengqiao.desk.mapdata import map_url
from fengqiao.desk.pickers import category_name
from fengqiao.desk.readers import readers
from fengqiao.intake.models import Attachment, Report
from fengqiao.lib import clock
from fengqiao.lib.place_config import current_place
from fengqiao.lib.present import LadderStep, TimelineItem, humane
from fengqiao.matters import queries, rules
from fengqiao.matters.choices import EventKind, Kind, PromiseState, State
from fengqiao.matters.models import Consultation, JointMember, Link, Matter, Promise, Task
from fengqiao.territory.models import Area, Beat
from fengqiao.territory.queries import ancestors, beat_of

MOST_REPORTS = 50
BUTTONS = (
    "accept", "decline", "resume", "next_step", "join", "escalate", "transfer", "assign", "urge",
    "reopen", "close", "unmerge", "resolve",
)  # fmt: skip
"""Verbs that get a button, in this order; the rest stand in the menu."""
MENU = (
    "reply", "consult", "pause", "plan_follow_up", "reclassify", "raise", "place", "link", "merge",
    "refer", "urge", "assign", "withdraw",
)  # fmt: skip
MOST_BUTTONS = 6
TONES: dict[str, str] = {
    State.ASSIGNED: "wait",
    State.ACTIVE: "acc",
    State.PAUSED: "wait",
    State.RESOLVED: "ok",
    State.CLOSED: "ok",
}
INSTANT = {"accept", "resume"}


@dataclass(frozen=True)
class PromiseLine:
    """A promise as a row: state as the design names it, who and when."""

    row: Promise
    look: str
    detail: str

    @property
    def open(self) -> bool:
        """Whether it still waits for its end."""
        return self.row.state == PromiseState.OPEN


@dataclass(frozen=True)
class LinkLine:
    """A matter that hangs together with this one."""

    row: Link
    kind: str
    other: Matter


@dataclass(frozen=True)
class ReportLine:
    """A report that belongs here: its words, never whose they are."""

    row: Report
    photos: list[Attachment]
    has_contact: bool


@dataclass(frozen=True)
class VerbButton:
    """A verb as a button: where its form is; ``instant`` ones need no words and are done at a press."""

    verb: str
    label: str
    icon: str
    url: str
    instant: bool = False
    primary: bool = False


@dataclass
class MatterPage:
    """The page as plain values for its template."""

    matter: Matter
    verbs: set[str]
    timeline: list[TimelineItem]
    ladder: list[LadderStep]
    promises: list[PromiseLine]
    promise_words: str
    after: list[story.After]
    links: list[LinkLine]
    joint: list[JointMember]
    consultations: list[Consultation]
    tasks: list[Task]
    reports: list[ReportLine]
    photos: list[Attachment]
    line: list[Area]
    beat: Beat | None
    readers: int
    buttons: list[VerbButton]
    menu: list[VerbButton]
    resolve: VerbButton | None
    resolve_why: str
    above: str
    standing: str
    may_contact: bool
    kind_words: str
    state_tone: str
    end_words: str
    place_words: str
    map_url: str


def matter_page(matter: Matter, actor: Actor) -> MatterPage:
    """Read the page of a matter the actor may see."""
    moments = queries.timeline(matter)
    joint = _joint(matter)
    verbs = verbs_for(matter, actor, joint)
    promises = queries.promises_of(matter)
    consulted = any(m.kind == EventKind.CONSULTED for m in moments)
    reports, photos = _reports(matter, actor)
    buttons, menu = _arranged(verbs)
    named = {verb: _button(matter, verb) for verb in (*buttons, *menu, "resolve")}
    return MatterPage(
        matter=matter,
        verbs=verbs,
        timeline=story.story(matter, moments),
        ladder=story.ladder(matter, moments),
        promises=[_promise_line(p) for p in promises],
        promise_words=_promise_words(promises),
        after=story.afterwards(matter, matter.follow_ups.select_related("owner")),
        links=_links(matter, actor),
        joint=joint,
        consultations=list(matter.consultations.order_by("-id")) if consulted else [],
        tasks=list(matter.tasks.select_related("person", "partner")) if consulted else [],
        reports=reports,
        photos=photos,
        line=ancestors(matter.area),
        beat=beat_of(matter.area),
        readers=len(readers(matter, joint)),
        buttons=[named[verb] for verb in buttons],
        menu=[named[verb] for verb in menu],
        resolve=named["resolve"] if "resolve" in verbs else None,
        resolve_why=_resolve_why(matter, verbs),
        above=level_above(matter.level),
        standing=standing(matter),
        may_contact=actor.scope.can("contact.read", matter.area.path),
        kind_words=f"{Kind(matter.kind).label} · {category_name(matter.category)}",
        state_tone=TONES.get(matter.state, ""),
        end_words=_end_words(matter),
        place_words=place_words(matter),
        map_url=map_url(*point_of(matter)),
    )


def _end_words(matter: Matter) -> str:
    """What stands in place of a next step once there is none."""
    words = {
        State.CLOSED: _("归档了，回访稳住"),
        State.REFERRED: _("转给%(to)s") % {"to": matter.referred_to},
        State.MERGED: _("并入另一件，一起办"),
        State.WITHDRAWN: _("撤回了"),
    }
    return words.get(State(matter.state), "")


def place_words(matter: Matter) -> str:
    """Where it is, as people say it."""
    name = matter.place.name if matter.place else ""
    said = matter.place_text
    if name and said and name not in said:
        return f"{name}，{said}"
    return said or name or matter.area.name


def point_of(matter: Matter) -> tuple[float | None, float | None]:
    """Where to put the pin: the point given, else that of its place."""
    if matter.lat is None and matter.place is not None:
        return matter.place.lat, matter.place.lon
    return matter.lat, matter.lon


def _joint(matter: Matter) -> list[JointMember]:
    rows = JointMember.objects.filter(matter=matter, left_at__isnull=True)
    return list(rows.select_related("person", "partner").order_by("-leads", "id"))


def verbs_for(matter: Matter, actor: Actor, joint: list[JointMember]) -> set[str]:
    """The verbs of the transition table this actor may do now; for a matter already known to be visible."""
    parts = {rules.OWNER} if matter.owner_id == actor.person_id else set()
    if any(row.person_id == actor.person_id for row in joint):
        parts.add(rules.JOINT)
    scope = actor.scope
    rights = {right for right in scope.rights if scope.can(right, matter.area.path)}
    found = {
        t.verb for t in rules.TRANSITIONS if matter.state in t.sources and rules.may_do(t.verb, parts, rights)
    }
    if current_place().next_level(matter.level) is None:
        found.discard("escalate")
    if matter.severity == 1:
        found.discard("raise")
    return found


def _arranged(verbs: set[str]) -> tuple[list[str], list[str]]:
    """Buttons and menu: the first few as buttons, all else in the menu, resolving always last of the buttons."""
    wanted = [v for v in BUTTONS if v in verbs and v != "resolve"]
    if {"accept", "next_step"} & verbs:  # who works on it needs no button to press themselves or hand it out
        wanted = [v for v in wanted if v not in {"urge", "assign"}]
    buttons = wanted[: MOST_BUTTONS - 1]
    menu = [v for v in dict.fromkeys([*wanted, *MENU]) if v in verbs and v not in buttons]
    return buttons, menu


def _button(matter: Matter, verb: str) -> VerbButton:
    form = REGISTRY[verb]
    label = str(form.title)
    if verb == "escalate":
        label = _("上报%(level)s") % {"level": level_above(matter.level)}
    return VerbButton(
        verb,
        label,
        form.icon,
        reverse("desk:verb", args=[matter.number, verb]),
        instant=verb in INSTANT,
        primary=verb == "accept",
    )


def _resolve_why(matter: Matter, verbs: set[str]) -> str:
    """Why resolving is not possible now, in words; empty when it is, or when the matter is over."""
    if "resolve" in verbs or matter.state in {State.CLOSED, State.REFERRED, State.MERGED, State.WITHDRAWN}:
        return ""
    if matter.state == State.RESOLVED:
        return _("已经办结，回访稳住了才归档")
    if matter.state == State.ASSIGNED:
        return _("接手以后，才能办结")
    if matter.state == State.PAUSED:
        return _("先恢复办理，才能办结")
    return _("只有负责人能办结")


def _promise_line(row: Promise) -> PromiseLine:
    when = humane(row.settled_at or row.due_at)
    look = {"kept": "kept", "broken": "broken", "withdrawn": "dropped"}.get(row.state, "open")
    if look == "open" and row.due_at < clock.now():
        look = "overdue"
    if look == "kept" and row.settled_at and row.settled_at > row.due_at:
        look = "late"
    detail = when if row.settled_at else _("%(time)s 前") % {"time": when}
    return PromiseLine(row, look, " · ".join(x for x in (row.who, detail, row.note) if x))


def _promise_words(rows: list[Promise]) -> str:
    counted = [r for r in rows if r.state != PromiseState.WITHDRAWN]
    if not counted:
        return ""
    n = {state: sum(1 for r in counted if r.state == state) for state in PromiseState.values}
    parts = [
        (n["kept"], _("守住 %(n)d")),
        (n["broken"], _("没守住 %(n)d")),
        (n["open"], _("未到 %(n)d")),
    ]
    told = _("，").join(words % {"n": count} for count, words in parts if count)
    return _("%(n)d 个：%(told)s") % {"n": len(counted), "told": told}


def _links(matter: Matter, actor: Actor) -> list[LinkLine]:
    found = queries.links_of(matter, actor.scope)
    return [
        LinkLine(row, str(row.get_kind_display()), other)
        for row, other in found
        if other.pk != matter.merged_into_id  # that one stands above, as what it was merged into
    ]


def _reports(matter: Matter, actor: Actor) -> tuple[list[ReportLine], list[Attachment]]:
    """Reports with their photos, and photos of the matter itself: two queries."""
    seen = Report.objects.visible_to(actor.scope).filter(matter=matter).select_related("contact")
    rows = list(seen.order_by("received_at")[:MOST_REPORTS])
    photos = list(Attachment.objects.filter(Q(report__in=rows) | Q(matter=matter)).order_by("id"))
    lines = [
        ReportLine(r, [p for p in photos if p.report_id == r.pk], getattr(r, "contact", None) is not None)
        for r in rows
    ]
    return lines, [p for p in photos if p.matter_id == matter.pk]
