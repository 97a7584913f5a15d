"""Which right each action of the mediation room needs: held over the matter's area, or anywhere by whoever mediates,
owns or jointly handles the matter. What is out of sight stays out of reach whatever right is held.
"""

from __future__ import annotations

ACTIONS: dict[str, str] = {
    "open_case": "mediation.handle",
    "refuse_case": "mediation.handle",
    "change_mediator": "mediation.handle",
    "add_party": "mediation.handle",
    "correct_party": "mediation.handle",
    "remove_party": "mediation.handle",
    "tell_rights": "mediation.handle",
    "record_consent": "mediation.handle",
    "open_party": "contact.read",
    "start_mediation": "mediation.handle",
    "plan_session": "mediation.handle",
    "record_session": "mediation.handle",
    "cancel_session": "mediation.handle",
    "extend": "mediation.handle",
    "end_case": "mediation.handle",
    "withdraw_case": "mediation.handle",
    "hand_up": "mediation.handle",
    "draft_agreement": "mediation.handle",
    "sign_agreement": "mediation.handle",
    "record_agreement": "mediation.handle",
    "record_confirmation": "mediation.handle",
    "record_performance": "followup.record",
    "renew_term": "mediation.handle",
    "record_visit": "followup.record",
    "report_danger": "mediation.see",
    "mark_kept_from_violence": "mediation.handle",
    "make_document": "mediation.handle",
    "receive_paper": "mediation.handle",
    "read_document": "contact.read",
    "save_template": "place.configure",
    "drop_template": "place.configure",
}
