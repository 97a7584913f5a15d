"""What the holder of a receipt code reads: what happens next and by when, what was done, who saw their number.

Plain words, never a state code. Nothing here names anybody but who answers, and a need-to-know report shows
neither its words nor its place: somebody else may be looking at the same screen. For the same reason personal numbers
are masked in everything that is shown, in the reporter's own words too; offices keep their landlines.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from fengqiao.algorithms.redact import mask, mask_own
from fengqiao.intake.actions.contact import reads_for_resident
from fengqiao.intake.choices import UNFINISHED, ReportEventKind, ReportState
from fengqiao.intake.drafts import ContactRead
from fengqiao.intake.models import Report, ReportEvent
from fengqiao.intake.rules import MAX_PHOTOS
from fengqiao.lib import clock
from fengqiao.lib.errors import OutOfReach
from fengqiao.lib.ids import read_code
from fengqiao.matters.choices import Severity
from fengqiao.matters.models import Rating
from fengqiao.matters.public import Progress, PublicPromise, PublicStep, progress_of

HIDDEN = gettext_lazy("为了您的安全，这里不显示内容")


@dataclass(frozen=True)
class PublicPhoto:
    """A photo of the report, by the id doors serve it under."""

    uid: str
    width: int
    height: int


@dataclass(frozen=True)
class PublicMessage:
    """A question of ours or an answer of theirs."""

    mine: bool
    text: str
    at: datetime


@dataclass(frozen=True)
class ReceiptView:
    """Everything a receipt page shows. Times are aware UTC; empty text means there is nothing to say."""

    code: str
    headline: str
    words: str
    place: str
    received_at: datetime
    next_step: str
    next_by: datetime | None
    late: bool
    who: str
    who_role: str
    deadline_at: datetime | None
    steps: tuple[PublicStep, ...]
    promises: tuple[PublicPromise, ...]
    messages: tuple[PublicMessage, ...]
    question: str
    photos: tuple[PublicPhoto, ...]
    has_contact: bool
    wants_news: bool
    reads: tuple[ContactRead, ...]
    outcome: str
    refused_to: str
    refused_why: str
    refused_by: str
    rated: int | None
    can_answer: bool
    can_rate: bool
    can_ask_again: bool
    can_add_photo: bool
    restricted: bool
    unplaced: bool
    number: str
    danger: bool


def receipt_view(code: str) -> ReceiptView:
    """The receipt behind a code as typed. Raises OutOfReach for a code that opens nothing."""
    bare = read_code(code)
    rows = Report.objects.select_related("owner", "area", "place", "contact", "decided_by").exclude(
        state=ReportState.HISTORIC
    )
    report = rows.filter(code=bare).first() if bare else None
    if report is None:
        raise OutOfReach(_("没有这个查询码，请核对一遍；字母和数字都要对"))
    progress = progress_of(report.matter_id) if report.matter_id else None
    return _view(report, progress)


def _view(report: Report, progress: Progress | None) -> ReceiptView:
    now = clock.now()
    events = list(report.events.order_by("id"))
    messages = tuple(
        PublicMessage(m.from_reporter, (mask if m.from_reporter else mask_own)(m.text), m.at)
        for m in report.messages.all()
    )
    photos = tuple(
        PublicPhoto(str(a.uid), a.width or 0, a.height or 0) for a in report.attachments.order_by("id")
    )
    contact = getattr(report, "contact", None)
    next_step, next_by = _next(report, progress)
    who, role = _who(report, progress)
    return ReceiptView(
        code=report.code,
        headline=_headline(report, progress),
        words=str(HIDDEN) if report.restricted else mask(report.text),
        place="" if report.restricted else _place(report),
        received_at=report.received_at,
        next_step=next_step,
        next_by=next_by,
        late=next_by is not None and next_by < now,
        who=who,
        who_role=role,
        deadline_at=progress.deadline_at if progress else report.outside_due_at,
        steps=_steps(report, events, progress, len(photos)),
        promises=progress.promises if progress else (),
        messages=messages,
        question=_question(report, messages),
        photos=photos,
        has_contact=contact is not None,
        wants_news=contact is not None and contact.wants_news,
        reads=tuple(reads_for_resident(report.code)),
        outcome=progress.outcome if progress else "",
        refused_to=report.refused_to or (progress.referred_to if progress else ""),
        refused_why=mask_own(report.refused_why),
        refused_by=_refused_by(report),
        rated=_rated(report) if progress else None,
        can_answer=True,
        can_rate=progress is not None and progress.can_rate,
        can_ask_again=_can_ask_again(report, progress),
        can_add_photo=len(photos) < MAX_PHOTOS,
        restricted=report.restricted,
        unplaced=report.unplaced and report.state in UNFINISHED,
        number=progress.number if progress else "",
        danger=report.severity == Severity.DANGER and report.state in UNFINISHED,
    )


def _place(report: Report) -> str:
    words = mask(report.place_text) or (report.place.name if report.place else "")
    if report.unplaced:
        return words
    return f"{report.area.name} {words}".strip() if words != report.area.name else words


def _headline(report: Report, progress: Progress | None) -> str:
    if progress is not None:
        return progress.state_words
    if report.state == ReportState.ASKING:
        return _("想请您补充一点情况")
    if report.state == ReportState.REFUSED:
        return _("这件事不归我们办，已写明该找哪里")
    if report.severity == Severity.DANGER:
        return _("收到了，马上有人看")
    return _("收到了，正等人看")


def _next(report: Report, progress: Progress | None) -> tuple[str, datetime | None]:
    if progress is not None:
        return progress.next_step, progress.next_by
    if report.state == ReportState.ASKING:
        return _("等您补充；没有的话，到时我们会再联系您"), report.due_at
    if report.state == ReportState.NEW:
        return _("有人看过，告诉您归谁办"), report.due_at
    return "", None


def _who(report: Report, progress: Progress | None) -> tuple[str, str]:
    if progress is not None:
        return progress.owner_name, progress.owner_role
    if report.state not in UNFINISHED or report.owner is None or report.restricted:
        return "", ""
    return report.owner.name, report.owner.title


def _refused_by(report: Report) -> str:
    """Who refused, by name: a refusal is somebody's word. Not for need-to-know reports."""
    if report.state != ReportState.REFUSED or report.decided_by is None or report.restricted:
        return ""
    return f"{report.decided_by.title}{report.decided_by.name}"


