"""司法确认: both parties together, within thirty days; what the court said is written down."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from fengqiao.accounts.scope import Actor
from fengqiao.lib import clock
from fengqiao.lib.errors import OutOfReach, Refusal
from fengqiao.lib.text import one_line
from fengqiao.matters.clockwork import service_clock
from fengqiao.mediation import rules
from fengqiao.mediation.actions._base import save_case, story, take_case, workdays
from fengqiao.mediation.choices import Confirmation
from fengqiao.mediation.inputs import local_day
from fengqiao.mediation.models import Agreement
from fengqiao.teams.models import Partner

_NEXT = {
    Confirmation.APPLIED: "等法院答复是否确认",
    Confirmation.CONFIRMED: "按确认的协议看履行",
    Confirmation.REFUSED: "告知各方可以另行调解，或向法院起诉",
    Confirmation.ENFORCED: "核实执行结果",
}


@transaction.atomic
def record_confirmation(
    agreement: Agreement,
    *,
    by: Actor,
    step: str,
    on: date,
    together: bool = False,
    court: Partner | None = None,
    note: str = "",
) -> Agreement:
    """What happened with the court on a day: applied, confirmed, refused, enforced, in that order.

    Applied: only together, within 30 days from validity (art. 33); where day 30 is a day off, the next working
    day still counts (civil code art. 203). Never for kinship, adoption or marriage itself (the court's own rules).
    A refusal carries the court's reason. Raises Refusal ``late``, ``not_together``, ``about_status``, ``order``.
    """
    found = take_case(agreement.case, "record_confirmation", by)
    row = Agreement.objects.select_for_update(of=("self",)).filter(pk=agreement.pk, case=found).first()
    if row is None:
        raise OutOfReach
    if row.valid_from is None:
        raise Refusal(_("协议还没有生效，不能申请司法确认"), code="not_valid")
    if step not in Confirmation.values or not rules.may_confirm(row.confirmation, step):
        label = Confirmation(row.confirmation).label
        raise Refusal(
            _("司法确认现在是“%(label)s”，不能记这一步") % {"label": label}, code="order", field="step"
        )
    _check_day(row, on)
    words = one_line(note, limit=300, field="note")
    if step == Confirmation.APPLIED:
        _check_application(row, on, together)
    if step == Confirmation.REFUSED and not words:
        raise Refusal(_("请写上法院不予确认的理由"), code="missing", field="note")
    row.court = _court(court) or row.court
    row.confirmation, row.confirmation_at = step, on
    row.save()
    save_case(found)
    where = f"（{row.court.name}）" if row.court else ""
    story(
        found,
        by,
        f"司法确认：{Confirmation(step).label}，{on.month} 月 {on.day} 日{where}{'：' + words if words else ''}",
        step=_NEXT[Confirmation(step)],
        due_at=workdays(10 if step == Confirmation.APPLIED else 3, found.matter),
        confirmation=step,
    )
    return row


def _check_day(row: Agreement, on: date) -> None:
    if on > local_day(clock.now()):
        raise Refusal(_("这一天还没有到"), code="future", field="on")
    if row.valid_from is not None and on < local_day(row.valid_from):
        raise Refusal(_("不能早于协议生效的日子"), code="too_early", field="on")
    if row.confirmation_at and on < row.confirmation_at:
        raise Refusal(_("不能早于上一步的日子"), code="too_early", field="on")


def _check_application(row: Agreement, on: date, together: bool) -> None:
    if row.about_status:
        raise Refusal(_("协议里有身份、收养或婚姻关系的内容，法院不受理确认"), code="about_status")
    if not together:
        raise Refusal(_("要双方一起申请，一方不能单独申请"), code="not_together", field="together")
    if row.confirm_by and on > service_clock().days.next_workday(row.confirm_by):
        day = row.confirm_by
        raise Refusal(
            _("已过申请期限（%(year)s 年 %(month)s 月 %(day)s 日）。不履行的可以就协议向法院起诉")
            % {"year": day.year, "month": day.month, "day": day.day},
            code="late",
            field="on",
        )


def _court(court: Partner | None) -> Partner | None:
    if court is not None and court.kind != "court":
        raise Refusal(_("请选一个法院"), code="not_court", field="court")
    return court
