"""Every verb on a report. One transaction each, ``by=`` an actor, a ReportEvent and an audit entry with it."""

from fengqiao.intake.actions.bulk import accept_as_proposed, accept_many
from fengqiao.intake.actions.contact import open_contact, reads_for_resident
from fengqiao.intake.actions.correct import correct_about, correct_place, hand_over, raise_severity
from fengqiao.intake.actions.decide import accept_report, link_report, refuse_report
from fengqiao.intake.actions.models import (
    cancel_training,
    keep_model,
    roll_back,
    start_training,
    use_model,
    use_starter,
)
from fengqiao.intake.actions.photos import add_photo, add_photo_by_code
from fengqiao.intake.actions.receive import receive_report
from fengqiao.intake.actions.talk import answer, ask, ask_again, rate_report
from fengqiao.intake.actions.topics import gather_topic, refresh_topics
from fengqiao.intake.actions.undo import undo_decision, unlink_report, withdraw_matter
from fengqiao.intake.drafts import (
    Again,
    ContactCard,
    ContactDraft,
    ContactRead,
    Outcome,
    Receipt,
    UploadedPhoto,
)

__all__ = [
    "Again",
    "ContactCard",
    "ContactDraft",
    "ContactRead",
    "Outcome",
    "Receipt",
    "UploadedPhoto",
    "accept_as_proposed",
    "accept_many",
    "accept_report",
    "add_photo",
    "add_photo_by_code",
    "answer",
    "ask",
    "ask_again",
    "cancel_training",
    "correct_about",
    "correct_place",
    "gather_topic",
    "hand_over",
    "keep_model",
    "link_report",
    "open_contact",
    "raise_severity",
    "rate_report",
    "reads_for_resident",
    "receive_report",
    "refresh_topics",
    "refuse_report",
    "roll_back",
    "start_training",
    "undo_decision",
    "unlink_report",
    "use_model",
    "use_starter",
    "withdraw_matter",
]