def _rated(report: Report) -> int | None:
    """What this reporter said; others who reported the same thing have their own word."""
    scores = Rating.objects.filter(report_uid=report.uid).order_by("-id")
    return scores.values_list("score", flat=True).first()


def _question(report: Report, messages: tuple[PublicMessage, ...]) -> str:
    if report.state != ReportState.ASKING:
        return ""
    return next((m.text for m in reversed(messages) if not m.mine), "")


def _can_ask_again(report: Report, progress: Progress | None) -> bool:
    if report.state == ReportState.REFUSED:
        return True
    return progress is not None and (progress.can_ask_again or bool(progress.referred_to))


def _steps(
    report: Report, events: list[ReportEvent], progress: Progress | None, photos: int
) -> tuple[PublicStep, ...]:
    """What was done in order of time, then what is still to come."""
    done = [step for e in events if (step := _step(report, e, photos)) is not None]
    ahead = []
    if progress is not None:
        done += [s for s in progress.steps if s.done]
        if progress.next_step and progress.next_by and not progress.can_rate:
            ahead.append(PublicStep(progress.next_by, progress.next_step, "", False))
        ahead += [s for s in progress.steps if not s.done]
    elif report.state in UNFINISHED:
        ahead.append(PublicStep(report.due_at, _("有人看，定下归谁办"), "", False))
        ahead.append(PublicStep(None, _("告诉您谁来办、最晚哪天有结果"), "", False))
    # By the minute, as it is shown: what was decided stands before what the decision set off.
    done.sort(key=lambda s: (s.at or report.received_at).replace(second=0, microsecond=0))
    return (*done, *ahead)


def _step(report: Report, event: ReportEvent, photos: int) -> PublicStep | None:
    kind = ReportEventKind(event.kind)
    closed = report.restricted
    if kind == ReportEventKind.RECEIVED:
        with_photos = ngettext("您反映了这件事，附 %(n)d 张照片", "您反映了这件事，附 %(n)d 张照片", photos)
        said = with_photos % {"n": photos} if photos else _("您反映了这件事")
        return PublicStep(event.at, said, "", True)
    if kind == ReportEventKind.ACCEPTED:
        level = Severity(int(event.data.get("severity", report.severity)))
        said = _("有人看过，定为%(severity)s") % {"severity": level.label}
        return PublicStep(event.at, said, "", True, "ok")
    if kind == ReportEventKind.REFUSED:
        said = _("不归我们办，请找：%(to)s") % {"to": event.data.get("to", "")}
        return PublicStep(event.at, said, mask_own(event.text), True)
    words = {
        ReportEventKind.MERGED: _("和别人反映的是同一件事，一起办；您的话也记在里面"),
        ReportEventKind.ASKED: _("想请您补充"),
        ReportEventKind.ANSWERED: _("您补充了情况"),
        ReportEventKind.UNDONE: _("刚才的决定撤回了，重新看"),
        ReportEventKind.CLIMBED: _("超过了答应的时间没人看，已交给上一级"),
        ReportEventKind.REPLIED: _("答复"),
        ReportEventKind.REOPENED: _("您要求再办"),
    }
    if kind not in words:
        return None
    detail = (
        mask_own(event.text)
        if kind in {ReportEventKind.ASKED, ReportEventKind.REPLIED} and not closed
        else ""
    )
    return PublicStep(event.at, words[kind], detail, True, "bad" if kind == ReportEventKind.CLIMBED else "")
