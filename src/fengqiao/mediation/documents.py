"""What a paper can say of a case: one flat set of fields, all of them text or lists of text, ready for a template.

The names are listed in ``fields``. Dates stand as they do on Chinese papers, without spaces: 2026年3月11日.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from fengqiao.lib import clock
from fengqiao.lib.place_config import current_place
from fengqiao.matters import reference
from fengqiao.matters.choices import PromiseState
from fengqiao.mediation.choices import (
    CaseOutcome,
    Confirmation,
    Consent,
    Form,
    Performance,
    Side,
    Start,
    VisitHow,
)
from fengqiao.mediation.models import Agreement, MediationCase, Party, Session, Term, Visit
from fengqiao.mediation.money import capitals, figures
from fengqiao.mediation.numbering import ladder_level
from fengqiao.mediation.papers import keep_years
from fengqiao.mediation.party_data import details

_SATISFIED = {1: "不满意", 2: "一般", 3: "满意"}
_PROMISES = {
    PromiseState.OPEN: "未到期",
    PromiseState.KEPT: "已履行",
    PromiseState.BROKEN: "未履行",
    PromiseState.WITHDRAWN: "已撤销",
}


def day(moment: datetime | date | None) -> str:
    """A day as papers write it, empty for none."""
    if moment is None:
        return ""
    local = clock.local(moment).date() if isinstance(moment, datetime) else moment
    return f"{local.year}年{local.month}月{local.day}日"


def hour(moment: datetime | None) -> str:
    """A clock time as papers write it."""
    return f"{clock.local(moment):%H时%M分}" if moment else ""


def context_of(case: MediationCase, papers: list[dict[str, str]], *, station: str = "") -> dict[str, Any]:
    """All fields for one case. Opens every party: the caller has the right and logs the reading."""
    parties = [_party(p) for p in sorted(case.parties.all(), key=_party_order)]
    agreement = Agreement.objects.select_related("court").filter(case=case).first()
    terms = list(agreement.terms.select_related("party", "promise")) if agreement else []
    visits = list(agreement.visits.select_related("by", "party")) if agreement else []
    held = case.sessions.filter(held_at__isnull=False).order_by("held_at", "number")
    applicants = [p for p in parties if p["side"] == str(Side.APPLICANT.label)]
    respondents = [p for p in parties if p["side"] != str(Side.APPLICANT.label)]
    names = {p.pk: p.unseal("name_sealed") for p in case.parties.all()}
    return {
        **_case(case, station),
        **_agreement(agreement, terms, len(parties)),
        "party_names": _names(parties),
        "applicant_names": _names(applicants),
        "respondent_names": _names(respondents),
        "parties": parties,
        "applicants": applicants,
        "respondents": respondents,
        "sessions": [_session(s, case.mediator.name) for s in held],
        "terms": [_term(t, names) for t in terms],
        "visits": [_visit(v, names) for v in visits],
        "papers": papers,
    }


def _party_order(row: Party) -> tuple[int, int]:
    return Side.values.index(row.side), row.position


def _names(parties: list[dict[str, str]]) -> str:
    return "、".join(p["name"] for p in parties)


def _case(case: MediationCase, station: str) -> dict[str, str]:
    matter = case.matter
    classes = reference.load_classes().report_classes
    report_class = classes.get(matter.category.report_class)
    return {
        "number": case.number,
        "committee": case.committee,
        "mediator": case.mediator.name,
        "station": station or current_place().name_zh,
        "level": ladder_level(case.level).zh,
        "category": matter.category.zh,
        "report_class": report_class.zh if report_class else "其他",
        "matter_number": matter.number,
        "place": matter.place_text or (matter.place.name if matter.place else matter.area.name),
        "start": str(Start(case.start).label),
        "opened_on": day(case.opened_at),
        "due_on": day(case.due_at),
        "ended_on": day(case.ended_at),
        "made_on": day(clock.now()),
        "facts": case.facts,
        "request": case.request,
        "outcome": str(CaseOutcome(case.outcome).label) if case.outcome else "",
        "ended_why": case.ended_why,
        "routes_told": case.routes_told,
        "earlier": case.earlier.number if case.earlier else "",
    }


def _agreement(row: Agreement | None, terms: list[Term], parties: int) -> dict[str, str]:
    total = sum((t.amount for t in terms if t.amount), Decimal(0))
    confirmed = row is not None and row.confirmation != Confirmation.NONE
    return {
        "copies": str(parties + 1),
        "total": figures(total) if total else "",
        "total_words": capitals(total) if total else "",
        "agreement_form": str(Form(row.form).label) if row else "",
        "agreement_facts": row.facts if row else "",
        "valid_on": day(row.valid_from) if row else "",
        "confirm_by": day(row.confirm_by) if row and not row.about_status else "",
        "confirmation": str(Confirmation(row.confirmation).label) if row else "",
        "confirmation_on": day(row.confirmation_at) if row and confirmed else "",
        "court": row.court.name if row and row.court else "",
        "performance": str(Performance(row.performance).label) if row and row.is_valid else "",
        "keep_for": f"{keep_years()[0 if row else 1]}年",
    }


def _party(row: Party) -> dict[str, str]:
    more = details(row)
    found = {
        key: str(more.get(key) or "") for key in ("sex", "occupation", "unit", "representative", "guardian")
    }
    found |= {
        "side": str(Side(row.side).label),
        "name": row.unseal("name_sealed"),
        "age": str(more["age"]) if more.get("age") is not None else "",
        "phone": row.unseal("phone_sealed"),
        "address": row.unseal("address_sealed"),
        "identity": row.unseal("identity_sealed"),
        "consent": str(Consent(row.consent).label),
        "consent_on": day(row.consent_at),
        "consent_how": row.consent_how,
        "rights_on": day(row.rights_told_at),
    }
    found["described"] = describe(found)
    return found


def describe(party: dict[str, str]) -> str:
    """A party in one sentence, leaving out what is not known."""
    parts = [
        party["name"],
        party["sex"],
        f"{party['age']}岁" if party["age"] else "",
        party["occupation"],
        party["unit"],
        f"代表人{party['representative']}" if party["representative"] else "",
        f"证件号码{party['identity']}" if party["identity"] else "",
        f"住{party['address']}" if party["address"] else "",
        f"电话{party['phone']}" if party["phone"] else "",
        f"监护人{party['guardian']}" if party["guardian"] else "",
    ]
    return "，".join(part for part in parts if part)


def _session(row: Session, mediator: str) -> dict[str, str]:
    return {
        "number": str(row.number),
        "on": day(row.held_at),
        "at": hour(row.held_at),
        "minutes": str(row.minutes or ""),
        "place": row.place,
        "mediator": mediator,
        "recorder": row.recorder,
        "invited": row.invited or "无",
        "open": "公开" if row.open_session else "不公开",
        "statements": row.statements,
        "proposals": row.proposals or "无",
        "result": row.result,
    }


def _term(row: Term, names: dict[int, str]) -> dict[str, str]:
    found = {
        "number": str(row.position),
        "text": row.text,
        "party": names.get(row.party_id or 0, "") or "各方",
        "amount": figures(row.amount) if row.amount else "",
        "amount_words": capitals(row.amount) if row.amount else "",
        "how": row.how,
        "due_on": "当场" if row.at_once else day(row.due_at),
        "state": _PROMISES[PromiseState(row.promise.state)] if row.promise else "",
    }
    found["sentence"] = sentence(found)
    return found


def sentence(term: dict[str, str]) -> str:
    """A term in one sentence: who, what, how much in capitals and figures, how, by when."""
    money = f"人民币{term['amount_words']}（￥{term['amount']}）" if term["amount"] else ""
    when = term["due_on"] if term["due_on"] in ("", "当场") else f"{term['due_on']}前"
    parts = [
        f"{term['party']}：{term['text']}".rstrip("。"),
        money,
        term["how"],
        f"{when}履行" if when else "",
    ]
    return "，".join(part for part in parts if part) + "。"


def _visit(row: Visit, names: dict[int, str]) -> dict[str, str]:
    return {
        "on": day(row.at),
        "by": row.by.name,
        "met": names.get(row.party_id or 0, ""),
        "how": str(VisitHow(row.how).label),
        "kept": {True: "已履行", False: "未履行", None: ""}[row.kept],
        "note": row.note,
        "satisfaction": _SATISFIED.get(row.satisfaction or 0, ""),
        "worries": row.worries,
    }
