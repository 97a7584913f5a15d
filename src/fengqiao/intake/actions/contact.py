"""Opening a contact: only with a purpose, and the resident sees each opening."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from fengqiao.accounts.scope import Actor
from fengqiao.audit.actions import Fact, append
from fengqiao.audit.queries import reads_of
from fengqiao.intake import rules
from fengqiao.intake.drafts import ContactCard, ContactRead
from fengqiao.intake.models import Contact, Report
from fengqiao.intake.policy import ACTIONS
from fengqiao.lib.errors import NotAllowed, OutOfReach, Refusal
from fengqiao.lib.ids import read_code
from fengqiao.lib.place_config import current_place

OBJECT = "report"
READ = "contact.read"


@transaction.atomic
def open_contact(report: Report, *, by: Actor, purpose: str) -> ContactCard:
    """Name and number of the reporter. The log entry is written with the reading or there is no reading.

    Needs the right over the report's area, or to have the report or its matter in hand; and a written purpose of
    at least four characters, which the reporter can read. Raises OutOfReach, NotAllowed, Refusal.
    """
    found = Report.objects.visible_to(by.scope).select_related("area", "matter").filter(pk=report.pk).first()
    if found is None:
        raise OutOfReach
    if not _may_open(found, by):
        raise NotAllowed(_("查看联系方式不在您的职责里，请找负责人"))
    words = rules.check_purpose(purpose)
    contact = Contact.objects.filter(report=found).first()
    if contact is None:
        raise Refusal(_("反映人没有留联系方式"), code="no_contact")
    card = ContactCard(
        contact.unseal("name_sealed"), contact.unseal("phone_sealed"), contact.wants_news, contact.safe_time
    )
    append(
        Fact(
            verb=READ,
            object_type=OBJECT,
            object_id=str(found.uid),
            actor_id=by.person_id,
            actor_kind=by.kind,
            data={"purpose": words, "role": role_words(by, found.area.path)},
        )
    )
    return card


def _may_open(report: Report, by: Actor) -> bool:
    right = ACTIONS["open_contact"]
    if by.scope.can(right, report.area.path):
        return True
    handles = by.person_id in {report.owner_id, report.matter.owner_id if report.matter else None}
    return handles and by.scope.can(right)


def role_words(by: Actor, path: str) -> str:
    """The role by which somebody may read contacts there, in the words of the place."""
    roles = {role.key: role.zh for role in current_place().roles}
    near = [g.role for g in by.scope.grants if READ in g.rights and any(path.startswith(p) for p in g.paths)]
    held = near or [g.role for g in by.scope.grants if READ in g.rights]
    return roles.get(held[0], "工作人员") if held else "工作人员"


def reads_for_resident(code: str) -> list[ContactRead]:
    """Who looked at the contact of a report, as its reporter may see it: role, purpose, time; newest first."""
    bare = read_code(code)
    uid = Report.objects.filter(code=bare).values_list("uid", flat=True).first() if bare else None
    if uid is None:
        raise OutOfReach(_("没有这个查询码，请核对一遍；字母和数字都要对"))
    return [
        ContactRead(str(row.data.get("role", "工作人员")), str(row.data.get("purpose", "")), row.at)
        for row in reads_of(OBJECT, str(uid))
    ]
