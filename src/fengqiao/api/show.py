"""From rows to what is answered: matters and what belongs to them, words in the caller's language."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch

from fengqiao.accounts.models import Person
from fengqiao.accounts.scope import Actor
from fengqiao.api.schemas.base import AreaName, Named
from fengqiao.api.schemas.matters import (
    CategoryName,
    ConsultationOut,
    EscalationOut,
    FollowUpOut,
    JointOut,
    LinkOut,
    MatterRow,
    PromiseOut,
    Standing,
    TaskOut,
)
from fengqiao.lib import clock
from fengqiao.lib.present import chinese
from fengqiao.matters.choices import FollowUpState, LinkKind, PromiseState, Severity, State
from fengqiao.matters.models import (
    Category,
    Consultation,
    Escalation,
    FollowUp,
    JointMember,
    Link,
    Matter,
    Promise,
    Task,
)
from fengqiao.teams.models import Partner
from fengqiao.territory.models import Area

TASKS = Prefetch("tasks", Task.objects.select_related("matter", "person", "partner"))
"""The tasks of consultations with all that is shown of them."""


def named(row: Person | Partner | None) -> Named | None:
    """Somebody or something by id and name."""
    return Named(id=row.pk, name=row.name) if row is not None else None


def area_name(row: Area) -> AreaName:
    """An area by code and name."""
    return AreaName(code=row.code, name=row.name, rank=row.rank)


def category_name(row: Category) -> CategoryName:
    """A category in the caller's language."""
    return CategoryName(code=row.code, name=row.zh if chinese() else row.en)


def matter_row(row: Matter) -> MatterRow:
    """One line of a list; needs owner, category, area and place at hand."""
    return MatterRow.model_construct(**matter_values(row))


def matter_values(row: Matter) -> dict[str, Any]:
    """The values every view of a matter has."""
    return {
        "number": row.number,
        "kind": row.kind,
        "category": category_name(row.category),
        "title": row.title,
        "severity": row.severity,
        "severity_words": str(Severity(row.severity).label),
        "level": row.level,
        "state": row.state,
        "state_words": str(State(row.state).label),
        "owner": named(row.owner),
        "next_step": row.next_step,
        "due_at": row.due_at,
        "late": row.is_open and row.due_at is not None and row.due_at < clock.now(),
        "deadline_at": row.deadline_at,
        "area": area_name(row.area),
        "place": row.place_text or (row.place.name if row.place else ""),
        "lat": row.lat,
        "lon": row.lon,
        "unplaced": row.unplaced,
        "restricted": row.restricted,
        "opened_at": row.opened_at,
        "resolved_at": row.resolved_at,
        "closed_at": row.closed_at,
        "reopened": row.reopened,
        "version": row.version,
    }


def standing(pk: int, by: Actor) -> Standing:
    """How a matter stands now, for who just did something with it."""
    row = Matter.objects.select_related("owner").get(pk=pk)
    return Standing(
        number=row.number,
        state=row.state,
        state_words=str(State(row.state).label),
        owner=named(row.owner),
        next_step=row.next_step,
        due_at=row.due_at,
        level=row.level,
        version=row.version,
        in_reach=Matter.objects.visible_to(by.scope).filter(pk=pk).exists(),
    )


def promise(row: Promise) -> PromiseOut:
    """A promise; needs its matter and person at hand."""
    return PromiseOut(
        id=row.pk,
        matter=row.matter.number,
        kind=row.kind,
        what=row.what,
        who=row.who,
        person=named(row.person),
        due_at=row.due_at,
        amount=row.amount,
        state=row.state,
        state_words=str(PromiseState(row.state).label),
        public=row.public,
        made_at=row.made_at,
        settled_at=row.settled_at,
        note=row.note,
    )


def follow_up(row: FollowUp) -> FollowUpOut:
    """A follow-up; needs its matter, owner and who did it at hand."""
    return FollowUpOut(
        id=row.pk,
        matter=row.matter.number,
        purpose=row.purpose,
        due_at=row.due_at,
        owner=Named(id=row.owner_id, name=row.owner.name),
        promise=row.promise_id,
        state=row.state,
        state_words=str(FollowUpState(row.state).label),
        result=row.result,
        note=row.note,
        done_at=row.done_at,
        done_by=named(row.done_by),
    )


def task(row: Task) -> TaskOut:
    """A task; needs its matter, person and partner at hand."""
    return TaskOut(
        id=row.pk,
        matter=row.matter.number,
        consultation=row.consultation_id,
        what=row.what,
        person=named(row.person),
        partner=named(row.partner),
        due_at=row.due_at,
        done_at=row.done_at,
        result=row.result,
    )


def consultation(row: Consultation) -> ConsultationOut:
    """A consultation with its partners and tasks; a list of them prefetches both (TASKS)."""
    return ConsultationOut(
        id=row.pk,
        matter=row.matter.number,
        question=row.question,
        held_at=row.held_at,
        partners=[Named(id=p.pk, name=p.name) for p in row.partners.all()],
        decided_at=row.decided_at,
        conclusion=row.conclusion,
        tasks=[task(t) for t in row.tasks.all()],
    )


def joint(row: JointMember) -> JointOut:
    """Somebody who handles along."""
    return JointOut(
        id=row.pk,
        person=named(row.person),
        partner=named(row.partner),
        task=row.task,
        leads=row.leads,
        joined_at=row.joined_at,
    )


def escalation(row: Escalation) -> EscalationOut:
    """A climb of the ladder."""
    return EscalationOut(
        from_level=row.from_level,
        to_level=row.to_level,
        at=row.at,
        by=named(row.by),
        automatic=row.automatic,
        tried=row.tried,
        blocked_by=row.blocked_by,
    )


def link(row: Link) -> LinkOut:
    """Two matters that hang together; needs both at hand."""
    return LinkOut(
        id=row.pk,
        kind=row.kind,
        kind_words=str(LinkKind(row.kind).label),
        matter=row.matter.number,
        other=row.other.number,
        at=row.at,
        ended_at=row.ended_at,
    )
