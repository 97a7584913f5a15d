"""Talking with the person who reported: questions, answers, satisfaction, "please look again".

The reporter acts by receipt code alone. What they add is kept as said, never edits what was there, and words of
danger in it raise the severity like those of a first report.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from fengqiao.accounts.scope import RESIDENT, SYSTEM, Actor
from fengqiao.intake import compose, engine, rules
from fengqiao.intake.actions._base import record, said, save, take, take_by_code
from fengqiao.intake.actions.receive import inbox_link, receive_report, urgent_words
from fengqiao.intake.choices import Channel, ReportEventKind, ReportState, SuggestionField
from fengqiao.intake.drafts import Again, ContactDraft
from fengqiao.intake.known import categories
from fengqiao.intake.models import Report, ReportMessage, Suggestion
from fengqiao.lib import clock
from fengqiao.lib.errors import OutOfReach, Refusal
from fengqiao.lib.ids import read_code
from fengqiao.matters import actions as matters
from fengqiao.matters import clockwork
from fengqiao.matters.choices import State
from fengqiao.matters.models import Matter
from fengqiao.notices.actions import notify

MAX_MESSAGES = 40
"""Messages from one reporter on one report; a person who needs more is better heard by telephone."""

_REPEAT = timedelta(minutes=10)


@transaction.atomic
def ask(report: Report, *, by: Actor, text: str, version: int | None = None) -> Report:
    """Ask the reporter something; the report waits for the answer, at most two working days."""
    found = take(report, "ask", by, version)
    words = said(text, what=_("要问什么"), limit=500)
    now = clock.now()
    found.state = ReportState.ASKING
    found.next_step = rules.ASKED_STEP
    amount, unit = rules.ASK_WAIT[found.severity]
    wait = clockwork.span_due(now, amount, unit, severity=found.severity)
    found.due_at = min(wait, max(found.outside_due_at, now)) if found.outside_due_at else wait
    ReportMessage.objects.create(report=found, from_reporter=False, text=words, at=now, by_id=by.person_id)
    save(found)
    record(found, ReportEventKind.ASKED, by, words)
    return found


def answer(code: str, *, text: str) -> Report:
    """Something the reporter adds. An asked report comes back to the inbox; a decided one reaches the owner."""
    words = said(text, what=_("要补充的情况"), limit=4000)
    known = Report.objects.filter(code=read_code(code) or "").first()
    if known is None:
        raise OutOfReach(_("没有这个查询码，请核对一遍；字母和数字都要对"))
    reading = engine.read(f"{known.title}\n{known.text}\n{words}")
    with transaction.atomic():
        found = take_by_code(code, "answer")
        if _already_said(found, words):
            return found
        _add(found, words)
        _danger(found, reading)
        if found.state == ReportState.ASKING:
            found.state = ReportState.NEW
            found.next_step = rules.ANSWERED_STEP
            found.due_at = compose.look_by(found.severity, clock.now(), found.outside_due_at)
        save(found)
        record(found, ReportEventKind.ANSWERED, RESIDENT, words)
        if found.state == ReportState.NEW:
            _propose_again(found, reading)
        _tell(found)
    return found


def _already_said(report: Report, words: str) -> bool:
    """A form sent twice. The same words after another question are another answer."""
    last = report.messages.order_by("-id").first()
    return last is not None and last.from_reporter and last.text == words and clock.now() - last.at < _REPEAT


def _add(report: Report, words: str) -> None:
    if report.messages.filter(from_reporter=True).count() >= MAX_MESSAGES:
        raise Refusal(_("补充的次数太多了，请打值班电话，有人接"), code="too_many")
    ReportMessage.objects.create(report=report, from_reporter=True, text=words, at=clock.now())


def _danger(report: Report, reading: engine.Reading) -> None:
    """Words of danger in an addition raise an unfinished report; what is in hand is told to its owner."""
    if reading.floor is None or reading.floor >= report.severity:
        return
    if report.state in (ReportState.NEW, ReportState.ASKING):
        report.severity = reading.floor
        due = compose.look_by(report.severity, clock.now(), report.outside_due_at)
        report.due_at = min(due, report.due_at) if report.due_at else due
        report.next_step = rules.FIRST_STEPS[report.severity]
    report.restricted = report.restricted or any(
        known.restricted for c in reading.floor_codes if (known := categories().get(c)) is not None
    )


def _propose_again(report: Report, reading: engine.Reading) -> None:
    rows = compose.suggestions_of(report, reading, categories(), clock.now())
    Suggestion.objects.bulk_create([r for r in rows if r.field != SuggestionField.PLACE])
    codes = [p.label for p in reading.categories]
    record(report, ReportEventKind.PROPOSED, SYSTEM, data={"codes": codes, "floor": reading.floor})


def _tell(report: Report) -> None:
    """Tell whoever has it now that the reporter said more."""
    matter = report.matter
    if matter is not None and matter.owner is not None:
        notify(
            matter.owner, "answered", f"反映人补充了情况：{matter.number}", f"/desk/matters/{matter.number}/"
        )
    elif report.owner is not None:
        urgent = report.severity <= rules.TELL_AT_ONCE
        words = urgent_words(report) if urgent else "反映人补充了情况，请看收件"
        notify(report.owner, "answered", words, inbox_link(report), urgent=urgent)


@transaction.atomic
def rate_report(code: str, *, score: int, comment: str = "") -> Report:
    """What the reporter says of the result: 1 not satisfied, 2 middling, 3 satisfied."""
    found = take_by_code(code, "rate")
    matter = _where_it_went(found.matter)
    if matter is None:
        raise Refusal(_("还没有结果，办完后再请您评价"), code="wrong_state")
    if matter.state not in (State.RESOLVED, State.CLOSED):
        raise Refusal(_("还没有结果，办完后再请您评价"), code="wrong_state")
    row = matters.rate(matter, score=score, comment=comment, report_uid=found.uid, by=RESIDENT)
    save(found)
    record(found, ReportEventKind.RATED, RESIDENT, row.comment, data={"score": score})
    return found


def _where_it_went(matter: Matter | None) -> Matter | None:
    while matter is not None and matter.merged_into is not None:
        matter = matter.merged_into
    return matter


def ask_again(code: str, *, text: str) -> Again:
    """The reporter says it is not solved, or should not have been refused.

    A settled matter is taken up again. Where nothing can be reopened (refused, passed on, taken back) a fresh
    report with its own clock is made from these words, with the same contact. While it is still in hand this
    counts as an addition.
    """
    words = said(text, what=_("为什么要再办"), limit=500)
    with transaction.atomic():
        found = take_by_code(code, "ask_again")
        matter = _where_it_went(found.matter)
        if matter is not None and matter.state in (State.RESOLVED, State.CLOSED):
            reopened = matters.reopen(matter, by=RESIDENT, reason=words)
            ReportMessage.objects.create(report=found, from_reporter=True, text=words, at=clock.now())
            save(found)
            record(found, ReportEventKind.REOPENED, RESIDENT, words, data={"matter": matter.pk})
            return Again(found, reopened, reopened=True)
    if matter is not None and matter.is_open:
        return Again(answer(code, text=words), matter, reopened=False)
    return _afresh(found, words)


def _afresh(report: Report, words: str) -> Again:
    digest = hashlib.sha256(f"{report.uid}\n{words}".encode()).hexdigest()
    receipt = receive_report(
        by=RESIDENT,
        channel=Channel.PORTAL,
        key=f"again-{digest}",
        title=report.title,
        text=f"{words}\n\n（先前反映过：{report.text[:1000]}）",
        area=None if report.unplaced else report.area,
        place=report.place,
        place_text=report.place_text,
        lat=report.lat,
        lon=report.lon,
        contact=_same_contact(report),
        about=report.about,
    )
    if receipt.created:
        with transaction.atomic():
            old = take_by_code(report.code, "ask_again")
            ReportMessage.objects.create(report=old, from_reporter=True, text=words, at=clock.now())
            save(old)
            record(old, ReportEventKind.REOPENED, RESIDENT, words, data={"report": receipt.report.pk})
    return Again(receipt.report, None, reopened=False)


def _same_contact(report: Report) -> ContactDraft | None:
    contact = getattr(report, "contact", None)
    if contact is None:
        return None
    return ContactDraft(
        contact.unseal("name_sealed"),
        contact.unseal("phone_sealed"),
        contact.wants_news,
        contact.safe_time,
    )
