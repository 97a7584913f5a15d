"""Pure rules of intake: what a report may become, how urgent it starts, which times are believable."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from fengqiao.intake.choices import UNFINISHED, ReportState
from fengqiao.lib.errors import Refusal
from fengqiao.matters.choices import Severity

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
FUTURE_GRACE = timedelta(minutes=5)
UNDO_SECONDS = 600
MIN_PURPOSE = 4
FIRST_ROLE = "duty_officer"
"""Who looks at what comes in."""
MAX_PHOTOS = 6
DOUBTFUL = 0.25  # of 100 real messages read, categories below it were right in 3 of 39
TELL_AT_ONCE = 2
"""Reports this urgent are told to their owner at once."""

_OPEN = tuple(str(s) for s in UNFINISHED)
_DECIDED = (str(ReportState.ACCEPTED), str(ReportState.MERGED), str(ReportState.REFUSED))
_IN_MATTER = (str(ReportState.ACCEPTED), str(ReportState.MERGED))


@dataclass(frozen=True)
class Transition:
    """A verb, the states it starts from, the state it leads to (None: stays), and whose verb it is."""

    verb: str
    zh: str
    sources: tuple[str, ...]
    target: str | None
    who: str


TRANSITIONS: tuple[Transition, ...] = (
    Transition("accept", gettext_noop("受理"), _OPEN, ReportState.ACCEPTED, "report.triage"),
    Transition("link", gettext_noop("并入在办的事"), _OPEN, ReportState.MERGED, "report.triage"),
    Transition("refuse", gettext_noop("不受理"), _OPEN, ReportState.REFUSED, "report.triage"),
    Transition("ask", gettext_noop("请补充"), _OPEN, ReportState.ASKING, "report.triage"),
    Transition("place", gettext_noop("更正地点"), _OPEN, None, "report.triage"),
    Transition("about", gettext_noop("写明投诉的是谁"), _OPEN, None, "report.triage"),
    Transition("raise", gettext_noop("提级"), _OPEN, None, "report.triage"),
    Transition("hand_over", gettext_noop("交给别人看"), _OPEN, None, "report.triage"),
    Transition("climb", gettext_noop("超时上交"), _OPEN, None, "system"),
    Transition("answer", gettext_noop("补充情况"), (*_OPEN, *_DECIDED), None, "code"),
    Transition("unlink", gettext_noop("拆出"), (str(ReportState.MERGED),), ReportState.NEW, "report.triage"),
    Transition("undo", gettext_noop("撤销"), _DECIDED, ReportState.NEW, "report.triage"),
    Transition("rate", gettext_noop("评价"), _IN_MATTER, None, "code"),
    Transition("ask_again", gettext_noop("要求再办"), _DECIDED, None, "code"),
    Transition("photo", gettext_noop("加照片"), (*_OPEN, *_DECIDED), None, "code"),
)
"""Every verb on a report. An answer to a question brings an asked report back to ``new``."""

BY_VERB: dict[str, Transition] = {t.verb: t for t in TRANSITIONS}

FIRST_STEPS: dict[int, str] = {
    Severity.DANGER: "马上看，先确认人是否安全",
    Severity.PRESSING: "尽快看，定类别和负责人",
    Severity.ORDINARY: "看一遍，定类别和负责人",
    Severity.SMALL: "看一遍，定类别和负责人",
}
"""What the owner of a fresh report does next, by severity."""

UNPLACED_STEP = "先定在哪里，再定类别和负责人"
ASK_WAIT = {1: (30, "m"), 2: (2, "h"), 3: (2, "w"), 4: (2, "w")}
"""How long a question may stay open before somebody telephones, by severity."""
ASKED_STEP = "等反映人补充，到时没有就打电话问"
ANSWERED_STEP = "看补充的情况，再决定"
CLIMBED_STEP = "超时没人看，请马上定"


def may_start(verb: str, state: str) -> bool:
    """Whether the table lets ``verb`` start from ``state``."""
    return state in BY_VERB[verb].sources


def pair_list() -> list[tuple[str, str, str]]:
    """Every (verb, from, to) of the table, for the printed states page and for coverage counts."""
    return [(t.verb, str(s), str(t.target or s)) for t in TRANSITIONS for s in t.sources]


def first_severity(floor: int | None, at_most: int | None) -> int:
    """The severity of a fresh report: ordinary unless the keyword floor or a person says it is more urgent.

    A model never raises danger here and never lowers it; ``at_most`` is the number a person gave.
    """
    found = int(Severity.ORDINARY)
    for limit in (floor, at_most):
        if limit is not None and limit in Severity.values:
            found = min(found, limit)
    return found


def proposed_severity(floor: int | None, of_category: int | None) -> int:
    """The severity proposed to the person who decides: the more urgent of floor and category."""
    return min(
        x for x in (floor, of_category, int(Severity.SMALL) if of_category else int(Severity.ORDINARY)) if x
    )


def severity_said(severity: int, confidence: float) -> int | None:
    """How urgent a proposed category says a report is; None where it is too doubtful to say.

    A doubtful danger is worth a look within hours, no alarm.
    """
    if confidence >= DOUBTFUL:
        return severity
    return int(Severity.PRESSING) if severity == Severity.DANGER else None


def needs_reason(chosen: int, floor: int | None) -> bool:
    """Whether choosing this severity goes below the keyword floor: allowed to a person, with a written reason."""
    return floor is not None and chosen > floor


def said_time(said_at: datetime | None, now: datetime) -> datetime:
    """When it was said: ``said_at`` when believable, ``now`` when nothing was given.

    A clock that runs up to five minutes fast is read as now. Raises Refusal (code "bad_time") for a naive,
    later or very old (before 2000) time.
    """
    if said_at is None:
        return now
    if said_at.tzinfo is None:
        raise Refusal(_("发生时间缺少时区"), code="bad_time", field="said_at")
    if said_at > now + FUTURE_GRACE:
        raise Refusal(_("发生时间在将来，请核对日期和时间"), code="bad_time", field="said_at")
    if said_at < EARLIEST:
        raise Refusal(_("发生时间早于 2000 年，请核对日期和时间"), code="bad_time", field="said_at")
    return min(said_at, now)


def is_restricted(category_restricted: Collection[bool]) -> bool:
    """Whether a fresh report is need-to-know: the top proposed or any floor category is."""
    return any(category_restricted)


def still_undoable(decided_at: datetime | None, now: datetime) -> bool:
    """Whether the ten minutes after a decision are not over yet."""
    return decided_at is not None and (now - decided_at).total_seconds() <= UNDO_SECONDS


def check_purpose(purpose: str) -> str:
    """The written purpose of looking at a contact. Raises Refusal when it says nothing."""
    words = " ".join(purpose.split())
    if len(words) < MIN_PURPOSE:
        raise Refusal(
            _("请写明查看联系方式的用途，至少 4 个字，反映人看得到"), code="purpose", field="purpose"
        )
    if len(words) > 200:
        raise Refusal(_("用途写短一些，最多 200 字"), code="too_long", field="purpose")
    return words


def checks(table: tuple[Transition, ...] = TRANSITIONS) -> list[str]:
    """Faults of a transition table: unfinished states without a way out, unknown states, states never reached."""
    known = {str(s) for s in ReportState}
    faults = [
        f"{t.verb}: unknown state"
        for t in table
        for s in (*t.sources, str(t.target or "new"))
        if str(s) not in known
    ]
    for state in _OPEN:
        if not any(state in t.sources and str(t.target) in _DECIDED for t in table):
            faults.append(f"{state}: no way out")
    for state in _DECIDED:
        if not any(str(t.target) == state for t in table):
            faults.append(f"{state}: never reached")
    return faults
