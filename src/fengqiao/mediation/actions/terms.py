"""Terms as they are typed: checked, spread into instalments, and read for what is vague in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from fengqiao.algorithms.terms import check_term
from fengqiao.lib import clock
from fengqiao.lib.errors import Refusal
from fengqiao.lib.text import one_line
from fengqiao.lib.wording import translated
from fengqiao.mediation.choices import Side
from fengqiao.mediation.inputs import end_of_day, local_day, said
from fengqiao.mediation.models import MediationCase, Party
from fengqiao.mediation.money import LARGEST, figures

MAX_TERMS = 60
UNACCEPTABLE = frozenset({"rights", "bad_date", "empty"})
"""Kinds of findings that no reason lets stand."""


@dataclass(frozen=True)
class Instalment:
    """One part of a sum: when (a day, or an aware moment) and how much (yuan)."""

    due_at: datetime | date
    amount: Decimal


@dataclass(frozen=True)
class TermDraft:
    """One term as typed. A day counts to its last minute. ``at_once``: done on the spot, before signing.

    With ``instalments`` the sum is paid in parts, each of them a promise of its own.
    """

    text: str
    party: Party | None = None
    amount: Decimal | None = None
    how: str = ""
    due_at: datetime | date | None = None
    instalments: tuple[Instalment, ...] = ()
    at_once: bool = False


@dataclass(frozen=True)
class TermFinding:
    """What is vague in a term (``position`` counts from 1), in words for the person who writes it."""

    position: int
    kind: str
    message: str


def check_terms(terms: Sequence[TermDraft]) -> tuple[TermFinding, ...]:
    """What is vague in the terms as typed: a court refuses to confirm what is unclear. Saves nothing.

    Findings of a kind in UNACCEPTABLE cannot stay for any reason.
    """
    found = []
    for position, term in enumerate(terms, start=1):
        who = f"由{Side(term.party.side).label}" if term.party else ""
        words = "，".join(part for part in (f"{who}{term.text}", term.how) if part)
        text = words if term.text.strip() else ""
        found += [
            TermFinding(position, f.kind, f.message_zh) for f in check_term(text, term.amount, _due_day(term))
        ]
    return tuple(found)


def _due_day(term: TermDraft) -> date | None:
    """The local day on which a term is done with: the last instalment's, today for what is done on the spot."""
    moments = [moment_of(part.due_at) for part in term.instalments] or [moment_of(term.due_at)]
    known = [m for m in moments if m is not None]
    if known:
        return local_day(max(known))
    return local_day(clock.now()) if term.at_once else None


def refuse_vague(findings: Sequence[TermFinding], reason: str) -> None:
    """Raises Refusal for terms that may not stand (``unlawful_term``), or stand only with a reason (``vague_terms``).

    A term may not take away the way to court, arbitration or the police (art. 3), nor name a day that does not exist.
    """
    wrong = [f for f in findings if f.kind in UNACCEPTABLE]
    if wrong:
        raise Refusal(
            _("这样写不行。%(wrong)s") % {"wrong": _in_words(wrong)}, code="unlawful_term", field="terms"
        )
    if findings and not reason:
        raise Refusal(
            _("协议还不够清楚，法院可能不予确认。%(findings)s。改好再存，或写明为什么就这样写")
            % {"findings": _in_words(findings)},
            code="vague_terms",
            field="terms",
        )


def _in_words(findings: Sequence[TermFinding]) -> str:
    return _("；").join(
        _("第 %(number)s 项：%(fault)s") % {"number": f.position, "fault": translated(f.message)}
        for f in findings
    )


def checked_terms(case: MediationCase, terms: Sequence[TermDraft]) -> list[TermDraft]:
    """The terms cleaned, instalments spread out. Raises Refusal for what cannot be kept track of."""
    if not terms:
        raise Refusal(_("协议至少要有一项"), code="missing", field="terms")
    parties = set(case.parties.values_list("pk", flat=True))
    found: list[TermDraft] = []
    for number, term in enumerate(terms, start=1):
        text = said(
            term.text, what=_("第 %(number)s 项的内容") % {"number": number}, field="terms", limit=1000
        )
        if term.party is not None and term.party.pk not in parties:
            raise Refusal(
                _("第 %(number)s 项的当事人不在这个调解里") % {"number": number},
                code="bad_party",
                field="terms",
            )
        how = one_line(term.how, limit=80, field="terms")
        amount = _sum(term.amount, number)
        found += _spread(
            TermDraft(text, term.party, amount, how, term.due_at, term.instalments, term.at_once), number
        )
    if len(found) > MAX_TERMS:
        raise Refusal(
            _("最多 %(max_terms)s 项（分期每期算一项）") % {"max_terms": MAX_TERMS},
            code="too_many",
            field="terms",
        )
    return found


def _sum(amount: Decimal | None, number: int) -> Decimal | None:
    if amount is None:
        return None
    if not amount.is_finite() or not 0 < amount <= LARGEST or amount != amount.quantize(Decimal("0.01")):
        raise Refusal(
            _("第 %(number)s 项的金额不对：写大于 0 的元数，最多两位小数") % {"number": number},
            code="bad_amount",
            field="terms",
        )
    return amount


def _spread(term: TermDraft, number: int) -> list[TermDraft]:
    if not term.instalments:
        return [term]
    if term.at_once:
        raise Refusal(
            _("第 %(number)s 项分期付款，不能又是当场付清") % {"number": number}, code="bad", field="terms"
        )
    parts = sorted(term.instalments, key=lambda p: moment_of(p.due_at) or clock.now())
    amounts = [_sum(p.amount, number) or Decimal(0) for p in parts]
    if term.amount is not None and sum(amounts) != term.amount:
        raise Refusal(
            _("第 %(number)s 项各期加起来是 %(amounts)s 元，和总数 %(amount)s 元对不上")
            % {
                "number": number,
                "amounts": figures(sum(amounts, Decimal(0))),
                "amount": figures(term.amount),
            },
            code="bad_amount",
            field="terms",
        )
    return [
        TermDraft(f"{term.text}（第 {n} 期，共 {len(parts)} 期）", term.party, amount, term.how, part.due_at)
        for n, (part, amount) in enumerate(zip(parts, amounts, strict=True), start=1)
    ]


def moment_of(due: datetime | date | None) -> datetime | None:
    """A due day to its last minute; an aware moment as it is."""
    if due is None:
        return None
    if isinstance(due, datetime):
        if due.tzinfo is None:
            raise Refusal(_("履行时间缺少时区"), code="bad_time", field="terms")
        return due
    return end_of_day(due)
