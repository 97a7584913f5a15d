"""What residents may read of a matter: steps, promises, results. No names beyond who answers, never who reported.

Several people may read the same matter, each by their own receipt: personal numbers are masked in all of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from fengqiao.algorithms.redact import mask_own
from fengqiao.lib.place_config import current_place
from fengqiao.lib.present import named
from fengqiao.matters.choices import EventKind, FollowUpState, PromiseState, State
from fengqiao.matters.models import Event, Matter, Rating


@dataclass(frozen=True)
class PublicStep:
    """One step in plain words; ``done`` False for what is still to come."""

    at: datetime | None
    text: str
    detail: str
    done: bool
    tone: str = ""


@dataclass(frozen=True)
class PublicPromise:
    """A promise made to residents."""

    what: str
    due_at: datetime
    state: str
    label: str


@dataclass(frozen=True)
class Progress:
    """Everything a receipt page shows of a matter."""

    number: str
    state: str
    state_words: str
    owner_name: str
    owner_role: str
    level_words: str
    next_step: str
    next_by: datetime | None
    deadline_at: datetime | None
    steps: tuple[PublicStep, ...]
    promises: tuple[PublicPromise, ...]
    outcome: str
    can_rate: bool
    can_ask_again: bool
    rated: int | None
    referred_to: str


_WORDS = {
    State.ASSIGNED: _("已经交到人手上，等接手"),
    State.ACTIVE: _("正在办"),
    State.PAUSED: _("暂时在等"),
    State.RESOLVED: _("有结果了，之后还会回来看"),
    State.CLOSED: _("办完了，回访也做过了"),
    State.REFERRED: _("不归我们办，已转给能办的单位"),
    State.MERGED: _("和另一件是同一件事，一起办"),
    State.WITHDRAWN: _("登记有误，重新在看"),
}
_STEP_WORDS = {
    EventKind.OPENED: _("受理了"),
    EventKind.ASSIGNED: _("交给了人办"),
    EventKind.ACCEPTED: _("有人接手"),
    EventKind.TRANSFERRED: _("转给另一位同志办"),
    EventKind.URGED: _("催过一次"),
    EventKind.PROGRESS: _("有进展"),
    EventKind.JOINED: _("请了人一起办"),
    EventKind.ESCALATED: _("上一级来办"),
    EventKind.PAUSED: _("暂停，在等"),
    EventKind.RESUMED: _("接着办"),
    EventKind.RESOLVED: _("有结果了"),
    EventKind.FOLLOW_UP_PLANNED: _("定了回访时间"),
    EventKind.FOLLOWED_UP: _("回来看过"),
    EventKind.REOPENED: _("又重新办理"),
    EventKind.RATED: _("反映的人评价了"),
    EventKind.CLOSED: _("归档了"),
    EventKind.REFERRED: _("转给有关单位"),
    EventKind.MERGED: _("并到同一件事里"),
    EventKind.UNMERGED: _("又分开办"),
    EventKind.REPLIED: _("答复"),
    EventKind.REPORT_LINKED: _("又有人反映同一件事"),
}
_SHOW_TEXT = {EventKind.REPLIED, EventKind.PROGRESS, EventKind.RESOLVED, EventKind.PAUSED, EventKind.REFERRED}


def progress_of(matter_id: int) -> Progress:
    """The public face of a matter. A merged one shows what it was merged into."""
    matter = Matter.objects.select_related("owner", "merged_into").get(pk=matter_id)
    if matter.merged_into_id:
        return progress_of(matter.merged_into_id)
    events = Event.objects.filter(matter=matter, public=True).order_by("id")
    steps = [_step(e, matter) for e in events]
    steps += [
        PublicStep(f.due_at, _now("回来看"), "" if matter.restricted else mask_own(f.purpose), False)
        for f in matter.follow_ups.filter(state=FollowUpState.PLANNED).order_by("due_at")
    ]
    rating = Rating.objects.filter(matter=matter).order_by("-id").values_list("score", flat=True).first()
    level = named(current_place().level(matter.level))
    state = State(matter.state)
    return Progress(
        number=matter.number,
        state=matter.state,
        state_words=str(_WORDS[state]),
        owner_name=matter.owner.name if matter.owner and not matter.restricted else "",
        owner_role=matter.owner.title if matter.owner else "",
        level_words=level,
        next_step="" if matter.restricted else mask_own(matter.next_step),
        next_by=matter.due_at,
        deadline_at=matter.deadline_at,
        steps=tuple(steps),
        promises=tuple(
            PublicPromise(mask_own(p.what), p.due_at, p.state, str(PromiseState(p.state).label))
            for p in matter.promises.filter(public=True)
        ),
        outcome=mask_own(matter.outcome_text) if not matter.restricted else "",
        can_rate=state in {State.RESOLVED, State.CLOSED},
        can_ask_again=state in {State.RESOLVED, State.CLOSED},
        rated=rating,
        referred_to=matter.referred_to,
    )


def _step(event: Event, matter: Matter) -> PublicStep:
    kind = EventKind(event.kind)
    detail = mask_own(event.text) if kind in _SHOW_TEXT and not matter.restricted else ""
    if kind in {EventKind.ASSIGNED, EventKind.TRANSFERRED} and not matter.restricted:
        detail = str(event.data.get("name", ""))
    tone = "ok" if kind in {EventKind.RESOLVED, EventKind.CLOSED, EventKind.FOLLOWED_UP} else ""
    return PublicStep(event.at, str(_STEP_WORDS.get(kind, kind.label)), detail, True, tone)
