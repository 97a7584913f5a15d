"""The rules of people's mediation as pure functions: what may be mediated, when an agreement holds, which day is
the last. Articles named are those of the law on people's mediation (人民调解法) unless another law is named.
"""

from __future__ import annotations

import calendar
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext_noop

from fengqiao.mediation.choices import (
    CaseOutcome,
    CaseState,
    Confirmation,
    Form,
    Performance,
)
from fengqiao.mediation.fitness import (
    QUESTIONS,
    ROUTES,
    Answers,
    Reason,
    Suitability,
    hints,
    routes,
    routes_text,
    suitability,
)

__all__ = [
    "BY_VERB",
    "CONFIRM_DAYS",
    "QUESTIONS",
    "RETRO_DAYS",
    "ROUTES",
    "RUNNING_STATES",
    "VERBS",
    "Answers",
    "Reason",
    "Suitability",
    "Verb",
    "confirm_by",
    "hints",
    "limit_days",
    "may_confirm",
    "may_start",
    "missing_signatures",
    "month_after",
    "next_confirmations",
    "outcome_of",
    "overlap",
    "performance",
    "routes",
    "routes_text",
    "suitability",
]

CONFIRM_DAYS = 30
"""Days from validity within which both parties may ask the court to confirm (art. 33)."""
RETRO_DAYS = 7
"""How far back a session that was held on the spot may be entered."""

RUNNING_STATES = (str(CaseState.CHECKING), str(CaseState.OPEN))
"""States in which the time limit runs."""
_ALL = tuple(str(s) for s in CaseState)


@dataclass(frozen=True)
class Verb:
    """A verb of the mediation room: its name on a button and the states of the case it starts from."""

    key: str
    zh: str
    sources: tuple[str, ...]


VERBS: tuple[Verb, ...] = (
    Verb("add_party", gettext_noop("加当事人"), RUNNING_STATES),
    Verb("correct_party", gettext_noop("更正当事人信息"), RUNNING_STATES),
    Verb("remove_party", gettext_noop("去掉当事人"), (str(CaseState.CHECKING),)),
    Verb("tell_rights", gettext_noop("告知权利义务"), RUNNING_STATES),
    Verb("record_consent", gettext_noop("记是否愿意调解"), RUNNING_STATES),
    Verb("start_mediation", gettext_noop("开始调解"), (str(CaseState.CHECKING),)),
    Verb("change_mediator", gettext_noop("换调解员"), RUNNING_STATES),
    Verb("plan_session", gettext_noop("约时间"), (str(CaseState.OPEN),)),
    Verb("record_session", gettext_noop("记调解经过"), (str(CaseState.OPEN),)),
    Verb(
        "cancel_session",
        gettext_noop("取消约定"),
        (*RUNNING_STATES, str(CaseState.ENDED), str(CaseState.AGREED)),
    ),
    Verb("extend", gettext_noop("延长期限"), RUNNING_STATES),
    Verb("draft_agreement", gettext_noop("写协议"), (str(CaseState.OPEN),)),
    Verb("sign_agreement", gettext_noop("签好协议"), (str(CaseState.OPEN),)),
    Verb("end_case", gettext_noop("结束调解"), RUNNING_STATES),
    Verb("withdraw_case", gettext_noop("撤回申请"), RUNNING_STATES),
    Verb("hand_up", gettext_noop("交上一级调解"), (str(CaseState.OPEN), str(CaseState.ENDED))),
    Verb("record_confirmation", gettext_noop("记司法确认"), (str(CaseState.AGREED), str(CaseState.ENDED))),
    Verb("record_performance", gettext_noop("看协议守没守住"), (str(CaseState.AGREED),)),
    Verb("renew_term", gettext_noop("另约时间"), (str(CaseState.AGREED),)),
    Verb("record_visit", gettext_noop("记回访"), (str(CaseState.AGREED), str(CaseState.ENDED))),
    Verb("report_danger", gettext_noop("提醒民警"), (*RUNNING_STATES, str(CaseState.AGREED))),
    Verb("open_party", gettext_noop("看当事人信息"), _ALL),
    Verb("make_document", gettext_noop("制作文书"), _ALL),
    Verb("receive_paper", gettext_noop("收材料"), _ALL),
    Verb("read_document", gettext_noop("打开文书"), _ALL),
)
BY_VERB: dict[str, Verb] = {verb.key: verb for verb in VERBS}


