"""Every verb of the mediation room. One transaction each, ``by=`` an actor, its line in the matter's story with it."""

from fengqiao.mediation.actions.agreements import draft_agreement, record_agreement, sign_agreement
from fengqiao.mediation.actions.confirming import record_confirmation
from fengqiao.mediation.actions.ending import end_case, extend, hand_up, withdraw_case
from fengqiao.mediation.actions.opening import change_mediator, open_case, refuse_case
from fengqiao.mediation.actions.papers import (
    DocumentFile,
    drop_template,
    make_document,
    read_document,
    receive_paper,
    save_template,
)
from fengqiao.mediation.actions.parties import (
    add_party,
    correct_party,
    open_party,
    record_consent,
    remove_party,
    tell_rights,
)
from fengqiao.mediation.actions.performance import record_performance, record_visit, renew_term
from fengqiao.mediation.actions.sessions import cancel_session, plan_session, record_session, start_mediation
from fengqiao.mediation.actions.terms import Instalment, TermDraft, TermFinding, check_terms
from fengqiao.mediation.actions.violence import mark_kept_from_violence, report_danger
from fengqiao.mediation.party_data import PartyCard, PartyDraft

__all__ = [
    "DocumentFile",
    "Instalment",
    "PartyCard",
    "PartyDraft",
    "TermDraft",
    "TermFinding",
    "add_party",
    "cancel_session",
    "change_mediator",
    "check_terms",
    "correct_party",
    "draft_agreement",
    "drop_template",
    "end_case",
    "extend",
    "hand_up",
    "make_document",
    "mark_kept_from_violence",
    "open_case",
    "open_party",
    "plan_session",
    "read_document",
    "receive_paper",
    "record_agreement",
    "record_confirmation",
    "record_consent",
    "record_performance",
    "record_session",
    "record_visit",
    "refuse_case",
    "remove_party",
    "renew_term",
    "report_danger",
    "save_template",
    "sign_agreement",
    "start_mediation",
    "tell_rights",
    "withdraw_case",
]
