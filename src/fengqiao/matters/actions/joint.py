"""Handling together: who joins, who leads, consultations with departments and what they decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from fengqiao.accounts.models import Person
from fengqiao.accounts.scope import Actor
from fengqiao.lib import clock
from fengqiao.lib.errors import OutOfReach, Refusal
from fengqiao.lib.text import one_line
from fengqiao.matters.actions._base import future, record, said, save, step, take, working_person
from fengqiao.matters.choices import EventKind
from fengqiao.matters.models import Consultation, JointMember, Matter, Task
from fengqiao.notices.actions import notify
from fengqiao.teams.models import Partner


@dataclass(frozen=True)
class TaskDraft:
    """A decided piece of work: what, by when (aware UTC), by a person or a partner."""

    what: str
    due_at: datetime
    person: Person | None = None
    partner: Partner | None = None


@transaction.atomic
def join(
    matter: Matter,
    *,
    by: Actor,
    person: Person | None = None,
    partner: Partner | None = None,
    task: str = "",
    leads: bool = False,
) -> JointMember:
    """Ask a person or a partner to handle along. The first joint handling names the owner as lead.

    With ``leads`` the new person takes the lead; ownership stays where it is until transferred.
    """
    found = take(matter, "join", by)
    _check_joiner(found, person, partner, leads)
    now = clock.now()
    current = JointMember.objects.filter(matter=found, left_at__isnull=True)
    if leads:
        current.filter(leads=True).update(leads=False)
    elif not current.filter(leads=True).exists():
        _lead_by_owner(found, now)
    text = one_line(task, limit=120)
    row, _made = JointMember.objects.update_or_create(
        matter=found,
        person=person,
        partner=partner,
        left_at=None,
        defaults={"task": text, **({"leads": True} if leads else {})},
        create_defaults={"task": text, "leads": leads, "joined_at": now},
    )
    save(found)
    name = person.name if person else str(partner)
    record(
        found,
        EventKind.JOINED,
        by,
        f"{name}{'牵头' if leads else ''}{'：' + row.task if row.task else ''}",
        public=True,
    )
    if person is not None and person.pk != by.person_id:
        notify(person, "joined", f"请您一起办：{found.number}", f"/desk/matters/{found.number}/")
    return row


def _check_joiner(matter: Matter, person: Person | None, partner: Partner | None, leads: bool) -> None:
    if (person is None) == (partner is None):
        raise Refusal(_("请选一个人或一个单位"), code="missing", field="person")
    if person is None:
        if leads:
            raise Refusal(_("牵头的必须是一个人"), code="missing", field="person")
        return
    working_person(person, matter)
    current = JointMember.objects.filter(matter=matter, left_at__isnull=True, person=person)
    if (not leads and current.exists()) or current.filter(leads=True).exists():
        raise Refusal(
            _("%(person)s 已经在一起办了") % {"person": person.name}, code="already", field="person"
        )


def _lead_by_owner(matter: Matter, now: datetime) -> None:
    row, made = JointMember.objects.get_or_create(
        matter=matter, person=matter.owner, left_at=None, defaults={"leads": True, "joined_at": now}
    )
    if not made and not row.leads:
        row.leads = True
        row.save(update_fields=["leads"])


@transaction.atomic
def leave(member: JointMember, *, by: Actor, why: str = "") -> JointMember:
    """Somebody stops handling along; the lead leaves last or names another first."""
    found = take(member.matter, "leave", by)
    row = (
        JointMember.objects.select_for_update(of=("self",)).filter(pk=member.pk, left_at__isnull=True).first()
    )
    if row is None:
        raise OutOfReach
    others = JointMember.objects.filter(matter=found, left_at__isnull=True).exclude(pk=row.pk)
    if row.leads and others.exists():
        raise Refusal(_("牵头的人要先请别人牵头，才能退出"), code="lead")
    row.left_at = clock.now()
    row.leads = False
    row.save()
    save(found)
    name = row.person.name if row.person else str(row.partner)
    record(found, EventKind.LEFT, by, f"{name}{'：' + one_line(why, limit=200) if why else ''}")
    return row


@transaction.atomic
def consult(
    matter: Matter, *, by: Actor, question: str, partners: Sequence[Partner], held_at: datetime
) -> Consultation:
    """Call a consultation (会商) with departments at a time; it becomes the next step."""
    found = take(matter, "consult", by)
    if not partners:
        raise Refusal(_("请选至少一个参加会商的单位"), code="missing", field="partners")
    moment = future(held_at, what=_("会商时间"), field="held_at")
    row = Consultation.objects.create(
        matter=found,
        question=said(question, what=_("要会商的问题"), field="question"),
        held_at=moment,
        by_id=by.person_id,
    )
    row.partners.set(partners)
    step(found, "会商", moment)
    save(found)
    who = "、".join(p.name for p in partners)
    record(found, EventKind.CONSULTED, by, f"{row.question}（{who}）", data={"consultation": row.pk})
    return row


@transaction.atomic
def decide(
    consultation: Consultation, *, by: Actor, conclusion: str, tasks: Sequence[TaskDraft]
) -> Consultation:
    """Write down what a consultation decided; each decision is a task with somebody and a time."""
    found = take(consultation.matter, "decide", by)
    row = Consultation.objects.select_for_update(of=("self",)).get(pk=consultation.pk)
    if row.decided_at:
        raise Refusal(_("这次会商的决定已经记过了"), code="already")
    row.conclusion = said(conclusion, what=_("会商的结论"), field="conclusion")
    row.decided_at = clock.now()
    row.save()
    first: Task | None = None
    for draft in tasks:
        task = _make_task(found, row, draft)
        first = task if first is None or task.due_at < first.due_at else first
    if first is not None:
        step(found, first.what, first.due_at)
    save(found)
    record(found, EventKind.DECIDED, by, row.conclusion, data={"consultation": row.pk, "tasks": len(tasks)})
    return row


def _make_task(matter: Matter, consultation: Consultation, draft: TaskDraft) -> Task:
    if (draft.person is None) == (draft.partner is None):
        raise Refusal(_("每个任务请写明一个负责的人或单位"), code="missing", field="tasks")
    return Task.objects.create(
        matter=matter,
        consultation=consultation,
        what=said(one_line(draft.what, limit=200), what=_("任务内容"), field="tasks", limit=200),
        person=draft.person,
        partner=draft.partner,
        due_at=future(draft.due_at, what=_("任务时间"), field="tasks"),
    )


@transaction.atomic
def finish_task(task: Task, *, by: Actor, result: str) -> Task:
    """A task is done, with what came of it."""
    found = take(task.matter, "finish_task", by)
    row = Task.objects.select_for_update(of=("self",)).get(pk=task.pk)
    if row.done_at:
        raise Refusal(_("这个任务已经记为完成"), code="already")
    row.result = said(result, what=_("做得怎样"), field="result", limit=300)
    row.done_at = clock.now()
    row.save()
    save(found)
    record(found, EventKind.TASK_DONE, by, f"{row.what}：{row.result}", data={"task": row.pk})
    return row