def may_start(verb: str, state: str) -> bool:
    """Whether a case in ``state`` admits ``verb``."""
    return state in BY_VERB[verb].sources


def month_after(day: date) -> date:
    """The same day of the next month, or that month's last day."""
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def limit_days(start: date, level_days: int | None) -> int:
    """Calendar days a mediation may take: those of its level, one month at most (a habit written in local rules)."""
    month = (month_after(start) - start).days
    return month if level_days is None else min(level_days, month)


def confirm_by(valid_on: date) -> date:
    """The last day to ask the court for confirmation, both parties together: day 30 after validity (art. 33).

    The day of validity is not counted. A last day that falls on a day off is shown as it is: who goes by it is
    never late, though the civil code (art. 203) would allow the next working day.
    """
    return valid_on + timedelta(days=CONFIRM_DAYS)


def overlap(start: datetime, minutes: int, other: datetime, other_minutes: int) -> bool:
    """Whether two sittings share time; one may begin the minute another ends."""
    return start < other + timedelta(minutes=other_minutes) and other < start + timedelta(minutes=minutes)


def missing_signatures(
    form: str, *, signed_by_all: bool, mediator_signed: bool, sealed: bool
) -> tuple[str, ...]:
    """What an agreement still lacks to be valid.

    Written: the signature, seal or fingerprint of every party, the mediator's signature and the committee's seal
    (art. 29). Oral: it holds once agreed, with its content in the mediator's signed record (art. 28, 30).
    """
    needed = [(gettext_noop("调解员签名"), mediator_signed)]
    if form == Form.WRITTEN:
        needed = [
            (gettext_noop("各方当事人签名、盖章或按指印"), signed_by_all),
            *needed,
            (gettext_noop("调解委员会印章"), sealed),
        ]
    return tuple(what for what, there in needed if not there)


def performance(states: Sequence[str]) -> str:
    """How an agreement is kept, from the states of its promises (open, kept, broken, withdrawn).

    Withdrawn promises do not count. All kept: done. Something broken: part when something was kept, else broken.
    """
    counted = [state for state in states if state != "withdrawn"]
    if "broken" in counted:
        return str(Performance.PART if "kept" in counted else Performance.BROKEN)
    if counted and all(state == "kept" for state in counted):
        return str(Performance.DONE)
    return str(Performance.DUE)


_CONFIRM_STEPS: dict[str, tuple[str, ...]] = {
    str(Confirmation.NONE): (str(Confirmation.APPLIED),),
    str(Confirmation.APPLIED): (str(Confirmation.CONFIRMED), str(Confirmation.REFUSED)),
    str(Confirmation.CONFIRMED): (str(Confirmation.ENFORCED),),
    str(Confirmation.REFUSED): (),
    str(Confirmation.ENFORCED): (),
}


def may_confirm(now: str, to: str) -> bool:
    """Whether confirmation by the court goes from ``now`` to ``to``."""
    return to in _CONFIRM_STEPS[now]


def next_confirmations(now: str) -> tuple[str, ...]:
    """What may come after the present step of confirmation."""
    return _CONFIRM_STEPS[now]


def outcome_of(form: str, at_once: Collection[bool]) -> str:
    """The outcome of an agreement: everything done on the spot, else by its form."""
    if at_once and all(at_once):
        return str(CaseOutcome.AT_ONCE)
    return str(CaseOutcome.WRITTEN if form == Form.WRITTEN else CaseOutcome.ORAL)
