"""Which right each verb of intake needs over the report's area.

Beside a right one must see the report (``Report.objects.visible_to``). ``CODE`` marks what the holder of a
receipt code may do without signing in; ``SYSTEM`` what only the clocks do.
"""

from __future__ import annotations

CODE = "code"
SYSTEM = "system"

ACTIONS: dict[str, str] = {
    "receive_report": "report.receive",
    "receive_chat": "report.receive",
    "accept_report": "report.triage",
    "accept_as_proposed": "report.triage",
    "accept_many": "report.triage",
    "link_report": "report.triage",
    "unlink_report": "report.triage",
    "refuse_report": "report.triage",
    "undo_decision": "report.triage",
    "withdraw_matter": "report.triage",
    "ask": "report.triage",
    "correct_place": "report.triage",
    "correct_about": "report.triage",
    "raise_severity": "report.triage",
    "hand_over": "report.triage",
    "refresh_topics": "report.triage",
    "gather_topic": "report.triage",
    "add_photo": "report.receive",
    "record_progress_with_photos": "matter.handle",
    "open_contact": "contact.read",
    "answer": CODE,
    "rate_report": CODE,
    "ask_again": CODE,
    "add_photo_by_code": CODE,
    "start_job": "import.run",
    "step": "import.run",
    "cancel": "import.run",
    "start_sheet": "import.run",
    "export_replies": "import.run",
    "export_bundle": "bundle.run",
    "import_bundle": "bundle.run",
    "trust_peer": "bundle.run",
    "keep_model": "place.configure",
    "use_model": "place.configure",
    "use_starter": "place.configure",
    "roll_back": "place.configure",
    "start_training": "place.configure",
    "cancel_training": "place.configure",
    "climb": SYSTEM,
}

RESTRICTED_RIGHT = "matter.restricted"
