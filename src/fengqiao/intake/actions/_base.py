"""What every verb on a report shares: find, look, check, write, record."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.utils.translation import gettext as _

from fengqiao.accounts.scope import Actor
from fengqiao.audit.actions import Fact, append
from fengqiao.intake import rules
from fengqiao.intake.choices import UNFINISHED, ReportEventKind, ReportState
from fengqiao.intake.first_look import first_look
from fengqiao.intake.models import Report, ReportEvent
from fengqiao.lib import clock
from fengqiao.lib.errors import NotAllowed, OutOfReach, Refusal
from fengqiao.lib.ids import read_code
from fengqiao.lib.text import clean, one_line
from fengqiao.territory.models import Area


def take(report: Report, verb: str, by: Actor, version: int | None = None) -> Report:
    """The report freshly read and locked, after all checks that ``by`` may do ``verb`` on it now.

    Raises OutOfReach when it is not visible to the actor, NotAllowed when the verb is somebody else's, Refusal
    (``stale``) when somebody changed it since ``version``, Refusal (``wrong_state``) when the table does not let
    the verb start from here.
    """
    person_id(by)
    rows = Report.objects.select_for_update(of=("self",)).select_related("area", "place", "owner", "matter")
    found = rows.visible_to(by.scope).filter(pk=report.pk).first()
    if found is None:
        raise OutOfReach
    if version is not None and version != found.version:
        raise Refusal(_("这条刚才有人动过。请刷新看一眼，再决定"), code="stale")
    if not may_triage(found, by):
        raise NotAllowed(
            _("“%(verb)s”不在您的职责里，请找%(who)s")
            % {"verb": _(rules.BY_VERB[verb].zh), "who": found.owner or _("值班民警")}
        )
    check_state(found, verb)
    return found


def person_id(by: Actor) -> int:
    """The id of the person who decides. Raises NotAllowed for anybody who is none."""
    if by.person_id is None:
        raise NotAllowed(_("这一步要由人来定"))
    return by.person_id


def may_triage(report: Report, by: Actor) -> bool:
    """Whether the actor decides on this report: the right over its area, or it lies with them and they hold it."""
    right = "report.triage"
    return by.scope.can(right, report.area.path) or (report.owner_id == by.person_id and by.scope.can(right))


def take_by_code(code: str, verb: str) -> Report:
    """The report behind a receipt code, locked. Raises OutOfReach for a code that opens nothing."""
    bare = read_code(code)
    rows = Report.objects.select_for_update(of=("self",)).select_related("area", "place", "owner", "matter")
    found = rows.filter(code=bare).first() if bare else None
    if found is None:
        raise OutOfReach(_("没有这个查询码，请核对一遍；字母和数字都要对"))
    check_state(found, verb)
    return found


def check_state(report: Report, verb: str) -> None:
    """Raise Refusal when the table does not let ``verb`` start from the report's state."""
    if not rules.may_start(verb, report.state):
        label = ReportState(report.state).label
        raise Refusal(
            _("这条现在是“%(label)s”，不能“%(verb)s”") % {"label": label, "verb": _(rules.BY_VERB[verb].zh)},
            code="wrong_state",
        )


def save(report: Report) -> Report:
    """Write the report with its version raised; finished reports have no next step, unfinished ones always do."""
    if report.state not in UNFINISHED:
        report.next_step, report.due_at = "", None
    report.version += 1
    report.save()
    return report


def record(
    report: Report, kind: ReportEventKind, by: Actor, text: str = "", *, data: dict[str, Any] | None = None
) -> ReportEvent:
    """Append an event and its audit entry; the entry carries a digest, never the words."""
    event = ReportEvent.objects.create(
        report=report,
        kind=kind,
        at=clock.now(),
        by_id=by.person_id,
        by_kind=by.kind,
        text=text,
        data=data or {},
    )
    append(fact_of(event, report))
    return event


def fact_of(event: ReportEvent, report: Report) -> Fact:
    """The audit fact of an event."""
    body = json.dumps([event.text, event.data], ensure_ascii=True, sort_keys=True, default=str)
    return Fact(
        verb=f"report.{event.kind}",
        object_type="report",
        object_id=str(report.uid),
        actor_id=event.by_id,
        actor_kind=event.by_kind,
        data={"digest": hashlib.sha256(body.encode("ascii")).hexdigest(), "state": report.state},
    )


def said(text: str, *, what: str, field: str = "text", limit: int = 2000) -> str:
    """``text`` cleaned; an empty one is refused, naming ``what`` is missing."""
    found = clean(text, limit=limit, field=field)
    if not found:
        raise Refusal(_("请写上%(what)s") % {"what": what}, code="missing", field=field)
    return found


def line(text: str, *, what: str, field: str, limit: int) -> str:
    """A single line that must not be empty. Raises Refusal naming ``what`` is missing or that it is too long."""
    return one_line(said(text, what=what, field=field, limit=limit), limit=limit, field=field)


def first_owner(report: Report, area: Area, *, exclude: frozenset[int] = frozenset()) -> None:
    """Give the report to whoever looks at reports of ``area`` now, never to the person it is about."""
    avoid = exclude | ({report.about_id} if report.about_id else frozenset())
    report.owner = first_look(area, avoid)
